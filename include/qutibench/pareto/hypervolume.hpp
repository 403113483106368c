// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Hypervolume: one number for how good a front is.
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/pareto/detail/front_stream.hpp>
#include <qutibench/pareto/detail/volume.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace qutibench {

/// Volume of the part of objective space that the rows of a row-major table dominate and that dominates `reference`, in
/// the product of the objectives' units (Zitzler, Thiele 1998, doi:10.1007/BFb0056872).
///
/// Only rows better than the reference in every objective count; dominated and equal rows add nothing; rows with a NaN
/// are left out; no row that counts gives 0. Infinite when a row that counts, or the reference it beats, is. The sum is
/// in double precision: exact in method, rounded in value. With m rows on the front: O(m log m) up to 3 objectives,
/// O(m^2 log m) with 4, O(m^(d-2) log m) at worst with more, far less on most fronts.
/// Throws invalid_argument for a reference that holds a NaN or is not one value for each objective, senses that are
/// none or more than 8, a table that they do not fill.
[[nodiscard]] inline double hypervolume(std::span<const double> points, std::span<const sense> senses,
                                        std::span<const double> reference) {
    static_cast<void>(detail::checked_rows(points, senses));
    if (reference.size() != senses.size()) {
        throw invalid_argument("a reference point of " + std::to_string(reference.size()) + " values does not fit " +
                               std::to_string(senses.size()) + " objectives");
    }
    if (std::any_of(reference.begin(), reference.end(), [](double value) { return std::isnan(value); }))
        throw invalid_argument("a reference point cannot hold a NaN");
    return detail::with_objectives(senses.size(), [&](auto objectives) {
        constexpr std::size_t d = objectives();
        using row_type = std::array<double, d>;
        const auto front = detail::settled_front<d>(points, senses);
        row_type corner;
        static_cast<void>(front.turn().template apply<d>(reference.data(), corner.data()));
        std::vector<row_type> counted;
        bool infinite = std::any_of(corner.begin(), corner.end(), [](double value) { return std::isinf(value); });
        for (std::size_t i = 0; i < front.numbers().size(); ++i) {
            row_type row;
            std::copy_n(front.rows().data() + i * d, d, row.begin());
            bool better = true;
            bool unbounded = false;
            for (std::size_t j = 0; j < d; ++j) {
                better &= row[j] < corner[j];
                unbounded |= std::isinf(row[j]);
            }
            if (!better) continue;
            infinite |= unbounded;
            counted.push_back(row);
        }
        if (counted.empty()) return 0.0;
        if (infinite) return std::numeric_limits<double>::infinity();
        detail::dominated_volume<d> volume(counted.size());
        return volume.measure(counted, corner);
    });
}

}  // namespace qutibench
