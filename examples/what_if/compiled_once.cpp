// SPDX-License-Identifier: BSD-3-Clause
// What the headers define in one translation unit where QUTIBENCH_COMPILE_ONCE is defined.
#define QUTIBENCH_IMPLEMENTATION
#include <qutibench/io/model_file.hpp>
