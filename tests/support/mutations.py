# SPDX-License-Identifier: BSD-3-Clause
"""Whether the tests would notice a wrong formula: each entry of mutations.json changes one, and its test must fail.

usage: mutations.py --compiler CXX --include DIR... [--system DIR...] [--jobs N] [WORD...]

An entry is a header, what stands in it once, and what to put there instead. It is noticed when the test fails,
does not end in time, or does not compile for a static_assert; anything else that does not compile is a mistake in the
entry. WORDs choose the entries whose test or header has one of them in its path.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import compiler

ROOT = Path(__file__).resolve().parents[2]
HEADERS = ROOT / "include/qutibench"
ENTRIES = Path(__file__).with_suffix(".json")
SECONDS, BYTES = 300, 4 << 30
"""What a test's program may take."""
DATA = {"SOURCE": ROOT, "DATA": ROOT / "data", "TEST_DATA": ROOT / "tests/data"}


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def outcome(arguments: argparse.Namespace, main: Path, test: str, headers: Path, folder: Path) -> str:
    """Compiles a test with headers that go before the project's, and runs it: passes, fails, or why it does not run."""
    program = folder / "test"
    options = [f'-DQUTIBENCH_{name}_DIR="{path}"' for name, path in DATA.items()]
    options += ["-O0", f"-I{ROOT / 'tests'}", str(ROOT / test), str(main), "-ltbb", "-o", str(program)]
    changed = argparse.Namespace(**{**vars(arguments), "include": [headers, *arguments.include]})
    built = compiler.run(changed, *options)
    if built.returncode:
        asserted = "static assertion" in built.stderr or "static_assert" in built.stderr
        return "fails" if asserted else f"does not compile\n{built.stderr[:2000]}"
    try:
        ran = subprocess.run(
            [program], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, preexec_fn=limited, check=False
        )
    except subprocess.TimeoutExpired:
        return "fails"
    return "fails" if ran.returncode else "passes"


def changed_header(header: str, was: str, becomes: str, folder: Path) -> None:
    text = (HEADERS / header).read_text(encoding="utf-8")
    if text.count(was) != 1:
        sys.exit(f"{ENTRIES.name}: '{was}' stands {text.count(was)} times in {header}, not once")
    copy = folder / "qutibench" / header
    copy.parent.mkdir(parents=True)
    copy.write_text(text.replace(was, becomes), encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    compiler.add_arguments(parser)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("words", nargs="*")
    arguments = parser.parse_args()
    tests = json.loads(ENTRIES.read_text(encoding="utf-8"))
    chosen: list[tuple[str, list[str]]] = []
    for test, entries in tests.items():
        kept = [one for one in entries if not arguments.words or any(w in test or w in one[0] for w in arguments.words)]
        chosen += [(test, []), *((test, one) for one in kept)] if kept else []  # unchanged headers first

    with tempfile.TemporaryDirectory() as place:
        catch = Path(place) / "catch_main.o"
        built = compiler.run(arguments, "-O0", "-c", str(ROOT / "tests/support/catch_main.cpp"), "-o", str(catch))
        if built.returncode:
            sys.exit(f"catch_main.cpp does not compile:\n{built.stderr}")

        def tried(number: int) -> str:
            test, entry = chosen[number]
            with tempfile.TemporaryDirectory(dir=place) as folder:
                if entry:
                    changed_header(entry[0], entry[1], entry[2], Path(folder))
                return outcome(arguments, catch, test, Path(folder), Path(folder))

        wrong = 0
        with ThreadPoolExecutor(arguments.jobs) as pool:
            for (test, entry), found in zip(chosen, pool.map(tried, range(len(chosen))), strict=True):
                expected = "fails" if entry else "passes"
                what = f"{test}: {entry[0]}: {entry[1]} -> {entry[2]}" if entry else f"{test}: as it is"
                print("noticed" if found == "fails" else found, "|", " ".join(what.split()), flush=True)
                wrong += found != expected
    print(f"{sum(bool(entry) for _, entry in chosen)} changes, {wrong} not as expected")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
