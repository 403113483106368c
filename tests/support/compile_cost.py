# SPDX-License-Identifier: BSD-3-Clause
"""What including this library costs a compiler.

--list      each header alone: processor time to compile it, in ratio to Boost.Units' own headers in the same run
--umbrella  instructions to compile the core umbrella, in ratio to Boost.Units' own headers: at most 1.75 times as many.
            Valgrind counts them, because processor time on a shared machine says little.
--check     template instantiations behind the core umbrella and behind quick_start, as clang++ counts them, against the
            recorded ones: a tenth more is an error, so that they cannot grow unnoticed. Counts depend on the standard
            library and on Boost, not on the machine; where those differ from the recorded ones, it says so and passes.
--record    writes the counts of --check down
"""

import argparse
import json
import re
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import compiler

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(__file__).with_name("compile_cost.json")
ALLOWED = 1.1
UMBRELLA = 1.75
UNITS = "#include <boost/units/quantity.hpp>\n#include <boost/units/systems/si.hpp>\n"
PROGRAMS = {
    "umbrella": "#include <qutibench/qutibench.hpp>\n",
    "quick_start": (ROOT / "examples/quick_start.cpp").read_text(encoding="utf-8"),
}


def compiled(arguments: argparse.Namespace, source: Path, *options: str, under: Sequence[str] = ()) -> str:
    """Compiles, and returns what was said meanwhile."""
    result = compiler.run(arguments, *options, "-c", str(source), "-o", str(source.with_suffix(".o")), under=under)
    if result.returncode:
        sys.exit(f"{source.name} does not compile:\n{result.stderr}")
    return result.stderr


def processor_time(arguments: argparse.Namespace, text: str, repeats: int) -> float:
    """The least processor time of several compilations, in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "one.cpp"
        source.write_text(text, encoding="utf-8")
        times = []
        for _ in range(repeats):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            compiled(arguments, source)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def show_list(arguments: argparse.Namespace) -> int:
    reference = processor_time(arguments, UNITS, 5)
    print(f"Boost.Units' headers alone: {reference:.2f} s of processor time\n{'header':56} {'ratio':>6}")
    costs = {}
    for header in sorted((ROOT / "include").rglob("*.hpp")):
        name = str(header.relative_to(ROOT / "include"))
        costs[name] = processor_time(arguments, f"#include <{name}>\n", 1) / reference
    for name, ratio in sorted(costs.items(), key=lambda one: -one[1]):
        print(f"{name:56} {ratio:6.2f}")
    return 0


def instructions(arguments: argparse.Namespace, text: str) -> int:
    """What the compiler's processes execute, by Valgrind."""
    counter = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "one.cpp"
        source.write_text(text, encoding="utf-8")
        said = compiled(arguments, source, under=[*counter, "--trace-children=yes"])
    return sum(int(count.replace(",", "")) for count in re.findall(r"I\s+refs:\s+([\d,]+)", said))


def compare_umbrella(arguments: argparse.Namespace) -> int:
    core, units = (instructions(arguments, text) for text in (PROGRAMS["umbrella"], UNITS))
    print(f"core umbrella: {core / units:.2f} times the instructions of Boost.Units' headers, at most {UMBRELLA}")
    return 1 if core > UMBRELLA * units else 0


def libraries(arguments: argparse.Namespace) -> dict[str, str]:
    """The versions that the counts depend on."""
    with tempfile.NamedTemporaryFile("w", suffix=".cpp") as source:
        source.write("#include <version>\n#include <boost/version.hpp>\n")
        source.flush()
        macros = compiler.run(arguments, "-dM", "-E", source.name).stdout.split("\n")
    wanted = ("__GLIBCXX__", "BOOST_VERSION", "__clang_major__")
    found = {line.split()[1]: line.split()[2] for line in macros if len(line.split()) > 2}
    return {name: found.get(name, "none") for name in wanted}


def instantiations(arguments: argparse.Namespace) -> dict[str, int]:
    counts = {}
    for name, text in PROGRAMS.items():
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "one.cpp"
            source.write_text(text, encoding="utf-8")
            compiled(arguments, source, "-ftime-trace", "-ftime-trace-granularity=0")
            events = json.loads(source.with_suffix(".json").read_text(encoding="utf-8"))["traceEvents"]
        counts[name] = sum(one["name"] in ("InstantiateClass", "InstantiateFunction") for one in events)
    return counts


def check(arguments: argparse.Namespace) -> int:
    recorded = json.loads(RECORD.read_text(encoding="utf-8"))
    found = libraries(arguments)
    if found != recorded["libraries"]:
        print(f"not compared: recorded with {recorded['libraries']}, here are {found}")
        return 0
    grown = 0
    for name, count in instantiations(arguments).items():
        before = recorded["instantiations"][name]
        print(f"{name}: {count} instantiations, recorded {before}")
        grown += count > ALLOWED * before
    if grown:
        print("more than a tenth above the record; where that is meant, renew it with --record")
    return 1 if grown else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    compiler.add_arguments(parser)
    what = parser.add_mutually_exclusive_group(required=True)
    for name in ("list", "umbrella", "check", "record"):
        what.add_argument(f"--{name}", action="store_true")
    arguments = parser.parse_args()
    if arguments.list:
        return show_list(arguments)
    if arguments.umbrella:
        return compare_umbrella(arguments)
    if arguments.check:
        return check(arguments)
    record = {"libraries": libraries(arguments), "instantiations": instantiations(arguments)}
    RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
