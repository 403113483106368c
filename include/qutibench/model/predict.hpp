// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/hardware/static_platform.hpp>
#include <qutibench/model/estimate.hpp>
#include <qutibench/network/static_graph.hpp>

namespace qutibench {

namespace detail {

/// The roof that a deployment runs under, and the bytes that one weight takes.
struct deployed_roof {
    roofline roof{};
    double bytes_per_weight = 0;
    std::uint32_t assumed = 0;
};

[[nodiscard]] inline deployed_roof roof_of(const platform& device, const deployment& how) {
    if (how.batch < 1) throw invalid_argument("batch must be at least 1, not " + std::to_string(how.batch));
    const carried_peak peak = device.peak_for(how.datatype);
    if (!peak.native && !how.carriers)
        throw unsupported_datatype("platform '" + device.id() + "' lacks " + to_string(how.datatype) + " and carriers are switched off");
    deployed_roof result;
    result.roof = {peak.as.dense, device.bandwidth()};
    result.bytes_per_weight = (how.weights_in_carrier ? peak.as.numbers : how.datatype).weights.bytes_per_element();
    if (!peak.native) result.assumed |= static_cast<std::uint32_t>(assumption::carrier_datatype);
    if (!is_known(result.roof.bandwidth)) {
        result.roof.bandwidth = quantity_of<bytes_per_second>(std::numeric_limits<double>::infinity());
        result.assumed |= static_cast<std::uint32_t>(assumption::bandwidth_unknown);
    }
    return result;
}

/// Fills in what every execution model shares: energy from the stated power, whether the model fits the memory.
inline void complete(estimate& result, const platform& device) {
    if (!(result.call_time > 0)) throw invalid_argument("the workload has neither operations nor weights, so nothing can be predicted");
    if (is_known(device.power())) {
        result.call_energy = device.power().value() * result.call_time;
        result.assume(assumption::average_power);
    }
    const bytes capacity = device.off_chip().capacity;
    result.feasible = !is_known(capacity) || result.weight_bytes <= capacity.value();
}

}  // namespace detail

/// Predicts a network on a device at level 0: weights off-chip, activations on chip, everything at peak (T chapter 6).
/// Throws invalid_argument on a batch below one or an empty workload, unsupported_datatype when neither the device nor a
/// carrier has the datatype.
[[nodiscard]] inline estimate predict(const workload_totals& net, const platform& device, const deployment& how = {}) {
    const detail::deployed_roof under = detail::roof_of(device, how);
    estimate result = detail::network_level(net, under.bytes_per_weight, under.roof, how.batch);
    result.assumed |= under.assumed;
    detail::complete(result, device);
    return result;
}

/// Predicts a recipe on a static platform in the numeric format `Type`; usable in static_assert.
template <class Type, recipe Recipe, class... Figures>
[[nodiscard]] constexpr estimate predict(const Recipe& net, const static_platform<Figures...>& device, std::int64_t batch = 1) {
    if (batch < 1) throw invalid_argument("batch must be at least 1");
    return detail::network_level(analyze(net), Type::value.bytes_per_element(),
                                 roofline{device.template peak<Type>(), device.bandwidth()}, batch);
}

}  // namespace qutibench
