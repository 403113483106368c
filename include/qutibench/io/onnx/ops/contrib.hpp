// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// com.microsoft operators of ONNX Runtime, except attention
/// (https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md).
#pragma once

#include <qutibench/io/onnx/ops/normalize.hpp>
#include <qutibench/io/onnx/ops/product.hpp>
#include <qutibench/io/onnx/ops/quantize.hpp>
#include <qutibench/io/onnx/ops/reduce.hpp>
#include <qutibench/io/onnx/ops/resample.hpp>
#include <qutibench/io/onnx/ops/window.hpp>

namespace qutibench::onnx::detail {

/// FusedMatMul, TransposeMatMul: operands transposed in their last two dimensions, or with the batch moved.
[[nodiscard]] inline std::optional<dimensions> fused_operand(const node_context& c, std::size_t i,
                                                             std::string_view transpose, std::string_view batch) {
    const auto* dims = c.dims(i);
    if (dims == nullptr) return std::nullopt;
    dimensions shape = *dims;
    if (c.integer(batch, 0) != 0 && shape.size() > 2) std::rotate(shape.begin(), shape.begin() + 1, shape.end() - 1);
    if (c.integer(transpose, 0) != 0 && shape.size() > 1) std::swap(shape[shape.size() - 1], shape[shape.size() - 2]);
    return shape;
}

inline void infer_fused_matmul(node_context& c) {
    const auto a = fused_operand(c, 0, "transA", "transBatchA");
    const auto b = fused_operand(c, 1, "transB", "transBatchB");
    if (!a || !b) return c.set_unranked(0, c.type(0));
    c.set(0, c.type(0), matrix_product(c, *a, *b));
}

/// MatMulNBits, MatMulBnb4: packed weights of K rows and N columns, both attributes.
inline void infer_matmul_packed(node_context& c) {
    const auto* dims = c.dims(0);
    const std::int64_t rows = c.integer("K", -1);
    const std::int64_t columns = c.integer("N", -1);
    if (dims == nullptr || dims->empty()) return c.set_unranked(0, c.type(0));
    c.require(rows > 0 && columns > 0, "K and N must be positive");
    static_cast<void>(unify(c, dims->back(), rows, "contracted dimensions"));
    dimensions shape = *dims;
    shape.back() = columns;
    c.set(0, c.type(0), std::move(shape));
}

/// MatMulIntegerToFloat: the scale's type.
inline void infer_matmul_to_float(node_context& c) {
    set_matrix_product(c, 0, 1, c.type(2));
}

/// QGemm: A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point; a real result without y_scale.
inline void infer_qgemm(node_context& c) {
    set_gemm(c, 0, 3, c.has(8) ? c.type(8) : c.has(7) ? c.type(0) : c.type(1));
}

/// QLinearAdd, QLinearMul: A and B are inputs 0 and 3.
inline void infer_qlinear_binary(node_context& c) {
    const auto* a = c.dims(0);
    const auto* b = c.dims(3);
    if (a == nullptr || b == nullptr) return c.set_unranked(0, c.type(0));
    c.set(0, c.type(0), broadcast(c, *a, *b));
}

/// QLinearConcat: after the output's scale and zero point come triples of tensor, scale and zero point.
inline void infer_qlinear_concat(node_context& c) {
    const auto* first = c.dims(2);
    if (first == nullptr) return c.set_unranked(0, c.type(2));
    dimensions shape = *first;
    const std::size_t axis = c.axis(c.integer("axis", 1), shape.size());
    for (std::size_t i = 5; i < c.input_count(); i += 3) {
        const auto* next = c.dims(i);
        if (next == nullptr || next->size() != shape.size()) return c.set_rank(0, c.type(2), shape.size());
        for (std::size_t j = 0; j < shape.size(); ++j)
            shape[j] = j == axis ? add(shape[j], (*next)[j])
                                 : unify(c, shape[j], (*next)[j], "dimensions of the joined inputs");
    }
    c.set(0, c.type(2), std::move(shape));
}

/// [N, spatial..., C] seen as [N, C, spatial...] and back.
[[nodiscard]] inline dimensions channels_first(dimensions shape) {
    if (shape.size() > 2) std::rotate(shape.begin() + 1, shape.end() - 1, shape.end());
    return shape;
}
[[nodiscard]] inline dimensions channels_last(dimensions shape) {
    if (shape.size() > 2) std::rotate(shape.begin() + 1, shape.begin() + 2, shape.end());
    return shape;
}

/// Slides a window over a channels-last input.
inline void set_channels_last(node_context& c, element_type type, const dimensions* weights, dimension channels,
                              bool pooling) {
    const auto* dims = c.dims(0);
    if (dims == nullptr || dims->size() < 3) return c.set_unranked(0, type);
    const dimensions in = channels_first(*dims);
    const window w = read_window(c, in.size() - 2, weights);
    dimensions shape{in[0], channels};
    for (std::size_t i = 2; i < in.size(); ++i) shape.push_back(slide(c, w, i - 2, in[i], pooling));
    c.set(0, type, channels_last(std::move(shape)));
}

inline void infer_nhwc_conv(node_context& c) {
    set_channels_last(c, c.type(0), c.dims(1), c.dim(1, 0), false);
}

inline void infer_nhwc_pool(node_context& c) {
    const auto* dims = c.dims(0);
    set_channels_last(c, c.type(0), nullptr, dims != nullptr && !dims->empty() ? dims->back() : dimension(), true);
}

/// QLinearConv with attribute `channels_last`.
inline void infer_qlinear_conv_any(node_context& c) {
    if (c.integer("channels_last", 0) != 0)
        set_channels_last(c, c.type(7), c.dims(3), c.dim(3, 0), false);
    else
        infer_qlinear_conv(c);
}

inline void infer_qlinear_pool(node_context& c) {
    if (c.integer("channels_last", 0) != 0)
        infer_nhwc_pool(c);
    else
        infer_pool(c);
}

inline void infer_qlinear_global_pool(node_context& c) {
    const auto* dims = c.dims(0);
    if (c.integer("channels_last", 0) == 0 || dims == nullptr) return infer_global_pool(c);
    dimensions shape = *dims;
    for (std::size_t i = 1; i + 1 < shape.size(); ++i) shape[i] = 1;
    c.set(0, c.type(0), std::move(shape));
}

/// QLinearReduceMean: axes are an attribute, input 1 is a scale.
inline void infer_qlinear_reduce(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, c.type(0));
    const auto* axes = c.integer_list("axes");
    std::vector<bool> gone(dims->size(), axes == nullptr);
    if (axes != nullptr)
        for (const std::size_t axis : axes_of(c, *axes, dims->size())) gone[axis] = true;
    c.set(0, c.type(0), reduced(*dims, gone, c.integer("keepdims", 1) != 0));
}

