// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs shape functions over a graph, its local functions and its sub-graphs.
#pragma once

#include <qutibench/detail/pause.hpp>
#include <qutibench/io/onnx/declared.hpp>
#include <qutibench/io/onnx/inferred.hpp>
#include <qutibench/io/onnx/operators.hpp>
#include <qutibench/io/onnx/order.hpp>
#include <qutibench/io/onnx/reader.hpp>

#include <unordered_map>
#include <utility>

namespace qutibench::onnx {

namespace detail {

/// Local functions and sub-graphs may be nested this deep.
inline constexpr int nesting_limit = 64;

/// Names visible at one place: a graph inside those around it, or a function body on its own.
struct scope {
    const scope* around = nullptr;
    const graph* source = nullptr;  ///< nullptr in function bodies
    const call_frame* frame = nullptr;
    int depth = 0;
    std::unordered_map<std::string_view, value_id> names;

    [[nodiscard]] std::optional<value_id> find(std::string_view name) const {
        for (const scope* at = this; at != nullptr; at = at->around)
            if (const auto found = at->names.find(name); found != at->names.end()) return found->second;
        return std::nullopt;
    }
};

/// What tells local functions apart.
struct function_name {
    std::string_view domain;
    std::string_view name;
    std::string_view overload;

    function_name(std::string_view in, std::string_view called, std::string_view form)
        : domain(in), name(called), overload(form) {}
    explicit function_name(const function& of) : function_name(of.domain, of.name, of.overload) {}
    friend bool operator==(const function_name&, const function_name&) = default;
};

struct function_hash {
    [[nodiscard]] std::size_t operator()(const function_name& of) const {
        const std::hash<std::string_view> hash;
        return hash(of.name) * 31 + hash(of.domain) * 7 + hash(of.overload);
    }
};

/// Types of values by name, as the file states them.
using declared_names = std::unordered_map<std::string_view, declared_type>;

class engine {
public:
    engine(const model& source, const infer_options& options, inferred& result)
        : model_(source), result_(result), work_left_(options.work_limit), hook_(options.hook),
          names_(options.dims, result.symbols) {
        work_left_ += options.work_per_byte * static_cast<std::int64_t>(source.source->bytes().size());
        shared_.file = source.source.get();
        result_.source = &source;
        result_.bindings = options.dims;
        for (const function& one : source.functions) functions_.emplace(function_name{one}, &one);
    }

    void run() {
        scope top;
        top.source = &model_.graph;
        declare_inputs(top);
        run_nodes(model_.graph.nodes, top, result_.operations);
        for (const value_info& output : model_.graph.outputs) result_.outputs.push_back(output_of(output, top));
        check_bindings();
    }

private:
    [[noreturn]] void fail(const std::string& place, const std::string& reason) const {
        throw parse_error(model_.source->name(), place, reason);
    }

    void charge(std::size_t work, const node& op, const call_frame* frame) {
        qutibench::detail::pause();
        work_left_ -= static_cast<std::int64_t>(work);
        if (work_left_ < 0) fail(describe(op, frame), "functions and sub-graphs expand to more work than is allowed");
    }

    value_id add_value(std::string_view name, facts known, const tensor* initialiser = nullptr) {
        result_.values.push_back({name, std::move(known), initialiser});
        return static_cast<value_id>(result_.values.size() - 1);
    }

    /// Makes `name` mean `id` in `at`; throws parse_error when it is taken.
    void define(scope& at, std::string_view name, value_id id) {
        if (!name.empty() && !at.names.emplace(name, id).second)
            fail("'" + std::string(name) + "'", "this name is defined twice");
    }

    // -- inputs ------------------------------------------------------------------------------------------------------

    void declare_initialisers(scope& at) {
        for (const tensor& stored : at.source->initialisers) {
            facts known = facts::of_tensor(stored.type, to_dimensions(stored.dims));
            known.initialiser = stored.sparse ? nullptr : &stored;
            define(at, stored.name, add_value(stored.name, std::move(known), &stored));
        }
    }

    void declare_inputs(scope& top) {
        top.names.reserve(model_.graph.nodes.size() + model_.graph.initialisers.size() + model_.graph.inputs.size());
        result_.values.reserve(model_.graph.nodes.size() + model_.graph.initialisers.size() +
                               model_.graph.inputs.size());
        declare_initialisers(top);
        for (const value_info& input : model_.graph.inputs) {
            if (input.name.empty()) fail("input", "a graph input has no name");
            if (top.names.count(input.name) != 0)
                continue;  // before IR version 4 initialisers are listed as inputs too
            const value_id id =
                add_value(input.name, from_input(input, names_, model_.source->name(), result_.open_zeros));
            define(top, input.name, id);
            result_.inputs.push_back(id);
        }
    }

    /// Every binding must name a dimension of the model.
    void check_bindings() {
        if (names_.all_used()) return;
        for (const auto& [name, type] : declared_types(model_.graph)) static_cast<void>(from_declared(type, names_));
        names_.require_all_used();
    }

