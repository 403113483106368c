// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// A tensor that the network holds and does not compute: class token, position table, layer scale. One that is not
/// `learned` (an index table, a mask, the angles of a rotary embedding) follows from the shapes and is no parameter.
struct parameter {
    static constexpr std::string_view type = "parameter";
    static constexpr layer_kind kind = layer_kind::view;

    shape extents{};
    bool learned = true;

    /// Throws shape_error when it is given inputs.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 0);
        return extents;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const {
        layer_cost cost;
        cost.parameters = learned ? extents.elements() : 0;
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("extents", extents);
        field("learned", learned);
    }

    friend constexpr bool operator==(const parameter&, const parameter&) = default;
};

/// Looks up one row of a table for each index: (...) to (..., width). Only the rows that are looked up move, so the
/// table counts as parameters and as weights, and the traffic of one call is the output.
struct embedding {
    static constexpr std::string_view type = "embedding";
    static constexpr layer_kind kind = layer_kind::embedding;

    std::int64_t rows = 0;
    std::int64_t width = 0;

    /// Throws shape_error on an empty table.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 1);
        detail::require_at_least(type, "rows", rows, 1);
        detail::require_at_least(type, "width", width, 1);
        shape out = in[0];
        out.append(width);
        return out;
    }

    [[nodiscard]] constexpr layer_cost cost(shapes) const {
        layer_cost cost;
        cost.weights = cost.parameters = detail::multiply(rows, width);
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("rows", rows);
        field("width", width);
    }

    friend constexpr bool operator==(const embedding&, const embedding&) = default;
};

}  // namespace qutibench
