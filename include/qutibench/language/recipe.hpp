// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A language model as a recipe: the one description that graphs and counts are built from.
#pragma once

#include <qutibench/language/model.hpp>
#include <qutibench/network/graph.hpp>
#include <qutibench/network/layers.hpp>

namespace qutibench {

/// One pass of a language model: `tokens` new positions of one sequence after `past` others. A builder that has
/// `enter(language_part)` is told which part the layers that follow belong to.
struct language_pass {
    using is_recipe = void;
    const language_model* model = nullptr;
    std::int64_t tokens = 1;
    std::int64_t past = 0;

    [[nodiscard]] std::string_view name() const { return model->name; }

    template <class Net>
    void build(Net& net) const {
        auto x = embed(net);
        for (std::size_t i = 0; i < model->order.size(); ++i)
            x = add_block(net, x, model->blocks[model->order[i]], label("layer") + static_cast<int>(i));
        finish(net, x);
    }

    /// The rows of the vocabulary's table, positions and token types added.
    template <class Net>
    [[nodiscard]] auto embed(Net& net) const {
        enter(net, language_part::embedding);
        const std::int64_t width = model->embedded > 0 ? model->embedded : model->width;
        const auto ids = net.input({1, tokens}, "input_ids");
        auto x = net.add(embedding{.rows = model->vocabulary, .width = width}, {ids}, "embed_tokens");
        if (model->embedded > 0) x = net.add(dense{model->width}, {x}, "embed_in");
        if (model->positions > 0) {
            auto table = net.add(parameter{{1, model->positions, model->width}}, {}, "position_table");
            table = net.add(slice{.axis = 1, .begin = 0, .end = 1}, {table}, "position_embedding");
            x = net.add(elementwise{}, {x, table}, "positioned");
        }
        if (model->relative > 0) {
            const auto bias = net.add(parameter{{1, 1, model->relative}}, {}, "relative_positions");
            static_cast<void>(bias);
        }
        if (model->types > 0) {
            auto table = net.add(parameter{{1, model->types, model->width}}, {}, "type_table");
            table = net.add(slice{.axis = 1, .begin = 0, .end = 1}, {table}, "type_embedding");
            x = net.add(elementwise{}, {x, table}, "typed");
        }
        enter(net, language_part::norms);
        return model->embedding_norm ? norm(net, x, "embedding_norm") : x;
    }

    template <class Net, class Tensor>
    [[nodiscard]] Tensor add_block(Net& net, Tensor x, const language_block& block, const label& at) const {
        const norm_style& style = model->norms;
        const Tensor before = x;
        Tensor read = style.before ? norm(net, x, at + "_attention_norm") : x;
        Tensor y = add_attention(net, read, block.attention, at + "_attention");
        if (style.after) y = norm(net, y, at + "_attention_post_norm");
        if (!style.parallel) x = join(net, x, y, at + "_add1");
        if (post_norm()) x = norm(net, x, at + "_norm1");
        if (!style.shared) read = style.before ? norm(net, x, at + "_feed_forward_norm") : x;
        Tensor z = add_feed_forward(net, read, block.feed_forward, at);
        if (style.after) z = norm(net, z, at + "_feed_forward_post_norm");
        if (style.parallel) z = join(net, z, y, at + "_add1");
        x = join(net, style.parallel ? before : x, z, at + "_add2");
        return post_norm() ? norm(net, x, at + "_norm2") : x;
    }

    /// What follows the last block.
    template <class Net, class Tensor>
    void finish(Net& net, Tensor x) const {
        enter(net, language_part::norms);
        if (model->final_norm) x = norm(net, x, "norm");
        if (model->pooler > 0) {
            enter(net, language_part::dense);
            net.output(x);
            x = net.add(slice{.axis = 1, .begin = 0, .end = 1}, {x}, "first_token");
            x = net.add(dense{model->pooler, true}, {x}, "pooler");
        }
        if (!model->encoder) score(net, x);
    }

    template <class Net, class Tensor>
    void score(Net& net, Tensor x) const {
        enter(net, language_part::head);
        if (tokens > 1) x = net.add(slice{.axis = 1, .begin = tokens - 1, .end = tokens}, {x}, "last_token");
        if (model->embedded > 0) x = net.add(dense{model->embedded}, {x}, "embed_out");
        const Tensor scores = net.add(dense{model->vocabulary, model->head_bias}, {x}, "lm_head");
        if (model->tied)
            if constexpr (requires { net.share_weights(scores, scores); })
                net.share_weights(net.find("embed_tokens"), scores);
        net.output(scores);
    }

private:
    [[nodiscard]] bool post_norm() const { return !model->norms.before && !model->norms.after; }

