// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Non-dominated sorting of three columns by one ordered walk. Smaller is better everywhere; no value is NaN.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Fronts of distinct rows that enter in lexicographic order, each as the staircase of its rows in the last two
/// columns. What a front reaches, the one before it reaches too, so that halving finds a row's front (Zhang, Tian,
/// Cheng, Jin 2015, doi:10.1109/TEVC.2014.2308305).
class nested_fronts {
public:
    /// The last two columns of a row.
    struct corner {
        double second, third;
    };

    /// The number of fronts that reach a row, which enters the next one. O(log(fronts) log(corners)); at most a block
    /// of corners makes room, and one row in 256 the blocks of a front.
    std::uint32_t enter(const corner& row) {
        const auto front = std::partition_point(fronts_.begin(), fronts_.end(),
                                                [&](const staircase& stairs) { return reaches(stairs, row); });
        const auto rank = static_cast<std::size_t>(front - fronts_.begin());
        if (front == fronts_.end())
            fronts_.emplace_back().emplace_back(1, row);
        else
            add(fronts_[rank], row);
        return static_cast<std::uint32_t>(rank);
    }

private:
    using block = std::vector<corner>;
    using staircase = std::vector<block>;  // none empty; in each the second column ascends, the third descends
    static constexpr std::ptrdiff_t half = 256;

    [[nodiscard]] static bool reaches(const staircase& stairs, const corner& row) {
        const auto above = [&](const corner& one) { return one.third > row.third; };
        const auto part =
            std::partition_point(stairs.begin(), stairs.end(), [&](const block& one) { return above(one.back()); });
        return part != stairs.end() && std::partition_point(part->begin(), part->end(), above)->second <= row.second;
    }

    /// Puts a corner in the place of those that it hides; some of these may stay at the beginning of the next block,
    /// where it is found before them.
    static void add(staircase& stairs, const corner& row) {
        const auto before = [&](const corner& one) { return one.second < row.second; };
        const auto hidden = [&](const corner& one) { return one.third >= row.third; };
        const auto part = std::partition_point(stairs.begin(), stairs.end() - 1,
                                               [&](const block& one) { return before(one.back()); });
        const auto first = std::partition_point(part->begin(), part->end(), before);
        const auto last = std::find_if_not(first, part->end(), hidden);
        if (last == part->end())
            stairs.erase(part + 1, std::find_if_not(part + 1, stairs.end(),
                                                    [&](const block& one) { return hidden(one.back()); }));
        if (first == last) {
            part->insert(first, row);
        } else {
            *first = row;
            part->erase(first + 1, last);
        }
        if (part->size() == 2 * half) {
            block upper(part->begin() + half, part->end());
            part->resize(half);
            stairs.insert(part + 1, std::move(upper));
        }
    }

    std::vector<staircase> fronts_;
};

/// Writes the ranks of `count` distinct rows in lexicographic order. O(count log^2 count); where all rows are corners
/// at once, count^2 / 65536 moves of a block besides.
inline void rank_by_walk(const double* rows, std::size_t count, std::uint32_t* ranks) {
    nested_fronts fronts;
    for (std::size_t i = 0; i < count; ++i) ranks[i] = fronts.enter({rows[i * 3 + 1], rows[i * 3 + 2]});
}

}  // namespace qutibench::detail
