#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""One factor at a time on the machine at hand, after BackboneAnalysis: a chain of convolutions, changed in its input,
batch, kernel, kind of convolution, width and depth; predicted, run, and drawn side by side.

usage: backbone_study.py [--results runs.csv] [--runner onnxruntime] [--chart backbone.html]
"""

import argparse
import sys
from pathlib import Path

import qutibench as qb

BASE = qb.Backbone(height=56, width=56, channels=64, kernel=3, layers=8)
LEVELS = {
    "input_sizes": [14, 28, 56, 112],
    "batches": [1, 2, 4, 8],
    "kernels": [1, 3, 5, 7],
    "channels": [16, 32, 64, 128],
    "types": ["standard", "depthwise", "grouped", "pointwise"],
    "layers": [2, 4, 8, 16],
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("backbone_study.csv"))
    parser.add_argument("--runner", default="onnxruntime")
    parser.add_argument("--statistic", default="median", help="of the latencies; 'min' where the machine is busy")
    parser.add_argument("--seconds", type=float, default=1.0, help="of measuring, for each run")
    parser.add_argument("--chart", type=Path, help="also draw: .html, .svg or .png, one file for each factor")
    chosen = parser.parse_args()
    host = qb.probe_host(threads=1, time_s=3)
    variants = qb.vary(BASE, **LEVELS)
    rates = []
    for one in variants:
        found = qb.run_all(
            {f"{one.factor} {one.level}": one.graph}, chosen.runner, batches=[one.batch], threads=[1],
            results=chosen.results, duration_s=chosen.seconds, repeats=1000, statistic=chosen.statistic,
        )  # fmt: skip
        rates.append(found[0].attained_throughput_ips if found else None)
    rows = qb.one_factor(variants, host, measured=rates, datatype="fp32")
    print(f"{'factor':18} {'level':>10} {'op/byte':>8} {'bound GOP/s':>12} {'measured':>9} {'share':>6}")
    for row in rows:
        bound, attained = row["performance_ops_per_s"], row["measured_performance_ops_per_s"]
        tail = f"{attained / 1e9:9.1f} {attained / bound:6.0%}" if attained else "   failed"
        density = row["operational_intensity_ops_per_byte"]
        print(f"{row['factor']:18} {row['level']:>10} {density:8.1f} {bound / 1e9:12.1f} {tail}")
    print("\nwidest first, what moves the measured inputs/s:")
    for bar in qb.tornado(rows, "measured_throughput_ips"):
        print(f"{bar['factor']:18} {bar['low']:9.1f} ({bar['low_level']}) to {bar['high']:9.1f} ({bar['high_level']})")
    if chosen.chart:
        for factor in dict.fromkeys(row["factor"] for row in rows if row["factor"] != "base"):
            levels = [
                row | {factor: row["level"] if row["value"] is None else row["value"]}
                for row in rows
                if row["factor"] == factor
            ]
            chart = qb.plot.one_factor(levels, factor, title=factor)
            path = chosen.chart.with_stem(f"{chosen.chart.stem}_{factor.replace(' ', '_')}")
            qb.plot.save(chart, path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
