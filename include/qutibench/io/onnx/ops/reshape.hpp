// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators that give the same elements another shape or order, and Shape and Size, which read shapes.
#pragma once

#include <qutibench/io/onnx/shapes.hpp>

namespace qutibench::onnx::detail {

/// The value of input 0 under the shape just given to output 0.
inline void keep_value(node_context& c) {
    if (const constant* value = c.value(0)) c.set_value(0, *value);
}

/// Shape [start, end) of the input as an int64 vector.
inline void infer_shape(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_rank(0, element_type::int64, 1);
    const auto rank = static_cast<std::int64_t>(dims->size());
    const auto clamp = [rank](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank); };
    const std::int64_t start = clamp(c.integer("start", 0));
    const std::int64_t end = std::max(start, clamp(c.integer("end", rank)));
    constant value;
    for (std::int64_t i = start; i < end; ++i) value.push_back(scalar::of((*dims)[static_cast<std::size_t>(i)]));
    c.set(0, element_type::int64, dimensions{end - start});
    c.set_value(0, std::move(value));
}

inline void infer_size(node_context& c) {
    c.set(0, element_type::int64, dimensions{});
    const auto* dims = c.dims(0);
    if (dims == nullptr) return;
    if (const auto count = element_count(*dims)) return c.set_value(0, {scalar::integer(*count)});
    const dimension whole = remaining(c, *dims, {});
    c.set_value(0, {scalar::of(whole)});
}

/// The target shape of Reshape, one element each: -1 marks the one to be computed.
[[nodiscard]] inline constant reshape_target(const node_context& c) {
    if (const constant* value = c.value(1)) return *value;
    if (const auto* list = c.integer_list("shape")) {
        constant result;
        for (const std::int64_t one : *list) result.push_back(scalar::integer(one));
        return result;
    }
    const auto length = length_of(c, 1);
    check_rank(c, length.value_or(0));
    return constant(length.value_or(0));
}

/// Fills in the only unresolved dimension from the number of elements.
inline void resolve_one(const node_context& c, dimensions& shape, const std::vector<std::size_t>& open) {
    const auto* in = c.dims(0);
    if (in == nullptr || open.empty()) return;
    if (element_count(*in) == std::optional<std::int64_t>(1)) {
        for (const std::size_t i : open) shape[i] = 1;
        return;
    }
    if (open.size() != 1) return;
    dimensions others;
    for (std::size_t i = 0; i < shape.size(); ++i)
        if (i != open.front()) others.push_back(shape[i]);
    shape[open.front()] = remaining(c, *in, others);
}

inline void infer_reshape(node_context& c) {
    if (c.has(1) && c.value(1) == nullptr && !length_of(c, 1)) return c.set_unranked(0, c.type(0));
    const constant target = reshape_target(c);
    check_rank(c, target.size());
    const bool copy_zeros = c.integer("allowzero", 0) == 0;
    const auto* in = c.dims(0);
    dimensions shape;
    std::vector<std::size_t> open;
    int computed = 0;
    for (std::size_t i = 0; i < target.size(); ++i) {
        const scalar one = target[i];
        if (one.is_integer() && one.as_integer() < -1)
            c.fail("a dimension of the new shape is " + std::to_string(one.as_integer()));
        dimension dim = one.as_dimension();
        if (one.is(0) && copy_zeros) {
            if (in != nullptr && i >= in->size())
                c.fail("the new shape copies dimension " + std::to_string(i) + " of a tensor that has none");
            dim = c.dim(0, i);
            if (!dim.known() && dim.symbol() == 0) open.push_back(i);
        } else if (!one.known() && !one.is_symbol()) {
            open.push_back(i);
        } else if (one.is(-1)) {
            open.push_back(i);
            if (++computed > 1) c.fail("the new shape has more than one -1");
        }
        shape.push_back(dim);
    }
    resolve_one(c, shape, open);
    const auto before = in != nullptr ? element_count(*in) : std::nullopt;
    const auto after = element_count(shape);
    if (before && after && *before != *after)
        c.fail("shape " + to_text(*in) + " cannot be reshaped to " + to_text(shape));
    c.set(0, c.type(0), std::move(shape));
    keep_value(c);
}

