// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a model costs: multiply-accumulates, other operations, weights and parameters, node by node.
#pragma once

#include <qutibench/io/onnx/cost_table.hpp>
#include <qutibench/io/onnx/infer.hpp>

#include <unordered_map>
#include <unordered_set>

namespace qutibench::onnx {

/// One node of a counted model. Nodes that only compute constants (shapes, folded weights) are left out.
struct counted_operation {
    const operation* source = nullptr;
    layer_kind kind = layer_kind::other;
    layer_cost cost{};             ///< of one run
    std::int64_t repeats = 1;      ///< above 1 inside loops
    bool counted = true;           ///< false: listed in `uncounted`, its cost is unknown
    int shares_weights_with = -1;  ///< index of an earlier entry that holds the same weight tensor, or -1
};

/// A learned tensor that a node reads.
struct learned_operand {
    const operation* reader = nullptr;
    cost_sheet::role is = cost_sheet::role::operand;
    const void* identity = nullptr;        ///< the same for the same tensor
    const onnx::tensor* stored = nullptr;  ///< where the file stores it; nullptr when it is computed from constants
    std::int64_t elements = 0;
    bool derived = false;  ///< computed from learned tensors, each of which is in the list too
    bool buffer = false;   ///< the exporter says that it is no parameter of the module
};

/// Totals per inference, and where they come from.
struct counts {
    std::int64_t macs = 0;
    std::int64_t other_operations = 0;  ///< arithmetic outside multiply-accumulates
    std::int64_t weights = 0;           ///< elements of kernels, matrices and tables, each tensor once
    std::int64_t parameters = 0;        ///< weights plus biases, scales and the like, each tensor once
    std::vector<counted_operation> operations;
    std::vector<learned_operand> learned;  ///< every reading of every learned tensor, in the order of the graph
    std::vector<std::string> uncounted;    ///< nodes without a cost, with the reason
};

namespace detail {

/// Operators whose output is their first input under another type, shape or order: a stored tensor stays one.
[[nodiscard]] inline bool passes_through(const node& op) {
    constexpr std::string_view names[] = {"Cast",       "CastLike", "DequantizeLinear", "Dropout",
                                          "ExpandDims", "Flatten",  "Identity",         "QuantizeLinear",
                                          "Reshape",    "Squeeze",  "Transpose",        "Unsqueeze"};
    return std::find(std::begin(names), std::end(names), op.op_type) != std::end(names);
}

/// Names that an exporter of PyTorch wrote into the metadata after `mark`; none from other exporters.
[[nodiscard]] inline std::unordered_set<std::string_view> signature_names(const graph& source, std::string_view mark) {
    std::unordered_set<std::string_view> names;
    for (const auto& [key, text] : source.metadata) {
        if (key.size() < 15 || key.substr(key.size() - 15) != "graph_signature") continue;
        for (std::size_t at = text.find(mark); at != text.npos; at = text.find(mark, at)) {
            at += mark.size();
            names.insert(text.substr(at, text.find('\'', at) - at));
        }
    }
    return names;
}

class counter {
public:
    explicit counter(const inferred& graph)
        : graph_(graph), varies_(graph.values.size(), 0), rooted_(graph.values.size(), 0),
          origin_(graph.values.size(), nullptr) {
        shared_.file = graph.source->source.get();
        for (std::size_t i = 0; i < graph.values.size(); ++i) origin_[i] = graph.values[i].initialiser;
        for (const value_id id : graph.inputs) varies_[id] = 1;
        buffers_ = signature_names(graph.source->graph, ": BUFFER target='");
    }

    [[nodiscard]] counts run() {
        require_bound();
        walk(graph_.operations, 1);
        std::unordered_map<const operation*, int> places;
        for (std::size_t i = 0; i < result_.operations.size(); ++i) {
            counted_operation& one = result_.operations[i];
            using qutibench::detail::add;
            result_.macs = add(result_.macs, times(one.cost.macs, one.repeats));
            result_.other_operations = add(result_.other_operations, times(one.cost.other_operations, one.repeats));
            if (tied_.empty()) continue;
            places.emplace(one.source, static_cast<int>(i));
            const auto tied = tied_.find(one.source);
            const auto holder = tied != tied_.end() ? places.find(tied->second) : places.end();
            if (holder != places.end()) one.shares_weights_with = holder->second;
        }
        return std::move(result_);
    }

private:
    void require_bound() const {
        if (open_dimensions::values open = graph_.usual_values(); !open.empty()) throw open_dimensions(std::move(open));
        for (const value_id id : graph_.inputs)
            if (graph_.of(id).kind == type_kind::unknown ||
                (graph_.of(id).kind == type_kind::tensor && !graph_.of(id).ranked))
                throw shape_error("input '" + std::string(graph_.values[id].name) + "' has no shape");
    }

