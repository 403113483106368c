// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How channels pass each layer. A rule joins axes that must agree, and says what the axes of the outputs hold.
#pragma once

#include <qutibench/transform/channel_axes.hpp>

namespace qutibench::detail {

inline void channel_axes::follow(std::size_t at) {
    here_ = at;
    const node& one = here();
    axes_[at].resize(one.outputs.size());
    for (std::size_t port = 0; port < one.outputs.size(); ++port)
        out(port).resize(static_cast<std::size_t>(one.outputs[port].rank()));
    if (whole_[at]) return fix_inputs();
    if (!visit_layer(one.layer, all_layers{}, [&](const auto& known) { rule(known); })) pass();
    for (std::size_t port = 0; port < one.outputs.size(); ++port)
        for (channel_list& all : out(port)) classes_.bound(all, by());
}

/// One input whose axes stay, by what the layer says of itself.
inline void channel_axes::pass() {
    if (here().inputs.size() != 1 || here().outputs.size() != 1) return fix_inputs();
    const shape& before = extents_of(0);
    const shape& after = here().outputs[0];
    for (int axis = 0; axis < before.rank(); ++axis) {
        const auto k = static_cast<std::size_t>(axis);
        if (axis < after.rank() && after[axis] == before[axis] && here().layer.keeps_axis(axis, before.rank()))
            out()[k] = in(0)[k];
        else
            fix(in(0)[k]);
    }
}

/// Inputs that broadcast, aligned at their last dimensions.
inline void channel_axes::broadcast(const std::vector<tensor>& all) {
    const shape& result = here().outputs[0];
    for (int axis = 0; axis < result.rank(); ++axis) {
        const channel_list* first = nullptr;
        for (const tensor& from : all) {
            const shape& one = net_.shape_of(from);
            const int own = axis - (result.rank() - one.rank());
            if (own < 0 || one[own] != result[axis] || result[axis] == 1) {
                if (own >= 0) fix(of(from)[static_cast<std::size_t>(own)]);  // one that broadcasts stays one
                continue;
            }
            const channel_list& list = of(from)[static_cast<std::size_t>(own)];
            if (first == nullptr)
                first = &list;
            else
                classes_.join(*first, list, by());
        }
        if (first != nullptr) out()[static_cast<std::size_t>(axis)] = *first;
    }
}

/// A stored tensor has as many as what it is added to; alone it keeps all.
inline void channel_axes::rule(const parameter& one) {
    for (int axis = 0; one.learned && axis < one.extents.rank(); ++axis)
        if (one.extents[axis] > 1)
            out()[static_cast<std::size_t>(axis)] = classes_.fresh(one.extents[axis], channel_classes::nobody);
}

/// Groups keep the same channels each, of what they read and of what they make.
inline void channel_axes::regroup(std::int64_t groups, std::int64_t out_channels) {
    const channel_list& read = in(0)[1];
    if (groups > 1) classes_.unite_pieces(read, static_cast<std::size_t>(extents_of(0)[1] / groups));
    const channel_list made = make(out_channels);
    if (groups > 1) classes_.unite_pieces(made, static_cast<std::size_t>(out_channels / groups));
    out()[1] = made;
}

/// With one group for each channel the groups go with the channels, each of which may make several.
template <int Rank>
void channel_axes::rule(const convolution<Rank>& one) {
    fix_beside(0, 1);
    const std::int64_t channels = extents_of(0)[1];
    const std::int64_t made = here().outputs[0][1];
    const std::int64_t groups = one.groups == depthwise ? channels : one.groups;
    if (groups == 1 || groups != channels) return regroup(groups, made);
    const channel_list& read = in(0)[1];
    const auto each = static_cast<std::size_t>(made / channels);
    if (!classes_.may_list(made)) return fix_inputs();
    for (std::size_t m = 0; m < read.size() * each; ++m) out()[1].push_back(read[m / each]);
    if (one.groups != depthwise) count("groups", read);
    if (one.out_channels != 0) count("out_channels", out()[1]);
}

template <int Rank>
void channel_axes::rule(const transposed_convolution<Rank>& one) {
    fix_beside(0, 1);
    const std::int64_t channels = extents_of(0)[1];
    regroup(one.groups == depthwise ? channels : one.groups, here().outputs[0][1]);
    if (one.groups == depthwise) fix(in(0)[1]);
}

inline void channel_axes::rule(const dense& one) {
    for (std::size_t k = 0; k + 1 < in(0).size(); ++k) out()[k] = in(0)[k];
    out().back() = make(one.out_features);
}

inline void channel_axes::rule(const matrix_multiplication& one) {
    const std::size_t left = in(0).size();
    const std::size_t right = in(1).size();
    const std::size_t depth = one.transpose_right ? right - 1 : right - 2;
    classes_.join(last_of(0), in(1)[depth], by());
    const std::size_t rank = out().size();
    for (std::size_t k = 0; k + 2 < rank; ++k) {
        const bool in_left = k + left >= rank;
        const bool in_right = k + right >= rank;
        const std::size_t l = k + left - rank;
        const std::size_t r = k + right - rank;
        const std::int64_t extent = here().outputs[0][static_cast<int>(k)];
        const bool left_counts = in_left && extents_of(0)[static_cast<int>(l)] == extent;
        const bool right_counts = in_right && extents_of(1)[static_cast<int>(r)] == extent;
        if (left_counts && right_counts && extent > 1) classes_.join(in(0)[l], in(1)[r], by());
        if (left_counts)
            out()[k] = in(0)[l];
        else if (right_counts)
            out()[k] = in(1)[r];
    }
    out()[rank - 2] = in(0)[left - 2];
    out()[rank - 1] = in(1)[depth == right - 1 ? right - 2 : right - 1];
}

/// Statistics of groups make the groups equal.
inline void channel_axes::rule(const group_normalization& one) {
    pass();
    if (one.groups > 1) classes_.unite_pieces(in(0)[1], static_cast<std::size_t>(extents_of(0)[1] / one.groups));
}

/// Runs are heads, which leave as a whole; of a few, all get narrower.
inline void channel_axes::rule(const head_normalization& one) {
    const channel_list& all = last_of(0);
    out() = in(0);
    const auto width = static_cast<std::size_t>(one.width);
    if (all.size() % width != 0) return fix(all);
    if (all.size() / width >= static_cast<std::size_t>(fewest_heads)) return classes_.unite_within(all, width);
    classes_.unite_pieces(all, width);
    if (!all.empty()) count("width", channel_list(all.begin(), all.begin() + one.width));
}

inline void channel_axes::rule(const rotary_embedding& one) {
    const channel_list& all = last_of(0);
    out() = in(0);
    if (all.empty()) return;
    const std::size_t width = all.size() / static_cast<std::size_t>(one.heads);
    if (one.heads < fewest_heads) return fix(all);
    classes_.unite_within(all, width);
    channel_list heads;
    for (std::size_t c = 0; c < all.size(); c += width) heads.push_back(all[c]);
    count("heads", std::move(heads));
}

inline void channel_axes::rule(const concatenation& one) {
    const std::vector<tensor>& inputs = here().inputs;
    const auto along = static_cast<std::size_t>(normalized_axis(one.axis, here().outputs[0].rank()));
    bool any = false;
    for (const tensor& from : inputs) any = any || !of(from)[along].empty();
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!any) continue;
        channel_list part = in(i)[along];
        if (part.empty()) {  // channels that nobody may change
            part = classes_.fresh(extents_of(i)[static_cast<int>(along)], channel_classes::nobody);
            fix(part);
        }
        out()[along].insert(out()[along].end(), part.begin(), part.end());
    }
    for (std::size_t k = 0; k < out().size(); ++k) {
        if (k == along) continue;
        for (std::size_t i = 1; i < inputs.size(); ++i) classes_.join(in(0)[k], in(i)[k], by());
        out()[k] = in(0)[k];
    }
}

