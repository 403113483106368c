// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One streaming pass that discards most dominated rows, by comparing each with a few rows that dominate many.
#pragma once

#include <qutibench/pareto/detail/buffer.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace qutibench::detail {

/// Rejects rows that one of at most 32 chosen rows dominates. Never rejects a non-dominated row.
template <std::size_t D>
class dominator_filter {
public:
    static constexpr std::size_t sample_capacity = 1024;
    static constexpr std::size_t block = 1024;

    /// Chooses among `candidates` (at most 128 of them, evenly taken) those that together dominate most of `sample`, by
    /// greedy cover. Both hold turned rows without NaN. Chooses none where none pays. O(128 D sample).
    void choose(const buffer<double>& candidates, const buffer<double>& sample) {
        pivots_ = 0;
        const std::size_t sampled = std::min(sample.size() / D, sample_capacity);
        const std::size_t offered = candidates.size() / D;
        const std::size_t used = std::min(offered, candidate_capacity);
        if (sampled == 0 || used == 0) return;
        const std::size_t strict = least_tied_column(sample, sampled);
        covers_.assign(used, cover{});
        for (std::size_t c = 0; c < used; ++c) {
            set_bound(covers_[c].bound, candidates.data() + offered * c / used * D, strict);
            for (std::size_t i = 0; i < sampled; ++i) {
                const std::uint64_t bit = no_worse<D>(covers_[c].bound.data(), sample.data() + i * D) ? 1 : 0;
                covers_[c].rows[i / 64] |= bit << (i % 64);
            }
        }
        cover_greedily(sampled);
    }

    /// Asks a turned row first, before those chosen, of which the last makes room. It rejects what is worse in this
    /// column.
    void lead(const double* row, std::size_t strict) noexcept {
        pivots_ = std::min(pivots_ + 1, pivot_capacity);
        const auto end = bounds_.begin() + static_cast<std::ptrdiff_t>(pivots_);
        std::copy_backward(bounds_.begin(), end - 1, end);
        set_bound(bounds_[0], row, strict);
    }

    /// Whether nothing was chosen: every row would survive.
    [[nodiscard]] bool idle() const noexcept { return pivots_ == 0; }

    /// Writes the offsets of the rows among `count` (at most `block`) that no chosen row dominates; returns how many.
    /// The rows are as the caller has them, not turned; one with a NaN survives. O(count D) and up to 32 times that.
    std::size_t survivors(const double* rows, std::size_t count, const orientation& turn,
                          std::uint16_t* kept) const noexcept {
        if (pivots_ == 0) {
            std::iota(kept, kept + count, std::uint16_t{0});
            return count;
        }
        std::array<double, D> factor;
        std::copy_n(turn.factor, D, factor.begin());
        const auto ask = [&](const std::array<double, D> bound, std::size_t asked, const auto& offset) {
            std::size_t left = 0;
            for (std::size_t k = 0; k < asked; ++k) {
                const std::size_t i = offset(k);
                unsigned rejected = 1;
                for (std::size_t j = 0; j < D; ++j)
                    rejected &= static_cast<unsigned>(bound[j] <= factor[j] * rows[i * D + j]);
                kept[left] = static_cast<std::uint16_t>(i);
                left += 1 - rejected;
            }
            return left;
        };
        std::size_t left = ask(bounds_[0], count, [](std::size_t k) { return k; });
        for (std::size_t p = 1; p < pivots_ && left > 0; ++p)
            left = ask(bounds_[p], left, [kept](std::size_t k) { return kept[k]; });
        return left;
    }

private:
    static constexpr std::size_t candidate_capacity = 128;
    static constexpr std::size_t pivot_capacity = 32;
    static constexpr std::size_t least_gain = 4;
    static constexpr std::size_t least_share = 16;  // a comparison must reject one row in so many to be worth its time

    struct cover {
        std::array<double, D> bound;
        std::array<std::uint64_t, sample_capacity / 64> rows{};
    };

    void cover_greedily(std::size_t left) {
        std::array<std::uint64_t, sample_capacity / 64> open;
        open.fill(~std::uint64_t{0});
        while (pivots_ < pivot_capacity) {
            const cover* best = nullptr;
            std::size_t gain = 0;
            for (const cover& candidate : covers_) {
                std::size_t count = 0;
                for (std::size_t w = 0; w < open.size(); ++w)
                    count += static_cast<std::size_t>(std::popcount(open[w] & candidate.rows[w]));
                if (count > gain) {
                    gain = count;
                    best = &candidate;
                }
            }
            if (gain < least_gain || gain * least_share < left) return;
            bounds_[pivots_++] = best->bound;
            for (std::size_t w = 0; w < open.size(); ++w) open[w] &= ~best->rows[w];
            left -= gain;
        }
    }

    /// A row at or above the bound everywhere is dominated by `row`: the bound is the row, one column moved up by the
    /// smallest step, so that rows equal to it stay. No step is subnormal: hardware may flush it to zero.
    static void set_bound(std::array<double, D>& bound, const double* row, std::size_t strict) noexcept {
        std::copy_n(row, D, bound.begin());
        const double from = bound[strict];
        double up = std::nextafter(from, std::numeric_limits<double>::infinity());
        if (std::abs(up) < std::numeric_limits<double>::min()) up = std::numeric_limits<double>::min();
        bound[strict] = up > from ? up : std::numeric_limits<double>::quiet_NaN();
    }

    static std::size_t least_tied_column(const buffer<double>& sample, std::size_t rows) {
        std::size_t best = 0;
        std::ptrdiff_t most = 0;
        std::array<double, 256> column;
        const std::size_t used = std::min(rows, column.size());
        const auto end = column.begin() + static_cast<std::ptrdiff_t>(used);
        for (std::size_t j = 0; j < D; ++j) {
            for (std::size_t i = 0; i < used; ++i) column[i] = sample[i * D + j];
            std::sort(column.begin(), end);
            const std::ptrdiff_t distinct = std::unique(column.begin(), end) - column.begin();
            if (distinct > most) {
                most = distinct;
                best = j;
            }
        }
        return best;
    }

    std::array<std::array<double, D>, pivot_capacity> bounds_;
    std::vector<cover> covers_;
    std::size_t pivots_ = 0;
};

}  // namespace qutibench::detail
