// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The builtin operators of TFLite: their numbers in schema.fbs, their names, and how each is written with the
/// operators that the importer knows. What is not in the list is kept under its number and listed as uncounted.
#pragma once

#include <cstdint>
#include <string_view>

namespace qutibench::tflite {

/// How an operator is rewritten; what stands in `as` is the ONNX operator.
enum class rule : unsigned char {
    unary,    ///< one input, same shape
    clip,     ///< bounded between two numbers
    binary,   ///< two inputs that broadcast
    squared,  ///< a product with itself
    convolution,
    depthwise,
    transposed,
    pooling,
    dense,
    product,
    reduction,
    view,  ///< another shape, the same elements
    joined,
    padded,
    softmax,
    resized,
    transposition,
    gathering,
    sliced,
    strided,
    divided,
    packed,
    unpacked,
    blocks,  ///< between depth and space
    to_batch,
    from_batch,
    converted,  ///< another element type
    chosen,     ///< three inputs that broadcast
    top,
    position,  ///< index of the largest or smallest
    expanded,
    shaped,  ///< two inputs, an output as the file states it
    normalized,
    cumulative,
    reversed,
    sequence_lstm,
    both_ways,         ///< an LSTM from either end
    plain_recurrence,  ///< one matrix from the input, one from the last output
    memory_filter,     ///< SVDF
    volume,            ///< a convolution over depth, height and width
    turned_volume,     ///< its transpose
    added,             ///< any number of equal inputs
    scattered,
    updated,  ///< a part replaced
    random,
    handle,    ///< names a variable
    recalled,  ///< what a variable holds
    kept,      ///< sets a variable
    at_start,  ///< sets variables before the first call
    unknown,
};

struct operator_row {
    std::int32_t code;
    std::string_view name;
    rule how;
    std::string_view as{};
};

inline constexpr operator_row operator_rows[] = {
    {0, "ADD", rule::binary, "Add"},
    {1, "AVERAGE_POOL_2D", rule::pooling, "AveragePool"},
    {2, "CONCATENATION", rule::joined, "Concat"},
    {3, "CONV_2D", rule::convolution, "Conv"},
    {4, "DEPTHWISE_CONV_2D", rule::depthwise, "Conv"},
    {5, "DEPTH_TO_SPACE", rule::blocks, "DepthToSpace"},
    {6, "DEQUANTIZE", rule::converted, "Cast"},
    {7, "EMBEDDING_LOOKUP", rule::gathering, "Gather"},
    {8, "FLOOR", rule::unary, "Floor"},
    {9, "FULLY_CONNECTED", rule::dense, "Gemm"},
    {11, "L2_NORMALIZATION", rule::normalized, "LpNormalization"},
    {12, "L2_POOL_2D", rule::pooling, "LpPool"},
    {13, "LOCAL_RESPONSE_NORMALIZATION", rule::normalized, "LRN"},
    {14, "LOGISTIC", rule::unary, "Sigmoid"},
    {16, "LSTM", rule::unknown},
    {17, "MAX_POOL_2D", rule::pooling, "MaxPool"},
    {18, "MUL", rule::binary, "Mul"},
    {19, "RELU", rule::unary, "Relu"},
    {20, "RELU_N1_TO_1", rule::clip, "Clip"},
    {21, "RELU6", rule::clip, "Clip"},
    {22, "RESHAPE", rule::view, "Reshape"},
    {23, "RESIZE_BILINEAR", rule::resized, "linear"},
    {24, "RNN", rule::plain_recurrence, "RNN"},
    {25, "SOFTMAX", rule::softmax, "Softmax"},
    {26, "SPACE_TO_DEPTH", rule::blocks, "SpaceToDepth"},
    {27, "SVDF", rule::memory_filter},
    {28, "TANH", rule::unary, "Tanh"},
    {32, "CUSTOM", rule::unknown},
    {34, "PAD", rule::padded, "constant"},
    {35, "UNIDIRECTIONAL_SEQUENCE_RNN", rule::plain_recurrence, "RNN"},
    {36, "GATHER", rule::gathering, "Gather"},
    {37, "BATCH_TO_SPACE_ND", rule::from_batch},
    {38, "SPACE_TO_BATCH_ND", rule::to_batch},
    {39, "TRANSPOSE", rule::transposition, "Transpose"},
    {40, "MEAN", rule::reduction, "ReduceMean"},
    {41, "SUB", rule::binary, "Sub"},
    {42, "DIV", rule::binary, "Div"},
    {43, "SQUEEZE", rule::view, "Reshape"},
    {44, "UNIDIRECTIONAL_SEQUENCE_LSTM", rule::sequence_lstm, "LSTM"},
    {45, "STRIDED_SLICE", rule::strided, "Slice"},
    {46, "BIDIRECTIONAL_SEQUENCE_RNN", rule::unknown},
    {47, "EXP", rule::unary, "Exp"},
    {48, "TOPK_V2", rule::top, "TopK"},
    {49, "SPLIT", rule::divided, "Split"},
    {50, "LOG_SOFTMAX", rule::softmax, "LogSoftmax"},
    {52, "BIDIRECTIONAL_SEQUENCE_LSTM", rule::both_ways, "LSTM"},
    {53, "CAST", rule::converted, "Cast"},
    {54, "PRELU", rule::binary, "PRelu"},
    {55, "MAXIMUM", rule::binary, "Max"},
    {56, "ARG_MAX", rule::position, "ArgMax"},
    {57, "MINIMUM", rule::binary, "Min"},
    {58, "LESS", rule::binary, "Less"},
    {59, "NEG", rule::unary, "Neg"},
    {60, "PADV2", rule::padded, "constant"},
    {61, "GREATER", rule::binary, "Greater"},
    {62, "GREATER_EQUAL", rule::binary, "GreaterOrEqual"},
    {63, "LESS_EQUAL", rule::binary, "LessOrEqual"},
    {64, "SELECT", rule::chosen, "Where"},
    {65, "SLICE", rule::sliced, "Slice"},
    {66, "SIN", rule::unary, "Sin"},
    {67, "TRANSPOSE_CONV", rule::transposed, "ConvTranspose"},
    {69, "TILE", rule::expanded, "Tile"},
    {70, "EXPAND_DIMS", rule::view, "Reshape"},
    {71, "EQUAL", rule::binary, "Equal"},
    {72, "NOT_EQUAL", rule::binary, "Equal"},
    {73, "LOG", rule::unary, "Log"},
    {74, "SUM", rule::reduction, "ReduceSum"},
    {75, "SQRT", rule::unary, "Sqrt"},
    {76, "RSQRT", rule::unary, "Reciprocal"},
    {77, "SHAPE", rule::shaped, "Shape"},
    {78, "POW", rule::binary, "Pow"},
    {79, "ARG_MIN", rule::position, "ArgMin"},
    {80, "FAKE_QUANT", rule::converted, "Identity"},
    {81, "REDUCE_PROD", rule::reduction, "ReduceProd"},
    {82, "REDUCE_MAX", rule::reduction, "ReduceMax"},
    {83, "PACK", rule::packed},
    {84, "LOGICAL_OR", rule::binary, "Or"},
    {85, "ONE_HOT", rule::shaped, "OneHot"},
    {86, "LOGICAL_AND", rule::binary, "And"},
    {87, "LOGICAL_NOT", rule::unary, "Not"},
    {88, "UNPACK", rule::unpacked},
    {89, "REDUCE_MIN", rule::reduction, "ReduceMin"},
    {90, "FLOOR_DIV", rule::binary, "Div"},
    {91, "REDUCE_ANY", rule::reduction, "ReduceMax"},
    {92, "SQUARE", rule::squared, "Mul"},
    {93, "ZEROS_LIKE", rule::converted, "Identity"},
    {94, "FILL", rule::expanded, "Expand"},
    {95, "FLOOR_MOD", rule::binary, "Mod"},
    {96, "RANGE", rule::shaped, "Range"},
    {97, "RESIZE_NEAREST_NEIGHBOR", rule::resized, "nearest"},
    {98, "LEAKY_RELU", rule::unary, "LeakyRelu"},
    {99, "SQUARED_DIFFERENCE", rule::squared, "Sub"},
    {100, "MIRROR_PAD", rule::padded, "reflect"},
    {101, "ABS", rule::unary, "Abs"},
    {102, "SPLIT_V", rule::divided, "Split"},
    {104, "CEIL", rule::unary, "Ceil"},
    {105, "REVERSE_V2", rule::reversed, "Slice"},
    {106, "ADD_N", rule::added, "Sum"},
    {107, "GATHER_ND", rule::shaped, "GatherND"},
    {108, "COS", rule::unary, "Cos"},
    {110, "RANK", rule::shaped, "Size"},
    {111, "ELU", rule::unary, "Elu"},
    {112, "REVERSE_SEQUENCE", rule::shaped, "ReverseSequence"},
    {114, "QUANTIZE", rule::converted, "Cast"},
    {116, "ROUND", rule::unary, "Round"},
    {117, "HARD_SWISH", rule::unary, "HardSwish"},
    {118, "IF", rule::unknown},
    {119, "WHILE", rule::unknown},
    {120, "NON_MAX_SUPPRESSION_V4", rule::unknown},
    {121, "NON_MAX_SUPPRESSION_V5", rule::unknown},
    {122, "SCATTER_ND", rule::scattered, "ScatterND"},
    {123, "SELECT_V2", rule::chosen, "Where"},
    {124, "DENSIFY", rule::converted, "Identity"},
    {126, "BATCH_MATMUL", rule::product, "MatMul"},
    {128, "CUMSUM", rule::cumulative, "CumSum"},
    {129, "CALL_ONCE", rule::at_start},
    {130, "BROADCAST_TO", rule::expanded, "Expand"},
    {132, "CONV_3D", rule::volume, "Conv"},
    {140, "REDUCE_ALL", rule::reduction, "ReduceMin"},
    {141, "CONV_3D_TRANSPOSE", rule::turned_volume, "ConvTranspose"},
    {142, "VAR_HANDLE", rule::handle},
    {143, "READ_VARIABLE", rule::recalled},
    {144, "ASSIGN_VARIABLE", rule::kept},
    {146, "RANDOM_STANDARD_NORMAL", rule::random, "RandomNormal"},
    {148, "RANDOM_UNIFORM", rule::random, "RandomUniform"},
    {150, "GELU", rule::unary, "Gelu"},
    {151, "DYNAMIC_UPDATE_SLICE", rule::updated, "TensorScatter"},
    {152, "RELU_0_TO_1", rule::clip, "Clip"},
    {156, "ATAN2", rule::binary, "Div"},
    {158, "SIGN", rule::unary, "Sign"},
    {159, "BITCAST", rule::converted, "Cast"},
    {160, "BITWISE_XOR", rule::binary, "BitwiseXor"},
    {161, "RIGHT_SHIFT", rule::binary, "BitShift"},
    {162, "STABLEHLO_LOGISTIC", rule::unary, "Sigmoid"},
    {163, "STABLEHLO_ADD", rule::binary, "Add"},
    {164, "STABLEHLO_DIVIDE", rule::binary, "Div"},
    {165, "STABLEHLO_MULTIPLY", rule::binary, "Mul"},
    {166, "STABLEHLO_MAXIMUM", rule::binary, "Max"},
    {167, "STABLEHLO_RESHAPE", rule::view, "Reshape"},
    {175, "STABLEHLO_ABS", rule::unary, "Abs"},
    {176, "STABLEHLO_AND", rule::binary, "And"},
    {177, "STABLEHLO_COSINE", rule::unary, "Cos"},
    {178, "STABLEHLO_EXPONENTIAL", rule::unary, "Exp"},
    {179, "STABLEHLO_FLOOR", rule::unary, "Floor"},
    {180, "STABLEHLO_LOG", rule::unary, "Log"},
    {181, "STABLEHLO_MINIMUM", rule::binary, "Min"},
    {182, "STABLEHLO_NEGATE", rule::unary, "Neg"},
    {183, "STABLEHLO_OR", rule::binary, "Or"},
    {184, "STABLEHLO_POWER", rule::binary, "Pow"},
    {187, "STABLEHLO_SELECT", rule::chosen, "Where"},
    {188, "STABLEHLO_SUBTRACT", rule::binary, "Sub"},
    {189, "STABLEHLO_TANH", rule::unary, "Tanh"},
    {192, "STABLEHLO_CONVERT", rule::converted, "Cast"},
    {206, "STABLEHLO_COMPOSITE", rule::unknown},
};

/// The row of an operator; one without a rule where the list does not hold it.
[[nodiscard]] constexpr operator_row row_of(std::int32_t code) {
    for (const operator_row& one : operator_rows)
        if (one.code == code) return one;
    return {code, "", rule::unknown};
}

}  // namespace qutibench::tflite
