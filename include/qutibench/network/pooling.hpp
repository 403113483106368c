// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/window.hpp>

namespace qutibench {

enum class pooling_function : unsigned char { maximum, average };
template <>
inline constexpr enumeration<2> names_of<pooling_function>{"function", {"maximum", "average"}};

/// Pooling over `Rank` spatial axes; one comparison or addition per window element.
template <int Rank>
struct pooling {
    static constexpr std::string_view type = Rank == 1 ? "pooling_1d" : Rank == 2 ? "pooling_2d" : "pooling_3d";
    static constexpr layer_kind kind = layer_kind::pooling;

    extents<Rank> kernel = detail::filled<Rank>(1);
    extents<Rank> stride = detail::filled<Rank>(1);
    qutibench::padding<Rank> padding{};
    pooling_function function = pooling_function::maximum;
    bool ceil = false;  ///< round the number of positions up (Caffe, and PyTorch's ceil_mode)

    /// Throws shape_error when the rank or the window do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_rank(type, in, Rank + 2);
        detail::require_window(*this);
        return detail::slide<Rank>(*this, in[0], in[0][1], detail::filled<Rank>(1), ceil);
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        layer_cost cost;
        cost.other_operations = detail::multiply(output_shape(in).elements(), detail::elements_of(kernel));
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("kernel", kernel);
        field("stride", stride);
        field("padding", padding);
        field("function", function);
        field("ceil", ceil);
    }

    [[nodiscard]] constexpr bool keeps_axis(int, int) const { return true; }

    friend constexpr bool operator==(const pooling&, const pooling&) = default;
};

using pooling_1d = pooling<1>;
using pooling_2d = pooling<2>;
using pooling_3d = pooling<3>;

/// Maximum or average over all spatial axes, which stay with extent 1.
struct global_pooling {
    static constexpr std::string_view type = "global_pooling";
    static constexpr layer_kind kind = layer_kind::pooling;

    pooling_function function = pooling_function::average;

    /// Throws shape_error on an input without spatial axes.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        if (in[0].rank() < 3)
            detail::raise(shape_error(detail::message({"global_pooling needs spatial axes, not ", to_string(in[0])})));
        shape out = in[0];
        for (int axis = 2; axis < out.rank(); ++axis) out = out.with(axis, 1);
        return out;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        layer_cost cost;
        cost.other_operations = output_shape(in).rank() > 0 ? in[0].elements() : 0;
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("function", function);
    }

    [[nodiscard]] constexpr bool keeps_axis(int, int) const { return true; }

    friend constexpr bool operator==(const global_pooling&, const global_pooling&) = default;
};

}  // namespace qutibench
