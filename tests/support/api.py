# SPDX-License-Identifier: BSD-3-Clause
"""Lists the public names of the headers with the first sentence of what is written about them, and those of the Python
package: docs/api.md. Their declarations, so that no parameter or default changes unnoticed: api_declarations.txt.

Public is what stands in a namespace of the library that is not one of INTERNAL; of a type, its public members.
Everything is read from the text of the headers, which keep to one style, so no compiler is needed.

usage: api.py --check        whether both are up to date; prints the difference, as the tests do
       api.py --update       writes both
"""

import argparse
import ast
import difflib
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/api.md"
DECLARATIONS = Path(__file__).with_name("api_declarations.txt")
INTERNAL = {"detail", "onnx", "onnx_writer", "blocks", "expression_grammar"}
CORE = re.compile(r"#include <qutibench/([^>]+)>")

TOP = """# Public names

Which names are there, and what is each one for? C++ first, [Python](#python) at the end. All of C++ stands in namespace
`qutibench`, unless a name says more.
The headers carry the full story: units, shapes, what is thrown, sources. Those marked **core** come with
`<qutibench/qutibench.hpp>`; the others are included by name. What stands in `detail`, `onnx` and `onnx_writer` is the
inside and may change with any version.

This list is made from the headers by `python3 tests/support/api.py --update`, and a test compares the two, so that no
name changes unnoticed ([what a change of a name means](versions.md)). Their declarations are recorded too, in
[api_declarations.txt](../tests/support/api_declarations.txt), so that parameters and defaults do not either.
"""

COMMENT = re.compile(r"///<?[^\n]*|//[^\n]*|/\*.*?\*/", re.DOTALL)
LITERAL = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.DOTALL)
HIDDEN = re.compile(r"static_assert|friend|template\s+(?:class|struct)|namespace\s+\w+\s*=")
TYPE = re.compile(r"(?:struct|class|union|enum(?:\s+class|\s+struct)?)\s+(?:\[\[.*?\]\]\s*)?(\w+)(?![\w<])")
CLOSING = {"{": "}", "(": ")", "[": "]"}


@dataclass
class Name:
    """A public name: `kind` as a reader calls it, `members` those of a type."""

    name: str
    kind: str
    text: str = ""
    members: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)  # declared with it
    inside: list[str] = field(default_factory=list)  # declarations of the members


class Header:
    """Reads one header from begin to end."""

    def __init__(self, text: str) -> None:
        self.text = re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", "", text, flags=re.MULTILINE)
        self.at = 0
        self.names: list[Name] = []
        self.declarations: list[str] = []

    def balanced(self) -> None:
        """Moves behind the bracket that closes the one at the current place."""
        depth = 0
        while self.at < len(self.text):
            if skipped := COMMENT.match(self.text, self.at) or LITERAL.match(self.text, self.at):
                self.at = skipped.end()
                continue
            character = self.text[self.at]
            depth += (character in "{([") - (character in "})]")
            self.at += 1
            if depth == 0:
                return

    def declaration(self) -> tuple[str, str, str]:
        """What stands before the next `;`, `{` or `}` outside of brackets, its `///` lines, and which one that is."""
        head, said = "", []
        while self.at < len(self.text):
            comment = COMMENT.match(self.text, self.at)
            if comment:
                if comment[0].startswith("///") and not comment[0].startswith("///<") and not head.strip():
                    said.append(comment[0][3:])
                self.at = comment.end()
            elif literal := LITERAL.match(self.text, self.at):
                head += '""'
                self.at = literal.end()
            elif self.text[self.at] in "([":
                begin = self.at
                self.balanced()
                head += self.text[begin : self.at]
            elif self.text[self.at] in ";{}":
                self.at += 1
                return " ".join(head.split()), prose(said), self.text[self.at - 1]
            else:
                head += self.text[self.at]
                self.at += 1
        return "", "", ""

    def body(self) -> None:
        """Skips what a `{` that has been read begins: a function's body, or a variable's braces."""
        self.at -= 1
        self.balanced()
        while following := re.compile(r"\s*(?:,\s*[\w:<>]+\s*)?(?={)").match(self.text, self.at):
            self.at = following.end()
            self.balanced()
        if end := re.compile(r"\s*;").match(self.text, self.at):
            self.at = end.end()

    def read(self, scopes: list[str]) -> None:
        """Reads the declarations of a namespace up to its end."""
        hidden = bool(INTERNAL & set(scopes))
        prefix = "".join(f"{scope}::" for scope in scopes[1:])
        while True:
            head, said, end = self.declaration()
            if end in ("", "}"):
                return
            if (space := re.match(r"(?:inline )?namespace ?([\w:]*)$", head)) and end == "{":
                self.read([*scopes, *space[1].split("::")])
                continue
            found = declared(head)
            if found and found.kind == "type" and end == "{":
                self.members(found, head)
            elif end == "{":
                self.body()
            if found and not hidden:
                self.declarations += [prefix.removeprefix("qutibench::") + interface(head), *found.inside]
                beside = re.compile(r"[ ]*///< ?([^\n]*)").match(self.text, self.at)
                said = said or (beside[1] if beside else "")
                self.names += [
                    Name(prefix + name, found.kind, said, found.members) for name in (found.name, *found.others)
                ]

    def members(self, of: Name, head: str) -> None:
        """Reads the members of a type up to its end and what follows that."""
        if head.split("enum")[0] != head and re.search(r"\benum\b", head):
            begin = self.at
            self.at -= 1
            self.balanced()
            inside = LITERAL.sub("", COMMENT.sub("", self.text[begin : self.at - 1]))
            of.kind = "enumeration"
            of.members = re.findall(r"(\w+)\s*(?:=[^,]*)?(?:,|$)", inside.strip())
            of.inside = [f"    {member}" for member in of.members]
        else:
            public = re.search(r"\bclass\b", strip_template(head)) is None
            while True:
                one, _, end = self.declaration()
                while access := re.match(r"(public|private|protected) ?:(?!:)\s*", one):
                    public, one = access[1] == "public", one[access.end() :]
                if end in ("", "}"):
                    break
                found = declared(one)
                if found and found.kind == "type" and end == "{":
                    self.members(found, one)
                elif end == "{":
                    self.body()
                if public and found:
                    of.inside += [f"    {interface(one)}", *(f"    {line}" for line in found.inside)]
                if public and found and found.name not in (*of.members, of.name.split("::")[-1], "operator"):
                    of.members.append(found.name)
        if ending := re.compile(r"\s*;").match(self.text, self.at):
            self.at = ending.end()


