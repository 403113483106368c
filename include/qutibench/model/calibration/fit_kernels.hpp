// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Fits single kernels: a roofline by search, then a Gaussian process with Student errors over what it leaves.
#pragma once

#include <qutibench/model/calibration/kernel_process.hpp>

#include <Eigen/Dense>

namespace qutibench::fitting {

namespace detail {

[[nodiscard]] inline double median_of(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The roofline whose logarithm leaves least: a search over the balance of memory and compute and over launch times,
/// wide where no datasheet says either.
inline void fit_roofline(kernel_process& to, std::span<const kernel_point> points, std::span<const double> log_seconds,
                         bool described) {
    double best = std::numeric_limits<double>::infinity();
    const int reach = described ? 4 : 16;
    const double shortest = std::exp(*std::min_element(log_seconds.begin(), log_seconds.end()));
    kernel_process trial = to;
    for (int balance = -reach; balance <= reach; ++balance)
        for (const double share : {0.02, 0.1, 0.25, 0.5, 0.75}) {
            trial.memory = std::pow(1.5, balance);
            std::vector<double> left;
            trial.compute = 1;
            trial.launch = 0;
            for (std::size_t i = 0; i < points.size(); ++i) left.push_back(log_seconds[i] - trial.roofline(points[i]));
            const double scale = std::exp(median_of(left));
            trial.compute = scale;
            trial.memory *= scale;
            trial.launch = share * shortest;
            for (std::size_t i = 0; i < points.size(); ++i) left[i] = log_seconds[i] - trial.roofline(points[i]);
            trial.middle = median_of(left);
            double cost = described ? 0.02 * std::abs(balance) * std::sqrt(static_cast<double>(points.size())) : 0;
            for (const double one : left) cost += std::abs(one - trial.middle);
            if (cost < best) {
                best = cost;
                to = trial;
            }
        }
}

}  // namespace detail

/// Fits single kernels, 600 of them at most; O(kernels^3). `log_seconds` is of one call each.
[[nodiscard]] inline kernel_process fit_kernels(std::span<const kernel_point> points,
                                                std::span<const double> log_seconds, bool described) {
    constexpr std::size_t most = 600;
    constexpr Eigen::Index robust_most = 300;  // eight factorisations take too long beyond
    constexpr double noise = 0.08, freedom = 4;
    kernel_process out;
    detail::fit_roofline(out, points, log_seconds, described);
    const std::size_t step = (points.size() + most - 1) / most;
    std::vector<double> left;
    for (std::size_t i = 0; i < points.size(); i += step) {
        out.seen.push_back(points[i]);
        left.push_back(log_seconds[i] - out.roofline(points[i]) - out.middle);
    }
    const auto count = static_cast<Eigen::Index>(out.seen.size());
    Eigen::MatrixXd covariance(count, count);
    for (Eigen::Index i = 0; i < count; ++i)
        for (Eigen::Index j = 0; j <= i; ++j)
            covariance(i, j) = covariance(j, i) = kernel_process::covariance(out.seen[static_cast<std::size_t>(i)],
                                                                             out.seen[static_cast<std::size_t>(j)]);
    // Student errors: kernels that ran at another clock, or by another algorithm, do not bend the others
    Eigen::VectorXd variance = Eigen::VectorXd::Constant(count, noise * noise);
    const Eigen::Map<const Eigen::VectorXd> logs(left.data(), count);
    Eigen::LLT<Eigen::MatrixXd> factor;
    Eigen::VectorXd weights;
    for (int turn = 0; turn < 8; ++turn) {
        Eigen::MatrixXd noisy = covariance;
        noisy.diagonal() += variance;
        factor.compute(noisy);
        weights = factor.solve(logs);
        if (count > robust_most) break;
        const Eigen::VectorXd residual = logs - covariance * weights;
        variance = (noise * noise * freedom + residual.array().square()) / (freedom + 1);
    }
    out.weights.assign(weights.data(), weights.data() + count);
    // what each says of itself once left out: weight over the inverse's diagonal
    const Eigen::VectorXd inverse = factor.solve(Eigen::MatrixXd::Identity(count, count)).diagonal();
    std::vector<double> errors;
    for (Eigen::Index i = 0; i < count; ++i) errors.push_back(std::abs(weights[i] / inverse[i]));
    out.noise = std::max(0.02, detail::median_of(errors) * 1.4826);
    return out;
}

}  // namespace qutibench::fitting
