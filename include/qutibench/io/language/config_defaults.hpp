// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a config.json leaves out of its inner parts: a model that sees or hears writes of its language model's fields
/// only those that differ from the family's own. Values of transformers 5.24's configuration classes.
#pragma once

#include <qutibench/io/language/config_fields.hpp>

namespace qutibench::detail {

inline constexpr assumed_count llama_defaults[] = {{"vocab_size", 32000},        {"hidden_size", 4096},
                                                   {"intermediate_size", 11008}, {"num_hidden_layers", 32},
                                                   {"num_attention_heads", 32},  {"max_position_embeddings", 2048}};
inline constexpr assumed_count mistral_defaults[] = {{"vocab_size", 32000},        {"hidden_size", 4096},
                                                     {"intermediate_size", 14336}, {"num_hidden_layers", 32},
                                                     {"num_attention_heads", 32},  {"num_key_value_heads", 8},
                                                     {"sliding_window", 4096},     {"max_position_embeddings", 131072}};
inline constexpr assumed_count qwen2_defaults[] = {{"vocab_size", 151936},
                                                   {"hidden_size", 4096},
                                                   {"intermediate_size", 22016},
                                                   {"num_hidden_layers", 32},
                                                   {"num_attention_heads", 32},
                                                   {"num_key_value_heads", 32},
                                                   {"max_position_embeddings", 32768}};
inline constexpr assumed_count gemma_defaults[] = {{"vocab_size", 256000},
                                                   {"hidden_size", 3072},
                                                   {"intermediate_size", 24576},
                                                   {"num_hidden_layers", 28},
                                                   {"num_attention_heads", 16},
                                                   {"num_key_value_heads", 16},
                                                   {"head_dim", 256},
                                                   {"max_position_embeddings", 8192}};
inline constexpr assumed_count gemma2_defaults[] = {
    {"vocab_size", 256000},    {"hidden_size", 2304},      {"intermediate_size", 9216},
    {"num_hidden_layers", 26}, {"num_attention_heads", 8}, {"num_key_value_heads", 4},
    {"head_dim", 256},         {"sliding_window", 4096},   {"max_position_embeddings", 8192}};
inline constexpr assumed_count gemma3_defaults[] = {
    {"vocab_size", 262208},    {"hidden_size", 2304},      {"intermediate_size", 9216},
    {"num_hidden_layers", 26}, {"num_attention_heads", 8}, {"num_key_value_heads", 4},
    {"head_dim", 256},         {"sliding_window", 4096},   {"max_position_embeddings", 131072}};
inline constexpr assumed_count llama4_defaults[] = {
    {"vocab_size", 202048},         {"hidden_size", 5120},
    {"intermediate_size", 8192},    {"intermediate_size_mlp", 16384},
    {"num_hidden_layers", 48},      {"num_attention_heads", 40},
    {"num_key_value_heads", 8},     {"head_dim", 128},
    {"num_local_experts", 16},      {"num_experts_per_tok", 1},
    {"attention_chunk_size", 8192}, {"max_position_embeddings", 131072}};

/// What a family assumes of fields that an inner part leaves out; empty: nothing.
[[nodiscard]] inline std::span<const assumed_count> defaults_of(std::string_view type) {
    if (type == "llama") return llama_defaults;
    if (type == "mistral") return mistral_defaults;
    if (type == "qwen2") return qwen2_defaults;
    if (type == "gemma") return gemma_defaults;
    if (type == "gemma2") return gemma2_defaults;
    if (type == "gemma3" || type == "gemma3_text") return gemma3_defaults;
    if (type == "llama4_text") return llama4_defaults;
    return {};
}

}  // namespace qutibench::detail
