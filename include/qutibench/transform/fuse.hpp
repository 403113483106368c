// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a compiler does before it runs a network: batch normalisation folded into the layer before it, and point-wise
/// layers run in the kernel that produced their input.
#pragma once

#include <qutibench/network/analyze.hpp>
#include <qutibench/network/kernels.hpp>
#include <qutibench/network/layers.hpp>
#include <qutibench/transform/rebuild.hpp>

namespace qutibench {

namespace detail {

/// How many layers and results read each node.
[[nodiscard]] inline std::vector<int> reader_counts(const graph& net) {
    std::vector<int> readers(net.nodes().size(), 0);
    for (const node& one : net.nodes())
        for (const tensor& from : one.inputs) ++readers[static_cast<std::size_t>(from.node)];
    for (const tensor& one : net.outputs()) ++readers[static_cast<std::size_t>(one.node)];
    return readers;
}

}  // namespace detail

/// Folds every batch normalisation that is the only reader of a convolution or dense layer into that layer's weights
/// and bias; the layer it follows then has a bias, and the normalisation is gone. Weights that layers share, and dense
/// layers whose features are not the axis that is normalised, stay as they are.
[[nodiscard]] inline graph fold_batch_normalization(const graph& net) {
    const std::vector<int> readers = detail::reader_counts(net);
    std::vector<node> nodes(net.nodes().begin(), net.nodes().end());
    std::vector<int> target(nodes.size());  // index of each node in the new graph
    graph result(net.name());
    for (const std::string& one : net.log()) result.note(one);
    result.note("batch normalisation folded");
    std::vector<bool> folded(nodes.size(), false);
    std::vector<bool> shares(nodes.size(), false);
    for (std::size_t i = 0; i < nodes.size(); ++i)
        if (const int with = nodes[i].shares_weights_with; with >= 0)
            shares[i] = shares[static_cast<std::size_t>(with)] = true;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].layer.type() != batch_normalization::type) continue;
        const auto before = static_cast<std::size_t>(nodes[i].inputs[0].node);
        const bool is_channel = nodes[before].layer.as<dense>() == nullptr || nodes[before].outputs[0].rank() == 2;
        folded[i] = readers[before] == 1 && is_channel && !shares[before] && nodes[before].layer.add_bias();
    }
    int next = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (folded[i]) {
            target[i] = target[static_cast<std::size_t>(nodes[i].inputs[0].node)];
            continue;
        }
        target[i] = next++;
        for (tensor& from : nodes[i].inputs) from.node = target[static_cast<std::size_t>(from.node)];
        if (nodes[i].shares_weights_with >= 0)
            nodes[i].shares_weights_with = target[static_cast<std::size_t>(nodes[i].shares_weights_with)];
        if (nodes[i].fused_into >= 0) nodes[i].fused_into = target[static_cast<std::size_t>(nodes[i].fused_into)];
        result.insert(std::move(nodes[i]));
    }
    for (const tensor& one : net.outputs()) result.output({target[static_cast<std::size_t>(one.node)], one.port});
    return result;
}

/// Marks normalisations, activations and element-wise layers (residual additions among them) as part of the last kernel
/// that they read from, when nobody else reads that tensor and it keeps its size: they then cost no launch and no
/// traffic of their own. It is what predictions layer by layer assume of a graph without marks (formulas/execution.md).
[[nodiscard]] inline graph fuse(const graph& net) {
    std::vector<detail::kernel_part> parts(net.nodes().size());
    detail::assign_kernels(analyze(net), parts);
    return detail::rebuild(net, "point-wise layers fused", [&](node& one, std::size_t i) {
        if (parts[i].kernel != static_cast<int>(i)) one.fused_into = parts[i].kernel;
    });
}

}  // namespace qutibench
