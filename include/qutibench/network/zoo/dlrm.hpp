// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/embedding.hpp>
#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `dlrm`.
struct dlrm_network {
    using is_recipe = void;

    [[nodiscard]] constexpr std::string_view name() const { return "dlrm"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = perceptron(net, net.input({1, 13}, "dense_features"), {512, 256, 128}, "bottom");
        auto features = net.add(reshape{0, 1, width}, {x}, "dense_vector");
        int index = 0;
        for (const std::int64_t rows : tables) {
            const label at = label("table") + index++;
            const auto one = net.add(embedding{.rows = rows, .width = width}, {net.input({1, 1}, at + "_index")}, at);
            features = net.add(concatenation{}, {features, one}, at + "_joined");
        }
        auto pairs = net.add(matrix_multiplication{.transpose_right = true}, {features, features}, "interaction");
        pairs = net.add(flatten{}, {pairs}, "interaction_flat");
        // the triangle below the diagonal: as many elements of the symmetric product
        pairs = net.add(slice{.axis = 1, .begin = 0, .end = vectors * (vectors - 1) / 2}, {pairs}, "interaction_pairs");
        x = perceptron(net, net.add(concatenation{}, {x, pairs}, "joined"), {1024, 1024, 512, 256}, "top");
        x = net.add(dense{.out_features = 1, .bias = true}, {x}, "click");
        blocks::act(net, x, "click", activation_function::sigmoid);
    }

    friend constexpr bool operator==(const dlrm_network&, const dlrm_network&) = default;

    static constexpr std::int64_t width = 128, vectors = 27;
    static constexpr std::array<std::int64_t, 26> tables{
        39884406, 39043, 17289, 7420, 20263, 3,  7120,     1543,     63,       38532951, 2953546, 403346, 10,
        2208,     11938, 155,   4,    976,   14, 39979771, 25641295, 39664984, 585935,   12972,   108,    36};

private:
    template <class Net, class Tensor>
    static constexpr Tensor perceptron(Net& net, Tensor x, std::initializer_list<std::int64_t> widths,
                                       const label& name) {
        int index = 0;
        for (const std::int64_t out : widths) {
            const label at = name + ++index;
            x = blocks::act(net, net.add(dense{.out_features = out, .bias = true}, {x}, at), at);
        }
        return x;
    }
};

/// Deep learning recommendation (Naumov et al., arXiv:1906.00091), the chance of one click, as MLPerf sets it up for
/// Criteo's terabyte with tables of 40 million rows at most.
[[nodiscard]] constexpr dlrm_network dlrm() {
    return {};
}

}  // namespace qutibench::zoo
