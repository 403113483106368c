# SPDX-License-Identifier: BSD-3-Clause
"""Columns with units: what workloads, estimates, sweeps and measurements look like as tables.

A :class:`Table` shows itself in a notebook, and hands its columns to NumPy, pandas and Arrow. Columns that name things
(networks, platforms) are kept as codes into a list of names, columns of a sweep are worked out when first used.
"""

from __future__ import annotations

import html
import importlib
import itertools
import math
import numbers
import operator
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

from . import _core
from .errors import InvalidArgument, MissingPackage, UnknownName

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    Array = npt.NDArray[Any]


Network = _core.Graph | str | os.PathLike[str]
"""A network, or its id, or the path of its file."""

Device = _core.Platform | str | os.PathLike[str]
"""A device, or its id, or the path of its file."""


Placement = Literal["published", "capacity", "optimal"]
Execution = Literal["network", "layers", "dataflow", "prefetch", "tiled", "array"]


class Categories(NamedTuple):
    """A column of names: ``codes`` number into ``names``; -1 stands for no name."""

    codes: Array
    names: list[str]


class Unit(NamedTuple):
    """How people read a column: its heading, the unit in it, and what one of that unit is worth in SI units."""

    heading: str
    unit: str = ""
    scale: float = 1.0


Column = "Array | Categories"

_WIDEST = 160  # characters of a row as text

MOST_VALUES = 10_000_000
"""Of an axis, which are kept one by one."""

FIELDS: list[dict[str, Any]] = _core.answer_fields()
"""The columns of answers, in the order of what_if's JSON: key, kind, heading, unit, scale, what it says."""

UNITS: dict[str, Unit] = {
    field["key"]: Unit(field["heading"], field["unit"], field["scale"]) for field in FIELDS if field["unit"]
} | {
    "inputs_per_second": Unit("throughput", "inputs/s"),
    "printed_inputs_per_second": Unit("printed", "inputs/s"),
    "measured_throughput_ips": Unit("measured throughput", "inputs/s"),
    "measured_latency_s": Unit("measured latency", "ms", 1e-3),
    "time_s": Unit("time", "ms", 1e-3),
    "compute_time_s": Unit("compute time", "ms", 1e-3),
    "memory_time_s": Unit("memory time", "ms", 1e-3),
    "other_operations": Unit("other operations", "MOP", 1e6),
    "weights": Unit("weights", "k", 1e3),
    "parameters": Unit("parameters", "k", 1e3),
    "outputs": Unit("outputs", "k", 1e3),
    "capacity_bytes": Unit("capacity", "MB", 1e6),
    "operational_intensity": Unit("intensity", "op/byte"),
    "efficiency": Unit("efficiency", "%", 1e-2),
}


def require(module: str, extra: str) -> Any:
    """Imports a package of an optional part; raises MissingPackage with the command that installs it."""
    try:
        return importlib.import_module(module)
    except ImportError as wrong:
        package = module.partition(".")[0]
        raise MissingPackage(f"this needs {package}: pip install 'qutibench[{extra}]'") from wrong


