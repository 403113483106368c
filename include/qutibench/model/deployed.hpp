// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What every execution model shares: the roof that a deployment runs under, and how calls side by side share it.
#pragma once

#include <qutibench/detail/lanes.hpp>
#include <qutibench/detail/message.hpp>
#include <qutibench/hardware/platform.hpp>
#include <qutibench/model/deployment.hpp>
#include <qutibench/model/estimate.hpp>
#include <qutibench/model/on_chip.hpp>

#include <utility>

namespace qutibench::detail {

/// The roof that a deployment runs under, and the bytes that one weight takes.
struct deployed_roof {
    roofline roof{};
    double bytes_per_weight = 0;
    double sparse_gain = 1;  ///< sparse peak over dense peak
    std::uint32_t assumed = 0;
};

/// The roof of layers that compute with `numbers`; throws unsupported_datatype when the device cannot.
[[nodiscard]] inline deployed_roof roof_of(const platform& device, const deployment& how, const precision& numbers) {
    const carried_peak peak = device.peak_for(numbers);
    if (!peak.native && !how.carriers)
        detail::raise(unsupported_datatype(
            message({"platform '", device.id(), "' lacks ", to_string(numbers), " and carriers are switched off"})));
    deployed_roof result;
    result.roof = {peak.as.dense, device.bandwidth()};
    result.bytes_per_weight = (how.weights_in_carrier ? peak.as.numbers : numbers).weights.bytes_per_element();
    if (is_known(peak.as.sparse)) result.sparse_gain = peak.as.sparse.value() / peak.as.dense.value();
    if (!peak.native) result.assumed |= static_cast<std::uint32_t>(assumption::carrier_datatype);
    if (!is_known(result.roof.bandwidth)) {
        result.roof.bandwidth = quantity_of<bytes_per_second>(std::numeric_limits<double>::infinity());
        result.assumed |= static_cast<std::uint32_t>(assumption::bandwidth_unknown);
    }
    return result;
}

/// Throws invalid_argument on a batch below one or a parameter outside its range.
inline void check(const deployment& how) {
    const auto require = [](bool holds, std::string_view what) {
        if (!holds) detail::raise(invalid_argument(std::string(what)));
    };
    const execution_parameters& p = how.parameters;
    const auto is_share = [](double share) { return share > 0 && share <= 1; };
    const auto is_time = [](double time) { return time >= 0 && time <= 1e300; };
    if (how.batch < 1) detail::raise(invalid_argument(message({"batch must be at least 1, not ", how.batch})));
    require(how.threads >= 1 && p.cores >= 1, "threads and cores must be at least 1");
    if (how.stream < 0) detail::raise(invalid_argument(message({"a stream has at least 1 input, not ", how.stream})));
    require(how.stream == 0 || how.execution == execution_kind::dataflow,
            "a stream passes through a pipeline: ask for the execution model 'dataflow', or give a calibration");
    require(how.stream == 0 || (how.batch == 1 && how.threads == 1),
            "inputs of a stream come one by one: leave batch and threads at 1");
    require(is_time(p.call_overhead) && is_time(p.input_overhead) && is_time(p.layer_overhead),
            "overheads must be finite and not negative");
    require(is_share(p.compute_efficiency) && is_share(p.memory_efficiency),
            "efficiencies must be above 0 and at most 1");
    require(p.tile_rows >= 1 && p.tile_columns >= 1 && p.tile_depth >= 1, "tiles must be at least 1");
    require(p.tile_softening >= 0 && p.tile_softening <= 1 && p.pipeline_fill >= 0 && p.pipeline_fill <= 1,
            "tile_softening and pipeline_fill must be between 0 and 1");
}

/// A checked deployment of a stream as the models have it: in a dataflow, its inputs are those of one call.
[[nodiscard]] inline deployment as_call(deployment how) {
    check(how);
    how.batch = std::exchange(how.stream, 0);
    return how;
}

/// Throws unknown_name when there are overrides: a workload without layers has no tensor that they could name.
inline void refuse_overrides(const deployment& how) {
    if (!how.overrides.empty())
        detail::raise(unknown_name("layer with such a tensor", how.overrides.front().layer, std::string_view()));
}

/// On-chip bytes that a mode has for tensors; NaN when no source states them.
[[nodiscard]] inline double on_chip_capacity(const platform& device, bool double_buffered) {
    const double sum = pools_of(device, double_buffered).all();
    return sum > 0 ? sum : std::numeric_limits<double>::quiet_NaN();
}

/// Bandwidth at which tensors that are not on chip arrive: that of off-chip memory, or of a level called "host_link",
/// which they cross as well, when that is slower. `otherwise` when no source states either.
[[nodiscard]] inline bytes_per_second streaming_bandwidth(const platform& device, bytes_per_second otherwise) {
    bytes_per_second slowest = is_known(device.bandwidth()) ? device.bandwidth() : otherwise;
    for (const memory_level& one : device.mode().memories)
        if (one.name == "host_link" && one.bandwidth < slowest) slowest = one.bandwidth;
    return slowest;
}

/// Placement by capacity of a workload without layers: all weights are on chip, or none.
inline void place_totals(estimate& result, const platform& device, const deployment& how) {
    const memory_pools pools = pools_of(device, how.double_buffered);
    const bool is_known = pools.all() > 0;
    result.assume(is_known ? assumption::no_layer_detail : assumption::capacity_unknown);
    if (is_known) result.roof.bandwidth = streaming_bandwidth(device, result.roof.bandwidth);
    if (!is_known || !(result.weight_bytes <= pools.for_weights())) return;
    result.traffic = 0;
    result.assumed ^= static_cast<std::uint32_t>(assumption::weights_off_chip);
    result.assume(assumption::weights_on_chip);
}

/// What one call asks of the device, in seconds.
struct call_demand {
    double host = 0;    ///< before the device starts; hides behind other calls
    double alone = 0;   ///< on a device that does nothing else
    double busy = 0;    ///< for which it keeps all cores from other calls
    double memory = 0;  ///< for which it keeps the memory from other calls
    bound_kind bound = bound_kind::compute;
};

/// What each of several calls asks, or one.
template <class Value>
struct demand_of {
    Value host = 0;
    Value alone = 0;
    Value busy = 0;
    Value memory = 0;
    typename lanes_of<Value>::mask waits = false;  ///< is bound by the memory
    typename lanes_of<Value>::mask near = false;   ///< or else by on-chip memory

