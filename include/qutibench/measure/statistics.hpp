// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How well predictions follow measurements: correlation, errors, and how sure one can be of either. Plain doubles.
#pragma once

#include <qutibench/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace qutibench {

namespace detail {

inline void require_pairs(std::span<const double> x, std::span<const double> y, std::size_t least) {
    if (x.size() != y.size())
        throw invalid_argument("there are " + std::to_string(x.size()) + " values on one side and " +
                               std::to_string(y.size()) + " on the other");
    if (x.size() < least)
        throw invalid_argument("at least " + std::to_string(least) + " pairs are needed, not " +
                               std::to_string(x.size()));
    const auto infinite = [](double one) { return !std::isfinite(one); };
    if (std::any_of(x.begin(), x.end(), infinite) || std::any_of(y.begin(), y.end(), infinite))
        throw invalid_argument("every value must be a finite number; leave out what was not measured");
}

/// Ranks from 1; equal values share the mean of theirs.
[[nodiscard]] inline std::vector<double> ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> result(values.size());
    for (std::size_t i = 0; i < order.size();) {
        std::size_t end = i;
        while (end < order.size() && values[order[end]] == values[order[i]]) ++end;
        const double shared = (static_cast<double>(i) + static_cast<double>(end) + 1) / 2;
        for (; i < end; ++i) result[order[i]] = shared;
    }
    return result;
}

/// Pairs among equal neighbours of a sorted sequence.
template <class Same>
[[nodiscard]] double tied_pairs(std::size_t size, Same same) {
    double pairs = 0;
    for (std::size_t i = 0; i < size;) {
        std::size_t end = i + 1;
        while (end < size && same(i, end)) ++end;
        const auto run = static_cast<double>(end - i);
        pairs += run * (run - 1) / 2;
        i = end;
    }
    return pairs;
}

/// Sorts, and counts the exchanges that neighbours would need.
[[nodiscard]] inline double sort_exchanges(std::span<double> values, std::vector<double>& buffer) {
    if (values.size() < 2) return 0;
    const std::size_t half = values.size() / 2;
    const std::span<double> left = values.first(half), right = values.subspan(half);
    double exchanges = sort_exchanges(left, buffer) + sort_exchanges(right, buffer);
    buffer.clear();
    for (std::size_t a = 0, b = 0; a < left.size() || b < right.size();) {
        if (b == right.size() || (a < left.size() && left[a] <= right[b])) {
            buffer.push_back(left[a++]);
        } else {
            buffer.push_back(right[b++]);
            exchanges += static_cast<double>(left.size() - a);
        }
    }
    std::copy(buffer.begin(), buffer.end(), values.begin());
    return exchanges;
}

/// Linear interpolation between neighbours, numpy's default; `fraction` from 0 to 1. Sorts.
[[nodiscard]] inline double quantile(std::vector<double>& values, double fraction) {
    std::sort(values.begin(), values.end());
    const double rank = fraction * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (rank - static_cast<double>(below)) * (values[above] - values[below]);
}

/// Sebastiano Vigna's SplitMix64: the same numbers on every machine (Steele et al., OOPSLA 2014,
/// doi:10.1145/2660193.2660195).
class split_mix {
public:
    explicit split_mix(std::uint64_t seed) : state_(seed) {}
    [[nodiscard]] std::uint64_t next() {
        std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31U);
    }
    /// An index below `size`; its bias of size / 2^64 does not matter here.
    [[nodiscard]] std::size_t below(std::size_t size) { return static_cast<std::size_t>(next() % size); }

private:
    std::uint64_t state_;
};

}  // namespace detail

/// Pearson's correlation coefficient; NaN when one side is constant. Throws invalid_argument on sides of different
/// length, fewer than two pairs, and values that are not finite.
[[nodiscard]] inline double pearson(std::span<const double> x, std::span<const double> y) {
    detail::require_pairs(x, y, 2);
    // Asked of the values: a mean is rounded, so that differences from it need not be zero.
    const auto is_constant = [](std::span<const double> values) {
        return std::all_of(values.begin(), values.end(), [&](double one) { return one == values[0]; });
    };
    if (is_constant(x) || is_constant(y)) return std::numeric_limits<double>::quiet_NaN();
    const auto count = static_cast<double>(x.size());
    const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / count;
    const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / count;
    double xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double dx = x[i] - mean_x, dy = y[i] - mean_y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return xx > 0 && yy > 0 ? xy / (std::sqrt(xx) * std::sqrt(yy)) : std::numeric_limits<double>::quiet_NaN();
}

/// Spearman's rank correlation: Pearson's of the ranks. Throws as `pearson`.
[[nodiscard]] inline double spearman(std::span<const double> x, std::span<const double> y) {
    detail::require_pairs(x, y, 2);
    return pearson(detail::ranks(x), detail::ranks(y));
}

