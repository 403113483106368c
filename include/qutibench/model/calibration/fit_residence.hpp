// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which networks a device was seen to hold on chip, and what tells of others.
#pragma once

#include <qutibench/model/calibration/residence.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <vector>

namespace qutibench::fitting {

/// A run of a network: what it was, how many inputs a call had, and the logarithm of the call's seconds.
struct residence_sample {
    const work_profile* profile = nullptr;
    double batch = 1;
    double log_seconds = 0;
};

/// Of each sample whether its network stayed on chip: unknown where it was not run at batches four times apart.
[[nodiscard]] inline std::vector<std::optional<bool>> seen_residence(std::span<const residence_sample> samples) {
    constexpr double apart = 4, alike = 0.1;
    std::vector<std::size_t> order(samples.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const residence_sample &one = samples[a], &other = samples[b];
        return one.profile->structure != other.profile->structure ? one.profile->structure < other.profile->structure
                                                                  : one.batch < other.batch;
    });
    std::vector<std::optional<bool>> out(samples.size());
    for (std::size_t from = 0, to = 0; from < order.size(); from = to) {
        const residence_sample& least = samples[order[from]];
        while (to < order.size() && samples[order[to]].profile->structure == least.profile->structure) ++to;
        const residence_sample& most = samples[order[to - 1]];
        if (most.batch < apart * least.batch) continue;
        const double slower = least.log_seconds - std::log(least.batch) - (most.log_seconds - std::log(most.batch));
        for (std::size_t i = from; i < to; ++i) out[order[i]] = slower < alike;
    }
    return out;
}

/// The weights on a device whose networks were seen to stay or not, leaning on its class's: logistic regression with a
/// normal prior by Newton's method.
[[nodiscard]] inline residence_vector fit_residence(std::span<const residence_sample> samples,
                                                    std::span<const std::optional<bool>> seen,
                                                    const residence_vector& prior) {
    constexpr int steps = 30;
    constexpr double steepest = 30;
    std::vector<std::uint64_t> counted;
    std::vector<std::pair<residence_vector, double>> networks;
    for (std::size_t i = 0; i < samples.size(); ++i) {
        const std::uint64_t structure = samples[i].profile->structure;
        if (!seen[i] || std::find(counted.begin(), counted.end(), structure) != counted.end()) continue;
        counted.push_back(structure);
        networks.emplace_back(residence_of(*samples[i].profile), *seen[i] ? 1.0 : 0.0);
    }
    residence_vector at = prior;
    for (int i = 0; i < steps && !networks.empty(); ++i) {
        residence_vector gradient = at - prior;
        Eigen::Matrix<double, residence_features, residence_features> normal;
        normal.setIdentity();
        for (const auto& [features, stays] : networks) {
            const double share = 1 / (1 + std::exp(-std::clamp(features.dot(at), -steepest, steepest)));
            gradient += (share - stays) * features;
            normal += share * (1 - share) * features * features.transpose();
        }
        at -= normal.llt().solve(gradient);
    }
    return at;
}

}  // namespace qutibench::fitting
