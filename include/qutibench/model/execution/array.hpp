// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/model/execution/layers.hpp>

namespace qutibench::detail {

/// Layer by layer, as `layers`, on the array of processing elements that the platform states: a kernel computes for the
/// cycles that its mapping takes (model/arrays.hpp), and its data pass the array's edge at the rate of the on-chip
/// memory, where one is stated. Equations in docs/formulas/arrays.md.
struct array_rule : layers_rule {
    static constexpr std::string_view name = "array";
    static constexpr execution_traits traits{.by_kernel = true, .on_array = true};
};

}  // namespace qutibench::detail
