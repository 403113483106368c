// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Costs outside multiply-accumulates. One operation is one addition, product, comparison or function value, whatever
/// the function: 1 per element for an activation, 1 per element and further input for a binary operator, 5 per element
/// for softmax (maximum, difference, exponential, sum, quotient) and for normalisations that compute their statistics,
/// 2 for batch normalisation at inference (as fvcore counts), the window per output for pooling, the input for a
/// reduction, 2 per element for a conversion between real and quantised numbers. Moving data is free.
#pragma once

#include <qutibench/io/onnx/cost/sheet.hpp>
#include <qutibench/io/onnx/ops/window.hpp>

namespace qutibench::onnx::detail {

/// One operation per output element and further input; stored operands of more than one element are learned.
inline void cost_binary(const node_context& c, cost_sheet& sheet) {
    const auto inputs = static_cast<std::int64_t>(c.input_count());
    sheet.operations(times(out_count(c), std::max<std::int64_t>(inputs - 1, 1)));
    for (std::size_t i = 0; i < c.input_count(); ++i) sheet.operand_in(i);
}

/// PRelu: its slope is learned even when it is a single element.
inline void cost_prelu(const node_context& c, cost_sheet& sheet) {
    sheet.operations(out_count(c));
    sheet.bias(1);
}

/// Functions with a bias: one addition and one function value.
inline void cost_biased(const node_context& c, cost_sheet& sheet) {
    sheet.operations(times(out_count(c), c.has(1) ? 2 : 1));
    sheet.bias(1);
}

/// Scale and shift learned in inputs 1 and 2.
template <std::int64_t PerElement>
void cost_normalization(const node_context& c, cost_sheet& sheet) {
    sheet.operations(times(in_count(c, 0), PerElement));
    sheet.bias(1);
    sheet.bias(2);
}

/// SkipLayerNormalization (input, skip, scale, shift, bias): the sum, perhaps a bias, then the normalisation. The
/// simplified one has no shift, so that its bias is input 3.
inline void cost_skip_normalization(const node_context& c, cost_sheet& sheet) {
    const bool simplified = c.op().op_type == "SkipSimplifiedLayerNormalization";
    sheet.operations(times(in_count(c, 0), c.has(simplified ? 3 : 4) ? 7 : 6));
    for (std::size_t i = 2; i < 5; ++i) sheet.bias(i);
}

/// EmbedLayerNormalization: tables in inputs 2 to 4, scale and shift in 5 and 6; two sums and the normalisation.
inline void cost_embed_normalization(const node_context& c, cost_sheet& sheet) {
    sheet.operations(times(out_count(c), c.has(4) ? 7 : 6));
    for (std::size_t i = 2; i < 5; ++i) sheet.weights(i);
    sheet.bias(5);
    sheet.bias(6);
}

/// LRN: the sum of squares over `size` channels, then scale, power and quotient.
inline void cost_lrn(const node_context& c, cost_sheet& sheet) {
    sheet.operations(times(out_count(c), qutibench::detail::add(std::max<std::int64_t>(c.integer("size", 1), 0), 3)));
}

/// One comparison or addition per window element and output.
inline void cost_pooling(const node_context& c, cost_sheet& sheet) {
    const auto* kernel = c.integer_list("kernel_shape");
    std::int64_t window = 1;
    for (std::size_t i = 0; kernel != nullptr && i < kernel->size(); ++i)
        window = times(window, std::max<std::int64_t>((*kernel)[i], 1));
    sheet.operations(times(out_count(c), window));
    sheet.cost.kernel_elements = window;
}

/// Resize, Upsample: nothing for nearest, 4 per output for linear (as fvcore), 16 for cubic.
inline void cost_resize(const node_context& c, cost_sheet& sheet) {
    const std::string_view mode = c.text("mode", "nearest");
    const std::int64_t each = mode == "nearest" ? 0 : mode == "cubic" || mode == "bicubic" ? 16 : 4;
    sheet.operations(times(out_count(c), each));
}

/// GridSample: two operations for each neighbour that is weighed; 4 of them in two dimensions, 16 for cubic.
inline void cost_grid_sample(const node_context& c, cost_sheet& sheet) {
    const std::string_view mode = c.text("mode", "linear");
    const auto* dims = c.output_dims(0);
    const std::size_t spatial = dims != nullptr && dims->size() > 2 ? dims->size() - 2 : 0;
    std::int64_t neighbours = 1;
    for (std::size_t i = 0; i < spatial; ++i)
        neighbours = times(neighbours, mode == "nearest" ? 1 : mode == "cubic" || mode == "bicubic" ? 4 : 2);
    sheet.operations(mode == "nearest" ? 0 : times(out_count(c), 2, neighbours));
}

/// RoiAlign with a fixed number of samples: 8 operations for each bilinear sample.
inline void cost_roi_align(const node_context& c, cost_sheet& sheet) {
    const std::int64_t ratio = c.integer("sampling_ratio", 0);
    sheet.counted = ratio > 0;
    if (ratio > 0) sheet.operations(times(out_count(c), 8, times(ratio, ratio)));
}

/// Discrete Fourier transforms by the usual 5 n log2(n) of a fast one of n points, for every transform in the tensor.
[[nodiscard]] inline std::int64_t fourier_operations(std::int64_t points, std::int64_t transforms) {
    std::int64_t logarithm = 0;
    while (logarithm < 62 && (std::int64_t{1} << logarithm) < points) ++logarithm;
    return times(times(5, points, logarithm), transforms);
}

inline void cost_dft(const node_context& c, cost_sheet& sheet) {
    const auto* in = c.dims(0);
    const scalar given = c.has(2) ? c.single(2) : scalar::integer(c.opset() < 20 ? c.integer("axis", 1) : -2);
    sheet.counted = in != nullptr && in->size() > 1 && given.is_integer();
    if (!sheet.counted) return;
    const std::int64_t points = std::max<std::int64_t>((*in)[c.axis(given.as_integer(), in->size())].value(), 1);
    sheet.operations(fourier_operations(points, count_of(*in, 0, in->size() - 1) / points));
}

inline void cost_stft(const node_context& c, cost_sheet& sheet) {
    const std::int64_t frame = c.has(3) && c.single(3).is_integer() ? c.single(3).as_integer()
                               : c.has(2)                           ? in_count(c, 2)
                                                                    : c.dim(0, 1).value();
    const auto* out = c.output_dims(0);
    sheet.counted = frame > 0 && out != nullptr && out->size() == 4;
    if (!sheet.counted) return;
    const std::int64_t frames = times((*out)[0].value(), (*out)[1].value());
    sheet.operations(qutibench::detail::add(fourier_operations(frame, frames), c.has(2) ? times(frames, frame) : 0));
}

/// Movement whose first input may be a learned tensor: a class token that is expanded, a table that is sliced.
inline void cost_movement(const node_context&, cost_sheet& sheet) {
    sheet.operand_in(0);
}

/// Concat: any input may be learned.
inline void cost_concat(const node_context& c, cost_sheet& sheet) {
    for (std::size_t i = 0; i < c.input_count(); ++i) sheet.operand_in(i);
}

/// Gather from a stored table is an embedding.
inline void cost_gather(const node_context&, cost_sheet& sheet) {
    sheet.weights(0);
}

/// Losses: softmax and its logarithm over all scores.
template <std::int64_t PerElement>
void cost_loss(const node_context& c, cost_sheet& sheet) {
    sheet.operations(times(in_count(c, PerElement == 1 ? 1 : 0), PerElement));
}

}  // namespace qutibench::onnx::detail
