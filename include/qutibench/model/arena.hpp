// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Offsets of tensors in one arena, so that those which live at the same time do not overlap (dynamic storage
/// allocation): greedy plans, a bound below which no plan is, and an exact search for small ones. Derivation in
/// docs/formulas/memory_plan.md.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace qutibench {

/// A tensor of an arena.
struct arena_tensor {
    std::int64_t size = 0;  ///< bytes
    int first = 0;          ///< the step that writes it
    int last = 0;           ///< the last step that needs it
    std::int64_t offset = 0;

    [[nodiscard]] constexpr bool lives_with(const arena_tensor& other) const {
        return first <= other.last && other.first <= last;
    }
    [[nodiscard]] constexpr std::int64_t end() const { return offset + size; }
};

/// Most bytes that live at one step: no plan takes less. O(n log n).
[[nodiscard]] inline std::int64_t most_alive(const std::vector<arena_tensor>& tensors) {
    std::vector<std::pair<std::int64_t, std::int64_t>> changes;  // step, with deaths before births; bytes
    for (const arena_tensor& one : tensors) {
        changes.emplace_back(2 * static_cast<std::int64_t>(one.first) + 1, one.size);
        changes.emplace_back(2 * (static_cast<std::int64_t>(one.last) + 1), -one.size);
    }
    std::sort(changes.begin(), changes.end());
    std::int64_t alive = 0;
    std::int64_t most = 0;
    for (const auto& [step, size] : changes) most = std::max(most, alive += size);
    return most;
}

[[nodiscard]] inline std::int64_t arena_size(const std::vector<arena_tensor>& tensors) {
    std::int64_t size = 0;
    for (const arena_tensor& one : tensors) size = std::max(size, one.end());
    return size;
}

namespace detail {

/// Puts each tensor, in this order, into the smallest gap that holds it between those placed before and alive with it,
/// or behind them all. O(n^2).
inline void place_in_order(std::vector<arena_tensor>& tensors, const std::vector<std::size_t>& order) {
    std::vector<std::size_t> placed;  // by offset
    for (const std::size_t index : order) {
        arena_tensor& one = tensors[index];
        std::int64_t behind = 0;
        std::int64_t tightest = std::numeric_limits<std::int64_t>::max();
        std::int64_t found = -1;
        for (const std::size_t other : placed) {
            const arena_tensor& taken = tensors[other];
            if (!taken.lives_with(one)) continue;
            const std::int64_t gap = taken.offset - behind;
            if (gap >= one.size && gap < tightest) {
                tightest = gap;
                found = behind;
            }
            behind = std::max(behind, taken.end());
        }
        one.offset = found >= 0 ? found : behind;
        placed.insert(
            std::upper_bound(placed.begin(), placed.end(), index,
                             [&](std::size_t a, std::size_t b) { return tensors[a].offset < tensors[b].offset; }),
            index);
    }
}

[[nodiscard]] inline std::vector<std::size_t> by_size(const std::vector<arena_tensor>& tensors) {
    std::vector<std::size_t> order(tensors.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return tensors[a].size > tensors[b].size; });
    return order;
}

[[nodiscard]] inline std::vector<std::size_t> by_time(const std::vector<arena_tensor>& tensors) {
    std::vector<std::size_t> order = by_size(tensors);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return tensors[a].first < tensors[b].first; });
    return order;
}

