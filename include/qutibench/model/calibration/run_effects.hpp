// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a structure does not explain of a network's runs: it stays much the same in all modes of a device, so that what
/// was measured in some of them tells the others.
#pragma once

#include <qutibench/model/calibration/points.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>
#include <vector>

namespace qutibench::fitting {

/// The logarithm of measured over predicted time of one run of a network, in one mode.
struct unexplained {
    const kernel_table* net = nullptr;
    measured_run run{};
    double log_time = 0;
};

/// The same for all modes, shrunk: what to add to the logarithm of a predicted time.
struct run_effect {
    double value = 1;  ///< batch or threads
    double log_time = 0;
};

/// The effects of one network, which its totals recognise, in one datatype and way of feeding; by ascending value.
struct network_effects {
    double macs = 0;
    double weights = 0;
    precision datatype{};
    feeding how = feeding::batch;
    std::int64_t call_batch = 1;
    std::vector<run_effect> runs{};

    [[nodiscard]] bool is_of(const kernel_table& net, const measured_run& run) const {
        constexpr double same = 1e-9;
        return std::abs(net.macs - macs) <= same * macs && std::abs(net.weights - weights) <= same * weights &&
               run.datatype == datatype && run.how == how && run.call_batch == call_batch;
    }

    /// Between two values linear over the logarithm, outside the nearest one.
    [[nodiscard]] double at(double value) const {
        const auto above =
            std::find_if(runs.begin(), runs.end(), [&](const run_effect& one) { return one.value >= value; });
        if (above == runs.end()) return runs.back().log_time;
        if (above == runs.begin() || above->value == value) return above->log_time;
        const run_effect& below = *std::prev(above);
        const double part = std::log(value / below.value) / std::log(above->value / below.value);
        return below.log_time + part * (above->log_time - below.log_time);
    }
};

/// What to add to the logarithm of a predicted time; 0 for a network that was not measured so. O(networks).
[[nodiscard]] inline double effect_on(std::span<const network_effects> all, const kernel_table& net,
                                      const measured_run& run) {
    for (const network_effects& one : all)
        if (one.is_of(net, run)) return one.at(static_cast<double>(run.value));
    return 0;
}

namespace detail {

/// One run in several modes.
struct run_modes {
    double sum = 0, squares = 0, modes = 0;

    [[nodiscard]] double mean() const { return sum / modes; }
};

/// The share of the runs' means that is no scatter between their modes.
[[nodiscard]] inline double steady_share(std::span<const run_modes> runs, double usual_noise) {
    const auto count = static_cast<double>(runs.size());
    double within = 0, freedom = 0, between = 0, parts = 0;
    for (const run_modes& one : runs) {
        within += std::max(0.0, one.squares - one.sum * one.mean());
        freedom += one.modes - 1;
        between += one.mean() * one.mean() / count;
        parts += 1 / one.modes / count;
    }
    const double noise = parts * (freedom > 0 ? within / freedom : usual_noise * usual_noise);
    return between > noise ? 1 - noise / between : 0;
}

}  // namespace detail

/// Effects as the means over the modes, those of a network times variance / (variance + noise): `noise` is the variance
/// of such a mean by what one run scatters between its modes where several were measured, by `usual_noise` elsewhere;
/// `variance` is what the means have beyond it (random effects, as Searle et al., Variance Components, 1992, section
/// 3.6). O(runs * networks).
[[nodiscard]] inline std::vector<network_effects> effects_of(std::span<const unexplained> all, double usual_noise) {
    std::vector<network_effects> out;
    std::vector<std::vector<detail::run_modes>> runs;
    for (const unexplained& one : all) {
        auto net = std::find_if(out.begin(), out.end(),
                                [&](const network_effects& other) { return other.is_of(*one.net, one.run); });
        if (net == out.end()) {
            out.push_back({one.net->macs, one.net->weights, one.run.datatype, one.run.how, one.run.call_batch, {}});
            runs.emplace_back();
            net = std::prev(out.end());
        }
        std::vector<detail::run_modes>& of_net = runs[static_cast<std::size_t>(net - out.begin())];
        const auto value = static_cast<double>(one.run.value);
        const auto run = std::find_if(net->runs.begin(), net->runs.end(),
                                      [&](const run_effect& other) { return other.value == value; });
        const auto index = static_cast<std::size_t>(run - net->runs.begin());
        if (run == net->runs.end()) {
            net->runs.push_back({value, 0});
            of_net.emplace_back();
        }
        of_net[index].sum += one.log_time;
        of_net[index].squares += one.log_time * one.log_time;
        of_net[index].modes += 1;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        const double share = detail::steady_share(runs[i], usual_noise);
        for (std::size_t j = 0; j < runs[i].size(); ++j) out[i].runs[j].log_time = share * runs[i][j].mean();
        std::sort(out[i].runs.begin(), out[i].runs.end(),
                  [](const run_effect& a, const run_effect& b) { return a.value < b.value; });
    }
    return out;
}

}  // namespace qutibench::fitting
