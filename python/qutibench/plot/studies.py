# SPDX-License-Identifier: BSD-3-Clause
"""The charts of the study: spread over deployments, power, system beside compute, levels, hardware cost, scorecards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from ..errors import InvalidArgument
from .rows import Row, axis_title, batch_of, need, network_of, positive, roof_of, rows_of, unit_of
from .style import (
    Theme,
    colour_legend,
    colour_scale,
    distinct,
    dots,
    dressed,
    fitted,
    inline,
    layered,
    linear_axis,
    log_axis,
    log_scale,
    look,
    shape_scale,
    steps_axis,
)

_PARTS = ("base", "idle", "running")
_USES = ("inference", "training")


def _quantile(sorted_values: Sequence[float], share: float) -> float:
    place = share * (len(sorted_values) - 1)
    low = int(place)
    high = min(low + 1, len(sorted_values) - 1)
    return sorted_values[low] + (place - low) * (sorted_values[high] - sorted_values[low])


def box_and_whiskers(
    rows: Any,
    value: str = "throughput_ips",
    *,
    normalize: bool = True,
    theme: Theme = "light",
    width: float = 520,
    box: float = 22,
    title: str = "",
) -> alt.LayerChart:
    """How a figure spreads over batches, streams and threads, a box for each network on each device in each datatype.

    Boxes are the middle half with the median, whiskers the extremes. normalize: as a share of the largest figure that
    the network has anywhere, so that networks of different sizes stand on one axis.

    Raises UnknownName for an unknown column, InvalidArgument when no row knows it.
    """
    known, note = need(rows_of(rows), value)
    groups: dict[tuple[str, str], list[float]] = {}
    for row in known:
        groups.setdefault((network_of(row), roof_of(row)), []).append(float(row[value]))
    best: dict[str, float] = {}
    for (network, _), values in groups.items():
        best[network] = max(best.get(network, 0.0), *values)
    if normalize and not all(top > 0 for top in best.values()):
        raise InvalidArgument(f"{value} has no positive figure to normalize by")
    boxes: list[Row] = []
    for (network, roof), values in groups.items():
        unit = best[network] if normalize else unit_of(value).scale
        ordered = sorted(one / unit for one in values)
        quarters = [_quantile(ordered, share) for share in (0, 0.25, 0.5, 0.75, 1)]
        names = ("least", "lower", "median", "upper", "most")
        boxes.append(
            {"network": network, "row": f"{network}, {roof}", "count": len(values)}
            | dict(zip(names, quarters, strict=True))
        )
    heading = f"{unit_of(value).heading} as a share of the network's best" if normalize else axis_title(value)
    y = alt.Y("row:N", sort=None, axis=alt.Axis(title=None, labelLimit=340))
    networks = distinct(one["network"] for one in boxes)
    colour = alt.Color("network:N", scale=colour_scale(networks, theme), legend=None)
    chart = alt.Chart(inline(boxes))
    tooltip = ["row:N", "count:Q", *(alt.Tooltip(f"{name}:Q", format=".3g") for name in ("least", "median", "most"))]
    axis = linear_axis(heading[:1].upper() + heading[1:])
    layers: list[Any] = [
        chart.mark_rule(color=look(theme).muted).encode(x=alt.X("least:Q", axis=axis), x2="most:Q", y=y),
        chart.mark_bar(height=alt.RelativeBandSize(0.6)).encode(
            x=alt.X("lower:Q", axis=axis), x2="upper:Q", y=y, color=colour, tooltip=tooltip
        ),
        chart.mark_tick(color=look(theme).ink, thickness=2, height=alt.RelativeBandSize(0.6)).encode(
            x=alt.X("median:Q", axis=axis), y=y
        ),
    ]
    return dressed(layered(layers, width, alt.Step(box)), theme, title, note)


def stacked_power(
    rows: Any, *, theme: Theme = "light", width: float = 520, bar: float = 22, title: str = ""
) -> alt.LayerChart:
    """What a board draws at rest, with its design loaded, and more while a network runs: means over deployments.

    Rows are measurements with power_base_w, power_idle_w and power_w.

    Raises UnknownName when no row has them, InvalidArgument when no row knows all three.
    """
    known, note = need(rows_of(rows), "power_base_w", "power_idle_w", "power_w")
    sums: dict[str, list[float]] = {}
    for row in known:
        total = sums.setdefault(f"{network_of(row)}, {roof_of(row)}", [0.0, 0.0, 0.0, 0.0])
        base, idle, full = (float(row[name]) for name in ("power_base_w", "power_idle_w", "power_w"))
        for place, part in enumerate((base, idle - base, full - idle, 1.0)):
            total[place] += part
    parts = [
        {"row": name, "part": part, "place": place, "power": total[place] / total[3]}
        for name, total in sums.items()
        for place, part in enumerate(_PARTS)
    ]
    shades = list(look(theme).series[:3])
    bars = (
        alt.Chart(inline(parts))
        .mark_bar(height=alt.RelativeBandSize(0.66))
        .encode(
            x=alt.X("power:Q", stack="zero", axis=linear_axis("Power of the board [W]")),
            y=alt.Y("row:N", sort=None, axis=alt.Axis(title=None, labelLimit=340)),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=list(_PARTS), range=shades),
                sort=list(_PARTS),
                legend=colour_legend(None),
            ),
            order="place:Q",
            tooltip=["row:N", "part:N", alt.Tooltip("power:Q", title="power [W]", format=".3g")],
        )
    )
    return dressed(layered([bars], width, alt.Step(bar)), theme, title, note)


def _lines(
    points: list[Row], x: alt.X, y: alt.Y, group: str, theme: Theme, tooltip: list[Any], dash: Sequence[str] = ()
) -> list[Any]:
    """A line with points for each group; `dash` are values of the column "scope", the first of them solid."""
    names = distinct(one[group] for one in points)
    base = alt.Chart(inline(points)).encode(
        x=x, y=y, color=alt.Color(f"{group}:N", scale=colour_scale(names, theme), legend=colour_legend(None))
    )
    lines = base.mark_line(strokeWidth=1.6).encode(order="batch:Q")
    if dash:
        pattern = alt.Scale(domain=list(dash), range=[[1, 0], [5, 3]])
        lines = lines.encode(
            strokeDash=alt.StrokeDash("scope:N", scale=pattern, legend=alt.Legend(title=None, symbolType="stroke"))
        )
    shape = alt.Shape(f"{group}:N", scale=shape_scale(names), legend=None)
    return [lines, base.mark_point(filled=True, size=48, opacity=1).encode(tooltip=tooltip, shape=shape)]


def _batches(points: Sequence[Row], title: str) -> alt.X:
    """The horizontal axis of what is drawn over batches, each of which has its tick."""
    values = [one["batch"] for one in points]
    scale = alt.Scale(type="log", base=2, domain=[min(values) / 1.2, max(values) * 1.2], nice=False)
    return alt.X("batch:Q", scale=scale, axis=steps_axis(title, values))


def power_performance(
    rows: Any, *, theme: Theme = "light", width: float = 520, height: float = 320, title: str = ""
) -> alt.LayerChart:
    """Power against throughput, a line over the batches of each network, device, mode and datatype.

    Raises UnknownName when no row has power_w or throughput_ips, InvalidArgument when no row knows both.
    """
    known, note = need(rows_of(rows), "power_w", "throughput_ips")
    positive(known, "throughput_ips")
    points = [
        {
            "series": f"{network_of(row)}, {roof_of(row)}",
            "batch": batch_of(row),
            "throughput": row["throughput_ips"],
            "power": row["power_w"],
        }
        for row in known
    ]
    x = alt.X("throughput:Q", **fitted([one["throughput"] for one in points], axis_title("throughput_ips"), log=True))
    y = alt.Y("power:Q", scale=alt.Scale(zero=False), axis=linear_axis("Power of the board [W]"))
    tooltip = ["series:N", "batch:Q", alt.Tooltip("throughput:Q", format=".4g"), alt.Tooltip("power:Q", format=".3g")]
    return dressed(layered(_lines(points, x, y, "series", theme, tooltip), width, height), theme, title, note)


def system_compute(
    system: Any,
    compute: Any,
    value: str = "latency_s",
    *,
    theme: Theme = "light",
    width: float = 520,
    height: float = 320,
    title: str = "",
) -> alt.LayerChart:
    """A figure of the whole system beside that of computing alone over batches: what moving data costs.

    system, compute: measurements of the two scopes, as ``load_measurements(..., scope="compute")`` gives the second.

    Raises UnknownName for an unknown column, InvalidArgument when no row of either knows it.
    """
    points: list[Row] = []
    notes = []
    scale = unit_of(value).scale
    for scope, rows in (("system", system), ("compute", compute)):
        known, note = need(rows_of(rows), value)
        positive(known, value)
        notes.append(note)
        points += [
            {
                "series": f"{network_of(row)}, {roof_of(row)}",
                "scope": scope,
                "batch": batch_of(row),
                "value": row[value] / scale,
            }
            for row in known
        ]
    x = _batches(points, "Batch, threads or stream")
    y = alt.Y("value:Q", **fitted([one["value"] for one in points], axis_title(value), log=True))
    tooltip = ["series:N", "scope:N", "batch:Q", alt.Tooltip("value:Q", format=".4g")]
    layers = _lines(points, x, y, "series", theme, tooltip, dash=("system", "compute"))
    return dressed(layered(layers, width, height), theme, title, next((note for note in notes if note), ""))


def levels(
    rows: Any, *, theme: Theme = "light", width: float = 520, height: float = 320, title: str = ""
) -> alt.LayerChart:
    """Attained operations per second at each level over batches: does a level foretell the next (T figure 7.12)?

    Rows are mappings with batch and any of predicted_ops_per_s, layers_ops_per_s, blocks_ops_per_s, system_ops_per_s,
    compute_ops_per_s, as ``what_if study levels --format json`` prints them.

    Raises UnknownName when no row has a batch, InvalidArgument when none knows a level.
    """
    names = {
        "predicted_ops_per_s": "level 0: roofline",
        "layers_ops_per_s": "level 1: layers",
        "blocks_ops_per_s": "level 2: blocks",
        "system_ops_per_s": "level 3: system",
        "compute_ops_per_s": "level 3: compute",
    }
    known, note = need(rows_of(rows), "batch")
    points = [
        {"level": title_of, "batch": row["batch"], "rate": row[name] / 1e9}
        for name, title_of in names.items()
        for row in known
        if row.get(name) is not None
    ]
    if not points:
        raise InvalidArgument("no row knows a level: " + ", ".join(names))
    x = _batches(points, "Batch [inputs]")
    y = alt.Y("rate:Q", axis=linear_axis("Performance [GOP/s]"))
    tooltip = ["level:N", "batch:Q", alt.Tooltip("rate:Q", title="GOP/s", format=".4g")]
    return dressed(layered(_lines(points, x, y, "level", theme, tooltip), width, height), theme, title, note)


def requirements(
    rows: Any, *, theme: Theme = "light", width: float = 520, bar: float = 14, title: str = ""
) -> alt.LayerChart:
    """What each network asks for in inference and in training, as memory (T figures 2.8 and 2.9), largest last.

    Rows are mappings with network, weight_bytes, activation_bytes, training_weight_bytes and training_activation_bytes,
    as ``what_if study requirements --format json`` prints them; leave its summary at the end out.

    Raises UnknownName for rows without these, InvalidArgument when no row knows them.
    """
    parts = ("weight_bytes", "activation_bytes", "training_weight_bytes", "training_activation_bytes")
    known, note = need(rows_of(rows), "network", *parts)
    needs = [
        {
            "network": network_of(row),
            "inference": (row[parts[0]] + row[parts[1]]) / 1e6,
            "training": (row[parts[2]] + row[parts[3]]) / 1e6,
        }
        for row in known
    ]
    positive(needs, "inference", "training")
    needs.sort(key=lambda one: float(one["inference"]))
    axis = log_axis("Memory for one input [MB]")
    y = alt.Y("network:N", sort=None, axis=alt.Axis(title=None, labelLimit=340))
    ends = [{"network": one["network"], "for": kind, "memory": one[kind]} for one in needs for kind in _USES]
    colour = alt.Color("for:N", scale=colour_scale(_USES, theme), legend=colour_legend(None))
    x = alt.X("inference:Q", scale=log_scale(), axis=axis)
    layers: list[Any] = [
        alt.Chart(inline(needs)).mark_rule(color=look(theme).muted).encode(x=x, x2="training:Q", y=y),
        dots(ends, theme).encode(
            x=alt.X("memory:Q", scale=log_scale(), axis=axis),
            y=y,
            color=colour,
            tooltip=["network:N", "for:N", alt.Tooltip("memory:Q", title="MB", format=".4g")],
        ),
    ]
    return dressed(layered(layers, width, alt.Step(bar)), theme, title, note)


def hardware_cost(
    rows: Any,
    value: str = "accuracy_top1",
    *,
    dsp_luts: float = 100,
    theme: Theme = "light",
    width: float = 520,
    height: float = 320,
    title: str = "",
) -> alt.LayerChart:
    """A figure against what a design takes of an FPGA: look-up tables and, for each DSP slice, `dsp_luts` more.

    Rows are mappings with luts, dsps (may be missing, then none) and the value.

    Raises UnknownName for an unknown column, InvalidArgument when no row knows it or a cost is not positive.
    """
    known, note = need(rows_of(rows), "luts", value)
    points = [
        {
            "design": str(row.get("name") or f"{network_of(row)}, {roof_of(row)}"),
            "datatype": str(row.get("datatype") or "?"),
            "cost": float(row["luts"]) + dsp_luts * float(row.get("dsps") or 0),
            "value": row[value] / unit_of(value).scale,
        }
        for row in known
    ]
    positive(points, "cost")
    names = distinct(one["datatype"] for one in points)
    dots = (
        alt.Chart(inline(points))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(
            x=alt.X(
                "cost:Q", **fitted([one["cost"] for one in points], f"Hardware cost [LUT + {dsp_luts:g} DSP]", True)
            ),
            y=alt.Y("value:Q", **fitted([one["value"] for one in points], axis_title(value), log=False)),
            color=alt.Color("datatype:N", scale=colour_scale(names, theme), legend=alt.Legend(title="datatype")),
            shape=alt.Shape("datatype:N", scale=shape_scale(names)),
            tooltip=[
                "design:N",
                "datatype:N",
                alt.Tooltip("cost:Q", format=".4g"),
                alt.Tooltip("value:Q", format=".4g"),
            ],
        )
    )
    return dressed(layered([dots], width, height), theme, title, note)


def radar(
    scores: Mapping[str, Mapping[str, float]], *, theme: Theme = "light", size: float = 340, title: str = ""
) -> alt.LayerChart:
    """Scorecards as polygons: an axis for each criterion, the outer ring the best of all cards.

    scores: for each card its criteria, larger being better and none negative.

    Raises InvalidArgument for fewer than three criteria, cards with different ones, or a negative score.
    """
    if not scores:
        raise InvalidArgument("a radar needs at least one card")
    criteria = list(next(iter(scores.values())))
    if len(criteria) < 3:
        raise InvalidArgument(f"a radar needs at least three criteria, not {len(criteria)}")
    if any(list(card) != criteria for card in scores.values()):
        raise InvalidArgument("all cards of a radar have the same criteria in the same order")
    most = {name: max(card[name] for card in scores.values()) for name in criteria}
    if any(card[name] < 0 for card in scores.values() for name in criteria) or not all(most.values()):
        raise InvalidArgument("scores of a radar are not negative, and each criterion has one above zero")

    def at(place: int, radius: float) -> dict[str, float]:
        angle = 2 * math.pi * (place % len(criteria)) / len(criteria)
        return {"x": radius * math.sin(angle), "y": radius * math.cos(angle)}

    around = range(len(criteria) + 1)
    rings = [{"ring": ring, "place": place} | at(place, ring) for ring in (0.25, 0.5, 0.75, 1) for place in around]
    corners = [
        {
            "card": card,
            "criterion": criteria[place % len(criteria)],
            "place": place,
            "score": of[criteria[place % len(criteria)]],
        }
        | at(place, of[criteria[place % len(criteria)]] / most[criteria[place % len(criteria)]])
        for card, of in scores.items()
        for place in around
    ]
    labels = [{"text": name} | at(place, 1.28) for place, name in enumerate(criteria)]
    scale = alt.Scale(domain=[-1.6, 1.6])
    x, y = alt.X("x:Q", scale=scale, axis=None), alt.Y("y:Q", scale=scale, axis=None)
    colour = alt.Color("card:N", scale=colour_scale(list(scores), theme), legend=colour_legend(None))
    tooltip = ["card:N", "criterion:N", alt.Tooltip("score:Q", format=".4g")]
    polygons = alt.Chart(inline(corners)).encode(x=x, y=y, color=colour, order="place:Q")
    layers: list[Any] = [
        alt.Chart(inline(rings))
        .mark_line(color=look(theme).muted, strokeWidth=0.5)
        .encode(x=x, y=y, detail="ring:N", order="place:Q"),
        polygons.mark_line(strokeWidth=2),
        polygons.mark_point(filled=True, size=48, opacity=1).encode(
            tooltip=tooltip, shape=alt.Shape("card:N", scale=shape_scale(list(scores)), legend=None)
        ),
        alt.Chart(inline(labels)).mark_text(color=look(theme).ink, fontSize=11).encode(x=x, y=y, text="text:N"),
    ]
    return dressed(layered(layers, size, size), theme, title)


__all__ = [
    "box_and_whiskers",
    "hardware_cost",
    "levels",
    "power_performance",
    "radar",
    "stacked_power",
    "system_compute",
]
