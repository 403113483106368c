// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Shapes of operators that work element by element, with multidirectional broadcasting.
#pragma once

#include <qutibench/io/onnx/ops/arithmetic.hpp>

namespace qutibench::onnx::detail {

/// Output 0 has the type and shape of input 0.
inline void infer_same(node_context& c) {
    c.out(0) = facts();
    c.set(0, c.type(0), c.dims(0));
}

/// As infer_same, and the value follows.
template <unary_function F>
void infer_unary(node_context& c) {
    infer_same(c);
    evaluate_unary(c, F, c.type(0));
}

inline void infer_test(node_context& c) {
    c.set(0, element_type::boolean, c.dims(0));
}

inline void infer_not(node_context& c) {
    infer_test(c);
    evaluate_unary(c, not_scalar, element_type::boolean);
}

/// The input as it is, sequences and values included.
inline void infer_identity(node_context& c) {
    c.out(0) = c.in(0);
}

/// Broadcast of all inputs from `first` on, or nullopt when one has no known rank.
[[nodiscard]] inline std::optional<dimensions> broadcast_inputs(const node_context& c, std::size_t first = 0) {
    std::optional<dimensions> result;
    for (std::size_t i = first; i < c.input_count(); ++i) {
        if (!c.has(i)) continue;
        const auto* dims = c.dims(i);
        if (dims == nullptr) return std::nullopt;
        result = result ? broadcast(c, *result, *dims) : *dims;
    }
    return result;
}

/// Opsets before 7: the second, aligned at the dimension `axis` or at the last ones, fits into the first.
inline void set_first(node_context& c, element_type type, const dimensions* a, const dimensions* b) {
    c.set(0, type, a);
    if (a == nullptr || b == nullptr) return;
    if (b->size() > a->size()) c.fail("the second operand has more dimensions than the first");
    const std::size_t last = a->size() - b->size();
    const std::size_t start = c.find("axis") != nullptr && !b->empty() ? c.axis(c.integer("axis", 0), a->size()) : last;
    if (start > last) c.fail("the second operand, placed at 'axis', reaches past the first");
    for (std::size_t i = 0; i < b->size(); ++i)
        if (!(*b)[i].is(1)) static_cast<void>(unify(c, (*a)[start + i], (*b)[i], "dimensions of the two operands"));
}

/// Sets output 0 to the broadcast of inputs 0 and 1.
inline void set_broadcast(node_context& c, element_type type) {
    const auto* a = c.dims(0);
    const auto* b = c.dims(1);
    if (c.find("broadcast") != nullptr) return set_first(c, type, a, b);
    if (a == nullptr || b == nullptr) return c.set_unranked(0, type);
    c.set(0, type, broadcast(c, *a, *b));
}

template <binary_function F>
void infer_binary(node_context& c) {
    const element_type type = c.type(0) != element_type::undefined ? c.type(0) : c.type(1);
    set_broadcast(c, type);
    evaluate_binary(c, F, type);
}

inline void infer_broadcast(node_context& c) {
    set_broadcast(c, c.type(0));
}

template <binary_function F>
void infer_comparison(node_context& c) {
    set_broadcast(c, element_type::boolean);
    evaluate_binary(c, F, c.type(0));
}

/// Max, Min, Sum, Mean.
inline void infer_variadic(node_context& c) {
    const auto shape = broadcast_inputs(c);
    if (shape)
        c.set(0, c.type(0), *shape);
    else
        c.set_unranked(0, c.type(0));
}

template <binary_function F>
void infer_variadic_value(node_context& c) {
    infer_variadic(c);
    if (!c.out(0).ranked || !c.affordable(element_count(c.out(0).dims), c.type(0)) || c.input_count() > 64) return;
    const dimensions target = c.out(0).dims;
    constant result;
    for (std::size_t i = 0; i < c.input_count(); ++i) {
        const constant* value = c.value(i);
        if (value == nullptr) return;
        const constant next = broadcast_values(*value, *c.dims(i), target);
        if (i == 0)
            result = next;
        else
            std::transform(result.begin(), result.end(), next.begin(), result.begin(),
                           [&](scalar a, scalar b) { return F(c.type(0), a, b); });
    }
    c.set_value(0, std::move(result));
}

inline void infer_where(node_context& c) {
    const element_type type = c.type(1) != element_type::undefined ? c.type(1) : c.type(2);
    const auto shape = broadcast_inputs(c);
    if (!shape) return c.set_unranked(0, type);
    c.set(0, type, *shape);
    if (!c.affordable(element_count(*shape), type)) return;
    const constant* condition = c.value(0);
    const constant* yes = condition != nullptr ? c.value(1) : nullptr;
    const constant* no = yes != nullptr ? c.value(2) : nullptr;
    if (no == nullptr) return;
    const constant chosen = broadcast_values(*condition, *c.dims(0), *shape);
    constant result = broadcast_values(*yes, *c.dims(1), *shape);
    const constant other = broadcast_values(*no, *c.dims(2), *shape);
    for (std::size_t i = 0; i < result.size(); ++i) {
        if (chosen[i].is(0))
            result[i] = other[i];
        else if (!chosen[i].is(1) && !same(result[i], other[i]))
            result[i] = scalar();
    }
    c.set_value(0, std::move(result));
}

/// Mod: with fmod=1 integers too take the sign of the dividend.
inline void infer_mod(node_context& c) {
    set_broadcast(c, c.type(0));
    evaluate_binary(c, c.integer("fmod", 0) != 0 ? fmod_scalars : modulo_scalars, c.type(0));
}

/// The type an integer attribute names, e.g. Cast's `to`.
inline void infer_cast(node_context& c) {
    const element_type to = c.type_attribute("to", element_type::undefined);
    c.set(0, to, c.dims(0));
    evaluate_unary(c, cast_scalar, to);
}

inline void infer_bit_cast(node_context& c) {
    c.set(0, c.type_attribute("to", element_type::undefined), c.dims(0));
}

inline void infer_cast_like(node_context& c) {
    c.set(0, c.type(1), c.dims(0));
    evaluate_unary(c, cast_scalar, c.type(1));
}

/// A bound of Clip: an attribute before opset 11, an input from then on; nullopt when there is none.
[[nodiscard]] inline std::optional<scalar> clip_bound(const node_context& c, std::size_t i, std::string_view name) {
    if (c.has(i)) return c.single(i);
    if (c.find(name) == nullptr) return std::nullopt;
    return scalar::real(static_cast<double>(c.real(name, 0)));
}

inline void infer_clip(node_context& c) {
    infer_same(c);
    const constant* value = c.value(0);
    if (value == nullptr || !c.affordable(static_cast<std::int64_t>(value->size()), c.type(0))) return;
    const auto low = clip_bound(c, 1, "min");
    const auto high = clip_bound(c, 2, "max");
    constant result = *value;
    for (scalar& element : result) {
        if (low) element = maximum_scalars(c.type(0), element, *low);
        if (high) element = minimum_scalars(c.type(0), element, *high);
    }
    c.set_value(0, std::move(result));
}

/// Dropout: the output, and from opset 10 a boolean mask of the same shape.
inline void infer_dropout(node_context& c) {
    infer_same(c);
    c.set(1, c.opset() >= 10 ? element_type::boolean : c.type(0), c.dims(0));
}

inline constexpr operator_entry elementwise_operators[] = {
    {"", "Abs", infer_unary<absolute_scalar>},
    {"", "Acos", infer_same},
    {"", "Acosh", infer_same},
    {"", "Add", infer_binary<add_scalars>},
    {"", "And", infer_comparison<and_scalars>},
    {"", "Asin", infer_same},
    {"", "Asinh", infer_same},
    {"", "Atan", infer_same},
    {"", "Atanh", infer_same},
    {"", "BitCast", infer_bit_cast},
    {"", "BitShift", infer_broadcast},
    {"", "BitwiseAnd", infer_broadcast},
    {"", "BitwiseNot", infer_same},
    {"", "BitwiseOr", infer_broadcast},
    {"", "BitwiseXor", infer_broadcast},
    {"", "Cast", infer_cast},
    {"", "CastLike", infer_cast_like},
    {"", "Ceil", infer_unary<ceil_scalar>},
    {"", "Celu", infer_same},
    {"", "Clip", infer_clip},
    {"", "Cos", infer_same},
    {"", "Cosh", infer_same},
    {"", "CumProd", infer_same},
    {"", "CumSum", infer_same},
    {"", "Div", infer_binary<divide_scalars>},
    {"", "Dropout", infer_dropout},
    {"", "Elu", infer_same},
    {"", "Equal", infer_comparison<equal_scalars>},
    {"", "Erf", infer_same},
    {"", "Exp", infer_same},
    {"", "Floor", infer_unary<floor_scalar>},
    {"", "Gelu", infer_same},
    {"", "Greater", infer_comparison<greater_scalars>},
    {"", "GreaterOrEqual", infer_comparison<greater_or_equal_scalars>},
    {"", "HardSigmoid", infer_same},
    {"", "HardSwish", infer_same},
    {"", "Hardmax", infer_same},
    {"", "Identity", infer_identity},
    {"", "IsInf", infer_test},
    {"", "IsNaN", infer_test},
    {"", "LeakyRelu", infer_same},
    {"", "Less", infer_comparison<less_scalars>},
    {"", "LessOrEqual", infer_comparison<less_or_equal_scalars>},
    {"", "Log", infer_same},
    {"", "LogSoftmax", infer_same},
    {"", "Max", infer_variadic_value<maximum_scalars>},
    {"", "Mean", infer_variadic},
    {"", "Min", infer_variadic_value<minimum_scalars>},
    {"", "Mish", infer_same},
    {"", "Mod", infer_mod},
    {"", "Mul", infer_binary<multiply_scalars>},
    {"", "Neg", infer_unary<negate_scalar>},
    {"", "Not", infer_not},
    {"", "Or", infer_comparison<or_scalars>},
    {"", "PRelu", infer_same},
    {"", "Pow", infer_binary<power_scalars>},
    {"", "Reciprocal", infer_unary<reciprocal_scalar>},
    {"", "Relu", infer_unary<relu_scalar>},
    {"", "Round", infer_unary<round_scalar>},
    {"", "Selu", infer_same},
    {"", "Shrink", infer_same},
    {"", "Sigmoid", infer_same},
    {"", "Sign", infer_unary<sign_scalar>},
    {"", "Sin", infer_same},
    {"", "Sinh", infer_same},
    {"", "Softmax", infer_same},
    {"", "Softplus", infer_same},
    {"", "Softsign", infer_same},
    {"", "Sqrt", infer_unary<sqrt_scalar>},
    {"", "Sub", infer_binary<subtract_scalars>},
    {"", "Sum", infer_variadic_value<add_scalars>},
    {"", "SwiGLU", infer_same},
    {"", "Swish", infer_same},
    {"", "Tan", infer_same},
    {"", "Tanh", infer_same},
    {"", "ThresholdedRelu", infer_same},
    {"", "Where", infer_where},
    {"", "Xor", infer_comparison<xor_scalars>},
};

}  // namespace qutibench::onnx::detail
