// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How channels pass a reshape: dimensions that are joined hold the channels of both, and of those that an axis of
/// channels is cut into one holds them, so that what stays is a tensor again. Attention keeps whole heads; a shuffle of
/// groups and statistics of groups keep the same channels in each group.
#pragma once

#include <qutibench/transform/channel_classes.hpp>

namespace qutibench::detail {

/// Fewest heads that are pruned as heads; of fewer, the width of each is pruned.
inline constexpr std::int64_t fewest_heads = 4;

/// One reshape: extents before and after, and what is known of who reads the result.
struct reshape_setting {
    std::span<const std::int64_t> before{}, after{};
    std::span<const std::int64_t> next_order{};  ///< of the transpose that reads the result, if one does
    bool is_kernel = false;                      ///< a convolution reads it as its kernel
};

/// Follows the channels of one reshape.
class channel_reshape {
public:
    /// Node `by` reshapes axes that hold `axes`. All must outlive this object.
    channel_reshape(channel_classes& classes, const std::vector<channel_list>& axes, const reshape_setting& of, int by)
        : classes_(classes), axes_(axes), of_(of), by_(by), made_(of.after.size()) {}

    /// The channels of each axis afterwards.
    [[nodiscard]] std::vector<channel_list> run() {
        std::size_t i = 0;
        std::size_t o = 0;
        while (i < of_.before.size() || o < of_.after.size()) {  // groups of dimensions with equal products
            group at{i, i, o, o};
            std::int64_t before = 1;
            std::int64_t after = 1;
            if (i < of_.before.size()) before *= of_.before[i++];
            if (o < of_.after.size()) after *= of_.after[o++];
            while (before != after) {
                if (before < after && i < of_.before.size()) {
                    before *= of_.before[i++];
                } else if (after < before && o < of_.after.size()) {
                    after *= of_.after[o++];
                } else {
                    for (const channel_list& one : axes_) classes_.fix(one, by_);
                    return std::move(made_);
                }
            }
            at.in_last = i;
            at.out_last = o;
            pass(at);
        }
        return std::move(made_);
    }

private:
    struct group {
        std::size_t in_first, in_last, out_first, out_last;
    };
    struct part {
        std::size_t axis;
        std::int64_t pitch, different, repeat;  // in channels; elements of this axis for each channel
    };

    void pass(const group& at) {
        std::vector<std::size_t> from;
        std::vector<std::size_t> to;
        for (std::size_t k = at.in_first; k < at.in_last; ++k)
            if (of_.before[k] > 1) from.push_back(k);
        for (std::size_t k = at.out_first; k < at.out_last; ++k)
            if (of_.after[k] > 1) to.push_back(k);
        const auto same = [&](std::size_t a, std::size_t b) { return of_.before[a] == of_.after[b]; };
        if (std::equal(from.begin(), from.end(), to.begin(), to.end(), same)) {
            for (std::size_t k = 0; k < from.size(); ++k) made_[to[k]] = axes_[from[k]];
            return;
        }
        std::optional<std::size_t> holder;
        for (const std::size_t k : from) {
            if (axes_[k].empty()) continue;
            if (holder) {  // channels of two axes in one: those of the outer one may leave
                classes_.fix(axes_[k], by_);
                continue;
            }
            holder = k;
        }
        if (holder) spread(at, *holder);
    }

    /// The channels of axis `from` over the dimensions that it is part of now.
    void spread(const group& at, std::size_t from) {
        const channel_list& all = axes_[from];
        const auto count = static_cast<std::int64_t>(all.size());
        std::int64_t inner = 1;
        for (std::size_t k = from + 1; k < at.in_last; ++k) inner *= of_.before[k];
        std::vector<part> parts;
        std::int64_t stride = 1;
        for (std::size_t k = at.out_last; k-- > at.out_first;) {
            const std::int64_t size = of_.after[k];
            const std::int64_t first = std::max(stride, inner);
            const std::int64_t last = std::min(stride * size, inner * count);
            if (last > first) {
                if (first % inner != 0 || last % first != 0 || (stride < inner && inner % stride != 0))
                    return classes_.fix(all, by_);
                parts.push_back({k, first / inner, last / first, std::max<std::int64_t>(1, inner / stride)});
            }
            stride *= size;
        }
        if (parts.empty()) return classes_.fix(all, by_);
        std::reverse(parts.begin(), parts.end());  // outermost first
        const part& holder = parts[chosen(parts, all)];
        if (!classes_.may_list(of_.after[holder.axis])) return classes_.fix(all, by_);
        if (parts.size() > 1)
            for (std::int64_t c = 0; c < count; ++c) {
                const std::int64_t u = c / holder.pitch % holder.different;
                classes_.unite(all[static_cast<std::size_t>(u * holder.pitch)], all[static_cast<std::size_t>(c)]);
            }
        for (std::int64_t i = 0; i < of_.after[holder.axis]; ++i)
            made_[holder.axis].push_back(
                all[static_cast<std::size_t>(i / holder.repeat % holder.different * holder.pitch)]);
    }

    /// Which of the dimensions that an axis is cut into holds its channels.
    [[nodiscard]] std::size_t chosen(const std::vector<part>& parts, const channel_list& all) const {
        if (parts.size() == 1) return 0;
        const bool in_groups = parts.back().repeat > 1 || is_shuffled(parts.front().axis, parts.back().axis);
        std::size_t choice = parts.size() == 2 ? 0 : 1;
        if (in_groups || parts[choice].different < fewest_heads) choice = parts.size() - 1;
        if (of_.is_kernel) choice = 0;  // channels come before the window of a kernel
        // Dimensions that were one dimension before are told apart again by what they hold.
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (is_alike(all, parts[i].pitch, parts[i].different)) choice = i;
        return choice;
    }

    /// Whether channels that would stand at one place of a dimension already stay or leave together.
    [[nodiscard]] bool is_alike(const channel_list& all, std::int64_t pitch, std::int64_t different) const {
        for (std::size_t c = 0; c < all.size(); ++c) {
            const std::int64_t u = static_cast<std::int64_t>(c) / pitch % different;
            if (classes_.find(all[static_cast<std::size_t>(u * pitch)]) != classes_.find(all[c])) return false;
        }
        return true;
    }

    /// Whether two axes are turned around next, as a shuffle of channel groups does.
    [[nodiscard]] bool is_shuffled(std::size_t a, std::size_t b) const {
        const auto& order = of_.next_order;
        return b == a + 1 && b < order.size() && order[a] == static_cast<std::int64_t>(b) &&
               order[b] == static_cast<std::int64_t>(a);
    }

    channel_classes& classes_;
    const std::vector<channel_list>& axes_;
    const reshape_setting& of_;
    int by_;
    std::vector<channel_list> made_;
};

}  // namespace qutibench::detail