def interface(head: str) -> str:
    """A declaration without what a constructor initialises."""
    return re.sub(r"(\)(?: noexcept)?) : .*", r"\1", head)


def prose(lines: list[str]) -> str:
    """What is said before the first line of code, which is indented."""
    told: list[str] = []
    for line in lines:
        if line.startswith("     "):
            break
        told.append(line.strip())
    return " ".join(told)


def strip_template(head: str) -> str:
    """A declaration without its template parameters, requirements and attributes."""
    while head.startswith("template"):
        depth = 0
        for place, character in enumerate(head):
            depth += (character == "<") - (character == ">" and head[place - 1] not in "-=")
            if character == ">" and depth == 0:
                head = head[place + 1 :].strip()
                break
        else:
            return head
    return re.sub(r"\[\[.*?\]\]\s*", "", re.sub(r"^requires\s+(?:\([^)]*\)|[^()]*?>)\s*", "", head)).strip()


def declared(head: str) -> Name | None:
    """The name that a declaration introduces; None for what introduces none."""
    if not head or HIDDEN.match(head):
        return None
    template = head.startswith("template")
    head = strip_template(head)
    if not head or HIDDEN.match(head):
        return None
    if concept := re.match(r"concept (\w+)", head):
        return Name(concept[1], "concept")
    if using := re.match(r"using (\w+) ?=", head):
        return Name(using[1], "type")
    if head.startswith("using"):
        return None
    if (kind := TYPE.match(head)) and "(" not in head.split("{")[0].split(":")[0]:
        return Name(kind[1], "type")
    before = head.split("=")[0] if "operator" not in head else head
    if literal := re.search(r'operator ?""\s*(_\w+)', head):
        return Name(f'operator""{literal[1]}', "function")
    if re.search(r"\boperator\b", head):
        return Name("operator", "function")
    if function := re.search(r"(~?\w+) ?\(", before):
        if function[1].startswith("~") or before[: function.start()].endswith("::"):  # a member, outside of its type
            return None
        return Name(function[1], "function")
    plain = re.sub(r"\[[^\]]*\]|\([^()]*\)|<[^<>]*>", "", head)
    words = re.findall(r"\w+", plain.split("=")[0])
    if template or not words:
        return None
    several = re.findall(r"(\w+) ?=(?!=)", plain)
    return Name(words[-1], "constant" if "constexpr" in head else "member", others=several[1:])


def sentence(text: str) -> str:
    """The first sentence, fit for a cell of a table."""
    text = re.split(r"(?<=[.!?;])\s+(?=[A-Z`<(])|\\file", text.strip(), maxsplit=1)[0].rstrip(":; ")
    return text.replace("|", "\\|").replace("<", "&lt;") if "`" not in text else text.replace("|", "\\|")


