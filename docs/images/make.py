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


def main(folder: Path) -> None:
    chart = qb.plot.roofline(["zcu104_dpu", "jetson_tx2:maxn", "ultra96_dpu"], NETWORKS, width=600, height=390)
    qb.plot.save(chart, folder / "roofline.svg")
    qb.plot.save(qb.plot.heatmap("imagenet"), folder / "heatmap.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
