# SPDX-License-Identifier: BSD-3-Clause
"""Layers of Keras over sequences and volumes, attention, and functions of keras.ops, with ONNX's operators.

`out` is the rewriter of keras_models.py. Tensors of other than four axes keep their channels last; a layer that needs
them second turns its input and its output around.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["WRITERS", "batch_normalization", "convolution"]


def _step(out: Any, layer: Any, what: str, operator: str, inputs: Sequence[str], **how: Any) -> str:
    """A node on the way to a layer's output."""
    name: str = out._unique(f"{out.path}{layer.name}/{what}")
    out.out.node(operator, "", name, list(inputs), [name], how)
    return name


def _each(values: Any, rank: int) -> list[int]:
    each = [values] if isinstance(values, int) else [int(one) for one in values]
    return each * rank if len(each) == 1 else each


def _channels_second(out: Any, layer: Any, tensor: Any) -> str:
    rank = len(tensor.shape)
    return _step(out, layer, "moved", "Transpose", [out._read(tensor, False)], perm=[0, rank - 1, *range(1, rank - 1)])


def _channels_last(out: Any, layer: Any, made: str, output: Any) -> None:
    rank = len(output.shape)
    out._write(layer, "Transpose", [made], output, False, perm=[0, *range(2, rank), 1])


