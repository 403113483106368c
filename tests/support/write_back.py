#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Reads ONNX files, prunes them to half of their channels, writes them and runs what was written in ONNX Runtime.

Names of inputs and outputs are kept, the checker with full shape inference has nothing to say, every tensor that a
layer writes has the shape that the library has for it, and where the zoo has the same network, it has the same
multiply-accumulates within 1 %, pruned as a graph or built with half of its widths; or else a warning says what stayed
whole.
Usage: tests/support/write_back.py FOLDER_OR_FILE... [--most 60]
"""

import argparse
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import qutibench as qb

KEEP = 0.5
NUMBERS = {"tensor(float)": np.float32, "tensor(float16)": np.float16, "tensor(double)": np.float64}
_twins: dict[str, tuple[int, int]] = {}


def twin(network: Any) -> str | None:
    """The zoo's network with the same multiply-accumulates and weights, within 0.1 %."""
    for name in qb.zoo.names() if not _twins else ():
        counted = qb.analyze(getattr(qb.zoo, name)())
        _twins[name] = (counted.macs, counted.weights)
    for name, (macs, weights) in _twins.items():
        if abs(network.macs / macs - 1) < 0.001 and abs(network.weights / weights - 1) < 0.001:
            return name
    return None


def bound(path: Path) -> Any:
    """The file's graph, with 1 for every dimension that it leaves open."""
    names = {d.dim_param for v in onnx.load(path, load_external_data=False).graph.input
             for d in v.type.tensor_type.shape.dim if d.dim_param}  # fmt: skip
    return qb.load_onnx(path, dims=dict.fromkeys(sorted(names), 1))


def written_shapes(graph: Any) -> dict[str, list[tuple[int, ...]]]:
    """Shapes of what each layer writes, by its name."""
    return {node.name: [tuple(shape) for shape in node.output_shapes] for node in graph.nodes if node.type != "input"}


def run(path: Path, graph: Any) -> list[str]:
    """What ONNX Runtime finds otherwise than the library has it, tensor by tensor."""
    model = onnx.load(path)
    expected = written_shapes(graph)
    kept = {value.name for value in model.graph.output}
    names, shapes = [], []
    for node in model.graph.node:
        outputs = [name for name in node.output if name]
        layer = expected.get(node.name) or expected.get(outputs[0])
        if not layer or len(layer) != len(outputs):
            continue
        for name, shape in zip(outputs, layer, strict=True):
            names.append(name)
            shapes.append(shape)
            if name not in kept:
                model.graph.output.append(onnx.ValueInfoProto(name=name))
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    random = np.random.default_rng(0)
    values = {}
    for one in session.get_inputs():
        number = NUMBERS.get(one.type)
        values[one.name] = (random.standard_normal(one.shape).astype(number) if number
                            else np.ones(one.shape, {"tensor(bool)": bool}.get(one.type, np.int64)))  # fmt: skip
    found = session.run(names, values)
    pairs = zip(names, found, shapes, strict=True)
    return [f"{name} is {got.shape} and should be {shape}" for name, got, shape in pairs if got.shape != shape]


def faults(path: Path) -> tuple[list[str], str | None]:
    """What is wrong with the file once it was read, pruned and written; and its twin of the zoo, if there is one."""
    graph = bound(path)
    before = qb.analyze(graph)
    half = qb.prune(graph, keep=KEEP)
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "half.onnx"
        qb.save_onnx(half, target)
        onnx.checker.check_model(target, full_check=True)
        old, new = onnx.load(path, load_external_data=False).graph, onnx.load(target).graph
        stored = {one.name for one in old.initializer}
        for was, now in ((old.input, new.input), (old.output, new.output)):
            if [v.name for v in was if v.name not in stored] != [v.name for v in now]:
                wrong.append(f"names {[v.name for v in now]}")
        again = qb.analyze(qb.load_onnx(target))
        after = qb.analyze(half)
        if (again.macs, again.weights) != (after.macs, after.weights):
            wrong.append(f"reads back as {again.macs} MACs, {again.weights} weights, not {after.macs}, {after.weights}")
        wrong += run(target, half)[:3]
    name = twin(before)
    if name is not None:
        build = getattr(qb.zoo, name)
        halves = [qb.analyze(qb.prune(build(), keep=KEEP)).macs]
        with suppress(qb.Error):  # a network whose recipe has no widths
            halves.append(qb.analyze(build(keep=KEEP)).macs)
        if all(abs(after.macs / macs - 1) > 0.01 for macs in halves) and not half.warnings:
            wrong.append(f"{after.macs} MACs, but {' or '.join(map(str, halves))} of '{name}'")
    return wrong, name


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--most", type=int, default=60, help="files, taken at equal distances")
    asked = parser.parse_args()
    files = sorted(f for path in asked.paths for f in ([path] if path.is_file() else path.rglob("*.onnx")))
    most = min(asked.most, len(files))
    files = [files[i * len(files) // most] for i in range(most)]
    right, twins = 0, 0
    for path in files:
        try:
            wrong, name = faults(path)
        except Exception as error:  # each file has its line, whatever went wrong with it
            wrong, name = [f"{type(error).__name__}: {str(error).splitlines()[0][:200]}"], None
        right += not wrong
        twins += name is not None
        print(f"{path.stem}: {'; '.join(wrong) if wrong else 'right'}{f' ({name})' if name else ''}", flush=True)
    print(f"{right} of {len(files)} files right, {twins} of them with a twin in the zoo")
    return 0 if right == len(files) else 1


if __name__ == "__main__":
    sys.exit(main())
