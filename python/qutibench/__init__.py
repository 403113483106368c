# SPDX-License-Identifier: BSD-3-Clause
"""Predicts how fast a neural network runs on a device, and what limits it.

    import qutibench as qb
    w = qb.analyze(qb.zoo.resnet50())
    p = qb.platform("zcu104_dpu")
    qb.predict(w, p, datatype="int8", batch=1)

Figures are in SI units, and their names say so: ``latency_s``, ``throughput_ips`` (inputs per second),
``bandwidth_bytes_per_s``. What is not known is None. Errors are ``qb.Error`` and its leaves.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from . import errors, zoo
from ._core import (
    Accuracy,
    Breakdown,
    Datatype,
    Estimate,
    ExecutionParameters,
    Graph,
    KernelEstimate,
    Layer,
    LayerCost,
    LayerWorkload,
    MemoryLevel,
    NetworkEntry,
    Node,
    OperatingMode,
    ParetoArchive,
    Peak,
    PlacedTensor,
    Platform,
    Precision,
    Provenance,
    Tensor,
    TrainingWorkload,
    Workload,
    __version__,
    analyze,
    catalogue_file,
    catalogue_files,
    datatypes,
    epsilon_front,
    explain,
    hypervolume,
    layers,
    load_platform_folder,
    network,
    network_entry,
    networks,
    pareto_front,
    pareto_knee,
    pareto_ranks,
    platform,
    platforms,
    predict,
    save_network,
    training,
)
from .errors import (
    CountOverflow,
    Error,
    InvalidArgument,
    MissingPackage,
    ParseError,
    ShapeError,
    UnknownName,
    UnsupportedDatatype,
    UnsupportedOperator,
)

if TYPE_CHECKING:
    from . import plot, spaces, tables
    from .spaces import DesignSpace, Sweep, sweep
    from .tables import Table, estimates, heatmap, table

# What is loaded when it is first used, because it brings other packages.
_lazy = {
    "DesignSpace": "spaces",
    "Sweep": "spaces",
    "Table": "tables",
    "estimates": "tables",
    "heatmap": "tables",
    "plot": "plot",
    "spaces": "spaces",
    "sweep": "spaces",
    "table": "tables",
    "tables": "tables",
}


def __getattr__(name: str) -> object:
    home = _lazy.get(name)
    if home is None:
        raise AttributeError(f"module 'qutibench' has no attribute {name!r}")
    module = importlib.import_module(f".{home}", __name__)
    value: object = module if name == home else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_lazy})


__all__ = [
    "Accuracy",
    "Breakdown",
    "CountOverflow",
    "Datatype",
    "DesignSpace",
    "Error",
    "Estimate",
    "ExecutionParameters",
    "Graph",
    "InvalidArgument",
    "KernelEstimate",
    "Layer",
    "LayerCost",
    "LayerWorkload",
    "MemoryLevel",
    "MissingPackage",
    "NetworkEntry",
    "Node",
    "OperatingMode",
    "ParetoArchive",
    "ParseError",
    "Peak",
    "PlacedTensor",
    "Platform",
    "Precision",
    "Provenance",
    "ShapeError",
    "Sweep",
    "Table",
    "Tensor",
    "TrainingWorkload",
    "UnknownName",
    "UnsupportedDatatype",
    "UnsupportedOperator",
    "Workload",
    "__version__",
    "analyze",
    "catalogue_file",
    "catalogue_files",
    "datatypes",
    "epsilon_front",
    "errors",
    "estimates",
    "explain",
    "heatmap",
    "hypervolume",
    "layers",
    "load_platform_folder",
    "network",
    "network_entry",
    "networks",
    "pareto_front",
    "pareto_knee",
    "pareto_ranks",
    "platform",
    "platforms",
    "plot",
    "predict",
    "save_network",
    "spaces",
    "sweep",
    "table",
    "tables",
    "training",
    "zoo",
]
