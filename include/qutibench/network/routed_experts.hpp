// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

/// A mixture of `experts` feed-forward networks of `inner` features, of which a router chooses `chosen` for each token
/// (Shazeer et al., arXiv:1701.06538). Inputs: tokens (..., width) and the router's scores (..., experts).
/// MACs: tokens * chosen * those of one expert; weights: all experts. T tokens that choose at random touch
/// experts * (1 - (1 - chosen / experts)^T) of them, and only those weights are read. A device that holds `held` of the
/// experts (expert parallelism; 0: all) computes its share of the tokens and stores its share of the weights.
struct routed_experts {
    static constexpr std::string_view type = "routed_experts";
    static constexpr layer_kind kind = layer_kind::dense;

    std::int64_t experts = 1;
    std::int64_t chosen = 1;
    std::int64_t inner = 1;
    std::int64_t held = 0;
    bool gated = true;  ///< three matrices an expert (SwiGLU), otherwise two
    bool bias = false;

    /// Throws shape_error when more experts are chosen or held than there are, or the scores do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_inputs(type, in, 2);
        detail::require_at_least(type, "experts", experts, 1);
        detail::require_at_least(type, "chosen", chosen, 1);
        detail::require_at_least(type, "inner", inner, 1);
        if (chosen > experts || held > experts || held < 0)
            detail::raise(shape_error(detail::message(
                {"routed_experts: of ", experts, " experts ", chosen, " cannot be chosen and ", held, " held"})));
        if (in[0].rank() < 2 || in[1].rank() != in[0].rank() || in[1][in[1].rank() - 1] != experts)
            detail::raise(
                shape_error(detail::message({"routed_experts takes tokens and a score for each of ", experts,
                                             " experts, not ", to_string(in[0]), " and ", to_string(in[1])})));
        return in[0];
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        static_cast<void>(output_shape(in));
        const int last = in[0].rank() - 1;
        const std::int64_t tokens = in[0].elements(0, last);
        const std::int64_t here = held > 0 ? held : experts;
        const std::int64_t matrices = detail::product({gated ? 3 : 2, in[0][last], inner});
        const std::int64_t visits = detail::ceil_divide(detail::product({tokens, chosen, here}), experts);
        layer_cost cost;
        cost.product = {detail::ceil_divide(visits, here), inner, in[0][last], here};
        cost.macs = detail::multiply(visits, matrices);
        cost.other_operations = detail::product({visits, gated ? 2 : 1, inner});
        cost.weights = detail::multiply(here, matrices);
        cost.parameters =
            detail::add(cost.weights,
                        bias ? detail::multiply(here, detail::add(detail::multiply(gated ? 2 : 1, inner), in[0][last]))
                             : std::int64_t{0});
        cost.routed_rows = tokens;
        cost.routed_share = static_cast<double>(chosen) / static_cast<double>(experts);
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("experts", experts);
        field("chosen", chosen);
        field("inner", inner);
        field("held", held);
        field("gated", gated);
        field("bias", bias);
    }

    friend constexpr bool operator==(const routed_experts&, const routed_experts&) = default;
};

}  // namespace qutibench
