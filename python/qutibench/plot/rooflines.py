# SPDX-License-Identifier: BSD-3-Clause
"""The roofline chart.

S. Williams, A. Waterman, D. Patterson, Roofline: an insightful visual performance model, 2009,
doi:10.1145/1498765.1498785.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import altair as alt

from .. import _core
from ..errors import InvalidArgument
from ..tables import Placement, listed
from .roofs import GIGA, Roof, complete, of_levels, of_platform, of_row, placed, platforms_of, strokes, workloads_of
from .rows import Row, need, rows_of
from .style import (
    Layer,
    Theme,
    colour_scale,
    colours,
    dash_scale,
    distinct,
    dots,
    dressed,
    inline,
    layered,
    log_axis,
    log_scale,
    look,
    mixed,
    shape_legend,
    shape_scale,
    si,
    size_of,
    spread,
)

_GAP = 16.0
_LEAST_ROOM = 30.0
"""Pixels around a bandwidth's label; where there is less, its line is left to the pointer."""


class _Frame(NamedTuple):
    """The visible part of the plane, in op/byte and GOP/s, and its size in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: float
    height: float

    def height_of(self, performance: float) -> float:
        share = math.log(performance / self.y[0]) / math.log(self.y[1] / self.y[0])
        return self.height * (1 - share)

    def place(self, intensity: float, performance: float) -> tuple[float, float]:
        """Pixels from the upper left."""
        share = math.log(intensity / self.x[0]) / math.log(self.x[1] / self.x[0])
        return self.width * share, self.height_of(performance)

    @staticmethod
    def axis(title: str, ends: tuple[float, float]) -> alt.Axis:
        return log_axis(title, math.log10(ends[1] / ends[0]))

    def slope(self) -> float:
        """Degrees by which a line of equal bandwidth rises on the screen."""
        across = self.width / math.log(self.x[1] / self.x[0])
        up = self.height / math.log(self.y[1] / self.y[0])
        return math.degrees(math.atan2(up, across))


def _frame(roofs: Sequence[Roof], points: Sequence[Row], width: float, height: float) -> _Frame:
    ridges = [ridge for one in roofs if (ridge := one.ridge()) is not None]
    across = [point["intensity"] for point in points] + ridges or [1.0]
    x = (min(across) / 2, max(across) * 2)
    up = [one.attainable(x[0]) / GIGA for one in roofs] + [point["performance"] for point in points]
    top = max([one.peak / GIGA for one in roofs] + [point["performance"] for point in points])
    return _Frame(x, (min(up) / 1.2, top * 2), width, height)


def _lines(roofs: Sequence[Roof], frame: _Frame) -> list[Row]:
    low, high = frame.x[0] / 1e3, frame.x[1] * 1e3
    stroke = strokes(roofs)
    rows = []
    for one in roofs:
        ridge = one.ridge()
        for place, intensity in enumerate([low, high] if ridge is None else [low, ridge, high]):
            rows.append(
                {
                    "roof": one.name,
                    "device": one.device,
                    "stroke": stroke[one.name],
                    "order": place,
                    "intensity": intensity,
                    "performance": one.attainable(intensity) / GIGA,
                    "peak": si(one.peak, "OP/s"),
                    "bandwidth": "not known" if one.bandwidth is None else si(one.bandwidth, "B/s"),
                    "ridge": "none" if ridge is None else f"{ridge:.3g} op/byte",
                }
            )
    return rows


def _inks(roofs: Sequence[Roof], theme: Theme) -> dict[str, str]:
    """The colour of each device, darkened or lightened until it serves for text."""
    devices = distinct(one.device for one in roofs)
    ink = look(theme).ink
    return {name: mixed(one, ink, 0.35) for name, one in zip(devices, colours(devices, theme), strict=True)}


def _named(roofs: Sequence[Roof]) -> dict[tuple[str, float], str]:
    """The names of a device's roofs of one height, together: "a100 bf16, fp16"."""
    named: dict[tuple[str, float], str] = {}
    for one in roofs:
        place = (one.device, one.peak)
        named[place] = f"{named[place]}, {one.name.removeprefix(one.device).strip()}" if place in named else one.name
    return named


