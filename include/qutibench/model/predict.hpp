// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/model/execution.hpp>
#include <qutibench/model/host_fallback.hpp>
#include <qutibench/model/static_predict.hpp>

#include <algorithm>

namespace qutibench {

namespace detail {

/// Whether a source says that the device's software does not run the network, or the type of one of the layers that
/// compute, and no host runs it instead.
template <class Workload>
[[nodiscard]] bool is_unsupported(const Workload& net, const platform& device) {
    const auto& known = device.operators;
    const auto& networks = known.unsupported_networks;
    if (std::find(networks.begin(), networks.end(), net.name()) != networks.end()) return true;
    if ((known.supported.empty() && known.unsupported.empty()) || known.host.is_stated()) return false;
    return std::any_of(net.layers().begin(), net.layers().end(),
                       [&](const auto& layer) { return layer.cost.macs > 0 && refuses(known, layer); });
}

/// Marks an estimate infeasible where the device does not run the network.
inline void mark(estimate& result, bool unsupported) {
    if (!unsupported) return;
    result.feasible = feasibility::infeasible;
    result.assume(assumption::unsupported);
}

/// Whether totals suffice for a deployment.
template <class Workload>
[[nodiscard]] bool needs_totals_only(const Workload& net, const deployment& how) {
    const bool published = how.placement == placement_kind::published && !traits_of(how.execution).by_kernel;
    return net.layers().empty() || (published && !how.sparse && how.overrides.empty() && !net.has_precisions());
}

}  // namespace detail

/// Predicts a network on a device at level 0: weights off-chip, activations on chip, everything at peak (T chapter 6).
/// Totals have no layers, so other execution models fall back to this one and say so; placement by capacity treats all
/// weights as one tensor. Throws invalid_argument on a batch below one, a parameter out of range or an empty workload,
/// unsupported_datatype when neither the device nor a carrier has the datatype, unknown_name on any override.
template <class Estimate = estimate>
[[nodiscard]] Estimate predict(const workload_totals& net, const platform& device, const deployment& how = {}) {
    if (how.stream > 0) return predict(net, device, detail::as_call(how));
    detail::check(how);
    detail::refuse_overrides(how);
    const detail::deployed_roof under = detail::roof_of(device, how, how.datatype);
    Estimate result = detail::network_level(net, under.bytes_per_weight, under.roof, how.batch);
    result.assumed |= under.assumed;
    if (traits_of(how.execution).by_kernel) result.assume(assumption::no_layer_detail);
    if (how.placement != placement_kind::published) detail::place_totals(result, device, how);
    detail::complete(
        result, device, how,
        detail::network_demand(result.work, result.traffic, result.roof.peak.value(), result.roof.bandwidth.value(),
                               static_cast<double>(how.batch), how.parameters)
            .of(0));
    return result;
}

/// Predicts a network on a device by the placement and the execution model of the deployment. Layers that have a
/// precision of their own keep it. Throws as above, and unknown_name on an override of a layer that does not exist.
template <std::same_as<workload> Workload>
[[nodiscard]] estimate predict(const Workload& net, const platform& device, const deployment& how = {}) {
    if (how.stream > 0) return predict(net, device, detail::as_call(how));
    if (detail::falls_back(net, device)) {
        estimate whole = detail::predict_with_host(net, device, how);
        detail::mark(whole, detail::is_unsupported(net, device));
        return whole;
    }
    if (detail::needs_totals_only(net, how)) {
        estimate result = predict(static_cast<const workload_totals&>(net), device, how);
        if (!net.uncounted().empty()) result.assume(assumption::uncounted_layers);
        detail::mark(result, detail::is_unsupported(net, device));
        return result;
    }
    detail::check(how);
    detail::refined_model<Workload> model(net, device, how);
    model.run({device, how});
    estimate result = model.answer(0, device, how);
    detail::mark(result, detail::is_unsupported(net, device));
    return result;
}

/// The same prediction with its kernels and with where each tensor lives.
template <std::same_as<workload> Workload>
[[nodiscard]] breakdown explain(const Workload& net, const platform& device, const deployment& how = {}) {
    if (how.stream > 0) return explain(net, device, detail::as_call(how));
    if (net.layers().empty()) return {.total = predict(net, device, how), .where = place(net, device, how)};
    detail::check(how);
    if (detail::falls_back(net, device)) {
        breakdown whole = detail::explain_with_host(net, device, how);
        detail::mark(whole.total, detail::is_unsupported(net, device));
        return whole;
    }
    detail::refined_model<Workload> model(net, device, how);
    model.run({device, how});
    breakdown all = std::move(model).explain(device);
    detail::mark(all.total, detail::is_unsupported(net, device));
    return all;
}

/// A model that a deployment names, as something to explain with: `analytic_model{execution_kind::layers}`.
struct analytic_model {
    execution_kind kind = execution_kind::network;

    template <std::same_as<workload> Workload>
    [[nodiscard]] breakdown explain(const Workload& net, const platform& device, deployment how) const {
        how.execution = kind;
        return qutibench::explain(net, device, how);
    }
};

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#ifdef QUTIBENCH_INSTANTIATE
namespace qutibench {
QUTIBENCH_INSTANTIATE estimate predict<workload>(const workload&, const platform&, const deployment&);
QUTIBENCH_INSTANTIATE breakdown explain<workload>(const workload&, const platform&, const deployment&);
}  // namespace qutibench
#endif
