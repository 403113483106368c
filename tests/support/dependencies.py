# SPDX-License-Identifier: BSD-3-Clause
"""Checks that the headers depend on each other in one direction only and keep other libraries where they belong.

usage: dependencies.py include/qutibench
"""

import re
import sys
from pathlib import Path

# What each folder may include besides itself (docs/architecture.md draws the same).
BASE = {"core", "detail"}
NETWORK = BASE | {"network", "transform"}
FOLDERS = {
    "core": BASE,
    "detail": BASE,
    "network": BASE,
    "transform": BASE | {"network"},
    "hardware": BASE,
    "model": NETWORK | {"hardware"},
    "language": NETWORK | {"hardware"},
    "measure": NETWORK | {"hardware", "model"},
    "pareto": BASE,
    "expression": BASE,
    "explore": NETWORK | {"hardware", "model", "measure", "pareto", "expression", "language"},
    "io": NETWORK | {"hardware", "model", "measure", "pareto", "expression", "explore", "language"},
    "study": NETWORK | {"hardware", "model", "measure", "pareto", "expression", "explore", "io", "language"},
    "ask": NETWORK | {"hardware", "model", "measure", "pareto", "expression", "explore", "io", "language"},
}

# Which headers may include another library, by the start of their path.
LIBRARIES = {
    "boost/units/": ("units.hpp",),
    "boost/property_tree/": ("io/openvino/",),
    "boost/": (),
    "nlohmann/": ("io/",),
    "protozero/": ("io/onnx", "io/detail/model_file.hpp"),
    "Eigen/": ("model/calibration",),
    "oneapi/": ("explore/",),
    "tao/": ("expression/", "io/"),
    "sys/": ("io/",),
}

# Standard headers that cost every user compile time, or do what models must not do.
HEAVY = ("iostream", "regex", "locale", "fstream", "filesystem")

# Which headers need those that CMake makes of data/, in the end; all others compile from include/ alone.
EMBEDDED = ("qutibench/io/catalogue_data.hpp", "qutibench/io/calibration_data.hpp")
NEED_EMBEDDED = ("ask/", "study/", "io/attained.hpp", "io/calibration_networks.hpp", "io/catalogue.hpp",
                 "io/expect.hpp", "io/platform_names.hpp", "io/populations.hpp")  # fmt: skip

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def folder_of(header: str) -> str:
    return header.split("/")[0] if "/" in header else "core"


def complaint(header: str, included: str) -> str | None:
    """Why `header` (relative to include/qutibench) must not include `included`, or None where it may."""
    if included.startswith("qutibench/"):
        folder, target = folder_of(header), folder_of(included.removeprefix("qutibench/"))
        if folder not in FOLDERS:
            return f"the folder {folder} is unknown here: say what it may include"
        if target != folder and target not in FOLDERS[folder]:
            return f"{folder} must not depend on {target}"
        return None
    for library, homes in LIBRARIES.items():
        if included.startswith(library):
            return None if header.startswith(homes) else f"{library} belongs to {', '.join(homes) or 'no header'}"
    if "/" in included:
        return "this library is unknown here: say which headers may include it"
    if included in HEAVY and folder_of(header) != "io":
        return "this standard header is kept to io/"
    return None


def needing_embedded(includes: dict[str, list[str]]) -> set[str]:
    """The headers that include what is made of data/, through others or themselves."""
    found: set[str] = set()
    more = set(EMBEDDED)
    while more:
        more = {header for header, all_of in includes.items() if more.intersection(all_of)} - found
        found |= more
        more = {f"qutibench/{header}" for header in more}
    return found


def main() -> int:
    root = Path(sys.argv[1])
    headers = [path for path in sorted(root.rglob("*.hpp")) if path != root / "qutibench.hpp"]
    complaints = 0
    includes: dict[str, list[str]] = {}
    for path in headers:
        header = path.relative_to(root).as_posix()
        includes[header] = []
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not (found := INCLUDE.match(line)):
                continue
            includes[header].append(found[1])
            if reason := complaint(header, found[1]):
                print(f"{path}:{number}: includes {found[1]}: {reason}")
                complaints += 1
    for header in sorted(needing_embedded(includes)):
        if not header.startswith(NEED_EMBEDDED):
            print(f"{root / header}: needs headers that CMake makes of data/; only NEED_EMBEDDED may")
            complaints += 1
    print(f"{len(headers)} headers, {complaints} wrong includes")
    return 1 if complaints or not headers else 0


if __name__ == "__main__":
    sys.exit(main())
