#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# From a fresh clone to answers. Everything it makes lies in build/ and .venv/; run again, it redoes only what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'END'
usage: ./bootstrap.sh [demo|answers|test|check|page]

  demo    answers, and then the Python package and the page                                            (the default)
  answers install what is missing, build, answer the what-if questions of the README
  test    the same set-up, then every test: C++, Python, notebooks, documentation, browser; with CI set,
          networks, devices and models under sanitizers too
  check   test, and what a release needs besides: all tests with clang++ and sanitizers, coverage, wrong formulas that
          tests must notice, longer fuzzing, other targets, packages, clang-tidy
  page    build the portal page, build/portal.html

CXX, PYTHON and JOBS override the compiler, the interpreter and the number of parallel jobs.
END
}

results=build/results # one JUnit file per suite
logs=build/logs
stamps=build/stamps

# --- small things ----------------------------------------------------------------------------------------------------

say() { printf '%s\n' "$*"; }
stop() {
    printf 'bootstrap.sh: %s\n' "$*" >&2
    exit 1
}
minutes() { say "$((SECONDS / 60)) min $((SECONDS % 60)) s"; } # since the script began
have() { command -v "$1" >/dev/null 2>&1; }
any() { compgen -G "$1" >/dev/null; }

# step NAME COMMAND...: runs quietly; what it prints is kept, and shown where it fails.
step() {
    local name=$1 log="$logs/${1//[^a-zA-Z0-9]/_}.log" begin=$SECONDS status=0
    shift
    mkdir -p "$logs"
    "$@" >"$log" 2>&1 </dev/null || status=$?
    if ((status)); then
        say "-- $name: failed after $((SECONDS - begin)) s; the end of $log:"
        grep -m 20 -E '(error:|Error|ERROR|FAILED)' "$log" | cut -c 1-200 || true
        say "..."
        tail -n 40 "$log" | cut -c 1-400
    else
        say "-- $name: $((SECONDS - begin)) s"
    fi
    return $status
}

# digest PATH...: one hash of the files under the paths, names included.
digest() {
    local path
    for path in "$@"; do
        [ ! -e "$path" ] || find "$path" -type f -not -path '*/__pycache__/*' -print0
    done | LC_ALL=C sort -z | xargs -0 -r sha256sum | sha256sum | cut -d' ' -f1
}

# once NAME HASH COMMAND...: a step that is left out where it has succeeded with the same hash.
once() {
    local name=$1 hash=$2 stamp="$stamps/${1//[^a-zA-Z0-9]/_}"
    shift 2
    [ "$(cat "$stamp" 2>/dev/null)" != "$hash" ] || return 0
    rm -f "$stamp"
    step "$name" "$@" || return $?
    mkdir -p "$stamps"
    printf '%s' "$hash" >"$stamp"
}

# --- system packages -------------------------------------------------------------------------------------------------

# Debian packages of the headers that the compiler does not find: on each line the package, then headers of which one
# suffices. Without a compiler, all of them.
missing_headers() {
    local package headers
    while read -r package headers; do
        printf '#if !('
        # shellcheck disable=SC2086  # the headers are words
        printf '__has_include(<%s>) || ' $headers
        printf '0)\nmissing %s\n#endif\n' "$package"
    done <<'END' | if [ -n "$1" ]; then "$1" -std=c++17 -E -P -x c++ -; else cat; fi | sed -n 's/^missing //p'
libboost-dev boost/units/quantity.hpp
libeigen3-dev eigen3/Eigen/Core Eigen/Core
nlohmann-json3-dev nlohmann/json.hpp
libcli11-dev CLI/CLI.hpp
libprotozero-dev protozero/pbf_reader.hpp
libtbb-dev tbb/version.h oneapi/tbb/version.h
tao-pegtl-dev tao/pegtl.hpp
libbenchmark-dev benchmark/benchmark.h
catch2 catch2/catch.hpp catch2/catch_all.hpp
END
}

pick_compiler() {
    local candidate
    for candidate in "${CXX:-}" g++ clang++; do
        if [ -n "$candidate" ] && have "$candidate"; then
            say "$candidate"
            return
        fi
    done
}

