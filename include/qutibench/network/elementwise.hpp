// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

enum class elementwise_function : unsigned char { add, subtract, multiply, divide, maximum, minimum, power, prelu };
template <>
inline constexpr enumeration<8> names_of<elementwise_function>{
    "function", {"add", "subtract", "multiply", "divide", "maximum", "minimum", "power", "prelu"}};

/// Element by element over two or more inputs that broadcast; one operation per output element and extra input.
/// `prelu` scales what is negative in its first input by the second, learned one (He et al., ICCV 2015, equation 1).
struct elementwise {
    static constexpr std::string_view type = "elementwise";
    static constexpr layer_kind kind = layer_kind::elementwise;

    elementwise_function function = elementwise_function::add;

    /// Throws shape_error with fewer than two inputs or when they do not broadcast.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        if (in.size() < 2)
            detail::raise(shape_error(detail::message({"elementwise takes two or more inputs, not ", in.size()})));
        shape out = in[0];
        for (const shape& other : in.subspan(1)) out = detail::broadcast(out, other);
        return out;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        layer_cost cost;
        cost.other_operations = detail::multiply(output_shape(in).elements(), static_cast<std::int64_t>(in.size()) - 1);
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("function", function);
    }

    friend constexpr bool operator==(const elementwise&, const elementwise&) = default;
};

enum class activation_function : unsigned char {
    relu,
    relu6,
    leaky_relu,
    sigmoid,
    tanh,
    gelu,
    silu,
    hard_swish,
    hard_sigmoid,
    softplus
};
template <>
inline constexpr enumeration<10> names_of<activation_function>{
    "function",
    {"relu", "relu6", "leaky_relu", "sigmoid", "tanh", "gelu", "silu", "hard_swish", "hard_sigmoid", "softplus"}};

/// A function of each element; one operation each, transcendental or not.
struct activation {
    static constexpr std::string_view type = "activation";
    static constexpr layer_kind kind = layer_kind::elementwise;

    activation_function function = activation_function::relu;

    /// Throws shape_error unless there is exactly one input.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        return in[0];
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        layer_cost cost;
        cost.other_operations = output_shape(in).elements();
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("function", function);
    }

    [[nodiscard]] constexpr bool keeps_axis(int, int) const { return true; }

    friend constexpr bool operator==(const activation&, const activation&) = default;
};

/// Softmax along one axis: maximum, difference, exponential, sum and quotient make five operations per element.
struct softmax {
    static constexpr std::string_view type = "softmax";
    static constexpr layer_kind kind = layer_kind::elementwise;

    int axis = -1;

    /// Throws shape_error when the axis is outside the input.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        static_cast<void>(detail::normalized_axis(axis, in[0].rank()));
        return in[0];
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        layer_cost cost;
        cost.other_operations = detail::multiply(output_shape(in).elements(), 5);
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("axis", axis);
    }

    [[nodiscard]] constexpr bool keeps_axis(int other, int rank) const {
        return detail::normalized_axis(axis, rank) != other;
    }

    friend constexpr bool operator==(const softmax&, const softmax&) = default;
};

}  // namespace qutibench
