# SPDX-License-Identifier: BSD-3-Clause
"""The type stubs are those of the installed module."""

import ast
import importlib.util
import re
import typing
from pathlib import Path

import pytest

qb = pytest.importorskip("qutibench")

FOLDER = Path(qb.__file__).parent / "_core"


@pytest.mark.skipif(
    not FOLDER.is_dir() and importlib.util.find_spec("pybind11_stubgen") is None,
    reason="built without pybind11-stubgen: there are no stubs",
)
@pytest.mark.parametrize("name", ["__init__", "layers"])
def test_stubs_have_every_name(name):
    stub = ast.parse((FOLDER / f"{name}.pyi").read_text(encoding="utf-8"))
    described = {one.name: one for one in stub.body if isinstance(one, (ast.FunctionDef, ast.ClassDef))}
    module = qb._core if name == "__init__" else qb._core.layers
    public = {one for one in vars(module) if not one.startswith("_")} - {"layers"}
    assert public == {one for one in described if not one.startswith("_")}
    for one, node in described.items():
        if isinstance(node, ast.ClassDef) and not one.startswith("_"):  # those describe arguments
            written = {inner.name for inner in node.body if isinstance(inner, ast.FunctionDef)}
            written |= {inner.target.id for inner in node.body if isinstance(inner, ast.AnnAssign)}
            real = {inner for inner in vars(getattr(module, one)) if not inner.startswith("_")}
            assert real <= written, f"{one} lacks {real - written}"


def test_named_settings_are_literals_of_what_there_is():
    text = qb.predict.__doc__
    for kind, name in ((qb.tables.Placement, "placement"), (qb.tables.Execution, "execution")):
        (said,) = re.findall(rf"^{name}: (.*)$", text, re.MULTILINE)
        assert re.findall(r"'(\w+)'", said) == list(typing.get_args(kind))
    if FOLDER.is_dir():
        stub = (FOLDER / "__init__.pyi").read_text(encoding="utf-8")
        assert "    placement: typing.Literal['published', 'capacity', 'optimal']\n" in stub
        assert "def predict(" in stub and stub.count("**kwargs: typing_extensions.Unpack[_Deployment]") >= 9


def test_the_package_says_that_it_is_typed():
    assert (Path(qb.__file__).parent / "py.typed").is_file()
