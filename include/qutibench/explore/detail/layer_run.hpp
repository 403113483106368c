// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A network layer by layer under the published placement, for many batches at once. Which layers share a kernel and
/// what each computes and reads does not depend on the batch and is looked up once; the arithmetic is that of
/// `refined_model::sequence` without losses, operation by operation, so that every bit is the same.
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
    layer_table table(net, device, how);
    const std::size_t count = table.parts.size();
    std::vector<std::vector<layer_work>> works(count);
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
        if (table.holder(index) == index) table.parts[kernel].traffic += part.weight_bytes;
    }
    for (std::size_t i = 0; i < count; ++i) {
        if (!table.parts[i].runs) continue;
        program.traffic += table.parts[i].traffic;
        program.kernels.push_back({works[i].size(), table.parts[i].traffic});
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
        const std::size_t count = batches.size();
        std::fill_n(time_.begin(), count, 0.0);
        std::fill_n(memory_bound_.begin(), count, 0.0);
        const layer_work* work = program.works.data();
        for (const layer_kernel& kernel : program.kernels) {
            const double memory = kernel.traffic / bandwidth;
            if (kernel.works == 1 && !with_bound)
                add(work->operations, work->peak * scale, memory, batches);
            else
                add_all(std::span(work, kernel.works), scale, memory, batches);
            work += kernel.works;
        }
    }

    /// Seconds of a call with each batch.
    [[nodiscard]] const double* time() const { return time_.data(); }
    /// Whether more of that time is spent in memory-bound kernels.
    [[nodiscard]] bool memory_bound(std::size_t i) const { return 2 * memory_bound_[i] > time_[i]; }

private:
    void add(double operations, double peak, double memory, std::span<const double> batches) {
        for (std::size_t i = 0; i < batches.size(); ++i) {
            const double compute = operations * batches[i] / peak;
            time_[i] += compute < memory ? memory : compute;
        }
    }

    void add_all(std::span<const layer_work> works, double scale, double memory, std::span<const double> batches) {
        std::fill_n(compute_.begin(), batches.size(), 0.0);
        for (const layer_work& one : works) {
            const double peak = one.peak * scale;
            for (std::size_t i = 0; i < batches.size(); ++i) compute_[i] += one.operations * batches[i] / peak;
        }
        for (std::size_t i = 0; i < batches.size(); ++i) {
            const double time = compute_[i] < memory ? memory : compute_[i];
            time_[i] += time;
            memory_bound_[i] += compute_[i] < memory ? time : 0.0;
        }
    }

    std::array<double, block> time_;
    std::array<double, block> compute_;
    std::array<double, block> memory_bound_;
};

}  // namespace qutibench::detail
