// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Levenberg-Marquardt on the logarithms of the coefficients: they stay positive, errors are relative, and the
/// Jacobian of log time is each term's share of the time. Plain doubles in SI units.
#pragma once

#include <qutibench/model/calibration/features.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace qutibench::fitting {

/// Logarithms of the coefficients of a structure and which of them it uses.
struct parameters {
    std::array<double, terms> log_value{};
    std::array<bool, terms> active{};

    [[nodiscard]] double value(term which) const { return std::exp(log_value[static_cast<std::size_t>(which)]); }
    [[nodiscard]] bool has(term which) const { return active[static_cast<std::size_t>(which)]; }
};

/// A time and how much of it each term accounts for: d time / d log coefficient.
struct timing {
    double seconds = 0;
    std::array<double, terms> parts{};
};

/// A load and the time that was measured for it.
struct sample {
    fitting::load load;
    double log_seconds = 0;
    int fold = 0;  ///< samples of one network share a fold
    double weight = 1;
};

namespace detail {

inline constexpr std::size_t at(term which) { return static_cast<std::size_t>(which); }

/// Serial share and host of `threads` calls side by side, per input: the larger of (host + device) / threads and the
/// part of the device that cannot overlap, joined by an 8-norm so that it has a derivative.
inline void overlap_threads(timing& time, double serial, double threads) {
    constexpr double sharpness = 8;
    const double host = time.parts[at(term::call)] + time.parts[at(term::input)] + time.parts[at(term::element)];
    const double device = time.seconds - host;
    const double together = time.seconds / threads;
    const double alone = serial * device;
    const double larger = std::max(together, alone);
    const double seconds = larger * std::pow(std::pow(together / larger, sharpness) + std::pow(alone / larger, sharpness), 1 / sharpness);
    const double share_together = std::pow(together / seconds, sharpness);
    const double share_alone = std::pow(alone / seconds, sharpness);
    for (std::size_t i = 0; i < terms; ++i) {
        const bool is_host = i == at(term::call) || i == at(term::input) || i == at(term::element);
        const double on_device = is_host || device <= 0 ? 0.0 : share_alone / device;
        time.parts[i] *= seconds * (share_together / time.seconds + on_device);
    }
    time.parts[at(term::serial)] = seconds * share_alone;
    time.seconds = seconds;
}

}  // namespace detail

/// Time of a load: per call, or per input where threads run side by side.
[[nodiscard]] inline timing time_of(const load& of, const parameters& with) {
    using detail::at;
    timing out;
    std::array<double, terms> value{};
    for (std::size_t i = 0; i < terms; ++i) value[i] = with.active[i] ? std::exp(with.log_value[i]) : 0.0;
    for (const term which : {term::call, term::input, term::element, term::launch, term::weight, term::unfold, term::spill})
        out.parts[at(which)] = value[at(which)] * of.scalar[at(which)];
    const double dense_factor = with.has(term::dense) ? value[at(term::dense)] : 1.0;
    for (const kernel_load& one : of.kernels) {
        const double compute = value[at(term::compute)] * one.compute * (one.is_dense ? dense_factor : 1.0);
        const double memory = value[at(term::memory)] * one.memory;
        const double length = of.per_kernel ? std::sqrt(compute * compute + memory * memory) : 1.0;
        if (length <= 0) continue;
        const double compute_part = one.count * (of.per_kernel ? compute * compute / length : compute);
        out.parts[at(term::compute)] += compute_part;
        if (one.is_dense) out.parts[at(term::dense)] += compute_part;
        out.parts[at(term::memory)] += one.count * (of.per_kernel ? memory * memory / length : memory);
    }
    for (std::size_t i = 0; i < terms; ++i)
        if (i != at(term::dense)) out.seconds += out.parts[i];
    if (!with.has(term::dense)) out.parts[at(term::dense)] = 0;
    if (of.threads > 0 && with.has(term::serial)) detail::overlap_threads(out, value[at(term::serial)], of.threads);
    return out;
}

/// How a fit weighs measurements against priors.
struct fit_options {
    std::array<prior, terms> priors = default_priors;
    double noise = 0.1;  ///< standard deviation of log time that the model cannot explain
    int iterations = 40;
};

