// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Goodput: what a server delivers while it keeps to limits on its latencies (Zhong et al., DistServe,
/// arXiv:2401.09670).
#pragma once

#include <qutibench/language/serving.hpp>

#include <limits>
#include <utility>

namespace qutibench {

/// What each request must be promised, in s.
struct serving_limits {
    double time_to_first_token_s = std::numeric_limits<double>::infinity();
    double time_per_output_token_s = std::numeric_limits<double>::infinity();

    /// Whether an answer keeps to them and fits its memory.
    [[nodiscard]] constexpr bool hold(const serving_outline& one) const {
        return one.fits && one.time_to_first_token_s <= time_to_first_token_s &&
               one.time_per_output_token_s <= time_per_output_token_s;
    }
    friend constexpr bool operator==(const serving_limits&, const serving_limits&) = default;
};

/// Throws invalid_argument on a limit that is not positive.
inline void check(const serving_limits& limits) {
    if (!(limits.time_to_first_token_s > 0 && limits.time_per_output_token_s > 0))
        throw invalid_argument("limits on latencies must be positive seconds");
}

/// The largest number of requests in flight, up to 2^20, at which a server keeps to limits; 0 where one request alone
/// does not. Both times grow with the load, so that bisection finds it in 40 steps at most. Throws invalid_argument on
/// a limit that is not positive.
[[nodiscard]] inline double largest_load(const serving& server, serving_question ask, const serving_limits& limits) {
    check(limits);
    const pass_time prompt = server.prompt_time(ask);
    const auto holds = [&](double load) {
        ask.concurrency = load;
        return limits.hold(server.outline(ask, prompt));
    };
    double below = 0;
    double above = 1;
    while (above <= 1 << 20 && holds(above)) below = std::exchange(above, above * 2);
    while (above - below > 1) {
        const double middle = std::floor((below + above) / 2);
        (holds(middle) ? below : above) = middle;
    }
    return below;
}

}  // namespace qutibench
