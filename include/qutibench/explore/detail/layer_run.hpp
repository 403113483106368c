// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A network layer by layer under the published placement, for many batches at once. Which layers share a kernel and
/// what each computes and reads does not depend on the batch and is looked up once; the arithmetic is that of
/// `refined_model` without losses, operation by operation, so that every bit is the same.
#pragma once

#include <qutibench/model/execution.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace qutibench::detail {

/// What a layer adds to the computing time of its kernel.
struct layer_work {
    double operations = 0;  ///< of one input
    double peak = 0;        ///< operations per second, before the device is scaled
};

/// What runs as one kernel.
struct layer_kernel {
    std::size_t works = 0;  ///< how many layers compute in it
    double traffic = 0;     ///< bytes of one call
};

/// A network on a device in a datatype: what is the same for every batch, clock and bandwidth.
struct layer_program {
    std::vector<layer_kernel> kernels{};
    std::vector<layer_work> works{};  ///< those of the first kernel, then those of the second...
    double traffic = 0;               ///< bytes of one call
    double weight_bytes = 0;
    double peak = 0;      ///< of the first layer that computes, before the device is scaled
    bool uniform = true;  ///< that of all layers
};

/// Throws what `predict` throws for this network and device. The workload must have layers.
[[nodiscard]] inline layer_program program_of(const workload& net, const platform& device, const deployment& how) {
    const layer_table table(net, device, how);
    const std::size_t count = table.parts.size();
    std::vector<std::vector<layer_work>> works(count);
    std::vector<double> traffic(count, 0.0);
    layer_program program;
    program.peak = table.peak;
    program.uniform = table.uniform;
    for (std::size_t i = 0; i < count; ++i) {
        const layer_workload& layer = net.layers()[i];
        const layer_part& part = table.parts[i];
        if (!layer.weights_shared) program.weight_bytes += part.weight_bytes;
        if (layer.kind == layer_kind::view) continue;
        const auto kernel = static_cast<std::size_t>(part.kernel);
        if (layer.cost.macs > 0) works[kernel].push_back({layer.work(), part.peak});
        const int index = static_cast<int>(i);
        if (table.holder(index) == index) traffic[kernel] += part.weight_bytes;
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (!table.parts[i].runs) continue;
        program.traffic += traffic[i];
        program.kernels.push_back({works[i].size(), traffic[i]});
        program.works.insert(program.works.end(), works[i].begin(), works[i].end());
    }
    return program;
}

/// Calls of a program on a scaled device, for some batches.
class layer_run {
public:
    static constexpr std::size_t block = 512;

    /// Batches that are worked out together, at most `block` of them. `scale` is the factor of all peaks.
    layer_run(const layer_program& program, double scale, double bandwidth, std::span<const double> batches,
              bool with_bound) {
        std::fill_n(time_.begin(), batches.size(), 0.0);
        std::fill_n(memory_bound_.begin(), batches.size(), 0.0);
        const layer_work* work = program.works.data();
        for (const layer_kernel& kernel : program.kernels) {
            const double memory = kernel.traffic / bandwidth;
            double compute = 0;  // of one input
            for (const layer_work* end = work + kernel.works; work < end; ++work)
                compute += work->operations / (work->peak * scale);
            with_bound ? add<true>(compute, memory, batches) : add<false>(compute, memory, batches);
        }
    }

    /// Seconds of a call with each batch.
    [[nodiscard]] const double* time() const { return time_.data(); }
    /// Whether more of that time is spent in memory-bound kernels.
    [[nodiscard]] bool memory_bound(std::size_t i) const { return 2 * memory_bound_[i] > time_[i]; }

private:
    template <bool WithBound>
    void add(double per_input, double memory, std::span<const double> batches) {
        for (std::size_t i = 0; i < batches.size(); ++i) {
            const double compute = per_input * batches[i];
            const double time = compute < memory ? memory : compute;
            time_[i] += time;
            if constexpr (WithBound) memory_bound_[i] += compute < memory ? time : 0.0;
        }
    }

    std::array<double, block> time_;
    std::array<double, block> memory_bound_;
};

}  // namespace qutibench::detail