/// BiasSplitGelu: half of the channels gate the other half.
inline void infer_split_gelu(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr || dims->empty()) return c.set_unranked(0, c.type(0));
    dimensions shape = *dims;
    shape.back() = divide_exactly(c, shape.back(), 2, "2");
    c.set(0, c.type(0), std::move(shape));
}

/// SkipLayerNormalization: the output, mean and inverse deviation over the last dimension, and the sum.
inline void infer_skip_normalization(node_context& c) {
    infer_same(c);
    c.out(1) = statistics(c, -1, element_type::float32);
    c.out(2) = statistics(c, -1, element_type::float32);
    c.set(3, c.type(0), c.dims(0));
}

/// SkipGroupNorm: the output and the sum.
inline void infer_skip_group_norm(node_context& c) {
    infer_same(c);
    c.set(1, c.type(0), c.dims(0));
}

/// EmbedLayerNormalization: [batch, sequence, hidden], a mask index for each row, and the sum of the embeddings.
inline void infer_embed_layer_normalization(node_context& c) {
    const dimensions embedded{c.dim(0, 0), c.dim(0, 1), c.dim(2, 1)};
    c.set(0, c.type(2), embedded);
    c.set(1, element_type::int32, dimensions{c.dim(0, 0)});
    c.set(2, c.type(2), embedded);
}

inline void infer_expand_dims(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, c.type(0));
    const scalar axis = c.single(1);
    if (!axis.is_integer()) return c.set_rank(0, c.type(0), dims->size() + 1);
    dimensions shape = *dims;
    const std::size_t at = c.axis(axis.as_integer(), shape.size() + 1);
    shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(at), dimension(1));
    c.set(0, c.type(0), std::move(shape));
}

/// GatherBlockQuantized: rows of a table with several elements in a byte, as numbers of the scales' type.
inline void infer_gather_blocks(node_context& c) {
    const auto* data = c.dims(0);
    const auto* indices = c.dims(1);
    if (data == nullptr || indices == nullptr || data->empty()) return c.set_unranked(0, c.type(2));
    const std::size_t axis = c.axis(c.integer("gather_axis", 0), data->size());
    dimensions table = *data;
    const std::int64_t width = c.integer("bits", 4);
    if (bits(c.type(0)) == 8 && width > 0 && width < 8) table.back() = multiply(table.back(), 8 / width);
    dimensions shape(table.begin(), table.begin() + static_cast<std::ptrdiff_t>(axis));
    shape.insert(shape.end(), indices->begin(), indices->end());
    shape.insert(shape.end(), table.begin() + static_cast<std::ptrdiff_t>(axis) + 1, table.end());
    c.set(0, c.type(2), std::move(shape));
}

/// ReorderInput of ONNX Runtime's blocked layout: channels are filled up to whole blocks of 8 or 16.
inline void infer_reorder_input(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr || dims->size() < 3) return c.set_unranked(0, c.type(0));
    dimensions shape = c.integer("channels_last", 0) != 0 ? channels_first(*dims) : *dims;
    if (!shape[1].known() || shape[1].value() % 16 != 0) shape[1] = dimension();
    c.set(0, c.type(0), std::move(shape));
}

