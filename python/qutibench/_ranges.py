# SPDX-License-Identifier: BSD-3-Clause
"""Questions to a design space, answered range by range: in this process, or on a Dask cluster.

No answer depends on the ranges, on their order, on where they were worked out, or on how often.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .errors import Error, InvalidArgument
from .tables import require

if TYPE_CHECKING:
    from .spaces import DesignSpace

Progress = Callable[[int, int], object]
"""Called with the points done and all there are."""

LEAST, MOST = 1 << 16, 1 << 32
"""Points of a range on a cluster: enough to be worth a message, few enough to be redone in seconds or minutes."""
RANGES_PER_THREAD = 16


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


class ClusterLost(Error, RuntimeError):
    """A cluster went away before a question was answered. What was done is kept in this process: the same call, with
    another client or none, goes on from there. ``done`` and ``size`` are in points."""

    def __init__(self, done: int, size: int) -> None:
        super().__init__(
            f"the Dask client was closed or lost its cluster when {done} of {size} points were done; "
            "the same call with another client goes on from there"
        )
        self.done, self.size = done, size

    def __reduce__(self) -> tuple[object, ...]:
        return ClusterLost, (self.done, self.size)


Range = tuple[int, int]
_kept: dict[bytes, tuple[list[Range], dict[Range, Any]]] = {}
"""The ranges of the last question whose cluster went away, and the answers of those that were done."""


def _key(question: Question, space: DesignSpace) -> bytes:
    return hashlib.sha256(pickle.dumps(question) + pickle.dumps(space)).digest()


def _is_open(client: Any) -> bool:
    return getattr(client, "status", None) == "running"


def _check(client: Any) -> None:
    distributed = require("distributed", "dask")
    if not isinstance(client, distributed.Client) or client.asynchronous:
        raise InvalidArgument(f"client must be a synchronous dask.distributed.Client, not {type(client).__name__}")
    if not _is_open(client):
        raise InvalidArgument("the Dask client is closed; make another one")
    if not client.nthreads():
        raise InvalidArgument("the Dask cluster has no workers; client.wait_for_workers(1) waits for one")


def _split(size: int, wanted: int, least: int, most: int) -> list[tuple[int, int]]:
    step = min(max(-(-size // wanted), least), most)
    return [(first, min(first + step, size)) for first in range(0, size, step)]


def _here(question: Question, space: DesignSpace, threads: int, told: Progress | None) -> Any:
    ranges, finished = _kept.pop(_key(question, space), ([], {})) if _kept else ([], {})
    if told is None and not finished:
        return question.ask(space, 0, space.size, threads)
    found = None
    for one in ranges or _split(space.size, 100, LEAST, space.size):
        part = finished[one] if one in finished else question.ask(space, *one, threads)
        found = part if found is None else question.merge(found, part)
        if told is not None:
            told(one[1], space.size)
    return found


def _on_cluster(question: Question, space: DesignSpace, client: Any, told: Progress | None) -> Any:
    distributed = require("distributed", "dask")
    key = _key(question, space)
    ranges, finished = _kept.pop(key, ([], {}))
    ranges = ranges or _split(space.size, RANGES_PER_THREAD * sum(client.nthreads().values()), LEAST, MOST)
    done = sum(last - first for first, last in finished)
    leaves: dict[Any, Range] = {}
    try:
        # a task of its own, so that it can be made again where the worker that holds it is lost
        shared = client.submit(_identity, space, pure=False)
        for one in ranges:
            if one not in finished:
                leaves[client.submit(_asked, question, shared, *one, pure=False)] = one
        for leaf, part in distributed.as_completed(leaves, with_results=True):
            if leaf.status != "finished":
                break
            first, last = leaves[leaf]
            finished[first, last] = part
            leaf.release()
            done += last - first
            if told is not None:
                told(done, space.size)
    except BaseException as wrong:
        is_lost = not _is_open(client) or isinstance(wrong, (distributed.CancelledError, OSError))
        if not is_lost or isinstance(wrong, KeyboardInterrupt):
            client.cancel(list(leaves))
            raise
        _kept.clear()
        _kept[key] = ranges, finished
        raise ClusterLost(done, space.size) from wrong
    if len(finished) < len(ranges):  # closed while it was waited for, which ends the waiting without a word
        _kept.clear()
        _kept[key] = ranges, finished
        raise ClusterLost(done, space.size)
    found = None
    for one in ranges:
        found = finished[one] if found is None else question.merge(found, finished.pop(one))
    return found


def _identity(space: DesignSpace) -> DesignSpace:
    return space


def _asked(question: Question, space: DesignSpace, first: int, last: int) -> Any:
    return question.ask(space, first, last, 1)


def _bar() -> Progress:
    begin = time.monotonic()

    def show(done: int, size: int) -> None:
        left = (time.monotonic() - begin) * (size - done) / max(done, 1)
        end = "\n" if done >= size else ""
        sys.stderr.write(f"\r{done / size:4.0%} of {size:.3g} points, {left:.0f} s left {end}")
        sys.stderr.flush()

    return show
