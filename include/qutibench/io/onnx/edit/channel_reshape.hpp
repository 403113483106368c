// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How channels pass a reshape: dimensions that are joined hold the channels of both, and of those that an axis of
/// channels is cut into one holds them, so that what stays is a tensor again. Attention keeps whole heads; a shuffle of
/// groups and statistics of groups keep the same channels in each group.
#pragma once

#include <qutibench/io/onnx/edit/channel_map.hpp>

namespace qutibench::onnx::detail {

/// Fewest heads that are pruned as heads; of fewer, the width of each is pruned.
inline constexpr std::int64_t fewest_heads = 4;

/// Aligns the dimensions before and after: groups with equal products.
inline void channel_map::reshape(const operation& one) {
    const value_id x = one.inputs[0];
    const value_id out = one.outputs[0];
    std::size_t i = 0;
    std::size_t o = 0;
    while (i < rank(x) || o < rank(out)) {
        reshape_group at{i, i, o, o};
        std::int64_t before = 1;
        std::int64_t after = 1;
        if (i < rank(x)) before *= extent(x, i++);
        if (o < rank(out)) after *= extent(out, o++);
        while (before != after) {
            if (before < after && i < rank(x))
                before *= extent(x, i++);
            else if (after < before && o < rank(out))
                after *= extent(out, o++);
            else
                return fix_inputs(one);
        }
        at.in_last = i;
        at.out_last = o;
        reshape(one, at);
    }
}

inline void channel_map::reshape(const operation& one, const reshape_group& at) {
    const value_id x = one.inputs[0];
    const value_id out = one.outputs[0];
    std::vector<std::size_t> from;
    std::vector<std::size_t> to;
    for (std::size_t k = at.in_first; k < at.in_last; ++k)
        if (extent(x, k) > 1) from.push_back(k);
    for (std::size_t k = at.out_first; k < at.out_last; ++k)
        if (extent(out, k) > 1) to.push_back(k);
    const bool same_extents = std::equal(from.begin(), from.end(), to.begin(), to.end(),
                                         [&](std::size_t a, std::size_t b) { return extent(x, a) == extent(out, b); });
    if (same_extents) {
        for (std::size_t k = 0; k < from.size(); ++k) set(out, to[k]) = axis(x, from[k]);
        return;
    }
    std::optional<std::size_t> holder;
    for (const std::size_t k : from) {
        if (axis(x, k).empty()) continue;
        if (holder) {  // channels of two axes in one: those of the outer one may leave
            fix(x, k);
            continue;
        }
        holder = k;
    }
    if (holder) spread(one, at, *holder);
}

/// The channels of axis `from` over the dimensions that it is part of now.
inline void channel_map::spread(const operation& one, const reshape_group& at, std::size_t from) {
    const value_id x = one.inputs[0];
    const value_id out = one.outputs[0];
    const channel_list all = axis(x, from);
    const auto count = static_cast<std::int64_t>(all.size());
    std::int64_t inner = 1;
    for (std::size_t k = from + 1; k < at.in_last; ++k) inner *= extent(x, k);
    struct part {
        std::size_t axis;
        std::int64_t pitch, different, repeat;  // in channels; elements of this axis for each channel
    };
    std::vector<part> parts;
    std::int64_t stride = 1;
    for (std::size_t k = at.out_last; k-- > at.out_first;) {
        const std::int64_t size = extent(out, k);
        const std::int64_t first = std::max(stride, inner);
        const std::int64_t last = std::min(stride * size, inner * count);
        if (last > first) {
            if (first % inner != 0 || last % first != 0 || (stride < inner && inner % stride != 0))
                return classes_.fix(all, here_);
            parts.push_back({k, first / inner, last / first, std::max<std::int64_t>(1, inner / stride)});
        }
        stride *= size;
    }
    if (parts.empty()) return classes_.fix(all, here_);
    std::reverse(parts.begin(), parts.end());  // outermost first
    std::size_t chosen = 0;
    if (parts.size() > 1) {
        const bool in_groups = parts.back().repeat > 1 || is_shuffled(out, parts.front().axis, parts.back().axis);
        chosen = parts.size() == 2 ? 0 : 1;
        if (in_groups || parts[chosen].different < fewest_heads) chosen = parts.size() - 1;
        if (is_kernel(out)) chosen = 0;
        // Dimensions that were one dimension before are told apart again by what they hold.
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (is_alike(all, parts[i].pitch, parts[i].different)) chosen = i;
    }
    const part& holder = parts[chosen];
    if (parts.size() > 1)
        for (std::int64_t c = 0; c < count; ++c) {
            const std::int64_t u = c / holder.pitch % holder.different;
            classes_.unite(all[static_cast<std::size_t>(u * holder.pitch)], all[static_cast<std::size_t>(c)]);
        }
    channel_list& made = set(out, holder.axis);
    for (std::int64_t i = 0; i < extent(out, holder.axis); ++i)
        made.push_back(all[static_cast<std::size_t>(i / holder.repeat % holder.different * holder.pitch)]);
}

/// Whether channels that would stand at one place of a dimension already stay or leave together.
inline bool channel_map::is_alike(const channel_list& all, std::int64_t pitch, std::int64_t different) const {
    for (std::size_t c = 0; c < all.size(); ++c) {
        const std::int64_t u = static_cast<std::int64_t>(c) / pitch % different;
        if (classes_.find(all[static_cast<std::size_t>(u * pitch)]) != classes_.find(all[c])) return false;
    }
    return true;
}

/// Whether the next operator is a convolution whose kernel this is: channels come before its window.
inline bool channel_map::is_kernel(value_id out) const {
    if (first_reader_[out] < 0) return false;
    const operation& next = net_.operations[static_cast<std::size_t>(first_reader_[out])];
    return next.op->op_type.starts_with("Conv") && next.inputs.size() > 1 && next.inputs[1] == out;
}

/// Whether the next operator turns two axes around, as a shuffle of channel groups does.
inline bool channel_map::is_shuffled(value_id out, std::size_t a, std::size_t b) const {
    if (first_reader_[out] < 0 || b != a + 1) return false;
    const operation& next = net_.operations[static_cast<std::size_t>(first_reader_[out])];
    const attribute* order = next.find("perm");
    if (next.op->op_type != "Transpose" || order == nullptr || order->integers.size() <= b) return false;
    return order->integers[a] == static_cast<std::int64_t>(b) && order->integers[b] == static_cast<std::int64_t>(a);
}

}  // namespace qutibench::onnx::detail
