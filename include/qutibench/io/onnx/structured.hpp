// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Nodes of an ONNX model as the library's own layers, so that transforms can change them.
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
                                                         {"Softplus", activation_function::softplus}};

struct named_elementwise {
    std::string_view op_type;
    elementwise_function function;
};
inline constexpr named_elementwise named_elementwises[] = {
    {"Add", elementwise_function::add},      {"Sub", elementwise_function::subtract},
    {"Mul", elementwise_function::multiply}, {"Div", elementwise_function::divide},
    {"Max", elementwise_function::maximum},  {"Min", elementwise_function::minimum}};

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
        if (!second || !ends || second->size() != 1 || ends->size() != 1 || (steps && steps->front() != 1)) return {};
        slice layer{.axis = axes ? static_cast<int>(axes->front()) : 0, .begin = second->front(), .end = ends->front()};
        const auto extent =
            graph.of(one.inputs[0])
                .dims[static_cast<std::size_t>(layer.axis < 0 ? layer.axis + static_cast<int>(rank) : layer.axis)];
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
        const auto equal = [&](const std::vector<std::int64_t>& sizes) {
            return std::all_of(sizes.begin(), sizes.end(), [&](std::int64_t size) { return size == sizes.front(); });
        };
        if (second && !equal(*second)) return {};
        if (const auto* sizes = of.list("split", one.outputs.size()); sizes != nullptr && !equal(*sizes)) return {};
        return split{static_cast<int>(of.integer("axis", 0)), static_cast<int>(one.outputs.size())};
    }
    return {};
}

/// Whether a mean over all spatial axes keeps them as ones.
[[nodiscard]] inline bool is_global_mean(const inferred& graph, const operation& one, std::size_t rank) {
    const settings of(one);
    if (rank < 3 || of.integer("keepdims", 1) == 0) return false;
    auto axes = integers_in(graph, one, 1);
    if (const auto* stated = of.list("axes", rank - 2)) axes = *stated;
    if (!axes || axes->size() != rank - 2) return false;
    return std::all_of(axes->begin(), axes->end(), [&](std::int64_t axis) {
        return axis >= 2 || (axis < 0 && axis + static_cast<std::int64_t>(rank) >= 2);
    });
}

/// The layer struct that a node of ai.onnx amounts to, if there is one. `read` is how many tensors it reads from other
/// layers; a bias that was counted with an earlier node is left out, as it is in the node's `cost`. Whoever asks checks
/// that shapes and counts agree before using it.
[[nodiscard]] inline std::optional<any_layer> structured_layer(const inferred& graph, const operation& one,
                                                               std::size_t read, const layer_cost& cost) {
    if (!normal_domain(one.op->domain).empty() || one.inputs.empty() || one.inputs[0] == absent) return {};
    const settings of(one);
    const std::string_view type = one.op->op_type;
    const std::size_t rank = graph.of(one.inputs[0]).dims.size();
    const auto has = [&](std::size_t i) { return one.inputs.size() > i && one.inputs[i] != absent; };
    const auto weights = [&]() -> const dimensions* {
        return has(1) && graph.of(one.inputs[1]).fully_known() ? &graph.of(one.inputs[1]).dims : nullptr;
    };
    const bool has_bias = has(2) && cost.parameters > cost.weights;
    if (type == "Conv" && read == 1 && weights() != nullptr && weights()->size() == rank) {
        if (rank == 3) return convolution_of<1>(of, *weights(), has_bias);
        if (rank == 4) return convolution_of<2>(of, *weights(), has_bias);
        if (rank == 5) return convolution_of<3>(of, *weights(), has_bias);
    }
    if ((type == "Gemm" || type == "MatMul") && read == 1 && weights() != nullptr && weights()->size() == 2) {
        if (of.integer("transA", 0) != 0) return {};
        return dense{(*weights())[of.integer("transB", 0) != 0 ? 0 : 1].value(), type == "Gemm" && has_bias};
    }
    if (type == "MatMul" && read == 2) return matrix_multiplication{};
    if (type == "BatchNormalization" && read == 1) return batch_normalization{};
    if (type == "MaxPool" || type == "AveragePool") {
        if (of.list("kernel_shape", rank - 2) == nullptr || one.outputs.size() > 1) return {};
        if (rank == 3) return pooling_of<1>(of, type == "AveragePool");
        if (rank == 4) return pooling_of<2>(of, type == "AveragePool");
        if (rank == 5) return pooling_of<3>(of, type == "AveragePool");
    }
    if (type == "GlobalAveragePool" || (type == "ReduceMean" && read == 1 && is_global_mean(graph, one, rank)))
        return global_pooling{};
    if (type == "GlobalMaxPool") return global_pooling{pooling_function::maximum};
    if (type == "Softmax" && one.opset >= 13) return softmax{static_cast<int>(of.integer("axis", -1))};
    if (type == "Concat" && read == one.inputs.size()) return concatenation{static_cast<int>(of.integer("axis", 1))};
    if (type == "Flatten" && of.integer("axis", 1) == 1) return flatten{};
    if (type == "Clip" && is_relu6(graph, one)) return activation{activation_function::relu6};
    if (type == "LayerNormalization" && read == 1 && has(2) && one.outputs.size() == 1) {
        const std::int64_t axis = of.integer("axis", -1);
        return layer_normalization{.axes = static_cast<int>(axis < 0 ? -axis : static_cast<std::int64_t>(rank) - axis)};
    }
    if (type == "InstanceNormalization" && read == 1) return group_normalization{.groups = 0};
    if (type == "Gather" && of.integer("axis", 0) == 0 && read == 1 && one.inputs.size() == 2 &&
        graph.of(one.inputs[0]).dims.size() == 2 && graph.of(one.inputs[0]).fully_known())
        return embedding{graph.of(one.inputs[0]).dims[0].value(), graph.of(one.inputs[0]).dims[1].value()};
    if (auto layer = moving_layer(graph, one, rank)) return read == 1 ? std::move(layer) : std::nullopt;
    for (const named_activation& named : named_activations)
        if (named.op_type == type) return activation{named.function};
    if (const auto function = elementwise_of(one); function && read == one.inputs.size() && read >= 2)
        return elementwise{*function};
    return {};
}

}  // namespace qutibench::onnx::detail
