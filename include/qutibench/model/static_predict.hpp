// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Predictions at compile time, in a header of their own: a `static_assert` needs none of the models of run time.
#pragma once

#include <qutibench/hardware/static_platform.hpp>
#include <qutibench/model/estimate.hpp>
#include <qutibench/network/static_graph.hpp>

namespace qutibench {

/// Predicts a recipe on a static platform in the numeric format `Type`; usable in static_assert. Throws
/// invalid_argument on a batch below one or an empty network, which at compile time is a compiler error.
template <class Type, recipe Recipe, class... Figures>
[[nodiscard]] constexpr estimate predict(const Recipe& net, const static_platform<Figures...>& device,
                                         std::int64_t batch = 1) {
    if (batch < 1) detail::raise(invalid_argument("batch must be at least 1"));
    estimate result = detail::network_level(analyze(net), Type::value.bytes_per_element(),
                                            roofline{device.template peak<Type>(), device.bandwidth()}, batch);
    if (!(result.call_time > 0)) detail::throw_nothing_to_predict();
    return result;
}

}  // namespace qutibench
