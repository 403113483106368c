// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/breakdown.hpp>
#include <qutibench/model/deployed.hpp>

#include <algorithm>

namespace qutibench::detail {

/// All layers at once. Stages share the device so that each takes the same time, s. The first result comes after the
/// stages of the longest path have filled, the others at the initiation interval. Published weights are read once a
/// call; whatever else is off chip, by an override or for want of capacity, again for each input.
struct dataflow_rule {
    static constexpr std::string_view name = "dataflow";
    static constexpr execution_traits traits{.by_kernel = true, .streams = true};

    template <class Call>
    [[nodiscard]] static call_demand demand(Call& call) {
        const execution_parameters& p = call.how.parameters;
        estimate& result = call.result;
        const double count = static_cast<double>(call.how.batch);
        const double again = call.traffic_again();
        const double read_once = result.traffic - again;
        const double per_input = call.time_to_move(again);
        const double once = call.time_to_move(read_once);
        double compute = 0;
        for (const kernel_estimate& one : call.kernels) compute += one.compute_time;
        const double stage = combined(p.overlap, compute, per_input);
        const double latency = p.input_overhead + stage * (1 + p.pipeline_fill * (call.depth() - 1));
        result.initiation_interval = std::max(stage, p.input_overhead);
        const double stream = latency + (count - 1) * result.initiation_interval;
        result.traffic = read_once + again * count;
        result.assume(assumption::ideal_folding);
        call_demand demand;
        demand.host = p.call_overhead;
        demand.alone = combined(p.overlap, stream, once);
        demand.memory = call.time_to_move(result.traffic);
        demand.busy = std::max(count * result.initiation_interval, once);
        if (compute < per_input || stream < once) demand.bound = bound_kind::memory;
        result.pipeline_latency = p.call_overhead + combined(p.overlap, latency, once);
        return demand;
    }
};

}  // namespace qutibench::detail
