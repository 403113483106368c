// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Where each tensor of a network lives on a device (T 7.2.4, 8.3.1 and 8.5 ask for it). Derivation in
/// docs/formulas/placement.md.
#pragma once

#include <qutibench/model/execution_models.hpp>
#include <qutibench/network/kernels.hpp>

#include <algorithm>
#include <cmath>

namespace qutibench {

namespace detail {

/// What the models know of a layer beyond its cost.
struct layer_part : kernel_part {
    int read_by = -1;      ///< kernel that read its output last
    double unread = 0;     ///< bytes of its output that this kernel has not read
    bool on_chip[3] = {};  ///< by tensor_role
    double weight_bytes = 0;
    double weights_read = 0;  ///< bytes of them that a run of the layer reads: of a table, the rows that are looked up
    double output_bytes = 0;  ///< of a call
    double state_bytes = 0;   ///< of a call
    double bytes_per_activation = 0;
    double bytes_per_weight = 0;
    double gain = 1;     ///< by skipping weights of a sparsity pattern
    double peak = 0;     ///< operations per second
    double compute = 0;  ///< s on one core, of a kernel
    double work = 0;     ///< operations of a call, of a kernel
    double traffic = 0;  ///< off-chip bytes of a call, of a kernel
};

/// Layers, their kernels, which tensors leave them, and what they hold and move; O(layers + edges).
/// A template, as `placer` and `refined_model` are, so that including them costs nothing until they are used.
template <class Workload = workload>
class layer_table {
public:
    layer_table(const Workload& net, const platform& device, const deployment& how)
        : parts(net.layers().size()), net_(net) {
        assign_kernels(net, parts);
        weigh(device, how);
    }

    std::vector<layer_part> parts;
    std::uint32_t assumed = 0;
    double peak = 0;      ///< operations per second of the first layer that computes
    bool uniform = true;  ///< the peak of all layers

    [[nodiscard]] layer_part& at(int index) { return parts[static_cast<std::size_t>(index)]; }
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

private:
    void weigh(const platform& device, const deployment& how) {
        deployed_roof roof{};
        precision known{};
        const double batch = traits_of(how.execution).streams ? 1.0 : static_cast<double>(how.batch);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const auto& layer = net_.layers()[i];
            layer_part& part = parts[i];
            const precision& numbers = layer.has_precision ? layer.numbers : how.datatype;
            part.bytes_per_activation = numbers.activations.bytes_per_element();
            part.state_bytes = static_cast<double>(layer.cost.state) * batch *
                               (layer.cost.state_bits > 0 ? layer.cost.state_bits / 8 : part.bytes_per_activation);
            if (layer.kind != layer_kind::view)
                part.output_bytes = static_cast<double>(layer.output_count) * batch * part.bytes_per_activation;
            if (layer.cost.macs == 0 && layer.cost.weights == 0) continue;
            if (roof.bytes_per_weight == 0 || !(numbers == known)) roof = roof_of(device, how, known = numbers);
            part.peak = roof.roof.peak.value();
            part.bytes_per_weight = roof.bytes_per_weight;
            if (how.sparse && layer.sparsity.of > 0) skip(part, layer.sparsity, roof.sparse_gain);
            part.weight_bytes = static_cast<double>(layer.cost.weights) * part.bytes_per_weight;
            part.weights_read = part.weight_bytes * share_read(layer.cost, batch);
            if (layer.kind == layer_kind::embedding)
                part.weights_read = std::min(part.weight_bytes,
                                             static_cast<double>(layer.output_count) * batch * part.bytes_per_weight);
            if (peak == 0) peak = part.peak;
            uniform = uniform && part.peak == peak && part.gain == 1;
            assumed |= roof.assumed;
        }
        if (peak == 0) peak = roof_of(device, how, how.datatype).roof.peak.value();
    }

    // Of weights that rows choose at random, those that the rows of a batch touch between them.
    [[nodiscard]] static double share_read(const layer_cost& cost, double batch) {
        if (cost.routed_rows == 0) return 1;
        return 1 - std::pow(1 - cost.routed_share, static_cast<double>(cost.routed_rows) * batch);
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
};

/// Gives the on-chip memory away. Tensors come in a fixed order: forced ones, activations by how short they live,
/// state, weights as they execute. Each has a need: the most that it and the tensors before it take at once. It is on
/// chip when its need is at most the capacity. An activation lives from the start of the kernel that writes it to the
/// last layer that reads it; all else always. So what is on chip always fits, and more capacity, a smaller batch or
/// narrower datatypes never evict anything.
template <class Workload = workload>
class placer {
public:
    placer(const Workload& net, layer_table<Workload>& table, const platform& device, const deployment& how)
        : net_(net), table_(table), how_(how), occupied_(table.parts.size() + 1, 0.0) {
        result.capacity = on_chip_capacity(device, how.double_buffered);
        collect();
        force();
        put_in_order();
        for (placed_tensor& one : result.tensors) decide(one);
    }

