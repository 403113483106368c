# SPDX-License-Identifier: BSD-3-Clause
"""One sentence for a call whose arguments fit no signature of a function of the extension module."""

from __future__ import annotations

import ast
import collections.abc
import difflib
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from . import _core

_NAMED: dict[str, tuple[str, tuple[type, ...]]] = {
    "Graph": ("a Graph, or a network by its id or path", (os.PathLike, str)),
    "Workload": ("a Workload, a Graph, or a network by its id or path", (os.PathLike, str, _core.Graph)),
    "Platform": ("a Platform, or its id or path", (os.PathLike, str)),
}
"""Classes that other objects stand for: how to say so, and which."""

_WORDS = {
    "str": "text",
    "bytes": "bytes",
    "bool": "True or False",
    "float": "a number",
    "int": "a whole number",
    "None": "None",
    "os.PathLike": "a path",
    "typing.SupportsFloat": "a number",
    "typing.SupportsInt": "a whole number",
    "typing.SupportsIndex": "a whole number",
    "collections.abc.Callable": "a function",
}
_DATATYPE = "str | qutibench._core.Precision | qutibench._core.Datatype"
_SEVERAL = {
    "list": collections.abc.Iterable,
    "tuple": collections.abc.Iterable,
    "collections.abc.Sequence": collections.abc.Iterable,
    "dict": collections.abc.Mapping,
    "collections.abc.Mapping": collections.abc.Mapping,
}


class _Fault(NamedTuple):
    """What is wrong with a call; of several signatures, the one that is wrong latest was meant."""

    progress: int
    where: str
    says: str
    expected: str = ""
    given: str = ""


def _of(node: ast.expr) -> tuple[str, list[ast.expr]]:
    """'list' and [float] of list[float]."""
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return ast.unparse(node.value), inner
    return ast.unparse(node), []


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _words(node: ast.expr) -> str:
    """What is expected, as people say it."""
    if ast.unparse(node).startswith(_DATATYPE):
        return "a datatype such as 'int8'"
    said = []
    for one in _alternatives(node):
        name, inner = _of(one)
        short = name.rpartition(".")[2]
        if name in _SEVERAL:
            items = [_words(item) for item in inner if ast.unparse(item) != "..."]
            if _SEVERAL[name] is collections.abc.Mapping:
                said.append(f"a mapping of {' to '.join(items)}" if items else "a mapping")
            elif short == "tuple" and len(items) == len(inner):
                said.append(f"({', '.join(items)})")
            else:
                said.append(f"a sequence, each {items[0]}" if items else "a sequence")
        elif name.startswith("qutibench."):
            said.append(_NAMED[short][0] if short in _NAMED else f"{_article(short)} {short}")
        else:
            said.append(_WORDS.get(name, short))
    if "a number" in said:
        said = [one for one in said if one != "a whole number"]
    said = list(dict.fromkeys(said))
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def _article(word: str) -> str:
    return "an" if word[:1] in "AEIOUaeiou" else "a"


def _given(value: object) -> str:
    if value is None or isinstance(value, (bool, int, float)):
        return repr(value)
    if isinstance(value, str):
        return f"the text {value if len(value) < 60 else value[:57] + '...'!r}"
    name = type(value).__name__
    return f"{_article(name)} {name}"


def _fits_one(name: str, value: object) -> bool:
    """Whether a value is of a type without parts; a type that is not known here fits everything."""
    short = name.rpartition(".")[2]
    if name.startswith("qutibench."):
        kind = getattr(_core, short, None)
        return kind is None or isinstance(value, (kind, *_NAMED.get(short, ("", ()))[1]))
    if name in ("str", "bytes", "bool"):
        return isinstance(value, {"str": str, "bytes": bytes, "bool": bool}[name]) or type(value).__name__ == "bool_"
    if name in ("typing.SupportsFloat", "float"):
        return hasattr(value, "__float__") or hasattr(value, "__index__")
    if name in ("typing.SupportsInt", "int"):
        return hasattr(value, "__index__") or (hasattr(value, "__int__") and not hasattr(value, "as_integer_ratio"))
    if name == "typing.SupportsIndex":
        return hasattr(value, "__index__")
    if name == "os.PathLike":
        return isinstance(value, os.PathLike)
    if name == "collections.abc.Callable":
        return callable(value)
    return value is None if name == "None" else True


def _is_dtype(value: object) -> bool:
    """Whether it is a datatype of NumPy or PyTorch."""
    kind = value if isinstance(value, type) else type(value)
    return kind.__module__.partition(".")[0] in ("numpy", "torch")


def _misfit(node: ast.expr, value: Any, where: str) -> tuple[str, ast.expr, Any] | None:
    """Nothing where a value is of a type; else the part of it that is not, and what it should be."""
    alternatives = _alternatives(node)
    if ast.unparse(node).startswith(_DATATYPE) and _is_dtype(value):
        return None
    deepest = (where, node, value)
    for one in alternatives:
        name, inner = _of(one)
        if name not in _SEVERAL:
            if _fits_one(name, value):
                return None
            continue
        if not isinstance(value, _SEVERAL[name]) or isinstance(value, (str, bytes)):
            continue
        found = _misfit_within(name, inner, value, where)
        if found is None:
            return None
        deepest = found
    return deepest


