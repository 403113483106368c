# SPDX-License-Identifier: BSD-3-Clause
"""Makes operators.tflite, a line of most operators of TensorFlow Lite: pip install tensorflow; python operators.py"""

import pathlib

import tensorflow as tf


def arithmetic(a, b):
    """Element by element, on tensors of the same shape; positive where it matters."""
    at = tf.abs(a) + tf.square(b) + 1.0
    for function in (tf.exp, tf.math.log, tf.sqrt, tf.math.rsqrt, tf.sin, tf.cos, tf.floor, tf.math.ceil, tf.round,
                     tf.negative, tf.tanh, tf.sigmoid, tf.nn.relu, tf.nn.relu6, tf.nn.elu, tf.nn.leaky_relu,
                     tf.nn.gelu, tf.nn.softmax, tf.nn.log_softmax, tf.sign):  # fmt: skip
        at = at + function(a)
    at = tf.maximum(at, b) - tf.minimum(at, b) / (1.0 + tf.abs(b))
    at = tf.math.squared_difference(at, b) + tf.pow(tf.abs(a) + 1.0, b) + tf.math.floordiv(a, tf.abs(b) + 1.0)
    at = at + tf.math.floormod(a, tf.abs(b) + 1.0) + tf.add_n([a, b, at]) + tf.atan2(a, b)
    picked = tf.logical_or(tf.logical_and(a > b, a >= 0.0), tf.logical_not(a <= b))
    picked = tf.logical_or(tf.logical_or(picked, a < 0.0), tf.logical_or(tf.equal(a, b), tf.not_equal(a, 0.0)))
    return tf.where(picked, at, tf.zeros_like(at))


def movement(a):
    """Where values lie: of a tensor of 1 x 8 x 8 x 16."""
    at = tf.transpose(a, [0, 3, 1, 2])
    at = tf.reshape(at, [1, 16, 64])
    at = tf.pad(at, [[0, 0], [1, 1], [0, 0]])
    at = tf.pad(at, [[0, 0], [0, 0], [2, 2]], constant_values=3.0)
    at = tf.pad(at, [[0, 0], [1, 1], [0, 0]], mode="REFLECT")
    at = tf.slice(at, [0, 1, 2], [1, 16, 64])
    at = at[:, ::2, 4:60:4]
    at = tf.concat([at, at], axis=1)
    first, second = tf.split(at, 2, axis=1)
    third, fourth, fifth = tf.split(at, [3, 5, 8], axis=1)
    at = tf.concat([first + second, tf.concat([third, fourth, fifth], axis=1)], axis=1)
    at = tf.stack(tf.unstack(at, axis=1), axis=1)
    at = tf.squeeze(tf.expand_dims(at, 1), [1])
    at = tf.gather(at, [0, 2, 4, 6], axis=1)
    at = tf.tile(at, [1, 2, 1])
    at = tf.reverse(at, [2])
    at = tf.broadcast_to(tf.reduce_sum(at, axis=1, keepdims=True), [1, 8, 14]) + at
    at = tf.reverse_sequence(at, [5], seq_axis=1, batch_axis=0)
    at = tf.cumsum(at, axis=1)
    chosen = tf.gather_nd(at, [[0, 1], [0, 3]])
    spread = tf.scatter_nd([[1], [3]], chosen, [8, 14])
    top, places = tf.math.top_k(spread, k=4)
    marked = tf.one_hot(places, 6)
    filled = tf.fill([8, 4], 2.0) + tf.cast(tf.range(4), tf.float32)
    return tf.reduce_sum(marked, axis=2) + top + filled


def windows(a, generator):
    """Convolutions and what moves with them, from 1 x 8 x 8 x 16."""
    weights = lambda *extents: tf.constant(generator.standard_normal(extents).astype("float32"))  # noqa: E731
    at = tf.nn.conv2d(a, weights(3, 3, 16, 8), 1, "SAME") + weights(8)
    at = tf.nn.depthwise_conv2d(at, weights(3, 3, 8, 1), [1, 1, 1, 1], "VALID")
    at = tf.nn.conv2d_transpose(at, weights(3, 3, 8, 8), [1, 12, 12, 8], 2, "SAME")
    at = tf.nn.max_pool2d(at, 2, 2, "VALID") + tf.nn.avg_pool2d(at, 2, 2, "SAME")
    at = tf.nn.depth_to_space(tf.nn.space_to_depth(at, 2), 2)
    at = tf.compat.v1.batch_to_space_nd(tf.space_to_batch_nd(at, [2, 2], [[0, 0], [0, 0]]), [2, 2], [[0, 0], [0, 0]])
    at = tf.image.resize(at, [12, 12], "bilinear") + tf.image.resize(at, [12, 12], "nearest")
    at = tf.nn.local_response_normalization(at) + tf.nn.l2_normalize(at, axis=3)
    volume = tf.nn.conv3d(tf.expand_dims(at, 1), weights(1, 3, 3, 8, 4), [1, 1, 1, 1, 1], "SAME")
    product = tf.matmul(tf.reshape(volume, [1, 36, 16]), tf.reshape(at, [1, 16, 72]))
    folded = tf.matmul(tf.reshape(product, [36, 72]), weights(72, 10)) + weights(10)
    return tf.nn.softmax(folded) + tf.cast(tf.argmax(folded, axis=1), tf.float32)[:, None]


def reductions(a):
    """Of a tensor of 1 x 8 x 8 x 16."""
    at = tf.reduce_mean(a, [1, 2]) + tf.reduce_max(a, [1, 2]) - tf.reduce_min(a, [1, 2]) + tf.reduce_sum(a, [1, 2])
    at = at + tf.reduce_prod(a, [1, 2])
    some = tf.cast(tf.reduce_any(a > 0.0, [1, 2]), tf.float32) + tf.cast(tf.reduce_all(a > 0.0, [1, 2]), tf.float32)
    return at + some + tf.cast(tf.argmin(a[0, 0], axis=0), tf.float32)


def main() -> None:
    import numpy

    generator = numpy.random.default_rng(1)

    @tf.function(input_signature=[tf.TensorSpec([1, 8, 8, 16], tf.float32)] * 2)
    def network(a, b):
        at = arithmetic(a, b)
        return movement(at), windows(at, generator), reductions(at)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([network.get_concrete_function()])
    (pathlib.Path(__file__).parent / "operators.tflite").write_bytes(converter.convert())


if __name__ == "__main__":
    main()
