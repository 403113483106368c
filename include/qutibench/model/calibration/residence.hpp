// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Devices that hold a whole network on chip, or else load it in parts ("contexts") at every call: two regimes. A
/// network that stays takes equally long per input at every batch; which ones do is seen where two batches were
/// measured, and told by logistic regression elsewhere.
#pragma once

#include <qutibench/model/calibration/work_profile.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>

namespace qutibench::fitting {

inline constexpr int residence_features = 5;

/// Weights of what tells whether a network stays on chip, or the features that they weigh.
using residence_vector = Eigen::Matrix<double, residence_features, 1>;

/// One, then logarithms of weights and kernels, the share of products of activations, and arithmetic, scaled.
[[nodiscard]] inline residence_vector residence_of(const work_profile& of) {
    const auto call = [&](work which) { return of.per_call[static_cast<std::size_t>(which)]; };
    const auto input = [&](work which) { return of.per_input[static_cast<std::size_t>(which)]; };
    double products = 1e-12;
    for (auto i = static_cast<std::size_t>(work::convolution); i <= static_cast<std::size_t>(work::product); ++i)
        products += of.per_input[i];
    const double weights =
        (call(work::weights) + call(work::classifier)) * detail::nominal_bandwidth / detail::nominal_bytes;
    const double kernels = call(work::launch) * 1e5, macs = products * detail::nominal_peak / 2;
    residence_vector out;
    out << 1, std::log(std::max(weights, 1.0) / 5e6), std::log(std::max(kernels, 1.0) / 60),
        2 * std::sqrt(input(work::product) / products), 0.5 * std::log(macs / 2e9);
    return out;
}

}  // namespace qutibench::fitting
