// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Sequences and optionals. The elements of a short sequence are tracked one by one; otherwise what they share.
#pragma once

#include <qutibench/io/onnx/ops/join.hpp>

#include <memory>

namespace qutibench::onnx::detail {

/// Sequences longer than this are known by what their elements share only.
inline constexpr std::size_t tracked_items = 64;

[[nodiscard]] inline facts of_sequence(std::optional<std::vector<facts>> items, facts element) {
    facts result;
    result.kind = type_kind::sequence;
    auto sequence = std::make_shared<sequence_facts>();
    if (items && items->size() <= tracked_items) sequence->items = std::move(items);
    sequence->element = std::move(element);
    result.type = sequence->element.type;
    result.sequence = std::move(sequence);
    return result;
}

/// A sequence of exactly these elements.
[[nodiscard]] inline facts of_sequence(std::vector<facts> items, element_type type) {
    facts shared = items.empty() ? facts::of_tensor(type) : items.front();
    for (const facts& item : items) shared = merge(shared, item);
    return of_sequence(std::optional(std::move(items)), std::move(shared));
}

[[nodiscard]] inline const std::vector<facts>* items(const node_context& c, std::size_t i) {
    const auto& sequence = c.in(i).sequence;
    return sequence && sequence->items ? &*sequence->items : nullptr;
}

/// What every element of sequence `i` shares.
[[nodiscard]] inline facts shared_element(const node_context& c, std::size_t i) {
    return c.in(i).sequence ? c.in(i).sequence->element : facts::of_tensor(c.type(i));
}

/// Position that input `i` gives, counted from the front, in [0, size]; nullopt when it is not known.
[[nodiscard]] inline std::optional<std::size_t> position_of(const node_context& c, std::size_t i, std::size_t size,
                                                            std::size_t last) {
    const scalar given = c.single(i);
    if (!given.is_integer()) return std::nullopt;
    const auto n = static_cast<std::int64_t>(size);
    const std::int64_t at = given.as_integer();
    if (at < -n || at > static_cast<std::int64_t>(last))
        c.fail("position " + std::to_string(at) + " is outside a sequence of " + std::to_string(size));
    return static_cast<std::size_t>(at < 0 ? at + n : at);
}

inline void infer_sequence_empty(node_context& c) {
    const element_type type = c.type_attribute("dtype", element_type::float32);
    c.out(0) = of_sequence(std::vector<facts>(), type);
}

inline void infer_sequence_construct(node_context& c) {
    std::vector<facts> made;
    if (c.input_count() > tracked_items) {
        facts shared = c.in(0);
        for (std::size_t i = 1; i < c.input_count(); ++i) shared = merge(shared, c.in(i));
        c.out(0) = of_sequence(std::nullopt, std::move(shared));
        return;
    }
    for (std::size_t i = 0; i < c.input_count(); ++i) made.push_back(c.in(i));
    c.out(0) = of_sequence(std::move(made), c.type(0));
}

inline void infer_sequence_insert(node_context& c) {
    const auto* before = items(c, 0);
    if (before != nullptr) {
        const auto at = c.has(2) ? position_of(c, 2, before->size(), before->size()) : std::optional(before->size());
        if (at) {
            auto after = *before;
            after.insert(after.begin() + static_cast<std::ptrdiff_t>(*at), c.in(1));
            c.out(0) = of_sequence(std::move(after), c.type(1));
            return;
        }
    }
    const bool empty = before != nullptr && before->empty();
    c.out(0) = of_sequence(std::nullopt, empty ? c.in(1) : merge(shared_element(c, 0), c.in(1)));
}

inline void infer_sequence_erase(node_context& c) {
    const auto* before = items(c, 0);
    if (before != nullptr && !before->empty()) {
        const auto at =
            c.has(1) ? position_of(c, 1, before->size(), before->size() - 1) : std::optional(before->size() - 1);
        if (at) {
            auto after = *before;
            after.erase(after.begin() + static_cast<std::ptrdiff_t>(*at));
            c.out(0) = of_sequence(std::move(after), c.type(0));
            return;
        }
    }
    c.out(0) = of_sequence(std::nullopt, shared_element(c, 0));
}

inline void infer_sequence_at(node_context& c) {
    const auto* all = items(c, 0);
    const auto at = all != nullptr && !all->empty() ? position_of(c, 1, all->size(), all->size() - 1) : std::nullopt;
    c.out(0) = at ? (*all)[*at] : shared_element(c, 0);
}

inline void infer_sequence_length(node_context& c) {
    c.set(0, element_type::int64, dimensions{});
    if (const auto* all = items(c, 0)) c.set_value(0, {scalar::integer(static_cast<std::int64_t>(all->size()))});
}

/// ConcatFromSequence: joins the elements along `axis`, which is new when `new_axis` is set.
inline void infer_concat_from_sequence(node_context& c) {
    const facts shared = shared_element(c, 0);
    const bool stack = c.integer("new_axis", 0) != 0;
    const auto* all = items(c, 0);
    if (!shared.ranked) return c.set_unranked(0, shared.type);
    dimensions shape = shared.dims;
    const std::size_t axis = c.axis(c.integer("axis", 0), shape.size() + (stack ? 1 : 0));
    dimension along = all != nullptr && stack ? dimension(static_cast<std::int64_t>(all->size())) : dimension();
    if (all != nullptr && !stack) {
        along = 0;
        bool certain = true;
        for (const facts& item : *all) {
            certain = certain && item.ranked && item.dims[axis].known();
            if (certain) along = add(along, item.dims[axis]);
        }
        if (!certain) along = dimension();
    }
    if (stack)
        shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(axis), along);
    else
        shape[axis] = along;
    check_rank(c, shape.size());
    c.set(0, shared.type, std::move(shape));
}