def readable(value: object) -> str:
    """A value as a person reads it: four significant digits, thousands apart, '-' for what is not known."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u202f")
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return "-"
    if value == 0 or math.isinf(value):
        return f"{value:g}".replace("inf", "\u221e")
    if not 1e-4 <= abs(value) < 1e15:
        return f"{value:.3g}"
    decimals = min(max(3 - math.floor(math.log10(abs(value))), 0), 7)
    text = f"{value:,.{decimals}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(",", "\u202f")


class Table:
    """Named columns of one length. ``table["latency_s"]`` is a NumPy array; iteration gives rows as dicts.

    ``skipped`` says, a sentence each, which combinations of ``estimates`` and ``sweep`` a platform cannot run.
    """

    def __init__(
        self,
        columns: Mapping[str, Array | Categories | Callable[[], Array | Categories]],
        length: int,
        title: str = "",
    ) -> None:
        self._columns = dict(columns)
        self._length = length
        self.title = title
        self.skipped: list[str] = []

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return list(self._columns)

    def column(self, name: str) -> Array | Categories:
        """A column as it is kept: an array, or codes with names."""
        if name not in self._columns:
            import difflib

            near = difflib.get_close_matches(name, self._columns, 1)
            raise UnknownName(f"unknown column {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        found = self._columns[name]
        if callable(found):
            found = self._columns[name] = found()
        return found

    @overload
    def __getitem__(self, name: str) -> Array: ...
    @overload
    def __getitem__(self, name: int) -> dict[str, object]: ...
    @overload
    def __getitem__(self, name: slice) -> list[dict[str, object]]: ...
    def __getitem__(self, name: str | int | slice) -> Array | dict[str, object] | list[dict[str, object]]:
        """A column by its name, a row by its number, several rows by a slice."""
        import numpy as np

        if isinstance(name, slice):
            return [self[i] for i in range(*name.indices(self._length))]
        if not isinstance(name, str):
            place = operator.index(name)
            if not -self._length <= place < self._length:
                raise IndexError(f"there is no row {place}; the table has {self._length}")
            place %= self._length
            return next(self.rows(place, place + 1))
        found = self.column(name)
        if not isinstance(found, Categories):
            return found
        names = np.array([*found.names, None], dtype=object)
        return names[found.codes]

    def __len__(self) -> int:
        return self._length

    def rows(self, start: int = 0, stop: int | None = None) -> Iterator[dict[str, object]]:
        """Rows as dicts; what is not known is None."""
        first, last, _ = slice(start, stop).indices(self._length)
        cells: dict[str, list[object]] = {}
        for name in self._columns:
            found = self.column(name)
            if isinstance(found, Categories):
                cells[name] = [found.names[i] if i >= 0 else None for i in found.codes[first:last].tolist()]
            else:
                values = found[first:last].tolist()
                cells[name] = [None if isinstance(one, float) and math.isnan(one) else one for one in values]
        for i in range(last - first):
            yield {name: values[i] for name, values in cells.items()}

    def __iter__(self) -> Iterator[dict[str, object]]:
        return self.rows()

    def to_numpy(self, names: Sequence[str]) -> npt.NDArray[np.float64]:
        """Columns side by side as float64 (n, len(names)): what ``pareto_front`` takes."""
        import numpy as np

        return np.column_stack([np.asarray(self[name], dtype=np.float64) for name in names])

    def to_pandas(self) -> pd.DataFrame:
        """As a pandas.DataFrame; names become a Categorical. Needs pandas."""
        pandas = require("pandas", "pandas")
        data = {}
        for name in self._columns:
            found = self.column(name)
            if isinstance(found, Categories):
                data[name] = pandas.Categorical.from_codes(found.codes, found.names)
            else:
                data[name] = found
        frame: pd.DataFrame = pandas.DataFrame(data, copy=False)
        return frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """For polars, pyarrow, DuckDB and whatever else takes Arrow's C stream. Needs pyarrow."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> pa.Table:
        """As a pyarrow.Table; names become dictionary-encoded, what is not known null. Needs pyarrow."""
        arrow = require("pyarrow", "pandas")
        data = {}
        for name in self._columns:
            found = self.column(name)
            if isinstance(found, Categories):
                indices = arrow.array(found.codes, "int32", mask=found.codes < 0)
                data[name] = arrow.DictionaryArray.from_arrays(indices, arrow.array(found.names, "string"))
            else:
                data[name] = arrow.array(found, from_pandas=True)
        return arrow.table(data)

    def headings(self) -> list[str]:
        """Column headings for people, units in brackets."""
        return [self._heading(name) for name in self._columns]

    def legend(self) -> list[str]:
        """What the letters in the column of marks stand for, a line each."""
        if "marks" not in self._columns:
            return []
        found = self.column("marks")
        used = {letter for one in found.names for letter in one} if isinstance(found, Categories) else set()
        return [f"{letter}  {says}" for letter, says in _core.marks() if letter in used]

    def _split(self) -> tuple[list[str], list[str]]:
        """The columns worth showing, and what the others hold: one value in every row, or none. Marks stand for
        assumptions."""
        shown: list[str] = []
        alike: list[str] = []
        unknown: list[str] = []
        for name in self._columns:
            if name == "assumptions" and "marks" in self._columns:
                continue
            found = self.column(name)
            values = found.codes if isinstance(found, Categories) else found
            if self._length < 2 or not (values == values[0]).all():
                is_unknown = self._length > 0 and values.dtype.kind == "f" and bool((values != values).all())
                (unknown if is_unknown else shown).append(name)
            elif not isinstance(found, Categories) or found.codes[0] >= 0:  # without a name: no mode, no mark
                alike.append(name)
        if not shown:
            return [*alike, *unknown] or self.columns, []
        first = next(self.rows(0, 1), {})
        same = [f"{self._heading(name)} {self._cell(name, first[name])}" for name in alike]
        notes = [f"in every row: {'; '.join(same)}"] if same else []
        return shown, [*notes, *([f"not known: {'; '.join(map(self._heading, unknown))}"] if unknown else [])]

    def _heading(self, name: str) -> str:
        """A column's heading for people, its unit in brackets."""
        unit = UNITS.get(name, Unit(name.replace("_", " ")))
        return f"{unit.heading} [{unit.unit}]" if unit.unit else unit.heading

    def _cell(self, name: str, value: object) -> str:
        scale = UNITS[name].scale if name in UNITS else 1.0
        return readable(value / scale if isinstance(value, (int, float)) and scale != 1 else value)

    def _shown(self, names: Sequence[str], most: int) -> tuple[list[list[str]], int]:
        def cells(start: int, stop: int | None) -> list[list[str]]:
            return [[self._cell(name, row[name]) for name in names] for row in self.rows(start, stop)]

        if len(self) <= most:
            return cells(0, None), 0
        return cells(0, most - 3) + cells(len(self) - 3, None), most - 3

    def _count(self) -> str:
        return f"{len(self):,} row{'' if len(self) == 1 else 's'}"

    def __repr__(self) -> str:
        names, notes = self._split()
        body, gap = self._shown(names, 12)
        lines = [[self._heading(name) for name in names], *body]
        if gap:
            lines.insert(gap + 1, ["\u2026"] * len(names))
        widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
        taken = list(itertools.accumulate(width + 2 for width in widths))
        fit = max(1, sum(one <= _WIDEST + 2 for one in taken))
        if fit < len(names):
            notes.insert(0, f"and {'; '.join(map(self._heading, names[fit:]))}")
        text = ["  ".join(cell.rjust(width) for cell, width in zip(line[:fit], widths, strict=False)) for line in lines]
        return "\n".join([*text, self._count(), *notes, *self.legend()])

    def _repr_html_(self) -> str:
        names, notes = self._split()
        body, gap = self._shown(names, 24)
        numeric = [not isinstance(self.column(name), Categories) for name in names]

        def row(cells: Sequence[str], tag: str) -> str:
            return (
                "<tr>"
                + "".join(
                    f'<{tag} style="text-align:{"right" if right else "left"}">{html.escape(cell)}</{tag}>'
                    for cell, right in zip(cells, numeric, strict=True)
                )
                + "</tr>"
            )

        lines = [row(cells, "td") for cells in body]
        if gap:
            lines.insert(gap, row(["\u22ee"] * len(names), "td"))
        caption = f"<caption>{html.escape(self.title)}</caption>" if self.title else ""
        below = [*([self._count()] if gap else []), *notes, *self.legend()]
        return (
            f'<table class="qutibench">{caption}<thead>{row([self._heading(name) for name in names], "th")}</thead>'
            f"<tbody>{''.join(lines)}</tbody></table>{''.join(f'<p>{html.escape(one)}</p>' for one in below)}"
        )


