// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Fewer points than a front has: the knee, and a subset that misses no point by more than a stated amount.
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/pareto/detail/front_stream.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qutibench {

/// The point of a front where further gain in one objective costs most in the others.
struct knee_point {
    std::size_t row = 0;    ///< its number in the table
    double distance = 0.0;  ///< below the plane through the ends, in the unit box; negative where the front bulges up
};

/// How far a row may be missed: by an amount in the objective's unit, or by a share of its value.
enum class tolerance : unsigned char { absolute, relative };

namespace detail {

template <std::size_t D>
std::optional<knee_point> find_knee(const front_stream<D>& front) {
    const auto finite = [](const double* row) {
        return std::all_of(row, row + D, [](double value) { return std::isfinite(value); });
    };
    std::array<double, D> low;
    std::array<double, D> high;
    low.fill(std::numeric_limits<double>::infinity());
    high.fill(-std::numeric_limits<double>::infinity());
    const std::size_t count = front.numbers().size();
    for (std::size_t i = 0; i < count; ++i) {
        const double* row = front.rows().data() + i * D;
        if (!finite(row)) continue;
        for (std::size_t j = 0; j < D; ++j) {
            low[j] = std::min(low[j], row[j]);
            high[j] = std::max(high[j], row[j]);
        }
    }
    double traded = 0.0;
    for (std::size_t j = 0; j < D; ++j) traded += low[j] < high[j] ? 1.0 : 0.0;
    std::optional<knee_point> best;
    for (std::size_t i = 0; i < count; ++i) {
        const double* row = front.rows().data() + i * D;
        if (!finite(row)) continue;
        double sum = 0.0;
        for (std::size_t j = 0; j < D; ++j) {
            // halves, so that the range of the largest numbers does not overflow
            if (low[j] < high[j]) sum += (row[j] / 2 - low[j] / 2) / (high[j] / 2 - low[j] / 2);
        }
        const double distance = traded > 0.0 ? (1.0 - sum) / std::sqrt(traded) : 0.0;
        if (!best || distance > best->distance)
            best = knee_point{static_cast<std::size_t>(front.numbers()[i]), distance};
    }
    return best;
}

/// What a row offers (`value`) and the most that it accepts in its stead (`limit`): one covers another when its value
/// is within the other's limit in every objective. Both grow with the row.
template <std::size_t D>
struct toleranced {
    std::array<double, D> value;
    std::array<double, D> limit;
    std::uint64_t number;

    [[nodiscard]] bool covers(const toleranced& other) const noexcept {
        return no_worse<D>(value.data(), other.limit.data());
    }
};

template <std::size_t D>
std::vector<toleranced<D>> with_tolerance(const front_stream<D>& front, std::span<const double> epsilon,
                                          tolerance kind) {
    std::vector<toleranced<D>> rows(front.numbers().size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i].number = front.numbers()[i];
        for (std::size_t j = 0; j < D; ++j) {
            const double turned = front.rows()[i * D + j];
            const bool maximize = front.turn().factor[j] < 0.0;
            if (kind == tolerance::relative && (maximize ? turned >= 0.0 : turned <= 0.0)) {
                throw invalid_argument("a relative tolerance needs positive values on the front; objective " +
                                       std::to_string(j) + " of row " + std::to_string(rows[i].number) + " is " +
                                       std::to_string(front.turn().factor[j] * turned));
            }
            const double wider = turned * (1.0 + epsilon[j]);
            const bool relative = kind == tolerance::relative;
            rows[i].value[j] = relative && maximize ? wider : turned;
            rows[i].limit[j] = !relative ? turned + epsilon[j] : maximize ? turned : wider;
        }
    }
    std::sort(rows.begin(), rows.end(), [](const toleranced<D>& a, const toleranced<D>& b) {
        return a.value != b.value ? a.value < b.value : a.number < b.number;
    });
    return rows;
}

/// Covers the first row not yet covered, in order of the first objective, by the last row that can.
template <std::size_t D>
std::vector<std::size_t> greedy_cover(const std::vector<toleranced<D>>& rows) {
    std::vector<std::size_t> chosen;
    std::vector<bool> covered(rows.size());
    for (std::size_t first = 0; first < rows.size(); ++first) {
        if (covered[first]) continue;
        std::size_t best = first;
        for (std::size_t i = first + 1; i < rows.size() && rows[i].value[0] <= rows[first].limit[0]; ++i)
            if (rows[i].value != rows[best].value && rows[i].covers(rows[first])) best = i;
        chosen.push_back(static_cast<std::size_t>(rows[best].number));
        for (std::size_t i = first; i < rows.size(); ++i)
            if (!covered[i]) covered[i] = rows[best].covers(rows[i]);
    }
    std::sort(chosen.begin(), chosen.end());
    return chosen;
}

}  // namespace detail

