// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/breakdown.hpp>
#include <qutibench/model/deployed.hpp>

namespace qutibench::detail {

/// All layers at once. Stages share the device so that each takes the same time, s. The first result comes after the
/// stages of the longest path have filled, the others at the initiation interval. Published weights are read once a
/// call; whatever else is off chip, by an override or for want of capacity, again for each input.
struct dataflow_rule {
    static constexpr std::string_view name = "dataflow";
    static constexpr execution_traits traits{.by_kernel = true, .streams = true};

    template <class Call>
    [[nodiscard]] static auto demand(Call& call) {
        using value = typename Call::value;
        const execution_parameters& p = call.how.parameters;
        auto& result = call.result;
        const value again = call.traffic_again();
        const value read_once = result.traffic - again;
        const value per_input = call.time_to_move(again);
        const value once = call.time_to_move(read_once);
        value compute = 0, arithmetic = 0;
        for (const auto& one : call.kernels) {
            compute += one.core_time();
            arithmetic += one.compute_time;
        }
        const value stage = combined(p.overlap, compute, per_input);
        const value latency = p.input_overhead + stage * (1 + p.pipeline_fill * (call.depth() - 1));
        result.initiation_interval = larger(stage, value(p.input_overhead));
        const value stream = latency + (call.batch - value(1)) * result.initiation_interval;
        result.traffic = read_once + again * call.batch;
        result.assume(assumption::ideal_folding);
        demand_of<value> demand;
        demand.host = p.call_overhead;
        demand.alone = combined(p.overlap, stream, once);
        demand.memory = call.time_to_move(result.traffic);
        demand.busy = larger(call.batch * result.initiation_interval, once);
        demand.waits = (compute < per_input) | (stream < once);
        demand.near = (!demand.waits) & (arithmetic < compute);
        result.pipeline_latency = p.call_overhead + combined(p.overlap, latency, once);
        return demand;
    }
};

}  // namespace qutibench::detail
