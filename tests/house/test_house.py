# SPDX-License-Identifier: BSD-3-Clause
"""Habits of the house that a machine can check."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOP_LEVEL = {
    "CHANGELOG.md", "CITATION.cff", "CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "LICENSE", "README.md",
    "SECURITY.md", "bootstrap.sh", "data", "docs", "examples", "include", "packaging", "pyproject.toml", "python",
    "tests", "vcpkg.json",
}  # fmt: skip
SOURCES = {".hpp", ".cpp", ".py", ".cmake"}
LONGEST_HEADER = 500
LONGEST_LINE = 120


def tracked() -> list[Path]:
    """Files of the repository, relative to its root; without git, all that are not built."""
    git = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if git.returncode == 0 and git.stdout:
        return [Path(name) for name in git.stdout.split("\0") if name and (ROOT / name).is_file()]
    built = {".git", ".venv", "build", "node_modules", "__pycache__"}
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [path for path in files if not built & set(path.parts)]


FILES = tracked()
HEADERS = [path for path in FILES if path.parts[0] == "include" and path.suffix == ".hpp"]


def lines(path: Path) -> list[str]:
    return (ROOT / path).read_text(encoding="utf-8").splitlines()


def test_nothing_else_lies_at_the_top_level() -> None:
    visible = {path.parts[0] for path in FILES if not path.parts[0].startswith(".")}
    assert visible <= TOP_LEVEL


@pytest.mark.parametrize("path", HEADERS, ids=str)
def test_header_is_one_idea(path: Path) -> None:
    text = lines(path)
    assert text[0] == "// SPDX-License-Identifier: BSD-3-Clause"
    assert ("#pragma once" in text) != (path.name == "compile_once.hpp")  # read anew by each part
    assert len(text) <= LONGEST_HEADER
    assert not [line for line in text if re.match(r"\s*using namespace", line)]


def test_sources_name_their_licence_and_keep_to_the_line_length() -> None:
    sources = [path for path in FILES if path.suffix in SOURCES]
    unnamed = [str(path) for path in sources if lines(path) and "SPDX" not in "".join(lines(path)[:4])]
    long = [f"{path}:{n}" for path in sources for n, line in enumerate(lines(path), 1) if len(line) > LONGEST_LINE]
    assert not unnamed
    assert not long


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NotImpl" + "ementedError"]))
    sources = [path for path in FILES if path.suffix in SOURCES]
    assert not [f"{path}:{n}" for path in sources for n, line in enumerate(lines(path), 1) if marks.search(line)]


def test_every_folder_of_headers_has_tests() -> None:
    folders = {path.parts[2] for path in HEADERS if len(path.parts) > 3} - {"detail"}
    tested = {path.parts[1] for path in FILES if path.parts[0] == "tests" and path.suffix == ".cpp"}
    assert folders <= tested


def test_vcpkg_has_a_feature_for_each_component() -> None:
    components = re.search(
        r"^set\(QUTIBENCH_COMPONENTS (.*)\)$", Path(".cmake/components.cmake").read_text(), re.MULTILINE
    )
    package = json.loads(Path("vcpkg.json").read_text(encoding="utf-8"))
    assert set(components[1].split()) <= set(package["features"])
    assert package["license"] == "BSD-3-Clause"


def test_packages_agree_with_each_other() -> None:
    """What packaging/ repeats of vcpkg.json, of the components and of the version is what stands there."""
    package = json.loads(Path("vcpkg.json").read_text(encoding="utf-8"))
    port = json.loads(Path("packaging/vcpkg/qutibench/vcpkg.json").read_text(encoding="utf-8"))
    assert port["features"] == {name: package["features"][name] for name in port["features"]}
    assert set(package["features"]) - set(port["features"]) == {"examples", "tests"}
    numbers = re.findall(r"VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", Path("include/qutibench/version.hpp").read_text())
    version = ".".join(numbers[:3])
    assert port["version"] == version
    assert f'version = "{version}"' in Path("packaging/bazel/MODULE.bazel").read_text(encoding="utf-8")
    recipe = Path("packaging/conan/conanfile.py").read_text(encoding="utf-8")
    assert set(port["features"]) == set(re.findall(r'(?m)^    "(\w+)": \[', recipe))


def test_the_module_includes_what_the_core_includes_of_other_libraries() -> None:
    def included(path: str) -> set[str]:
        return set(re.findall(r"(?m)^#include <([^>]+)>", Path(path).read_text(encoding="utf-8")))

    core, pending = set(), {"qutibench/qutibench.hpp"}
    while pending:
        core |= pending
        found = set().union(*(included(f"include/{header}") for header in pending))
        pending = {one for one in found if one.startswith("qutibench/")} - core
    others = set().union(*(included(f"include/{header}") for header in core)) - core
    others.remove("older_standards_are_not_supported")  # which ends the compilation of those
    assert others <= included("packaging/qutibench.cppm")
