# SPDX-License-Identifier: BSD-3-Clause
"""Predictions from Python: published figures, the formula itself, and the words of the signatures."""

import math

import pytest
import qutibench as qb


def test_published_figures():
    """T table 6.1 and the INT8 cells of figure 6.3: ResNet-50 on ZCU104, compute-bound at 4.60 TOP/s."""
    w = qb.analyze(qb.zoo.resnet50())
    assert w.operations == 7_715_946_496
    assert w.weights == 25_502_912
    e = qb.predict(w, qb.platform("zcu104_dpu"), datatype="int8", batch=1)
    assert e.throughput_ips == pytest.approx(4.60e12 / 7_715_946_496, rel=1e-12)
    assert e.latency_s == pytest.approx(1 / e.throughput_ips)
    assert e.bound == "compute"
    assert e.operational_intensity == pytest.approx(7_715_946_496 / 25_502_912)
    assert (e.network, e.platform, e.mode, e.datatype, e.batch) == ("resnet50", "zcu104_dpu", None, "int8", 1)


def test_roofline_by_hand():
    w = qb.Workload("mine", operations=2_000_000_000, weights=20_000_000)
    p = qb.Platform("board", {"int8": 1e12, "fp32": 1e11}, bandwidth_bytes_per_s=5e9, power_w=10.0)
    slow = qb.predict(w, p, datatype="int8")
    assert (slow.latency_s, slow.bound) == (20e6 / 5e9, "memory")
    assert slow.energy_j == pytest.approx(10.0 * slow.latency_s)
    fast = qb.predict(w, p, datatype="int8", batch=16)
    assert (fast.latency_s, fast.bound) == (16 * 2e9 / 1e12, "compute")
    assert fast.throughput_ips == 16 / fast.latency_s
    assert qb.predict(w, p, datatype="fp32").model_bytes == 80e6


def test_what_is_not_known_is_none():
    w = qb.Workload("mine", 1_000_000, 1_000)
    p = qb.Platform("board", {"int8": 1e12})
    e = qb.predict(w, p)
    assert e.energy_j is None
    assert e.bandwidth_bytes_per_s is None
    assert p.bandwidth_bytes_per_s is None and p.power_w is None and p.year is None
    assert e.bound == "compute?" and not e.may_win and e.feasible is None
    assert "no source states the bandwidth, so memory may bound lower than this" in e.assumptions
    assert math.isfinite(e.operational_intensity)


def test_datatypes_in_every_spelling():
    w, p = qb.network("cnv"), qb.platform("zcu104_finn")
    by_name = qb.predict(w, p, datatype="int4")
    assert qb.predict(w, p, datatype=qb.Datatype("int4")) == by_name
    assert qb.predict(w, p, datatype=qb.Precision("int4")) == by_name
    assert qb.predict(w, p, datatype=qb.Precision("int4", "int4")) == by_name
    assert str(qb.Precision("int2", "int8")) == "w2a8"
    assert qb.Precision("w2a8").weights == qb.Datatype("int2")


def test_a_modes_platform_by_argument_and_by_colon():
    assert qb.platform("jetson_tx2", mode="maxp") == qb.platform("jetson_tx2:maxp")
    assert qb.platform("jetson_tx2").in_mode("maxp").mode == "maxp"
    assert qb.platform("jetson_tx2").modes[0].name == qb.platform("jetson_tx2").mode


def test_quick_and_general_calls_agree():
    """The fast path takes four settings; anything else goes through the general function."""
    w, p = qb.analyze(qb.zoo.mobilenet_v1()), qb.platform("zcu104_dpu")
    for settings in (
        {},
        {"batch": 4},
        {"datatype": "int8", "placement": "capacity"},
        {"execution": "layers", "batch": 2},
        {"execution": "dataflow"},
    ):
        assert qb.predict(w, p, **settings) == qb.predict(w, p, threads=1, **settings)
        assert qb.predict(workload=w, platform=p, **settings) == qb.predict(w, p, **settings)


def test_explained_parts_add_up():
    w, p = qb.analyze(qb.zoo.resnet50()), qb.platform("zcu104_dpu")
    parts = qb.explain(w, p, execution="layers", placement="capacity")
    assert parts.total == qb.predict(w, p, execution="layers", placement="capacity")
    assert sum(one.time_s for one in parts.kernels) == pytest.approx(parts.total.latency_s)
    assert sum(one.operations for one in parts.kernels) == pytest.approx(w.operations)
    assert {one.bound for one in parts.kernels} <= {"compute", "memory"}
    assert {one.role for one in parts.tensors} <= {"weights", "activations", "state"}


def test_overrides_and_parameters():
    w, p = qb.analyze(qb.zoo.cnv()), qb.platform("zcu104_dpu")
    plain = qb.predict(w, p)
    forced = qb.predict(w, p, execution="layers", overrides=[(w.layers[1].name, "weights", True)])
    assert forced.latency_s <= qb.predict(w, p, execution="layers").latency_s
    lossy = qb.predict(w, p, parameters=qb.ExecutionParameters(call_overhead_s=1e-3, compute_efficiency=0.5))
    assert lossy.latency_s > plain.latency_s + 1e-3 * 0.999
    with pytest.raises(qb.UnknownName):
        qb.predict(w, p, overrides=[("no such layer", "weights", True)])
    with pytest.raises(qb.InvalidArgument):
        qb.predict(w, p, parameters=qb.ExecutionParameters(compute_efficiency=2))


def test_training_of_resnet50():
    """T after eq. 2.6: about 10^18 operations for 1.2 M images and 100 epochs."""
    cost = qb.training(qb.analyze(qb.zoo.resnet50()), examples=1_200_000, epochs=100)
    assert cost.operations == pytest.approx(2.8e18, rel=0.02)


def test_what_a_step_of_training_holds():
    net = qb.analyze(qb.zoo.resnet50())
    held = qb.training_memory(net, "fp16", batch=8, optimizer="adam")
    assert held["weights"] + held["gradients"] + held["optimizer"] == 16 * net.parameters
    assert held["total"] == sum(size for part, size in held.items() if part != "total")
    assert qb.training_memory(net, batch=8, recompute=True)["activations"] < held["activations"]
    with pytest.raises(qb.InvalidArgument):
        qb.training_memory(net, batch=0)
    with pytest.raises(qb.UnknownName, match="adam"):
        qb.training_memory(net, optimizer="adma")


def test_networks_and_entries():
    assert "resnet50_pruned_80" in qb.networks()
    assert qb.network("resnet50_pruned_80").operations == 6_540_000_000
    entry = qb.network_entry("resnet50")
    assert entry.task == "imagenet" and entry.has_graph
    assert qb.network("cnv", keep=0.5).operations == 118_922_752
    assert qb.network_entry("resnet50_pruned_80").pruned_from == "resnet50"
    assert all(0 < one.top1 < 1 for one in entry.accuracies)
