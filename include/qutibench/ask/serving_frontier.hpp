// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The frontier of servers of language models as records.
#pragma once

#include <qutibench/ask/serving.hpp>
#include <qutibench/explore/serving_space.hpp>

namespace qutibench {

/// The answers that no other beats in all figures, within the limits. Throws what `serving_space` throws.
[[nodiscard]] inline std::vector<record> frontier_records(const language_model& model, const servers& of,
                                                          std::span<const serving_metric> metrics, int threads = 0) {
    const serving_space space(
        model, {of.platforms, detail::layouts_asked(model, of), of.precisions, of.concurrencies, of.ask, of.limits});
    std::vector<record> all;
    for (const std::uint64_t number : serving_frontier(space, metrics, threads)) {
        const serving_point at = space.point(number);
        all.push_back(to_record(space.estimate(number), model.name, space.axes().platforms[at.platform]->id(),
                                space.axes().precisions[at.precision],
                                space.asked(space.axes().concurrencies[at.concurrency]),
                                space.axes().layouts[at.layout]));
    }
    return all;
}

}  // namespace qutibench
