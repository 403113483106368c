# SPDX-License-Identifier: BSD-3-Clause
"""Writes the core, and whatever else is asked for, as one header that needs nothing of this library beside it.

usage: amalgamate.py [-o FILE] [--beside HEADER] [HEADER...]

Headers are named as they are included: `qutibench/transform/prune.hpp`. Without any it is the core,
`qutibench/qutibench.hpp`. Each header's text appears once, after what it includes. Use the result instead of the
library's folder, not beside it. With --beside, what another such file has is left out and that file is included:

    amalgamate.py -o one/qutibench/qutibench.hpp
    amalgamate.py -o one/qutibench/io/catalogue.hpp --beside qutibench/qutibench.hpp qutibench/io/catalogue.hpp

The packed catalogue is made for it (cmake); the second file then needs nlohmann_json, as io/catalogue.hpp does.
"""

import argparse
import functools
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = re.compile(r"\s*#\s*include\s*<(qutibench/[^>]+)>")


@functools.cache
def generated(name: str) -> str:
    """A header that the build makes of the data files."""
    with tempfile.TemporaryDirectory() as folder:
        header = Path(folder, "catalogue_data.hpp")
        script = ROOT / ".cmake/embed_catalogue.cmake"
        subprocess.run(["cmake", f"-DDATA_DIR={ROOT / 'data'}", f"-DHEADER={header}", "-P", script], check=True)
        made = Path(folder, name)
        return made.read_text(encoding="utf-8") if made.is_file() else ""


def source_of(header: str) -> str:
    path = ROOT / "include" / header
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if header.endswith("_data.hpp") and not text:
        text = generated(path.name)
    if not text:
        raise SystemExit(f"amalgamate.py: there is no include/{header}")
    return text


def text_of(header: str, seen: set[str]) -> list[str]:
    """The lines of a header, its own includes replaced by their text where they come for the first time."""
    if header in seen:
        return []
    seen.add(header)
    lines: list[str] = []
    for line in source_of(header).splitlines():
        own = OWN.match(line)
        if own:
            lines += text_of(own[1], seen)
        elif line.startswith("// SPDX-") or line.strip() == "#pragma once":
            continue
        elif line or (lines and lines[-1]):
            lines.append(line)
    return [f"// {header}", *lines, ""]


def amalgamated(headers: list[str], beside: str | None = None) -> str:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8").splitlines()
    top = ["// SPDX-License-Identifier: BSD-3-Clause", *(f"// {line}".rstrip() for line in licence), "#pragma once", ""]
    seen: set[str] = set()
    if beside:
        text_of(beside, seen)
        top += [f"#include <{beside}>", ""]
    return "\n".join([*top, *(line for header in headers for line in text_of(header, seen))])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path)
    parser.add_argument("--beside", metavar="HEADER", help="what is in another such file already, and is included")
    parser.add_argument("headers", nargs="*", default=["qutibench/qutibench.hpp"])
    arguments = parser.parse_args()
    text = amalgamated(arguments.headers, arguments.beside)
    if arguments.output:
        arguments.output.parent.mkdir(parents=True, exist_ok=True)
        arguments.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
