# SPDX-License-Identifier: BSD-3-Clause
"""Makes operators.xml and its .bin, a line of most operators of OpenVINO: pip install openvino; python operators.py"""

import pathlib

import numpy
import openvino
from openvino import opset13 as ov

generator = numpy.random.default_rng(1)


def weights(*extents):
    return ov.constant(generator.standard_normal(extents).astype("float32"))


def integers(*values):
    return ov.constant(numpy.array(values, numpy.int64))


def arithmetic(a, b):
    at = ov.add(ov.abs(a), ov.exp(b))
    for function in (ov.sin, ov.cos, ov.floor, ov.ceiling, ov.sign, ov.tanh, ov.sigmoid, ov.relu, ov.softplus,
                     ov.mish, ov.hswish, ov.hsigmoid, ov.erf, ov.negative):  # fmt: skip
        at = ov.add(at, function(a))
    at = ov.add(at, ov.log(ov.sqrt(ov.abs(at))))
    at = ov.subtract(ov.multiply(at, b), ov.divide(a, b))
    at = ov.maximum(ov.minimum(at, b), ov.power(ov.abs(a), b))
    at = ov.add(ov.mod(at, b), ov.clamp(at, -1.0, 6.0))
    at = ov.add(ov.elu(at, 1.0), ov.gelu(at, "erf"))
    at = ov.add(ov.swish(at), ov.prelu(at, weights(8)))
    at = ov.add(ov.selu(at, weights(1), weights(1)), ov.round(at, "half_to_even"))
    picked = ov.logical_or(ov.logical_and(ov.greater(a, b), ov.less_equal(a, b)), ov.logical_not(ov.equal(a, b)))
    picked = ov.logical_or(picked, ov.logical_and(ov.less(a, b), ov.greater_equal(a, b)))
    at = ov.select(picked, at, b)
    at = ov.fake_quantize(at, weights(1), weights(1), weights(1), weights(1), 256)
    at = ov.add(ov.softmax(at, 1), ov.log_softmax(at, 1))
    return ov.convert(ov.convert_like(at, integers(1)), "f32")


def windows(at):
    """From 1 x 8 x 8 x 8."""
    same = {"strides": [1, 1], "pads_begin": [1, 1], "pads_end": [1, 1], "dilations": [1, 1]}
    at = ov.add(ov.convolution(at, weights(8, 8, 3, 3), **same), weights(1, 8, 1, 1))
    at = ov.group_convolution(at, weights(8, 1, 1, 3, 3), **same)
    at = ov.group_convolution_backprop_data(at, weights(2, 4, 4, 3, 3), strides=[1, 1], pads_begin=[1, 1],
                                            pads_end=[1, 1], dilations=[1, 1])  # fmt: skip
    at = ov.convolution_backprop_data(at, weights(8, 8, 2, 2), strides=[2, 2])
    at = ov.batch_norm_inference(at, weights(8), weights(8), weights(8), ov.abs(weights(8)), 1e-5)
    mean = ov.avg_pool(at, [2, 2], [0, 0], [0, 0], [2, 2], False)
    most = ov.max_pool(at, [2, 2], [1, 1], [0, 0], [0, 0], [2, 2])
    at = ov.add(mean, most.output(0))
    at = ov.depth_to_space(ov.space_to_depth(at, "blocks_first", 2), "blocks_first", 2)
    at = ov.interpolate(at, integers(16, 16), "linear_onnx", "sizes", axes=integers(2, 3))
    at = ov.add(ov.lrn(at, integers(1)), ov.mvn(at, integers(2, 3), True, 1e-6, "inside_sqrt"))
    at = ov.normalize_l2(at, integers(1), 1e-6, "add")
    for reduced in (ov.reduce_mean, ov.reduce_max, ov.reduce_min, ov.reduce_sum, ov.reduce_prod, ov.reduce_l1,
                    ov.reduce_l2):  # fmt: skip
        at = ov.add(at, reduced(at, integers(2, 3), keep_dims=True))
    return ov.matmul(ov.reshape(at, integers(1, -1), False), weights(2048, 10), False, False)


def movement(at):
    """From 1 x 8 x 8 x 8."""
    at = ov.transpose(at, integers(0, 2, 3, 1))
    at = ov.pad(at, integers(0, 1, 1, 0), integers(0, 1, 1, 0), "constant", ov.constant(numpy.float32(0)))
    at = ov.pad(at, integers(0, 1, 1, 0), integers(0, 1, 1, 0), "reflect")
    at = ov.slice(at, integers(2, 2), integers(10, 10), integers(1, 1), integers(1, 2))
    at = ov.strided_slice(at, integers(0, 0, 0, 0), integers(0, 8, 8, 4), integers(1, 2, 1, 1), [1, 0, 0, 0],
                          [1, 0, 0, 0])  # fmt: skip
    one, two = ov.split(at, ov.constant(numpy.int64(2)), 2).outputs()
    three, four = ov.variadic_split(at, ov.constant(numpy.int64(2)), integers(3, 5)).outputs()
    at = ov.concat([one, two, three, four], 2)
    at = ov.gather(at, integers(0, 2, 4, 6), ov.constant(numpy.int64(2)))
    at = ov.tile(at, integers(1, 2, 1, 1))
    at = ov.unsqueeze(ov.squeeze(ov.unsqueeze(at, integers(0)), integers(0)), integers(1))
    at = ov.squeeze(ov.broadcast(at, ov.shape_of(at)), integers(1))
    return ov.reshape(at, integers(1, 8, 16), False)


def sequences(at):
    """From 1 x 8 x 16: recurrent layers of 6 hidden features, and attention."""
    lengths = integers(8)
    start = ov.constant(numpy.zeros((1, 1, 6), numpy.float32))
    lstm = ov.lstm_sequence(at, start, start, lengths, weights(1, 24, 16), weights(1, 24, 6), weights(1, 24), 6,
                            "forward")  # fmt: skip
    gru = ov.gru_sequence(at, start, lengths, weights(1, 18, 16), weights(1, 18, 6), weights(1, 18), 6, "forward")
    rnn = ov.rnn_sequence(at, start, lengths, weights(1, 6, 16), weights(1, 6, 6), weights(1, 6), 6, "forward")
    joined = ov.concat([lstm.output(0), gru.output(0), rnn.output(0)], 1)
    return ov.scaled_dot_product_attention(joined, joined, joined)


def main() -> None:
    a = ov.parameter([1, 8, 8, 8], numpy.float32, "a")
    b = ov.parameter([1, 8, 8, 8], numpy.float32, "b")
    at = arithmetic(a, b)
    results = [ov.result(one) for one in (windows(at), sequences(movement(at)))]
    model = openvino.Model(results, [a, b], "operators")
    openvino.save_model(model, pathlib.Path(__file__).parent / "operators.xml", compress_to_fp16=False)


if __name__ == "__main__":
    main()
