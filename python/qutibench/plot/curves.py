# SPDX-License-Identifier: BSD-3-Clause
"""Curves: figures over batch, latency against throughput, one factor at a time.

One factor at a time: F. M. Hafner et al., BackboneAnalysis, 2022, doi:10.1109/iv51971.2022.9827260.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from ..errors import InvalidArgument
from .roofs import GIGA, INTENSITY
from .rows import (
    Row,
    axis_title,
    batch_of,
    columns_of,
    measured_as,
    need,
    network_of,
    roof_of,
    rows_of,
    unit_of,
)
from .style import (
    Layer,
    Theme,
    colour_legend,
    colour_scale,
    dash_scale,
    distinct,
    dots,
    dressed,
    fitted,
    inline,
    layered,
    look,
    shape_scale,
    steps_axis,
)

_FEW = 12
_BATCH = "Batch [inputs]"
_DEPLOYED = {"stream": "Stream [inputs]", "threads": "Threads [number]"}


def _series(rows: Sequence[Row], by: str) -> list[str]:
    """What tells the rows' curves apart: a column, or whatever of network and device differs."""
    if by:
        need(rows, by)
        return [str(row.get(by)) for row in rows]
    networks, roofs = [network_of(row) for row in rows], [roof_of(row) for row in rows]
    if len(set(roofs)) == 1:
        return networks
    return (
        roofs if len(set(networks)) == 1 else [f"{one} on {other}" for one, other in zip(networks, roofs, strict=True)]
    )


def _across(points: Sequence[Row], title: str) -> alt.X:
    """The horizontal axis: of numbers, or of names such as kinds of layers."""
    values = [one["x"] for one in points]
    if all(_number(value) for value in values):
        chosen = fitted(values, title)
        steps = sorted(set(values))
        if len(steps) <= _FEW and all(float(value).is_integer() for value in steps):
            chosen["axis"] = steps_axis(title, steps)
            doubling = all(math.log2(value).is_integer() for value in steps if value > 0) and steps[0] > 0
            if doubling and len(steps) > 2:
                chosen["scale"] = alt.Scale(type="log", base=2, domain=[steps[0] / 1.3, steps[-1] * 1.3], nice=False)
        return alt.X("x:Q", **chosen)
    return alt.X("x:N", sort=distinct(values), axis=alt.Axis(title=title, labelAngle=-30))


def _panel(
    points: list[Row], x: alt.X, y: str, label: str, theme: Theme, size: tuple[float, float], number: int = 0
) -> alt.LayerChart:
    """Curves of predictions, solid and filled, and of measurements, dashed and hollow.

    y: title of the vertical axis. label: what the points are labelled with, if anything. number: of the panel.
    """
    series = distinct(one["series"] for one in points)
    hollow = {} if any(one["kind"] == "predicted" for one in points) else {"symbolFillColor": look(theme).background}
    legend = colour_legend(None, orient="bottom", columns=3, **hollow) if len(series) > 1 else None
    colour = alt.Color("series:N", scale=colour_scale(series, theme), legend=legend)
    up = alt.Y("y:Q", **fitted([one["y"] for one in points], y, is_labelled=bool(label)))
    layers: list[Layer] = []
    if _number(points[0]["x"]):
        stroke = alt.StrokeDash("kind:N", scale=dash_scale(["predicted", "measured"]), legend=None)
        line = alt.Chart(inline(points)).mark_line(strokeWidth=2, clip=True)
        layers.append(line.encode(x=x, y=up, color=colour, strokeDash=stroke, order="order:Q", detail="kind:N"))
    for kind in ("predicted", "measured"):
        rows = [one for one in points if one["kind"] == kind]
        if rows:
            marks = dots(rows, theme, 65, hollow=kind == "measured")
            layers.append(
                marks.encode(
                    x=x,
                    y=up,
                    color=colour,
                    shape=alt.Shape("series:N", scale=shape_scale(series), legend=None),
                    tooltip=[
                        alt.Tooltip("series:N", title="of"),
                        alt.Tooltip("kind:N"),
                        alt.Tooltip("label:N", title=label or "at"),
                        alt.Tooltip("y:Q", title=y, format=",.4~r"),
                    ],
                )
            )
    if label:
        text = alt.Chart(inline(_clear(points, x, up, size))).mark_text(
            dy=-11, fontSize=10, color=look(theme).muted, clip=True
        )
        layers.append(text.encode(x=x, y=up, text="label:N"))
    return layered(layers, *size).interactive(name=f"zoom_{number}")