    void list(const operation& one, const std::string& reason) {
        result_.uncounted.push_back(describe(*one.op, one.frame) + ": " + reason);
    }

    void walk(const std::vector<operation>& operations, std::int64_t repeats) {
        for (const operation& one : operations) {
            qutibench::detail::pause();
            if (one.bodies.empty())
                count(one, repeats);
            else
                count_bodies(one, repeats);
        }
    }

    // -- what varies with the inputs, and what is stored -------------------------------------------------------------

    /// Whether the values depend on the model's inputs; a constant that inference has worked out does not.
    [[nodiscard]] bool varies(const operation& one) const {
        return one.op->op_type.rfind("Random", 0) == 0 ||
               std::any_of(one.inputs.begin(), one.inputs.end(),
                           [this](value_id id) { return id != absent && varies_[id] != 0; });
    }

    void mark_outputs(const operation& one, bool varying) {
        for (const value_id id : one.outputs) {
            if (id == absent) continue;
            const auto& value = graph_.of(id).value;
            const bool constant =
                value && std::all_of(value->begin(), value->end(), [](scalar element) { return element.known(); });
            varies_[id] = varying && !constant ? 1 : 0;
        }
        if (one.op->op_type == "Constant" && !one.outputs.empty() && one.outputs[0] != absent)
            written_.insert(origin_[one.outputs[0]]);
        if (passes_through(*one.op) && !one.inputs.empty() && one.inputs[0] != absent && !one.outputs.empty() &&
            one.outputs[0] != absent)
            origin_[one.outputs[0]] = origin_[one.inputs[0]];
    }

    void pass_roots(const operation& one) {
        if (!one.inputs.empty() && one.inputs[0] != absent && !one.outputs.empty() && one.outputs[0] != absent)
            rooted_[one.outputs[0]] = rooted_[one.inputs[0]];
    }

    // -- one node ----------------------------------------------------------------------------------------------------

    /// Whether a cost function can work: further outputs (masks, caches) may stay open.
    [[nodiscard]] bool shapes_known(const operation& one) const {
        const auto known = [this](value_id id) {
            return id == absent || graph_.of(id).kind != type_kind::tensor || graph_.of(id).fully_known();
        };
        return std::all_of(one.inputs.begin(), one.inputs.end(), known) &&
               (one.outputs.empty() || known(one.outputs[0]));
    }

    void count(const operation& one, std::int64_t repeats) {
        const bool varying = varies(one);
        mark_outputs(one, varying);
        const bool stored_only = !varying;
        if (stored_only && passes_through(*one.op)) {  // credited where it is used
            pass_roots(one);
            return;
        }
        const cost_entry* entry = find_cost(one.op->domain, one.op->op_type);
        cost_sheet sheet;
        if (entry != nullptr) sheet.kind = entry->kind;
        const bool computes = entry != nullptr && entry->cost != cost_nothing;
        std::string problem;
        if (entry == nullptr) {
            problem = one.known ? "no cost model" : "unknown operator";
            list_stored(one, sheet);
        } else if (computes && !shapes_known(one)) {
            problem = "its shapes depend on data";
            list_stored(one, sheet);
        } else if (computes) {
            evaluate(one, *entry, sheet);
        }
        if (!sheet.counted) problem = "no cost model for these attributes";
        counted_operation made{&one, sheet.kind, sheet.cost, repeats, problem.empty(), -1};
        credit(sheet, one, made);
        const bool states_a_shape = entry != nullptr && entry->kind == layer_kind::view && !computes &&
                                    !one.outputs.empty() && one.outputs[0] != absent && varies_[one.outputs[0]] == 0;
        if (stored_only || states_a_shape) return;
        if (!problem.empty()) list(one, problem);
        result_.operations.push_back(made);
    }

