// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What an execution model answers: an estimate, and what it is made of. Who takes a prediction apart (energy,
/// decomposition, plots) asks this, not which model it was.
#pragma once

#include <qutibench/fwd.hpp>
#include <qutibench/model/deployment.hpp>
#include <qutibench/model/estimate.hpp>

#include <concepts>
#include <limits>
#include <string_view>
#include <vector>

namespace qutibench {

/// One kernel of a network on a device: of a call, or, where the model streams, of one input.
struct kernel_estimate {
    int layer = -1;           ///< index of the layer that leads it
    double work = 0;          ///< operations, without the padding of tiles
    double traffic = 0;       ///< off-chip bytes
    double compute_time = 0;  ///< s on one core; tiles, efficiency and sparsity included
    double memory_time = 0;   ///< s
    double time = 0;          ///< s of the call that this kernel takes: both, combined, and the fixed time
    bound_kind bound = bound_kind::compute;
    double fixed_time = 0;       ///< s that pass whatever is computed and moved
    double on_chip_traffic = 0;  ///< bytes through on-chip memory: every operand once; 0 where it does not count
    double on_chip_time = 0;     ///< s that they take
    double mapping = std::numeric_limits<double>::quiet_NaN();  ///< time at the peak over `compute_time`: the share of
                                                                ///< the hardware that holds work; NaN without work
};

/// A tensor and where it lives.
struct placed_tensor {
    int layer = -1;  ///< index of the layer that holds or writes it; -1: all weights of a workload without layers
    tensor_role role = tensor_role::weights;
    double size = 0;    ///< bytes for one call; in a dataflow, for one input
    double needed = 0;  ///< bytes of on-chip memory from which on it fits; NaN where time decides
    bool on_chip = false;
    bool forced = false;  ///< by an override
};

/// Where the tensors of a call live.
struct placement {
    std::vector<placed_tensor> tensors{};                        ///< in the order in which they get on-chip memory
    double capacity = std::numeric_limits<double>::quiet_NaN();  ///< on-chip bytes to give away; NaN when unknown
    bool feasible = true;                                        ///< false: overrides exceed the capacity
    double gap = std::numeric_limits<double>::quiet_NaN();  ///< share of the time that a better choice could save at
                                                            ///< most; NaN where the placement is a rule
    double tile_bytes = std::numeric_limits<double>::quiet_NaN();  ///< on-chip bytes that are left to tiles; NaN where
                                                                   ///< the model has none
};

/// What others may ask of an execution model without knowing which one it is.
struct execution_traits {
    bool by_kernel = false;  ///< kernels have rooflines, tiles and fixed times of their own, so it needs layers
    bool streams = false;    ///< kernels work on one input at a time: a call runs each as often as it has inputs
    bool on_array = false;   ///< kernels take the cycles of the platform's array
    bool sums = false;       ///< a call takes the sum of its kernels' rooflines, which sweeps work out for many batches
    bool ahead = false;      ///< a kernel's data move while the kernel before it computes
    bool tiles = false;      ///< kernels work in tiles, so the capacity decides how often operands move
};

/// An estimate with what it is made of.
struct breakdown {
    estimate total{};
    std::vector<kernel_estimate> kernels{};  ///< in execution order; empty for a workload without layers
    placement where{};
    execution_traits traits{};  ///< of the model, as far as it applies: a workload without layers has no kernels
    double low_ips = std::numeric_limits<double>::quiet_NaN();   ///< lower end of an interval of the throughput, where
                                                                 ///< the model knows one
    double high_ips = std::numeric_limits<double>::quiet_NaN();  ///< upper end
};

/// Something that says how long a network takes on a device, and of what that time consists: the models that
/// `deployment::execution` names (`analytic_model`), a fitted calibration (`calibrated_model`), your own.
template <class Model>
concept execution_model =
    requires(const Model& model, const workload& net, const platform& device, const deployment& how) {
        { model.explain(net, device, how) } -> std::same_as<breakdown>;
    };

/// The rule behind an analytic model: its name, what others may ask of it, and what a call demands of the device once
/// its kernels are loaded. `call` offers `how`, `batch`, `result`, `kernels`, `whole()`, `time_to_move(bytes)`,
/// `traffic_again()` and `depth()`; a rule may rewrite the kernels' `time` and `waits`. It computes with
/// `typename Call::value`, a number or several side by side (detail/lanes.hpp), and asks by `larger` and `choose`
/// instead of `if`. Registered in model/execution_models.hpp.
template <class Rule>
concept execution_rule = requires {
    { Rule::name } -> std::convertible_to<std::string_view>;
    { Rule::traits } -> std::convertible_to<execution_traits>;
};

}  // namespace qutibench