def declarations() -> str:
    """What the public names of each header are declared as, a line each; then the functions of the Python package."""
    lines = []
    for header in sorted((ROOT / "include/qutibench").rglob("*.hpp")):
        reader = Header(header.read_text(encoding="utf-8"))
        reader.read([])
        if reader.declarations and "detail" not in header.parts:
            lines += ["", header.relative_to(ROOT / "include").as_posix(), *reader.declarations]
    public = set(python_names())
    for module in sorted((ROOT / "python/qutibench").rglob("*.py")):
        tree = ast.parse(module.read_text(encoding="utf-8"))
        found = [line for node in tree.body for line in python_declarations(node, public)]
        if found and not module.name.startswith("_"):
            lines += ["", module.relative_to(ROOT / "python").as_posix(), *found]
    return "\n".join(lines[1:]) + "\n"


def python_declarations(node: ast.stmt, public: set[str]) -> list[str]:
    """A function or a class of the package, as it is called."""
    if isinstance(node, ast.FunctionDef) and node.name in public:
        return [f"def {node.name}({ast.unparse(node.args)})"]
    if isinstance(node, ast.ClassDef) and node.name in public:
        methods = [one for one in node.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")]
        return [f"class {node.name}", *(f"    def {one.name}({ast.unparse(one.args)})" for one in methods)]
    return []


def rows(header: Path) -> list[str]:
    """The lines of the table of one header, one for each name; overloads stand together."""
    reader = Header(header.read_text(encoding="utf-8"))
    reader.read([])
    merged: dict[str, Name] = {}
    for one in reader.names:
        if one.name.split("::")[-1] == "operator" or one.kind == "member":
            continue
        name = one.name.removeprefix("qutibench::")
        known = merged.setdefault(name, Name(name, one.kind))
        known.text = known.text or one.text
        known.members += [member for member in one.members if member not in known.members]
    table = []
    plain = []
    for one in merged.values():
        said = sentence(one.text)
        if said.startswith("See `"):
            continue
        inside = ", ".join(f"`{member}`" for member in one.members)
        called = f"`{one.name}`" + (" (concept)" if one.kind == "concept" else "")
        called = f"`{one.name}()`" if one.kind == "function" else called
        if not said and not inside:
            plain.append(called)
            continue
        table.append(f"| {called} | {said}{'<br>' if said and inside else ''}{inside} |")
    return [*table, *([f"| {', '.join(plain)} | |"] if plain else [])]


def python_names() -> list[str]:
    """What `from qutibench import *` brings."""
    tree = ast.parse((ROOT / "python/qutibench/__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "__all__" for to in node.targets):
            return sorted(ast.literal_eval(node.value))
    raise SystemExit("api.py: the package has no __all__")


def page() -> str:
    include = ROOT / "include/qutibench"
    core = set(CORE.findall((include / "qutibench.hpp").read_text(encoding="utf-8")))
    for name in list(core):
        pending = [name]
        while pending:
            for found in CORE.findall((include / pending.pop()).read_text(encoding="utf-8")):
                if found not in core:
                    core.add(found)
                    pending.append(found)
    text = TOP
    folder = ""
    headers = sorted(include.rglob("*.hpp"), key=lambda path: (len(path.relative_to(include).parts) > 1, path))
    for header in headers:
        relative = header.relative_to(include)
        table = rows(header)
        if "detail" in relative.parts or not table:
            continue
        if relative.parent.parts[:1] != (folder,) and len(relative.parts) > 1:
            folder = relative.parts[0]
            text += f"\n## {folder}\n"
        mark = " (core)" if relative.as_posix() in core else ""
        title = f"[`{relative.as_posix()}`](../include/qutibench/{relative.as_posix()}){mark}"
        text += f"\n**{title}**\n\n| name | what it is; its members |\n|---|---|\n" + "\n".join(table) + "\n"
    names = ", ".join(f"`{name}`" for name in python_names())
    return f"{text}\n## Python\n\n[What each is for](python_api.md). {names}.\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--check", action="store_true")
    way.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    different = False
    for path, text in ((PAGE, page()), (DECLARATIONS, declarations())):
        if arguments.update:
            path.write_text(text, encoding="utf-8")
            continue
        listed = path.read_text(encoding="utf-8") if path.is_file() else ""
        both = listed.splitlines(), text.splitlines()
        difference = list(difflib.unified_diff(*both, path.name, "the sources", n=0, lineterm=""))
        print(*difference, sep="\n")
        different |= bool(difference)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
