// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// Scaled dot-product attention of queries (N, L, D) over keys (N, S, Dk) and values (N, S, Dv), split into `heads`;
/// `key_heads` fewer than `heads` share keys and values (grouped queries). The projections are dense layers of their
/// own. With `cached` positions, earlier keys and values are read from a cache and only the new ones are inputs.
/// MACs: N * L * (S + cached) * heads * (d_k + d_v); softmax costs five operations per score.
/// Causal masking does not lower the count: dense kernels compute the masked scores too; a mask may be a fourth input.
/// Tensors of rank 4 have their heads apart, (N, heads, L, d), as has the result; `keys_transposed`: keys are (..., d,
/// S).
struct attention {
    static constexpr std::string_view type = "attention";
    static constexpr layer_kind kind = layer_kind::attention;

    std::int64_t heads = 1;
    std::int64_t key_heads = 0;  ///< 0: as many as `heads`
    std::int64_t cached = 0;     ///< positions already in the key/value cache
    bool keys_transposed = false;

    /// Throws shape_error when heads and widths do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        const sides all = sides_of(in);
        if (in[0].rank() == 4) return in[0].with(3, all.value_width);
        return in[0].with(2, detail::multiply(heads, all.value_width));
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const sides all = sides_of(in);
        const std::int64_t length = detail::add(all.keys, cached);
        const std::int64_t groups = detail::multiply(in[0][0], heads);
        auto cost = layer_cost::of_product({all.queries, length, all.key_width, groups});
        cost.macs = detail::add(cost.macs, detail::product({all.queries, length, all.value_width, groups}));
        cost.other_operations = detail::product({5, all.queries, length, groups});
        cost.state = detail::product({in[0][0], cached, shared_heads(), detail::add(all.key_width, all.value_width)});
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("heads", heads);
        field("key_heads", key_heads);
        field("cached", cached);
        field("keys_transposed", keys_transposed);
    }

    friend constexpr bool operator==(const attention&, const attention&) = default;

private:
    struct sides {
        std::int64_t queries, keys, key_width, value_width;  // positions, and elements of a head
    };

    [[nodiscard]] constexpr std::int64_t shared_heads() const { return key_heads == 0 ? heads : key_heads; }

    [[nodiscard]] constexpr sides sides_of(shapes in) const {
        if (in.size() != 4) detail::require_inputs(type, in, 3);
        detail::require_at_least(type, "heads", heads, 1);
        detail::require_at_least(type, "cached", cached, 0);
        const std::int64_t groups = shared_heads();
        const int rank = in[0].rank();
        if ((rank != 3 && rank != 4) || in[1].rank() != rank || in[2].rank() != rank)
            detail::raise(shape_error("attention takes queries, keys and values of rank 3, or of rank 4"));
        if (groups < 1 || heads % groups != 0 || !fits_heads(in, groups))
            detail::raise(shape_error(detail::message(
                {"attention: ", heads, " heads do not divide ", to_string(in[0]), " and ", to_string(in[1])})));
        const std::int64_t apart = rank == 4 ? 1 : groups;
        const sides all{in[0][rank - 2], in[1][keys_transposed ? rank - 1 : rank - 2],
                        in[1][keys_transposed ? rank - 2 : rank - 1] / apart, in[2][rank - 1] / apart};
        if (in[0][rank - 1] / (rank == 4 ? 1 : heads) != all.key_width)
            detail::raise(shape_error(detail::message({"attention: queries ", to_string(in[0]), " and keys ",
                                                       to_string(in[1]), " differ in width per head"})));
        if (all.keys != in[2][rank - 2] || in[0][0] != in[1][0] || in[0][0] != in[2][0])
            detail::raise(shape_error(detail::message({"attention: keys ", to_string(in[1]), " and values ",
                                                       to_string(in[2]), " differ in length or batch"})));
        return all;
    }

    [[nodiscard]] constexpr bool fits_heads(shapes in, std::int64_t groups) const {
        if (in[0].rank() == 4) return in[0][1] == heads && in[1][1] == groups && in[2][1] == groups;
        return in[0][2] % heads == 0 && in[1][keys_transposed ? 1 : 2] % groups == 0 && in[2][2] % groups == 0;
    }
};

}  // namespace qutibench
