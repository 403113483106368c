// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Columns of quotients with the bits that `/` gives, at the cost of multiplications where the processor has fused
/// multiply-adds: a division takes as long as about sixteen of them.
#pragma once

#include <qutibench/detail/builtins.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace qutibench::detail {

#if defined(__x86_64__) && defined(__GNUC__)

[[nodiscard]] inline int fused_width() {
    return processor_fused_width();
}

/// The loops below are compiled for processors of either width.
struct fused_loops {
    /// out = factor * x / divisor, and at least `floor`; returns how many were below it. Each step brings a quotient to
    /// within one unit of its last place and the next one rounds it correctly, since the reciprocal is itself correctly
    /// rounded (Markstein 1990, doi:10.1147/rd.341.0111).
    [[nodiscard, gnu::always_inline]] static inline std::size_t quotients(double factor, const double* __restrict x,
                                                                          std::size_t count, double divisor,
                                                                          double floor, double* __restrict out) {
        const double reciprocal = 1 / divisor;
        std::uint64_t raised = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double dividend = factor * x[i];
            const double first = dividend * reciprocal;
            const double second = std::fma(std::fma(-first, divisor, dividend), reciprocal, first);
            const double third = std::fma(std::fma(-second, divisor, dividend), reciprocal, second);
            raised += third < floor ? 1U : 0U;
            out[i] = third < floor ? floor : third;
        }
        return raised;
    }

    /// out = x / y, where all quotients are within a few units of the last place of `guess`; `half` is half such a
    /// unit. A quotient is rounded correctly when its remainder is less than half a unit times y; the remainder is
    /// exact. Returns whether all are; `inverse` is about 1 / x.
    [[nodiscard, gnu::always_inline]] static inline bool near_quotients(const double* __restrict x,
                                                                        const double* __restrict inverse,
                                                                        const double* __restrict y, std::size_t count,
                                                                        double guess, double half,
                                                                        double* __restrict out) {
        std::uint64_t wrong = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const double correction = std::fma(-guess, y[i], x[i]) * (guess * inverse[i]);
            const double quotient = guess + correction;
            out[i] = quotient;
            wrong |= std::abs(std::fma(-quotient, y[i], x[i])) < half * y[i] ? 0U : 1U;
        }
        return wrong == 0;
    }
};

#if defined(__clang__)
#define QUTIBENCH_FUSED_BY_8 clang::min_vector_width(512), gnu::target("avx512f,avx512dq,avx2,fma")
#else
#define QUTIBENCH_FUSED_BY_8 gnu::target("avx512f,avx512dq,avx2,fma,prefer-vector-width=512")
#endif

[[nodiscard, gnu::target("avx2,fma")]] inline std::size_t quotients_by_4(double factor, const double* x,
                                                                         std::size_t count, double divisor,
                                                                         double floor, double* out) {
    return fused_loops::quotients(factor, x, count, divisor, floor, out);
}
[[nodiscard, QUTIBENCH_FUSED_BY_8]] inline std::size_t quotients_by_8(double factor, const double* x, std::size_t count,
                                                                      double divisor, double floor, double* out) {
    return fused_loops::quotients(factor, x, count, divisor, floor, out);
}
[[nodiscard, gnu::target("avx2,fma")]] inline bool near_quotients_by_4(const double* x, const double* inverse,
                                                                       const double* y, std::size_t count, double guess,
                                                                       double half, double* out) {
    return fused_loops::near_quotients(x, inverse, y, count, guess, half, out);
}
[[nodiscard, QUTIBENCH_FUSED_BY_8]] inline bool near_quotients_by_8(const double* x, const double* inverse,
                                                                    const double* y, std::size_t count, double guess,
                                                                    double half, double* out) {
    return fused_loops::near_quotients(x, inverse, y, count, guess, half, out);
}
#undef QUTIBENCH_FUSED_BY_8

[[nodiscard]] inline std::size_t fused_quotients(double factor, const double* x, std::size_t count, double divisor,
                                                 double floor, double* out) {
    return fused_width() == 8 ? quotients_by_8(factor, x, count, divisor, floor, out)
                              : quotients_by_4(factor, x, count, divisor, floor, out);
}
[[nodiscard]] inline bool fused_near_quotients(const double* x, const double* inverse, const double* y,
                                               std::size_t count, double guess, double half, double* out) {
    return fused_width() == 8 ? near_quotients_by_8(x, inverse, y, count, guess, half, out)
                              : near_quotients_by_4(x, inverse, y, count, guess, half, out);
}

#else

[[nodiscard]] constexpr int fused_width() {
    return 0;
}
[[nodiscard]] inline std::size_t fused_quotients(double, const double*, std::size_t, double, double, double*) {
    return 0;
}
[[nodiscard]] inline bool fused_near_quotients(const double*, const double*, const double*, std::size_t, double, double,
                                               double*) {
    return false;
}

#endif

/// Far from what overflows or is subnormal on the way.
[[nodiscard]] inline bool is_moderate(double value) {
    return value > 0x1p-300 && value < 0x1p300;
}

/// out = factor * x / divisor, and at least `floor`, for x from 1 to 2^63 and a factor that is 0 or from 1 to 2^63.
/// Returns how many quotients were below the floor.
inline std::size_t quotients(double factor, const double* __restrict x, std::size_t count, double divisor, double floor,
                             double* __restrict out) {
    if (is_moderate(divisor) && fused_width() > 0) return fused_quotients(factor, x, count, divisor, floor, out);
    std::size_t raised = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const double quotient = factor * x[i] / divisor;
        raised += quotient < floor ? 1U : 0U;
        out[i] = quotient < floor ? floor : quotient;
    }
    return raised;
}

/// out = x / y, where y is about x / guess; `inverse` is about 1 / x.
inline void near_quotients(const double* __restrict x, const double* __restrict inverse, const double* __restrict y,
                           std::size_t count, double guess, double* __restrict out) {
    if (is_moderate(guess) && fused_width() > 0) {
        int exponent = 0;
        const double mantissa = std::frexp(guess, &exponent);
        const bool inside = mantissa > 0.5 + 0x1p-40 && mantissa < 1 - 0x1p-40;  // one unit for all quotients
        const double half = std::ldexp(1.0, exponent - 54);
        if (inside && fused_near_quotients(x, inverse, y, count, guess, half, out)) return;
    }
    for (std::size_t i = 0; i < count; ++i) out[i] = x[i] / y[i];
}

}  // namespace qutibench::detail
