// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The quantile that 90 % intervals are made of.
#pragma once

namespace qutibench {

/// Standard deviations of a normal distribution to each side of its mean within which 90 % lie.
inline constexpr double two_sided_90 = 1.6448536269514722;

}  // namespace qutibench