/// The knee of the table's front, or nothing when no row of the front is finite.
///
/// Objectives are scaled so that the front's finite rows span 0 (best) to 1 (worst) in each; the knee is the row
/// farthest below the plane on which the scaled objectives sum to 1, which with two objectives is the line through the
/// front's ends (Das 1999, doi:10.1007/BF01195985). Of equal distances the first row counts. Rows with an infinity are
/// passed over. Time and memory as `pareto_mask`, plus O(d m).
/// Throws invalid_argument for senses that are none or more than 8, or a table that they do not fill.
[[nodiscard]] inline std::optional<knee_point> pareto_knee(std::span<const double> points,
                                                           std::span<const sense> senses) {
    static_cast<void>(detail::checked_rows(points, senses));
    return detail::with_objectives(senses.size(), [&](auto objectives) {
        return detail::find_knee(detail::settled_front<objectives()>(points, senses));
    });
}

/// Numbers, ascending, of a few rows of the front that together miss no row of the table by more than `epsilon`: for
/// each row p without a NaN there is a chosen row s such that in every objective j
///   absolute: s <= p + epsilon[j] to minimize, s >= p - epsilon[j] to maximize;
///   relative: s <= p (1 + epsilon[j]) to minimize, s (1 + epsilon[j]) >= p to maximize, for positive values,
/// as these come out in double precision (additive and multiplicative epsilon-dominance: Laumanns, Thiele, Deb, Zitzler
/// 2002, doi:10.1162/106365602760234108).
///
/// With two objectives no smaller set of front rows does it; with more the set is small, not smallest. An epsilon of 0
/// gives one row of each group of equal ones. With m rows on the front and k chosen: as `pareto_mask`, plus
/// O(m log m + d k m).
/// Throws invalid_argument for tolerances that are not one for each objective, negative or not finite; for a relative
/// tolerance when a front row is not positive; as `pareto_mask` otherwise.
[[nodiscard]] inline std::vector<std::size_t> epsilon_front(std::span<const double> points,
                                                            std::span<const sense> senses,
                                                            std::span<const double> epsilon,
                                                            tolerance kind = tolerance::absolute) {
    static_cast<void>(detail::checked_rows(points, senses));
    if (epsilon.size() != senses.size()) {
        throw invalid_argument(std::to_string(epsilon.size()) + " tolerances do not fit " +
                               std::to_string(senses.size()) + " objectives");
    }
    for (const double value : epsilon)
        if (!std::isfinite(value) || value < 0.0)
            throw invalid_argument(detail::message({"a tolerance is finite and not negative, unlike ", value}));
    if (kind != tolerance::absolute && kind != tolerance::relative)
        throw invalid_argument("a tolerance is absolute or relative");
    return detail::with_objectives(senses.size(), [&](auto objectives) {
        const auto front = detail::settled_front<objectives()>(points, senses);
        return detail::greedy_cover(detail::with_tolerance(front, epsilon, kind));
    });
}

}  // namespace qutibench
