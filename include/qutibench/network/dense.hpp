// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// Fully connected layer on the last axis: (..., features) to (..., out_features).
/// Operations: 2 * rows * in * out; weights: in * out (T eq. 2.2).
struct dense {
    static constexpr std::string_view type = "dense";
    static constexpr layer_kind kind = layer_kind::dense;

    std::int64_t out_features = 0;
    bool bias = false;

    /// Throws shape_error on a scalar input or no output features.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        if (in[0].rank() < 1) detail::raise(shape_error("dense needs an input with at least one axis"));
        detail::require_at_least(type, "out_features", out_features, 1);
        return in[0].with(in[0].rank() - 1, out_features);
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const shape out = output_shape(in);
        const int last = in[0].rank() - 1;
        auto cost = layer_cost::of_product({in[0].elements(0, last), out_features, in[0][last], 1});
        cost.weights = detail::multiply(in[0][last], out_features);
        cost.parameters = detail::add(cost.weights, bias ? out_features : 0);
        cost.other_operations = bias ? out.elements() : 0;
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("out_features", out_features);
        field("bias", bias);
    }

    constexpr void set_width(std::int64_t features) { out_features = features; }
    constexpr void add_bias() { bias = true; }

    friend constexpr bool operator==(const dense&, const dense&) = default;
};

/// Product of two activation tensors over their last two axes, the leading ones broadcast (numpy.matmul).
/// Operations: 2 * batch * m * n * k.
struct matrix_multiplication {
    static constexpr std::string_view type = "matrix_multiplication";
    static constexpr layer_kind kind = layer_kind::matmul;

    bool transpose_right = false;  ///< the second operand is (..., n, k)

    /// Throws shape_error when the inner extents differ or the leading axes do not broadcast.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 2);
        if (in[0].rank() < 2 || in[1].rank() < 2)
            detail::raise(shape_error(detail::message({"matrix_multiplication needs two inputs of rank 2 or more, not ",
                                                       to_string(in[0]), " and ", to_string(in[1])})));
        const int right = in[1].rank();
        const std::int64_t k = in[1][transpose_right ? right - 1 : right - 2];
        if (in[0][in[0].rank() - 1] != k)
            detail::raise(shape_error(detail::message(
                {"matrix_multiplication: inner extents of ", to_string(in[0]), " and ", to_string(in[1]), " differ"})));
        shape out = detail::broadcast(leading(in[0]), leading(in[1]));
        out.append(in[0][in[0].rank() - 2]);
        out.append(in[1][transpose_right ? right - 2 : right - 1]);
        return out;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const shape out = output_shape(in);
        const int rank = out.rank();
        return layer_cost::of_product(
            {out[rank - 2], out[rank - 1], in[0][in[0].rank() - 1], out.elements(0, rank - 2)});
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("transpose_right", transpose_right);
    }

    friend constexpr bool operator==(const matrix_multiplication&, const matrix_multiplication&) = default;

private:
    [[nodiscard]] static constexpr shape leading(const shape& of) {
        return {detail::view<const std::int64_t>(of.begin(), static_cast<std::size_t>(of.rank() - 2))};
    }
};

}  // namespace qutibench
