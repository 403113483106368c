# SPDX-License-Identifier: BSD-3-Clause
"""Heatmaps of devices against networks, as figures 6.3 to 6.5 of the thesis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from .. import _core
from ..errors import InvalidArgument
from .rows import Row, axis_title, columns_of, need, network_of, positive, roof_of, rows_of, unit_of
from .style import Theme, compact, distinct, dressed, inline, layered, look

_TASKS = {"imagenet": "ImageNet", "cifar10": "CIFAR-10", "mnist": "MNIST"}
_RAMPS = {"light": ("#eaf2fb", "#08306b"), "dark": ("#12263f", "#a8d1ff")}
_MIDDLE = {"light": 0.62, "dark": 0.51}  # of a ramp, where black and white stand out alike, 4.5 to 1


def _published(rows: Sequence[Row]) -> list[Row]:
    """The rows of the published figures with the datatype in the device's label only."""
    found = []
    for row in rows:
        network, _, datatype = str(row["network_datatype"]).rpartition("-")
        device = str(row["platform"])
        found.append(
            row
            | {
                "device": device if device.endswith(datatype) else f"{device}-{datatype}",
                "column": network,
                "value": row["inputs_per_second"],
            }
        )
    return found


def _cells(rows: Sequence[Row], value: str, down: str, across: str) -> tuple[list[Row], str]:
    if "network_datatype" in columns_of(rows) and not (down or across):
        known, note = need(rows, "inputs_per_second")
        return _published(known), note
    known, note = need(rows, value)
    cells = [
        row
        | {
            "device": str(row.get(down)) if down else roof_of(row),
            "column": str(row.get(across)) if across else network_of(row),
            "value": row[value] / unit_of(value).scale,
        }
        for row in known
    ]
    return cells, note


def heatmap(
    of: Any = "",
    value: str = "throughput_ips",
    *,
    down: str = "",
    across: str = "",
    theme: Theme = "light",
    cell: tuple[float, float] = (74, 26),
    title: str = "",
) -> alt.LayerChart:
    """A value of every network on every device as a coloured table, on a logarithmic scale.

    of: 'imagenet', 'cifar10' or 'mnist' for the thesis' predictions, '' for all three; or rows. value: the column that
    is shown. down, across: columns that name the cells; without them devices with datatypes, and networks. cell: width
    and height of a cell in pixels. Combinations without a row stay empty.

    Raises UnknownName for another task or column, InvalidArgument for two rows that fall into one cell, or values that
    are not positive.
    """
    if isinstance(of, str):
        rows, value = rows_of(_core.heatmap_records(of)), "throughput_ips"
        title = title or f"Predicted inputs per second, {_TASKS.get(of, 'all tasks')}"
    else:
        rows = rows_of(of)
    cells, note = _cells(rows, value, down, across)
    positive(cells, "value")
    _once(cells)
    low, high = min(one["value"] for one in cells), max(one["value"] for one in cells)
    span = math.log(high / low) or 1.0
    cells = [
        {
            "device": one["device"],
            "column": one["column"],
            "value": one["value"],
            "text": compact(one["value"]),
            "dark": (math.log(one["value"] / low) / span > _MIDDLE[theme]) == (theme == "light"),
            "bound": one.get("bound"),
        }
        for one in cells
    ]
    return dressed(_drawn(cells, axis_title(value), theme, cell), theme, title, note)


def _once(cells: Sequence[Row]) -> None:
    seen: set[tuple[str, str]] = set()
    for one in cells:
        place = (one["device"], one["column"])
        if place in seen:
            raise InvalidArgument(
                f"two rows for {place[1]} on {place[0]}; choose one, such as a batch, or name columns"
            )
        seen.add(place)


def _drawn(cells: list[Row], heading: str, theme: Theme, cell: tuple[float, float]) -> alt.LayerChart:
    now = look(theme)
    devices, columns = distinct(one["device"] for one in cells), distinct(one["column"] for one in cells)
    base = alt.Chart(inline(cells)).encode(
        x=alt.X(
            "column:N",
            sort=columns,
            axis=alt.Axis(title=None, orient="top", labelAngle=-35, ticks=False, domain=False, labelLimit=240),
        ),
        y=alt.Y("device:N", sort=devices, axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=240)),
        tooltip=[
            alt.Tooltip("column:N", title="network"),
            alt.Tooltip("device:N", title="on"),
            alt.Tooltip("value:Q", title=heading, format=",.4~r"),
            alt.Tooltip("bound:N", title="bound by"),
        ],
    )
    scale = alt.Scale(type="log", range=list(_RAMPS[theme]), interpolate="lab")
    legend = alt.Legend(title=heading, format="~s", gradientLength=160, orient="right", tickCount=5)
    boxes = base.mark_rect(stroke=now.background, strokeWidth=1.5).encode(
        color=alt.Color("value:Q", scale=scale, legend=legend)
    )
    texts = base.mark_text(fontSize=12).encode(
        text="text:N", color=alt.condition("datum.dark", alt.value("#ffffff"), alt.value("#000000"))
    )
    return layered([boxes, texts], alt.Step(cell[0]), alt.Step(cell[1]))
