// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/embedding.hpp>
#include <qutibench/network/recurrent.hpp>
#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `gnmt`.
struct gnmt_network {
    using is_recipe = void;
    std::int64_t tokens = 25;

    [[nodiscard]] constexpr std::string_view name() const { return "gnmt"; }

    template <class Net>
    constexpr void build(Net& net) const {
        const embedding words{.rows = vocabulary, .width = width};
        auto source = net.add(words, {net.input({1, tokens}, "source")}, "source_words");
        const auto target = net.add(words, {net.input({1, tokens}, "target")}, "target_words");
        net.share_weights(source, target);
        const auto encoded = encode(net, source);
        auto x = net.add(recurrent{.hidden = width}, {target}, "decoder1");
        const auto context = attend(net, x, encoded);
        for (int i = 2; i <= 4; ++i) {
            const label at = label("decoder") + i;
            const auto before = x;
            x = net.add(concatenation{.axis = 2}, {x, context}, at + "_in");
            x = net.add(recurrent{.hidden = width}, {x}, at);
            if (i > 2) x = blocks::residual(net, x, before, at + "_add");
        }
        x = net.add(dense{.out_features = vocabulary, .bias = true}, {x}, "classifier");
        net.add(softmax{}, {x}, "words");
    }

    friend constexpr bool operator==(const gnmt_network&, const gnmt_network&) = default;

    static constexpr std::int64_t width = 1024, vocabulary = 31794;

private:
    template <class Net, class Tensor>
    static constexpr Tensor encode(Net& net, Tensor x) {
        x = net.add(recurrent{.hidden = width, .directions = 2}, {x}, "encoder1");
        x = net.add(recurrent{.hidden = width}, {x}, "encoder2");
        for (int i = 3; i <= 4; ++i) {
            const label at = label("encoder") + i;
            x = blocks::residual(net, net.add(recurrent{.hidden = width}, {x}, at), x, at + "_add");
        }
        return x;
    }

    // A score is v . tanh(q + k + b) (Bahdanau et al., arXiv:1409.0473), the length of v folded into it.
    template <class Net, class Tensor>
    constexpr Tensor attend(Net& net, Tensor queries, Tensor encoded) const {
        Tensor q = net.add(dense{.out_features = width}, {queries}, "attention_query");
        Tensor k = net.add(dense{.out_features = width}, {encoded}, "attention_key");
        q = net.add(reshape{0, tokens, 1, width}, {q}, "attention_queries");
        k = net.add(reshape{0, 1, tokens, width}, {k}, "attention_keys");
        const Tensor shift = net.add(parameter{{1, 1, 1, width}}, {}, "attention_shift");
        Tensor scores = net.add(elementwise{}, {q, k, shift}, "attention_sum");
        scores = blocks::act(net, scores, "attention_sum", activation_function::tanh);
        scores = net.add(dense{.out_features = 1}, {scores}, "attention_score");
        scores = net.add(reshape{0, tokens, tokens}, {scores}, "attention_scores");
        scores = net.add(softmax{}, {scores}, "attention_softmax");
        return net.add(matrix_multiplication{}, {scores, encoded}, "attention");
    }
};

/// GNMT v2, translation of `tokens` words into as many (Wu et al., arXiv:1609.08144, as MLPerf Training v0.5 sets it
/// up: four layers of LSTMs on either side, one vocabulary of 31,794 pieces, attention that all layers of the decoder
/// read).
[[nodiscard]] constexpr gnmt_network gnmt(std::int64_t tokens = 25) {
    return {tokens};
}

}  // namespace qutibench::zoo
