// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How a model that was read becomes a graph; declared in io/onnx.hpp.
#pragma once

#include <qutibench/io/onnx.hpp>
#include <qutibench/io/onnx/before_export.hpp>
#include <qutibench/io/onnx/edit/source.hpp>
#include <qutibench/io/onnx/patterns.hpp>
#include <qutibench/io/onnx/quantized.hpp>
#include <qutibench/io/onnx/structured.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/operator_layer.hpp>

#include <memory>
#include <unordered_map>

namespace qutibench {

namespace detail {

/// A shape that the library can hold, if it is one: known, at most 8 dimensions, none empty.
[[nodiscard]] inline std::optional<shape> representable(const onnx::facts& of) {
    if (of.kind != onnx::type_kind::tensor || !of.fully_known() || of.dims.size() > shape::max_rank) return {};
    shape extents;
    for (const onnx::dimension dim : of.dims) {
        if (dim.value() < 1) return {};
        extents.append(dim.value());
    }
    return extents;
}

/// Turns counted operations into layers, in order.
class onnx_importer {
public:
    onnx_importer(const onnx::inferred& source, const onnx::counts& counted, std::string_view name)
        : source_(source), counted_(counted), quantized_(source), patterns_(source, counted), net_(name),
          made_(source.values.size()) {}

    [[nodiscard]] graph run() {
        for (const onnx::value_id id : source_.inputs) add_input(id);
        std::vector<int> places;
        for (const onnx::counted_operation& one : counted_.operations) {
            const bool is_added = add(one);
            places.push_back(static_cast<int>(net_.nodes().size()) - 1);
            if (is_added && one.shares_weights_with >= 0)
                net_.nodes().back().shares_weights_with = places[static_cast<std::size_t>(one.shares_weights_with)];
        }
        add_unbounded_loops();
        for (const onnx::value_id id : source_.outputs)
            if (const tensor* made = made_of(id)) net_.output(*made, std::string(source_.values[id].name));
        net_.set_source(
            std::make_shared<const onnx_source>(onnx::skeleton_of(source_.source->source->bytes()), source_.bindings));
        return std::move(net_);
    }

private:
    /// The tensor of the graph that a value has become, if it has.
    [[nodiscard]] const tensor* made_of(onnx::value_id id) const {
        return id == onnx::absent || !made_[id] ? nullptr : &*made_[id];
    }

    void add_input(onnx::value_id id) {
        const auto extents = representable(source_.of(id));
        if (!extents) return;  // a sequence, or an empty tensor: nothing that a layer of the library could read
        made_[id] = net_.insert({.name = std::string(source_.values[id].name), .layer = network_input{*extents}});
    }

    /// False where the node is part of a layer that another one stands for.
    bool add(const onnx::counted_operation& one) {
        pause();
        const onnx::operation& op = *one.source;
        node made{.name = layer_name(source_, op), .layer = operator_layer{}};
        if (const onnx::detail::grouped_node* const group = patterns_.find(op)) {
            if (!group->layer) {
                if (group->is != onnx::absent) made_[op.outputs[0]] = made_[group->is].value();
                return false;
            }
            made.layer = *group->layer;
            for (const onnx::value_id id : group->reads) made.inputs.push_back(made_[id].value());
        } else {
            for (const onnx::value_id id : op.inputs)
                if (const tensor* from = made_of(id)) made.inputs.push_back(*from);
            if (op.outputs.empty() || op.outputs[0] == onnx::absent)
                made.layer = described(one, made.inputs);
            else if (auto layer = agreed(one, made.inputs))
                made.layer = std::move(*layer);
            else if (auto sum = with_constants(one, made.inputs))
                made.layer = std::move(*sum);
            else if (auto after = in_turn(one, made))
                made.layer = std::move(*after);
            else
                made.layer = described(one, made.inputs);
        }
        if (const auto numbers = quantized_.of(op)) {
            made.has_precision = true;
            made.numbers = *numbers;
        }
        const tensor first = net_.insert(std::move(made));
        int port = 0;
        for (const onnx::value_id id : op.outputs)
            if (id != onnx::absent && representable(source_.of(id))) made_[id] = tensor{first.node, port++};
        return true;
    }

