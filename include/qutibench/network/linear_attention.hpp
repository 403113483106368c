// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// Linear attention by the gated delta rule (Yang et al., arXiv:2412.06464, equation 10): (N, L, 2 * key_heads *
/// key_width + heads * value_width) holds queries, keys and values, which pass a short causal convolution over the last
/// `kernel` positions; each head keeps a state of key_width x value_width in fp32, whatever the context's length. A
/// position decays it, reads it twice and writes it once: three products with the state. Parameters: the convolution,
/// and for each head a decay and a step bias. The output is (N, L, heads * value_width). Its state is read and written
/// once a call.
struct linear_attention {
    static constexpr std::string_view type = "linear_attention";
    static constexpr layer_kind kind = layer_kind::attention;

    std::int64_t heads = 1;  ///< of values
    std::int64_t key_heads = 1;
    std::int64_t key_width = 1;
    std::int64_t value_width = 1;
    std::int64_t kernel = 0;  ///< positions of the short convolution; 0: none
    double cache_bits = 32;   ///< bits of an element of the state

    /// Throws shape_error when heads and widths do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_rank(type, in, 3);
        for (const std::int64_t one : {heads, key_heads, key_width, value_width})
            detail::require_at_least(type, "heads and widths", one, 1);
        if (in[0][2] != channels())
            detail::raise(shape_error(detail::message({"linear_attention: queries, keys and values are ", channels(),
                                                       " elements a position, not ", in[0][2]})));
        return in[0].with(2, detail::multiply(heads, value_width));
    }

    /// Elements that a sequence keeps: the state of each head.
    [[nodiscard]] constexpr std::int64_t state_elements() const {
        return detail::product({heads, key_width, value_width});
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        static_cast<void>(output_shape(in));
        const std::int64_t positions = detail::multiply(in[0][0], in[0][1]);
        layer_cost cost = layer_cost::of_product({in[0][1], value_width, key_width, detail::multiply(in[0][0], heads)});
        cost.macs = detail::add(detail::product({3, positions, state_elements()}),
                                detail::product({positions, channels(), kernel}));
        cost.other_operations = detail::multiply(positions, state_elements());
        cost.weights = detail::multiply(channels(), kernel);
        cost.parameters = detail::add(cost.weights, detail::multiply(2, heads));
        cost.state = detail::product({2, in[0][0], state_elements()});
        cost.state_bits = cache_bits;
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("heads", heads);
        field("key_heads", key_heads);
        field("key_width", key_width);
        field("value_width", value_width);
        field("kernel", kernel);
        field("cache_bits", cache_bits);
    }

    friend constexpr bool operator==(const linear_attention&, const linear_attention&) = default;

private:
    [[nodiscard]] constexpr std::int64_t channels() const {
        return detail::add(detail::product({2, key_heads, key_width}), detail::multiply(heads, value_width));
    }
};

}  // namespace qutibench
