// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The exact set of non-dominated rows of a table.
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/pareto/detail/front_stream.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace qutibench {

namespace detail {

/// Calls `found` with the number of each non-dominated row, ascending.
template <class Found>
void for_each_in_front(std::span<const double> points, std::span<const sense> senses, const Found& found) {
    static_cast<void>(checked_rows(points, senses));
    with_objectives(senses.size(), [&](auto objectives) {
        const auto front = settled_front<objectives()>(points, senses);
        for (const std::uint64_t number : front.numbers()) found(static_cast<std::size_t>(number));
    });
}

}  // namespace detail

/// Writes to mask[i] whether row i of the row-major n x d table `points` is non-dominated. Equal rows are all in or all
/// out; a row with a NaN is out (see `nan_rows`); infinities count as values.
///
/// Time: O(n d) to read the table and drop what a few strong rows dominate; for the m rows left O(m log m) with up to
/// three objectives and O(m log^(d-2) m) with more (at most O(d m^2 / 64) up to 16384 rows). Memory: O(m d); the table
/// is not copied where most rows are dominated. One thread.
/// Throws invalid_argument for senses that are none or more than 8, a table that they do not fill, a mask of the wrong
/// length; overflow_error for more than 4294967295 rows left.
void pareto_mask(std::span<const double> points, std::span<const sense> senses, std::span<bool> mask);

/// Numbers of the non-dominated rows, ascending; otherwise as `pareto_mask`.
[[nodiscard]] std::vector<std::size_t> pareto_front(std::span<const double> points, std::span<const sense> senses);

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE void pareto_mask(std::span<const double> points, std::span<const sense> senses, std::span<bool> mask) {
    const std::size_t rows = detail::checked_rows(points, senses);
    if (mask.size() != rows) {
        throw invalid_argument("a mask of " + std::to_string(mask.size()) + " entries does not fit " +
                               std::to_string(rows) + " rows");
    }
    std::fill(mask.begin(), mask.end(), false);
    detail::for_each_in_front(points, senses, [mask](std::size_t row) { mask[row] = true; });
}

QUTIBENCH_INLINE std::vector<std::size_t> pareto_front(std::span<const double> points, std::span<const sense> senses) {
    std::vector<std::size_t> front;
    detail::for_each_in_front(points, senses, [&front](std::size_t row) { front.push_back(row); });
    return front;
}

}  // namespace qutibench
#endif