    // -- what the file says about intermediate values ---------------------------------------------------------------

    /// Read once for each graph of the file, however often it runs.
    [[nodiscard]] const declared_names& declared_types(const graph& source) {
        const auto [at, is_new] = declared_.try_emplace(&source);
        if (!is_new) return at->second;
        model_parser parser(*model_.source, {});
        for (const std::string_view message : source.value_info_messages) {
            value_info info;
            parser.parse_value_info(message, info);
            at->second.insert_or_assign(info.name, std::move(info.type));
        }
        return at->second;
    }

    void complete_from_file(scope& at, std::string_view name, facts& found) {
        if (at.source == nullptr || (found.fully_known() && found.type != element_type::undefined) ||
            at.source->value_info_messages.empty())
            return;
        const auto& types = declared_types(*at.source);
        if (const auto stated = types.find(name); stated != types.end())
            complete(found, from_declared(stated->second, names_));
    }

    [[nodiscard]] value_id output_of(const value_info& output, scope& at) {
        const auto id = at.find(output.name);
        if (!id || *id == absent) fail("output '" + std::string(output.name) + "'", "nothing produces this output");
        if (!result_.values[*id].facts.fully_known())
            complete(result_.values[*id].facts, from_declared(output.type, names_));
        return *id;
    }

    // -- nodes -------------------------------------------------------------------------------------------------------

    void run_nodes(const std::vector<node>& nodes, scope& at, std::vector<operation>& out) {
        if (out.empty()) out.reserve(nodes.size());
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (order.empty()) {
                if (const auto missing = missing_name(nodes[i], at)) order = order_from(nodes, i, at, *missing);
            }
            run_node(nodes[order.empty() ? i : order[i]], at, out);
        }
    }

    /// A name that `op` or its sub-graphs read and that is not defined yet.
    [[nodiscard]] std::optional<std::string_view> missing_name(const node& op, const scope& at) const {
        std::optional<std::string_view> missing;
        for_each_read(op, [&](std::string_view name) {
            if (!missing && !at.find(name)) missing = name;
        });
        return missing;
    }

    /// The nodes from `first` on in an order that produces before it reads. Throws parse_error when there is none.
    [[nodiscard]] std::vector<std::size_t> order_from(const std::vector<node>& nodes, std::size_t first,
                                                      const scope& at, std::string_view missing) const {
        std::vector<std::size_t> order;
        for (std::size_t i = 0; i < first; ++i) order.push_back(i);
        const auto rest = topological_order(nodes, first);
        order.insert(order.end(), rest.order.begin(), rest.order.end());
        for (std::size_t i = first; i < nodes.size(); ++i) {
            std::optional<std::string_view> unknown;
            for_each_read(nodes[i], [&](std::string_view name) {
                if (!unknown && rest.producers.count(name) == 0 && !at.find(name)) unknown = name;
            });
            if (unknown)
                fail(describe(nodes[i], at.frame), "it reads '" + std::string(*unknown) + "', which nothing produces");
        }
        if (order.size() != nodes.size())
            fail(describe(nodes[rest.in_cycle], at.frame),
                 "the nodes form a cycle through '" + std::string(missing) + "'");
        return order;
    }

    [[nodiscard]] std::int64_t opset_of(std::string_view domain, const call_frame* frame) const {
        const auto& imports =
            frame != nullptr && !frame->callee->opsets.empty() ? frame->callee->opsets : model_.opsets;
        const auto found =
            std::lower_bound(imports.begin(), imports.end(), domain,
                             [](const opset_import& one, std::string_view key) { return one.domain < key; });
        if (found != imports.end() && found->domain == domain) return found->version;
        return domain.empty() ? (model_.ir_version < 3 ? 1 : std::numeric_limits<std::int32_t>::max()) : 1;
    }

    [[nodiscard]] const function* find_function(const node& op) const {
        const auto found = functions_.find(function_name{op.domain, op.op_type, op.overload});
        return found != functions_.end() ? found->second : nullptr;
    }

    void run_node(const node& op, scope& at, std::vector<operation>& out) {
        charge(1 + op.inputs.size() + op.outputs.size() + op.name.size() / 64, op, at.frame);
        operation made;
        made.op = &op;
        made.frame = at.frame;
        made.opset = opset_of(op.domain, at.frame);
        made.inputs.reserve(op.inputs.size());
        for (const std::string_view name : op.inputs) {
            const auto id = name.empty() ? std::optional<value_id>(absent) : at.find(name);
            if (!id) fail(describe(op, at.frame), "it reads '" + std::string(name) + "', which nothing produces");
            made.inputs.push_back(*id);
        }
        if (const function* callee = functions_.empty() ? nullptr : find_function(op))
            return run_function(*callee, made, at, out);
        inference_hook* const hook = &out == &result_.operations ? hook_ : nullptr;
        if (!run_control_flow(made, at)) run_operator(made, at, hook);
        if (hook != nullptr) hook->after(out.size(), made, result_);
        out.push_back(std::move(made));
    }