def _names(roofs: Sequence[Roof], frame: _Frame, inks: dict[str, str]) -> list[Layer]:
    """Names at the right end of the roofs, kept apart; they hide where zooming takes their roof out of sight."""
    named = _named(roofs)
    wanted = [frame.height_of(peak / GIGA) for _, peak in named]
    visible = "inrange(datum.performance, domain('y'))"
    layers: list[Layer] = []
    for ((device, peak), name), at, to in zip(
        named.items(), wanted, spread(wanted, _GAP, (0, frame.height)), strict=True
    ):
        row = {"performance": peak / GIGA, "text": f"{name} \u00b7 {si(peak, 'OP/s')}"}
        text = alt.Chart(inline([row])).mark_text(
            align="left", baseline="middle", dx=8, dy=to - at, fontSize=12, color=inks[device], clip=False
        )
        layers.append(
            text.encode(
                x=alt.value(frame.width), y="performance:Q", text=alt.condition(visible, "text:N", alt.value(""))
            )
        )
    return layers


def _room(at: tuple[float, float], marks: Sequence[tuple[float, float]], tilt: float) -> float:
    """Pixels from the middle of a label along a slope to the nearest mark; across the slope they count double, since a
    label is longer than high."""
    along, across = math.cos(tilt), math.sin(tilt)
    return min(
        (
            math.hypot(dx * along - dy * across, 2 * (dx * across + dy * along))
            for dx, dy in ((at[0] - x, at[1] - y) for x, y in marks)
        ),
        default=math.inf,
    )


def _bandwidths(roofs: Sequence[Roof], points: Sequence[Row], frame: _Frame, inks: dict[str, str]) -> list[Layer]:
    """Bandwidths along the slopes, each where it is furthest from points, other slopes and other bandwidths."""
    slopes = {one.bandwidth: one.device for one in reversed(roofs) if one.bandwidth}
    marks = [frame.place(point["intensity"], point["performance"]) for point in points]
    for point in points:  # and the line down to a measurement
        if "top" in point:
            steps = (point["performance"] * (point["top"] / point["performance"]) ** (i / 8) for i in range(1, 8))
            marks += [frame.place(point["intensity"], performance) for performance in steps]
    tilt = math.radians(frame.slope())
    layers: list[Layer] = []
    for bandwidth in sorted(slopes):
        peak = max(one.peak for one in roofs if one.bandwidth == bandwidth)
        low = max(frame.x[0], frame.y[0] * GIGA / bandwidth)
        found: list[tuple[float, float, int, tuple[float, float]]] = []
        for share, side in itertools.product((0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.12), (-8, 11)):
            intensity = low * (peak / bandwidth / low) ** share
            x, y = frame.place(intensity, bandwidth * intensity / GIGA)
            label = (x + 1.3 * side * math.sin(tilt), y + 1.3 * side * math.cos(tilt))
            crossing = [
                frame.place(intensity, one.attainable(intensity) / GIGA) for one in roofs if one.bandwidth != bandwidth
            ]
            room = min(70.0, _room(label, marks, tilt), 4 * _room(label, crossing, tilt))
            found.append((room, intensity, side, label))
        room, intensity, side, label = max(found, key=lambda one: one[0])
        if room < _LEAST_ROOM:
            continue
        marks.append(label)
        row = {"intensity": intensity, "performance": bandwidth * intensity / GIGA, "text": si(bandwidth, "B/s")}
        text = alt.Chart(inline([row])).mark_text(
            angle=360 - frame.slope(), dy=side, fontSize=11, color=inks[slopes[bandwidth]], clip=True
        )
        layers.append(text.encode(x="intensity:Q", y="performance:Q", text="text:N"))
    return layers


def _marks(points: list[Row], found: list[Row], colour: alt.Color, theme: Theme) -> list[Layer]:
    """Networks as filled points on their roofs, measurements as hollow ones below, a line down to each."""
    names = distinct(point["network"] for point in [*points, *found])
    picked = alt.selection_point(name="picked", fields=["network"], bind="legend")
    legend = shape_legend(None, orient="bottom", columns=4)
    encoding: dict[str, Any] = {
        "x": "intensity:Q",
        "y": "performance:Q",
        "color": colour,
        "shape": alt.Shape("network:N", scale=shape_scale(names), legend=legend),
        "opacity": alt.condition(picked, alt.value(1), alt.value(0.12)),
        "tooltip": [
            alt.Tooltip("network:N"),
            alt.Tooltip("roof:N", title="on"),
            alt.Tooltip("batch:N"),
            alt.Tooltip("intensity:Q", title="op/byte", format=".4~g"),
            alt.Tooltip("performance:Q", title="GOP/s", format=",.4~r"),
            alt.Tooltip("inputs_per_second:Q", title="inputs/s", format=",.4~r"),
            alt.Tooltip("bound:N", title="bound by"),
            alt.Tooltip("of_bound:Q", title="of the bound", format=".3~p"),
        ],
    }
    layers: list[Layer] = []
    if found:
        drops = alt.Chart(inline(found)).mark_rule(strokeWidth=1.2, strokeDash=[3, 3], clip=True)
        layers.append(drops.encode(x="intensity:Q", y="performance:Q", y2="top:Q", color=colour))
    if points:
        layers.append(dots(points, theme, 105).encode(**encoding))
    if found:
        layers.append(dots(found, theme, hollow=True).encode(**encoding))
    layers[-1] = layers[-1].add_params(picked)
    return layers


