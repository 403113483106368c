// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// Normalisation by the root mean square (Zhang and Sennrich, arXiv:1910.07467) of runs of `width` elements of the last
/// axis, which share `width` learned scales: of each head's queries and keys, or of the compressed part of latent keys,
/// whose last elements stay as they are. Five operations for each normalised element, as fvcore counts.
struct head_normalization {
    static constexpr std::string_view type = "head_normalization";
    static constexpr layer_kind kind = layer_kind::normalization;

    std::int64_t width = 1;

    /// Throws shape_error when the last axis is narrower than one run.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        detail::require_at_least(type, "width", width, 1);
        if (in[0].rank() < 1 || in[0][in[0].rank() - 1] < width)
            detail::raise(shape_error(
                detail::message({"head_normalization: runs of ", width, " do not fit ", to_string(in[0])})));
        return in[0];
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const shape out = output_shape(in);
        const std::int64_t last = out[out.rank() - 1];
        layer_cost cost;
        cost.other_operations = detail::product({5, out.elements(0, out.rank() - 1), last - last % width});
        cost.parameters = width;
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("width", width);
    }

    friend constexpr bool operator==(const head_normalization&, const head_normalization&) = default;
};

}  // namespace qutibench
