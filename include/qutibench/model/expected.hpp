// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// An expectation as it is handed on: what a run will reach, plus or minus how much, and what that rests on.
/// expectation.hpp beside it works them out.
#pragma once

#include <qutibench/model/estimate.hpp>

#include <limits>
#include <string>
#include <vector>

namespace qutibench {

/// What an expectation rests on, the best first.
enum class expectation_basis : unsigned char {
    calibration,   ///< measurements of this device
    device_class,  ///< measurements of other devices of its class, scaled by its datasheet
    bound          ///< nothing but the roofline
};

template <>
inline constexpr enumeration<3> names_of<expectation_basis>{"basis", {"calibration", "class", "bound"}};

/// An expected throughput with its 90 % interval; NaN where nothing is known.
struct expectation {
    double throughput_ips = std::numeric_limits<double>::quiet_NaN();  ///< inputs per second
    double latency_s = std::numeric_limits<double>::quiet_NaN();       ///< of one call
    double low_ips = std::numeric_limits<double>::quiet_NaN();         ///< lower end of the 90 % interval
    double high_ips = std::numeric_limits<double>::quiet_NaN();
    expectation_basis basis = expectation_basis::bound;
    estimate bound{};
    double error = std::numeric_limits<double>::quiet_NaN();  ///< median of held-out errors of such expectations
    std::vector<std::string> sources{};
    std::vector<std::string> warnings{};
};

}  // namespace qutibench
