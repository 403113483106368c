// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The coefficients of the learned form as vectors, and what is common to them.
#pragma once

#include <qutibench/model/calibration/work_profile.hpp>

#include <Eigen/Dense>

namespace qutibench::fitting {

/// Logarithms of the coefficients of each work, then what several threads, or staying on chip, do to arithmetic,
/// traffic and fixed costs.
inline constexpr std::size_t log_rates = works + 3;

using rate_vector = Eigen::Matrix<double, static_cast<int>(log_rates), 1>;
using rate_matrix = Eigen::Matrix<double, static_cast<int>(log_rates), static_cast<int>(log_rates)>;

/// One for each work, nothing for what several threads do: a device twice as fast in all.
[[nodiscard]] inline rate_vector common_scale() {
    rate_vector all = rate_vector::Zero();
    all.head<static_cast<int>(works)>().setOnes();
    return all;
}

}  // namespace qutibench::fitting
