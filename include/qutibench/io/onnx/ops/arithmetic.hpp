// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Elementwise operations on single constants, as shape sub-graphs need them.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/io/onnx/shapes.hpp>

namespace qutibench::onnx::detail {

/// A function of one or two elements whose result has element type `type`.
using unary_function = scalar (*)(element_type type, scalar);
using binary_function = scalar (*)(element_type type, scalar, scalar);

/// Both integers: `on_integers(a, b, &result)` returns whether it overflowed. Otherwise `on_reals(a, b)`, rounded.
template <class OnIntegers, class OnReals>
[[nodiscard]] scalar apply(element_type type, scalar a, scalar b, OnIntegers&& on_integers, OnReals&& on_reals) {
    if (!a.known() || !b.known()) return {};
    if (is_floating(type)) return rounded_real(type, on_reals(a.as_real(), b.as_real()));
    if (!a.is_integer() || !b.is_integer()) return {};
    std::int64_t result = 0;
    if (on_integers(a.as_integer(), b.as_integer(), &result)) return {};
    return bounded_integer(type, result);
}

[[nodiscard]] inline scalar add_scalars(element_type type, scalar a, scalar b) {
    if (a.is(0) && !b.known()) return b;
    if (b.is(0) && !a.known()) return a;
    return apply(
        type, a, b, [](auto x, auto y, auto* out) { return qutibench::detail::add_overflows(x, y, out); },
        [](double x, double y) { return x + y; });
}

[[nodiscard]] inline scalar subtract_scalars(element_type type, scalar a, scalar b) {
    if (b.is(0) && !a.known()) return a;
    if (a.is_symbol() && same(a, b)) return bounded_integer(type, 0);
    return apply(
        type, a, b, [](auto x, auto y, auto* out) { return qutibench::detail::subtract_overflows(x, y, out); },
        [](double x, double y) { return x - y; });
}

[[nodiscard]] inline scalar multiply_scalars(element_type type, scalar a, scalar b) {
    if (a.is(0) || b.is(0)) return scalar::integer(0);
    if (a.is(1) && !b.known()) return b;
    if (b.is(1) && !a.known()) return a;
    return apply(
        type, a, b, [](auto x, auto y, auto* out) { return qutibench::detail::multiply_overflows(x, y, out); },
        [](double x, double y) { return x * y; });
}

/// Truncates towards zero for integers, as the operator says. Division by zero is unknown.
[[nodiscard]] inline scalar divide_scalars(element_type type, scalar a, scalar b) {
    if (b.is(1) && !a.known()) return a;
    return apply(
        type, a, b,
        [](auto x, auto y, auto* out) {
            if (y == 0 || (y == -1 && x == std::numeric_limits<std::int64_t>::min())) return true;
            *out = x / y;
            return false;
        },
        [](double x, double y) { return x / y; });
}

/// The remainder takes the divisor's sign, as NumPy's; reals take fmod's.
[[nodiscard]] inline scalar modulo_scalars(element_type type, scalar a, scalar b) {
    if (b.is(1)) return scalar::integer(0);
    return apply(
        type, a, b,
        [](auto x, auto y, auto* out) {
            if (y == 0) return true;
            const auto remainder = y == -1 ? 0 : x % y;
            *out = remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder;
            return false;
        },
        [](double x, double y) { return std::fmod(x, y); });
}

/// The remainder takes the dividend's sign.
[[nodiscard]] inline scalar fmod_scalars(element_type type, scalar a, scalar b) {
    const scalar quotient = is_floating(type) ? scalar() : divide_scalars(type, a, b);
    if (!is_floating(type)) return subtract_scalars(type, a, multiply_scalars(type, quotient, b));
    return modulo_scalars(type, a, b);
}

[[nodiscard]] inline scalar power_scalars(element_type type, scalar a, scalar b) {
    if (!a.known() || !b.known()) return {};
    if (is_floating(type)) return rounded_real(type, std::pow(a.as_real(), b.as_real()));
    const double result = std::pow(a.as_real(), b.as_real());
    return std::abs(result) < 9.0e15 ? bounded_integer(type, static_cast<std::int64_t>(result)) : scalar();
}

[[nodiscard]] inline scalar minimum_scalars(element_type type, scalar a, scalar b) {
    if (same(a, b)) return a;
    return apply(
        type, a, b,
        [](auto x, auto y, auto* out) {
            *out = std::min(x, y);
            return false;
        },
        [](double x, double y) { return std::min(x, y); });
}

[[nodiscard]] inline scalar maximum_scalars(element_type type, scalar a, scalar b) {
    if (same(a, b)) return a;
    return apply(
        type, a, b,
        [](auto x, auto y, auto* out) {
            *out = std::max(x, y);
            return false;
        },
        [](double x, double y) { return std::max(x, y); });
}

/// -1, 0 or 1 where the order is certain: also a dimension's symbol against a negative number.
[[nodiscard]] inline std::optional<int> order(scalar a, scalar b) {
    if (a.is_integer() && b.is_integer())
        return a.as_integer() < b.as_integer() ? -1 : a.as_integer() > b.as_integer() ? 1 : 0;
    if (a.known() && b.known()) {
        const double x = a.as_real();
        const double y = b.as_real();
        if (std::isnan(x) || std::isnan(y)) return std::nullopt;
        return x < y ? -1 : x > y ? 1 : 0;
    }
    if (a.is_symbol() && same(a, b)) return 0;
    if (a.is_symbol() && b.is_integer() && b.as_integer() < 0) return 1;
    if (b.is_symbol() && a.is_integer() && a.as_integer() < 0) return -1;
    return std::nullopt;
}

template <class Test>
[[nodiscard]] scalar compare(scalar a, scalar b, Test&& test) {
    const auto result = order(a, b);
    return result ? scalar::integer(test(*result) ? 1 : 0) : scalar();
}

[[nodiscard]] inline scalar equal_scalars(element_type, scalar a, scalar b) {
    return compare(a, b, [](int o) { return o == 0; });
}
[[nodiscard]] inline scalar less_scalars(element_type, scalar a, scalar b) {
    return compare(a, b, [](int o) { return o < 0; });
}
[[nodiscard]] inline scalar greater_scalars(element_type, scalar a, scalar b) {
    return compare(a, b, [](int o) { return o > 0; });
}
[[nodiscard]] inline scalar less_or_equal_scalars(element_type, scalar a, scalar b) {
    return compare(a, b, [](int o) { return o <= 0; });
}
[[nodiscard]] inline scalar greater_or_equal_scalars(element_type, scalar a, scalar b) {
    return compare(a, b, [](int o) { return o >= 0; });
}

[[nodiscard]] inline scalar and_scalars(element_type, scalar a, scalar b) {
    if (a.is(0) || b.is(0)) return scalar::integer(0);
    return a.is(1) ? b : b.is(1) ? a : scalar();
}
[[nodiscard]] inline scalar or_scalars(element_type, scalar a, scalar b) {
    if (a.is(1) || b.is(1)) return scalar::integer(1);
    return a.is(0) ? b : b.is(0) ? a : scalar();
}
[[nodiscard]] inline scalar xor_scalars(element_type, scalar a, scalar b) {
    return a.is_integer() && b.is_integer() ? scalar::integer(a.as_integer() != b.as_integer() ? 1 : 0) : scalar();
}

template <class OnReal>
[[nodiscard]] scalar apply(element_type type, scalar a, OnReal&& on_real) {
    return a.known() && is_floating(type) ? rounded_real(type, on_real(a.as_real())) : scalar();
}

[[nodiscard]] inline scalar negate_scalar(element_type type, scalar a) {
    return subtract_scalars(type, scalar::integer(0), a);
}
[[nodiscard]] inline scalar absolute_scalar(element_type type, scalar a) {
    if (a.is_integer()) return a.as_integer() < 0 ? negate_scalar(type, a) : a;
    return a.is_symbol() ? a : apply(type, a, [](double x) { return std::abs(x); });
}
[[nodiscard]] inline scalar ceil_scalar(element_type type, scalar a) {
    return apply(type, a, [](double x) { return std::ceil(x); });
}
[[nodiscard]] inline scalar floor_scalar(element_type type, scalar a) {
    return apply(type, a, [](double x) { return std::floor(x); });
}
[[nodiscard]] inline scalar round_scalar(element_type type, scalar a) {
    return apply(type, a, [](double x) { return std::nearbyint(x); });
}
[[nodiscard]] inline scalar sqrt_scalar(element_type type, scalar a) {
    return apply(type, a, [](double x) { return std::sqrt(x); });
}
[[nodiscard]] inline scalar reciprocal_scalar(element_type type, scalar a) {
    return apply(type, a, [](double x) { return 1 / x; });
}
[[nodiscard]] inline scalar sign_scalar(element_type type, scalar a) {
    const auto result = order(a, is_floating(type) ? scalar::real(0) : scalar::integer(0));
    if (!result || !a.known()) return {};
    return is_floating(type) ? scalar::real(*result) : scalar::integer(*result);
}
[[nodiscard]] inline scalar relu_scalar(element_type type, scalar a) {
    return a.is_symbol() ? a : maximum_scalars(type, a, is_floating(type) ? scalar::real(0) : scalar::integer(0));
}
[[nodiscard]] inline scalar not_scalar(element_type, scalar a) {
    return a.is_integer() ? scalar::integer(a.is(0) ? 1 : 0) : scalar();
}

/// Conversion as Cast does it: reals truncate towards zero, anything but zero is true.
[[nodiscard]] inline scalar cast_scalar(element_type to, scalar a) {
    if (to == element_type::boolean) return a.known() ? scalar::integer(a.as_real() != 0 ? 1 : 0) : scalar();
    if (is_floating(to)) return a.known() ? rounded_real(to, a.as_real()) : scalar();
    if (!is_integral(to)) return {};
    if (a.is_integer()) return bounded_integer(to, a.as_integer());
    if (a.is_real())
        return std::abs(a.as_real()) < 9.0e15 ? bounded_integer(to, static_cast<std::int64_t>(a.as_real())) : scalar();
    return bits(to) >= 32 ? a : scalar();
}

/// Makes a pointwise value for output 0 out of the values of inputs 0 and 1, broadcast to the output's shape; none
/// where an old opset's `axis` places the second elsewhere than at the last dimensions.
inline void evaluate_binary(node_context& c, binary_function f, element_type operand_type) {
    if (!c.out(0).ranked || !c.affordable(element_count(c.out(0).dims), operand_type)) return;
    const constant* a = c.value(0);
    const constant* b = a != nullptr ? c.value(1) : nullptr;
    if (b == nullptr || c.find("axis") != nullptr) return;
    const dimensions target = c.out(0).dims;
    const constant left = broadcast_values(*a, *c.dims(0), target);
    const constant right = broadcast_values(*b, *c.dims(1), target);
    constant result;
    for (std::size_t i = 0; i < left.size(); ++i) result.push_back(f(operand_type, left[i], right[i]));
    c.set_value(0, std::move(result));
}

/// The same for a function of input 0 alone; `type` is that of the result.
inline void evaluate_unary(node_context& c, unary_function f, element_type type) {
    const constant* a = c.value(0);
    if (a == nullptr || !c.affordable(static_cast<std::int64_t>(a->size()), type)) return;
    constant result;
    for (const scalar element : *a) result.push_back(f(type, element));
    c.set_value(0, std::move(result));
}

}  // namespace qutibench::onnx::detail
