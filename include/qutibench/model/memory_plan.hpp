// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What memory a network needs on a small device, and where its activations lie: an arena of RAM, and a model in flash.
/// Equations, and how close Vela and TFLite Micro come, in docs/formulas/memory_plan.md.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/model/arena.hpp>
#include <qutibench/network/kernels.hpp>

#include <cmath>

namespace qutibench {

/// How a runtime keeps a network.
struct memory_options {
    precision datatype = int8;
    bool fused = true;             ///< normalisation and elementwise layers run in the kernel that they read from
    bool in_place = true;          ///< an elementwise layer may write over an input that nobody reads again
    std::int64_t batch = 1;        ///< inputs of a call
    std::int64_t alignment = 16;   ///< bytes
    double bytes_per_bias = 4;     ///< and per scale and shift of a normalisation
    double bytes_per_channel = 8;  ///< multiplier and shift of each output channel of integer weights (TFLite Micro)
};

/// A tensor of a plan.
struct planned_tensor {
    int layer = -1;  ///< index of the layer that writes it
    arena_tensor at{};
    int over = -1;  ///< index of the tensor of the plan in whose bytes it lies, written in place; -1: its own
};

/// What a network needs.
struct memory_plan {
    std::vector<planned_tensor> tensors{};  ///< in the order of their layers
    arena_outcome arena{};                  ///< of activations
    int steps = 0;                          ///< first step past the last layer, to which results live
    int busiest = -1;                       ///< step at which most is alive
    double state_bytes = 0;                 ///< carried from call to call: RAM beside the arena
    double weight_bytes = 0;                ///< each tensor once
    double bias_bytes = 0;                  ///< biases, scales and shifts
    double quantization_bytes = 0;          ///< of channels with integer weights

    [[nodiscard]] double ram() const { return static_cast<double>(arena.size) + state_bytes; }
    [[nodiscard]] double flash() const { return weight_bytes + bias_bytes + quantization_bytes; }
};

/// A plan against what a device has.
struct memory_fit {
    double ram_bytes = std::numeric_limits<double>::quiet_NaN();     ///< on chip, for activations; NaN where unknown
    double flash_bytes = std::numeric_limits<double>::quiet_NaN();   ///< for weights; NaN where unknown
    double ram_headroom = std::numeric_limits<double>::quiet_NaN();  ///< bytes left; below 0: missing
    double flash_headroom = std::numeric_limits<double>::quiet_NaN();

    [[nodiscard]] bool fits() const { return !(ram_headroom < 0) && !(flash_headroom < 0); }
};

namespace detail {

class memory_planner {
public:
    memory_planner(const workload& net, const memory_options& how)
        : net_(net), how_(how), parts_(net.layers().size()), slot_(net.layers().size(), -1) {
        assign_kernels(net, parts_);
    }

