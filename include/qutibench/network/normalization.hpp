// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Normalisations. Operations per element at inference follow fvcore's counters: 2 for batch normalisation (scale and
/// shift), 5 for those that compute their statistics.
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

namespace detail {

constexpr layer_cost normalization_cost(const shape& of, std::int64_t per_element, std::int64_t parameters) {
    layer_cost cost;
    cost.other_operations = multiply(of.elements(), per_element);
    cost.parameters = parameters;
    return cost;
}

}  // namespace detail

/// Batch normalisation over (N, C, ...) with its statistics frozen; a learned scale and shift per channel. A layer that
/// reads vectors of another one, as exporters store equal ones once, has fewer `vectors` of its own.
struct batch_normalization {
    static constexpr std::string_view type = "batch_normalization";
    static constexpr layer_kind kind = layer_kind::normalization;

    int vectors = 2;  ///< learned for each channel, and nobody else's: scale and shift

    /// Throws shape_error on an input without channels.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        if (in[0].rank() < 2)
            detail::raise(shape_error(detail::message({"batch_normalization needs channels, not ", to_string(in[0])})));
        return in[0];
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        return detail::normalization_cost(output_shape(in), 2, detail::multiply(vectors, in[0][1]));
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("vectors", vectors);
    }

    [[nodiscard]] constexpr bool keeps_axis(int, int) const { return true; }

    friend constexpr bool operator==(const batch_normalization&, const batch_normalization&) = default;
};

/// Layer normalisation over the last `axes` axes, or over the channels of (N, C, ...) with `channels_first`;
/// a learned scale and, unless `root_mean_square`, a shift per normalised element.
struct layer_normalization {
    static constexpr std::string_view type = "layer_normalization";
    static constexpr layer_kind kind = layer_kind::normalization;

    int axes = 1;
    bool channels_first = false;
    bool root_mean_square = false;
    int vectors = 2;  ///< at most, learned and nobody else's: scale and shift

    /// Throws shape_error when the input has fewer axes than are normalised.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        detail::require_at_least(type, "axes", axes, 1);
        if (in[0].rank() < (channels_first ? 2 : axes))
            detail::raise(
                shape_error(detail::message({"layer_normalization has more axes than its input ", to_string(in[0])})));
        return in[0];
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const shape out = output_shape(in);
        const std::int64_t normalized = channels_first ? out[1] : out.elements(out.rank() - axes, out.rank());
        const int own = root_mean_square && vectors > 1 ? 1 : vectors;
        return detail::normalization_cost(out, 5, detail::multiply(own, normalized));
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("axes", axes);
        field("channels_first", channels_first);
        field("root_mean_square", root_mean_square);
        field("vectors", vectors);
    }

    [[nodiscard]] constexpr bool keeps_axis(int, int) const { return true; }

    friend constexpr bool operator==(const layer_normalization&, const layer_normalization&) = default;
};

/// Group normalisation over (N, C, ...); `groups = 0` is instance normalisation (one group per channel).
struct group_normalization {
    static constexpr std::string_view type = "group_normalization";
    static constexpr layer_kind kind = layer_kind::normalization;

    std::int64_t groups = 1;
    int vectors = 2;  ///< learned for each channel, and nobody else's: scale and shift

    /// Throws shape_error when the groups do not divide the channels.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        detail::require_at_least(type, "groups", groups, 0);
        if (in[0].rank() < 2 || (groups > 0 && in[0][1] % groups != 0))
            detail::raise(shape_error(detail::message(
                {"group_normalization: ", groups, " groups do not divide the channels of ", to_string(in[0])})));
        return in[0];
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        return detail::normalization_cost(output_shape(in), 5, detail::multiply(vectors, in[0][1]));
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("groups", groups);
        field("vectors", vectors);
    }

    friend constexpr bool operator==(const group_normalization&, const group_normalization&) = default;
};

}  // namespace qutibench
