#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""How fast the library is beside what people use today, measured side by side in one run.

usage: performance.py [--only WORD...] [--benchmarks DIR] [--write docs/performance.md]

Prints a table of ratios; --write also puts it, and a figure, between the markers of that page. Peers that are not
installed are left out and named. All times are CPU seconds of one thread, the best of several turns, peers and library
taking turns; only the gain of a second core is wall time. Needs the package and the programs of build/release.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.metadata
import io
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import qutibench as qb

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Row:
    """A figure of the library beside that of a peer or a goal. A ratio above 1: the library wins."""

    what: str
    ours: str
    peer: str = ""
    theirs: str = ""
    ratio: float | None = None
    goal: str = ""


def cpu_seconds(run: Callable[[], object]) -> float:
    begin = time.process_time()
    run()
    return time.process_time() - begin


def take_turns(*runs: Callable[[], object], turns: int = 3, least: float = 0.05) -> list[float]:
    """The best time of each; short ones are repeated within a turn."""
    repeats = [max(1, round(least / max(cpu_seconds(run), 1e-9))) for run in runs]
    best = [float("inf")] * len(runs)
    for _ in range(turns):
        for i, run in enumerate(runs):
            took = cpu_seconds(lambda run=run, n=repeats[i]: [run() for _ in range(n)]) / repeats[i]
            best[i] = min(best[i], took)
    return best


def shown(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def installed(name: str) -> object | None:
    try:
        return importlib.import_module(name)
    except ImportError:
        missing.add(name)
        return None


missing: set[str] = set()
programs = ROOT / "build/release/benchmarks"


def program(*filters: str, of: str = "benchmark_sweep") -> dict[str, dict[str, float]]:
    """The counters and times of the C++ benchmarks that match, by name; the best of three turns each."""
    command = [programs / of, f"--benchmark_filter={'|'.join(filters)}", "--benchmark_format=json"]
    command += ["--benchmark_repetitions=3", "--benchmark_min_time=0.1"]
    out = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True).stdout
    found: dict[str, dict[str, float]] = {}
    for one in json.loads(out)["benchmarks"]:
        if one["run_type"] == "iteration":
            name = re.sub("/(process_time|real_time)", "", one["name"])
            if name not in found or one["cpu_time"] < found[name]["cpu_time"]:
                found[name] = one
    return found


# --- design spaces ---------------------------------------------------------------------------------------------------


