// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One layer more of a choice for each: a sorted front joined with each option is a sorted list again, and lists merge.
#pragma once

#include <qutibench/explore/detail/rank_staircase.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Sums that come with an option each, and their ranks among all of them. Figures of networks take few values, however
/// many rows there are: bytes are whole, and seconds are theirs but for roundings.
class ranked_sums {
public:
    [[nodiscard]] std::size_t size() const { return values_.size(); }
    [[nodiscard]] double operator[](std::size_t rank) const { return values_[rank]; }
    /// Of the sums of `values`, in their order, with an option.
    [[nodiscard]] const std::uint32_t* ranks(std::size_t option) const { return ranks_.data() + option * stride_; }

    /// `values` ascend.
    void assign(std::span<const double> values, std::span<const double> options) {
        stride_ = values.size() + 1;
        values_.resize(options.size() * values.size());
        ranks_.resize(options.size() * stride_);
        lists_.clear();
        for (std::size_t i = 0; i < options.size(); ++i)
            lists_.push_back({options[i], values[0] + options[i], 0, ranks_.data() + i * stride_});
        double last = std::numeric_limits<double>::quiet_NaN();
        std::uint32_t count = 0;
        for (std::size_t left = values_.size(); left > 0;) {
            double least = lists_[0].sum;
            for (const list& one : lists_) least = std::min(least, one.sum);
            count += least == last ? 0 : 1;
            values_[count - 1] = last = least;
            for (list& one : lists_) left -= one.pass(least, count - 1, values);
        }
        values_.resize(count);
    }

private:
    struct list {
        double added, sum;  // the next
        std::size_t at;
        std::uint32_t* ranks;

        /// Whether the next sum was the least. Without branches: a rank is written once too often.
        std::size_t pass(double least, std::uint32_t rank, std::span<const double> values) {
            ranks[at] = rank;
            const auto passes =
                static_cast<std::size_t>(static_cast<int>(sum == least) & static_cast<int>(at < values.size()));
            at += passes;
            sum = at < values.size() ? values[at] + added : std::numeric_limits<double>::infinity();
            return passes;
        }
    };

    std::vector<double> values_;
    std::vector<std::uint32_t> ranks_;
    std::vector<list> lists_;
    std::size_t stride_ = 0;
};

/// The front over two or three sums to minimise, in lexicographic order. Rounded or not, the sums of ascending figures
/// with an option ascend; so rows come in order of their first figures, and whether earlier ones hide a row is a
/// question for a staircase of the other two.
class choice_merge {
public:
    /// Of rows with `figures` each, two or three, which ascend.
    choice_merge(std::span<const double> values, std::size_t figures) : figures_(figures) {
        for (std::size_t i = 0; i < values.size(); i += figures)
            rows_.push_back({values[i], figures == 3 ? values[i + 1] : 0, values[i + figures - 1], 0, 0});
        for (const row& one : rows_) seconds_.push_back(one.second);
        std::sort(seconds_.begin(), seconds_.end());
        seconds_.erase(std::unique(seconds_.begin(), seconds_.end()), seconds_.end());
        for (row& one : rows_) {
            const auto at = std::lower_bound(seconds_.begin(), seconds_.end(), one.second);
            one.rank = static_cast<std::uint32_t>(at - seconds_.begin());
        }
    }

    [[nodiscard]] std::size_t size() const { return rows_.size(); }

    /// Row-major.
    [[nodiscard]] std::vector<double> values() const {
        std::vector<double> all;
        all.reserve(figures_ * rows_.size());
        for (const row& one : rows_) {
            all.push_back(one.first);
            if (figures_ == 3) all.push_back(one.second);
            all.push_back(one.third);
        }
        return all;
    }

    /// Makes it the front of every row with every option, whose figures are in `options`; of equal ones the first.
    void extend(std::span<const double> options) {
        options_.clear();
        std::vector<double> seconds;
        for (std::size_t i = 0; i < options.size(); i += figures_) {
            seconds.push_back(figures_ == 3 ? options[i + 1] : 0);
            options_.push_back({options[i], seconds.back(), options[i + figures_ - 1], 0, 0});
        }
        sums_.assign(seconds_, seconds);
        stairs_.reset(sums_.size());
        next_.clear();
        while (gather()) take(merged());
        std::swap(rows_, next_);
        forget_sums();
    }

