#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Do pruning and quantisation add up on the machine at hand? cnv at four widths, fp32 and int8, measured and predicted.

Prints what the thesis' table 8.1 shows for its devices: what pruning does to the network as it is (p1) and to the
quantised one (p2). p2 / p1 = 1 where the two add up; of latencies, more means that they get in each other's way. int8
is quantised by the runtime's own tools.

usage: orthogonality_study.py [--results runs.csv] [--runner openvino] [--batch 1] [--chart squares.html]
"""

import argparse
import sys
from pathlib import Path

import qutibench as qb

WIDTHS = (1.0, 0.5, 0.25, 0.125)
DATATYPES = ("fp32", "int8")


def measured(chosen: argparse.Namespace) -> list[qb.Measurement]:
    """Every width in every datatype; what the file of results has is not run again."""
    found: list[qb.Measurement] = []
    for keep in WIDTHS:
        for datatype in DATATYPES:
            runs = qb.run_all(
                {"cnv": qb.zoo.cnv(keep=keep)}, chosen.runner, batches=[chosen.batch], threads=[1], keep=keep,
                datatype=datatype, results=chosen.results, duration_s=chosen.seconds, repeats=2000,
                statistic=chosen.statistic,
            )  # fmt: skip
            for row in runs.failed:
                print(f"failed: keep {keep:g}, {datatype}: {row['error']}")
            found += runs
    return found


def predicted_latency(host: qb.Platform, keep: float, datatype: str, batch: int) -> float:
    net = qb.analyze(qb.zoo.cnv(keep=keep))
    return batch / qb.predict(net, host, datatype=datatype, batch=batch).throughput_ips


def squares(runs: list[qb.Measurement], host: qb.Platform, batch: int) -> list[dict[str, object]]:
    """A row for each width below 1, measured and predicted."""
    rows = []
    for keep in WIDTHS[1:]:
        original, first = ("cnv", 1.0, "fp32"), ("cnv", keep, "fp32")
        second, both = ("cnv", 1.0, "int8"), ("cnv", keep, "int8")
        corners = [predicted_latency(host, one[1], one[2], batch) for one in (original, first, second, both)]
        kinds = {
            "measured": qb.orthogonality(runs, runs[0], original, first, second, both, figure="latency"),
            "predicted": qb.Orthogonality(*corners),
        }
        for kind, one in kinds.items():
            rows.append(
                {"network": f"cnv, keep {keep:g}, {kind}", "platform": "host", "metric": "latency"}
                | {name: getattr(one, name) for name in ("original", "first", "second", "both", "p1", "p2", "ratio")}
            )
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=Path("orthogonality_study.csv"))
    parser.add_argument("--runner", default="onnxruntime")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--statistic", default="median", help="of the latencies; 'min' where the machine is busy")
    parser.add_argument("--seconds", type=float, default=2.0, help="of measuring, for each run")
    parser.add_argument("--chart", type=Path, help="also draw the squares: .html, .svg or .png")
    chosen = parser.parse_args()
    host = qb.probe_host(threads=1, time_s=3)
    runs = measured(chosen)
    if len(runs) < len(WIDTHS) * len(DATATYPES):
        return 1
    rows = squares(runs, host, chosen.batch)
    print(f"{'cnv, latency [ms]':28} {'A: as is':>10} {'C: pruned':>10} {'B: int8':>10} {'D: both':>10}", end="")
    print(f" {'p1':>6} {'p2':>6} {'p2/p1':>6}")
    for row in rows:
        figures = " ".join(f"{row[name] * 1e3:10.3f}" for name in ("original", "first", "second", "both"))
        print(f"{row['network'][5:]:28} {figures} {row['p1']:6.2f} {row['p2']:6.2f} {row['ratio']:6.2f}")
    if chosen.chart:
        corners = ("original", "first", "second", "both")
        in_ms = [row | {"metric": "latency_ms"} | {name: 1e3 * row[name] for name in corners} for row in rows]
        qb.plot.save(qb.plot.orthogonality_squares(in_ms, columns=2), chosen.chart)
    return 0


if __name__ == "__main__":
    sys.exit(main())
