// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/explore/answer.hpp>

#include <algorithm>

namespace qutibench {

namespace detail {

inline constexpr std::size_t metric_count = static_cast<std::size_t>(
    std::count_if(answer_fields.begin(), answer_fields.end(), [](const answer_field& one) { return one.is_metric(); }));

}  // namespace detail

/// The figures of `answer_fields`, in their order: what can be asked of a point of a design space.
inline constexpr auto metric_fields = [] {
    std::array<const answer_field*, detail::metric_count> all{};
    std::size_t count = 0;
    for (const answer_field& one : answer_fields)
        if (one.is_metric()) all[count++] = &one;
    return all;
}();

/// The number of a figure in `metric_fields`. Rows behind those that have a name here need none.
enum class metric : unsigned char {
    throughput,       ///< inputs per second
    latency,          ///< s
    work,             ///< operations of one input, two a multiply-accumulate
    multiplications,  ///< multiply-accumulates of one input
    model_size,       ///< bytes
    intensity,        ///< operations per off-chip byte
    peak,             ///< operations per second
    bandwidth,        ///< bytes per second, at which tensors that are not on chip arrive
    energy,           ///< J for one input
    accuracy_top1,    ///< fraction
    feasible,         ///< 1 when the weights fit the memory
    attained,         ///< operations per second
    inputs_per_joule,
    power,         ///< W
    price,         ///< USD
    traffic,       ///< off-chip bytes of a call
    interval,      ///< s between the results of a pipeline
    may_win,       ///< 1 unless a ranking leaves the point out unasked
    bound,         ///< 0 for compute, 1 for memory, 2 for compute without a stated bandwidth
    memory_bound,  ///< 1 when memory bounds the point, 0 when computing does
};

template <>
inline constexpr enumeration<detail::metric_count> names_of<metric> = [] {
    enumeration<detail::metric_count> all{"metric", {}};
    for (std::size_t i = 0; i < metric_fields.size(); ++i) all.names[i] = metric_fields[i]->key;
    return all;
}();

static_assert(to_string(metric::latency) == "latency_s" && to_string(metric::intensity).starts_with("operational_") &&
                  to_string(metric::feasible) == "feasible" && to_string(metric::memory_bound) == "memory_bound",
              "the enumerators of metric stand in the order of answer_fields");

}  // namespace qutibench
