// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Exact non-dominated rows for four and more objectives: divide and conquer over bit-set tables. Smaller is better
/// everywhere; no value is NaN or -0.
#pragma once

#include <qutibench/pareto/detail/buffer.hpp>
#include <qutibench/pareto/detail/column_cut.hpp>
#include <qutibench/pareto/detail/dominance_table.hpp>
#include <qutibench/pareto/detail/front_sweep.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

namespace qutibench::detail {

/// The front of distinct rows in lexicographic order, where a later row never dominates an earlier one and an earlier
/// one dominates as soon as it is no worse in columns 1 to D - 1.
///
/// Halves are solved left first; what the left front leaves of the right half is solved next (Kung, Luccio, Preparata
/// 1975, doi:10.1145/321906.321910; Bentley 1980, doi:10.1145/358841.358850). Up to `Leaf` rows go through tables
/// instead, and so do filters of up to `FilterLeaf` rows. O(n log^(D-2) n) for fixed leaves; O(D n^2 / 64) up to them.
template <std::size_t D, std::size_t Leaf = (D == 4 ? 16384 : 32768), std::size_t FilterLeaf = 8192>
class ordered_front {
    static_assert(D >= 4);

public:
    explicit ordered_front(const double* rows) : rows_(rows) {}

    /// Removes the dominated among `ids` (ascending row numbers) and returns the number left at its start.
    std::size_t solve(std::span<std::uint32_t> ids) {
        if (ids.size() <= Leaf) return solve_by_tables(ids);
        const std::size_t half = ids.size() / 2;
        const std::size_t left = solve(ids.first(half));
        std::size_t right = filter<D - 1>(ids.first(left), ids.subspan(half));
        right = solve(ids.subspan(half, right));
        std::copy_n(ids.begin() + static_cast<std::ptrdiff_t>(half), right,
                    ids.begin() + static_cast<std::ptrdiff_t>(left));
        return left + right;
    }

private:
    using ids_span = std::span<std::uint32_t>;
    using const_ids = std::span<const std::uint32_t>;

    [[nodiscard]] const double* row(std::uint32_t id) const noexcept { return rows_ + std::size_t{id} * D; }

    /// Tile after tile becomes a table, asked by its own rows and by all later ones.
    std::size_t solve_by_tables(ids_span ids) {
        buffer<double> own(ids.size() * D);
        for (std::size_t i = 0; i < ids.size(); ++i) std::copy_n(row(ids[i]), D, own.data() + i * D);
        dominance_table<D - 1> table;
        std::size_t front = 0;
        std::size_t left = ids.size();
        for (std::size_t first = 0; first < left;) {
            const std::size_t last = std::min(left, first + table.capacity);
            table.build(last - first, [&](std::size_t i) { return own.data() + (first + i) * D + 1; });
            for (std::size_t i = first; i < last; ++i)
                if (!table.template beats<false>(own.data() + i * D + 1, i - first)) ids[front++] = ids[i];
            std::size_t kept = last;
            for (std::size_t i = last; i < left; ++i) {
                const double* candidate = own.data() + i * D;
                if (table.template beats<false>(candidate + 1, last - first)) continue;
                ids[kept] = ids[i];
                if (kept != i) std::copy_n(candidate, D, own.data() + kept * D);
                ++kept;
            }
            left = kept;
            first = last;
        }
        return front;
    }

    /// Removes from `weak` what a row of `strong` beats in columns 1 to K, the others being settled; returns how many
    /// stay, at its start, in order.
    template <std::size_t K>
    std::size_t filter(const_ids strong, ids_span weak) {
        if (strong.empty() || weak.empty()) return weak.size();
        if (strong.size() <= FilterLeaf || weak.size() <= FilterLeaf / 128) return filter_by_tables<K>(strong, weak);
        if constexpr (K == 3)
            return filter_by_sweep(strong, weak);
        else
            return filter_by_halves<K>(strong, weak);
    }

