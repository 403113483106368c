# SPDX-License-Identifier: BSD-3-Clause
"""Bars of performance and of efficiency."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import altair as alt

from ..errors import InvalidArgument, UnknownName
from .rows import (
    Row,
    axis_title,
    batch_of,
    columns_of,
    device_of,
    measured_as,
    need,
    network_of,
    positive,
    roof_of,
    rows_of,
    unit_of,
)
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
    linear_axis,
    log_axis,
    log_scale,
    look,
    size_of,
)

Spacing = Literal["linear", "log"]


def _plain(row: Row) -> Row:
    return {"network": network_of(row), "device": device_of(row), "series": roof_of(row), "batch": batch_of(row)}


def performance_bars(
    predicted: Any,
    measured: Any = None,
    value: str = "throughput_ips",
    *,
    spacing: Spacing = "linear",
    theme: Theme = "light",
    width: float = 520,
    bar: float = 16,
    title: str = "",
) -> alt.LayerChart:
    """A value of networks on devices side by side: predictions as pale bars, measurements as full ones inside.

    predicted, measured: rows; predicted rows with ``measured_`` columns bring both. spacing: 'linear' for bars from
    zero; 'log' for points, as a bar without a zero says nothing by its length. width and the height of a bar in pixels.

    Raises UnknownName for a column that no row has, InvalidArgument where two rows fall into one bar.
    """
    if spacing not in ("linear", "log"):
        raise UnknownName(f"unknown spacing {spacing!r}; there are 'linear' and 'log'")
    size_of(width, bar)
    rows = rows_of(predicted)
    known, note = need(rows, value)
    scale = unit_of(value).scale
    bars = [_plain(row) | {"value": row[value] / scale, "kind": "predicted"} for row in known]
    own = (
        rows_of(measured) if measured is not None else [row for row in rows if row.get(f"measured_{value}") is not None]
    )
    if own:
        seen, other = need(measured_as(own, value), value)
        bars += [_plain(row) | {"value": row[value] / scale, "kind": "measured"} for row in seen]
        grammar = "filled: predicted, hollow: measured" if spacing == "log" else "pale: predicted, full: measured"
        note = "; ".join(filter(None, [grammar, note, other]))
    _once(bars)
    if spacing == "log":
        positive(bars, "value")
    for one in bars:
        one["text"] = compact(one["value"])
    drawn = _points if spacing == "log" else _bars
    return dressed(drawn(bars, axis_title(value), theme, width, bar), theme, title, note)


def _once(bars: Sequence[Row]) -> None:
    seen: set[tuple[str, str, str]] = set()
    for one in bars:
        place = (one["kind"], one["network"], one["series"])
        if place in seen:
            raise InvalidArgument(f"two {place[0]} rows for {place[1]} on {place[2]}; choose one, such as a batch")
        seen.add(place)


def _shared(bars: Sequence[Row], heading: str, theme: Theme) -> dict[str, Any]:
    networks, series = distinct(one["network"] for one in bars), distinct(one["series"] for one in bars)
    return {
        "y": alt.Y("network:N", sort=networks, axis=alt.Axis(title=None, ticks=False, labelLimit=220, domain=False)),
        "yOffset": alt.YOffset("series:N", sort=series),
        "color": alt.Color("series:N", scale=colour_scale(series, theme), legend=colour_legend("device and datatype")),
        "tooltip": [
            alt.Tooltip("kind:N"),
            alt.Tooltip("network:N"),
            alt.Tooltip("series:N", title="device and datatype"),
            alt.Tooltip("batch:N"),
            alt.Tooltip("value:Q", title=heading, format=",.4~r"),
        ],
    }


def _bars(bars: list[Row], heading: str, theme: Theme, width: float, bar: float) -> alt.LayerChart:
    top = max(one["value"] for one in bars)
    x = alt.X("value:Q", axis=linear_axis(heading), scale=alt.Scale(domain=[0, top * 1.08], nice=False))
    shared = _shared(bars, heading, theme)
    measured = [one for one in bars if one["kind"] == "measured"]
    both = bool(measured)
    wide = alt.Chart(inline([one for one in bars if one["kind"] == "predicted"])).mark_bar(
        opacity=0.38 if both else 1, size=0.88 * bar
    )
    layers: list[Layer] = [wide.encode(x=x, **shared)]
    if both:
        layers.append(alt.Chart(inline(measured)).mark_bar(size=0.42 * bar).encode(x=x, **shared))
    last = {one["network"] + one["series"]: one for one in bars if one["kind"] == "predicted"}
    labels = alt.Chart(inline(list(last.values()))).mark_text(align="left", dx=4, fontSize=11, color=look(theme).muted)
    layers.append(labels.encode(x=x, y=shared["y"], yOffset=shared["yOffset"], text="text:N"))
    return layered(layers, width, alt.Step(bar, **{"for": "offset"}))


def _points(bars: list[Row], heading: str, theme: Theme, width: float, bar: float) -> alt.LayerChart:
    low, high = min(one["value"] for one in bars) / 1.5, max(one["value"] for one in bars) * 1.5
    x = alt.X("value:Q", axis=log_axis(heading, math.log10(high / low)), scale=log_scale((low, high)))
    shared = _shared(bars, heading, theme)
    layers: list[Layer] = []
    for kind in ("predicted", "measured"):
        rows = [one for one in bars if one["kind"] == kind]
        if rows:
            layers.append(dots(rows, theme, hollow=kind == "measured").encode(x=x, **shared))
    return layered(layers, width, alt.Step(bar, **{"for": "offset"}))


def efficiency_bars(
    rows: Any,
    *,
    best: bool = True,
    theme: Theme = "light",
    width: float = 520,
    bar: float = 16,
    title: str = "",
) -> alt.LayerChart:
    """Measured over predicted throughput in per cent, with a line at the bound.

    rows: with ``efficiency`` as a fraction, or with ``measured_throughput_ips`` and the predicted ``throughput_ips``.
    best: the best row of each network on each device only, as the thesis has it (section 4.3.1); without it, two rows
    in one bar are an error. What lies above the bound is kept and outlined: the prediction or the measurement is wrong.

    Raises UnknownName, InvalidArgument.
    """
    size_of(width, bar)
    given = rows_of(rows)
    if "efficiency" not in columns_of(given):
        both, _ = need(given, "measured_throughput_ips", "throughput_ips")
        positive(both, "throughput_ips")
        given = [row | {"efficiency": row["measured_throughput_ips"] / row["throughput_ips"]} for row in both]
    known, note = need(given, "efficiency")
    bars = [_plain(row) | {"value": 100 * row["efficiency"], "kind": "measured"} for row in known]
    if best:
        top: dict[tuple[str, str], Row] = {}
        for one in bars:
            place = (one["network"], one["series"])
            if place not in top or one["value"] > top[place]["value"]:
                top[place] = one
        bars = list(top.values())
    _once(bars)
    for one in bars:
        one["text"] = f"{one['value']:.3g} %"
        one["above"] = one["value"] > 100
    above = sum(one["above"] for one in bars)
    if above:
        note = "; ".join(filter(None, [f"{above} above the bound, outlined", note]))
    return dressed(_efficiencies(bars, theme, width, bar), theme, title, note)


def _efficiencies(bars: list[Row], theme: Theme, width: float, bar: float) -> alt.LayerChart:
    now = look(theme)
    heading = "Efficiency: measured / predicted [%]"
    top = max(100.0, *(one["value"] for one in bars))
    x = alt.X("value:Q", axis=linear_axis(heading), scale=alt.Scale(domain=[0, top * 1.12], nice=False))
    shared = _shared(bars, heading, theme)
    full = alt.Chart(inline(bars)).mark_bar(size=0.84 * bar, strokeWidth=2)
    outline = alt.condition("datum.above", alt.value(now.ink), alt.value(None))
    halo = alt.Chart(inline(bars)).mark_text(align="left", dx=4, fontSize=11, stroke=now.background, strokeWidth=4)
    labels = alt.Chart(inline(bars)).mark_text(align="left", dx=4, fontSize=11, color=now.muted)
    bound = alt.Chart(inline([{"value": 100}])).mark_rule(color=now.ink, strokeDash=[4, 3], strokeWidth=1.3)
    return layered(
        [
            full.encode(x=x, stroke=outline, **shared),
            bound.encode(x=x),
            halo.encode(x=x, y=shared["y"], yOffset=shared["yOffset"], text="text:N"),
            labels.encode(x=x, y=shared["y"], yOffset=shared["yOffset"], text="text:N"),
        ],
        width,
        alt.Step(bar, **{"for": "offset"}),
    )
