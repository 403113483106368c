# SPDX-License-Identifier: BSD-3-Clause
"""A bar for long work: in notebooks and terminals where tqdm is installed, otherwise nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

T = TypeVar("T")


def shown(work: Iterable[T], unit: str, title: str = "") -> Iterator[T]:
    """The same items, with a bar on standard error that says how far they are; none where that is not a terminal."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield from work
        return
    total = len(work) if isinstance(work, Sized) else None
    yield from tqdm(work, desc=title or None, total=total, unit=unit, disable=None)
