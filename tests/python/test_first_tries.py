# SPDX-License-Identifier: BSD-3-Clause
"""What a newcomer tries first, and what it says."""

import numpy as np
import pytest
import qutibench as qb


@pytest.fixture(scope="module")
def table():
    return qb.sweep(["resnet50", "vgg16"], ["a10"], ["fp16"], batches=[1, 8])


def test_rows_and_columns_of_tables(table):
    assert table[0] == next(iter(table))
    assert table[-1] == table[3] == list(table)[3]
    assert table[1:3] == list(table)[1:3]
    assert table["batch"].tolist() == [1, 8, 1, 8]
    with pytest.raises(IndexError, match="there is no row 4"):
        table[4]


def test_arrow_takes_tables_and_unknown_is_null():
    arrow = pytest.importorskip("pyarrow")
    unknown = qb.estimates(["resnet50"], ["hailo_8l", "a10"], ["int8"])
    taken = arrow.table(unknown)
    assert taken.num_rows == len(unknown) == 2
    assert taken["accuracy_top1"].null_count == sum(row["accuracy_top1"] is None for row in unknown)
    assert taken["price_usd"].null_count == sum(row["price_usd"] is None for row in unknown)


@pytest.mark.parametrize("asked", ["float16", np.float16, np.dtype("float16"), "torch.float16"])
def test_datatypes_as_other_packages_name_them(asked):
    assert qb.predict("resnet50", "a10", datatype=asked).datatype == "fp16"


def test_a_keyword_that_there_is_none_of():
    with pytest.raises(TypeError, match=r"there is no argument 'dtype'.*datatype"):
        qb.predict("resnet50", "a10", dtype="int8")


GRAPH = qb.zoo.cnv()
TAKES_A_NETWORK = {
    "predict": lambda net: qb.predict(net, "a10"),
    "explain": lambda net: qb.explain(net, "a10"),
    "decompose": lambda net: qb.decompose(net, "a10"),
    "doublings": lambda net: qb.doublings(net, "a10"),
    "score": lambda net: qb.score(net, "a10"),
    "predict_energy": lambda net: qb.predict_energy(net, "a10"),
    "predict_on_several": lambda net: qb.predict_on_several(net, "a10", "data", 2, 1e9),
    "plan_memory": lambda net: qb.plan_memory(net, "a10"),
    "operations_by_sparsity": lambda net: qb.operations_by_sparsity(net, "a10"),
    "training_memory": lambda net: qb.training_memory(net),
    "best_folding": lambda net: qb.best_folding(net, "ZCU104", "w2a2")["interval_cycles"],
    "analyze": lambda net: qb.analyze(net).operations,
    "prune": lambda net: qb.analyze(qb.prune(net, 0.5)).operations,
    "quantize": lambda net: len(qb.quantize(net, "int8").nodes),
    "vary": lambda net: len(qb.vary(net, kernels=[5])),
    "to_onnx": lambda net: len(qb.load_onnx(qb.to_onnx(net)).nodes),
    "blocks": lambda net: len(qb.blocks(net)),
    "module_tree": lambda net: qb.module_tree(net, 0),
    "sweep": lambda net: qb.sweep(net, "a10")["throughput_ips"].tolist(),
    "estimates": lambda net: qb.estimates(net, "a10")["latency_s"].tolist(),
    "expect": lambda net: qb.expect(net, "a10").throughput_ips,
}


@pytest.fixture(scope="module")
def cnv_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cnv")
    qb.save_onnx("cnv", folder / "cnv.onnx")
    qb.save_network("cnv", folder / "cnv.json")
    return [folder / "cnv.onnx", str(folder / "cnv.onnx"), folder / "cnv.json"]


@pytest.mark.parametrize("name", TAKES_A_NETWORK)
def test_names_and_paths_stand_for_networks(name, cnv_files):
    call = TAKES_A_NETWORK[name]
    if name in ("predict", "explain"):  # these compare whole objects, and a file's layers have names of their own
        assert call("cnv") == call(GRAPH)
        assert call(cnv_files[0])
        return
    wanted = call(GRAPH)
    assert call("cnv") == wanted
    for path in cnv_files:
        found = call(path)
        assert type(found) is type(wanted)
        if name in ("sweep", "estimates", "analyze"):
            assert found == pytest.approx(wanted, rel=1e-2)


