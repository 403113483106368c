// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Multiply-accumulates of convolutions, matrix products, contractions and recurrent layers.
#pragma once

#include <qutibench/io/onnx/cost/sheet.hpp>
#include <qutibench/io/onnx/ops/contrib.hpp>
#include <qutibench/io/onnx/ops/recurrent.hpp>

namespace qutibench::onnx::detail {

/// Convolution with weights [M, C/group, kernel...] in input `w`: N * prod(out) * M * prod(kernel) * C/group.
/// `channels_last` outputs hold M in their last dimension.
inline void set_convolution_cost(const node_context& c, cost_sheet& sheet, std::size_t w, bool channels_last) {
    if (!has_ranks(c, sheet, {{0, 3}, {w, 3}}) || c.output_dims(0)->size() < 3) {
        sheet.counted = false;
        return;
    }
    const dimensions& weights = *c.dims(w);
    const dimensions& out = *c.output_dims(0);
    const std::int64_t group = std::max<std::int64_t>(c.integer("group", 1), 1);
    const std::int64_t positions =
        times(out[0].value(), channels_last ? count_of(out, 1, out.size() - 1) : count_of(out, 2, out.size()));
    const std::int64_t window = count_of(weights, 2, weights.size());
    sheet.product({positions, weights[0].value() / group, times(window, weights[1].value()), group});
    sheet.cost.kernel_elements = window;
    if (const auto* strides = c.integer_list("strides"); strides != nullptr && !strides->empty())
        sheet.cost.stride = *std::max_element(strides->begin(), strides->end());
    sheet.weights(w);
}

/// Adds one operation per output for a bias in input `i`.
inline void add_bias(const node_context& c, cost_sheet& sheet, std::size_t i) {
    if (!c.has(i)) return;
    sheet.operations(out_count(c));
    sheet.bias(i);
}

/// Conv, FusedConv: weights, bias, and in FusedConv a tensor that is added.
inline void cost_conv(const node_context& c, cost_sheet& sheet) {
    set_convolution_cost(c, sheet, 1, false);
    add_bias(c, sheet, 2);
    if (c.has(3)) sheet.operations(out_count(c));
    if (c.find("activation") != nullptr) sheet.operations(out_count(c));
}

inline void cost_nhwc_conv(const node_context& c, cost_sheet& sheet) {
    set_convolution_cost(c, sheet, 1, true);
    add_bias(c, sheet, 2);
}

inline void cost_conv_integer(const node_context& c, cost_sheet& sheet) {
    set_convolution_cost(c, sheet, 1, false);
}

/// QLinearConv: the bias is input 8; requantising takes two operations per output.
inline void cost_qlinear_conv(const node_context& c, cost_sheet& sheet) {
    set_convolution_cost(c, sheet, 3, c.integer("channels_last", 0) != 0);
    add_bias(c, sheet, 8);
    sheet.operations(times(out_count(c), 2));
}

/// DeformConv: each kernel element reads a bilinear sample of 8 operations, one more where a mask weighs it.
inline void cost_deform_conv(const node_context& c, cost_sheet& sheet) {
    set_convolution_cost(c, sheet, 1, false);
    if (!sheet.counted) return;
    const dimensions& out = *c.output_dims(0);
    const std::int64_t samples = times(times(out[0].value(), count_of(out, 2, out.size())),
                                       times(c.dim(0, 1).value(), sheet.cost.kernel_elements));
    sheet.operations(times(samples, c.has(4) ? 9 : 8));
    add_bias(c, sheet, 3);
}

/// ConvTranspose spreads a kernel from every input position: N * prod(in) * C * prod(kernel) * M/group.
inline void cost_conv_transpose(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 3}, {1, 3}})) return;
    const dimensions& in = *c.dims(0);
    const dimensions& weights = *c.dims(1);
    const std::int64_t group = std::max<std::int64_t>(c.integer("group", 1), 1);
    const std::int64_t window = count_of(weights, 2, weights.size());
    sheet.product({times(in[0].value(), count_of(in, 2, in.size())), times(window, weights[1].value()),
                   in[1].value() / group, group});
    sheet.cost.kernel_elements = window;
    sheet.weights(1);
    add_bias(c, sheet, 2);
}

