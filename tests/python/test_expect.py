# SPDX-License-Identifier: BSD-3-Clause
"""What to expect: alone, as columns of sweeps, and of calibrations that lean on a class."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import qutibench as qb

BOARD = Path(__file__).parents[1] / "data" / "board" / "stopwatch.csv"


def test_the_basis_is_the_device_else_its_class_else_the_bound():
    measured = qb.expect("resnet50", "rtx_3090", datatype="fp16", batch=256)
    of_class = qb.expect("resnet50", "a100_sxm_80gb", datatype="fp16", batch=256)
    nothing = qb.expect("resnet50", "zcu104_finn", datatype="w1a1")
    assert [one.basis for one in (measured, of_class, nothing)] == ["calibration", "class", "bound"]
    for one in (measured, of_class):
        assert one.low_ips < one.throughput_ips < one.high_ips
        assert one.throughput_ips < one.bound.throughput_ips
        assert one.latency_s == pytest.approx(256 / one.throughput_ips)
        assert one.sources
    assert "rtx_3090" in measured.sources[0]
    assert of_class.high_ips / of_class.low_ips > measured.high_ips / measured.low_ips
    assert nothing.throughput_ips == nothing.bound.throughput_ips
    assert nothing.low_ips is None and nothing.error is None and nothing.warnings


def test_unlike_networks_and_batches_are_warned_of_and_wider():
    def width(one):
        return math.log(one.high_ips / one.low_ips)

    usual = qb.expect("resnet50", "rtx_3090", datatype="fp16", batch=256)
    single = qb.expect("resnet50", "rtx_3090", datatype="fp16", batch=1)
    assert not usual.warnings
    assert single.warnings == ["batches of 64 to 1024 were measured"]
    assert width(single) > width(usual)


def test_sweeps_have_what_expect_says():
    table = qb.sweep(["resnet50", "mobilenet_v1"], ["rtx_3090", "zcu104_finn"], ["fp16", "w1a1"], batches=[64, 256])
    assert {"expected_throughput_ips", "expected_low_ips", "expected_high_ips", "expected_latency_s", "basis"} <= set(
        table.columns
    )
    for row in table:
        one = qb.expect(row["network"], row["platform"], datatype=row["datatype"], batch=row["batch"])
        assert row["basis"] == one.basis
        if one.basis == "bound":
            assert row["expected_throughput_ips"] is None
        else:
            assert row["expected_throughput_ips"] == pytest.approx(one.throughput_ips)
            assert row["expected_low_ips"] == pytest.approx(one.low_ips)
            assert row["expected_high_ips"] == pytest.approx(one.high_ips)
            assert row["expected_latency_s"] == pytest.approx(one.latency_s)


def test_fronts_by_what_to_expect():
    networks, platforms = ["resnet50", "mobilenet_v1"], ["rtx_3090", "rtx_4090"]
    front = qb.sweep(networks, platforms, ["fp16"], batches=[256], maximize=["expected_throughput_ips"])
    every = qb.sweep(networks, platforms, ["fp16"], batches=[256])["expected_throughput_ips"]
    assert [row["expected_throughput_ips"] for row in front] == [every.max()]


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"batch": 0}, qb.InvalidArgument, "at least 1"),
        ({"network": "resnet5O"}, qb.UnknownName, "resnet50"),
        ({"platform": "rtx_3091"}, qb.UnknownName, "rtx_3090"),
        ({"mode": "turbo", "platform": "jetson_tx2"}, qb.UnknownName, "turbo"),
    ],
)
def test_what_it_refuses(asked, error, says):
    network, platform = asked.pop("network", "resnet50"), asked.pop("platform", "rtx_3090")
    with pytest.raises(error, match=says):
        qb.expect(network, platform, **({"datatype": "fp16"} | asked))


@pytest.fixture(scope="module")
def board_rows():
    return [one for one in qb.load_measurements(BOARD, format="qutibench") if one.platform == "x86_onnxruntime"]


def test_a_board_leans_on_its_class_and_is_saved_with_it(board_rows, tmp_path):
    fitted = qb.calibrate(board_rows, structures=["learned"])
    fitted.save(tmp_path / "board.json")
    again = qb.load_calibration(tmp_path / "board.json")
    for one in board_rows:
        assert again.predict(one).throughput_ips == pytest.approx(fitted.predict(one).throughput_ips, rel=1e-9)
        assert again.predict(one).low_ips == pytest.approx(fitted.predict(one).low_ips, rel=1e-9)


def test_the_order_of_measurements_changes_nothing(board_rows):
    one, other = qb.calibrate(board_rows), qb.calibrate(board_rows[::-1])
    for name in ("resnet50", "mobilenet_v1"):
        a, b = (fit.predict(name, datatype="fp32").throughput_ips for fit in (one, other))
        assert a == pytest.approx(b, rel=1e-3)


def test_the_next_measurement_is_the_one_that_the_command_names(asked):
    names = ["resnet50", "mobilenet_v1", "squeezenet1_1", "vgg16", "efficientnet_b0"]
    order = qb.rank_next(names, "my_board", datatype="fp32", populations=["cpu_ncnn"])
    said = asked(
        "calibrate", "--on", "my_board", "--population", "cpu_ncnn", "--datatype", "fp32",
        "--format", "json", "--rank", *names,
    )  # fmt: skip
    told = json.loads(said)
    assert [one.network for one in order] == [one["network"] for one in told]
    assert [one.within for one in order] == pytest.approx([one["interval"] for one in told])


def test_what_is_measured_narrows_what_is_left(board_rows):
    names = ["resnet50", "mobilenet_v1", "vgg16"]
    before = qb.rank_next(names, "x86_onnxruntime", datatype="fp32")
    after = qb.rank_next(names, "x86_onnxruntime", board_rows, datatype="fp32")
    assert after[0].within < before[0].within


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"networks": []}, "at least one|1 to"),
        ({"populations": ["cpu_nccn"]}, "cpu_ncnn"),
        ({"networks": ["resnet5"]}, "resnet50"),
    ],
)
def test_what_a_ranking_refuses(asked, said):
    with pytest.raises(qb.Error, match=said):
        qb.rank_next(**({"networks": ["resnet50"], "platform": "my_board", "datatype": "fp32"} | asked))


def test_rows_of_layers_calibrate_and_say_that_networks_are_sums():
    net = qb.network("resnet50")
    layers = [one for one in net.layers if one.macs > 0]
    rows = [
        qb.Measurement(
            network="resnet50", platform="board", datatype="fp32", batch=1, level=1, part=one.name,
            latency_s=one.macs / 1e11 + 1e-5,
        )
        for one in layers
    ]  # fmt: skip
    fitted = qb.calibrate(rows)
    assert fitted.structure == "kernels"
    whole = fitted.predict("resnet50", datatype="fp32")
    assert whole.latency_s == pytest.approx(sum(one.latency_s for one in rows), rel=0.1)
    assert "sum of its kernels" in whole.assumptions[0]