def convolution(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    """Conv1D, Conv3D and their depthwise and transposed kinds."""
    kind, source = type(layer).__name__, inputs[0]
    rank, channels = len(layer.kernel_size), int(source.shape[-1])
    depthwise, turned = kind.startswith("Depthwise"), kind.endswith("Transpose")
    filters = channels * layer.depth_multiplier if depthwise else layer.filters
    groups = channels if depthwise else int(getattr(layer, "groups", 1))
    kernel, dilation = _each(layer.kernel_size, rank), _each(layer.dilation_rate, rank)
    shape = [channels, filters, *kernel] if turned else [filters, channels // groups, *kernel]
    read = [_channels_second(out, layer, source), out._weight(layer, "kernel", shape)]
    if layer.use_bias:
        read.append(out._weight(layer, "bias", [filters]))
    how: dict[str, Any] = {"kernel_shape": kernel, "strides": _each(layer.strides, rank), "group": groups}
    if turned:
        how["output_shape"] = [int(one) for one in output.shape[1:-1]]
    elif layer.padding == "causal":
        how |= {"dilations": dilation, "pads": [dilation[0] * (kernel[0] - 1), 0]}
    else:
        how |= {"dilations": dilation, "auto_pad": "SAME_UPPER" if layer.padding == "same" else "VALID"}
    made = _step(out, layer, kind, "ConvTranspose" if turned else "Conv", read, **how)
    _channels_last(out, layer, made, output)


def batch_normalization(out: Any, layer: Any, inputs: list[Any], output: Any, tables: list[str]) -> None:
    read = [_channels_second(out, layer, inputs[0]), *tables]
    _channels_last(out, layer, _step(out, layer, "normalized", "BatchNormalization", read), output)


def _pooling(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    rank = len(inputs[0].shape) - 2
    made = _step(
        out, layer, "pooled", "MaxPool" if "Max" in type(layer).__name__ else "AveragePool",
        [_channels_second(out, layer, inputs[0])], kernel_shape=_each(layer.pool_size, rank),
        strides=_each(layer.strides or layer.pool_size, rank),
        auto_pad="SAME_UPPER" if layer.padding == "same" else "VALID",
    )  # fmt: skip
    _channels_last(out, layer, made, output)


def _global_pooling(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    axes = out._constant(f"{out.path}{layer.name}/axes", range(1, len(inputs[0].shape) - 1))
    operator = "ReduceMax" if "Max" in type(layer).__name__ else "ReduceMean"
    kept = int(len(output.shape) == len(inputs[0].shape))
    out._write(layer, operator, [out._read(inputs[0], False), axes], output, False, keepdims=kept)


def _recurrent(out: Any, layer: Any, inputs: list[Any], output: Any) -> Any:
    """LSTM, GRU and SimpleRNN in one direction, or in two whose results are joined."""
    both = type(layer).__name__ == "Bidirectional"
    cell = layer.forward_layer if both else layer
    operator = {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "RNN"}.get(type(cell).__name__)
    if operator is None or len(inputs) != 1 or (both and layer.merge_mode != "concat"):
        return out._unknown(layer, inputs, [output])
    ways, units, features = 2 if both else 1, int(cell.units), int(inputs[0].shape[-1])
    gates = {"LSTM": 4, "GRU": 3, "RNN": 1}[operator] * units
    first = _step(out, layer, "first", "Transpose", [out._read(inputs[0], False)], perm=[1, 0, 2])
    read = [first, out._weight(layer, "kernel", [ways, gates, features])]
    read.append(out._weight(layer, "recurrent_kernel", [ways, gates, units]))
    if cell.use_bias:  # one vector for each gate; with reset_after, a GRU has two
        two = operator == "GRU" and cell.reset_after
        read.append(out._weight(layer, "bias", [ways, (2 if two else 1) * gates]))
    node = out._unique(f"{out.path}{layer.name}/sequence")
    last = f"{node}/last"
    how = {"hidden_size": units, "direction": "bidirectional" if both else "forward"}
    out.out.node(operator, "", node, read, [node, last], how)
    shape = [one if one is not None else out.batch for one in output.shape]
    moved = (
        _step(out, layer, "batch_first", "Transpose", [node], perm=[2, 0, 1, 3])
        if cell.return_sequences
        else _step(out, layer, "batch_first", "Transpose", [last], perm=[1, 0, 2])
    )
    target = out._constant(f"{out.path}{layer.name}/shape", [0, *shape[1:]])
    return out._write(layer, "Reshape", [moved, target], output, False)


def _projected(out: Any, layer: Any, what: str, source: str, wide: int, narrow: int, use_bias: bool) -> str:
    made = _step(out, layer, what, "MatMul", [source, out._weight(layer, f"{what}/kernel", [wide, narrow])])
    if not use_bias:
        return made
    return _step(out, layer, f"{what}/biased", "Add", [made, out._weight(layer, f"{what}/bias", [narrow])])


def _attention(out: Any, layer: Any, inputs: list[Any], output: Any) -> Any:
    """Projections to heads, attention, and the projection back."""
    if len(inputs) not in (2, 3) or any(len(one.shape) != 3 for one in inputs):
        return out._unknown(layer, inputs, [output])
    query, value, key = inputs[0], inputs[1], inputs[-1]
    grouped = type(layer).__name__ == "GroupedQueryAttention"
    heads = int(layer.num_query_heads if grouped else layer.num_heads)
    key_heads = int(layer.num_key_value_heads if grouped else heads)
    width = int(layer.head_dim if grouped else layer.key_dim)
    value_width = width if grouped else int(layer.value_dim)
    read = [
        _projected(out, layer, what, out._read(one, False), int(one.shape[-1]), narrow, layer.use_bias)
        for what, one, narrow in (
            ("query", query, heads * width), ("key", key, key_heads * width), ("value", value, key_heads * value_width),
        )
    ]  # fmt: skip
    attended = _step(out, layer, "attention", "Attention", read, q_num_heads=heads, kv_num_heads=key_heads)
    wide = int(output.shape[-1])
    matrix = out._weight(layer, "output/kernel", [heads * value_width, wide])
    if not layer.use_bias:
        return out._write(layer, "MatMul", [attended, matrix], output, False)
    product = _step(out, layer, "output", "MatMul", [attended, matrix])
    return out._write(layer, "Add", [product, out._weight(layer, "output/bias", [wide])], output, False)


def _group_normalization(out: Any, layer: Any, inputs: list[Any], output: Any) -> Any:
    if not (layer.scale and layer.center) or layer.axis % len(inputs[0].shape) != len(inputs[0].shape) - 1:
        return out._unknown(layer, inputs, [output])
    channels = int(inputs[0].shape[-1])
    tables = [out._weight(layer, one, [channels]) for one in ("gamma", "beta")]
    groups = channels if layer.groups == -1 else int(layer.groups)
    if len(inputs[0].shape) == 4:
        read = [out._read(inputs[0], True), *tables]
        return out._write(layer, "GroupNormalization", read, output, True, num_groups=groups)
    read = [_channels_second(out, layer, inputs[0]), *tables]
    made = _step(out, layer, "normalized", "GroupNormalization", read, num_groups=groups)
    return _channels_last(out, layer, made, output)


def _cropping(out: Any, layer: Any, inputs: list[Any], output: Any) -> Any:
    cuts = layer.cropping if isinstance(layer.cropping[0], (tuple, list)) else [layer.cropping]
    source = out._read(inputs[0], False)
    for axis, (before, after) in enumerate(cuts, start=1):
        places = {"from": before, "until": int(inputs[0].shape[axis]) - after, "axis": axis}
        names = [out._constant(f"{out.path}{layer.name}/{axis}/{what}", [one]) for what, one in places.items()]
        if axis == len(cuts):
            return out._write(layer, "Slice", [source, *names], output, False)
        source = _step(out, layer, f"cut{axis}", "Slice", [source, *names])
    return None


def _padding(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    around = [layer.padding] if isinstance(layer.padding[0], int) else list(layer.padding)
    pads = [0, *(one[0] for one in around), 0, 0, *(one[1] for one in around), 0]
    read = [out._read(inputs[0], False), out._constant(f"{out.path}{layer.name}/pads", pads)]
    out._write(layer, "Pad", read, output, False)


def _slopes(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    shared = list(layer.shared_axes or [])
    shape = [1 if axis in shared else int(one) for axis, one in enumerate(inputs[0].shape) if axis > 0]
    read = [out._read(inputs[0], False), out._weight(layer, "alpha", shape)]
    out._write(layer, "PRelu", read, output, False)


def _layer_scale(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    """ConvNeXt's product with a learned vector of the channels."""
    gamma = out._weight(layer, "gamma", [int(inputs[0].shape[-1])])
    out._write(layer, "Mul", [out._read(inputs[0], False), gamma], output, False)


def _time_distributed(out: Any, layer: Any, inputs: list[Any], output: Any) -> Any:
    if type(layer.layer).__name__ != "Dense":
        return out._unknown(layer, inputs, [output])
    return out._dense(layer.layer, inputs, output)


def _reduction(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    """Mean, Sum, Max and Min of keras.ops."""
    rank = len(inputs[0].shape)
    axes = layer.axis if layer.axis is not None else range(rank)
    axes = [axes] if isinstance(axes, int) else axes
    read = [out._read(inputs[0], False), out._constant(f"{out.path}{layer.name}/axes", [one % rank for one in axes])]
    out._write(layer, f"Reduce{type(layer).__name__}", read, output, False, keepdims=int(layer.keepdims))


def _view(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    target = out._constant(f"{out.path}{layer.name}/shape", [0, *(int(one) for one in output.shape[1:])])
    out._write(layer, "Reshape", [out._read(inputs[0], False), target], output, False)


def _repeat(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    one = _step(
        out, layer, "once", "Reshape",
        [out._read(inputs[0], False), out._constant(f"{out.path}{layer.name}/once", [0, 1, int(output.shape[-1])])],
    )  # fmt: skip
    target = out._constant(f"{out.path}{layer.name}/shape", [1, *(int(one) for one in output.shape[1:])])
    out._write(layer, "Expand", [one, target], output, False)


def _permute(out: Any, layer: Any, inputs: list[Any], output: Any) -> None:
    order = [0, *layer.dims] if hasattr(layer, "dims") else layer.axes or list(reversed(range(len(output.shape))))
    out._write(layer, "Transpose", [out._read(inputs[0], False)], output, False, perm=[int(one) for one in order])


def _product(out: Any, layer: Any, inputs: list[Any], output: Any) -> Any:
    if len(inputs) != 2:
        return out._unknown(layer, inputs, [output])
    return out._write(layer, "MatMul", [out._read(one, False) for one in inputs], output, False)


WRITERS: dict[str, Any] = {
    **dict.fromkeys(
        ["Conv1D", "Conv3D", "DepthwiseConv1D", "Conv1DTranspose", "Conv3DTranspose"], convolution
    ),
    **dict.fromkeys(["MaxPooling1D", "MaxPooling3D", "AveragePooling1D", "AveragePooling3D"], _pooling),
    **dict.fromkeys(
        ["GlobalAveragePooling1D", "GlobalMaxPooling1D", "GlobalAveragePooling3D", "GlobalMaxPooling3D"],
        _global_pooling,
    ),
    **dict.fromkeys(["LSTM", "GRU", "SimpleRNN", "Bidirectional"], _recurrent),
    **dict.fromkeys(["MultiHeadAttention", "GroupedQueryAttention"], _attention),
    **dict.fromkeys(["Cropping1D", "Cropping2D", "Cropping3D"], _cropping),
    **dict.fromkeys(["ZeroPadding1D", "ZeroPadding3D"], _padding),
    **dict.fromkeys(["Mean", "Sum", "Max", "Min"], _reduction),
    **dict.fromkeys(["ExpandDims", "Squeeze"], _view),
    **dict.fromkeys(["Permute", "Transpose"], _permute),
    "GroupNormalization": _group_normalization,
    "LayerScale": _layer_scale,
    "Matmul": _product,
    "PReLU": _slopes,
    "RepeatVector": _repeat,
    "TimeDistributed": _time_distributed,
}  # fmt: skip
