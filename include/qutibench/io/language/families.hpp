// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The families of language models: what each means where its config.json says nothing.
#pragma once

#include <qutibench/language/blocks.hpp>

#include <array>
#include <cstdint>
#include <string_view>

namespace qutibench::detail {

/// How a family's config.json is read.
enum class family_style : unsigned char {
    decoder,  ///< attention over grouped heads and a feed-forward network or experts, by the usual names of fields
    latent,   ///< the same with latent attention
    phi,      ///< attention and feed-forward side by side behind one layer normalisation
    dbrx,     ///< a decoder whose attention and experts have objects of their own
    gpt2,     ///< layer normalisation, learned positions, biases
    gptj,     ///< side by side, rotary embedding
    gpt_neo,  ///< windows in every other layer
    gpt_neox,
    bloom,
    opt,
    mpt,
    falcon,
    bert,
    t5,
};

/// What normalises a family's blocks.
enum class family_norm : unsigned char {
    scale,  ///< root mean square, or a layer normalisation without a shift
    shift,  ///< layer normalisation
    none,   ///< layer normalisation without a scale
};

/// One family by the `model_type` of its config.json.
struct language_family {
    std::string_view type;
    family_style style = family_style::decoder;
    bool tied = false;                       ///< unless the file says otherwise
    bool query_bias = false;                 ///< of queries, keys and values, and never of the output
    bool biased = false;                     ///< every product, unless the file says otherwise
    head_norm head_norms = head_norm::none;  ///< of queries and keys, unless the file says otherwise
    bool after_norms = false;                ///< outputs are normalised too
    bool before_norms = true;
    family_norm norms = family_norm::scale;
    bool gated = true;          ///< three matrices of a feed-forward network, otherwise two
    bool side_by_side = false;  ///< attention and feed-forward read one normalised input
    bool gelu = false;
    bool router_bias = false;        ///< a correction for each expert
    std::int64_t window_period = 0;  ///< every so manieth layer sees all, the others a window
    double rotary = 1;               ///< share of a head that positions turn, unless the file says otherwise
};

inline constexpr std::array language_families{
    // the usual decoder
    language_family{.type = "llama"},
    language_family{.type = "mistral"},
    language_family{.type = "ministral"},
    language_family{.type = "mixtral"},
    language_family{.type = "baichuan"},
    language_family{.type = "exaone"},
    language_family{.type = "granite"},
    language_family{.type = "granitemoe"},
    language_family{.type = "granitemoeshared"},
    language_family{.type = "minicpm", .tied = true},
    language_family{.type = "minicpm3", .style = family_style::latent, .tied = true},
    language_family{.type = "smollm3"},
    language_family{.type = "ernie4_5", .tied = true},
    language_family{.type = "ernie4_5_moe", .tied = true, .router_bias = true},
    language_family{.type = "internlm", .biased = true},
    language_family{.type = "internlm2"},
    language_family{.type = "internlm3"},
    language_family{.type = "seed_oss", .query_bias = true},
    language_family{.type = "phi3"},
    language_family{.type = "chatglm", .query_bias = true, .rotary = .5},
    language_family{.type = "grok-1", .tied = true, .after_norms = true, .gelu = true},
    // queries and keys normalised
    language_family{.type = "minimax_m2", .head_norms = head_norm::per_layer},
    language_family{.type = "hunyuan_v1_dense", .head_norms = head_norm::per_head},
    language_family{.type = "hunyuan_v1_moe", .head_norms = head_norm::per_head},
    language_family{.type = "dots1", .head_norms = head_norm::per_head, .router_bias = true},
    language_family{.type = "exaone4", .head_norms = head_norm::per_head, .after_norms = true, .before_norms = false},
    language_family{.type = "olmo", .norms = family_norm::none},
    language_family{.type = "olmo2", .head_norms = head_norm::per_layer, .after_norms = true, .before_norms = false},
    language_family{.type = "olmo3", .head_norms = head_norm::per_layer, .after_norms = true, .before_norms = false},
    language_family{.type = "olmoe", .head_norms = head_norm::per_layer},
    // layer normalisation, two matrices, side by side
    language_family{.type = "arcee", .gated = false},
    language_family{.type = "nemotron", .norms = family_norm::shift, .gated = false, .rotary = .5},
    language_family{
        .type = "starcoder2", .tied = true, .biased = true, .norms = family_norm::shift, .gated = false, .gelu = true},
    language_family{.type = "stablelm", .norms = family_norm::shift, .rotary = .25},
    language_family{.type = "phimoe", .norms = family_norm::shift},
    language_family{.type = "cohere", .tied = true, .side_by_side = true},
    language_family{.type = "cohere2", .tied = true, .side_by_side = true, .window_period = 4},
    // Qwen
    language_family{.type = "qwen", .query_bias = true},
    language_family{.type = "qwen2", .query_bias = true},
    language_family{.type = "qwen2_moe", .query_bias = true},
    language_family{.type = "qwen2_vl", .query_bias = true},
    language_family{.type = "qwen2_vl_text", .query_bias = true},
    language_family{.type = "qwen2_5_vl", .query_bias = true},
    language_family{.type = "qwen2_5_vl_text", .query_bias = true},
    language_family{.type = "qwen2_5_omni_text", .query_bias = true},
    language_family{.type = "qwen3", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_moe", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_next", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_5", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_5_text", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_5_moe", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_5_moe_text", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_vl_text", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_vl_moe_text", .head_norms = head_norm::per_head},
    language_family{.type = "qwen3_omni_moe_text", .head_norms = head_norm::per_head},
    // latent attention
    language_family{.type = "deepseek"},
    language_family{.type = "deepseek_v2", .style = family_style::latent},
    language_family{.type = "deepseek_v3", .style = family_style::latent, .router_bias = true},
    language_family{.type = "deepseek_v32", .style = family_style::latent, .router_bias = true},
    language_family{.type = "kimi_k2", .style = family_style::latent, .router_bias = true},
    language_family{.type = "kimi_k25", .style = family_style::latent, .router_bias = true},
    language_family{.type = "glm4_moe_lite", .style = family_style::latent, .router_bias = true},
    language_family{.type = "glm_moe_dsa", .style = family_style::latent, .router_bias = true},
    language_family{.type = "glm", .query_bias = true, .rotary = .5},
    language_family{.type = "glm4", .query_bias = true, .after_norms = true, .rotary = .5},
    language_family{.type = "glm4v_text", .query_bias = true, .after_norms = true, .rotary = .5},
    language_family{.type = "glm4_moe", .query_bias = true, .router_bias = true, .rotary = .5},
    language_family{.type = "glm4v_moe_text", .query_bias = true, .router_bias = true, .rotary = .5},
    // windows
    language_family{.type = "gpt_oss", .query_bias = true, .router_bias = true, .window_period = 2},
    language_family{.type = "gemma", .tied = true, .gelu = true},
    language_family{.type = "gemma2", .tied = true, .after_norms = true, .gelu = true, .window_period = 2},
    language_family{.type = "gemma3",
                    .tied = true,
                    .head_norms = head_norm::per_head,
                    .after_norms = true,
                    .gelu = true,
                    .window_period = 6},
    language_family{.type = "gemma3_text",
                    .tied = true,
                    .head_norms = head_norm::per_head,
                    .after_norms = true,
                    .gelu = true,
                    .window_period = 6},
    language_family{.type = "llama4_text", .window_period = 4},
    // others
    language_family{.type = "dbrx", .style = family_style::dbrx},
    language_family{.type = "phi", .style = family_style::phi, .gelu = true, .rotary = .5},
    language_family{.type = "gpt2", .style = family_style::gpt2, .tied = true, .biased = true, .gelu = true},
    language_family{.type = "gpt_bigcode", .style = family_style::gpt2, .tied = true, .biased = true, .gelu = true},
    language_family{.type = "gpt_neo", .style = family_style::gpt_neo, .tied = true, .gelu = true},
    language_family{.type = "gptj", .style = family_style::gptj, .gelu = true},
    language_family{.type = "codegen", .style = family_style::gptj, .gelu = true},
    language_family{.type = "gpt_neox", .style = family_style::gpt_neox, .biased = true, .gelu = true},
    language_family{.type = "bloom", .style = family_style::bloom, .tied = true, .biased = true, .gelu = true},
    language_family{.type = "opt", .style = family_style::opt, .tied = true, .biased = true},
    language_family{.type = "mpt", .style = family_style::mpt, .tied = true, .gelu = true},
    language_family{.type = "falcon", .style = family_style::falcon, .tied = true, .gelu = true},
    language_family{.type = "bert", .style = family_style::bert, .tied = true, .gelu = true},
    language_family{.type = "roberta", .style = family_style::bert, .tied = true, .gelu = true},
    language_family{.type = "xlm-roberta", .style = family_style::bert, .tied = true, .gelu = true},
    language_family{.type = "camembert", .style = family_style::bert, .tied = true, .gelu = true},
    language_family{.type = "distilbert", .style = family_style::bert, .tied = true, .gelu = true},
    language_family{.type = "t5", .style = family_style::t5, .tied = true},
    language_family{.type = "mt5", .style = family_style::t5, .tied = true},
};

/// A family that is known and not modelled, and what it would need.
struct missing_family {
    std::string_view type;
    std::string_view missing;
};

inline constexpr std::string_view state_spaces = "state-space layers, which no layer here describes";
inline constexpr std::array missing_families{
    missing_family{"mamba", state_spaces},
    missing_family{"mamba2", state_spaces},
    missing_family{"falcon_mamba", state_spaces},
    missing_family{"falcon_h1", state_spaces},
    missing_family{"jamba", state_spaces},
    missing_family{"bamba", state_spaces},
    missing_family{"zamba", state_spaces},
    missing_family{"zamba2", state_spaces},
    missing_family{"nemotron_h", state_spaces},
    missing_family{"granitemoehybrid", state_spaces},
    missing_family{"rwkv", "recurrent layers without keys, which no layer here describes"},
    missing_family{"recurrent_gemma", "gated linear recurrences, which no layer here describes"},
    missing_family{"lfm2", "gated short convolutions, which no layer here describes"},
    missing_family{"lfm2_moe", "gated short convolutions, which no layer here describes"},
    missing_family{"kimi_linear", "linear attention with gates of low rank, which no layer here describes"},
    missing_family{"minimax", "lightning attention, which no layer here describes"},
    missing_family{"minimax_text_01", "lightning attention, which no layer here describes"},
    missing_family{"gemma3n", "nested networks with embeddings of their own in each layer"},
    missing_family{"gemma3n_text", "nested networks with embeddings of their own in each layer"},
    missing_family{"nemotron-nas", "blocks that leave attention or feed-forward out"},
    missing_family{"deci", "blocks that leave attention or feed-forward out"},
    missing_family{"mllama_text_model", "attention from text to pictures"},
    missing_family{"bart", "a decoder that attends to an encoder"},
    missing_family{"whisper", "a decoder that attends to an encoder"},
};

}  // namespace qutibench::detail