def _share(value: Any, values: Sequence[Any], channel: Any) -> float:
    """Where a value lies on an axis, from 0 to 1, near enough to tell whether labels meet."""
    scale = channel.to_dict().get("scale", {})
    numbers = [math.log(one) for one in values] if scale.get("type") == "log" else [float(one) for one in values]
    at = math.log(value) if scale.get("type") == "log" else float(value)
    low, high = min(numbers), max(numbers)
    return (at - low) / (high - low) if high > low else 0.5


def _clear(points: list[Row], x: alt.X, up: alt.Y, size: tuple[float, float]) -> list[Row]:
    """The points whose labels, above them, cover neither another label nor another point; ends of curves go first."""
    if not all(_number(one["x"]) for one in points):
        return points
    xs, ys = [one["x"] for one in points], [one["y"] for one in points]
    places = [(size[0] * _share(one["x"], xs, x), size[1] * (1 - _share(one["y"], ys, up))) for one in points]
    order = sorted(range(len(points)), key=lambda i: (places[i][1], places[i][0]))
    taken: list[tuple[float, float]] = []
    kept: list[int] = []
    for i in order:
        across, down = places[i][0], places[i][1] - 11
        half = 3.5 * len(str(points[i]["label"])) + 4
        others = [place for j, place in enumerate(places) if j != i]
        if any(abs(across - a) < half + 6 and abs(down - d) < 11 for a, d in taken):
            continue
        if any(abs(across - a) < half and abs(down - d) < 8 for a, d in others):
            continue
        taken.append((across, down))
        kept.append(i)
    return [points[i] for i in sorted(kept)]


def _both(predicted: Any, measured: Any, value: str) -> list[tuple[str, Row]]:
    """Rows with their kind; rows with a ``measured_`` column count twice."""
    rows: list[tuple[str, Row]] = []
    if predicted is not None:
        given = rows_of(predicted)
        rows += [("predicted", row) for row in given]
        if measured is None and f"measured_{value}" in columns_of(given):
            rows += [("measured", row) for row in given if row.get(f"measured_{value}") is not None]
    if measured is not None:
        rows += [("measured", row) for row in rows_of(measured)]
    if not rows:
        raise InvalidArgument("there are no rows to draw: give predicted rows, measured rows, or both")
    return rows


def _curve(rows: list[tuple[str, Row]], x: str, y: str, label: str, by: str) -> tuple[list[Row], str]:
    """Rows as points in the units of the axes, sorted by their label where that is a number; and a note."""
    figures = [row if kind == "predicted" else measured_as(measured_as([row], x), y)[0] for kind, row in rows]
    known, note = need([{"_kind": kind} | row for (kind, _), row in zip(rows, figures, strict=True)], x, y)
    points = [
        {
            "x": row[x] / unit_of(x).scale if _number(row[x]) else str(row[x]),
            "y": row[y] / unit_of(y).scale,
            "series": series,
            "kind": row["_kind"],
            "label": row.get(label),
        }
        for row, series in zip(known, _series(known, by), strict=True)
    ]
    if all(_number(one["label"]) for one in points):
        points.sort(key=lambda one: float(one["label"]))
    for place, one in enumerate(points):
        one["order"] = place
    if len({one["kind"] for one in points}) > 1:
        note = "; ".join(filter(None, ["filled: predicted, hollow: measured", note]))
    return points, note


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _with_batch(rows: list[tuple[str, Row]]) -> tuple[list[tuple[str, Row]], str]:
    """Rows with their batch, stream or threads as ``batch``, and what to call it."""
    kinds = distinct(row["deployment"] for _, row in rows if row.get("deployment"))
    heading = _DEPLOYED.get(str(kinds[0]), _BATCH) if len(kinds) == 1 else _BATCH
    return [(kind, row | {"batch": batch_of(row)}) for kind, row in rows], heading


