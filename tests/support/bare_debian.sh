#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The newcomer's path, timed: from a bare Debian 12 and a fresh clone to the first answer. The root is made by
# debootstrap in FOLDER (about 8 GB once everything is installed); certificates and the settings of pip and npm in the
# environment are this machine's, so that a mirror behind a proxy works.
#
# usage: tests/support/bare_debian.sh FOLDER [demo|answers|test]        as root, with debootstrap; KEEP=1 leaves the folder
set -euo pipefail

[ $# -ge 1 ] && [ $# -le 2 ] || { sed -n '3,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
root=$1 what=${2:-demo}
for tool in debootstrap chroot; do
    command -v "$tool" >/dev/null || { echo "bare_debian.sh: $tool is not installed" >&2; exit 1; }
done
[ "$(id -u)" = 0 ] || { echo "bare_debian.sh: chroot needs root" >&2; exit 1; }
[ ! -e "$root" ] || { echo "bare_debian.sh: $root exists already; name a folder that does not" >&2; exit 1; }
# Mounts of its own, which end with it however it ends: whoever removes a folder left behind must not reach /dev.
[ -n "${MOUNTS_APART:-}" ] || exec env MOUNTS_APART=1 unshare --mount "$0" "$@"
repository=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)

leave() {
    umount -l "$root/proc" "$root/dev" 2>/dev/null || true
    [ -n "${KEEP:-}" ] || rm -rf --one-file-system "$root"
}
trap leave EXIT

debootstrap --variant=minbase --include=ca-certificates,git bookworm "$root" >"$root.log" 2>&1 ||
    { tail -n 5 "$root.log" >&2; exit 1; }
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"
cp -L /etc/resolv.conf /etc/hosts "$root/etc/" 2>/dev/null || true
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
[ -z "${PIP_CERT:-}" ] || { mkdir -p "$root$(dirname "$PIP_CERT")"; cp -L "$PIP_CERT" "$root$PIP_CERT"; }
git clone -q "$repository" "$root/qutibench"

begin=$SECONDS
chroot "$root" /usr/bin/env HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    bash -c 'cd /qutibench && ./bootstrap.sh "$0"' "$what"
printf '\n%s from a bare Debian 12 and a fresh clone: %d min %02d s, one command\n' "$what" \
    $(((SECONDS - begin) / 60)) $(((SECONDS - begin) % 60))
