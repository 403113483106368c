# SPDX-License-Identifier: BSD-3-Clause
"""Questions to a design space, answered range by range: in this process, or on a Dask cluster.

No answer depends on the ranges, on their order, on where they were worked out, or on how often.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import Error, InvalidArgument
from .tables import require

if TYPE_CHECKING:
    from .spaces import DesignSpace

Progress = Callable[[int, int], object]
"""Called with the points done and all there are."""

LEAST, MOST = 1 << 16, 1 << 32
"""Points of a range on a cluster: enough to be worth a message, few enough to be redone in seconds or minutes."""
SECONDS = 5.0
"""What a range takes, once it is known how many points a thread works out in a second."""
SAVED_EVERY = 10.0
"""Seconds between two states of a checkpoint."""


class Question:
    """What can be asked range by range; subclasses are dataclasses, so that they pickle."""

    def ask(self, space: DesignSpace, first: int, last: int, threads: int) -> Any:
        """The answer of the points [first, last)."""
        raise TypeError(f"{type(self).__name__} has no ask()")

    def merge(self, one: Any, other: Any) -> Any:
        """The answer of both answers' points; may change `one`."""
        raise TypeError(f"{type(self).__name__} has no merge()")

    def answer(self, space: DesignSpace, threads: int, where: Where) -> Any:
        """The answer of the whole space."""
        if where.client is None and not where.progress and where.checkpoint is None and not _kept:
            return self.ask(space, 0, space.size, threads)
        if where.client is not None:
            _check(where.client)
        self.ask(space, 0, 0, 1)  # a question that cannot be answered fails here, not far away
        left = _Left(self, space, where)
        if where.client is None:
            _here(left, threads)
        else:
            _on_cluster(left, where.client)
        return left.answered()


@dataclass(frozen=True)
class Where:
    """Where a question is answered, and what is told and kept meanwhile."""

    client: Any = None
    """A dask.distributed.Client, or None for this process."""
    progress: Progress | bool | None = None
    checkpoint: str | os.PathLike[str] | None = None
    """The file that keeps what is done, for a process that ends before the question is answered."""


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


HERE = Where()

Range = tuple[int, int]
_kept: dict[bytes, tuple[list[Range], Any]] = {}
"""What was left of the last question whose cluster went away, and the answer of the rest."""


