# SPDX-License-Identifier: BSD-3-Clause
"""The roofline: what devices attain at an operational intensity, and where networks stand below it.

S. Williams, A. Waterman, D. Patterson, Roofline: an insightful visual performance model, 2009,
doi:10.1145/1498765.1498785.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import altair as alt

from .. import _core
from ..errors import InvalidArgument
from .rows import Row, device_of, need, network_of, positive, roof_of, rows_of
from .style import (
    Theme,
    colour_scale,
    dash_scale,
    distinct,
    dressed,
    log_scale,
    look,
    mixed,
    shape_scale,
    si_axis,
    size_of,
)

GIGA = 1e9
INTENSITY = "operational_intensity_ops_per_byte"
_GAP = 16.0


class Roof(NamedTuple):
    """One line of the chart: the peak in operations per second, the bandwidth in bytes per second or None."""

    name: str
    device: str
    datatype: str
    peak: float
    bandwidth: float | None

    def attainable(self, intensity: float) -> float:
        """Operations per second at an intensity in operations per byte (thesis eq. 4.1)."""
        return self.peak if self.bandwidth is None else min(self.peak, self.bandwidth * intensity)


def si(value: float, unit: str) -> str:
    """A value with the SI prefix that leaves one to three digits before the point: 4.6 TOP/s."""
    for prefix, scale in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= scale:
            return f"{value / scale:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}"


def _roofs_of_rows(rows: Sequence[Row]) -> list[Roof]:
    roofs: dict[tuple[str, float, float | None], Roof] = {}
    for row in rows:
        peak, bandwidth = float(row["peak_ops_per_s"]), row.get("bandwidth_bytes_per_s")
        bandwidth = None if bandwidth is None or math.isinf(bandwidth) else float(bandwidth)
        name = roof_of(row)
        roofs.setdefault(
            (name, peak, bandwidth), Roof(name, device_of(row), str(row.get("datatype") or ""), peak, bandwidth)
        )
    return list(roofs.values())


def _roofs_of_platforms(platforms: Sequence[_core.Platform], datatypes: Sequence[str]) -> list[Roof]:
    roofs = []
    for one in platforms:
        device = device_of({"platform": one.id, "mode": one.mode})
        native = dict(one.peaks)
        chosen = [name for name in (datatypes or native) if name in native]
        if not chosen:
            raise InvalidArgument(f"{device} computes in {', '.join(native)}, not in {', '.join(datatypes)}")
        roofs += [Roof(f"{device} {name}", device, name, native[name], one.bandwidth_bytes_per_s) for name in chosen]
    return roofs


def _workloads(networks: Any, keep: float) -> list[_core.Workload]:
    listed = [networks] if isinstance(networks, (str, _core.Workload, _core.Graph)) else list(networks)
    found = []
    for one in listed:
        if isinstance(one, str):
            found.append(_core.network_entry(one).workload(keep))
        elif isinstance(one, _core.Graph):
            found.append(_core.analyze(one))
        elif isinstance(one, _core.Workload):
            found.append(one)
        else:
            raise TypeError(f"a network is an id, a Workload or a Graph, not {type(one).__name__}")
    return found


def _devices(of: Any) -> list[_core.Platform] | None:
    """The platforms, or None when the argument holds rows."""
    listed = [of] if isinstance(of, (str, _core.Platform)) else list(of) if isinstance(of, (list, tuple, set)) else []
    if not listed or not all(isinstance(one, (str, _core.Platform)) for one in listed):
        return None
    return [_core.platform(one) if isinstance(one, str) else one for one in listed]


def _points(rows: Sequence[Row], value: str, kind: str) -> tuple[list[Row], str]:
    """Rows as points in op/byte and GOP/s, and a note on rows that have no place."""
    known, note = need(rows, "operations", INTENSITY, value)
    placed = [row for row in known if math.isfinite(row[INTENSITY])]
    positive(placed, "operations", INTENSITY, value)
    points = [
        {
            "network": network_of(row),
            "roof": roof_of(row),
            "device": device_of(row),
            "datatype": row.get("datatype"),
            "batch": row.get("batch") or row.get("deployment_value"),
            "intensity": row[INTENSITY],
            "performance": row["operations"] * row[value] / GIGA,
            "inputs_per_second": row[value],
            "bound": row.get("bound"),
            "kind": kind,
        }
        for row in placed
    ]
    return points, note


def _complete(row: Row) -> Row:
    """A measured row with operations and intensity, from the catalogue where the row has none."""
    done = dict(row)
    if done.get("measured_throughput_ips") is None:
        done["measured_throughput_ips"] = done.get("throughput_ips")
    if done.get("operations") is not None and done.get(INTENSITY) is not None and done.get("peak_ops_per_s"):
        return done
    network = done.get("network")
    if not network or not done.get("platform") or not done.get("datatype"):
        raise InvalidArgument("a measured row needs its network, platform and datatype to find its roof")
    keep = done.get("keep") or 1.0
    batch = done.get("batch") or (done.get("deployment_value") if done.get("deployment") == "batch" else 1) or 1
    one = _core.predict(
        _core.network_entry(str(network)).workload(float(keep)),
        _core.platform(device_of(done)),
        datatype=str(done["datatype"]),
        batch=int(batch),
    )
    return done | {
        "operations": one.operations,
        INTENSITY: one.operational_intensity,
        "peak_ops_per_s": one.peak_ops_per_s,
        "bandwidth_bytes_per_s": one.bandwidth_bytes_per_s,
    }


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Positions moved as little as possible (least squares) to lie at least a gap apart, in their own order."""
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    blocks: list[tuple[float, int]] = []
    for rank, i in enumerate(order):
        mean, count = positions[i] - rank * gap, 1
        while blocks and blocks[-1][0] > mean:
            other, size = blocks.pop()
            mean, count = (mean * count + other * size) / (count + size), count + size
        blocks.append((mean, count))
    moved = [mean for mean, count in blocks for _ in range(count)]
    found = [0.0] * len(positions)
    for rank, i in enumerate(order):
        found[i] = moved[rank] + rank * gap
    return found


