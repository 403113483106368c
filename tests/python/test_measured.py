# SPDX-License-Identifier: BSD-3-Clause
"""Measurements: read, made by hand, held against predictions, fitted."""

import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import qutibench as qb
import scipy.stats

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def published():
    """T's level-3 measurements as the module carries them."""
    return qb.parse_measurements(qb.catalogue_file("measurements", "level3.csv"), "qutibench")


def test_published_rows(published):
    assert len(published) > 600
    one = published[0]
    assert one.level == 3 and one.part is None
    assert one.deployment in ("batch", "stream", "threads")
    assert all(row.throughput_ips is None or row.throughput_ips > 0 for row in published)
    assert {row.scope for row in published} == {"system", "compute"}
    assert any("other scope" in text for row in published for text in row.cautions)
    assert one.format == "qutibench" and "line" in one.place


def test_a_file_by_path_and_by_format(tmp_path):
    text = qb.catalogue_file("measurements", "level3.csv")
    path = tmp_path / "rows.csv"
    path.write_text(text, encoding="utf-8")
    assert len(qb.load_measurements(path)) == len(qb.parse_measurements(text, "qutibench"))
    with pytest.raises(qb.UnknownName, match="qutibench"):
        qb.load_measurements(path, format="qutibenhc")
    with pytest.raises(qb.ParseError, match="no such file"):
        qb.load_measurements(tmp_path / "none.csv")
    assert ("qutibench_table", "qutibench") in qb.measurement_formats() or "qutibench" in dict(qb.measurement_formats())


def test_flags_are_sentences():
    log = "loop_count = 4\ntiny  min =  0.00  max =  0.08  avg =  0.00\n"
    (one,) = qb.parse_measurements(log, "ncnn", network="tiny", platform="b", datatype="fp32")
    assert one.latency_s is None and one.throughput_ips is None
    assert one.flags == one.cautions == ["the tool rounded its times to zero, so they are unknown"]


def test_your_own_stopwatch():
    one = qb.Measurement(network="mine", platform="my_board", datatype="fp32", batch=4, latency_s=0.012)
    assert one.throughput_ips is None
    assert one.attained_throughput_ips == 4 / 0.012
    assert (one.deployment, one.deployment_value, one.batch, one.level, one.scope) == ("batch", 4, 4, 3, "system")
    assert one.mode is None and one.power_w is None and one.accuracy_top1 is None and one.place is None
    several = qb.Measurement("mine", "b", "int8", batch=2, threads=3, throughput_ips=9.0)
    assert (several.deployment, several.deployment_value, several.batch, several.threads) == ("threads", 3, 2, 3)
    streamed = qb.Measurement("mine", "b", "int8", stream=100, latency_s=1.0)
    assert streamed.attained_throughput_ips == 100


@pytest.mark.parametrize(
    "wrong",
    [
        {"latency_s": 0.0},
        {"latency_s": -1.0},
        {"throughput_ips": float("inf")},
        {"keep": 0.0},
        {"batch": 0},
        {"threads": 2, "stream": 2},
        {"accuracy_top1": 76.1},
        {"network": ""},
        {"level": 4},
        {"datatype": "int99x"},
    ],
)
def test_figures_that_cannot_be(wrong):
    given = {"network": "mine", "platform": "b", "datatype": "fp32"} | wrong
    with pytest.raises(qb.Error):
        qb.Measurement(**given)


def test_efficiency(published):
    rows = qb.efficiency(published, batch=1)
    assert len(rows) == len(published)
    for row in rows:
        if row.efficiency is None:
            continue
        e = row.predicted
        assert row.efficiency == row.measured_throughput_ips / e.throughput_ips
        if row.efficiency > 1.005:
            assert any("above" in flag for flag in row.flags)
    table = qb.table(rows)
    assert {"efficiency", "flags", "measured_throughput_ips", "throughput_ips"} <= set(table.columns)


def test_efficiency_of_ones_own_network():
    w = qb.Workload("mine", 2 * 10**9, 10**6)
    p = qb.Platform("board", {"fp32": 1e11}, bandwidth_bytes_per_s=1e10)
    m = qb.Measurement("mine", "board", "fp32", batch=1, latency_s=0.04)
    row = qb.efficiency(m, {"mine": w}, {"board": p})
    assert row.efficiency == pytest.approx(0.5)
    with pytest.raises(qb.UnknownName):
        qb.efficiency(m)
    with pytest.raises(qb.UnknownName):
        qb.efficiency(m, {"mine": w})


