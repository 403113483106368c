// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Hypervolume: one number for how good a front is.
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/pareto/detail/front_stream.hpp>
#include <qutibench/pareto/detail/lone_zones.hpp>
#include <qutibench/pareto/detail/volume.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qutibench {

namespace detail {

inline void check_reference(std::span<const double> points, std::span<const sense> senses,
                            std::span<const double> reference) {
    static_cast<void>(checked_rows(points, senses));
    if (reference.size() != senses.size()) {
        throw invalid_argument("a reference point of " + std::to_string(reference.size()) + " values does not fit " +
                               std::to_string(senses.size()) + " objectives");
    }
    if (std::any_of(reference.begin(), reference.end(), [](double value) { return std::isnan(value); }))
        throw invalid_argument("a reference point cannot hold a NaN");
}

/// Rows that are better than a reference everywhere, smaller being better now.
template <std::size_t D>
struct counted_rows {
    std::array<double, D> corner{};
    std::vector<std::array<double, D>> rows{};
    std::vector<std::size_t> numbers{};
    bool infinite = false;

    counted_rows(const orientation& turn, std::span<const double> reference) {
        static_cast<void>(turn.apply<D>(reference.data(), corner.data()));
        infinite = std::any_of(corner.begin(), corner.end(), [](double value) { return std::isinf(value); });
    }

    void count(const std::array<double, D>& row, std::size_t number) {
        bool better = true;
        bool unbounded = false;
        for (std::size_t j = 0; j < D; ++j) {
            better &= row[j] < corner[j];
            unbounded |= std::isinf(row[j]);
        }
        if (!better) return;
        infinite |= unbounded;
        rows.push_back(row);
        numbers.push_back(number);
    }
};

/// The rows of the front that count.
template <std::size_t D>
[[nodiscard]] counted_rows<D> counted_front(std::span<const double> points, std::span<const sense> senses,
                                            std::span<const double> reference) {
    const auto front = settled_front<D>(points, senses);
    counted_rows<D> found(front.turn(), reference);
    std::array<double, D> row;
    for (std::size_t i = 0; i < front.numbers().size(); ++i) {
        std::copy_n(front.rows().data() + i * D, D, row.begin());
        found.count(row, static_cast<std::size_t>(front.numbers()[i]));
    }
    return found;
}

/// All rows that count: where they are few, a front first costs more than it saves, and dominated rows add nothing.
template <std::size_t D>
[[nodiscard]] counted_rows<D> counted_all(std::span<const double> points, std::span<const sense> senses,
                                          std::span<const double> reference) {
    const orientation turn(senses);
    counted_rows<D> found(turn, reference);
    std::array<double, D> row;
    for (std::size_t i = 0; i * D < points.size(); ++i)
        if (turn.apply<D>(points.data() + i * D, row.data())) found.count(row, i);
    return found;
}

}  // namespace detail

/// Volume of the part of objective space that the rows of a row-major table dominate and that dominates `reference`, in
/// the product of the objectives' units (Zitzler, Thiele 1998, doi:10.1007/BFb0056872).
///
/// Only rows better than the reference in every objective count; dominated and equal rows add nothing; rows with a NaN
/// are left out; no row that counts gives 0. Infinite when a row that counts, or the reference it beats, is. The sum is
/// in double precision: exact in method, rounded in value. With m rows on the front: O(m log m) up to 3 objectives,
/// O(m^2 c) with 4, where c is the most corners of a staircase at a time (few on fronts, m at worst), O(m^(d-2) c) at
/// worst with more, far less on most fronts.
/// Throws invalid_argument for a reference that holds a NaN or is not one value for each objective, senses that are
/// none or more than 8, a table that they do not fill.
[[nodiscard]] inline double hypervolume(std::span<const double> points, std::span<const sense> senses,
                                        std::span<const double> reference) {
    constexpr std::size_t few = 1024;
    detail::check_reference(points, senses, reference);
    return detail::with_objectives(senses.size(), [&](auto objectives) {
        constexpr std::size_t d = objectives();
        auto counted = points.size() / d <= few ? detail::counted_all<d>(points, senses, reference)
                                                : detail::counted_front<d>(points, senses, reference);
        if (counted.rows.empty()) return 0.0;
        if (counted.infinite) return std::numeric_limits<double>::infinity();
        detail::dominated_volume<d> volume(counted.rows.size());
        return volume.measure(counted.rows, counted.corner);
    });
}

namespace detail {

/// What the boxes of limits leave of each row's box, written to the rows' numbers.
template <std::size_t D>
void own_volumes(counted_rows<D>& counted, std::vector<double>& own) {
    const row_order order = lexicographic<D>(counted.rows);
    std::vector<std::array<double, D>> rows;
    rows.reserve(counted.rows.size());
    for (std::size_t i = 0; i < counted.rows.size(); ++i) rows.push_back(counted.rows[order[i]]);
    if constexpr (D == 2) {  // neighbours in order limit a row
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const double right = i + 1 < rows.size() ? rows[i + 1][0] : counted.corner[0];
            const double top = i > 0 ? rows[i - 1][1] : counted.corner[1];
            own[counted.numbers[order[i]]] = (right - rows[i][0]) * (top - rows[i][1]);
        }
        return;
    }
    if constexpr (D == 3) {
        const std::vector<double> lone = lone_volumes(rows, counted.corner);
        for (std::size_t i = 0; i < rows.size(); ++i) own[counted.numbers[order[i]]] = lone[i];
        return;
    }
    limit_search<D> search;
    search.rank(std::span<const std::array<double, D>>(rows));
    free_volume<D> volume(rows.size());
    std::vector<std::array<double, D>> limits;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!search.among_all(i)) continue;
        search.values(limits);
        own[counted.numbers[order[i]]] = std::max(volume.measure(rows[i], counted.corner, limits), 0.0);
    }
}

}  // namespace detail

/// What the hypervolume of the front would lose without each row of the table: the volume that this row alone
/// dominates. 0 for rows that are dominated, equal to others, not better than the reference everywhere, or hold a NaN.
///
/// With m rows on the front: O(m log m) with 2 and 3 objectives; with more O(l m^2 / 64) to find the l rows that limit
/// each one, few on most fronts, and their volume. Throws invalid_argument as `hypervolume` does, and for rows on the
/// front or a reference that are not finite.
[[nodiscard]] inline std::vector<double> hypervolume_contributions(std::span<const double> points,
                                                                   std::span<const sense> senses,
                                                                   std::span<const double> reference) {
    detail::check_reference(points, senses, reference);
    return detail::with_objectives(senses.size(), [&](auto objectives) {
        constexpr std::size_t d = objectives();
        auto counted = detail::counted_front<d>(points, senses, reference);
        std::vector<double> own(points.size() / d);
        if (counted.rows.empty()) return own;
        if (counted.infinite) throw invalid_argument("contributions need finite rows and a finite reference point");
        detail::own_volumes(counted, own);
        return own;
    });
}

}  // namespace qutibench
