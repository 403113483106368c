// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Structured pruning: whole channels leave, through everything that depends on them, so that the smaller network is a
/// valid network and every figure of it shrinks.
#pragma once

#include <qutibench/network/graph_source.hpp>
#include <qutibench/transform/channels.hpp>

#include <algorithm>

namespace qutibench {

namespace detail {

/// A convolution with one group per channel, however it states them, as one that follows its input's channels.
template <int Rank>
void follow_channels(node& one, const graph& net) {
    const convolution<Rank>* known = one.layer.as<convolution<Rank>>();
    if (known == nullptr || known->groups == 1) return;
    const std::int64_t channels = net.shape_of(one.inputs[0])[1];
    if ((known->groups != depthwise && known->groups != channels) || one.outputs[0][1] != channels) return;
    convolution<Rank> changed = *known;
    changed.groups = depthwise;
    changed.out_channels = 0;
    one.layer = changed;
}

/// Scales the output channels of every layer by `share_of(node)`; layers that must agree take the largest share.
template <class ShareOf>
[[nodiscard]] graph scale_channels(const graph& net, std::string note, ShareOf share_of) {
    if (net.source() != nullptr) {
        graph scaled = net.source()->scaled(net, share_of);
        scaled.note(std::move(note));
        return scaled;
    }
    const channel_groups groups(net);
    std::vector<double> shares(groups.size(), 0);
    for (std::size_t i = 0; i < net.nodes().size(); ++i) {
        const int group = groups.group_of(i);
        if (group < 0) continue;
        const double share = share_of(net.nodes()[i]);
        auto& held = shares[static_cast<std::size_t>(group)];
        held = std::max(held, groups.is_fixed(group) ? 1.0 : share);
    }
    return rebuild(net, std::move(note), [&](node& one, std::size_t i) {
        follow_channels<1>(one, net);
        follow_channels<2>(one, net);
        follow_channels<3>(one, net);
        const int group = groups.group_of(i);
        if (group < 0 || groups.is_fixed(group)) return;
        const int axis = one.layer.as<dense>() != nullptr ? one.outputs[0].rank() - 1 : 1;
        const std::int64_t width =
            scaled_width(one.outputs[0][axis], shares[static_cast<std::size_t>(group)], groups.multiple(group));
        one.layer.set_width(width);
    });
}

inline void require_keep(double keep, std::string_view layer) {
    if (!(keep > 0 && keep <= 1))
        throw invalid_argument(message({"keep", layer.empty() ? "" : " of layer '", layer, layer.empty() ? "" : "'",
                                        " must be above 0 and at most 1"}));
}

}  // namespace detail

/// Keeps the fraction `keep` of the output channels of every layer. Layers that are added, and depthwise layers and
/// what they read, keep the same channels; grouped layers keep a multiple of their groups; results, and what feeds
/// reshaping to fixed extents, attention or an unknown operator, keep theirs. Throws invalid_argument unless 0 < keep
/// <= 1.
[[nodiscard]] inline graph prune(const graph& net, double keep) {
    detail::require_keep(keep, "");
    return detail::scale_channels(net, "channels pruned to " + detail::short_number(keep),
                                  [&](const node&) { return keep; });
}

/// The same with a share for each layer: `keep_of(node)` is your importance measure. Layers that must agree take the
/// largest share among them. Throws invalid_argument unless every share is above 0 and at most 1.
template <class KeepOf>
    requires std::convertible_to<std::invoke_result_t<KeepOf&, const node&>, double>
[[nodiscard]] graph prune(const graph& net, KeepOf keep_of) {
    return detail::scale_channels(net, "channels pruned layer by layer", [&](const node& one) {
        const double keep = keep_of(one);
        detail::require_keep(keep, one.name);
        return keep;
    });
}

/// Makes every layer `factor` times as wide, as EfficientNet's and MobileNet's multipliers do; what pruning keeps
/// stays. Throws invalid_argument unless the factor is positive and finite.
[[nodiscard]] inline graph scale_width(const graph& net, double factor) {
    if (!(factor > 0 && factor <= 1e6))
        throw invalid_argument("the width factor must be positive and at most a million");
    return detail::scale_channels(net, "channels scaled by " + detail::short_number(factor),
                                  [&](const node&) { return factor; });
}

}  // namespace qutibench
