# SPDX-License-Identifier: BSD-3-Clause
"""Keras models as graphs, from the layers and tensors of a built model: nothing runs and no weights are read.

Images stand channels second, as everywhere in this library. A layer without a counterpart keeps its shape and is listed
as uncounted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import _core, keras_sequences
from .errors import InvalidArgument, MissingPackage

__all__ = ["load_keras"]

_FLOAT = 1  # TensorProto.DataType of onnx.proto
_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7, "bool": 9, "float16": 10, "bfloat16": 16}
_ACTIVATIONS = {
    "relu": "Relu", "sigmoid": "Sigmoid", "tanh": "Tanh", "gelu": "Gelu", "silu": "Swish", "swish": "Swish",
    "elu": "Elu", "selu": "Selu", "softplus": "Softplus", "softsign": "Softsign", "hard_sigmoid": "HardSigmoid",
    "exponential": "Exp", "mish": "Mish", "hard_silu": "HardSwish", "hard_swish": "HardSwish",
}  # fmt: skip
_MERGES = {
    "Add": "Add", "Subtract": "Sub", "Multiply": "Mul", "Maximum": "Max", "Minimum": "Min", "Divide": "Div",
    "TrueDivide": "Div", "Power": "Pow", "Average": "Mean",
}  # fmt: skip
_OF_MANY = {"Add", "Maximum", "Minimum", "Average"}
_SAME = {
    "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization", "Identity", "StochasticDepth", "RandomFlip", "RandomRotation", "RandomZoom", "Masking",
}  # fmt: skip


def load_keras(model: Any, *, batch: int = 1, name: str | None = None, strict: bool = False) -> _core.Graph:
    """A graph from a built Keras 3 model (functional or sequential). Layers keep their names.

    batch: stands for the open dimension in front. strict: raise UnsupportedOperator for a layer without a cost model.
    Raises MissingPackage without Keras, InvalidArgument for a model whose layers are not known before it runs
    (a subclassed one: export it with `model.export(path, format="onnx")` and use `qb.load`).
    """
    try:
        import keras
    except ImportError as missing:
        raise MissingPackage("this needs keras: pip install 'qutibench[keras]'") from missing
    if not isinstance(model, keras.Model):
        raise InvalidArgument(f"qb.load_keras takes a keras.Model, not {type(model).__name__}")
    functional = getattr(model, "_functional", None) or model
    if not hasattr(functional, "operations"):
        raise InvalidArgument(f"the layers of '{model.name}' are not known before it runs; export it as ONNX instead")
    for one in functional.inputs:
        if any(extent is None for extent in one.shape[1:]):
            raise InvalidArgument(
                f"input '{one.name}' of '{model.name}' is {tuple(one.shape)}: build the model with an input_shape"
            )
    content = _Rewriter(functional, batch).run(name or model.name)
    graph = _core.load_onnx(content, strict=strict)
    graph.name = name or model.name
    return graph


class _Rewriter:
    """Writes each layer with ONNX's operators."""

    def __init__(self, model: Any, batch: int) -> None:
        self.model, self.batch = model, batch
        self.out = _core.ModelWriter()
        self.names: dict[int, str] = {}
        self.moved: set[int] = set()  # tensors whose channels stand second
        self.turned: dict[tuple[str, bool], str] = {}
        self.taken: set[str] = set()
        self.path = ""  # of the nested model whose layers are written

    def run(self, name: str) -> bytes:
        for one in self.model.inputs:
            moved = len(one.shape) == 4
            self._define(one, self._unique(one.name), moved)
            self.out.input(self.names[id(one)], self._type(one), self._shape(one, moved))
        self._body(self.model)
        for one in self.model.outputs:
            if id(one) in self.names:
                self.out.output(self.names[id(one)], self._type(one), self._shape(one, id(one) in self.moved))
        return self.out.finish(name)

    def _body(self, model: Any) -> None:
        """The layers of a model whose inputs are defined."""
        own = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
        done = {id(one) for one in model.inputs}
        pending = [node for operation in model.operations for node in operation._inbound_nodes if id(node) in own]
        while pending:
            ready = [node for node in pending if all(id(one) in done for one in node.input_tensors)]
            if not ready:
                break
            for node in ready:
                if not all(id(one) in done for one in node.output_tensors):
                    self._layer(node.operation, list(node.input_tensors), list(node.output_tensors))
                done.update(id(one) for one in node.output_tensors)
            pending = [node for node in pending if node not in ready]

    def _nested(self, model: Any, inputs: list[Any], outputs: list[Any]) -> None:
        """A model within the model: its layers, named after both."""
        inner = getattr(model, "_functional", None) or model
        for one, given in zip(inner.inputs, inputs, strict=True):
            self._rename(one, given)
        before, self.path = self.path, f"{self.path}{model.name}/"
        self._body(inner)
        self.path = before
        for one, made in zip(outputs, inner.outputs, strict=True):
            self._rename(one, made)

    def _rename(self, tensor: Any, same: Any) -> None:
        self.names[id(tensor)] = self.names[id(same)]
        (self.moved.add if id(same) in self.moved else self.moved.discard)(id(tensor))

    # -- values ------------------------------------------------------------------------------------------------------

    def _unique(self, name: str) -> str:
        taken = name
        while taken in self.taken:
            taken += "_"
        self.taken.add(taken)
        return taken

    @staticmethod
    def _type(tensor: Any) -> int:
        return _TYPES.get(str(tensor.dtype), _FLOAT)

    def _shape(self, tensor: Any, moved: bool) -> list[int]:
        shape = [int(one) if one is not None else self.batch if axis == 0 else -1
                 for axis, one in enumerate(tensor.shape)]  # fmt: skip
        return [shape[0], shape[3], shape[1], shape[2]] if moved and len(shape) == 4 else shape

    def _define(self, tensor: Any, name: str, moved: bool) -> None:
        self.names[id(tensor)] = name
        (self.moved.add if moved and len(tensor.shape) == 4 else self.moved.discard)(id(tensor))

    def _read(self, tensor: Any, moved: bool) -> str:
        if len(tensor.shape) != 4 or (id(tensor) in self.moved) == moved:
            return self.names[id(tensor)]
        key = (self.names[id(tensor)], moved)
        if key not in self.turned:
            self.turned[key] = self._unique(self.names[id(tensor)] + ("/moved" if moved else "/stored"))
            order = [0, 3, 1, 2] if moved else [0, 2, 3, 1]
            self.out.node(
                "Transpose", "", self.turned[key], [self.names[id(tensor)]], [self.turned[key]], {"perm": order}
            )
        return self.turned[key]

    def _weight(self, layer: Any, name: str, shape: Sequence[int], learned: bool = True) -> str:
        called = f"{self.path}{layer.name}/{name}"
        if called not in self.taken:
            self.taken.add(called)
            (self.out.weight if learned else self.out.buffer)(called, _FLOAT, [int(one) for one in shape])
        return called

    def _constant(self, name: str, values: Sequence[int]) -> str:
        name = self._unique(name)
        self.out.constant(name, [int(one) for one in values], False)
        return name

    def _write(
        self, layer: Any, operator: str, inputs: Sequence[str], output: Any, moved: bool, domain: str = "", **how: Any
    ) -> None:
        """The layer's node, with its activation behind."""
        name = self._unique(self.path + layer.name)
        activation = _activation(layer) if operator not in ("Softmax", *_ACTIVATIONS.values()) else ""
        first = self._unique(f"{name}/before_activation") if activation else name
        self.out.node(operator, domain, name, list(inputs), [first], how)
        self._define(output, name, moved)
        if activation:
            self._activate(activation, first, name, moved and len(output.shape) == 4)
        shape = self._shape(output, moved)
        if all(extent >= 0 for extent in shape):
            self.out.value(name, self._type(output), shape)

    def _activate(self, kind: str, source: str, target: str, moved: bool) -> None:
        if kind in ("softmax", "log_softmax"):
            operator = "Softmax" if kind == "softmax" else "LogSoftmax"
            self.out.node(operator, "", f"{target}/activation", [source], [target], {"axis": 1 if moved else -1})
        elif kind == "relu6":
            bounds = [f"{target}/low", f"{target}/high"]
            self.out.number(bounds[0], 0.0)
            self.out.number(bounds[1], 6.0)
            self.out.node("Clip", "", f"{target}/activation", [source, *bounds], [target], {})
        else:
            operator = _ACTIVATIONS.get(kind, kind)
            domain = "" if kind in _ACTIVATIONS else "keras"
            self.out.node(operator, domain, f"{target}/activation", [source], [target], {})

    # -- layers ------------------------------------------------------------------------------------------------------

    def _layer(self, layer: Any, inputs: list[Any], outputs: list[Any]) -> None:
        kind = type(layer).__name__
        write: Callable[[Any, Any, list[Any], Any], None] | None = _WRITERS.get(kind)
        moved = bool(inputs) and all(len(one.shape) == 4 and id(one) in self.moved for one in inputs)
        first_channels = getattr(layer, "data_format", "channels_last") == "channels_first"
        if kind == "InputLayer":
            return
        if hasattr(getattr(layer, "_functional", None) or layer, "operations"):
            return self._nested(layer, inputs, outputs)
        if kind in _SAME:
            self._write(layer, "Identity", [self._read(inputs[0], moved)], outputs[0], moved)
        elif kind in _MERGES and len(inputs) > 1 and (len(inputs) == 2 or kind in _OF_MANY):
            operator = "Sum" if kind == "Add" and len(inputs) > 2 else _MERGES[kind]
            self._write(layer, operator, [self._read(one, moved) for one in inputs], outputs[0], moved)
        elif kind in _MERGES and len(inputs) == 1:  # of keras.ops, with a number
            number = self._unique(f"{self.path}{layer.name}/number")
            self.out.number(number, 0.5)
            self._write(layer, _MERGES[kind], [self._read(inputs[0], moved), number], outputs[0], moved)
        elif write is not None and len(outputs) == 1 and not first_channels:
            write(self, layer, inputs, outputs[0])
        else:
            self._unknown(layer, inputs, outputs)

    def _convolution(self, layer: Any, inputs: list[Any], output: Any) -> None:
        source, rank = inputs[0], len(layer.kernel_size)
        if rank != 2:
            return keras_sequences.convolution(self, layer, inputs, output)
        channels, groups = int(source.shape[-1]), int(getattr(layer, "groups", 1))
        depthwise = type(layer).__name__ == "DepthwiseConv2D"
        turned = type(layer).__name__ == "Conv2DTranspose"
        filters = channels * layer.depth_multiplier if depthwise else layer.filters
        groups = channels if depthwise else groups
        kernel = [int(one) for one in layer.kernel_size]
        shape = [channels, filters, *kernel] if turned else [filters, channels // groups, *kernel]
        weights = [self._weight(layer, "kernel", shape)]
        if layer.use_bias:
            weights.append(self._weight(layer, "bias", [filters]))
        how: dict[str, Any] = {"kernel_shape": kernel, "strides": _pair(layer.strides), "group": groups}
        if turned:
            how["output_shape"] = self._shape(output, True)[2:]
        else:
            how["dilations"] = _pair(layer.dilation_rate)
            how["auto_pad"] = "SAME_UPPER" if layer.padding == "same" else "VALID"
        read = [self._read(source, True), *weights]
        return self._write(layer, "ConvTranspose" if turned else "Conv", read, output, True, **how)

    def _unknown(self, layer: Any, inputs: list[Any], outputs: list[Any]) -> None:
        names = [
            self._unique(self.path + layer.name if i == 0 else f"{self.path}{layer.name}.{i}")
            for i in range(len(outputs))
        ]
        read = [self._read(one, False) for one in inputs]
        self.out.node(type(layer).__name__, "keras", names[0], read, names, {})
        for one, name in zip(outputs, names, strict=True):
            self._define(one, name, False)
            self.out.value(name, self._type(one), self._shape(one, False))

    def _separable(self, layer: Any, inputs: list[Any], output: Any) -> None:
        channels, kernel = int(inputs[0].shape[-1]), [int(one) for one in layer.kernel_size]
        wide = channels * layer.depth_multiplier
        between = self._unique(f"{self.path}{layer.name}/depthwise")
        depth = self._weight(layer, "depthwise_kernel", [wide, 1, *kernel])
        self.out.node(
            "Conv", "", between, [self._read(inputs[0], True), depth], [between],
            {"kernel_shape": kernel, "strides": _pair(layer.strides), "dilations": _pair(layer.dilation_rate),
             "group": channels, "auto_pad": "SAME_UPPER" if layer.padding == "same" else "VALID"},
        )  # fmt: skip
        weights = [self._weight(layer, "pointwise_kernel", [layer.filters, wide, 1, 1])]
        if layer.use_bias:
            weights.append(self._weight(layer, "bias", [layer.filters]))
        self._write(layer, "Conv", [between, *weights], output, True, kernel_shape=[1, 1])

    def _dense(self, layer: Any, inputs: list[Any], output: Any) -> None:
        features = int(inputs[0].shape[-1])
        matrix = self._weight(layer, "kernel", [features, layer.units])
        bias = [self._weight(layer, "bias", [layer.units])] if layer.use_bias else []
        source = self._read(inputs[0], False)
        if len(inputs[0].shape) == 2:
            return self._write(layer, "Gemm", [source, matrix, *bias], output, False)
        if not bias:
            return self._write(layer, "MatMul", [source, matrix], output, False)
        product = self._unique(f"{self.path}{layer.name}/product")
        self.out.node("MatMul", "", product, [source, matrix], [product], {})
        return self._write(layer, "Add", [product, *bias], output, False)

    def _normalization(self, layer: Any, inputs: list[Any], output: Any) -> None:
        axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0] if len(layer.axis) == 1 else 0
        if axis % len(inputs[0].shape) != len(inputs[0].shape) - 1:
            return self._unknown(layer, inputs, [output])
        channels = int(inputs[0].shape[-1])
        names = (
            ("gamma", "beta") if type(layer).__name__ == "LayerNormalization" else ("gamma", "beta", "mean", "variance")
        )
        learned = {"gamma": layer.scale, "beta": layer.center}
        tables = [self._weight(layer, name, [channels], bool(learned.get(name))) for name in names]
        if type(layer).__name__ == "LayerNormalization":
            return self._write(
                layer, "LayerNormalization", [self._read(inputs[0], False), *tables], output, False, axis=-1
            )
        moved = len(inputs[0].shape) == 4
        if not moved and len(inputs[0].shape) != 2:
            return keras_sequences.batch_normalization(self, layer, inputs, output, tables)
        return self._write(layer, "BatchNormalization", [self._read(inputs[0], moved), *tables], output, moved)

    def _pooling(self, layer: Any, inputs: list[Any], output: Any) -> None:
        operator = "MaxPool" if "Max" in type(layer).__name__ else "AveragePool"
        self._write(
            layer, operator, [self._read(inputs[0], True)], output, True, kernel_shape=_pair(layer.pool_size),
            strides=_pair(layer.strides or layer.pool_size),
            auto_pad="SAME_UPPER" if layer.padding == "same" else "VALID",
        )  # fmt: skip

    def _global_pooling(self, layer: Any, inputs: list[Any], output: Any) -> None:
        operator = "ReduceMax" if "Max" in type(layer).__name__ else "ReduceMean"
        axes = self._constant(f"{self.path}{layer.name}/axes", [2, 3])
        moved = len(output.shape) == 4
        self._write(layer, operator, [self._read(inputs[0], True), axes], output, moved, keepdims=int(moved))

    def _view(self, layer: Any, inputs: list[Any], output: Any) -> None:
        shape = self._constant(f"{self.path}{layer.name}/shape", [0, *self._shape(output, False)[1:]])
        # The elements are the same in any order of the axes, and so is their count.
        self._write(layer, "Reshape", [self.names[id(inputs[0])], shape], output, False)

    def _joined(self, layer: Any, inputs: list[Any], output: Any) -> None:
        moved = all(id(one) in self.moved for one in inputs)
        axis = int(layer.axis) % len(output.shape)
        axis = [0, 2, 3, 1][axis] if moved and len(output.shape) == 4 else axis
        self._write(layer, "Concat", [self._read(one, moved) for one in inputs], output, moved, axis=axis)

    def _padding(self, layer: Any, inputs: list[Any], output: Any) -> None:
        (top, bottom), (left, right) = layer.padding
        pads = self._constant(f"{self.path}{layer.name}/pads", [0, 0, top, left, 0, 0, bottom, right])
        self._write(layer, "Pad", [self._read(inputs[0], True), pads], output, True)

    def _upsampling(self, layer: Any, inputs: list[Any], output: Any) -> None:
        sizes = self._constant(f"{self.path}{layer.name}/sizes", self._shape(output, True))
        mode = "linear" if getattr(layer, "interpolation", "nearest") == "bilinear" else "nearest"
        self._write(layer, "Resize", [self._read(inputs[0], True), "", "", sizes], output, True, mode=mode)

    def _embedding(self, layer: Any, inputs: list[Any], output: Any) -> None:
        table = self._weight(layer, "embeddings", [layer.input_dim, layer.output_dim])
        self._write(layer, "Gather", [table, self._read(inputs[0], False)], output, False, axis=0)

    def _activation_layer(self, layer: Any, inputs: list[Any], output: Any) -> None:
        kind = {"ReLU": "relu", "Softmax": "softmax", "ELU": "elu"}.get(type(layer).__name__, "") or _activation(layer)
        if type(layer).__name__ == "ReLU" and layer.max_value is not None:
            kind = "relu6"
        moved = id(inputs[0]) in self.moved
        if not kind:
            return self._write(layer, "Identity", [self._read(inputs[0], moved)], output, moved)
        name = self._unique(self.path + layer.name)
        self._define(output, name, moved)
        return self._activate(kind, self._read(inputs[0], moved), name, moved)

    def _scaled(self, layer: Any, inputs: list[Any], output: Any) -> None:
        """Rescaling and Normalization: a product and a sum for every element, with numbers that nothing learns."""
        moved = id(inputs[0]) in self.moved
        between = self._unique(f"{self.path}{layer.name}/scaled")
        numbers = [self._unique(f"{self.path}{layer.name}/{one}") for one in ("scale", "offset")]
        for one in numbers:
            self.out.number(one, 0.5)
        self.out.node("Mul", "", between, [self._read(inputs[0], moved), numbers[0]], [between], {})
        self._write(layer, "Add", [between, numbers[1]], output, moved)

    def _scaled_sum(self, layer: Any, inputs: list[Any], output: Any) -> None:
        """A tensor and a share of another, as Inception-ResNet's residuals are summed (keras.applications)."""
        moved = all(id(one) in self.moved for one in inputs)
        share, number = (self._unique(f"{self.path}{layer.name}/{one}") for one in ("share", "scale"))
        self.out.number(number, float(layer.scale))
        self.out.node("Mul", "", share, [self._read(inputs[1], moved), number], [share], {})
        self._write(layer, "Add", [self._read(inputs[0], moved), share], output, moved)

    def _leaky(self, layer: Any, inputs: list[Any], output: Any) -> None:
        moved = id(inputs[0]) in self.moved
        slope = float(layer.negative_slope)
        self._write(layer, "LeakyRelu", [self._read(inputs[0], moved)], output, moved, alpha=slope)


