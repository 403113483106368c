// SPDX-License-Identifier: BSD-3-Clause
// Predictions, fronts and fits, which the other files of what_if and of the Python module declare only.
#define QUTIBENCH_IMPLEMENTATION
#include <qutibench/explore/serving_space.hpp>
#include <qutibench/model/calibration.hpp>
#include <qutibench/pareto/front.hpp>
#include <qutibench/qutibench.hpp>
