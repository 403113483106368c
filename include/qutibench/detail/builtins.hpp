// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What compilers have built in under names of their own: the one place that knows them, with portable fallbacks.
#pragma once

#include <concepts>
#include <limits>
#include <type_traits>
#if defined(_MSC_VER) && !defined(__clang__)
#include <bit>
#endif

namespace qutibench::detail {

/// std::bit_cast, which libc++ has from version 14 on.
template <class To, class From>
[[nodiscard]] constexpr To bits_as(const From& from) noexcept {
    static_assert(sizeof(To) == sizeof(From));
#if defined(_MSC_VER) && !defined(__clang__)
    return std::bit_cast<To>(from);
#else
    return __builtin_bit_cast(To, from);
#endif
}

/// a + b into `out`, modulo 2 to the number of bits; true when that is not the sum.
template <std::integral Integer>
[[nodiscard]] constexpr bool add_overflows(Integer a, Integer b, Integer* out) noexcept {
#if defined(__GNUC__)
    return __builtin_add_overflow(a, b, out);
#else
    using bits = std::make_unsigned_t<Integer>;
    *out = static_cast<Integer>(static_cast<bits>(a) + static_cast<bits>(b));
    return b < 0 ? *out >= a : *out < a;
#endif
}

/// a - b, likewise.
template <std::integral Integer>
[[nodiscard]] constexpr bool subtract_overflows(Integer a, Integer b, Integer* out) noexcept {
#if defined(__GNUC__)
    return __builtin_sub_overflow(a, b, out);
#else
    using bits = std::make_unsigned_t<Integer>;
    *out = static_cast<Integer>(static_cast<bits>(a) - static_cast<bits>(b));
    return b < 0 ? *out <= a : *out > a;
#endif
}

/// a * b, likewise.
template <std::integral Integer>
[[nodiscard]] constexpr bool multiply_overflows(Integer a, Integer b, Integer* out) noexcept {
#if defined(__GNUC__)
    return __builtin_mul_overflow(a, b, out);
#else
    using bits = std::make_unsigned_t<Integer>;
    *out = static_cast<Integer>(static_cast<bits>(a) * static_cast<bits>(b));
    if (a == 0) return false;
    if (std::signed_integral<Integer> && a == static_cast<Integer>(-1)) return b == std::numeric_limits<Integer>::min();
    return *out / a != b;
#endif
}

#if defined(__x86_64__) && defined(__GNUC__)
/// On how many doubles this processor multiplies and adds in one instruction: 8, 4, or 0 for none.
[[nodiscard]] inline int processor_fused_width() {
    if (__builtin_cpu_supports("avx2") == 0 || __builtin_cpu_supports("fma") == 0) return 0;
#if !defined(_WIN32)  // where GCC does not align stacks for it (its bug 54412)
    if (__builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0) return 8;
#endif
    return 4;
}
#endif

}  // namespace qutibench::detail
