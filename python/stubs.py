# SPDX-License-Identifier: BSD-3-Clause
"""Writes the type stubs of the extension module, from the module itself.

usage: stubs.py MODULE PACKAGE OUTPUT    the built _core, the folder of the package's Python files, a folder to write to
"""

import itertools
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BARE = {
    "dict": "dict[typing.Any, typing.Any]",
    "list": "list[typing.Any]",
    "tuple": "tuple[typing.Any, ...]",
    "collections.abc.Callable": "collections.abc.Callable[..., typing.Any]",
}
"""Containers that the generator leaves without what is in them."""

NAMED = {
    "Graph": "Graph | str | os.PathLike[str]",
    "Workload": "Workload | Graph | str | os.PathLike[str]",
    "Platform": "Platform | str | os.PathLike[str]",
}
"""What may stand for an object wherever a function takes one."""


def completed(line: str, is_derived: bool) -> str:
    """A line of the generator's with what a strict reader of types asks for besides; is_derived: of a class with a base
    of the module, whose objects have no hash already."""
    if line.strip().startswith("__hash__"):
        return line if is_derived else f"{line}  # type: ignore[assignment]"
    if not line.lstrip().startswith("def "):
        return line
    line = re.sub(r"__eq__\(self, arg0: .*?\) -> [\w.]+", "__eq__(self, other: object) -> bool", line)
    line = re.sub(r"__getstate__\(self\) -> .*:", "__getstate__(self) -> tuple[typing.Any, ...]:", line)
    line = re.sub(r"\*\*kwargs(?=[,)])", "**kwargs: typing.Any", line)
    line = re.sub(r": (\w+) = None", r": \1 | None = None", line)
    taken, arrow, given = line.rpartition(" -> ")
    for name, whole in NAMED.items():
        taken = re.sub(rf"(: |: .*?\[){name}(?=[,)\] ])", rf"\1{whole}", taken)
    line = taken + arrow + given
    for bare, whole in BARE.items():
        line = re.sub(rf"(?<![\w.\"']){re.escape(bare)}(?![\w\[\"'])", whole, line)
    return line


def deployment(lines: list[str]) -> list[str]:
    """How predict's keyword arguments are typed, a TypedDict, from what its docstring says of them."""
    said = "\n".join(lines)
    (signature,) = re.findall(r"^    predict\(workload, platform, \*, (.*)\)$", said, re.MULTILINE)
    kinds = {"str": "str | Precision | Datatype", "int": "typing.SupportsIndex"}
    typed = ["class _Deployment(typing.TypedDict, total=False):"]
    for name, kind in re.findall(r"(\w+)(?:: ([\w. |]+?))? = ", signature):
        choices = re.search(rf"^    {name}: ('.*)$", said, re.MULTILINE)
        if choices and name in CHOSEN:
            names = ", ".join(re.findall(r"'\w+'", choices[1]))
            kind = f"typing.Literal[{names}]"
        typed.append(f"    {name}: {kinds.get(kind, kind) or 'typing.Any'}")
    return typed


CHOSEN = ("placement", "execution")
"""Arguments that are one of the names in their description."""


def deployed(lines: list[str]) -> list[str]:
    """The lines with the keyword arguments of every function that takes those of predict."""
    found = []
    for number, line in enumerate(lines):
        if line.startswith("def ") and "**kwargs: typing.Any" in line:
            own = line[4 : line.index("(")]
            text = "\n".join(
                itertools.takewhile(lambda one: not one.startswith(("def ", "class ")), lines[number + 1 :])
            )
            if "those of predict" in text or f"{own}(workload, platform, *, datatype" in text:
                line = line.replace("**kwargs: typing.Any", "**kwargs: typing_extensions.Unpack[_Deployment]")
        found.append(line)
    return found


def main() -> int:
    module, package, output = (Path(argument).resolve() for argument in sys.argv[1:4])
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(package, Path(folder) / package.name, ignore=shutil.ignore_patterns("_core*", "__pycache__"))
        shutil.copy(module, Path(folder) / package.name)
        code = f"import sys; sys.path.insert(0, {folder!r}); from pybind11_stubgen import main; main()"
        arguments = ["--output-dir", str(Path(folder) / "stubs"), "--exit-code", f"{package.name}._core"]
        made = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
        if made.returncode != 0:
            print(made.stdout, made.stderr, sep="\n", file=sys.stderr)
            return 1
        shutil.rmtree(output, ignore_errors=True)
        shutil.copytree(Path(folder) / "stubs" / package.name, output)
    for path in output.rglob("*.pyi"):
        lines, is_derived = [], False
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("class "):
                is_derived = "(" in line
            lines.append(completed(line, is_derived))
        if path.name == "__init__.pyi":
            lines = [*deployed(lines), *deployment(lines)]
        for needed in ("import os", "import typing", "import typing_extensions"):
            if needed not in lines:
                lines.insert(lines.index("from __future__ import annotations") + 1, needed)
        path.write_text("\n".join(["# SPDX-License-Identifier: BSD-3-Clause", *lines, ""]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
