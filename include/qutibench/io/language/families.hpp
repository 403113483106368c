// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The families of language models: what each means where its config.json says nothing.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace qutibench::detail {

/// How a family's blocks are read.
enum class family_style : unsigned char {
    decoder,   ///< root mean square, gated units, rotary embedding
    latent,    ///< the same with latent attention
    phi,       ///< attention and feed-forward side by side behind one layer normalisation
    gpt2,      ///< layer normalisation, learned positions, biases
    gptj,      ///< side by side, rotary embedding
    gpt_neox,  ///< side by side, each with its normalisation
    bert,
    t5,
};

/// One family by the `model_type` of its config.json.
struct language_family {
    std::string_view type;
    family_style style = family_style::decoder;
    bool tied = false;         ///< unless the file says otherwise
    bool query_bias = false;   ///< of queries, keys and values
    bool head_norms = false;   ///< queries and keys are normalised by head
    bool after_norms = false;  ///< outputs are normalised too
    bool gelu = false;
    bool router_bias = false;        ///< a correction for each expert
    std::int64_t window_period = 0;  ///< every so manieth layer sees all, the others a window
};

inline constexpr std::array language_families{
    language_family{.type = "llama"},
    language_family{.type = "mistral"},
    language_family{.type = "mixtral"},
    language_family{.type = "ministral"},
    language_family{.type = "qwen2", .query_bias = true},
    language_family{.type = "qwen3", .head_norms = true},
    language_family{.type = "qwen2_moe", .query_bias = true},
    language_family{.type = "qwen3_moe", .head_norms = true},
    language_family{.type = "qwen3_next", .head_norms = true},
    language_family{.type = "qwen3_5", .head_norms = true},
    language_family{.type = "qwen3_5_text", .head_norms = true},
    language_family{.type = "qwen3_5_moe", .head_norms = true},
    language_family{.type = "qwen3_5_moe_text", .head_norms = true},
    language_family{.type = "qwen3_vl_text", .head_norms = true},
    language_family{.type = "qwen3_vl_moe_text", .head_norms = true},
    language_family{.type = "qwen2_5_vl_text", .query_bias = true},
    language_family{.type = "deepseek_v2", .style = family_style::latent},
    language_family{.type = "deepseek_v3", .style = family_style::latent, .router_bias = true},
    language_family{.type = "deepseek_v32", .style = family_style::latent, .router_bias = true},
    language_family{.type = "kimi_k2", .style = family_style::latent, .router_bias = true},
    language_family{.type = "kimi_k25", .style = family_style::latent, .router_bias = true},
    language_family{.type = "glm", .query_bias = true},
    language_family{.type = "glm4", .query_bias = true, .after_norms = true},
    language_family{.type = "glm4_moe", .query_bias = true, .router_bias = true},
    language_family{.type = "glm4_moe_lite", .style = family_style::latent, .router_bias = true},
    language_family{.type = "glm_moe_dsa", .style = family_style::latent, .router_bias = true},
    language_family{.type = "gpt_oss", .query_bias = true, .window_period = 2},
    language_family{.type = "gemma", .tied = true, .gelu = true},
    language_family{.type = "gemma2", .tied = true, .after_norms = true, .gelu = true, .window_period = 2},
    language_family{
        .type = "gemma3", .tied = true, .head_norms = true, .after_norms = true, .gelu = true, .window_period = 6},
    language_family{
        .type = "gemma3_text", .tied = true, .head_norms = true, .after_norms = true, .gelu = true, .window_period = 6},
    language_family{.type = "phi", .style = family_style::phi, .gelu = true},
    language_family{.type = "phi3"},
    language_family{.type = "minimax_m2"},
    language_family{.type = "gpt2", .style = family_style::gpt2, .tied = true, .gelu = true},
    language_family{.type = "gptj", .style = family_style::gptj, .gelu = true},
    language_family{.type = "gpt_neox", .style = family_style::gpt_neox, .gelu = true},
    language_family{.type = "bert", .style = family_style::bert, .tied = true, .gelu = true},
    language_family{.type = "t5", .style = family_style::t5, .tied = true},
};

}  // namespace qutibench::detail
