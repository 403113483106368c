// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What measured devices of a class have in common: where their coefficients lie, how they vary together, and what
/// networks take longer or shorter than their work explains. Learned once, shipped as data/calibrations/*.json.
#pragma once

#include <qutibench/detail/quantile.hpp>
#include <qutibench/model/calibration/datasheet.hpp>
#include <qutibench/model/calibration/residence.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <string>
#include <vector>

namespace qutibench::fitting {

/// A network that a class has seen, by its structure.
struct known_network {
    std::uint64_t structure = 0;
    double effect = 0;    ///< logarithm of its time over what its work explains, mean over the class
    double variance = 0;  ///< of that
    double weight = 0;    ///< of its likeness in the effect of networks that were not seen
    std::array<double, likenesses> likeness{};
};

/// How far a network takes longer than its work explains.
struct network_effect {
    double mean = 0;
    double variance = 0;
    bool known = false;   ///< its structure was measured on another device of the class
    double likeness = 0;  ///< to the nearest network that was, 0 to 1
};

/// A device that a population was learned from.
struct known_device {
    std::string platform{};  ///< catalogue id
    std::string setup{};     ///< as the source names it
    std::string runtime{};
    std::string datatype{};
    double peak = 0;  ///< operations per second in the datatype, by its datasheet
    rate_vector rates = rate_vector::Zero();
    residence_vector residence =
        residence_vector::Zero();  ///< which networks stay on chip, where the class has regimes
    int rows = 0;
    int networks = 0;
    double held_out_mean = 0;  ///< |predicted / measured - 1| on networks left out of the fit
    double held_out_median = 0;
};

/// The distribution of a class of devices. Rates are relative to a nominal device; the scale common to all is free.
struct population {
    std::string name{};
    std::string device_class{};
    std::string source{};
    std::string date{};
    rate_vector mean = rate_vector::Zero();
    rate_matrix covariance = rate_matrix::Identity();
    double noise = 0.2;                     ///< standard deviation of log time around it
    double effect_spread = 0.25;            ///< standard deviation of network effects
    double effect_shared = 0;               ///< share of their variance that likeness explains
    double effect_length = 1;               ///< distance of likeness at which it does so by exp(-1/2)
    double quantile_known = two_sided_90;   ///< of held-out errors over their spread, 90 %, networks seen elsewhere
    double quantile_new = two_sided_90;     ///< the same of networks that nobody measured
    double quantile_unseen = two_sided_90;  ///< the same of devices left out of everything
    datasheet sheet{};                      ///< of devices with known peaks and bandwidths among those measured
    double unseen_median = 0;               ///< held-out median on devices left out of everything
    int rows = 0;
    double least_batch = 1, most_batch = 1;  ///< measured
    double weight_bytes = 0;                 ///< of a weight in what was measured; 0: any
    bool has_regimes = false;                ///< whether networks that do not stay on chip are loaded at every call
    residence_vector residence = residence_vector::Zero();  ///< weights of what tells which do
    std::vector<known_network> networks{};
    std::vector<known_device> devices{};

    /// What a network takes beyond its work; O(networks known).
    [[nodiscard]] network_effect effect_of(const work_profile& of) const {
        network_effect out;
        double nearest = 0;
        for (const known_network& one : networks) {
            if (one.structure == of.structure) return {one.effect, one.variance, true, 1};
            double distance = 0;
            for (std::size_t i = 0; i < likenesses; ++i) {
                const double away = one.likeness[i] - of.likeness[i];
                distance += away * away;
            }
            const double near = std::exp(-distance / (2 * effect_length * effect_length));
            out.mean += effect_spread * effect_spread * effect_shared * near * one.weight;
            nearest = std::max(nearest, near);
        }
        out.variance = effect_spread * effect_spread * (1 - effect_shared * nearest * nearest);
        out.likeness = nearest;
        return out;
    }
};

namespace detail {

/// Covariance of log rates: arithmetic and traffic each move together by `common`, and every work by `own` besides.
[[nodiscard]] inline rate_matrix structured_covariance(double common, double own, double fixed, double threads) {
    rate_matrix out = rate_matrix::Zero();
    const auto is_spill = [](std::size_t i) { return i >= static_cast<std::size_t>(work::weights_4m); };
    for (std::size_t i = 0; i < works; ++i) {
        for (std::size_t j = 0; j < works; ++j)
            if (group_of(i) == group_of(j) && group_of(i) != work_group::fixed)
                out(static_cast<int>(i), static_cast<int>(j)) = common * common;
        const double apart = group_of(i) == work_group::fixed ? fixed : is_spill(i) ? 2 * own : own;
        out(static_cast<int>(i), static_cast<int>(i)) += apart * apart;
    }
    for (std::size_t i = works; i < log_rates; ++i) out(static_cast<int>(i), static_cast<int>(i)) = threads * threads;
    return out;
}

}  // namespace detail

/// A device of no known class.
[[nodiscard]] inline population any_device() {
    population out;
    out.name = "any device";
    const auto at = [&](work which) -> double& { return out.mean[static_cast<int>(which)]; };
    at(work::channels) = at(work::columns) = -1.5;
    at(work::arithmetic) = at(work::weights_4m) = at(work::weights_16m) = at(work::large) = -1;
    at(work::winograd) = -0.7;
    for (std::size_t i = works; i < log_rates; ++i) out.mean[static_cast<int>(i)] = -0.7;
    out.covariance = detail::structured_covariance(1.5, 0.7, 2, 1);
    return out;
}

}  // namespace qutibench::fitting
