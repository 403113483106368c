# SPDX-License-Identifier: BSD-3-Clause
"""Charts of predictions and measurements: ``qb.plot.roofline("zcu104_dpu", ["resnet50", "cnv"])``.

Each function returns an Altair chart, interactive in a notebook (hover for figures, drag and scroll to zoom, click a
legend to single out), with units on every axis. ``theme="dark"`` suits dark pages; ``save`` writes PNG, SVG, PDF and
HTML offline. Rows are what ``what_if --format json`` prints: a qb.Table, a pandas or Arrow table, mappings, estimates
or measurements. Needs ``pip install 'qutibench[plot]'``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ..tables import require

if TYPE_CHECKING:
    from .agreement import predicted_against_measured
    from .bars import efficiency_bars, performance_bars
    from .curves import batch_curves, latency_throughput, one_factor
    from .frontiers import pareto
    from .heatmaps import heatmap
    from .kernels import layer_bars
    from .rooflines import roofline
    from .saving import save
    from .sensitivity import tornado
    from .squares import orthogonality_squares
    from .style import OKABE_ITO, SHAPES

_home = {
    "OKABE_ITO": "style",
    "SHAPES": "style",
    "batch_curves": "curves",
    "efficiency_bars": "bars",
    "heatmap": "heatmaps",
    "latency_throughput": "curves",
    "layer_bars": "kernels",
    "one_factor": "curves",
    "orthogonality_squares": "squares",
    "pareto": "frontiers",
    "performance_bars": "bars",
    "predicted_against_measured": "agreement",
    "roofline": "rooflines",
    "save": "saving",
    "tornado": "sensitivity",
}


def __getattr__(name: str) -> object:
    home = _home.get(name)
    if home is None:
        raise AttributeError(f"module 'qutibench.plot' has no attribute {name!r}")
    require("altair", "plot")
    value: object = getattr(importlib.import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "OKABE_ITO",
    "SHAPES",
    "batch_curves",
    "efficiency_bars",
    "heatmap",
    "latency_throughput",
    "layer_bars",
    "one_factor",
    "orthogonality_squares",
    "pareto",
    "performance_bars",
    "predicted_against_measured",
    "roofline",
    "save",
    "tornado",
]
