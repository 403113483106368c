// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Bit sets that answer "is this point dominated by any of a few thousand rows" some 64 rows at a time.
#pragma once

#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace qutibench::detail {

/// For each of K columns and each of up to 128 levels of its values, the set of rows that do not exceed the level.
/// A point's dominators lie in the intersection of K such sets; the few rows of it that only share a level with the
/// point are told apart by comparing them. One query: O(K rows / 64) plus the comparisons; with levels that split the
/// rows evenly at most K rows / 128 of these fail. Memory: 24 K bytes a row.
template <std::size_t K>
class dominance_table {
public:
    /// Rows that fill a table whose sets stay in a second-level cache.
    static constexpr std::size_t capacity = 8192;

    /// Copies `count` rows (at most `capacity`); row(i) points to the K columns of row i. O(K count log 128).
    template <class Row>
    void build(std::size_t count, const Row& row) {
        count_ = count;
        rows_.resize(count * K);
        for (std::size_t i = 0; i < count; ++i) std::copy_n(row(i), K, rows_.data() + i * K);
        words_ = (count + 511) / 512 * 8;
        levels_ = std::clamp<std::size_t>(std::bit_ceil(count / 32 + 1), 4, max_levels);
        sets_.assign(K * levels_ * words_, 0);
        for (std::size_t j = 0; j < K; ++j) {
            choose_levels(j);
            std::uint64_t* set = sets_.data() + j * levels_ * words_;
            for (std::size_t i = 0; i < count; ++i)
                set[level(j, rows_[i * K + j]) * words_ + i / 64] |= std::uint64_t{1} << (i % 64);
            for (std::size_t w = words_; w < levels_ * words_; ++w) set[w] |= set[w - words_];
        }
    }

    [[nodiscard]] std::size_t size() const noexcept { return count_; }

    /// Whether one of the first `limit` rows is no worse than `point` in every column (and, with Strict, better in
    /// one).
    template <bool Strict>
    [[nodiscard]] bool beats(const double* point, std::size_t limit) const noexcept {
        std::array<const std::uint64_t*, K> set;
        for (std::size_t j = 0; j < K; ++j) set[j] = sets_.data() + (j * levels_ + level(j, point[j])) * words_;
        for (std::size_t w = 0; w * 64 < limit; w += 8) {
            std::array<std::uint64_t, 8> common;
            for (std::size_t i = 0; i < 8; ++i) common[i] = set[0][w + i];
            for (std::size_t j = 1; j < K; ++j)
                for (std::size_t i = 0; i < 8; ++i) common[i] &= set[j][w + i];
            std::uint64_t any = 0;
            for (std::size_t i = 0; i < 8; ++i) any |= common[i];
            if (any != 0 && confirm<Strict>(common, w, point, limit)) return true;
        }
        return false;
    }

private:
    static constexpr std::size_t max_levels = 128;

    /// Levels are quantiles of a sample of the column; unused ones are NaN, which no value reaches.
    void choose_levels(std::size_t j) {
        std::array<double, 512> sample;
        const std::size_t step = count_ / sample.size() + 1;
        std::size_t size = 0;
        for (std::size_t i = 0; i < count_; i += step) sample[size++] = rows_[i * K + j];
        std::sort(sample.begin(), sample.begin() + static_cast<std::ptrdiff_t>(size));
        auto& bounds = bounds_[j];
        bounds.fill(std::numeric_limits<double>::quiet_NaN());
        std::size_t used = 0;
        for (std::size_t c = 1; c < levels_ && size > 0; ++c) {
            const double bound = sample[c * size / levels_];
            if (used == 0 || bounds[used - 1] < bound) bounds[used++] = bound;
        }
    }

    /// Number of bounds of column j that `value` reaches.
    [[nodiscard]] std::size_t level(std::size_t j, double value) const noexcept {
        const auto& bounds = bounds_[j];
        std::size_t place = 0;
        for (std::size_t step = levels_ / 2; step > 0; step /= 2) place += bounds[place + step - 1] <= value ? step : 0;
        return place;
    }

    template <bool Strict>
    [[nodiscard]] bool confirm(const std::array<std::uint64_t, 8>& common, std::size_t first_word, const double* point,
                               std::size_t limit) const noexcept {
        for (std::size_t i = 0; i < 8; ++i) {
            std::uint64_t bits = common[i];
            while (bits != 0) {
                const std::size_t row = (first_word + i) * 64 + static_cast<std::size_t>(std::countr_zero(bits));
                if (row >= limit) return false;
                const double* candidate = rows_.data() + row * K;
                if (Strict ? dominates_row<K>(candidate, point) : no_worse<K>(candidate, point)) return true;
                bits &= bits - 1;
            }
        }
        return false;
    }

    std::size_t count_ = 0;
    std::size_t words_ = 0;
    std::size_t levels_ = 0;
    std::array<std::array<double, max_levels>, K> bounds_{};
    std::vector<double> rows_;
    std::vector<std::uint64_t> sets_;
};

}  // namespace qutibench::detail
