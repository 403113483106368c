// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reductions over axes, which are an attribute in old operator sets and an input in newer ones.
#pragma once

#include <qutibench/io/onnx/ops/arithmetic.hpp>

namespace qutibench::onnx::detail {

/// Shape after `count` unknown axes go: an output dimension is known where every candidate for it agrees, since those
/// that stay keep their order.
[[nodiscard]] inline dimensions without_unknown_axes(const dimensions& dims, std::size_t count) {
    dimensions shape(dims.size() - count);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        bool agree = true;
        for (std::size_t j = 1; j <= count; ++j) agree = agree && same(dims[i], dims[i + j]);
        if (agree) shape[i] = dims[i];
    }
    return shape;
}

/// Shape after a reduction whose axes are not known; `count` is their number where that is.
inline void reduce_unknown_axes(node_context& c, const dimensions& dims, std::optional<std::size_t> count, bool keep,
                                element_type type) {
    if (count && *count > dims.size()) c.fail("more axes than dimensions");
    if (keep) {
        dimensions shape = dims;
        for (dimension& dim : shape)
            if (!dim.is(1)) dim = count == std::optional<std::size_t>(dims.size()) ? dimension(1) : dimension();
        return c.set(0, type, std::move(shape));
    }
    if (!count) return c.set_unranked(0, type);
    c.set(0, type, without_unknown_axes(dims, *count));
}

[[nodiscard]] inline dimensions reduced(const dimensions& dims, const std::vector<bool>& gone, bool keep) {
    dimensions shape;
    for (std::size_t i = 0; i < dims.size(); ++i) {
        if (!gone[i])
            shape.push_back(dims[i]);
        else if (keep)
            shape.push_back(1);
    }
    return shape;
}

/// Folds a small constant along the axes that go.
inline void reduce_values(node_context& c, binary_function fold, const std::vector<bool>& gone) {
    const constant* value = c.value(0);
    if (value == nullptr || value->empty() || !c.affordable(static_cast<std::int64_t>(value->size()), c.type(0)))
        return;
    const dimensions& dims = c.in(0).dims;
    const dimensions target = reduced(dims, gone, true);
    const auto own = strides_of(target);
    constant result(static_cast<std::size_t>(element_count(target).value_or(0)));
    std::vector<bool> started(result.size(), false);
    std::size_t next = 0;
    for_each_position(dims, std::vector<std::int64_t>(dims.size(), 0), 0, [&](const auto& position, std::int64_t) {
        std::size_t at = 0;
        for (std::size_t i = 0; i < position.size(); ++i)
            if (!gone[i]) at += static_cast<std::size_t>(position[i] * own[i]);
        const scalar element = (*value)[next++];
        result[at] = started[at] ? fold(c.type(0), result[at], element) : element;
        started[at] = true;
    });
    c.set_value(0, std::move(result));
}

template <binary_function Fold>
void infer_reduce(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, c.type(0));
    const bool keep = c.integer("keepdims", 1) != 0;
    auto axes = list_from(c, "axes", 1);
    const auto count = c.has(1) ? length_of(c, 1) : std::nullopt;
    if (!axes && c.has(1) && count != std::optional<std::size_t>(0))
        return reduce_unknown_axes(c, *dims, count, keep, c.type(0));
    const bool none = !axes || axes->empty();
    if (none && c.integer("noop_with_empty_axes", 0) != 0) {
        c.set(0, c.type(0), *dims);
        if (const constant* value = c.value(0); value != nullptr && Fold != nullptr) c.set_value(0, *value);
        return;
    }
    std::vector<bool> gone(dims->size(), none);
    if (!none)
        for (const std::size_t axis : axes_of(c, *axes, dims->size())) gone[axis] = true;
    c.set(0, c.type(0), reduced(*dims, gone, keep));
    if (Fold != nullptr) reduce_values(c, Fold, gone);
}

/// ArgMax, ArgMin: one axis, an attribute.
inline void infer_arg(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, element_type::int64);
    std::vector<bool> gone(dims->size(), false);
    gone[c.axis(c.integer("axis", 0), dims->size())] = true;
    c.set(0, element_type::int64, reduced(*dims, gone, c.integer("keepdims", 1) != 0));
}

inline constexpr operator_entry reduce_operators[] = {
    {"", "ArgMax", infer_arg},
    {"", "ArgMin", infer_arg},
    {"", "ReduceL1", infer_reduce<nullptr>},
    {"", "ReduceL2", infer_reduce<nullptr>},
    {"", "ReduceLogSum", infer_reduce<nullptr>},
    {"", "ReduceLogSumExp", infer_reduce<nullptr>},
    {"", "ReduceMax", infer_reduce<maximum_scalars>},
    {"", "ReduceMean", infer_reduce<nullptr>},
    {"", "ReduceMin", infer_reduce<minimum_scalars>},
    {"", "ReduceProd", infer_reduce<multiply_scalars>},
    {"", "ReduceSum", infer_reduce<add_scalars>},
    {"", "ReduceSumSquare", infer_reduce<nullptr>},
};

}  // namespace qutibench::onnx::detail