def test_names_stand_for_devices_of_methods_and_charts_too(cnv_files, tmp_path):
    assert qb.DesignSpace(cnv_files, ["a10"]).size >= len(cnv_files)
    board = tmp_path / "board.json"
    board.write_text(qb.platform("ncs2").to_json())
    assert qb.predict("cnv", board, datatype="fp16").latency_s == qb.predict("cnv", "ncs2", datatype="fp16").latency_s
    assert qb.expect("cnv", board, datatype="fp16").throughput_ips > 0
    pytest.importorskip("altair")
    assert qb.plot.roofline([board], cnv_files).to_dict() and qb.plot.roofline("a10", "cnv", datatypes=np.float16)


def test_a_model_with_an_open_batch_says_so_and_has_layers(tmp_path):
    onnx = pytest.importorskip("onnx")
    made = onnx.load_from_string(qb.to_onnx("cnv"))
    made.graph.input[0].type.tensor_type.shape.dim[0].dim_param = "N"
    with pytest.warns(UserWarning, match=r"the batch is open and taken as one; dims=\{'N': 1\}"):
        g = qb.load_onnx(made.SerializeToString())
    assert qb.analyze(g).operations == qb.analyze("cnv").operations
    path = tmp_path / "open.onnx"
    path.write_bytes(made.SerializeToString())
    with pytest.warns(UserWarning, match="the batch is open"):
        assert qb.predict(path, "a10", datatype="int8").latency_s == qb.predict(g, "a10", datatype="int8").latency_s


def test_a_model_with_other_open_axes_is_refused_with_the_argument_that_binds_them(tmp_path):
    onnx = pytest.importorskip("onnx")
    made = onnx.load_from_string(qb.to_onnx("cnv"))
    for axis, name in ((0, "N"), (2, "H")):
        made.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = name
    path = tmp_path / "open.onnx"
    path.write_bytes(made.SerializeToString())
    said = r"without a value: N, H; bind each, as in load\(path, dims=\{'N': 1, 'H': 128\}\)$"
    for call in (
        lambda: qb.load_onnx(made.SerializeToString()),
        lambda: qb.load(path),
        lambda: qb.predict(path, "a10"),
        lambda: qb.prune(path, 0.5),
        lambda: qb.analyze(path),
        lambda: qb.sweep([path], ["a10"]),
    ):
        with pytest.raises(qb.ShapeError, match=said):
            call()
    with pytest.warns(UserWarning, match=r"the batch is open and taken as one; dims=\{'N': 1\}"):
        assert qb.analyze(qb.load(path, dims={"H": 32})).operations == qb.analyze("cnv").operations


