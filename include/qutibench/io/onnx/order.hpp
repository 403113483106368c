// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/model.hpp>

#include <queue>
#include <unordered_map>
#include <unordered_set>

namespace qutibench::onnx::detail {

inline void append_captured(const graph& inner, std::vector<std::string_view>& out);

/// Appends the names that `op` reads, those that its sub-graphs read from outside included; repeats are possible.
inline void append_reads(const node& op, std::vector<std::string_view>& out) {
    for (const std::string_view name : op.inputs)
        if (!name.empty()) out.push_back(name);
    for (const attribute& one : op.attributes)
        if (one.graph) append_captured(*one.graph, out);
}

/// Appends the names that a sub-graph reads and does not define.
inline void append_captured(const graph& inner, std::vector<std::string_view>& out) {
    std::unordered_set<std::string_view> own;
    for (const value_info& input : inner.inputs) own.insert(input.name);
    for (const tensor& stored : inner.initialisers) own.insert(stored.name);
    for (const node& op : inner.nodes) own.insert(op.outputs.begin(), op.outputs.end());
    std::vector<std::string_view> reads;
    for (const node& op : inner.nodes) append_reads(op, reads);
    for (const value_info& output : inner.outputs) reads.push_back(output.name);
    for (const std::string_view name : reads)
        if (own.count(name) == 0) out.push_back(name);
}

/// Calls visit(name) for each name that `op` or its sub-graphs read.
template <class Visit>
void for_each_read(const node& op, Visit&& visit) {
    bool plain = true;
    for (const attribute& one : op.attributes) plain = plain && !one.graph;
    if (plain) {
        for (const std::string_view name : op.inputs)
            if (!name.empty()) visit(name);
        return;
    }
    std::vector<std::string_view> names;
    append_reads(op, names);
    for (const std::string_view name : names) visit(name);
}

struct node_order {
    std::vector<std::size_t> order;                               ///< fewer than the nodes when there is a cycle
    std::unordered_map<std::string_view, std::size_t> producers;  ///< which node makes a name
    std::size_t in_cycle = 0;                                     ///< a node that could not be placed
};

/// Orders nodes[first, end) so that each follows the producers of what it reads, otherwise as they stand.
[[nodiscard]] inline node_order topological_order(const std::vector<node>& nodes, std::size_t first) {
    node_order result;
    for (std::size_t i = first; i < nodes.size(); ++i)
        for (const std::string_view name : nodes[i].outputs)
            if (!name.empty()) result.producers.emplace(name, i);
    std::vector<std::size_t> waiting(nodes.size(), 0);
    std::vector<std::vector<std::size_t>> readers(nodes.size());
    for (std::size_t i = first; i < nodes.size(); ++i) {
        for_each_read(nodes[i], [&](std::string_view name) {
            if (const auto made = result.producers.find(name); made != result.producers.end()) {
                ++waiting[i];
                readers[made->second].push_back(i);
            }
        });
    }
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = first; i < nodes.size(); ++i)
        if (waiting[i] == 0) ready.push(i);
    while (!ready.empty()) {
        const std::size_t next = ready.top();
        ready.pop();
        result.order.push_back(next);
        for (const std::size_t reader : readers[next])
            if (--waiting[reader] == 0) ready.push(reader);
    }
    for (std::size_t i = nodes.size(); i-- > first;)
        if (waiting[i] != 0) result.in_cycle = i;
    return result;
}

}  // namespace qutibench::onnx::detail
