// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Structured pruning: whole channels leave, through everything that depends on them, so that the smaller network is a
/// valid network and every figure of it shrinks.
#pragma once

#include <qutibench/network/graph_source.hpp>
#include <qutibench/transform/rebuild.hpp>

namespace qutibench {

namespace detail {

/// Scales the output channels of every layer by `share_of(node)`; layers that must agree take the largest share.
[[nodiscard]] graph scale_channels(const graph& net, std::string note,
                                   const std::function<double(const node&)>& share_of);

inline void require_keep(double keep, std::string_view layer) {
    if (!(keep > 0 && keep <= 1))
        throw invalid_argument(message({"keep", layer.empty() ? "" : " of layer '", layer, layer.empty() ? "" : "'",
                                        " must be above 0 and at most 1"}));
}

}  // namespace detail

/// Keeps the fraction `keep` of the output channels of every layer. Layers that are added, and depthwise layers and
/// what they read, keep the same channels; groups keep the same number each; attention keeps whole heads (of fewer than
/// four, all get narrower); results, and what feeds an unknown operator, keep theirs. Which layers were left whole, and
/// why, is among the warnings of the graph. Throws invalid_argument unless 0 < keep <= 1.
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

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/transform/channel_scaling.hpp>
namespace qutibench::detail {

QUTIBENCH_INLINE graph scale_channels(const graph& net, std::string note,
                                      const std::function<double(const node&)>& share_of) {
    if (net.source() != nullptr) {
        graph scaled = net.source()->scaled(net, share_of);
        scaled.note(std::move(note));
        return scaled;
    }
    return graph_scaler(net, std::move(note), share_of).run();
}

}  // namespace qutibench::detail
#endif
