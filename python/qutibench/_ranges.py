# SPDX-License-Identifier: BSD-3-Clause
"""Questions to a design space, answered range by range: in this process, or on a Dask cluster.

No answer depends on the ranges, on their order, on where they were worked out, or on how often.
"""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import InvalidArgument
from .tables import require

if TYPE_CHECKING:
    from .spaces import DesignSpace

Progress = Callable[[int, int], object]
"""Called with the points done and all there are."""

LEAST, MOST = 1 << 16, 1 << 32
"""Points of a range on a cluster: enough to be worth a message, few enough to be redone in seconds or minutes."""
RANGES_PER_THREAD = 16
FAN_IN = 8


class Question:
    """What can be asked range by range; subclasses are dataclasses, so that they pickle."""

    def ask(self, space: DesignSpace, first: int, last: int, threads: int) -> Any:
        """The answer of the points [first, last)."""
        raise TypeError(f"{type(self).__name__} has no ask()")

    def merge(self, one: Any, other: Any) -> Any:
        """The answer of both answers' points; may change `one`."""
        raise TypeError(f"{type(self).__name__} has no merge()")

    def answer(self, space: DesignSpace, threads: int, client: Any, progress: Progress | bool | None) -> Any:
        """The answer of the whole space. client: a dask.distributed.Client, or None for this process."""
        told = _bar() if progress is True else progress or None
        if client is None:
            return _here(self, space, threads, told)
        _check(client)
        self.ask(space, 0, 0, 1)  # a question that cannot be answered fails here, not far away
        return _on_cluster(self, space, client, told)


def _check(client: Any) -> None:
    distributed = require("distributed", "dask")
    if not isinstance(client, distributed.Client) or client.asynchronous:
        raise InvalidArgument(f"client must be a synchronous dask.distributed.Client, not {type(client).__name__}")
    if not client.nthreads():
        raise InvalidArgument("the Dask cluster has no workers; client.wait_for_workers(1) waits for one")


def _split(size: int, wanted: int, least: int, most: int) -> list[tuple[int, int]]:
    step = min(max(-(-size // wanted), least), most)
    return [(first, min(first + step, size)) for first in range(0, size, step)]


def _here(question: Question, space: DesignSpace, threads: int, told: Progress | None) -> Any:
    if told is None:
        return question.ask(space, 0, space.size, threads)
    found = None
    for first, last in _split(space.size, 100, LEAST, space.size):
        part = question.ask(space, first, last, threads)
        found = part if found is None else question.merge(found, part)
        told(last, space.size)
    return found


def _on_cluster(question: Question, space: DesignSpace, client: Any, told: Progress | None) -> Any:
    ranges = _split(space.size, RANGES_PER_THREAD * sum(client.nthreads().values()), LEAST, MOST)
    # a task of its own, so that it can be made again where the worker that holds it is lost
    shared = client.submit(_identity, space, pure=False)
    leaves = [client.submit(_asked, question, shared, first, last, pure=False) for first, last in ranges]
    submitted = [shared, *leaves]
    try:
        level = leaves
        while len(level) > 1:
            groups = [level[i : i + FAN_IN] for i in range(0, len(level), FAN_IN)]
            level = [client.submit(_merged, question, *group, pure=False, priority=1) for group in groups]
            submitted += level
        if told is not None:
            points = {leaf.key: last - first for leaf, (first, last) in zip(leaves, ranges, strict=True)}
            done = 0
            for leaf in require("distributed", "dask").as_completed(leaves):
                if leaf.status == "error":
                    break
                done += points[leaf.key]
                told(done, space.size)
        return level[0].result()
    except BaseException:
        client.cancel(submitted)
        raise


def _identity(space: DesignSpace) -> DesignSpace:
    return space


def _asked(question: Question, space: DesignSpace, first: int, last: int) -> Any:
    return question.ask(space, first, last, 1)


def _merged(question: Question, first: Any, *others: Any) -> Any:
    found = copy.copy(first)  # Dask may hand out the same object again
    for other in others:
        found = question.merge(found, other)
    return found


def _bar() -> Progress:
    begin = time.monotonic()

    def show(done: int, size: int) -> None:
        left = (time.monotonic() - begin) * (size - done) / max(done, 1)
        end = "\n" if done >= size else ""
        sys.stderr.write(f"\r{done / size:4.0%} of {size:.3g} points, {left:.0f} s left {end}")
        sys.stderr.flush()

    return show
