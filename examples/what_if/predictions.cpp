// SPDX-License-Identifier: BSD-3-Clause
// Predictions, which the other files of what_if and of the Python module declare only.
#define QUTIBENCH_IMPLEMENTATION
#include <qutibench/qutibench.hpp>
