// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What devices of a class reach of their datasheets, for one that nobody measured: rates follow the peak of what a
/// call runs on and the bandwidth, and what devices differ by beyond follows those with datasheets like this one's
/// (kriging: Krige 1951; Rasmussen and Williams 2006, equations 2.25 and 2.26, with a mean of its own, section 2.7).
#pragma once

#include <qutibench/model/calibration/rate_vector.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench::fitting {

/// Figures of a datasheet. `peak` is in operations per second of all `units`, of which a call takes one where the class
/// says so, and `bandwidth` in bytes per second.
struct datasheet_figures {
    double peak = 0, bandwidth = 0;
    int units = 1;
};

/// A scale common to all rates, as a logarithm, with its standard deviation.
struct likely_scale {
    double mean = 0, spread = 0;
};

/// Datasheets of the measured devices of a class against what they reached.
struct datasheet {
    /// Mean of log rates in a datatype over those that datasheets promise.
    struct level {
        std::string datatype{};
        rate_vector rates = rate_vector::Zero();
    };
    /// A measured device: the figures of what a call runs on, and by how much, as a logarithm, all its works take
    /// longer than those of the others.
    struct device {
        double peak = 1, bandwidth = 1, scale = 0;
    };

    double power = 1;                 ///< of peak and bandwidth, where devices differ by less than their datasheets
    bool is_one_unit_a_call = false;  ///< units of a device work at one call each (DPU)
    std::vector<level> levels{};
    std::vector<device> devices{};

    /// The level of a datatype, else that of the first one; null without any.
    [[nodiscard]] const level* level_of(std::string_view datatype) const {
        const auto found =
            std::find_if(levels.begin(), levels.end(), [&](const level& one) { return one.datatype == datatype; });
        return found != levels.end() ? &*found : levels.empty() ? nullptr : &levels.front();
    }

    /// The scale of a device that nobody measured; O(devices^3).
    [[nodiscard]] likely_scale scale_at(double peak, double bandwidth) const {
        const auto count = static_cast<Eigen::Index>(devices.size());
        Eigen::MatrixXd between(count, count);
        Eigen::VectorXd there(count), scales(count);
        for (Eigen::Index i = 0; i < count; ++i) {
            const device& one = devices[static_cast<std::size_t>(i)];
            scales[i] = one.scale;
            there[i] = covariance(one, {peak, bandwidth, 0});
            for (Eigen::Index j = 0; j <= i; ++j)
                between(i, j) = between(j, i) = covariance(one, devices[static_cast<std::size_t>(j)]);
            between(i, i) += nugget * nugget;
        }
        const Eigen::VectorXd weights = between.llt().solve(there);
        const double itself = mean_variance + amplitude * amplitude + nugget * nugget;
        return {weights.dot(scales), std::sqrt(std::max(itself - weights.dot(there), nugget * nugget))};
    }

private:
    // decided on the devices of data/calibrations, each left out (docs/calibration.md)
    static constexpr double amplitude = 0.8;    // standard deviation of scales
    static constexpr double length = 0.5;       // logarithm of datasheets' figures over which they tell of each other
    static constexpr double nugget = 0.1;       // standard deviation of what no datasheet tells
    static constexpr double mean_variance = 4;  // of the scale that all have in common

    [[nodiscard]] static double covariance(const device& one, const device& other) {
        const double peaks = std::log(one.peak / other.peak), bandwidths = std::log(one.bandwidth / other.bandwidth);
        return mean_variance +
               amplitude * amplitude * std::exp(-(peaks * peaks + bandwidths * bandwidths) / (2 * length * length));
    }
};

/// Logarithms of what a datasheet says of each rate, over the nominal device.
[[nodiscard]] inline rate_vector datasheet_logs(const datasheet_figures& of) {
    rate_vector out = rate_vector::Zero();
    for (std::size_t i = 0; i < works; ++i)
        out[static_cast<int>(i)] =
            group_of(i) == work_group::arithmetic ? std::log(of.peak / of.units / detail::nominal_peak)
            : group_of(i) == work_group::traffic  ? std::log(of.bandwidth / detail::nominal_bandwidth)
                                                  : 0.0;
    out[static_cast<int>(works + static_cast<std::size_t>(work_group::arithmetic))] = std::log(of.units);
    return out;
}

/// Log rates of a device that nobody measured, and the spread of their common scale. `of` must have devices and levels.
struct unseen_rates {
    rate_vector rates = rate_vector::Zero();
    double spread = 0;
};

[[nodiscard]] inline unseen_rates rates_of_unseen(const datasheet& sheet, const datasheet_figures& of,
                                                  std::string_view datatype) {
    rate_vector raised = datasheet_logs(of);
    raised.head<static_cast<int>(works)>() *= sheet.power;
    const likely_scale scale = sheet.scale_at(of.peak / of.units, of.bandwidth);
    return {sheet.level_of(datatype)->rates + scale.mean * common_scale() - raised, scale.spread};
}

}  // namespace qutibench::fitting
