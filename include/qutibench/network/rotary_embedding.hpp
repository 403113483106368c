// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// Rotary position embedding (Su et al., arXiv:2104.09864, equation 34) of (N, L, heads * width): the first `rotated`
/// elements of every head (0: all) turn by an angle that follows from the position. Two products and one addition for
/// each turned element; the angles follow from the shapes and are no parameters.
struct rotary_embedding {
    static constexpr std::string_view type = "rotary_embedding";
    static constexpr layer_kind kind = layer_kind::elementwise;

    std::int64_t heads = 1;
    std::int64_t rotated = 0;

    /// Throws shape_error when the heads do not divide the width or are narrower than what turns.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_rank(type, in, 3);
        detail::require_at_least(type, "heads", heads, 1);
        detail::require_at_least(type, "rotated", rotated, 0);
        if (in[0][2] % heads != 0 || rotated > in[0][2] / heads)
            detail::raise(shape_error(detail::message({"rotary_embedding: ", heads, " heads of which ", rotated,
                                                       " elements turn do not fit ", to_string(in[0])})));
        return in[0];
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const shape out = output_shape(in);
        layer_cost cost;
        const std::int64_t turned = rotated > 0 ? rotated : out[2] / heads;
        cost.other_operations = detail::product({3, out[0], out[1], detail::multiply(heads, turned)});
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("heads", heads);
        field("rotated", rotated);
    }

    friend constexpr bool operator==(const rotary_embedding&, const rotary_embedding&) = default;
};

}  // namespace qutibench
