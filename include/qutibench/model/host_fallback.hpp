// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Layers that a device's software leaves to its host: what the device runs of a network, what the host takes for the
/// others, and what crosses between the two. Equations in docs/formulas/execution.md.
#pragma once

#include <qutibench/model/breakdown.hpp>
#include <qutibench/model/deployed.hpp>
#include <qutibench/model/execution_models.hpp>
#include <qutibench/network/workload.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Whether a source says that the device's software does not run a layer. A list of what it runs speaks of layers that
/// multiply alone.
[[nodiscard]] inline bool refuses(const operator_support& known, const layer_workload& layer) {
    const auto holds = [&](const std::vector<std::string>& list) {
        return std::find(list.begin(), list.end(), layer.type) != list.end();
    };
    if (layer.kind == layer_kind::input || layer.kind == layer_kind::view) return false;
    return holds(known.unsupported) || (layer.cost.macs > 0 && !known.supported.empty() && !holds(known.supported));
}

/// Whether the host runs some layers of a network.
template <class Workload>
[[nodiscard]] bool falls_back(const Workload& net, const platform& device) {
    return device.operators.host.is_stated() &&
           std::any_of(net.layers().begin(), net.layers().end(),
                       [&](const layer_workload& one) { return refuses(device.operators, one); });
}

/// The part of a network that the host runs, layer after layer while the device waits. A template, as the models are,
/// so that including it costs nothing until it is used.
template <class Workload = workload>
class host_part {
public:
    host_part(const Workload& net, const platform& device, const deployment& how)
        : net_(net), device_(device), how_(how), streams_(traits_of(how.execution).streams),
          inputs_(streams_ ? 1.0 : static_cast<double>(how.batch)) {
        for (const layer_workload& one : net.layers()) on_host_.push_back(refuses(device.operators, one));
        has_crossed_.assign(on_host_.size(), 0);
        crossing_.assign(on_host_.size(), 0);
        for (std::size_t i = 0; i < on_host_.size(); ++i) find_crossing(static_cast<int>(i));
        for (std::size_t i = 0; i < on_host_.size(); ++i)
            if (on_host_[i]) add(static_cast<int>(i));
    }

    /// What the device runs: what the host makes is an input, what it takes a result.
    [[nodiscard]] Workload rest() const { return net_.without(on_host_); }

    /// In the order of the layers; `fixed_time` is that of the link.
    [[nodiscard]] const std::vector<kernel_estimate>& kernels() const { return kernels_; }

    /// The estimate of the whole from that of the rest, and from that with one call in flight. The host serves one call
    /// at a time; in a pipeline it is a stage.
    [[nodiscard]] estimate added_to(estimate one, const estimate& alone) const {
        const double n = static_cast<double>(how_.threads), batch = static_cast<double>(how_.batch);
        bool waits = time_ > alone.call_time;
        if (streams_) {
            waits = time_ > one.initiation_interval;
            one.call_time += time_ + (batch - 1) * std::max(0.0, time_ - one.initiation_interval);
            one.pipeline_latency += time_;
            one.initiation_interval = std::max(one.initiation_interval, time_);
        } else {
            one.call_time = std::max(alone.call_time + time_, one.call_time);
        }
        one.call_time = std::max(one.call_time, n * time_ * (streams_ ? batch : 1.0));
        if (waits) one.limited_by = bound_kind::host;
        one.work = net_.work() * batch;
        one.weight_bytes += weight_bytes_;
        if (is_known(device_.running_power())) one.call_energy = device_.running_power().value() * one.call_time / n;
        one.assume(assumption::host_fallback);
        return one;
    }

private:
    [[nodiscard]] const layer_workload& layer(int index) const {
        return net_.layers()[static_cast<std::size_t>(index)];
    }
    [[nodiscard]] precision numbers_of(const layer_workload& one) const {
        return one.has_precision ? one.numbers : how_.datatype;
    }
    // Behind a view, the layer that wrote the tensor.
    [[nodiscard]] int writer(int index) const {
        while (layer(index).kind == layer_kind::view && !net_.producers(layer(index)).empty())
            index = net_.producers(layer(index))[0];
        return index;
    }