inline void channel_axes::rule(const split& one) {
    const auto along = static_cast<std::size_t>(normalized_axis(one.axis, extents_of(0).rank()));
    const channel_list& all = in(0)[along];
    if (one.is_uneven()) fix(all);
    for (std::size_t port = 0; port < here().outputs.size(); ++port) {
        out(port) = in(0);
        out(port)[along].clear();
        const std::size_t width = all.size() / here().outputs.size();
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(port * width);
        if (!one.is_uneven()) out(port)[along].assign(first, first + static_cast<std::ptrdiff_t>(width));
    }
}

inline void channel_axes::rule(const slice& one) {
    const auto along = static_cast<std::size_t>(normalized_axis(one.axis, extents_of(0).rank()));
    const channel_list& all = in(0)[along];
    out() = in(0);
    if (all.empty()) return;
    const auto size = static_cast<std::int64_t>(all.size());
    const std::int64_t first = one.begin < 0 ? one.begin + size : one.begin;
    const std::int64_t last = one.end <= 0 ? one.end + size : one.end;
    if (one.step != 1) {
        out()[along].clear();
        return fix(all);
    }
    out()[along].assign(all.begin() + first, all.begin() + last);
    if (one.begin != 0) count("begin", channel_list(all.begin(), all.begin() + first));
    if (one.end != 0) count("end", channel_list(all.begin(), all.begin() + last));
}

