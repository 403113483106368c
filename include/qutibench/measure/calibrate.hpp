// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// From measurements to a calibration: `calibrate(points_of(rows), networks, device)`. Opt-in: needs Eigen.
#pragma once

#include <qutibench/measure/calibration_points.hpp>
#include <qutibench/model/calibration.hpp>