    void run_operator(operation& made, scope& at, inference_hook* hook) {
        const node& op = *made.op;
        const operator_entry* entry = find_operator(op.domain, op.op_type);
        pointers_.clear();
        for (const value_id id : made.inputs) pointers_.push_back(id == absent ? nullptr : &result_.values[id].facts);
        outputs_.assign(std::max(op.outputs.size(), spare_outputs), facts());
        if (hook != nullptr) hook->before(result_.operations.size(), made, result_, pointers_);
        made.known = entry != nullptr;
        if (entry != nullptr) {
            node_context context(op, at.frame, made.opset, pointers_, outputs_, shared_);
            entry->infer(context);
        }
        for (std::size_t i = 0; i < op.outputs.size(); ++i) {
            const tensor* stored =
                outputs_[i].initialiser != nullptr && op.op_type == "Constant" ? outputs_[i].initialiser : nullptr;
            add_output(made, at, i, std::move(outputs_[i]), stored);
        }
    }

    /// Records output `i` of `made` and defines its name.
    void add_output(operation& made, scope& at, std::size_t i, facts found, const tensor* stored = nullptr) {
        const std::string_view name = made.op->outputs[i];
        if (name.empty()) {
            made.outputs.push_back(absent);
            return;
        }
        complete_from_file(at, name, found);
        const std::size_t tracked = found.sequence && found.sequence->items ? found.sequence->items->size() * 8 : 0;
        charge(found.dims.size() / 4 + tracked, *made.op, at.frame);
        define_output(made, at, i, add_value(name, std::move(found), stored));
    }

    void define_output(operation& made, scope& at, std::size_t i, value_id id) {
        made.outputs.push_back(id);
        const std::string_view name = made.op->outputs[i];
        if (!name.empty() && !at.names.emplace(name, id).second)
            fail(describe(*made.op, at.frame), "it defines '" + std::string(name) + "' a second time");
    }

    // -- local functions ---------------------------------------------------------------------------------------------

    void run_function(const function& callee, operation& call, scope& at, std::vector<operation>& out) {
        for (const call_frame* frame = at.frame; frame != nullptr; frame = frame->parent)
            if (frame->callee == &callee)
                fail(describe(*call.op, at.frame), "function '" + std::string(callee.name) + "' calls itself");
        if (at.depth >= nesting_limit) fail(describe(*call.op, at.frame), "functions are nested too deep");
        result_.frames.push_back({at.frame, call.op, &callee});
        scope inside;
        inside.frame = &result_.frames.back();
        inside.depth = at.depth + 1;
        for (std::size_t i = 0; i < callee.inputs.size(); ++i)
            define(inside, callee.inputs[i], i < call.inputs.size() ? call.inputs[i] : absent);
        run_nodes(callee.nodes, inside, out);
        for (std::size_t i = 0; i < call.op->outputs.size(); ++i) {
            const auto id = i < callee.outputs.size() ? inside.find(callee.outputs[i]) : std::nullopt;
            if (!id)
                fail(describe(*call.op, at.frame),
                     "function '" + std::string(callee.name) + "' does not produce output " + std::to_string(i));
            define_output(call, at, i, *id);
        }
    }

    // -- sub-graphs, in control_flow.hpp -----------------------------------------------------------------------------

    [[nodiscard]] bool run_control_flow(operation& made, scope& at);
    [[nodiscard]] const graph& body_of(const operation& made, std::string_view name) const;
    void run_if(operation& made, scope& at);
    void run_loop(operation& made, scope& at);
    void run_scan(operation& made, scope& at);
    void run_sequence_map(operation& made, scope& at);
    [[nodiscard]] std::vector<facts> facts_of(const operation& made, std::size_t first, std::size_t count);
    [[nodiscard]] body run_body(const graph& source, std::string_view role, const std::vector<facts>& inputs,
                                const operation& made, const scope& at);
    [[nodiscard]] std::vector<facts> settle(const graph& source, std::vector<facts> fixed, std::vector<facts> carried,
                                            std::size_t first_carried_output, operation& made, const scope& at);
    [[nodiscard]] scalar single(value_id id) const;
    [[nodiscard]] dimension trip_count(const operation& made, const body& iteration) const;
    [[nodiscard]] dimension scan_length(const operation& made, std::size_t first,
                                        const std::vector<std::size_t>& axes) const;

    const model& model_;
    inferred& result_;
    std::int64_t work_left_;
    inference_hook* hook_;
    shared_state shared_;
    std::unordered_map<function_name, const function*, function_hash> functions_;
    std::unordered_map<const graph*, declared_names> declared_;  // what the file says of intermediate values
    dimension_names names_;
    std::vector<const facts*> pointers_;
    std::vector<facts> outputs_;
};

}  // namespace detail

}  // namespace qutibench::onnx
