# SPDX-License-Identifier: BSD-3-Clause
"""Checks from the compiler's own dependency list that the core umbrella pulls in no heavy header."""

import argparse
import sys
import tempfile
from pathlib import Path

import compiler

FORBIDDEN = (
    "/nlohmann/",
    "/Eigen/",
    "/protozero/",
    "/CLI/",
    "/oneapi/",
    "/iostream",
    "/regex",
    "/fstream",
    "/filesystem",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    compiler.add_arguments(parser)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "core.cpp"
        source.write_text("#include <qutibench/qutibench.hpp>\n", encoding="utf-8")
        result = compiler.run(arguments, "-M", str(source))
    if result.returncode:
        print(result.stderr)
        return 1
    files = result.stdout.replace("\\\n", " ").split()
    heavy = [file for file in files if any(word in file for word in FORBIDDEN)]
    print(f"{len(files)} files behind the core umbrella; heavy ones among them: {heavy or 'none'}")
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
