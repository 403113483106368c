# SPDX-License-Identifier: BSD-3-Clause
"""What is refused, with which exception, and in which words."""

import csv
import io
import json
import pickle

import pytest
import qutibench as qb

W = qb.Workload("w", 10**9, 10**6)
P = qb.Platform("p", {"int8": 1e12}, bandwidth_bytes_per_s=1e10)

CASES = {
    "unknown platform": (lambda: qb.platform("jetson_txx2"), qb.UnknownName, KeyError, "jetson_tx2"),
    "unknown mode": (lambda: qb.platform("jetson_tx2", mode="maxx"), qb.UnknownName, KeyError, "max"),
    "two modes": (lambda: qb.platform("jetson_tx2:maxn", mode="maxq"), qb.InvalidArgument, ValueError, "names a mode"),
    "unknown network": (lambda: qb.network("resnett50"), qb.UnknownName, KeyError, "resnet50"),
    "unknown zoo network": (lambda: qb.zoo.resnet49, qb.UnknownName, KeyError, "resnet50"),
    "unknown datatype": (lambda: qb.predict(W, P, datatype="itn8"), qb.UnknownName, ValueError, "int8"),
    "unknown placement": (lambda: qb.predict(W, P, placement="publish"), qb.UnknownName, ValueError, "published"),
    "unknown execution": (lambda: qb.predict(W, P, execution="layer"), qb.UnknownName, ValueError, "layers"),
    "no carrier": (lambda: qb.predict(W, P, datatype="fp32"), qb.UnsupportedDatatype, ValueError, "int8"),
    "batch of zero": (lambda: qb.predict(W, P, batch=0), qb.InvalidArgument, ValueError, "at least 1"),
    "batch past 64 bits": (lambda: qb.predict(W, P, batch=2**63), qb.InvalidArgument, ValueError, "64 bits"),
    "no work at all": (lambda: qb.predict(qb.Workload("w", 0, 0), P), qb.InvalidArgument, ValueError, "neither"),
    "negative work": (lambda: qb.Workload("w", -1, 0), qb.InvalidArgument, ValueError, "negative"),
    "no peak": (lambda: qb.Platform("p", {}), qb.InvalidArgument, ValueError, "no peak"),
    "peak of zero": (lambda: qb.Platform("p", {"int8": 0.0}), qb.InvalidArgument, ValueError, "positive"),
    "peak of nan": (lambda: qb.Platform("p", {"int8": float("nan")}), qb.InvalidArgument, ValueError, "positive"),
    "keep above one": (lambda: qb.zoo.cnv(keep=1.5), qb.InvalidArgument, ValueError, "keep"),
    "keep of totals": (lambda: qb.network("resnet50_pruned_80", keep=0.5), qb.InvalidArgument, ValueError, "totals"),
    "no such file": (lambda: qb.platform("no/such.json"), qb.ParseError, ValueError, "no such file"),
    "a device as a calibration": (lambda: qb.load_calibration("/dev/zero"), qb.ParseError, ValueError, "a device"),
    "a folder as a calibration": (lambda: qb.load_calibration("tests"), qb.ParseError, ValueError, "a folder"),
    "an impossible peak": (lambda: qb.Platform("p", {"int8": 1e-300}), qb.InvalidArgument, ValueError, "can have"),
    "not JSON": (lambda: qb.Platform.from_json("{"), qb.ParseError, ValueError, "line 1"),
    "missing key": (lambda: qb.Platform.from_json('{"id": "x"}'), qb.ParseError, ValueError, "peaks"),
    "wrong rank": (lambda: qb.layers.dense(out_features=3).output_shape([(1, 2, 3, 4)]), None, None, ""),
    "window too large": (
        lambda: qb.layers.convolution_2d(out_channels=1, kernel=9).output_shape([(1, 3, 4, 4)]),
        qb.ShapeError,
        ValueError,
        "convolution_2d",
    ),
    "unknown setting": (lambda: qb.layers.dense(features=3), qb.InvalidArgument, ValueError, "out_features"),
    "setting of wrong type": (lambda: qb.layers.dense(out_features="x"), qb.InvalidArgument, ValueError, "out_feat"),
    "wrong maximise": (lambda: qb.pareto_front([[1.0, 2.0]], [True]), qb.InvalidArgument, ValueError, "maximize"),
    "one dimension": (lambda: qb.pareto_front([1.0, 2.0]), qb.InvalidArgument, ValueError, "2 dimensions"),
    "negative workers": (
        lambda: qb.choose_for_layers({"a": {"x": [1.0]}}, names=["s"], workers=-1),
        qb.InvalidArgument,
        ValueError,
        "from 1 to 4096",
    ),
    "no workers": (
        lambda: qb.serve_frontier("llama_3_1_8b", "h100_sxm", workers=0),
        qb.InvalidArgument,
        ValueError,
        "from 1 to 4096",
    ),
    "task": (lambda: qb.heatmap("imagenette"), qb.UnknownName, KeyError, "imagenet"),
}