    template <class Net>
    static void enter(Net& net, language_part part) {
        if constexpr (requires { net.enter(part); }) net.enter(part);
    }

    template <class Net, class Tensor>
    [[nodiscard]] Tensor norm(Net& net, Tensor x, const label& name) const {
        enter(net, language_part::norms);
        if (!model->norms.scaled) return x;
        return net.add(layer_normalization{.root_mean_square = !model->norms.mean}, {x}, name);
    }

    template <class Net, class Tensor>
    [[nodiscard]] static Tensor join(Net& net, Tensor a, Tensor b, const label& name) {
        return net.add(elementwise{}, {a, b}, name);
    }

    template <class Net, class Tensor>
    [[nodiscard]] Tensor add_attention(Net& net, Tensor x, const attention_block& block, const label& at) const {
        enter(net, language_part::attention);
        Tensor y = block.kind == attention_kind::grouped  ? grouped(net, x, block, at)
                   : block.kind == attention_kind::latent ? latent(net, x, block, at)
                                                          : linear(net, x, block, at);
        enter(net, language_part::attention);
        if (block.gated) {
            Tensor gate = net.add(dense{net.shape_of(y)[2]}, {x}, at + "_gate");
            gate = net.add(activation{activation_function::sigmoid}, {gate}, at + "_gate_sigmoid");
            y = net.add(elementwise{elementwise_function::multiply}, {y, gate}, at + "_gated");
        }
        return net.add(dense{model->width, block.output_bias}, {y}, at + "_out");
    }

    template <class Net, class Tensor>
    [[nodiscard]] Tensor grouped(Net& net, Tensor x, const attention_block& block, const label& at) const {
        const auto heads = [&](Tensor y, std::int64_t count, const label& name) {
            if (block.norm != head_norm::none) {
                enter(net, language_part::norms);
                const std::int64_t width =
                    block.norm == head_norm::per_head ? block.key_width : count * block.key_width;
                y = net.add(head_normalization{width}, {y}, name + "_norm");
                enter(net, language_part::attention);
            }
            if (block.rotated > 0) y = net.add(rotary_embedding{count, block.rotated}, {y}, name + "_rotary");
            return y;
        };
        Tensor q = net.add(dense{block.heads * block.key_width, block.bias}, {x}, at + "_query");
        const Tensor k0 = net.add(dense{block.key_heads * block.key_width, block.bias}, {x}, at + "_key");
        const Tensor v = block.shares_keys
                             ? k0
                             : net.add(dense{block.key_heads * block.value_width, block.bias}, {x}, at + "_value");
        q = heads(q, block.heads, at + "_query");
        const Tensor k = heads(k0, block.key_heads, at + "_key");
        return net.add(cached_attention{.heads = block.heads,
                                        .key_heads = block.key_heads,
                                        .cached = past,
                                        .window = block.window,
                                        .top_keys = block.top_keys,
                                        .sinks = block.sinks,
                                        .causal = !model->encoder,
                                        .cache_bits = model->stored.cache.bits_per_element()},
                       {q, k, v}, at);
    }

    template <class Net, class Tensor>
    [[nodiscard]] Tensor latent(Net& net, Tensor x, const attention_block& block, const label& at) const {
        const std::int64_t nope = block.key_width - block.rope;
        Tensor q = x;
        if (block.query_rank > 0) {
            q = norm(net, net.add(dense{block.query_rank}, {x}, at + "_query_down"), at + "_query_norm");
            enter(net, language_part::attention);
        }
        if (block.index_heads > 0) index(net, x, q, block, at + "_index");
        q = net.add(dense{block.heads * block.key_width}, {q}, at + "_query");
        Tensor keys = net.add(dense{block.latent + block.rope, block.bias}, {x}, at + "_latent");
        enter(net, language_part::norms);
        keys = net.add(head_normalization{block.latent}, {keys}, at + "_latent_norm");
        enter(net, language_part::attention);
        return net.add(latent_attention{.heads = block.heads,
                                        .latent = block.latent,
                                        .rope = block.rope,
                                        .nope = nope,
                                        .value = block.value_width,
                                        .cached = past,
                                        .top_keys = block.top_keys,
                                        .cache_bits = model->stored.cache.bits_per_element()},
                       {q, keys}, at);
    }

