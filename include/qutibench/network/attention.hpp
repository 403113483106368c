// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// Scaled dot-product attention of queries (N, L, D) over keys (N, S, Dk) and values (N, S, Dv), split into `heads`;
/// `key_heads` fewer than `heads` share keys and values (grouped queries). The projections are dense layers of their
/// own. With `cached` positions, earlier keys and values are read from a cache and only the new ones are inputs.
/// MACs: N * L * (S + cached) * heads * (d_k + d_v); softmax costs five operations per score.
/// Causal masking does not lower the count: dense kernels compute the masked scores too.
struct attention {
    static constexpr std::string_view type = "attention";
    static constexpr layer_kind kind = layer_kind::attention;

    std::int64_t heads = 1;
    std::int64_t key_heads = 0;  ///< 0: as many as `heads`
    std::int64_t cached = 0;     ///< positions already in the key/value cache

    /// Throws shape_error when heads and widths do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 3);
        detail::require_at_least(type, "heads", heads, 1);
        detail::require_at_least(type, "cached", cached, 0);
        const std::int64_t groups = shared_heads();
        if (in[0].rank() != 3 || in[1].rank() != 3 || in[2].rank() != 3)
            detail::raise(shape_error("attention takes queries, keys and values of rank 3"));
        if (in[0][2] % heads != 0 || groups < 1 || heads % groups != 0 || in[1][2] % groups != 0 ||
            in[2][2] % groups != 0)
            detail::raise(shape_error(detail::message(
                {"attention: ", heads, " heads do not divide ", to_string(in[0]), " and ", to_string(in[1])})));
        if (in[0][2] / heads != in[1][2] / groups)
            detail::raise(shape_error(detail::message({"attention: queries ", to_string(in[0]), " and keys ",
                                                       to_string(in[1]), " differ in width per head"})));
        if (in[1][1] != in[2][1] || in[0][0] != in[1][0] || in[0][0] != in[2][0])
            detail::raise(shape_error(detail::message({"attention: keys ", to_string(in[1]), " and values ",
                                                       to_string(in[2]), " differ in length or batch"})));
        return in[0].with(2, detail::multiply(heads, in[2][2] / groups));
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        static_cast<void>(output_shape(in));
        const std::int64_t length = detail::add(in[1][1], cached);
        const std::int64_t key_width = in[0][2] / heads;
        const std::int64_t value_width = in[2][2] / shared_heads();
        const std::int64_t groups = detail::multiply(in[0][0], heads);
        auto cost = layer_cost::of_product({in[0][1], length, key_width, groups});
        cost.macs = detail::add(cost.macs, detail::product({in[0][1], length, value_width, groups}));
        cost.other_operations = detail::product({5, in[0][1], length, groups});
        cost.state = detail::product({in[0][0], cached, detail::add(in[1][2], in[2][2])});
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("heads", heads);
        field("key_heads", key_heads);
        field("cached", cached);
    }

    friend constexpr bool operator==(const attention&, const attention&) = default;

private:
    [[nodiscard]] constexpr std::int64_t shared_heads() const { return key_heads == 0 ? heads : key_heads; }
};

}  // namespace qutibench
