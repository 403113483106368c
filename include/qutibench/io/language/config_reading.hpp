// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the readers of a config.json share: the fields, the model that they describe, and its blocks in their order.
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/io/language/config_fields.hpp>
#include <qutibench/io/language/families.hpp>
#include <qutibench/language/model.hpp>

namespace qutibench::detail {

/// One config.json as it is read.
struct config_reading {
    config_fields& fields;
    language_model& model;
    const language_family& family;
    std::int64_t layers = 0;

    /// Vocabulary, width, longest context and number of layers, under any of their names.
    void dimensions() {
        model.vocabulary = fields.count({"vocab_size", "padded_vocab_size"}, 100'000'000);
        model.width = fields.count({"hidden_size", "n_embd", "n_embed", "d_model", "dim"});
        model.longest = fields.count_or({"max_position_embeddings", "model_max_length", "n_positions", "seq_length",
                                         "max_seq_len", "max_sequence_length"},
                                        0);
        layers = fields.count({"num_hidden_layers", "n_layer", "num_layers", "n_layers"}, 10'000);
    }

    /// Heads of equal width over the model's.
    void split_heads(attention_block& to, std::int64_t heads, std::int64_t key_heads) const {
        to.heads = heads;
        to.key_heads = std::min(std::max<std::int64_t>(key_heads, 1), heads);
        to.key_width = to.value_width = std::max<std::int64_t>(model.width / heads, 1);
    }

    void append(const language_block& block) const {
        std::size_t at = 0;
        while (at < model.blocks.size() && !(model.blocks[at] == block)) ++at;
        if (at == model.blocks.size()) model.blocks.push_back(block);
        model.order.push_back(static_cast<std::uint16_t>(at));
    }
    void repeat(const language_block& block) const {
        for (std::int64_t i = 0; i < layers; ++i) append(block);
    }
};

}  // namespace qutibench::detail
