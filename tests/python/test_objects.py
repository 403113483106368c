# SPDX-License-Identifier: BSD-3-Clause
"""Objects behave as Python objects do: pickled, copied, compared, shown."""

import copy
import pickle

import pytest
import qutibench as qb


def objects():
    graph = qb.zoo.cnv(keep=0.5)
    work = qb.analyze(graph)
    platform = qb.platform("jetson_tx2", mode="maxq")
    measurement = qb.Measurement("cnv", "jetson_tx2", "fp16", batch=2, latency_s=0.01, power_w=5.0, mode="maxq")
    return {
        "datatype": qb.Datatype("mxfp4"),
        "precision": qb.Precision("w2a8"),
        "layer": qb.layers.convolution_2d(out_channels=8, kernel=3, padding="same", groups=2, bias=True),
        "tensor": graph.results[0],
        "graph": graph,
        "quantised graph": qb.quantize(graph, "int4", keep_first=True),
        "workload": work,
        "totals": qb.network("resnet50_pruned_30"),
        "counted otherwise": qb.analyze(graph, count="fvcore"),
        "platform": platform,
        "memory": platform.memories[0],
        "mode": platform.modes[1],
        "estimate": qb.predict(work, platform, datatype="fp16", batch=3),
        "pipelined estimate": qb.predict(work, platform, datatype="fp16", execution="dataflow"),
        "parameters": qb.ExecutionParameters(tile_columns=16, overlap="none"),
        "measurement": measurement,
        "archive": qb.ParetoArchive([True, False]),
        "orthogonality": qb.Orthogonality(1.0, 2.0, 3.0, 6.0),
    }


@pytest.mark.parametrize("name", objects())
def test_pickled_copied_and_compared(name):
    one = objects()[name]
    for other in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one), objects()[name]):
        assert type(other) is type(one)
        if name == "archive":
            assert other.maximize == one.maximize and len(other) == len(one)
        else:
            assert other == one
            assert (other != one) is False
    assert one != object()
    assert one != 3


@pytest.mark.parametrize("name", objects())
def test_representations_say_something(name):
    text = repr(objects()[name])
    assert "object at 0x" not in text
    assert len(text) < 4000


def test_a_pickled_workload_predicts_the_same():
    w = qb.analyze(qb.zoo.resnet50())
    again = pickle.loads(pickle.dumps(w))
    p = qb.platform("zcu104_dpu")
    for settings in ({"execution": "layers", "placement": "capacity"}, {"execution": "dataflow"}, {}):
        assert qb.predict(again, p, **settings).latency_s == qb.predict(w, p, **settings).latency_s
    assert [one.input_shapes for one in again.layers] == [one.input_shapes for one in w.layers]


def test_values_that_may_be_keys():
    assert {qb.Datatype("int8"): 1}[qb.Datatype("int8")] == 1
    assert len({qb.Precision("int8"), qb.Precision("w8a8")}) == 1


def test_estimates_keep_what_they_are_for():
    e = qb.predict(qb.analyze(qb.zoo.cnv()), qb.platform("zcu104_dpu"))
    assert e.workload.layers[1].kind == "convolution"
    assert e.device.peaks["int8"] == e.peak_ops_per_s


def test_nothing_uninitialised_crashes():
    """Objects made around their initialisers are refused where they are passed on; pybind11 gives no hook to refuse
    their own members."""
    w, p = qb.Workload.__new__(qb.Workload), qb.Platform.__new__(qb.Platform)
    for call in (
        lambda: qb.predict(w, qb.platform("ncs2")),
        lambda: qb.predict(qb.network("cnv"), p),
    ):
        with pytest.raises((TypeError, RuntimeError)):
            call()


def test_subclasses_may_be_predicted():
    class Mine(qb.Workload):
        pass

    mine = Mine("mine", 10**9, 10**6)
    assert qb.predict(mine, qb.platform("ncs2"), datatype="fp16").throughput_ips > 0
