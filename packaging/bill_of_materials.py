# SPDX-License-Identifier: BSD-3-Clause
"""Writes a bill of materials of the sources, CycloneDX 1.5 in JSON: what the C++ library, the Python package and the
page are made with, from vcpkg.json, pyproject.toml and package-lock.json, with a checksum of the sources themselves.

usage: bill_of_materials.py [-o FILE]
"""

import argparse
import hashlib
import json
import re
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = re.compile(r"[A-Za-z0-9._-]+")


def version() -> str:
    text = (ROOT / "include/qutibench/version.hpp").read_text(encoding="utf-8")
    return ".".join(re.findall(r"VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", text)[:3])


def checksum() -> str:
    """SHA-256 over the names and contents of all files that git follows, in the order of their names."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    total = hashlib.sha256()
    for name in sorted(filter(None, listed.split("\0"))):
        path = ROOT / name
        if path.is_file():
            total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def from_vcpkg() -> list[dict[str, object]]:
    package = json.loads((ROOT / "vcpkg.json").read_text(encoding="utf-8"))
    found: dict[str, list[str]] = {name: ["core"] for name in package["dependencies"]}
    for feature, its in package["features"].items():
        for one in its["dependencies"]:
            if isinstance(one, str):
                found.setdefault(one, []).append(feature)
    return [
        {
            "type": "library",
            "name": name,
            "purl": f"pkg:generic/{name}",
            "scope": "required" if "core" in of else "optional",
            "properties": [{"name": "qutibench:feature", "value": one} for one in of],
        }
        for name, of in found.items()
    ]


def from_pyproject() -> list[dict[str, object]]:
    """Written by hand over regular expressions, since Python 3.10 reads no TOML."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"(?m)^(requires|dependencies|\w+) = \[(\".*\")\]$", text)
    table = [
        (group, one)
        for group, names in lists
        for one in re.findall(r'"([^"]+)"', names)
        if group in ("requires", "dependencies") or re.match(r"[\w\[\]-]+>=", one)
    ]
    found: dict[str, tuple[str, str]] = {}
    for group, one in table:
        match = NAME.match(one)
        if match:
            found.setdefault(match[0], (group, one[match.end() :]))
    scopes = {"dependencies": "required", "requires": "excluded"}
    return [
        {"type": "library", "name": name, "purl": f"pkg:pypi/{name.lower()}", "scope": scopes.get(group, "optional"),
         "properties": [{"name": "qutibench:range", "value": allowed}, {"name": "qutibench:group", "value": group}]}
        for name, (group, allowed) in found.items()
    ]  # fmt: skip


def from_lock() -> list[dict[str, object]]:
    """The page's packages, with the checksums that the lock file has."""
    lock = json.loads((ROOT / "examples/portal/package-lock.json").read_text(encoding="utf-8"))
    components = []
    for path, its in lock["packages"].items():
        if not path:
            continue
        name = path.rsplit("node_modules/", 1)[-1]
        one: dict[str, object] = {
            "type": "library",
            "name": name,
            "version": its["version"],
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{its['version']}",
            "scope": "excluded" if its.get("dev") else "required",
        }
        if its.get("integrity", "").startswith("sha512-"):
            one["hashes"] = [{"alg": "SHA-512", "content": b64decode(its["integrity"][7:]).hex()}]
        components.append(one)
    return components


def bill() -> dict[str, object]:
    itself = {
        "type": "library", "name": "qutibench", "version": version(), "licenses": [{"license": {"id": "BSD-3-Clause"}}],
        "hashes": [{"alg": "SHA-256", "content": checksum()}],
    }  # fmt: skip
    components = list({one["purl"]: one for one in [*from_vcpkg(), *from_pyproject(), *from_lock()]}.values())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": itself},
        "components": components,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path)
    output = parser.parse_args().output
    text = json.dumps(bill(), indent=2) + "\n"
    if output:
        output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
