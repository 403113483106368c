# SPDX-License-Identifier: BSD-3-Clause
"""Runs the commands that pages show and compares what they print with what the pages say they print.

In a Markdown page, every line `$ command` inside a fenced block is a command; the lines up to the next one, or to the
end of the fence, are its output (standard output and error together). A file that ends in .console is one such block.
A line `...` stands for any number of lines. An exit status other than 0 shows as a last line `[exit status N]`.
Only commands that begin with a program of --bin are run: pages also show how to install, build and clone.

usage: console.py --bin DIR PAGE...                    compare, as the tests do
       console.py --bin DIR --show PAGE...             run the commands and print them with their output
       console.py --bin DIR --update PAGE...           write what they print now into the pages
       console.py --bin DIR --program NAME --expected FILE        compare the whole standard output of one program
"""

import argparse
import difflib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Command:
    """A command of a page: `begin` and `end` bound its output, as indices of lines."""

    text: str
    begin: int
    end: int


def commands(lines: list[str], fenced: bool) -> Iterator[Command]:
    inside = not fenced
    current: Command | None = None
    for number, line in enumerate(lines):
        fence = fenced and line.lstrip().startswith("```")
        if current and (fence or line.startswith("$ ")):
            current.end = number
            yield current
            current = None
        if fence:
            inside = not inside
        elif inside and line.startswith("$ "):
            current = Command(line[2:], number + 1, number + 1)
        elif current and current.text.endswith("\\") and number == current.begin:
            current.text = current.text[:-1] + line.strip()
            current.begin = number + 1
    if current:
        current.end = len(lines)
        yield current


def run(command: str, programs: Path) -> list[str]:
    environment = dict(os.environ, PATH=f"{programs}{os.pathsep}{os.environ.get('PATH', '')}", LC_ALL="C.UTF-8")
    result = subprocess.run(
        ["bash", "-c", command],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
    )
    lines = [line.rstrip() for line in result.stdout.rstrip("\n").split("\n")] if result.stdout.strip() else []
    return lines + ([f"[exit status {result.returncode}]"] if result.returncode else [])


def matches(expected: list[str], actual: list[str]) -> bool:
    """Whether the lines are the same, where `...` stands for any number of them."""
    if not expected:
        return not actual
    if expected[0].strip() == "...":
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    return bool(actual) and expected[0].rstrip() == actual[0].rstrip() and matches(expected[1:], actual[1:])


def trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def known_programs(programs: Path) -> set[str]:
    """Programs built, and those that examples/ holds the source of: these must not be missing."""
    built = {path.name for path in programs.iterdir()} if programs.is_dir() else set()
    files = {path.stem for path in ROOT.glob("examples/*.cpp")}
    folders = {path.parent.name for path in ROOT.glob("examples/*/main.cpp")}
    return built | files | folders


def visit(page: Path, arguments: argparse.Namespace, known: set[str]) -> tuple[int, int]:
    """Runs one page; returns how many commands it has and how many of them print something else."""
    lines = page.read_text(encoding="utf-8").splitlines()
    count = failures = 0
    updated: list[str] = []
    copied = 0
    for command in commands(lines, fenced=page.suffix == ".md"):
        if command.text.split()[0] not in known:
            continue
        count += 1
        actual = run(command.text, arguments.bin)
        expected = trimmed(lines[command.begin : command.end])
        if arguments.show:
            print(f"$ {command.text}", *actual, "", sep="\n")
            failures += bool(actual) and actual[-1].startswith("[exit status") and actual[-1] not in expected
        elif arguments.update:
            updated += lines[copied : command.begin] + (expected if matches(expected, actual) else actual)
            copied = command.begin + len(expected)
        elif not matches(expected, actual):
            failures += 1
            print(f"{page}:{command.begin}: $ {command.text}")
            print(*difflib.unified_diff(expected, actual, "the page says", "the command prints", lineterm=""), sep="\n")
    if arguments.update and count:
        page.write_text("\n".join(updated + lines[copied:]) + "\n", encoding="utf-8")
    return count, failures


def compare_program(arguments: argparse.Namespace) -> int:
    result = subprocess.run(
        [arguments.bin / arguments.program], cwd=ROOT, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    if arguments.update:
        arguments.expected.write_text(result.stdout, encoding="utf-8")
    expected = arguments.expected.read_text(encoding="utf-8")
    if result.returncode == 0 and matches(trimmed(expected.splitlines()), trimmed(result.stdout.splitlines())):
        return 0
    print(f"{arguments.program}: exit status {result.returncode}", result.stderr, sep="\n")
    print(
        *difflib.unified_diff(
            expected.splitlines(), result.stdout.splitlines(), str(arguments.expected), "it prints", lineterm=""
        ),
        sep="\n",
    )
    return 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--program")
    parser.add_argument("--expected", type=Path)
    parser.add_argument("pages", type=Path, nargs="*")
    arguments = parser.parse_args()
    arguments.bin = arguments.bin.resolve()
    if arguments.program:
        return compare_program(arguments)
    known = known_programs(arguments.bin)
    results = [visit(page, arguments, known) for page in arguments.pages]
    count, failures = sum(r[0] for r in results), sum(r[1] for r in results)
    if not arguments.show:
        print(f"{count} commands on {len(arguments.pages)} pages, {failures} print something else")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
