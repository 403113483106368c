# SPDX-License-Identifier: BSD-3-Clause
"""Sweeps: bit for bit what predict says, as columns, whatever the threads."""

import itertools
import pickle
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import qutibench as qb

NETWORKS = ["cnv", "mlp", "resnet50"]
PLATFORMS = ["zcu104_dpu", "jetson_tx2:maxn", "jetson_tx2:maxq"]


def space(**changes):
    axes = {"networks": NETWORKS, "platforms": PLATFORMS, "datatypes": ["int8", "fp16"], "batches": [1, 3, 50]}
    return qb.DesignSpace(**(axes | changes))


def test_every_row_is_a_prediction():
    s = qb.sweep(NETWORKS, PLATFORMS, ["int8", "fp16"], [1, 3, 50])
    assert len(s) == 3 * 5 * 3  # the DPU computes in int8 only
    assert any("fp16" in one for one in s.skipped)
    for row in s:
        p = qb.platform(row["platform"], mode=row["mode"])
        e = qb.predict(qb.network(row["network"]), p, datatype=row["datatype"], batch=row["batch"])
        assert row["throughput_ips"] == e.throughput_ips
        assert row["latency_s"] == e.latency_s
        assert row["operational_intensity_ops_per_byte"] == e.operational_intensity
        assert row["bound"] == e.bound
        assert row["energy_j"] == e.energy_j
        assert row["operations"] == e.operations
        assert row["model_bytes"] == e.model_bytes
        assert row["peak_ops_per_s"] == e.peak_ops_per_s
        assert row["bandwidth_bytes_per_s"] == e.bandwidth_bytes_per_s
        assert row["power_w"] == p.power_w


def test_rows_come_in_the_order_of_the_axes():
    s = qb.sweep(["cnv", "mlp"], ["ncs2", "jetson_tx2:maxn"], ["fp16"], [1, 2], keep=[1.0, 0.5])
    got = list(zip(s["network"], s["keep"], s["platform"], s["batch"].tolist(), strict=True))
    assert got == list(itertools.product(["cnv"], [1.0, 0.5], ["ncs2", "jetson_tx2"], [1, 2])) + list(
        itertools.product(["mlp"], [1.0, 0.5], ["ncs2", "jetson_tx2"], [1, 2])
    )


def test_per_layer_models_take_part():
    s = qb.sweep(["cnv"], ["zcu104_dpu"], ["int8"], [1, 8], placement=["published", "capacity"], execution=["layers"])
    w, p = qb.network("cnv"), qb.platform("zcu104_dpu")
    want = [
        qb.predict(w, p, batch=batch, placement=placement, execution="layers").latency_s
        for placement in ("published", "capacity")
        for batch in (1, 8)
    ]
    assert s["latency_s"].tolist() == want


def test_scales_of_the_device():
    s = qb.sweep(["resnet50"], ["zcu104_dpu"], ["int8"], compute_scales=[1, 2, 4], bandwidth_scales=[1, 0.5])
    assert s["compute_scale"].tolist() == [1, 1, 2, 2, 4, 4]
    assert s["bandwidth_scale"].tolist() == [1, 0.5] * 3
    base = qb.platform("zcu104_dpu")
    assert s["peak_ops_per_s"].tolist() == [base.peaks["int8"] * x for x in (1, 1, 2, 2, 4, 4)]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(threads):
    axes = (NETWORKS, PLATFORMS, ["int8", "fp16"], range(1, 20_000))
    alone, together = qb.sweep(*axes, workers=1), qb.sweep(*axes, workers=threads)
    for name in ("throughput_ips", "latency_s", "energy_j"):
        assert np.array_equal(alone[name], together[name], equal_nan=True)


@pytest.mark.parametrize(
    "batches", [range(3, 30, 4), range(30, 3, -4), np.arange(3, 30, 4), np.arange(3, 60, 4)[::2], np.uint8([3, 7, 11])]
)
def test_ranges_and_arrays_are_axes_as_lists_are(batches):
    scales = np.linspace(0.5, 1, 3)
    found = space(batches=batches, compute_scales=scales, threads=range(1, 3))
    listed = space(batches=[int(one) for one in batches], compute_scales=scales.tolist(), threads=[1, 2])
    scales[:] = 0  # the space has its own
    for one in (found, pickle.loads(pickle.dumps(found))):
        assert one.axes == listed.axes
        assert np.array_equal(one.table()["latency_s"], listed.table()["latency_s"])