inline void channel_axes::rearrange() {
    const shape& before = extents_of(0);
    const shape& after = here().outputs[0];
    reshape_setting of{{before.begin(), before.end()}, {after.begin(), after.end()}};
    if (const int next = first_reader_[here_]; next >= 0)
        if (const auto* turned = net_.nodes()[static_cast<std::size_t>(next)].layer.as<transpose>())
            of.next_order = {turned->order.data(), static_cast<std::size_t>(turned->rank)};
    out() = channel_reshape(classes_, in(0), of, by()).run();
}

inline void channel_axes::rule(const transpose& one) {
    for (std::size_t k = 0; k < out().size(); ++k)
        out()[k] = in(0)[static_cast<std::size_t>(normalized_axis(static_cast<int>(one.order[k]), one.rank))];
}

/// Heads that are apart: as many of each, and the width of queries is that of keys.
inline void channel_axes::attend_apart(const attention& one) {
    if (here().inputs.size() != 3 || (one.key_heads != 0 && one.key_heads != one.heads)) return fix_inputs();
    for (std::size_t k = 0; k < 3; ++k) {
        fix(in(k)[0]);
        fix(in(k)[k == 1 && one.keys_transposed ? 3 : 2]);
        classes_.join(in(0)[1], in(k)[1], by());
    }
    classes_.join(in(0)[3], in(1)[one.keys_transposed ? 2 : 3], by());
    out()[1] = in(0)[1];
    out()[3] = in(2)[3];
    if (in(0)[1].empty()) return;
    count("heads", in(0)[1]);
    count("key_heads", in(0)[1]);
}

/// Heads leave as a whole, and keys with the queries that share them; of few heads all get narrower.
inline void channel_axes::attend(std::int64_t heads, std::int64_t key_heads) {
    if (here().inputs.size() != 3) return fix_inputs();
    for (std::size_t k = 0; k < 3; ++k) fix_beside(k, 2);
    const channel_list& queries = last_of(0);
    const channel_list& keys = last_of(1);
    const channel_list& values = last_of(2);
    if (queries.empty() || keys.empty() || values.empty()) return fix_inputs();
    const std::size_t shared = static_cast<std::size_t>(heads / key_heads);
    const std::size_t width = keys.size() / static_cast<std::size_t>(key_heads);
    const std::size_t value_width = values.size() / static_cast<std::size_t>(key_heads);
    if (key_heads < fewest_heads) {
        classes_.unite_pieces(queries, width);
        classes_.unite_pieces(keys, width);
        classes_.unite_pieces(values, value_width);
        for (std::size_t c = 0; c < width; ++c) classes_.unite(queries[c], keys[c]);
    } else {
        classes_.unite_within(keys, width);
        for (std::size_t c = 0; c < queries.size(); ++c) classes_.unite(queries[c], keys[c / width / shared * width]);
        for (std::size_t c = 0; c < values.size(); ++c) classes_.unite(values[c], keys[c / value_width * width]);
        channel_list every;
        for (std::size_t c = 0; c < queries.size(); c += width) every.push_back(queries[c]);
        count("heads", std::move(every));
        channel_list stored;
        for (std::size_t c = 0; c < keys.size(); c += width) stored.push_back(keys[c]);
        count("key_heads", std::move(stored));
    }
    for (std::size_t head = 0; head < static_cast<std::size_t>(heads); ++head)
        for (std::size_t c = 0; c < value_width; ++c) out()[2].push_back(values[head / shared * value_width + c]);
}

/// A table by whole rows: its rows stay.
inline void channel_axes::rule(const embedding& one) {
    for (std::size_t k = 0; k + 1 < out().size(); ++k) fix(in(0)[k]);
    out().back() = make(one.width);
}

inline void channel_axes::rule(const recurrent& one) {
    fix_beside(0, 2);
    const channel_list hidden = make(one.hidden);
    count("hidden", hidden);
    if (one.sequence_first) {
        for (std::size_t k = 1; k < here().inputs.size(); ++k)
            for (const channel_list& all : in(k)) fix(all);
        if (here().inputs.size() > 1) fix(hidden);
        for (std::size_t port = 0; port < here().outputs.size(); ++port) out(port).back() = hidden;
        return;
    }
    for (int i = 0; i < one.directions; ++i) out()[2].insert(out()[2].end(), hidden.begin(), hidden.end());
}

inline void channel_axes::rule(const routed_experts& one) {
    for (const channel_list& all : in(1)) fix(all);
    out() = in(0);
    count("inner", make(one.inner));
}

}  // namespace qutibench::detail
