// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a language model takes of a device's memory: weights, caches, and the activations of a pass.
#pragma once

#include <qutibench/language/rank.hpp>

namespace qutibench {

/// Bytes on one device.
struct language_memory {
    double weights = 0;
    double cache = 0;        ///< of all sequences in flight
    double activations = 0;  ///< of the largest pass, with its workspace
    double needed = 0;       ///< the sum

    friend constexpr bool operator==(const language_memory&, const language_memory&) = default;
};

/// Bytes of the cache that a sequence of `tokens` positions takes on one device; windows bound it, linear attention
/// keeps a state whatever the length.
[[nodiscard]] inline double cache_bytes(const language_rank& rank, const datatype& cache, double tokens) {
    double sum = 0;
    for (const rank_block& one : rank.blocks) {
        const double kept = one.window > 0 ? std::min(tokens, one.window) : tokens;
        sum += one.layers * (kept * (one.cache * cache.bytes_per_element() + one.index_cache) + one.state * 4);
    }
    return sum;
}

/// Bytes that each further position adds to a sequence's cache while it is within every window.
[[nodiscard]] inline double cache_bytes_per_token(const language_rank& rank, const datatype& cache) {
    double sum = 0;
    for (const rank_block& one : rank.blocks)
        sum += one.layers * (one.cache * cache.bytes_per_element() + one.index_cache);
    return sum;
}

/// Bytes of the weights on one device, by the format of each part; scales of normalisations in 16 bit.
[[nodiscard]] inline double weight_bytes(const language_rank& rank, const language_precision& stored) {
    const double table = rank.embedding + (rank.tied ? 0.0 : rank.head);
    return rank.attention * stored.attention.bytes_per_element() + rank.dense * stored.dense.bytes_per_element() +
           rank.experts * stored.experts.bytes_per_element() + table * stored.head.bytes_per_element() + rank.norms * 2;
}

/// Memory of `sequences` in flight, each of `tokens` positions at its longest, with passes of at most `pass` positions.
/// Activations: the widest layer's input and output twice over, in 16 bit, besides the scores of the vocabulary.
[[nodiscard]] inline language_memory memory_of(const language_rank& rank, const language_precision& stored,
                                               double sequences, double tokens, double pass) {
    language_memory memory;
    memory.weights = weight_bytes(rank, stored);
    const auto data = static_cast<double>(rank.layout.data);
    memory.cache = std::ceil(sequences / data) * cache_bytes(rank, stored.cache, tokens);
    double widest = 4 * rank.width;
    for (const rank_block& one : rank.blocks)
        widest = std::max(widest, one.chosen * (rank.width + 2 * one.expert_inner) / one.expert_groups);
    memory.activations = pass * 2 * (4 * rank.width + widest) + sequences * rank.head / rank.width * 4;
    memory.needed = memory.weights + memory.cache + memory.activations;
    return memory;
}

}  // namespace qutibench
