# SPDX-License-Identifier: BSD-3-Clause
"""What the layers of a network cost, as stacked bars."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Literal

import altair as alt

from ..errors import InvalidArgument, UnknownName
from .rows import Row, need, rows_of
from .style import OKABE_ITO, Theme, colour_legend, dressed, inline, linear_axis, look, mixed, size_of

_PARTS = ("compute", "memory", "overhead")


def _parts(row: Row, place: int, overlap: str) -> list[Row]:
    time, compute, memory = row["time_s"], row.get("compute_time_s") or 0.0, row.get("memory_time_s") or 0.0
    shares = {"compute": compute, "memory": memory}
    if overlap == "full":
        shares = {"compute": compute if compute >= memory else 0.0, "memory": memory if memory > compute else 0.0}
    shares["overhead"] = max(0.0, time - sum(shares.values()))
    return [
        {
            "layer": row["layer"],
            "place": place,
            "part": part,
            "order": number,
            "ms": 1e3 * shares[part],
            "total": 1e3 * time,
            "compute": 1e3 * compute,
            "memory": 1e3 * memory,
        }
        for number, part in enumerate(_PARTS)
        if shares[part] > 1e-9 * time
    ]


def layer_bars(
    of: Any,
    *,
    overlap: Literal["full", "none"] = "full",
    theme: Theme = "light",
    width: float = 760,
    height: float = 280,
    title: str = "",
) -> alt.Chart:
    """What the layers of a network cost in milliseconds a call, stacked: computing, waiting for memory, overhead.

    of: what ``qb.explain`` returns, or rows with ``layer``, ``time_s``, ``compute_time_s`` and ``memory_time_s``.
    overlap: 'full' where computing hides moving or the reverse, so that the longer of the two is shown; 'none' where
    both count. Hover for both. Raises UnknownName, InvalidArgument for a workload without layers.
    """
    if overlap not in ("full", "none"):
        raise UnknownName(f"unknown overlap {overlap!r}; there are 'full' and 'none'")
    size_of(width, height)
    kernels: Iterable[Any] = getattr(of, "kernels", of)
    if kernels is not of and not list(kernels):
        raise InvalidArgument("the workload has no layers, only totals; analyze a graph to have them")
    known, note = need(rows_of(kernels), "layer", "time_s")
    bars = [part for place, row in enumerate(known) for part in _parts(row, place, overlap)]
    now = look(theme)
    colours = dict(zip(_PARTS, (now.series[0], now.series[1], mixed(OKABE_ITO["black"], "#ffffff", 0.55)), strict=True))
    there = [part for part in _PARTS if any(one["part"] == part for one in bars)]
    step = width / len(known)
    axis = alt.Axis(
        title="Layer, in order of execution",
        labels=step >= 11,
        ticks=False,
        labelAngle=-60 if step < 70 else 0,
        labelLimit=130,
        labelFontSize=10,
        labelExpr=f"{json.dumps([str(row['layer']) for row in known])}[datum.value]",
    )
    chart: alt.Chart = (
        alt.Chart(inline(bars))
        .mark_bar()
        .encode(
            x=alt.X("place:O", axis=axis, scale=alt.Scale(paddingInner=0.15 if step >= 4 else 0)),
            y=alt.Y("ms:Q", stack=True, axis=linear_axis("Time of a call [ms]")),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=there, range=[colours[part] for part in there]),
                legend=colour_legend(None, orient="top"),
            ),
            order="order:Q",
            tooltip=[
                alt.Tooltip("layer:N"),
                alt.Tooltip("total:Q", title="time [ms]", format=".4~r"),
                alt.Tooltip("compute:Q", title="computing [ms]", format=".4~r"),
                alt.Tooltip("memory:Q", title="moving [ms]", format=".4~r"),
            ],
        )
        .properties(width=width, height=height)
    )
    return dressed(chart, theme, title, note)
