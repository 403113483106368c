# SPDX-License-Identifier: BSD-3-Clause
"""Networks built layer by layer, transformed and counted from Python."""

import pytest
import qutibench as qb


def small():
    g = qb.Graph("small")
    x = g.input((1, 3, 32, 32), name="image")
    x = g.add(qb.layers.convolution_2d(out_channels=16, kernel=3, padding="same", bias=True), x, name="first")
    y = g.add(qb.layers.activation(function="relu"), x)
    x = g.add(qb.layers.elementwise(function="add"), [x, y], name="sum")
    x = g.add(qb.layers.global_pooling(), x)
    x = g.add(qb.layers.flatten(), x)
    g.output(g.add(qb.layers.dense(out_features=10), x, name="logits"))
    return g


def test_built_by_hand():
    g = small()
    assert g.inputs == {"image": (1, 3, 32, 32)}
    assert g.outputs == {"logits": (1, 10)}
    assert [one.type for one in g.nodes][1] == "convolution_2d"
    w = qb.analyze(g)
    assert w.macs == 32 * 32 * 16 * 27 + 160
    assert w.weights == 16 * 27 + 160
    assert w.parameters == w.weights + 16
    assert sum(one.operations for one in w.layers) == w.operations == 2 * w.macs
    assert w.layers[1].output_shapes == ((1, 16, 32, 32),)
    assert g.shape_of(g.find("sum")) == (1, 16, 32, 32)
    assert len(g) == len(g.nodes) == len(w.layers)


def test_settings_round_trip():
    one = qb.layers.convolution_2d(out_channels=4, kernel=(1, 7), padding=3, stride=2, groups=2)
    assert one.settings["kernel"] == [1, 7]
    assert one.settings["padding"] == [3, 3]
    assert getattr(qb.layers, one.type)(**one.settings) == one
    assert one != qb.layers.convolution_2d(out_channels=4)
    assert one.cost([(1, 4, 16, 16)]).weights == 4 * 2 * 7


def test_every_layer_type_has_a_maker_with_its_settings():
    for name in dir(qb.layers):
        make = getattr(qb.layers, name)
        if name.startswith("_") or not callable(make):
            continue
        assert "Settings and defaults" in make.__doc__, name


def test_shapes_that_do_not_fit_name_the_layer():
    g = qb.Graph("g")
    x = g.input((1, 3, 4, 4))
    with pytest.raises(qb.ShapeError, match="'tall' of 'g'"):
        g.add(qb.layers.convolution_2d(out_channels=1, kernel=5), x, name="tall")
    with pytest.raises(qb.InvalidArgument):
        g.add(qb.layers.flatten(), qb.Tensor(7))
    with pytest.raises(qb.ShapeError):
        g.input((0, 3))


def test_files(tmp_path):
    g = small()
    path = tmp_path / "small.json"
    qb.save_network(g, path)
    w = qb.network(path)
    assert (w.name, w.macs) == ("small", qb.analyze(g).macs)
    assert qb.network_entry(str(path)).build() == g
    qb.save_network(qb.Workload("row", 5, 6), tmp_path / "row.json")
    assert qb.network(tmp_path / "row.json").operations == 5
    p = qb.Platform("board", {"int8": 1e12}, bandwidth_bytes_per_s=1e10, on_chip_bytes=1e6, power_w=3.0)
    p.save(tmp_path / "board.json")
    again = qb.platform(tmp_path / "board.json")
    assert (again.peaks, again.power_w, len(again.memories)) == (p.peaks, 3.0, 2)
    boards = tmp_path / "boards"
    boards.mkdir()
    p.save(boards / "board.json")
    assert [one.id for one in qb.load_platform_folder(boards)] == ["board"]


def test_counting_conventions():
    g = qb.zoo.resnet50_v1_5()
    ours = qb.analyze(g)
    assert qb.analyze(g, count="macs_only").operations == ours.macs
    assert qb.analyze(g, count="fvcore").operations > ours.macs
    assert ours.operations == 2 * ours.macs
    assert ours.count == "qutibench"


def test_transforms_leave_the_graph_as_it_was():
    g = qb.zoo.resnet50()
    before = g.to_json()
    pruned = qb.prune(g, 0.5)
    assert qb.analyze(pruned).weights < 0.5 * qb.analyze(g).weights
    quantised = qb.quantize(g, "w2a8", keep_first=True, keep_last=True)
    datatypes = [one.datatype for one in qb.analyze(quantised).layers if one.weights]
    assert datatypes[0] is None and datatypes[-1] is None and set(datatypes[1:-1]) == {"w2a8"}
    assert len(qb.fold_batch_normalization(g)) < len(g)
    assert qb.with_batch(g, 4).inputs["input"] == (4, 3, 224, 224)
    assert qb.with_input_shape(g, (1, 3, 256, 256)).inputs["input"] == (1, 3, 256, 256)
    assert any(one.density < 1 for one in qb.sparsify(g, 0.3).nodes)
    assert g.to_json() == before
    assert pruned.log and quantised.log


def test_transforms_layer_by_layer():
    g = small()
    pruned = qb.prune(g, {"first": 0.5})
    assert pruned.nodes[1].output_shapes == ((1, 8, 32, 32),)
    mixed = qb.quantize(g, {"first": "int8"}, otherwise="fp16")
    assert [one.datatype for one in mixed.nodes if one.cost.weights] == ["int8", "fp16"]
    with pytest.raises(qb.UnknownName, match="first"):
        qb.prune(g, {"frist": 0.5})


def test_pruned_zoo_equals_the_scaled_recipe():
    """The two ways to half of the channels agree to the last operation."""
    assert qb.analyze(qb.prune(qb.zoo.cnv(), 0.5)).operations == qb.analyze(qb.zoo.cnv(keep=0.5)).operations


def test_zoo_lists_itself():
    assert {"resnet50", "cnv", "mlp"} <= set(qb.zoo.names())
    assert set(qb.zoo.names()) <= set(dir(qb.zoo))
    for name in ("mlp", "cnv"):
        assert qb.analyze(getattr(qb.zoo, name)()).operations == qb.network(name).operations
