# SPDX-License-Identifier: BSD-3-Clause
"""Files that save_onnx writes: onnx.checker accepts them with full shape inference, and ONNX Runtime runs them to the
shapes that the library has. The environment variable QUTIBENCH_ALL_NETWORKS=1 takes every network of the zoo."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

qb = pytest.importorskip("qutibench")
if not hasattr(qb, "save_onnx"):
    pytest.skip("qutibench is built without save_onnx", allow_module_level=True)

LAYERS = qb.layers
EVERYTHING = os.environ.get("QUTIBENCH_ALL_NETWORKS") == "1"
USUAL = {
    "bert_base", "cnv", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "inception_v3", "mobilenet_v2",
    "mobilenet_v3_small", "resnet18", "shufflenet_v2_x1_0", "squeezenet1_1", "swin_t", "vit_b_16", "yolov8n",
}  # fmt: skip
TOO_LARGE = {"llama2_7b", "llama2_7b_decode"}
NETWORKS = sorted((set(qb.zoo.names()) if EVERYTHING else USUAL) - TOO_LARGE)
PRUNED = NETWORKS if EVERYTHING else sorted(USUAL - {"bert_base"})  # it takes as long as all others together


def check_and_run(path: Path, optimised: bool = True) -> list[np.ndarray]:
    """The outputs of one run on random inputs; indices are 0 or 1."""
    onnx.checker.check_model(path, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)

    def values(one: Any) -> np.ndarray:
        if one.type == "tensor(int64)":
            return random.integers(0, 2, one.shape)
        return random.standard_normal(one.shape, dtype=np.float32)

    outputs: list[np.ndarray] = session.run(None, {one.name: values(one) for one in session.get_inputs()})
    return outputs


def save_check_and_run(net: Any, path: Path, optimised: bool = True, **settings: Any) -> list[np.ndarray]:
    qb.save_onnx(net, path, **settings)
    outputs = check_and_run(path, optimised)
    assert [one.shape for one in outputs] == [net.shape_of(one) for one in net.results]
    assert all(np.isfinite(one).all() for one in outputs)
    return outputs


@pytest.mark.parametrize("name", NETWORKS)
def test_network_runs(name: str, tmp_path: Path) -> None:
    outputs = save_check_and_run(getattr(qb.zoo, name)(), tmp_path / "net.onnx")
    assert max(np.abs(one).max() for one in outputs) < 1e4
    assert all(one.std() > 0 for one in outputs)


@pytest.mark.skipif(not hasattr(qb, "prune"), reason="qutibench is built without transforms")
@pytest.mark.parametrize("name", PRUNED)
def test_pruned_network_runs(name: str, tmp_path: Path) -> None:
    save_check_and_run(qb.prune(getattr(qb.zoo, name)(), 0.5), tmp_path / "net.onnx")


def test_files_are_pruned_and_written_back_as_they_are() -> None:
    script = Path(__file__).parents[1] / "support/write_back.py"
    files = Path(__file__).parents[1] / "data/onnx"
    done = subprocess.run([sys.executable, script, files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "12 of 12 files right, 9 of them with a twin in the zoo"


@pytest.mark.skipif(EVERYTHING, reason="every network is tested")
def test_the_usual_networks_are_of_the_zoo() -> None:
    assert set(qb.zoo.names()) >= USUAL | TOO_LARGE


def test_what_does_not_fit_one_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(qb.InvalidArgument, match="external weights"):
        qb.save_onnx(qb.zoo.llama2_7b(), tmp_path / "net.onnx")
    assert not list(tmp_path.iterdir())


def test_external_weights_are_the_same_weights(tmp_path: Path) -> None:
    net = qb.zoo.squeezenet1_1()
    inside = save_check_and_run(net, tmp_path / "inside.onnx")
    outside = save_check_and_run(net, tmp_path / "outside.onnx", external_weights=True)
    assert (tmp_path / "outside.onnx").stat().st_size < 100_000 < (tmp_path / "outside.onnx.data").stat().st_size
    np.testing.assert_array_equal(inside[0], outside[0])


def test_the_file_is_the_bytes(tmp_path: Path) -> None:
    net = qb.zoo.squeezenet1_1()
    qb.save_onnx(net, tmp_path / "net.onnx", seed=7)
    assert (tmp_path / "net.onnx").read_bytes() == qb.to_onnx(net, seed=7) != qb.to_onnx(net)


@pytest.mark.skipif(not hasattr(qb, "quantize"), reason="qutibench is built without transforms")
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v2", "squeezenet1_1"])
def test_int8_network_runs_and_stays_close(name: str, signed: bool, tmp_path: Path) -> None:
    net = qb.fold_batch_normalization(getattr(qb.zoo, name)())
    exact = save_check_and_run(net, tmp_path / "float.onnx")[0].ravel()
    coarse = save_check_and_run(qb.quantize(net, "int8"), tmp_path / "int8.onnx", signed_activations=signed)[0].ravel()
    assert (tmp_path / "int8.onnx").stat().st_size < 0.3 * (tmp_path / "float.onnx").stat().st_size
    assert np.corrcoef(exact, coarse)[0, 1] > 0.9


PADDINGS = ["same", "same_lower", [1, 2], {"before": [0, 1], "after": [1, 0]}]


def on_images(net: Any) -> None:
    image = net.input((2, 8, 16, 16), "image")
    for padding in PADDINGS:
        window = {"kernel": [3, 4], "padding": padding}
        net.output(net.add(LAYERS.convolution_2d(out_channels=8, stride=[2, 3], dilation=[2, 1], groups=4, bias=True,
                                                 **window), image))  # fmt: skip
        window = {"kernel": [3, 2], "padding": padding}
        net.output(net.add(LAYERS.transposed_convolution_2d(out_channels=4, stride=[2, 2], output_padding=[1, 0],
                                                            groups=2, bias=True, **window), image))  # fmt: skip
        window = {"kernel": [2, 3], "stride": [3, 2], "padding": padding}
        for function in ("maximum", "average"):
            for ceil in (False, True):
                net.output(net.add(LAYERS.pooling_2d(function=function, ceil=ceil, **window), image))
    net.output(net.add(LAYERS.convolution_2d(kernel=3, groups=0), image))
    one_each = {"out_channels": 16, "kernel": [1, 2], "stride": [3, 3], "padding": "same", "groups": 0}
    net.output(net.add(LAYERS.transposed_convolution_2d(**one_each), image))
    for settings in ({}, {"size": [7, 33, 0], "function": "linear"}, {"factor": 3, "function": "cubic"}):
        net.output(net.add(LAYERS.resize(**settings), image))
    for function in ("maximum", "average"):
        net.output(net.add(LAYERS.global_pooling(function=function), image))


def on_lines_and_volumes(net: Any) -> None:
    line = net.input((2, 8, 20), "line")
    volume = net.input((1, 4, 6, 8, 10), "volume")
    for layer in (
        LAYERS.convolution_1d(out_channels=4, kernel=3, padding="same", bias=True),
        LAYERS.transposed_convolution_1d(out_channels=4, kernel=3, stride=2, padding="same_lower", bias=True),
        LAYERS.pooling_1d(kernel=3, stride=2, ceil=True),
        LAYERS.global_pooling(),
        LAYERS.resize(function="nearest"),
        LAYERS.resize(function="linear"),
        LAYERS.resize(function="cubic"),
    ):
        net.output(net.add(layer, line))
    window = {"kernel": [3, 1, 2], "stride": 2, "padding": "same"}
    for layer in (
        LAYERS.convolution_3d(out_channels=4, groups=2, **window),
        LAYERS.transposed_convolution_3d(out_channels=4, **window),
        LAYERS.pooling_3d(function="average", **window),
        LAYERS.resize(function="nearest"),
        LAYERS.resize(function="linear"),
    ):
        net.output(net.add(layer, volume))


def on_any_tensor(net: Any) -> None:
    image = net.input((2, 8, 16, 16), "image")
    flat = net.add(LAYERS.flatten(), image, "flat")
    functions = ("relu", "relu6", "leaky_relu", "sigmoid", "tanh", "gelu", "silu", "hard_swish", "hard_sigmoid")
    alone = [LAYERS.activation(function=one) for one in (*functions, "softplus")]
    alone += [LAYERS.layer_normalization(axes=axes, channels_first=first, root_mean_square=root)
              for axes in (1, 2, 3) for first in (False, True) for root in (False, True)]  # fmt: skip
    alone += [LAYERS.group_normalization(groups=groups) for groups in (0, 1, 4, 8)]
    alone += [LAYERS.slice(axis=axis, begin=begin, end=end)
              for axis, begin, end in ((1, 1, -1), (-1, -3, 0), (2, 0, 5), (2, 3, 0))]  # fmt: skip
    alone += [
        LAYERS.batch_normalization(), LAYERS.softmax(), LAYERS.softmax(axis=1), LAYERS.split(axis=1, parts=1),
        LAYERS.reshape(target=[0, -1, 4]), LAYERS.flatten(), LAYERS.transpose(order=[0, -1, 1, 2]),
        LAYERS.pad(axis=1, before=2, after=3), LAYERS.pad(axis=-1, before=-1, after=3),
        LAYERS.dense(out_features=5), LAYERS.dense(out_features=5, bias=True),
    ]  # fmt: skip
    for layer in alone:
        net.output(net.add(layer, image))
    for layer in (
        LAYERS.dense(out_features=5), LAYERS.dense(out_features=5, bias=True), LAYERS.batch_normalization(),
        LAYERS.group_normalization(groups=0), LAYERS.group_normalization(groups=4),
        LAYERS.layer_normalization(channels_first=True),
    ):  # fmt: skip
        net.output(net.add(layer, flat))
    positive = net.add(LAYERS.activation(function="softplus"), image)
    for function in ("add", "subtract", "multiply", "divide", "maximum", "minimum"):
        net.output(net.add(LAYERS.elementwise(function=function), [image, positive, positive]))
    parts = net.add(LAYERS.split(axis=-1, parts=4), image)
    pieces = [qb.Tensor(parts.node, port) for port in range(4)]
    for port in (3, 0, 3):
        net.output(pieces[port])
    net.output(net.add(LAYERS.concatenation(axis=2), pieces))
    for turned in (False, True):
        net.output(net.add(LAYERS.matrix_multiplication(transpose_right=turned), [image, image]))
    held = net.add(LAYERS.parameter(extents=[8, 1, 1]), [])
    for one in (net.add(LAYERS.elementwise(), [image, held]), held, held, image):
        net.output(one)


def on_sequences(net: Any) -> None:
    tokens = net.input((3, 7, 24), "tokens")
    pairs = net.input((3, 9, 12), "pairs")
    for cell in ("rnn", "gru", "lstm"):
        for directions in (1, 2):
            for bias in (False, True):
                net.output(net.add(LAYERS.recurrent(cell=cell, hidden=5, directions=directions, bias=bias), tokens))
    for cached in (0, 5):
        net.output(net.add(LAYERS.attention(heads=4, cached=cached), [tokens, tokens, tokens]))
        net.output(net.add(LAYERS.attention(heads=4, key_heads=2, cached=cached), [tokens, pairs, pairs]))
    ids = net.input((2, 6), "ids")
    words = net.add(LAYERS.embedding(rows=30, width=12), ids)
    scores = net.add(LAYERS.dense(out_features=30), words)
    net.share_weights(words, scores)
    real = net.add(LAYERS.dense(out_features=4), ids)
    mixed = net.add(LAYERS.concatenation(axis=1), [ids, real])
    fixed = net.add(LAYERS.parameter(extents=[4, 4], learned=False), [])
    cut = net.add(LAYERS.slice(axis=1, begin=1, end=4), ids)
    for one in (words, scores, real, ids, *(net.add(LAYERS.embedding(rows=5, width=4), x)
                                            for x in (cut, real, mixed, fixed))):  # fmt: skip
        net.output(one)


@pytest.mark.parametrize("optimised", [True, False])
@pytest.mark.parametrize("build", [on_images, on_lines_and_volumes, on_any_tensor, on_sequences])
def test_every_layer_runs(build: Any, optimised: bool, tmp_path: Path) -> None:
    net = qb.Graph(build.__name__)
    build(net)
    save_check_and_run(net, tmp_path / "net.onnx", optimised)


def reference(kind: str, inputs: list[np.ndarray], weights: dict[str, np.ndarray]) -> np.ndarray:
    """What a layer computes, written with NumPy only."""
    x = inputs[0].astype(np.float64)
    if kind == "dense":
        return x @ weights["layer/weight"] + weights["layer/bias"]
    if kind == "root_mean_square":
        return x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * weights["layer/scale"]
    heads, key_heads = 4, 2
    queries, keys, values = (
        one.astype(np.float64).reshape(*one.shape[:2], count, -1).transpose(0, 2, 1, 3)
        for one, count in zip(inputs, (heads, key_heads, key_heads), strict=True)
    )
    keys, values = (one.repeat(heads // key_heads, axis=1) for one in (keys, values))
    scores = np.exp(queries @ keys.transpose(0, 1, 3, 2) / np.sqrt(queries.shape[-1]))
    read = scores / scores.sum(-1, keepdims=True) @ values
    return read.transpose(0, 2, 1, 3).reshape(*inputs[0].shape[:2], -1)


@pytest.mark.parametrize("kind", ["dense", "root_mean_square", "attention"])
def test_layers_of_several_operators_compute_what_they_are(kind: str) -> None:
    net = qb.Graph(kind)
    shapes = [(3, 7, 24)] if kind != "attention" else [(3, 7, 24), (3, 9, 12), (3, 9, 12)]
    layer = {
        "dense": LAYERS.dense(out_features=5, bias=True),
        "root_mean_square": LAYERS.layer_normalization(root_mean_square=True),
        "attention": LAYERS.attention(heads=4, key_heads=2),
    }[kind]
    net.output(net.add(layer, [net.input(shape, f"x{i}") for i, shape in enumerate(shapes)], "layer"))
    model = qb.to_onnx(net)
    stored = {one.name: onnx.numpy_helper.to_array(one) for one in onnx.load_from_string(model).graph.initializer}
    random = np.random.default_rng(1)
    inputs = [random.standard_normal(shape, dtype=np.float32) for shape in shapes]
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {f"x{i}": one for i, one in enumerate(inputs)})
    np.testing.assert_allclose(found, reference(kind, inputs, stored), rtol=1e-4, atol=1e-5)
