// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// From measurements to a fitted calibration.
#pragma once

#include <qutibench/model/calibration/fitted.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace qutibench {

/// Settings of calibrate().
struct calibration_options {
    fitting::fit_options fit{};
    std::vector<std::string> structures{};  ///< names of fitting::structures to choose from; empty: those that suit
    std::vector<std::shared_ptr<const fitting::population>> populations{};  ///< what is known of devices of a class
    bool validate = true;  ///< leave out each network and mode in turn, choosing the structure anew
};

namespace fitting {

/// Throws invalid_argument without a measured throughput, and what a point that fits no network throws.
[[nodiscard]] calibration calibrate_figures(std::span<const calibration_point> measured, const network_set& networks,
                                            device_figures device, calibration_options options);

}  // namespace fitting

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/model/calibration/calibrate_steps.hpp>
#endif