# The interpreter for .venv: the first that is new enough and complete.
pick_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.10 /usr/bin/python3; do
        if [ -n "$candidate" ] && have "$candidate" && "$candidate" - <<'END' >/dev/null 2>&1; then
import ensurepip, os, sys, sysconfig, venv
assert sys.version_info >= (3, 10) and os.path.exists(sysconfig.get_path("include") + "/Python.h")
END
            say "$candidate"
            return
        fi
    done
}

missing_packages() {
    local compiler
    compiler=$(pick_compiler)
    [ -n "$compiler" ] || say g++
    missing_headers "$compiler"
    have cmake || say cmake
    have ninja || say ninja-build
    have git || say git
    have ccache || say ccache
    have pkg-config || say pkg-config
    [ -n "$(pick_python)" ] || say python3 python3-venv python3-dev
    if [ "$1" = test ] || [ "$1" = check ]; then
        have clang++ || say clang
        any '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*' || say libclang-rt-dev
        have doxygen || say doxygen
    fi
    if [ "$1" = check ]; then
        have clang-tidy || say clang-tidy
        have llvm-cov || say llvm
        have valgrind || say valgrind
        have debootstrap || say debootstrap
        have aarch64-linux-gnu-g++ || say g++-aarch64-linux-gnu
        have qemu-aarch64 || say qemu-user
        have x86_64-w64-mingw32-g++-posix || say g++-mingw-w64-x86-64-posix
    fi
    if [ "$1" != answers ]; then
        have node || say nodejs
        have npm || say npm
        have em++ || say emscripten
        [ "$1" = page ] || have chromium || say chromium
    fi
}

install_packages() {
    local missing as_root=()
    missing=$(missing_packages "$1" | tr ' ' '\n' | sort -u | tr '\n' ' ')
    missing=${missing% }
    [ -n "$missing" ] || return 0
    have apt-get || stop "missing: $missing (Debian's names). There is no apt here: install these, then run this again."
    if [ "$(id -u)" != 0 ]; then
        have sudo || stop "missing: $missing. Neither root nor sudo: run 'apt-get install $missing', then this again."
        as_root=(sudo)
    fi
    say "installing: $missing"
    # shellcheck disable=SC2086  # the names are words
    step "apt update" "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 update || true
    step "apt install" "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
        -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 install $missing || stop "could not install: $missing"
}

# --- Python ----------------------------------------------------------------------------------------------------------

pip_in() { "$1/bin/python" -m pip "${@:2}" --disable-pip-version-check -q; } # ENVIRONMENT COMMAND...

make_environment() { # WHAT...: build test notebook lint package
    local python files=()
    python=$(pick_python)
    [ -n "$python" ] || stop "no Python >= 3.10 with venv and headers"
    if ! .venv/bin/python -c '' 2>/dev/null; then
        rm -rf .venv "$stamps"/pip*
        step "python environment" "$python" -m venv .venv || stop "could not make .venv"
    fi
    local what
    for what in "$@"; do files+=("python/requirements-$what.txt"); done
    once "pip install $*" "$(digest python/constraints.txt "${files[@]}")" \
        pip_in .venv install "${files[@]/#/-r}" ||
        stop "could not install from PyPI"
}

install_package() {
    local inputs=(CMakeLists.txt .cmake pyproject.toml README.md LICENSE include python data)
    once "pip install qutibench" "$(digest "${inputs[@]}" examples/what_if)" install_wheel
}

install_wheel() {
    rm -rf build/wheel
    local commands=build/release/examples/what_if/libwhat_if_commands.a # what the steps before have built
    pip_in .venv wheel --no-build-isolation --no-deps --config-settings=build-dir=build/python \
        --config-settings=cmake.define.QUTIBENCH_BUILT_WHAT_IF="$PWD/$commands" -w build/wheel . &&
        pip_in .venv install --no-deps --force-reinstall build/wheel/qutibench-*.whl
}

# The wheel where nothing else is, answering the first question of the README.
try_wheel() {
    local place=build/wheel/venv
    rm -rf "$place" && "$(pick_python)" -m venv "$place" && pip_in "$place" install build/wheel/qutibench-*.whl &&
        (cd "$place" && bin/qutibench estimate resnet50 --on zcu104_dpu &&
            { bin/what_if nothing 2>&1 || true; } | grep '^what_if: ' && # the same program, by its other names
            bin/python -m qutibench --version &&
            bin/python -c 'import qutibench as qb; print(qb.predict(qb.analyze(qb.zoo.resnet50()), qb.platform("zcu104_dpu")))')
}

