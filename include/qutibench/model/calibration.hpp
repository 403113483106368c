// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Calibration: an execution model's few physical parameters fitted to measurements, so that a network nobody has run
/// on a device is predicted with an interval. docs/calibration.md gives the form, its sources and its errors. Opt-in:
/// needs Eigen. Numbers inside `fitting` are plain doubles in SI units.
#pragma once

#include <qutibench/model/calibration/calibrate.hpp>
#include <qutibench/model/calibration/rank.hpp>

namespace qutibench {

/// Fits a device's execution model to its measurements; the structure is the one that best explains networks left out.
/// Weak priors pull towards the platform's peaks and bandwidth. A stream-only platform (dataflow) gets one interval for
/// each bitstream. Throws invalid_argument without a usable measurement, unknown_name for a network that the set lacks
/// or a mode that the platform lacks. O(structures * networks * points * kernels), with validation networks times that:
/// 33 ms and 0.35 s for 160 points of ten networks.
[[nodiscard]] inline calibration calibrate(std::span<const calibration_point> points, const network_set& networks,
                                           const platform& device, const calibration_options& options = {}) {
    return fitting::calibrate_figures(points, networks, fitting::figures_of(device), options);
}

/// The same for a board that nobody described: attained rates only. Measured at one batch, it gets the board form:
/// operations, traffic and kernels.
[[nodiscard]] inline calibration calibrate(std::span<const calibration_point> points, const network_set& networks,
                                           const std::string& board = {}, const calibration_options& options = {}) {
    fitting::device_figures device;
    device.id = board;
    return fitting::calibrate_figures(points, networks, device, options);
}

}  // namespace qutibench
