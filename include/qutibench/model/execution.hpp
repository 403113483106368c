// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Refined execution models: layer by layer and dataflow, under a placement (T 7.2.4, 8.3.1, 8.5). With the neutral
/// `execution_parameters` none is faster than level 0 under the published placement. Equations in
/// docs/formulas/execution.md.
#pragma once

#include <qutibench/model/placement.hpp>
#include <qutibench/model/tiles.hpp>

namespace qutibench {

namespace detail {

/// What a layer computes over what it needs, when its matrix product fills whole tiles only. Groups of one column, as
/// of a depthwise convolution, lie side by side in the columns of a tile.
[[nodiscard]] inline double tile_factor(const contraction& product, std::int64_t batch, const execution_parameters& p) {
    const bool is_depthwise = product.columns == 1 && product.groups > 1;
    const auto filled = [](std::int64_t extent, std::int64_t tile) {
        return rounded_up(static_cast<double>(extent), static_cast<double>(tile));
    };
    const double whole = filled(multiply(product.rows, batch), p.tile_rows) *
                         filled(is_depthwise ? product.groups : product.columns, p.tile_columns) *
                         filled(product.depth, p.tile_depth);
    return (1 - p.tile_softening) + p.tile_softening * whole;
}

/// Predicts a workload with layers; everything comes here but the published network level without details. Loads the
/// kernels, which all models share, and asks the rule of the deployment's model what the call demands.
template <class Workload>
class refined_model {
public:
    refined_model(const Workload& net, const platform& device, const deployment& deployed)
        : how(deployed), net_(net), traits_(traits_of(deployed.execution)), table_(net, device, deployed),
          placer_(net, table_, device, deployed), bandwidth_(device.bandwidth()) {
        // a pipeline works on one input at a time, and reads again for each what is not on chip
        batch_ = traits_.streams ? 1 : how.batch;
        by_capacity_ = how.placement == placement_kind::capacity && placer_.result.capacity > 0;
        if (!is_known(bandwidth_)) {
            bandwidth_ = quantity_of<bytes_per_second>(std::numeric_limits<double>::infinity());
            result.assume(assumption::bandwidth_unknown);
        }
        if (by_capacity_) bandwidth_ = streaming_bandwidth(device, bandwidth_);
        for (std::size_t i = 0; i < table_.parts.size(); ++i) load(i);
        for (std::size_t i = 0; i < table_.parts.size(); ++i) {
            if (!table_.parts[i].runs) continue;
            result.traffic += table_.parts[i].traffic;
            kernels.push_back(kernel_of(i));
        }
        describe();
        complete(result, device, how,
                 execution_rules::with(how.execution, [this](auto rule) { return rule.demand(*this); }));
    }

    // What the rules of models ask and change.
    const deployment& how;
    estimate result{};
    std::vector<kernel_estimate> kernels{};

    /// What a call demands when the whole network runs under one roofline.
    [[nodiscard]] call_demand whole() const { return network_demand(result.work, result.traffic, result.roof, how); }

    [[nodiscard]] double time_to_move(double traffic) const {
        return traffic / (bandwidth_.value() * how.parameters.memory_efficiency);
    }

    /// Off-chip bytes that a pipeline moves again for each input.
    [[nodiscard]] double traffic_again() const { return by_capacity_ ? result.traffic : tensor_traffic_; }

    /// Layers with operations on the longest path, at least 1.
    [[nodiscard]] double depth() const {
        std::vector<int> depth(table_.parts.size(), 0);
        int deepest = 1;
        for (std::size_t i = 0; i < depth.size(); ++i) {
            for (const int producer : net_.producers(net_.layers()[i]))
                depth[i] = std::max(depth[i], depth[static_cast<std::size_t>(producer)]);
            if (net_.layers()[i].cost.macs > 0) ++depth[i];
            deepest = std::max(deepest, depth[i]);
        }
        return deepest;
    }

    [[nodiscard]] breakdown explain() {
        return {.total = result, .kernels = std::move(kernels), .where = std::move(placer_.result), .traits = traits_};
    }

private:
    // Adds what a layer computes and moves to its kernel.
    void load(std::size_t index) {
        const auto& layer = net_.layers()[index];
        layer_part& part = table_.parts[index];
        if (layer.kind == layer_kind::view) return;
        layer_part& kernel = table_.at(part.kernel);
        if (layer.cost.macs > 0) {
            const double work = layer.work() * static_cast<double>(batch_);
            const double factor = traits_.by_kernel ? tile_factor(layer.cost.product, batch_, how.parameters) : 1.0;
            kernel.work += work;
            kernel.compute += work * factor / (core_peak(part.peak) * part.gain);
        }
        kernel.traffic += weights_read(static_cast<int>(index));
        const double of_weights = kernel.traffic;
        if (!part.on_chip[static_cast<int>(tensor_role::state)]) kernel.traffic += part.state_bytes;
        if (spilled(part)) {
            spills_ = true;
            if (layer.kind != layer_kind::input) kernel.traffic += part.output_bytes;
        }
        read_spilled(layer, part.kernel);
        tensor_traffic_ += kernel.traffic - of_weights;
    }

