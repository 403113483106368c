// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the kernels of a network compute, and what they move unless it is on chip, worked out once for calls of any
/// batch, bandwidth and on-chip capacity. Equations in docs/formulas/execution.md.
#pragma once

#include <qutibench/model/arrays.hpp>
#include <qutibench/model/operand_counter.hpp>
#include <qutibench/model/placement.hpp>
#include <qutibench/model/tiles.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

namespace qutibench::detail {

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

/// An array with what of the platform bounds it.
struct placed_array {
    processing_array of{};
    double clock = 0;                                       ///< Hz
    double edge = std::numeric_limits<double>::infinity();  ///< bytes per second of the memory that it reads
};

/// The array of a platform's mode; throws invalid_argument where the platform states none, or no clock.
[[nodiscard]] inline placed_array array_of(const platform& device) {
    const operating_mode& mode = device.mode();
    if (!mode.array.is_stated() || !is_known(mode.clock))
        detail::raise(invalid_argument(
            message({"platform '", device.id(), "' states no ", mode.array.is_stated() ? "clock" : "array",
                     ", which the execution model 'array' needs: add it to the file, or ask for 'layers'"})));
    placed_array found{mode.array, mode.clock.value()};
    for (const memory_level& one : mode.memories)
        if (one.on_chip && is_known(one.bandwidth)) found.edge = std::min(found.edge, one.bandwidth.value());
    return found;
}

/// Weights that a kernel reads unless they are on chip.
struct weights_read {
    int tensor = -1;  ///< whose place decides; -1: nothing keeps them
    int layer = -1;
    double once = 0;   ///< bytes, if each tensor is read once a call
    double again = 0;  ///< bytes, whenever a layer runs; NaN: depends on the inputs
};

/// A tensor that a kernel writes, reads or updates unless it is on chip.
struct tensor_moved {
    int tensor = -1;
    double per_input = 0;  ///< bytes
};

/// Items of a list that belong to one kernel, in the order in which they came.
struct chain {
    int first = -1;
    int last = -1;
};

/// A list of items that are linked in chains.
template <class Item>
class chains {
public:
    chains() { links_.reserve(128); }
    void add(chain& of, const Item& item) {
        const int index = static_cast<int>(links_.size());
        (of.last < 0 ? of.first : links_[static_cast<std::size_t>(of.last)].next) = index;
        of.last = index;
        links_.push_back({item, -1});
    }
    template <class Use>
    void each(const chain& of, Use use) const {
        for (int i = of.first; i >= 0; i = links_[static_cast<std::size_t>(i)].next)
            use(links_[static_cast<std::size_t>(i)].item);
    }

private:
    struct link {
        Item item;
        int next;
    };
    std::vector<link> links_{};
};

/// What a kernel computes and may move.
struct kernel_plan {
    int layer = -1;           ///< that leads it
    double work = 0;          ///< operations of one input
    double compute_time = 0;  ///< s of one input on one core, where tiles do not depend on the batch
    double needed_time = 0;   ///< s of one input on one core, were all of it filled
    chain weights{};
    chain tensors{};
    chain parts{};                  ///< layers whose tiles depend on the batch
    double operands_per_input = 0;  ///< bytes of activations and state through on-chip memory, each once
};

/// Layers, tensors and kernels of a network under a deployment.
template <class Workload = workload, class Kernel = kernel_plan>
class network_plan {
public:
    network_plan(const Workload& net, const platform& device, const deployment& deployed)
        : how(deployed), traits(traits_of(deployed.execution)), table(net, device, deployed), placed(net, table, how),
          net_(net), operands_(net, table),
          tiles_by_batch_(traits.on_array || (traits.by_kernel && !traits.streams && how.parameters.tile_rows > 1)) {
        if (traits.on_array) array_ = array_of(device);
        for (std::size_t i = 0; i < table.parts.size(); ++i) number(static_cast<int>(i));
        for (std::size_t i = 0; i < table.parts.size(); ++i) plan(static_cast<int>(i));
        weigh();
    }
    network_plan(const network_plan&) = delete;
    network_plan& operator=(const network_plan&) = delete;

    const deployment& how;
    const execution_traits& traits;
    layer_table<Workload> table;
    placer<Workload> placed;

    std::vector<Kernel> kernels{};  ///< in execution order
    chains<weights_read> weights{};
    chains<tensor_moved> moved{};
    chains<int> parts{};         ///< layers whose tiles depend on the batch
    std::vector<int> outputs{};  ///< activations that may be off chip, as places in `placed.tensors()`
    double weight_bytes = 0;     ///< of all layers
    double common_peak = 0;      ///< of layers of several peaks, at which the whole would take as long
    std::int64_t rows = 0;       ///< the most that a product has for one input

    /// The kernel that a layer runs in, -1 of the network's inputs.
    [[nodiscard]] int kernel_of(int layer) const { return slot_[static_cast<std::size_t>(layer)]; }
    /// Bytes of weights that a kernel reads in a run of so many inputs when they are given away by capacity.
    template <class Value>
    [[nodiscard]] Value bytes_of(const weights_read& read, const Value& inputs) const {
        return read.again == read.again ? Value(read.again) : table.weights_read(read.layer, inputs);
    }

    /// Seconds in which one core computes a layer for some inputs, whole tiles included.
    [[nodiscard]] double time_to_compute(int index, std::int64_t inputs) const {
        const auto& layer = net_.layers()[static_cast<std::size_t>(index)];
        const layer_part& part = table.at(index);
        if (traits.on_array) return time_on_array(layer, part, inputs);
        const double work = layer.work() * static_cast<double>(inputs);
        return (traits.by_kernel ? work * tile_factor(layer.cost.product, inputs, how.parameters) : work) /
               (core_peak(part.peak) * part.gain);
    }

private:
    // A pipeline has the whole device; a call layer by layer has one core.
    [[nodiscard]] double core_peak(double peak) const {
        const double cores = traits.streams ? 1.0 : static_cast<double>(how.parameters.cores);
        return peak * (how.parameters.compute_efficiency / cores);
    }