def test_ranges_that_are_no_axis_are_refused():
    with pytest.raises(qb.InvalidArgument, match="batch"):
        space(batches=range(0))
    with pytest.raises(qb.InvalidArgument, match="batch"):
        space(batches=range(0, 3))
    for beyond in (range(2**63, 2**63 + 2), range(1, 2**64, 2**62)):
        with pytest.raises((qb.InvalidArgument, TypeError), match="batches"):
            space(batches=beyond)


def test_own_networks_and_platforms():
    w = qb.Workload("mine", 10**9, 10**6)
    p = qb.Platform("board", {"int8": 1e12}, bandwidth_bytes_per_s=1e10)
    s = qb.sweep([w, qb.zoo.cnv()], [p], batches=[1, 2])
    assert s["network"].tolist() == ["mine", "mine", "cnv", "cnv"]
    assert np.isnan(s["energy_j"]).all()
    with pytest.raises(qb.InvalidArgument, match="prune"):
        qb.sweep([w], [p], keep=[0.5])


def test_frontier_and_best_are_those_of_the_table():
    s = space(batches=range(1, 300))
    table = s.table()
    found = s.frontier(maximize=["throughput_ips"], minimize=["latency_s", "model_bytes"])
    mask = qb.pareto_front(table.to_numpy(["throughput_ips", "latency_s", "model_bytes"]), [True, False, False])
    assert found["point"].tolist() == np.flatnonzero(mask).tolist()
    assert found["throughput_ips"].tolist() == table["throughput_ips"][mask].tolist()
    best = s.best("throughput_ips", 7, constraints={"latency_s": (None, 0.02)})
    values = np.where(table["latency_s"] <= 0.02, table["throughput_ips"], -1)
    assert best["throughput_ips"].tolist() == sorted(values, reverse=True)[:7]
    each = s.best_by("network", "latency_s", maximize=False)
    assert each["network"].tolist() == NETWORKS
    counts = s.histogram("latency_s", [0, 0.01, 0.1, 1e9])
    assert counts.sum() == len(s)
    assert counts[0] == (table["latency_s"] < 0.01).sum()


def test_accuracy_constrains_what_is_known():
    s = qb.DesignSpace(["resnet50", "googlenet_v1", "mobilenet_v1"], ["jetson_tx2:maxn", "ncs2"])
    found = s.frontier(maximize=["accuracy_top1", "throughput_ips"])
    assert len(found) > 0
    assert all(0 < one < 1 for one in found["accuracy_top1"])


def test_points_are_not_stored():
    scales = np.linspace(0.5, 2, 60)
    s = space(batches=range(1, 200_001), compute_scales=scales, bandwidth_scales=scales)
    assert s.size == len(s) == 15 * 60 * 60 * 200_000
    point = s.point(s.size - 1)
    assert (point["network"], point["batch"], point["compute_scale"]) == ("resnet50", 200_000, 2.0)
    assert s.predict(s.size - 1).batch == 200_000
    with pytest.raises(qb.InvalidArgument):
        s.point(s.size)
    with pytest.raises(qb.InvalidArgument):
        s.point(-1)


MANY = {"batches": range(1, 2**20), "compute_scales": np.linspace(1, 2, 2**20), "bandwidth_scales": range(1, 2**20)}


@pytest.mark.parametrize(
    ("changes", "leaf"),
    [
        ({"networks": []}, qb.InvalidArgument),
        ({"platforms": []}, qb.InvalidArgument),
        ({"batches": []}, qb.InvalidArgument),
        ({"batches": [0]}, qb.InvalidArgument),
        ({"batches": [2**70]}, (qb.Error, TypeError)),
        ({"datatypes": ["int9x"]}, qb.UnknownName),
        ({"platforms": ["zcu104_dpu"], "datatypes": ["fp32"]}, qb.UnsupportedDatatype),
        ({"compute_scales": [-1]}, qb.InvalidArgument),
        ({"compute_scales": [float("nan")]}, qb.InvalidArgument),
        ({"placement": "publish"}, qb.UnknownName),
        ({"networks": ["cnv2"]}, qb.UnknownName),
        (MANY | {"placement": ["published", "capacity"], "execution": ["network", "layers"]}, qb.CountOverflow),
    ],
)
def test_what_cannot_be(changes, leaf):
    with pytest.raises(leaf):
        space(**changes)


