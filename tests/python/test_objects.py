# SPDX-License-Identifier: BSD-3-Clause
"""Objects behave as Python objects do: pickled, copied, compared, shown."""

import copy
import functools
import pickle
from pathlib import Path

import pytest
import qutibench as qb
from qutibench import _core

DATA = Path(__file__).parents[1] / "data"


@functools.cache
def fitted():
    """A calibration of three runs of two networks on a board that nobody described."""
    works = {name: qb.analyze(qb.zoo.cnv(keep=keep)) for name, keep in (("a", 1.0), ("b", 0.5))}
    rows = [
        qb.Measurement(name, "my_board", "fp32", batch=batch, latency_s=batch * works[name].operations / 5e10 + 1e-3)
        for name, batch in (("a", 1), ("a", 4), ("b", 1), ("b", 2))
    ]
    return rows, works, qb.calibrate(rows, workloads=works)


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
        **views(graph, work, platform, measurement),
        "archive": qb.ParetoArchive([True, False]),
        "orthogonality": qb.Orthogonality(1.0, 2.0, 3.0, 6.0),
        "expectation": qb.expect("resnet50", "rtx_3090", datatype="fp16", batch=8),
        **language_models(),
    }


def language_models():
    served = qb.serve("llama_3_1_8b", "h100_sxm")
    return {
        "language model": qb.language_model("llama_3_1_8b"),
        "server": served,
        "figures of a server": served.bound,
        "calibration of a server": qb.ServingCalibration(),
    }


def views(graph, work, platform, measurement):
    """What answers are made of, and what shows a part of something larger."""
    entry, (rows, works, calibration) = qb.network_entry("resnet50"), fitted()
    breakdown = qb.explain(work, platform, datatype="fp16", execution="layers", placement="capacity")
    return {
        "onnx graph": qb.load_onnx(DATA / "onnx" / "mobilenet_v2.onnx"),
        "open onnx graph": qb.load_onnx(DATA / "half_known.onnx", dims={"batch": 1}),
        "node": graph.nodes[2],
        "layer of a workload": work.layers[2],
        "layer cost": work.layers[2].cost,
        "training": qb.training(work, 10, 2),
        "variant": qb.vary(qb.Backbone(layers=2), kernels=[3])[0],
        "backbone": qb.Backbone(layers=2),
        "entry": entry,
        "accuracy": entry.accuracies[0],
        "provenance": entry.sources[0],
        "link": qb.platform("a10").modes[0].links[0],
        "peak": platform.modes[0].peaks[0],
        "breakdown": breakdown,
        "kernel": breakdown.kernels[0],
        "placed tensor": breakdown.tensors[0],
        "level": breakdown.levels[0],
        "array": qb.ProcessingArray(8, 16, "weight_stationary"),
        "efficiency": qb.efficiency(measurement),
        "errors": qb.prediction_errors([1.0, 2.0], [1.0, 2.5]),
        "networks": network_set(works),
        "calibration": calibration,
        "fitted model": calibration._fitted,
        "calibrated estimate": calibration.predict(rows[0]),
        "validation": calibration.validation,
        "residual": calibration.validation.rows[0],
    }


def network_set(works):
    networks = qb.NetworkSet()
    for name, work in works.items():
        networks.add(name, work)
    return networks


# Parts that Python code is made of.
INTERNAL = {"DesignSpace", "ModelWriter"}


def test_every_public_type_is_among_the_objects():
    """A new class without a state of its own would abort or fail where somebody sends it to another process."""
    here = {type(one).__name__ for one in objects().values()}
    classes = {name for name, one in vars(_core).items() if isinstance(one, type) and not issubclass(one, Exception)}
    assert classes - INTERNAL - here == set()


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
