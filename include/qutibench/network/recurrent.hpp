// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

enum class recurrent_cell : unsigned char { rnn, gru, lstm };
template <>
inline constexpr enumeration<3> names_of<recurrent_cell>{"cell", {"rnn", "gru", "lstm"}};

/// A recurrent layer over a sequence (N, L, features) to (N, L, directions * hidden).
/// MACs: N * L * directions * gates * hidden * (features + hidden), with 1, 3 and 4 gates for RNN, GRU and LSTM.
struct recurrent {
    static constexpr std::string_view type = "recurrent";
    static constexpr layer_kind kind = layer_kind::recurrent;

    recurrent_cell cell = recurrent_cell::lstm;
    std::int64_t hidden = 0;
    int directions = 1;
    bool bias = true;  ///< two vectors per gate, one for the input and one for the state

    /// Throws shape_error when the rank or the settings do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in) const {
        detail::require_rank(type, in, 3);
        detail::require_at_least(type, "hidden", hidden, 1);
        detail::require_at_least(type, "directions", directions, 1);
        return in[0].with(2, detail::multiply(directions, hidden));
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        const shape out = output_shape(in);
        const std::int64_t gates = cell == recurrent_cell::lstm ? 4 : cell == recurrent_cell::gru ? 3 : 1;
        const std::int64_t outputs = detail::multiply(gates, hidden);
        auto cost = layer_cost::of_product(
            {out[0], outputs, detail::add(in[0][2], hidden), detail::multiply(out[1], directions)});
        cost.weights = detail::product({outputs, detail::add(in[0][2], hidden), directions});
        cost.parameters = detail::add(cost.weights, bias ? detail::product({2, outputs, directions}) : 0);
        cost.state = detail::product({out[0], hidden, directions, cell == recurrent_cell::lstm ? 2 : 1});
        cost.other_operations = detail::product({out[0], out[1], outputs, directions, 2});
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("cell", cell);
        field("hidden", hidden);
        field("directions", directions);
        field("bias", bias);
    }

    friend constexpr bool operator==(const recurrent&, const recurrent&) = default;
};

}  // namespace qutibench
