// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Operators that join, cut and pad tensors.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/io/onnx/shapes.hpp>

namespace qutibench::onnx::detail {

/// Elements of `values` (shape `dims`) with first <= index along `axis` < first + length * step, every step-th.
[[nodiscard]] inline constant cut(const constant& values, const dimensions& dims,
                                  const std::vector<std::int64_t>& first, const std::vector<std::int64_t>& step,
                                  const dimensions& target) {
    const auto own = strides_of(dims);
    std::vector<std::int64_t> strides;
    std::int64_t start = 0;
    for (std::size_t i = 0; i < dims.size(); ++i) {
        start += first[i] * own[i];
        strides.push_back(step[i] * own[i]);
    }
    constant result;
    for_each_position(target, strides, start,
                      [&](const auto&, std::int64_t at) { result.push_back(values[static_cast<std::size_t>(at)]); });
    return result;
}

/// The values of all inputs joined along `axis`, when every one is a small constant.
inline void join_values(node_context& c, std::size_t axis) {
    const dimensions target = c.out(0).dims;
    if (!c.affordable(element_count(target), c.type(0))) return;
    std::vector<const constant*> parts;
    for (std::size_t i = 0; i < c.input_count(); ++i) {
        if (!c.has(i)) continue;
        parts.push_back(c.value(i));
        if (parts.back() == nullptr &&
            !(c.dims(i) != nullptr && c.in(i).dims[axis].known() && c.in(i).dims.size() == 1))
            return;
    }
    if (target.size() != 1 && std::find(parts.begin(), parts.end(), nullptr) != parts.end()) return;
    const dimension outer = product(target, 0, axis);
    constant result;
    for (std::int64_t row = 0; row < outer.value(); ++row) {
        std::size_t next = 0;
        for (std::size_t i = 0; i < c.input_count(); ++i) {
            if (!c.has(i)) continue;
            const constant* part = parts[next++];
            const dimensions& dims = c.in(i).dims;
            const auto width = product(dims, axis, dims.size()).value();
            for (std::int64_t j = 0; j < width; ++j)
                result.push_back(part != nullptr ? (*part)[static_cast<std::size_t>(row * width + j)] : scalar());
        }
    }
    c.set_value(0, std::move(result));
}

/// Shape of a concatenation along `axis`; unranked when no input has a known rank.
inline void infer_concat(node_context& c) {
    const dimensions* known = nullptr;
    for (std::size_t i = 0; i < c.input_count() && known == nullptr; ++i) known = c.dims(i);
    if (known == nullptr) return c.set_unranked(0, c.type(0));
    const std::size_t rank = known->size();
    const std::size_t axis = c.axis(c.integer("axis", 1), rank);
    dimensions shape(rank);
    shape[axis] = 0;
    bool whole = true;
    for (std::size_t i = 0; i < c.input_count(); ++i) {
        if (!c.has(i)) continue;
        const auto* dims = c.dims(i);
        if (dims == nullptr) {
            whole = false;
            continue;
        }
        if (dims->size() != rank)
            c.fail("inputs of " + std::to_string(rank) + " and " + std::to_string(dims->size()) +
                   " dimensions cannot be joined");
        for (std::size_t j = 0; j < rank; ++j)
            shape[j] = j == axis ? add(shape[j], (*dims)[j])
                                 : unify(c, shape[j], (*dims)[j], "dimensions of the joined inputs");
    }
    if (!whole) shape[axis] = dimension();
    c.set(0, c.type(0), std::move(shape));
    if (whole) join_values(c, axis);
}

/// Sizes of the parts that Split makes along its axis.
[[nodiscard]] inline dimensions split_sizes(const node_context& c, dimension whole, std::size_t parts) {
    dimensions sizes(parts);
    if (const auto given = list_from(c, "split", 1)) {
        if (given->size() != parts)
            c.fail(std::to_string(given->size()) + " parts are given for " + std::to_string(parts) + " outputs");
        std::int64_t sum = 0;
        for (const std::int64_t one : *given) {
            if (one < 0 || qutibench::detail::add_overflows(sum, one, &sum))
                c.fail("the size of a part is negative or absurd");
        }
        if (whole.known() && sum != whole.value())
            c.fail("parts of " + std::to_string(sum) + " in all do not make " + std::to_string(whole.value()));
        return to_dimensions(*given);
    }
    if (whole.is(0)) return dimensions(parts, dimension(0));
    if (c.has(1)) {  // sizes unknown: one part is the whole; otherwise take those elements that are known
        if (parts == 1) return {whole};
        if (const constant* given = c.value(1); given != nullptr && given->size() == parts)
            std::transform(given->begin(), given->end(), sizes.begin(), [](scalar one) { return one.as_dimension(); });
        return sizes;
    }
    if (!whole.known() || parts == 0) return sizes;
    const auto count = static_cast<std::int64_t>(parts);
    const bool uneven = c.opset() >= 18 && c.find("num_outputs") != nullptr;
    if (!uneven && whole.value() % count != 0)
        c.fail(std::to_string(whole.value()) + " cannot be split into " + std::to_string(count) + " equal parts");
    const std::int64_t chunk = (whole.value() + count - 1) / count;
    std::int64_t left = whole.value();
    for (dimension& size : sizes) {
        size = std::min(chunk, left);
        left -= size.value();
    }
    return sizes;
}

inline void infer_split(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) {
        for (std::size_t i = 0; i < c.output_count(); ++i) c.set_unranked(i, c.type(0));
        return;
    }
    const std::size_t axis = c.axis(c.integer("axis", 0), dims->size());
    const dimensions sizes = split_sizes(c, (*dims)[axis], c.output_count());
    const constant* value = c.value(0);
    std::vector<std::int64_t> first(dims->size(), 0);
    const std::vector<std::int64_t> step(dims->size(), 1);
    for (std::size_t i = 0; i < c.output_count(); ++i) {
        dimensions shape = *dims;
        shape[axis] = sizes[i];
        c.set(i, c.type(0), shape);
        if (value == nullptr || !sizes[i].known()) continue;
        c.set_value(i, cut(*value, *dims, first, step, shape));
        first[axis] += sizes[i].value();
    }
}