def broadcast(points: int) -> Callable[[], tuple[np.ndarray, ...]]:
    """Level 0 of 5 networks on 6 devices in 2 datatypes as a NumPy user writes it: throughput, latency, intensity."""
    random = np.random.default_rng(1)
    work = random.random((5, 1, 1, 1)) * 1e9
    weights = random.random((5, 1, 1, 1)) * 1e7
    peak = random.random((1, 6, 2, 1)) * 1e12
    bandwidth = random.random((1, 6, 1, 1)) * 1e10
    bits = np.array([8, 16]).reshape(1, 1, 2, 1)
    batch = np.arange(1, points // 60 + 1).reshape(1, 1, 1, -1)

    def run() -> tuple[np.ndarray, ...]:
        operations = work * batch
        traffic = weights * bits / 8
        latency = np.maximum(operations / peak, traffic / bandwidth)
        return batch / latency, latency, operations / traffic

    return run


def layers_in_a_second(one: dict[str, float]) -> float:
    """Of CPU time."""
    return one["layers"] * one["real_time"] / one["cpu_time"]


def spaces() -> Iterator[Row]:
    large, small = 100_000_000, 1_200_000
    (peer,) = take_turns(broadcast(large), turns=2)
    (cached,) = take_turns(broadcast(small), turns=5)
    found = program("level_0_.*/1/100000000")
    for name, what in (
        ("columns", "throughput, latency and intensity of 10^8 points"),
        ("front", "front of throughput and latency of 10^8 points"),
        ("best", "ten best of 10^8 points"),
    ):
        seconds = found[f"level_0_{name}/1/{large}"]["cpu_time"] / 1e3
        rate = large / seconds
        goal = "5" if name == "columns" else ""
        yield Row(
            what, f"{rate / 1e6:.0f} M/s", "NumPy broadcast", f"{large / peer / 1e6:.0f} M/s", peer / seconds, goal
        )
        if name == "columns":
            against = f"{small / cached / 1e6:.0f} M/s"
            ratio = rate * cached / small
            yield Row(what, f"{rate / 1e6:.0f} M/s", "NumPy, 1.2 million points at a time", against, ratio)
    both = [one for one in qb.platforms() if {"int8", "fp16"} <= qb.platform(one).peaks.keys()][:6]
    axes: dict[str, Any] = {
        "networks": ["cnv", "mlp", "resnet50", "googlenet_v1", "mobilenet_v1"],
        "platforms": both,
        "datatypes": ["int8", "fp16"],
        "batches": range(1, 20_001),
    }

    def table() -> object:
        found = qb.sweep(**axes, workers=1)
        assert len(found) == small
        return [found[name] for name in ("throughput_ips", "latency_s", "operational_intensity_ops_per_byte")]

    by_broadcast = broadcast(small)

    def array_table() -> object:
        throughput, latency, intensity = by_broadcast()
        return throughput, latency, np.broadcast_to(intensity, latency.shape).copy()

    ours, peer = take_turns(table, array_table, turns=5)
    rates = [f"{small / seconds / 1e6:.0f} M/s" for seconds in (ours, peer)]
    what = "`qb.sweep`, a table of 1.2 million rows and their intensity"
    yield Row(what, rates[0], "NumPy broadcast", rates[1], peer / ours, "2")

    found = program("layer_by_layer/1/2000000/0", "layer_by_layer/1/100000/[12]", "one_by_one")
    for name, what, goal in (
        ("layer_by_layer/1/2000000/0", "published", 200),
        ("layer_by_layer/1/100000/1", "by capacity", 50),
        ("layer_by_layer/1/100000/2", "by capacity, as pipelines", 50),
    ):
        layers = layers_in_a_second(found[name])
        figure = f"{layers / 1e6:.0f} M/s"
        yield Row(f"layers evaluated, {what}", figure, "goal", f"{goal} M/s", layers / goal / 1e6, "1")
        if goal == 50:
            single = layers_in_a_second(found["one_by_one/" + name[-1]])
            rate = f"{single / 1e6:.1f} M/s"
            yield Row(f"the same, {what}", figure, "one `predict` each", rate, layers / single, "10")
    one = program("level_0_front/2/1000000000")["level_0_front/2/1000000000"]
    resident = one["resident_mb"]
    what = "resident memory for the front of 10^9 points"
    yield Row(what, f"{resident:.0f} MB", "goal", "200 MB", 200 / resident, "1")
    both = program("layer_by_layer/./2000000/0", "level_0_columns", "level_0_front/./100000000")
    busy = os.getloadavg()[0] > 1  # of this process itself
    clock, how = ("cpu_time", "from the CPU time of both") if busy else ("real_time", "wall time")
    for what, name in (
        ("layers", "layer_by_layer/{}/2000000/0"),
        ("level 0", "level_0_columns/{}/100000000"),
        ("front", "level_0_front/{}/100000000"),
    ):
        alone, together = (both[name.format(threads)][clock] for threads in (1, 2))
        gain = alone / together * (2 if busy else 1)
        yield Row(f"a second core, {what}, {how}", f"{gain:.2f} times", "goal", "1.8 times", gain / 1.8, "1")


# --- frontiers -------------------------------------------------------------------------------------------------------


def sphere(random: np.random.Generator, rows: int, objectives: int) -> np.ndarray:
    points = np.abs(random.standard_normal((rows, objectives)))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def frontiers() -> Iterator[Row]:
    moocore, paretoset = installed("moocore"), installed("paretoset")
    random = np.random.default_rng(1)
    uniform = [(2, 10_000_000), (3, 1_000_000), (4, 1_000_000), (5, 1_000_000), (6, 100_000)]
    spherical = [(2, 1_000_000), (3, 100_000), (4, 50_000), (5, 20_000), (6, 20_000)]
    for kind, sets in (("uniform", uniform), ("on a sphere", spherical)):
        for objectives, rows in sets:
            flat = kind == "uniform"
            points = random.random((rows, objectives)) if flat else sphere(random, rows, objectives)
            runs = {"": lambda points=points, d=objectives: qb.pareto_front(points, [False] * d)}
            if moocore:
                runs["moocore"] = lambda points=points: moocore.is_nondominated(points)
            if paretoset and flat:
                paretoset.paretoset(points[:1000], ["min"] * objectives)  # compiles
                runs["paretoset"] = lambda points=points, d=objectives: paretoset.paretoset(points, ["min"] * d)
            times = dict(zip(runs, take_turns(*runs.values()), strict=True))
            ours = times.pop("")
            if times:
                peer = min(times, key=times.__getitem__)
                yield Row(f"front of {rows:,} points {kind}, {objectives} objectives", shown(ours), peer,
                          shown(times[peer]), times[peer] / ours, "2" if flat else "1")  # fmt: skip
    if not moocore:
        return
    volumes = [(2, 100_000), (3, 100_000), (4, 300), (4, 3000), (5, 100), (5, 300), (5, 1000), (5, 3000)]
    volumes += [(6, 100), (7, 60), (8, 50)]
    for what, library, peer, sets in (
        ("hypervolume", qb.hypervolume, moocore.hypervolume, volumes),
        ("contributions", qb.hypervolume_contributions, moocore.hv_contributions, [(2, 10_000), (3, 10_000), (4, 300)]),
    ):
        for objectives, rows in sets:
            count = max(2, 10_000 // rows)
            fronts = [sphere(random, rows, objectives) for _ in range(count)]
            worst = np.full(objectives, 1.1)
            ours, theirs = take_turns(
                lambda run=library, fronts=fronts, worst=worst: [run(points, worst) for points in fronts],
                lambda run=peer, fronts=fronts, worst=worst: [run(points, ref=worst) for points in fronts],
            )
            yield Row(f"{what} of {rows:,} points, {objectives} objectives", shown(ours / count), "moocore",
                      shown(theirs / count), theirs / ours, "1")  # fmt: skip
    for objectives, rows in ((2, 100_000), (3, 100_000), (3, 1000), (4, 10_000)):
        sets = [random.random((rows, objectives)) for _ in range(max(1, 10_000 // rows))]
        ours, theirs = take_turns(
            lambda sets=sets: [qb.pareto_ranks(points) for points in sets],
            lambda sets=sets: [moocore.pareto_rank(points) for points in sets],
        )
        what = f"ranks of {rows:,} points uniform, {objectives} objectives"
        yield Row(what, shown(ours / len(sets)), "moocore", shown(theirs / len(sets)), theirs / ours, "1")


# --- networks and files ----------------------------------------------------------------------------------------------


def files() -> Iterator[Row]:
    onnx, onnx_tool, pandas = installed("onnx"), installed("onnx_tool"), installed("pandas")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "resnet50.onnx")
        qb.save_onnx(qb.zoo.resnet50(), path)
        size = Path(path).stat().st_size / 1e6

        def tool() -> None:
            options = {"verbose": False, "constant_folding": True, "if_fixed_branch": "else", "fixed_topk": 0}
            with contextlib.redirect_stdout(io.StringIO()):
                graph = onnx_tool.Model(path, options).graph
                graph.shape_infer()
                graph.profile()

        what = f"ResNet-50 of {size:.0f} MB, ONNX, loaded and analysed"
        runs = [lambda: qb.analyze(qb.load_onnx(path)).macs]
        runs += [tool] if onnx_tool else []
        runs += [lambda: onnx.shape_inference.infer_shapes(onnx.load(path))] if onnx else []
        ours, *theirs = take_turns(*runs)
        if onnx_tool:
            yield Row(what, shown(ours), "onnx-tool", shown(theirs[0]), theirs[0] / ours, "100")
        if onnx:
            name = "onnx.load and infer_shapes"
            yield Row(what, shown(ours), name, shown(theirs[-1]), theirs[-1] / ours, "200")
    if pandas:
        table = ROOT / "data/measurements/level3.csv"
        ours, peer = take_turns(lambda: qb.load_measurements(table), lambda: pandas.read_csv(table))
        yield Row("641 lines of measurements read, checked and typed", shown(ours), "pandas.read_csv", shown(peer),
                  peer / ours)  # fmt: skip


def models() -> Iterator[Row]:
    found = program("analyze_resnet50", "predict_resnet50")
    ours = found["analyze_resnet50"]["cpu_time"] * 1e-6
    yield Row("`analyze` of ResNet-50 (C++)", shown(ours), "goal", "20 µs", 20e-6 / ours, "1")
    for name, what in (("0", "level 0"), ("1", "layer by layer")):
        yield Row(f"`predict` of ResNet-50, {what} (C++)", shown(found[f"predict_resnet50/{name}"]["cpu_time"] * 1e-9))
    work, device = qb.analyze(qb.zoo.resnet50()), qb.platform("zcu104_dpu")
    (ours,) = take_turns(lambda: qb.predict(work, device, datatype="int8", batch=1), turns=5)
    yield Row("`qb.predict` of ResNet-50, level 0 (Python)", shown(ours), "goal", "3 µs", 3e-6 / ours, "1")
    found = program("serve_once", "frontier", of="benchmark_serving")
    ours = found["serve_once"]["cpu_time"] * 1e-9
    yield Row("a server of a language model (C++)", shown(ours), "goal", "20 µs", 20e-6 / ours, "1")
    for name, what in (("dense", "Llama 3.1 70B"), ("experts", "DeepSeek V3")):
        ours = found[f"frontier/{name}/1"]["cpu_time"] * 1e-3
        yield Row(f"frontier of 1,000,000 servers, {what}", shown(ours), "goal", "1 s", 1 / ours, "1")
    found = program("tiled>/16$", of="benchmark_tiles")
    (ours,) = (one["cpu_time"] * 1e-9 for one in found.values())
    yield Row("`explain` of ResNet-50 in tiles through 16 KiB (C++)", shown(ours), "goal", "100 µs", 100e-6 / ours, "1")
    found = program("front", "million", of="benchmark_choices")
    for objectives in (2, 3):
        worst = max((found[f"front/{objectives}/{seed}"] for seed in (1, 2, 3)), key=lambda one: one["real_time"])
        ours = worst["real_time"] * 1e-3
        what = f"the best of 3^54 choices, a front of {worst['rows']:,.0f} rows of {objectives} sums"
        what += " (all threads)" if objectives == 3 else ""
        yield Row(what, shown(ours), "goal", "10 ms", 10e-3 / ours, "1")
    ours = found["million_of_given_choices"]["cpu_time"] * 1e-3
    yield Row("a million given precisions of 54 layers", shown(ours), "goal", "1 s", 1 / ours, "1")
    found = program("expect_workload", "fit_rows", of="benchmark_expect")
    ours = found["expect_workload/0"]["cpu_time"] * 1e-6
    yield Row("`expect` of ResNet-50 (C++)", shown(ours), "goal", "50 µs", 50e-6 / ours, "1")
    ours = found["fit_rows/0"]["cpu_time"] * 1e-3
    yield Row("a calibration to 1,500 rows (C++)", shown(ours), "goal", "200 ms", 0.2 / ours, "1")


ANALYSED = """#include <qutibench/network/zoo/resnet.hpp>
using namespace qutibench;
constexpr auto net = zoo::resnet50();
static_assert(analyze(net).operations().value() > 7'000'000'000);
"""
PREDICTED = """#include <qutibench/model/static_predict.hpp>
using namespace qutibench::literals;
constexpr static_platform board{static_peak<integer<8>>(4.6_top_per_s), static_bandwidth(19.2_gb_per_s)};
static_assert(predict<integer<8>>(net, board).throughput() >= 500_ips);
"""


def compiling() -> Iterator[Row]:
    sys.path.append(str(ROOT / "tests/support"))  # in the end: its coverage.py is another
    from compile_cost import PROGRAMS, UNITS, processor_time

    how = argparse.Namespace(compiler=os.environ.get("CXX", "c++"), include=[ROOT / "include"], system=[])
    for what, text, goal in (
        ("ResNet-50 counted in a `static_assert`", ANALYSED, 1.8),
        ("ResNet-50 counted and predicted in `static_assert`s", ANALYSED + PREDICTED, 1.8),
        ("the core's umbrella header", PROGRAMS["umbrella"], 2.0),
    ):
        turns = [(processor_time(how, UNITS, 1), processor_time(how, text, 1)) for _ in range(8)]
        units, ours = (min(times) for times in zip(*turns, strict=True))
        figure = f"{shown(ours)}, {ours / units:.2f} times Boost.Units' headers"
        yield Row(f"compiling {what}", figure, "goal", f"{goal:g} times", goal * units / ours, "1")
    declared = "#define QUTIBENCH_COMPILE_ONCE\n" + PROGRAMS["quick_start"]
    for what, text in (("", PROGRAMS["quick_start"]), (", whose predictions another file defines", declared)):
        ours, goal = processor_time(how, text, 5), 1.2
        yield Row(f"compiling quick_start{what}", shown(ours), "goal", shown(goal), goal / ours, "1")


# --- growth ----------------------------------------------------------------------------------------------------------


def exponent(sizes: list[int], costs: list[float]) -> float:
    """The slope of costs against sizes, both as logarithms, by least squares."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])


@dataclass
class Routine:
    """What is run on data of which sizes, and the cost that its documentation states."""

    what: str
    sizes: list[int]
    data: Callable[[int], Any]
    run: Callable[[Any], object]
    cost: Callable[[float], float]


def sorting(n: float) -> float:
    return n * np.log2(n)


def chain(layers: int) -> qb.Graph:
    net, layer = qb.Graph("chain"), qb.layers.convolution_2d(out_channels=8, kernel=3, padding="same")
    tensor = net.input((1, 8, 8, 8))
    for _ in range(layers):
        tensor = net.add(layer, tensor)
    net.output(tensor)
    return net


def routines() -> Iterator[Routine]:
    random = np.random.default_rng(3)
    small, large = [100, 1000, 10_000, 100_000], [1000, 10_000, 100_000, 1_000_000]
    for d in (2, 3, 4):
        yield Routine(
            f"front of uniform points, {d} objectives",
            large,
            lambda n, d=d: random.random((n, d)),
            lambda points, d=d: qb.pareto_front(points, [False] * d),
            lambda n: n,
        )
    for d in (2, 3, 4):
        yield Routine(
            f"ranks of uniform points, {d} objectives",
            small,
            lambda n, d=d: random.random((n, d)),
            qb.pareto_ranks,
            lambda n, d=d: n * np.log2(n) ** (d - 1),
        )
    volumes: list[tuple[int, list[int], Callable[[float], float]]] = [
        (2, small, sorting),
        (3, small, sorting),
        (4, [10, 100, 1000, 10_000], lambda n: n**2),
        (5, [3, 30, 300, 3000], lambda n: n**3),
    ]
    for d, sizes, cost in volumes:
        yield Routine(
            f"hypervolume of points on a sphere, {d} objectives",
            sizes,
            lambda n, d=d: sphere(random, n, d),
            lambda points, d=d: qb.hypervolume(points, np.full(d, 1.1)),
            cost,
        )
    for d, sizes, cost in ((3, small, sorting), (4, [3, 30, 300, 3000], lambda n: n**2)):
        yield Routine(
            f"contributions of points on a sphere, {d} objectives",
            sizes,
            lambda n, d=d: sphere(random, n, d),
            lambda points, d=d: qb.hypervolume_contributions(points, np.full(d, 1.1)),
            cost,
        )
    yield Routine(
        "a network analysed and predicted layer by layer, by layers",
        [10, 100, 1000, 10_000],
        chain,
        lambda net: qb.predict(qb.analyze(net), "zcu104_dpu", datatype="int8", execution="layers"),
        lambda n: n,
    )
    yield Routine(
        "`qb.sweep` of one network and device, by batches",
        large,
        lambda n: np.arange(1, n + 1),
        lambda batches: qb.sweep(["cnv"], ["zcu104_dpu"], datatypes=["int8"], batches=batches.tolist(), threads=1),
        lambda n: n,
    )


def growth() -> Iterator[Row]:
    for one in routines():
        times = []
        for size in one.sizes:
            sets = [one.data(size) for _ in range(max(1, 10_000 // size))]
            (took,) = take_turns(lambda sets=sets, run=one.run: [run(data) for data in sets], turns=2, least=0.02)
            times.append(took / len(sets))
        found, stated = exponent(one.sizes, times), exponent(one.sizes, [one.cost(n) for n in one.sizes])
        what = f"growth: {one.what}, {one.sizes[0]:,} to {one.sizes[-1]:,}"
        yield Row(what, f"n^{found:.2f}", "documented", f"n^{stated:.2f}", stated / found, "1")


GROUPS = {
    "design spaces": spaces,
    "frontiers": frontiers,
    "files": files,
    "models": models,
    "compiling": compiling,
    "growth": growth,
}

# --- what is shown ---------------------------------------------------------------------------------------------------


def table(rows: list[Row]) -> str:
    lines = ["| | qutibench | beside it | | ratio | goal |", "|---|---:|---|---:|---:|---:|"]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        lines.append(f"| {row.what} | {row.ours} | {row.peer} | {row.theirs} | {ratio} | {row.goal} |")
    return "\n".join(lines)


def draw(rows: list[Row], path: Path) -> None:
    import altair

    data = [
        {"what": row.what.replace("`", ""), "peer": row.peer, "ratio": row.ratio, "goal": float(row.goal or "nan")}
        for row in rows
        if row.ratio and row.peer != "goal"
    ]
    for one in data:
        one["what"] += f" / {one['peer']}"
    base = altair.Chart(altair.Data(values=data)).encode(y=altair.Y("what:N", sort=None, title=None))
    scale = altair.Scale(type="log", domainMin=0.2)
    axis = altair.X("ratio:Q", scale=scale, title="times faster than the peer")
    dots = base.mark_point(filled=True, size=60, color="#0072B2").encode(x=axis)
    goals = base.mark_tick(color="#555", thickness=2).encode(x="goal:Q").transform_filter("isFinite(datum.goal)")
    even = altair.Chart(altair.Data(values=[{"one": 1}])).mark_rule(strokeDash=[4, 4]).encode(x="one:Q")
    chart = (even + goals + dots).properties(width=380, height=16 * len(data))
    qb.plot.save(chart.configure_axis(labelLimit=460, labelFontSize=10), path)


def machine() -> str:
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    name = re.search(r"model name\s*:\s*(.+)", text)
    versions = [f"Python {platform.python_version()}"]
    for peer in ("numpy", "moocore", "paretoset", "onnx", "onnx_tool", "pandas"):
        with contextlib.suppress(Exception):
            versions.append(f"{peer.replace('_', '-')} {importlib.metadata.version(peer.replace('_', '-'))}")
    return f"{name[1] if name else platform.processor()}, {os.cpu_count()} cores; {', '.join(versions)}."


def write(page: Path, rows: list[Row]) -> None:
    draw(rows, page.parent / "images/performance.svg")
    text = page.read_text(encoding="utf-8")
    made = f"<!-- made -->\n{machine()}\n\n{table(rows)}\n<!-- end -->"
    page.write_text(re.sub(r"<!-- made -->.*<!-- end -->", lambda _: made, text, flags=re.DOTALL), encoding="utf-8")


def main() -> None:
    global programs
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=GROUPS, default=list(GROUPS), help="groups to measure")
    parser.add_argument("--benchmarks", type=Path, default=programs, help="folder of the C++ benchmarks")
    parser.add_argument("--write", type=Path, help="page to renew")
    options = parser.parse_args()
    programs = options.benchmarks
    warnings.filterwarnings("ignore")
    rows = []
    for group in options.only:
        for row in GROUPS[group]():
            rows.append(row)
            print(
                f"{row.what}: {row.ours}; {row.peer} {row.theirs}; {row.ratio or 0:.3g} (goal {row.goal})", flush=True
            )
    print(table(rows))
    if missing:
        print(f"left out, because they are not installed: {', '.join(sorted(missing))}", file=sys.stderr)
    if options.write:
        write(options.write, rows)


if __name__ == "__main__":
    main()