def listed(one: Any) -> list[Any]:
    """One value as a list of it, several as a list: a text, a path, a number, a network or a device is one."""
    if isinstance(one, range) and len(one) > MOST_VALUES:
        raise InvalidArgument(f"an axis has at most {MOST_VALUES:,} values, not {len(one):,}")
    is_one = isinstance(
        one,
        (
            str,
            os.PathLike,
            numbers.Number,
            _core.Workload,
            _core.Graph,
            _core.Platform,
            _core.Precision,
            _core.Datatype,
        ),
    )
    return [one] if is_one or not isinstance(one, Iterable) else list(one)


def _plain(value: Any) -> object:
    """A NumPy scalar, which data frames and arrays hand out, as the Python value that it stands for."""
    return value.item() if getattr(value, "shape", None) == () and hasattr(value, "item") else value


def from_records(records: Sequence[Mapping[str, object]], title: str = "") -> Table:
    """A table from rows as mappings; texts become categories, None in a column of numbers NaN."""
    import numpy as np

    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
    columns: dict[str, Array | Categories] = {}
    for name in names:
        values = [_plain(record.get(name)) for record in records]
        kinds = {type(value) for value in values if value is not None}
        if kinds <= {bool} and kinds and None not in values:
            columns[name] = np.array(values, dtype=bool)
        elif kinds == {int} and None not in values:
            columns[name] = np.array(values, dtype=np.int64)
        elif kinds <= {int, float, bool}:
            floats = [math.nan if value is None else float(value) for value in values]  # type: ignore[arg-type]
            columns[name] = np.array(floats)
        else:
            texts = [_text(value) for value in values]
            distinct = list(dict.fromkeys(text for text in texts if text is not None))
            places = {text: i for i, text in enumerate(distinct)}
            codes = np.array([-1 if text is None else places[text] for text in texts], dtype=np.int32)
            columns[name] = Categories(codes, distinct)
    return Table(columns, len(records), title)


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, tuple):
        return ", ".join("\u00d7".join(map(str, one)) if isinstance(one, tuple) else str(one) for one in value)
    if isinstance(value, list):
        return "; ".join(map(str, value))
    return str(value)


