// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/graph.hpp>

#include <concepts>

namespace qutibench::detail {

/// Copies a graph node by node, shapes inferred anew; `change(node&, index)` may alter each before it is added. Log,
/// warnings, results, annotations and the file behind it stay. Throws what adding a layer throws.
template <std::invocable<node&, std::size_t> Change>
[[nodiscard]] graph rebuild(const graph& net, std::string note, Change change) {
    graph result(net.name());
    for (const std::string& one : net.log()) result.note(one);
    result.note(std::move(note));
    for (std::size_t i = 0; i < net.nodes().size(); ++i) {
        node copy = net.nodes()[i];
        change(copy, i);
        result.insert(std::move(copy));
    }
    for (const std::string& one : net.warnings()) result.warn(one);
    const std::vector<std::string> names = net.output_names();
    const std::vector<tensor> outputs = net.outputs();
    for (std::size_t i = 0; i < outputs.size(); ++i) result.output(outputs[i], names[i]);
    result.share_source(net);
    return result;
}

/// "0.5", "0.333": a number for a log line.
[[nodiscard]] inline std::string short_number(double value) {
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
}

}  // namespace qutibench::detail
