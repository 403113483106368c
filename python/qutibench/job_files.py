# SPDX-License-Identifier: BSD-3-Clause
"""Folders of jobs, whose files may come from another machine: what is in them is checked before it is believed."""

from __future__ import annotations

import functools
import json
import math
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import _core
from .errors import ParseError

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "null": (type(None),),
    "integer": (int,), "number": (int, float),
}  # fmt: skip
MOST_FILES = 10_000
"""Of one job; a folder with more is none."""


@functools.cache
def schema(name: str) -> dict[str, Any]:
    """A schema that ships with the package, such as 'job'."""
    here = Path(__file__).resolve()
    installed, source = here.parent / "schemas", here.parents[2] / "data/schemas"
    folder = installed if installed.is_dir() else source
    found: dict[str, Any] = json.loads((folder / f"{name}.schema.json").read_text(encoding="utf-8"))
    return found


def _is_a(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False
    whole = name == "integer" and isinstance(value, float) and value.is_integer()
    return whole or isinstance(value, _TYPES[name])


def _wrong(value: Any, rule: Mapping[str, Any]) -> str | None:
    """What one rule says against a value, without what is inside it."""
    shown = json.dumps(value)[:60] if not isinstance(value, (dict, list)) else "this"
    if "type" in rule:
        types = [rule["type"]] if isinstance(rule["type"], str) else rule["type"]
        if not any(_is_a(value, one) for one in types):
            return f"should be of type {' or '.join(types)}, not {shown}"
    for word, said, fails in (
        ("enum", "one of", lambda limit: value not in limit),
        ("const", "", lambda limit: value != limit),
        ("minItems", "a list of at least", lambda limit: len(value) < limit),
        ("minLength", "a text of at least", lambda limit: len(value) < limit),
        ("minimum", "at least", lambda limit: value < limit),
        ("maximum", "at most", lambda limit: value > limit),
        ("exclusiveMinimum", "above", lambda limit: value <= limit),
        ("exclusiveMaximum", "below", lambda limit: value >= limit),
    ):
        if word in rule and (value is not None or word in ("enum", "const")) and fails(rule[word]):
            limit = rule[word]
            named = ", ".join(map(str, limit)) if isinstance(limit, list) else f"{limit}"
            return f"should be {said} {named}, not {shown}".replace("  ", " ")
    return None


def check(value: Any, name: str, source: str | os.PathLike[str]) -> None:
    """Raises ParseError with the place of the first value that is not as the schema `name` has it. The words that the
    schemas of jobs use are known; tests/python/test_run.py compares this with jsonschema."""
    whole = schema(name)

    def walk(at: Any, rule: Mapping[str, Any], place: str) -> None:
        if "$ref" in rule:
            rule = whole["$defs"][rule["$ref"].rpartition("/")[2]]
        wrong = _wrong(at, rule)
        if wrong is None and isinstance(at, dict):
            missing = [key for key in rule.get("required", ()) if key not in at]
            choices = rule.get("anyOf", ())
            if missing:
                wrong = f"the key '{missing[0]}' is missing"
            elif choices and not any(all(key in at for key in one["required"]) for one in choices):
                wrong = "one of these keys must be there: " + ", ".join(one["required"][0] for one in choices)
        if wrong:
            raise ParseError(f"{os.fspath(source)}, {place or 'the whole document'}: {wrong}")
        if isinstance(at, dict):
            for key, inner in at.items():
                known = rule.get("properties", {}).get(key) or rule.get("additionalProperties")
                if isinstance(known, dict):
                    walk(inner, known, f"{place}/{key[:60]}")
        if isinstance(at, list) and "items" in rule:
            for i, inner in enumerate(at):
                walk(inner, rule["items"], f"{place}/{i}")

    walk(value, whole, "")


def read(path: Path, name: str) -> dict[str, Any]:
    """A JSON file as the schema `name` has it; raises ParseError for anything else."""
    try:
        value = json.loads(_core.read_text(path))
    except ParseError:
        raise
    except (RecursionError, ValueError) as wrong:
        raise ParseError(f"{path}: this is not JSON: {wrong}") from wrong
    if not isinstance(value, dict):
        raise ParseError(f"{path}: this should be an object")
    check(value, name, path)
    return value


def check_folder(folder: Path) -> None:
    """Raises ParseError where a folder holds what is neither a file nor a folder: through a link a result could be read
    from anywhere, and a run could write there."""
    seen = 0
    for at, folders, files in os.walk(folder):
        for one in (*folders, *files):
            seen += 1
            path = Path(at, one)
            mode = path.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise ParseError(f"{path}: this is a link or a device; a job holds files alone")
            if seen > MOST_FILES:
                raise ParseError(f"{folder}: this is no job: it holds more than {MOST_FILES} files")


def inside(folder: Path, name: str) -> Path:
    """The path of a file that a result names; raises ParseError where that is not in the folder."""
    path = Path(name)
    if path.is_absolute() or path.drive or ".." in path.parts or "\0" in name:
        raise ParseError(f"{folder / 'result.json'}: it names the file '{name[:60]}', which is not in the folder")
    return folder / path
