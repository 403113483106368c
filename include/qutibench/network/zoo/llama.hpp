// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/transformer.hpp>

namespace qutibench::zoo {

/// See `llama2_7b` and `llama2_7b_decode`.
struct llama2_7b_network {
    using is_recipe = void;
    std::int64_t tokens = 128;
    std::int64_t cached = 0;

    [[nodiscard]] constexpr std::string_view name() const { return cached > 0 ? "llama2_7b_decode" : "llama2_7b"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr layer_normalization root_mean_square{.root_mean_square = true};
        auto x = net.input({1, tokens}, "input_ids");
        x = net.add(embedding{.rows = vocabulary, .width = width}, {x}, "embed_tokens");
        const auto cosine = net.add(parameter{{tokens, 1, width / heads}, false}, {}, "rotary_cosine");
        const auto sine = net.add(parameter{{tokens, 1, width / heads}, false}, {}, "rotary_sine");
        for (int i = 0; i < 32; ++i) {
            const label at = label("layer") + i;
            auto y = net.add(root_mean_square, {x}, at + "_input_norm");
            const auto queries = rotated(net, net.add(dense{width}, {y}, at + "_query"), cosine, sine, at + "_query");
            const auto keys = rotated(net, net.add(dense{width}, {y}, at + "_key"), cosine, sine, at + "_key");
            const auto values = net.add(dense{width}, {y}, at + "_value");
            y = net.add(attention{.heads = heads, .cached = cached}, {queries, keys, values}, at + "_attention");
            y = net.add(dense{width}, {y}, at + "_attention_out");
            x = blocks::residual(net, x, y, at + "_add1");
            y = net.add(root_mean_square, {x}, at + "_post_attention_norm");
            auto gate = net.add(dense{hidden}, {y}, at + "_gate");
            gate = blocks::act(net, gate, at + "_gate", activation_function::silu);
            y = net.add(dense{hidden}, {y}, at + "_up");
            y = net.add(elementwise{elementwise_function::multiply}, {gate, y}, at + "_gated");
            y = net.add(dense{width}, {y}, at + "_down");
            x = blocks::residual(net, x, y, at + "_add2");
        }
        x = net.add(root_mean_square, {x}, "norm");
        net.add(dense{vocabulary}, {x}, "lm_head");
    }

    friend constexpr bool operator==(const llama2_7b_network&, const llama2_7b_network&) = default;

    static constexpr std::int64_t vocabulary = 32000, width = 4096, heads = 32, hidden = 11008, longest = 4096;

private:
    // Rotary position embedding: x * cosine + (x with the halves of each head swapped) * sine.
    template <class Net, class Tensor>
    static constexpr Tensor rotated(Net& net, Tensor x, Tensor cosine, Tensor sine, const label& at) {
        constexpr elementwise product{elementwise_function::multiply};
        constexpr std::int64_t half = width / heads / 2;
        const std::int64_t positions = net.shape_of(x)[1];
        x = net.add(reshape{0, positions, heads, 2 * half}, {x}, at + "_heads");
        const Tensor second = net.add(slice{.axis = 3, .begin = half}, {x}, at + "_second_half");
        const Tensor first = net.add(slice{.axis = 3, .begin = 0, .end = half}, {x}, at + "_first_half");
        const Tensor swapped = net.add(concatenation{.axis = 3}, {second, first}, at + "_swapped");
        const Tensor turned = net.add(product, {swapped, sine}, at + "_sine");
        x = blocks::residual(net, net.add(product, {x, cosine}, at + "_cosine"), turned, at + "_rotary");
        return net.add(reshape{0, positions, width}, {x}, at + "_rotated");
    }
};

/// Llama 2 7B (Touvron et al., arXiv:2307.09288: 32 layers, 4096 features, 32 heads, hidden 11008, 32000 words) that
/// reads a prompt of `tokens` and gives the scores of every position. Throws invalid_argument unless `tokens` is in
/// [1, 4096].
[[nodiscard]] constexpr llama2_7b_network llama2_7b(std::int64_t tokens = 128) {
    if (tokens < 1 || tokens > llama2_7b_network::longest)
        detail::raise(invalid_argument(qutibench::detail::message({"llama2_7b takes 1 to 4096 tokens, not ", tokens})));
    return {tokens, 0};
}

/// One token more after `cached` others, whose keys and values are read from the cache; every weight is read as well.
/// Throws invalid_argument unless `cached` is in [1, 4095].
[[nodiscard]] constexpr llama2_7b_network llama2_7b_decode(std::int64_t cached = 128) {
    if (cached < 1 || cached >= llama2_7b_network::longest)
        detail::raise(invalid_argument(
            qutibench::detail::message({"llama2_7b_decode takes 1 to 4095 cached tokens, not ", cached})));
    return {1, cached};
}

}  // namespace qutibench::zoo
