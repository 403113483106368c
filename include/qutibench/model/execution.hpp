// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Refined execution models: layer by layer and dataflow, under a placement (T 7.2.4, 8.3.1, 8.5). With the neutral
/// `execution_parameters` none is faster than level 0 under the published placement. Equations in
/// docs/formulas/execution.md.
#pragma once

#include <qutibench/model/placement.hpp>

namespace qutibench {

/// One kernel of a network on a device: of a call, or, in a dataflow, of one input.
struct kernel_estimate {
    int layer = -1;           ///< index of the layer that leads it
    double work = 0;          ///< operations, without the padding of tiles
    double traffic = 0;       ///< off-chip bytes
    double compute_time = 0;  ///< s on one core; tiles, efficiency and sparsity included
    double memory_time = 0;   ///< s
    double time = 0;          ///< s: both, combined, and the fixed cost
    bound_kind bound = bound_kind::compute;
};

/// An estimate with what it is made of.
struct breakdown {
    estimate total{};
    std::vector<kernel_estimate> kernels{};  ///< in execution order; empty for a workload without layers
    placement where{};
};

namespace detail {

/// extent over itself, rounded up to whole tiles.
[[nodiscard]] constexpr double rounded_up(std::int64_t extent, std::int64_t tile) {
    return tile > 1 && extent > 0 ? static_cast<double>(ceil_divide(extent, tile)) * static_cast<double>(tile) /
                                        static_cast<double>(extent)
                                  : 1.0;
}

/// What a layer computes over what it needs, when its matrix product fills whole tiles only. Groups of one column, as
/// of a depthwise convolution, lie side by side in the columns of a tile.
[[nodiscard]] constexpr double tile_factor(const contraction& product, std::int64_t batch,
                                           const execution_parameters& p) {
    const bool is_depthwise = product.columns == 1 && product.groups > 1;
    const double whole = rounded_up(multiply(product.rows, batch), p.tile_rows) *
                         rounded_up(is_depthwise ? product.groups : product.columns, p.tile_columns) *
                         rounded_up(product.depth, p.tile_depth);
    return (1 - p.tile_softening) + p.tile_softening * whole;
}

/// Predicts a workload with layers; everything comes here but the published network level without details.
template <class Workload>
class refined_model {
public:
    refined_model(const Workload& net, const platform& device, const deployment& how)
        : net_(net), how_(how), table_(net, device, how), placer_(net, table_, device, how),
          bandwidth_(device.bandwidth()) {
        streams_ = how.execution == execution_kind::dataflow;
        // a pipeline works on one input at a time, and reads again for each what is not on chip
        batch_ = streams_ ? 1 : how.batch;
        by_capacity_ = how.placement == placement_kind::capacity && placer_.result.capacity > 0;
        if (!is_known(bandwidth_)) {
            bandwidth_ = quantity_of<bytes_per_second>(std::numeric_limits<double>::infinity());
            result.assume(assumption::bandwidth_unknown);
        }
        if (by_capacity_) bandwidth_ = streaming_bandwidth(device, bandwidth_);
        for (std::size_t i = 0; i < table_.parts.size(); ++i) load(i);
        for (const layer_part& part : table_.parts) result.traffic += part.runs ? part.traffic : 0.0;
        describe();
        complete(result, device, how,
                 streams_                                  ? pipeline()
                 : how.execution == execution_kind::layers ? sequence()
                                                           : network());
    }

    estimate result{};

    [[nodiscard]] breakdown explain() {
        breakdown all{result, {}, std::move(placer_.result)};
        for (std::size_t i = 0; i < table_.parts.size(); ++i)
            if (table_.parts[i].runs) all.kernels.push_back(kernel_of(i));
        return all;
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
            const bool tiled = how_.execution != execution_kind::network;
            const double factor = tiled ? tile_factor(layer.cost.product, batch_, how_.parameters) : 1.0;
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
        const double cores = streams_ ? 1.0 : static_cast<double>(how_.parameters.cores);
        return peak * (how_.parameters.compute_efficiency / cores);
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
        const double batch = static_cast<double>(how_.batch);
        result.work = net_.work() * batch;
        result.feasible = placer_.result.feasible;
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
        if (how_.placement == placement_kind::capacity && !by_capacity_) result.assume(assumption::capacity_unknown);
        result.assume(all_weights_on_chip_ ? assumption::weights_on_chip : assumption::weights_off_chip);
        result.assume(spills_ ? assumption::activations_spill : assumption::activations_on_chip);
        if (streams_) result.assume(assumption::ideal_folding);
        if (!net_.uncounted().empty()) result.assume(assumption::uncounted_layers);
    }

