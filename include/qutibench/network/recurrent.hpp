// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench {

enum class recurrent_cell : unsigned char { rnn, gru, lstm };
template <>
inline constexpr enumeration<3> names_of<recurrent_cell>{"cell", {"rnn", "gru", "lstm"}};

/// A recurrent layer over a sequence (N, L, features) to (N, L, directions * hidden). With `sequence_first` it is
/// ONNX's: (L, N, features) to (L, directions, N, hidden), then perhaps the last state and the last cell (directions,
/// N, hidden) as further `results`; states to begin with may be inputs. MACs: N * L * directions * gates * hidden *
/// (features + hidden), with 1, 3 and 4 gates for RNN, GRU and LSTM.
struct recurrent {
    static constexpr std::string_view type = "recurrent";
    static constexpr layer_kind kind = layer_kind::recurrent;

    recurrent_cell cell = recurrent_cell::lstm;
    std::int64_t hidden = 0;
    int directions = 1;
    bool bias = true;  ///< two vectors per gate, one for the input and one for the state
    bool sequence_first = false;
    int results = 1;

    [[nodiscard]] constexpr int outputs() const { return sequence_first ? results : 1; }

    /// Throws shape_error when the rank or the settings do not fit.
    [[nodiscard]] constexpr shape output_shape(shapes in, int port = 0) const {
        if (!sequence_first || in.empty()) detail::require_inputs(type, in, 1);
        detail::require_rank(type, in.first(1), 3);
        detail::require_at_least(type, "hidden", hidden, 1);
        detail::require_at_least(type, "directions", directions, 1);
        if (!sequence_first) return in[0].with(2, detail::multiply(directions, hidden));
        if (port > 0) return {directions, in[0][1], hidden};
        return {in[0][0], directions, in[0][1], hidden};
    }

    [[nodiscard]] constexpr layer_cost cost(shapes in) const {
        static_cast<void>(output_shape(in));
        const std::int64_t batch = in[0][sequence_first ? 1 : 0];
        const std::int64_t steps = in[0][sequence_first ? 0 : 1];
        const std::int64_t gates = cell == recurrent_cell::lstm ? 4 : cell == recurrent_cell::gru ? 3 : 1;
        const std::int64_t outputs = detail::multiply(gates, hidden);
        auto cost = layer_cost::of_product(
            {batch, outputs, detail::add(in[0][2], hidden), detail::multiply(steps, directions)});
        cost.weights = detail::product({outputs, detail::add(in[0][2], hidden), directions});
        cost.parameters = detail::add(cost.weights, bias ? detail::product({2, outputs, directions}) : 0);
        cost.state = detail::product({batch, hidden, directions, cell == recurrent_cell::lstm ? 2 : 1});
        cost.other_operations = detail::product({batch, steps, outputs, directions, 2});
        return cost;
    }

    template <class F>
    constexpr void describe(F&& field) const {
        field("cell", cell);
        field("hidden", hidden);
        field("directions", directions);
        field("bias", bias);
        field("sequence_first", sequence_first);
        field("results", results);
    }

    friend constexpr bool operator==(const recurrent&, const recurrent&) = default;
};

}  // namespace qutibench
