// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Decoders before Llama by their config.json: GPT-2 and StarCoder, GPT-J and CodeGen, GPT-Neo, GPT-NeoX, BLOOM, OPT,
/// MPT, Falcon.
#pragma once

#include <qutibench/io/language/config_reading.hpp>

namespace qutibench::detail {

/// GPT-2, GPT-J, GPT-Neo, GPT-NeoX and those that differ from them by the names of fields.
inline void read_gpt(config_reading& in) {
    in.dimensions();
    config_fields& fields = in.fields;
    const family_style style = in.family.style;
    const bool side_by_side = style == family_style::gptj || style == family_style::gpt_neox;
    language_block block;
    attention_block& a = block.attention;
    const std::int64_t heads = fields.count({"num_attention_heads", "n_head", "num_heads"});
    in.split_heads(a, heads, fields.flag_or({"multi_query"}, false) ? 1 : heads);
    a.bias = fields.flag_or({"attention_bias"}, in.family.biased);
    a.output_bias = style == family_style::gpt_neo || a.bias;
    if (side_by_side) {
        const double share = std::min(fields.number_or({"rotary_pct"}, 1), 1.0);
        a.rotated = std::min(
            a.key_width,
            fields.count_or({"rotary_dim"}, static_cast<std::int64_t>(static_cast<double>(a.key_width) * share)));
    }
    block.feed_forward = {
        .inner = fields.count_or({"intermediate_size", "n_inner"}, 4 * in.model.width), .gated = false, .bias = true};
    in.model.norms = {.mean = true,
                      .shared = style == family_style::gptj,
                      .parallel = fields.flag_or({"use_parallel_residual"}, side_by_side)};
    in.model.head_bias = style == family_style::gptj;
    if (!side_by_side) in.model.positions = fields.count({"n_positions", "n_ctx", "max_position_embeddings"});
    const std::int64_t window = style == family_style::gpt_neo ? fields.count_or({"window_size"}, 256) : 0;
    for (std::int64_t i = 0; i < in.layers; ++i) {
        a.window = i % 2 == 1 ? window : 0;
        in.append(block);
    }
}

inline void read_bloom(config_reading& in) {
    in.dimensions();
    language_block block;
    const std::int64_t heads = in.fields.count({"num_attention_heads", "n_head"});
    in.split_heads(block.attention, heads, heads);
    block.attention.bias = block.attention.output_bias = true;
    block.feed_forward = {.inner = 4 * in.model.width, .gated = false, .bias = true};
    in.model.norms = {.mean = true};
    in.model.embedding_norm = true;
    in.repeat(block);
}

inline void read_opt(config_reading& in) {
    in.dimensions();
    language_model& model = in.model;
    language_block block;
    const std::int64_t heads = in.fields.count({"num_attention_heads"});
    in.split_heads(block.attention, heads, heads);
    const bool bias = in.fields.flag_or({"enable_bias"}, true);
    block.attention.bias = block.attention.output_bias = bias;
    block.feed_forward = {.inner = in.fields.count({"ffn_dim"}), .gated = false, .bias = bias};
    model.norms = {.mean = true, .before = in.fields.flag_or({"do_layer_norm_before"}, true)};
    model.final_norm = model.norms.before && !in.fields.flag_or({"_remove_final_layer_norm"}, false);
    model.positions = in.fields.count({"max_position_embeddings"}) + 2;  // two rows before the first position
    const std::int64_t embedded = in.fields.count_or({"word_embed_proj_dim"}, model.width);
    if (embedded != model.width) model.embedded = embedded;
    in.repeat(block);
}

inline void read_mpt(config_reading& in) {
    in.dimensions();
    const bool bias = !in.fields.flag_or({"no_bias"}, true);
    const std::int64_t heads = in.fields.count({"n_heads"});
    std::int64_t key_heads = heads;
    bool slopes = false;
    if (const auto attention = in.fields.find({"attn_config"}); attention && attention->is_object()) {
        config_fields of(*attention);
        const bool single = of.text_or({"attn_type"}, "") == "multiquery_attention";
        key_heads = of.count_or({"kv_n_heads"}, single ? 1 : heads);
        slopes = of.flag_or({"alibi"}, false);
        if (of.flag_or({"qk_ln"}, false)) attention->fail("'qk_ln' is not known");
    }
    language_block block;
    in.split_heads(block.attention, heads, key_heads);
    block.attention.bias = block.attention.output_bias = bias;
    const double expansion = std::min(in.fields.number_or({"expansion_ratio"}, 4), 1000.0);
    block.feed_forward = {
        .inner = std::max<std::int64_t>(static_cast<std::int64_t>(static_cast<double>(in.model.width) * expansion), 1),
        .gated = false,
        .bias = bias};
    in.model.norms = {.mean = bias};
    if (!slopes && in.fields.flag_or({"learned_pos_emb"}, true)) in.model.positions = in.fields.count({"max_seq_len"});
    in.repeat(block);
}

/// Falcon, whose three layouts differ by two flags.
inline void read_falcon(config_reading& in) {
    in.dimensions();
    config_fields& fields = in.fields;
    const bool newer = fields.flag_or({"new_decoder_architecture"}, false);
    const bool single = fields.flag_or({"multi_query"}, true);
    const bool parallel = fields.flag_or({"parallel_attn"}, true) || newer;
    const bool bias = fields.flag_or({"bias"}, false);
    const std::int64_t heads = fields.count({"num_attention_heads", "n_head"});
    const std::int64_t grouped = fields.count_or({"num_kv_heads", "n_head_kv"}, heads);
    language_block block;
    in.split_heads(block.attention, heads, newer ? grouped : single ? 1 : heads);
    block.attention.bias = block.attention.output_bias = bias;
    if (!fields.flag_or({"alibi"}, false)) block.attention.rotated = block.attention.key_width;
    block.feed_forward = {
        .inner = fields.count_or({"ffn_hidden_size"}, 4 * in.model.width), .gated = false, .bias = bias};
    const std::int64_t norms = fields.count_or({"num_ln_in_parallel_attn"}, newer ? 2 : 1);
    in.model.norms = {.mean = true, .shared = parallel && norms == 1, .parallel = parallel};
    in.repeat(block);
}

}  // namespace qutibench::detail