# --- C++ -------------------------------------------------------------------------------------------------------------

jobs() {
    local cores memory
    cores=$(nproc 2>/dev/null || echo 2)
    memory=$(awk '/MemAvailable/ {print int($2 / 1500000)}' /proc/meminfo 2>/dev/null || echo "$cores")
    say "${JOBS:-$((memory < 1 ? 1 : memory < cores ? memory : cores))}"
}

configure() { # PRESET [OPTION...]
    local preset=$1
    shift
    step "configure $preset" cmake --preset "$preset" "$@"
}

build() { # PRESET [TARGET...]
    local preset=$1
    shift
    step "build $preset" cmake --build --preset "$preset" --parallel "$(jobs)" ${@:+--target "$@"} -- -k 0
}

# --- tests: each suite leaves a JUnit file, or counts as failed ------------------------------------------------------

suites=()
suite() { # NAME COMMAND...: the command writes $results/NAME.xml
    local name=$1
    shift
    suites+=("$name")
    rm -f "$results/$name.xml"
    step "$name" "$@" || true
}

run_ctest() { # NAME PRESET [OPTION...]
    local name=$1 preset=$2
    shift 2
    suite "$name" ctest --preset "$preset" --output-junit "$PWD/$results/$name.xml" \
        --test-output-size-failed 1000000 "$@"
}

# A command that is one test: it passes with exit status 0.
run_single() { # NAME COMMAND...
    suites+=("$1")
    judge "$@"
}

judge() { # NAME COMMAND...
    local name=$1 outcome='<failure/>'
    shift
    ! step "$name" "$@" || outcome=''
    printf '<testsuite name="%s"><testcase name="%s">%s</testcase></testsuite>\n' "$name" "$name" "$outcome" \
        >"$results/$name.xml"
}

run_pytest() { # NAME OPTION...
    local name=$1
    shift
    suite "$name" .venv/bin/python -m pytest -q -n "$(nproc)" --dist loadfile --junitxml="$results/$name.xml" "$@"
}

joint=(-DQUTIBENCH_JOINT_TESTS="${CI:+ON}") # CI compiles from scratch and edits nothing
sanitized=(core network transform hardware measure) # in CI under sanitizers instead, with the models