    placement result;

private:
    void collect() {
        for (int i = 0; i < static_cast<int>(table_.parts.size()); ++i) {
            const auto& layer = net_.layers()[static_cast<std::size_t>(i)];
            const layer_part& part = table_.at(i);
            const auto keep = [&](tensor_role role, double size) {
                if (size > 0) result.tensors.push_back({.layer = i, .role = role, .size = size});
            };
            if (part.stored) keep(tensor_role::activations, part.output_bytes);
            keep(tensor_role::state, part.state_bytes);
            if (!layer.weights_shared) keep(tensor_role::weights, part.weight_bytes);
        }
    }

    void force() {
        for (const placement_override& wish : how_.overrides) {
            bool found = false;
            for (placed_tensor& one : result.tensors) {
                if (one.role != wish.role || net_.layers()[static_cast<std::size_t>(one.layer)].name != wish.layer)
                    continue;
                one.forced = found = true;
                one.on_chip = wish.on_chip;
            }
            if (!found) throw_unknown(wish.layer);
        }
    }

    [[noreturn]] void throw_unknown(std::string_view name) const {
        std::vector<std::string_view> names;
        for (const placed_tensor& one : result.tensors)
            names.push_back(net_.layers()[static_cast<std::size_t>(one.layer)].name);
        detail::raise(unknown_name("layer with such a tensor", name, nearest_name(name, names)));
    }

    // Tensors of equal rank stay in the order of their layers. A rank is at most the number of layers and 3: counted,
    // not compared, so that this takes O(tensors).
    void put_in_order() {
        std::vector<int> next(table_.parts.size() + 5, 0);
        for (const placed_tensor& one : result.tensors) ++next[rank(one) + 1];
        for (std::size_t i = 1; i < next.size(); ++i) next[i] += next[i - 1];
        std::vector<placed_tensor> ordered(result.tensors.size());
        for (const placed_tensor& one : result.tensors) ordered[static_cast<std::size_t>(next[rank(one)]++)] = one;
        result.tensors.swap(ordered);
    }

    [[nodiscard]] std::size_t rank(const placed_tensor& one) const {
        if (one.forced) return 0;
        const std::size_t past_activations = table_.parts.size() + 2;
        if (one.role != tensor_role::activations) return past_activations + (one.role == tensor_role::state ? 0 : 1);
        return static_cast<std::size_t>(1 + table_.at(one.layer).last - table_.at(one.layer).kernel);
    }

    void decide(placed_tensor& one) {
        if (one.forced && !one.on_chip) return mark(one);
        if (!one.forced && one.role == tensor_role::activations && traits_of(how_.execution).streams) {
            one.on_chip = true;  // it streams from stage to stage
            return mark(one);
        }
        if (one.role == tensor_role::activations) {
            double most = 0;
            const layer_part& part = table_.at(one.layer);
            for (int at = part.kernel; at <= part.last; ++at)
                most = std::max(most, occupied_[static_cast<std::size_t>(at)] += one.size);
            busiest_ = std::max(busiest_, most);
            one.needed = always_ + most;
        } else {
            one.needed = busiest_ + (always_ += one.size);
        }
        if (!one.forced) {
            const bool published = how_.placement == placement_kind::published || !(result.capacity > 0);
            one.on_chip = published ? one.role == tensor_role::activations : one.needed <= result.capacity;
        } else if (one.needed > result.capacity) {
            result.feasible = false;
        }
        mark(one);
    }

    void mark(const placed_tensor& one) { table_.at(one.layer).on_chip[static_cast<int>(one.role)] = one.on_chip; }

    const Workload& net_;
    layer_table<Workload>& table_;
    const deployment& how_;
    std::vector<double> occupied_;  // by activations, while each layer runs
    double busiest_ = 0;            // the largest of them
    double always_ = 0;             // by weights and state
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
        whole.tensors[0].on_chip = how.placement == placement_kind::capacity && size <= whole.capacity;
        return whole;
    }
    detail::layer_table<Workload> table(net, device, how);
    return detail::placer<Workload>(net, table, device, how).result;
}

}  // namespace qutibench