/// Kendall's tau-b, O(n log n) (Knight, JASA 61, 1966, doi:10.1080/01621459.1966.10480879); NaN when one side is
/// constant. Throws as `pearson`.
[[nodiscard]] inline double kendall(std::span<const double> x, std::span<const double> y) {
    detail::require_pairs(x, y, 2);
    const std::size_t size = x.size();
    std::vector<std::size_t> order(size);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return x[a] != x[b] ? x[a] < x[b] : y[a] < y[b]; });
    const auto same_x = [&](std::size_t a, std::size_t b) { return x[order[a]] == x[order[b]]; };
    const double tied_x = detail::tied_pairs(size, same_x);
    const double tied_both = detail::tied_pairs(
        size, [&](std::size_t a, std::size_t b) { return same_x(a, b) && y[order[a]] == y[order[b]]; });
    std::vector<double> sorted(size), buffer;
    for (std::size_t i = 0; i < size; ++i) sorted[i] = y[order[i]];
    const double exchanges = detail::sort_exchanges(sorted, buffer);
    const double tied_y =
        detail::tied_pairs(size, [&](std::size_t a, std::size_t b) { return sorted[a] == sorted[b]; });
    const double pairs = static_cast<double>(size) * (static_cast<double>(size) - 1) / 2;
    const double untied = std::sqrt(pairs - tied_x) * std::sqrt(pairs - tied_y);
    return untied > 0 ? (pairs - tied_x - tied_y + tied_both - 2 * exchanges) / untied
                      : std::numeric_limits<double>::quiet_NaN();
}

/// Errors of predictions relative to what was measured.
struct prediction_errors {
    std::size_t count = 0;
    double mape = 0;        ///< mean of |predicted / measured - 1|
    double median_ape = 0;  ///< its median
    double worst_ape = 0;
    double within_10_percent = 0;  ///< share of predictions off by at most 10 %, the yardstick of nn-Meter
    double bias = 1;               ///< geometric mean of predicted / measured: above 1 is optimistic for throughput
};

/// Throws invalid_argument on sides of different length, no pair, and values that are not positive and finite.
[[nodiscard]] inline prediction_errors errors_of(std::span<const double> predicted, std::span<const double> measured) {
    detail::require_pairs(predicted, measured, 1);
    prediction_errors result;
    std::vector<double> errors;
    double logs = 0;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        if (!(predicted[i] > 0 && measured[i] > 0))
            throw invalid_argument("predictions and measurements must be positive");
        const double error = std::abs(predicted[i] / measured[i] - 1);
        errors.push_back(error);
        logs += std::log(predicted[i] / measured[i]);
        // A prediction that is exactly 10 % off counts, whatever the last bit says.
        result.within_10_percent += error <= 0.1 * (1 + 1e-12) ? 1 : 0;
    }
    const auto count = static_cast<double>(errors.size());
    result.count = errors.size();
    result.mape = std::accumulate(errors.begin(), errors.end(), 0.0) / count;
    result.within_10_percent /= count;
    result.bias = std::exp(logs / count);
    result.median_ape = detail::quantile(errors, 0.5);
    result.worst_ape = errors.back();
    return result;
}

/// Where a statistic lies.
struct confidence_interval {
    double low = 0;
    double high = 0;
};

/// Percentile bootstrap (Efron, Annals of Statistics 7, 1979, doi:10.1214/aos/1176344552): resamples the indices 0 to
/// `size` - 1 with replacement and returns the middle `level` of `statistic(std::span<const std::size_t>)`; resamples
/// on which it is NaN are passed over. The same seed gives the same interval on every machine. Small samples give
/// intervals that are too narrow. Throws invalid_argument on no element, a level outside 0 to 1, fewer than 10
/// resamples, and when the statistic is never a number.
template <class Statistic>
[[nodiscard]] confidence_interval bootstrap(std::size_t size, Statistic statistic, double level = 0.95,
                                            int resamples = 2000, std::uint64_t seed = 1) {
    if (size == 0) throw invalid_argument("the bootstrap needs at least one element");
    if (!(level > 0 && level < 1))
        throw invalid_argument("a confidence level lies between 0 and 1, not at " + std::to_string(level));
    if (resamples < 10) throw invalid_argument("the bootstrap needs at least 10 resamples");
    detail::split_mix random(seed);
    std::vector<std::size_t> drawn(size);
    std::vector<double> values;
    for (int i = 0; i < resamples; ++i) {
        for (std::size_t& one : drawn) one = random.below(size);
        const double value = statistic(std::span<const std::size_t>(drawn));
        if (value == value) values.push_back(value);
    }
    if (values.empty()) throw invalid_argument("the statistic is not a number on any resample");
    const double low = detail::quantile(values, (1 - level) / 2);
    return {low, detail::quantile(values, (1 + level) / 2)};
}

/// `bootstrap` of a statistic of pairs, such as `pearson`: `statistic(x, y)` over resampled pairs.
template <class Statistic>
[[nodiscard]] confidence_interval bootstrap_pairs(std::span<const double> x, std::span<const double> y,
                                                  Statistic statistic, double level = 0.95, int resamples = 2000,
                                                  std::uint64_t seed = 1) {
    detail::require_pairs(x, y, 2);
    std::vector<double> a(x.size()), b(y.size());
    const auto of_drawn = [&](std::span<const std::size_t> drawn) {
        for (std::size_t i = 0; i < drawn.size(); ++i) {
            a[i] = x[drawn[i]];
            b[i] = y[drawn[i]];
        }
        return static_cast<double>(statistic(std::span<const double>(a), std::span<const double>(b)));
    };
    return bootstrap(x.size(), of_drawn, level, resamples, seed);
}

}  // namespace qutibench
