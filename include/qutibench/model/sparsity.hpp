// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What pruned weights leave to compute: dense, effectual and exploitable operations.
#pragma once

#include <qutibench/model/placement.hpp>

namespace qutibench {

/// Operations of one inference, counted in three ways.
struct sparse_operations {
    double dense = 0;      ///< with every weight
    double effectual = 0;  ///< with the weights that are left: what a device that skips every zero would execute
    double executed = 0;   ///< on a given device, which skips what its sparse peak allows; dense without a device

    /// Dense over executed operations: what sparsity gains in compute time.
    [[nodiscard]] double gain() const { return executed > 0 ? dense / executed : 1.0; }
};

/// The share of a layer's weights that is left: its density, or what its pattern keeps, whichever is less.
[[nodiscard]] constexpr double density_of(const sparsity& weights) {
    const double pattern = weights.of > 0 ? static_cast<double>(weights.kept) / weights.of : 1.0;
    return weights.density < pattern ? weights.density : pattern;
}

/// Dense and effectual operations of a workload; throws invalid_argument on a density outside [0, 1]. O(layers).
[[nodiscard]] inline sparse_operations operations_by_sparsity(const workload& net) {
    sparse_operations all;
    all.dense = net.work();
    all.effectual = net.layers().empty() ? all.dense : 0.0;
    for (const layer_workload& layer : net.layers()) {
        const double density = density_of(layer.sparsity);
        if (!(density >= 0 && density <= 1))
            throw invalid_argument(detail::message({"layer '", layer.name, "': the density must be between 0 and 1"}));
        all.effectual += layer.work() * density;
    }
    all.executed = all.dense;
    return all;
}

/// The same, with what a device executes under a deployment: it gains on layers with a pattern when `how.sparse` is set
/// and it has a sparse peak; at most by that peak over the dense one, and at most by what the pattern leaves out.
/// Unstructured sparsity gains nothing.
[[nodiscard]] inline sparse_operations operations_by_sparsity(const workload& net, const platform& device,
                                                              const deployment& how) {
    sparse_operations all = operations_by_sparsity(net);
    if (net.layers().empty()) return all;
    const detail::layer_table table(net, device, how);
    all.executed = 0;
    for (std::size_t i = 0; i < table.parts.size(); ++i) all.executed += net.layers()[i].work() / table.parts[i].gain;
    return all;
}

}  // namespace qutibench
