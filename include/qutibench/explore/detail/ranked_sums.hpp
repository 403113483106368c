// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sums of ascending figures with options, which ascend as well, cut for threads and ranked among all of them.
#pragma once

#include <qutibench/explore/detail/parallel.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace qutibench::detail {

/// Cuts lists, of the sums of ascending figures with each option, into parts that have about as many of them: where
/// part p begins in list i is at p * options + i, and equal sums are in one part. O(options log(options rows)).
template <class Rows, class Figure>
[[nodiscard]] std::vector<std::size_t> even_cuts(const Rows& rows, std::span<const double> options, std::size_t parts,
                                                 const Figure& figure) {
    std::vector<std::size_t> begins(options.size(), 0);
    if (parts > 1) {
        const std::size_t step = rows.size() / 64 + 1;
        std::vector<double> some;
        for (const double added : options)
            for (std::size_t i = step / 2; i < rows.size(); i += step) some.push_back(figure(rows[i]) + added);
        std::sort(some.begin(), some.end());
        for (std::size_t part = 1; part < parts; ++part)
            for (const double added : options) {
                const auto at =
                    std::lower_bound(rows.begin(), rows.end(), some[some.size() * part / parts],
                                     [&](const auto& row, double sum) { return figure(row) + added < sum; });
                begins.push_back(static_cast<std::size_t>(at - rows.begin()));
            }
    }
    begins.insert(begins.end(), options.size(), rows.size());
    return begins;
}

/// Sums that come with an option each, and their ranks among all of them. Figures of networks take few values, however
/// many rows there are: bytes are whole, and seconds are theirs but for roundings.
class ranked_sums {
public:
    /// One more than the highest rank. Some may be left out.
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] double operator[](std::size_t rank) const { return values_[rank]; }
    /// Of the sums of `values`, in their order, with an option.
    [[nodiscard]] const std::uint32_t* ranks(std::size_t option) const { return ranks_.data() + option * stride_; }

    /// `values` ascend. `parts` of them are worked out at the same time.
    void assign(std::span<const double> values, std::span<const double> options, std::size_t parts) {
        stride_ = values.size();
        values_.resize(std::max(values_.size(), options.size() * stride_));
        ranks_.resize(values_.size());
        const auto begins = even_cuts(values, options, parts, [](double value) { return value; });
        for_each_index(parts, [&](std::size_t part) {
            const std::size_t end = rank(values, options, begins.data() + part * options.size());
            if (part + 1 == parts) size_ = end;
        });
    }

private:
    struct list {
        double added, sum;  // the next
        std::size_t at, stop;
        std::uint32_t* ranks;
    };

    /// Ranks the sums of a part from as many up as there are before it, whether or not some of these agree. Returns
    /// one more than the last.
    std::size_t rank(std::span<const double> values, std::span<const double> options, const std::size_t* begins) {
        std::vector<list> lists;
        std::uint32_t count = 0;
        for (std::size_t i = 0; i < options.size(); ++i) {
            const std::size_t at = begins[i], stop = begins[options.size() + i];
            count += static_cast<std::uint32_t>(at);
            if (at < stop)
                lists.push_back({options[i], values[at] + options[i], at, stop, ranks_.data() + i * stride_});
        }
        double last = std::numeric_limits<double>::quiet_NaN();
        while (!lists.empty()) {
            double least = lists[0].sum;
            for (const list& one : lists) least = std::min(least, one.sum);
            count += least == last ? 0 : 1;
            values_[count - 1] = last = least;
            bool is_done = false;
            for (list& one : lists) {
                one.ranks[one.at] = count - 1;  // or more, if another time comes: whether it does is anybody's guess
                one.at += one.sum == least ? 1 : 0;
                if (one.at == one.stop)
                    is_done = true;
                else
                    one.sum = values[one.at] + one.added;
            }
            if (is_done) std::erase_if(lists, [](const list& one) { return one.at == one.stop; });
        }
        return count;
    }

    std::vector<double> values_;
    std::vector<std::uint32_t> ranks_;
    std::size_t size_ = 0, stride_ = 0;
};

}  // namespace qutibench::detail
