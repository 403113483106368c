// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Where each tensor of a network lives on a device (T 7.2.4, 8.3.1 and 8.5 ask for it). Derivation in
/// docs/formulas/placement.md.
#pragma once

#include <qutibench/detail/agreed.hpp>
#include <qutibench/detail/lanes.hpp>
#include <qutibench/model/execution_models.hpp>
#include <qutibench/model/on_chip.hpp>
#include <qutibench/network/kernels.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace qutibench {

namespace detail {

/// What the models know of a layer beyond its cost.
struct layer_part : kernel_part {
    double weight_bytes = 0;
    double bytes_per_activation = 0;
    double bytes_per_weight = 0;
    double gain = 1;  ///< by skipping weights of a sparsity pattern
    double peak = 0;  ///< operations per second
};

/// Layers, their kernels, which tensors leave them, and what they hold and move; O(layers + edges). A template, as
/// `placer` and `refined_model` are, so that including them costs nothing until they are used.
template <class Workload = workload>
class layer_table {
public:
    layer_table(const Workload& net, const platform& device, const deployment& how)
        : parts(net.layers().size()), net_(net),
          batch_(traits_of(how.execution).streams ? 1.0 : static_cast<double>(how.batch)) {
        assign_kernels(net, parts);
        weigh(device, how);
    }

    std::vector<layer_part> parts;
    std::uint32_t assumed = 0;
    double peak = 0;      ///< operations per second of the first layer that computes
    bool uniform = true;  ///< the peak of all layers

    [[nodiscard]] layer_part& at(int index) { return parts[static_cast<std::size_t>(index)]; }
    [[nodiscard]] const layer_part& at(int index) const { return parts[static_cast<std::size_t>(index)]; }
    [[nodiscard]] layer_part& source(int producer) { return at(at(producer).owner); }
    /// The layer that holds the weights of a layer; only an earlier one can.
    [[nodiscard]] int holder(int index) const {
        for (int next = index; next >= 0 && next <= index;) {
            index = next;
            next = net_.layers()[static_cast<std::size_t>(index)].weights_of;
            if (next == index) break;
        }
        return index;
    }

    /// Bytes that a layer writes for one input, and that it keeps from one call to the next.
    [[nodiscard]] double output_per_input(int index) const {
        const layer_workload& of = layer(index);
        if (of.kind == layer_kind::view) return 0;
        return static_cast<double>(of.output_count) * at(index).bytes_per_activation;
    }
    [[nodiscard]] double state_per_input(int index) const {
        const layer_cost& cost = layer(index).cost;
        if (cost.state == 0) return 0;
        return static_cast<double>(cost.state) *
               (cost.state_bits > 0 ? cost.state_bits / 8 : at(index).bytes_per_activation);
    }
    /// The same of a run of the layer: of a call, or in a pipeline of one input.
    [[nodiscard]] double output_bytes(int index) const { return output_per_input(index) * batch_; }
    [[nodiscard]] double state_bytes(int index) const { return state_per_input(index) * batch_; }

    /// Whether how much a run reads of the layer's weights depends on its inputs.
    [[nodiscard]] bool reads_by_input(int index) const {
        return layer(index).kind == layer_kind::embedding || layer(index).cost.routed_rows > 0;
    }
    /// Bytes of its weights that a run of the layer with `batch` inputs reads: of a table, the rows that are looked up;
    /// of weights that rows choose at random, those that the rows of all inputs touch between them.
    template <class Value>
    [[nodiscard]] Value weights_read(int index, const Value& batch) const {
        const layer_part& part = at(index);
        const layer_workload& of = layer(index);
        if (of.kind == layer_kind::embedding)
            return smaller(Value(part.weight_bytes),
                           static_cast<double>(of.output_count) * batch * part.bytes_per_weight);
        if (of.cost.routed_rows == 0) return part.weight_bytes;
        return part.weight_bytes * each_lane<Value>([&](std::size_t lane) {
                   const double rows = static_cast<double>(of.cost.routed_rows) * in_lane(batch, lane);
                   return agreed(1 - std::pow(1 - of.cost.routed_share, rows));
               });
    }
    [[nodiscard]] double weights_read(int index) const { return weights_read(index, batch_); }

private:
    [[nodiscard]] const layer_workload& layer(int index) const {
        return net_.layers()[static_cast<std::size_t>(index)];
    }

