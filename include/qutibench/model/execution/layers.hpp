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
    [[nodiscard]] static auto demand(Call& call) {
        return sum_of(call);
    }

    /// What a call demands whose kernels run one after the other, each for its `time`.
    template <class Call>
    [[nodiscard]] static auto sum_of(const Call& call) {
        using value = typename Call::value;
        auto demand = call.whole();
        value memory_bound = 0, near_bound = 0;
        demand.alone = 0;
        for (const auto& one : call.kernels) {
            demand.alone += one.time;
            memory_bound += none_where(!one.waits, one.time);
            const auto near = one.near();
            near_bound += none_where(one.waits | !near, one.time);
        }
        demand.busy = demand.alone / static_cast<double>(call.how.parameters.cores);
        demand.waits = 2.0 * memory_bound > demand.alone;
        demand.near = 2.0 * near_bound > demand.alone;
        return demand;
    }
};

}  // namespace qutibench::detail
