// SPDX-License-Identifier: BSD-3-Clause
// expect: no match for .operator\+.|invalid operands to binary expression
#include <qutibench/units.hpp>
qutibench::operations both(qutibench::operations a, qutibench::macs b) {
    return a + b;
}
