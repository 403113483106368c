# SPDX-License-Identifier: BSD-3-Clause
"""Instructions of the library's hot paths against recorded ones: what a clock on a shared machine cannot tell.

Callgrind counts a program that runs a path a number of times, and again with more of them; the difference is the path
alone. A tenth more than recorded is an error. Counts depend on the compiler, which the record names: where another one
is used, the check says so and passes.

usage: instruction_counts.py PROGRAM [--record]      PROGRAM is the target `instructions` of a release build
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

RECORD = Path(__file__).with_name("instruction_counts.json")
ALLOWED = 1.1
PATHS = {  # name: repeats
    "build_resnet50": 20,
    "analyze_resnet50": 50,
    "predict_network": 2000,
    "predict_layers": 100,
    "parse_graph": 20,
    "load_onnx": 20,
    "load_platform": 20,
    "pareto_3d": 20,
}


def instructions(program: Path, name: str, repeats: int) -> int:
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, name, str(repeats)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", result.stderr)
    if result.returncode or not found:
        sys.exit(f"{name}: {result.stderr}")
    return int(found[1])


def compiler_of(program: Path) -> str:
    """What the program says in its .comment section, such as 'GCC: (Debian 12.2.0-14+deb12u1) 12.2.0'."""
    section = subprocess.run(["readelf", "-p", ".comment", program], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\]\s+(.*)", section)
    return found[1].strip() if found else "unknown"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=Path)
    parser.add_argument("--record", action="store_true", help="write the counts down")
    chosen = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed")
    compiler = compiler_of(chosen.program)
    counts = {}
    for name, repeats in PATHS.items():
        few, many = (instructions(chosen.program, name, n) for n in (repeats, 3 * repeats))
        counts[name] = round((many - few) / (2 * repeats))
    if chosen.record:
        RECORD.write_text(json.dumps({"compiler": compiler, "instructions": counts}, indent=2) + "\n")
        return 0
    recorded = json.loads(RECORD.read_text())
    comparable = compiler == recorded["compiler"]
    if not comparable:
        print(f"not compared: recorded with '{recorded['compiler']}', here is '{compiler}'")
    grown = []
    for name, count in counts.items():
        before = recorded["instructions"][name]
        print(f"{name:20} {count:>12,} instructions, recorded {before:>12,}: {count / before - 1:+.1%}")
        if comparable and count > ALLOWED * before:
            grown.append(name)
    if grown:
        print(f"more than a tenth above the record: {', '.join(grown)}; where that is meant, renew it with --record")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