def batch_curves(
    predicted: Any = None,
    measured: Any = None,
    values: Sequence[str] = ("throughput_ips", "latency_s"),
    *,
    by: str = "",
    theme: Theme = "light",
    width: float = 330,
    height: float = 260,
    title: str = "",
) -> alt.HConcatChart:
    """Figures over the batch, or over threads or the length of a stream: one panel for each value.

    predicted, measured: rows with ``batch`` or ``deployment_value``. by: the column that tells curves apart; without it
    whatever of network and device differs. Raises UnknownName, InvalidArgument.
    """
    if not values:
        raise InvalidArgument("batch_curves needs at least one value to draw")
    panels: list[alt.LayerChart] = []
    notes: list[str] = []
    for value in values:
        rows, heading = _with_batch(_both(predicted, measured, value))
        points, note = _curve(rows, "batch", value, "batch", by)
        panels.append(
            _panel(points, _across(points, heading), axis_title(value), "", theme, (width, height), len(panels))
        )
        notes.append(note)
    chart = alt.hconcat(*panels, spacing=40)
    return dressed(chart, theme, title, "; ".join(filter(None, distinct(notes))))


def latency_throughput(
    predicted: Any = None,
    measured: Any = None,
    *,
    by: str = "",
    theme: Theme = "light",
    width: float = 600,
    height: float = 380,
    title: str = "",
) -> alt.LayerChart:
    """Throughput against latency as the batch grows: what waiting longer buys. Points are labelled with their batch.

    predicted, measured: rows with ``latency_s``, ``throughput_ips`` and a batch. Raises UnknownName, InvalidArgument.
    """
    rows, _ = _with_batch(_both(predicted, measured, "throughput_ips"))
    points, note = _curve(rows, "latency_s", "throughput_ips", "batch", by)
    x = _across(points, axis_title("latency_s"))
    chart = _panel(points, x, axis_title("throughput_ips"), "batch", theme, (width, height))
    return dressed(chart, theme, title, note)


def one_factor(
    rows: Any,
    factor: str,
    measured: Any = None,
    *,
    by: str = "",
    theme: Theme = "light",
    width: float = 330,
    height: float = 260,
    title: str = "",
) -> alt.HConcatChart:
    """One factor at a time: performance over the factor, and over the operation density that it leads to.

    rows, measured: with a column named as the factor ('batch', 'side', 'kernel', ...), ``operations``,
    ``throughput_ips`` and ``operational_intensity_ops_per_byte``. The left panel shows what the factor does to the
    attained GOP/s, the right one whether more operations a byte is what did it: a curve that falls as density rises is
    one that the roofline does not explain. by: the column that tells curves apart. Raises UnknownName, InvalidArgument.
    """
    both = _both(rows, measured, "throughput_ips")
    need([row for _, row in both], factor, "operations", "throughput_ips", INTENSITY)
    both = [
        (kind, one | {"performance": one["operations"] * one["throughput_ips"] / GIGA})
        for kind, row in both
        for one in [row if kind == "predicted" else measured_as([row], "throughput_ips")[0]]
        if one.get("operations") is not None and one.get("throughput_ips") is not None
    ]
    panels: list[alt.LayerChart] = []
    notes: list[str] = []
    for across, heading in ((factor, axis_title(factor)), (INTENSITY, "Operation density [op/byte]")):
        points, note = _curve(both, across, "performance", factor, by)
        label = "" if across == factor else factor
        x = _across(points, heading)
        panels.append(_panel(points, x, "Performance [GOP/s]", label, theme, (width, height), len(panels)))
        notes.append(note)
    chart = alt.hconcat(*panels, spacing=40)
    return dressed(chart, theme, title, "; ".join(filter(None, distinct(notes))))
