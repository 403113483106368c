// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The layers of OpenVINO that have a counterpart, and how each is written; others are kept under their own name and
/// listed as uncounted.
#pragma once

#include <string_view>

namespace qutibench::openvino_ir {

/// How a layer is rewritten; `as` is the ONNX operator.
enum class rule : unsigned char {
    same,     ///< the same inputs and one output
    bounded,  ///< Clamp
    convolution,
    transposed,
    pooling,
    product,
    reduction,
    view,
    joined,
    divided,
    cut,
    padded,
    turned,
    gathered,
    converted,
    resized,
    spread,
    softmax,
    normalized,
    quantized,
    recurrent,
    blocks,
};

struct layer_row {
    std::string_view type;
    rule how;
    std::string_view as;
};

inline constexpr layer_row layer_rows[] = {
    {"Abs", rule::same, "Abs"},
    {"Add", rule::same, "Add"},
    {"AvgPool", rule::pooling, "AveragePool"},
    {"BatchNormInference", rule::normalized, "BatchNormalization"},
    {"Broadcast", rule::spread, "Expand"},
    {"Ceiling", rule::same, "Ceil"},
    {"Clamp", rule::bounded, "Clip"},
    {"Concat", rule::joined, "Concat"},
    {"Convert", rule::converted, "Cast"},
    {"ConvertLike", rule::converted, "Cast"},
    {"Convolution", rule::convolution, "Conv"},
    {"ConvolutionBackpropData", rule::transposed, "ConvTranspose"},
    {"Cos", rule::same, "Cos"},
    {"DepthToSpace", rule::blocks, "DepthToSpace"},
    {"Divide", rule::same, "Div"},
    {"Elu", rule::same, "Elu"},
    {"Equal", rule::same, "Equal"},
    {"Erf", rule::same, "Erf"},
    {"Exp", rule::same, "Exp"},
    {"FakeQuantize", rule::quantized, "QuantizeLinear"},
    {"Floor", rule::same, "Floor"},
    {"GRUSequence", rule::recurrent, "GRU"},
    {"Gather", rule::gathered, "Gather"},
    {"Gelu", rule::same, "Gelu"},
    {"Greater", rule::same, "Greater"},
    {"GreaterEqual", rule::same, "GreaterOrEqual"},
    {"GroupConvolution", rule::convolution, "Conv"},
    {"GroupConvolutionBackpropData", rule::transposed, "ConvTranspose"},
    {"HSigmoid", rule::same, "HardSigmoid"},
    {"HSwish", rule::same, "HardSwish"},
    {"Interpolate", rule::resized, "Resize"},
    {"LRN", rule::softmax, "LRN"},
    {"LSTMSequence", rule::recurrent, "LSTM"},
    {"Less", rule::same, "Less"},
    {"LessEqual", rule::same, "LessOrEqual"},
    {"Log", rule::same, "Log"},
    {"LogSoftmax", rule::softmax, "LogSoftmax"},
    {"LogicalAnd", rule::same, "And"},
    {"LogicalNot", rule::same, "Not"},
    {"LogicalOr", rule::same, "Or"},
    {"MVN", rule::softmax, "MeanVarianceNormalization"},
    {"MatMul", rule::product, "MatMul"},
    {"MaxPool", rule::pooling, "MaxPool"},
    {"Maximum", rule::same, "Max"},
    {"Minimum", rule::same, "Min"},
    {"Mish", rule::same, "Mish"},
    {"Mod", rule::same, "Mod"},
    {"Multiply", rule::same, "Mul"},
    {"Negative", rule::same, "Neg"},
    {"NormalizeL2", rule::softmax, "LpNormalization"},
    {"PReLU", rule::same, "PRelu"},
    {"Pad", rule::padded, "Pad"},
    {"Power", rule::same, "Pow"},
    {"RNNSequence", rule::recurrent, "RNN"},
    {"ReLU", rule::same, "Relu"},
    {"ReadValue", rule::same, "Identity"},
    {"ReduceL1", rule::reduction, "ReduceL1"},
    {"ReduceL2", rule::reduction, "ReduceL2"},
    {"ReduceMax", rule::reduction, "ReduceMax"},
    {"ReduceMean", rule::reduction, "ReduceMean"},
    {"ReduceMin", rule::reduction, "ReduceMin"},
    {"ReduceProd", rule::reduction, "ReduceProd"},
    {"ReduceSum", rule::reduction, "ReduceSum"},
    {"Reshape", rule::view, "Reshape"},
    {"Round", rule::same, "Round"},
    {"ScaledDotProductAttention", rule::same, "Attention"},
    {"Select", rule::same, "Where"},
    {"Selu", rule::same, "Selu"},
    {"ShapeOf", rule::same, "Shape"},
    {"Sigmoid", rule::same, "Sigmoid"},
    {"Sign", rule::same, "Sign"},
    {"Sin", rule::same, "Sin"},
    {"Slice", rule::cut, "Slice"},
    {"SoftMax", rule::softmax, "Softmax"},
    {"SoftPlus", rule::same, "Softplus"},
    {"Softmax", rule::softmax, "Softmax"},
    {"SpaceToDepth", rule::blocks, "SpaceToDepth"},
    {"Split", rule::divided, "Split"},
    {"Sqrt", rule::same, "Sqrt"},
    {"Squeeze", rule::view, "Reshape"},
    {"StridedSlice", rule::cut, "Slice"},
    {"Subtract", rule::same, "Sub"},
    {"Swish", rule::same, "Swish"},
    {"Tanh", rule::same, "Tanh"},
    {"Tile", rule::spread, "Expand"},
    {"Transpose", rule::turned, "Transpose"},
    {"Unsqueeze", rule::view, "Reshape"},
    {"VariadicSplit", rule::divided, "Split"},
};

}  // namespace qutibench::openvino_ir