def _pair(values: Any) -> list[int]:
    each = [values] if isinstance(values, int) else [int(one) for one in values]
    return each * 2 if len(each) == 1 else each


def _activation(layer: Any) -> str:
    """Name of the activation in a layer; empty where there is none."""
    called = getattr(layer, "activation", None)
    name = getattr(called, "__name__", "") if called is not None else ""
    return "" if name == "linear" else name


_WRITERS: dict[str, Any] = {
    "Activation": _Rewriter._activation_layer,
    "AveragePooling2D": _Rewriter._pooling,
    "BatchNormalization": _Rewriter._normalization,
    "Concatenate": _Rewriter._joined,
    "Conv2D": _Rewriter._convolution,
    "Conv2DTranspose": _Rewriter._convolution,
    "Dense": _Rewriter._dense,
    "CustomScaleLayer": _Rewriter._scaled_sum,
    "DepthwiseConv2D": _Rewriter._convolution,
    "ELU": _Rewriter._activation_layer,
    "Embedding": _Rewriter._embedding,
    "Flatten": _Rewriter._view,
    "GlobalAveragePooling2D": _Rewriter._global_pooling,
    "GlobalMaxPooling2D": _Rewriter._global_pooling,
    "LayerNormalization": _Rewriter._normalization,
    "LeakyReLU": _Rewriter._leaky,
    "MaxPooling2D": _Rewriter._pooling,
    "Normalization": _Rewriter._scaled,
    "ReLU": _Rewriter._activation_layer,
    "Rescaling": _Rewriter._scaled,
    "Reshape": _Rewriter._view,
    "SeparableConv2D": _Rewriter._separable,
    "Softmax": _Rewriter._activation_layer,
    "UpSampling2D": _Rewriter._upsampling,
    "ZeroPadding2D": _Rewriter._padding,
}
_WRITERS |= keras_sequences.WRITERS
