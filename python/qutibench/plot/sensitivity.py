# SPDX-License-Identifier: BSD-3-Clause
"""What an answer is most sensitive to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from ..errors import InvalidArgument
from .rows import Row, axis_title, need, rows_of, unit_of
from .style import Theme, compact, dressed, inline, layered, linear_axis, look, possible_axis


def tornado(
    base: Any,
    alternatives: Mapping[str, Any] | None = None,
    value: str = "throughput_ips",
    *,
    theme: Theme = "light",
    width: float = 520,
    bar: float = 26,
    title: str = "",
) -> alt.LayerChart:
    """How far each change moves a value away from a base case, largest swing on top.

    base: an estimate or a row. alternatives: for each change its estimates or rows, the less and the more of it:
    ``{"bandwidth /2, x2": (halved, doubled), "int8 instead of fp16": other}``. value: the column that is shown.
    Without alternatives, base is what ``qb.tornado`` or ``qb.sensitivity`` gives: a bar for each factor,
    of the metric that they name.

    Raises InvalidArgument for a change with none or more than two alternatives, UnknownName for an unknown column.
    """
    if alternatives is None and isinstance(base, list) and base and "swing" in base[0]:
        return _of_factors(base, value, theme, width, bar, title)
    if not alternatives:
        raise InvalidArgument("tornado needs at least one change to compare with the base")
    scale = unit_of(value).scale
    (centre,), _ = need(rows_of([base]), value)
    middle = centre[value] / scale
    bars: list[Row] = []
    for name, given in alternatives.items():
        ends = list(given) if isinstance(given, (list, tuple)) else [given]
        if not 1 <= len(ends) <= 2:
            raise InvalidArgument(f"{name!r} has {len(ends)} alternatives; a bar has one or two ends")
        known, _ = need(rows_of(ends), value)
        if len(known) != len(ends):
            raise InvalidArgument(f"an alternative of {name!r} does not know its {value}")
        for side, row in zip(("first", "second"), known, strict=False):
            end = row[value] / scale
            bars.append({"change": name, "side": side, "base": middle, "end": end, "text": compact(end)})
    return dressed(_drawn(bars, middle, axis_title(value), theme, width, bar), theme, title)


def _of_factors(factors: list[Row], value: str, theme: Theme, width: float, bar: float, title: str) -> alt.LayerChart:
    value = factors[0].get("metric", value)
    scale = unit_of(value).scale
    middle = factors[0]["base"] / scale
    bars = [
        {
            "change": one["factor"],
            "side": side,
            "base": middle,
            "end": one[key] / scale,
            "text": _level(one, key, scale),
        }
        for one in factors
        for side, key in (("first", "low"), ("second", "high"))
        if one[key] != one["base"]
    ]
    if not bars:
        raise InvalidArgument(f"no factor moves {value}")
    return dressed(_drawn(bars, middle, axis_title(value), theme, width, bar), theme, title)


def _level(one: Row, key: str, scale: float) -> str:
    level = one.get(f"{key}_level")
    return compact(one[key] / scale) + (f" ({level})" if level not in (None, "base") else "")


def _join_labels(bars: list[Row]) -> None:
    """Two ends on one side have one label, behind the longer bar, which comes first: 4793, 9670 on the right."""
    longer: dict[tuple[str, bool], Row] = {}
    for one in bars:
        outer = longer.setdefault((one["change"], one["right"]), one)
        if outer is one:
            continue
        if one["text"] != outer["text"]:
            inner, outer_text = one["text"], outer["text"]
            outer["text"] = f"{inner}, {outer_text}" if one["right"] else f"{outer_text}, {inner}"
        one["text"] = ""


def _label_room(bars: list[Row], right: bool, width: float) -> float:
    """Pixels for the longest label on one side of the bars."""
    return max(0.05 * width, *(7 * len(one["text"]) + 10 for one in bars if one["right"] is right), 0)


def _drawn(bars: list[Row], middle: float, heading: str, theme: Theme, width: float, bar: float) -> alt.LayerChart:
    now = look(theme)
    swing: dict[str, float] = {}
    for one in bars:
        ends = [other["end"] for other in bars if other["change"] == one["change"]] + [middle]
        swing[one["change"]] = max(ends) - min(ends)
        one["right"] = one["end"] >= middle
    bars.sort(key=lambda one: -abs(one["end"] - middle))  # the shorter of two on one side is drawn over the longer
    _join_labels(bars)
    order = sorted(swing, key=lambda name: -swing[name])
    low, high = min(middle, *(one["end"] for one in bars)), max(middle, *(one["end"] for one in bars))
    margins = [_label_room(bars, right, width) for right in (False, True)]
    span = (high - low or 0.1 * abs(middle)) / max(width - sum(margins), 0.2 * width)
    heading_axis = possible_axis(heading, "datum.value >= 0") if low >= 0 else linear_axis(heading)
    scale = alt.Scale(domain=[low - span * margins[0], high + span * margins[1]], nice=False, zero=False)
    y = alt.Y("change:N", sort=order, axis=alt.Axis(title=None, ticks=False, domain=False, labelLimit=300))
    colour = alt.Color(
        "side:N", scale=alt.Scale(domain=["first", "second"], range=[now.series[0], now.series[1]]), legend=None
    )
    ends = alt.Chart(inline(bars)).mark_bar(height=alt.RelativeBandSize(0.66))
    centre = alt.Chart(inline([{"base": middle}])).mark_rule(color=now.ink, strokeWidth=1.4)
    x = alt.X("base:Q", scale=scale, axis=heading_axis)
    layers: list[Any] = [
        ends.encode(x=x, x2="end:Q", y=y, color=colour, tooltip=["change:N", alt.Tooltip("end:Q", title=heading)]),
        centre.encode(x=x),
    ]
    for right in (True, False):
        rows = [one for one in bars if one["right"] is right]
        if rows:
            text = alt.Chart(inline(rows)).mark_text(
                align="left" if right else "right", dx=5 if right else -5, fontSize=11, color=now.muted
            )
            layers.append(text.encode(x=alt.X("end:Q", scale=scale), y=y, text="text:N"))
    return layered(layers, width, alt.Step(bar))