/// CausalConvWithState: depthwise over the sequence.
inline void cost_causal_conv(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 3}, {1, 3}})) return;
    const std::int64_t kernel = c.dim(1, 2).value();
    sheet.product({times(c.dim(0, 0).value(), c.dim(0, 2).value()), 1, kernel, c.dim(0, 1).value()});
    sheet.cost.kernel_elements = kernel;
    sheet.weights(1);
    add_bias(c, sheet, 2);
    if (const auto activation = c.text("activation", "none"); activation != "none") sheet.operations(out_count(c));
}

/// Matrix product of inputs `a` and `b`, whose last two dimensions are rows and columns once promoted. A right-hand
/// side without batch is one product of all rows.
inline void set_matmul_cost(const node_context& c, cost_sheet& sheet, std::size_t a, std::size_t b,
                            bool transpose_a = false, bool transpose_b = false) {
    if (!has_ranks(c, sheet, {{a, 1}, {b, 1}})) return;
    const dimensions& left = *c.dims(a);
    const dimensions& right = *c.dims(b);
    const std::int64_t outputs = out_count(c);
    const std::int64_t depth = (left.size() > 1 && transpose_a ? left[left.size() - 2] : left.back()).value();
    const std::int64_t columns = right.size() < 2 ? 1 : (transpose_b ? right[right.size() - 2] : right.back()).value();
    std::int64_t batch = 1;
    if (right.size() > 2) {
        const std::int64_t rows = left.size() < 2 ? 1 : (transpose_a ? left.back() : left[left.size() - 2]).value();
        batch = rows > 0 && columns > 0 ? outputs / rows / columns : 0;
    }
    sheet.product({columns > 0 && batch > 0 ? outputs / columns / batch : 0, columns, depth, batch});
    sheet.weights(a);
    sheet.weights(b);
}

inline void cost_matmul(const node_context& c, cost_sheet& sheet) {
    set_matmul_cost(c, sheet, 0, 1);
}

inline void cost_qlinear_matmul(const node_context& c, cost_sheet& sheet) {
    set_matmul_cost(c, sheet, 0, 3);
    sheet.operations(times(out_count(c), 2));
}

/// MatMulIntegerToFloat and DynamicQuantizeMatMul keep their bias behind scales and zero points.
template <std::size_t Bias>
void cost_matmul_scaled(const node_context& c, cost_sheet& sheet) {
    set_matmul_cost(c, sheet, 0, 1);
    add_bias(c, sheet, Bias);
    sheet.operations(times(out_count(c), 2));
}

inline void cost_gemm_gelu(const node_context& c, cost_sheet& sheet) {
    set_matmul_cost(c, sheet, 0, 1);
    add_bias(c, sheet, 2);
    sheet.operations(out_count(c));
}

inline void cost_fused_matmul(const node_context& c, cost_sheet& sheet) {
    const bool moved = c.integer("transBatchA", 0) != 0 || c.integer("transBatchB", 0) != 0;
    if (!moved) return set_matmul_cost(c, sheet, 0, 1, c.integer("transA", 0) != 0, c.integer("transB", 0) != 0);
    if (!has_ranks(c, sheet, {{0, 1}, {1, 1}})) return;
    const dimensions left = *fused_operand(c, 0, "transA", "transBatchA");
    sheet.product({out_count(c), 1, left.back().value(), 1});
    sheet.weights(0);
    sheet.weights(1);
}

/// MatMulNBits, MatMulBnb4: the matrix is packed, so its elements are K * N.
inline void cost_matmul_packed(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 1}})) return;
    const std::int64_t rows = c.integer("K", 0);
    const std::int64_t columns = c.integer("N", 0);
    sheet.product({out_count(c) / std::max<std::int64_t>(columns, 1), columns, rows, 1});
    sheet.weights(1, times(rows, columns));
    add_bias(c, sheet, 5);
}

/// Gemm: alpha * A * B + beta * C; matrices in inputs `A` and `B`, the addend in `C`.
template <std::size_t A, std::size_t B, std::size_t C>
void cost_gemm(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{A, 2}, {B, 2}})) return;
    const auto left = matrix(c, A, "transA");
    const auto right = matrix(c, B, "transB");
    sheet.product({left.first.value(), right.second.value(), left.second.value(), 1});
    sheet.weights(A);
    sheet.weights(B);
    add_bias(c, sheet, C);
}

