# SPDX-License-Identifier: BSD-3-Clause
"""Draws the pictures of the documentation from the library: ``python docs/images/make.py``."""

from __future__ import annotations

import sys
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


def main(folder: Path) -> None:
    chart = qb.plot.roofline(["zcu104_dpu", "jetson_tx2:maxn", "ultra96_dpu"], NETWORKS, width=600, height=390)
    qb.plot.save(chart, folder / "roofline.svg")
    qb.plot.save(qb.plot.heatmap("imagenet"), folder / "heatmap.svg")

    batches = [1, 2, 4, 8, 16, 32, 64]
    rows = qb.estimates(["resnet50", "mobilenet_v1"], ["t4"], datatypes=["fp16"], batches=batches)
    qb.plot.save(qb.plot.batch_curves(rows), folder / "batching.svg")

    text = qb.catalogue_file("measurements", "level3.csv")
    measured = [one for one in qb.parse_measurements(text, "qutibench") if one.platform in PREDICTED_DEVICES]
    chart = qb.plot.predicted_against_measured(qb.efficiency(qb.best_of(measured)))
    qb.plot.save(chart, folder / "bound.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