_LAYER = [
    "name",
    "type",
    "operations",
    "macs",
    "other_operations",
    "weights",
    "parameters",
    "input_shapes",
    "output_shapes",
]
_MEASUREMENT = [
    "network",
    "part",
    "platform",
    "mode",
    "datatype",
    "keep",
    "deployment",
    "deployment_value",
    "scope",
    "statistic",
    "throughput_ips",
    "latency_s",
    "power_w",
    "accuracy_top1",
    "place",
]
_RESIDUAL = [
    "network",
    "mode",
    "datatype",
    "deployment",
    "deployment_value",
    "measured_throughput_ips",
    "throughput_ips",
    "error",
]
_NODE = ["name", "type", "input_shapes", "output_shapes", "datatype"]
_KERNEL = ["layer", "time_s", "compute_time_s", "memory_time_s", "bound", "operations", "traffic_bytes"]


def _record(one: object, names: Sequence[str]) -> dict[str, object]:
    return {name: getattr(one, name) for name in names}


def estimate_record(one: _core.Estimate) -> dict[str, object]:
    """An estimate with the keys of the command line's JSON."""
    return one.to_record()


def efficiency_record(one: _core.EfficiencyRow) -> dict[str, object]:
    """A measurement beside its prediction, with the keys of ``what_if ingest``."""
    of = one.measurement
    own = {"network": of.network, "keep": of.keep, "accuracy_top1": of.accuracy_top1}
    record = estimate_record(one.predicted) | own
    return record | {
        "part": of.part,
        "deployment": of.deployment,
        "deployment_value": of.deployment_value,
        "scope": of.scope,
        "measured_throughput_ips": one.measured_throughput_ips,
        "measured_latency_s": of.latency_s,
        "measured_power_w": of.power_w,
        "measured_energy_j": one.measured_energy_j,
        "efficiency": one.efficiency,
        "flags": one.flags,
        "place": of.place,
    }


def _record_of(one: object) -> dict[str, object]:
    """A row of a list; raises InvalidArgument for what is none."""
    if isinstance(one, _core.Estimate):
        return estimate_record(one)
    if isinstance(one, _core.Measurement):
        return _record(one, _MEASUREMENT)
    if isinstance(one, _core.EfficiencyRow):
        return efficiency_record(one)
    if isinstance(one, Mapping):
        return dict(one)
    raise InvalidArgument(f"{type(one).__name__} objects have no rows to show as a table")


def _platform_records(device: _core.Platform) -> list[dict[str, object]]:
    return [
        {
            "mode": mode.name or None,
            "datatype": peak.datatype,
            "peak_ops_per_s": peak.operations_per_second,
            "bandwidth_bytes_per_s": mode.memories[0].bandwidth_bytes_per_s,
            "power_w": mode.power_w,
        }
        for mode in device.modes
        for peak in mode.peaks
    ]


def table(of: object) -> Table:
    """Anything of this package as a table: a workload's layers, estimates, measurements, a platform's peaks.

    Raises InvalidArgument for what has no rows.
    """
    if isinstance(of, Table):
        return of
    if isinstance(of, _core.Workload):
        if not of.layers:
            totals = ["operations", "macs", "weights", "parameters"]
            return from_records([{"network": of.name} | _record(of, totals)], of.name)
        return from_records([_record(one, _LAYER) for one in of.layers], of.name)
    if isinstance(of, _core.Graph):
        return from_records([_record(one, _NODE) for one in of.nodes], of.name)
    if isinstance(of, _core.Breakdown):
        return from_records([_record(one, _KERNEL) for one in of.kernels], repr(of.total))
    if isinstance(of, _core.Platform):
        return from_records(_platform_records(of), of.name)
    if isinstance(of, _core.Validation):
        return from_records([_record(one, _RESIDUAL) for one in of.rows], repr(of))
    if isinstance(of, Iterable) and not isinstance(of, (str, bytes, Mapping)):
        return from_records([_record_of(one) for one in of])
    return from_records([_record_of(of)])


def estimates(
    networks: Iterable[object],
    platforms: Iterable[object],
    datatypes: Iterable[object] | str = (),
    batches: Iterable[int] | int = (1,),
    keep: Iterable[float] | float = (1.0,),
    placement: Placement | Iterable[Placement] = "published",
    execution: Execution | Iterable[Execution] = "network",
    **axes: Any,
) -> Table:
    """Every combination predicted, with the rows and keys of ``what_if estimate``: the table of ``sweep``.

    The axes and settings are those of ``DesignSpace``. Raises as ``predict``, ``network`` and ``platform`` do.
    """
    from .spaces import DesignSpace

    axes |= {"placement": placement, "execution": execution}
    found = DesignSpace(networks, platforms, datatypes, batches, keep, **axes).table()  # type: ignore[arg-type]
    found.title = "estimates"
    return found


def heatmap(task: str = "") -> Table:
    """The thesis' predicted inputs per second (figures 6.3 to 6.5): of 'imagenet', 'cifar10', 'mnist', or all."""
    return from_records(_core.heatmap_records(task), f"predicted inputs per second, {task or 'all tasks'}")
