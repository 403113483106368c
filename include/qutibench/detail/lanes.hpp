// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Figures of several calls side by side. A model that is written for a `Value` predicts one call with double and
/// several at once with `lanes`: what is decided by comparison is a mask, and each lane has the bits that its call
/// would have alone.
#pragma once

#include <qutibench/detail/builtins.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace qutibench::detail {

/// Yes or no for each lane: all bits of a word, or none. Made without a value, it has none, as a double.
template <std::size_t Width>
struct lane_mask {
    std::array<std::uint64_t, Width> at;

    lane_mask() = default;
    constexpr lane_mask(bool all) { at.fill(all ? ~std::uint64_t{0} : 0); }  // NOLINT: as a bool stands for all lanes

    friend constexpr lane_mask operator&(lane_mask a, const lane_mask& b) {
        for (std::size_t i = 0; i < Width; ++i) a.at[i] &= b.at[i];
        return a;
    }
    friend constexpr lane_mask operator|(lane_mask a, const lane_mask& b) {
        for (std::size_t i = 0; i < Width; ++i) a.at[i] |= b.at[i];
        return a;
    }
    friend constexpr lane_mask operator!(lane_mask a) {
        for (std::uint64_t& one : a.at) one = ~one;
        return a;
    }
};

/// Doubles side by side, each operation on every lane.
template <std::size_t Width>
struct lanes {
    std::array<double, Width> at;

    lanes() = default;
    constexpr lanes(double all) { at.fill(all); }  // NOLINT: as a number stands for all lanes

    constexpr lanes& operator+=(const lanes& b) {
        for (std::size_t i = 0; i < Width; ++i) at[i] += b.at[i];
        return *this;
    }
    constexpr lanes& operator-=(const lanes& b) {
        for (std::size_t i = 0; i < Width; ++i) at[i] -= b.at[i];
        return *this;
    }
    friend constexpr lanes operator+(lanes a, const lanes& b) { return a += b; }
    friend constexpr lanes operator-(lanes a, const lanes& b) { return a -= b; }
    friend constexpr lanes operator*(lanes a, const lanes& b) {
        for (std::size_t i = 0; i < Width; ++i) a.at[i] *= b.at[i];
        return a;
    }
    friend constexpr lanes operator/(lanes a, const lanes& b) {
        for (std::size_t i = 0; i < Width; ++i) a.at[i] /= b.at[i];
        return a;
    }
    friend constexpr lanes operator+(double a, lanes b) {
        for (double& one : b.at) one = a + one;
        return b;
    }
    friend constexpr lanes operator*(double a, lanes b) {
        for (double& one : b.at) one = a * one;
        return b;
    }
    friend constexpr lanes operator*(lanes a, double b) {
        for (double& one : a.at) one *= b;
        return a;
    }
    friend constexpr lanes operator/(lanes a, double b) {
        for (double& one : a.at) one /= b;
        return a;
    }
    friend constexpr lane_mask<Width> operator<(const lanes& a, const lanes& b) {
        lane_mask<Width> less;
        for (std::size_t i = 0; i < Width; ++i) less.at[i] = a.at[i] < b.at[i] ? ~std::uint64_t{0} : 0;
        return less;
    }
    friend constexpr lane_mask<Width> operator>(const lanes& a, const lanes& b) { return b < a; }
    friend constexpr lane_mask<Width> operator<=(const lanes& a, const lanes& b) {
        lane_mask<Width> most;
        for (std::size_t i = 0; i < Width; ++i) most.at[i] = a.at[i] <= b.at[i] ? ~std::uint64_t{0} : 0;
        return most;
    }
};

/// The answer to a comparison of values, and how many lanes they have.
template <class Value>
struct lanes_of {
    using mask = bool;
    static constexpr std::size_t width = 1;
};
template <std::size_t Width>
struct lanes_of<lanes<Width>> {
    using mask = lane_mask<Width>;
    static constexpr std::size_t width = Width;
};

/// Where the mask holds `a`, elsewhere `b`.
[[nodiscard]] constexpr double choose(bool holds, double a, double b) {
    return holds ? a : b;
}
template <std::size_t Width>
[[nodiscard]] constexpr lanes<Width> choose(const lane_mask<Width>& holds, const lanes<Width>& a,
                                            const lanes<Width>& b) {
    lanes<Width> one;
    for (std::size_t i = 0; i < Width; ++i)
        one.at[i] = bits_as<double>((bits_as<std::uint64_t>(a.at[i]) & holds.at[i]) |
                                    (bits_as<std::uint64_t>(b.at[i]) & ~holds.at[i]));
    return one;
}

/// Where the mask holds, 0.
template <class Value, class Mask>
[[nodiscard]] constexpr Value none_where(const Mask& holds, const Value& value) {
    if constexpr (lanes_of<Value>::width == 1) {
        return holds ? 0.0 : value;
    } else {
        Value one;
        for (std::size_t i = 0; i < one.at.size(); ++i)
            one.at[i] = bits_as<double>(bits_as<std::uint64_t>(value.at[i]) & ~holds.at[i]);
        return one;
    }
}

/// As std::max and std::min.
[[nodiscard]] constexpr double larger(double a, double b) {
    return a < b ? b : a;
}
[[nodiscard]] constexpr double smaller(double a, double b) {
    return b < a ? b : a;
}
template <std::size_t Width>
[[nodiscard]] constexpr lanes<Width> larger(lanes<Width> a, const lanes<Width>& b) {
    for (std::size_t i = 0; i < Width; ++i) a.at[i] = larger(a.at[i], b.at[i]);
    return a;
}
template <std::size_t Width>
[[nodiscard]] constexpr lanes<Width> smaller(lanes<Width> a, const lanes<Width>& b) {
    for (std::size_t i = 0; i < Width; ++i) a.at[i] = smaller(a.at[i], b.at[i]);
    return a;
}

/// Whether a mask holds in any lane, or in one.
[[nodiscard]] constexpr bool any(bool holds) {
    return holds;
}
template <std::size_t Width>
[[nodiscard]] constexpr bool any(const lane_mask<Width>& holds) {
    return std::any_of(holds.at.begin(), holds.at.end(), [](std::uint64_t one) { return one != 0; });
}
[[nodiscard]] constexpr bool holds_in(bool holds, std::size_t) {
    return holds;
}
template <std::size_t Width>
[[nodiscard]] constexpr bool holds_in(const lane_mask<Width>& holds, std::size_t lane) {
    return holds.at[lane] != 0;
}

/// The value of one lane.
[[nodiscard]] constexpr const double& in_lane(const double& value, std::size_t) {
    return value;
}
[[nodiscard]] constexpr double& in_lane(double& value, std::size_t) {
    return value;
}
template <std::size_t Width>
[[nodiscard]] constexpr const double& in_lane(const lanes<Width>& value, std::size_t lane) {
    return value.at[lane];
}
template <std::size_t Width>
[[nodiscard]] constexpr double& in_lane(lanes<Width>& value, std::size_t lane) {
    return value.at[lane];
}

/// A value from what `of(lane)` gives for each lane.
template <class Value, class Of>
[[nodiscard]] constexpr Value each_lane(Of of) {
    if constexpr (lanes_of<Value>::width == 1) {
        return of(std::size_t{0});
    } else {
        Value all;
        for (std::size_t i = 0; i < all.at.size(); ++i) all.at[i] = of(i);
        return all;
    }
}

}  // namespace qutibench::detail