def test_questions_that_cannot_be_answered():
    s = space()
    with pytest.raises(qb.UnknownName, match="latency_s"):
        s.best("latency")
    with pytest.raises(qb.InvalidArgument):
        s.frontier()
    with pytest.raises(qb.InvalidArgument):
        s.best("latency_s", 0)
    with pytest.raises(qb.InvalidArgument):
        s.histogram("latency_s", [1, 0])
    with pytest.raises(qb.InvalidArgument):
        s.best("latency_s", workers=0)
    with pytest.raises(qb.UnknownName):
        s.best_by("batch", "latency_s")
    with pytest.raises(qb.UnknownName, match="latency_s"):
        s.table()["latencys"]


@pytest.mark.parametrize(
    ("question", "leaf", "words"),
    [
        ({"minimize": "latency"}, qb.ParseError, "did you mean 'latency_s'"),
        ({"minimize": "latency_s /"}, qb.ParseError, "column"),
        ({"minimize": "latency_s", "constraints": "power_w =< 5"}, qb.ParseError, "<="),
        ({"minimize": "latency_s", "constraints": ["power_w"]}, qb.InvalidArgument, "compare it"),
        ({"minimize": "latency_s < 1"}, qb.InvalidArgument, "condition"),
        ({"minimize": "latency_s", "maximize": "latency_s"}, qb.InvalidArgument, "both maximised and minimised"),
        ({"minimize": ["latency_s", "latency_s"]}, qb.InvalidArgument, "twice"),
        ({"minimize": [f"latency_s + {i}" for i in range(9)]}, qb.InvalidArgument, "8"),
        ({"minimize": "3"}, qb.InvalidArgument, "metric"),
        ({"minimize": "latency_s", "constraints": {"latency": (0, 1)}}, qb.UnknownName, "latency_s"),
        ({"minimize": "latency_s", "threads": 0}, qb.InvalidArgument, "threads"),
        ({"constraints": "latency_s < 1"}, qb.InvalidArgument, "objective"),
    ],
)
def test_questions_of_expressions_that_cannot_be_answered(question, leaf, words):
    with pytest.raises(leaf, match=words):
        qb.sweep(NETWORKS, PLATFORMS, **question)


def test_expressions_ask_what_columns_answer():
    axes = {"networks": NETWORKS, "platforms": PLATFORMS, "batches": range(1, 200)}
    found = qb.sweep(
        **axes,
        maximize="throughput_ips / power_w",
        minimize=["latency_s", "model_bytes"],
        constraints="latency_s < 0.02",
    )
    s = qb.sweep(**axes)
    columns = [s["throughput_ips"] / s["power_w"], s["latency_s"], s["model_bytes"]]
    points = np.where(s["latency_s"] < 0.02, columns, np.nan).T  # the DPU's power is not known, so it is on no front
    expected = np.flatnonzero(qb.pareto_front(points, [True, False, False]))
    assert found["point"].tolist() == expected.tolist()
    assert found["throughput_ips / power_w"].tobytes() == columns[0][expected].tobytes()


def test_division_by_zero_and_what_is_not_known():
    """1 / 0 is infinite, a value like others; 0 / 0 and what no source states are not known, and on no front."""
    axes = {"networks": ["cnv"], "platforms": ["zcu104_dpu", "jetson_tx2:maxn"]}
    rows = len(qb.sweep(**axes))
    assert len(qb.sweep(**axes, maximize="1 / (latency_s - latency_s)")) == rows
    assert len(qb.sweep(**axes, maximize="(latency_s - latency_s) / (latency_s - latency_s)")) == 0
    assert set(qb.sweep(**axes, maximize="power_w")["platform"]) == {"jetson_tx2"}
    assert len(qb.sweep(**axes, minimize="latency_s", constraints="power_w > 1e9 or power_w < 0")) == 0


@pytest.fixture
def heard_interrupt():
    """SIGINT as in a terminal; a process that was started in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard_interrupt")
def test_ctrl_c_stops_a_long_search():
    scales = np.linspace(0.5, 2, 500)
    s = space(batches=range(1, 200_001), compute_scales=scales, bandwidth_scales=scales)
    threading.Timer(0.3, lambda: signal.raise_signal(signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        s.best("latency_s")


LONG = """
import signal, sys
import numpy as np
import qutibench as qb

