// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/hardware/static_platform.hpp>
#include <qutibench/model/execution.hpp>
#include <qutibench/network/static_graph.hpp>

namespace qutibench {

/// Predicts a network on a device at level 0: weights off-chip, activations on chip, everything at peak (T chapter 6).
/// Totals have no layers, so other execution models fall back to this one and say so; placement by capacity treats all
/// weights as one tensor. Throws invalid_argument on a batch below one, a parameter out of range or an empty workload,
/// unsupported_datatype when neither the device nor a carrier has the datatype, unknown_name on any override.
[[nodiscard]] inline estimate predict(const workload_totals& net, const platform& device, const deployment& how = {}) {
    detail::check(how);
    detail::refuse_overrides(how);
    const detail::deployed_roof under = detail::roof_of(device, how, how.datatype);
    estimate result = detail::network_level(net, under.bytes_per_weight, under.roof, how.batch);
    result.assumed |= under.assumed;
    if (traits_of(how.execution).by_kernel) result.assume(assumption::no_layer_detail);
    if (how.placement == placement_kind::capacity) detail::place_totals(result, device, how);
    detail::complete(result, device, how, detail::network_demand(result.work, result.traffic, result.roof, how));
    return result;
}

/// Predicts a network on a device by the placement and the execution model of the deployment. Layers that have a
/// precision of their own keep it. Throws as above, and unknown_name on an override of a layer that does not exist.
template <std::same_as<workload> Workload>
[[nodiscard]] estimate predict(const Workload& net, const platform& device, const deployment& how = {}) {
    const bool published = how.placement == placement_kind::published && !traits_of(how.execution).by_kernel;
    if (net.layers().empty() || (published && !how.sparse && how.overrides.empty() && !net.has_precisions())) {
        estimate result = predict(static_cast<const workload_totals&>(net), device, how);
        if (!net.uncounted().empty()) result.assume(assumption::uncounted_layers);
        return result;
    }
    detail::check(how);
    return detail::refined_model<Workload>(net, device, how).result;
}

/// The same prediction with its kernels and with where each tensor lives.
template <std::same_as<workload> Workload>
[[nodiscard]] breakdown explain(const Workload& net, const platform& device, const deployment& how = {}) {
    if (net.layers().empty()) return {.total = predict(net, device, how), .where = place(net, device, how)};
    detail::check(how);
    return detail::refined_model<Workload>(net, device, how).explain();
}

/// A model that a deployment names, as something to explain with: `analytic_model{execution_kind::layers}`.
struct analytic_model {
    execution_kind kind = execution_kind::network;

    [[nodiscard]] breakdown explain(const workload& net, const platform& device, deployment how) const {
        how.execution = kind;
        return qutibench::explain(net, device, how);
    }
};

/// Predicts a recipe on a static platform in the numeric format `Type`; usable in static_assert. Throws
/// invalid_argument on a batch below one or an empty network, which at compile time is a compiler error.
template <class Type, recipe Recipe, class... Figures>
[[nodiscard]] constexpr estimate predict(const Recipe& net, const static_platform<Figures...>& device,
                                         std::int64_t batch = 1) {
    if (batch < 1) detail::raise(invalid_argument("batch must be at least 1"));
    estimate result = detail::network_level(analyze(net), Type::value.bytes_per_element(),
                                            roofline{device.template peak<Type>(), device.bandwidth()}, batch);
    if (!(result.call_time > 0)) detail::throw_nothing_to_predict();
    return result;
}

}  // namespace qutibench
