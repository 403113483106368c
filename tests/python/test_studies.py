# SPDX-License-Identifier: BSD-3-Clause
"""One factor at a time, and what lies beyond one prediction: energy, several devices, FPGAs, published tables."""

import copy
import pickle

import numpy as np
import pytest

qb = pytest.importorskip("qutibench")


@pytest.fixture(scope="module")
def tx2():
    return qb.platform("jetson_tx2:maxn")


@pytest.fixture(scope="module")
def resnet50():
    return qb.analyze(qb.zoo.resnet50())


def variants():
    base = qb.Backbone(height=28, width=28, channels=16, layers=2)
    return qb.vary(base, input_sizes=[28, 56], batches=[1, 4], kernels=[1, 5], types=["depthwise"], layers=[4])


def test_a_backbone_is_what_it_says():
    base = qb.Backbone(height=28, width=28, channels=16, kernel=5, layers=3)
    net = qb.analyze(base.build())
    assert net.macs == 3 * 16 * 16 * 25 * 28 * 28
    assert net.weights == 3 * 16 * 16 * 25
    assert pickle.loads(pickle.dumps(base)) == copy.copy(base) == base
    assert eval(repr(base), {"Backbone": qb.Backbone}) == base
    with pytest.raises(qb.UnknownName, match="standard"):
        qb.Backbone(type="standart")
    with pytest.raises(qb.InvalidArgument, match="1 to 10000 layers"):
        qb.Backbone(layers=0).build()


def test_one_factor_changes_at_a_time(tx2):
    all_ = variants()
    assert [(one.factor, one.level, one.batch) for one in all_] == [
        ("base", "base", 1), ("input size", "28", 1), ("input size", "56", 1), ("batch", "1", 1), ("batch", "4", 4),
        ("kernel", "1", 1), ("kernel", "5", 1), ("convolution type", "depthwise", 1), ("layers", "4", 1),
    ]  # fmt: skip
    rows = qb.one_factor(all_, tx2, datatype="fp16", measured=[10.0] + [None] * 8)
    for variant, row in zip(all_, rows, strict=True):
        work = qb.analyze(variant.graph)
        alone = qb.predict(work, tx2, datatype="fp16", batch=variant.batch)
        assert (row["throughput_ips"], row["bound"]) == (alone.throughput_ips, alone.bound)
        assert row["operations"] == work.operations
    assert rows[0]["measured_performance_ops_per_s"] == 10 * rows[0]["operations"]
    assert rows[1]["measured_throughput_ips"] is None
    with pytest.raises(qb.InvalidArgument, match="2 measurements do not fit 9 variants"):
        qb.one_factor(all_, tx2, measured=[1, 2])
    with pytest.raises(TypeError, match="there is no argument 'datatyp'"):
        qb.one_factor(all_, tx2, datatyp="fp16")


def test_one_factor_is_drawn(tx2):
    pytest.importorskip("altair")
    rows = qb.one_factor(variants(), tx2, datatype="fp16", measured=[100.0] * 9)
    chart = qb.plot.one_factor([row for row in rows if row["factor"] == "input size"], "level")
    assert "GOP/s" in chart.to_json()


def test_networks_vary_too(tx2):
    net = qb.zoo.resnet18()
    all_ = qb.vary(net, kernels=[5], widths=[0.5], types=["grouped"], groups=4)
    assert [one.level for one in all_] == ["base", "5", "0.5", "grouped"]
    macs = [qb.analyze(one.graph).macs for one in all_]
    assert macs[1] > macs[0] > macs[2] and macs[0] > macs[3]
    assert qb.analyze(qb.with_kernel(net, 5)).macs == macs[1]
    assert qb.analyze(qb.with_convolution_type(net, "grouped")).macs == macs[3]


