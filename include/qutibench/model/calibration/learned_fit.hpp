// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A device in the learned form: time as a sum of works with rates that lean on a population of devices; what is left
/// follows the likeness of networks. learned.hpp fits it.
#pragma once

#include <qutibench/model/calibration/device.hpp>
#include <qutibench/model/calibration/population.hpp>

#include <memory>
#include <vector>

namespace qutibench::fitting {

/// A run of a network as the learned form sees it.
struct profiled_run {
    std::array<double, works> seconds{};  ///< of each work at nominal rates, scaled as the datasheet scales modes
    bool second_regime = false;           ///< several threads, or a network that stays on chip
    double batch = 1;
    const work_profile* profile = nullptr;
};

/// The term of a calibration's explanation that a work belongs to.
[[nodiscard]] constexpr term term_of(std::size_t which) {
    switch (static_cast<work>(which)) {
        case work::call:
            return term::call;
        case work::launch:
            return term::launch;
        case work::input:
            return term::element;
        case work::winograd:
            return term::winograd;
        case work::channels:
        case work::columns:
            return term::channels;
        case work::dense:
            return term::dense;
        case work::weights_4m:
        case work::weights_16m:
            return term::spill;
        case work::weights:
        case work::classifier:
            return term::weight;
        default:
            return group_of(which) == work_group::arithmetic ? term::compute : term::memory;
    }
}

/// Datasheet figures of the run that the others are relative to.
struct reference_rates {
    double peak = 1, bandwidth = 1, weight_bytes = 1, activation_bytes = 1;
};

[[nodiscard]] inline profiled_run profiled(const call& of, const reference_rates& to) {
    profiled_run out;
    out.profile = &of.net->profile;
    out.second_regime = of.threads > 1;
    out.batch = of.batch;
    const double arithmetic = to.peak / of.at.peak;
    const double traffic = to.bandwidth / of.at.bandwidth;
    for (std::size_t i = 0; i < works; ++i) {
        const double fixed = out.profile->per_call[i];
        const double varying = out.profile->per_input[i] * of.batch;
        const work_group group = group_of(i);
        const double scale = group == work_group::arithmetic ? arithmetic : group == work_group::traffic ? traffic : 1;
        const bool moves = group == work_group::traffic;
        out.seconds[i] = scale * (fixed * (moves ? of.at.weight_bytes / to.weight_bytes : 1) +
                                  varying * (moves ? of.at.activation_bytes / to.activation_bytes : 1));
    }
    return out;
}

/// Seconds of a run and, when asked for, the share of each log rate in it.
[[nodiscard]] inline double seconds_of(const profiled_run& run, const rate_vector& rate,
                                       rate_vector* shares = nullptr) {
    double total = 0;
    if (shares) shares->setZero();
    for (std::size_t i = 0; i < works; ++i) {
        if (run.seconds[i] <= 0) continue;
        const auto group = static_cast<int>(works + static_cast<std::size_t>(group_of(i)));
        const double part =
            run.seconds[i] * std::exp(rate[static_cast<int>(i)] + (run.second_regime ? rate[group] : 0));
        total += part;
        if (shares == nullptr) continue;
        (*shares)[static_cast<int>(i)] = part;
        if (run.second_regime) (*shares)[group] += part;
    }
    if (shares) *shares /= total;
    return total;
}

/// A network of the training set with the weight of its likeness in the residuals of others.
struct residual_weight {
    std::array<double, likenesses> likeness{};
    double weight = 0;
};

/// A fitted device. `from` is the population that it leans on.
struct learned_fit {
    std::shared_ptr<const population> from;
    reference_rates reference{};
    rate_vector rates = rate_vector::Zero();
    rate_matrix covariance = rate_matrix::Zero();           ///< of the rates
    residence_vector residence = residence_vector::Zero();  ///< where the population has regimes
    double noise = 0.2;
    double residual_scale = 0;  ///< variance of residuals that likeness explains
    std::vector<residual_weight> residuals{};
    double log_evidence = 0;

    struct figure {
        double log_seconds = 0;
        double spread = 0;  ///< standard deviation of the logarithm, noise included
        rate_vector shares = rate_vector::Zero();
        network_effect effect{};
    };

    /// Predicts a run; O(works + networks).
    [[nodiscard]] figure predict(const profiled_run& run) const { return predict(run, from->effect_of(*run.profile)); }

    /// The same where the effect of the run's network is known already; O(works + networks measured).
    [[nodiscard]] figure predict(profiled_run run, const network_effect& effect) const {
        figure out;
        if (from->has_regimes) run.second_regime = residence.dot(residence_of(*run.profile)) > 0;
        out.effect = effect;
        out.log_seconds = std::log(seconds_of(run, rates, &out.shares)) + out.effect.mean;
        for (const residual_weight& one : residuals)
            out.log_seconds += one.weight * residual_scale * likeness(one.likeness, run.profile->likeness);
        const double variance = (out.shares.transpose() * covariance * out.shares).value();
        out.spread = std::sqrt(variance + out.effect.variance + noise * noise);
        return out;
    }

    [[nodiscard]] static double likeness(const std::array<double, likenesses>& one,
                                         const std::array<double, likenesses>& other) {
        constexpr double length = 0.8;
        double distance = 0;
        for (std::size_t i = 0; i < likenesses; ++i) distance += (one[i] - other[i]) * (one[i] - other[i]);
        return std::exp(-distance / (2 * length * length));
    }
};

}  // namespace qutibench::fitting
