# SPDX-License-Identifier: BSD-3-Clause
"""Compares TFLite models that converters make with what they were made from, and with Vela's report.

usage: tflite_twins.py [onnx|keras] [NAME...]

onnx: networks of the zoo are written as ONNX and converted by onnx2tf; both files have the same multiply-accumulates.
keras: models of keras.applications are converted by TensorFlow, as they are and as int8; both files have the
multiply-accumulates that `load_keras` finds, and those of the int8 file are also what Vela (ethos-u-vela) reports for
its convolutions and dense layers on Ethos-U55.
Nothing is uncounted in any of them. Prints a line for each model and ends with 1 where one differs. Packages: onnx2tf,
tensorflow, ethos-u-vela; without them it says so and ends with 77.
"""

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import qutibench as qb

ZOO = ("anomaly_autoencoder", "ds_cnn", "resnet8", "mobilenet_v1_vww", "cnv", "squeezenet1_1", "mobilenet_v2",
       "shufflenet_v2_x1_0", "resnet18", "efficientnet_b0")  # fmt: skip
# Not mobilenet_v3_small: onnx2tf writes one of its dense layers twice.
SIZES = {"MobileNet": 96, "MobileNetV2": 96, "MobileNetV3Small": 96, "MobileNetV3Large": 96, "EfficientNetB0": 96,
         "EfficientNetV2B0": 96, "ResNet50": 64, "ResNet50V2": 64, "DenseNet121": 64, "InceptionV3": 128,
         "Xception": 96, "VGG16": 64, "NASNetMobile": 224}  # fmt: skip
PRODUCTS = {"Conv2D", "DepthwiseConv2D", "FullyConnected", "TransposeConv", "BatchMatMul"}


def counted(path: Path) -> tuple[int, list[str]]:
    """MACs of a file, and what it leaves uncounted."""
    work = qb.analyze(qb.load(str(path)))
    return work.macs, list(work.uncounted)


def faults(path: Path, macs: int) -> list[str]:
    found, uncounted = counted(path)
    wrong = [] if found == macs else [f"{path.name}: {found} MACs, not {macs}"]
    return wrong + [f"{path.name}: uncounted {one}" for one in uncounted[:2]]


def from_onnx(name: str, folder: Path) -> tuple[int, list[str]]:
    """MACs of a network of the zoo, and what its conversion by onnx2tf has otherwise."""
    macs = qb.analyze(getattr(qb.zoo, name)()).macs
    qb.save_onnx(getattr(qb.zoo, name)(), folder / f"{name}.onnx")
    # The converter compares outputs on pictures that it would download; any file of that name will do.
    pictures = np.random.default_rng(0).random((20, 128, 128, 3), dtype=np.float32)
    np.save(folder / "calibration_image_sample_data_20x128x128x3_float32.npy", pictures)
    call = [sys.executable, "-m", "onnx2tf", "-i", f"{name}.onnx", "-o", "out", "-n"]
    done = subprocess.run(call, cwd=folder, capture_output=True, text=True)
    made = folder / "out" / f"{name}_float32.tflite"
    if not made.exists():
        return macs, [f"not converted: {done.stderr.strip().splitlines()[-1][:200]}"]
    return macs, faults(folder / f"{name}.onnx", macs) + faults(made, macs)


def reported(path: Path) -> int | None:
    """Multiply-accumulates of the convolutions and dense layers that Vela lists; None where it leaves some out."""
    call = [sys.executable, "-m", "ethosu.vela.vela", str(path), "--accelerator-config", "ethos-u55-128",
            "--output-dir", str(path.parent), "--verbose-performance"]  # fmt: skip
    subprocess.run(call, capture_output=True)
    rows = path.with_name(f"{path.stem}_per-layer.csv")
    if not rows.exists():
        return None
    with rows.open() as lines:
        read = list(csv.DictReader(lines))
    if any(row["Target"] == "CPU" for row in read):
        return None
    return sum(int(row["MAC Count"]) for row in read if row["Original Operator"] in PRODUCTS)


def from_keras(name: str, folder: Path) -> tuple[int, list[str]]:
    """MACs of a model of keras.applications, and what its conversions by TensorFlow have otherwise."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    shape = (SIZES.get(name, 224),) * 2 + (3,)
    top = {} if name in ("NASNetMobile", "VGG16") else {"classes": 10}
    model = getattr(keras.applications, name)(weights=None, input_shape=shape, **top)
    work = qb.analyze(qb.load_keras(model))
    wrong = [f"uncounted {one}" for one in list(work.uncounted)[:2]]

    def example() -> Iterator[list[Any]]:
        yield [np.random.default_rng(0).random((1, *shape), dtype=np.float32)]

    for is_narrow in (False, True):
        converter = tf.lite.TFLiteConverter.from_keras_model(model)
        if is_narrow:
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.representative_dataset = example
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = tf.int8
        made = folder / f"{name}{'_int8' if is_narrow else ''}.tflite"
        made.write_bytes(converter.convert())
        wrong += faults(made, work.macs)
    if find_spec("ethosu"):
        by_vela = reported(made)
        if by_vela is None:
            print(f"  Vela lists no multiply-accumulates of all layers of {name}")
        elif abs(by_vela / work.macs - 1) > 0.001:
            wrong.append(f"{by_vela} MACs as Vela reports, not {work.macs}")
        else:
            print(f"  {by_vela} MACs as Vela reports")
    return work.macs, wrong


KINDS: dict[str, tuple[str, tuple[str, ...], Callable[[str, Path], tuple[int, list[str]]]]] = {
    "onnx": ("onnx2tf", ZOO, from_onnx),
    "keras": ("tensorflow", tuple(SIZES), from_keras),
}


def main(words: list[str]) -> int:
    kinds = [words[0]] if words and words[0] in KINDS else list(KINDS)
    asked = words[1:] if words and words[0] in KINDS else words
    done, different = 0, 0
    for kind in kinds:
        package, names, compare = KINDS[kind]
        if find_spec(package) is None:
            print(f"{kind}: not run, there is no package {package}")
            continue
        for name in asked or names:
            with tempfile.TemporaryDirectory() as folder:
                macs, wrong = compare(name, Path(folder))
            done, different = done + 1, different + bool(wrong)
            print(f"{kind} {name}: {macs} MACs", *wrong, sep="; ", flush=True)
    print(f"{done - different} of {done} models equal what they were made from")
    return 77 if done == 0 else 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