/// ReorderOutput: back to the channels that there are.
inline void infer_reorder_output(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr || dims->size() < 3) return c.set_unranked(0, c.type(0));
    dimensions shape = *dims;
    const std::int64_t channels = c.integer("channels", 0);
    shape[1] = channels > 0 ? dimension(channels) : dimension();
    c.set(0, c.type(0), c.integer("channels_last", 0) != 0 ? channels_last(std::move(shape)) : std::move(shape));
}

inline constexpr operator_entry contrib_operators[] = {
    {"", "SimplifiedLayerNormalization", infer_layer_normalization},
    {"com.microsoft", "BiasAdd", infer_same},
    {"com.microsoft", "BiasGelu", infer_same},
    {"com.microsoft", "BiasSoftmax", infer_same},
    {"com.microsoft", "BiasSplitGelu", infer_split_gelu},
    {"com.microsoft", "DequantizeLinear", infer_dequantize},
    {"com.microsoft", "DynamicQuantizeMatMul", infer_matmul},
    {"com.microsoft", "EmbedLayerNormalization", infer_embed_layer_normalization},
    {"com.microsoft", "ExpandDims", infer_expand_dims},
    {"com.microsoft", "FastGelu", infer_same},
    {"com.microsoft", "FusedConv", infer_conv},
    {"com.microsoft", "FusedGemm", infer_gemm},
    {"com.microsoft", "FusedMatMul", infer_fused_matmul},
    {"com.microsoft", "FusedMatMulActivation", infer_fused_matmul},
    {"com.microsoft", "GatherBlockQuantized", infer_gather_blocks},
    {"com.microsoft", "Gelu", infer_same},
    {"com.microsoft", "GemmFastGelu", infer_matmul},
    {"com.microsoft", "GridSample", infer_grid_sample},
    {"com.microsoft", "GroupNorm", infer_same},
    {"com.microsoft", "Inverse", infer_same},
    {"com.microsoft", "LayerNormalization", infer_layer_normalization},
    {"com.microsoft", "MatMulBnb4", infer_matmul_packed},
    {"com.microsoft", "MatMulInteger16", infer_matmul_integer},
    {"com.microsoft", "MatMulIntegerToFloat", infer_matmul_to_float},
    {"com.microsoft", "MatMulNBits", infer_matmul_packed},
    {"com.microsoft", "MoE", infer_same},
    {"com.microsoft", "NhwcConv", infer_nhwc_conv},
    {"com.microsoft", "NhwcFusedConv", infer_nhwc_conv},
    {"com.microsoft", "NhwcMaxPool", infer_nhwc_pool},
    {"com.microsoft", "QGemm", infer_qgemm},
    {"com.microsoft", "QLinearAdd", infer_qlinear_binary},
    {"com.microsoft", "QLinearAveragePool", infer_qlinear_pool},
    {"com.microsoft", "QLinearConcat", infer_qlinear_concat},
    {"com.microsoft", "QLinearConv", infer_qlinear_conv_any},
    {"com.microsoft", "QLinearGlobalAveragePool", infer_qlinear_global_pool},
    {"com.microsoft", "QLinearLeakyRelu", infer_same},
    {"com.microsoft", "QLinearMul", infer_qlinear_binary},
    {"com.microsoft", "QLinearReduceMean", infer_qlinear_reduce},
    {"com.microsoft", "QLinearSigmoid", infer_same},
    {"com.microsoft", "QLinearSoftmax", infer_same},
    {"com.microsoft", "QMoE", infer_same},
    {"com.microsoft", "QuantizeLinear", infer_quantize},
    {"com.microsoft", "QuickGelu", infer_same},
    {"com.microsoft", "SimplifiedLayerNormalization", infer_layer_normalization},
    {"com.microsoft", "SkipGroupNorm", infer_skip_group_norm},
    {"com.microsoft", "SkipLayerNormalization", infer_skip_normalization},
    {"com.microsoft", "SkipSimplifiedLayerNormalization", infer_skip_normalization},
    {"com.microsoft", "TransposeMatMul", infer_fused_matmul},
    {"com.microsoft", "Trilu", infer_same},
    {"com.microsoft.nchwc", "AveragePool", infer_pool},
    {"com.microsoft.nchwc", "Conv", infer_conv},
    {"com.microsoft.nchwc", "GlobalAveragePool", infer_global_pool},
    {"com.microsoft.nchwc", "GlobalMaxPool", infer_global_pool},
    {"com.microsoft.nchwc", "MaxPool", infer_pool},
    {"com.microsoft.nchwc", "ReorderInput", infer_reorder_input},
    {"com.microsoft.nchwc", "ReorderOutput", infer_reorder_output},
};

}  // namespace qutibench::onnx::detail