REFUSED = {
    "decompose(): 'platform' is a Platform, or its id or path, not a Graph": lambda: qb.decompose(GRAPH, GRAPH),
    "decompose(): 'processing_elements' is a number, not the text '4'": lambda: qb.decompose(
        "cnv", "a10", processing_elements="4"
    ),
    "plan_memory(): there is no argument 'dtype'; did you mean 'datatype'?": lambda: qb.plan_memory("cnv", dtype=1),
    "there is no argument 'dtype'; did you mean 'datatype'?": lambda: qb.decompose("cnv", "a10", dtype="int8"),
    "predict(): 'platform' is missing": lambda: qb.predict("cnv"),
    "predict(): 'workload' is a Workload, a Graph, or a network by its id or path, not None": lambda: qb.predict(
        None, "a10"
    ),
    "tornado(): 'rows' is a sequence, each a mapping, not the text 'cnv'": lambda: qb.tornado("cnv", "ncs2"),
    "prune(): 'keep' is a number or a mapping of text to a number, not the text 'half'": lambda: qb.prune(
        "cnv", "half"
    ),
    "prune(): 'keep'['conv1'] is a number, not the text 'x'": lambda: qb.prune("cnv", {"conv1": "x"}),
    "prune(): 'graph' is a Graph, or a network by its id or path, not a Workload": lambda: qb.prune(
        qb.analyze(GRAPH), 0.5
    ),
    "prune(): it takes at most 2 positional arguments": lambda: qb.prune("cnv", 0.5, 1),
    "prune(): 'keep' is given twice": lambda: qb.prune("cnv", 0.5, keep=1),
    "quantize(): 'datatype' is a datatype such as 'int8', not 8": lambda: qb.quantize("cnv", 8),
    "Platform(): 'bandwidth_bytes_per_s' is a number or None, not the text '12'": lambda: qb.Platform(
        "b", {"int8": 1e12}, bandwidth_bytes_per_s="12"
    ),
    "Platform(): there is no argument 'bandwidth'; did you mean 'bandwidth_bytes_per_s'?": lambda: qb.Platform(
        "b", {"int8": 1e12}, bandwidth=1e9
    ),
    "Workload(): 'operations' is a whole number, not the text '1 G'": lambda: qb.Workload("w", "1 G", 1),
    "in_mode(): 'name' is text, not 3": lambda: qb.platform("jetson_tx2").in_mode(3),
    "sensitivity(): 'parameters'[0][3] is a number, not the text 'x'": lambda: qb.sensitivity([("a", 1, 2, "x")], max),
    "'batches' cannot be [1, 'a'], a list": lambda: qb.estimates(["cnv"], ["ncs2"], batches=[1, "a"]),
    "'datatypes' cannot be [3], a list": lambda: qb.sweep(["cnv"], ["ncs2"], [3]),
    "'execution' cannot be 3, an int": lambda: qb.DesignSpace(["cnv"], ["ncs2"], execution=3),
    "expect(): 'platform' is a Platform, or its id or path, not None": lambda: qb.expect("cnv", None),
    "a Graph, or a network by its id or path is needed, not 3": lambda: qb.blocks(3),
    "a Workload, a Graph, or a network by its id or path is needed, not 1.5": lambda: qb.sweep([1.5], ["ncs2"]),
}


@pytest.mark.parametrize("told", REFUSED)
def test_calls_that_fit_nothing_get_one_sentence(told):
    with pytest.raises(TypeError) as caught:
        REFUSED[told]()
    assert str(caught.value) == told


def test_no_refusal_shows_a_signature_of_the_extension():
    """Of every public function and class, called with what nothing takes."""
    for name in sorted(vars(qb._core)):
        one = getattr(qb._core, name)
        if name.startswith("_") or not callable(one):
            continue
        for call in (lambda one=one: one(*[object()] * 30), lambda one=one: one(no_such_keyword=1)):
            try:
                call()
            except Exception as wrong:
                assert "incompatible" not in str(wrong) and "\n" not in str(wrong), (name, str(wrong))


def test_datatypes_of_other_packages_everywhere():
    assert qb.Datatype(np.float16) == qb.Datatype("fp16") == qb.Datatype(qb.Datatype("float16"))
    with pytest.raises(qb.InvalidArgument, match="a Datatype is one format"):
        qb.Datatype("w2a8")
    for given in (np.float16, np.dtype("float16"), [np.float16], "float16"):
        assert set(qb.sweep("cnv", "a10", given)["datatype"]) == {"fp16"}
    assert dict(qb.Platform("b", {np.int8: 1e12}).peaks) == {"int8": 1e12}


def test_a_peak_with_a_unit_in_it():
    with pytest.raises(TypeError, match=r"the peak in 'int8' is a number of operations per second.*1 TOPS"):
        qb.Platform("board", {"int8": "1 TOPS"})


def test_tables_that_no_memory_holds():
    with pytest.raises(qb.InvalidArgument, match="at most 10,000,000 values, not 999,999,999"):
        qb.sweep(["resnet50"], ["a10"], ["fp16"], batches=range(1, 10**9))
    scales = [1 + i / 1e6 for i in range(1000)]
    with pytest.raises(qb.InvalidArgument, match=r"a table of 10,000,000,000,000 points takes .* GB"):
        qb.sweep(
            ["resnet50"], ["a10"], ["fp16"], batches=range(1, 10_001), compute_scales=scales, bandwidth_scales=scales,
            on_chip_scales=scales,
        )  # fmt: skip