def _misfit_within(name: str, inner: Sequence[ast.expr], value: Any, where: str) -> tuple[str, ast.expr, Any] | None:
    if isinstance(value, Mapping) and len(inner) == 2:
        keys = [(inner[0], key, where) for key in value]
        return _first_misfit(keys + [(inner[1], value[key], f"{where}[{key!r}]") for key in value])
    if not inner or not isinstance(value, Sequence):
        return None
    is_fixed = name == "tuple" and ast.unparse(inner[-1]) != "..."
    if is_fixed and len(value) != len(inner):
        return where, ast.parse(f"tuple[{', '.join(map(ast.unparse, inner))}]", mode="eval").body, value
    kinds = inner if is_fixed else [inner[0]] * len(value)
    return _first_misfit([(kinds[at], part, f"{where}[{at}]") for at, part in enumerate(value)])


def _first_misfit(parts: Sequence[tuple[ast.expr, Any, str]]) -> tuple[str, ast.expr, Any] | None:
    return next((found for kind, part, at in parts if (found := _misfit(kind, part, at)) is not None), None)


def _nearest(name: str, known: Sequence[str]) -> str:
    """The keyword that is meant: one that is spelt much alike, or that the given one abbreviates."""
    near = difflib.get_close_matches(name, known, 1, 0.7)
    if near:
        return near[0]
    letters = ".*".join(map(re.escape, name))
    return next((one for one in known if len(name) > 2 and re.search(letters, one)), "")


def _fault(signature: ast.arguments, values: Sequence[Any], named: Mapping[str, Any]) -> _Fault | None:
    """The first thing that keeps a call from fitting a signature."""
    places = [one.arg for one in (*signature.posonlyargs, *signature.args)]
    kinds = {one.arg: one.annotation for one in (*signature.posonlyargs, *signature.args, *signature.kwonlyargs)}
    needed = places[: len(places) - len(signature.defaults)]
    needed += [one.arg for one, usual in zip(signature.kwonlyargs, signature.kw_defaults, strict=True) if usual is None]
    if len(values) > len(places) and signature.vararg is None:
        most = len(places) - (places[:1] == ["self"])
        return _Fault(0, "", f"it takes at most {most} positional argument{'s' * (most != 1)}")
    for name in named:
        if name not in kinds and signature.kwarg is None:
            nearest = _nearest(name, [one for one in kinds if one != "self"])
            more = f"did you mean '{nearest}'?" if nearest else f"there are {', '.join(kinds)}"
            return _Fault(0, "", f"there is no argument '{name}'; {more}")
        if name in places[: len(values)]:
            return _Fault(0, "", f"'{name}' is given twice")
    given = dict(zip(places, values)) | dict(named)  # noqa: B905
    for name in needed:
        if name not in given:
            return _Fault(1, "", f"'{name}' is missing")
    for progress, (name, value) in enumerate(given.items()):
        kind = kinds.get(name)
        found = _misfit(kind, value, f"'{name}'") if kind is not None else None
        if found is not None:
            where, wanted, part = found
            return _Fault(progress + 2, where, "", _words(wanted), _given(part))
    return None


def _signatures(text: str) -> list[ast.arguments]:
    found = []
    for line in re.findall(r"^ {4}\d+\. (.*)$", text, re.MULTILINE):
        line = re.sub(r"<[^<>]*>", "...", line[line.index("(") :])
        try:
            (made,) = ast.parse(f"def f{line}: ...").body
        except SyntaxError:
            continue
        assert isinstance(made, ast.FunctionDef)
        found.append(made.args)
    return found


def sentence(refusal: str, values: Sequence[Any], named: Mapping[str, Any]) -> str:
    """The sentence in place of pybind11's refusal of a call with these arguments."""
    called = refusal.partition("(")[0].lstrip("_")
    is_constructor = "): incompatible constructor arguments" in refusal
    if is_constructor:
        called, values = type(values[0]).__name__, values[1:]
    faults = [one for args in _signatures(refusal) if (one := _fault(args, values, named)) is not None]
    if not faults:
        given = ", ".join([*map(_given, values), *(f"{name}: {_given(value)}" for name, value in named.items())])
        return f"{called}(): there is nothing that takes {given or 'no arguments'}"
    meant = max(faults, key=lambda one: (one.progress, one.where.count("[")))
    if meant.says:
        return f"{called}(): {meant.says}"
    if called.startswith("as_"):  # what functions in Python call with what they were given
        return f"{meant.expected} is needed, not {meant.given}"
    same = dict.fromkeys(one.expected for one in faults if (one.where, one.given) == (meant.where, meant.given))
    return f"{called}(): {meant.where} is {' or '.join(same)}, not {meant.given}"
