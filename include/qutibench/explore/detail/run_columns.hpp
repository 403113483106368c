// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Columns of a run of batches at level 0, and which metrics a run shares the work for.
#pragma once

#include <qutibench/explore/detail/quotients.hpp>
#include <qutibench/explore/metric.hpp>

#include <algorithm>
#include <cstddef>

namespace qutibench::detail {

/// What all points of a run share at the network level.
struct run_terms {
    double operations = 0;  ///< of one input
    double traffic = 0;     ///< bytes of one call
    double peak = 0;
    double power = 0;
    double memory_time = 0;
};

/// What a device in a datatype brings to every run.
struct target_terms {
    double peak = 0;
    double roof_bandwidth = 0;  ///< infinite where it is not known
    double bytes_per_weight = 0;
    double bandwidth = 0;
    double power = 0;
    double running_power = 0;  ///< that energies are of
    double price = 0;
};

[[nodiscard]] constexpr bool varies_with_batch(metric what) {
    return what != metric::may_win && metric_fields[static_cast<std::size_t>(what)]->varies_with_batch;
}

/// Whether a metric is one of what to expect, which costs more than a prediction.
[[nodiscard]] constexpr bool is_expected(metric what) {
    return metric_fields[static_cast<std::size_t>(what)]->applies == &has_expectation;
}

/// Metrics that many batches share the work for; the others are read from each point's answer.
[[nodiscard]] constexpr bool is_shared(metric what) {
    for (const metric one : {metric::throughput, metric::latency, metric::work, metric::multiplications,
                             metric::model_size, metric::intensity, metric::peak, metric::bandwidth, metric::energy,
                             metric::accuracy_top1, metric::feasible, metric::attained, metric::inputs_per_joule,
                             metric::power, metric::price, metric::traffic, metric::may_win, metric::memory_bound})
        if (one == what) return true;
    return false;
}

/// Shared metrics that follow from the time of a call.
[[nodiscard]] constexpr bool follows_from_time(metric what) {
    return what == metric::throughput || what == metric::latency || what == metric::energy ||
           what == metric::attained || what == metric::inputs_per_joule;
}

/// Metrics that no batch changes, but for a step of training.
[[nodiscard]] constexpr bool is_standing(metric what) {
    return what == metric::may_win || what == metric::feasible;
}

/// Batches as doubles, and what they are divided into.
struct batch_columns {
    const double* batches = nullptr;
    const double* inverses = nullptr;
};

inline constexpr std::size_t run_block = 512;

/// Throughput and latency of at most `run_block` batches at level 0: exactly the arithmetic of `network_demand`,
/// `complete` and `estimate`, whichever way its quotients are found.
inline void fill_times(const run_terms& run, const batch_columns& of, std::size_t count, double* __restrict throughput,
                       double* __restrict latency) {
    const std::size_t waiting = quotients(run.operations, of.batches, count, run.peak, run.memory_time, latency);
    if (throughput == nullptr) return;
    if (waiting == 0)
        near_quotients(of.batches, of.inverses, latency, count, run.peak / run.operations, throughput);
    else if (waiting == count)
        quotients(1, of.batches, count, run.memory_time, 0, throughput);
    else
        for (std::size_t i = 0; i < count; ++i) throughput[i] = of.batches[i] / latency[i];
}

/// A metric that follows from the time of a call, for calls of some batches under any execution model.
#if defined(__GNUC__)
[[gnu::noinline]]  // GCC makes less of the loops around it otherwise
#endif
inline void fill_by_time(metric what, double operations, double power, const double* __restrict batches,
                         const double* __restrict time, std::size_t count, double* __restrict out) {
    switch (what) {
        case metric::throughput:
            for (std::size_t i = 0; i < count; ++i) out[i] = batches[i] / time[i];
            break;
        case metric::attained:
            for (std::size_t i = 0; i < count; ++i) out[i] = batches[i] / time[i] * operations;
            break;
        case metric::energy:
            for (std::size_t i = 0; i < count; ++i) out[i] = power * time[i] / batches[i];
            break;
        case metric::inputs_per_joule:
            for (std::size_t i = 0; i < count; ++i) out[i] = 1 / (power * time[i] / batches[i]);
            break;
        default:
            std::copy_n(time, count, out);
    }
}

/// Other metrics that the batch may change, at level 0.
inline void fill_run(const run_terms& run, const double* __restrict batches, std::size_t count, metric what,
                     double* __restrict out) {
    switch (what) {
        case metric::intensity:
            quotients(run.operations, batches, count, run.traffic, 0, out);
            break;
        case metric::traffic:
            std::fill_n(out, count, run.traffic);
            break;
        default:
            for (std::size_t i = 0; i < count; ++i)
                out[i] = run.operations * batches[i] / run.peak < run.memory_time ? 1.0 : 0.0;
    }
}

}  // namespace qutibench::detail