/// One axis of a Slice.
struct slice_range {
    dimension length;
    std::int64_t first = 0;
    std::int64_t step = 1;
    bool known = false;
};

[[nodiscard]] inline slice_range slice_axis(const node_context& c, dimension dim, scalar start, scalar end,
                                            scalar step) {
    constexpr std::int64_t far = std::numeric_limits<std::int32_t>::max();
    slice_range range;
    if (step.is(0)) c.fail("a step is 0");
    if (dim.is(0)) return {0, 0, 1, true};
    const bool whole_forward = start.is(0) && step.is(1) && end.is_integer() && end.as_integer() >= far;
    const bool whole_backward = start.is_integer() && step.is(-1) && end.is_integer() && end.as_integer() <= -far &&
                                (start.is(-1) || start.as_integer() >= far);
    if (whole_forward || whole_backward) range.length = dim;
    if (start.is(0) && step.is(1) && end.is_symbol() && same(end.as_dimension(), dim)) range.length = dim;
    if (!dim.known() || !start.is_integer() || !end.is_integer() || !step.is_integer()) return range;
    const std::int64_t n = dim.value();
    const std::int64_t by = step.as_integer();
    // Backwards to INT_MAX is nothing by the specification and everything down to the first element in runtimes.
    const std::int64_t to = end.as_integer();
    if (by < 0 && (to == far || to == std::numeric_limits<std::int64_t>::max())) return range;
    const auto place = [n](std::int64_t at, std::int64_t low, std::int64_t high) {
        return std::clamp(at < 0 ? std::max(at, -n - 1) + n : at, low, high);
    };
    range.known = true;
    range.step = std::clamp<std::int64_t>(by, -n - 1, n + 1);
    range.first = by > 0 ? place(start.as_integer(), 0, n) : place(start.as_integer(), 0, n - 1);
    const std::int64_t last = by > 0 ? place(end.as_integer(), 0, n) : place(end.as_integer(), -1, n - 1);
    const std::int64_t span = by > 0 ? last - range.first : range.first - last;
    const std::int64_t stride = std::abs(range.step);
    range.length = span <= 0 ? 0 : (span + stride - 1) / stride;
    return range;
}

/// One of Slice's lists as elements: from the attribute (opset 1) or input `i`; unknown elements when only the length
/// is.
[[nodiscard]] inline std::optional<constant> slice_list(const node_context& c, std::string_view attribute_name,
                                                        std::size_t i) {
    if (const constant* value = c.value(i)) return *value;
    if (c.has(i)) {
        const auto length = length_of(c, i);
        return length && *length <= rank_limit ? std::optional<constant>(constant(*length)) : std::nullopt;
    }
    const auto* list = c.integer_list(attribute_name);
    if (list == nullptr) return std::nullopt;
    constant result;
    for (const std::int64_t one : *list) result.push_back(scalar::integer(one));
    return result;
}

