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
    from .saving import offline, save
    from .sensitivity import tornado
    from .squares import orthogonality_squares
    from .studies import (
        box_and_whiskers,
        hardware_cost,
        levels,
        power_performance,
        radar,
        requirements,
        stacked_power,
        system_compute,
    )
    from .style import OKABE_ITO, SHAPES

_home = {
    "OKABE_ITO": "style",
    "SHAPES": "style",
    "batch_curves": "curves",
    "box_and_whiskers": "studies",
    "efficiency_bars": "bars",
    "hardware_cost": "studies",
    "heatmap": "heatmaps",
    "latency_throughput": "curves",
    "layer_bars": "kernels",
    "levels": "studies",
    "offline": "saving",
    "one_factor": "curves",
    "orthogonality_squares": "squares",
    "pareto": "frontiers",
    "performance_bars": "bars",
    "power_performance": "studies",
    "predicted_against_measured": "agreement",
    "radar": "studies",
    "requirements": "studies",
    "roofline": "rooflines",
    "save": "saving",
    "stacked_power": "studies",
    "system_compute": "studies",
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
    "box_and_whiskers",
    "efficiency_bars",
    "hardware_cost",
    "heatmap",
    "latency_throughput",
    "layer_bars",
    "levels",
    "offline",
    "one_factor",
    "orthogonality_squares",
    "pareto",
    "performance_bars",
    "power_performance",
    "predicted_against_measured",
    "radar",
    "requirements",
    "roofline",
    "save",
    "stacked_power",
    "system_compute",
    "tornado",
]
