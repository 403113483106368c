// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One layer more of a choice for each: a sorted front joined with each option is a sorted list again, and lists merge.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Whether rows of D figures are better than all before them, which come first in order of their first figure.
template <std::size_t D>
class ascending_front;

template <>
class ascending_front<2> {
public:
    explicit ascending_front(std::span<const double>, std::span<const double>) {}

    [[nodiscard]] bool hides(const std::array<double, 2>& row) const { return lowest_ <= row[1]; }

    bool take(const std::array<double, 2>& row) {
        if (hides(row)) return false;
        lowest_ = row[1];
        return true;
    }

private:
    double lowest_ = std::numeric_limits<double>::quiet_NaN();
};

/// A staircase: corners ascend in x and descend in y.
class corner_list {
public:
    /// O(log n), and the corners that move.
    bool take(double x, double y) {
        const auto at = corners_.begin() + static_cast<std::ptrdiff_t>(not_right_of(x));
        if (at != corners_.begin() && (*(at - 1))[1] <= y) return false;
        auto from = at, to = at;
        while (from != corners_.begin() && (*(from - 1))[0] == x) --from;
        while (to != corners_.end() && (*to)[1] >= y) ++to;
        if (from == to) {
            corners_.insert(from, {x, y});
        } else {
            *from = {x, y};
            corners_.erase(from + 1, to);
        }
        return true;
    }

private:
    /// How many. Without branches, which would be hard to foresee.
    [[nodiscard]] std::size_t not_right_of(double x) const {
        const auto* from = corners_.data();
        std::size_t left = corners_.size();
        while (left > 1) {
            const std::size_t half = left / 2;
            from += from[half - 1][0] <= x ? half : 0;
            left -= half;
        }
        return static_cast<std::size_t>(from - corners_.data()) + (left == 1 && (*from)[0] <= x ? 1 : 0);
    }

    std::vector<std::array<double, 2>> corners_;
};

/// Keeps the other two figures as a staircase, whose corners are in cells of equal width.
template <>
class ascending_front<3> {
public:
    ascending_front(std::span<const double> rows, std::span<const double> options) {
        const auto [low, high] = range(rows);
        const auto [least, most] = range(options);
        low_ = low + least;
        const double width = (high + most - low_) / static_cast<double>(cells);
        scale_ = width > 0 ? 1 / width : 0;
    }

    /// False for some rows that are hidden, all the same.
    [[nodiscard]] bool hides(const std::array<double, 3>& row) const { return below_[cell(row[1])] <= row[2]; }

    bool take(const std::array<double, 3>& row) {
        const std::size_t at = cell(row[1]);
        if (below_[at] <= row[2] || !corners_[at].take(row[1], row[2])) return false;
        for (std::size_t i = at + 1; i < cells && !(below_[i] <= row[2]); ++i) below_[i] = row[2];
        return true;
    }

private:
    static constexpr std::size_t cells = 256;

    /// Of the second figures.
    [[nodiscard]] static std::pair<double, double> range(std::span<const double> of) {
        std::pair<double, double> found{of[1], of[1]};
        for (std::size_t i = 1; i < of.size(); i += 3)
            found = {std::min(found.first, of[i]), std::max(found.second, of[i])};
        return found;
    }

    /// Ascends with x; what is infinite is in the last one.
    [[nodiscard]] std::size_t cell(double x) const {
        const double at = (x - low_) * scale_;
        return at < static_cast<double>(cells - 1) ? static_cast<std::size_t>(at) : cells - 1;
    }

    double low_, scale_;
    std::vector<double> below_ = std::vector<double>(cells, std::numeric_limits<double>::quiet_NaN());
    std::vector<corner_list> corners_ = std::vector<corner_list>(cells);
};

/// Walks through all sums of a row and an option in lexicographic order. Rounded or not, sums with an option stay in
/// order of the first figure; those that agree in it are sorted.
template <std::size_t D>
class choice_merge {
public:
    using row_type = std::array<double, D>;

    /// `rows` ascend; `options` holds D figures for each.
    choice_merge(std::span<const double> rows, std::span<const double> options)
        : rows_(rows), options_(options), lists_(options.size() / D), front_(rows, options) {
        for (std::size_t i = 0; i < lists_.size(); ++i) refill(i);
    }

    /// Calls `found(sums, row, option)` for those that no other beats, of equal ones the first.
    template <class Found>
    void run(const Found& found) {
        while (gather())
            for (const candidate& one : equals_)
                if (front_.take(one.sums)) found(one.sums, one.row, one.option);
    }

private:
    struct candidate {
        row_type sums;
        std::uint32_t row, option;
        friend bool operator<(const candidate& a, const candidate& b) {
            if (a.sums != b.sums) return a.sums < b.sums;
            return a.row != b.row ? a.row < b.row : a.option < b.option;
        }
    };

    /// The next sums with an option.
    struct sum_list {
        std::array<candidate, 32> next;
        std::size_t taken = 0, size = 0;
        std::size_t row = 0;  ///< the first after them
        double first = 0;     ///< of the next one
    };

    /// All sums that begin with the least figure; false when none is left.
    bool gather() {
        double least = lists_[0].first;
        for (const sum_list& one : lists_) least = std::min(least, one.first);
        equals_.clear();
        for (std::size_t option = 0; option < lists_.size(); ++option) {
            sum_list& one = lists_[option];
            while (one.first == least && one.taken < one.size) {
                equals_.push_back(one.next[one.taken++]);
                if (one.taken == one.size)
                    refill(option);
                else
                    one.first = one.next[one.taken].sums[0];
            }
        }
        if (equals_.size() > 1) std::sort(equals_.begin(), equals_.end());
        return !equals_.empty();
    }

    /// Leaves out what rows before hide already: what remains is mostly on the front.
    void refill(std::size_t option) {
        sum_list& one = lists_[option];
        const std::size_t rows = rows_.size() / D;
        row_type added;
        std::copy_n(options_.data() + option * D, D, added.begin());
        std::size_t row = one.row, size = 0;
        while (size == 0 && row < rows) {
            for (const std::size_t end = std::min(row + one.next.size(), rows); row < end; ++row) {
                candidate next{{}, static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(option)};
                for (std::size_t j = 0; j < D; ++j) next.sums[j] = rows_[row * D + j] + added[j];
                one.next[size] = next;
                size += front_.hides(next.sums) ? 0 : 1;
            }
        }
        one.row = row;
        one.size = size;
        one.taken = 0;
        one.first = size > 0 ? one.next[0].sums[0] : std::numeric_limits<double>::infinity();
    }

    std::span<const double> rows_;
    std::span<const double> options_;
    std::vector<sum_list> lists_;
    std::vector<candidate> equals_;
    ascending_front<D> front_;
};

}  // namespace qutibench::detail
