// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Exact non-dominated rows for one to three objectives, by one ordered walk. Smaller is better everywhere; no value is
/// NaN or -0.
#pragma once

#include <qutibench/pareto/detail/buffer.hpp>
#include <qutibench/pareto/detail/row_order.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

namespace qutibench::detail {

/// Smallest value entered at or below a place; both operations O(log n) (Fenwick 1994, doi:10.1002/spe.4380240306).
class prefix_minimum {
public:
    explicit prefix_minimum(std::size_t places) : least_(places + 1, std::numeric_limits<double>::quiet_NaN()) {}

    void enter(std::size_t place, double value) noexcept {
        for (std::size_t i = place + 1; i < least_.size(); i += i & (~i + 1)) {
            if (least_[i] <= value) return;
            least_[i] = value;
        }
    }

    /// Whether a value no larger than `value` was entered at or below `place`.
    [[nodiscard]] bool reaches(std::size_t place, double value) const noexcept {
        for (std::size_t i = place + 1; i > 0; i &= i - 1)
            if (least_[i] <= value) return true;
        return false;
    }

private:
    std::vector<double> least_;  // a place without an entry is NaN, which no comparison reaches
};

/// Distinct rows in lexicographic order, and which of them stands at each place of the order with equal rows in.
template <std::size_t D>
class ordered_groups {
public:
    ordered_groups(const double* rows, std::size_t count, const row_order& order) : group_(count) {
        rows_.reserve(count * D);
        const double* previous = nullptr;
        for (std::size_t i = 0; i < count; ++i) {
            const double* row = rows + order[i] * D;
            if (previous == nullptr || compare_rows<D>(previous, row) != 0) rows_.insert(rows_.end(), row, row + D);
            group_[i] = static_cast<std::uint32_t>(rows_.size() / D - 1);
            previous = row;
        }
    }

    [[nodiscard]] const double* rows() const noexcept { return rows_.data(); }
    [[nodiscard]] std::size_t size() const noexcept { return rows_.size() / D; }
    [[nodiscard]] std::size_t of(std::size_t place) const noexcept { return group_[place]; }

private:
    buffer<double> rows_;
    buffer<std::uint32_t> group_;
};

/// Walks rows in lexicographic order; `dominated(row number)` is asked once for each group of equal rows.
template <std::size_t D, class Dominated>
void keep_in_order(const double* rows, std::size_t count, bool* keep, const Dominated& dominated) {
    const row_order order(rows, D, D, count);
    const double* previous = nullptr;
    bool kept = false;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at = order[i];
        const double* row = rows + at * D;
        if (previous == nullptr || compare_rows<D>(previous, row) != 0) kept = !dominated(at);
        keep[at] = kept;
        previous = row;
    }
}

/// O(n).
inline void keep_front_1(const double* rows, std::size_t count, bool* keep) {
    const double least = count > 0 ? *std::min_element(rows, rows + count) : 0.0;
    for (std::size_t i = 0; i < count; ++i) keep[i] = rows[i] == least;
}

/// In order of the first column a row is dominated when an earlier one is no worse in the second. O(n log n).
inline void keep_front_2(const double* rows, std::size_t count, bool* keep) {
    double best = std::numeric_limits<double>::quiet_NaN();
    keep_in_order<2>(rows, count, keep, [&](std::size_t at) {
        const double second = rows[at * 2 + 1];
        if (best <= second) return true;
        best = second;
        return false;
    });
}

/// places[i] is the number of distinct values of the column below column[i * stride]. O(n).
inline void dense_ranks(const double* column, std::size_t stride, std::size_t count, std::uint32_t* places) {
    const row_order order(column, stride, 1, count);
    std::uint32_t place = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0 && column[order[i - 1] * stride] != column[order[i] * stride]) ++place;
        places[order[i]] = place;
    }
}

/// In order of the first column a row is dominated when an earlier one with no larger second column has no larger
/// third. O(n log n) (after Kung, Luccio, Preparata 1975, doi:10.1145/321906.321910).
inline void keep_front_3(const double* rows, std::size_t count, bool* keep) {
    const auto place = unset_array<std::uint32_t>(count);
    dense_ranks(rows + 1, 3, count, place.get());
    prefix_minimum third(count);
    keep_in_order<3>(rows, count, keep, [&](std::size_t at) {
        const double value = rows[at * 3 + 2];
        if (third.reaches(place[at], value)) return true;
        third.enter(place[at], value);
        return false;
    });
}

}  // namespace qutibench::detail
