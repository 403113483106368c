# SPDX-License-Identifier: BSD-3-Clause
"""What charts are drawn from: estimates, measurements, tables, frames and plain mappings, all read as rows."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..errors import InvalidArgument, UnknownName
from ..tables import UNITS, Unit

Row = dict[str, Any]

_FIELDS = [
    "network", "platform", "mode", "datatype", "batch", "keep", "deployment", "deployment_value", "scope", "level",
    "throughput_ips", "latency_s", "measured_throughput_ips", "measured_latency_s", "efficiency", "flags", "bound",
    "operations", "macs", "model_bytes", "operational_intensity", "peak_ops_per_s", "bandwidth_bytes_per_s",
    "energy_j", "power_w", "accuracy_top1", "feasible", "layer", "time_s", "compute_time_s", "memory_time_s",
    "traffic_bytes", "power_idle_w", "power_base_w", "original", "first", "second", "both",
]  # fmt: skip
_MORE_UNITS = {
    "batch": Unit("batch", "inputs"),
    "stream": Unit("stream", "inputs"),
    "keep": Unit("channels kept", "fraction"),
}
_ALIASES = {"operational_intensity": "operational_intensity_ops_per_byte"}


def _known(value: Any) -> Any:
    """NumPy scalars as Python's, and None for every way of saying that a value is not known."""
    if hasattr(value, "item") and not isinstance(value, (list, tuple)):
        value = value.item()
    if (
        value is None
        or (isinstance(value, float) and math.isnan(value))
        or type(value).__name__ in ("NAType", "NaTType")
    ):
        return None
    return value


def _row(one: object) -> Row:
    if isinstance(one, Mapping):
        found = dict(one)
    else:
        found = {name: getattr(one, name) for name in _FIELDS if hasattr(one, name)}
        if hasattr(one, "measurement") and hasattr(one, "predicted"):
            found = _compared(one.measurement, one.predicted) | found
        if not found:
            raise TypeError(f"a row is an Estimate, a Measurement or a mapping, not {type(one).__name__}")
    return {_ALIASES.get(str(name), str(name)): _known(value) for name, value in found.items()}


def _compared(measurement: object, predicted: object) -> Row:
    """A measurement beside its prediction as one row, what was measured under ``measured_`` names."""
    ours, theirs = _row(predicted), _row(measurement)
    measured = {f"measured_{name}": theirs[name] for name in ("throughput_ips", "latency_s") if name in theirs}
    return theirs | {name: value for name, value in ours.items() if value is not None} | measured


def rows_of(of: object) -> list[Row]:
    """Rows as dicts, SI units in the names: of a Table, a pandas or Arrow table, mappings, estimates, measurements.

    Raises InvalidArgument when there are none, TypeError for what has no rows.
    """
    if hasattr(of, "to_dict") and hasattr(of, "columns"):
        found = [_row(one) for one in of.to_dict("records")]
    elif hasattr(of, "to_pylist"):
        found = [_row(one) for one in of.to_pylist()]
    elif isinstance(of, (str, bytes)):
        raise TypeError("rows are estimates, measurements, mappings or a table, not a text")
    elif isinstance(of, Iterable) and not isinstance(of, Mapping):
        found = [_row(one) for one in of]
    else:
        found = [_row(of)]
    if not found:
        raise InvalidArgument("there are no rows to draw")
    return found


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Names of all columns, in the order of first appearance."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return list(names)


def need(rows: Sequence[Row], *names: str) -> tuple[list[Row], str]:
    """The rows that know all of these columns, and a note on how many do not.

    Raises UnknownName for a column that no row has, InvalidArgument when no row knows them all.
    """
    present = columns_of(rows)
    for name in names:
        if name not in present:
            near = difflib.get_close_matches(name, present, 1)
            hint = f"did you mean {near[0]!r}?" if near else "they have " + ", ".join(present)
            raise UnknownName(f"no row has {name!r}; {hint}")
    known = [row for row in rows if all(row.get(name) is not None for name in names)]
    if not known:
        raise InvalidArgument(f"no row knows its {' and '.join(names)}")
    missing = [name for name in names if any(row.get(name) is None for row in rows)]
    reasons = " or ".join(unit_of(name).heading for name in missing)
    left_out = f"{len(rows) - len(known)} of {len(rows)} rows left out: no {reasons}"
    return known, left_out if missing else ""


def positive(rows: Sequence[Row], *names: str) -> None:
    """Raises InvalidArgument when a value that goes on a logarithmic axis is not positive and finite."""
    for name in names:
        for row in rows:
            value = row[name]
            if not isinstance(value, (int, float)) or not 0 < value < math.inf:
                raise InvalidArgument(f"{name} must be positive and finite for a logarithmic axis, not {value!r}")


def unit_of(name: str) -> Unit:
    """Heading, unit and scale of a column; of a column without a unit its name."""
    return UNITS.get(name) or _MORE_UNITS.get(name) or Unit(name.replace("_", " "))


def axis_title(name: str) -> str:
    """Heading of a column with its unit in brackets, as axes carry it."""
    unit = unit_of(name)
    text = unit.heading[:1].upper() + unit.heading[1:]
    return f"{text} [{unit.unit}]" if unit.unit else text


def measured_as(rows: Sequence[Row], name: str) -> list[Row]:
    """Measured rows with their own figure under its plain name, where they bring a predicted one as well."""
    return [row | {name: row[f"measured_{name}"]} if row.get(f"measured_{name}") is not None else row for row in rows]


def batch_of(row: Mapping[str, Any]) -> Any:
    """How many inputs, streams or threads a row is about."""
    counts = row.get("deployment") in ("stream", "threads") or row.get("batch") is None
    return row.get("deployment_value", row.get("batch")) if counts else row["batch"]


def device_of(row: Mapping[str, Any]) -> str:
    """'jetson_tx2:maxn', or the platform alone where it has no modes; '' where neither is known."""
    return ":".join(str(row[name]) for name in ("platform", "mode") if row.get(name))


def network_of(row: Mapping[str, Any]) -> str:
    """'cnv', or 'cnv 50 %' where pruning left half of the channels."""
    name = str(row.get("network") or "?")
    keep = row.get("keep")
    return name if keep in (None, 1) else f"{name} {100 * float(keep):g} %"


def roof_of(row: Mapping[str, Any]) -> str:
    """The device with its datatype."""
    return f"{device_of(row)} {row.get('datatype') or ''}".strip()
