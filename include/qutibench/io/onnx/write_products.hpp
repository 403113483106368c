// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers that multiply and accumulate, as ONNX operators.
#pragma once

#include <qutibench/io/onnx/write_graph.hpp>

namespace qutibench::onnx_writer {

/// The ONNX attribute `pads`: what comes before each axis, then what comes after.
template <int Rank>
[[nodiscard]] std::vector<std::int64_t> pads_list(const extents<Rank>& before, const extents<Rank>& after) {
    std::vector<std::int64_t> all = list(before);
    all.insert(all.end(), after.begin(), after.end());
    return all;
}

/// Splits the elements that `same` padding adds to an axis.
[[nodiscard]] constexpr std::int64_t same_before(std::int64_t total, bool is_lower) {
    return is_lower ? detail::ceil_divide(total, 2) : total / 2;
}

/// Explicit padding of a window that slides over `in` to `out`.
template <int Rank, class Window>
[[nodiscard]] std::vector<std::int64_t> explicit_pads(const Window& window, const extents<Rank>& dilation,
                                                      const shape& in, const shape& out) {
    extents<Rank> before = window.padding.before;
    extents<Rank> after = window.padding.after;
    for (std::size_t i = 0; window.padding.is_same && i < before.size(); ++i) {
        const int axis = static_cast<int>(i) + 2;
        const std::int64_t reach = (out[axis] - 1) * window.stride[i] + dilation[i] * (window.kernel[i] - 1) + 1;
        const std::int64_t total = std::max<std::int64_t>(0, reach - in[axis]);
        before[i] = same_before(total, window.padding.is_lower);
        after[i] = total - before[i];
    }
    return pads_list<Rank>(before, after);
}

template <int Rank>
void write(layer_output& at, const convolution<Rank>& layer) {
    const std::int64_t channels = at.in_shape()[1];
    const std::int64_t groups = layer.groups == depthwise ? channels : layer.groups;
    const std::int64_t window = detail::elements_of(layer.kernel);
    const std::int64_t fan_in = detail::multiply(channels / groups, window);
    std::vector<std::int64_t> dims{at.out_shape()[1], channels / groups};
    dims.insert(dims.end(), layer.kernel.begin(), layer.kernel.end());
    names inputs{at.in(), at.weights("weight", dims, fan_in, window)};
    if (layer.bias) inputs.push_back(at.bias(at.out_shape()[1], fan_in));
    at.result("Conv", inputs,
              attributes()
                  .integers("kernel_shape", list(layer.kernel))
                  .integers("strides", list(layer.stride))
                  .integers("pads", explicit_pads<Rank>(layer, layer.dilation, at.in_shape(), at.out_shape()))
                  .integers("dilations", list(layer.dilation))
                  .integer("group", groups));
}

template <int Rank>
void write(layer_output& at, const transposed_convolution<Rank>& layer) {
    const std::int64_t channels = at.in_shape()[1];
    const std::int64_t groups = layer.groups == depthwise ? channels : layer.groups;
    const std::int64_t window = detail::elements_of(layer.kernel);
    std::vector<std::int64_t> dims{channels, layer.out_channels / groups};
    dims.insert(dims.end(), layer.kernel.begin(), layer.kernel.end());
    extents<Rank> before = layer.padding.before;
    extents<Rank> after = layer.padding.after;
    extents<Rank> extra = layer.output_padding;
    for (std::size_t i = 0; layer.padding.is_same && i < before.size(); ++i) {
        const std::int64_t total = layer.dilation[i] * (layer.kernel[i] - 1) + 1 - layer.stride[i];
        before[i] = same_before(std::max<std::int64_t>(0, total), layer.padding.is_lower);
        after[i] = std::max<std::int64_t>(0, total) - before[i];
        extra[i] = std::max<std::int64_t>(0, -total);
    }
    const std::int64_t fan_in = detail::multiply(channels / groups, window);
    names inputs{at.in(), at.weights("weight", dims, fan_in, window * (layer.out_channels / groups))};
    if (layer.bias) inputs.push_back(at.bias(layer.out_channels, fan_in));
    at.result("ConvTranspose", inputs,
              attributes()
                  .integers("kernel_shape", list(layer.kernel))
                  .integers("strides", list(layer.stride))
                  .integers("pads", pads_list<Rank>(before, after))
                  .integers("output_padding", list(extra))
                  .integers("dilations", list(layer.dilation))
                  .integer("group", groups));
}

/// Gemm where the input is a matrix, else MatMul and Add; the weights are (features, out_features) in both.
inline void write(layer_output& at, const dense& layer) {
    const shape& in = at.in_shape();
    const std::int64_t features = in[in.rank() - 1];
    const std::string weight = at.weights("weight", {features, layer.out_features}, features, layer.out_features);
    if (in.rank() == 2) {
        names inputs{at.in(), weight};
        if (layer.bias) inputs.push_back(at.bias(layer.out_features, features));
        return at.result("Gemm", inputs);
    }
    if (!layer.bias) return at.result("MatMul", {at.in(), weight});
    const std::string product = at.step("MatMul", {at.in(), weight});
    at.result("Add", {product, at.bias(layer.out_features, features)});
}

inline void write(layer_output& at, const matrix_multiplication& layer) {
    std::string right = at.in(1);
    if (layer.transpose_right) {
        std::vector<std::int64_t> order;
        for (int axis = 0; axis < at.in_shape(1).rank(); ++axis) order.push_back(axis);
        std::swap(order[order.size() - 2], order[order.size() - 1]);
        right = at.transposed(right, order);
    }
    at.result("MatMul", {at.in(), right});
}

/// Operands of the two products, heads apart. Queries that share a key keep an axis of their own, over which keys and
/// values broadcast. Cached keys and values are inputs of the file.
class attention_writer {
public:
    attention_writer(layer_output& at, const attention& layer)
        : at_(at), batch_(at.in_shape(0)[0]), groups_(layer.key_heads == 0 ? layer.heads : layer.key_heads),
          shared_(layer.heads / groups_), cached_(layer.cached) {}

