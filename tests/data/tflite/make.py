# SPDX-License-Identifier: BSD-3-Clause
"""Makes the TFLite files of this folder: pip install ai-edge-litert flatbuffers numpy; python make.py

small_int8.tflite: a convolution (5x5, stride 2, relu6 fused), a depthwise one, a sum, average pooling, a view, a dense
layer and softmax, all int8. custom.tflite: an operator of nobody's between two known ones. streaming.tflite: a variable
that is read, joined with a new step, cut and set again, and a composite operator that stands for a dense layer.
"""

import importlib.util
import pathlib

import flatbuffers
import numpy

here = pathlib.Path(__file__).parent
package = pathlib.Path(importlib.util.find_spec("ai_edge_litert").origin).parent
spec = importlib.util.spec_from_file_location("schema", package / "schema_py_generated.py")
schema = importlib.util.module_from_spec(spec)
spec.loader.exec_module(schema)
INT8, INT32, FLOAT = schema.TensorType.INT8, schema.TensorType.INT32, schema.TensorType.FLOAT32
DTYPES = {INT8: numpy.int8, INT32: numpy.int32, FLOAT: numpy.float32}


class Builder:
    def __init__(self):
        self.graph, self.model = schema.SubGraphT(), schema.ModelT()
        self.graph.tensors, self.graph.operators, self.called = [], [], []
        self.model.version, self.model.operatorCodes = 3, []
        self.model.buffers = [schema.BufferT()]

    def tensor(self, name, shape, type=INT8, data=None, constant=False):
        one = schema.TensorT()
        one.name, one.shape, one.type, one.buffer = name, list(shape), type, 0
        if type != FLOAT:
            one.quantization = schema.QuantizationParametersT()
            one.quantization.scale, one.quantization.zeroPoint = [0.0078125 if type == INT8 else 0.00006103515625], [0]
        if constant:
            values = numpy.zeros(shape, DTYPES[type]) if data is None else numpy.array(data, DTYPES[type])
            one.buffer = len(self.model.buffers)
            buffer = schema.BufferT()
            buffer.data = numpy.frombuffer(values.tobytes(), numpy.uint8)
            self.model.buffers.append(buffer)
        self.graph.tensors.append(one)
        return len(self.graph.tensors) - 1

    def operator(self, code, inputs, outputs, options=None, custom=None):
        entry = schema.OperatorCodeT()
        entry.builtinCode, entry.deprecatedBuiltinCode, entry.version = code, min(code, 127), 1
        entry.customCode = custom
        self.model.operatorCodes.append(entry)
        one = schema.OperatorT()
        one.opcodeIndex, one.inputs, one.outputs = len(self.model.operatorCodes) - 1, inputs, outputs
        if options is not None:
            one.builtinOptions = options
            one.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__[:-1])
        self.graph.operators.append(one)

    def end_subgraph(self, inputs, outputs):
        """What was added so far is a subgraph that others call by its number, from 1 on; the main graph comes last."""
        self.graph.inputs, self.graph.outputs = inputs, outputs
        self.called.append(self.graph)
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []

    def save(self, name, inputs, outputs):
        self.graph.inputs, self.graph.outputs = inputs, outputs
        self.model.subgraphs = [self.graph, *self.called]
        builder = flatbuffers.Builder(1024)
        builder.Finish(self.model.Pack(builder), file_identifier=b"TFL3")
        (here / name).write_bytes(bytes(builder.Output()))


def options(name, /, **fields):
    one = getattr(schema, name + "T")()
    for key, value in fields.items():
        setattr(one, key, value)
    return one


op = schema.BuiltinOperator
b = Builder()
x = b.tensor("image", (1, 32, 24, 3))
kernel, bias = b.tensor("k1", (16, 5, 5, 3), constant=True), b.tensor("b1", (16,), INT32, constant=True)
y = b.tensor("conv", (1, 16, 12, 16))
how = options("Conv2DOptions", padding=0, strideW=2, strideH=2, dilationWFactor=1, dilationHFactor=1,
              fusedActivationFunction=3)  # fmt: skip
