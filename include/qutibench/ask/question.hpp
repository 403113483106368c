// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a user asks: networks and devices by name, and the axes of a design space. The command line, the page and
/// Python fill the same question in.
#pragma once

#include <qutibench/explore/design_space.hpp>
#include <qutibench/io/onnx/options.hpp>

namespace qutibench {

/// Which networks on which devices, and how. Every combination is predicted.
struct question {
    std::vector<std::string> networks{};   ///< ids, paths, or names of what was added to the session
    std::vector<std::string> platforms{};  ///< the same, "id:mode" for a mode
    std::vector<double> keep{1.0};         ///< fractions of the channels that are left
    design_axes axes{};        ///< everything else; networks and platforms that stand here come before those named
    onnx_options onnx{};       ///< for networks that are ONNX files
    bool is_training = false;  ///< a step of training instead of an inference (T eq. 2.6)
    training_setup training{};
    bool is_lenient = false;  ///< a network that cannot be had at a width is skipped instead of being an error
};

/// Predictions, and the combinations that are left out.
struct answers {
    std::vector<answer> rows{};
    std::vector<std::string> skipped{};  ///< why, one sentence each
};

}  // namespace qutibench
