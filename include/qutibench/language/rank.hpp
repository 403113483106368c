// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What one device holds of a language model, summed once, so that any pass over it is a few products away.
#pragma once

#include <qutibench/language/counts.hpp>
#include <qutibench/language/layout.hpp>

#include <cmath>

namespace qutibench {

/// One kind of block on one device, `layers` times.
struct rank_block {
    double layers = 0;
    // attention core
    double heads = 0;
    double pair_width = 0;      ///< multiply-accumulates of one head for a pair of a query and a key
    double absorbed_width = 0;  ///< the same when one token is decoded
    double cache = 0;           ///< elements of the cache for one position
    double window = 0;
    double top_keys = 0;
    double index_macs = 0;   ///< of an indexer, for a pair of a query and a key
    double index_cache = 0;  ///< bytes of the indexer's keys for one position, in 8 bit
    double state = 0;        ///< elements that linear attention keeps of a sequence, in fp32
    // routed experts
    double experts = 0;
    double chosen = 0;
    double expert_weights = 0;  ///< elements of one expert on this device
    double expert_inner = 0;
    double expert_groups = 1;  ///< devices that the experts are spread over, each expert on one of them
    double shared = 0;
    attention_kind kind = attention_kind::grouped;
    head_norm norm = head_norm::none;

    /// Experts of one layer that `tokens` touch on this device.
    [[nodiscard]] double touched(double tokens) const {
        return experts / expert_groups * (1 - std::pow(1 - chosen / experts, tokens));
    }
    /// Keys that a decoded token attends to.
    [[nodiscard]] double seen(double context) const {
        const double within = window > 0 ? std::min(context, window) : context;
        return top_keys > 0 ? std::min(within, top_keys) : within;
    }
};

/// One device's share of a language model.
struct language_rank {
    double width = 0;        ///< elements of a position between blocks
    double layers = 0;       ///< of the fullest pipeline stage
    double full_stages = 1;  ///< how many like it make the model: fewer than there are where layers do not divide
    double attention = 0;    ///< weights of projections, all layers
    double dense = 0;        ///< of dense and shared networks and routers
    double experts = 0;      ///< of all experts held
    double head = 0;
    double embedding = 0;
    double norms = 0;
    bool tied = false;
    bool encoder = false;
    double domain = 0;  ///< devices of a stage that the fast link joins; 0: all
    language_layout layout{};
    std::vector<rank_block> blocks{};
};

namespace detail {

[[nodiscard]] inline rank_block block_of(const language_model& rank, std::size_t index, const language_layout& layout) {
    const attention_block& a = rank.blocks[index].attention;
    const feed_forward_block& f = rank.blocks[index].feed_forward;
    const auto number = [](std::int64_t value) { return static_cast<double>(value); };
    rank_block block;
    block.layers = number(rank.count(index));
    block.kind = a.kind;
    block.norm = a.norm;
    block.window = number(a.window);
    block.top_keys = number(a.top_keys);
    block.heads = number(a.heads);
    if (a.kind == attention_kind::linear) {
        block.state = number(multiply(a.heads, a.key_width * a.value_width));
    } else {
        block.pair_width = block.absorbed_width = number(a.key_width + a.value_width);
        block.cache = number(multiply(a.key_heads, a.key_width + a.value_width));
    }
    if (a.kind == attention_kind::latent) {
        block.absorbed_width = number(2 * a.latent + a.rope);
        block.cache = number(a.latent + a.rope);
        block.index_macs = number(a.index_heads * a.index_width);
        block.index_cache = number(a.index_width);
    }
    if (f.experts > 0) {
        block.experts = number(f.experts);
        block.chosen = number(f.chosen);
        block.expert_groups = number(layout.expert);
        block.expert_inner = number(f.expert_inner);
        block.expert_weights = number(multiply(f.gated ? 3 : 2, multiply(rank.width, f.expert_inner)));
        block.shared = number(f.shared_inner);
    }
    return block;
}

}  // namespace detail

/// Sums one device's share under a layout. Throws what `shard` throws.
[[nodiscard]] inline language_rank rank_of(const language_model& model, const language_layout& wanted) {
    check(wanted);
    const language_layout layout = completed(wanted);
    const language_model rank = shard(model, layout);
    const language_counts counts = count(rank);
    const auto of = [&](language_part part) { return static_cast<double>(counts.of(part)); };
    language_rank result;
    result.width = static_cast<double>(rank.width);
    result.layers = static_cast<double>(rank.layers());
    result.full_stages = static_cast<double>(model.layers()) / result.layers;
    result.attention = of(language_part::attention);
    result.dense = of(language_part::dense);
    result.experts = of(language_part::experts);
    result.embedding = of(language_part::embedding);
    result.norms = of(language_part::norms);
    result.head =
        rank.encoder ? 0.0 : static_cast<double>(rank.vocabulary * (rank.embedded > 0 ? rank.embedded : rank.width));
    result.tied = rank.tied;
    result.encoder = rank.encoder;
    result.layout = layout;
    for (std::size_t i = 0; i < rank.blocks.size(); ++i)
        if (rank.count(i) > 0) result.blocks.push_back(detail::block_of(rank, i, layout));
    return result;
}

}  // namespace qutibench
