# SPDX-License-Identifier: BSD-3-Clause
"""Checks that a budget in static_assert compiles as firmware is built, without exceptions and type information, and
that an older standard gets one sentence.

usage: firmware_flags.py --compiler CXX --include DIR...
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import compiler

BUDGET = """#include <qutibench/qutibench.hpp>
namespace qb = qutibench;
static_assert(qb::analyze(qb::zoo::cnv()).operations().value() == 469'449'728);
"""
FLAGS = (["-fno-rtti"], ["-fno-exceptions", "-fno-rtti"], ["-fno-exceptions", "-fno-rtti", "-Os"])


def problems(arguments: argparse.Namespace) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        budget = Path(folder, "budget.cpp")
        budget.write_text(BUDGET, encoding="utf-8")
        found = []
        for flags in FLAGS:
            made = compiler.run(arguments, *flags, "-c", "-o", str(Path(folder, "budget.o")), str(budget))
            if made.returncode:
                found.append(f"{' '.join(flags)}: {made.stderr}")
        old = compiler.run(arguments, "-std=c++17", "-fsyntax-only", str(budget))
        errors = re.findall(r"error: .*", old.stderr)  # the sentence, and the line that ends the compilation
        if len(errors) != 2 or not any("qutibench needs C++20" in one for one in errors):
            found.append(f"C++17 is refused by {len(errors)} errors, the first '{errors[:1]}'")
        return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    compiler.add_arguments(parser)
    found = problems(parser.parse_args())
    print("\n".join(found) or f"{len(FLAGS)} sets of flags compile a budget")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