    void weigh(const platform& device, const deployment& how) {
        deployed_roof roof{};
        precision known{};
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto& layer = net_.layers()[i];
            layer_part& part = parts[i];
            const precision& numbers = layer.has_precision ? layer.numbers : how.datatype;
            part.bytes_per_activation = numbers.activations.bytes_per_element();
            if (layer.cost.macs == 0 && layer.cost.weights == 0) continue;
            if (roof.bytes_per_weight == 0 || !(numbers == known)) roof = roof_of(device, how, known = numbers);
            part.peak = roof.roof.peak.value();
            part.bytes_per_weight = roof.bytes_per_weight;
            if (how.sparse && layer.sparsity.of > 0) skip(part, layer.sparsity, roof.sparse_gain);
            part.weight_bytes = static_cast<double>(layer.cost.weights) * part.bytes_per_weight;
            if (peak == 0) peak = part.peak;
            uniform = uniform && part.peak == peak && part.gain == 1;
            assumed |= roof.assumed;
        }
        if (peak == 0) peak = roof_of(device, how, how.datatype).roof.peak.value();
    }

    // kept of every `of` weights are stored, each with its index; the gain is at most the share that is left out.
    void skip(layer_part& part, const sparsity& pattern, double gain) {
        const double share = static_cast<double>(pattern.kept) / pattern.of;
        part.gain = std::max(1.0, share > 0 ? std::min(gain, 1 / share) : gain);
        int index_bits = 0;
        while ((1 << index_bits) < pattern.of && index_bits < 30) ++index_bits;
        part.bytes_per_weight = std::min(part.bytes_per_weight, share * (part.bytes_per_weight + index_bits / 8.0));
    }

    const Workload& net_;
    double batch_;
};

/// A tensor that may live on chip, and from how many bytes on it does.
struct tensor_need {
    int layer = -1;
    tensor_role role = tensor_role::weights;
    bool forced = false;
    bool wished = false;   ///< on chip, where forced
    bool streams = false;  ///< from stage to stage of a pipeline, and so is on chip
    double fixed = 0;      ///< bytes...
    double per_input = 0;  ///< ... and those for each input that a run works on
    double size = 0;       ///< its own bytes: of weights in all, of others for each input

    template <class Value>
    [[nodiscard]] Value bytes(const Value& inputs) const {
        return fixed + per_input * inputs;
    }
    /// Whether it fits in what each kind may have: with all before it, or where only its own kind may be.
    template <class Value>
    [[nodiscard]] auto fits(const Value& inputs, const memory_pools_of<Value>& pools) const {
        const Value weights = fixed, others = per_input * inputs;
        const auto alone = role == tensor_role::weights ? weights <= pools.weights : others <= pools.activations;
        return typename lanes_of<Value>::mask(pools.hold(weights, others) | alone);
    }
};

/// Gives the on-chip memory away. Tensors come in a fixed order: forced ones, activations by how short they live,
/// state, weights as they execute. Each has a need: the most that it and the tensors before it take at once. It is on
/// chip when its need is at most the capacity, weights and others each in the levels that may hold them. An activation
/// lives from the start of the kernel that writes it to the last layer that reads it; all else always. So what is on
/// chip always fits, and more capacity, a smaller batch or narrower datatypes never evict anything. What the tensors of
/// a call take grows with its inputs, so that needs are worked out once for all batches and capacities.
template <class Workload = workload, class Need = tensor_need>
class placer {
public:
    placer(const Workload& net, const layer_table<Workload>& table, const deployment& how)
        : net_(net), table_(table), how_(how), found_(table.parts.size(), {-1, -1, -1}),
          occupied_(table.parts.size() + 1, 0.0), streams_(traits_of(how.execution).streams) {
        tensors_.reserve(2 * table.parts.size());
        collect();
        force();
        put_in_order();
        for (std::size_t i = 0; i < tensors_.size(); ++i) {
            find(tensors_[i].layer, tensors_[i].role) = static_cast<int>(i);
            measure(tensors_[i]);
        }
    }

