// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Encoders by their config.json: BERT and what follows it, and the encoder of T5.
#pragma once

#include <qutibench/io/language/config_reading.hpp>

namespace qutibench::detail {

/// BERT, RoBERTa and its kin, DistilBERT.
inline void read_bert(config_reading& in) {
    in.dimensions();
    language_model& model = in.model;
    const bool distilled = in.family.type == "distilbert";
    language_block block;
    const std::int64_t heads = in.fields.count({"num_attention_heads", "n_heads"});
    in.split_heads(block.attention, heads, heads);
    block.attention.bias = block.attention.output_bias = true;
    block.feed_forward = {.inner = in.fields.count({"intermediate_size", "hidden_dim"}), .gated = false, .bias = true};
    model.norms = {.mean = true, .before = false};
    model.encoder = model.embedding_norm = true;
    model.final_norm = false;
    model.positions = in.fields.count({"max_position_embeddings"});
    model.types = distilled ? 0 : in.fields.count_or({"type_vocab_size"}, 2);
    model.pooler = distilled ? 0 : model.width;
    in.repeat(block);
}

inline void read_t5(config_reading& in) {
    in.dimensions();
    language_model& model = in.model;
    language_block block;
    attention_block& a = block.attention;
    a.heads = a.key_heads = in.fields.count({"num_heads"});
    a.key_width = a.value_width = in.fields.count({"d_kv"});
    const std::string projection = in.fields.text_or({"feed_forward_proj"}, "relu");
    block.feed_forward = {.inner = in.fields.count({"d_ff"}), .gated = projection.starts_with("gated")};
    model.encoder = true;
    model.relative = multiply(in.fields.count_or({"relative_attention_num_buckets"}, 32), a.heads);
    model.warnings.emplace_back("the encoder alone is counted, not the decoder");
    in.repeat(block);
}

}  // namespace qutibench::detail
