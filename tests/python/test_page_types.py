# SPDX-License-Identifier: BSD-3-Clause
"""The page's types are made of the library's fields."""

from pathlib import Path

import pytest

SUPPORT = Path(__file__).parents[1] / "support"


def test_the_pages_types_are_the_librarys_fields(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(SUPPORT))
    import page_types

    assert page_types.FILE.read_text() == page_types.text(), "tests/support/page_types.py --update"