    template <std::size_t K>
    std::size_t filter_by_tables(const_ids strong, ids_span weak) {
        dominance_table<K> table;
        std::size_t left = weak.size();
        for (std::size_t first = 0; first < strong.size() && left > 0; first += table.capacity) {
            const const_ids tile = strong.subspan(first, std::min(table.capacity, strong.size() - first));
            table.build(tile.size(), [&](std::size_t i) { return row(tile[i]) + 1; });
            std::size_t kept = 0;
            for (std::size_t i = 0; i < left; ++i) {
                const std::uint32_t id = weak[i];
                if (!table.template beats<false>(row(id) + 1, tile.size())) weak[kept++] = id;
            }
            left = kept;
        }
        return left;
    }

    /// Splits both sets at a value of column K: below beats above in fewer columns, above never beats below.
    template <std::size_t K>
    std::size_t filter_by_halves(const_ids strong, ids_span weak) {
        const auto value = [this](std::uint32_t id) { return row(id)[K]; };
        const column_cut cut(strong, weak, value);
        if (cut.kind() == column_cut::relation::settled) return filter<K - 1>(strong, weak);
        if (cut.kind() == column_cut::relation::apart) return weak.size();
        const auto below = [&](std::uint32_t id) { return cut.below(value(id)); };
        std::vector<std::uint32_t> parted(strong.begin(), strong.end());
        const auto strong_cut = std::stable_partition(parted.begin(), parted.end(), below);
        const const_ids all(parted);
        const auto strong_below = all.first(static_cast<std::size_t>(strong_cut - parted.begin()));
        const auto strong_above = all.subspan(strong_below.size());
        std::vector<std::uint32_t> lower;
        std::vector<std::uint32_t> upper;
        for (const std::uint32_t id : weak) (below(id) ? lower : upper).push_back(id);
        lower.resize(filter<K>(strong_below, lower));
        upper.resize(filter<K - 1>(strong_below, upper));
        upper.resize(filter<K>(strong_above, upper));
        std::merge(lower.begin(), lower.end(), upper.begin(), upper.end(), weak.begin());
        return lower.size() + upper.size();
    }

    /// Columns 1 to 3: walk both sets in order of the third, keeping the least second column for each first one.
    std::size_t filter_by_sweep(const_ids strong, ids_span weak) {
        const std::size_t total = strong.size() + weak.size();
        buffer<double> columns(total * 3);
        for (std::size_t i = 0; i < total; ++i)
            std::copy_n(row(i < strong.size() ? strong[i] : weak[i - strong.size()]) + 1, 3, columns.data() + i * 3);
        const auto place = unset_array<std::uint32_t>(total);
        dense_ranks(columns.data(), 3, total, place.get());
        const row_order order(columns.data() + 2, 3, 1, total);  // of equal ones the strong first
        prefix_minimum second(total);
        std::vector<bool> beaten(weak.size());
        for (std::size_t i = 0; i < total; ++i) {
            const std::size_t at = order[i];
            const double value = columns[at * 3 + 1];
            if (at < strong.size())
                second.enter(place[at], value);
            else
                beaten[at - strong.size()] = second.reaches(place[at], value);
        }
        std::size_t kept = 0;
        for (std::size_t i = 0; i < weak.size(); ++i) {
            const std::uint32_t id = weak[i];
            if (!beaten[i]) weak[kept++] = id;
        }
        return kept;
    }

    const double* rows_;
};

/// Orders the rows, merges equal ones and solves. Complexity as `ordered_front`.
template <std::size_t D>
void keep_front_n(const double* rows, std::size_t count, bool* keep) {
    const row_order order(rows, D, D, count);
    const ordered_groups<D> groups(rows, count, order);
    std::vector<std::uint32_t> ids(groups.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::uint32_t>(i);
    const auto front = std::make_unique<bool[]>(ids.size());
    const std::size_t kept = ordered_front<D>(groups.rows()).solve(ids);
    for (std::size_t i = 0; i < kept; ++i) front[ids[i]] = true;
    for (std::size_t i = 0; i < count; ++i) keep[order[i]] = front[groups.of(i)];
}

}  // namespace qutibench::detail
