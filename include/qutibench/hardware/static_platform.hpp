// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A platform at compile time: `static_platform{static_peak<integer<8>>(0.96_top_per_s),
/// static_bandwidth(4.26_gb_per_s)}`.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/error.hpp>
#include <qutibench/units.hpp>

#include <concepts>

namespace qutibench {

namespace detail {

/// A figure of a static platform; throws invalid_argument, which at compile time is a compiler error that shows the
/// throw, unless it is positive and finite.
template <class Quantity>
[[nodiscard]] constexpr Quantity checked_figure(const Quantity& figure) {
    if (!(figure.value() > 0 && figure.value() <= 1e300))
        detail::raise(invalid_argument("the figures of a static_platform must be positive and finite"));
    return figure;
}

}  // namespace detail

/// Peak performance in the numeric format `Type`. Throws invalid_argument unless it is positive and finite.
template <class Type>
struct static_peak {
    ops_per_second dense;
    constexpr explicit static_peak(ops_per_second value) : dense(detail::checked_figure(value)) {}
};

/// Off-chip memory bandwidth. Throws invalid_argument unless it is positive and finite.
struct static_bandwidth {
    bytes_per_second value;
    constexpr explicit static_bandwidth(bytes_per_second of) : value(detail::checked_figure(of)) {}
};

/// Memory for activations. Throws invalid_argument unless it is positive and finite.
struct static_ram {
    bytes value;
    constexpr explicit static_ram(bytes of) : value(detail::checked_figure(of)) {}
};

/// Memory for the model. Throws invalid_argument unless it is positive and finite.
struct static_flash {
    bytes value;
    constexpr explicit static_flash(bytes of) : value(detail::checked_figure(of)) {}
};

namespace detail {

template <class Figure>
inline constexpr bool is_capacity = std::same_as<Figure, static_ram> || std::same_as<Figure, static_flash>;
template <class Figure>
inline constexpr bool is_peak = false;
template <class Type>
inline constexpr bool is_peak<static_peak<Type>> = true;

}  // namespace detail

/// Peaks by datatype, one bandwidth, and RAM and flash where a network is to fit them. Asking for a datatype that has
/// no peak does not compile.
template <class... Figures>
struct static_platform : Figures... {
    static_assert((std::same_as<Figures, static_bandwidth> + ...) == 1,
                  "a static_platform has exactly one static_bandwidth");
    static_assert(
        ((detail::is_peak<Figures> || std::same_as<Figures, static_bandwidth> || detail::is_capacity<Figures>) && ...),
        "a static_platform is made of static_peak<Type>, static_bandwidth, static_ram and static_flash");

    constexpr explicit static_platform(const Figures&... all) : Figures(all)... {}

    /// Peak in `Type`, natively.
    template <class Type>
    [[nodiscard]] constexpr ops_per_second peak() const {
        static_assert(std::derived_from<static_platform, static_peak<Type>>,
                      "this static_platform has no static_peak for that datatype");
        return static_cast<const static_peak<Type>&>(*this).dense;
    }
    [[nodiscard]] constexpr bytes_per_second bandwidth() const { return static_bandwidth::value; }
    [[nodiscard]] constexpr bytes ram() const {
        static_assert(std::derived_from<static_platform, static_ram>, "this static_platform has no static_ram");
        return static_cast<const static_ram&>(*this).value;
    }
    [[nodiscard]] constexpr bytes flash() const {
        static_assert(std::derived_from<static_platform, static_flash>, "this static_platform has no static_flash");
        return static_cast<const static_flash&>(*this).value;
    }
};

}  // namespace qutibench
