// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The learned form: time as a sum of works with positive rates, whose prior is a population of devices; the population
/// is the one under which the measurements are likeliest. Maximum a posteriori by Gauss-Newton with Student errors of
/// four degrees of freedom; what is left follows the likeness of networks (Gaussian process).
#pragma once

#include <qutibench/model/calibration/fit_residence.hpp>
#include <qutibench/model/calibration/learned_fit.hpp>

#include <memory>
#include <span>

namespace qutibench::fitting {

/// A measured run with its logarithm of seconds.
struct profiled_sample {
    profiled_run run{};
    double log_seconds = 0;
};

namespace detail {

inline constexpr double free_scale = 4;  ///< variance of the scale common to all rates

/// Variance of residuals that likeness explains, by the noise.
[[nodiscard]] inline double residual_scale_at(double noise) {
    const double scale = std::max(0.05, 0.7 * noise);
    return 0.6 * scale * scale;
}

/// Maximum a posteriori of the rates under one population and one noise.
class rate_fit {
public:
    rate_fit(std::span<const profiled_sample> samples, const population& from) : samples_(samples), from_(from) {
        const rate_vector all = common_scale();
        const rate_matrix covariance = from.covariance + free_scale * all * all.transpose();
        const Eigen::LLT<rate_matrix> factor(covariance);
        precision_ = factor.solve(rate_matrix::Identity());
        log_determinant_ = log_determinant(factor);
        for (const profiled_sample& one : samples) effects_.push_back(from.effect_of(*one.run.profile));
    }

    /// Starts where the median run takes as long as measured; `start` continues from another noise.
    [[nodiscard]] learned_fit fit(double noise, int iterations, const rate_vector* start = nullptr) {
        noise_ = noise;
        rate_vector at = start ? *start : scaled_mean();
        double cost = evaluate(at), damping = 1e-3;
        for (int i = 0; i < iterations; ++i) {
            const rate_matrix normal = normal_;
            const rate_vector gradient = gradient_;
            bool better = false;
            double next = cost;
            for (int attempt = 0; attempt < 6 && !better; ++attempt, damping *= better ? 1 : 5) {
                rate_matrix damped = normal;
                damped.diagonal() += damping * normal.diagonal();
                const rate_vector step = damped.llt().solve(gradient).cwiseMax(-2).cwiseMin(2);
                next = evaluate(at + step);
                better = next < cost;
                if (better) at += step;
            }
            if (!better) break;
            const bool settled = cost - next < 1e-6 * std::max(cost, 1.0);
            cost = next;
            damping = std::max(damping / 5, 1e-6);
            if (settled) break;
        }
        cost = evaluate(at);
        return finished(at, cost);
    }

private:
    [[nodiscard]] static double log_determinant(const Eigen::LLT<rate_matrix>& of) {
        return 2 * of.matrixLLT().diagonal().array().log().sum();
    }

    [[nodiscard]] rate_vector scaled_mean() const {
        std::vector<double> away;
        for (std::size_t i = 0; i < samples_.size(); ++i)
            away.push_back(samples_[i].log_seconds - effects_[i].mean -
                           std::log(seconds_of(samples_[i].run, from_.mean)));
        const auto middle = away.begin() + static_cast<std::ptrdiff_t>(away.size() / 2);
        std::nth_element(away.begin(), middle, away.end());
        rate_vector at = from_.mean;
        at.head<static_cast<int>(works)>().array() += *middle;
        return at;
    }

    /// Twice the negative log posterior; fills in the normal equations of the reweighted step.
    double evaluate(const rate_vector& at) {
        constexpr double freedom = 4;
        normal_ = precision_;
        const rate_vector away = at - from_.mean;
        gradient_ = -precision_ * away;
        double cost = -away.dot(gradient_);
        rate_vector shares;
        residuals_.resize(samples_.size());
        spreads_.resize(samples_.size());
        for (std::size_t i = 0; i < samples_.size(); ++i) {
            const double seconds = seconds_of(samples_[i].run, at, &shares);
            const double residual = samples_[i].log_seconds - effects_[i].mean - std::log(seconds);
            const double variance = noise_ * noise_ + effects_[i].variance;
            const double square = residual * residual / variance;
            const double weight = (freedom + 1) / (freedom + square) / variance;
            normal_.selfadjointView<Eigen::Lower>().rankUpdate(shares, weight);
            gradient_ += shares * (residual * weight);
            cost += (freedom + 1) * std::log1p(square / freedom);
            residuals_[i] = residual;
            spreads_[i] = std::sqrt(variance);
        }
        normal_.triangularView<Eigen::StrictlyUpper>() = normal_.transpose();
        return cost;
    }

    [[nodiscard]] learned_fit finished(const rate_vector& at, double cost) const {
        learned_fit out;
        const Eigen::LLT<rate_matrix> factor(normal_);
        out.rates = at;
        out.covariance = factor.solve(rate_matrix::Identity());
        out.noise = noise_;
        out.log_evidence = -0.5 * (cost + log_determinant(factor) + log_determinant_);
        for (const double spread : spreads_) out.log_evidence -= std::log(spread);
        add_residuals(out);
        return out;
    }

