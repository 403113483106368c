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
#include <array>
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

/// Up to 256 rows, columns and ranks each side by side, so that a row is compared with several of them at once.
template <std::size_t K>
class rank_block {
public:
    static constexpr std::size_t most = 256;

    void clear() noexcept { size_ = 0; }

    void append(const std::int32_t* places, std::uint32_t rank) noexcept {
        if (size_ % width == 0)
            for (auto& column : columns_) std::fill_n(column.data() + size_, width, after_all);
        for (std::size_t j = 0; j < K; ++j) columns_[j][size_] = places[j];
        next_[size_++] = static_cast<std::int32_t>(rank) + 1;
    }

    /// One more than the largest rank of those that are no worse, 0 where there is none.
    [[nodiscard]] std::uint32_t after(const std::int32_t* places) const noexcept {
        const std::size_t size = (size_ + width - 1) / width * width;  // which compilers then know how to cut
        std::int32_t largest = 0;
        for (std::size_t i = 0; i < size; ++i) {
            std::int32_t worse = 0;
            for (std::size_t j = 0; j < K; ++j) worse |= columns_[j][i] > places[j] ? -1 : 0;
            const std::int32_t next = next_[i] & ~worse;
            largest = largest > next ? largest : next;
        }
        return static_cast<std::uint32_t>(largest);
    }

private:
    static constexpr std::size_t width = 8;
    static constexpr std::int32_t after_all = std::numeric_limits<std::int32_t>::max();

    std::array<std::array<std::int32_t, most>, K> columns_;
    std::array<std::int32_t, most> next_{};
    std::size_t size_ = 0;
};

/// Ranks of distinct rows in lexicographic order, where an earlier row dominates a later one as soon as it is no worse
/// in columns 1 to D - 1. A rank is raised until every dominator has had its say, left half before right.
template <std::size_t D>
class ordered_ranks {
    static_assert(D >= 4);

public:
    ordered_ranks(const double* rows, std::size_t count, std::uint32_t* ranks)
        : places_(count * (D - 1)), ranks_(ranks) {
        const auto places = unset_array<std::uint32_t>(count);
        for (std::size_t j = 1; j < D; ++j) {
            dense_ranks(rows + j, D, count, places.get());
            for (std::size_t i = 0; i < count; ++i) places_[i * (D - 1) + j - 1] = static_cast<std::int32_t>(places[i]);
        }
    }

    void solve(std::span<const std::uint32_t> ids) {
        if (ids.size() <= rank_block<D - 1>::most / 2) return solve_directly(ids);
        const std::size_t half = ids.size() / 2;
        solve(ids.first(half));
        raise<D - 1>(ids.first(half), ids.subspan(half));
        solve(ids.subspan(half));
    }

private:
    static constexpr std::size_t few_pairs = 65536;

    using const_ids = std::span<const std::uint32_t>;

    /// Of a row in columns 1, 2...
    [[nodiscard]] const std::int32_t* places(std::uint32_t id) const noexcept {
        return places_.data() + std::size_t{id} * (D - 1);
    }

    void solve_directly(const_ids ids) {
        rank_block<D - 1> before;
        for (const std::uint32_t id : ids) {
            ranks_[id] = std::max(ranks_[id], before.after(places(id)));
            before.append(places(id), ranks_[id]);
        }
    }

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
        rank_block<K> some;
        for (; !strong.empty(); strong = strong.subspan(std::min(some.most, strong.size()))) {
            some.clear();
            for (const std::uint32_t id : strong.first(std::min(some.most, strong.size())))
                some.append(places(id), ranks_[id]);
            for (const std::uint32_t id : weak) ranks_[id] = std::max(ranks_[id], some.after(places(id)));
        }
    }

    template <std::size_t K>
    void raise_by_halves(const_ids strong, const_ids weak) {
        const auto value = [this](std::uint32_t id) { return static_cast<double>(places(id)[K - 1]); };
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
        for (std::size_t i = 0; i < total; ++i) std::copy_n(places(id(i)), 2, columns.data() + i * 2);
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

    std::vector<std::int32_t> places_;
    std::uint32_t* ranks_;
};

/// Each with each. O(count^2).
template <std::size_t D>
void rank_directly(const double* rows, std::size_t count, std::uint32_t* ranks) {
    for (std::size_t i = 0; i < count; ++i) {
        ranks[i] = 0;
        for (std::size_t j = 0; j < i; ++j)
            if (ranks[j] >= ranks[i] && no_worse<D - 1>(rows + j * D + 1, rows + i * D + 1)) ranks[i] = ranks[j] + 1;
    }
}

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
    } else if (count <= (D == 3 ? 24 : 128)) {
        rank_directly<D>(rows, count, ranks);
    } else if constexpr (D == 3) {
        rank_by_walk(rows, count, ranks);
    } else {
        std::vector<std::uint32_t> ids(count);
        for (std::size_t i = 0; i < count; ++i) ids[i] = static_cast<std::uint32_t>(i);
        std::fill(ranks, ranks + count, 0U);
        ordered_ranks<D>(rows, count, ranks).solve(ids);
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
