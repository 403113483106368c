// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a network costs, free of any device, layer by layer.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/fwd.hpp>
#include <qutibench/network/workload_totals.hpp>

#include <string>
#include <vector>

namespace qutibench {

namespace detail {

/// Saves and restores a workload: defined by whoever keeps workloads elsewhere, such as the Python module.
struct workload_access;

}  // namespace detail

/// One layer of a workload.
struct layer_workload {
    std::string name{};
    std::string type{};
    layer_kind kind = layer_kind::other;
    layer_cost cost{};
    std::int64_t operation_count = 0;  ///< under the workload's counting convention
    std::int64_t input_count = 0;      ///< elements read, views and parameters aside
    std::int64_t output_count = 0;     ///< elements written
    bool has_precision = false;
    precision numbers{};
    qutibench::sparsity sparsity{};
    int fused_into = -1;            ///< index of the layer whose kernel this one runs in, or -1
    bool weights_shared = false;    ///< its weights were counted with an earlier layer
    bool is_result = false;         ///< the network returns what it writes
    int weights_of = -1;            ///< index of the earlier layer that holds its weights, or -1
    std::uint32_t first_shape = 0;  ///< where its input shapes start in the workload's list; its output shapes follow
    std::uint32_t inputs = 0;
    std::uint32_t outputs = 0;
    std::uint32_t first_producer = 0;

    [[nodiscard]] constexpr qutibench::operations operations() const {
        return quantity_of<qutibench::operations>(operation_count);
    }
    [[nodiscard]] constexpr qutibench::macs macs() const { return quantity_of<qutibench::macs>(cost.macs); }
    /// Operations as peaks count them, two a multiply-accumulate, whatever the convention.
    [[nodiscard]] constexpr double work() const { return 2.0 * static_cast<double>(cost.macs); }
    [[nodiscard]] constexpr elements weights() const {
        return quantity_of<elements>(weights_shared ? 0 : cost.weights);
    }
};

/// What one inference of a network costs: the sum of its layers, or published totals without layers.
class workload : public workload_totals {
public:
    workload() = default;

    /// A workload known only by its totals, such as a row of a published table. Throws invalid_argument on negative
    /// ones.
    workload(std::string name, qutibench::operations operations, elements weights) : name_(std::move(name)) {
        if (operations.value() < 0 || weights.value() < 0)
            detail::raise(invalid_argument(
                detail::message({"workload '", name_, "': operations and weights must not be negative"})));
        operation_count = operations.value();
        mac_count = detail::ceil_divide(operation_count, 2);
        weight_count = parameter_count = weights.value();
    }

    [[nodiscard]] const std::string& name() const { return name_; }
    void rename(std::string name) { name_ = std::move(name); }
    /// The layers in topological order; empty for a workload known only by its totals.
    [[nodiscard]] const std::vector<layer_workload>& layers() const { return layers_; }
    [[nodiscard]] counting convention() const { return convention_; }
    /// Largest sum of activation elements alive at once over the topological order; 0 without layers.
    [[nodiscard]] elements peak_live_activations() const { return quantity_of<elements>(peak_live_); }
    /// "name (type)" of every layer without a cost model. When it is not empty, all counts are lower bounds.
    [[nodiscard]] const std::vector<std::string>& uncounted() const { return uncounted_; }
    /// Sentences that whoever reads the figures should know: those of the graph.
    [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }
    [[nodiscard]] shapes input_shapes(const layer_workload& of) const {
        return {shapes_.data() + of.first_shape, of.inputs};
    }
    [[nodiscard]] shapes output_shapes(const layer_workload& of) const {
        return {shapes_.data() + of.first_shape + of.inputs, of.outputs};
    }
    /// The index of the layer behind each input, in the order of `input_shapes`.
    [[nodiscard]] detail::view<const int> producers(const layer_workload& of) const {
        return {producers_.data() + of.first_producer, of.inputs};
    }
    /// Whether some layer has a precision of its own, which goes before that of the deployment.
    [[nodiscard]] bool has_precisions() const { return has_precisions_; }

    /// What is left for a device when another one runs the layers that are marked: what those write is an input, what
    /// they read a result. Layers keep their places; costs and totals are those of what is left.
    template <class Layer = layer_workload>
    [[nodiscard]] workload without(const std::vector<char>& elsewhere) const {
        workload left = *this;
        static_cast<workload_totals&>(left) = {};
        left.output_count = output_count;
        const auto is_elsewhere = [&](int index) {
            return index >= 0 && elsewhere[static_cast<std::size_t>(index)] != 0;
        };
        for (Layer& one : left.layers_) {
            const bool gone = is_elsewhere(static_cast<int>(&one - left.layers_.data()));
            for (const int from : producers(one))
                if (gone) left.layers_[static_cast<std::size_t>(from)].is_result = true;
            if (gone) {
                one.kind = layer_kind::input;
                one.cost = {};
                one.operation_count = 0;
                one.is_result = false;
            } else if (is_elsewhere(one.weights_of)) {
                one.weights_of = -1;
                one.weights_shared = false;
            }
            if (gone || is_elsewhere(one.fused_into)) one.fused_into = -1;
        }
        for (const Layer& one : left.layers_) {
            layer_cost counted = one.cost;
            if (one.weights_shared) counted.weights = counted.parameters = 0;
            left.add(counted, one.kind, one.operation_count, one.output_count);
        }
        return left;
    }

    friend workload analyze(const graph& net, counting convention, bool strict);
    friend struct detail::workload_access;

private:
    void append(const graph& net, const node& one);

    std::string name_;
    std::vector<layer_workload> layers_;
    std::vector<shape> shapes_;
    std::vector<int> producers_;
    std::vector<std::string> uncounted_;
    std::vector<std::string> warnings_;
    std::int64_t peak_live_ = 0;
    bool has_precisions_ = false;
    counting convention_ = counting::qutibench;
};

}  // namespace qutibench
