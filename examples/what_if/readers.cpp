// SPDX-License-Identifier: BSD-3-Clause
// Readers and writers of model files, which the other files of what_if and of the Python module declare only.
#include <qutibench/qutibench.hpp>  // predictions.cpp has what it declares

#define QUTIBENCH_IMPLEMENTATION
#include <qutibench/io/model_file.hpp>
#include <qutibench/io/save_onnx.hpp>