    [[nodiscard]] memory_plan run() {
        plan_.steps = static_cast<int>(parts_.size());
        for (std::size_t i = 0; i < parts_.size(); ++i) weigh(net_.layers()[i]);
        if (!how_.fused) unfuse();
        for (std::size_t i = 0; i < parts_.size(); ++i) keep(static_cast<int>(i));
        if (how_.in_place)
            for (std::size_t i = 0; i < parts_.size(); ++i) overwrite(static_cast<int>(i));
        arrange();
        return std::move(plan_);
    }

private:
    [[nodiscard]] kernel_part& at(int index) { return parts_[static_cast<std::size_t>(index)]; }
    [[nodiscard]] const layer_workload& layer(int index) const {
        return net_.layers()[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] const precision& numbers(const layer_workload& of) const {
        return of.has_precision ? of.numbers : how_.datatype;
    }

    void weigh(const layer_workload& of) {
        const precision& type = numbers(of);
        plan_.state_bytes += static_cast<double>(of.cost.state) * static_cast<double>(how_.batch) *
                             (of.cost.state_bits > 0 ? of.cost.state_bits / 8 : type.activations.bytes_per_element());
        if (of.weights_shared) return;
        plan_.weight_bytes += static_cast<double>(of.cost.weights) * type.weights.bytes_per_element();
        plan_.bias_bytes += static_cast<double>(of.cost.parameters - of.cost.weights) * how_.bytes_per_bias;
        const bool is_integer = type.weights.family != number_family::floating;
        const bool is_matrix = of.cost.weights > 0 && of.kind != layer_kind::embedding;
        if (is_integer && is_matrix)
            plan_.quantization_bytes +=
                static_cast<double>(of.cost.product.columns * of.cost.product.groups) * how_.bytes_per_channel;
    }

    // Each layer on its own: whatever is read is stored.
    void unfuse() {
        for (std::size_t i = 0; i < parts_.size(); ++i) {
            parts_[i].kernel = static_cast<int>(i);
            parts_[i].stored = parts_[i].last > static_cast<int>(i);
        }
    }

    void keep(int index) {
        const kernel_part& part = at(index);
        const layer_workload& of = layer(index);
        if (part.owner != index || !part.stored || of.output_count == 0 || is_parameter(of)) return;
        const double bytes = static_cast<double>(of.output_count) * static_cast<double>(how_.batch) *
                             numbers(of).activations.bytes_per_element();
        const auto size =
            static_cast<std::int64_t>(std::ceil(bytes / static_cast<double>(how_.alignment))) * how_.alignment;
        slot_[static_cast<std::size_t>(index)] = static_cast<int>(plan_.tensors.size());
        plan_.tensors.push_back({index, {size, part.kernel, std::max(part.kernel, part.last), 0}, -1});
    }

    [[nodiscard]] static bool is_parameter(const layer_workload& of) { return of.type == "parameter"; }

    // An elementwise layer writes over the first input of its size that it is the last to read.
    void overwrite(int index) {
        const layer_workload& of = layer(index);
        const int own = slot_[static_cast<std::size_t>(index)];
        if (own < 0 || of.kind != layer_kind::elementwise) return;
        planned_tensor& written = plan_.tensors[static_cast<std::size_t>(own)];
        for (const int producer : net_.producers(of)) {
            const int read = slot_[static_cast<std::size_t>(at(producer).owner)];
            if (read < 0 || read == own) continue;
            const int base = base_of(read);
            arena_tensor& below = plan_.tensors[static_cast<std::size_t>(base)].at;
            if (below.last != index || below.size != written.at.size || layer(at(producer).owner).is_result) continue;
            if (layer(at(producer).owner).kind == layer_kind::input || is_read_beside(index, at(producer).owner))
                continue;
            written.over = base;
            below.last = std::max(below.last, written.at.last);
            return;
        }
    }

    // Whether another layer of the same kernel reads a tensor too, and so may need what would be written over.
    [[nodiscard]] bool is_read_beside(int index, int owner) {
        for (int other = at(index).kernel; other < index; ++other)
            if (at(other).kernel == at(index).kernel)
                for (const int producer : net_.producers(layer(other)))
                    if (at(producer).owner == owner) return true;
        return false;
    }

    [[nodiscard]] int base_of(int tensor) const {
        while (plan_.tensors[static_cast<std::size_t>(tensor)].over >= 0)
            tensor = plan_.tensors[static_cast<std::size_t>(tensor)].over;
        return tensor;
    }

    void arrange() {
        std::vector<arena_tensor> own;
        for (const planned_tensor& one : plan_.tensors)
            if (one.over < 0) own.push_back(one.at);
        plan_.arena = plan_arena(own);
        std::size_t next = 0;
        for (planned_tensor& one : plan_.tensors)
            if (one.over < 0) one.at = own[next++];
        for (planned_tensor& one : plan_.tensors)
            if (one.over >= 0) one.at.offset = plan_.tensors[static_cast<std::size_t>(base_of(one.over))].at.offset;
        std::int64_t most = 0;
        for (int step = 0; step < plan_.steps; ++step) {
            std::int64_t alive = 0;
            for (const arena_tensor& one : own)
                if (one.first <= step && step <= one.last) alive += one.size;
            if (alive > most) {
                most = alive;
                plan_.busiest = step;
            }
        }
    }

    const workload& net_;
    const memory_options& how_;
    std::vector<kernel_part> parts_;
    std::vector<int> slot_;  // of each layer, its tensor in the plan
    memory_plan plan_{};
};

}  // namespace detail

/// Plans the memory of one call of a workload with layers. Throws invalid_argument where it has none, or on a batch or
/// an alignment below one. O(layers x tensors).
[[nodiscard]] memory_plan plan_memory(const workload& net, const memory_options& how = {});

/// A plan against the selected mode of a device: RAM is what is on chip for anything or for activations, and flash what
/// is off chip, or on chip for weights alone. Where flash is unknown nothing is said of it.
[[nodiscard]] inline memory_fit fit(const memory_plan& plan, const platform& device) {
    memory_fit result;
    const auto add = [](double& sum, const bytes& capacity) {
        if (is_known(capacity)) sum = (sum == sum ? sum : 0.0) + capacity.value();
    };
    for (const memory_level& one : device.mode().memories) {
        if (one.on_chip && (one.role == memory_role::any || one.role == memory_role::activations))
            add(result.ram_bytes, one.capacity);
        if (!one.on_chip || one.role == memory_role::weights) add(result.flash_bytes, one.capacity);
    }
    result.ram_headroom = result.ram_bytes - plan.ram();
    result.flash_headroom = result.flash_bytes - plan.flash();
    return result;
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE memory_plan plan_memory(const workload& net, const memory_options& how) {
    if (net.layers().empty())
        throw invalid_argument(
            detail::message({"'", net.name(), "' has totals only: where tensors lie needs its layers"}));
    if (how.batch < 1 || how.alignment < 1) throw invalid_argument("batch and alignment must be at least 1");
    return detail::memory_planner(net, how).run();
}

}  // namespace qutibench
#endif