namespace detail {

using matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor, static_cast<int>(terms), static_cast<int>(terms)>;
using vector = Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, static_cast<int>(terms), 1>;

/// Penalised squares of log time and the normal equations of their Gauss-Newton step.
class objective {
public:
    objective(std::span<const sample* const> samples, const parameters& of, const fit_options& options)
        : samples_(samples), options_(options) {
        for (std::size_t i = 0; i < terms; ++i)
            if (of.active[i]) free_.push_back(i);
    }

    [[nodiscard]] Eigen::Index size() const { return static_cast<Eigen::Index>(free_.size()); }

    double evaluate(const parameters& at_point, matrix& normal, vector& gradient) const {
        normal.setZero(size(), size());
        gradient.setZero(size());
        double cost = 0;
        vector row(size());
        for (const sample* one : samples_) {
            const timing time = time_of(one->load, at_point);
            const double scale = one->weight / options_.noise;
            const double residual = (std::log(time.seconds) - one->log_seconds) * scale;
            for (Eigen::Index i = 0; i < size(); ++i) row[i] = time.parts[free_[static_cast<std::size_t>(i)]] / time.seconds * scale;
            normal.noalias() += row * row.transpose();
            gradient.noalias() += row * residual;
            cost += residual * residual;
        }
        for (Eigen::Index i = 0; i < size(); ++i) {
            const std::size_t which = free_[static_cast<std::size_t>(i)];
            const prior& belief = options_.priors[which];
            const double away = (at_point.log_value[which] - std::log(belief.median)) / belief.sigma;
            normal(i, i) += 1 / (belief.sigma * belief.sigma);
            gradient[i] += away / belief.sigma;
            cost += away * away;
        }
        return cost;
    }

    [[nodiscard]] parameters moved(const parameters& from, const vector& step) const {
        constexpr double longest = 2;
        parameters to = from;
        for (Eigen::Index i = 0; i < size(); ++i)
            to.log_value[free_[static_cast<std::size_t>(i)]] += std::clamp(step[i], -longest, longest);
        return to;
    }

private:
    std::span<const sample* const> samples_;
    const fit_options& options_;
    std::vector<std::size_t> free_;
};

}  // namespace detail

/// Parameters at the medians of the priors. `active` tells which terms the structure has.
[[nodiscard]] inline parameters at_priors(const std::array<bool, terms>& active, const fit_options& options) {
    parameters start;
    start.active = active;
    for (std::size_t i = 0; i < terms; ++i) start.log_value[i] = std::log(options.priors[i].median);
    return start;
}

/// The parameters that minimise sum ((log t - log measured) / noise)^2 + sum ((log p - log median) / sigma)^2, from
/// `start`. O(iterations * samples * (kernels + terms^2)).
[[nodiscard]] inline parameters fit(std::span<const sample* const> samples, parameters start, const fit_options& options = {}) {
    const detail::objective goal(samples, start, options);
    if (goal.size() == 0) return start;
    detail::matrix normal, next_normal;
    detail::vector gradient, next_gradient;
    double cost = goal.evaluate(start, normal, gradient);
    double damping = 1e-2;
    for (int i = 0; i < options.iterations; ++i) {
        bool better = false;
        bool settled = false;
        for (int attempt = 0; attempt < 8 && !better; ++attempt) {
            detail::matrix damped = normal;
            damped.diagonal() += damping * normal.diagonal();
            const detail::vector step = -damped.ldlt().solve(gradient);
            const parameters trial = goal.moved(start, step);
            const double trial_cost = goal.evaluate(trial, next_normal, next_gradient);
            better = trial_cost < cost;
            if (!better) {
                damping *= 4;
                continue;
            }
            settled = cost - trial_cost < 1e-6 * cost;
            start = trial;
            cost = trial_cost;
            normal.swap(next_normal);
            gradient.swap(next_gradient);
            damping = std::max(damping / 5, 1e-9);
        }
        if (!better || settled) break;
    }
    return start;
}

}  // namespace qutibench::fitting