    // A tensor crosses once: with the layer of the host that wrote it, or with the first one that reads it. The
    // network's inputs are the host's already.
    void find_crossing(int index) {
        if (layer(index).kind == layer_kind::view) return;
        for (const int producer : net_.producers(layer(index))) {
            const int from = writer(producer);
            const bool written = on_host_[static_cast<std::size_t>(from)] != 0;
            const bool read = on_host_[static_cast<std::size_t>(index)] != 0;
            if (written == read || layer(from).kind == layer_kind::input) continue;
            if (std::exchange(has_crossed_[static_cast<std::size_t>(from)], char{1}) != 0) continue;
            crossing_[static_cast<std::size_t>(written ? from : index)] +=
                static_cast<double>(layer(from).output_count) * numbers_of(layer(from)).activations.bytes_per_element();
        }
    }

    // Weights once a call, of a table the rows that are looked up; every other operand once an input.
    void add(int index) {
        const layer_workload& one = layer(index);
        const precision numbers = numbers_of(one);
        const double each = numbers.activations.bytes_per_element();
        const double held = static_cast<double>(one.cost.weights) * numbers.weights.bytes_per_element();
        const double looked_up = static_cast<double>(one.output_count) * inputs_ * numbers.weights.bytes_per_element();
        if (!one.weights_shared) weight_bytes_ += held;
        kernel_estimate kernel{.layer = index, .bound = bound_kind::host};
        kernel.work = one.work() * inputs_;
        kernel.traffic = (one.kind == layer_kind::embedding ? std::min(held, looked_up) : held) +
                         static_cast<double>(one.input_count + one.output_count + one.cost.state) * each * inputs_;
        kernel.compute_time = kernel.work / device_.operators.host.peak.value();
        kernel.memory_time = kernel.traffic / device_.operators.host.bandwidth.value();
        kernel.fixed_time = crossing_[static_cast<std::size_t>(index)] * inputs_ / link();
        kernel.time = std::max(kernel.compute_time, kernel.memory_time) + kernel.fixed_time;
        time_ += kernel.time;
        kernels_.push_back(kernel);
    }

    // Bytes per second between the two; without a link they share a memory, and nothing is copied.
    [[nodiscard]] double link() const {
        const device_link* const found = device_.link_to(link_reach::host);
        if (found != nullptr && is_known(found->bandwidth)) return found->bandwidth.value();
        for (const memory_level& one : device_.mode().memories)
            if (one.name == "host_link" && is_known(one.bandwidth)) return one.bandwidth.value();
        return std::numeric_limits<double>::infinity();
    }

    const Workload& net_;
    const platform& device_;
    const deployment& how_;
    bool streams_ = false;
    double inputs_ = 1;
    std::vector<char> on_host_{};
    std::vector<char> has_crossed_{};  // the output of a layer
    std::vector<double> crossing_{};   // bytes of an input that cross with a layer of the host
    std::vector<kernel_estimate> kernels_{};
    double time_ = 0;
    double weight_bytes_ = 0;
};

/// The estimate of a device that does nothing: the host runs all that there is.
[[nodiscard]] inline estimate idle_device(const platform& device, const deployment& how) {
    estimate none;
    none.batch = how.batch;
    none.calls = how.threads;
    none.roof = roof_of(device, how, how.datatype).roof;
    none.assume(assumption::peak_attained);
    return none;
}

/// Predicts a network part of which the host runs; `predict` is found by its arguments.
template <class Workload>
[[nodiscard]] estimate predict_with_host(const Workload& net, const platform& device, const deployment& how) {
    const host_part<Workload> host(net, device, how);
    const Workload rest = host.rest();
    check(how);
    if (rest.mac_count == 0 && rest.weight_count == 0)
        return host.added_to(idle_device(device, how), idle_device(device, how));
    const estimate own = predict(rest, device, how);
    if (how.threads == 1) return host.added_to(own, own);
    deployment single = how;
    single.threads = 1;
    return host.added_to(own, predict(rest, device, single));
}

/// The same with its kernels, the host's among the device's.
template <class Workload>
[[nodiscard]] breakdown explain_with_host(const Workload& net, const platform& device, const deployment& how) {
    const host_part<Workload> host(net, device, how);
    const Workload rest = host.rest();
    breakdown all{.traits = traits_of(how.execution)};
    if (rest.mac_count > 0 || rest.weight_count > 0) all = explain(rest, device, how);
    all.total = predict_with_host(net, device, how);
    all.kernels.insert(all.kernels.end(), host.kernels().begin(), host.kernels().end());
    std::stable_sort(all.kernels.begin(), all.kernels.end(),
                     [](const kernel_estimate& a, const kernel_estimate& b) { return a.layer < b.layer; });
    return all;
}

}  // namespace qutibench::detail