/// Steps by how much lives at them, most first; of each the tensors that no step before had, largest first.
[[nodiscard]] inline std::vector<std::size_t> by_breadth(const std::vector<arena_tensor>& tensors) {
    int last = -1;
    for (const arena_tensor& one : tensors) last = std::max(last, one.last);
    std::vector<std::int64_t> alive(static_cast<std::size_t>(last + 2), 0);
    for (const arena_tensor& one : tensors) {
        alive[static_cast<std::size_t>(one.first)] += one.size;
        alive[static_cast<std::size_t>(one.last) + 1] -= one.size;
    }
    std::partial_sum(alive.begin(), alive.end(), alive.begin());
    std::vector<int> steps(alive.size());
    std::iota(steps.begin(), steps.end(), 0);
    std::stable_sort(steps.begin(), steps.end(), [&](int a, int b) {
        return alive[static_cast<std::size_t>(a)] > alive[static_cast<std::size_t>(b)];
    });
    std::vector<std::size_t> order;
    std::vector<bool> taken(tensors.size(), false);
    const std::vector<std::size_t> sized = by_size(tensors);
    for (const int step : steps) {
        if (order.size() == tensors.size()) break;
        for (const std::size_t index : sized) {
            if (taken[index] || tensors[index].first > step || tensors[index].last < step) continue;
            taken[index] = true;
            order.push_back(index);
        }
    }
    return order;
}

/// Finds the least arena. Of a plan, the tensors in the order of their offsets can each be pushed down onto those
/// before that live with them without harm, so it suffices to try orders, each tensor on top of those: branch and
/// bound.
class arena_search {
public:
    arena_search(std::vector<arena_tensor>& best, std::int64_t bound, int nodes)
        : best_(best), trial_(best), used_(best.size(), false), bound_(bound), size_(arena_size(best)), nodes_(nodes) {}

    /// Whether the plan is proven to be the least.
    bool run() {
        extend(0, 0);
        return size_ == bound_ || nodes_ > 0;
    }

private:
    void extend(std::size_t count, std::int64_t lowest) {
        if (count == trial_.size()) {
            size_ = arena_size(trial_);
            best_ = trial_;
            return;
        }
        for (std::size_t i = 0; i < trial_.size() && size_ > bound_ && nodes_ > 0; ++i) {
            if (used_[i]) continue;
            arena_tensor& one = trial_[i];
            std::int64_t on = 0;
            for (std::size_t k = 0; k < trial_.size(); ++k)
                if (used_[k] && trial_[k].lives_with(one)) on = std::max(on, trial_[k].end());
            --nodes_;
            if (on < lowest || on + one.size >= size_) continue;
            one.offset = on;
            used_[i] = true;
            extend(count + 1, on);
            used_[i] = false;
        }
    }

    std::vector<arena_tensor>& best_;
    std::vector<arena_tensor> trial_;
    std::vector<bool> used_;
    std::int64_t bound_;
    std::int64_t size_;
    int nodes_;
};

}  // namespace detail

/// How an arena was planned.
struct arena_outcome {
    std::int64_t size = 0;   ///< bytes
    std::int64_t bound = 0;  ///< bytes; no plan takes less
    bool is_least = false;   ///< proven, by the bound or by an exhaustive search
};

/// Sets the offsets: the best of greedy by size and greedy by breadth (Y. Pisarchyk and J. Lee, "Efficient memory
/// management for deep neural net inference", 2020, arXiv:2001.03288, sections 5.1 and 5.2) and in the order of
/// execution, which chains of layers are best off with, and for at most
/// `exact_up_to` tensors that are above the bound a search that gives up after 200,000 steps. O(n^2).
inline arena_outcome plan_arena(std::vector<arena_tensor>& tensors, std::size_t exact_up_to = 24) {
    arena_outcome found{.bound = most_alive(tensors)};
    detail::place_in_order(tensors, detail::by_size(tensors));
    for (const auto order : {&detail::by_breadth, &detail::by_time}) {
        if (arena_size(tensors) == found.bound) break;
        std::vector<arena_tensor> other = tensors;
        detail::place_in_order(other, order(other));
        if (arena_size(other) < arena_size(tensors)) tensors.swap(other);
    }
    found.is_least = arena_size(tensors) == found.bound;
    if (!found.is_least && tensors.size() <= exact_up_to)
        found.is_least = detail::arena_search(tensors, found.bound, 200000).run();
    found.size = arena_size(tensors);
    return found;
}

}  // namespace qutibench
