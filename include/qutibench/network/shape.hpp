// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/detail/message.hpp>
#include <qutibench/detail/view.hpp>
#include <qutibench/error.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>

namespace qutibench {

/// The extents of a tensor, batch first and channels second (N, C, spatial...) where a layer has channels.
/// A literal type of at most `max_rank` dimensions; every extent is positive.
class shape {
public:
    static constexpr int max_rank = 8;

    constexpr shape() = default;

    /// Throws shape_error on a rank past `max_rank` or an extent below one.
    constexpr shape(detail::view<const std::int64_t> extents) {
        for (const std::int64_t extent : extents) append(extent);
    }
    constexpr shape(std::initializer_list<std::int64_t> extents) {
        for (const std::int64_t extent : extents) append(extent);
    }

    [[nodiscard]] constexpr int rank() const { return rank_; }
    [[nodiscard]] constexpr std::int64_t operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
    [[nodiscard]] constexpr const std::int64_t* begin() const { return extents_.data(); }
    [[nodiscard]] constexpr const std::int64_t* end() const { return extents_.data() + rank_; }

    /// Adds a last dimension; throws shape_error on a rank past `max_rank` or an extent below one.
    constexpr void append(std::int64_t extent) {
        if (rank_ == max_rank) throw_rank();
        if (extent < 1) throw_extent(extent);
        extents_[static_cast<std::size_t>(rank_++)] = extent;
    }

    /// The same shape with one extent changed; throws shape_error on an extent below one.
    [[nodiscard]] constexpr shape with(int axis, std::int64_t extent) const {
        if (extent < 1) throw_extent(extent);
        shape changed = *this;
        changed.extents_[static_cast<std::size_t>(axis)] = extent;
        return changed;
    }

    /// Number of elements; one for rank 0. Throws overflow_error past 64 bits.
    [[nodiscard]] constexpr std::int64_t elements() const { return elements(0, rank_); }

    /// Number of elements of the dimensions [first, last).
    [[nodiscard]] constexpr std::int64_t elements(int first, int last) const {
        std::int64_t count = 1;
        for (int axis = first; axis < last; ++axis) count = detail::multiply(count, (*this)[axis]);
        return count;
    }

    friend constexpr bool operator==(const shape& a, const shape& b) {
        if (a.rank_ != b.rank_) return false;
        for (int axis = 0; axis < a.rank_; ++axis)
            if (a[axis] != b[axis]) return false;
        return true;
    }

private:
    [[noreturn]] static void throw_rank() { detail::raise(shape_error("a tensor has more than 8 dimensions")); }
    [[noreturn]] static void throw_extent(std::int64_t extent) {
        detail::raise(shape_error(detail::message({"a tensor dimension must be at least 1, not ", extent})));
    }

    std::array<std::int64_t, max_rank> extents_{};
    int rank_ = 0;
};

/// "1x64x56x56"; "scalar" for rank 0.
[[nodiscard]] inline std::string to_string(const shape& of) {
    std::string text;
    for (const std::int64_t extent : of) {
        if (!text.empty()) text += 'x';
        text += std::to_string(extent);
    }
    return text.empty() ? "scalar" : text;
}

/// The input shapes of a layer, in the order of its operands.
using shapes = detail::view<const shape>;

/// Per-axis settings of a layer with `Rank` spatial dimensions.
template <int Rank>
using extents = std::array<std::int64_t, static_cast<std::size_t>(Rank)>;

namespace detail {

template <int Rank>
[[nodiscard]] constexpr extents<Rank> filled(std::int64_t value) {
    extents<Rank> all{};
    for (auto& one : all) one = value;
    return all;
}

/// Axis in [0, rank) from one that may count from the back; throws shape_error outside.
[[nodiscard]] constexpr int normalized_axis(int axis, int rank) {
    const int positive = axis < 0 ? axis + rank : axis;
    if (positive < 0 || positive >= rank)
        detail::raise(shape_error(detail::message({"axis ", axis, " is outside a tensor of rank ", rank})));
    return positive;
}

/// NumPy-style broadcast of two shapes; throws shape_error when an axis agrees in neither size nor being one.
[[nodiscard]] constexpr shape broadcast(const shape& a, const shape& b) {
    const int rank = std::max(a.rank(), b.rank());
    shape result;
    for (int axis = 0; axis < rank; ++axis) {
        const int ia = axis - (rank - a.rank());
        const int ib = axis - (rank - b.rank());
        const std::int64_t from_a = ia < 0 ? 1 : a[ia];
        const std::int64_t from_b = ib < 0 ? 1 : b[ib];
        if (from_a != from_b && from_a != 1 && from_b != 1)
            detail::raise(
                shape_error(detail::message({"shapes ", to_string(a), " and ", to_string(b), " do not broadcast"})));
        result.append(std::max(from_a, from_b));
    }
    return result;
}

}  // namespace detail

}  // namespace qutibench
