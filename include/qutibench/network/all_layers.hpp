// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Every layer that the library knows, in one list. Files and transforms walk it; what they may ask of a layer beyond
/// shapes and cost are optional members of it (layer.hpp).
#pragma once

#include <qutibench/network/graph.hpp>
#include <qutibench/network/layers.hpp>
#include <qutibench/network/operator_layer.hpp>

#include <array>
#include <string_view>

namespace qutibench {

/// Layer types as a type.
template <layer... Layers>
struct layer_list {};

/// The library's layers, with what stands for an operator of an imported file at the end.
using all_layers =
    layer_list<network_input, parameter, convolution_1d, convolution_2d, convolution_3d, transposed_convolution_1d,
               transposed_convolution_2d, transposed_convolution_3d, dense, matrix_multiplication, pooling_1d,
               pooling_2d, pooling_3d, global_pooling, batch_normalization, layer_normalization, group_normalization,
               elementwise, activation, softmax, concatenation, split, slice, reshape, flatten, transpose, pad, resize,
               attention, embedding, recurrent, head_normalization, rotary_embedding, cached_attention,
               latent_attention, linear_attention, routed_experts, operator_layer>;

namespace detail {

/// The type names of a list, as files and `layer_workload::type` have them.
template <class... Layers>
[[nodiscard]] constexpr std::array<std::string_view, sizeof...(Layers)> type_names(layer_list<Layers...>) {
    return {Layers::type...};
}

}  // namespace detail

/// Calls `use` with a layer as its own type; false where the list does not have it, such as for a layer of yours.
template <class... Layers, class Use>
bool visit_layer(const any_layer& one, layer_list<Layers...>, Use use) {
    const auto attempt = [&]<class Layer>(const Layer* known) {
        if (known != nullptr) use(*known);
        return known != nullptr;
    };
    return (attempt(one.as<Layers>()) || ...);
}

}  // namespace qutibench