    /// Arithmetic of a tensor with a stored one, and tensors joined with stored ones, which become layers of their own
    /// among `inputs`.
    [[nodiscard]] std::optional<any_layer> with_constants(const onnx::counted_operation& one,
                                                          std::vector<tensor>& inputs) {
        const onnx::operation& op = *one.source;
        const auto function = onnx::detail::elementwise_of(op);
        const bool joins = op.op->op_type == "Concat" && op.op->domain.empty();
        if ((!function || op.inputs.size() != 2) && !joins) return {};
        if (inputs.empty() || inputs.size() >= op.inputs.size() || !one.counted || one.repeats != 1) return {};
        std::vector<shape> in;
        std::int64_t learned = 0;
        for (const onnx::value_id id : op.inputs) {
            const auto extents = id == onnx::absent ? std::nullopt : representable(source_.of(id));
            if (!extents) return {};
            in.push_back(*extents);
            if (made_of(id) == nullptr) learned = detail::add(learned, extents->elements());
        }
        const bool is_learned = one.cost.parameters > 0;
        if (is_learned && one.cost.parameters != learned) return {};
        any_layer layer =
            joins ? any_layer(concatenation{static_cast<int>(onnx::detail::settings(op).integer("axis", 1))})
                  : any_layer(elementwise{*function});
        if (!yields(layer, in, op)) return {};
        inputs.clear();
        for (std::size_t k = 0; k < op.inputs.size(); ++k) {
            const onnx::value_id id = op.inputs[k];
            if (const tensor* from = made_of(id)) {
                inputs.push_back(*from);
                continue;
            }
            const auto [held, is_new] = held_.try_emplace(id);
            if (is_new)
                held->second =
                    net_.insert({.name = std::string(source_.values[id].name), .layer = parameter{in[k], is_learned}});
            inputs.push_back(held->second);
        }
        return layer;
    }

    /// Whether a layer gives what the file says that the node does.
    [[nodiscard]] bool yields(const any_layer& layer, shapes in, const onnx::operation& op) const {
        const auto expected = representable(source_.of(op.outputs[0]));
        try {
            return expected && layer.output_shape(in) == *expected;
        } catch (const shape_error&) {
            return false;
        }
    }

    /// Layers one after the other that amount to one node: all but the last are added, and read by `made` then.
    [[nodiscard]] std::optional<any_layer> in_turn(const onnx::counted_operation& one, node& made) {
        if (!one.counted || one.repeats != 1 || one.source->outputs.size() != 1 || one.cost.parameters > 0) return {};
        std::vector<any_layer> all = onnx::detail::layers_in_turn(source_, *one.source, made.inputs.size());
        if (all.empty()) return {};
        shape at = net_.shape_of(made.inputs[0]);
        try {
            for (const any_layer& layer : all) at = layer.output_shape(std::span(&at, 1));
        } catch (const shape_error&) {
            return {};
        }
        if (at != representable(source_.of(one.source->outputs[0]))) return {};
        for (std::size_t i = 0; i + 1 < all.size(); ++i) {
            const tensor part = net_.insert({.name = message({made.name, "/", std::uint64_t{i + 1}}),
                                             .layer = std::move(all[i]),
                                             .inputs = std::move(made.inputs)});
            made.inputs = {part};
        }
        return std::move(all.back());
    }

    /// The operation as the importer knows it: its name, shapes and cost.
    [[nodiscard]] operator_layer described(const onnx::counted_operation& one,
                                           const std::vector<tensor>& inputs) const {
        operator_layer layer{.name = std::string(one.source->op->op_type), .does = one.kind, .is_counted = one.counted};
        layer.costs = one.cost;
        layer.costs.macs = multiply(one.cost.macs, one.repeats);
        layer.costs.other_operations = multiply(one.cost.other_operations, one.repeats);
        for (const tensor& from : inputs) layer.input_shapes.push_back(net_.shape_of(from));
        for (const onnx::value_id id : one.source->outputs)
            if (id != onnx::absent)
                if (const auto extents = representable(source_.of(id))) layer.output_shapes.push_back(*extents);
        return layer;
    }

