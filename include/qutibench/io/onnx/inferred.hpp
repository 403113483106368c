// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The result of inference: every tensor with what is known of it, every node as often as it is written out.
#pragma once

#include <qutibench/io/onnx/context.hpp>
#include <qutibench/io/onnx/dimension_sum.hpp>
#include <qutibench/io/onnx/open_dimensions.hpp>
#include <qutibench/io/onnx/options.hpp>

#include <deque>
#include <string>
#include <unordered_set>

namespace qutibench::onnx {

/// Index of a tensor in `inferred::values`.
using value_id = std::uint32_t;

/// An optional input or output that is left out.
inline constexpr value_id absent = 0xFFFFFFFFU;

/// One tensor (or sequence, or optional). Names are unique within a graph or function body only.
struct value_record {
    std::string_view name;
    onnx::facts facts;
    const onnx::tensor* initialiser = nullptr;  ///< stored in the file: an initialiser, or a Constant's attribute
};

struct body;

/// One node, with local functions expanded: the node of a function appears once for each call.
struct operation {
    const node* op = nullptr;
    const call_frame* frame = nullptr;  ///< the function call it belongs to, or nullptr
    std::int64_t opset = 0;
    bool known = true;  ///< the operator has a shape function
    std::vector<value_id> inputs;
    std::vector<value_id> outputs;
    std::vector<body> bodies;  ///< sub-graphs of If, Loop, Scan, SequenceMap

    /// Attribute `name` with references to the caller's attributes resolved; nullptr when absent.
    [[nodiscard]] const attribute* find(std::string_view name) const { return find_attribute(*op, frame, name); }
};

/// A sub-graph that runs inside a node: a branch of If (each at most once), or the body of a loop.
struct body {
    std::string_view role;  ///< "then_branch", "else_branch" or "body"
    std::vector<operation> operations;
    std::vector<value_id> inputs;
    std::vector<value_id> outputs;
    dimension repeats = 1;  ///< times it runs; unknown when the trip count is not constant
};

/// What inference found. Points into the model, which must outlive it.
struct inferred {
    const onnx::model* source = nullptr;
    std::vector<value_record> values;
    std::vector<operation> operations;
    std::vector<value_id> inputs;  ///< graph inputs that are not initialisers
    std::vector<value_id> outputs;
    std::vector<std::string> symbols{std::string()};  ///< names of symbolic dimensions, by symbol_id; 0 is none
    std::vector<std::pair<std::string, std::int64_t>> bindings;  ///< values that symbolic dimensions were given
    std::vector<std::string>
        open_zeros;                 ///< "input[axis]" of input dimensions that the file states as 0 and nobody bound
    std::deque<call_frame> frames;  ///< function calls that `operations` refer to

    [[nodiscard]] const facts& of(value_id id) const { return values[id].facts; }
    [[nodiscard]] const std::string& symbol_name(symbol_id symbol) const { return symbols[symbol]; }

    [[nodiscard]] bool is_bound(std::string_view name) const {
        return std::any_of(bindings.begin(), bindings.end(), [&](const auto& one) { return one.first == name; });
    }
    /// Names of the symbolic dimensions of the inputs that no binding fixed, in order of appearance.
    [[nodiscard]] std::vector<std::string> unbound_dimensions() const {
        std::vector<std::string> names;
        std::unordered_set<std::string> seen;
        for (const auto& [name, value] : bindings) seen.insert(name);
        for (const value_id id : inputs)
            for (const dimension dim : of(id).dims)
                for (const std::string& name :
                     dim.symbol() != 0 ? detail::names_in(symbol_name(dim.symbol())) : std::vector<std::string>())
                    if (seen.insert(name).second) names.push_back(name);
        return names;
    }
    /// Those names with values to start from: 1 for the first axis of an input, a batch of one, 128 for every other.
    [[nodiscard]] open_dimensions::values usual_values() const {
        std::unordered_set<std::string> behind;  // in other axes
        for (const value_id id : inputs)
            for (std::size_t axis = 1; axis < of(id).dims.size(); ++axis)
                if (const symbol_id symbol = of(id).dims[axis].symbol(); symbol != 0)
                    for (std::string& name : detail::names_in(symbol_name(symbol))) behind.insert(std::move(name));
        open_dimensions::values all;
        for (const std::string& name : unbound_dimensions()) all.emplace_back(name, behind.contains(name) ? 128 : 1);
        return all;
    }
};

/// Sees each node of the main graph, functions written out, before and after its shapes are inferred; may change what
/// the node reads. `place` is that of the node in `inferred::operations`.
class inference_hook {
public:
    virtual ~inference_hook() = default;
    virtual void before(std::size_t place, const operation& made, const inferred& so_far,
                        std::vector<const facts*>& inputs) = 0;
    virtual void after(std::size_t place, const operation& made, const inferred& so_far) = 0;
};

/// How a model is inferred.
struct infer_options {
    dimension_bindings dims;
    /// Work after which a model is refused: nodes with their operands and names, functions and sub-graphs written out.
    std::int64_t work_limit = 200'000;
    std::int64_t work_per_byte = 4;  ///< of the file, on top of it
    inference_hook* hook = nullptr;
};

}  // namespace qutibench::onnx