    // For which a layer's mapping keeps the array, or the memory at its edge.
    [[nodiscard]] double time_on_array(const layer_workload& layer, const layer_part& part, std::int64_t inputs) const {
        const array_cycles found = cycles_on(array_.of, layer, net_.output_shapes(layer), inputs);
        const double passing = (found.read + found.written) * part.bytes_per_activation / array_.edge;
        return std::max(found.cycles / (array_.clock * how.parameters.compute_efficiency), passing) *
               static_cast<double>(how.parameters.cores);
    }

    // Kernels are numbered as they run; `slot_` says which one a layer is of.
    void number(int index) {
        const layer_part& part = table.at(index);
        if (part.runs) kernels.push_back({.layer = index});
        slot_.push_back(part.runs             ? static_cast<int>(kernels.size()) - 1
                        : part.kernel < index ? slot_[static_cast<std::size_t>(part.kernel)]
                                              : -1);
    }

    void weigh() {
        double time = 0;
        for (std::size_t i = 0; i < table.parts.size(); ++i) {
            const layer_part& part = table.parts[i];
            if (!net_.layers()[i].weights_shared) weight_bytes += part.weight_bytes;
            if (!table.uniform && part.peak > 0) time += net_.layers()[i].work() / (part.peak * part.gain);
        }
        common_peak = time > 0 ? net_.work() / time : table.peak;
    }

    // Adds what a layer computes and may move to its kernel.
    void plan(int index) {
        const auto& layer = net_.layers()[static_cast<std::size_t>(index)];
        if (layer.kind == layer_kind::view) return;
        const layer_part& part = table.at(index);
        const int slot = slot_[static_cast<std::size_t>(index)];
        const int output = movable(index, tensor_role::activations);
        if (output >= 0) outputs.push_back(output);
        if (slot < 0) return;  // an input, which others read
        Kernel& kernel = kernels[static_cast<std::size_t>(slot)];
        if (layer.cost.macs > 0) {
            kernel.work += layer.work();
            kernel.needed_time += layer.work() * how.parameters.compute_efficiency / (core_peak(part.peak) * part.gain);
            if (traits.by_kernel && !traits.streams) rows = std::max(rows, layer.cost.product.rows);
            if (tiles_by_batch_)
                parts.add(kernel.parts, index);
            else
                kernel.compute_time += time_to_compute(index, 1);
        } else if (traits.on_array && (part.runs || layer.inputs > 1)) {  // functions of one tensor ride along
            parts.add(kernel.parts, index);
        }
        if (part.weight_bytes > 0) plan_weights(index, kernel);
        kernel.operands_per_input += operands_.per_input(index);
        if (layer.cost.state > 0)
            moved.add(kernel.tensors, {placed.place_of(index, tensor_role::state), table.state_per_input(index)});
        if (output >= 0) moved.add(kernel.tensors, {output, table.output_per_input(index)});
        plan_inputs(layer, kernel);
    }

    // The place of a tensor that is off chip in some call, -1 of others.
    [[nodiscard]] int movable(int layer, tensor_role role) const {
        const int tensor = placed.place_of(layer, role);
        return tensor < 0 || placed.always_holds(placed.tensors()[static_cast<std::size_t>(tensor)]) ? -1 : tensor;
    }

    // Published: each tensor once a call. By capacity: whenever a layer runs whose weights are not on chip; of a table,
    // the rows that are looked up.
    void plan_weights(int index, Kernel& kernel) {
        const int holder = table.holder(index);
        const double bytes = table.at(index).weight_bytes;
        const double unknown = std::numeric_limits<double>::quiet_NaN();
        weights.add(kernel.weights, {placed.place_of(holder, tensor_role::weights), index,
                                     holder == index ? bytes : 0.0, table.reads_by_input(index) ? unknown : bytes});
    }

    // What a layer reads of tensors that other kernels have stored: the same tensor once a kernel; of a layer with
    // several outputs each.
    void plan_inputs(const layer_workload& layer, Kernel& kernel) {
        const auto from = net_.producers(layer);
        const auto extents = net_.input_shapes(layer);
        for (std::size_t i = 0; i < from.size(); ++i) {
            const int owner = table.at(from[i]).owner;
            const int tensor = movable(owner, tensor_role::activations);
            if (tensor < 0 || table.at(owner).kernel == kernel.layer) continue;
            if (unread_.empty()) unread_.resize(table.parts.size());
            unread_output& source = unread_[static_cast<std::size_t>(owner)];
            if (source.by != kernel.layer) source = {kernel.layer, table.output_per_input(owner)};
            const double whole = static_cast<double>(extents[i].elements()) * table.at(owner).bytes_per_activation;
            const double bytes = std::min(whole, source.bytes);
            source.bytes -= bytes;
            if (bytes > 0) moved.add(kernel.tensors, {tensor, bytes});
        }
    }

    // Bytes of a layer's output that the kernel has not read which read it last.
    struct unread_output {
        int by = -1;
        double bytes = 0;
    };

    const Workload& net_;
    operand_counter<Workload> operands_;
    bool tiles_by_batch_ = false;
    placed_array array_{};
    std::vector<int> slot_{};  // the kernel of each layer
    std::vector<unread_output> unread_{};
};

}  // namespace qutibench::detail
