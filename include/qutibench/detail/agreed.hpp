// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Figures that are the same on every system.
#pragma once

#include <qutibench/detail/builtins.hpp>

#include <cstdint>

namespace qutibench::detail {

/// A figure that has come through exp, log or pow, to 32 significant bits (an error of at most 2.4e-10 of it). Each C
/// library rounds these functions in its own way, and processors with fused multiply-add in another; what they differ
/// in lies far below, so that almost all figures agree everywhere. Zero, infinities and NaN stay what they are.
[[nodiscard]] inline double agreed(double figure) {
    constexpr std::uint64_t dropped = 21;
    const auto bits = bits_as<std::uint64_t>(figure) + (std::uint64_t{1} << (dropped - 1));
    return bits_as<double>(bits >> dropped << dropped);
}

}  // namespace qutibench::detail