inline void infer_flatten(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_rank(0, c.type(0), 2);
    const auto rank = static_cast<std::int64_t>(dims->size());
    std::int64_t axis = c.integer("axis", 1);
    if (axis < -rank || axis > rank)
        c.fail("axis " + std::to_string(axis) + " is outside a tensor of " + std::to_string(rank) + " dimensions");
    if (axis < 0) axis += rank;
    const auto split = static_cast<std::size_t>(axis);
    c.set(0, c.type(0), dimensions{product(*dims, 0, split), product(*dims, split, dims->size())});
    keep_value(c);
}

/// Squeeze with axes that are not known but whose number is: settled when exactly that many dimensions can be 1.
inline void squeeze_by_count(node_context& c, const dimensions& dims, std::size_t count) {
    if (count > dims.size()) c.fail("more axes than dimensions");
    dimensions kept;
    std::size_t candidates = 0;
    for (const dimension dim : dims) {
        if (dim.known() && !dim.is(1))
            kept.push_back(dim);
        else
            ++candidates;
    }
    if (candidates == count) return c.set(0, c.type(0), std::move(kept));
    c.set_rank(0, c.type(0), dims.size() - count);
    const bool all_ones = std::all_of(dims.begin(), dims.end(), [](dimension dim) { return dim.is(1); });
    if (all_ones) c.set(0, c.type(0), dimensions(dims.size() - count, dimension(1)));
}

inline void infer_squeeze(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, c.type(0));
    const auto axes = list_from(c, "axes", 1);
    if (!axes && c.has(1)) {
        const auto count = length_of(c, 1);
        if (!count) return c.set_unranked(0, c.type(0));
        squeeze_by_count(c, *dims, *count);
        return keep_value(c);
    }
    std::vector<bool> dropped(dims->size(), false);
    if (axes) {
        for (const std::size_t axis : axes_of(c, *axes, dims->size())) dropped[axis] = true;
    } else {
        for (std::size_t i = 0; i < dims->size(); ++i) {
            if (!(*dims)[i].known()) return c.set_unranked(0, c.type(0));
            dropped[i] = (*dims)[i].is(1);
        }
    }
    dimensions kept;
    for (std::size_t i = 0; i < dims->size(); ++i) {
        if (!dropped[i])
            kept.push_back((*dims)[i]);
        else if ((*dims)[i].known() && !(*dims)[i].is(1))
            c.fail("dimension " + std::to_string(i) + " of " + to_text(*dims) + " is not 1");
    }
    c.set(0, c.type(0), std::move(kept));
    keep_value(c);
}

inline void infer_unsqueeze(node_context& c) {
    const auto* dims = c.dims(0);
    const auto axes = list_from(c, "axes", 1);
    const auto count = axes ? std::optional<std::size_t>(axes->size()) : length_of(c, 1);
    if (dims == nullptr || !count) return c.set_unranked(0, c.type(0));
    const std::size_t rank = dims->size() + *count;
    check_rank(c, rank);
    if (!axes) {
        const bool all_ones = std::all_of(dims->begin(), dims->end(), [](dimension dim) { return dim.is(1); });
        c.set(0, c.type(0),
              all_ones || *count == 0 ? (*count == 0 ? *dims : dimensions(rank, dimension(1))) : dimensions(rank));
        return keep_value(c);
    }
    std::vector<bool> inserted(rank, false);
    for (const std::size_t axis : axes_of(c, *axes, rank)) inserted[axis] = true;
    dimensions shape;
    std::size_t next = 0;
    for (std::size_t i = 0; i < rank; ++i) shape.push_back(inserted[i] ? dimension(1) : (*dims)[next++]);
    c.set(0, c.type(0), std::move(shape));
    keep_value(c);
}