    /// Residuals as a Gaussian process over likeness; rows of one network share part of their error.
    void add_residuals(learned_fit& out) const {
        constexpr std::size_t most = 400;
        out.residual_scale = residual_scale_at(noise_);
        if (samples_.size() > most || samples_.empty()) return;
        const auto count = static_cast<Eigen::Index>(samples_.size());
        Eigen::MatrixXd covariance(count, count);
        Eigen::VectorXd left(count);
        for (Eigen::Index i = 0; i < count; ++i) {
            const work_profile& one = *samples_[static_cast<std::size_t>(i)].run.profile;
            const double spread = spreads_[static_cast<std::size_t>(i)];
            left[i] = std::clamp(residuals_[static_cast<std::size_t>(i)], -2.5 * spread, 2.5 * spread);
            for (Eigen::Index j = 0; j <= i; ++j) {
                const work_profile& other = *samples_[static_cast<std::size_t>(j)].run.profile;
                double shared = out.residual_scale * learned_fit::likeness(one.likeness, other.likeness);
                if (one.structure == other.structure) shared += 0.4 * spread * spreads_[static_cast<std::size_t>(j)];
                if (i == j) shared += 0.6 * spread * spread;
                covariance(i, j) = covariance(j, i) = shared;
            }
        }
        const Eigen::VectorXd weights = covariance.llt().solve(left);
        for (Eigen::Index i = 0; i < count; ++i)
            out.residuals.push_back({samples_[static_cast<std::size_t>(i)].run.profile->likeness, weights[i]});
    }

    std::span<const profiled_sample> samples_;
    const population& from_;
    std::vector<network_effect> effects_;
    rate_matrix precision_, normal_;
    rate_vector gradient_;
    double log_determinant_ = 0, noise_ = 0.2;
    std::vector<double> residuals_, spreads_;
};

/// Puts samples into the regimes in which they were seen, or are told to be; returns the weights that tell.
[[nodiscard]] inline residence_vector assign_regimes(std::span<profiled_sample> samples, const population& from) {
    std::vector<residence_sample> runs;
    for (const profiled_sample& one : samples) runs.push_back({one.run.profile, one.run.batch, one.log_seconds});
    const auto seen = seen_residence(runs);
    const residence_vector weights = fit_residence(runs, seen, from.residence);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i].run.second_regime = seen[i].value_or(weights.dot(residence_of(*runs[i].profile)) > 0);
    return weights;
}

}  // namespace detail

/// The fit under one population: the noise, 1, 2 or 4 times the population's, under which the samples are likeliest.
[[nodiscard]] inline learned_fit fit_learned(std::span<const profiled_sample> samples,
                                             const std::shared_ptr<const population>& from) {
    std::vector<profiled_sample> in_regimes;
    residence_vector residence = residence_vector::Zero();
    if (from->has_regimes) {
        in_regimes.assign(samples.begin(), samples.end());
        residence = detail::assign_regimes(in_regimes, *from);
        samples = in_regimes;
    }
    detail::rate_fit fitter(samples, *from);
    learned_fit best;
    for (const double times : {1.0, 2.0, 4.0}) {
        learned_fit next = fitter.fit(from->noise * times, 25, times > 1 ? &best.rates : nullptr);
        next.log_evidence -= 0.5 * std::log(times) * std::log(times);
        if (times > 1 && next.log_evidence <= best.log_evidence) break;
        best = std::move(next);
    }
    best.from = from;
    best.residence = residence;
    return best;
}

/// How much less likely a population is, as a logarithm, where its batches or datatype are not those of the samples.
[[nodiscard]] inline double mismatch(const population& of, double least_batch, double most_batch,
                                     const reference_rates& reference) {
    constexpr double foreign = 5;
    if (of.weight_bytes == 0) return 0;
    const bool batches = most_batch < of.least_batch / 4 || least_batch > 4 * of.most_batch;
    return (batches ? foreign : 0) + (reference.weight_bytes != of.weight_bytes ? foreign : 0);
}

/// The fit under the population that explains the samples best. Many samples are screened on every so many of them.
[[nodiscard]] inline learned_fit fit_learned(std::span<const profiled_sample> samples,
                                             std::span<const std::shared_ptr<const population>> from,
                                             const reference_rates& reference) {
    constexpr std::size_t enough = 60;
    std::vector<profiled_sample> some;
    const std::size_t step = std::max<std::size_t>(1, samples.size() / enough);
    for (std::size_t i = 0; i < samples.size(); i += step) some.push_back(samples[i]);
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (const profiled_sample& one : samples) {
        least = std::min(least, one.run.batch);
        most = std::max(most, one.run.batch);
    }
    learned_fit best;
    double likeliest = 0;
    for (const auto& one : from) {
        learned_fit next = fit_learned(std::span<const profiled_sample>(some), one);
        const double evidence = next.log_evidence - mismatch(*one, least, most, reference);
        if (best.from != nullptr && evidence <= likeliest) continue;
        likeliest = evidence;
        best = std::move(next);
    }
    if (step > 1) best = fit_learned(samples, best.from);
    best.reference = reference;
    return best;
}

}  // namespace qutibench::fitting
