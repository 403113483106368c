// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Nodes of an ONNX model as the library's own layers, so that transforms can change them.
#pragma once

#include <qutibench/io/onnx/structured_parts.hpp>

namespace qutibench::onnx::detail {

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
    if (type == "ConvTranspose" && read == 1 && weights() != nullptr && weights()->size() == rank &&
        one.find("output_shape") == nullptr) {
        if (rank == 3) return transposed_of<1>(of, *weights(), has_bias);
        if (rank == 4) return transposed_of<2>(of, *weights(), has_bias);
        if (rank == 5) return transposed_of<3>(of, *weights(), has_bias);
    }
    if (type == "LSTM" || type == "GRU" || type == "RNN")
        return recurrent_of(graph, one, read, has(3) && cost.parameters > cost.weights);
    if (type == "Attention") return attention_of(graph, one, read, rank);
    if (type == "Einsum" && read == 2) return product_of(one);
    // Vectors that an earlier node reads too were counted there.
    const auto own_vectors = [&](std::int64_t elements) {
        return elements > 0 ? static_cast<int>(cost.parameters / elements) : 0;
    };
    const auto& dims = graph.of(one.inputs[0]).dims;
    const std::int64_t channels = rank > 1 && dims[1].known() ? dims[1].value() : 0;
    if (type == "BatchNormalization" && read == 1) return batch_normalization{own_vectors(channels)};
    if (type == "MaxPool" || type == "AveragePool") {
        if (of.list("kernel_shape", rank - 2) == nullptr || one.outputs.size() > 1) return {};
        if (rank == 3) return pooling_of<1>(of, type == "AveragePool");
        if (rank == 4) return pooling_of<2>(of, type == "AveragePool");
        if (rank == 5) return pooling_of<3>(of, type == "AveragePool");
    }
    const bool is_reduced = read == 1 && is_global(graph, one, rank);
    if (type == "GlobalAveragePool" || (type == "ReduceMean" && is_reduced)) return global_pooling{};
    if (type == "GlobalMaxPool" || (type == "ReduceMax" && is_reduced))
        return global_pooling{pooling_function::maximum};
    if (type == "Softmax") {
        const std::int64_t axis = of.integer("axis", one.opset >= 13 ? -1 : 1);
        if (one.opset >= 13 || axis + 1 == static_cast<std::int64_t>(rank) || axis == -1)
            return softmax{static_cast<int>(axis)};
    }
    if (type == "Concat" && read == one.inputs.size()) return concatenation{static_cast<int>(of.integer("axis", 1))};
    if (type == "Flatten" && of.integer("axis", 1) == 1) return flatten{};
    if (type == "Clip" && is_relu6(graph, one)) return activation{activation_function::relu6};
    const bool is_root = type == "RMSNormalization" || type == "SimplifiedLayerNormalization";
    if ((type == "LayerNormalization" || is_root) && read == 1 && one.outputs.size() == 1) {
        const std::int64_t axis = of.integer("axis", -1);
        layer_normalization layer{.axes = static_cast<int>(axis < 0 ? -axis : static_cast<std::int64_t>(rank) - axis),
                                  .root_mean_square = is_root};
        std::int64_t elements = 1;
        for (std::size_t k = rank - std::min(rank, static_cast<std::size_t>(layer.axes)); k < rank; ++k)
            elements *= dims[k].known() ? dims[k].value() : 0;
        layer.vectors = own_vectors(elements);
        return layer;
    }
    if (type == "InstanceNormalization" && read == 1)
        return group_normalization{.groups = 0, .vectors = own_vectors(channels)};
    if (type == "GroupNormalization" && read == 1)
        return group_normalization{.groups = of.integer("num_groups", 1), .vectors = own_vectors(channels)};
    if (type == "Pad" && read == 1) return pad_of(graph, one, rank);
    if ((type == "Resize" || type == "Upsample") && read == 1) return resize_of(graph, one, rank);
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

/// One entry of an axis, which is gone then: a slice and the shape without it. Also a reduction of all spatial axes
/// that are gone then, and a slice along several axes, one after the other. Empty where a node is none of these.
[[nodiscard]] inline std::vector<any_layer> layers_in_turn(const inferred& graph, const operation& one,
                                                           std::size_t read) {
    if (!normal_domain(one.op->domain).empty() || one.inputs.empty() || one.inputs[0] == absent || read != 1) return {};
    const std::string_view type = one.op->op_type;
    const settings of(one);
    const facts& in = graph.of(one.inputs[0]);
    const facts& out = graph.of(one.outputs[0]);
    const std::size_t rank = in.dims.size();
    if (!in.fully_known() || !out.fully_known() || rank > shape::max_rank || out.dims.size() > shape::max_rank)
        return {};
    reshape without;
    for (const dimension dim : out.dims) without.target[static_cast<std::size_t>(without.rank++)] = dim.value();
    const bool keeps_batch = without.rank > 0 && rank > 0 && in.dims[0].value() == without.target[0];
    if (type == "Gather") {
        const auto index = integers_in(graph, one, 1);
        const std::int64_t stated = of.integer("axis", 0);
        const auto axis = static_cast<std::size_t>(stated < 0 ? stated + static_cast<std::int64_t>(rank) : stated);
        if (!index || index->size() != 1 || axis >= rank || graph.values[one.inputs[0]].initialiser != nullptr)
            return {};
        const std::int64_t extent = in.dims[axis].value();
        const std::int64_t begin = index->front() < 0 ? index->front() + extent : index->front();
        const slice entry{.axis = static_cast<int>(axis), .begin = begin, .end = begin + 1 == extent ? 0 : begin + 1};
        if (out.dims.size() == rank) return {entry};
        if (keeps_batch && axis > 0) without.target[0] = 0;
        return {entry, without};
    }
    if ((type == "ReduceMean" || type == "ReduceMax") && of.integer("keepdims", 1) == 0 &&
        is_global(graph, one, rank)) {
        if (keeps_batch) without.target[0] = 0;
        return {global_pooling{type == "ReduceMax" ? pooling_function::maximum : pooling_function::average}, without};
    }
    if (type == "Slice") {
        const auto begins = integers_in(graph, one, 1);
        const auto ends = integers_in(graph, one, 2);
        const auto axes = integers_in(graph, one, 3);
        const auto steps = integers_in(graph, one, 4);
        if (!begins || !ends || begins->size() != ends->size() || (axes && axes->size() != begins->size())) return {};
        std::vector<any_layer> all;
        for (std::size_t i = 0; i < begins->size(); ++i) {
            slice cut{.axis = static_cast<int>(axes ? (*axes)[i] : static_cast<std::int64_t>(i)),
                      .begin = (*begins)[i],
                      .end = (*ends)[i],
                      .step = steps && i < steps->size() ? (*steps)[i] : 1};
            const int along = cut.axis < 0 ? cut.axis + static_cast<int>(rank) : cut.axis;
            if (along < 0 || along >= static_cast<int>(rank) || cut.step < 1) return {};
            const std::int64_t extent = in.dims[static_cast<std::size_t>(along)].value();
            if (cut.end >= extent) cut.end = 0;
            if (cut.begin == 0 && cut.end == 0 && cut.step == 1) continue;
            all.emplace_back(cut);
        }
        return all;
    }
    return {};
}

}  // namespace qutibench::onnx::detail