    /// What the file stores for a node whose work is unknown: tensors of several dimensions are weights of operators
    /// that multiply matrices or that nobody knows, and the rest are vectors.
    void list_stored(const operation& one, cost_sheet& sheet) const {
        const bool multiplies = sheet.kind == layer_kind::convolution || sheet.kind == layer_kind::dense ||
                                sheet.kind == layer_kind::matmul || sheet.kind == layer_kind::recurrent ||
                                sheet.kind == layer_kind::attention || sheet.kind == layer_kind::embedding ||
                                one.op->op_type == "Gather" || sheet.kind == layer_kind::other;
        for (std::size_t i = 0; i < one.inputs.size(); ++i) {
            if (one.inputs[i] == absent) continue;
            const bool matrix = graph_.of(one.inputs[i]).dims.size() > 1;
            sheet.learned.push_back(
                {i, multiplies && matrix ? cost_sheet::role::weights : cost_sheet::role::operand, -1});
        }
    }

    void evaluate(const operation& one, const cost_entry& entry, cost_sheet& sheet) {
        inputs_.clear();
        for (const value_id id : one.inputs) inputs_.push_back(id == absent ? nullptr : &graph_.of(id));
        outputs_.assign(std::max(one.outputs.size(), spare_outputs), facts());
        for (std::size_t i = 0; i < one.outputs.size(); ++i)
            outputs_[i] = one.outputs[i] == absent ? facts() : graph_.of(one.outputs[i]);
        const node_context context(*one.op, one.frame, one.opset, inputs_, outputs_, shared_);
        entry.cost(context, sheet);
    }

    // -- learned tensors ---------------------------------------------------------------------------------------------

    /// Credits learned operands to the node, and to the totals the first time each tensor is met.
    void credit(const cost_sheet& sheet, const operation& one, counted_operation& made) {
        bool has_weights = false;
        bool rooted = std::any_of(one.inputs.begin(), one.inputs.end(),
                                  [this](value_id id) { return id != absent && rooted_[id] != 0; });
        for (const auto& operand : sheet.learned) {
            learned_operand found = learned(one, operand);
            if (found.identity == nullptr) continue;
            if (operand.elements >= 0) found.elements = operand.elements;
            const std::int64_t elements = found.elements;
            result_.learned.push_back(found);
            rooted = true;
            const auto [holder, first] = holders_.try_emplace(found.identity, &one);
            using qutibench::detail::add;
            // Weights that are shared are left out with their node; a vector counts with the first that reads it.
            const bool is_weights = operand.is == cost_sheet::role::weights;
            if (!found.buffer && (is_weights || first)) made.cost.parameters = add(made.cost.parameters, elements);
            if (first && !found.derived && !found.buffer) result_.parameters = add(result_.parameters, elements);
            if (operand.is != cost_sheet::role::weights) continue;
            has_weights = true;
            made.cost.weights = add(made.cost.weights, elements);
            if (first) result_.weights = add(result_.weights, elements);
            if (!first) tied_.emplace(&one, holder->second);
        }
        for (const value_id id : one.outputs)
            if (id != absent) rooted_[id] = rooted && varies_[id] == 0 ? 1 : 0;
        if (has_weights && made.kind == layer_kind::matmul) made.kind = layer_kind::dense;
        if (has_weights && one.op->op_type == "Gather") made.kind = layer_kind::embedding;
    }

    /// The learned tensor behind an operand. In a place for weights or a bias that is whatever the file stores or
    /// computes from constants alone. Elsewhere it is an initialiser of more than one real element: bounds, exponents
    /// and masks are written into Constant nodes, have one element, or are computed.
    [[nodiscard]] learned_operand learned(const operation& one, const cost_sheet::operand& operand) const {
        if (operand.input >= one.inputs.size() || one.inputs[operand.input] == absent) return {};
        const value_id id = one.inputs[operand.input];
        const tensor* stored = origin_[id];
        const facts& known = graph_.of(id);
        if (stored == nullptr) {
            const bool is_table = one.op->op_type == "Gather" && rooted_[id] != 0 && known.dims.size() > 1;
            const bool computed = operand.is != cost_sheet::role::operand && varies_[id] == 0 &&
                                  (one.op->op_type != "Gather" || is_table);
            if (!computed || !is_numeric(known.type) || !known.fully_known()) return {};
            return {&one, operand.is, &graph_.values[id], nullptr, count_of(known.dims), rooted_[id] != 0};
        }
        const learned_operand found{&one,
                                    operand.is,
                                    stored,
                                    stored,
                                    count_of(to_dimensions(stored->dims)),
                                    false,
                                    buffers_.count(stored->name) != 0};
        const bool real = is_floating(stored->type) || is_floating(known.type);
        // A table of narrow integers is dequantised after its rows are read.
        const bool table = real || (bits(stored->type) > 0 && bits(stored->type) <= 8 && is_numeric(stored->type) &&
                                    stored->type != element_type::boolean);
        if (one.op->op_type == "Gather") return table && stored->dims.size() > 1 ? found : learned_operand{};
        // Exporters write group normalisation as one over instances, with a scale of ones in a Constant node.
        if (one.op->op_type == "InstanceNormalization" && written_.count(stored) != 0) return {};
        if (operand.is != cost_sheet::role::operand) return is_numeric(stored->type) ? found : learned_operand{};
        return real && found.elements > 1 && written_.count(stored) == 0 ? found : learned_operand{};
    }