    // A pipeline has the whole device; a call layer by layer has one core.
    [[nodiscard]] double core_peak(double peak) const {
        const double cores = traits_.streams ? 1.0 : static_cast<double>(how.parameters.cores);
        return peak * (how.parameters.compute_efficiency / cores);
    }

    // Published: each tensor once a call. By capacity: whenever a layer runs whose weights are not on chip; of a table,
    // the rows that are looked up.
    [[nodiscard]] double weights_read(int index) {
        const layer_part& part = table_.at(index);
        const int holder = table_.holder(index);
        if (part.weight_bytes == 0 || table_.at(holder).on_chip[static_cast<int>(tensor_role::weights)]) return 0;
        all_weights_on_chip_ = false;
        if (!by_capacity_) return holder == index ? part.weight_bytes : 0;
        return part.weights_read;
    }

    [[nodiscard]] static bool spilled(const layer_part& part) {
        return part.stored && part.output_bytes > 0 && !part.on_chip[static_cast<int>(tensor_role::activations)];
    }

    void read_spilled(const layer_workload& layer, int kernel) {
        const auto from = net_.producers(layer);
        const auto extents = net_.input_shapes(layer);
        for (std::size_t i = 0; i < from.size(); ++i) {
            layer_part& source = table_.source(from[i]);
            if (!spilled(source) || source.kernel == kernel) continue;
            if (source.read_by != kernel) source.unread = source.output_bytes;
            source.read_by = kernel;
            // the same tensor once; of a layer with several outputs each
            const double elements = static_cast<double>(extents[i].elements()) * static_cast<double>(batch_);
            const double bytes = std::min(elements * source.bytes_per_activation, source.unread);
            source.unread -= bytes;
            table_.at(kernel).traffic += bytes;
        }
    }

    void describe() {
        const double batch = static_cast<double>(how.batch);
        result.work = net_.work() * batch;
        if (!placer_.result.feasible) result.feasible = feasibility::infeasible;
        result.assumed |= table_.assumed;
        double time = 0;
        for (std::size_t i = 0; i < table_.parts.size(); ++i) {
            const layer_part& part = table_.parts[i];
            if (!net_.layers()[i].weights_shared) result.weight_bytes += part.weight_bytes;
            if (part.peak > 0) time += net_.layers()[i].work() * batch / (part.peak * part.gain);
        }
        // layers of several peaks: the peak at which the whole would take as long
        const double peak = table_.uniform || !(time > 0) ? table_.peak : result.work / time;
        result.roof = {quantity_of<ops_per_second>(peak), bandwidth_};
        if (how.placement == placement_kind::capacity && !by_capacity_) result.assume(assumption::capacity_unknown);
        result.assume(all_weights_on_chip_ ? assumption::weights_on_chip : assumption::weights_off_chip);
        result.assume(spills_ ? assumption::activations_spill : assumption::activations_on_chip);
        if (!net_.uncounted().empty()) result.assume(assumption::uncounted_layers);
    }

    [[nodiscard]] kernel_estimate kernel_of(std::size_t index) const {
        const layer_part& part = table_.parts[index];
        kernel_estimate one{static_cast<int>(index), part.work, part.traffic, part.compute, time_to_move(part.traffic)};
        one.fixed_time = how.parameters.layer_overhead;
        one.time = one.fixed_time + combined(how.parameters.overlap, one.compute_time, one.memory_time);
        if (one.compute_time < one.memory_time) one.bound = bound_kind::memory;
        return one;
    }

    const Workload& net_;
    const execution_traits& traits_;
    layer_table<Workload> table_;
    placer<Workload> placer_;
    bytes_per_second bandwidth_;
    std::int64_t batch_ = 1;
    double tensor_traffic_ = 0;  // bytes of activations and state that all kernels move
    bool by_capacity_ = false;
    bool all_weights_on_chip_ = true;
    bool spills_ = false;
};

}  // namespace detail

}  // namespace qutibench
