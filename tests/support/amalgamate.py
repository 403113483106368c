# SPDX-License-Identifier: BSD-3-Clause
"""Writes the core, and whatever else is asked for, as one header that needs nothing of this library beside it.

usage: amalgamate.py [-o FILE] [HEADER...]

Headers are named as they are included: `qutibench/transform/prune.hpp`. Without any it is the core,
`qutibench/qutibench.hpp`. Each header's text appears once, after what it includes. Use the result instead of the
library's folder, not beside it.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = re.compile(r"\s*#\s*include\s*<(qutibench/[^>]+)>")


def text_of(header: str, seen: set[str]) -> list[str]:
    """The lines of a header, its own includes replaced by their text where they come for the first time."""
    if header in seen:
        return []
    seen.add(header)
    path = ROOT / "include" / header
    if not path.is_file():
        raise SystemExit(f"amalgamate.py: there is no include/{header}")
    lines: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        own = OWN.match(line)
        if own:
            lines += text_of(own[1], seen)
        elif line.startswith("// SPDX-") or line.strip() == "#pragma once":
            continue
        elif line or (lines and lines[-1]):
            lines.append(line)
    return [f"// {header}", *lines, ""]


def amalgamated(headers: list[str]) -> str:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()
    top = ["// SPDX-License-Identifier: BSD-3-Clause", *(f"// {line}".rstrip() for line in licence), "#pragma once", ""]
    seen: set[str] = set()
    return "\n".join([*top, *(line for header in headers for line in text_of(header, seen))])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("headers", nargs="*", default=["qutibench/qutibench.hpp"])
    arguments = parser.parse_args()
    text = amalgamated(arguments.headers)
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
