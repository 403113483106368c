// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How a model file is read.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace qutibench {

namespace onnx {

/// Values for symbolic dimensions, by name.
using dimension_bindings = std::vector<std::pair<std::string, std::int64_t>>;

}  // namespace onnx

/// Settings of `load_onnx`.
struct onnx_options {
    onnx::dimension_bindings dims{};  ///< values of symbolic dimensions, by name
    bool strict = false;              ///< an operator without a cost model is an error
};

}  // namespace qutibench
