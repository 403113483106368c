// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What "better" means for a row of objectives, and the checks that every frontier routine makes of its input.
///
/// Points are rows of a row-major table of doubles, one column for each objective. Row a dominates row b when a is at
/// least as good in every objective and better in one. Equal rows do not dominate each other. Infinities are ordinary
/// values; +0 and -0 are equal. A row that holds a NaN neither dominates nor is dominated: it is in no front.
#pragma once

#include <qutibench/error.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace qutibench {

/// Which end of an objective is the good one.
enum class sense : unsigned char { minimize, maximize };

/// The most objectives that the frontier routines take.
inline constexpr std::size_t max_objectives = 8;

namespace detail {

/// Number of rows in `points`. Throws invalid_argument when the senses or the size do not make a table.
inline std::size_t checked_rows(std::span<const double> points, std::span<const sense> senses) {
    if (senses.empty() || senses.size() > max_objectives) {
        throw invalid_argument("a frontier needs 1 to " + std::to_string(max_objectives) + " objectives, not " +
                               std::to_string(senses.size()));
    }
    for (const sense s : senses) {
        if (s != sense::minimize && s != sense::maximize) {
            throw invalid_argument("an objective's sense is minimize or maximize, not the value " +
                                   std::to_string(static_cast<unsigned>(s)));
        }
    }
    if (points.size() % senses.size() != 0) {
        throw invalid_argument(std::to_string(points.size()) + " values do not fill rows of " +
                               std::to_string(senses.size()) + " objectives");
    }
    return points.size() / senses.size();
}

/// Calls `body` with the number of objectives as an integral_constant, so that inner loops have a fixed length.
template <class Body>
decltype(auto) with_objectives(std::size_t objectives, Body&& body) {
    switch (objectives) {
        case 1:
            return body(std::integral_constant<std::size_t, 1>{});
        case 2:
            return body(std::integral_constant<std::size_t, 2>{});
        case 3:
            return body(std::integral_constant<std::size_t, 3>{});
        case 4:
            return body(std::integral_constant<std::size_t, 4>{});
        case 5:
            return body(std::integral_constant<std::size_t, 5>{});
        case 6:
            return body(std::integral_constant<std::size_t, 6>{});
        case 7:
            return body(std::integral_constant<std::size_t, 7>{});
        default:
            return body(std::integral_constant<std::size_t, 8>{});
    }
}

/// Turns rows so that smaller is better in every objective: +1 for minimize, -1 for maximize.
struct orientation {
    double factor[max_objectives];

    explicit orientation(std::span<const sense> senses) noexcept {
        for (std::size_t j = 0; j < max_objectives; ++j)
            factor[j] = j < senses.size() && senses[j] == sense::maximize ? -1.0 : 1.0;
    }

    /// Writes the turned row; the sum with +0 makes -0 and +0 the same bits. False when the row holds a NaN.
    template <std::size_t D>
    bool apply(const double* row, double* turned) const noexcept {
        bool whole = true;
        for (std::size_t j = 0; j < D; ++j) {
            turned[j] = factor[j] * row[j] + 0.0;
            whole &= turned[j] == turned[j];
        }
        return whole;
    }
};

/// a <= b in the first K columns.
template <std::size_t K>
[[nodiscard]] inline bool no_worse(const double* a, const double* b) noexcept {
    bool le = true;
    for (std::size_t j = 0; j < K; ++j) le &= a[j] <= b[j];
    return le;
}

/// a dominates b, smaller being better.
template <std::size_t K>
[[nodiscard]] inline bool dominates_row(const double* a, const double* b) noexcept {
    bool le = true;
    bool lt = false;
    for (std::size_t j = 0; j < K; ++j) {
        le &= a[j] <= b[j];
        lt |= a[j] < b[j];
    }
    return le && lt;
}

}  // namespace detail

/// Whether row `a` dominates row `b`: no worse in any objective, better in one. False when either holds a NaN. O(d).
/// Throws invalid_argument when a row's length differs from the number of senses, or that is not 1 to 8.
[[nodiscard]] inline bool dominates(std::span<const double> a, std::span<const double> b,
                                    std::span<const sense> senses) {
    if (detail::checked_rows(a, senses) != 1 || detail::checked_rows(b, senses) != 1) {
        throw invalid_argument("dominates compares two rows of " + std::to_string(senses.size()) + " objectives, not " +
                               std::to_string(a.size()) + " and " + std::to_string(b.size()) + " values");
    }
    bool better = false;
    for (std::size_t j = 0; j < senses.size(); ++j) {
        const bool maximize = senses[j] == sense::maximize;
        const double good = maximize ? b[j] : a[j];
        const double bad = maximize ? a[j] : b[j];
        if (!(good <= bad)) return false;
        better |= good < bad;
    }
    return better;
}

/// Indices of the rows that hold a NaN, ascending: those that no front, rank or volume counts. O(n d).
/// Throws invalid_argument when the values do not fill rows of 1 to 8 objectives.
[[nodiscard]] inline std::vector<std::size_t> nan_rows(std::span<const double> points, std::span<const sense> senses) {
    const std::size_t rows = detail::checked_rows(points, senses);
    const std::size_t d = senses.size();
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < rows; ++i) {
        bool nan = false;
        for (std::size_t j = 0; j < d; ++j) nan |= std::isnan(points[i * d + j]);
        if (nan) found.push_back(i);
    }
    return found;
}

}  // namespace qutibench
