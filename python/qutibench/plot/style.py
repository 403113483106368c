# SPDX-License-Identifier: BSD-3-Clause
"""What all charts share: colours and shapes that colour-blind readers can tell apart, axes with SI prefixes, themes.

Colours: M. Okabe, K. Ito, Color Universal Design, 2008, https://jfly.uni-koeln.de/color/.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, TypeVar

import altair as alt

from ..errors import InvalidArgument, UnknownName

Theme = Literal["light", "dark"]
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
    "M-1.1,-1.1L1.1,-1.1L-1.1,1.1L1.1,1.1Z",
]
"""Shapes of points, most different first: with the colours they tell apart what a colour alone cannot."""

DASHES: list[list[int]] = [[1, 0], [7, 3], [2, 2.5], [9, 3, 2, 3], [12, 4]]  # type: ignore[list-item]
"""Strokes of lines, solid first."""

FONT = "Helvetica, Arial, 'Liberation Sans', sans-serif"

SI = (
    "datum.value == 0 ? '0' : abs(datum.value) >= 1000 ? format(datum.value, '~s') : "
    "abs(datum.value) < 1e-3 ? format(datum.value, '.0e') : format(datum.value, '~r')"
)
"""Vega expression that writes a tick as 0.01, 1, 100, 1k, 20k, 1M."""

DECADE = "abs(log(datum.value) / LN10 - round(log(datum.value) / LN10)) < 1e-6"
"""Vega expression that is true for powers of ten."""


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
LOOKS = {
    "light": Look(
        "#ffffff", "#1f2328", "#59636e", "#e7eaee", tuple(OKABE_ITO[one] for one in _ORDER["light"]), "blues"
    ),
    "dark": Look("#0d1117", "#e6edf3", "#9198a1", "#262c36", tuple(OKABE_ITO[one] for one in _ORDER["dark"]), "blues"),
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


def colour_scale(names: Sequence[str], theme: Theme) -> alt.Scale:
    """One colour for each name; they repeat after the seventh, where shapes go on telling them apart."""
    series = look(theme).series
    return alt.Scale(domain=list(names), range=[series[i % len(series)] for i in range(len(names))])


def shape_scale(names: Sequence[str]) -> alt.Scale:
    """One shape for each name."""
    return alt.Scale(domain=list(names), range=[SHAPES[i % len(SHAPES)] for i in range(len(names))])


def dash_scale(names: Sequence[str]) -> alt.Scale:
    """One stroke for each name."""
    return alt.Scale(domain=list(names), range=[DASHES[i % len(DASHES)] for i in range(len(names))])


def log_scale(domain: tuple[float, float] | None = None) -> alt.Scale:
    """A logarithmic scale; marks outside a given domain are clipped."""
    return alt.Scale(type="log") if domain is None else alt.Scale(type="log", domain=list(domain), nice=False)


def si_axis(title: str, log: bool = False) -> alt.Axis:
    """An axis whose ticks read 1, 100, 1k, 1M."""
    if log:
        return alt.Axis(
            title=title,
            labelExpr=f"{DECADE} ? ({SI}) : ''",
            labelOverlap=False,
            gridOpacity=alt.condition(DECADE, alt.value(1), alt.value(0)),
            tickSize=alt.condition(DECADE, alt.value(6), alt.value(3)),
        )
    return alt.Axis(title=title, labelExpr=SI)


def size_of(width: float, height: float) -> None:
    """Raises InvalidArgument unless both are positive pixels."""
    for name, value in (("width", width), ("height", height)):
        if not value > 0:
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
        "labelLimit": 320,
    }
    title = {
        "color": now.ink,
        "subtitleColor": now.muted,
        "fontSize": 15,
        "subtitleFontSize": 12,
        "fontWeight": "bold",
        "anchor": "start",
        "frame": "group",
        "offset": 12,
    }
    done: Chart = chart.configure(
        background=now.background,
        font=FONT,
        padding=12,
        axis=axis,
        legend=legend,
        title=title,
        header={"labelColor": now.ink, "titleColor": now.muted, "labelFontSize": 12},
        view={"stroke": None},
    )
    return done
