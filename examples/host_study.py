#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Predicted and measured on the machine at hand: the zoo in fp32, beside the roofs that a probe of it found.

Prints how much of its bound each network attains, whether any run beats it, and how far off the bound and a calibration
are on networks that the calibration has not seen. Stopped, it goes on where it was: measured runs are in the CSV.

usage: host_study.py [--results runs.csv] [--runner onnxruntime] [--threads N] [--batches 1 8] [NETWORK...]
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import qutibench as qb
from qutibench.campaign import run_all

TOO_LARGE = {"llama2_7b", "llama2_7b_decode", "unet"}
ALLOWED = 1.05
"""Efficiency from which a run is above its bound: clocks and the probe are steady to a few per cent."""


def probed(path: Path, threads: int | None) -> qb.Platform:
    """The probe that belongs to the results: made once, kept beside them."""
    if path.exists():
        return qb.platform(str(path))
    host = qb.probe_host(threads=threads)
    host.save(path)
    return host


def mean_error(pairs: Sequence[tuple[float, float]]) -> float:
    """Mean of |predicted / measured - 1|."""
    return sum(abs(predicted / measured - 1) for predicted, measured in pairs) / len(pairs)


def show_efficiency(rows: Sequence[qb.EfficiencyRow]) -> None:
    print(f"{'network':24} {'batch':>5} {'measured [ms]':>14} {'bound [ms]':>11} {'efficiency':>10}")
    for row in sorted(rows, key=lambda one: -(one.efficiency or 0)):
        one = row.measurement
        bound = one.batch / row.predicted.throughput_ips
        flags = "  " + "; ".join(row.flags) if row.flags else ""
        print(
            f"{one.network:24} {one.batch:5} {one.latency_s * 1e3:14.3f} {bound * 1e3:11.3f} "
            f"{row.efficiency:10.3f}{flags}"
        )
    values = sorted(row.efficiency for row in rows)
    above = [row for row in rows if row.efficiency > ALLOWED]
    print(f"\n{len(rows)} runs: efficiency {values[0]:.3f} to {values[-1]:.3f}, median {values[len(values) // 2]:.3f};")
    print(f"{len(above)} above {ALLOWED} of their bound" + ("" if not above else ", flagged with the reason"))


def show_calibration(
    runs: Sequence[qb.Measurement], rows: Sequence[qb.EfficiencyRow], work: dict[str, qb.Workload], host: qb.Platform
) -> None:
    names = sorted(work, key=lambda name: work[name].operations)
    if len(names) < 4:
        print("\na calibration needs four networks; there are", len(names))
        return
    bound = mean_error([(row.predicted.throughput_ips, row.measured_throughput_ips) for row in rows])
    fitted = qb.calibrate(runs, work, host)
    left_out = fitted.validation
    print(f"\nmean error of the bound: {bound:.1%}")
    print(f"mean error of the calibration, each network in turn left out: {left_out.mape:.1%} ({fitted.structure})")
    seen = set(names[::2])
    half = qb.calibrate([one for one in runs if one.network in seen], work, host)
    unseen = [one for one in runs if one.network not in seen]
    pairs = [(half.predict(one).throughput_ips, one.attained_throughput_ips) for one in unseen]
    print(f"mean error of a calibration on every other network, on the rest: {mean_error(pairs):.1%}")
    print(f"\n{'network, left out':24} {'batch':>5} {'error':>7}")
    for one in sorted(left_out.rows, key=lambda one: -one.error):
        print(f"{one.network:24} {one.deployment_value:5} {one.error:7.1%}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", help="names of the zoo; all but the largest by default")
    parser.add_argument("--results", type=Path, default=Path("host_study.csv"))
    parser.add_argument("--runner", default="onnxruntime")
    parser.add_argument("--threads", type=int)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8])
    parser.add_argument("--statistic", default="median", help="of the latencies; 'min' where the machine is busy")
    parser.add_argument("--seconds", type=float, default=6.0, help="of measuring, for each run")
    chosen = parser.parse_args()
    host = probed(chosen.results.with_suffix(".platform.json"), chosen.threads)
    print(f"{host.name}: {host}\n")
    names = chosen.networks or [name for name in qb.zoo.names() if name not in TOO_LARGE]
    runs = run_all(
        names, chosen.runner, batches=chosen.batches, threads=[chosen.threads], results=chosen.results,
        duration_s=chosen.seconds, repeats=200, statistic=chosen.statistic,
    )  # fmt: skip
    for row in runs.failed:
        print(f"failed: {row['network']}, batch {row['batch']}: {row['error']}")
    if not runs:
        return 1
    work = {name: qb.analyze(getattr(qb.zoo, name)()) for name in dict.fromkeys(one.network for one in runs)}
    rows = qb.efficiency(runs, work, {"host": host})
    show_efficiency(rows)
    show_calibration(runs, rows, work, host)
    return 0


if __name__ == "__main__":
    sys.exit(main())