signal.signal(signal.SIGINT, signal.default_int_handler)  # a process started in the background ignores it
scales = np.linspace(0.5, 2, 400)
axes = {"networks": ["resnet50", "cnv"], "platforms": ["zcu104_dpu", "jetson_tx2:maxn"], "batches": range(1, 60_001)}
wide = axes | {"compute_scales": scales, "bandwidth_scales": scales}
ask = {
    "front": lambda: qb.sweep(**wide, maximize="throughput_ips / power_w", minimize="latency_s"),
    "slow points": lambda: qb.sweep(**wide, placement="capacity", execution="layers", minimize="latency_s"),
    "table": lambda: qb.sweep(**wide, execution="layers", workers=1),
    "told": lambda: qb.sweep(**wide, minimize="latency_s", progress=lambda done, size: None),
}
if sys.argv[1] == "table":
    wide["compute_scales"] = wide["bandwidth_scales"] = scales[:20]
print("begins", flush=True)
try:
    ask[sys.argv[1]]().to_pandas().to_csv("result.csv")
except KeyboardInterrupt:
    print("stopped", len(qb.sweep(**axes, minimize="latency_s")), flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
@pytest.mark.parametrize("what", ["front", "slow points", "table", "told"])
def test_ctrl_c_from_a_terminal(what, tmp_path):
    """The sweep ends, nothing is written, and the same process goes on with another one."""
    running = subprocess.Popen([sys.executable, "-c", LONG, what], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert running.stdout.readline() == "begins\n"
    time.sleep(0.5)
    running.send_signal(signal.SIGINT)
    words = running.communicate(timeout=60)[0].split()
    assert words[0] == "stopped" and int(words[1]) > 0
    assert running.returncode == 0
    assert not list(tmp_path.iterdir())


def test_other_threads_run_meanwhile():
    """Long calls leave the interpreter to others."""
    s = space(batches=range(1, 200_001), compute_scales=np.linspace(0.5, 2, 20))
    ticks = []
    done = threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(1)
            done.wait(0.001)

    other = threading.Thread(target=tick)
    other.start()
    before = len(ticks)
    s.best("latency_s")
    assert len(ticks) > before
    done.set()
    other.join()


def test_sweeps_pickle_as_tables():
    s = qb.sweep(["cnv"], ["ncs2"], ["fp16"], batches=[1, 2])
    again = pickle.loads(pickle.dumps(s))
    assert again.columns == s.columns
    assert again["latency_s"].tolist() == s["latency_s"].tolist()
    assert again["network"].tolist() == ["cnv", "cnv"]


def test_a_step_of_training_as_rows():
    """Three times the operations and an update of every weight (thesis, eq. 2.6), and the memory that a step holds."""
    net = qb.analyze(qb.zoo.resnet50())
    how = {"optimizer": "adam", "recompute": True}
    found = qb.estimates("resnet50", "a100_sxm_80gb", "fp16", [1, 8, 8192], training=True, **how)
    step = qb.training(net, 1, 1)
    device = qb.platform("a100_sxm_80gb")
    peak = device.peaks["fp16"]
    for row in found:
        held = qb.training_memory(net, "fp16", batch=row["batch"], **how)["total"]
        assert row["memory_bytes"] == held
        assert row["feasible"] == (held <= 80e9)
        assert row["throughput_ips"] <= peak / step.operations * (1 + 1e-9)
        assert row["energy_j"] == pytest.approx(device.power_w * row["latency_s"] / row["batch"])
    assert found["throughput_ips"][2] == pytest.approx(peak / step.operations)
    assert [row["feasible"] for row in found] == [True, True, False]
    assert "memory_bytes" not in qb.estimates("resnet50", "a100_sxm_80gb", "fp16").columns
    assert np.isnan(space().training_bytes()).all()


def test_several_devices_need_a_link_and_nothing_else_has_one():
    two = {"devices": 2, "link": 1e9}
    for wrong in ({"devices": 2}, {"link": 1e9}, {"split": "pipeline"}, {"calibration": object(), **two}):
        with pytest.raises(qb.InvalidArgument, match="devices"):
            space(**wrong)
    for link in ("1e9", (1e9,), (1e9, None)):
        with pytest.raises(TypeError, match="link is bytes per second"):
            space(devices=2, link=link)
    rows = qb.estimates("cnv", "zcu104_dpu", "int8", [1, 8], **two)
    assert list(rows["price_usd"]) == [895, 2 * 895]  # one input is work for one device
    assert all(row["attained_ops_per_s"] <= row["peak_ops_per_s"] for row in rows)
    assert set(rows["marks"]) == {None}


def test_training_where_it_is_not_asked_for_or_not_known():
    with pytest.raises(qb.InvalidArgument, match="of training, which is not asked for"):
        space(optimizer="adam")
    with pytest.raises(qb.InvalidArgument, match="modelled on one device"):
        space(training=True, devices=2, link=1e9)
    best = space(training=True, batches=[1]).frontier(maximize="throughput_ips")
    assert {row["network"] for row in best} == {"mlp"}
    assert len(set(best["throughput_ips"])) == 1  # two modes move its weights alike


def test_what_does_not_run_or_fit_wins_nothing_unless_asked():
    """A source says that the Edge TPU runs neither CNV nor the MLP; no weights of 27 GB fit 24 GB."""
    s = qb.DesignSpace(["cnv", "mlp", "mobilenet_v1"], ["edgetpu"], ["int8"])
    assert [row["network"] for row in s.frontier(maximize="throughput_ips")] == ["mobilenet_v1"]
    assert [row["network"] for row in s.best("throughput_ips", 3)] == ["mobilenet_v1"]
    assert [row["network"] for row in s.best_by("platform", "throughput_ips")] == ["mobilenet_v1"]
    assert [row["network"] for row in s.frontier(maximize="throughput_ips", doubtful=True)] == ["cnv"]
    large = qb.sweep(["llama2_7b"], ["rtx_4090", "b200_sxm"], ["fp32"], maximize="throughput_ips", minimize="energy_j")
    assert [row["platform"] for row in large] == ["b200_sxm"]
    unknown = qb.Platform("unknown", {"fp32": 1e18})
    found = qb.DesignSpace(["resnet50"], [unknown, "t4"], ["fp32"]).best("throughput_ips")
    assert [row["platform"] for row in found] == ["t4"]


CUT_OFF = """
import os, sys
import numpy as np
import qutibench as qb
from qutibench import _ranges

_ranges.SAVED_EVERY = 0.0
scales = np.linspace(0.5, 2, 40)
seen = []
def stop(done, size):
    seen.append(done)
    if len(seen) == 5:
        os._exit(7)  # as when a machine goes down
qb.sweep(["cnv", "resnet50"], ["zcu104_dpu"], ["int8"], range(1, 501), compute_scales=scales, bandwidth_scales=scales,
         maximize="throughput_ips", minimize="latency_s", progress=stop, checkpoint=sys.argv[1])
"""


def test_a_sweep_that_was_cut_off_goes_on_from_its_checkpoint_in_another_process(tmp_path):
    file = tmp_path / "front.checkpoint"
    assert subprocess.run([sys.executable, "-c", CUT_OFF, str(file)]).returncode == 7
    scales = np.linspace(0.5, 2, 40)
    axes = {
        "networks": ["cnv", "resnet50"],
        "platforms": ["zcu104_dpu"],
        "datatypes": ["int8"],
        "batches": range(1, 501),
        "compute_scales": scales,
        "bandwidth_scales": scales,
    }
    question = {"maximize": "throughput_ips", "minimize": "latency_s"}
    seen = []
    with pytest.raises(qb.InvalidArgument, match=r"front\.checkpoint: is the checkpoint of another question"):
        qb.sweep(**axes, minimize="latency_s", checkpoint=file)
    found = qb.sweep(**axes, **question, checkpoint=file, progress=lambda done, size: seen.append(done))
    assert seen[0] > 4 * 65_536 and seen[-1] == 1_600_000  # not from the beginning
    alone = qb.sweep(**axes, **question)
    assert found["point"].tolist() == alone["point"].tolist()
    assert found["latency_s"].tolist() == alone["latency_s"].tolist()
    assert list(tmp_path.iterdir()) == []  # it has served


def test_a_checkpoint_that_is_none_or_cannot_be_written_is_refused(tmp_path):
    axes = {"networks": ["cnv"], "platforms": ["zcu104_dpu"], "minimize": "latency_s"}
    (tmp_path / "text").write_text("cnv,1,2\n")
    with pytest.raises(qb.InvalidArgument, match="text: is no checkpoint"):
        qb.sweep(**axes, checkpoint=tmp_path / "text")
    (tmp_path / "hostile").write_bytes(pickle.dumps((b"", [], subprocess.Popen)))
    with pytest.raises(qb.InvalidArgument, match="hostile: is no checkpoint"):
        qb.sweep(**axes, checkpoint=tmp_path / "hostile")
    with pytest.raises(qb.InvalidArgument, match="cannot be written: No such file or directory"):
        qb.sweep(**axes, checkpoint=tmp_path / "nowhere" / "front")
