// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/transformer.hpp>

namespace qutibench::zoo {

/// See `bert_base`.
struct bert_base_network {
    using is_recipe = void;
    std::int64_t sequence = 128;

    [[nodiscard]] constexpr std::string_view name() const { return "bert_base"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr std::int64_t width = 768;
        const auto words = net.input({1, sequence}, "input_ids");
        const auto types = net.input({1, sequence}, "token_type_ids");
        auto x = net.add(embedding{.rows = 30522, .width = width}, {words}, "word_embeddings");
        x = blocks::residual(net, x, net.add(embedding{.rows = 2, .width = width}, {types}, "type_embeddings"),
                             "typed");
        auto positions = net.add(parameter{{1, longest, width}}, {}, "position_table");
        positions = net.add(slice{.axis = 1, .begin = 0, .end = sequence}, {positions}, "position_embeddings");
        x = blocks::residual(net, x, positions, "positioned");
        x = net.add(layer_normalization{}, {x}, "embeddings_norm");
        for (int i = 0; i < 12; ++i) {
            const label at = label("encoder") + i;
            auto y = blocks::self_attention(net, x, 12, at + "_attention");
            x = net.add(layer_normalization{}, {blocks::residual(net, x, y, at + "_add1")}, at + "_norm1");
            y = blocks::feed_forward(net, x, 3072, at + "_mlp");
            x = net.add(layer_normalization{}, {blocks::residual(net, x, y, at + "_add2")}, at + "_norm2");
        }
        net.output(x);
        x = net.add(slice{.axis = 1, .begin = 0, .end = 1}, {x}, "first_token");
        x = blocks::biased_dense(net, net.add(flatten{}, {x}, "flatten"), width, "pooler");
        net.output(blocks::act(net, x, "pooler", activation_function::tanh));
    }

    friend constexpr bool operator==(const bert_base_network&, const bert_base_network&) = default;

    static constexpr std::int64_t longest = 512;
};

/// BERT base, uncased, with its pooler, on `sequence` tokens (Devlin et al., NAACL 2019: 12 layers, 768 features, 12
/// heads). Throws invalid_argument unless `sequence` is in [1, 512].
[[nodiscard]] constexpr bert_base_network bert_base(std::int64_t sequence = 128) {
    if (sequence < 1 || sequence > bert_base_network::longest)
        detail::raise(
            invalid_argument(qutibench::detail::message({"bert_base takes 1 to 512 tokens, not ", sequence})));
    return {sequence};
}

}  // namespace qutibench::zoo
