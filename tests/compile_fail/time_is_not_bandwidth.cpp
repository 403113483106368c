// SPDX-License-Identifier: BSD-3-Clause
// expect: no match for .operator(<|<=).|invalid operands to binary expression|could not convert|no viable conversion
#include <qutibench/model/roofline.hpp>
using namespace qutibench::literals;
qutibench::roofline wrong{4.6_top_per_s, 3.0_s};
