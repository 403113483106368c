// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cmath>

namespace qutibench::detail {

/// An extent rounded up to whole tiles, over itself: what hardware that computes `tile` elements at once does, over
/// what is needed. 1 for tiles of one element and extents of none.
[[nodiscard]] inline double rounded_up(double extent, double tile) {
    return tile > 1 && extent > 0 ? std::ceil(extent / tile) * tile / extent : 1.0;
}

}  // namespace qutibench::detail
