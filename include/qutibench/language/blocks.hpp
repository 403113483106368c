// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the blocks of a language model are made of, as its config.json states it.
#pragma once

#include <cstdint>

namespace qutibench {

/// How a block mixes positions.
enum class attention_kind : unsigned char {
    grouped,  ///< heads over a cache of keys and values, shared by groups of heads
    latent,   ///< heads over a cache of one compressed vector a position (MLA)
    linear,   ///< a state of fixed size instead of a cache
};

/// Where normalisations of queries and keys have their scales.
enum class head_norm : unsigned char {
    none,
    per_head,   ///< one head's width, shared by all heads
    per_layer,  ///< all heads
};

/// One block's attention. Widths are in elements of one head.
struct attention_block {
    attention_kind kind = attention_kind::grouped;
    std::int64_t heads = 1;
    std::int64_t key_heads = 1;
    std::int64_t key_width = 64;
    std::int64_t value_width = 64;
    std::int64_t rotated = 0;  ///< elements of a head that its position turns; 0: none
    std::int64_t window = 0;   ///< positions that a query sees; 0: all
    bool bias = false;         ///< of queries, keys and values
    bool output_bias = false;
    bool gated = false;        ///< the output times a sigmoid of as many projected elements
    bool sinks = false;        ///< one learned score for each head
    bool shares_keys = false;  ///< values are keys: no projection of their own
    head_norm norm = head_norm::none;
    // latent attention: key_width is nope + rope
    std::int64_t query_rank = 0;  ///< of the compressed queries; 0: projected at once
    std::int64_t latent = 0;      ///< elements of the compressed keys and values
    std::int64_t rope = 0;        ///< elements of the key that all heads share
    // an indexer that chooses keys (DeepSeek sparse attention)
    std::int64_t top_keys = 0;  ///< 0: none
    std::int64_t index_heads = 0;
    std::int64_t index_width = 0;
    // linear attention
    std::int64_t kernel = 0;  ///< positions of the short convolution

    friend constexpr bool operator==(const attention_block&, const attention_block&) = default;
};

/// One block's feed-forward network: dense, or experts that a router chooses, with or without a shared one.
struct feed_forward_block {
    std::int64_t inner = 0;  ///< of the dense network; 0 where there are experts only
    bool gated = true;       ///< three matrices, otherwise two
    bool bias = false;
    std::int64_t experts = 0;
    std::int64_t chosen = 0;
    std::int64_t expert_inner = 0;
    std::int64_t held = 0;  ///< experts on this device; 0: all
    bool expert_bias = false;
    std::int64_t shared_inner = 0;  ///< of all shared experts together
    bool shared_gate = false;       ///< the shared output times a sigmoid of one projected element
    bool router_bias = false;

    friend constexpr bool operator==(const feed_forward_block&, const feed_forward_block&) = default;
};

/// How a block's normalisations stand.
struct norm_style {
    bool mean = false;      ///< layer normalisation with a shift; otherwise with a scale alone
    bool scaled = true;     ///< otherwise without parameters, and left out of graphs
    bool before = true;     ///< of the input of attention and feed-forward
    bool after = false;     ///< of their output
    bool shared = false;    ///< attention and feed-forward read one normalised input, side by side
    bool parallel = false;  ///< feed-forward reads the block's input, not the attention's result

    friend constexpr bool operator==(const norm_style&, const norm_style&) = default;
};

/// One kind of block, repeated wherever `language_model::order` names it.
struct language_block {
    attention_block attention{};
    feed_forward_block feed_forward{};

    friend constexpr bool operator==(const language_block&, const language_block&) = default;
};

}  // namespace qutibench
