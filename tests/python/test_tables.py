# SPDX-License-Identifier: BSD-3-Clause
"""Everything with rows as a table: pandas, Arrow, notebooks, text."""

import math
import pickle

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import qutibench as qb


def shown():
    work = qb.analyze(qb.zoo.cnv())
    platform = qb.platform("jetson_tx2")
    return {
        "layers": work,
        "totals": qb.network("resnet50_pruned_80"),
        "graph": qb.zoo.cnv(),
        "platform": platform,
        "estimate": qb.predict(work, platform, datatype="fp16"),
        "kernels": qb.explain(work, platform, datatype="fp16", execution="layers"),
        "estimates": qb.table([qb.predict(work, platform, datatype="fp16", batch=b) for b in (1, 2)]),
        "measurement": qb.Measurement("cnv", "jetson_tx2", "fp16", batch=1, latency_s=0.01),
        "sweep": qb.sweep(["cnv"], ["jetson_tx2:maxn"], batches=range(1, 100)),
        "heatmap": qb.heatmap("mnist"),
        "what_if": qb.estimates(["cnv", "mlp"], ["ncs2"]),
    }


@pytest.mark.parametrize("name", shown())
def test_as_frames(name):
    one = shown()[name]
    table = qb.table(one)
    frame, arrow = one.to_pandas(), one.to_arrow()
    assert isinstance(frame, pd.DataFrame) and isinstance(arrow, pa.Table)
    assert len(frame) == arrow.num_rows == len(table) == len(list(table)) > 0
    assert list(frame.columns) == arrow.column_names == table.columns
    for column in table.columns:
        for x, y, z in zip(frame[column], arrow[column].to_pylist(), table[column], strict=True):
            assert x == z or (pd.isna(x) and (z is None or math.isnan(z)))
            assert y == z or y is None or math.isnan(y)


@pytest.mark.parametrize("name", shown())
def test_in_a_notebook_and_as_text(name):
    one = shown()[name]
    html = one._repr_html_()
    assert html.startswith("<table") and html.count("<table") == 1 == html.count("</table>")
    assert 0 < html.count("<th ") <= len(qb.table(one).columns)
    assert "\n" not in qb.table(one).headings()


def test_headings_say_the_unit():
    headings = qb.estimates(["cnv"], ["ncs2"]).headings()
    assert "latency [ms]" in headings and "throughput [inputs/s]" in headings and "network" in headings
    text = repr(qb.estimates(["cnv"], ["ncs2"], ["fp16"]))
    assert "1 row" in text.splitlines()


def test_columns_that_say_the_same_in_every_row_stand_below():
    table = qb.estimates(["resnet50", "cnv"], ["ncs2", "jetson_tx2"])
    text = repr(table)
    head = text.splitlines()[0].split("  ")
    assert max(map(len, text.splitlines()[:9])) <= 160
    assert "batch" not in [one.strip() for one in head] and "assumptions" not in text and "assumptions" in table.columns
    below = text.splitlines()[9:]
    assert below[0] == "8 rows"
    assert any(one.startswith("and ") and "traffic [MB]" in one for one in below)
    assert any(one.startswith("in every row: batch 1; keep 1; ") for one in below)
    assert any(one == "not known: interval [ms]" for one in below)
    html = table._repr_html_()
    assert "<p>in every row: batch 1; keep 1; " in html and "traffic [MB]</th>" in html
    assert "in every row" not in repr(qb.estimates(["cnv"], ["ncs2"], "int8"))  # a single row shows all of it
    alike = qb.table([{"a": 1, "b": 2}, {"a": 1, "b": 2}])
    assert repr(alike).splitlines()[0].split() == ["a", "b"]


def test_long_tables_are_cut_in_the_middle():
    s = qb.sweep(["cnv"], ["ncs2"], ["fp16"], batches=range(1, 1001))
    assert s._repr_html_().count("<tr>") < 30
    assert "1,000 rows" in s._repr_html_()
    assert len(repr(s).splitlines()) < 20


