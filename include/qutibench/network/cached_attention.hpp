// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/causal_span.hpp>

namespace qutibench {

/// Causal attention of a language model: queries (N, L, heads * d) over keys (N, L, key_heads * d) and values
/// (N, L, key_heads * v), with `cached` earlier positions in a key/value cache of its own datatype. Heads that share
/// keys (grouped queries: Ainslie et al., arXiv:2305.13245) store them once; with a `window` each query sees the last
/// positions only (Beltagy et al., arXiv:2004.05150), and so much is kept. Kernels skip what the mask hides, so MACs
/// are those of the pairs that are seen: L * cached + L (L + 1) / 2 of them without a window, each heads * (d + v).
/// `sinks` adds one learned score for each head (gpt-oss), `top_keys` > 0 bounds the keys that a query attends to after
/// an indexer has chosen them (DeepSeek-V3.2).
struct cached_attention {
    static constexpr std::string_view type = "cached_attention";
    static constexpr layer_kind kind = layer_kind::attention;

    std::int64_t heads = 1;
    std::int64_t key_heads = 1;
    std::int64_t cached = 0;
    std::int64_t window = 0;    ///< 0: all positions
    std::int64_t top_keys = 0;  ///< 0: all that the window leaves
    bool sinks = false;
    bool keys_only = false;  ///< an indexer: scores without values
    bool causal = true;      ///< false: an encoder, where every position sees all
    double cache_bits = 0;   ///< bits of a cached element; 0: as the activations

    /// Throws shape_error when heads and widths do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 3);
        detail::require_at_least(type, "heads", heads, 1);
        detail::require_at_least(type, "key_heads", key_heads, 1);
        detail::require_at_least(type, "cached", cached, 0);
        if (in[0].rank() != 3 || in[1].rank() != 3 || in[2].rank() != 3)
            detail::raise(shape_error("cached_attention takes queries, keys and values of rank 3"));
        if (in[0][2] % heads != 0 || in[1][2] % key_heads != 0 || in[2][2] % key_heads != 0 ||
            in[0][2] / heads != in[1][2] / key_heads)
            detail::raise(
                shape_error(detail::message({"cached_attention: ", heads, " heads and ", key_heads,
                                             " key heads do not fit ", to_string(in[0]), " and ", to_string(in[1])})));
        if (in[0][1] != in[1][1] || in[1][1] != in[2][1] || in[0][0] != in[1][0] || in[0][0] != in[2][0])
            detail::raise(shape_error(detail::message({"cached_attention: ", to_string(in[0]), ", ", to_string(in[1]),
                                                       " and ", to_string(in[2]), " differ in length or batch"})));
        return in[0].with(2, detail::multiply(heads, in[2][2] / key_heads));
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        static_cast<void>(output_shape(in));
        const std::int64_t key_width = in[0][2] / heads;
        const std::int64_t value_width = keys_only ? 0 : in[2][2] / key_heads;
        const std::int64_t seen = detail::cached_positions(cached, window);
        const std::int64_t limit = narrower(window, top_keys);
        const std::int64_t pairs =
            causal ? detail::causal_pairs(in[0][1], cached, limit) : detail::multiply(in[0][1], in[0][1]);
        const std::int64_t keys = detail::ceil_divide(pairs, in[0][1]);
        const std::int64_t groups = detail::multiply(in[0][0], heads);
        auto cost = layer_cost::of_product({in[0][1], keys, key_width, groups});
        cost.macs = detail::product({pairs, detail::add(key_width, value_width), groups});
        cost.other_operations = detail::product({5, pairs, groups});
        cost.parameters = sinks ? heads : 0;
        const std::int64_t read = top_keys > 0 && in[0][1] == 1 ? std::min(seen, top_keys) : seen;
        cost.state = detail::product({in[0][0], read, detail::multiply(key_heads, key_width + value_width)});
        cost.state_bits = cache_bits;
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("heads", heads);
        field("key_heads", key_heads);
        field("cached", cached);
        field("window", window);
        field("top_keys", top_keys);
        field("sinks", sinks);
        field("keys_only", keys_only);
        field("causal", causal);
        field("cache_bits", cache_bits);
    }

    friend constexpr bool operator==(const cached_attention&, const cached_attention&) = default;

private:
    [[nodiscard]] static constexpr std::int64_t narrower(std::int64_t a, std::int64_t b) {
        return a <= 0 ? b : b <= 0 ? a : std::min(a, b);
    }
};

}  // namespace qutibench