inline void infer_transpose(node_context& c) {
    const auto* dims = c.dims(0);
    const auto* listed = c.integer_list("perm");
    if (dims == nullptr)
        return listed != nullptr ? c.set_rank(0, c.type(0), listed->size()) : c.set_unranked(0, c.type(0));
    std::vector<std::size_t> order(dims->size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = order.size() - 1 - i;
    if (listed != nullptr) {
        if (listed->size() != dims->size())
            c.fail("the permutation has " + std::to_string(listed->size()) + " entries for " + to_text(*dims));
        order = axes_of(c, *listed, dims->size());
    }
    dimensions shape;
    for (const std::size_t axis : order) shape.push_back((*dims)[axis]);
    c.set(0, c.type(0), shape);
    const constant* value = c.affordable(element_count(shape), c.type(0)) ? c.value(0) : nullptr;
    if (value == nullptr) return;
    const auto own = strides_of(*dims);
    std::vector<std::int64_t> strides;
    for (const std::size_t axis : order) strides.push_back(own[axis]);
    constant moved;
    for_each_position(shape, strides, 0,
                      [&](const auto&, std::int64_t at) { moved.push_back((*value)[static_cast<std::size_t>(at)]); });
    c.set_value(0, std::move(moved));
}

/// Expand: a broadcast to the shape that input 1 holds.
inline void infer_expand(node_context& c) {
    const auto* dims = c.dims(0);
    const auto length = length_of(c, 1);
    if (dims == nullptr || !length) return c.set_unranked(0, c.type(0));
    check_rank(c, *length);
    dimensions target(*length);
    if (const constant* value = c.value(1)) {
        for (std::size_t i = 0; i < target.size(); ++i) {
            if ((*value)[i].is_integer() && (*value)[i].as_integer() < 0)
                c.fail("the new shape has a negative dimension");
            target[i] = (*value)[i].as_dimension();
        }
    }
    dimensions shape = broadcast(c, *dims, target);
    c.set(0, c.type(0), shape);
    const constant* value = c.affordable(element_count(shape), c.type(0)) ? c.value(0) : nullptr;
    if (value != nullptr) c.set_value(0, broadcast_values(*value, *dims, shape));
}

inline void infer_tile(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, c.type(0));
    dimensions shape(dims->size());
    const constant* repeats = c.value(1);
    if (repeats != nullptr && repeats->size() != dims->size()) c.fail("as many repeats as dimensions are needed");
    for (std::size_t i = 0; i < shape.size(); ++i) {
        if (repeats != nullptr && (*repeats)[i].is_integer() && (*repeats)[i].as_integer() < 0)
            c.fail("a repeat is negative");
        shape[i] = multiply((*dims)[i], repeats != nullptr ? (*repeats)[i].as_dimension() : dimension());
    }
    c.set(0, c.type(0), shape);
    const constant* value = c.affordable(element_count(shape), c.type(0)) ? c.value(0) : nullptr;
    if (value == nullptr || repeats == nullptr) return;
    const auto own = strides_of(*dims);
    constant tiled;
    for_each_position(shape, std::vector<std::int64_t>(shape.size(), 0), 0, [&](const auto& position, std::int64_t) {
        std::int64_t at = 0;
        for (std::size_t i = 0; i < position.size(); ++i) at += position[i] % (*dims)[i].value() * own[i];
        tiled.push_back((*value)[static_cast<std::size_t>(at)]);
    });
    c.set_value(0, std::move(tiled));
}

inline constexpr operator_entry reshape_operators[] = {
    {"", "Expand", infer_expand}, {"", "Flatten", infer_flatten},     {"", "Reshape", infer_reshape},
    {"", "Shape", infer_shape},   {"", "Size", infer_size},           {"", "Squeeze", infer_squeeze},
    {"", "Tile", infer_tile},     {"", "Transpose", infer_transpose}, {"", "Unsqueeze", infer_unsqueeze},
};

}  // namespace qutibench::onnx::detail
