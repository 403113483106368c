// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Picks the exact front routine for a number of objectives.
#pragma once

#include <qutibench/pareto/detail/buffer.hpp>
#include <qutibench/pareto/detail/front_divide.hpp>
#include <qutibench/pareto/detail/front_sweep.hpp>

#include <cstddef>

namespace qutibench::detail {

/// A column whose values are all equal, or D when there is none. O(n D).
template <std::size_t D>
[[nodiscard]] std::size_t constant_column(const double* rows, std::size_t count) noexcept {
    for (std::size_t j = 0; j < D; ++j) {
        std::size_t same = 1;
        while (same < count && rows[same * D + j] == rows[j]) ++same;
        if (same >= count) return j;
    }
    return D;
}

template <std::size_t D>
void keep_front(const double* rows, std::size_t count, bool* keep);

/// The front without a column that decides nothing.
template <std::size_t D>
void keep_front_without(std::size_t column, const double* rows, std::size_t count, bool* keep) {
    buffer<double> narrow(count * (D - 1));
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j + 1 < D; ++j) narrow[i * (D - 1) + j] = rows[i * D + (j < column ? j : j + 1)];
    keep_front<D - 1>(narrow.data(), count, keep);
}

/// keep[i] says whether row i is non-dominated, smaller being better; equal rows share the answer. No value is NaN or
/// -0.
template <std::size_t D>
void keep_front(const double* rows, std::size_t count, bool* keep) {
    if constexpr (D > 1) {
        if (const std::size_t column = constant_column<D>(rows, count); column < D) {
            keep_front_without<D>(column, rows, count, keep);
            return;
        }
    }
    if constexpr (D == 1)
        keep_front_1(rows, count, keep);
    else if constexpr (D == 2)
        keep_front_2(rows, count, keep);
    else if constexpr (D == 3)
        keep_front_3(rows, count, keep);
    else
        keep_front_n<D>(rows, count, keep);
}

}  // namespace qutibench::detail
