# SPDX-License-Identifier: BSD-3-Clause
"""Checks that a misuse does not compile, and that the compiler's message helps.

The file begins with one or more lines `// expect: REGEX`, each of which must match somewhere in the message;
`// expect(g++): REGEX` and `// expect(clang++): REGEX` hold for that compiler only. Where the misuse stands between
`#ifdef MISUSE` and `#endif`, the file must compile without it, so that no other mistake can pass for the expected one.
"""

import argparse
import re
import sys
from pathlib import Path

import compiler

EXPECT = re.compile(r"//\s*expect(?:\((g\+\+|clang\+\+)\))?:\s*(.+?)\s*$")


def expectations(text: str, compiler_name: str) -> list[str]:
    """The patterns at the head of the file that hold for this compiler."""
    kind = "clang++" if "clang" in compiler_name else "g++"
    patterns = []
    for line in text.splitlines():
        if found := EXPECT.match(line):
            if found[1] in (None, kind):
                patterns.append(found[2])
        elif not line.startswith("//"):
            break
    return patterns


def problems(arguments: argparse.Namespace) -> list[str]:
    text = arguments.file.read_text(encoding="utf-8")
    patterns = expectations(text, Path(arguments.compiler).name)
    if not patterns:
        return ["no line '// expect: REGEX' for this compiler at the head of the file"]
    if "#ifdef MISUSE" in text:
        good = compiler.run(arguments, "-fsyntax-only", str(arguments.file))
        if good.returncode:
            return [f"does not compile even without the misuse:\n{good.stderr}"]
    bad = compiler.run(arguments, "-fsyntax-only", "-DMISUSE", str(arguments.file))
    if bad.returncode == 0:
        return ["compiles, although it must not"]
    return [f"the message does not match '{p}':\n{bad.stderr}" for p in patterns if not re.search(p, bad.stderr)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    compiler.add_arguments(parser)
    parser.add_argument("file", type=Path)
    arguments = parser.parse_args()
    found = problems(arguments)
    for problem in found:
        print(f"{arguments.file.name}: {problem}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
