// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A set of small integers with neighbours.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace qutibench::detail {

/// A subset of 0 to n - 1 as a tree of 64-bit words: insert, erase and both neighbours in O(log n / log 64).
class place_set {
public:
    static constexpr std::size_t none = ~std::size_t{0};

    /// Empties the set and sizes it for places below `places`; storage is kept for later use.
    void reset(std::size_t places) {
        levels_ = 0;
        std::size_t words = 0;
        do {
            starts_[levels_++] = words;
            places = places / 64 + 1;
            words += places;
        } while (places > 1);
        words_.assign(words, 0);
    }

    void insert(std::size_t place) noexcept {
        for (std::size_t level = 0; level < levels_; ++level) {
            word(level, place / 64) |= std::uint64_t{1} << (place % 64);
            place /= 64;
        }
    }

    void erase(std::size_t place) noexcept {
        for (std::size_t level = 0; level < levels_; ++level) {
            std::uint64_t& here = word(level, place / 64);
            here &= ~(std::uint64_t{1} << (place % 64));
            if (here != 0) return;
            place /= 64;
        }
    }

    /// The largest member below `place`, or `none`.
    [[nodiscard]] std::size_t before(std::size_t place) const noexcept {
        for (std::size_t level = 0; level < levels_; ++level) {
            const std::uint64_t lower = word(level, place / 64) & ((std::uint64_t{1} << (place % 64)) - 1);
            if (lower != 0) {
                place = place / 64 * 64 + 63 - static_cast<std::size_t>(std::countl_zero(lower));
                while (level > 0) {
                    --level;
                    place = place * 64 + 63 - static_cast<std::size_t>(std::countl_zero(word(level, place)));
                }
                return place;
            }
            place /= 64;
        }
        return none;
    }

    /// The smallest member above `place`, or `none`.
    [[nodiscard]] std::size_t after(std::size_t place) const noexcept {
        for (std::size_t level = 0; level < levels_; ++level) {
            const std::uint64_t upper = word(level, place / 64) & ~(~std::uint64_t{0} >> (63 - place % 64));
            if (upper != 0) {
                place = place / 64 * 64 + static_cast<std::size_t>(std::countr_zero(upper));
                while (level > 0) {
                    --level;
                    place = place * 64 + static_cast<std::size_t>(std::countr_zero(word(level, place)));
                }
                return place;
            }
            place /= 64;
        }
        return none;
    }

private:
    [[nodiscard]] std::uint64_t& word(std::size_t level, std::size_t at) noexcept {
        return words_[starts_[level] + at];
    }
    [[nodiscard]] std::uint64_t word(std::size_t level, std::size_t at) const noexcept {
        return words_[starts_[level] + at];
    }

    std::size_t levels_ = 0;
    std::size_t starts_[12] = {};
    std::vector<std::uint64_t> words_;
};

}  // namespace qutibench::detail
