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
#include <vector>

namespace qutibench::detail {

/// Whether rows of D figures are better than all before them, which come first in order of their first figure.
template <std::size_t D>
class ascending_front;

template <>
class ascending_front<2> {
public:
    bool take(const std::array<double, 2>& row) {
        if (lowest_ <= row[1]) return false;
        lowest_ = row[1];
        return true;
    }

private:
    double lowest_ = std::numeric_limits<double>::quiet_NaN();
};

/// Keeps the other two figures as a staircase: O(log n), and the corners that move.
template <>
class ascending_front<3> {
public:
    bool take(const std::array<double, 3>& row) {
        const double x = row[1];
        const double y = row[2];
        if (hider_[0] <= x && hider_[1] <= y) return false;  // what hid the last row hides many that follow
        const auto at = static_cast<std::ptrdiff_t>(not_above(x));
        if (at > 0 && ys_[static_cast<std::size_t>(at - 1)] <= y) {
            hider_ = {xs_[static_cast<std::size_t>(at - 1)], ys_[static_cast<std::size_t>(at - 1)]};
            return false;
        }
        auto from = at;
        while (from > 0 && xs_[static_cast<std::size_t>(from - 1)] == x) --from;
        auto to = at;
        while (static_cast<std::size_t>(to) < ys_.size() && ys_[static_cast<std::size_t>(to)] >= y) ++to;
        replace(xs_, from, to, x);
        replace(ys_, from, to, y);
        return true;
    }

private:
    /// How many corners have no larger first figure. Without branches, which would be hard to foresee.
    [[nodiscard]] std::size_t not_above(double x) const {
        const double* from = xs_.data();
        std::size_t left = xs_.size();
        while (left > 1) {
            const std::size_t half = left / 2;
            from += from[half - 1] <= x ? half : 0;
            left -= half;
        }
        return static_cast<std::size_t>(from - xs_.data()) + (left == 1 && *from <= x ? 1 : 0);
    }

    static void replace(std::vector<double>& of, std::ptrdiff_t from, std::ptrdiff_t to, double by) {
        if (from == to) {
            of.insert(of.begin() + from, by);
            return;
        }
        of[static_cast<std::size_t>(from)] = by;
        of.erase(of.begin() + from + 1, of.begin() + to);
    }

    std::vector<double> xs_;  // ascending
    std::vector<double> ys_;  // descending
    std::array<double, 2> hider_{std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
};

/// Walks through all sums of a row and an option in lexicographic order. Rounded or not, sums with an option stay in
/// order of the first figure; those that agree in it are sorted.
template <std::size_t D>
class choice_merge {
public:
    using row_type = std::array<double, D>;

    /// `rows` ascend; `options` holds D figures for each.
    choice_merge(std::span<const double> rows, std::span<const double> options) : rows_(rows), options_(options) {
        for (std::size_t i = 0; i < options.size() / D; ++i) heads_.push_back({rows[0] + options[i * D], 0});
    }

    /// Calls `found(sums, row, option)` for those that no other beats, of equal ones the first.
    template <class Found>
    void run(const Found& found) {
        ascending_front<D> front;
        for (std::size_t left = heads_.size() * (rows_.size() / D); left > 0; left -= equals_.size()) {
            double least = heads_[0].first;
            for (const head& one : heads_) least = std::min(least, one.first);
            gather(least);
            for (const candidate& one : equals_)
                if (front.take(one.sums)) found(one.sums, one.row, one.option);
        }
    }

private:
    static constexpr double done = std::numeric_limits<double>::infinity();
    struct head {
        double first;
        std::size_t row;
    };
    struct candidate {
        row_type sums;
        std::uint32_t row, option;
        friend bool operator<(const candidate& a, const candidate& b) {
            if (a.sums != b.sums) return a.sums < b.sums;
            return a.row != b.row ? a.row < b.row : a.option < b.option;
        }
    };

    /// All sums that begin with `least`.
    void gather(double least) {
        equals_.clear();
        for (std::size_t option = 0; option < heads_.size(); ++option) {
            head& one = heads_[option];
            while (one.first == least && one.row < rows_.size() / D) {
                candidate& next = equals_.emplace_back();
                for (std::size_t j = 0; j < D; ++j) next.sums[j] = rows_[one.row * D + j] + options_[option * D + j];
                next.row = static_cast<std::uint32_t>(one.row);
                next.option = static_cast<std::uint32_t>(option);
                one.first = ++one.row < rows_.size() / D ? rows_[one.row * D] + options_[option * D] : done;
            }
        }
        if (equals_.size() > 1) std::sort(equals_.begin(), equals_.end());
    }

    std::span<const double> rows_;
    std::span<const double> options_;
    std::vector<head> heads_;
    std::vector<candidate> equals_;
};

}  // namespace qutibench::detail