def test_the_widest_bar_comes_first(tx2):
    bars = qb.tornado(qb.one_factor(variants(), tx2, datatype="fp16"), "latency_s")
    assert [one["swing"] for one in bars] == sorted((one["swing"] for one in bars), reverse=True)
    assert {one["factor"] for one in bars} == {"input size", "batch", "kernel", "convolution type", "layers"}
    bars = qb.sensitivity([("clock", 1, 0.5, 2), ("bandwidth", 1, 0.5, 2)], lambda clock, other: clock**2 + 0 * other)
    assert [(one["factor"], one["elasticity"]) for one in bars] == [("clock", pytest.approx(2)), ("bandwidth", 0)]
    with pytest.raises(qb.InvalidArgument, match="low <= base <= high"):
        qb.sensitivity([("clock", 3, 0.5, 2)], lambda clock: clock)
    with pytest.raises(qb.InvalidArgument, match="'base'"):
        qb.tornado([{"factor": "batch", "level": 1, "latency_s": 2.0}])


def test_factors_multiply_up_to_the_throughput(resnet50, tx2):
    of = qb.decompose(resnet50, tx2, datatype="fp16", execution="layers", placement="capacity")
    product = of["operations_per_cycle_per_pe"] * of["clock_hz"] * of["processing_elements"] * of["utilisation"]
    assert product / of["operations_per_inference"] == pytest.approx(of["throughput_ips"])
    alone = qb.predict(resnet50, tx2, datatype="fp16", execution="layers", placement="capacity")
    assert of["throughput_ips"] == pytest.approx(alone.throughput_ips)


def test_a_scorecard_has_all_criteria(resnet50, tx2):
    rows = qb.score(resnet50, tx2, accuracy_top1=0.75, datatype="fp16")
    assert {row["criterion"] for row in rows} >= {"accuracy", "throughput", "latency", "energy and power", "cost"}
    assert next(row["value"] for row in rows if row["metric"] == "top-1 accuracy") == 0.75


def test_energy_adds_up(resnet50, tx2):
    of = qb.predict_energy(resnet50, tx2, datatype="int8", batch=4, idle_w=1.5, placement="capacity")
    parts = sum(of[name] for name in ("arithmetic_j", "on_chip_j", "off_chip_j", "idle_j"))
    assert parts == pytest.approx(of["total_j"])
    assert of["total_j"] == pytest.approx(4 * of["energy_j"])
    # Horowitz 2014: an 8-bit multiplication takes 0.2 pJ and an addition 0.03 pJ
    plain = qb.predict_energy(resnet50, tx2, datatype="int8")
    assert plain["arithmetic_j"] == pytest.approx(resnet50.macs * 0.23e-12)
    assert qb.predict_energy(resnet50, tx2, datatype="int8", process_nm=22.5)["arithmetic_j"] < plain["arithmetic_j"]


def test_sparse_weights_leave_effectual_operations(resnet50):
    assert qb.operations_by_sparsity(resnet50)["gain"] == 1
    sparse = qb.analyze(qb.sparsify(qb.zoo.resnet50(), density=0.5))
    of = qb.operations_by_sparsity(sparse)
    assert of["effectual"] < of["dense"] == of["executed"]


def test_several_devices(resnet50, tx2):
    curve = qb.scaling_curve(resnet50, tx2, "data", 4, link_bytes_per_s=1e10, datatype="fp16", batch=8)
    assert [row["devices"] for row in curve] == [1, 2, 3, 4]
    assert curve[0]["speed_up"] == 1
    one = qb.predict_on_several(resnet50, tx2, "data", 4, link_bytes_per_s=1e10, datatype="fp16", batch=8)
    assert one == curve[3]
    with pytest.raises(qb.UnknownName):
        qb.scaling_curve(resnet50, tx2, "dat", 4, link_bytes_per_s=1e10)


