// SPDX-License-Identifier: BSD-3-Clause
// Readers of model files, which the other files of what_if and of the Python module declare only.
#include <qutibench/qutibench.hpp>  // predictions.cpp has those

#define QUTIBENCH_IMPLEMENTATION
#include <qutibench/io/model_file.hpp>
