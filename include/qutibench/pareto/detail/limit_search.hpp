// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What other rows leave of the box above a row: each is cut to what it shares with the box, and of these the outermost
/// are kept (the limit set of While, Bradstreet, Barone 2012, doi:10.1109/TEVC.2010.2077298).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Finds limit sets among rows of K values. The rows below each one in a column are stored as bits, so that 64 rows are
/// compared at a time and without branches, which would be hard to foresee.
template <std::size_t K>
class limit_search {
public:
    using row_type = std::array<double, K>;

    /// Takes rows, of which the first K values matter. O(K n log n + K n min(n, 1024) / 64).
    template <class Row>
    void rank(std::span<const Row> rows) {
        rows_.resize(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) std::copy_n(rows[i].begin(), K, rows_[i].begin());
        words_ = rows.size() / 64 + 1;
        shift_ = static_cast<unsigned>(std::bit_width(rows.size() / 1024));
        column_ = ((rows.size() >> shift_) + 1) * words_;
        ranks_.resize(rows.size());
        order_.resize(K * rows.size());
        sets_.assign(K * column_, 0);
        spare_.resize(K * words_);
        alive_.resize(words_);
        open_.assign(words_, 0);
        for (std::size_t j = 0; j < K; ++j) sort(j);
    }

    /// Limits of a row among those entered, which are in order; the row enters and those behind it leave. False when
    /// one of them contains its whole box; then it does not enter. O(n / 64) for each limit.
    bool enter(std::size_t place) {
        if (!limit(place, place / 64 + 1, open_)) return false;
        const auto below = least(place / 64 + 1, [&](std::size_t j) { return ranks_[place][j].below; });
        for (std::size_t i = 0; i <= place / 64; ++i) open_[i] &= any(below, i);
        insert(open_, place);
        return true;
    }

    /// The same among all other rows; none enters.
    bool among_all(std::size_t place) {
        for (std::size_t i = 0; i < rows_.size(); ++i) insert(open_, i);
        open_[place / 64] ^= std::uint64_t{1} << place % 64;
        return limit(place, words_, open_);
    }

    /// Writes the limits found as rows of values.
    void values(std::vector<row_type>& into) const {
        into.resize(limits_.size());
        for (std::size_t i = 0; i < limits_.size(); ++i)
            for (std::size_t j = 0; j < K; ++j) into[i][j] = std::max(rows_[limits_[i]][j], rows_[limited_][j]);
    }

private:
    using place_type = std::uint32_t;
    /// How many rows are less in a column, and how many are not more.
    struct rank_pair {
        place_type below, upto;
    };
    using sets = std::array<const std::uint64_t*, K>;

    static void insert(std::vector<std::uint64_t>& set, std::size_t place) {
        set[place / 64] |= std::uint64_t{1} << place % 64;
    }
    static std::uint64_t any(const sets& of, std::size_t word) {
        std::uint64_t found = 0;
        for (std::size_t j = 0; j < K; ++j) found |= of[j][word];
        return found;
    }
    static std::uint64_t all(const sets& of, std::size_t word) {
        std::uint64_t found = ~std::uint64_t{0};
        for (std::size_t j = 0; j < K; ++j) found &= of[j][word];
        return found;
    }

    void sort(std::size_t column) {
        const std::size_t n = rows_.size();
        sorted_.resize(n);
        for (std::size_t i = 0; i < n; ++i) sorted_[i] = {rows_[i][column], static_cast<place_type>(i)};
        std::sort(sorted_.begin(), sorted_.end());
        for (std::size_t i = 0, below = 0; i < n; ++i) {
            if (sorted_[i].first != sorted_[below].first) below = i;
            ranks_[sorted_[i].second][column].below = static_cast<place_type>(below);
            order_[column * n + i] = sorted_[i].second;
        }
        for (std::size_t i = n, upto = n; i-- > 0;) {
            if (sorted_[i].first != sorted_[upto - 1].first) upto = i + 1;
            ranks_[sorted_[i].second][column].upto = static_cast<place_type>(upto);
        }
        std::uint64_t* set = stored(column, 0);
        for (std::size_t step = std::size_t{1} << shift_, i = step; i <= n; i += step, set += words_) {
            std::copy_n(set, words_, set + words_);
            insert_first(column, i - step, i, set + words_);
        }
    }

    /// The set of the first rows of a column, a multiple of 2^shift_ of them.
    std::uint64_t* stored(std::size_t column, std::size_t rows) {
        return sets_.data() + column * column_ + (rows >> shift_) * words_;
    }

    void insert_first(std::size_t column, std::size_t from, std::size_t to, std::uint64_t* set) const {
        for (std::size_t i = from; i < to; ++i) {
            const place_type place = order_[column * rows_.size() + i];
            set[place / 64] |= std::uint64_t{1} << place % 64;
        }
    }

    /// In each column the rows that come first, as many as `count(column)`; of their places the first words.
    template <class Count>
    sets least(std::size_t words, const Count& count) {
        sets found;
        for (std::size_t j = 0; j < K; ++j) {
            const std::size_t rows = count(j), rest = rows & ((std::size_t{1} << shift_) - 1);
            found[j] = stored(j, rows);
            if (rest == 0) continue;
            std::uint64_t* const own = spare_.data() + j * words_;
            std::copy_n(found[j], words, own);
            insert_first(j, rows - rest, rows, own);
            found[j] = own;
        }
        return found;
    }

    bool limit(std::size_t place, std::size_t words, const std::vector<std::uint64_t>& others) {
        const auto row = ranks_[place];
        const auto upto = least(words, [&](std::size_t j) { return row[j].upto; });
        std::uint64_t containing = 0;
        for (std::size_t i = 0; i < words; ++i) containing |= others[i] & all(upto, i);
        if (containing != 0) return false;
        std::uint64_t* const alive = alive_.data();
        std::copy_n(others.begin(), words, alive);
        for (std::size_t i = words; i-- > 0;) {
            for (std::uint64_t left = alive[i]; left != 0;) {
                const auto bit = 63 - static_cast<std::size_t>(std::countl_zero(left));
                const auto& other = ranks_[i * 64 + bit];
                const auto below =
                    least(words, [&](std::size_t j) { return other[j].below > row[j].below ? other[j].below : 0; });
                for (std::size_t k = 0; k < words; ++k) alive[k] &= any(below, k);
                const std::uint64_t one = std::uint64_t{1} << bit;
                alive[i] |= one;
                left = alive[i] & (one - 1);
            }
        }
        limits_.clear();
        for (std::size_t i = 0; i < words; ++i)
            for (std::uint64_t left = alive[i]; left != 0; left &= left - 1)
                limits_.push_back(static_cast<place_type>(i * 64 + static_cast<std::size_t>(std::countr_zero(left))));
        limited_ = place;
        return true;
    }

    std::size_t words_ = 0, column_ = 0, limited_ = 0;
    unsigned shift_ = 0;
    std::vector<row_type> rows_;
    std::vector<std::pair<double, place_type>> sorted_;
    std::vector<std::array<rank_pair, K>> ranks_;
    std::vector<place_type> order_;
    std::vector<std::uint64_t> sets_, spare_, alive_, open_;
    std::vector<place_type> limits_;
};

}  // namespace qutibench::detail
