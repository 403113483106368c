// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What reading a model file gives.
#pragma once

#include <qutibench/io/onnx/open_dimensions.hpp>
#include <qutibench/io/onnx/options.hpp>
#include <qutibench/network/graph.hpp>

namespace qutibench {

/// A model's layers, and the parameters of the module that it was exported from: exporters fold and drop some, so that
/// those of the layers can differ (docs/onnx.md).
struct imported_model {
    graph layers;
    std::int64_t parameters = 0;
};

}  // namespace qutibench
