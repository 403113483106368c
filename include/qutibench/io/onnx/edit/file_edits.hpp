// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/onnx/inferred.hpp>

#include <map>
#include <set>
#include <unordered_map>

namespace qutibench::onnx {

/// Work that inference may take on a file that was read before, which is smaller now that its weights are left out.
inline constexpr std::int64_t reread_limit = 1 << 24;

/// An integer attribute of a node, or a list of them.
struct edited_attribute {
    std::string name{};
    std::vector<std::int64_t> values{};
    bool is_list = false;
};

/// Place of a node in the main graph of its file, and which of its inputs.
using operand_place = std::pair<std::size_t, std::size_t>;

/// Changes to the file of a model. Nodes are counted in the order of the file's main graph.
struct file_edits {
    std::unordered_map<std::string, std::vector<std::int64_t>> inputs{};  ///< dimensions of graph inputs
    std::unordered_map<std::string, std::vector<std::int64_t>> stored{};  ///< dimensions of initialisers
    std::unordered_map<std::size_t, std::vector<std::int64_t>> held{};    ///< of the tensor in a Constant node
    std::map<operand_place, std::vector<std::int64_t>> operands{};        ///< integers read in place of an input
    std::map<operand_place, std::vector<std::int64_t>> expanded{};        ///< inputs that are broadcast first
    std::set<operand_place> copied{};                                     ///< initialisers read as a copy of their own
    std::unordered_map<std::size_t, std::vector<edited_attribute>> attributes{};  ///< integers that nodes state

    [[nodiscard]] bool empty() const {
        return inputs.empty() && stored.empty() && held.empty() && operands.empty() && expanded.empty() &&
               copied.empty() && attributes.empty();
    }
};

/// Bindings that say of dimensions stated as 0 that they are meant so, as in a file whose dimensions were bound.
[[nodiscard]] inline std::vector<std::pair<std::string, std::int64_t>> stated_zeros(const model& source) {
    std::vector<std::pair<std::string, std::int64_t>> zeros;
    for (const value_info& input : source.graph.inputs)
        for (std::size_t i = 0; i < input.type.dims.size(); ++i)
            if (input.type.dims[i].stated && input.type.dims[i].value == 0)
                zeros.emplace_back(qutibench::detail::message({input.name, "[", std::uint64_t{i}, "]"}), 0);
    return zeros;
}

/// The place of a node in the main graph of `source`, or nothing for one inside a function or a sub-graph.
[[nodiscard]] inline std::optional<std::size_t> place_of(const node& op, const model& source) {
    const auto& nodes = source.graph.nodes;
    const std::less<const node*> before;
    if (nodes.empty() || before(&op, &nodes.front()) || before(&nodes.back(), &op)) return {};
    return static_cast<std::size_t>(&op - nodes.data());
}

}  // namespace qutibench::onnx
