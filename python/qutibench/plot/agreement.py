# SPDX-License-Identifier: BSD-3-Clause
"""How well predictions agree with measurements."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import Any

import altair as alt

from ..errors import InvalidArgument
from .rows import Row, batch_of, device_of, need, network_of, positive, roof_of, rows_of, unit_of
from .style import (
    Layer,
    Theme,
    colour_legend,
    colour_scale,
    compact,
    distinct,
    dots,
    dressed,
    inline,
    layered,
    log_axis,
    log_scale,
    look,
    shape_legend,
    shape_scale,
)


def predicted_against_measured(
    rows: Any,
    value: str = "throughput_ips",
    *,
    predicted: str = "",
    measured: str = "",
    band: float = 0.1,
    theme: Theme = "light",
    size: float = 420,
    title: str = "",
) -> alt.LayerChart:
    """Predicted over measured values, both logarithmic, with the line of equality and a band around it.

    rows: with ``throughput_ips`` and ``measured_throughput_ips``, or the columns named by predicted and measured in the
    unit of value. band: its half width as a fraction. Below the title: how many rows are inside, and the mean and
    median absolute percentage error. size: pixels of a side.

    Raises UnknownName for a column that no row has, InvalidArgument for values that are not positive.
    """
    if not 0 < band < 1:
        raise InvalidArgument(f"band must be a fraction between 0 and 1, not {band}")
    ours, theirs = predicted or value, measured or f"measured_{value}"
    known, note = need(rows_of(rows), ours, theirs)
    positive(known, ours, theirs)
    scale = unit_of(value).scale
    points = [
        {
            "network": network_of(row),
            "device": device_of(row),
            "on": roof_of(row),
            "batch": batch_of(row),
            "predicted": row[ours] / scale,
            "measured": row[theirs] / scale,
            "error": row[ours] / row[theirs] - 1,
        }
        for row in known
    ]
    figures = [one[axis] for one in points for axis in ("predicted", "measured")]
    low, high = min(figures) / 1.5, max(figures) * 1.5
    errors = [abs(one["error"]) for one in points]
    inside = sum(error <= band for error in errors)
    summary = (
        f"{inside} of {len(points)} within \u00b1{100 * band:g} %; "
        f"error {compact(100 * statistics.fmean(errors))} % in the mean, "
        f"{compact(100 * statistics.median(errors))} % in the median"
    )
    unit = unit_of(value)
    heading = f"{unit.heading} [{unit.unit}]" if unit.unit else unit.heading
    decades = math.log10(high / low)
    place = {
        "x": alt.X("measured:Q", scale=log_scale((low, high)), axis=log_axis(f"Measured {heading}", decades)),
        "y": alt.Y("predicted:Q", scale=log_scale((low, high)), axis=log_axis(f"Predicted {heading}", decades)),
    }
    layers = [*_band(low, high, band, place, theme), _scatter(points, place, theme)]
    chart = layered(layers, size, size).interactive(name="zoom")
    return dressed(chart, theme, title, "; ".join(filter(None, [summary, note])))


def _band(low: float, high: float, band: float, place: dict[str, Any], theme: Theme) -> list[Layer]:
    ends = [
        {"measured": at, "predicted": at, "above": at * (1 + band), "below": at * (1 - band)}
        for at in (low / 1e3, high * 1e3)
    ]
    base = alt.Chart(inline(ends))
    muted = look(theme).muted
    area = base.mark_area(color=muted, opacity=0.18, clip=True, tooltip=None)
    line = base.mark_line(color=muted, strokeWidth=1.3, clip=True, tooltip=None)
    return [area.encode(x=place["x"], y=alt.Y("above:Q"), y2="below:Q"), line.encode(**place)]


def _scatter(points: Sequence[Row], place: dict[str, Any], theme: Theme) -> Layer:
    devices, networks = distinct(one["device"] for one in points), distinct(one["network"] for one in points)
    picked = alt.selection_point(name="picked", fields=["device" if len(devices) > 1 else "network"], bind="legend")
    legend = None if devices == [""] else colour_legend("device")
    marks: alt.Chart = dots(points, theme, 70).encode(
        color=alt.Color("device:N", scale=colour_scale(devices, theme), legend=legend),
        shape=alt.Shape("network:N", scale=shape_scale(networks), legend=shape_legend("network")),
        opacity=alt.condition(picked, alt.value(0.9), alt.value(0.06)),
        tooltip=[
            alt.Tooltip("network:N"),
            alt.Tooltip("on:N"),
            alt.Tooltip("batch:N"),
            alt.Tooltip("measured:Q", format=",.4~r"),
            alt.Tooltip("predicted:Q", format=",.4~r"),
            alt.Tooltip("error:Q", format="+.1%"),
        ],
        **place,
    )
    return marks.add_params(picked)
