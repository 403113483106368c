# SPDX-License-Identifier: BSD-3-Clause
"""Infers the output shapes of the onnx package's node tests, and shows what decides those that stay unknown.

usage: node_tests.py

A shape that no inference can know from the file is one that other values of the same inputs change: for each test
whose outputs stay unknown, values are drawn until the reference implementation of onnx gives outputs of another shape
(or refuses the values). Prints the tests by what decides them; ends with 1 where an inferred shape is wrong, or where
nothing was found that decides one.
"""

import sys
import warnings
from collections import Counter
from typing import Any

import numpy as np
import onnx
import qutibench as qb
from onnx.backend.test.case.node import collect_testcases
from onnx.reference import ReferenceEvaluator

TRIES = 400
# The reference implementation reads bytes and text otherwise than drawn values would have it.
OF_THEMSELVES = {
    "ImageDecoder": "the picture in the input has its size inside",
    "StringNormalizer": "which words are left out depends on the words",
    "StringSplit": "how many parts there are depends on the words",
}


def shape_of(value: Any) -> tuple[int, ...] | None:
    if isinstance(value, onnx.TensorProto):
        return tuple(value.dims)
    return tuple(value.shape) if hasattr(value, "shape") else None


def inferred(model: onnx.ModelProto) -> dict[str, tuple[int | None, ...] | None]:
    """Shapes of the outputs of a model that does not state them."""
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    for one in bare.graph.output:
        if one.type.HasField("tensor_type"):
            one.type.tensor_type.ClearField("shape")
    return qb.load_onnx(bare.SerializeToString()).outputs


def drawn(values: list[Any], random: np.random.Generator) -> list[Any]:
    """Other values of the same types and shapes: small integers, numbers, truth values."""
    made = []
    for one in (np.asarray(one) if isinstance(one, np.generic) else one for one in values):
        if not isinstance(one, np.ndarray) or one.dtype.kind not in "iubfV" or one.size > 4096:
            made.append(one)
        elif one.dtype == bool:
            made.append(random.random(one.shape) < random.random())
        elif one.dtype.kind in "fV":
            few = random.integers(0, 3, one.shape)  # numbers that come again
            same = one * random.choice([0.5, 1, 1.5, 2, 3]) + random.integers(0, 2)
            made.append(np.array(few if random.random() < 0.3 else same, one.dtype))
        else:
            moved = one + random.integers(-4, 5, one.shape)
            made.append(np.array(random.permutation(one.ravel()).reshape(one.shape) if random.random() < 0.5 else moved,
                                 one.dtype))  # fmt: skip
    return made


def decided_by(case: Any) -> str | None:
    """What decides the shapes of a test's outputs besides the shapes of its inputs; None where nothing was found."""
    kinds = {node.op_type for node in case.model.graph.node}
    for kind, reason in OF_THEMSELVES.items():
        if kind in kinds:
            return reason
    values, wanted = case.data_sets[0]
    names = [one.name for one in case.model.graph.input if one.name]
    random = np.random.default_rng(0)
    evaluator = ReferenceEvaluator(case.model)
    first = [shape_of(one) for one in wanted]
    for _ in range(TRIES):
        feeds = dict(zip(names, drawn(list(values), random), strict=False))
        try:
            found = [shape_of(one) for one in evaluator.run(None, feeds)]
        except Exception:  # values that the operator does not take
            continue
        if found != first:
            return "values of its inputs"
    return None


def main() -> int:
    warnings.filterwarnings("ignore")
    counts: Counter[str] = Counter()
    reasons: Counter[tuple[str, str]] = Counter()
    left: list[str] = []
    for case in collect_testcases(None):
        if not case.data_sets:
            continue
        outputs = zip(case.model.graph.output, case.data_sets[0][1], strict=False)
        wanted = {one.name: shape_of(value) for one, value in outputs}
        if any(shape is None for shape in wanted.values()):
            continue
        found = inferred(case.model)
        if any(found.get(name) is None or None in found[name] for name in wanted):
            counts["unknown"] += 1
            reason = decided_by(case)
            if reason is None:
                left.append(case.name)
            else:
                kinds = sorted({node.op_type for node in case.model.graph.node})
                reasons["+".join(kinds) if len(kinds) < 3 else "a function", reason] += 1
        elif all(tuple(found[name]) == shape for name, shape in wanted.items()):
            counts["right"] += 1
        else:
            counts["wrong"] += 1
            left.append(case.name)
    for (kinds, reason), number in reasons.most_common():
        print(f"{number:4} {kinds}: {reason}")
    print(f"{counts['right']} right, {counts['wrong']} wrong, {counts['unknown']} unknown", *left)
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
