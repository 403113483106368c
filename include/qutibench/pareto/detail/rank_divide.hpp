// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Non-dominated sorting, of four and more columns by divide and conquer. Smaller is better everywhere; no value is NaN
/// or -0.
#pragma once

#include <qutibench/pareto/detail/buffer.hpp>
#include <qutibench/pareto/detail/column_cut.hpp>
#include <qutibench/pareto/detail/front_sweep.hpp>
#include <qutibench/pareto/detail/rank_walk.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace qutibench::detail {

/// Largest number entered at or below a place, plus one; 0 when there is none. Both operations O(log n).
class prefix_next {
public:
    explicit prefix_next(std::size_t places) : next_(places + 1, 0) {}

    void enter(std::size_t place, std::uint32_t value) noexcept {
        for (std::size_t i = place + 1; i < next_.size() && next_[i] <= value; i += i & (~i + 1)) next_[i] = value + 1;
    }

    [[nodiscard]] std::uint32_t after(std::size_t place) const noexcept {
        std::uint32_t next = 0;
        for (std::size_t i = place + 1; i > 0; i &= i - 1) next = std::max(next, next_[i]);
        return next;
    }

private:
    std::vector<std::uint32_t> next_;
};

/// Ranks of distinct rows in lexicographic order, where an earlier row dominates a later one as soon as it is no worse
/// in columns 1 to D - 1. A rank is raised until every dominator has had its say, left half before right.
template <std::size_t D>
class ordered_ranks {
    static_assert(D >= 4);

public:
    ordered_ranks(const double* rows, std::uint32_t* ranks) : rows_(rows), ranks_(ranks) {}

    void solve(std::span<const std::uint32_t> ids) {
        if (ids.size() <= few) {
            for (std::size_t i = 1; i < ids.size(); ++i) raise_directly<D - 1>(ids.first(i), ids.subspan(i, 1));
            return;
        }
        const std::size_t half = ids.size() / 2;
        solve(ids.first(half));
        raise<D - 1>(ids.first(half), ids.subspan(half));
        solve(ids.subspan(half));
    }

private:
    static constexpr std::size_t few = 64;
    static constexpr std::size_t few_pairs = 16384;

    using const_ids = std::span<const std::uint32_t>;

    [[nodiscard]] const double* row(std::uint32_t id) const noexcept { return rows_ + std::size_t{id} * D; }

    /// Raises each weak rank above those of the strong rows that are no worse in columns 1 to K.
    template <std::size_t K>
    void raise(const_ids strong, const_ids weak) {
        if (strong.empty() || weak.empty()) return;
        if (strong.size() * weak.size() <= few_pairs)
            raise_directly<K>(strong, weak);
        else if constexpr (K == 2)
            raise_by_sweep(strong, weak);
        else
            raise_by_halves<K>(strong, weak);
    }

    template <std::size_t K>
    void raise_directly(const_ids strong, const_ids weak) {
        for (const std::uint32_t w : weak) {
            std::uint32_t rank = ranks_[w];
            for (const std::uint32_t s : strong)
                if (ranks_[s] >= rank && no_worse<K>(row(s) + 1, row(w) + 1)) rank = ranks_[s] + 1;
            ranks_[w] = rank;
        }
    }

    template <std::size_t K>
    void raise_by_halves(const_ids strong, const_ids weak) {
        const auto value = [this](std::uint32_t id) { return row(id)[K]; };
        const column_cut cut(strong, weak, value);
        if (cut.kind() == column_cut::relation::settled) return raise<K - 1>(strong, weak);
        if (cut.kind() == column_cut::relation::apart) return;
        const auto below = [&](std::uint32_t id) { return cut.below(value(id)); };
        std::vector<std::uint32_t> s(strong.begin(), strong.end());
        std::vector<std::uint32_t> w(weak.begin(), weak.end());
        const auto s_cut = static_cast<std::size_t>(std::stable_partition(s.begin(), s.end(), below) - s.begin());
        const auto w_cut = static_cast<std::size_t>(std::stable_partition(w.begin(), w.end(), below) - w.begin());
        const const_ids strong_all(s);
        const const_ids weak_all(w);
        raise<K>(strong_all.first(s_cut), weak_all.first(w_cut));
        raise<K - 1>(strong_all.first(s_cut), weak_all.subspan(w_cut));
        raise<K>(strong_all.subspan(s_cut), weak_all.subspan(w_cut));
    }

    /// Columns 1 and 2: walk both sets in order of the second, keeping the largest rank for each first one.
    void raise_by_sweep(const_ids strong, const_ids weak) {
        const std::size_t total = strong.size() + weak.size();
        const auto id = [&](std::size_t i) { return i < strong.size() ? strong[i] : weak[i - strong.size()]; };
        buffer<double> columns(total * 2);
        for (std::size_t i = 0; i < total; ++i) std::copy_n(row(id(i)) + 1, 2, columns.data() + i * 2);
        const auto place = unset_array<std::uint32_t>(total);
        dense_ranks(columns.data(), 2, total, place.get());
        const row_order order(columns.data() + 1, 2, 1, total);  // of equal ones the strong first
        prefix_next next(total);
        for (std::size_t i = 0; i < total; ++i) {
            const std::size_t at = order[i];
            std::uint32_t& rank = ranks_[id(at)];
            if (at < strong.size())
                next.enter(place[at], rank);
            else
                rank = std::max(rank, next.after(place[at]));
        }
    }

    const double* rows_;
    std::uint32_t* ranks_;
};

/// Ranks of distinct rows in lexicographic order.
template <std::size_t D>
void rank_ordered(const double* rows, std::size_t count, std::uint32_t* ranks) {
    if constexpr (D == 1) {
        for (std::size_t i = 0; i < count; ++i) ranks[i] = static_cast<std::uint32_t>(i);
    } else if constexpr (D == 2) {
        std::vector<double> least;  // of each front so far, in the second column; ascending
        for (std::size_t i = 0; i < count; ++i) {
            const double value = rows[i * 2 + 1];
            const auto front = std::upper_bound(least.begin(), least.end(), value);
            ranks[i] = static_cast<std::uint32_t>(front - least.begin());
            if (front == least.end())
                least.push_back(value);
            else
                *front = value;
        }
    } else if constexpr (D == 3) {
        rank_by_walk(rows, count, ranks);
    } else {
        std::vector<std::uint32_t> ids(count);
        for (std::size_t i = 0; i < count; ++i) ids[i] = static_cast<std::uint32_t>(i);
        std::fill(ranks, ranks + count, 0U);
        ordered_ranks<D>(rows, ranks).solve(ids);
    }
}

/// Calls `found(row, rank)` for every row.
template <std::size_t D, class Found>
void rank_rows(const double* rows, std::size_t count, const Found& found) {
    const row_order order(rows, D, D, count);
    const ordered_groups<D> groups(rows, count, order);
    const auto ranks = unset_array<std::uint32_t>(groups.size());
    rank_ordered<D>(groups.rows(), groups.size(), ranks.get());
    for (std::size_t i = 0; i < count; ++i) found(order[i], ranks[groups.of(i)]);
}

}  // namespace qutibench::detail