    void write() {
        const shape& queries = at_.in_shape(0);
        const std::int64_t length = queries[1];
        const std::int64_t key_width = queries[2] / (groups_ * shared_);
        const std::int64_t value_width = at_.in_shape(2)[2] / groups_;
        const float scale = 1.0F / std::sqrt(static_cast<float>(key_width));
        std::string q = at_.step("Mul", {at_.in(0), at_.model().number(scale)});
        const bool plain = shared_ == 1;
        if (plain)
            q = at_.transposed(at_.reshaped(q, {batch_, length, groups_, key_width}), {0, 2, 1, 3});
        else
            q = at_.transposed(at_.reshaped(q, {batch_, length, groups_, shared_, key_width}), {0, 2, 3, 1, 4});
        const std::string k = by_head(1, "past_key", key_width, plain, true);
        const std::string v = by_head(2, "past_value", value_width, plain, false);
        const std::string scores = at_.step("Softmax", {at_.step("MatMul", {q, k})}, attributes().integer("axis", -1));
        const std::string read = at_.step("MatMul", {scores, v});
        const std::vector<std::int64_t> order =
            plain ? std::vector<std::int64_t>{0, 2, 1, 3} : std::vector<std::int64_t>{0, 3, 1, 2, 4};
        at_.result("Reshape", {at_.transposed(read, order), at_.model().integers(list(at_.out_shape()))});
    }

private:
    /// Keys (N, G, width, S) or values (N, G, S, width), with an axis of one after the groups unless `plain`.
    std::string by_head(std::size_t operand, std::string_view cache, std::int64_t width, bool plain, bool turned) {
        const shape& in = at_.in_shape(operand);
        std::string all = at_.in(operand);
        if (cached_ > 0) {
            const std::string past = at_.model().unique(at_.name_of(cache));
            at_.model().input(past, element_type::float32, in.with(1, cached_));
            all = at_.step("Concat", {past, all}, attributes().integer("axis", 1));
        }
        const std::int64_t length = in[1] + cached_;
        if (plain)
            return at_.transposed(
                at_.reshaped(all, {batch_, length, groups_, width}),
                turned ? std::vector<std::int64_t>{0, 2, 3, 1} : std::vector<std::int64_t>{0, 2, 1, 3});
        return at_.transposed(
            at_.reshaped(all, {batch_, length, groups_, 1, width}),
            turned ? std::vector<std::int64_t>{0, 2, 3, 4, 1} : std::vector<std::int64_t>{0, 2, 3, 1, 4});
    }