    // The indexer's scores of all keys: a small attention with one key head and no values (DeepSeek-V3.2, section 2.1).
    template <class Net, class Tensor>
    void index(Net& net, Tensor x, Tensor queries, const attention_block& block, const label& at) const {
        const Tensor q = net.add(dense{block.index_heads * block.index_width}, {queries}, at + "_query");
        Tensor k = net.add(dense{block.index_width}, {x}, at + "_key");
        enter(net, language_part::norms);
        k = net.add(layer_normalization{}, {k}, at + "_key_norm");
        enter(net, language_part::attention);
        const Tensor weights = net.add(dense{block.index_heads}, {x}, at + "_weights");
        const Tensor scores = net.add(
            cached_attention{
                .heads = block.index_heads, .key_heads = 1, .cached = past, .keys_only = true, .cache_bits = 8},
            {q, k, k}, at);
        static_cast<void>(weights);
        static_cast<void>(scores);
    }

    template <class Net, class Tensor>
    [[nodiscard]] Tensor linear(Net& net, Tensor x, const attention_block& block, const label& at) const {
        const std::int64_t keys = block.key_heads * block.key_width;
        const std::int64_t values = block.heads * block.value_width;
        const Tensor mixed = net.add(dense{2 * keys + values}, {x}, at + "_mixed");
        Tensor z = net.add(dense{values}, {x}, at + "_gate");
        static_cast<void>(net.add(dense{2 * block.heads}, {x}, at + "_decay"));
        Tensor y = net.add(linear_attention{.heads = block.heads,
                                            .key_heads = block.key_heads,
                                            .key_width = block.key_width,
                                            .value_width = block.value_width,
                                            .kernel = block.kernel},
                           {mixed}, at);
        enter(net, language_part::norms);
        y = net.add(head_normalization{block.value_width}, {y}, at + "_norm");
        z = net.add(activation{activation_function::silu}, {z}, at + "_gate_silu");
        return net.add(elementwise{elementwise_function::multiply}, {y, z}, at + "_gated");
    }

    template <class Net, class Tensor>
    [[nodiscard]] Tensor add_feed_forward(Net& net, Tensor x, const feed_forward_block& block, const label& at) const {
        if (block.experts == 0) {
            enter(net, language_part::dense);
            return network(net, x, block.inner, block, at + "_mlp");
        }
        enter(net, language_part::dense);
        const Tensor scores = net.add(dense{block.experts, block.router_bias}, {x}, at + "_router");
        enter(net, language_part::experts);
        Tensor y = net.add(routed_experts{.experts = block.experts,
                                          .chosen = block.chosen,
                                          .inner = block.expert_inner,
                                          .held = block.held,
                                          .gated = block.gated,
                                          .bias = block.expert_bias},
                           {x, scores}, at + "_experts");
        if (block.shared_inner == 0) return y;
        enter(net, language_part::dense);
        Tensor z = network(net, x, block.shared_inner, block, at + "_shared");
        if (block.shared_gate) {
            const Tensor gate = net.add(dense{1}, {x}, at + "_shared_gate");
            z = net.add(elementwise{elementwise_function::multiply}, {z, gate}, at + "_shared_gated");
        }
        return join(net, y, z, at + "_expert_add");
    }

    template <class Net, class Tensor>
    [[nodiscard]] Tensor network(Net& net, Tensor x, std::int64_t inner, const feed_forward_block& block,
                                 const label& at) const {
        const activation act{model->gelu ? activation_function::gelu : activation_function::silu};
        Tensor y = net.add(dense{inner, block.bias}, {x}, at + "_up");
        if (block.gated) {
            Tensor gate = net.add(dense{inner, block.bias}, {x}, at + "_gate");
            gate = net.add(act, {gate}, at + "_act");
            y = net.add(elementwise{elementwise_function::multiply}, {gate, y}, at + "_gated");
        } else {
            y = net.add(act, {y}, at + "_act");
        }
        return net.add(dense{model->width, block.bias}, {y}, at + "_down");
    }
};

}  // namespace qutibench