def test_names_are_kept_as_codes():
    s = qb.sweep(["cnv", "mlp"], ["ncs2", "jetson_tx2:maxn"], ["fp16"], [1, 2])
    column = s.column("network")
    assert column.codes.dtype == np.int32 and column.names == ["cnv", "mlp"]
    assert isinstance(s.to_pandas()["network"].dtype, pd.CategoricalDtype)
    assert pa.types.is_dictionary(s.to_arrow()["mode"].type)
    assert s["mode"].tolist() == [None, None, "maxn", "maxn"] * 2
    assert s.to_pandas()["mode"].isna().tolist() == [True, True, False, False] * 2
    assert s.to_arrow()["mode"].to_pylist() == [None, None, "maxn", "maxn"] * 2


def test_html_is_escaped():
    w = qb.Workload("<script>", 10**9, 10**6)
    assert "<script>" not in w._repr_html_()


def test_readable_numbers():
    from qutibench.tables import readable

    cases = {1234567: "1\u202f234\u202f567", 0.0: "0", 1.5: "1.5", 1234.5678: "1\u202f235", 0.000012345: "1.23e-05"}
    for value, text in cases.items():
        assert readable(value) == text
    assert readable(None) == readable(float("nan")) == "-"
    assert readable(True) == "yes" and readable(float("inf")) == "\u221e"


def test_what_has_no_rows():
    with pytest.raises(qb.InvalidArgument):
        qb.table(3)
    with pytest.raises(qb.InvalidArgument):
        qb.table([1, 2])


def test_numpy_numbers_are_numbers():
    rows = [{"a": np.float64(1.5), "b": np.int32(2), "c": np.bool_(True)}, {"a": np.float32(2), "b": 3, "c": False}]
    table = qb.table(rows)
    assert table["a"].dtype == np.float64 and table["a"].tolist() == [1.5, 2.0]
    assert table["b"].dtype == np.int64 and table["c"].dtype == np.bool_


def test_one_of_each_is_as_good_as_a_list(tmp_path):
    board = tmp_path / "board.json"
    board.write_text(qb.Platform("board", {"int8": 1e12}, 1e10).to_json(), encoding="utf-8")
    listed = qb.estimates(["cnv"], [str(board)], ["int8"], [4], [0.5])
    single = qb.estimates("cnv", board, "int8", np.int64(4), np.float32(0.5))
    assert list(single) == list(listed) and single["throughput_ips"][0] > 0
    swept = qb.sweep("cnv", board, "int8", np.int64(4), np.float32(0.5))
    assert swept["throughput_ips"].tolist() == single["throughput_ips"].tolist()


def test_what_a_platform_cannot_run_is_said():
    found = qb.estimates(["cnv"], ["jetson_tx2:maxn", "zcu104_dpu"], "fp16")
    assert found["platform"].tolist() == ["jetson_tx2"]
    (why,) = found.skipped
    assert "zcu104_dpu" in why and "fp16" in why
    swept = qb.sweep("cnv", ["jetson_tx2:maxn", "zcu104_dpu"], "fp16")
    assert len(swept.skipped) == 1 and pickle.loads(pickle.dumps(swept)).skipped == swept.skipped


def test_heatmap_of_the_thesis():
    table = qb.heatmap("mnist")
    assert len(table) == sum(1 for row in qb.heatmap() if row["task"] == "mnist")
    errata = [row for row in qb.heatmap() if row["erratum"]]
    assert {row["printed_inputs_per_second"] for row in errata} >= {38400.0}


def test_marks_have_a_legend_below():
    marked = qb.estimates(["cnv"], ["hailo_8", "ncs2"], ["int4", "int8"])
    by_datatype = {(row["platform"], row["datatype"]): row["marks"] for row in marked}
    assert by_datatype["hailo_8", "int4"] == "mc" and by_datatype["ncs2", "int8"] is None
    assert [line[:3] for line in repr(marked).splitlines()[-2:]] == ["m  ", "c  "]
    assert qb.predict(qb.network("cnv"), qb.platform("hailo_8"), datatype="int4").marks == "mc"
    assert not qb.estimates(["cnv"], ["ncs2"], ["int8"]).legend()