    [[nodiscard]] static bool is_numeric(element_type type) { return is_floating(type) || is_integral(type); }

    // -- sub-graphs --------------------------------------------------------------------------------------------------

    /// If takes its costlier branch; loops run their body as often as their constant trip count says.
    void count_bodies(const operation& one, std::int64_t repeats) {
        std::vector<counted_operation> kept;
        std::vector<std::string> kept_uncounted;
        const auto before = result_.operations.size();
        const auto before_uncounted = result_.uncounted.size();
        for (const body& inner : one.bodies) {
            for (const value_id id : inner.inputs) varies_[id] = 1;
            if (!inner.repeats.known()) {
                list(one, "its trip count is not constant");
                walk_uncounted(inner);
                break;
            }
            walk(inner.operations, times(repeats, inner.repeats.value()));
            if (one.bodies.size() == 1) break;
            std::vector<counted_operation> found(result_.operations.begin() + static_cast<std::ptrdiff_t>(before),
                                                 result_.operations.end());
            std::vector<std::string> found_uncounted(
                result_.uncounted.begin() + static_cast<std::ptrdiff_t>(before_uncounted), result_.uncounted.end());
            result_.operations.resize(before);
            result_.uncounted.resize(before_uncounted);
            if (kept.empty() || work_of(found) > work_of(kept)) {
                kept = std::move(found);
                kept_uncounted = std::move(found_uncounted);
            }
        }
        result_.operations.insert(result_.operations.end(), kept.begin(), kept.end());
        result_.uncounted.insert(result_.uncounted.end(), kept_uncounted.begin(), kept_uncounted.end());
        mark_outputs(one, true);
    }

    /// Learned tensors of a body that runs an unknown number of times still count; its work does not.
    void walk_uncounted(const body& inner) {
        const auto before = result_.operations.size();
        const auto before_uncounted = result_.uncounted.size();
        walk(inner.operations, 1);
        result_.operations.resize(before);
        result_.uncounted.resize(before_uncounted);
    }

    /// Multiply-accumulates first, other operations where those are equal.
    [[nodiscard]] static std::pair<std::int64_t, std::int64_t> work_of(
        const std::vector<counted_operation>& operations) {
        std::pair<std::int64_t, std::int64_t> work{0, 0};
        for (const counted_operation& one : operations) {
            work.first = qutibench::detail::add(work.first, times(one.cost.macs, one.repeats));
            work.second = qutibench::detail::add(work.second, times(one.cost.other_operations, one.repeats));
        }
        return work;
    }

    const inferred& graph_;
    counts result_;
    std::vector<char> varies_;
    std::vector<char> rooted_;  // computed from learned tensors alone
    std::vector<const tensor*> origin_;
    std::unordered_map<const void*, const operation*> holders_;    // the first node that reads a learned tensor
    std::unordered_map<const operation*, const operation*> tied_;  // a later node with the same weights, and that one
    std::unordered_set<std::string_view> buffers_;                 // tensors that are no parameters of the module
    std::unordered_set<const tensor*> written_;                    // values of Constant nodes
    std::vector<const facts*> inputs_;
    std::vector<facts> outputs_;
    shared_state shared_;
};

}  // namespace detail

/// Counts one inference. Throws open_dimensions, listing their names, while those of the inputs have no value, and
/// overflow_error past 64 bits. A node without a cost model, or whose shapes depend on data, is listed as uncounted.
[[nodiscard]] inline counts count(const inferred& graph) {
    return detail::counter(graph).run();
}

}  // namespace qutibench::onnx