cpp_tests() { # test | check
    local later=() second=() apart=()
    # Each header alone, and projects outside by the second compiler, take a quarter of an hour: a release is checked so.
    [ "$1" = check ] || later=(-E '^headers_compile_alone$') second=(-E '^(headers_compile_alone|outside_project)$')
    if [ -n "${CI:-}" ] && [ "$1" = test ]; then
        # The second compiler links the headers; the longest test, on one core, runs beside what follows.
        later=(-E '^(headers_compile_alone|headers_link_together|outside_project)$')
        apart=(-DQUTIBENCH_TESTED_APART="$(IFS=';' && echo "${sanitized[*]}")" -DQUTIBENCH_BUILD_BENCHMARKS=OFF)
    fi
    run_single "configure" configure release "${joint[@]}" "${apart[@]}"
    run_single "build" build release
    run_ctest "ctest" release "${later[@]}"
    if [ ${#apart[@]} != 0 ]; then
        suites+=("outside projects")
        judge "outside projects" ctest --preset release -R '^outside_project$' &
        outside_job=$!
    fi
    run_single "configure with clang++" configure clang
    run_ctest "clang++" clang -L compile "${second[@]}"
}

# What is cheap to compile under the address and undefined-behaviour sanitizers: all but io and explore; of the models, all
# but fits to hundreds of measurements. The parsers run under them in the fuzzers, and all tests in `check`.
sanitized_tests() {
    run_single "configure with sanitizers" configure debug "${joint[@]}"
    run_single "build with sanitizers" build debug "${sanitized[@]/#/test_}" test_model
    suites+=("models with sanitizers")
    judge "models with sanitizers" build/debug/tests/test_model '~calibration:*' & # the longest, beside the others
    run_ctest "ctest with sanitizers" debug -j 1 -R "^($(IFS='|' && echo "${sanitized[*]}"))\$"
    wait $! || true
}

fuzz_tests() { # SECONDS
    run_single "build fuzzers" build_fuzzers "$1"
    [ -z "${outside_job:-}" ] || wait "$outside_job" || true # fuzzers run for a set time, on cores of their own
    run_ctest "fuzzers" fuzz -L fuzz
}

build_fuzzers() {
    cmake --preset fuzz -DQUTIBENCH_FUZZ_SECONDS="$1" "${joint[@]}"
    cmake --build --preset fuzz --parallel "$(jobs)" --target fuzzers -- -k 0
}

python_tests() {
    run_single "install the package" install_package
    run_single "wheel in a clean environment" try_wheel
    run_single "mypy" .venv/bin/mypy
    run_pytest "pytest" tests
    run_single "ruff" .venv/bin/ruff check --quiet .
    run_single "ruff format" .venv/bin/ruff format --check --quiet .
    run_single "clang-format" format_check
}

# emscripten compiles one file for minutes: beside everything else.
begin_page() {
    suites+=("page")
    judge "page" examples/portal/build.sh &
    page_job=$!
}

begin_portal() { # beside the Python package, since a browser waits more than it computes
    wait "$page_job" || true
    suites+=("portal") # which a suite in the background cannot say of itself
    suite "portal" tests/portal/run "$results/portal.xml" &
    portal_job=$!
}

# All tests with the other compiler, under sanitizers and counting what they reach; then what looks at the code in other
# ways.
release_checks() {
    run_single "configure with sanitizers" configure coverage
    run_single "build with sanitizers" build coverage
    rm -rf build/coverage/profiles
    run_ctest "ctest with sanitizers" coverage -LE compile
    run_single "coverage" .venv/bin/python tests/support/coverage.py build/coverage 95 80
    tail -n 2 "$logs/coverage.log"
    run_single "build what fuzzing reaches" build coverage reach
    run_single "what fuzzing reaches" reach_check
    tail -n 2 "$logs/what_fuzzing_reaches.log"
    # What hostile files cost, and what happens to the package where everything happens at once.
    run_single "cost against size" .venv/bin/python tests/support/scaling.py build/release/bin/what_if
    run_single "random graphs" .venv/bin/python tests/support/random_onnx.py --count 10000
    run_single "sixteen threads" .venv/bin/python tests/support/stress.py threads --seconds 120
    run_single "disturbed campaigns" .venv/bin/python tests/support/stress.py campaign --seconds 120
    local said
    for said in random_graphs sixteen_threads disturbed_campaigns; do tail -n 1 "$logs/$said.log"; done
    run_single "configure with the thread sanitizer" configure threads
    run_single "build with the thread sanitizer" build threads test_threads
    run_ctest "ctest with the thread sanitizer" threads -R '^threads$'
    run_single "Python with the thread sanitizer" race_check
    tail -n 1 "$logs/Python_with_the_thread_sanitizer.log"
    # Other systems and ways in; the whole of it is `tests/support/matrix.py` with everything installed.
    run_single "other targets" .venv/bin/python tests/support/matrix.py --only aarch64-linux-gnu posix \
        --parts budget core tests --zig false
    make_environment build test notebook lint package
    run_single "packages" .venv/bin/python tests/support/packages.py
    for said in other_targets packages; do tail -n 1 "$logs/$said.log"; done
    run_single "instruction counts" instruction_check
    run_single "mutations" cmake --build --preset clang --target mutations
    run_single "clang-tidy" tidy_check
    if [ "$(id -u)" = 0 ]; then
        run_single "newcomer" tests/support/bare_debian.sh build/bare answers
        tail -n 1 "$logs/newcomer.log"
    else
        say "-- newcomer: skipped, only root can make such a system"
    fi
}

# The module, compiled with g++'s thread sanitizer, called from sixteen threads.
race_check() {
    local at=build/threads_python
    cmake -S . -B "$at" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=g++ -DQUTIBENCH_WARNINGS_AS_ERRORS=OFF \
        -DCMAKE_CXX_FLAGS_DEBUG='-g1 -O1 -fsanitize=thread' -DQUTIBENCH_BUILD_PYTHON=ON -DQUTIBENCH_BUILD_TESTS=OFF \
        -DQUTIBENCH_BUILD_EXAMPLES=OFF -DPython_EXECUTABLE="$PWD/.venv/bin/python" \
        -Dpybind11_DIR="$(.venv/bin/python -m pybind11 --cmakedir)" &&
        cmake --build "$at" --parallel "$(jobs)" || return
    mkdir -p "$at/package/qutibench"
    ln -sf "$PWD"/python/qutibench/* "$PWD/$at"/python/_core.*.so "$at/package/qutibench/"
    PYTHONPATH="$PWD/$at/package" LD_PRELOAD="$(g++ -print-file-name=libtsan.so)" TSAN_OPTIONS=exitcode=66 \
        setarch -R .venv/bin/python tests/support/stress.py threads --seconds 100
}

# The corpora and models that lie in the repository, what the fuzzers have found besides, and graphs made of random
# choices.
reach_check() {
    local name some place places at=build/coverage/reach
    rm -rf "$at/profiles"
    for name in tests/fuzz/*.cpp; do
        name=$(basename "$name" .cpp)
        [ "$name" != expression ] || continue # which reads no file
        [ "$name" = made_onnx ] && some=5000 || some=0
        [ "$name" = json ] && places=(data/platforms data/networks data/calibrations) || places=()
        for place in {tests/fuzz,build/fuzz/fuzz}/corpus/"$name" "tests/data/${name%_ir}"; do
            [ ! -d "$place" ] || places+=("$place")
        done
        FUZZ_TARGET=$name LLVM_PROFILE_FILE="$at/profiles/$name.profraw" ASAN_OPTIONS=detect_leaks=0 \
            "$at/reach" 600 "$some" 1 "${places[@]}" || return
    done
    .venv/bin/python tests/support/coverage.py build/coverage 80 0 --fuzzed
}

instruction_check() {
    cmake --build --preset release --target instructions &&
        .venv/bin/python tests/support/instruction_counts.py build/release/tests/instructions &&
        .venv/bin/python tests/support/compile_cost.py --compiler "$(pick_compiler)" --include include --umbrella
}

format_check() { git ls-files -z '*.hpp' '*.cpp' | xargs -0 .venv/bin/clang-format --dry-run -Werror; }

# Every header of the project, through the one source file that includes them all.
tidy_check() { clang-tidy -quiet -p build/clang build/clang/tests/headers/first.cpp; }

summary() { .venv/bin/python tests/support/summary.py "$results" "${suites[@]}"; }

# --- what can be asked for -------------------------------------------------------------------------------------------

answers() {
    install_packages answers
    configure release || stop "could not configure"
    build release what_if || stop "could not build"
    "$(pick_python)" tests/support/console.py --bin build/release/bin --show README.md
    say
    say "-- first answers after $(minutes)"
}

demo() {
    answers
    say "-- the Python package and the page come next, side by side"
    make_environment build
    { install_packages page && step "page" examples/portal/build.sh; } & # a download, and one core for minutes
    local page=$!
    CMAKE_BUILD_PARALLEL_LEVEL=$(jobs) install_package || stop "could not install the Python package"
    wait "$page" || stop "could not build the page"
    say "-- everything after $(minutes)"
}

run_tests() { # test | check
    trap 'say "0 passed, 1 failed"' EXIT # where the set-up itself fails
    mkdir -p "$results"
    install_packages "$1"
    begin_page
    make_environment build test notebook lint
    cpp_tests "$1"
    [ -z "${CI:-}" ] || [ "$1" = check ] || sanitized_tests
    fuzz_tests "$([ "$1" = check ] && echo 120 || echo 5)"
    begin_portal
    python_tests
    wait "$portal_job" || true
    [ "$1" = test ] || release_checks
    trap - EXIT
    say "-- $1: $(minutes)"
    summary
}

set -- "${1:-demo}"
case "$1" in
demo | answers) "$1" ;;
test | check) run_tests "$1" ;;
page)
    install_packages page
    step "page" examples/portal/build.sh
    ;;
-h | --help | help) usage ;;
*)
    usage >&2
    exit 2
    ;;
esac
