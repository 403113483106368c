// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/error.hpp>

#include <cstdint>
#include <initializer_list>

namespace qutibench::detail {

/// Throws: kept out of line so that the arithmetic below stays small.
[[noreturn]] inline void throw_overflow() {
    detail::raise(overflow_error("a count of this network does not fit 64 bits"));
}

/// a + b; throws overflow_error past 64 bits.
[[nodiscard]] constexpr std::int64_t add(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (add_overflows(a, b, &result)) throw_overflow();
    return result;
}

/// a * b; throws overflow_error past 64 bits.
[[nodiscard]] constexpr std::int64_t multiply(std::int64_t a, std::int64_t b) {
    std::int64_t result = 0;
    if (multiply_overflows(a, b, &result)) throw_overflow();
    return result;
}

/// Product of all factors; throws overflow_error past 64 bits. A zero factor wins over any overflow.
[[nodiscard]] constexpr std::int64_t product(std::initializer_list<std::int64_t> factors) {
    for (const std::int64_t factor : factors)
        if (factor == 0) return 0;
    std::int64_t result = 1;
    for (const std::int64_t factor : factors) result = multiply(result, factor);
    return result;
}

/// Smallest multiple count: ceil(a / b) for a >= 0, b > 0.
[[nodiscard]] constexpr std::int64_t ceil_divide(std::int64_t a, std::int64_t b) {
    return a / b + (a % b != 0 ? 1 : 0);
}

/// `share` of `width` channels, to the nearest multiple of `multiple`, and at least one of them; throws overflow_error
/// past 64 bits.
[[nodiscard]] constexpr std::int64_t scaled_width(std::int64_t width, double share, std::int64_t multiple) {
    const double units = static_cast<double>(width) * share / static_cast<double>(multiple) + 0.5;
    if (!(units < 9e18)) throw_overflow();
    return multiply(units < 1 ? 1 : static_cast<std::int64_t>(units), multiple);
}

}  // namespace qutibench::detail
