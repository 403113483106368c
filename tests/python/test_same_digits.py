# SPDX-License-Identifier: BSD-3-Clause
"""The same question gives the same digits from the C++ program, from predict, from a table and from a sweep."""

import csv
import io
import json

import pytest
import qutibench as qb

CASES = [
    (["cnv", "mlp"], ["ultra96_dpu", "zcu104_finn"], [], [1], [1.0, 0.25]),
    (["resnet50", "googlenet_v1", "mobilenet_v1"], ["jetson_tx2:maxp", "ncs2"], ["fp16"], [1, 16, 128], [1.0]),
    (["resnet50_pruned_80"], ["zcu102_dpu"], ["int8"], [1, 7], [1.0]),
    (["efficientnet_edgetpu_l"], ["edgetpu"], ["int8", "int4"], [3], [1.0]),
]
PLACEMENTS = [("published", "network"), ("capacity", "layers"), ("capacity", "dataflow")]


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.parametrize(("placement", "execution"), PLACEMENTS)
def test_estimates(case, placement, execution, asked):
    networks, platforms, datatypes, batches, keep = CASES[case]
    words = ["estimate", *networks, "--on", *platforms, "--batch", *batches, "--keep", *keep]
    words += ["--datatype", *datatypes] if datatypes else []
    told = json.loads(asked(*words, "--placement", placement, "--execution", execution, "--format", "json"))
    tabled = list(qb.estimates(networks, platforms, datatypes, batches, keep, placement, execution))
    swept = list(qb.sweep(networks, platforms, datatypes, batches, keep, placement=[placement], execution=[execution]))
    assert len(told) == len(tabled) == len(swept) > 0
    by_point = {(r["network"], r["keep"], r["platform"], r["mode"], r["datatype"], r["batch"]): r for r in swept}
    for record, row in zip(told, tabled, strict=True):
        p = qb.platform(record["platform"], mode=record["mode"])
        w = qb.network(record["network"], keep=record["keep"])
        e = qb.predict(
            w, p, datatype=record["datatype"], batch=record["batch"], placement=placement, execution=execution
        )
        point = by_point[tuple(record[name] for name in ("network", "keep", "platform", "mode", "datatype", "batch"))]
        for name in ("throughput_ips", "latency_s", "bound", "model_bytes", "peak_ops_per_s", "energy_j"):
            assert record[name] == row[name] == getattr(e, name) == point[name], name
        for name in ("operations", "macs", "feasible", "bandwidth_bytes_per_s"):
            assert record[name] == getattr(e, name), name
        assert record["assumptions"] == e.assumptions
        intensity = record["operational_intensity_ops_per_byte"]
        assert intensity == (e.operational_intensity if e.operational_intensity != float("inf") else None)


@pytest.mark.parametrize("network", ["cnv", "resnet50_v1_5", "mobilenet_v2", "bert_base", "resnet50_pruned_30"])
@pytest.mark.parametrize("count", ["qutibench", "macs_only", "fvcore"])
def test_workloads(network, count, asked):
    told = json.loads(asked("analyze", network, "--count", count, "--layers", "--format", "json"))
    w = qb.network(network, count=count)
    for name in ("operations", "macs", "weights", "activations", "peak_live_activations", "uncounted"):
        assert told[name] == getattr(w, name), name
    assert len(told["layers"]) == len(w.layers)
    for record, layer in zip(told["layers"], w.layers, strict=True):
        for name in ("name", "type", "operations", "macs", "weights"):
            assert record[name] == getattr(layer, name)
        assert record["output_shapes"] == [list(one) for one in layer.output_shapes]
        assert record["input_shapes"] == [list(one) for one in layer.input_shapes]


def test_catalogue(asked):
    assert {one["network"] for one in json.loads(asked("networks", "--format", "json"))} == set(qb.networks())
    assert {one["platform"] for one in json.loads(asked("platforms", "--format", "json"))} == set(qb.platforms())


def test_heatmap(asked):
    told = list(csv.DictReader(io.StringIO(asked("heatmap", "--format", "csv"))))
    for record, row in zip(told, qb.heatmap(), strict=True):
        assert (record["platform"], record["network_datatype"]) == (row["platform"], row["network_datatype"])
        assert float(record["inputs_per_second"]) == pytest.approx(row["inputs_per_second"], abs=0.0051)


def test_measured(tmp_path, asked):
    path = tmp_path / "rows.csv"
    path.write_text(qb.catalogue_file("measurements", "level3.csv"), encoding="utf-8")
    told = json.loads(asked("ingest", path, "--from", "qutibench", "--format", "json"))
    rows = qb.efficiency(qb.load_measurements(path, "qutibench"))
    for record, row in zip(told, rows, strict=True):
        assert record["efficiency"] == row.efficiency
        assert record["measured_throughput_ips"] == row.measured_throughput_ips
        assert record["throughput_ips"] == row.predicted.throughput_ips
        assert record["flags"] == row.flags


def test_version(asked):
    assert asked("--version").strip() == qb.__version__
