// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/breakdown.hpp>
#include <qutibench/model/deployed.hpp>

namespace qutibench::detail {

/// Layer by layer: the sum over kernels of the fixed time and of computing and moving, combined. The bound is the one
/// that more of the time has.
struct layers_rule {
    static constexpr std::string_view name = "layers";
    static constexpr execution_traits traits{.by_kernel = true, .sums = true};

    template <class Call>
    [[nodiscard]] static call_demand demand(Call& call) {
        return sum_of(call);
    }

    /// What a call demands whose kernels run one after the other, each for its `time`.
    template <class Call>
    [[nodiscard]] static call_demand sum_of(const Call& call) {
        call_demand demand = call.whole();
        double memory_bound = 0;
        demand.alone = 0;
        for (const kernel_estimate& one : call.kernels) {
            demand.alone += one.time;
            if (one.bound == bound_kind::memory) memory_bound += one.time;
        }
        demand.busy = demand.alone / static_cast<double>(call.how.parameters.cores);
        demand.bound = 2 * memory_bound > demand.alone ? bound_kind::memory : bound_kind::compute;
        return demand;
    }
};

}  // namespace qutibench::detail
