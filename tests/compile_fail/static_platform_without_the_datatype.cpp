// SPDX-License-Identifier: BSD-3-Clause
// expect: this static_platform has no static_peak for that datatype
#include <qutibench/qutibench.hpp>
using namespace qutibench::literals;
constexpr qutibench::static_platform board{qutibench::static_peak<qutibench::integer<8>>(1.0_top_per_s),
                                           qutibench::static_bandwidth(1.0_gb_per_s)};
constexpr auto e = qutibench::predict<qutibench::integer<4>>(qutibench::zoo::mlp(), board);
