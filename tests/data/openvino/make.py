# SPDX-License-Identifier: BSD-3-Clause
"""Makes the OpenVINO model of this folder: pip install openvino onnx numpy; python make.py

A convolution with a bias, ReLU, a depthwise convolution, global pooling, a dense layer and softmax; the batch is open.
"""

import pathlib

import numpy
import onnx
import openvino
from onnx import TensorProto, helper, numpy_helper

here = pathlib.Path(__file__).parent
generator = numpy.random.default_rng(1)
weights = {
    "k1": generator.standard_normal((8, 3, 3, 3), numpy.float32),
    "b1": generator.standard_normal((8,), numpy.float32),
    "k2": generator.standard_normal((8, 1, 3, 3), numpy.float32),
    "w": generator.standard_normal((8, 10), numpy.float32),
}
nodes = [
    helper.make_node("Conv", ["x", "k1", "b1"], ["conv"], "conv", pads=[1, 1, 1, 1], strides=[2, 2]),
    helper.make_node("Relu", ["conv"], ["relu"], "relu"),
    helper.make_node("Conv", ["relu", "k2"], ["depthwise"], "depthwise", pads=[1, 1, 1, 1], group=8),
    helper.make_node("GlobalAveragePool", ["depthwise"], ["pooled"], "pool"),
    helper.make_node("Flatten", ["pooled"], ["flat"], "flatten"),
    helper.make_node("MatMul", ["flat", "w"], ["dense"], "dense"),
    helper.make_node("Softmax", ["dense"], ["y"], "softmax"),
]
x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, 16, 16])
y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", 10])
tables = [numpy_helper.from_array(value, name) for name, value in weights.items()]
graph = helper.make_graph(nodes, "small", [x], [y], tables)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.save(model, here / "small.onnx")
openvino.save_model(openvino.convert_model(here / "small.onnx"), here / "small.xml", compress_to_fp16=False)
(here / "small.onnx").unlink()
