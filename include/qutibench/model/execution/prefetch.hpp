// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/execution/layers.hpp>

namespace qutibench::detail {

/// Layer by layer, with two buffers: what a kernel reads and writes off chip moves while the kernel before it computes,
/// and not earlier, so a kernel waits for its own data (double buffering, as in
/// Zhang et al. 2015, doi:10.1145/2684746.2689060). With m_k the memory time and c_k the computing time of n kernels:
///
///     m_1 + max(c_1, m_2) + ... + max(c_(n-1), m_n) + c_n + the fixed time of each
///
/// Between the rooflines of `network` and no overlap at all. Without overlap it is `layers`.
struct prefetch_rule {
    static constexpr std::string_view name = "prefetch";
    static constexpr execution_traits traits{.by_kernel = true, .ahead = true};

    template <class Call>
    [[nodiscard]] static auto demand(Call& call) {
        if (call.how.parameters.overlap == overlap_kind::full) charge(call);
        return layers_rule::sum_of(call);
    }

private:
    // A kernel takes as long as it computes, or as the next one's data need to arrive; the first also waits for its
    // own.
    template <class Call>
    static void charge(Call& call) {
        using value = typename Call::value;
        for (std::size_t i = 0; i < call.kernels.size(); ++i) {
            auto& one = call.kernels[i];
            const bool is_last = i + 1 == call.kernels.size();
            const value next = is_last ? value(0) : call.kernels[i + 1].memory_time;
            const value first = i == 0 ? one.memory_time : value(0);
            const value busy = one.core_time();
            one.time = one.fixed_time + first + larger(busy, next);
            one.waits = busy < larger(first, next);
        }
    }
};

}  // namespace qutibench::detail
