// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The part of a layer's choices that one thread works out: rows with an option each, of a range of first figures.
#pragma once

#include <qutibench/explore/detail/rank_staircase.hpp>
#include <qutibench/explore/detail/ranked_sums.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace qutibench::detail {

struct choice_row {
    double first, second, third;
    std::uint32_t rank;  // of the second figure
    std::uint32_t step;  // the row before times the options, plus the option
};

/// Which of some rows are on the front of these: those that nothing before them in order hides.
class alignas(64) choice_part {  // in cache lines of its own
public:
    /// An option, and the rows that come with it.
    struct option_rows {
        double first, second, third;
        std::size_t from, stop;
        std::size_t end = 0;  // how far the next ones go
    };

    /// Finds them among `rows` with each option. All that have the same first figure must be here.
    void run(std::span<const choice_row> rows, const ranked_sums& sums, std::vector<option_rows> options) {
        options_ = std::move(options);
        stairs_.reset(sums.size());
        next_.clear();
        while (gather(rows, sums)) take(merged());
        uses_.assign(sums.size(), 0);
        for (const choice_row& one : next_) uses_[one.rank] = 1;
    }

    /// What was found, in order.
    [[nodiscard]] std::span<choice_row> rows() { return next_; }
    /// Whether one of them has the second figure of a rank: 0 or 1.
    [[nodiscard]] std::uint32_t uses(std::size_t rank) const { return uses_[rank]; }
    /// Whether one of them is less or equal in the last two figures.
    [[nodiscard]] bool hides(const choice_row& other) const { return stairs_.hides(other.rank, other.third); }

private:
    static constexpr std::size_t length = 128;
    static constexpr choice_row after_all{std::numeric_limits<double>::infinity(), 0, 0, 0xFFFFFFFFU, 0};

    /// Of the next rows with each option, those that are not hidden yet; false when no row is left. All rows with a
    /// first figure are among them, or none.
    bool gather(std::span<const choice_row> rows, const ranked_sums& sums) {
        double limit = std::numeric_limits<double>::quiet_NaN();  // what they are less than
        std::size_t room = 0;
        for (option_rows& one : options_) {
            one.end = std::min(one.from + length, one.stop);
            const auto first = [&](std::size_t at) { return rows[at].first + one.first; };
            while (one.end < one.stop && first(one.end) == first(one.from)) ++one.end;
            if (one.end < one.stop) limit = limit <= first(one.end) ? limit : first(one.end);
            room += one.end - one.from;
        }
        if (room == 0) return false;
        for (std::vector<choice_row>* each : {&found_, &merging_, &spare_})
            each->resize(std::max(each->size(), room + options_.size()));
        lists_.assign(1, found_.data());
        for (std::size_t i = 0; i < options_.size(); ++i) {
            choice_row* const end = filter(rows, sums, i, limit, lists_.back());
            *end = after_all;
            lists_.push_back(end + 1);
        }
        return true;
    }

    /// Writes to `to`, and returns where it came to. What remains is mostly on the front.
    choice_row* filter(std::span<const choice_row> rows, const ranked_sums& sums, std::size_t option, double limit,
                       choice_row* to) {
        option_rows& added = options_[option];
        const std::uint32_t* const ranks = sums.ranks(option);
        std::size_t at = added.from;
        for (; at < added.end; ++at) {
            const choice_row& one = rows[at];
            const double first = one.first + added.first, third = one.third + added.third;
            if (first >= limit) break;
            const std::uint32_t rank = ranks[one.rank];
            *to = {first, one.second + added.second, third, rank,
                   static_cast<std::uint32_t>(at * options_.size() + option)};
            to += stairs_.near_hides(rank, third) ? 0 : 1;
        }
        added.from = at;
        return to;
    }

    /// By the first two figures.
    static bool before(const choice_row& a, const choice_row& b) {
        return static_cast<bool>(static_cast<int>(a.first < b.first) |
                                 (static_cast<int>(a.first == b.first) & static_cast<int>(a.rank < b.rank)));
    }

    /// What was gathered, in order of the first two figures.
    std::span<const choice_row> merged() {
        choice_row* all = lists_[0];
        std::size_t size = static_cast<std::size_t>(lists_[1] - lists_[0]) - 1;
        for (std::size_t i = 1; i < options_.size(); ++i) {
            const choice_row *a = all, *b = lists_[i];
            size += static_cast<std::size_t>(lists_[i + 1] - lists_[i]) - 1;
            choice_row* const to = merging_.data();
            for (std::size_t j = 0; j < size; ++j) {
                const bool is_second = before(*b, *a);
                to[j] = is_second ? *b : *a;
                b += is_second ? 1 : 0;
                a += is_second ? 0 : 1;
            }
            to[size] = after_all;
            all = to;
            std::swap(merging_, spare_);
        }
        // rounding makes some first figures equal, whose rows need not be in order of the second
        bool sorted = true;
        for (std::size_t i = 1; i < size; ++i) sorted = sorted && !before(all[i], all[i - 1]);
        if (!sorted) std::sort(all, all + size, before);
        return {all, size};
    }

    /// Appends those that are on the front.
    void take(std::span<const choice_row> all) {
        const choice_row* last = &after_all;
        for (const choice_row& one : all) {
            const bool is_beside = static_cast<bool>(static_cast<int>(one.first == last->first) &
                                                     static_cast<int>(one.rank == last->rank));
            if (!stairs_.hides(one.rank, one.third))
                stairs_.add(one.rank, one.third);
            else if (!is_beside || one.third != last->third || one.step > last->step)
                continue;
            if (is_beside) next_.pop_back();
            next_.push_back(one);
            last = &one;
        }
    }

    std::vector<option_rows> options_;
    rank_staircase stairs_;
    std::vector<choice_row> next_, found_, merging_, spare_;
    std::vector<choice_row*> lists_;  // where each begins in `found_`
    std::vector<std::uint8_t> uses_;
};

}  // namespace qutibench::detail
