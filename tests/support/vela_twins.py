# SPDX-License-Identifier: BSD-3-Clause
"""Compares int8 networks with what Vela (ethos-u-vela) reports of them on Ethos-U55: MACs, cycles and SRAM.

usage: vela_twins.py [--on ethos_u55_128] [NAME...]

Networks are models of keras.applications with a fixed batch of 1 and random weights, and the four of MLPerf Tiny, all
converted by TensorFlow to full int8 with random examples: nothing is downloaded. Cycles are those of
`execution="array"`, SRAM is the arena of `qb.plan_memory`, against Vela's for speed and for size. Prints a line for
each and the medians; ends with 1 where multiply-accumulates differ or cycles are more than a quarter off in the
median. Packages: tensorflow, ethos-u-vela; without them it says so and ends with 77.
"""

import contextlib
import csv
import io
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import qutibench as qb

SIZES = {"MobileNet": 128, "MobileNetV2": 128, "MobileNetV3Small": 128, "MobileNetV3Large": 128, "EfficientNetB0": 96,
         "EfficientNetV2B0": 96, "ResNet50": 96, "ResNet50V2": 96, "DenseNet121": 96, "InceptionV3": 139,
         "Xception": 96, "VGG16": 96, "NASNetMobile": 224}  # fmt: skip
TINY = {"ds_cnn": (49, 10, 1), "resnet8": (32, 32, 3), "mobilenet_v1_vww": (96, 96, 3), "anomaly_autoencoder": (640,)}
PRODUCTS = {"Conv2D", "DepthwiseConv2D", "FullyConnected", "TransposeConv", "BatchMatMul"}


def tiny(name: str, start: Any) -> Any:
    """The body of one of MLPerf Tiny's networks (Banbury et al. 2021, arXiv:2106.07597)."""
    from keras import layers

    def normal(at: Any, relu: bool = True) -> Any:
        at = layers.BatchNormalization()(at)
        return layers.Activation("relu")(at) if relu else at

    def convolved(at: Any, filters: int, kernel: Any, stride: int = 1, relu: bool = True) -> Any:
        return normal(layers.Conv2D(filters, kernel, strides=stride, padding="same")(at), relu)

    def separable(at: Any, filters: int, stride: int = 1) -> Any:
        return convolved(normal(layers.DepthwiseConv2D(3, strides=stride, padding="same")(at)), filters, 1)

    if name == "anomaly_autoencoder":
        for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
            start = normal(layers.Dense(units)(start))
        return layers.Dense(640)(start)
    if name == "ds_cnn":
        start = convolved(start, 64, (10, 4), 2)
        for _ in range(4):
            start = separable(start, 64)
        classes, window = 12, (25, 5)
    elif name == "resnet8":
        start = convolved(start, 16, 3)
        for filters, stride in ((16, 1), (32, 2), (64, 2)):
            inner = convolved(convolved(start, filters, 3, stride), filters, 3, relu=False)
            short = start if stride == 1 else layers.Conv2D(filters, 1, strides=stride, padding="same")(start)
            start = layers.Activation("relu")(layers.Add()([short, inner]))
        classes, window = 10, (8, 8)
    else:
        start = convolved(start, 8, 3, 2)
        for filters, stride in (
            (16, 1),
            (32, 2),
            (32, 1),
            (64, 2),
            (64, 1),
            (128, 2),
            *((128, 1),) * 5,
            (256, 2),
            (256, 1),
        ):
            start = separable(start, filters, stride)
        classes, window = 2, (3, 3)
    pooled = layers.Flatten()(layers.AveragePooling2D(window)(start))
    return layers.Softmax()(layers.Dense(classes)(pooled))


def converted(name: str, folder: Path) -> Path:
    """The network as an int8 file."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow as tf

    shape = TINY.get(name) or (SIZES[name], SIZES[name], 3)
    start = keras.Input(batch_shape=(1, *shape))
    if name in TINY:
        model = keras.Model(start, tiny(name, start))
    else:
        more = {"include_preprocessing": False} if "V3S" in name or "V3L" in name or "V2B" in name else {}
        inner = getattr(keras.applications, name)(weights=None, input_shape=shape, **more)
        model = keras.Model(start, inner(start))
    draw = np.random.default_rng(0)
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([draw.random((1, *shape), dtype=np.float32)] for _ in range(2))
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    path = folder / f"{name}.tflite"
    path.write_bytes(converter.convert())
    return path


def reported(path: Path, device: str, optimised: str) -> dict[str, float]:
    """Multiply-accumulates of products, cycles and bytes of SRAM as Vela reports them."""
    out = path.with_name(f"{path.stem}_{optimised}")
    call = [sys.executable, "-m", "ethosu.vela", str(path), "--accelerator-config", device.replace("_", "-"),
            "--output-dir", str(out), "--verbose-performance", "--optimise", optimised]  # fmt: skip
    done = subprocess.run(call, capture_output=True, text=True)
    summaries = list(out.glob("*_summary_*.csv"))
    if not summaries:
        raise RuntimeError(f"Vela: {(done.stderr or done.stdout).strip()[-300:]}")
    with summaries[0].open() as lines:
        total = next(csv.DictReader(lines))
    with next(out.glob("*_per-layer.csv")).open() as lines:
        macs = sum(int(one["MAC Count"]) for one in csv.DictReader(lines) if one["Original Operator"] in PRODUCTS)
    return {"macs": macs, "cycles": float(total["cycles_total"]), "sram": 1024 * float(total["sram_memory_used"])}


def main(words: list[str]) -> int:
    for package in ("tensorflow", "ethosu"):
        if find_spec(package) is None:
            print(f"not run: there is no package {package}")
            return 77
    device = "ethos_u55_128"
    if words[:1] == ["--on"]:
        device, words = words[1], words[2:]
    board = qb.platform(device)
    off, memory, wrong = [], [], 0
    for name in words or [*TINY, *SIZES]:
        with tempfile.TemporaryDirectory() as folder:
            with contextlib.redirect_stdout(io.StringIO()):  # of what TensorFlow says
                path = converted(name, Path(folder))
            fast, small = reported(path, device, "Performance"), reported(path, device, "Size")
            work = qb.analyze(qb.load(str(path)))
        cycles = qb.predict(work, board, datatype="int8", execution="array").latency_s * board.clock_hz
        arena = qb.plan_memory(work)["arena_bytes"]
        off.append(abs(cycles / fast["cycles"] - 1))
        memory.append(abs(arena / fast["sram"] - 1))
        is_equal = abs(work.macs / fast["macs"] - 1) < 0.001
        wrong += not is_equal
        print(f"{name:20} MACs {work.macs:>11} {'as' if is_equal else 'not as'} Vela's {fast['macs']:>11.0f}; cycles "
              f"{cycles:>11.0f}, {cycles / fast['cycles']:.3f} of Vela's; arena {arena / 1024:8.1f} KiB, Vela "
              f"{fast['sram'] / 1024:.1f} for speed and {small['sram'] / 1024:.1f} for size", flush=True)  # fmt: skip
    print(f"in the median of {len(off)}: cycles {100 * median(off):.1f} % off, SRAM {100 * median(memory):.1f} %"
          " off Vela's for speed")  # fmt: skip
    return 1 if wrong or median(off) > 0.25 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
