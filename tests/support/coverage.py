# SPDX-License-Identifier: BSD-3-Clause
"""Which lines and branches of include/ the tests reach, by clang's source-based counters.

A branch is one side of a condition in the source: of `if`, a loop, `?:`, `case` and each operand of `&&` and `||`.
Conditions known at compile time do not count; of a function template the instance that is reached best does.

usage: coverage.py BUILD LINES BRANCHES [--fuzzed]    BUILD: the preset coverage, its tests run; the floors are per cent
--fuzzed: what the fuzzers' corpora reach of the readers, include/qutibench/io, by the programs of the target `reach`.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from pathlib import Path

INCLUDE = Path(__file__).resolve().parents[2] / "include"
KINDS = ("lines", "branches")


def tool(name: str, compiler: str) -> str:
    """The program of the release that built the tests: counters of one are not read by another."""
    said = subprocess.run([compiler, "-print-prog-name=" + name], capture_output=True, text=True, check=True).stdout
    return said.strip()


def summary(build: Path, folders: tuple[str, ...]) -> list[dict]:
    """Of every header that the programs of some folders include: its name and its counts."""
    cache = (build / "CMakeCache.txt").read_text()
    compiler = re.search(r"^CMAKE_CXX_COMPILER:\w+=(.*)$", cache, re.MULTILINE)[1]
    place = build / "reach" if folders == ("reach",) else build
    counters, merged = sorted(place.glob("profiles/*.profraw")), place / "tests.profdata"
    if not counters:
        sys.exit(f"{place}/profiles: no counters; build the preset coverage and run its tests")
    subprocess.run([tool("llvm-profdata", compiler), "merge", "-sparse", *counters, "-o", merged], check=True)
    programs = sorted(
        one
        for folder in folders
        for one in (build / folder).glob("*")
        if one.is_file() and os.access(one, os.X_OK) and one.suffix == ""
    )
    objects = [argument for one in programs for argument in ("-object", one)]
    command = [tool("llvm-cov", compiler), "export", "-summary-only", f"-instr-profile={merged}", *objects[1:]]
    report = json.loads(subprocess.run([*command, INCLUDE], capture_output=True, check=True).stdout)
    files = report["data"][0]["files"]
    return [{"name": Path(one["filename"]).relative_to(INCLUDE).as_posix(), **one["summary"]} for one in files]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("lines", type=float)
    parser.add_argument("branches", type=float)
    parser.add_argument("--fuzzed", action="store_true")
    chosen = parser.parse_args()
    headers = summary(chosen.build, ("reach",) if chosen.fuzzed else ("bin", "tests"))
    under = "qutibench/io/" if chosen.fuzzed else ""
    headers = [header for header in headers if header["name"].startswith(under)]
    names = {header["name"] for header in headers}
    there = {path.relative_to(INCLUDE).as_posix() for path in INCLUDE.rglob("*.hpp")}
    unseen = sorted(one for one in there - names if one.startswith(under))
    print("nothing to count, or nothing of it in any program:", *unseen or ["-"])
    short = False
    for header in sorted(headers, key=lambda one: one["branches"]["notcovered"], reverse=True)[:15]:
        print(*(f"{header[kind]['covered']:6} of {header[kind]['count']:6} {kind}" for kind in KINDS), header["name"])
    for kind in KINDS:
        covered, count = (sum(header[kind][field] for header in headers) for field in ("covered", "count"))
        share = 100 * covered / max(count, 1)
        short |= share < getattr(chosen, kind)
        print(f"{kind}: {share:.1f} % ({covered} of {count}), at least {getattr(chosen, kind):g} %")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
