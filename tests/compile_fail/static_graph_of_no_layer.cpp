// SPDX-License-Identifier: BSD-3-Clause
// expect: every argument of static_graph after its input must be a layer
#include <qutibench/qutibench.hpp>
constexpr qutibench::static_graph net{qutibench::image<32, 32, 3>, 5};