/// RNN, GRU, LSTM: sequence * batch * directions * gates * hidden * (features + hidden) multiply-accumulates and two
/// further operations per gate output. Sequence lengths in input 4 are not looked at.
template <std::int64_t Gates>
void cost_recurrent(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 3}, {2, 3}})) return;
    const std::int64_t steps = times(c.dim(0, 0).value(), c.dim(0, 1).value());  // sequence and batch, in either layout
    const std::int64_t hidden = c.dim(2, 2).value();
    const std::int64_t both = c.dim(2, 0).value();
    const std::int64_t outputs = times(Gates, hidden);
    const std::int64_t batch = c.dim(0, c.integer("layout", 0) != 0 ? 0 : 1).value();
    sheet.product({batch, outputs, qutibench::detail::add(c.dim(0, 2).value(), hidden),
                   times(batch > 0 ? steps / batch : 0, both)});
    sheet.operations(times(times(steps, outputs), both, 2));
    sheet.cost.state = times(times(batch, hidden), both, Gates == 4 ? 2 : 1);
    sheet.weights(1);
    sheet.weights(2);
    sheet.bias(3);
    sheet.bias(7);
}

/// DynamicQuantizeLSTM: W (directions, features, 4 * hidden), R (directions, hidden, 4 * hidden).
inline void cost_quantized_lstm(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 3}, {1, 3}, {2, 3}})) return;
    const std::int64_t steps = c.dim(0, 0).value();
    const std::int64_t batch = c.dim(0, 1).value();
    const std::int64_t both = c.dim(2, 0).value();
    const std::int64_t hidden = c.dim(2, 1).value();
    const std::int64_t outputs = c.dim(2, 2).value();
    sheet.product({batch, outputs, qutibench::detail::add(c.dim(0, 2).value(), hidden), times(steps, both)});
    sheet.operations(times(times(steps, batch), times(outputs, both), 2));
    sheet.cost.state = times(times(batch, hidden), both, 2);
    sheet.weights(1);
    sheet.weights(2);
    sheet.bias(3);
    sheet.bias(7);
}

/// MoE and QMoE: each row through `k` experts, whose matrices are the first dimension's slices of inputs `First`,
/// `First + Step` and `First + 2 * Step`; packed ones hold 8 / bits elements in a byte.
template <std::size_t First, std::size_t Step, std::size_t Bias>
void cost_experts(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 2}, {First, 3}})) return;
    const std::int64_t rows = in_count(c, 0) / std::max<std::int64_t>(c.in(0).dims.back().value(), 1);
    const std::int64_t each = times(rows, c.integer("k", 1));
    const std::int64_t width = Step > 2 ? c.integer("expert_weight_bits", 4) : 8;
    for (std::size_t i = First; i < First + 3 * Step; i += Step) {
        if (!c.has(i) || c.dims(i) == nullptr || c.dims(i)->empty() || !c.in(i).fully_known()) continue;
        const std::int64_t experts = std::max<std::int64_t>(c.dim(i, 0).value(), 1);
        const std::int64_t elements = times(in_count(c, i), width == 4 && bits(c.type(i)) == 8 ? 2 : 1);
        const std::int64_t rows_of_one = std::max<std::int64_t>(c.dim(i, 1).value(), 1);
        sheet.product({each, rows_of_one, elements / experts / rows_of_one, 1});
        sheet.weights(i, elements);
        sheet.bias(i + Bias);
    }
}

/// GatherBlockQuantized: moves rows and scales them, 2 per output.
inline void cost_gather_blocks(const node_context& c, cost_sheet& sheet) {
    const std::int64_t width = c.integer("bits", 4);
    sheet.operations(times(out_count(c), 2));
    sheet.weights(0, times(in_count(c, 0), bits(c.type(0)) == 8 && width > 0 && width < 8 ? 8 / width : 1));
}

/// Attention over a pattern that the data decide.
inline void cost_unknown_pattern(const node_context&, cost_sheet& sheet) {
    sheet.counted = false;
}

/// LinearClassifier, LinearRegressor: one product with the coefficients.
inline void cost_linear(const node_context& c, cost_sheet& sheet) {
    if (!has_ranks(c, sheet, {{0, 1}})) return;
    const auto* scores = c.output_dims(c.output_count() > 1 ? 1 : 0);
    const std::int64_t rows = c.in(0).dims.size() > 1 ? c.dim(0, 0).value() : 1;
    const std::int64_t features = c.in(0).dims.back().value();
    sheet.counted = scores != nullptr && scores->size() == 2 && scores->back().known();
    if (sheet.counted) sheet.product({rows, scores->back().value(), features, 1});
}

}  // namespace qutibench::onnx::detail