    /// In the order in which they get on-chip memory.
    [[nodiscard]] const std::vector<Need>& tensors() const { return tensors_; }
    /// The place there of a layer's tensor, -1 where it keeps none.
    [[nodiscard]] int place_of(int layer, tensor_role role) const {
        return found_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(role)];
    }
    /// Whether memory is given away by capacity; otherwise weights are off chip and activations on it, as published.
    [[nodiscard]] bool gives(double capacity) const { return may_give() && capacity > 0; }
    /// Whether time decides what gets it, rather than the order.
    [[nodiscard]] bool decides(double capacity) const {
        return gives(capacity) && (how_.placement == placement_kind::optimal || traits_of(how_.execution).tiles);
    }

    /// Whether a tensor is on chip whatever the call.
    [[nodiscard]] bool always_holds(const Need& one) const {
        if (one.forced) return one.wished;
        return one.streams || (!may_give() && one.role == tensor_role::activations);
    }

    /// Whether a tensor is on chip in runs of so many inputs.
    template <class Value>
    [[nodiscard]] auto holds(const Need& one, const Value& inputs, const memory_pools_of<Value>& pools) const {
        using mask = typename lanes_of<Value>::mask;
        if (one.forced) return mask(one.wished);
        if (one.streams) return mask(true);
        // free, as published, where nothing is given away or no level may hold them
        const bool is_activation = one.role == tensor_role::activations;
        if (!gives(in_lane(pools.all(), 0))) return mask(is_activation);
        if (is_activation && !(in_lane(pools.for_activations(), 0) > 0)) return mask(true);
        return mask(one.fits(inputs, pools));
    }

    /// Where they live in runs of so many inputs; `chosen` says it where time decides.
    [[nodiscard]] placement result(double inputs, const memory_pools& pools,
                                   const std::vector<char>& chosen = {}) const {
        placement all;
        if (pools.all() > 0) all.capacity = pools.all();
        all.tensors.reserve(tensors_.size());
        for (std::size_t i = 0; i < tensors_.size(); ++i) {
            const Need& one = tensors_[i];
            const double size = one.role == tensor_role::weights ? one.size : one.size * inputs;
            if (one.forced && all.capacity > 0 && !one.fits(inputs, pools)) all.feasible = false;
            const bool on_chip = chosen.empty() ? holds(one, inputs, pools) : chosen[i] != 0;
            all.tensors.push_back({one.layer, one.role, size,
                                   chosen.empty() ? one.bytes(inputs) : unknown<bytes>.value(), on_chip, one.forced});
        }
        return all;
    }

