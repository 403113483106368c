// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/execution/layers.hpp>

namespace qutibench::detail {

/// Layer by layer, each in tiles that fit what the placement leaves of the on-chip memory. What such tiles move again
/// is in the kernels' traffic already (model/tiling.hpp); the times add up as in `layers`.
struct tiled_rule : layers_rule {
    static constexpr std::string_view name = "tiled";
    static constexpr execution_traits traits{.by_kernel = true, .tiles = true};
};

}  // namespace qutibench::detail
