# SPDX-License-Identifier: BSD-3-Clause
"""Draws the pictures of the documentation from the library: ``python docs/images/make.py``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import qutibench as qb

NETWORKS = [
    "googlenet_v1",
    "mobilenet_v1",
    "resnet50",
    "efficientnet_edgetpu_s",
    "efficientnet_edgetpu_m",
    "efficientnet_edgetpu_l",
    "cnv",
    "mlp",
]
PREDICTED_DEVICES = ("jetson_tx2", "ncs2", "ultra96_dpu", "zcu102_dpu", "zcu104_bismo", "zcu104_finn")
EFFICIENCIES = (("jetson_tx2", "fp16"), ("ncs2", "fp16"), ("zcu102_dpu", "int8"))
SQUARES = (("cnv", "jetson_tx2"), ("cnv", "zcu104_finn"), ("mlp", "zcu104_finn"))


def best_deployments(devices: Sequence[str]) -> list[qb.EfficiencyRow]:
    """The best published run of each network in each datatype on these devices, beside its bound."""
    text = qb.catalogue_file("measurements", "level3.csv")
    measured = [one for one in qb.parse_measurements(text, "qutibench") if one.platform in devices]
    return qb.efficiency(qb.best_of(measured))


def efficiencies() -> list[qb.EfficiencyRow]:
    """Unpruned networks, in one datatype on each device."""
    rows = best_deployments([device for device, _ in EFFICIENCIES])
    return [row for row in rows if row.measurement.keep == 1 and _device(row) in EFFICIENCIES]


def _device(row: qb.EfficiencyRow) -> tuple[str, str]:
    return row.measurement.platform, row.measurement.datatype


def squares() -> list[dict[str, object]]:
    """Rows of table 8.1, computed from the measurements of all four variants."""
    return [
        {"network": row["network"], "platform": row["platform"], "metric": "throughput"}
        | {name: getattr(row["recomputed"], name) for name in ("original", "first", "second", "both")}
        for row in qb.table_8_1()
        if row["metric"] == "throughput_fps" and (row["network"], row["platform"]) in SQUARES
    ]


def main(folder: Path) -> None:
    chart = qb.plot.roofline(["zcu104_dpu", "jetson_tx2:maxn", "ultra96_dpu"], NETWORKS, width=600, height=390)
    qb.plot.save(chart, folder / "roofline.svg")
    qb.plot.save(qb.plot.heatmap("imagenet"), folder / "heatmap.svg")

    batches = [1, 2, 4, 8, 16, 32, 64]
    rows = qb.estimates(["resnet50", "mobilenet_v1"], ["t4"], datatypes=["fp16"], batches=batches)
    qb.plot.save(qb.plot.batch_curves(rows), folder / "batching.svg")

    chart = qb.plot.predicted_against_measured(best_deployments(PREDICTED_DEVICES))
    qb.plot.save(chart, folder / "bound.svg")
    qb.plot.save(qb.plot.efficiency_bars(efficiencies()), folder / "efficiency.svg")
    qb.plot.save(qb.plot.orthogonality_squares(squares()), folder / "orthogonality.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