def test_best_of(published):
    best = qb.best_of(published)
    assert len(best) < len(published)
    chosen = max(
        (m for m in published if (m.network, m.platform, m.mode, m.datatype, m.keep, m.scope) == _key(best[0])),
        key=lambda m: m.attained_throughput_ips or 0,
    )
    assert best[0].attained_throughput_ips == chosen.attained_throughput_ips


def _key(m):
    return (m.network, m.platform, m.mode, m.datatype, m.keep, m.scope)


def test_statistics_against_scipy():
    random = np.random.default_rng(5)
    x, y = random.random(50), random.random(50).round(1)
    assert qb.pearson(x, y) == pytest.approx(scipy.stats.pearsonr(x, y).statistic)
    assert qb.spearman(x, y) == pytest.approx(scipy.stats.spearmanr(x, y).statistic)
    assert qb.kendall(x, y) == pytest.approx(scipy.stats.kendalltau(x, y).statistic)
    errors = qb.prediction_errors([1.1, 2.0, 3.0], [1.0, 2.0, 4.0])
    assert errors.mape == pytest.approx((0.1 + 0 + 0.25) / 3)
    assert (errors.count, errors.within_10_percent) == (3, pytest.approx(2 / 3))
    low, high = qb.bootstrap_pairs(x, x + 0.01 * y, lambda a, b: float(np.corrcoef(a, b)[0, 1]), resamples=100)
    assert 0.9 < low <= high <= 1
    with pytest.raises(qb.InvalidArgument):
        qb.pearson([1, 2], [1])
    with pytest.raises(ZeroDivisionError):
        qb.bootstrap_pairs(x, y, lambda a, b: 1 / 0)


def test_orthogonality_of_pruning_and_quantisation(published):
    like = next(m for m in published if m.platform == "jetson_tx2" and m.network == "cnv")
    variants = [("cnv", 1.0, "fp32"), ("cnv", 0.5, "fp32"), ("cnv", 1.0, "fp16"), ("cnv", 0.5, "fp16")]
    found = qb.orthogonality(published, like, *variants)
    assert found.p2 / found.p1 == pytest.approx(found.q2 / found.q1) == found.ratio
    assert qb.orthogonality(published, like, *[("none", 1.0, "fp32")] * 4) is None


@pytest.fixture(scope="module")
def calibrated(published):
    rows = [m for m in published if m.platform == "ncs2"]
    return rows, qb.calibrate(rows)


def test_calibration_predicts_what_it_saw(calibrated):
    rows, c = calibrated
    errors = [abs(c.predict(m).throughput_ips / m.throughput_ips - 1) for m in rows if m.throughput_ips]
    assert np.mean(errors) < 0.10
    e = c.predict(rows[0])
    assert isinstance(e, qb.Estimate)
    assert e.low_ips < e.throughput_ips < e.high_ips
    assert e.platform == c.platform == "ncs2" and e.datatype == rows[0].datatype
    assert e.predictable and isinstance(e.assumptions, list)


def test_calibration_predicts_what_it_did_not_see(calibrated):
    _, c = calibrated
    e = c.predict(qb.network("resnet50"), datatype="fp16", batch=1)
    bound = qb.predict(qb.network("resnet50"), qb.platform("ncs2"), datatype="fp16", batch=1)
    assert 0 < e.throughput_ips < bound.throughput_ips
    assert c.predict("resnet50", datatype="fp16").throughput_ips == e.throughput_ips
    assert c.predict(qb.zoo.resnet50(), datatype="fp16").throughput_ips == pytest.approx(e.throughput_ips)
    assert e.peak_ops_per_s == bound.peak_ops_per_s
    threads = c.predict("resnet50", datatype="fp16", threads=4)
    assert threads.threads == 4 and threads.throughput_ips > 0