    /// The library's own layer for an operation, when its shape and its counts are the same.
    [[nodiscard]] std::optional<any_layer> agreed(const onnx::counted_operation& one,
                                                  const std::vector<tensor>& inputs) const {
        if (!one.counted || one.repeats != 1) return {};
        auto layer = onnx::detail::structured_layer(source_, *one.source, inputs.size(), one.cost);
        if (!layer) return {};
        const auto expected = representable(source_.of(one.source->outputs[0]));
        std::vector<shape> in;
        for (const tensor& from : inputs) in.push_back(net_.shape_of(from));
        try {
            if (!expected || !(layer->output_shape(in) == *expected)) return {};
            int ports = 0;
            for (const onnx::value_id id : one.source->outputs)
                ports += id != onnx::absent && representable(source_.of(id)) ? 1 : 0;
            const bool is_kind = layer->kind() == one.kind || layer->as<global_pooling>() != nullptr;
            if (ports != layer->outputs() || !is_kind) return {};
            const layer_cost cost = layer->cost(in);
            const bool same_counts = cost.macs == one.cost.macs && cost.weights == one.cost.weights &&
                                     cost.parameters == one.cost.parameters;
            return same_counts ? std::move(layer) : std::nullopt;
        } catch (const shape_error&) {
            return {};  // the file's inference stands, the layer struct is narrower than the operator
        }
    }

    /// Loops whose trip count is not constant have no entry of their own; they are listed as layers without a cost.
    void add_unbounded_loops() {
        for (const std::string& reason : counted_.uncounted)
            if (reason.ends_with("trip count is not constant"))
                net_.insert({.name = reason, .layer = operator_layer{.name = "Loop", .is_counted = false}});
    }

    const onnx::inferred& source_;
    const onnx::counts& counted_;
    onnx::quantized_operands quantized_;
    onnx::detail::node_patterns patterns_;
    graph net_;
    std::vector<std::optional<tensor>> made_;
    std::unordered_map<onnx::value_id, tensor> held_;  // constants that became layers
};

/// What figures of a file do not say by themselves: several images in one input are no single inference, and what
/// reads an input of no elements counts as nothing.
inline void warn_of_inputs(const onnx::inferred& source, graph& net) {
    for (const std::string& zero : source.open_zeros)
        net.warn("dimension " + zero +
                 " of the file's inputs is 0, so that what reads it counts as nothing; bind it to another length, " +
                 zero + "=1 say");
    std::int64_t batch = 0;
    std::int64_t of_rows = 0;  // where an input has two dimensions
    for (const onnx::value_info& input : source.source->graph.inputs) {
        const auto& dims = input.type.dims;
        const bool is_stored =
            std::any_of(source.source->graph.initialisers.begin(), source.source->graph.initialisers.end(),
                        [&](const onnx::tensor& one) { return one.name == input.name; });
        if (!is_stored && dims.size() == 2 && dims[0].stated) of_rows = dims[0].value;
        if (is_stored || dims.size() < 3) continue;
        if (!dims[0].stated || (batch != 0 && dims[0].value != batch)) return;
        batch = dims[0].value;
    }
    if (batch > 1 && (of_rows == 0 || of_rows == batch))
        net.warn(message({"the file's inputs begin with ", batch, ": where that is a batch, counts are of ", batch,
                          " inputs at once"}));
}

}  // namespace detail

QUTIBENCH_INLINE imported_model import_onnx(const onnx::inferred& source, std::string_view name) {
    const onnx::counts counted = onnx::count(source);
    imported_model made{detail::onnx_importer(source, counted, name).run(),
                        onnx::parameters_before_export(source, counted)};
    detail::warn_of_inputs(source, made.layers);
    return made;
}

QUTIBENCH_INLINE graph graph_of(const onnx::inferred& source, std::string_view name) {
    const onnx::counts counted = onnx::count(source);
    return detail::onnx_importer(source, counted, name).run();
}

QUTIBENCH_INLINE imported_model import_onnx(const onnx::model& model, const onnx_options& options,
                                            std::string_view name) {
    imported_model result = import_onnx(onnx::infer(model, {.dims = options.dims}), name);
    if (options.strict) static_cast<void>(analyze(result.layers, counting::qutibench, true));
    return result;
}

}  // namespace qutibench