class _Left:
    """What is left of a question, and the answer of the rest."""

    def __init__(self, question: Question, space: DesignSpace, where: Where) -> None:
        self.question, self.space = question, space
        self._told = _bar() if where.progress is True else where.progress or None
        self._file = None if where.checkpoint is None else Path(where.checkpoint)
        self._key = _key(question, space)
        self._found: Any
        self._ranges, self._found = _kept.pop(self._key, None) or self._read() or ([(0, space.size)], None)
        self._begun: set[Range] = set()
        self._save()

    @property
    def points(self) -> int:
        """Of ranges that nobody has begun."""
        return sum(last - first for first, last in self._ranges)

    @property
    def done(self) -> int:
        return self.space.size - self.points - sum(last - first for first, last in self._begun)

    def take(self, points: int) -> Range | None:
        """The next range, of at most so many points."""
        if not self._ranges:
            return None
        first, last = self._ranges.pop(0)
        if last - first > points:
            self._ranges.insert(0, (first + points, last))
            last = first + points
        self._begun.add((first, last))
        return first, last

    def add(self, one: Range, part: Any) -> None:
        """The answer of a range that was taken."""
        self._begun.remove(one)
        self._found = part if self._found is None else self.question.merge(self._found, part)
        if self._file is not None and time.monotonic() > self._saved + SAVED_EVERY:
            self.save()
        if self._told is not None:
            self._told(self.done, self.space.size)

    def keep(self) -> None:
        """For the same question in this process, and in the file for others."""
        _kept.clear()
        _kept[self._key] = self._state()
        self.save()

    def save(self) -> None:
        """A file that can no longer be written is said, and ends nothing."""
        try:
            self._save()
        except InvalidArgument as wrong:
            warnings.warn(str(wrong), RuntimeWarning, stacklevel=2)

    def _save(self) -> None:
        self._saved = time.monotonic()
        if self._file is None:
            return
        part = self._file.with_name(f"{self._file.name}.{os.getpid()}.part")
        try:
            part.write_bytes(pickle.dumps((self._key, *self._state())))
            part.replace(self._file)
        except OSError as wrong:
            part.unlink(missing_ok=True)
            raise InvalidArgument(f"{self._file}: cannot be written: {wrong.strerror}") from wrong

    def answered(self) -> Any:
        """The answer; the file has served."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)
        return self._found

    def _state(self) -> tuple[list[Range], Any]:
        return sorted([*self._begun, *self._ranges]), self._found

    def _read(self) -> tuple[list[Range], Any] | None:
        if self._file is None or not self._file.exists():
            return None
        try:
            with self._file.open("rb") as file:
                key, ranges, found = _Answers(file).load()
        except OSError as wrong:
            raise InvalidArgument(f"{self._file}: cannot be read: {wrong.strerror}") from wrong
        except Exception as wrong:  # whatever damaged bytes lead to
            raise InvalidArgument(f"{self._file}: is no checkpoint of a design space") from wrong
        if key != self._key:
            raise InvalidArgument(f"{self._file}: is the checkpoint of another question; name another file")
        return ranges, found


class _Answers(pickle.Unpickler):
    """Answers are made of numbers, arrays and fronts; nothing else is read from a file."""

    def find_class(self, module: str, name: str) -> Any:
        if module.split(".")[0] not in ("numpy", "qutibench"):
            raise pickle.UnpicklingError(f"{module}.{name}")
        return super().find_class(module, name)


def _key(question: Question, space: DesignSpace) -> bytes:
    """What tells a question to a space from others: its words, its axes, and figures of points throughout it."""
    digest = hashlib.sha256(repr((question, space.size, space.networks, space.targets, space.axes)).encode())
    for i in range(64):
        point = i * (space.size - 1) // 63
        digest.update(space.columns(["throughput_ips", "latency_s"], 1, point, point + 1)[0].tobytes())
    return digest.digest()


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


def _here(left: _Left, threads: int) -> None:
    step = max(LEAST, -(-left.space.size // 100))
    try:
        while one := left.take(step):
            left.add(one, left.question.ask(left.space, *one, threads))
    except BaseException:
        left.save()
        raise


def _on_cluster(left: _Left, client: Any) -> None:
    """Ranges take `SECONDS` each, and shorter ones at the end keep all threads busy."""
    distributed = require("distributed", "dask")
    threads = sum(client.nthreads().values())
    leaves: dict[Any, Range] = {}
    rate = 0.0  # points that a thread works out in a second
    try:
        # a task of its own, so that it can be made again where the worker that holds it is lost
        shared = client.submit(_identity, left.space, pure=False)
        waiting = distributed.as_completed(with_results=True)

        def begin() -> None:
            while len(leaves) < 2 * threads:
                fair = -(-left.points // (2 * threads))
                if not (one := left.take(max(LEAST, min(int(rate * SECONDS), fair, MOST)))):
                    return
                leaf = client.submit(_asked, left.question, shared, *one, pure=False)
                leaves[leaf] = one
                waiting.add(leaf)

        begin()
        for leaf, answered in waiting:
            if leaf.status != "finished":
                break
            one = leaves.pop(leaf)
            part, seconds = answered
            rate = max(rate, (one[1] - one[0]) / max(seconds, 1e-6))
            left.add(one, part)
            leaf.release()
            begin()
    except BaseException as wrong:
        is_lost = not _is_open(client) or isinstance(wrong, (distributed.CancelledError, OSError))
        if not is_lost or isinstance(wrong, KeyboardInterrupt):
            client.cancel(list(leaves))
            left.save()
            raise
        left.keep()
        raise ClusterLost(left.done, left.space.size) from wrong
    if left.done < left.space.size:  # closed while it was waited for, which ends the waiting without a word
        left.keep()
        raise ClusterLost(left.done, left.space.size)


def _identity(space: DesignSpace) -> DesignSpace:
    return space


def _asked(question: Question, space: DesignSpace, first: int, last: int) -> tuple[Any, float]:
    """The answer, and the seconds that it took."""
    begin = time.perf_counter()
    return question.ask(space, first, last, 1), time.perf_counter() - begin


def _bar() -> Progress:
    begin = time.monotonic()

    def show(done: int, size: int) -> None:
        left = (time.monotonic() - begin) * (size - done) / max(done, 1)
        end = "\n" if done >= size else ""
        sys.stderr.write(f"\r{done / size:4.0%} of {size:.3g} points, {left:.0f} s left {end}")
        sys.stderr.flush()

    return show
