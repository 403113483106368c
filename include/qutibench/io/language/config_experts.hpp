// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The feed-forward network of a layer by a config.json: dense, or experts.
#pragma once

#include <qutibench/io/language/config_reading.hpp>

namespace qutibench::detail {

/// Whether a list of layers names one.
[[nodiscard]] inline bool names_layer(const json_reader& list, std::int64_t layer) {
    constexpr std::size_t longest = 10'000;
    if (list.value().size() > longest) list.fail("names more layers than a model may have, 10000");
    for (const json& one : list.value())
        if (one == layer) return true;
    return false;
}

/// Whether a layer has experts: all do, but for those that the file takes out.
[[nodiscard]] inline bool is_sparse(config_fields& fields, std::int64_t layer) {
    if (const auto only = fields.find({"mlp_only_layers"}); only && only->is_array() && names_layer(*only, layer))
        return false;
    if (const auto some = fields.find({"moe_layers"}); some && some->is_array()) return names_layer(*some, layer);
    const std::int64_t first = fields.count_or(
        {"first_k_dense_replace", "moe_layer_start_index", "moe_layer_num_skipped", "num_dense_layers"}, 0);
    const std::int64_t last = fields.count_or({"moe_layer_end_index"}, layer);
    const std::int64_t period = std::max<std::int64_t>(
        fields.count_or({"decoder_sparse_step", "interleave_moe_layer_step", "moe_layer_interval"}, 1), 1);
    if (layer < first || layer > last) return false;
    if (const auto every = fields.find({"moe_layer_freq"})) {
        const std::int64_t at = fields.count_at({"moe_layer_freq"}, layer, 1);
        return every->is_array() ? at != 0 : layer % std::max<std::int64_t>(at, 1) == 0;
    }
    return (layer + 1) % period == 0;
}

/// The dense network of a layer.
inline void dense_network(config_reading& in, std::int64_t layer, feed_forward_block& to) {
    const std::int64_t usual = in.fields.count_at({"intermediate_size", "ffn_hidden_size"}, layer, 4 * in.model.width);
    to.inner = in.fields.count_or({"intermediate_size_mlp"}, usual);
    if (in.family.type == "qwen") to.inner = usual / 2;  // it states both halves of the gated matrix
    to.inner = std::max<std::int64_t>(to.inner, 1);
}

/// What a layer's config.json says of its feed-forward network.
[[nodiscard]] inline feed_forward_block experts_or_dense(config_reading& in, std::int64_t layer) {
    config_fields& fields = in.fields;
    const language_family& family = in.family;
    feed_forward_block f;
    const bool is_phi = family.style == family_style::phi;
    f.gated = family.gated && !is_phi;
    // `bias` stands for attention alone in InternLM
    const bool stated = fields.flag_or({"use_bias", "add_bias_linear"}, family.type == "starcoder2" || is_phi);
    f.bias = fields.flag_or({"mlp_bias"}, stated);
    const std::int64_t experts =
        fields.count_at({"num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"}, layer, 0);
    if (experts == 0 || (experts == 1 && family.type.starts_with("hunyuan")) || !is_sparse(fields, layer)) {
        dense_network(in, layer, f);
        return f;
    }
    f.experts = experts;
    f.chosen =
        fields.count_at({"num_experts_per_tok", "moe_topk", "num_experts_per_token", "moe_k", "moe_top_k"}, layer, 0);
    if (f.chosen < 1 || f.chosen > experts)
        fields.place().fail(
            message({"the field 'num_experts_per_tok' must be between 1 and ", experts, ", not ", f.chosen}));
    f.expert_inner = std::max<std::int64_t>(
        fields.count_at({"moe_intermediate_size", "intermediate_size"}, layer, 4 * in.model.width), 1);
    const std::int64_t shared =
        fields.count_at({"n_shared_experts", "num_shared_experts", "moe_num_shared_experts", "num_shared_expert"},
                        layer, family.type == "llama4_text" ? 1 : 0);
    f.shared_inner =
        fields.count_or({"shared_expert_intermediate_size", "shared_intermediate_size"}, shared * f.expert_inner);
    f.shared_gate = f.shared_inner > 0 && family.type.starts_with("qwen");
    f.router_bias = fields.flag_or({"use_routing_bias", "moe_use_aux_free"}, family.router_bias);
    f.expert_bias = family.type == "gpt_oss";
    return f;
}

}  // namespace qutibench::detail