def test_the_zoo_can_be_asked_what_it_has():
    assert hasattr(qb.zoo, "resnet50") and not hasattr(qb.zoo, "resnet49")
    assert getattr(qb.zoo, "resnet49", None) is None


@pytest.mark.parametrize("name", CASES)
def test_refused(name):
    call, leaf, builtin, words = CASES[name]
    if leaf is None:
        call()
        return
    with pytest.raises(leaf, match=words) as caught:
        call()
    wrong = caught.value
    assert isinstance(wrong, qb.Error)
    assert isinstance(wrong, builtin)
    assert "\n" not in str(wrong)
    again = pickle.loads(pickle.dumps(wrong))
    assert (type(again), str(again)) == (type(wrong), str(wrong))


@pytest.mark.parametrize(
    "call",
    [
        lambda: qb.predict(W, 3),
        lambda: qb.predict(None, P),
        lambda: qb.predict(W, P, batch=1.5),
        lambda: qb.predict(W, P, batch="1"),
        lambda: qb.predict(W, P, datatype=8),
        lambda: qb.predict(W, P, size=1),
        lambda: qb.predict(W),
        lambda: qb.analyze(50),
        lambda: qb.platform(3),
        lambda: qb.Workload(3, 1, 1),
        lambda: qb.pareto_front("abc"),
        lambda: qb.efficiency([1]),
        lambda: qb.sweep([1.5], ["ncs2"]),
    ],
)
def test_wrong_types_are_type_errors(call):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert not isinstance(caught.value, RuntimeError)


def test_no_cell_of_a_csv_begins_a_formula(asked, tmp_path):
    """Spreadsheets run what begins with = + - or @; names come from files of others."""
    mine = tmp_path / "mine.json"
    mine.write_text(json.dumps({"id": "=1+1", "operations": 1e9, "weights": 1e6}))
    rows = list(csv.DictReader(io.StringIO(asked("estimate", mine, "--on", "ncs2", "--format", "csv"))))
    assert {row["network"] for row in rows} == {"'=1+1"}
    answers = json.loads(asked("estimate", mine, "--on", "ncs2", "--format", "json"))
    assert {answer["network"] for answer in answers} == {"=1+1"}


def test_details_of_errors():
    with pytest.raises(qb.UnknownName) as caught:
        qb.platform("nncs2")
    assert caught.value.nearest == "ncs2"
    with pytest.raises(qb.UnknownName, match="'h100_nvl' or 'h100_pcie' or 'h100_sxm'") as several:
        qb.platform("h100")
    assert qb.platform(several.value.nearest).id == "h100_nvl"
    with pytest.raises(qb.ParseError) as caught:
        qb.Platform.from_json('{"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": -1}]}', "mine.json")
    assert caught.value.source == "mine.json"
    assert caught.value.place == "/peaks/0/operations_per_second"


def test_the_tree():
    from qutibench import errors

    leaves = [getattr(errors, name) for name in errors.__all__ if name != "Error"]
    assert all(issubclass(one, qb.Error) and one.__doc__ for one in leaves)
    assert issubclass(qb.CountOverflow, OverflowError)
    assert issubclass(qb.MissingPackage, ImportError)


def test_counts_past_64_bits():
    g = qb.Graph("huge")
    x = g.input((2**20, 2**20, 2**10, 2**10))
    with pytest.raises(qb.CountOverflow, match="64 bits"):
        g.add(qb.layers.convolution_2d(out_channels=2**20, kernel=1), x)
