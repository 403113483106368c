# SPDX-License-Identifier: BSD-3-Clause
"""Pareto frontiers, of predictions and of measurements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import altair as alt

from .. import _core
from ..errors import InvalidArgument
from .rows import Row, axis_title, batch_of, device_of, measured_as, need, network_of, rows_of, unit_of
from .style import (
    Layer,
    Theme,
    colour_legend,
    colour_scale,
    columns_for,
    distinct,
    dots,
    dressed,
    fitted,
    inline,
    layered,
    look,
    shape_legend,
    shape_scale,
)

LESS_IS_BETTER = frozenset(
    ["latency_s", "energy_j", "power_w", "price_usd", "model_bytes", "operations", "macs", "weights", "traffic_bytes"]
)
"""Columns of which less is better when nobody says otherwise; of all others more is."""


@cache
def _task_of(network: str) -> str:
    """The data set that a network's accuracy is of, or nothing where the catalogue does not know the network."""
    known = network.partition(" ")[0]
    return _core.network_entry(known).task or "" if known in _core.networks() else ""


def _points(of: Any, x: str, y: str, kind: str) -> tuple[list[Row], str]:
    rows = rows_of(of)
    if kind == "measured":
        rows = measured_as(measured_as(rows, x), y)
    known, note = need(rows, x, y)
    points = [
        {
            "x": row[x] / unit_of(x).scale,
            "y": row[y] / unit_of(y).scale,
            "device": device_of(row),
            "network": network_of(row),
            "datatype": row.get("datatype") or "",
            "task": _task_of(network_of(row)) if "accuracy" in x + y else "",
            "batch": batch_of(row),
            "kind": kind,
        }
        for row in known
    ]
    return points, note


def _mark_frontier(points: list[Row], senses: tuple[bool, bool]) -> list[Row]:
    """Notes on each point whether it is on the frontier of its task; returns those that are, by x."""
    import numpy as np

    for task in distinct(one["task"] for one in points):
        alike = [one for one in points if one["task"] == task]
        mask = _core.pareto_front(
            np.array([[one["x"], one["y"]] for one in alike], dtype=np.float64), maximize=list(senses)
        )
        for one, best in zip(alike, mask.tolist(), strict=True):
            one["frontier"] = bool(best)
    return sorted((one for one in points if one["frontier"]), key=lambda one: (one["x"], one["y"]))


def pareto(
    predicted: Any = None,
    measured: Any = None,
    *,
    x: str = "throughput_ips",
    y: str = "accuracy_top1",
    maximize: Sequence[str] = (),
    minimize: Sequence[str] = (),
    theme: Theme = "light",
    width: float = 600,
    height: float = 400,
    title: str = "",
) -> alt.LayerChart:
    """Two figures against each other with the frontier of what nothing beats in both.

    predicted, measured: rows; at least one. Predicted points are filled with a solid frontier, measured ones hollow
    with a dashed one; points that something beats are pale. Colours tell devices apart, shapes networks, sizes
    datatypes: the wider, the larger. Accuracies of several tasks have a frontier each. x, y: columns. maximize,
    minimize: columns whose better side is not the usual one (less of latency, energy, power, price, size and
    operations, more of all else).

    Raises UnknownName for a column that no row has, InvalidArgument without rows.
    """
    for name in [*maximize, *minimize]:
        if name not in (x, y):
            raise InvalidArgument(f"{name} is on neither axis; those are {x} and {y}")
    senses = (_more(x, maximize, minimize), _more(y, maximize, minimize))
    points: list[Row] = []
    notes: list[str] = []
    lines: dict[str, list[Row]] = {}
    for of, kind in ((predicted, "predicted"), (measured, "measured")):
        if of is not None:
            found, note = _points(of, x, y, kind)
            lines[kind] = _mark_frontier(found, senses)
            points += found
            notes.append(note)
    if not points:
        raise InvalidArgument("pareto needs predicted rows, measured rows, or both")
    tasks = [task for task in distinct(one["task"] for one in points) if task]
    if len(tasks) > 1:
        notes.append("a frontier for each task: " + ", ".join(tasks))
    if len(lines) > 1:
        notes.append("filled: predicted, hollow: measured")
    chart = layered(_layers(points, lines, (x, y), senses[0], theme), width, height).interactive(name="zoom")
    return dressed(chart, theme, title, "; ".join(filter(None, distinct(notes))))


def _more(name: str, maximize: Sequence[str], minimize: Sequence[str]) -> bool:
    if name in maximize and name in minimize:
        raise InvalidArgument(f"{name} cannot be maximised and minimised at once")
    return name in maximize or (name not in minimize and name.removeprefix("measured_") not in LESS_IS_BETTER)


def _layers(
    points: list[Row], lines: dict[str, list[Row]], axes: tuple[str, str], more_x: bool, theme: Theme
) -> list[Layer]:
    now = look(theme)
    placed: dict[str, Any] = {
        "x": alt.X("x:Q", **fitted([one["x"] for one in points], axis_title(axes[0]))),
        "y": alt.Y("y:Q", **fitted([one["y"] for one in points], axis_title(axes[1]))),
    }
    layers: list[Layer] = []
    for kind, corners in lines.items():
        line = alt.Chart(inline(corners)).mark_line(
            interpolate="step-before" if more_x else "step-after",
            stroke=now.muted,
            strokeWidth=1.6,
            strokeDash=[1, 0] if kind == "predicted" else [5, 4],
            clip=True,
        )
        layers.append(line.encode(order="x:Q", detail="task:N", **placed))
    devices, networks = distinct(one["device"] for one in points), distinct(one["network"] for one in points)
    picked = alt.selection_point(name="picked", fields=["network"], bind="legend")
    pale = alt.Scale(domain=[True, False], range=[1.0, 0.3 if theme == "light" else 0.5])
    visible = alt.condition(picked, alt.Opacity("frontier:N", scale=pale, legend=None), alt.value(0.05))
    columns = columns_for(len(devices))
    colour = alt.Color("device:N", scale=colour_scale(devices, theme), legend=colour_legend("device", columns=columns))
    shape = alt.Shape(
        "network:N", scale=shape_scale(networks), legend=shape_legend("network", columns=columns_for(len(networks)))
    )
    sizes = _sizes(points)
    tooltip = [
        alt.Tooltip("kind:N"),
        alt.Tooltip("network:N"),
        alt.Tooltip("device:N"),
        alt.Tooltip("datatype:N"),
        alt.Tooltip("batch:N"),
        alt.Tooltip("x:Q", title=axis_title(axes[0]), format=",.4~r"),
        alt.Tooltip("y:Q", title=axis_title(axes[1]), format=",.4~r"),
    ]
    for kind in lines:
        marks = dots([one for one in points if one["kind"] == kind], theme, 90, hollow=kind == "measured")
        layers.append(marks.encode(color=colour, shape=shape, opacity=visible, tooltip=tooltip, **sizes, **placed))
    layers[-1] = layers[-1].add_params(picked)
    return layers


def _sizes(points: list[Row]) -> dict[str, Any]:
    """Datatypes as sizes, the wider the larger; nothing where there is one alone."""
    names = distinct(one["datatype"] for one in points if one["datatype"])
    if len(names) < 2:
        return {}
    widths = {name: _core.Precision(name).weights.bits_per_element for name in names}
    names.sort(key=lambda name: widths[name])
    step = 110 / (len(names) - 1)
    scale = alt.Scale(domain=names, range=[45 + step * i for i in range(len(names))])
    return {"size": alt.Size("datatype:N", scale=scale, legend=shape_legend("datatype", symbolType="circle"))}