private:
    [[nodiscard]] bool may_give() const {
        return how_.placement != placement_kind::published || traits_of(how_.execution).tiles;
    }
    [[nodiscard]] int& find(int layer, tensor_role role) {
        return found_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(role)];
    }

    void collect() {
        for (int i = 0; i < static_cast<int>(table_.parts.size()); ++i) {
            const auto& layer = net_.layers()[static_cast<std::size_t>(i)];
            const layer_part& part = table_.at(i);
            const auto keep = [&](tensor_role role, bool is_there) {
                if (is_there) tensors_.push_back({.layer = i, .role = role});
            };
            keep(tensor_role::activations, part.stored && layer.kind != layer_kind::view && layer.output_count > 0);
            keep(tensor_role::state, layer.cost.state > 0);
            keep(tensor_role::weights, part.weight_bytes > 0 && !layer.weights_shared);
        }
    }

    void force() {
        for (const placement_override& wish : how_.overrides) {
            bool found = false;
            for (Need& one : tensors_) {
                if (one.role != wish.role || net_.layers()[static_cast<std::size_t>(one.layer)].name != wish.layer)
                    continue;
                one.forced = found = true;
                one.wished = wish.on_chip;
            }
            if (!found) throw_unknown(wish);
        }
    }

    [[noreturn]] void throw_unknown(const placement_override& wish) const {
        std::vector<std::string_view> names;
        for (const Need& one : tensors_)
            if (one.role == wish.role) names.push_back(net_.layers()[static_cast<std::size_t>(one.layer)].name);
        detail::raise(unknown_name("layer that keeps " + std::string(to_string(wish.role)) + " in memory", wish.layer,
                                   nearest_name(wish.layer, names)));
    }

    // Tensors of equal rank stay in the order of their layers. A rank is at most the number of layers and 3: counted,
    // not compared, so that this takes O(tensors).
    void put_in_order() {
        std::vector<int> next(table_.parts.size() + 5, 0);
        for (const Need& one : tensors_) ++next[rank(one) + 1];
        for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
        std::vector<Need> ordered(tensors_.size());
        for (const Need& one : tensors_) ordered[static_cast<std::size_t>(next[rank(one)]++)] = one;
        tensors_.swap(ordered);
    }

    [[nodiscard]] std::size_t rank(const Need& one) const {
        if (one.forced) return 0;
        const std::size_t past_activations = table_.parts.size() + 2;
        if (one.role != tensor_role::activations) return past_activations + (one.role == tensor_role::state ? 0 : 1);
        return static_cast<std::size_t>(1 + table_.at(one.layer).last - table_.at(one.layer).kernel);
    }

    // Its size, and the bytes that it and all before it take at once.
    void measure(Need& one) {
        one.size = one.role == tensor_role::weights ? table_.at(one.layer).weight_bytes
                   : one.role == tensor_role::state ? table_.state_per_input(one.layer)
                                                    : table_.output_per_input(one.layer);
        one.streams = streams_ && one.role == tensor_role::activations;
        if (one.forced ? !one.wished : one.streams) return;
        if (one.role == tensor_role::activations) {
            double most = 0;
            const layer_part& part = table_.at(one.layer);
            for (int at = part.kernel; at <= part.last; ++at)
                most = std::max(most, occupied_[static_cast<std::size_t>(at)] += one.size);
            busiest_ = std::max(busiest_, most);
            one.per_input = always_per_input_ + most;
        } else {
            (one.role == tensor_role::weights ? always_ : always_per_input_) += one.size;
            one.per_input = always_per_input_ + busiest_;
        }
        one.fixed = always_;
    }

    const Workload& net_;
    const layer_table<Workload>& table_;
    const deployment& how_;
    std::vector<Need> tensors_{};
    std::vector<std::array<int, 3>> found_;  // by layer and role
    std::vector<double> occupied_;           // by activations of an input, while each layer runs
    double busiest_ = 0;                     // the largest of them
    double always_ = 0;                      // by weights
    double always_per_input_ = 0;            // by state
    bool streams_ = false;
};

}  // namespace detail

/// Where the tensors of one call live under a deployment. A workload without layers has one tensor: all its weights.
/// Throws unknown_name when an override names no such tensor. O(layers x lifetime).
template <std::same_as<workload> Workload>
[[nodiscard]] placement place(const Workload& net, const platform& device, const deployment& how) {
    if (how.stream > 0) return place(net, device, detail::as_call(how));
    detail::check(how);
    if (net.layers().empty()) {
        detail::refuse_overrides(how);
        placement whole;
        whole.capacity = detail::on_chip_capacity(device, how.double_buffered);
        const double size =
            static_cast<double>(net.weight_count) * detail::roof_of(device, how, how.datatype).bytes_per_weight;
        whole.tensors.push_back({.size = size, .needed = size});
        whole.tensors[0].on_chip = how.placement != placement_kind::published &&
                                   size <= detail::pools_of(device, how.double_buffered).for_weights();
        return whole;
    }
    // where time decides, or a host runs some layers, placing is part of predicting; found by its arguments, since it
    // comes later
    if (how.placement == placement_kind::optimal || traits_of(how.execution).tiles || device.operators.host.is_stated())
        return explain(net, device, how).where;
    detail::layer_table<Workload> table(net, device, how);
    return detail::placer<Workload>(net, table, how)
        .result(traits_of(how.execution).streams ? 1.0 : static_cast<double>(how.batch),
                detail::pools_of(device, how.double_buffered));
}

}  // namespace qutibench
