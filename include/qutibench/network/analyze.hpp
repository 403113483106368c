// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/embedding.hpp>
#include <qutibench/network/graph.hpp>
#include <qutibench/network/workload.hpp>

namespace qutibench {

namespace detail {

/// Largest sum of live activation elements when nodes run in order: a tensor lives from the node that writes it to the
/// last one that reads it, results to the end; a view is the tensor it looks at. O(nodes + edges).
[[nodiscard]] inline std::int64_t peak_live_elements(const graph& net) {
    const auto& nodes = net.nodes();
    std::vector<int> owner(nodes.size());
    std::vector<int> last_reader(nodes.size(), -1);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const auto& one = nodes[i];
        const bool is_view = one.layer.kind() == layer_kind::view && !one.inputs.empty();
        owner[i] = is_view ? owner[static_cast<std::size_t>(one.inputs[0].node)] : static_cast<int>(i);
        for (const tensor& from : one.inputs)
            last_reader[static_cast<std::size_t>(owner[static_cast<std::size_t>(from.node)])] = static_cast<int>(i);
    }
    for (const tensor& result : net.outputs())
        last_reader[static_cast<std::size_t>(owner[static_cast<std::size_t>(result.node)])] =
            static_cast<int>(nodes.size());

    const auto elements_of = [](const node& one) {
        std::int64_t size = 0;
        for (const shape& out : one.outputs) size = add(size, out.elements());
        return size;
    };
    // Nodes whose tensors die after the same one are a chain; owners are not asked any more.
    std::vector<int> dies_first(nodes.size() + 1, -1);
    std::vector<int>& dies_next = owner;
    std::int64_t live = 0;
    std::int64_t peak = 0;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].layer.kind() != layer_kind::view) {
            live = add(live, elements_of(nodes[i]));
            int& first = dies_first[static_cast<std::size_t>(std::max(last_reader[i], static_cast<int>(i)))];
            dies_next[i] = first;
            first = static_cast<int>(i);
        }
        peak = std::max(peak, live);
        for (int one = dies_first[i]; one >= 0; one = dies_next[static_cast<std::size_t>(one)])
            live -= elements_of(nodes[static_cast<std::size_t>(one)]);
    }
    return peak;
}

}  // namespace detail

inline void workload::append(const graph& net, const node& one) {
    layer_workload& layer = layers_.emplace_back();
    layer.name = one.name;
    layer.type = one.layer.type();
    layer.kind = one.layer.kind();
    layer.cost = one.cost;
    layer.operation_count = detail::operations_of(one.cost, layer.kind, layer.type, convention_);
    layer.has_precision = one.has_precision;
    layer.numbers = one.numbers;
    layer.sparsity = one.sparsity;
    layer.fused_into = one.fused_into;
    layer.weights_shared = one.shares_weights_with >= 0;
    layer.weights_of = one.shares_weights_with;
    has_precisions_ = has_precisions_ || one.has_precision;
    layer.first_shape = static_cast<std::uint32_t>(shapes_.size());
    layer.inputs = static_cast<std::uint32_t>(one.inputs.size());
    layer.outputs = static_cast<std::uint32_t>(one.outputs.size());
    layer.first_producer = static_cast<std::uint32_t>(producers_.size());
    for (const tensor& from : one.inputs) {
        shapes_.push_back(net.shape_of(from));
        producers_.push_back(from.node);
        if (net.nodes()[static_cast<std::size_t>(from.node)].layer.type() != parameter::type)
            layer.input_count = detail::add(layer.input_count, shapes_.back().elements());
    }
    for (const shape& out : one.outputs) {
        shapes_.push_back(out);
        layer.output_count = detail::add(layer.output_count, out.elements());
    }
    layer_cost counted = one.cost;
    if (layer.weights_shared) counted.weights = counted.parameters = 0;
    add(counted, layer.kind, layer.operation_count, layer.output_count);
    if (!one.layer.counted()) uncounted_.push_back(one.name + " (" + layer.type + ")");
}

/// Counts a network: per layer and in total, per inference at the shapes it was built with (bind the batch to 1;
/// predictions apply theirs). O(nodes + edges). `strict` throws unsupported_operator when a layer has no cost model,
/// which otherwise `uncounted()` lists. Throws overflow_error past 64 bits.
[[nodiscard]] workload analyze(const graph& net, counting convention = counting::qutibench, bool strict = false);

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE workload analyze(const graph& net, counting convention, bool strict) {
    workload result;
    result.name_ = net.name();
    result.convention_ = convention;
    result.warnings_ = net.warnings();
    result.layers_.reserve(net.nodes().size());
    result.shapes_.reserve(net.nodes().size() * 2 + 8);
    result.producers_.reserve(net.nodes().size() + 8);
    for (const auto& one : net.nodes()) result.append(net, one);
    for (const tensor& one : net.outputs()) {
        result.output_count = detail::add(result.output_count, net.shape_of(one).elements());
        result.layers_[static_cast<std::size_t>(one.node)].is_result = true;
    }
    result.peak_live_ = detail::peak_live_elements(net);
    if (strict && !result.uncounted_.empty())
        detail::raise(unsupported_operator(
            detail::message({"'", net.name(), "' has ", result.uncounted_.size(),
                             " layer(s) without a cost model, the first is ", result.uncounted_.front()})));
    return result;
}

}  // namespace qutibench
#endif
