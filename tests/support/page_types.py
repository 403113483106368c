#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The page's types of answers and of execution parameters, from the library's own tables of fields.

page_types.py            compares examples/portal/page/answer.ts with them
page_types.py --update   writes it
"""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path

import qutibench as qb
from qutibench import _core

FILE = Path(__file__).parents[2] / "examples/portal/page/answer.ts"
HEAD = """// SPDX-License-Identifier: BSD-3-Clause
// Made by tests/support/page_types.py from the library's tables of fields: do not edit.
"""
TYPES = {"number": "number", "count": "number", "boolean": "boolean", "text": "string", "list": "string[]"}
PYTHON = {"float": "number", "int": "number", "str": "string", "bool": "boolean"}


def member(name: str, kind: str, says: str) -> str:
    return f"    /// {says}\n    {name}: {kind};\n"


def interface(name: str, says: str, members: list[str]) -> str:
    return f"\n/// {says}\nexport interface {name} {{\n{''.join(members)}}}\n"


def fields(always: bool) -> list[str]:
    return [
        member(one["key"], TYPES[one["kind"]] + ("" if one["is_always_known"] else " | null"), one["says"])
        for one in _core.answer_fields()
        if one["always"] == always
    ]


def parameters() -> list[str]:
    text = inspect.getdoc(qb.ExecutionParameters.__init__) or ""
    said = dict(re.findall(r"^(\w+): (.+)$", text, re.MULTILINE))
    signature = re.search(r"\(self, \*, (.*?)\)$", text, re.MULTILINE)
    assert signature
    return [member(f"{name}?", PYTHON[kind], said[name]) for name, kind in re.findall(r"(\w+): (\w+) = ", signature[1])]


def text() -> str:
    return (
        HEAD
        + interface("Answer", "What every answer has.", fields(True))
        + interface("FurtherAnswer", "What an answer has where it is not as usual, or where it was asked for.",
                    fields(False))
        + interface("Parameters", "What a device loses against its roofline.", parameters())
    )  # fmt: skip


def main() -> int:
    if "--update" in sys.argv:
        FILE.write_text(text())
        return 0
    if FILE.read_text() == text():
        return 0
    print("examples/portal/page/answer.ts is not what the library's fields say; tests/support/page_types.py --update")
    return 1


if __name__ == "__main__":
    sys.exit(main())