    [[nodiscard]] double time_to_move(double traffic) const {
        return traffic / (bandwidth_.value() * how_.parameters.memory_efficiency);
    }

    [[nodiscard]] call_demand network() const { return network_demand(result.work, result.traffic, result.roof, how_); }

    [[nodiscard]] kernel_estimate kernel_of(std::size_t index) const {
        const layer_part& part = table_.parts[index];
        kernel_estimate one{static_cast<int>(index),    part.work, part.traffic, part.compute,
                            time_to_move(part.traffic), 0};
        one.time =
            how_.parameters.layer_overhead + combined(how_.parameters.overlap, one.compute_time, one.memory_time);
        if (one.compute_time < one.memory_time) one.bound = bound_kind::memory;
        return one;
    }

    // Sum over kernels of layer overhead + combined(compute, memory). The bound is the one that more of the time has.
    [[nodiscard]] call_demand sequence() const {
        call_demand demand = network();
        double memory_bound = 0;
        demand.alone = 0;
        for (std::size_t i = 0; i < table_.parts.size(); ++i) {
            if (!table_.parts[i].runs) continue;
            const kernel_estimate one = kernel_of(i);
            demand.alone += one.time;
            if (one.bound == bound_kind::memory) memory_bound += one.time;
        }
        demand.busy = demand.alone / static_cast<double>(how_.parameters.cores);
        demand.bound = 2 * memory_bound > demand.alone ? bound_kind::memory : bound_kind::compute;
        return demand;
    }

    // Stages share the device so that each takes the same time, s. The first result comes after the stages of the
    // longest path have filled, the others at the initiation interval. Published weights are read once a call; whatever
    // else is off chip, by an override or for want of capacity, again for each input.
    [[nodiscard]] call_demand pipeline() {
        const execution_parameters& p = how_.parameters;
        const double count = static_cast<double>(how_.batch);
        const double again = by_capacity_ ? result.traffic : tensor_traffic_;
        const double read_once = result.traffic - again;
        const double per_input = time_to_move(again);
        const double once = time_to_move(read_once);
        double compute = 0;
        for (const layer_part& part : table_.parts) compute += part.runs ? part.compute : 0.0;
        const double stage = combined(p.overlap, compute, per_input);
        const double latency = p.input_overhead + stage * (1 + p.pipeline_fill * (longest_path() - 1));
        result.initiation_interval = std::max(stage, p.input_overhead);
        const double stream = latency + (count - 1) * result.initiation_interval;
        result.traffic = read_once + again * count;
        call_demand demand;
        demand.host = p.call_overhead;
        demand.alone = combined(p.overlap, stream, once);
        demand.memory = time_to_move(result.traffic);
        demand.busy = std::max(count * result.initiation_interval, once);
        if (compute < per_input || stream < once) demand.bound = bound_kind::memory;
        result.pipeline_latency = p.call_overhead + combined(p.overlap, latency, once);
        return demand;
    }

    [[nodiscard]] double longest_path() const {
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

    const Workload& net_;
    const deployment& how_;
    layer_table<Workload> table_;
    placer<Workload> placer_;
    bytes_per_second bandwidth_;
    std::int64_t batch_ = 1;
    double tensor_traffic_ = 0;  // bytes of activations and state that all kernels move
    bool streams_ = false;
    bool by_capacity_ = false;
    bool all_weights_on_chip_ = true;
    bool spills_ = false;
};

}  // namespace detail

}  // namespace qutibench
