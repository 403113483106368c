// SPDX-License-Identifier: BSD-3-Clause
// expect: (has no non-static data member named|does not refer to any field in type).*|out_chanels
#include <qutibench/qutibench.hpp>
constexpr qutibench::convolution_2d layer{.out_chanels = 64};
