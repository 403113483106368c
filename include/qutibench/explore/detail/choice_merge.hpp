// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One layer more of a choice for each: a sorted front joined with each option is a sorted list again, and lists merge.
#pragma once

#include <qutibench/explore/detail/choice_part.hpp>
#include <qutibench/explore/detail/parallel.hpp>
#include <qutibench/explore/detail/ranked_sums.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace qutibench::detail {

/// The front over two or three sums to minimise, in lexicographic order. Rounded or not, the sums of ascending figures
/// with an option ascend; so rows come in order of their first figures, and whether earlier ones hide a row is a
/// question for a staircase of the other two. Threads have a range of first figures each, and the staircases of those
/// before it are asked last: what a row hides that is hidden itself is hidden without it.
class choice_merge {
public:
    /// Of rows with `figures` each, two or three, which ascend.
    choice_merge(std::span<const double> values, std::size_t figures) : figures_(figures) {
        for (std::size_t i = 0; i < values.size(); i += figures)
            rows_.push_back({values[i], figures == 3 ? values[i + 1] : 0, values[i + figures - 1], 0, 0});
        for (const choice_row& one : rows_) kept_.push_back(one.second);
        std::sort(kept_.begin(), kept_.end());
        kept_.erase(std::unique(kept_.begin(), kept_.end()), kept_.end());
        kept_count_ = kept_.size();
        for (choice_row& one : rows_) {
            const auto at = std::lower_bound(kept_.begin(), kept_.end(), one.second);
            one.rank = static_cast<std::uint32_t>(at - kept_.begin());
        }
    }

    [[nodiscard]] std::size_t size() const { return rows_.size(); }

    /// Row-major.
    [[nodiscard]] std::vector<double> values() const {
        std::vector<double> all;
        all.reserve(figures_ * rows_.size());
        for (const choice_row& one : rows_) {
            all.push_back(one.first);
            if (figures_ == 3) all.push_back(one.second);
            all.push_back(one.third);
        }
        return all;
    }

    /// Makes it the front of every row with every option, whose figures are in `options`; of equal ones the first.
    /// Returns how each row came about: the row before times the options, plus the option.
    [[nodiscard]] std::vector<std::uint32_t> extend(std::span<const double> options) {
        const bool is_shared = rows_.size() * options.size() / figures_ >= least_to_share;
        return extend(options, is_shared ? static_cast<std::size_t>(std::min(threads_in_arena(), most_parts)) : 1);
    }

    /// The same in so many parts.
    [[nodiscard]] std::vector<std::uint32_t> extend(std::span<const double> options, std::size_t parts) {
        find(options, parts);
        cut_pieces(parts);
        std::vector<std::uint32_t> steps;
        for_each_index(pieces_.size() + 2, [&](std::size_t i) {
            if (i < pieces_.size())
                ask(pieces_[i]);
            else if (i == pieces_.size())
                forget_sums(parts);
            else
                steps.resize(found(parts));  // takes pages, which is slow
        });
        join(steps);
        return steps;
    }

private:
    static constexpr std::size_t least_to_share = 4000;  // below it threads wait for one another longer than they work
    static constexpr std::uint64_t most_parts = 8;       // more of them would ask one another for longer

    /// Neighbours of a part.
    struct piece {
        std::size_t part;
        std::span<choice_row> rows;
        std::size_t at = 0;  // where they go
    };

    /// The front of each part.
    void find(std::span<const double> options, std::size_t parts) {
        std::vector<double> firsts, seconds;
        for (std::size_t i = 0; i < options.size(); i += figures_) {
            firsts.push_back(options[i]);
            seconds.push_back(figures_ == 3 ? options[i + 1] : 0);
        }
        sums_.assign(std::span(kept_).first(kept_count_), seconds, parts);
        const auto begins = even_cuts(rows_, firsts, parts, [](const choice_row& one) { return one.first; });
        parts_.resize(std::max(parts_.size(), parts));
        for_each_index(parts, [&](std::size_t part) {
            std::vector<choice_part::option_rows> some;
            const std::size_t* const from = begins.data() + part * firsts.size();
            for (std::size_t i = 0; i < firsts.size(); ++i)
                some.push_back(
                    {firsts[i], seconds[i], options[(i + 1) * figures_ - 1], from[i], from[firsts.size() + i]});
            parts_[part].run(rows_, sums_, std::move(some));
        });
    }

    void cut_pieces(std::size_t parts) {
        pieces_.clear();
        for (std::size_t part = 0; part < parts; ++part) {
            std::span<choice_row> left = parts_[part].rows();
            const std::size_t length = parts == 1 ? left.size() : left.size() / 4 + 1;
            for (; !left.empty(); left = left.subspan(std::min(length, left.size())))
                pieces_.push_back({part, left.first(std::min(length, left.size()))});
        }
    }

    /// Leaves out of a piece what earlier parts hide.
    void ask(piece& one) const {
        if (one.part == 0) return;
        choice_row* to = one.rows.data();
        for (const choice_row& row : one.rows) {
            bool hidden = false;
            for (std::size_t part = 0; part < one.part && !hidden; ++part) hidden = parts_[part].hides(row);
            *to = row;
            to += hidden ? 0 : 1;
        }
        one.rows = {one.rows.data(), to};
    }

    /// The second figures that rows of the parts have, and no others.
    void forget_sums(std::size_t parts) {
        ranks_.resize(std::max(ranks_.size(), sums_.size()));
        kept_.resize(ranks_.size());
        std::uint32_t count = 0;
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            kept_[count] = sums_[i];
            ranks_[i] = count;
            std::uint32_t used = 0;
            for (std::size_t part = 0; part < parts; ++part) used |= parts_[part].uses(i);
            count += used;
        }
        kept_count_ = count;
    }

    [[nodiscard]] std::size_t found(std::size_t parts) {
        std::size_t size = 0;
        for (std::size_t part = 0; part < parts; ++part) size += parts_[part].rows().size();
        return size;
    }

    /// The pieces, one after the other.
    void join(std::vector<std::uint32_t>& steps) {
        std::size_t size = 0;
        for (piece& one : pieces_) {
            one.at = size;
            size += one.rows.size();
        }
        rows_.resize(size);
        steps.resize(size);
        for_each_index(pieces_.size(), [&](std::size_t i) {
            std::size_t at = pieces_[i].at;
            for (const choice_row& one : pieces_[i].rows) {
                steps[at] = one.step;
                rows_[at] = one;
                rows_[at++].rank = ranks_[one.rank];
            }
        });
    }

    std::size_t figures_;
    std::vector<choice_row> rows_;
    std::vector<double> kept_;  // second figures that rows have, ascending, as many as
    std::size_t kept_count_ = 0;
    ranked_sums sums_;
    std::vector<choice_part> parts_;
    std::vector<piece> pieces_;
    std::vector<std::uint32_t> ranks_;  // in the second figures that remain
};

}  // namespace qutibench::detail
