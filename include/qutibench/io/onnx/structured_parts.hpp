// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What single kinds of nodes of an ONNX model amount to among the library's layers.
#pragma once

#include <qutibench/io/onnx/count.hpp>
#include <qutibench/network/graph.hpp>
#include <qutibench/network/layers.hpp>

#include <optional>

namespace qutibench::onnx::detail {

/// Attributes of one node by name.
class settings {
public:
    explicit settings(const operation& of) : of_(of) {}

    [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise) const {
        const attribute* found = of_.find(name);
        return found != nullptr && found->type == attribute_type::integer ? found->integer : otherwise;
    }
    [[nodiscard]] std::string_view text(std::string_view name) const {
        const attribute* found = of_.find(name);
        return found != nullptr && found->type == attribute_type::text ? found->text : std::string_view();
    }
    /// The list, or nullptr when it is absent or has another length than `size`.
    [[nodiscard]] const std::vector<std::int64_t>* list(std::string_view name, std::size_t size) const {
        const attribute* found = of_.find(name);
        if (found == nullptr || found->type != attribute_type::integers || found->integers.size() != size)
            return nullptr;
        return &found->integers;
    }

private:
    const operation& of_;
};

template <int Rank>
void copy(const std::vector<std::int64_t>* from, extents<Rank>& to, std::size_t offset = 0) {
    if (from == nullptr) return;
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = (*from)[i + offset];
}

/// Kernel, stride, dilation and padding of a window.
template <int Rank, class Layer>
void copy_window(const settings& of, Layer& layer) {
    copy<Rank>(of.list("strides", Rank), layer.stride);
    const auto* pads = of.list("pads", 2 * Rank);
    copy<Rank>(pads, layer.padding.before);
    copy<Rank>(pads, layer.padding.after, Rank);
    const std::string_view automatic = of.text("auto_pad");
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") layer.padding = same_t{automatic == "SAME_LOWER"};
}

template <int Rank>
[[nodiscard]] std::optional<any_layer> convolution_of(const settings& of, const dimensions& weights, bool bias) {
    convolution<Rank> layer;
    layer.out_channels = weights[0].value();
    for (std::size_t i = 0; i < Rank; ++i) layer.kernel[i] = weights[i + 2].value();
    copy_window<Rank>(of, layer);
    copy<Rank>(of.list("dilations", Rank), layer.dilation);
    layer.groups = of.integer("group", 1);
    layer.bias = bias;
    return layer;
}

template <int Rank>
[[nodiscard]] std::optional<any_layer> pooling_of(const settings& of, bool average) {
    pooling<Rank> layer;
    copy<Rank>(of.list("kernel_shape", Rank), layer.kernel);
    copy_window<Rank>(of, layer);
    layer.function = average ? pooling_function::average : pooling_function::maximum;
    layer.ceil = of.integer("ceil_mode", 0) != 0;
    return layer;
}

struct named_activation {
    std::string_view op_type;
    activation_function function;
};
inline constexpr named_activation named_activations[] = {{"Relu", activation_function::relu},
                                                         {"LeakyRelu", activation_function::leaky_relu},
                                                         {"Sigmoid", activation_function::sigmoid},
                                                         {"Tanh", activation_function::tanh},
                                                         {"Gelu", activation_function::gelu},
                                                         {"HardSwish", activation_function::hard_swish},
                                                         {"HardSigmoid", activation_function::hard_sigmoid},
                                                         {"Swish", activation_function::silu},
                                                         {"Softplus", activation_function::softplus}};

struct named_elementwise {
    std::string_view op_type;
    elementwise_function function;
};
inline constexpr named_elementwise named_elementwises[] = {
    {"Add", elementwise_function::add},      {"Sub", elementwise_function::subtract},
    {"Mul", elementwise_function::multiply}, {"Div", elementwise_function::divide},
    {"Max", elementwise_function::maximum},  {"Min", elementwise_function::minimum},
    {"Pow", elementwise_function::power},    {"PRelu", elementwise_function::prelu}};

/// The arithmetic of a node that broadcasts its operands.
[[nodiscard]] inline std::optional<elementwise_function> elementwise_of(const operation& one) {
    if (!normal_domain(one.op->domain).empty()) return {};
    for (const named_elementwise& named : named_elementwises)
        if (named.op_type == one.op->op_type) return named.function;
    return {};
}

/// The integers that input `k` holds, when they are known.
[[nodiscard]] inline std::optional<std::vector<std::int64_t>> integers_in(const inferred& graph, const operation& one,
                                                                          std::size_t k) {
    if (k >= one.inputs.size() || one.inputs[k] == absent) return {};
    const facts& of = graph.of(one.inputs[k]);
    const auto value = of.value || of.initialiser == nullptr
                           ? of.value
                           : decode(*of.initialiser, *graph.source->source, integer_value_limit);
    if (!value) return {};
    std::vector<std::int64_t> all;
    for (const scalar element : *value) {
        if (!element.is_integer()) return {};
        all.push_back(element.as_integer());
    }
    return all;
}

/// Whether a Clip keeps what lies from 0 to 6.
[[nodiscard]] inline bool is_relu6(const inferred& graph, const operation& one) {
    const auto bound = [&](std::string_view name, std::size_t k) -> double {
        if (const attribute* stated = one.find(name)) return static_cast<double>(stated->real);
        if (k >= one.inputs.size() || one.inputs[k] == absent) return -1;
        const facts& of = graph.of(one.inputs[k]);
        const auto value =
            of.value || of.initialiser == nullptr ? of.value : decode(*of.initialiser, *graph.source->source, 1);
        return value && value->size() == 1 ? value->front().as_real() : -1;
    };
    return std::abs(bound("min", 1)) < 1e-6 && std::abs(bound("max", 2) - 6) < 1e-6;
}

/// Layers that move or rename elements. A reshape is lifted by what its target says of kept and computed dimensions.
[[nodiscard]] inline std::optional<any_layer> moving_layer(const inferred& graph, const operation& one,
                                                           std::size_t rank) {
    const settings of(one);
    const std::string_view type = one.op->op_type;
    const auto second = integers_in(graph, one, 1);
    if (type == "Transpose" && rank <= shape::max_rank) {
        transpose layer;
        const auto* order = of.list("perm", rank);
        for (std::size_t i = 0; i < rank; ++i)
            layer.order[i] = order != nullptr ? (*order)[i] : static_cast<std::int64_t>(rank - 1 - i);
        layer.rank = static_cast<int>(rank);
        return layer;
    }
    if (type == "Reshape" && second && second->size() <= shape::max_rank && of.integer("allowzero", 0) == 0) {
        reshape layer;
        for (const std::int64_t extent : *second) layer.target[static_cast<std::size_t>(layer.rank++)] = extent;
        return layer;
    }
    if (type == "Slice") {
        const auto ends = integers_in(graph, one, 2);
        const auto axes = integers_in(graph, one, 3);
        const auto steps = integers_in(graph, one, 4);
        const auto is_one = [](const auto& stated) { return stated && stated->size() == 1; };
        if (!is_one(second) || !is_one(ends) || (axes && !is_one(axes)) || (steps && !is_one(steps))) return {};
        slice layer{.axis = 0, .begin = second->front(), .end = ends->front(), .step = steps ? steps->front() : 1};
        const auto axis = axes ? axes->front() : 0;
        const auto extents = static_cast<std::int64_t>(rank);
        if (layer.step < 1 || axis < -extents || axis >= extents) return {};
        layer.axis = static_cast<int>(axis);
        const auto extent = graph.of(one.inputs[0]).dims[static_cast<std::size_t>(axis < 0 ? axis + extents : axis)];
        if (extent.known() && layer.end >= extent.value()) layer.end = 0;
        return layer;
    }
    if (type == "Reshape" || type == "Squeeze" || type == "Unsqueeze" || type == "Flatten") {
        const facts& out = graph.of(one.outputs[0]);
        if (!out.fully_known() || out.dims.size() > shape::max_rank) return {};
        reshape layer;
        for (const dimension dim : out.dims) layer.target[static_cast<std::size_t>(layer.rank++)] = dim.value();
        const auto& in = graph.of(one.inputs[0]).dims;
        if (layer.rank > 1 && rank > 1 && in[0].known() && in[0].value() == layer.target[0]) layer.target[0] = 0;
        return layer;
    }
    if (type == "Split" && one.outputs.size() > 1) {
        split layer{static_cast<int>(of.integer("axis", 0)), static_cast<int>(one.outputs.size())};
        const auto* stated = of.list("split", one.outputs.size());
        const std::vector<std::int64_t> sizes = second              ? *second
                                                : stated != nullptr ? *stated
                                                                    : std::vector<std::int64_t>();
        const auto is_first = [&](std::int64_t size) { return size == sizes.front(); };
        if (std::all_of(sizes.begin(), sizes.end(), is_first)) return layer;
        if (sizes.size() != one.outputs.size() || sizes.size() > layer.sizes.size()) return {};
        std::copy(sizes.begin(), sizes.end(), layer.sizes.begin());
        return layer;
    }
    return {};
}

/// The same amounts before and after consecutive axes.
[[nodiscard]] inline std::optional<any_layer> pad_of(const inferred& graph, const operation& one, std::size_t rank) {
    const settings of(one);
    auto pads = integers_in(graph, one, 1);
    if (const auto* stated = of.list("pads", 2 * rank)) pads = *stated;
    if (!pads || pads->size() != 2 * rank || one.inputs.size() > 3) return {};
    pad layer{.axis = 0, .axes = 0};
    for (std::size_t k = 0; k < rank; ++k) {
        const std::int64_t before = (*pads)[k];
        const std::int64_t after = (*pads)[k + rank];
        if (before == 0 && after == 0) continue;
        if (layer.axes++ == 0) {
            layer.axis = static_cast<int>(k);
            layer.before = before;
            layer.after = after;
        } else if (before != layer.before || after != layer.after ||
                   static_cast<int>(k) != layer.axis + layer.axes - 1) {
            return {};
        }
    }
    layer.axes = std::max(layer.axes, 1);
    return layer;
}

/// A resize of the spatial axes alone, by one factor or to given extents.
[[nodiscard]] inline std::optional<any_layer> resize_of(const inferred& graph, const operation& one, std::size_t rank) {
    const auto& before = graph.of(one.inputs[0]).dims;
    const facts& after = graph.of(one.outputs[0]);
    if (rank < 3 || rank > 5 || !graph.of(one.inputs[0]).fully_known() || !after.fully_known()) return {};
    const std::string_view mode = settings(one).text("mode");
    resize layer{.factor = 0};
    layer.function = mode.empty() || mode == "nearest" ? resize_function::nearest
                     : mode == "cubic"                 ? resize_function::cubic
                                                       : resize_function::linear;
    for (std::size_t k = 2; k < rank; ++k) {
        const std::int64_t wide = after.dims[k].value();
        layer.size[k - 2] = wide;
        const std::int64_t factor = wide % before[k].value() == 0 ? wide / before[k].value() : -1;
        layer.factor = layer.factor == 0 || layer.factor == factor ? factor : -1;
    }
    if (layer.factor > 0)
        layer.size = {};
    else
        layer.factor = 1;
    return layer;
}

template <int Rank>
[[nodiscard]] std::optional<any_layer> transposed_of(const settings& of, const dimensions& weights, bool bias) {
    transposed_convolution<Rank> layer;
    layer.groups = of.integer("group", 1);
    layer.out_channels = weights[1].value() * layer.groups;
    for (std::size_t i = 0; i < Rank; ++i) layer.kernel[i] = weights[i + 2].value();
    copy_window<Rank>(of, layer);
    copy<Rank>(of.list("dilations", Rank), layer.dilation);
    copy<Rank>(of.list("output_padding", Rank), layer.output_padding);
    layer.bias = bias;
    return layer;
}

/// LSTM, GRU and RNN without peepholes, over the whole sequence.
[[nodiscard]] inline std::optional<any_layer> recurrent_of(const inferred& graph, const operation& one,
                                                           std::size_t read, bool bias) {
    const settings of(one);
    const auto has = [&](std::size_t i) { return one.inputs.size() > i && one.inputs[i] != absent; };
    if (!has(2) || has(4) || has(7) || of.integer("layout", 0) != 0) return {};
    const std::size_t states = (has(5) ? 1U : 0U) + (has(6) ? 1U : 0U);
    if (read < 1 || read > 1 + states || !graph.of(one.inputs[2]).fully_known()) return {};
    const auto& recurrence = graph.of(one.inputs[2]).dims;
    if (recurrence.size() != 3) return {};
    recurrent layer;
    const std::string_view type = one.op->op_type;
    layer.cell = type == "LSTM" ? recurrent_cell::lstm : type == "GRU" ? recurrent_cell::gru : recurrent_cell::rnn;
    layer.hidden = recurrence[2].value();
    layer.directions = static_cast<int>(recurrence[0].value());
    layer.bias = bias;
    layer.sequence_first = true;
    layer.results = 0;
    for (const value_id id : one.outputs) {
        if (id == absent) return {};
        ++layer.results;
    }
    return layer;
}

/// Queries, keys and values, heads apart or not, and perhaps a mask.
[[nodiscard]] inline std::optional<any_layer> attention_of(const inferred& graph, const operation& one,
                                                           std::size_t read, std::size_t rank) {
    if (one.inputs.size() > 4 || read != one.inputs.size() || read < 3 || one.outputs.size() != 1) return {};
    const settings of(one);
    attention layer{.heads = of.integer("q_num_heads", 1), .key_heads = of.integer("kv_num_heads", 0)};
    if (rank == 4) {
        const auto heads = graph.of(one.inputs[0]).dims[1];
        const auto& keys = graph.of(one.inputs[1]).dims;
        if (!heads.known() || keys.size() != 4 || !keys[1].known()) return {};
        layer.heads = heads.value();
        layer.key_heads = keys[1].value();
    }
    return layer;
}

/// A contraction that is a matrix product of its two tensors: "bhid,bhjd->bhij".
[[nodiscard]] inline std::optional<any_layer> product_of(const operation& one) {
    const attribute* stated = one.find("equation");
    std::string text;
    for (const char letter : stated == nullptr ? std::string_view() : std::string_view(stated->text))
        if (letter != ' ') text += letter;
    const std::size_t comma = text.find(',');
    const std::size_t arrow = text.find("->");
    if (comma == text.npos || arrow == text.npos || text.find('.') != text.npos) return {};
    const std::string a = text.substr(0, comma);
    const std::string b = text.substr(comma + 1, arrow - comma - 1);
    const std::string out = text.substr(arrow + 2);
    if (a.size() < 2 || b.size() != a.size() || out.size() != a.size()) return {};
    const std::size_t batch = a.size() - 2;
    if (a.compare(0, batch, b, 0, batch) != 0 || a.compare(0, batch, out, 0, batch) != 0 || a[batch] != out[batch])
        return {};
    const bool turned = b[batch] == out[batch + 1] && b[batch + 1] == a[batch + 1];
    const bool plain = b[batch + 1] == out[batch + 1] && b[batch] == a[batch + 1];
    if (!turned && !plain) return {};
    return matrix_multiplication{.transpose_right = turned};
}

/// Whether a reduction is over all spatial axes.
[[nodiscard]] inline bool is_global(const inferred& graph, const operation& one, std::size_t rank) {
    const settings of(one);
    if (rank < 3) return false;
    auto axes = integers_in(graph, one, 1);
    if (const auto* stated = of.list("axes", rank - 2)) axes = *stated;
    if (!axes || axes->size() != rank - 2) return false;
    return std::all_of(axes->begin(), axes->end(), [&](std::int64_t axis) {
        return axis >= 2 || (axis < 0 && axis + static_cast<std::int64_t>(rank) >= 2);
    });
}

}  // namespace qutibench::onnx::detail