    /// How each row came about: the row before times the options, plus the option.
    [[nodiscard]] std::vector<std::uint32_t> steps() const {
        std::vector<std::uint32_t> all;
        all.reserve(rows_.size());
        for (const row& one : rows_) all.push_back(one.step);
        return all;
    }

private:
    struct row {
        double first, second, third;
        std::uint32_t rank;  // of the second figure
        std::uint32_t step;
    };
    /// An option, and how far its rows have come.
    struct option_rows {
        double first, second, third;
        std::size_t from, end;
    };
    static constexpr std::size_t length = 128;
    static constexpr row after_all{std::numeric_limits<double>::infinity(), 0, 0, 0xFFFFFFFFU, 0};

    /// Of the next rows with each option, those that are not hidden yet; false when no row is left. All rows with a
    /// first figure are among them, or none.
    bool gather() {
        double limit = std::numeric_limits<double>::quiet_NaN();  // what they are less than
        std::size_t room = 0;
        for (option_rows& one : options_) {
            one.end = std::min(one.from + length, rows_.size());
            const auto first = [&](std::size_t at) { return rows_[at].first + one.first; };
            while (one.end < rows_.size() && first(one.end) == first(one.from)) ++one.end;
            if (one.end < rows_.size()) limit = limit <= first(one.end) ? limit : first(one.end);
            room += one.end - one.from;
        }
        if (room == 0) return false;
        for (std::vector<row>* each : {&found_, &merging_, &spare_})
            each->resize(std::max(each->size(), room + options_.size()));
        lists_.assign(1, found_.data());
        for (std::size_t i = 0; i < options_.size(); ++i) {
            row* const end = filter(i, limit, lists_.back());
            *end = after_all;
            lists_.push_back(end + 1);
        }
        return true;
    }

    /// Writes to `to`, and returns where it came to. What remains is mostly on the front.
    row* filter(std::size_t option, double limit, row* to) {
        option_rows& added = options_[option];
        const std::uint32_t* const ranks = sums_.ranks(option);
        std::size_t at = added.from;
        for (; at < added.end; ++at) {
            const row& one = rows_[at];
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
    static bool before(const row& a, const row& b) {
        return static_cast<bool>(static_cast<int>(a.first < b.first) |
                                 (static_cast<int>(a.first == b.first) & static_cast<int>(a.rank < b.rank)));
    }

    /// What was gathered, in order of the first two figures.
    std::span<const row> merged() {
        row* all = lists_[0];
        std::size_t size = static_cast<std::size_t>(lists_[1] - lists_[0]) - 1;
        for (std::size_t i = 1; i < options_.size(); ++i) {
            const row *a = all, *b = lists_[i];
            size += static_cast<std::size_t>(lists_[i + 1] - lists_[i]) - 1;
            row* const to = merging_.data();
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
    void take(std::span<const row> all) {
        const row* last = &after_all;
        for (const row& one : all) {
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

    /// The second figures that the rows have, and no others.
    void forget_sums() {
        std::vector<std::uint32_t> ranks(sums_.size(), 0);
        for (const row& one : rows_) ranks[one.rank] = 1;
        seconds_.resize(sums_.size());
        std::uint32_t count = 0;
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            seconds_[count] = sums_[i];
            count += std::exchange(ranks[i], count);
        }
        seconds_.resize(count);
        for (row& one : rows_) one.rank = ranks[one.rank];
    }

    std::size_t figures_;
    std::vector<row> rows_, next_;
    std::vector<double> seconds_;  // that rows have, ascending
    std::vector<option_rows> options_;
    ranked_sums sums_;
    rank_staircase stairs_;
    std::vector<row> found_, merging_, spare_;
    std::vector<row*> lists_;  // where each begins in `found_`
};

}  // namespace qutibench::detail
