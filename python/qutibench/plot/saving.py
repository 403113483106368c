# SPDX-License-Identifier: BSD-3-Clause
"""Charts as files, without a network or a browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import altair as alt

from ..errors import InvalidArgument, UnknownName
from ..tables import require

_KINDS = ("html", "json", "pdf", "png", "svg")


def save(chart: alt.TopLevelMixin, path: str | os.PathLike[str], scale: float = 2.0) -> Path:
    """Writes a chart as .png, .svg, .pdf, .html or .json, whichever the path ends in; returns the path.

    HTML holds everything it needs and stays interactive; JSON is the Vega-Lite specification. scale: pixels of a PNG
    for each pixel of the chart. Nothing is fetched. Raises UnknownName for another ending, InvalidArgument for a scale
    that is not positive, MissingPackage without vl-convert-python, OSError where the file cannot be written.
    """
    where = Path(path)
    kind = where.suffix.lower().lstrip(".")
    if kind not in _KINDS:
        raise UnknownName(f"cannot tell from {where.name!r} what to write; it should end in .{', .'.join(_KINDS)}")
    if not scale > 0:
        raise InvalidArgument(f"scale must be positive, not {scale}")
    if kind == "json":
        where.write_text(chart.to_json(), encoding="utf-8")
        return where
    convert: Any = require("vl_convert", "plot")
    specification = chart.to_dict()
    version = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
    if kind == "png":
        where.write_bytes(convert.vegalite_to_png(specification, vl_version=version, scale=scale))
    elif kind == "pdf":
        where.write_bytes(convert.vegalite_to_pdf(specification, vl_version=version))
    elif kind == "svg":
        where.write_text(convert.vegalite_to_svg(specification, vl_version=version), encoding="utf-8")
    else:
        where.write_text(convert.vegalite_to_html(specification, vl_version=version, bundle=True), encoding="utf-8")
    return where


def offline() -> None:
    """Shows charts in notebooks as still pictures (SVG), which need no network and stay in the file, from here on.

    Raises MissingPackage without vl-convert-python.
    """
    require("vl_convert", "plot")
    alt.renderers.enable("svg")
