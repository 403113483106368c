// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What other rows leave of the box above a row: each is cut to what it shares with the box, and of these the outermost
/// are kept (the limit set of While, Bradstreet, Barone 2012, doi:10.1109/TEVC.2010.2077298).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// K ranks in machine words, `Bits` for each and a guard bit above it: all ranks of two rows are compared by one
/// subtraction a word (Lamport 1975, doi:10.1145/360933.360994).
template <std::size_t K, unsigned Bits>
struct rank_word {
    static constexpr std::size_t a_word = 64 / (Bits + 1);
    static constexpr std::size_t words = (K + a_word - 1) / a_word;
    static constexpr std::uint64_t largest = (std::uint64_t{1} << Bits) - 1;

    std::array<std::uint64_t, words> of{};

    void set(std::size_t column, std::uint64_t rank) noexcept {
        of[column / a_word] |= rank << (column % a_word * (Bits + 1));
    }
    [[nodiscard]] std::uint64_t at(std::size_t column) const noexcept {
        return of[column / a_word] >> (column % a_word * (Bits + 1)) & largest;
    }

    /// a <= b in every column.
    [[nodiscard]] friend bool no_worse(const rank_word& a, const rank_word& b) noexcept {
        std::uint64_t left = guards();
        for (std::size_t i = 0; i < words; ++i) left &= (b.of[i] | guards()) - a.of[i];
        return left == guards();
    }

    /// The larger rank in every column.
    [[nodiscard]] friend rank_word worst_of(const rank_word& a, const rank_word& b) noexcept {
        rank_word larger;
        for (std::size_t i = 0; i < words; ++i) {
            const std::uint64_t kept = ((a.of[i] | guards()) - b.of[i]) & guards();
            const std::uint64_t mask = kept - (kept >> Bits);
            larger.of[i] = (a.of[i] & mask) | (b.of[i] & ~mask);
        }
        return larger;
    }

    friend bool operator==(const rank_word&, const rank_word&) = default;

private:
    static constexpr std::uint64_t guards() noexcept {
        std::uint64_t all = 0;
        for (std::size_t i = 0; i < a_word; ++i) all |= std::uint64_t{1} << (i * (Bits + 1) + Bits);
        return all;
    }
};

/// Finds limit sets among rows by the ranks of their first K values.
template <std::size_t K, unsigned Bits>
class limit_search {
public:
    using row_type = std::array<double, K>;
    using word = rank_word<K, Bits>;

    /// At most as many rows as ranks. O(K n log n).
    template <class Row>
    void rank(std::span<const Row> rows) {
        words_.assign(rows.size(), {});
        values_.resize(K * rows.size());
        order_.resize(rows.size());
        for (std::size_t j = 0; j < K; ++j) {
            for (std::size_t i = 0; i < rows.size(); ++i) order_[i] = {rows[i][j], static_cast<std::uint32_t>(i)};
            std::sort(order_.begin(), order_.end(), [](const entry& a, const entry& b) { return a.value < b.value; });
            double* const values = values_.data() + j * rows.size();
            std::size_t rank = 0;
            for (std::size_t i = 0; i < order_.size(); ++i) {
                if (i > 0 && order_[i].value != order_[i - 1].value) ++rank;
                values[rank] = order_[i].value;
                words_[order_[i].place].set(j, rank);
            }
        }
        open_.clear();
    }

    /// Limits of a row among those entered, which are in order; the row enters and those behind it leave. False when
    /// one of them contains its whole box; then it does not enter. O(n) and as many for each limit.
    bool enter(std::size_t place) {
        const word row = words_[place];
        limits_.clear();
        bool hides = false;
        for (std::size_t i = open_.size(); i-- > 0;) {
            const word shared = worst_of(open_[i], row);
            if (shared == row) return false;
            hides |= shared == open_[i];
            keep(shared);
        }
        if (hides) std::erase_if(open_, [&row](const word& other) { return no_worse(row, other); });
        open_.push_back(row);
        return true;
    }

    /// The same among all other rows, from its neighbours on; none enters.
    bool among_all(std::size_t place) {
        const word row = words_[place];
        limits_.clear();
        for (std::size_t away = 1; away < words_.size(); ++away) {
            if (away <= place && !keep_shared(words_[place - away], row)) return false;
            if (away < words_.size() - place && !keep_shared(words_[place + away], row)) return false;
        }
        return true;
    }

    /// Writes the limits found as rows of values.
    void values(std::vector<row_type>& into) const {
        into.resize(limits_.size());
        for (std::size_t i = 0; i < limits_.size(); ++i)
            for (std::size_t j = 0; j < K; ++j) into[i][j] = values_[j * words_.size() + limits_[i].at(j)];
    }

private:
    struct entry {
        double value;
        std::uint32_t place;
    };

    bool keep_shared(const word& other, const word& row) {
        const word shared = worst_of(other, row);
        if (shared == row) return false;
        keep(shared);
        return true;
    }

    void keep(const word& shared) {
        for (std::size_t i = 0; i < limits_.size(); ++i) {
            if (no_worse(limits_[i], shared)) {
                std::swap(limits_[i], limits_[i / 2]);  // strong rows drift to the front
                return;
            }
        }
        std::size_t kept = 0;
        for (const word& one : limits_) {
            limits_[kept] = one;
            kept += no_worse(shared, one) ? 0 : 1;
        }
        limits_.resize(kept);
        limits_.push_back(shared);
    }

    std::vector<word> words_;
    std::vector<double> values_;
    std::vector<entry> order_;
    std::vector<word> open_;
    std::vector<word> limits_;
};

}  // namespace qutibench::detail
