// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/graph.hpp>

#include <functional>

namespace qutibench {

/// The file that a graph was read from, for transforms: what they change there goes through every constant and every
/// computation of a shape that the file holds. A graph that anything is added to afterwards has none.
class graph_source {
public:
    graph_source() = default;
    graph_source(const graph_source&) = delete;
    graph_source& operator=(const graph_source&) = delete;
    virtual ~graph_source() = default;

    /// The graph on inputs of these shapes, in the order of `graph::inputs()`. Throws shape_error, naming the node,
    /// where the file fixes a size.
    [[nodiscard]] virtual graph on_inputs(const graph& net, shapes inputs) const = 0;
    /// The graph on `batch` times the inputs. Throws shape_error, naming the node, where the file fixes the batch.
    [[nodiscard]] virtual graph on_batch(const graph& net, std::int64_t batch) const = 0;
    /// The graph with the share `share_of(node)` of the channels that each layer makes. What stays whole is among its
    /// warnings.
    [[nodiscard]] virtual graph scaled(const graph& net, const std::function<double(const node&)>& share_of) const = 0;
};

namespace detail {

/// What earlier transforms wrote down of layers, for the same layers in another graph.
inline void copy_annotations(const graph& from, graph& to) {
    const auto& old = from.nodes();
    const auto made = to.nodes();
    for (std::size_t i = 0; i < std::min(old.size(), made.size()); ++i) {
        if (old[i].name != made[i].name) continue;
        made[i].has_precision = old[i].has_precision;
        made[i].numbers = old[i].numbers;
        made[i].sparsity = old[i].sparsity;
        made[i].fused_into = old[i].fused_into;
    }
}

}  // namespace detail

}  // namespace qutibench
