# SPDX-License-Identifier: BSD-3-Clause
"""Arrays of processing elements and plans of memory, as Python asks for them."""

import csv
import pickle
from pathlib import Path

import pytest
import qutibench as qb

DATA = Path(__file__).resolve().parents[1] / "data" / "arrays"


def rows(name):
    with (DATA / name).open() as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("flow", ["output_stationary", "weight_stationary", "input_stationary"])
def test_cycles_are_those_of_scalesim(flow):
    """SCALE-Sim 3.0.0 reports the number of the last cycle, from zero."""
    shapes = {(one["topology"], one["layer"]): one for one in rows("topologies.csv")}
    compared = 0
    for one in rows("scalesim_cycles.csv"):
        if one["flow"] != flow:
            continue
        shape = {key: int(value) for key, value in shapes[one["topology"], one["layer"]].items() if value.isdigit()}
        high = -(-(shape["height"] - shape["kernel_height"]) // shape["stride"]) + 1  # it rounds up
        wide = -(-(shape["width"] - shape["kernel_width"]) // shape["stride"]) + 1
        array = qb.ProcessingArray(int(one["rows"]), int(one["columns"]), flow)
        depth = shape["kernel_height"] * shape["kernel_width"] * shape["channels"]
        found = array.cycles(high * wide, shape["filters"], depth)
        assert found["cycles"] == int(one["cycles"]) + 1, one
        assert found["macs"] == high * wide * shape["filters"] * depth
        assert 0 < found["utilisation"] <= found["mapped"] <= 1
        compared += 1
    assert compared == 168


def test_an_array_pickles_prints_and_names_its_flows():
    array = qb.ProcessingArray(256, 256, "weight_stationary")
    assert repr(array) == "ProcessingArray(256, 256, 'weight_stationary')" and array.elements == 65_536
    again = pickle.loads(pickle.dumps(array))
    assert again.cycles(64, 64, 64) == array.cycles(64, 64, 64)
    with pytest.raises(qb.UnknownName, match="weight_stationary"):
        qb.ProcessingArray(8, 8, "weights_stationary")
    with pytest.raises(qb.InvalidArgument):
        qb.ProcessingArray(0, 8)
    layers = array.layers(qb.analyze(qb.zoo.resnet8()))
    assert sum(one["macs"] for one in layers) == qb.analyze(qb.zoo.resnet8()).macs
    used = qb.explain(qb.analyze(qb.zoo.mobilenet_v1()), qb.platform("tpu_v1"), execution="array")
    plain = qb.explain(qb.analyze(qb.zoo.mobilenet_v1()), qb.platform("tpu_v1"), execution="layers")
    assert used.total.throughput_ips < plain.total.throughput_ips


def test_a_plan_of_memory_has_offsets_that_do_not_overlap():
    plan = qb.plan_memory(qb.analyze(qb.zoo.resnet8()), qb.platform("stm32f446"))
    assert plan["arena_bytes"] >= plan["arena_bound_bytes"] and plan["fits"] is True
    assert plan["ram_bytes"] == plan["arena_bytes"] + plan["state_bytes"]
    assert plan["flash_bytes"] == plan["weight_bytes"] + plan["bias_bytes"] + plan["quantization_bytes"]
    placed = [one for one in plan["tensors"] if not one["in_place"]]
    for i, a in enumerate(placed):
        assert a["offset"] + a["bytes"] <= plan["arena_bytes"]
        for b in placed[:i]:
            together = a["first"] < b["last"] and b["first"] < a["last"]
            assert not together or a["offset"] + a["bytes"] <= b["offset"] or b["offset"] + b["bytes"] <= a["offset"]
    assert "fits" not in qb.plan_memory(qb.analyze(qb.zoo.ds_cnn()))
