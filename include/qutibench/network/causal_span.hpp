// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How many keys the queries of a causal attention see: what every attention with a cache counts by.
#pragma once

#include <qutibench/network/layer.hpp>

namespace qutibench::detail {

/// Pairs of a query and a key, summed over `queries` positions after `cached` others, when each sees itself and what
/// came before it, the last `window` positions at most (0: no limit).
[[nodiscard]] constexpr std::int64_t causal_pairs(std::int64_t queries, std::int64_t cached, std::int64_t window) {
    const auto triangle = [](std::int64_t n) { return multiply(n, add(n, 1)) / 2; };
    if (window <= 0 || add(cached, queries) <= window) return add(multiply(queries, cached), triangle(queries));
    const std::int64_t growing = std::max<std::int64_t>(window - cached, 0);  // queries that see less than a window
    const std::int64_t first = add(multiply(growing, std::min(cached, window)), triangle(growing));
    return add(first, multiply(queries - growing, window));
}

/// The same for any number of positions, fractions included: what serving averages over.
[[nodiscard]] constexpr double mean_causal_pairs(double queries, double window) {
    if (window <= 0 || queries <= window) return queries * queries / 2;
    return window * window / 2 + (queries - window) * window;
}

/// Positions of the cache that a query reads.
[[nodiscard]] constexpr std::int64_t cached_positions(std::int64_t cached, std::int64_t window) {
    return window > 0 && cached > window ? window : cached;
}

}  // namespace qutibench::detail
