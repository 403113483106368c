// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sorting rows of doubles by radix, a column at a time.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/pareto/detail/buffer.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

namespace qutibench::detail {

/// A 64-bit integer that orders as the double does. `value` is not NaN and not -0.
[[nodiscard]] inline std::uint64_t ordered_bits(double value) noexcept {
    const auto bits = bits_as<std::uint64_t>(value);
    const std::uint64_t sign = bits >> 63;
    return bits ^ ((std::uint64_t{0} - sign) | (std::uint64_t{1} << 63));
}

/// Stable sort of `keys` by their upper 32 bits, where lower halves ascend; `scratch` is as long. O(n) from 4096 keys
/// on and where they are in order or in reverse, as columns of sweeps often are; else O(n log n).
inline void sort_by_upper_half(std::uint64_t* keys, std::uint64_t* scratch, std::size_t count) {
    if (std::is_sorted(keys, keys + count)) return;
    if (std::is_sorted(keys, keys + count, std::greater<>())) {
        std::reverse(keys, keys + count);
        return;
    }
    if (count < 4096) {
        std::sort(keys, keys + count);
        return;
    }
    constexpr std::size_t digits = 2048;
    std::array<std::array<std::uint32_t, digits>, 3> starts{};
    for (std::size_t i = 0; i < count; ++i) {
        ++starts[0][(keys[i] >> 32) & 2047U];
        ++starts[1][(keys[i] >> 43) & 2047U];
        ++starts[2][keys[i] >> 54];
    }
    std::uint64_t *from = keys, *to = scratch;
    for (unsigned pass = 0; pass < 3; ++pass) {
        auto& start = starts[pass];
        const unsigned shift = 32 + 11 * pass;
        if (start[(keys[0] >> shift) & 2047U] == count) continue;
        std::uint32_t total = 0;
        for (auto& entry : start) {
            const std::uint32_t here = entry;
            entry = total;
            total += here;
        }
        for (std::size_t i = 0; i < count; ++i) to[start[(from[i] >> shift) & 2047U]++] = from[i];
        std::swap(from, to);
    }
    if (from != keys) std::copy(from, from + count, keys);
}

/// Row numbers in lexicographic order of some neighbouring columns, equal rows in the order they came. Each column
/// costs at most two radix sorts of the rows that the columns before it leave equal: O(n K), runs below 4096 rows
/// O(n log n).
class row_order {
public:
    /// Orders `count` rows, `stride` doubles apart, by their first `columns` values. No value is NaN or -0.
    row_order(const double* rows, std::size_t stride, std::size_t columns, std::size_t count)
        : rows_(rows), stride_(stride), columns_(columns), keys_(unset_array<std::uint64_t>(count)),
          scratch_(unset_array<std::uint64_t>(count)) {
        for (std::size_t i = 0; i < count; ++i) keys_[i] = i;
        sort(0, count, 0);
        scratch_.reset();
    }

    /// The row at place `i` of the order.
    [[nodiscard]] std::size_t operator[](std::size_t i) const noexcept { return static_cast<std::uint32_t>(keys_[i]); }

private:
    static constexpr std::size_t few = 24;

    [[nodiscard]] double value(std::size_t place, std::size_t column) const noexcept {
        return rows_[(*this)[place] * stride_ + column];
    }

    /// Sorts the places from `first` on, equal in the columns before this one, on the leading bits that differ.
    void sort(std::size_t first, std::size_t last, std::size_t column) {
        if (last - first <= few) {
            sort_directly(first, last, column);
            return;
        }
        std::uint64_t low = ~std::uint64_t{0};
        std::uint64_t high = 0;
        for (std::size_t i = first; i < last; ++i) {
            const std::uint64_t bits = ordered_bits(value(i, column));
            scratch_[i] = bits;
            low = std::min(low, bits);
            high = std::max(high, bits);
        }
        if (low == high) {
            if (column + 1 < columns_) sort(first, last, column + 1);
            return;
        }
        const int width = 64 - std::countl_zero(high - low);
        const int shift = width > 32 ? width - 32 : 0;
        for (std::size_t i = first; i < last; ++i)
            keys_[i] = ((scratch_[i] - low) >> shift) << 32 | static_cast<std::uint32_t>(keys_[i]);
        sort_by_upper_half(keys_.get() + first, scratch_.get() + first, last - first);
        for (std::size_t begin = first; begin < last;) {
            const std::uint64_t key = keys_[begin] >> 32;
            std::size_t end = begin + 1;
            while (end < last && keys_[end] >> 32 == key) ++end;
            if (end - begin > 1) sort(begin, end, column);
            begin = end;
        }
    }

    void sort_directly(std::size_t first, std::size_t last, std::size_t column) {
        std::sort(keys_.get() + first, keys_.get() + last, [this, column](std::uint64_t a, std::uint64_t b) {
            const std::size_t left = static_cast<std::uint32_t>(a);
            const std::size_t right = static_cast<std::uint32_t>(b);
            for (std::size_t j = column; j < columns_; ++j) {
                const double x = rows_[left * stride_ + j];
                const double y = rows_[right * stride_ + j];
                if (x != y) return x < y;
            }
            return left < right;
        });
    }

    const double* rows_;
    std::size_t stride_;
    std::size_t columns_;
    std::unique_ptr<std::uint64_t[]> keys_;
    std::unique_ptr<std::uint64_t[]> scratch_;
};

/// -1, 0 or 1 as row a comes before, equals or comes after row b, the first differing column deciding.
template <std::size_t D>
[[nodiscard]] inline int compare_rows(const double* a, const double* b) noexcept {
    for (std::size_t j = 0; j < D; ++j)
        if (a[j] != b[j]) return a[j] < b[j] ? -1 : 1;
    return 0;
}

}  // namespace qutibench::detail
