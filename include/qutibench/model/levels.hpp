// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What each level of a device's memory carries during a call, and which one holds it back. Equations in
/// docs/formulas/placement.md.
#pragma once

#include <qutibench/model/predict.hpp>

#include <string>
#include <vector>

namespace qutibench {

/// A memory during one call.
struct level_load {
    std::string name{};
    memory_role role = memory_role::any;
    bool on_chip = false;
    double capacity = 0;   ///< bytes; NaN when no source states it
    double bandwidth = 0;  ///< bytes per second; NaN when no source states it
    double traffic = 0;    ///< bytes: off chip what the placement leaves there, on chip every operand once
    double time = 0;       ///< s that they take; NaN when no source states the bandwidth
    bool counts = false;   ///< may hold the call back: off-chip always, on-chip unless the placement is the published

    /// Operations per byte that pass through this level.
    [[nodiscard]] double intensity(double work) const {
        return traffic > 0 ? work / traffic : std::numeric_limits<double>::infinity();
    }
};

/// The levels of the selected mode in its order, the off-chip ones first; for a workload without layers those alone. A
/// level that nobody's tensors may use, such as one for code, carries nothing. Throws what `explain` throws.
template <std::same_as<workload> Workload>
[[nodiscard]] std::vector<level_load> level_loads(const Workload& net, const platform& device, const deployment& how,
                                                  const breakdown& of) {
    if (how.stream > 0) return level_loads(net, device, detail::as_call(how), of);
    if (detail::falls_back(net, device))
        return level_loads(detail::host_part<Workload>(net, device, how).rest(), device, how, of);
    const detail::layer_table<Workload> table(net, device, how);
    const auto operands = detail::operands_of(net, table, static_cast<double>(how.batch), of.traits.streams);
    std::vector<level_load> all;
    for (const memory_level& one : device.mode().memories) {
        if (one.on_chip && net.layers().empty()) continue;
        level_load load{one.name, one.role, one.on_chip, one.capacity.value(), one.bandwidth.value()};
        const bool is_memory = !one.on_chip && (&one == &device.off_chip() || one.name == "host_link");
        if (one.on_chip)
            load.traffic = (detail::may_hold_weights(one.role) ? operands.weights : 0.0) +
                           (detail::may_hold_activations(one.role) ? operands.tensors : 0.0);
        else if (is_memory)
            load.traffic = of.total.traffic;
        load.time = load.traffic / load.bandwidth;
        load.counts = one.on_chip ? how.placement != placement_kind::published || of.traits.tiles : is_memory;
        all.push_back(std::move(load));
    }
    return all;
}

}  // namespace qutibench
