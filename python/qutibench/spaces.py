# SPDX-License-Identifier: BSD-3-Clause
"""Design spaces: every combination of networks, devices, datatypes and batches, predicted at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import _core
from ._ranges import Progress, Question
from .errors import InvalidArgument
from .tables import Categories, Table, from_records, listed

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

METRICS = _core.metric_names()
"""What can be asked of a point; SI units."""

Limits = Mapping[str, "tuple[float | None, float | None]"]
"""{metric: (low, high)} with None for no bound; a point where the metric is not known keeps none."""

_Network = tuple[str, float, _core.Workload, list[tuple[str, float]]]


@lru_cache(maxsize=256)
def _known_network(name: str, keep: float) -> _Network:
    entry = _core.network_entry(name)
    accuracies = [(one.datatype, one.top1) for one in entry.accuracies if one.keep == keep and one.top1 is not None]
    return entry.id, keep, entry.workload(keep), accuracies


@lru_cache(maxsize=256)
def _known_platform(name: str) -> _core.Platform:
    return _core.platform(name)


def _is_path(name: str) -> bool:
    return "/" in name or "\\" in name or name.endswith(".json") or ".json:" in name


def _networks(given: Iterable[object], keep: Sequence[float]) -> list[_Network]:
    found: list[_Network] = []
    for one in given:
        if isinstance(one, (str, os.PathLike)):
            one = os.fspath(one)
            load = _known_network.__wrapped__ if _is_path(one) else _known_network
            found += [load(one, share) for share in keep]
            continue
        work = _core.analyze(one) if isinstance(one, _core.Graph) else one
        if not isinstance(work, _core.Workload):
            raise TypeError(f"a network is an id, a path, a Workload or a Graph, not {type(one).__name__}")
        if list(keep) != [1.0]:
            raise InvalidArgument(f"keep scales networks of the catalogue; prune '{work.name}' itself instead")
        found.append((work.name, 1.0, work, []))
    return found


def _platforms(given: Iterable[object]) -> list[_core.Platform]:
    found: list[_core.Platform] = []
    for one in given:
        if isinstance(one, (str, os.PathLike)):
            one = os.fspath(one)
            found.append(_core.platform(one) if _is_path(one) else _known_platform(one))
        elif isinstance(one, _core.Platform):
            found.append(one)
        else:
            raise TypeError(f"a platform is an id, a path or a Platform, not {type(one).__name__}")
    return found


def _count(threads: int | None) -> int:
    if threads is None:
        return 0
    if not 1 <= threads <= 4096:
        raise InvalidArgument(f"threads must be from 1 to 4096, not {threads}")
    return threads


_Bounds = list[tuple[str, float, float]]


def _limits(constraints: Limits | None) -> _Bounds:
    def bound(value: float | None, otherwise: float) -> float:
        return otherwise if value is None else float(value)

    given = (constraints or {}).items()
    return [(name, bound(low, float("-inf")), bound(high, float("inf"))) for name, (low, high) in given]


@dataclass(frozen=True)
class _Front(Question):
    maximize: list[str]
    minimize: list[str]
    conditions: list[str]
    limits: _Bounds

    def ask(self, space: DesignSpace, first: int, last: int, threads: int) -> _core.ParetoArchive:
        return space.reduce_frontier(self.maximize, self.minimize, self.conditions, self.limits, threads, first, last)

    def merge(self, one: _core.ParetoArchive, other: _core.ParetoArchive) -> _core.ParetoArchive:
        one.merge(other)
        return one


@dataclass(frozen=True)
class _Best(Question):
    metric: str
    maximize: bool
    count: int
    limits: _Bounds

    def ask(self, space: DesignSpace, first: int, last: int, threads: int) -> list[tuple[int, float]]:
        found = space.reduce_best(self.metric, self.maximize, self.count, self.limits, threads, first, last)
        return list(zip(*(column.tolist() for column in found), strict=True))

    def merge(self, one: list[tuple[int, float]], other: list[tuple[int, float]]) -> list[tuple[int, float]]:
        sign = -1 if self.maximize else 1
        return sorted(one + other, key=lambda point: (sign * point[1], point[0]))[: self.count]


@dataclass(frozen=True)
class _BestBy(Question):
    axis: str
    metric: str
    maximize: bool
    limits: _Bounds

    def ask(self, space: DesignSpace, first: int, last: int, threads: int) -> list[list[tuple[int, float]]]:
        found = space.reduce_best_by(self.axis, self.metric, self.maximize, self.limits, threads, first, last)
        return [[] if one is None else [one] for one in found]

    def merge(self, one: list[Any], other: list[Any]) -> list[Any]:
        best = _Best(self.metric, self.maximize, 1, [])
        return [best.merge(a, b) for a, b in zip(one, other, strict=True)]


@dataclass(frozen=True)
class _Histogram(Question):
    metric: str
    edges: list[float]
    limits: _Bounds

    def ask(self, space: DesignSpace, first: int, last: int, threads: int) -> npt.NDArray[np.uint64]:
        return space.reduce_histogram(self.metric, self.edges, self.limits, threads, first, last)[0]

    def merge(self, one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        return one + other


@dataclass(frozen=True)
class _Columns(Question):
    """Parts of columns, by the number of their first point."""

    metrics: list[str]

    def ask(self, space: DesignSpace, first: int, last: int, threads: int) -> dict[int, list[npt.NDArray[np.float64]]]:
        return {first: space.columns(self.metrics, threads, first, last)}

    def merge(self, one: dict[int, Any], other: dict[int, Any]) -> dict[int, Any]:
        return one | other


class DesignSpace(_core.DesignSpace):
    """Every combination of its axes as numbered points, none of which is stored.

    networks: catalogue ids, paths, Workloads or Graphs. platforms: ids ('jetson_tx2:maxn'), paths or Platforms.
    datatypes: without any, on each platform those that it computes in natively. keep: fractions of the channels.
    compute_scales, bandwidth_scales: factors of the peak and of the off-chip bandwidth. placement, execution: one or
    several, as in ``predict``. carriers: whether a datatype that a device lacks runs in a wider one, or the combination
    is left out (``skipped`` says why). Networks vary slowest, batches fastest.

    Raises UnknownName, InvalidArgument on an axis without values, UnsupportedDatatype when no combination can be run,
    CountOverflow past 2**64 points.
    """

    def __init__(
        self,
        networks: Iterable[object],
        platforms: Iterable[object],
        datatypes: Iterable[object] = (),
        batches: Iterable[int] = (1,),
        keep: Iterable[float] = (1.0,),
        *,
        compute_scales: Iterable[float] = (1.0,),
        bandwidth_scales: Iterable[float] = (1.0,),
        placement: str | Iterable[str] = "published",
        execution: str | Iterable[str] = "network",
        carriers: bool = True,
    ) -> None:
        self._axes = (
            _networks(listed(networks), [float(share) for share in listed(keep)]),
            _platforms(listed(platforms)),
            listed(datatypes),
            listed(batches),
            listed(compute_scales),
            listed(bandwidth_scales),
            listed(placement),
            listed(execution),
            carriers,
        )
        super().__init__(*self._axes)

    def __reduce__(self) -> tuple[Any, ...]:
        return _space_of, self._axes

    def table(
        self, threads: int | None = None, *, client: Any = None, progress: Progress | bool | None = None
    ) -> Sweep:
        """All points as columns."""
        return Sweep(self, _count(threads), client, progress)

    def frontier(
        self,
        *,
        maximize: str | Sequence[str] = (),
        minimize: str | Sequence[str] = (),
        constraints: Limits | str | Sequence[str] | None = None,
        threads: int | None = None,
        client: Any = None,
        progress: Progress | bool | None = None,
    ) -> Table:
        """The non-dominated points, exactly and in constant memory.

        maximize, minimize: metrics (``METRICS``) or expressions of them: 'throughput_ips', 'energy_j * price_usd'.
        constraints: {metric: (low, high)}, or conditions: ['latency_s <= 10e-3']. Points where an objective is not
        known are left out. client: a dask.distributed.Client on whose workers ranges of the space are worked out; the
        answer is the same, bit for bit. progress: True for a line on the standard error, or a function of the points
        done and all points. Raises ParseError with the place of a mistake, InvalidArgument.
        """
        maximize, minimize = listed(maximize), listed(minimize)
        conditions: list[str] = []
        if constraints is not None and not isinstance(constraints, Mapping):
            conditions, constraints = listed(constraints), None
        question = _Front(maximize, minimize, conditions, _limits(constraints))
        front = question.answer(self, _count(threads), client, progress)
        columns = front.points.T.tolist()
        return self._points(front.numbers.tolist(), dict(zip([*maximize, *minimize], columns, strict=True)))

    def best(
        self,
        metric: str,
        count: int = 1,
        *,
        maximize: bool = True,
        constraints: Limits | None = None,
        threads: int | None = None,
        client: Any = None,
        progress: Progress | bool | None = None,
    ) -> Table:
        """The best points by one metric, best first; of equal ones the earlier. The rest is as in ``frontier``."""
        question = _Best(metric, maximize, count, _limits(constraints))
        found = question.answer(self, _count(threads), client, progress)
        return self._points([number for number, _ in found], {metric: [value for _, value in found]})

    def best_by(
        self,
        axis: str,
        metric: str,
        *,
        maximize: bool = True,
        constraints: Limits | None = None,
        threads: int | None = None,
        client: Any = None,
        progress: Progress | bool | None = None,
    ) -> Table:
        """For each value of the axis 'network' or 'platform' its best point by one metric."""
        question = _BestBy(axis, metric, maximize, _limits(constraints))
        found = [one for group in question.answer(self, _count(threads), client, progress) for one in group]
        return self._points([number for number, _ in found], {metric: [value for _, value in found]})

    def histogram(
        self,
        metric: str,
        edges: Sequence[float],
        *,
        constraints: Limits | None = None,
        threads: int | None = None,
        client: Any = None,
        progress: Progress | bool | None = None,
    ) -> npt.NDArray[np.uint64]:
        """How many points fall between each two neighbouring edges, the lower edge included."""
        question = _Histogram(metric, [float(edge) for edge in edges], _limits(constraints))
        counts: npt.NDArray[np.uint64] = question.answer(self, _count(threads), client, progress)
        return counts

    def _points(self, numbers: Iterable[int], values: Mapping[str, Sequence[float]]) -> Table:
        records = [self.point(number) | {"point": number} for number in numbers]
        for name, column in values.items():
            for record, value in zip(records, column, strict=True):
                record[name] = value
        return from_records(records)


class Sweep(Table):
    """A design space as columns, one row for each point; ``skipped`` says what it leaves out.

    Throughput, latency and operational intensity are there at once, other columns when they are first used.
    """

    def __init__(
        self, space: DesignSpace, threads: int, client: Any = None, progress: Progress | bool | None = None
    ) -> None:
        first = METRICS[:3]
        evaluated = _gathered(space, first, threads, client, progress)
        columns: dict[str, Any] = {
            "network": _names(space, "network", [name for name, _ in space.networks]),
            "keep": _numbers(space, "network", [share for _, share in space.networks]),
            "platform": _names(space, "platform", [one.id for one in space.platforms]),
            "mode": _names(space, "platform", [one.mode for one in space.platforms]),
            "datatype": _names(space, "target", [datatype for _, datatype in space.targets]),
            "batch": space.batches,
        }
        for axis, scales in (("compute_scale", space.compute_scales), ("bandwidth_scale", space.bandwidth_scales)):
            if scales != [1.0]:
                columns[axis] = _numbers(space, axis, scales)
        columns |= dict(zip(first, evaluated, strict=True))
        columns["bound"] = lambda: Categories(
            space.columns(["memory_bound"], threads)[0].astype("int32"), ["compute", "memory"]
        )
        for name in METRICS[3:-1]:
            columns[name] = _metric(space, name, threads)
        super().__init__(columns, space.size, "sweep")
        self.skipped = space.skipped

    def __reduce__(self) -> tuple[Any, ...]:
        columns = {name: self.column(name) for name in self.columns}
        return _restored, (columns, len(self), self.title, self.skipped)


def _space_of(*axes: Any) -> DesignSpace:
    space = DesignSpace.__new__(DesignSpace)
    space._axes = axes
    _core.DesignSpace.__init__(space, *axes)
    return space


def _gathered(
    space: DesignSpace, metrics: list[str], threads: int, client: Any, progress: Progress | bool | None
) -> list[npt.NDArray[np.float64]]:
    if client is None and not progress:
        return space.columns(metrics, threads)
    import numpy as np

    parts = _Columns(metrics).answer(space, threads, client, progress)
    return [np.concatenate([parts[first][i] for first in sorted(parts)]) for i in range(len(metrics))]


def _restored(columns: dict[str, Any], length: int, title: str, skipped: list[str]) -> Table:
    table = Table(columns, length, title)
    table.skipped = skipped
    return table


def _names(space: DesignSpace, axis: str, values: Sequence[str | None]) -> Callable[[], Categories]:
    def column() -> Categories:
        import numpy as np

        distinct = list(dict.fromkeys(name for name in values if name is not None))
        places = np.array([-1 if name is None else distinct.index(name) for name in values], dtype=np.int32)
        return Categories(places[space.codes(axis)], distinct)

    return column


def _numbers(space: DesignSpace, axis: str, values: Sequence[float]) -> Callable[[], npt.NDArray[np.float64]]:
    def column() -> npt.NDArray[np.float64]:
        import numpy as np

        found: npt.NDArray[np.float64] = np.array(values, dtype=np.float64)[space.codes(axis)]
        return found

    return column


def _metric(space: DesignSpace, name: str, threads: int) -> Callable[[], npt.NDArray[np.float64]]:
    return lambda: space.columns([name], threads)[0]


def sweep(
    networks: Iterable[object],
    platforms: Iterable[object],
    datatypes: Iterable[object] = (),
    batches: Iterable[int] = (1,),
    keep: Iterable[float] = (1.0,),
    *,
    maximize: str | Sequence[str] = (),
    minimize: str | Sequence[str] = (),
    constraints: Limits | str | Sequence[str] | None = None,
    threads: int | None = None,
    client: Any = None,
    progress: Progress | bool | None = None,
    **axes: Any,
) -> Sweep | Table:
    """Every combination predicted: a table with one row each, or, with objectives, the front and nothing else.

    The axes are those of :class:`DesignSpace`, the objectives and all that follows those of its ``frontier``. Without
    objectives every point is a row (``to_pandas()``, ``to_arrow()``, ``["latency_s"]``); with maximize or minimize the
    points stream by, so that their number is a matter of time, not of memory. threads: None for all there are. client:
    a dask.distributed.Client on whose workers ranges of the space are worked out. Figures are bit for bit those of
    ``predict``, whatever the threads, the workers, and how many of these are lost on the way.
    """
    space = DesignSpace(networks, platforms, datatypes, batches, keep, **axes)
    if not listed(maximize) and not listed(minimize):
        if constraints is not None:
            raise InvalidArgument("constraints need an objective: give maximize or minimize")
        return space.table(threads, client=client, progress=progress)
    return space.frontier(
        maximize=maximize,
        minimize=minimize,
        constraints=constraints,
        threads=threads,
        client=client,
        progress=progress,
    )
