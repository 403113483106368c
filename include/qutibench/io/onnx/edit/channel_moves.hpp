// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How channels pass operators that join, cut, repeat and reorder.
#pragma once

#include <qutibench/io/onnx/edit/channel_map.hpp>

namespace qutibench::onnx::detail {

inline void channel_map::concatenate(const operation& one) {
    const value_id out = one.outputs[0];
    const std::size_t along = positive(integer(one, "axis", 1), rank(out));
    std::vector<value_id> all;
    for (const value_id id : one.inputs)
        if (id != absent && rank(id) == rank(out)) all.push_back(id);
    if (along >= rank(out) || all.size() != one.inputs.size()) return fix_inputs(one);
    const bool any = std::any_of(all.begin(), all.end(), [&](value_id id) { return !axis(id, along).empty(); });
    channel_list joined;
    for (const value_id id : all) {
        channel_list part = axis(id, along);
        if (part.empty() && any) {
            part = classes_.fresh(extent(id, along), -1);
            classes_.fix(part, here_);
        }
        joined.insert(joined.end(), part.begin(), part.end());
    }
    for (std::size_t k = 0; k < rank(out); ++k) {
        if (k == along) continue;
        for (std::size_t i = 1; i < all.size(); ++i)
            if (extent(out, k) > 1) join(all[0], k, all[i], k);
        set(out, k) = axis(all[0], k);
    }
    set(out, along) = joined;
}

inline void channel_map::split(const operation& one) {
    const std::size_t along = positive(integer(one, "axis", 0), rank(one.inputs[0]));
    const channel_list all = axis(one.inputs[0], along);
    std::size_t first = 0;
    for (const value_id id : one.outputs) {
        if (id == absent) return fix_inputs(one);
        for (std::size_t k = 0; k < rank(id); ++k)
            if (k != along) set(id, k) = axis(one.inputs[0], k);
        const auto width = static_cast<std::size_t>(extent(id, along));
        if (!all.empty() && first + width <= all.size())
            set(id, along).assign(all.begin() + static_cast<std::ptrdiff_t>(first),
                                  all.begin() + static_cast<std::ptrdiff_t>(first + width));
        first += width;
    }
}

inline void channel_map::slice(const operation& one) {
    const value_id x = one.inputs[0];
    const value_id out = one.outputs[0];
    const auto starts = values(one, 1);
    const auto ends = values(one, 2);
    const auto axes = in(one, 3) == absent ? std::nullopt : values(one, 3);
    const auto steps = in(one, 4) == absent ? std::nullopt : values(one, 4);
    for (std::size_t k = 0; k < rank(x); ++k)
        if (extent(x, k) == extent(out, k)) set(out, k) = axis(x, k);
    if (!starts || !ends || (in(one, 3) != absent && !axes)) return fix_inputs(one);
    for (std::size_t i = 0; i < starts->size() && i < ends->size(); ++i) {
        const std::size_t k = axes && i < axes->size() ? positive((*axes)[i], rank(x)) : i;
        if (k >= rank(x)) return fix_inputs(one);
        const channel_list all = axis(x, k);
        if (all.empty()) continue;
        const std::int64_t size = extent(x, k);
        const auto clamp = [size](std::int64_t at) {
            return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
        };
        const std::int64_t first = clamp((*starts)[i]);
        const std::int64_t last = clamp((*ends)[i]);
        if ((steps && i < steps->size() && (*steps)[i] != 1) || last - first != extent(out, k)) {
            fix(x, k);
            set(out, k).clear();
            continue;
        }
        if (first == 0 && last == size) continue;
        set(out, k).assign(all.begin() + first, all.begin() + last);
        cuts_[static_cast<std::size_t>(here_)].push_back({i, first, last, all});
    }
}

/// A table by whole rows: its rows stay, and its columns pass.
inline void channel_map::gather(const operation& one) {
    const value_id x = one.inputs[0];
    const value_id out = one.outputs[0];
    const std::size_t along = positive(integer(one, "axis", 0), rank(x));
    if (along >= rank(x) || in(one, 1) == absent) return fix_inputs(one);
    const std::size_t wide = rank(in(one, 1));
    fix(x, along);
    for (std::size_t k = 0; k < rank(x); ++k) {
        if (k == along) continue;
        set(out, k < along ? k : k - 1 + wide) = axis(x, k);
    }
    for (std::size_t k = 0; k < rank(x); ++k)
        if (k != along) made_by(one, x, k);
}

inline void channel_map::transpose(const operation& one) {
    const std::size_t dims = rank(one.inputs[0]);
    const attribute* order = one.find("perm");
    for (std::size_t i = 0; i < dims; ++i) {
        const std::size_t from = order == nullptr || order->integers.size() != dims
                                     ? dims - 1 - i
                                     : static_cast<std::size_t>(order->integers[i]);
        if (from < dims) set(one.outputs[0], i) = axis(one.inputs[0], from);
    }
}

inline void channel_map::expand(const operation& one) {
    broadcast_over(one, {one.inputs[0]}, one.outputs[0]);
}

/// The channels of `all` again and again along an axis of a value.
inline void channel_map::repeat(const channel_list& all, value_id id, std::size_t k) {
    const std::int64_t wanted = extent(id, k);
    if (all.empty() || !classes_.may_list(wanted)) return classes_.fix(all, here_);
    channel_list made;
    while (made.size() < static_cast<std::size_t>(wanted)) made.insert(made.end(), all.begin(), all.end());
    set(id, k) = std::move(made);
}

inline void channel_map::tile(const operation& one) {
    for (std::size_t k = 0; k < rank(one.inputs[0]); ++k) {
        repeat(axis(one.inputs[0], k), one.outputs[0], k);
    }
}

/// What is added along an axis of channels stays.
inline void channel_map::pad(const operation& one) {
    const value_id x = one.inputs[0];
    const attribute* stated = one.find("pads");
    const auto pads = in(one, 1) != absent ? values(one, 1)
                      : stated != nullptr  ? std::optional(stated->integers)
                                           : std::nullopt;
    if (!pads || pads->size() != 2 * rank(x) || in(one, 3) != absent) return same(one);
    for (std::size_t k = 0; k < rank(x); ++k) {
        const channel_list all = axis(x, k);
        const std::int64_t before = (*pads)[k];
        const std::int64_t after = (*pads)[k + rank(x)];
        if (all.empty() || before < 0 || after < 0) {
            classes_.fix(all, here_);
            continue;
        }
        channel_list joined = classes_.fresh(before, -1);
        const channel_list tail = classes_.fresh(after, -1);
        classes_.fix(joined, here_);
        classes_.fix(tail, here_);
        joined.insert(joined.end(), all.begin(), all.end());
        joined.insert(joined.end(), tail.begin(), tail.end());
        set(one.outputs[0], k) = joined;
    }
}

/// Axes that are reduced are gone, or one.
inline void channel_map::reduce(const operation& one) {
    const value_id x = one.inputs[0];
    std::vector<bool> gone(rank(x), false);
    const attribute* stated = one.find("axes");
    std::optional<extents_list> axes;
    if (stated != nullptr) axes = stated->integers;
    if (const attribute* single = one.find("axis")) axes = extents_list{single->integer};
    if (in(one, 1) != absent) axes = values(one, 1);
    if (axes && axes->empty() && integer(one, "noop_with_empty_axes", 0) != 0) return same(one);
    if (in(one, 1) != absent && !axes) return fix_inputs(one);
    if (!axes || axes->empty()) gone.assign(rank(x), true);
    if (axes)
        for (const std::int64_t one_axis : *axes)
            if (const std::size_t k = positive(one_axis, rank(x)); k < rank(x)) gone[k] = true;
    const bool keeps = integer(one, "keepdims", 1) != 0;
    std::size_t to = 0;
    for (std::size_t k = 0; k < rank(x); ++k) {
        if (!gone[k] && to < rank(one.outputs[0])) set(one.outputs[0], to) = axis(x, k);
        if (keeps || !gone[k]) ++to;
    }
}

inline void channel_map::to_space(const operation& one) {
    const std::int64_t block = integer(one, "blocksize", 1);
    const channel_list all = axis(one.inputs[0], 1);
    const auto out = static_cast<std::size_t>(extent(one.outputs[0], 1));
    const attribute* mode = one.find("mode");
    const bool by_column = mode != nullptr && mode->text == "CRD";
    if (all.empty() || all.size() != out * static_cast<std::size_t>(block * block)) return fix_inputs(one);
    const std::size_t repeats = all.size() / out;
    channel_list& made = set(one.outputs[0], 1);
    for (std::size_t c = 0; c < out; ++c) {
        made.push_back(by_column ? all[c * repeats] : all[c]);
        for (std::size_t i = 1; i < repeats; ++i)
            classes_.unite(made.back(), by_column ? all[c * repeats + i] : all[i * out + c]);
    }
}

inline void channel_map::to_depth(const operation& one) {
    repeat(axis(one.inputs[0], 1), one.outputs[0], 1);
}

}  // namespace qutibench::onnx::detail
