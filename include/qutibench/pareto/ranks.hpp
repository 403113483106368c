// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Non-dominated sorting: the front has rank 0, the front of what remains rank 1, and so on.
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/pareto/detail/front_sweep.hpp>
#include <qutibench/pareto/detail/rank_divide.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace qutibench {

/// The rank of a row that holds a NaN: it takes part in no front.
inline constexpr std::uint32_t no_rank = std::numeric_limits<std::uint32_t>::max();

/// Rank of every row: one more than the largest rank among the rows that dominate it, 0 for the front. Equal rows have
/// equal ranks. O(n log n) with up to two objectives, O(n log^(d-1) n) with more: with three by an ordered walk (at
/// worst n^2 / 65536 short moves besides), then by halves (Jensen 2003, doi:10.1109/TEVC.2003.817234, in the form that
/// Fortin, Grenier, Parizeau 2013, GECCO, pp. 615-622, gave it for equal values). Memory O(n d). Throws
/// invalid_argument for senses that are none or more than 8, or a table that they do not fill; overflow_error for more
/// than 2147483647 rows.
[[nodiscard]] inline std::vector<std::uint32_t> pareto_ranks(std::span<const double> points,
                                                             std::span<const sense> senses) {
    const std::size_t count = detail::checked_rows(points, senses);
    if (count > 0x7FFFFFFF) throw overflow_error("ranks are found for at most 2147483647 rows");
    std::vector<std::uint32_t> ranks(count, no_rank);
    detail::with_objectives(senses.size(), [&](auto objectives) {
        constexpr std::size_t d = objectives();
        const detail::orientation turn(senses);
        detail::buffer<double> rows(count * d);
        std::vector<std::uint32_t> numbers;
        for (std::size_t i = 0; i < count; ++i)
            if (turn.apply<d>(points.data() + i * d, rows.data() + numbers.size() * d))
                numbers.push_back(static_cast<std::uint32_t>(i));
        detail::rank_rows<d>(rows.data(), numbers.size(),
                             [&](std::size_t row, std::uint32_t rank) { ranks[numbers[row]] = rank; });
    });
    return ranks;
}

}  // namespace qutibench