b.operator(op.CONV_2D, [x, kernel, bias], [y], how)
depth = b.tensor("k2", (1, 3, 3, 16), constant=True)
z = b.tensor("depthwise", (1, 16, 12, 16))
how = options("DepthwiseConv2DOptions", padding=0, strideW=1, strideH=1, depthMultiplier=1, dilationWFactor=1,
              dilationHFactor=1)  # fmt: skip
b.operator(op.DEPTHWISE_CONV_2D, [y, depth, bias], [z], how)
s = b.tensor("sum", (1, 16, 12, 16))
b.operator(op.ADD, [y, z], [s], options("AddOptions"))
p = b.tensor("pool", (1, 1, 1, 16))
how = options("Pool2DOptions", padding=1, strideW=12, strideH=16, filterWidth=12, filterHeight=16)
b.operator(op.AVERAGE_POOL_2D, [s], [p], how)
shape, flat = b.tensor("shape", (2,), INT32, [1, 16], True), b.tensor("flat", (1, 16))
b.operator(op.RESHAPE, [p, shape], [flat], options("ReshapeOptions", newShape=[1, 16]))
w, v = b.tensor("w", (10, 16), constant=True), b.tensor("v", (10,), INT32, constant=True)
d = b.tensor("dense", (1, 10))
b.operator(op.FULLY_CONNECTED, [flat, w, v], [d], options("FullyConnectedOptions"))
r = b.tensor("scores", (1, 10))
b.operator(op.SOFTMAX, [d], [r], options("SoftmaxOptions", beta=1.0))
b.save("small_int8.tflite", [x], [r])

b = Builder()
x, y, z = (b.tensor(name, (1, 8, 8, 4), FLOAT) for name in ("x", "y", "z"))
w = b.tensor("result", (1, 8, 8, 4), FLOAT)
b.operator(op.RELU, [x], [y])
b.operator(op.CUSTOM, [y], [z], custom="MyOwnOperator")
b.operator(op.ABS, [z], [w])
b.save("custom.tflite", [x], [w])

b = Builder()
x, y = b.tensor("steps", (1, 3, 8), FLOAT), b.tensor("inner", (1, 3, 4), FLOAT)
w = b.tensor("w", (4, 8), FLOAT, constant=True)
b.operator(op.FULLY_CONNECTED, [x, w, -1], [y], options("FullyConnectedOptions", keepNumDims=True))
b.end_subgraph([x], [y])
b.end_subgraph([], [])
x, h = b.tensor("x", (1, 1, 8), FLOAT), b.tensor("handle", (), FLOAT)
b.graph.tensors[h].type = schema.TensorType.RESOURCE
b.operator(op.CALL_ONCE, [], [], options("CallOnceOptions", initSubgraphIndex=2))
b.operator(op.VAR_HANDLE, [], [h], options("VarHandleOptions", sharedName="past"))
p, c, n = b.tensor("past", (1, 2, 8), FLOAT), b.tensor("joined", (1, 3, 8), FLOAT), b.tensor("now", (1, 2, 8), FLOAT)
same = b.tensor("joined/shape", (1, 3, 8), FLOAT)  # named as what is written for the tensor before it
b.operator(op.READ_VARIABLE, [h], [p], options("ReadVariableOptions"))
b.operator(op.CONCATENATION, [p, x], [same], options("ConcatenationOptions", axis=1))
b.operator(op.RESHAPE, [same], [c], options("ReshapeOptions", newShape=[1, 3, 8]))
begin = b.tensor("begin", (3,), INT32, [0, 1, 0], True)
size = b.tensor("size", (3,), INT32, [1, 2, 8], True)
b.operator(op.SLICE, [c, begin, size], [n], options("SliceOptions"))
b.operator(op.ASSIGN_VARIABLE, [h, n], [], options("AssignVariableOptions"))
y = b.tensor("y", (1, 3, 4), FLOAT)
b.operator(op.STABLEHLO_COMPOSITE, [c], [y])
how = options("StableHLOCompositeOptions", name="own.dense", decompositionSubgraphIndex=1)
b.graph.operators[-1].builtinOptions2 = how
b.graph.operators[-1].builtinOptions2Type = schema.BuiltinOptions2.StableHLOCompositeOptions
b.save("streaming.tflite", [x], [y])
