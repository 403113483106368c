# SPDX-License-Identifier: BSD-3-Clause
"""Lists the public names of the headers with the first sentence of what is written about them, as Doxygen reads them,
and those of the Python package: docs/api.md.

Public is what docs/site/Doxyfile leaves in; of a type, its public members.

usage: api.py --check        whether the page is up to date; prints the difference, as the tests do
       api.py --update       writes it
"""

import argparse
import ast
import difflib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/api.md"
SETTINGS = ROOT / "docs/site/Doxyfile"
CORE = re.compile(r"#include <qutibench/([^>]+)>")
TYPES = {"class", "struct", "union"}
HIDDEN = re.compile(r"operator\b|~|.*<")  # operators, destructors, specialisations

TOP = """# Public names

Which names are there, and what is each one for? C++ first, [Python](#python) at the end. All of C++ stands in namespace
`qutibench`, unless a name says more.
The headers carry the full story: units, shapes, what is thrown, sources. Those marked **core** come with
`<qutibench/qutibench.hpp>`; the others are included by name. What stands in `detail`, `onnx` and `onnx_writer` is the
inside and may change with any version.

This list is made by `python3 tests/support/api.py --update` from what Doxygen reads in the headers, and a test compares
the two, so that no name changes unnoticed ([what a change of a name means](versions.md)).
"""


@dataclass
class Name:
    """A public name: where it stands, what it is, its first sentence, its members when it is a type."""

    header: str
    line: int
    name: str
    kind: str
    text: str
    members: list[str] = field(default_factory=list)


def documented(headers: Path, output: Path) -> Path:
    """Lets Doxygen read headers as the site does, into XML alone: about a second."""
    wanted = {
        "OUTPUT_DIRECTORY": output, "INPUT": headers, "STRIP_FROM_PATH": headers.parent, "GENERATE_HTML": "NO",
        "GENERATE_XML": "YES", "XML_PROGRAMLISTING": "NO",
    }  # fmt: skip
    settings = SETTINGS.read_text(encoding="utf-8") + "".join(f"\n{key} = {value}" for key, value in wanted.items())
    run = subprocess.run(["doxygen", "-"], cwd=ROOT, input=settings, capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(f"doxygen: {run.stderr}")
    return output / "xml"


def sentence(of: ElementTree.Element) -> str:
    """The summary, fit for a cell of a table; code stays code."""

    def text(node: ElementTree.Element) -> str:
        inside = (node.text or "") + "".join(text(child) + (child.tail or "") for child in node)
        return f"`{inside}`" if node.tag == "computeroutput" else inside

    brief = of.find("briefdescription")
    said = " ".join(text(brief).split()) if brief is not None else ""
    said = re.split(r"(?<=[.!?;])\s+(?=[A-Z`<(])", said, maxsplit=1)[0].rstrip(":; ").replace("|", "\\|")
    return said if "`" in said else said.replace("<", "&lt;")


def place(of: ElementTree.Element) -> tuple[str, int]:
    location = of.find("location")
    assert location is not None
    return location.get("file", "").removeprefix("qutibench/"), int(location.get("line", "0"))


def names_in(compound: ElementTree.Element) -> Iterator[Name]:
    """The names that a file of Doxygen's defines: a type with its members, or what stands in a namespace."""
    kind, full = compound.get("kind", ""), compound.findtext("compoundname", "")
    public = [
        one for section in compound.findall("sectiondef") for one in section.findall("memberdef")
        if one.get("prot") == "public" and one.get("kind") != "friend" and not HIDDEN.match(one.findtext("name", ""))
    ]  # fmt: skip
    short = full.removeprefix("qutibench::")
    if kind in TYPES | {"concept"} and "<" not in full and compound.get("prot", "public") == "public":
        own = full.split("::")[-1]
        members = dict.fromkeys(name for one in public if (name := one.findtext("name", "")) != own)
        yield Name(*place(compound), short, kind, sentence(compound), list(members))
    elif kind == "namespace" and full.split("::")[0] == "qutibench":
        prefix = "".join(f"{part}::" for part in full.split("::")[1:])
        for one in public:
            values = [value.findtext("name", "") for value in one.findall("enumvalue")]
            name = prefix + one.findtext("name", "")
            yield Name(*place(one), name, one.get("kind", ""), sentence(one), values)


def names_of(xml: Path) -> dict[str, list[Name]]:
    """Names by header, in the order of the text; overloads stand together, members of nested types with theirs."""
    found: dict[tuple[str, str], Name] = {}
    for file in sorted(xml.glob("*.xml")):
        for compound in ElementTree.parse(file).getroot().findall("compounddef"):
            for one in names_in(compound):
                known = found.setdefault((one.header, one.name), one)
                known.text = known.text or one.text
                known.line = min(known.line, one.line)
    headers: dict[str, list[Name]] = {}
    for one in sorted(found.values(), key=lambda name: (name.header, name.line, name.name)):
        headers.setdefault(one.header, []).append(one)
    return headers


def rows(names: list[Name]) -> list[str]:
    """The lines of the table of one header, one for each name; those that say enough themselves share the last."""
    table, plain = [], []
    for one in names:
        called = f"`{one.name}{'()' if one.kind == 'function' else ''}`"
        called += " (concept)" if one.kind == "concept" else ""
        inside = ", ".join(f"`{member}`" for member in one.members)
        if one.text or inside:
            table.append(f"| {called} | {one.text}{'<br>' if one.text and inside else ''}{inside} |")
        else:
            plain.append(called)
    return [*table, *([f"| {', '.join(plain)} | |"] if plain else [])]


def python_names() -> list[str]:
    """What `from qutibench import *` brings."""
    tree = ast.parse((ROOT / "python/qutibench/__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "__all__" for to in node.targets):
            return sorted(ast.literal_eval(node.value))
    raise SystemExit("api.py: the package has no __all__")


def core_headers() -> set[str]:
    include = ROOT / "include/qutibench"
    core, pending = set(), ["qutibench.hpp"]
    while pending:
        for found in CORE.findall((include / pending.pop()).read_text(encoding="utf-8")):
            if found not in core and (include / found).is_file():
                core.add(found)
                pending.append(found)
    return core


def page() -> str:
    with tempfile.TemporaryDirectory() as folder:
        headers = names_of(documented(ROOT / "include/qutibench", Path(folder)))
    core = core_headers()
    text, room = TOP, ""
    for header in sorted(headers, key=lambda name: ("/" in name, name.split("/"))):
        if "/" in header and header.split("/")[0] != room:
            room = header.split("/")[0]
            text += f"\n## {room}\n"
        title = f"[`{header}`](../include/qutibench/{header}){' (core)' if header in core else ''}"
        text += (
            f"\n**{title}**\n\n| name | what it is; its members |\n|---|---|\n"
            + "\n".join(rows(headers[header]))
            + "\n"
        )
    names = ", ".join(f"`{name}`" for name in python_names())
    return f"{text}\n## Python\n\n[What each is for](python_api.md). {names}.\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--check", action="store_true")
    way.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    text = page()
    if arguments.update:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    listed = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    difference = list(
        difflib.unified_diff(listed.splitlines(), text.splitlines(), PAGE.name, "the headers", n=0, lineterm="")
    )
    print(*difference, sep="\n")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
