// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The work of one pass on one device, by groups of kernels, exact.
#pragma once

#include <qutibench/language/engine.hpp>
#include <qutibench/language/rank.hpp>
#include <qutibench/names.hpp>

namespace qutibench {

/// Groups of kernels that a pass is made of.
enum class language_group : unsigned char { projections, core, dense, experts, head, elementwise };
inline constexpr std::size_t language_groups = 6;

template <>
inline constexpr enumeration<language_groups> names_of<language_group>{
    "group of kernels", {"attention projections", "attention core", "dense", "experts", "head", "elementwise"}};

/// Bytes and operations (two a MAC) of a pass, by `language_group`, and what devices exchange.
struct pass_work {
    std::array<double, language_groups> bytes{};
    std::array<double, language_groups> operations{};
    double collectives = 0;  ///< exchanges that wait for each other
    double exchanged = 0;    ///< bytes that a device sends over the fast link
    double between = 0;      ///< bytes that it sends from node to node

    double& moved(language_group group) { return bytes[static_cast<std::size_t>(group)]; }
    double& done(language_group group) { return operations[static_cast<std::size_t>(group)]; }
};

namespace detail {

// A linear attention's chunk of a prompt, whose state is read and written once: positions of the published kernels.
inline constexpr double linear_chunk = 64;
// Element-wise kernels read and write each position about so often a layer, in 16 bit.
inline constexpr double elementwise_moves = 8;

/// Exchanges of `bytes` each by all of `devices`, one in each of `layers`: 2 (n - 1) / n of the bytes over the fast
/// link. Where that joins fewer, the devices of each node exchange first, and each then a share with its like in other
/// nodes (Mikami et al., arXiv:1811.05233, for all-reduces; gathers and scatters move the same).
inline void add_exchange(pass_work& work, double layers, double devices, double domain, double bytes) {
    const double near = domain > 0 ? std::min(devices, domain) : devices;
    const double nodes = std::ceil(devices / near);
    work.exchanged += layers * 2 * (near - 1) / near * bytes;
    if (nodes <= 1) return;
    work.collectives += layers;
    work.between += layers * 2 * (nodes - 1) / nodes * bytes / near;
}

/// All-reduces of tensor parallelism after attention and after the feed-forward network; with data-parallel attention a
/// gather before the experts and a scatter after them.
inline void add_exchanges(pass_work& work, const language_rank& rank, double here, double everywhere) {
    const double a = static_cast<double>(rank.layout.tensor);
    const double n = static_cast<double>(rank.layout.stage());
    if (a > 1) {
        work.collectives += rank.layers;
        add_exchange(work, rank.layers, a, rank.domain, here * rank.width * 2);
    }
    if (n > 1) {
        work.collectives += rank.layers * (rank.layout.data > 1 ? 2 : 1);
        add_exchange(work, rank.layers, n, rank.domain, everywhere * rank.width * 2);
    }
}

/// Weights of the parts: read once a pass, multiplied with each of the positions `here`; of the experts, those that the
/// positions `everywhere` touch.
[[nodiscard]] inline pass_work weights_work(const language_rank& rank, const language_precision& stored, double here,
                                            double everywhere, double scored) {
    pass_work work;
    const auto add = [&](language_group group, double weights, const datatype& as, double rows) {
        work.moved(group) = weights * as.bytes_per_element();
        work.done(group) = 2 * weights * rows;
    };
    add(language_group::projections, rank.attention, stored.attention, here);
    add(language_group::dense, rank.dense, stored.dense, here);
    add(language_group::head, rank.head, stored.head, scored);
    work.moved(language_group::elementwise) = rank.layers * elementwise_moves * here * rank.width * 2;
    const double n = static_cast<double>(rank.layout.stage());
    for (const rank_block& one : rank.blocks) {
        if (one.experts == 0) continue;
        work.moved(language_group::experts) +=
            one.layers * one.touched(everywhere) * one.expert_weights * stored.experts.bytes_per_element();
        work.done(language_group::experts) +=
            2 * one.layers * everywhere * one.chosen * one.expert_weights / one.expert_groups;
        work.moved(language_group::elementwise) +=
            one.layers * everywhere * one.chosen * 2 * (2 * rank.width / n + 3 * one.expert_inner / one.expert_groups);
    }
    add_exchanges(work, rank, here, everywhere);
    return work;
}

}  // namespace detail

/// A decode step of `requests` in flight, all devices together, that each add `tokens` positions (one, or more when
/// drafts are verified) at `context` positions. With fewer requests than copies of attention it is that of a copy that
/// has one.
[[nodiscard]] inline pass_work decode_work(const language_rank& rank, const language_precision& stored, double requests,
                                           double context, double tokens = 1) {
    const double here = std::max(requests / static_cast<double>(rank.layout.data), 1.0);
    pass_work work = detail::weights_work(rank, stored, here * tokens, requests * tokens, here * tokens);
    for (const rank_block& one : rank.blocks) {
        const double seen = one.seen(context);
        work.moved(language_group::core) +=
            here * one.layers *
            (seen * one.cache * stored.cache.bytes_per_element() + context * one.index_cache + one.state * 8);
        work.done(language_group::core) +=
            2 * here * tokens * one.layers *
            (seen * one.heads * one.absorbed_width + context * one.index_macs + 3 * one.state);
    }
    return work;
}

/// The pass over one prompt of `prompt` positions, of which the first `reused` are in the cache already.
[[nodiscard]] inline pass_work prefill_work(const language_rank& rank, const language_precision& stored, double prompt,
                                            double reused = 0) {
    const double fresh = prompt - reused;
    pass_work work = detail::weights_work(rank, stored, fresh, fresh, 1);
    const auto pairs = [&](double limit) {
        return detail::mean_causal_pairs(prompt, limit) - detail::mean_causal_pairs(reused, limit);
    };
    for (const rank_block& one : rank.blocks) {
        const double limit = one.window > 0 ? one.window : one.top_keys > 0 ? one.top_keys : 0;
        work.moved(language_group::core) +=
            one.layers * (prompt * (one.cache * stored.cache.bytes_per_element() + one.index_cache) +
                          fresh / detail::linear_chunk * one.state * 8);
        work.done(language_group::core) +=
            2 * one.layers *
            (pairs(limit) * one.heads * one.pair_width + pairs(0) * one.index_macs + 3 * fresh * one.state);
    }
    return work;
}

}  // namespace qutibench
