# SPDX-License-Identifier: BSD-3-Clause
"""Levels of memory, placement by time, tiles, and what a doubling buys."""

import copy
import pickle

import pytest
import qutibench as qb

RESNET50 = qb.analyze(qb.zoo.resnet50())
BOARD = qb.platform("zcu104_dpu")


def throughput(**how: object) -> float:
    return qb.predict(RESNET50, BOARD, datatype="int8", **how).throughput_ips


@pytest.mark.parametrize("execution", ["network", "layers", "prefetch", "tiled"])
def test_time_never_loses_to_the_fixed_order(execution: str) -> None:
    assert throughput(execution=execution, placement="optimal") >= throughput(execution=execution, placement="capacity")


def test_a_sweep_has_the_figures_of_single_predictions() -> None:
    how = {"placement": ["published", "capacity", "optimal"], "execution": ["layers", "tiled"]}
    sweep = qb.sweep(["resnet50"], ["zcu104_dpu"], ["int8"], [1, 2], on_chip_scales=[1, 2], **how).to_pandas()
    assert len(sweep) == 24
    for row in sweep[sweep.on_chip_scale == 1].itertuples():
        one = qb.predict(
            "resnet50", BOARD, datatype="int8", batch=int(row.batch), placement=row.placement, execution=row.execution
        )
        assert one.throughput_ips == row.throughput_ips
        assert one.bound == row.bound
    doubled = sweep[sweep.on_chip_scale == 2].throughput_ips.to_numpy()
    assert (doubled >= sweep[sweep.on_chip_scale == 1].throughput_ips.to_numpy()).all()


def test_levels_carry_what_their_kernels_move() -> None:
    parts = qb.explain(RESNET50, BOARD, datatype="int8", execution="layers", placement="optimal")
    off_chip, on_chip = parts.levels[0], parts.levels[-1]
    assert not off_chip.on_chip and on_chip.on_chip and on_chip.counts
    assert off_chip.traffic_bytes == pytest.approx(sum(one.traffic_bytes for one in parts.kernels))
    assert on_chip.traffic_bytes > off_chip.traffic_bytes
    assert 0 <= parts.placement_gap < 0.2 and parts.tile_bytes is None
    tiles = qb.explain(RESNET50, BOARD, datatype="int8", execution="tiled")
    assert tiles.placement_gap is None and tiles.tile_bytes == tiles.on_chip_bytes
    again = pickle.loads(pickle.dumps(parts))
    assert [one.traffic_bytes for one in again.levels] == [one.traffic_bytes for one in copy.copy(parts).levels]


def test_what_a_doubling_buys() -> None:
    rows = qb.doublings(RESNET50, BOARD, datatype="int8", execution="layers", placement="optimal")
    assert [row["doubled"] for row in rows] == [
        "as_is",
        "on_chip_capacity",
        "on_chip_bandwidth",
        "bandwidth",
        "peak",
        "everything",
    ]
    assert rows[0]["throughput_ips"] == throughput(execution="layers", placement="optimal")
    assert all(row["gain"] >= 1 for row in rows)
    assert rows[1]["gain"] > 1.02


def test_a_copy_of_a_platform_leaves_the_same_layers_to_its_host() -> None:
    text = """{"id": "npu", "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
        "memories": [{"name": "ddr", "bandwidth_bytes_per_s": 1e10}],
        "operators": {"unsupported": ["activation"], "source": "its manual", "host":
            {"name": "A53", "operations_per_second": 1e10, "bandwidth_bytes_per_s": 2e9}}}"""
    device = qb.Platform.from_json(text)
    slow = qb.predict("resnet50", device, datatype="int8")
    assert slow.latency_s > qb.predict("resnet50", qb.Platform("npu", {"int8": 1e12}, 1e10), datatype="int8").latency_s
    copies = [pickle.loads(pickle.dumps(device)), copy.deepcopy(device)]
    assert copies == [device, device]
    for other in (*copies, qb.Platform.from_json(device.to_json())):
        assert qb.predict("resnet50", other, datatype="int8").latency_s == slow.latency_s
