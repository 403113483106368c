// SPDX-License-Identifier: BSD-3-Clause
// expect: too many operations
#include <qutibench/qutibench.hpp>
using namespace qutibench::literals;
static_assert(qutibench::analyze(qutibench::zoo::cnv()).operations() <= 100_mop, "too many operations");
