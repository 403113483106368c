# SPDX-License-Identifier: BSD-3-Clause
"""PyTorch modules as graphs, through torch.export on fake tensors: nothing runs and no weights are needed.

Operators of the exported program become those of ONNX, which the importer counts and lifts to layers; layers are named
after the modules that called them. What has no counterpart keeps its shape and is listed as uncounted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from . import _core
from .errors import InvalidArgument, MissingPackage

__all__ = ["load_torch"]

# torch.dtype by name -> element type of ONNX (onnx.proto, TensorProto.DataType)
_TYPES = {
    "float32": 1, "uint8": 2, "int8": 3, "uint16": 4, "int16": 5, "int32": 6, "int64": 7, "bool": 9, "float16": 10,
    "float64": 11, "uint32": 12, "uint64": 13, "complex64": 14, "complex128": 15, "bfloat16": 16,
    "float8_e4m3fn": 17, "float8_e5m2": 19,
}  # fmt: skip

_UNARY = {
    "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "Gelu", "silu": "Swish", "hardswish": "HardSwish",
    "hardsigmoid": "HardSigmoid", "mish": "Mish", "elu": "Elu", "selu": "Selu", "leaky_relu": "LeakyRelu",
    "softplus": "Softplus", "exp": "Exp", "log": "Log", "sqrt": "Sqrt", "rsqrt": "Reciprocal", "neg": "Neg",
    "abs": "Abs", "sin": "Sin", "cos": "Cos", "floor": "Floor", "ceil": "Ceil", "round": "Round", "sign": "Sign",
    "erf": "Erf", "reciprocal": "Reciprocal", "logical_not": "Not",
}  # fmt: skip
_BINARY = {
    "add": "Add", "sub": "Sub", "mul": "Mul", "div": "Div", "true_divide": "Div", "maximum": "Max", "minimum": "Min",
    "pow": "Pow", "eq": "Equal", "gt": "Greater", "lt": "Less", "ge": "GreaterOrEqual", "le": "LessOrEqual",
    "logical_and": "And", "logical_or": "Or", "remainder": "Mod", "clamp_min": "Max", "clamp_max": "Min",
}  # fmt: skip
_SAME = {
    "contiguous", "clone", "detach", "alias", "dropout", "feature_dropout", "alpha_dropout", "lift_fresh_copy",
    "native_dropout", "detach_", "dropout_",
}  # fmt: skip
_CAST = {"to", "_to_copy", "type_as", "float", "half", "int", "long", "bool"}
_VIEWS = {
    "view", "reshape", "flatten", "unsqueeze", "squeeze", "_unsafe_view", "unflatten", "view_as", "reshape_as",
}  # fmt: skip
_REDUCTIONS = {
    "mean": "ReduceMean", "sum": "ReduceSum", "amax": "ReduceMax", "amin": "ReduceMin",
    "linalg_vector_norm": "ReduceL2",
}  # fmt: skip


def load_torch(
    module: Any, inputs: Any, kwargs: Mapping[str, Any] | None = None, *, name: str | None = None, strict: bool = False
) -> _core.Graph:
    """A graph from a torch.nn.Module, exported with `inputs`: a tensor, a tuple of tensors, or their shapes as tuples.

    Tensors may be on the device "meta", as may the module's weights: nothing is computed. Layers are named after their
    modules; `qb.module_tree(graph)` shows what each module costs. strict: raise UnsupportedOperator for an operator
    without a cost model. Raises InvalidArgument when the module cannot be exported. Needs torch 2.5 or
    later; raises MissingPackage without it.
    """
    try:
        import torch
    except ImportError as missing:
        raise MissingPackage("this needs torch: pip install 'qutibench[torch]'") from missing
    if not isinstance(module, torch.nn.Module):
        raise InvalidArgument(f"qb.load_torch takes a torch.nn.Module, not {type(module).__name__}")
    weight = next(iter(module.parameters()), None)
    made = tuple(_tensor(torch, one, weight) for one in _listed(torch, inputs))
    try:
        program = torch.export.export(module.eval(), made, dict(kwargs or {}), strict=False)
    except Exception as wrong:  # whatever the module's code raises under tracing
        raise InvalidArgument(f"torch.export cannot trace {type(module).__name__}: {wrong}") from wrong
    content = _Rewriter(torch, program).run(name or type(module).__name__)
    graph = _core.load_onnx(content, strict=strict)
    graph.name = name or type(module).__name__
    return graph


def _listed(torch: Any, inputs: Any) -> Sequence[Any]:
    is_shape = isinstance(inputs, (tuple, list)) and inputs and all(isinstance(one, int) for one in inputs)
    return [inputs] if is_shape or isinstance(inputs, torch.Tensor) else list(inputs)


def _tensor(torch: Any, one: Any, weight: Any) -> Any:
    if isinstance(one, torch.Tensor):
        return one
    like = {} if weight is None else {"dtype": weight.dtype, "device": weight.device}
    return torch.empty(tuple(one), **like)


class _Rewriter:
    """Writes each node of an exported program with ONNX's operators."""

    def __init__(self, torch: Any, program: Any) -> None:
        self.torch, self.program = torch, program
        self.out = _core.ModelWriter()
        self.names: dict[Any, str] = {}
        self.parts: dict[Any, list[str]] = {}
        self.taken: set[str] = set()
        self.constants: set[str] = set()
        self.filled: set[Any] = set()  # nodes that follow from shapes alone, such as masks
        stored = [spec for spec in program.graph_signature.input_specs if spec.kind.name != "USER_INPUT"]
        self.weights = {spec.arg.name for spec in stored}
        self.ahead: set[Any] = set()  # weights, and what follows from one element by element
        self.buffers = {spec.arg.name for spec in stored if spec.kind.name == "BUFFER"}

    def run(self, name: str) -> bytes:
        for node in self.program.graph.nodes:
            if node.op == "placeholder":
                self._enter(node)
            elif node.op == "call_function":
                self._call(node)
            elif node.op == "output":
                for one in self._flat(node.args[0]):
                    if one in self.names:
                        self.out.output(self.names[one], *self._type(self._value(one)))
        return self.out.finish(name)

    # -- values ------------------------------------------------------------------------------------------------------

    @staticmethod
    def _flat(some: Any) -> list[Any]:
        if isinstance(some, (tuple, list)):
            return [one for part in some for one in _Rewriter._flat(part)]
        return [some]

    @staticmethod
    def _value(node: Any) -> Any:
        return node.meta.get("val")

    def _type(self, value: Any) -> tuple[int, list[int]]:
        return _TYPES.get(str(value.dtype).removeprefix("torch."), 0), [int(extent) for extent in value.shape]

    def _shape(self, node: Any) -> list[int]:
        return [int(extent) for extent in self._value(node).shape]

    def _enter(self, node: Any) -> None:
        value = self._value(node)
        if not isinstance(value, self.torch.Tensor):
            return
        self.names[node] = node.name
        stored = self.out.buffer if node.name in self.buffers else self.out.weight
        if node.name in self.weights:
            self.ahead.add(node)
        (stored if node.name in self.weights else self.out.input)(node.name, *self._type(value))

    def _read(self, one: Any) -> str:
        """The name of an operand; a number becomes a constant of its own."""
        if isinstance(one, (int, float)):
            name = f"number {float(one)}"
            if name not in self.constants:
                self.constants.add(name)
                self.out.number(name, float(one))
            return name
        return self.names.get(one, "") if one is not None else ""

    def _constant(self, name: str, values: Sequence[int], scalar: bool = False) -> str:
        self.out.constant(name, [int(one) for one in values], scalar)
        return name

    # -- nodes -------------------------------------------------------------------------------------------------------

    def _layer_name(self, node: Any) -> str:
        stack = node.meta.get("nn_module_stack") or {}
        path = next(reversed(list(stack.values())))[0] if stack else ""
        path = path.replace("L['self'].", "").replace("L['self']", "")
        name = path if path and path not in self.taken else f"{path}/{node.name}" if path else node.name
        self.taken.add(name)
        return name

    def _write(
        self, node: Any, operator: str, inputs: Sequence[str], domain: str = "", outputs: int = 1, **attributes: Any
    ) -> None:
        names = [node.name] if outputs == 1 else [f"{node.name}.{i}" for i in range(outputs)]
        self.out.node(operator, domain, self._layer_name(node), list(inputs), names, attributes)
        self.names[node], self.parts[node] = names[0], names
        value = self._value(node)
        values = value if isinstance(value, (tuple, list)) else [value]
        for name, one in zip(names, values, strict=False):
            if isinstance(one, self.torch.Tensor):
                self.out.value(name, *self._type(one))

    def _arguments(self, node: Any) -> dict[str, Any]:
        schema = getattr(node.target, "_schema", None)
        if schema is None:
            return dict(node.kwargs)
        found: dict[str, Any] = {}
        for i, one in enumerate(schema.arguments):
            if i < len(node.args):
                found[one.name] = node.args[i]
            elif one.name in node.kwargs:
                found[one.name] = node.kwargs[one.name]
            elif one.has_default_value():
                found[one.name] = one.default_value
        return found

    def _call(self, node: Any) -> None:
        if getattr(node.target, "__name__", "") == "getitem":
            source, index = node.args
            if source in self.parts and index < len(self.parts[source]):
                self.names[node] = self.parts[source][index]
            return
        kind = str(getattr(node.target, "_schema", node.target)).partition("(")[0].rpartition("::")[2].partition(".")[0]
        kind = kind if kind in _SAME else kind.removesuffix("_")
        value = self._value(node)
        if not isinstance(value, (self.torch.Tensor, tuple, list)):
            return  # a size or an assertion
        write: Callable[[Any, dict[str, Any]], None] | None = getattr(self, f"_{kind}", None)
        arguments = self._arguments(node)
        first = next(iter(arguments.values()), None)
        read = node.all_input_nodes
        if read and all(one in self.filled for one in read) and isinstance(value, self.torch.Tensor):
            self._filled(node, arguments)
        elif len(read) == 1 and read[0] in self.ahead and (kind in _UNARY or kind == "clamp"):
            self.ahead.add(node)  # computed once, and still the module's parameter
            self.names[node] = self.names[read[0]]
        elif kind in _UNARY:
            inputs = [self._read(first)]
            if kind == "rsqrt":
                self.out.node("Sqrt", "", f"{node.name}/root", inputs, [f"{node.name}/root"], {})
                inputs = [f"{node.name}/root"]
            self._write(node, _UNARY[kind], inputs)
        elif kind in _BINARY:
            self._write(node, _BINARY[kind], [self._read(one) for one in list(arguments.values())[:2]])
        elif kind in _SAME:
            self._write(node, "Identity", [self._read(first)])
        elif kind in _CAST:
            self._write(node, "Cast", [self._read(first)], to=self._type(value)[0])
        elif kind in _VIEWS:
            self._view(node, first)
        elif kind in _REDUCTIONS:
            self._reduce(node, arguments, _REDUCTIONS[kind])
        elif write is not None and kind in _WRITTEN:
            write(node, arguments)
        else:
            self._unknown(node, kind)

    def _unknown(self, node: Any, kind: str) -> None:
        inputs = [self.names[one] for one in self._flat(list(node.args)) if _is_node(one) and one in self.names]
        value = self._value(node)
        self._write(node, kind, inputs, "torch", len(value) if isinstance(value, (tuple, list)) else 1)

    def _view(self, node: Any, source: Any) -> None:
        shape, before = self._shape(node), self._shape(source)
        if shape and before and shape[0] == before[0]:
            shape = [0, *shape[1:]]  # the batch stays the batch
        self._write(node, "Reshape", [self._read(source), self._constant(f"{node.name}/shape", shape)])

    def _reduce(self, node: Any, a: dict[str, Any], operator: str) -> None:
        source = a["self"]
        rank = len(self._shape(source))
        axes = a.get("dim")
        axes = list(range(rank)) if axes is None or axes == [] else [axes] if isinstance(axes, int) else list(axes)
        self._write(
            node, operator, [self._read(source), self._constant(f"{node.name}/axes", [axis % rank for axis in axes])],
            keepdims=int(bool(a.get("keepdim", False))),
        )  # fmt: skip

    # -- layers ------------------------------------------------------------------------------------------------------

    @staticmethod
    def _pads(padding: Any, rank: int) -> dict[str, Any]:
        if isinstance(padding, str):
            return {"auto_pad": "SAME_UPPER" if padding == "same" else "VALID"}
        each = [padding] * rank if isinstance(padding, int) else list(padding)
        each = each * rank if len(each) == 1 else each
        return {"pads": [int(one) for one in each * 2]}

    @staticmethod
    def _each(values: Any, rank: int) -> list[int]:
        each = [values] * rank if isinstance(values, int) else [int(one) for one in values]
        return each * rank if len(each) == 1 else each

    def _convolve(self, node: Any, a: dict[str, Any], operator: str) -> None:
        weight = a["weight"]
        kernel = self._shape(weight)[2:]
        rank = len(kernel)
        inputs = [self._read(a["input"]), self._read(weight)]
        if a.get("bias") is not None:
            inputs.append(self._read(a["bias"]))
        how = {
            "kernel_shape": kernel,
            "strides": self._each(a.get("stride", 1), rank),
            "dilations": self._each(a.get("dilation", 1), rank),
            "group": int(a.get("groups", 1)),
            **self._pads(a.get("padding", 0), rank),
        }
        if operator == "ConvTranspose":
            how["output_padding"] = self._each(a.get("output_padding", 0), rank)
        self._write(node, operator, inputs, **how)

    def _conv1d(self, node: Any, a: dict[str, Any]) -> None:
        self._convolve(node, a, "Conv")

    _conv2d = _conv3d = _conv1d

    def _conv_transpose1d(self, node: Any, a: dict[str, Any]) -> None:
        self._convolve(node, a, "ConvTranspose")

    _conv_transpose2d = _conv_transpose3d = _conv_transpose1d

    def _convolution(self, node: Any, a: dict[str, Any]) -> None:
        self._convolve(node, a, "ConvTranspose" if a.get("transposed") else "Conv")

    def _linear(self, node: Any, a: dict[str, Any]) -> None:
        source, weight, bias = a["input"], a["weight"], a.get("bias")
        if len(self._shape(source)) == 2:
            inputs = [self._read(source), self._read(weight)]
            self._write(node, "Gemm", inputs if bias is None else [*inputs, self._read(bias)], transB=1)
            return
        turned = f"{node.name}/turned"
        self.out.node("Transpose", "", turned, [self._read(weight)], [turned], {"perm": [1, 0]})
        if bias is None:
            return self._write(node, "MatMul", [self._read(source), turned])
        product = f"{node.name}/product"
        self.out.node("MatMul", "", self._layer_name(node), [self._read(source), turned], [product], {})
        return self._write(node, "Add", [product, self._read(bias)])

    def _matmul(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "MatMul", [self._read(one) for one in list(a.values())[:2]])

    _mm = _bmm = _matmul

    def _addmm(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "Gemm", [self._read(a["mat1"]), self._read(a["mat2"]), self._read(a["self"])])

    def _baddbmm(self, node: Any, a: dict[str, Any]) -> None:
        product = f"{node.name}/product"
        self.out.node("MatMul", "", product, [self._read(a["batch1"]), self._read(a["batch2"])], [product], {})
        self._write(node, "Add", [product, self._read(a["self"])])

    def _einsum(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "Einsum", [self._read(one) for one in a["tensors"]], equation=a["equation"])

    def _scaled_dot_product_attention(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "Attention", [self._read(a["query"]), self._read(a["key"]), self._read(a["value"])])

    def _batch_norm(self, node: Any, a: dict[str, Any]) -> None:
        names = ("weight", "bias", "running_mean", "running_var")
        if any(a.get(one) is None for one in names):
            return self._unknown(node, "batch_norm")
        return self._write(node, "BatchNormalization", [self._read(a["input"]), *(self._read(a[one]) for one in names)])

    def _layer_norm(self, node: Any, a: dict[str, Any]) -> None:
        inputs = [self._read(a["input"]), self._read(a.get("weight")), self._read(a.get("bias"))]
        if not inputs[1]:
            return self._unknown(node, "layer_norm")
        inputs = inputs if inputs[2] else inputs[:2]
        return self._write(node, "LayerNormalization", inputs, axis=-len(a["normalized_shape"]))

    def _group_norm(self, node: Any, a: dict[str, Any]) -> None:
        if a.get("weight") is None or a.get("bias") is None:
            return self._unknown(node, "group_norm")
        inputs = [self._read(a["input"]), self._read(a["weight"]), self._read(a["bias"])]
        return self._write(node, "GroupNormalization", inputs, num_groups=int(a["num_groups"]))

    def _embedding(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "Gather", [self._read(a["weight"]), self._read(a["indices"])], axis=0)

    def _softmax(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "Softmax", [self._read(a["self"])], axis=int(a["dim"]))

    def _log_softmax(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "LogSoftmax", [self._read(a["self"])], axis=int(a["dim"]))

    def _prelu(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "PRelu", [self._read(a["self"]), self._read(a["weight"])])

    def _clamp(self, node: Any, a: dict[str, Any]) -> None:
        low, high = a.get("min", a.get("min_val")), a.get("max", a.get("max_val"))
        bounds = [self._read(-math.inf if low is None else low), self._read(math.inf if high is None else high)]
        self._write(node, "Clip", [self._read(a["self"]), *bounds])

    _hardtanh = _clamp

    def _relu6(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "Clip", [self._read(a["self"]), self._read(0.0), self._read(6.0)])

    def _where(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "Where", [self._read(one) for one in list(a.values())[:3]])

    def _masked_fill(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "Where", [self._read(a["mask"]), self._read(a["value"]), self._read(a["self"])])

    # -- windows -----------------------------------------------------------------------------------------------------

    def _pool(self, node: Any, a: dict[str, Any], operator: str, **more: Any) -> None:
        rank = len(self._shape(a["self"])) - 2
        kernel = self._each(a["kernel_size"], rank)
        strides = a.get("stride")
        self._write(
            node, operator, [self._read(a["self"])], kernel_shape=kernel,
            strides=kernel if strides is None or strides == [] else self._each(strides, rank),
            ceil_mode=int(bool(a.get("ceil_mode", False))), **self._pads(a.get("padding", 0), rank), **more,
        )  # fmt: skip

    def _max_pool2d(self, node: Any, a: dict[str, Any]) -> None:
        rank = len(self._shape(a["self"])) - 2
        self._pool(node, a, "MaxPool", dilations=self._each(a.get("dilation", 1), rank))

    _max_pool1d = _max_pool3d = _max_pool2d

    def _avg_pool2d(self, node: Any, a: dict[str, Any]) -> None:
        self._pool(node, a, "AveragePool", count_include_pad=int(bool(a.get("count_include_pad", True))))

    _avg_pool1d = _avg_pool3d = _avg_pool2d

    def _adaptive_avg_pool2d(self, node: Any, a: dict[str, Any]) -> None:
        before, after = self._shape(a["self"])[2:], self._shape(node)[2:]
        if all(extent == 1 for extent in after):
            return self._write(node, "GlobalAveragePool", [self._read(a["self"])])
        if any(wide % narrow for wide, narrow in zip(before, after, strict=True)):
            return self._unknown(node, "adaptive_avg_pool")
        steps = [wide // narrow for wide, narrow in zip(before, after, strict=True)]
        return self._write(node, "AveragePool", [self._read(a["self"])], kernel_shape=steps, strides=steps)

    _adaptive_avg_pool1d = _adaptive_avg_pool3d = _adaptive_avg_pool2d

    # -- movement ----------------------------------------------------------------------------------------------------

    def _turn(self, node: Any, source: Any, order: Sequence[int]) -> None:
        self._write(node, "Transpose", [self._read(source)], perm=[int(axis) % len(order) for axis in order])

    def _permute(self, node: Any, a: dict[str, Any]) -> None:
        self._turn(node, a["self"], a["dims"])

    def _transpose(self, node: Any, a: dict[str, Any]) -> None:
        order = list(range(len(self._shape(a["self"]))))
        first, second = (int(one) % len(order) for one in list(a.values())[1:3])
        order[first], order[second] = order[second], order[first]
        self._turn(node, a["self"], order)

    _swapaxes = _swapdims = _transpose

    def _movedim(self, node: Any, a: dict[str, Any]) -> None:
        rank = len(self._shape(a["self"]))
        pairs = [[one] if isinstance(one, int) else list(one) for one in (a["source"], a["destination"])]
        moved = {to % rank: one % rank for one, to in zip(*pairs, strict=True)}
        rest = iter(axis for axis in range(rank) if axis not in moved.values())
        self._turn(node, a["self"], [moved[axis] if axis in moved else next(rest) for axis in range(rank)])

    _moveaxis = _movedim

    def _index(self, node: Any, a: dict[str, Any]) -> None:
        """Entries of one axis, by a tensor of places."""
        places = [(axis, one) for axis, one in enumerate(a["indices"]) if one is not None]
        if len(places) != 1 or str(self._value(places[0][1]).dtype) == "torch.bool":
            return self._unknown(node, "index")
        axis, one = places[0]
        return self._write(node, "Gather", [self._read(a["self"]), self._read(one)], axis=axis)

    def _index_select(self, node: Any, a: dict[str, Any]) -> None:
        axis = int(a["dim"]) % len(self._shape(a["self"]))
        self._write(node, "Gather", [self._read(a["self"]), self._read(a["index"])], axis=axis)

    def _roll(self, node: Any, a: dict[str, Any]) -> None:
        """Two pieces of each axis, joined the other way round."""
        shape = self._shape(a["self"])
        listed = [[one] if isinstance(one, int) else list(one) for one in (a["shifts"], a["dims"])]
        source, turns = self._read(a["self"]), [(s % shape[d], d % len(shape)) for s, d in zip(*listed, strict=True)]
        turns = [one for one in turns if one[0]]
        if not listed[1] or not turns:
            return self._unknown(node, "roll") if not listed[1] else self._write(node, "Identity", [source])
        for i, (shift, axis) in enumerate(turns):
            cut, parts = shape[axis] - shift, []
            for what, places in (("tail", (cut, shape[axis])), ("head", (0, cut))):
                parts.append(f"{node.name}/{i}/{what}")
                names = [self._constant(f"{parts[-1]}/{j}", [one]) for j, one in enumerate((*places, axis))]
                self.out.node("Slice", "", parts[-1], [source, *names], [parts[-1]], {})
            if i + 1 == len(turns):
                return self._write(node, "Concat", parts, axis=axis)
            source = f"{node.name}/{i}"
            self.out.node("Concat", "", source, parts, [source], {"axis": axis})
        return None

    def _filled(self, node: Any, a: dict[str, Any]) -> None:
        """A tensor of numbers that follow from its shape."""
        self.filled.add(node)
        self._write(node, "ConstantOfShape", [self._constant(f"{node.name}/shape", self._shape(node))])

    _new_zeros = _new_ones = _new_full = _new_empty = _zeros_like = _ones_like = _full_like = _empty_like = _filled
    _zeros = _ones = _full = _empty = _filled

    def _t(self, node: Any, a: dict[str, Any]) -> None:
        self._turn(node, a["self"], list(reversed(range(len(self._shape(a["self"]))))))

    def _cat(self, node: Any, a: dict[str, Any]) -> None:
        axis = a.get("dim", 0) % len(self._shape(node))
        self._write(node, "Concat", [self._read(one) for one in a["tensors"]], axis=axis)

    def _stack(self, node: Any, a: dict[str, Any]) -> None:
        axis = a.get("dim", 0) % len(self._shape(node))
        parts = []
        for i, one in enumerate(a["tensors"]):
            parts.append(f"{node.name}/{i}")
            shape = [*self._shape(one)[:axis], 1, *self._shape(one)[axis:]]
            inputs = [self._read(one), self._constant(f"{parts[-1]}/shape", shape)]
            self.out.node("Reshape", "", parts[-1], inputs, [parts[-1]], {})
        self._write(node, "Concat", parts, axis=axis)

    def _split(self, node: Any, a: dict[str, Any]) -> None:
        values = self._value(node)
        axis = a.get("dim", 0) % len(self._shape(a["self"]))
        sizes = self._constant(f"{node.name}/sizes", [int(one.shape[axis]) for one in values])
        self._write(node, "Split", [self._read(a["self"]), sizes], outputs=len(values), axis=axis)
        self.parts[node] = [node.name] if len(values) == 1 else self.parts[node]

    _chunk = _split_with_sizes = _split

    def _slice(self, node: Any, a: dict[str, Any]) -> None:
        shape = self._shape(a["self"])
        axis = a.get("dim", 0) % len(shape)
        start, end, step = a.get("start") or 0, a.get("end"), a.get("step", 1)
        places = [start, shape[axis] if end is None else min(int(end), shape[axis]), axis, step]
        names = [
            self._constant(f"{node.name}/{what}", [int(one)])
            for what, one in zip(("start", "end", "axis", "step"), places, strict=True)
        ]
        self._write(node, "Slice", [self._read(a["self"]), *names])

    def _select(self, node: Any, a: dict[str, Any]) -> None:
        axis = a["dim"] % len(self._shape(a["self"]))
        place = self._constant(f"{node.name}/index", [int(a["index"])], True)
        self._write(node, "Gather", [self._read(a["self"]), place], axis=axis)

    def _expand(self, node: Any, a: dict[str, Any]) -> None:
        shape = self._constant(f"{node.name}/shape", self._shape(node))
        self._write(node, "Expand", [self._read(a["self"]), shape])

    _expand_as = _broadcast_to = _expand

    def _pad(self, node: Any, a: dict[str, Any]) -> None:
        rank, amounts = len(self._shape(a["self"])), list(a["pad"])
        before, after = [0] * rank, [0] * rank
        for i in range(len(amounts) // 2):  # from the last axis on
            before[rank - 1 - i], after[rank - 1 - i] = amounts[2 * i], amounts[2 * i + 1]
        self._write(node, "Pad", [self._read(a["self"]), self._constant(f"{node.name}/pads", before + after)])

    _constant_pad_nd = _pad

    def _upsample(self, node: Any, a: dict[str, Any]) -> None:
        mode = "nearest" if "nearest" in str(node.target) else "cubic" if "cubic" in str(node.target) else "linear"
        sizes = self._constant(f"{node.name}/sizes", self._shape(node))
        self._write(node, "Resize", [self._read(next(iter(a.values()))), "", "", sizes], mode=mode)

    _upsample_nearest2d = _upsample_bilinear2d = _upsample_bicubic2d = _upsample_nearest1d = _upsample

    def _pixel_shuffle(self, node: Any, a: dict[str, Any]) -> None:
        self._write(node, "DepthToSpace", [self._read(a["self"])], blocksize=int(a["upscale_factor"]), mode="CRD")


_WRITTEN = {name[1:] for name in vars(_Rewriter) if name.startswith("_") and not name.startswith("__")} - {
    "flat", "value", "type", "shape", "enter", "read", "constant", "layer_name", "write", "arguments", "call",
    "unknown", "view", "reduce", "pads", "each", "convolve", "pool", "turn", "upsample", "filled",
}  # fmt: skip


def _is_node(one: Any) -> bool:
    return hasattr(one, "meta") and hasattr(one, "op")
