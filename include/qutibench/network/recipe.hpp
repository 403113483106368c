// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What describes a network without being one: recipes, which graphs and the counting at compile time build alike.
#pragma once

#include <qutibench/network/label.hpp>
#include <qutibench/network/layer.hpp>

namespace qutibench {

/// A tensor that enters the network.
struct network_input {
    static constexpr std::string_view type = "input";
    static constexpr layer_kind kind = layer_kind::input;

    shape extents{};

    [[nodiscard]] constexpr shape output_shape(shapes) const { return extents; }
    [[nodiscard]] constexpr layer_cost cost(shapes) const { return {}; }

    template <class F>
    constexpr void describe(F&& field) const {
        field("extents", extents);
    }

    friend constexpr bool operator==(const network_input&, const network_input&) = default;
};

/// Something that builds a network on any builder with `input(shape, name)`, `add(layer, {tensors}, name)`,
/// `shape_of(tensor)`, `share_weights(earlier, later)` and `output(tensor)`: a zoo entry, a `static_graph`, or your own
/// struct with `template <class Net> constexpr void build(Net& net) const`.
template <class Recipe>
concept recipe = requires(const Recipe& one) {
    typename Recipe::is_recipe;
    { std::string_view(one.name()) };
};

}  // namespace qutibench