    [[nodiscard]] constexpr call_demand of(std::size_t lane) const {
        return {in_lane(host, lane), in_lane(alone, lane), in_lane(busy, lane), in_lane(memory, lane),
                holds_in(waits, lane)  ? bound_kind::memory
                : holds_in(near, lane) ? bound_kind::on_chip
                                       : bound_kind::compute};
    }
};

template <class Value>
[[nodiscard]] constexpr Value combined(overlap_kind overlap, const Value& compute, const Value& memory) {
    return overlap == overlap_kind::none ? compute + memory : larger(compute, memory);
}

/// What a call asks of the device when the whole network runs under one roofline. `on_chip`: seconds that its operands
/// take through on-chip memory.
template <class Value>
[[nodiscard]] constexpr demand_of<Value> network_demand(const Value& work, const Value& traffic, const Value& peak,
                                                        const Value& bandwidth, const Value& batch,
                                                        const execution_parameters& p, const Value& on_chip = 0) {
    const double cores = static_cast<double>(p.cores);
    const Value compute = work / (peak * (p.compute_efficiency / cores));
    demand_of<Value> demand;
    demand.memory = traffic / (bandwidth * p.memory_efficiency);
    demand.host = p.call_overhead + p.input_overhead * batch;
    const Value core = larger(compute, on_chip);
    demand.alone = combined(p.overlap, core, demand.memory);
    demand.busy = demand.alone / cores;
    demand.waits = core < demand.memory;
    demand.near = (!demand.waits) & (compute < on_chip);
    return demand;
}

/// Fills in time, bound, energy from the measured or stated power, and whether the model fits the memory. With n calls
/// in flight the asymptotic bounds of a closed system hold (Denning and Buzen 1978, doi:10.1145/356733.356735): calls
/// per second are at most n / (host + alone), 1 / busy and 1 / memory, and by Little's law a call takes n over that.
inline void complete(estimate& result, const platform& device, const deployment& how, const call_demand& call) {
    const double n = static_cast<double>(how.threads);
    result.batch = how.batch;
    result.calls = how.threads;
    result.limited_by = call.bound;
    result.call_time = call.host + call.alone;
    const double shared = n * (call.busy < call.memory ? call.memory : call.busy);
    if (how.threads > 1 && shared > result.call_time) {
        result.call_time = shared;
        if (call.busy < call.memory) result.limited_by = bound_kind::memory;
    }
    if (!(result.call_time > 0)) throw_nothing_to_predict();
    if (result.assumes(assumption::bandwidth_unknown) && result.traffic > 0 &&
        result.limited_by == bound_kind::compute && !is_known(streaming_bandwidth(device, unknown<bytes_per_second>)))
        result.limited_by = bound_kind::compute_at_least;
    if (is_known(device.running_power())) {
        result.call_energy = device.running_power().value() * result.call_time / n;
        result.assume(is_known(device.mode().measured_power) ? assumption::measured_power : assumption::average_power);
    }
    constexpr auto neutral = static_cast<std::uint32_t>(assumption::peak_attained);
    if (how.parameters == execution_parameters{}) {
        result.assumed |= neutral;
    } else {
        result.assumed &= ~neutral;
        result.assume(assumption::overheads);
    }
    const bytes capacity = device.off_chip().capacity;
    if (is_known(capacity) && result.feasible == feasibility::unknown)
        result.feasible = result.weight_bytes > capacity.value() ? feasibility::infeasible : feasibility::feasible;
}

}  // namespace qutibench::detail