/// SplitToSequence: parts of the sizes that input 1 gives (one number: all alike), single slices without it.
inline void infer_split_to_sequence(node_context& c) {
    const auto* dims = c.dims(0);
    if (dims == nullptr) {
        c.out(0) = of_sequence(std::nullopt, facts::of_tensor(c.type(0)));
        return;
    }
    const std::size_t axis = c.axis(c.integer("axis", 0), dims->size());
    const dimension whole = (*dims)[axis];
    const bool drop = !c.has(1) && c.integer("keepdims", 1) == 0;
    dimensions shape = *dims;
    shape[axis] = c.has(1) ? dimension() : dimension(1);
    std::optional<std::vector<std::int64_t>> sizes = c.integers(1);
    if (sizes && c.in(1).dims.empty() && whole.known()) {
        const std::int64_t part = sizes->front();
        c.require(part > 0, "the size of a part must be positive");
        sizes.reset();
        if (whole.value() / part < static_cast<std::int64_t>(tracked_items)) {
            sizes.emplace(static_cast<std::size_t>(whole.value() / part), part);
            if (whole.value() % part != 0) sizes->push_back(whole.value() % part);
        }
    } else if (!c.has(1) && whole.known() && whole.value() <= static_cast<std::int64_t>(tracked_items)) {
        sizes.emplace(static_cast<std::size_t>(whole.value()), 1);
    } else if (sizes && c.in(1).dims.empty()) {
        sizes.reset();
    }
    if (drop) shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    const facts element = facts::of_tensor(c.type(0), shape);
    if (!sizes || sizes->size() > tracked_items) {
        c.out(0) = of_sequence(std::nullopt, element);
        return;
    }
    std::vector<facts> parts;
    for (const std::int64_t size : *sizes) {
        c.require(size >= 0, "the size of a part is negative");
        parts.push_back(element);
        if (!drop) parts.back().dims[axis] = size;
    }
    c.out(0) = of_sequence(std::move(parts), c.type(0));
}

/// Optional: an optional of the input, or of the type that an attribute declares.
inline void infer_optional(node_context& c) {
    c.out(0) = c.in(0);
    if (!c.has(0)) c.out(0).kind = type_kind::optional;
}

/// OptionalGetElement: an optional is known by its element.
inline void infer_optional_get(node_context& c) {
    c.out(0) = c.in(0);
}

inline void infer_optional_has(node_context& c) {
    c.set(0, element_type::boolean, dimensions{});
}

inline constexpr operator_entry sequence_operators[] = {
    {"", "ConcatFromSequence", infer_concat_from_sequence},
    {"", "Optional", infer_optional},
    {"", "OptionalGetElement", infer_optional_get},
    {"", "OptionalHasElement", infer_optional_has},
    {"", "SequenceAt", infer_sequence_at},
    {"", "SequenceConstruct", infer_sequence_construct},
    {"", "SequenceEmpty", infer_sequence_empty},
    {"", "SequenceErase", infer_sequence_erase},
    {"", "SequenceInsert", infer_sequence_insert},
    {"", "SequenceLength", infer_sequence_length},
    {"", "SplitToSequence", infer_split_to_sequence},
};

}  // namespace qutibench::onnx::detail
