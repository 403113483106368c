# SPDX-License-Identifier: BSD-3-Clause
"""Whether two transforms get in each other's way, as squares (thesis section 8.3.2, table 8.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from ..errors import InvalidArgument
from .rows import Row, device_of, need, positive, rows_of
from .style import Layer, Theme, compact, dressed, inline, layered, look

_ALIASES = {"original": "a", "second": "b", "first": "c", "both": "d"}
_CORNERS = {"a": (0.0, 1.0), "b": (1.0, 1.0), "c": (0.0, 0.0), "d": (1.0, 0.0)}
_UNITS = {"latency_ms": "latency [ms]", "throughput_fps": "throughput [inputs/s]"}


def _labelled(row: Row) -> Row:
    figures = row.get("recomputed") or row.get("published")
    if hasattr(figures, "both"):  # a row of qb.table_8_1
        row = row | {name: getattr(figures, name) for name in _ALIASES}
    known = {_ALIASES.get(name, name): value for name, value in row.items()}
    metric = str(known.get("metric") or known.get("figure") or "")
    what = {"latency": "latency [s]", "throughput": "throughput [inputs/s]"} | _UNITS
    head = " \u00b7 ".join(filter(None, [str(known.get("network") or ""), device_of(known)]))
    return known | {"head": head, "what": what.get(metric, metric.replace("_", " "))}


def _names(row: Row) -> dict[str, str]:
    """What is at each corner, from the columns of table 8.1 where a row has them."""
    keep = [row.get("from_pruning_percent"), row.get("to_pruning_percent")]
    types = [str(row.get("from_datatype") or "original"), str(row.get("to_datatype") or "quantised")]
    kept = [f" {one:g} %" if isinstance(one, (int, float)) else "" for one in keep]
    if not any(kept):
        return {"a": "original", "b": "quantised", "c": "pruned", "d": "both"}
    return {
        "a": types[0] + kept[0],
        "b": types[1] + kept[0],
        "c": types[0] + kept[1],
        "d": types[1] + kept[1],
    }


def orthogonality_squares(
    rows: Any, *, columns: int = 3, theme: Theme = "light", size: float = 170, title: str = ""
) -> alt.ConcatChart:
    """One square for each row: the original at the upper left, quantised right of it, pruned below, both at the corner.

    rows: with ``a`` (original), ``b`` (quantised), ``c`` (pruned) and ``d`` (both), as table 8.1 and
    ``data/measurements/table_8_1_orthogonality.csv`` have them, or ``original``, ``second``, ``first``, ``both``, or
    those of ``qb.table_8_1`` as recomputed. The sides say by what factor each step changes the figure; in the middle is
    p2 / p1, which is 100 % where the transforms are orthogonal, and green within 10 % of that. columns: squares side by
    side; size: pixels of a side.

    Raises UnknownName for a missing column, InvalidArgument for figures that are not positive.
    """
    if columns < 1:
        raise InvalidArgument(f"columns must be at least 1, not {columns}")
    known, note = need([_labelled(row) for row in rows_of(rows)], "a", "b", "c", "d")
    positive(known, "a", "b", "c", "d")
    squares = [_square(row, theme, size) for row in known]
    chart = alt.concat(*squares, columns=min(columns, len(squares)), spacing=46)
    return dressed(chart, theme, title, note)


def _square(row: Row, theme: Theme, size: float) -> alt.LayerChart:
    now = look(theme)
    names = _names(row)
    corners = [
        {"x": x, "y": y, "value": compact(row[key]), "name": names[key], "up": y > 0.5}
        for key, (x, y) in _CORNERS.items()
    ]
    ratio = (row["d"] * row["a"]) / (row["b"] * row["c"])
    sides = [
        _side("a", "b", row["b"] / row["a"]),
        _side("a", "c", row["c"] / row["a"]),
        _side("c", "d", row["d"] / row["c"]),
        _side("b", "d", row["d"] / row["b"]),
    ]
    axis: dict[str, Any] = {"axis": None, "scale": alt.Scale(domain=[-0.12, 1.12], nice=False)}
    place = {"x": alt.X("x:Q", **axis), "y": alt.Y("y:Q", **axis)}
    edges = alt.Chart(inline(sides)).mark_rule(color=now.muted, strokeWidth=1.5)
    layers: list[Layer] = [
        edges.encode(x2="x2:Q", y2="y2:Q", **place),
        alt.Chart(inline(corners)).mark_point(filled=True, size=120, color=now.series[0], opacity=1).encode(**place),
        *_corner_texts(corners, place, theme),
        *_side_texts(sides, axis, theme),
    ]
    verdict = now.series[2] if 0.9 <= ratio <= 1.1 else now.series[1]
    middle = alt.Chart(inline([{"x": 0.5, "y": 0.5, "text": f"{100 * ratio:.0f} %"}]))
    layers.append(middle.mark_text(fontSize=19, fontWeight="bold", color=verdict).encode(text="text:N", **place))
    head = alt.TitleParams(text=row["head"], subtitle=row["what"], fontSize=13, anchor="middle", offset=26)
    return layered(layers, size, size).properties(title=head)


def _side(one: str, other: str, factor: float) -> Row:
    (x, y), (x2, y2) = _CORNERS[one], _CORNERS[other]
    return {
        "x": x,
        "y": y,
        "x2": x2,
        "y2": y2,
        "at_x": (x + x2) / 2,
        "at_y": (y + y2) / 2,
        "text": f"\u00d7 {factor:.2f}",
    }


def _corner_texts(corners: Sequence[Row], place: dict[str, Any], theme: Theme) -> list[Layer]:
    now = look(theme)
    layers: list[Layer] = []
    for up in (True, False):
        base = alt.Chart(inline([one for one in corners if one["up"] is up]))
        sign = -1 if up else 1
        value = base.mark_text(dy=sign * 27, fontSize=12, color=now.ink)
        name = base.mark_text(dy=sign * 14, fontSize=10, color=now.muted)
        layers += [value.encode(text="value:N", **place), name.encode(text="name:N", **place)]
    return layers


def _side_texts(sides: Sequence[Row], axis: dict[str, Any], theme: Theme) -> list[Layer]:
    now = look(theme)
    layers: list[Layer] = []
    for one in sides:
        across = one["y"] == one["y2"]
        angle, dx, dy = (0, 0, 11 if one["y"] > 0.5 else -9) if across else (270, 0, 11 if one["x"] < 0.5 else -9)
        text = alt.Chart(inline([one])).mark_text(angle=angle, dx=dx, dy=dy, fontSize=11, color=now.ink)
        layers.append(text.encode(x=alt.X("at_x:Q", **axis), y=alt.Y("at_y:Q", **axis), text="text:N"))
    return layers
