// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/causal_span.hpp>

namespace qutibench {

/// Multi-head latent attention (DeepSeek-V2, arXiv:2405.04434, section 2.1): queries (N, L, heads * (nope + rope)) over
/// latents (N, L, latent + rope), whose cache holds one vector of latent + rope elements a position for all heads. The
/// projection from the latent to keys and values (latent x heads * (nope + value)) belongs to the layer, because when
/// one token is decoded it is absorbed: each head then works on the latents themselves, pairs * (2 latent + rope) MACs
/// a head. A prompt expands them: pairs * (nope + rope + value). Output: (N, L, heads * value). With `top_keys` an
/// indexer has chosen that many keys (DeepSeek-V3.2).
struct latent_attention {
    static constexpr std::string_view type = "latent_attention";
    static constexpr layer_kind kind = layer_kind::attention;

    std::int64_t heads = 1;
    std::int64_t latent = 1;  ///< elements of the compressed keys and values
    std::int64_t rope = 0;    ///< elements of the key that all heads share
    std::int64_t nope = 1;    ///< elements of a head's own key
    std::int64_t value = 1;   ///< elements of a head's value
    std::int64_t cached = 0;
    std::int64_t top_keys = 0;
    double cache_bits = 0;  ///< bits of a cached element; 0: as the activations

    /// Throws shape_error when heads and widths do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 2);
        for (const std::int64_t one : {heads, latent, nope, value}) detail::require_at_least(type, "widths", one, 1);
        detail::require_at_least(type, "cached", cached, 0);
        if (in[0].rank() != 3 || in[1].rank() != 3 || in[0][0] != in[1][0] || in[0][1] != in[1][1] ||
            in[0][2] != detail::multiply(heads, detail::add(nope, rope)) || in[1][2] != detail::add(latent, rope))
            detail::raise(
                shape_error(detail::message({"latent_attention: ", heads, " heads of ", nope, " and ", rope,
                                             " elements do not fit ", to_string(in[0]), " and ", to_string(in[1])})));
        return in[0].with(2, detail::multiply(heads, value));
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        static_cast<void>(output_shape(in));
        const std::int64_t groups = detail::multiply(in[0][0], heads);
        const std::int64_t pairs = detail::causal_pairs(in[0][1], cached, top_keys);
        const bool absorbed = in[0][1] == 1;
        const std::int64_t each = absorbed ? 2 * latent + rope : nope + rope + value;
        const std::int64_t projection = detail::multiply(latent, detail::add(nope, value));
        auto cost = layer_cost::of_product(
            {in[0][1], detail::ceil_divide(pairs, in[0][1]), absorbed ? latent + rope : nope + rope, groups});
        cost.macs =
            detail::add(detail::product({pairs, each, groups}), detail::product({in[0][1], projection, groups}));
        cost.other_operations = detail::product({5, pairs, groups});
        cost.weights = cost.parameters = detail::multiply(heads, projection);
        cost.state =
            detail::product({in[0][0], absorbed ? detail::cached_positions(cached, top_keys) : cached, in[1][2]});
        cost.state_bits = cache_bits;
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("heads", heads);
        field("latent", latent);
        field("rope", rope);
        field("nope", nope);
        field("value", value);
        field("cached", cached);
        field("top_keys", top_keys);
        field("cache_bits", cache_bits);
    }

    friend constexpr bool operator==(const latent_attention&, const latent_attention&) = default;
};

}  // namespace qutibench