def test_a_calibrated_figure_says_that_layers_are_missing_from_it(calibrated):
    _, c = calibrated
    graph = qb.load_onnx(DATA / "half_known.onnx", dims={"batch": 1})
    assert qb.analyze(graph).uncounted == ["sort (Sort)"]
    assert any("no cost model" in one for one in c.predict(graph, datatype="fp16").assumptions)
    assert not any("no cost model" in one for one in c.predict("resnet50", datatype="fp16").assumptions)


def test_held_out_errors(calibrated):
    rows, c = calibrated
    v = c.validation
    assert 0 < v.median_ape <= v.mape < 0.5
    assert len(v.rows) == len([m for m in rows if m.attained_throughput_ips])
    assert v.within(10.0) == 1
    frame = v.to_pandas()
    assert frame["error"].mean() == pytest.approx(v.mape)


def test_saved_and_loaded(calibrated, tmp_path):
    _, c = calibrated
    path = tmp_path / "ncs2.json"
    c.save(path)
    for again in (qb.load_calibration(path), pickle.loads(pickle.dumps(c))):
        assert again.parameters == pytest.approx(c.parameters)
        assert again.predict("resnet50", datatype="fp16").throughput_ips == pytest.approx(
            c.predict("resnet50", datatype="fp16").throughput_ips
        )
        assert again.validation.mape == pytest.approx(c.validation.mape)
        assert again.data_hash == c.data_hash
    with pytest.raises(qb.ParseError):
        c.save(tmp_path / "no" / "such.json")
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(qb.ParseError):
        qb.load_calibration(path)


def test_a_board_that_nobody_described():
    """Attained rates only: a machine of 50 GOP/s and 2 ms a call is found again."""
    names = ["resnet18", "resnet34", "resnet50", "vgg16", "alexnet", "mobilenet_v2", "googlenet", "densenet121"]
    works = {name: qb.analyze(getattr(qb.zoo, name)()) for name in names}
    rows = [
        qb.Measurement(name, "my_board", "fp32", batch=1, latency_s=w.operations / 50e9 + 0.002)
        for name, w in works.items()
    ]
    c = qb.calibrate(rows, workloads=works)
    assert c.platform == "my_board"
    for row in rows:
        assert c.predict(row).throughput_ips == pytest.approx(row.attained_throughput_ips, rel=0.5)
    e = c.predict(qb.analyze(qb.zoo.resnet101()), datatype="fp32")
    assert e.throughput_ips > 0 and e.energy_j is None


def test_streams_need_a_folding(published):
    rows = [m for m in published if m.platform == "zcu104_finn" and m.deployment == "stream"]
    hold = rows[0].network
    c = qb.calibrate([m for m in rows if m.network != hold])
    e = c.predict(rows[0])
    assert not e.predictable and math.isnan(e.throughput_ips)
    assert "folding" in e.warnings[0]
    c.declare_folding(qb.network_key(rows[0]), rows[0].datatype, interval_s=1e-4, mode=rows[0].mode)
    assert c.predict(rows[0]).throughput_ips > 0


def test_what_cannot_be_calibrated(published):
    with pytest.raises(qb.InvalidArgument):
        qb.calibrate([])
    with pytest.raises(qb.InvalidArgument, match="one platform"):
        qb.calibrate(published)
    with pytest.raises(qb.UnknownName):
        qb.calibrate([qb.Measurement("nobody_knows", "ncs2", "fp16", latency_s=1.0)])
    with pytest.raises(qb.UnknownName):
        qb.calibrate([m for m in published if m.platform == "ncs2"], structures=["no such"])


def test_calibrating_for_a_platform_of_a_wrong_name_is_refused(published):
    rows = [m for m in published if m.platform == "ultra96_dpu"]
    with pytest.raises(qb.UnknownName, match="ultra96_dpu"):
        qb.calibrate(rows, platform="ultra96_dpv")


def test_measurements_do_not_open_other_files(tmp_path):
    columns = "network,platform,datatype,batch,latency_ms\n"
    files = [f"{tmp_path}/net.json,zcu104_dpu", "cnv,../board.json"]
    for names in files:
        (row,) = qb.parse_measurements(f"{columns}{names},int8,1,12.5\n", "qutibench")
        with pytest.raises(qb.InvalidArgument, match="which is a path"):
            qb.efficiency(row)
        with pytest.raises(qb.InvalidArgument, match="which is a path"):
            qb.calibrate([row])