    layer_output& at_;
    std::int64_t batch_, groups_, shared_, cached_;
};

/// Attention whose heads are apart already, perhaps with a mask. Throws unsupported_operator where heads share keys or
/// a mask comes with heads that are not apart.
inline void write_apart(layer_output& at, const attention& layer) {
    const shape& queries = at.in_shape(0);
    const int rank = queries.rank();
    if (layer.cached > 0 || (rank == 3 && layer.heads > 1) || (layer.key_heads != 0 && layer.key_heads != layer.heads))
        throw unsupported_operator("layer '" + at.layer().name +
                                   "' has heads or a mask in a way that ONNX has no products for");
    const float scale = 1.0F / std::sqrt(static_cast<float>(queries[rank - 1]));
    const std::string q = at.step("Mul", {at.in(0), at.model().number(scale)});
    std::string k = at.in(1);
    if (!layer.keys_transposed)
        k = at.transposed(k, rank == 4 ? std::vector<std::int64_t>{0, 1, 3, 2} : std::vector<std::int64_t>{0, 2, 1});
    std::string scores = at.step("MatMul", {q, k});
    if (at.layer().inputs.size() > 3) scores = at.step("Add", {scores, at.in(3)});
    at.result("MatMul", {at.step("Softmax", {scores}, attributes().integer("axis", -1)), at.in(2)});
}

inline void write(layer_output& at, const attention& layer) {
    if (at.in_shape(0).rank() == 4 || layer.keys_transposed || at.layer().inputs.size() > 3)
        return write_apart(at, layer);
    attention_writer(at, layer).write();
}

inline void write(layer_output& at, const embedding& layer) {
    const std::string table = at.weights("weight", {layer.rows, layer.width}, 3);
    at.result("Gather", {table, at.indices(layer.rows)}, attributes().integer("axis", 0));
}

/// ONNX's recurrent operators take the sequence first. Throws unsupported_operator on more than two directions.
inline void write(layer_output& at, const recurrent& layer) {
    if (layer.directions > 2)
        throw unsupported_operator(detail::message(
            {"layer '", at.layer().name, "' has ", layer.directions, " directions; an ONNX file has one or two"}));
    const bool is_gru = layer.cell == recurrent_cell::gru;
    const std::int64_t gates = layer.cell == recurrent_cell::lstm ? 4 : is_gru ? 3 : 1;
    const std::int64_t directions = layer.directions;
    const std::int64_t features = at.in_shape()[2];
    const std::int64_t width = gates * layer.hidden;
    names inputs{layer.sequence_first ? at.in() : at.transposed(at.in(), {1, 0, 2}),
                 at.weights("weight", {directions, width, features}, features),
                 at.weights("recurrence", {directions, width, layer.hidden}, layer.hidden)};
    if (layer.bias) inputs.push_back(at.values("bias", {directions, 2 * width}, -0.1, 0.1));
    attributes settings;
    settings.integer("hidden_size", layer.hidden).text("direction", directions == 2 ? "bidirectional" : "forward");
    if (is_gru) settings.integer("linear_before_reset", 1);
    const std::string_view op = layer.cell == recurrent_cell::lstm ? "LSTM" : is_gru ? "GRU" : "RNN";
    if (layer.sequence_first) {
        if (at.layer().inputs.size() > 1)
            inputs.resize(5);  // no bias, perhaps, and the lengths are those of the tensor
        for (std::size_t k = 1; k < at.layer().inputs.size(); ++k) inputs.push_back(at.in(k));
        return at.result(op, inputs, settings);
    }
    const std::string sequence = at.step(op, inputs, settings);
    const std::string batch_first = at.transposed(sequence, {2, 0, 1, 3});
    at.result("Reshape", {batch_first, at.model().integers(list(at.out_shape()))});
}

}  // namespace qutibench::onnx_writer