class _Frame(NamedTuple):
    """The visible part of the plane, and its size in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    width: float
    height: float

    def height_of(self, performance: float) -> float:
        share = math.log(performance / self.y[0]) / math.log(self.y[1] / self.y[0])
        return self.height * (1 - share)

    def slope(self) -> float:
        """Degrees by which a line of equal bandwidth rises on the screen."""
        across = self.width / math.log(self.x[1] / self.x[0])
        up = self.height / math.log(self.y[1] / self.y[0])
        return math.degrees(math.atan2(up, across))


def _frame(roofs: Sequence[Roof], points: Sequence[Row], width: float, height: float) -> _Frame:
    ridges = [one.peak / one.bandwidth for one in roofs if one.bandwidth]
    across = [point["intensity"] for point in points] + ridges or [1.0]
    x = (min(across) / 2, max(across) * 2)
    up = [one.attainable(x[0]) / GIGA for one in roofs] + [point["performance"] for point in points]
    top = max([one.peak / GIGA for one in roofs] + [point["performance"] for point in points])
    return _Frame(x, (min(up) / 1.2, top * 2), width, height)


def _lines(roofs: Sequence[Roof], frame: _Frame) -> list[Row]:
    low, high = frame.x[0] / 1e3, frame.x[1] * 1e3
    strokes = _strokes(roofs)
    rows = []
    for one in roofs:
        corners = [low, high] if one.bandwidth is None else [low, one.peak / one.bandwidth, high]
        for place, intensity in enumerate(corners):
            rows.append(
                {
                    "roof": one.name,
                    "device": one.device,
                    "stroke": strokes[one.name],
                    "order": place,
                    "intensity": intensity,
                    "performance": one.attainable(intensity) / GIGA,
                    "peak": si(one.peak, "OP/s"),
                    "bandwidth": "not known" if one.bandwidth is None else si(one.bandwidth, "B/s"),
                    "ridge": "none" if one.bandwidth is None else f"{one.peak / one.bandwidth:.3g} op/byte",
                }
            )
    return rows


def _labels(roofs: Sequence[Roof], frame: _Frame, theme: Theme) -> list[alt.LayerChart | alt.Chart]:
    """Names at the right end of the roofs, kept apart, and bandwidths along the slopes."""
    devices = distinct(one.device for one in roofs)
    now = look(theme)
    inks = {name: mixed(now.series[i % len(now.series)], now.ink, 0.35) for i, name in enumerate(devices)}
    wanted = [frame.height_of(one.peak / GIGA) for one in roofs]
    layers: list[alt.LayerChart | alt.Chart] = []
    inside = "inrange(datum.performance, domain('y'))"
    for one, at, to in zip(roofs, wanted, spread(wanted, _GAP), strict=True):
        row = {"performance": one.peak / GIGA, "text": f"{one.name} \u00b7 {si(one.peak, 'OP/s')}"}
        base = alt.Chart(alt.Data(values=[row]))
        layers.append(
            base.mark_text(
                align="left", baseline="middle", dx=8, dy=to - at, fontSize=12, color=inks[one.device], clip=False
            ).encode(
                x=alt.value(frame.width),
                y="performance:Q",
                text=alt.condition(inside, "text:N", alt.value("")),
            )
        )
    slopes = distinct((one.device, one.bandwidth) for one in roofs if one.bandwidth)
    for device, bandwidth in slopes:
        peak = max(one.peak for one in roofs if one.device == device)
        low = max(frame.x[0], frame.y[0] * GIGA / bandwidth)
        intensity = math.exp(0.5 * math.log(low) + 0.5 * math.log(peak / bandwidth))
        row = {"intensity": intensity, "performance": bandwidth * intensity / GIGA, "text": si(bandwidth, "B/s")}
        layers.append(
            alt.Chart(alt.Data(values=[row]))
            .mark_text(angle=360 - frame.slope(), dy=-8, fontSize=11, color=inks[device], clip=True)
            .encode(x="intensity:Q", y="performance:Q", text="text:N")
        )
    return layers


def roofline(
    platforms: Any,
    networks: Any = (),
    *,
    datatypes: Iterable[str] = (),
    measured: Any = None,
    batch: int = 1,
    keep: float = 1.0,
    placement: str = "published",
    theme: Theme = "light",
    width: float = 640,
    height: float = 400,
    title: str = "",
) -> alt.LayerChart:
    """Rooflines of devices with networks as points: performance in GOP/s over intensity in op/byte, both logarithmic.

    platforms: ids ('jetson_tx2:maxn'), paths or Platforms; or estimates as rows, which bring their roofs and points.
    networks: ids, Workloads or Graphs, each placed on every roof. datatypes: which roofs; without any, all that a
    device computes in. measured: measurements as rows, hollow, with a line down from their bound. keep, batch,
    placement: as for ``predict``. width, height: pixels of the plot. Colours tell devices apart, strokes datatypes,
    shapes networks.

    Raises UnknownName, InvalidArgument for a device without any of the datatypes, TypeError for other arguments.
    """
    size_of(width, height)
    names = [datatypes] if isinstance(datatypes, str) else [str(one) for one in datatypes]
    devices = _devices(platforms)
    rows: list[Row] = []
    if devices is None:
        rows, _ = need(rows_of(platforms), "peak_ops_per_s")
        rows = [row for row in rows if not names or row.get("datatype") in names]
        roofs = _roofs_of_rows(rows)
        if not isinstance(networks, Sequence) or len(networks):
            raise InvalidArgument("estimates name their networks themselves; give networks with platforms only")
    else:
        roofs = _roofs_of_platforms(devices, names)
        for device in devices:
            native = [
                one.datatype for one in roofs if one.device == device_of({"platform": device.id, "mode": device.mode})
            ]
            for work in _workloads(networks, keep):
                estimates = [
                    _core.predict(work, device, datatype=name, batch=batch, placement=placement)
                    for name in distinct(native)
                ]
                rows += rows_of(estimates)
    points, note = _points(rows, "throughput_ips", "bound") if rows and "throughput_ips" in rows[0] else ([], "")
    found: list[Row] = []
    if measured is not None:
        complete = [_complete(row) for row in rows_of(measured)]
        found, note = _points(complete, "measured_throughput_ips", "measured")
        roofs = distinct([*roofs, *_roofs_of_rows(complete)])
        _drop_from_bound(found, complete, roofs)
    return _drawn(roofs, points, found, note, theme, width, height, title)


def _drop_from_bound(found: list[Row], complete: Sequence[Row], roofs: Sequence[Roof]) -> None:
    by_name = {one.name: one for one in roofs}
    for point in found:
        bound = by_name[point["roof"]].attainable(point["intensity"]) / GIGA
        point["top"] = bound
        point["efficiency"] = point["performance"] / bound


def _drawn(
    roofs: Sequence[Roof],
    points: list[Row],
    found: list[Row],
    note: str,
    theme: Theme,
    width: float,
    height: float,
    title: str,
) -> alt.LayerChart:
    if not roofs:
        raise InvalidArgument("there is no roof to draw")
    frame = _frame(roofs, [*points, *found], width, height)
    colour = alt.Color("device:N", scale=colour_scale(distinct(one.device for one in roofs), theme), legend=None)
    dash = alt.StrokeDash("stroke:N", scale=dash_scale([str(i) for i in range(len(roofs))]), legend=None)
    x = alt.X("intensity:Q", scale=log_scale(frame.x), axis=si_axis("Operational intensity [op/byte]", log=True))
    y = alt.Y("performance:Q", scale=log_scale(frame.y), axis=si_axis("Performance [GOP/s]", log=True))
    layers: list[alt.LayerChart | alt.Chart] = [
        alt.Chart(alt.Data(values=_lines(roofs, frame)))
        .mark_line(strokeWidth=2.2, clip=True, strokeJoin="round")
        .encode(
            x=x,
            y=y,
            color=colour,
            strokeDash=dash,
            detail="roof:N",
            order="order:Q",
            tooltip=[
                alt.Tooltip("roof:N", title="roof"),
                alt.Tooltip("peak:N"),
                alt.Tooltip("bandwidth:N"),
                alt.Tooltip("ridge:N", title="ridge point"),
            ],
        )
    ]
    if points or found:
        layers += _marks(points, found, colour, look(theme).background)
    layers += _labels(roofs, frame, theme)
    if found:
        note = "; ".join(filter(None, ["filled: bound, hollow: measured", note]))
    chart = alt.layer(*layers).properties(width=width, height=height).interactive()
    return dressed(chart, theme, title, note)


def _strokes(roofs: Sequence[Roof]) -> dict[str, str]:
    """The highest roof of a device is solid, its lower ones dashed."""
    ranks: dict[str, str] = {}
    for device in distinct(one.device for one in roofs):
        own = sorted((one for one in roofs if one.device == device), key=lambda one: -one.peak)
        ranks |= {one.name: str(rank) for rank, one in enumerate(own)}
    return ranks


def _marks(points: list[Row], found: list[Row], colour: alt.Color, halo: str) -> list[alt.LayerChart | alt.Chart]:
    names = distinct(point["network"] for point in [*points, *found])
    picked = alt.selection_point(fields=["network"], bind="legend")
    legend = alt.Legend(orient="bottom", columns=4, title=None, symbolFillColor="#8c959f", symbolStrokeColor="#8c959f")
    encoding: dict[str, Any] = {
        "x": "intensity:Q",
        "y": "performance:Q",
        "shape": alt.Shape("network:N", scale=shape_scale(names), legend=legend),
        "opacity": alt.condition(picked, alt.value(1), alt.value(0.12)),
    }
    tooltip: list[Any] = [
        alt.Tooltip("network:N"),
        alt.Tooltip("roof:N", title="on"),
        alt.Tooltip("batch:N"),
        alt.Tooltip("intensity:Q", title="op/byte", format=".4~g"),
        alt.Tooltip("performance:Q", title="GOP/s", format=",.4~r"),
        alt.Tooltip("inputs_per_second:Q", title="inputs/s", format=",.4~r"),
    ]
    layers: list[alt.LayerChart | alt.Chart] = []
    if found:
        drops = alt.Chart(alt.Data(values=found)).mark_rule(strokeWidth=1.2, strokeDash=[3, 3], clip=True)
        layers.append(drops.encode(x="intensity:Q", y="performance:Q", y2="top:Q", color=colour))
    if points:
        filled = alt.Chart(alt.Data(values=points)).mark_point(
            filled=True, size=105, clip=True, stroke=halo, strokeWidth=1
        )
        layers.append(
            filled.encode(
                color=colour, tooltip=[*tooltip, alt.Tooltip("bound:N", title="bound by")], **encoding
            ).add_params(picked)
        )
    if found:
        hollow = alt.Chart(alt.Data(values=found)).mark_point(
            filled=False, size=80, clip=True, strokeWidth=1.8, fill=halo
        )
        marks = hollow.encode(
            color=colour, tooltip=[*tooltip, alt.Tooltip("efficiency:Q", title="of bound", format=".1%")], **encoding
        )
        layers.append(marks if points else marks.add_params(picked))
    return layers
