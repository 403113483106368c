# SPDX-License-Identifier: BSD-3-Clause
"""Design spaces: every combination of networks, devices, datatypes and batches, predicted at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from numbers import Real
from typing import TYPE_CHECKING, Any

from . import _core
from ._ranges import HERE, Progress, Question, Where
from .errors import InvalidArgument
from .tables import FIELDS, MOST_VALUES, Categories, Execution, Placement, Table, from_records, listed

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

METRICS = _core.metric_names()
"""What can be asked of a point; SI units."""

_SCALES = ("compute_scales", "bandwidth_scales", "on_chip_scales")
_USUAL: dict[str, list[object]] = {
    "compute_scale": [1.0],
    "bandwidth_scale": [1.0],
    "on_chip_scale": [1.0],
    "placement": ["published"],
    "execution": ["network"],
    "threads": [1],
    "stream": [0],
}

Limits = Mapping[str, "tuple[float | None, float | None]"]
"""{metric: (low, high)} with None for no bound; a point where the metric is not known keeps none."""

_EXPECTED = ("expected_", "basis_code")  # worked out together, since one costs what all do

_Network = tuple[str, float, _core.Workload, list[tuple[str, float, str]]]


def _networks(given: Iterable[Any], keep: Sequence[float]) -> list[_Network]:
    found: list[_Network] = []
    for one in given:
        if isinstance(one, (str, os.PathLike)):
            found += [_core.named_network(one, share) for share in keep]
            continue
        work = _core.as_workload(one)
        if list(keep) != [1.0]:
            raise InvalidArgument(f"keep scales networks of the catalogue; prune '{work.name}' itself instead")
        found.append((work.name, 1.0, work, []))
    return found


def _axis(one: Any) -> Any:
    """As ``listed``, but a range or an array stays one, which the core reads without an object for each value."""
    if isinstance(one, range) and len(one) <= MOST_VALUES:
        return one
    if type(one).__module__ == "numpy" and getattr(one, "ndim", 0) == 1:
        return one.copy()
    return listed(one)


def _link(given: Any) -> tuple[float, float]:
    parts = given if isinstance(given, tuple) else (given, 0.0)
    if len(parts) != 2 or not all(isinstance(one, Real) for one in parts):
        raise TypeError(f"link is bytes per second, or (bytes per second, seconds), not {given!r}")
    return float(parts[0]), float(parts[1])


def _count(workers: int | None) -> int:
    if workers is None:
        return 0
    if not 1 <= workers <= 4096:
        raise InvalidArgument(f"workers must be from 1 to 4096, not {workers}")
    return workers


_Bounds = list[tuple[str, float, float]]


def _limits(constraints: Limits | None, doubtful: bool = True) -> _Bounds:
    def bound(value: float | None, otherwise: float) -> float:
        return otherwise if value is None else float(value)

    given = (constraints or {}).items()
    limits = [(name, bound(low, float("-inf")), bound(high, float("inf"))) for name, (low, high) in given]
    return limits if doubtful else [*limits, ("may_win", 1.0, 1.0)]


@dataclass(frozen=True)
class _Front(Question):
    maximize: list[str]
    minimize: list[str]
    conditions: list[str]
    limits: _Bounds

    def ask(self, space: DesignSpace, first: int, last: int, workers: int) -> _core.ParetoArchive:
        return space.reduce_frontier(self.maximize, self.minimize, self.conditions, self.limits, workers, first, last)

    def merge(self, one: _core.ParetoArchive, other: _core.ParetoArchive) -> _core.ParetoArchive:
        one.merge(other)
        return one


@dataclass(frozen=True)
class _Best(Question):
    metric: str
    maximize: bool
    count: int
    limits: _Bounds

    def ask(self, space: DesignSpace, first: int, last: int, workers: int) -> list[tuple[int, float]]:
        found = space.reduce_best(self.metric, self.maximize, self.count, self.limits, workers, first, last)
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

    def ask(self, space: DesignSpace, first: int, last: int, workers: int) -> list[list[tuple[int, float]]]:
        found = space.reduce_best_by(self.axis, self.metric, self.maximize, self.limits, workers, first, last)
        return [[] if one is None else [one] for one in found]

    def merge(self, one: list[Any], other: list[Any]) -> list[Any]:
        best = _Best(self.metric, self.maximize, 1, [])
        return [best.merge(a, b) for a, b in zip(one, other, strict=True)]


@dataclass(frozen=True)
class _Histogram(Question):
    metric: str
    edges: list[float]
    limits: _Bounds

    def ask(self, space: DesignSpace, first: int, last: int, workers: int) -> npt.NDArray[np.uint64]:
        return space.reduce_histogram(self.metric, self.edges, self.limits, workers, first, last)[0]

    def merge(self, one: npt.NDArray[np.uint64], other: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
        return one + other


@dataclass(frozen=True)
class _Columns(Question):
    """Parts of columns, by the number of their first point."""

    metrics: list[str]

    def ask(self, space: DesignSpace, first: int, last: int, workers: int) -> dict[int, list[npt.NDArray[np.float64]]]:
        return {first: space.columns(self.metrics, workers, first, last)}

    def merge(self, one: dict[int, Any], other: dict[int, Any]) -> dict[int, Any]:
        return one | other


class DesignSpace(_core.DesignSpace):
    """Every combination of its axes as numbered points, none of which is stored.

    networks: catalogue ids, paths, Workloads or Graphs. platforms: ids ('jetson_tx2:maxn'), paths or Platforms.
    datatypes: without any, on each platform those that it computes in natively. keep: fractions of the channels.
    threads: calls in flight. streams: inputs one after the other through a pipeline, 0 for calls of a batch.
    compute_scales, bandwidth_scales, on_chip_scales: factors of the peak, of the off-chip bandwidth and of the on-chip
    capacity. placement, execution: as in ``predict``. Each may be one value or several. calibration: a Calibration that
    predicts instead of the models. devices, link, split: so many devices behind links of (bytes per second, seconds),
    by 'data' or 'pipeline'. training: a step of training instead of an inference, with an optimizer ('sgd', 'momentum'
    or 'adam') and recompute; ``memory_bytes`` is then what a step holds, and ``feasible`` whether that fits. how:
    everything else that ``predict`` takes: carriers, sparse, parameters, overrides ...

    Networks vary slowest, batches fastest; ``skipped`` says why combinations are left out.

    Raises UnknownName, InvalidArgument on an axis without values, UnsupportedDatatype when no combination can be run,
    CountOverflow past 2**64 points, TypeError with the nearest name for a keyword that there is none of.
    """

    def __init__(
        self,
        networks: Iterable[object],
        platforms: Iterable[object],
        datatypes: Iterable[object] = (),
        batches: Iterable[int] = (1,),
        keep: Iterable[float] = (1.0,),
        *,
        threads: int | Iterable[int] | None = None,
        placement: Placement | Iterable[Placement] | None = None,
        execution: Execution | Iterable[Execution] | None = None,
        calibration: Any = None,
        devices: int = 1,
        link: tuple[float, float] | float | None = None,
        split: str = "data",
        **how: Any,
    ) -> None:
        axes: dict[str, Any] = {"datatypes": listed(datatypes), "batches": _axis(batches)} | how
        axes |= {name: _axis(how[name]) for name in ("streams", *_SCALES) if name in how}
        if threads is not None:
            axes["threads"] = _axis(threads)
        named = {"placement": placement, "execution": execution}
        axes |= {name: given for name, given in named.items() if given is not None}
        if calibration is not None:
            if devices != 1:
                raise InvalidArgument("a calibration knows one device: leave devices out")
            axes["calibration"] = calibration._fitted
        if devices != 1:
            if link is None:
                raise InvalidArgument("several devices need a link: (bytes per second, seconds)")
            axes["devices"] = (devices, *_link(link), split)
        elif link is not None or split != "data":
            raise InvalidArgument("link and split are of several devices: give devices")
        networks = _networks(listed(networks), [float(share) for share in listed(keep)])
        self._arguments = networks, [_core.as_platform(one) for one in listed(platforms)], axes
        super().__init__(*self._arguments)

    def __reduce__(self) -> tuple[Any, ...]:
        return _space_of, self._arguments

    def table(
        self,
        workers: int | None = None,
        *,
        client: Any = None,
        progress: Progress | bool | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Sweep:
        """All points as columns."""
        return Sweep(self, _count(workers), Where(client, progress, checkpoint))

    def frontier(
        self,
        *,
        maximize: str | Sequence[str] = (),
        minimize: str | Sequence[str] = (),
        constraints: Limits | str | Sequence[str] | None = None,
        doubtful: bool = False,
        workers: int | None = None,
        client: Any = None,
        progress: Progress | bool | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Table:
        """The non-dominated points, exactly and in constant memory.

        maximize, minimize: metrics (``METRICS``) or expressions of them: 'throughput_ips', 'energy_j * price_usd'.
        constraints: {metric: (low, high)}, or conditions: ['latency_s <= 10e-3']. Points where an objective is not
        known are left out, and unless ``doubtful`` asks for them, those that do not run or fit and those of devices
        whose bandwidth nobody states. client: a dask.distributed.Client on whose workers ranges of the space are worked
        out; the answer is the same, bit for bit. progress: True for a line on the standard error, or a function of the
        points done and all points. checkpoint: a file that keeps the ranges that are done and what they came to, every
        ten seconds and when the call is interrupted; the same call goes on from there, in another process as well, and
        the file goes when the answer is there. Raises ParseError with the place of a mistake, InvalidArgument.
        """
        maximize, minimize = listed(maximize), listed(minimize)
        conditions: list[str] = []
        if constraints is not None and not isinstance(constraints, Mapping):
            conditions, constraints = listed(constraints), None
        question = _Front(maximize, minimize, conditions, _limits(constraints, doubtful))
        front = question.answer(self, _count(workers), Where(client, progress, checkpoint))
        columns = front.points.T.tolist()
        return self._points(front.numbers.tolist(), dict(zip([*maximize, *minimize], columns, strict=True)))

    def best(
        self,
        metric: str,
        count: int = 1,
        *,
        maximize: bool = True,
        constraints: Limits | None = None,
        doubtful: bool = False,
        workers: int | None = None,
        client: Any = None,
        progress: Progress | bool | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Table:
        """The best points by one metric, best first; of equal ones the earlier. The rest is as in ``frontier``."""
        question = _Best(metric, maximize, count, _limits(constraints, doubtful))
        found = question.answer(self, _count(workers), Where(client, progress, checkpoint))
        return self._points([number for number, _ in found], {metric: [value for _, value in found]})

    def best_by(
        self,
        axis: str,
        metric: str,
        *,
        maximize: bool = True,
        constraints: Limits | None = None,
        doubtful: bool = False,
        workers: int | None = None,
        client: Any = None,
        progress: Progress | bool | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Table:
        """For each value of the axis 'network' or 'platform' its best point by one metric."""
        question = _BestBy(axis, metric, maximize, _limits(constraints, doubtful))
        found = [
            one
            for group in question.answer(self, _count(workers), Where(client, progress, checkpoint))
            for one in group
        ]
        return self._points([number for number, _ in found], {metric: [value for _, value in found]})

    def histogram(
        self,
        metric: str,
        edges: Sequence[float],
        *,
        constraints: Limits | None = None,
        workers: int | None = None,
        client: Any = None,
        progress: Progress | bool | None = None,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> npt.NDArray[np.uint64]:
        """How many points fall between each two neighbouring edges, the lower edge included."""
        question = _Histogram(metric, [float(edge) for edge in edges], _limits(constraints))
        counts: npt.NDArray[np.uint64] = question.answer(self, _count(workers), Where(client, progress, checkpoint))
        return counts

    def _points(self, numbers: Iterable[int], values: Mapping[str, Sequence[float]]) -> Table:
        records = [self.point(number) | {"point": number} for number in numbers]
        for name, column in values.items():
            for record, value in zip(records, column, strict=True):
                record[name] = value
        return from_records(records)


class Sweep(Table):
    """A design space as columns, one row for each point; ``skipped`` says what it leaves out.

    The columns are those of ``what_if estimate`` and of ``qutibench.estimates``, and those of axes with other values
    than the usual one. Throughput and latency are there at once, others when they are first used.
    """

    def __init__(self, space: DesignSpace, workers: int, where: Where = HERE) -> None:
        first = ["throughput_ips", "latency_s"]
        _require_memory(space.size, len(first))
        evaluated = dict(zip(first, _gathered(space, first, workers, where), strict=True))
        expected = [field["key"] for field in FIELDS if field["is_metric"] and field["key"].startswith(_EXPECTED)]
        expectations = cache(lambda: dict(zip(expected, space.columns(expected, workers), strict=True)))
        has_bandwidths = all(one.bandwidth_bytes_per_s is not None for one in space.platforms)
        is_published = space.axes["placement"] == ["published"] and "tiled" not in space.axes["execution"]
        bound = "memory_bound" if has_bandwidths and is_published else "bound_code"
        columns: dict[str, Any] = {
            "network": _names(space, "network", [name for name, _ in space.networks]),
            "keep": _numbers(space, "network", [share for _, share in space.networks]),
            "platform": _names(space, "platform", [one.id for one in space.platforms]),
            "mode": _names(space, "platform", [one.mode for one in space.platforms]),
            "datatype": _names(space, "target", [datatype for _, datatype in space.targets]),
            "batch": space.batches,
            "bound": lambda: Categories(
                space.columns([bound], workers)[0].astype("int32"), ["compute", "memory", "compute?", "on-chip", "host"]
            ),
            "marks": lambda: Categories(*space.marks()),
            "assumptions": lambda: Categories(*space.assumptions()),
            "basis": lambda: _bases(expectations()["basis_code"]),
        }
        if space.is_training:
            columns["memory_bytes"] = space.training_bytes
        for axis, values in space.axes.items():
            if values != _USUAL[axis]:
                kind = _names if isinstance(values[0], str) else _numbers
                columns[axis] = kind(space, axis, values)
        for key in expected:
            columns[key] = partial(lambda key: expectations()[key], key)
        for field in FIELDS:
            if field["is_metric"] and field["key"] not in expected:
                columns[field["key"]] = evaluated.get(field["key"], _metric(space, field, workers))
        ordered = {field["key"]: columns[field["key"]] for field in FIELDS if field["key"] in columns}
        super().__init__(ordered, space.size, "sweep")
        self.skipped = space.skipped

    def __reduce__(self) -> tuple[Any, ...]:
        columns = {name: self.column(name) for name in self.columns}
        return _restored, (columns, len(self), self.title, self.skipped)


def _require_memory(points: int, columns: int) -> None:
    """Raises InvalidArgument where columns of doubles would not fit this machine's memory."""
    try:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return
    needed = 8 * points * columns
    if needed > memory:
        raise InvalidArgument(
            f"a table of {points:,} points takes {needed / 1e9:,.0f} GB for its first columns, more than the memory of "
            f"this machine; a DesignSpace's frontier, best and histogram take any number of points"
        )