def test_fabrics(tmp_path):
    # table 6.2 of the thesis: 4.6 TOP/s in INT8 from 1728 DSP slices at 666 MHz, two MACs each
    assert qb.fpga_peak("ZCU104", "int8", 0, 0.5, 666e6) == pytest.approx(4.6e12, rel=0.001)
    mine = qb.fpga_platform("mine", "ZCU104", [("int8", 0, 0.5, 666e6, 0.5)])
    assert mine.peaks["int8"] == pytest.approx(2.3e12, rel=0.001)
    with pytest.raises(qb.UnknownName, match="ZCU104"):
        qb.find_fpga("ZCU103")
    net = qb.analyze(qb.zoo.cnv(keep=0.25))
    fold = qb.best_folding(net, {"luts": 60000, "bram18": 200}, "w2a2", clock_hz=1e8)
    assert fold["interval_cycles"] == max(one["cycles"] for one in fold["stages"])
    assert fold["throughput_ips"] == pytest.approx(1e8 / fold["interval_cycles"])
    assert fold["resources"]["luts"] <= 60000 and fold["gap"] >= 0
    with pytest.raises(qb.InvalidArgument, match="does not fit"):
        qb.best_folding(net, {"luts": 10}, "w2a2")
    with pytest.raises(qb.UnknownName, match="luts, dsps"):
        qb.best_folding(net, {"lut": 10}, "w2a2")


def test_published_tables_come_out_again():
    assert {row["task"] for row in qb.table_7_1()} >= {"imagenet"}
    for row in qb.table_7_1():
        assert row["pearson"] is None or row["low"] <= row["pearson"] <= row["high"]
    near = [row for row in qb.table_8_1() if row["recomputed"] and not row["correction"]]
    assert sum(abs(row["recomputed"].ratio - row["published_ratio"]) < 0.05 for row in near) > len(near) / 2
    found = qb.compare_frontiers("imagenet")
    assert (found["predicted_optimal"], found["measured_optimal"], found["named"]) == (4, 5, 1)
    assert sum(row["measured_optimal"] for row in found["designs"]) == 5


def test_the_best_known_runs_attain_part_of_a_peak():
    for row in qb.attained_peaks():
        device = qb.platform(row["platform"], mode=row["mode"]) if row["mode"] else qb.platform(row["platform"])
        share = row["operations_per_s"] / device.peak_for(row["datatype"])[0].operations_per_second
        assert 0 < share < 0.75, row
    assert {"h100_sxm", "rtx_4090", "jetson_tx2", "edgetpu"} <= {row["platform"] for row in qb.attained_peaks()}


def test_a_precision_for_every_layer():
    net, device = qb.zoo.mlp(keep=0.125), qb.Platform("board", {"int8": 1e12, "int4": 2e12}, bandwidth_bytes_per_s=1e9)
    table = [(name, kind, loss) for name in ("fc2", "fc3") for kind, loss in (("int8", 0.0), ("int4", 0.5))]
    options = qb.precision_choices(net, device, table, datatype="int8")
    assert list(options) == ["fc2", "fc3", "everything else"]
    front = qb.choose_for_layers(options)
    brute = []  # all four combinations
    for second in ("int8", "int4"):
        for third in ("int8", "int4"):
            chosen = {"fc2": second, "fc3": third, "everything else": "int8"}
            rows = [options[layer][kind] for layer, kind in chosen.items()]
            brute.append(tuple(sum(column) for column in zip(*rows, strict=True)))
    expected = [one for one, on in zip(brute, qb.pareto_front(brute, maximize=[False] * 3), strict=True) if on]
    found = sorted(tuple(figures.values()) for figures, _ in front)
    assert np.allclose(found, sorted(set(expected)))
    figures, chosen = next(one for one in front if set(one[1].values()) == {"int8"})
    whole = qb.predict(qb.analyze(qb.quantize(net, "int8")), device, execution="layers")
    assert figures["model_bytes"] == pytest.approx(whole.model_bytes)
    assert figures["latency_s"] == pytest.approx(whole.latency_s)
    slowest = qb.choose_for_layers({"a": {"x": [1.0], "y": [3.0]}, "b": {"x": [2.0]}}, names=["s"], largest=["s"])
    assert slowest == (({"s": 2.0}, {"a": "x", "b": "x"}),)
    with pytest.raises(qb.InvalidArgument, match="has 1 figures for 3 objectives"):
        qb.choose_for_layers({"a": {"x": [1.0]}})
    with pytest.raises(qb.UnknownName, match="objective"):
        qb.choose_for_layers({"a": {"x": [1.0]}}, names=["s"], maximize=["t"])
