# SPDX-License-Identifier: BSD-3-Clause
"""What all charts share: colours and shapes that colour-blind readers can tell apart, axes with SI prefixes, themes.

Colours: M. Okabe, K. Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

import colorsys
import math
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import altair as alt

from ..errors import InvalidArgument, UnknownName

Theme = Literal["light", "dark"]
Layer = alt.Chart | alt.LayerChart
Chart = TypeVar("Chart", alt.Chart, alt.LayerChart, alt.HConcatChart, alt.VConcatChart, alt.ConcatChart)

OKABE_ITO = {
    "black": "#000000",
    "orange": "#E69F00",
    "sky blue": "#56B4E9",
    "bluish green": "#009E73",
    "yellow": "#F0E442",
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "reddish purple": "#CC79A7",
}
"""The eight colours of Okabe and Ito."""

SHAPES = [
    "circle",
    "square",
    "triangle-up",
    "diamond",
    "cross",
    "triangle-down",
    "M0.00,-1.25L0.32,-0.44L1.19,-0.39L0.52,0.17L0.73,1.01L0.00,0.55L-0.73,1.01L-0.52,0.17L-1.19,-0.39L-0.32,-0.44Z",
    "M1.12,0.00L0.56,0.97L-0.56,0.97L-1.12,0.00L-0.56,-0.97L0.56,-0.97Z",
    "triangle-right",
    "triangle-left",
    "M-1,-0.55L-0.55,-1L0,-0.45L0.55,-1L1,-0.55L0.45,0L1,0.55L0.55,1L0,0.45L-0.55,1L-1,0.55L-0.45,0Z",
    "M0.00,-1.15L1.09,-0.36L0.68,0.93L-0.68,0.93L-1.09,-0.36Z",
    "M-1.1,0.5A1.1,1.1,0,0,1,1.1,0.5Z",
    "M-0.5,-0.8L0.5,-0.8L1.1,0.8L-1.1,0.8Z",
    "M-1.1,-1.1L1.1,-1.1L-1.1,1.1L1.1,1.1Z",
]
"""Shapes of points, most different first: with the colours they tell apart what a colour alone cannot."""

DASHES: list[list[int]] = [[1, 0], [7, 3], [2, 2.5], [9, 3, 2, 3], [12, 4]]  # type: ignore[list-item]
"""Strokes of lines, solid first."""

NEUTRAL = "#8c959f"
"""Grey that shows on light and dark."""

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"

SI = (
    "datum.value == 0 ? '0' : abs(datum.value) >= 1000 ? format(datum.value, '~s') : "
    "abs(datum.value) < 1e-3 ? format(datum.value, '.0e') : format(datum.value, '~r')"
)
"""Vega expression that writes a tick as 0.01, 1, 100, 1k, 20k, 1M."""

DECADE = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"
"""Vega expression that is true for powers of ten."""

_TIMES = "abs(log(datum.value / {0}) / LN10 - round(log(datum.value / {0}) / LN10)) < 1e-6"


class Look(NamedTuple):
    """Colours of a theme: background, text, secondary text, grid, and the order in which series get theirs."""

    background: str
    ink: str
    muted: str
    grid: str
    series: tuple[str, ...]
    heat: str


_ORDER = {
    "light": ("blue", "vermillion", "bluish green", "reddish purple", "orange", "sky blue", "black"),
    "dark": ("sky blue", "orange", "bluish green", "reddish purple", "yellow", "vermillion", "blue"),
}


def _series(theme: str) -> tuple[str, ...]:
    return (*(OKABE_ITO[one] for one in _ORDER[theme]), NEUTRAL)


LOOKS = {
    "light": Look("#ffffff", "#1f2328", "#59636e", "#e7eaee", _series("light"), "blues"),
    "dark": Look("#0d1117", "#e6edf3", "#9198a1", "#262c36", _series("dark"), "blues"),
}


def look(theme: str) -> Look:
    """The colours of a theme; raises UnknownName for anything but 'light' and 'dark'."""
    if theme not in LOOKS:
        raise UnknownName(f"unknown theme {theme!r}; there are 'light' and 'dark'")
    return LOOKS[theme]


def mixed(colour: str, with_colour: str, share: float) -> str:
    """A colour with a share of another one, as #rrggbb: what makes text of a light colour legible."""
    pairs = [(int(colour[i : i + 2], 16), int(with_colour[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(one * (1 - share) + other * share):02x}" for one, other in pairs)


def distinct(values: Iterable[Any]) -> list[Any]:
    """Each value once, in the order of first appearance."""
    return list(dict.fromkeys(values))


def inline(rows: Sequence[dict[str, Any]]) -> alt.InlineData:
    """Rows as the data of a chart."""
    return alt.InlineData(values=list(rows))


def layered(layers: Sequence[Layer], width: float | alt.Step, height: float | alt.Step) -> alt.LayerChart:
    """Layers on top of each other, sizes in pixels."""
    size_of(width, height)
    chart = alt.LayerChart(layer=list(layers))
    return chart.properties(width=width, height=height)


def si(value: float, unit: str) -> str:
    """A value with the SI prefix that leaves one to three digits before the point: 4.6 TOP/s."""
    for prefix, scale in (("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= scale:
            return f"{value / scale:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}"


def compact(value: float) -> str:
    """A number for a small space: four digits below ten thousand, three from there on: 49.5, 1216, 38.4k, 1.2M."""
    for letter, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if abs(value) >= max(scale, 9999.5):
            return f"{float(f'{value / scale:.3g}'):g}{letter}"
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def dots(rows: Sequence[dict[str, Any]], theme: Theme, size: float = 80, hollow: bool = False) -> alt.Chart:
    """Points of predictions, filled, or of measurements, hollow; areas in square pixels."""
    ground = look(theme).background
    if not hollow:
        made: alt.Chart = alt.Chart(inline(rows)).mark_point(
            filled=True, size=size, stroke=ground, strokeWidth=0.9, opacity=1, clip=True
        )
        return made
    # A constant fill would blank the symbols of legends; one that comes by way of a scale leaves them alone.
    ring = alt.Chart(inline([row | {"inside": ""} for row in rows])).mark_point(
        filled=False, size=size, strokeWidth=1.8, opacity=1, clip=True
    )
    made = ring.encode(fill=alt.Fill("inside:N", scale=alt.Scale(domain=[""], range=[ground]), legend=None))
    return made


def shape_legend(title: str | None, **more: Any) -> alt.Legend:
    """A legend of shapes in neutral grey, whatever colour or paleness the points have."""
    return alt.Legend(title=title, symbolFillColor=NEUTRAL, symbolStrokeColor=NEUTRAL, symbolOpacity=1, **more)


def colour_legend(title: str | None, **more: Any) -> alt.Legend:
    """A legend of colours at full strength, as discs."""
    return alt.Legend(title=title, symbolOpacity=1, symbolType="circle", **more)


def spread(positions: Sequence[float], gap: float, within: tuple[float, float] = (-math.inf, math.inf)) -> list[float]:
    """Positions moved as little as possible (least squares) to lie at least a gap apart, in their own order.

    within: limits that leave room for all of them.
    """
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
        least, most = within[0] + rank * gap, within[1] - (len(order) - 1 - rank) * gap
        found[i] = min(max(moved[rank] + rank * gap, least), most)
    return found


def _further(number: int, theme: Theme) -> str:
    """A colour of its own for any number: hues a golden angle apart, at two lightnesses that show on the background."""
    hue = number * 0.381966 % 1
    light = (0.34, 0.5) if theme == "light" else (0.72, 0.56)
    red, green, blue = colorsys.hls_to_rgb(hue, light[number % 2], 0.55)
    return "#" + "".join(f"{round(255 * one):02x}" for one in (red, green, blue))


def colours(names: Sequence[str], theme: Theme) -> list[str]:
    """One colour for each name and none twice: the theme's eight, then these half way to the text's, then others."""
    now = look(theme)
    half = [mixed(one, now.ink if one != OKABE_ITO["black"] else NEUTRAL, 0.5) for one in now.series]
    series = [*now.series, *half, *(_further(i, theme) for i in range(len(names)))]
    return list(dict.fromkeys(series))[: len(names)]


def colour_scale(names: Sequence[str], theme: Theme) -> alt.Scale:
    """The colours of names as a scale."""
    return alt.Scale(domain=list(names), range=colours(names, theme))


def shape_scale(names: Sequence[str]) -> alt.Scale:
    """One shape for each name and none twice: stars with more and more points, once all others are taken."""
    stars = (_star(points, inner) for points in range(5, len(names) + 6) for inner in (0.75, 0.3))
    every = [*SHAPES, *(next(stars) for _ in range(len(SHAPES), len(names)))]
    return alt.Scale(domain=list(names), range=every[: len(names)])


def _star(points: int, inner: float) -> str:
    """A star around the origin as a path; every second corner at a share of its radius."""
    corners = [
        (math.sin(turn) * radius, -math.cos(turn) * radius)
        for i in range(2 * points)
        for turn, radius in [(math.pi * i / points, 1.2 if i % 2 == 0 else 1.2 * inner)]
    ]
    return "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in corners) + "Z"


def columns_for(count: int) -> int:
    """Columns of a legend at the side, at most 28 rows each."""
    return max(1, math.ceil(count / 28))


def dash_scale(names: Sequence[str]) -> alt.Scale:
    """One stroke for each name."""
    return alt.Scale(domain=list(names), range=[DASHES[i % len(DASHES)] for i in range(len(names))])


def log_scale(domain: tuple[float, float] | None = None) -> alt.Scale:
    """A logarithmic scale; marks outside a given domain are clipped."""
    return alt.Scale(type="log") if domain is None else alt.Scale(type="log", domain=list(domain), nice=False)


def log_axis(title: str, decades: float = 3.0) -> alt.Axis:
    """A logarithmic axis labelled at powers of ten, and at 2 and 5 times these where it spans few of them."""
    labelled = DECADE if decades > 2.2 else f"({DECADE} || {_TIMES.format(2)} || {_TIMES.format(5)})"
    return alt.Axis(
        title=title,
        labelExpr=f"{labelled} ? ({SI}) : ''",
        labelOverlap=False,
        gridOpacity=alt.condition(labelled, alt.value(1), alt.value(0)),
        tickSize=alt.condition(labelled, alt.value(6), alt.value(3)),
    )


def linear_axis(title: str) -> alt.Axis:
    """An axis whose ticks read 1, 100, 1k, 1M."""
    return alt.Axis(title=title, labelExpr=SI)


def shares_axis(title: str) -> alt.Axis:
    """An axis of shares that reach 100 % at most: what nice scales put past that bears no number and no line."""
    return possible_axis(title, "datum.value <= 100")


def possible_axis(title: str, possible: str) -> alt.Axis:
    """An axis with numbers and lines where a Vega expression holds, for scales that leave room where none can be."""
    return alt.Axis(
        title=title,
        labelExpr=f"{possible} ? ({SI}) : ''",
        gridOpacity=alt.condition(possible, alt.value(1), alt.value(0)),
        tickOpacity=alt.condition(possible, alt.value(1), alt.value(0)),
    )


def steps_axis(title: str, values: Sequence[float]) -> alt.Axis:
    """An axis with ticks at these values alone, as batches have them."""
    return alt.Axis(title=title, labelExpr=SI, values=sorted(set(values)))


def fitted(values: Sequence[float], title: str, log: bool | None = None, is_labelled: bool = False) -> dict[str, Any]:
    """Scale and axis for these values: logarithmic where they are positive and span more than a factor of 20.

    A linear axis does not force a zero, and nothing past 100 % is written on one of shares. log: chooses one or the
    other. is_labelled: leaves room for labels above the points.
    """
    low, high = min(values), max(values)
    if log is None:
        log = low > 0 and high / low > 20
    if not log:
        axis = shares_axis(title) if title.endswith("[%]") and high <= 100 else linear_axis(title)
        return {"scale": alt.Scale(zero=False, nice=True, padding=24 if is_labelled else 14), "axis": axis}
    room = max(1.3, (high / low) ** 0.12) if is_labelled else 1.3
    low, high = low / 1.3, high * room
    return {"scale": log_scale((low, high)), "axis": log_axis(title, math.log10(high / low))}


def size_of(width: float | alt.Step, height: float | alt.Step) -> None:
    """Raises InvalidArgument unless both are positive pixels."""
    for name, value in (("width", width), ("height", height)):
        if not isinstance(value, alt.Step) and not value > 0:
            raise InvalidArgument(f"{name} must be a positive number of pixels, not {value}")


def dressed(chart: Chart, theme: Theme, title: str = "", note: str = "") -> Chart:
    """A finished chart in the colours of a theme, with a title and a note below it where there are any."""
    now = look(theme)
    if title or note:
        text = alt.TitleParams(text=title or [], subtitle=note or [])
        chart = chart.properties(title=text)
    axis = {
        "labelColor": now.muted,
        "titleColor": now.ink,
        "gridColor": now.grid,
        "domainColor": now.muted,
        "tickColor": now.muted,
        "labelFontSize": 12,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "titlePadding": 10,
    }
    legend = {
        "labelColor": now.ink,
        "titleColor": now.muted,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "symbolSize": 110,
        "symbolStrokeWidth": 1.5,
        "columnPadding": 26,  # widths are those of this machine's font, which a reader's may pass
        "labelLimit": 320,
        "symbolLimit": 0,  # all of them; Vega hides those past thirty
    }
    titles = {
        "color": now.ink,
        "subtitleColor": now.muted,
        "fontSize": 15,
        "subtitleFontSize": 12,
        "fontWeight": "bold",
        "anchor": "start",
        "frame": "group",
        "offset": 8,
    }
    done: Chart = chart.configure(
        background=now.background,
        font=FONT,
        padding=12,
        axis=axis,
        legend=legend,
        title=titles,
        header={"labelColor": now.ink, "titleColor": now.muted, "labelFontSize": 12},
        view={"stroke": None},
    )
    return done