def _space_of(*arguments: Any) -> DesignSpace:
    space = DesignSpace.__new__(DesignSpace)
    space._arguments = arguments
    _core.DesignSpace.__init__(space, *arguments)
    return space


def _gathered(space: DesignSpace, metrics: list[str], workers: int, where: Where) -> list[npt.NDArray[np.float64]]:
    if where == HERE:
        return space.columns(metrics, workers)
    import numpy as np

    parts = _Columns(metrics).answer(space, workers, where)
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


def _bases(codes: npt.NDArray[np.float64]) -> Categories:
    import numpy as np

    return Categories(np.nan_to_num(codes, nan=-1).astype(np.int32), ["calibration", "class", "bound"])


def _metric(space: DesignSpace, field: dict[str, Any], workers: int) -> Callable[[], npt.NDArray[Any]]:
    def column() -> npt.NDArray[Any]:
        found: npt.NDArray[Any] = space.columns([field["key"]], workers)[0]
        kind = {"count": "int64", "boolean": "bool"}.get(field["kind"])
        return found if kind is None or (found != found).any() else found.astype(kind)

    return column


def sweep(
    networks: Iterable[object],
    platforms: Iterable[object],
    datatypes: Iterable[object] = (),
    batches: Iterable[int] = (1,),
    keep: Iterable[float] = (1.0,),
    *,
    placement: Placement | Iterable[Placement] | None = None,
    execution: Execution | Iterable[Execution] | None = None,
    maximize: str | Sequence[str] = (),
    minimize: str | Sequence[str] = (),
    constraints: Limits | str | Sequence[str] | None = None,
    doubtful: bool = False,
    workers: int | None = None,
    client: Any = None,
    progress: Progress | bool | None = None,
    checkpoint: str | os.PathLike[str] | None = None,
    **axes: Any,
) -> Sweep | Table:
    """Every combination predicted: a table with one row each, or, with objectives, the front and nothing else.

    The axes are those of :class:`DesignSpace`, the objectives and all that follows those of its ``frontier``. Without
    objectives every point is a row (``to_pandas()``, ``to_arrow()``, ``["latency_s"]``); with maximize or minimize the
    points stream by, so that their number is a matter of time, not of memory. workers: threads of the processor that
    work it out, None for all there are. client: a dask.distributed.Client on whose workers ranges of the space are
    worked out. checkpoint: a file from which a call that was cut off goes on. Figures are bit for bit those of
    ``predict``, whatever works them out, and however much of it is lost on the way.
    """
    axes |= {"placement": placement, "execution": execution}
    space = DesignSpace(networks, platforms, datatypes, batches, keep, **axes)
    if not listed(maximize) and not listed(minimize):
        if constraints is not None:
            raise InvalidArgument("constraints need an objective: give maximize or minimize")
        return space.table(workers, client=client, progress=progress, checkpoint=checkpoint)
    return space.frontier(
        maximize=maximize,
        minimize=minimize,
        constraints=constraints,
        doubtful=doubtful,
        workers=workers,
        client=client,
        progress=progress,
        checkpoint=checkpoint,
    )
