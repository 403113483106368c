# SPDX-License-Identifier: BSD-3-Clause
"""Random graphs of valid operators: shapes inferred here beside those of tensors that ONNX Runtime computes.

usage: random_onnx.py [--count 10000] [--seed 0] [--keep FOLDER]

Prints how many values were compared. Fails where a shape that is known here differs from what the runtime made; unknown
ones are counted.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
import qutibench as qb
from onnx import TensorProto, helper, numpy_helper

Shape = tuple[int, ...]
UNARY = ("Relu", "Sigmoid", "Tanh", "Exp", "Neg", "Abs", "Softplus", "Elu", "HardSwish", "Identity", "Erf", "Sqrt")


class Builder:
    """A graph whose values are floats of known shapes, so that every operator drawn is valid."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self.values: list[tuple[str, Shape]] = []
        self.made = 0

    def fresh(self) -> str:
        self.made += 1
        return f"v{self.made}"

    def constant(self, values: Any) -> str:
        name = self.fresh()
        tensor = numpy_helper.from_array(np.asarray(values), name)
        if self.draw.random() < 0.3:
            self.nodes.append(helper.make_node("Constant", [], [name], value=tensor))
        else:
            self.constants.append(tensor)
        return name

    def weights(self, shape: Shape) -> str:
        return self.constant(np.zeros(shape, np.float32))

    def add(self, kind: str, inputs: list[str], shape: Shape, **attributes: Any) -> None:
        name = self.fresh()
        self.nodes.append(helper.make_node(kind, inputs, [name], **attributes))
        self.values.append((name, shape))

    def step(self) -> None:
        name, shape = self.draw.choice(self.values[-4:])
        options = [self.unary, self.binary, self.reduce, self.transpose, self.reshape, self.cut, self.join, self.pad,
                   self.unsqueeze, self.expand, self.gather, self.softmax, self.computed_shape, self.tile]  # fmt: skip
        if len(shape) == 4 and min(shape) > 0:
            options += [self.convolution, self.pool, self.normalise, self.resize, self.depth, self.global_pool] * 2
        if len(shape) >= 2:
            options += [self.product, self.flatten, self.einsum] * 2
        self.draw.choice(options)(name, shape)

    def unary(self, name: str, shape: Shape) -> None:
        self.add(self.draw.choice(UNARY), [name], shape)

    def binary(self, name: str, shape: Shape) -> None:
        other = tuple(one if self.draw.random() < 0.6 else 1 for one in shape)[self.draw.randrange(len(shape) + 1) :]
        pair = [name, self.weights(other)]
        if self.draw.random() < 0.5:
            pair.reverse()
        self.add(self.draw.choice(["Add", "Mul", "Sub", "Div", "Max", "Min"]), pair, shape)

    def reduce(self, name: str, shape: Shape) -> None:
        if not shape:
            return
        axes = sorted(self.draw.sample(range(len(shape)), self.draw.randint(1, len(shape))))
        keep = self.draw.random() < 0.5
        made = tuple(1 if i in axes else one for i, one in enumerate(shape) if keep or i not in axes)
        signed = [one - len(shape) if self.draw.random() < 0.5 else one for one in axes]
        if self.draw.random() < 0.5:
            self.add("ReduceSum", [name, self.constant(np.array(signed, np.int64))], made, keepdims=int(keep))
        else:
            self.add(
                self.draw.choice(["ReduceMean", "ReduceMax", "ReduceL2"]), [name], made, axes=signed, keepdims=int(keep)
            )

    def transpose(self, name: str, shape: Shape) -> None:
        order = list(range(len(shape)))
        if not order:  # the package cannot write an empty list
            return
        self.draw.shuffle(order)
        self.add("Transpose", [name], tuple(shape[i] for i in order), perm=order)

    def reshape(self, name: str, shape: Shape) -> None:
        left, target = int(np.prod(shape)), []
        while left > 1 and len(target) < 4:
            factor = self.draw.choice([one for one in range(1, min(left, 64) + 1) if left % one == 0])
            target.append(factor)
            left //= factor
        target.append(left)
        asked = list(target)
        if self.draw.random() < 0.5:
            asked[self.draw.randrange(len(asked))] = -1
        if 0 not in target:
            self.add("Reshape", [name, self.constant(np.array(asked, np.int64))], tuple(target))

    def cut(self, name: str, shape: Shape) -> None:
        if not shape:
            return
        axis = self.draw.randrange(len(shape))
        begin, end = (
            self.draw.randint(-shape[axis] - 1, shape[axis]),
            self.draw.randint(-shape[axis] - 1, shape[axis] + 3),
        )
        step = self.draw.choice([1, 1, 2, 3, -1, -2])
        made = len(range(*slice(begin, end if end >= -shape[axis] or step > 0 else None, step).indices(shape[axis])))
        if made == 0:
            return
        words = [self.constant(np.array([one], np.int64)) for one in (begin, end, axis, step)]
        self.add("Slice", [name, *words], (*shape[:axis], made, *shape[axis + 1 :]))

    def join(self, name: str, shape: Shape) -> None:
        if not shape:
            return
        axis = self.draw.randrange(len(shape))
        extra = self.draw.randint(1, 4)
        other = (*shape[:axis], extra, *shape[axis + 1 :])
        made = (*shape[:axis], shape[axis] + extra, *shape[axis + 1 :])
        self.add(
            "Concat", [name, self.weights(other)], made, axis=axis - len(shape) if self.draw.random() < 0.5 else axis
        )

    def pad(self, name: str, shape: Shape) -> None:
        if not shape:
            return
        begin = [self.draw.randint(0, 2) for _ in shape]
        end = [self.draw.randint(0, 2) for _ in shape]
        made = tuple(a + one + b for a, one, b in zip(begin, shape, end, strict=True))
        self.add("Pad", [name, self.constant(np.array(begin + end, np.int64))], made)

    def unsqueeze(self, name: str, shape: Shape) -> None:
        if len(shape) >= 6:
            return
        at = self.draw.randint(0, len(shape))
        self.add("Unsqueeze", [name, self.constant(np.array([at], np.int64))], (*shape[:at], 1, *shape[at:]))
        if self.draw.random() < 0.3:
            self.add("Squeeze", [self.values[-1][0], self.constant(np.array([at], np.int64))], shape)

    def expand(self, name: str, shape: Shape) -> None:
        made = tuple(self.draw.randint(1, 4) if one == 1 else one for one in shape)
        asked = [1 if self.draw.random() < 0.3 and a == b else b for a, b in zip(shape, made, strict=True)]
        self.add("Expand", [name, self.constant(np.array(asked, np.int64))], made)

    def gather(self, name: str, shape: Shape) -> None:
        if not shape or min(shape) < 1:
            return
        axis = self.draw.randrange(len(shape))
        picked = self.draw.choice([(), (1,), (3,), (2, 2)])
        indices = self.constant(np.zeros(picked, np.int64))
        self.add("Gather", [name, indices], (*shape[:axis], *picked, *shape[axis + 1 :]), axis=axis)

    def tile(self, name: str, shape: Shape) -> None:
        times = [self.draw.randint(1, 2) for _ in shape]
        if shape:
            made = tuple(a * b for a, b in zip(shape, times, strict=True))
            self.add("Tile", [name, self.constant(np.array(times, np.int64))], made)

    def softmax(self, name: str, shape: Shape) -> None:
        if shape:
            self.add("Softmax", [name], shape, axis=self.draw.randrange(-len(shape), len(shape)))

    def computed_shape(self, name: str, shape: Shape) -> None:
        """A shape that the graph itself works out, as exporters write it."""
        if not shape or 0 in shape:
            return
        whole, first, rest = self.fresh(), self.fresh(), self.fresh()
        self.nodes.append(helper.make_node("Shape", [name], [whole]))
        index = self.constant(np.array([0], np.int64))
        self.nodes.append(helper.make_node("Gather", [whole, index], [first], axis=0))
        open_one = self.constant(np.array([-1], np.int64))
        self.nodes.append(helper.make_node("Concat", [first, open_one], [rest], axis=0))
        self.add("Reshape", [name, rest], (shape[0], int(np.prod(shape[1:]))))

    def convolution(self, name: str, shape: Shape) -> None:
        groups = self.draw.choice([one for one in (1, 1, 2, shape[1]) if shape[1] % one == 0])
        out = groups * self.draw.randint(1, 4)
        kernel = [self.draw.randint(1, 3) for _ in range(2)]
        stride = [self.draw.randint(1, 2) for _ in range(2)]
        dilation = [self.draw.randint(1, 2) for _ in range(2)]
        pads = [self.draw.randint(0, 2) for _ in range(4)]
        made = []
        for i in range(2):
            room = shape[2 + i] + pads[i] + pads[2 + i] - dilation[i] * (kernel[i] - 1) - 1
            if room < 0:
                return
            made.append(room // stride[i] + 1)
        weights = self.weights((out, shape[1] // groups, *kernel))
        how = {"strides": stride, "dilations": dilation, "pads": pads, "group": groups}
        self.add("Conv", [name, weights], (shape[0], out, *made), **how)

    def pool(self, name: str, shape: Shape) -> None:
        kernel = [self.draw.randint(1, 3) for _ in range(2)]
        stride = [self.draw.randint(1, 2) for _ in range(2)]
        up = self.draw.random() < 0.4
        made = []
        for i in range(2):
            room = shape[2 + i] - kernel[i]
            if room < 0:
                return
            made.append(-(-room // stride[i]) + 1 if up else room // stride[i] + 1)
            if up and (made[-1] - 1) * stride[i] >= shape[2 + i]:
                made[-1] -= 1
        kind = self.draw.choice(["MaxPool", "AveragePool"]) if not up else "MaxPool"
        self.add(kind, [name], (*shape[:2], *made), kernel_shape=kernel, strides=stride, ceil_mode=int(up))

    def normalise(self, name: str, shape: Shape) -> None:
        parts = [self.weights((shape[1],)) for _ in range(4)]
        self.add("BatchNormalization", [name, *parts], shape)

    def resize(self, name: str, shape: Shape) -> None:
        scales = [1.0, 1.0, self.draw.choice([1.0, 2.0, 0.5]), self.draw.choice([1.0, 2.0, 3.0])]
        made = tuple(int(np.floor(a * b)) for a, b in zip(shape, scales, strict=True))
        if 0 not in made:
            words = [name, "", self.constant(np.array(scales, np.float32))]
            self.add("Resize", words, made, mode=self.draw.choice(["nearest", "linear"]))

    def depth(self, name: str, shape: Shape) -> None:
        if shape[1] % 4 == 0:
            self.add("DepthToSpace", [name], (shape[0], shape[1] // 4, shape[2] * 2, shape[3] * 2), blocksize=2)
        elif shape[2] % 2 == 0 and shape[3] % 2 == 0:
            self.add("SpaceToDepth", [name], (shape[0], shape[1] * 4, shape[2] // 2, shape[3] // 2), blocksize=2)

    def global_pool(self, name: str, shape: Shape) -> None:
        if self.draw.random() < 0.3:
            self.add("GlobalAveragePool", [name], (*shape[:2], 1, 1))

    def product(self, name: str, shape: Shape) -> None:
        out = self.draw.randint(1, 8)
        if len(shape) == 2 and self.draw.random() < 0.5:
            turned = self.draw.random() < 0.5
            weights = self.weights((out, shape[1]) if turned else (shape[1], out))
            self.add("Gemm", [name, weights, self.weights((out,))], (shape[0], out), transB=int(turned))
        else:
            self.add("MatMul", [name, self.weights((shape[-1], out))], (*shape[:-1], out))

    def flatten(self, name: str, shape: Shape) -> None:
        axis = self.draw.randint(0, len(shape))
        self.add("Flatten", [name], (int(np.prod(shape[:axis])), int(np.prod(shape[axis:]))), axis=axis)

    def einsum(self, name: str, shape: Shape) -> None:
        out = self.draw.randint(1, 5)
        self.add("Einsum", [name, self.weights((shape[-1], out))], (*shape[:-1], out), equation="...j,jk->...k")

    def model(self) -> Any:
        rank = self.draw.choice([4, 4, 4, 2, 3])
        shape = (self.draw.randint(1, 2), *(self.draw.randint(1, 9) for _ in range(rank - 1)))
        self.values.append(("x", shape))
        for _ in range(self.draw.randint(2, 12)):
            before = len(self.values)
            self.step()
            if int(np.prod(self.values[-1][1])) > 50_000:
                del self.values[before:], self.nodes[-1]
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name, _ in self.values[1:]]
        given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
        graph = helper.make_graph(self.nodes, "random", given, outputs, self.constants)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        made.ir_version = 8
        return made


def compared(seed: int) -> tuple[int, int, list[str], bytes]:
    """Values that were the same, unknown ones, and those that differ."""
    builder = Builder(random.Random(seed))
    text = builder.model().SerializeToString()
    names = [name for name, _ in builder.values[1:]]
    if not names:
        return 0, 0, [], text
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = ort.InferenceSession(text, options, providers=["CPUExecutionProvider"])
    arrays = session.run(names, {"x": np.zeros(builder.values[0][1], np.float32)})
    inferred = qb.load_onnx(text).outputs
    same, unknown, wrong = 0, 0, []
    for name, array in zip(names, arrays, strict=True):
        shape = inferred.get(name)
        if shape is None or None in shape:
            unknown += 1
        elif tuple(shape) == array.shape:
            same += 1
        else:
            wrong.append(f"seed {seed}, '{name}': {tuple(shape)} here, {array.shape} in ONNX Runtime")
    return same, unknown, wrong, text


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--count", type=int, default=10_000)
    ask.add_argument("--seed", type=int, default=0)
    ask.add_argument("--keep", type=Path)
    how = ask.parse_args()
    same = unknown = refused = 0
    wrong: list[str] = []
    for seed in range(how.seed, how.seed + how.count):
        try:
            a, b, c, text = compared(seed)
        except (ort.capi.onnxruntime_pybind11_state.Fail, ort.capi.onnxruntime_pybind11_state.InvalidGraph) as one:
            refused += 1
            print("refused by ONNX Runtime:", seed, str(one)[:150], file=sys.stderr)
            continue
        same, unknown = same + a, unknown + b
        wrong += c
        if c and how.keep:
            (how.keep / f"random_{seed}.onnx").write_bytes(text)
    print(f"{how.count} graphs: {same} shapes the same, {unknown} unknown, {refused} refused, {len(wrong)} wrong")
    for line in wrong[:10]:
        print("!", line)
    return 1 if wrong or refused > how.count // 100 or unknown > same // 20 else 0


if __name__ == "__main__":
    sys.exit(main())
