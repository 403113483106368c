// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/embedding.hpp>
#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `mlstm`.
struct mlstm_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "mlstm"; }

    template <class Net>
    constexpr void build(Net& net) const {
        const std::int64_t hidden = scaled(4096, keep);
        const auto state = net.input({1, hidden}, "state"), cell = net.input({1, hidden}, "cell");
        auto x = net.add(embedding{.rows = 256, .width = 64}, {net.input({1, 1}, "byte")}, "bytes");
        x = net.add(reshape{0, 64}, {x}, "features");
        const auto from_input = net.add(dense{.out_features = hidden}, {x}, "product_input");
        const auto from_state = net.add(dense{.out_features = hidden}, {state}, "product_state");
        const auto product = net.add(elementwise{elementwise_function::multiply}, {from_input, from_state}, "product");
        const auto of_input = net.add(dense{.out_features = 4 * hidden, .bias = true}, {x}, "gates_input");
        const auto of_product = net.add(dense{.out_features = 4 * hidden}, {product}, "gates_product");
        const auto next = step(net, blocks::residual(net, of_input, of_product, "gates"), cell, hidden);
        net.output(next[0]);
        net.output(next[1]);
        net.output(net.add(dense{.out_features = 256, .bias = true}, {next[1]}, "next_byte"));
    }

    friend constexpr bool operator==(const mlstm_network&, const mlstm_network&) = default;

private:
    // The next cell and state of an LSTM: c = f c + i u, h = o tanh(c).
    template <class Net, class Tensor>
    static constexpr std::array<Tensor, 2> step(Net& net, Tensor gates, Tensor cell, std::int64_t hidden) {
        const auto gate = [&](int index, const label& at, activation_function function) {
            const slice part{.axis = 1, .begin = index * hidden, .end = index < 3 ? (index + 1) * hidden : 0};
            return blocks::act(net, net.add(part, {gates}, at), at, function);
        };
        constexpr elementwise times{elementwise_function::multiply};
        const Tensor in = gate(0, "input_gate", activation_function::sigmoid);
        const Tensor forget = gate(1, "forget_gate", activation_function::sigmoid);
        const Tensor out = gate(2, "output_gate", activation_function::sigmoid);
        const Tensor update = gate(3, "update", activation_function::tanh);
        const Tensor kept = net.add(times, {forget, cell}, "kept"), added = net.add(times, {in, update}, "added");
        const Tensor next = blocks::residual(net, kept, added, "next_cell");
        return {next,
                net.add(times, {out, blocks::act(net, next, "next_cell", activation_function::tanh)}, "next_state")};
    }
};

/// A multiplicative LSTM of 4096 units that reads reviews byte by byte (Krause et al., arXiv:1609.07959; Radford et
/// al., Learning to Generate Reviews, arXiv:1704.01444); one byte. Weight normalisation is folded into the weights.
/// Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr mlstm_network mlstm(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