def roofline(
    platforms: Any,
    networks: Any = (),
    *,
    datatypes: Iterable[str] = (),
    measured: Any = None,
    batch: int = 1,
    keep: float = 1.0,
    placement: Placement = "published",
    theme: Theme = "light",
    width: float = 640,
    height: float = 400,
    title: str = "",
) -> alt.LayerChart:
    """Rooflines of devices with networks as points: performance in GOP/s over intensity in op/byte, both logarithmic.

    platforms: ids ('jetson_tx2:maxn'), paths or Platforms; or estimates as rows, which bring their roofs and points.
    networks: ids, paths, Workloads or Graphs, each placed on every roof. datatypes: which roofs; all that a device
    computes in without any. measured: measurements as rows, hollow, with a line down from their bound. keep, batch,
    placement: as for ``predict``. width, height: pixels of the plot, which is higher where names of many roofs need it.
    Colours tell devices apart, strokes datatypes, shapes networks.

    Raises UnknownName, InvalidArgument for a device without any of the datatypes, TypeError for other arguments.
    """
    size_of(width, height)
    names = [str(_core.Precision(one)) for one in listed(datatypes)]
    devices = platforms_of(platforms)
    rows: list[Row] = []
    if devices is None:
        if not isinstance(networks, tuple) or networks:
            raise InvalidArgument("estimates name their networks themselves; give networks with platforms only")
        rows, _ = need(rows_of(platforms), "peak_ops_per_s")
        rows = [row for row in rows if not names or row.get("datatype") in names]
        roofs = distinct(of_row(row) for row in rows)
    else:
        roofs = []
        for device in devices:
            own = of_platform(device, names)
            roofs += own
            if placement != "published":
                roofs += of_levels(device, own)
            for work in workloads_of(networks, keep):
                for one in own:
                    made = _core.predict(work, device, datatype=one.datatype, batch=batch, placement=placement)
                    rows += rows_of(made)
    found: list[Row] = []
    if measured is not None:
        found = [complete(row) for row in rows_of(measured)]
        roofs = distinct([*roofs, *(of_row(row) for row in found)])
    return _drawn(distinct(roofs), rows, found, theme, (width, height), title)


def _drawn(
    roofs: Sequence[Roof], rows: list[Row], found: list[Row], theme: Theme, size: tuple[float, float], title: str
) -> alt.LayerChart:
    if not roofs:
        raise InvalidArgument("there is no roof to draw")
    points, note = placed(rows, "throughput_ips") if any("throughput_ips" in row for row in rows) else ([], "")
    below, other = placed(found, "measured_throughput_ips") if found else ([], "")
    grammar = "filled: bound, hollow: measured" if points else "hollow: measured"
    notes = [note, other, grammar if below else ""]
    size = (size[0], max(size[1], _GAP * len(_named(roofs))))
    frame = _frame(roofs, [*points, *below], *size)
    colour = alt.Color("device:N", scale=colour_scale(distinct(one.device for one in roofs), theme), legend=None)
    lines = alt.Chart(inline(_lines(roofs, frame))).mark_line(strokeWidth=2.2, clip=True, strokeJoin="round")
    layers: list[Layer] = [
        lines.encode(
            x=alt.X(
                "intensity:Q", scale=log_scale(frame.x), axis=frame.axis("Operational intensity [op/byte]", frame.x)
            ),
            y=alt.Y("performance:Q", scale=log_scale(frame.y), axis=frame.axis("Performance [GOP/s]", frame.y)),
            color=colour,
            strokeDash=alt.StrokeDash("stroke:N", scale=dash_scale([str(i) for i in range(len(roofs))]), legend=None),
            detail="roof:N",
            order="order:Q",
            tooltip=[
                alt.Tooltip("roof:N"),
                alt.Tooltip("peak:N"),
                alt.Tooltip("bandwidth:N"),
                alt.Tooltip("ridge:N", title="ridge point"),
            ],
        )
    ]
    inks = _inks(roofs, theme)
    if points or below:
        layers += _marks(points, below, colour, theme)
    layers += _names(roofs, frame, inks) + _bandwidths(roofs, [*points, *below], frame, inks)
    chart = layered(layers, *size).interactive(name="zoom")
    return dressed(chart, theme, title, "; ".join(filter(None, notes)))
