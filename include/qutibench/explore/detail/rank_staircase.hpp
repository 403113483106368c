// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A staircase over ranks, of which half a million corners are asked for and added in a hundredth of a second.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace qutibench::detail {

/// Corners whose heights descend as their ranks ascend. What depends on figures has few branches, as these would be
/// hard to foresee.
class rank_staircase {
public:
    /// Without corners, for ranks below `ranks`.
    void reset(std::size_t ranks) {
        const std::size_t blocks = ranks / width + 1;
        heights_.resize(blocks * width);
        corners_.assign(blocks, 0);
        before_.assign(blocks + width + 2 * stride, -std::numeric_limits<double>::infinity());
        std::fill_n(before_.begin(), blocks, std::numeric_limits<double>::quiet_NaN());
        groups_.assign(blocks / width + 1, std::numeric_limits<double>::quiet_NaN());
        groups_.push_back(-std::numeric_limits<double>::infinity());
    }

    /// Whether a corner is neither above nor of a higher rank. O(1).
    [[nodiscard]] bool hides(std::uint32_t rank, double height) const {
        return near_hides(rank, height) || groups_[rank / (width * width)] <= height;
    }

    /// The same for corners of ranks less than 4096 lower, and some others.
    [[nodiscard]] bool near_hides(std::uint32_t rank, double height) const {
        const std::size_t block = rank / width;
        const std::uint64_t left = corners_[block] & (~std::uint64_t{0} >> (width - 1 - rank % width));
        const auto nearest = static_cast<std::size_t>(63 - std::countl_zero(left | 1U));
        const bool is_left = left != 0, is_lower = heights_[block * width + nearest] <= height;
        return static_cast<bool>(static_cast<int>(before_[block] <= height) |
                                 (static_cast<int>(is_left) & static_cast<int>(is_lower)));
    }

    /// A corner that is not hidden; those that it hides go. O(ranks / 4096), and for these.
    void add(std::uint32_t rank, double height) {
        const std::size_t block = rank / width;
        const std::uint64_t bit = std::uint64_t{1} << (rank % width);
        std::uint64_t corners = corners_[block] | bit;
        std::uint64_t right = corners & ~(bit | (bit - 1));
        const auto drop_next = [&] {
            const std::uint64_t next = right & (~right + 1);
            const auto at = static_cast<std::size_t>(std::countr_zero(right | highest));
            const std::uint64_t hidden = next & (~std::uint64_t{heights_[block * width + at] >= height} + 1);
            corners ^= hidden;
            right ^= next;
            return hidden != 0;
        };
        drop_next();  // here, because whether it goes is anybody's guess
        while (drop_next()) {
        }
        corners_[block] = corners;
        heights_[rank] = height;
        std::size_t i = block + 1;
        do {
            double* const some = before_.data() + i;
            for (std::size_t j = 0; j < stride; ++j) some[j] = some[j] < height ? some[j] : height;
            i += stride;
        } while (i <= block + width && !(before_[i] <= height));
        for (i = block / width + 1; !(groups_[i] <= height); ++i) groups_[i] = height;
    }

private:
    static constexpr std::size_t width = 64, stride = 4;
    static constexpr std::uint64_t highest = std::uint64_t{1} << 63U;

    std::vector<double> heights_;         // of the corner with each rank
    std::vector<std::uint64_t> corners_;  // a bit for each rank of a block
    std::vector<double> before_;          // the least height in, at least, the 64 blocks before each
    std::vector<double> groups_;          // in the groups of 64 blocks before each
};

}  // namespace qutibench::detail
