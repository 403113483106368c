// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Options of every layer for `choose_for_layers`: its precisions, with the bytes and the time that they cost on a
/// device and the loss that the caller's sensitivity table has for them.
#pragma once

#include <qutibench/explore/layer_choices.hpp>
#include <qutibench/model/predict.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/transform/quantize.hpp>

namespace qutibench {

/// A row of a sensitivity table: what running this layer alone in this precision costs, in any unit that adds up (top-1
/// points lost, Fisher information, mean squared error of the output).
struct layer_sensitivity {
    std::string layer{};
    precision numbers{};
    double loss = 0;
};

/// The objectives behind the figures of `precision_choices`, in their order: bytes of weights, seconds of one call,
/// and the sum of losses.
[[nodiscard]] inline std::vector<choice_objective> precision_objectives() {
    return {{.name = "model_bytes"}, {.name = "latency_s"}, {.name = "loss"}};
}

namespace detail {

/// Time and weights of each layer when all of the network is in one precision.
struct uniform_costs {
    precision numbers{};
    double call_time = 0;
    double weight_bytes = 0;
    std::vector<double> time{};
    std::vector<double> bytes{};
};

[[nodiscard]] inline uniform_costs costs_at(const graph& net, const platform& device, const deployment& how,
                                            const precision& numbers) {
    const workload work = analyze(quantize(net, numbers));
    const breakdown parts = explain(work, device, how);
    uniform_costs costs{numbers, parts.total.call_time, parts.total.weight_bytes};
    costs.time.assign(work.layers().size(), 0);
    for (const kernel_estimate& one : parts.kernels) costs.time[static_cast<std::size_t>(one.layer)] = one.time;
    costs.bytes.assign(work.layers().size(), 0);
    for (const placed_tensor& one : parts.where.tensors)
        if (one.role == tensor_role::weights) costs.bytes[static_cast<std::size_t>(one.layer)] = one.size;
    return costs;
}

}  // namespace detail

/// Options for each layer in the table: the precisions that the table has for it, with figures in the order of
/// `precision_objectives`. All other layers, and what the host takes, are one more layer called "everything else" in
/// the deployment's precision. The figures of a combination then sum up to what `predict` has for the network quantised
/// so, layer by layer.
/// Throws invalid_argument unless the deployment runs layer by layer under the published placement, without calls side
/// by side (otherwise layers share memory or time, and their figures do not add up), for a loss that is not finite, or
/// for a precision that comes twice; unknown_name for a layer that the network lacks; and what `predict` throws.
[[nodiscard]] inline std::vector<choosing_layer> precision_choices(const graph& net, const platform& device,
                                                                   const deployment& how,
                                                                   std::span<const layer_sensitivity> table) {
    if (!traits_of(how.execution).sums || how.placement != placement_kind::published || how.threads != 1 ||
        !how.overrides.empty())
        throw invalid_argument(
            "figures add up over the layers only when these run one by one, under the published placement, one call at "
            "a time");
    detail::uniform_costs rest = detail::costs_at(net, device, how, how.datatype);
    const double whole = rest.call_time;
    std::vector<detail::uniform_costs> known;
    std::vector<choosing_layer> layers;
    std::vector<std::size_t> indices;
    for (const layer_sensitivity& row : table) {
        const auto index = static_cast<std::size_t>(net.find(row.layer).node);
        auto costs =
            std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.numbers == row.numbers; });
        if (costs == known.end()) costs = known.insert(costs, detail::costs_at(net, device, how, row.numbers));
        auto place = static_cast<std::size_t>(std::find(indices.begin(), indices.end(), index) - indices.begin());
        if (place == indices.size()) {
            indices.push_back(index);
            layers.push_back({row.layer, {}});
            rest.call_time -= rest.time[index];
            rest.weight_bytes -= rest.bytes[index];
        }
        const std::string label = to_string(row.numbers);
        for (const layer_option& one : layers[place].options)
            if (one.label == label)
                throw invalid_argument("the sensitivity table has layer '" + row.layer + "' in " + label + " twice");
        layers[place].options.push_back({label, {costs->bytes[index], costs->time[index], row.loss}});
    }
    if (std::abs(rest.call_time) < 1e-12 * whole) rest.call_time = 0;  // rounding
    layers.push_back({"everything else", {{to_string(how.datatype), {rest.weight_bytes, rest.call_time, 0}}}});
    return layers;
}

}  // namespace qutibench
