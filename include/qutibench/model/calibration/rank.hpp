// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which network to measure next: the one whose time, once known, narrows the intervals of all candidates most. Greedy
/// design of experiments under the learned form (Krause, Singh, Guestrin, JMLR 9, 2008: choosing for a Gaussian
/// process), here by the sum of variances that is left.
#pragma once

#include <qutibench/model/calibration/calibrate.hpp>

#include <cmath>
#include <memory>
#include <span>

namespace qutibench {

/// A network whose measurement is worth having.
struct next_measurement {
    std::string network{};  ///< of the network set
    double log_spread = 0;  ///< standard deviation of log time over all candidates, this one and those before measured

    /// Nine of ten candidates are then known to within this fraction.
    [[nodiscard]] double within() const { return std::expm1(two_sided_90 * log_spread); }
};

namespace fitting {

[[nodiscard]] std::vector<next_measurement> rank_next(std::span<const calibration_point> measured,
                                                      const network_set& networks, const device_figures& device,
                                                      std::span<const std::string> candidates, const measured_run& run,
                                                      std::size_t count,
                                                      std::span<const std::shared_ptr<const population>> from);

}  // namespace fitting

/// Which of the networks `candidates` of a set to measure next in such a run, at most `count`, the most telling first:
/// after `measured` (may be empty), leaning on `options.populations`. Throws invalid_argument without a candidate,
/// unknown_name for a network that the set lacks.
[[nodiscard]] inline std::vector<next_measurement> rank_next(std::span<const calibration_point> measured,
                                                             const network_set& networks, const platform& device,
                                                             std::span<const std::string> candidates,
                                                             const measured_run& run, std::size_t count,
                                                             const calibration_options& options = {}) {
    return fitting::rank_next(measured, networks, fitting::figures_of(device), candidates, run, count,
                              options.populations);
}

/// The same on a board that nobody described.
[[nodiscard]] inline std::vector<next_measurement> rank_next(std::span<const calibration_point> measured,
                                                             const network_set& networks, const std::string& board,
                                                             std::span<const std::string> candidates,
                                                             const measured_run& run, std::size_t count,
                                                             const calibration_options& options = {}) {
    fitting::device_figures device;
    device.id = board;
    return fitting::rank_next(measured, networks, device, candidates, run, count, options.populations);
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/detail/quantile.hpp>
#include <qutibench/model/calibration/calibrate_steps.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
namespace qutibench::fitting {

/// What a population knows of a device before anything was measured on it.
[[nodiscard]] inline learned_fit unmeasured(const std::shared_ptr<const population>& from,
                                            const reference_rates& reference) {
    learned_fit out;
    out.from = from;
    out.reference = reference;
    out.rates = from->mean;
    const rate_vector all = common_scale();
    out.covariance = from->covariance + detail::free_scale * all * all.transpose();
    out.noise = from->noise;
    out.residence = from->residence;
    out.residual_scale = detail::residual_scale_at(out.noise);
    return out;
}

namespace detail {

/// What is left of a covariance once the variable `known` was observed with a noise.
inline void observe(Eigen::MatrixXd& covariance, Eigen::Index known, double noise) {
    const Eigen::VectorXd with = covariance.col(known);
    covariance.noalias() -= with * with.transpose() / (with[known] + noise);
}

/// Covariance of the candidates' log times as a fit leaves it, and the noise of each.
struct joint_belief {
    Eigen::MatrixXd covariance;
    Eigen::VectorXd noise;
};

[[nodiscard]] inline joint_belief belief_of(const learned_fit& fit, std::span<const profiled_run> candidates) {
    const auto count = static_cast<Eigen::Index>(candidates.size());
    const auto seen = static_cast<Eigen::Index>(fit.residuals.size());
    Eigen::MatrixXd shares(static_cast<Eigen::Index>(log_rates), count);
    joint_belief out{{}, Eigen::VectorXd(count)};
    std::vector<const std::array<double, likenesses>*> like;
    for (const residual_weight& one : fit.residuals) like.push_back(&one.likeness);
    for (Eigen::Index i = 0; i < count; ++i) {
        const profiled_run& run = candidates[static_cast<std::size_t>(i)];
        const auto figure = fit.predict(run);
        shares.col(i) = figure.shares;
        out.noise[i] = fit.noise * fit.noise + figure.effect.variance;
        like.push_back(&run.profile->likeness);
    }
    Eigen::MatrixXd residual(seen + count, seen + count);
    for (Eigen::Index i = 0; i < seen + count; ++i)
        for (Eigen::Index j = 0; j <= i; ++j)
            residual(i, j) = residual(j, i) =
                fit.residual_scale *
                learned_fit::likeness(*like[static_cast<std::size_t>(i)], *like[static_cast<std::size_t>(j)]);
    for (Eigen::Index i = 0; i < seen; ++i) observe(residual, i, fit.noise * fit.noise);
    out.covariance = shares.transpose() * fit.covariance * shares + residual.bottomRightCorner(count, count);
    return out;
}

}  // namespace detail

/// The candidates in the order in which to measure them, `count` at most: each the one that leaves least variance in
/// all. O(candidates^2 * (count + measured)).
[[nodiscard]] inline std::vector<std::pair<std::size_t, double>> rank_runs(const learned_fit& fit,
                                                                           std::span<const profiled_run> candidates,
                                                                           std::size_t count) {
    detail::joint_belief at = detail::belief_of(fit, candidates);
    std::vector<std::pair<std::size_t, double>> order;
    std::vector<bool> taken(candidates.size(), false);
    while (order.size() < std::min(count, candidates.size())) {
        Eigen::Index best = -1;
        double most = -1;
        for (Eigen::Index i = 0; i < at.covariance.rows(); ++i) {
            if (taken[static_cast<std::size_t>(i)]) continue;
            const double gain = at.covariance.col(i).squaredNorm() / (at.covariance(i, i) + at.noise[i]);
            if (gain > most) most = gain, best = i;
        }
        detail::observe(at.covariance, best, at.noise[best]);
        taken[static_cast<std::size_t>(best)] = true;
        const double left = (at.covariance.diagonal() + at.noise).mean();
        order.emplace_back(static_cast<std::size_t>(best), std::sqrt(std::max(0.0, left)));
    }
    return order;
}

QUTIBENCH_INLINE std::vector<next_measurement> rank_next(std::span<const calibration_point> measured,
                                                         const network_set& networks, const device_figures& device,
                                                         std::span<const std::string> candidates,
                                                         const measured_run& run, std::size_t count,
                                                         std::span<const std::shared_ptr<const population>> from) {
    constexpr std::size_t most = 2000;
    if (candidates.empty() || candidates.size() > most)
        throw invalid_argument("a ranking needs from 1 to " + std::to_string(most) + " candidates, not " +
                               std::to_string(candidates.size()));
    std::vector<calibration_point> points(measured.begin(), measured.end());
    for (calibration_point& one : points) one.run = in_named_mode(one.run, device);
    const prepared data = prepare(points, networks, device);
    std::vector<call> calls;
    for (const std::string& one : candidates) calls.push_back(call_of(networks.at(one), device, run));
    const rates& first = data.set.calls.empty() ? calls.front().at : data.set.calls.front().at;
    const reference_rates reference{first.peak, first.bandwidth, first.weight_bytes, first.activation_bytes};
    std::vector<profiled_sample> samples;
    for (std::size_t i = 0; i < data.set.calls.size(); ++i)
        samples.push_back({profiled(data.set.calls[i], reference), data.set.log_seconds[i]});
    std::vector<std::shared_ptr<const population>> all(from.begin(), from.end());
    if (all.size() != 1) all.push_back(std::make_shared<population>(any_device()));
    const learned_fit fit = samples.empty() ? unmeasured(all.size() == 1 ? all.front() : all.back(), reference)
                                            : fit_learned(samples, all, reference);
    std::vector<profiled_run> runs;
    for (const call& one : calls) runs.push_back(profiled(one, fit.reference));
    std::vector<next_measurement> order;
    for (const auto& [at, spread] : rank_runs(fit, runs, count)) order.push_back({candidates[at], spread});
    return order;
}

}  // namespace qutibench::fitting
#endif
