#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# usage: remote_runner.sh HOST JOBS COMMAND...    does every job of the folder JOBS that has no result, over ssh
# A COMMAND of one word is for the other machine's shell; of several, each arrives as it is.
set -u
host=$1 jobs=$2
shift 2
quoted() { printf "'%s' " "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }
command=$1
[ $# -eq 1 ] || command=$(for word; do quoted "$word"; done)
begin='d=$(mktemp -d) && cd "$d" && tar -xf -'
end='rm -f model.onnx* && tar -cf - .; s=$?; rm -rf "$d"; exit $s'
there="$begin && { $command; } >&2 && $end"
back=$(mktemp -d) failed=0
trap 'rm -rf "$back"' EXIT

do_job() { # FOLDER: what comes back is not trusted, so files alone are taken, and no names outside
    rm -rf "$back/files" && mkdir "$back/files" || return
    tar -C "$1" -cf - . | ssh "$host" "$there" >"$back/tar" || return
    tar -tvf "$back/tar" >"$back/kinds" && tar -tf "$back/tar" >"$back/names" || return
    if grep -q '^[^-d]' "$back/kinds" || grep -Eq '^/|(^|/)\.\.(/|$)' "$back/names"; then
        echo "its answer holds links, or names outside the job" >&2
        return 1
    fi
    tar -C "$back/files" --no-same-owner --no-same-permissions -xf "$back/tar" || return
    for name in "$back"/files/*; do
        case $name in */result.json | */job.json) continue ;; esac
        [ ! -f "$name" ] || mv -f "$name" "$1/" || return
    done
    [ ! -f "$back/files/result.json" ] || mv -f "$back/files/result.json" "$1/" # the last, when the others are there
}

for job in "$jobs"/*/; do
    [ -d "$job" ] && [ ! -e "$job/result.json" ] && [ ! -e "$job/output.txt" ] || continue
    do_job "$job" && continue
    echo "remote_runner.sh: $job was not done" >&2
    failed=1
done
exit $failed