/// Which dimensions Slice cuts; nullopt when that is not known.
[[nodiscard]] inline std::optional<std::vector<std::size_t>> slice_axes(const node_context& c, std::size_t count,
                                                                        std::size_t rank) {
    if (!c.has(3) && c.integer_list("axes") == nullptr) {
        if (count > rank) c.fail("more starts than dimensions");
        std::vector<std::size_t> axes(count);
        for (std::size_t i = 0; i < count; ++i) axes[i] = i;
        return axes;
    }
    const auto axes = list_from(c, "axes", 3);
    if (!axes) return std::nullopt;
    if (axes->size() != count) c.fail("starts and axes differ in number");
    return axes_of(c, *axes, rank);
}

inline void infer_slice(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, c.type(0));
    const auto starts = slice_list(c, "starts", 1);
    const auto ends = slice_list(c, "ends", 2);
    const auto count = starts ? starts->size() : ends ? ends->size() : 0;
    const auto axes = starts && ends ? slice_axes(c, count, dims->size()) : std::nullopt;
    dimensions shape = *dims;
    if (!axes) {
        for (dimension& dim : shape)
            if (!dim.is(0)) dim = dimension();
        return c.set(0, c.type(0), std::move(shape));
    }
    if (ends->size() != count) c.fail("starts and ends differ in number");
    const auto steps =
        c.has(4) ? slice_list(c, "steps", 4) : std::optional<constant>(constant(count, scalar::integer(1)));
    std::vector<std::int64_t> first(dims->size(), 0);
    std::vector<std::int64_t> step(dims->size(), 1);
    bool whole = true;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t axis = (*axes)[i];
        const scalar by = steps && i < steps->size() ? (*steps)[i] : scalar();
        const slice_range range = slice_axis(c, (*dims)[axis], (*starts)[i], (*ends)[i], by);
        shape[axis] = range.length;
        first[axis] = range.first;
        step[axis] = range.step;
        whole = whole && range.known;
    }
    c.set(0, c.type(0), shape);
    const constant* value = whole && c.affordable(element_count(shape), c.type(0)) ? c.value(0) : nullptr;
    if (value != nullptr) c.set_value(0, cut(*value, *dims, first, step, shape));
}

/// Pad: begins and ends for all axes, or for those that input 3 lists.
inline void infer_pad(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) return c.set_unranked(0, c.type(0));
    dimensions shape = *dims;
    std::vector<std::size_t> axes(dims->size());
    for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = i;
    if (c.has(3)) {
        const auto given = c.integers(3);
        if (!given) return c.set_rank(0, c.type(0), dims->size());
        axes = axes_of(c, *given, dims->size());
    }
    const auto pads = slice_list(c, c.find("paddings") != nullptr ? "paddings" : "pads", 1);
    if (pads && pads->size() != 2 * axes.size())
        c.fail(std::to_string(pads->size()) + " pads are given for " + std::to_string(axes.size()) + " axes");
    for (std::size_t i = 0; i < axes.size(); ++i) {
        dimension& dim = shape[axes[i]];
        const scalar begin = pads ? (*pads)[i] : scalar();
        const scalar end = pads ? (*pads)[axes.size() + i] : scalar();
        if (begin.is(0) && end.is(0)) continue;
        std::int64_t padded = 0;
        if (!dim.known() || !begin.is_integer() || !end.is_integer() ||
            qutibench::detail::add_overflows(begin.as_integer(), end.as_integer(), &padded) ||
            qutibench::detail::add_overflows(padded, dim.value(), &padded)) {
            dim = dimension();
            continue;
        }
        if (padded < 0) c.fail("padding leaves " + std::to_string(padded) + " of dimension " + std::to_string(axes[i]));
        dim = padded;
    }
    c.set(0, c.type(0), std::move(shape));
}

inline constexpr operator_entry join_operators[] = {
    {"", "Concat", infer_concat},
    {"", "Pad", infer_pad},
    {"", "Slice", infer_slice},
    {"", "Split", infer_split},
};

}  // namespace qutibench::onnx::detail
