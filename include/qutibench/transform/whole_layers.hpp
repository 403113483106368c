// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/graph.hpp>
#include <qutibench/transform/channel_classes.hpp>

#include <map>

namespace qutibench::detail {

/// Why a layer makes as many channels as before: what fixes them, `because` where that is a layer.
[[nodiscard]] inline std::string reason_of(int fixed_by, bool others_keep_all, std::string because) {
    if (fixed_by >= 0) return because;
    if (fixed_by == channel_classes::results) return "what the model returns";
    return others_keep_all ? "layers that must agree with it keep all" : "too few channels";
}

/// Lets a graph say which of its layers were left whole, and why: the commonest reason first.
inline void warn_of_whole_layers(graph& net, const std::vector<std::string>& reasons) {
    if (reasons.empty()) return;
    std::map<std::string, int> counts;
    for (const std::string& one : reasons) ++counts[one];
    std::vector<std::pair<int, std::string>> sorted;
    for (const auto& [reason, count] : counts) sorted.emplace_back(-count, reason);
    std::sort(sorted.begin(), sorted.end());
    std::uint64_t layers = 0;
    for (const node& one : net.nodes()) layers += one.cost.weights > 0 ? 1 : 0;
    std::string text = message({std::uint64_t{reasons.size()}, " of ", layers, " layers could not be pruned: "});
    constexpr std::size_t shown = 3;
    for (std::size_t i = 0; i < std::min(shown, sorted.size()); ++i)
        text += (i > 0 ? ", " : "") + sorted[i].second + message({" (", std::int64_t{-sorted[i].first}, ")"});
    if (sorted.size() > shown) text += ", ...";
    net.warn(text);
}

}  // namespace qutibench::detail
