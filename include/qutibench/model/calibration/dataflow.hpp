// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Dataflow accelerators that stream inputs: t(N) = (N + F) * II, with II the initiation interval (the slowest layer)
/// and F the pipeline's fill in intervals. II depends on how each layer was folded, not on the network's totals, so
/// a bitstream is predictable only from its folding or from a measured point of its own.
#pragma once

#include <qutibench/datatype.hpp>

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qutibench::fitting {

/// One measured stream.
struct stream_point {
    double length = 1;  ///< inputs
    double seconds = 0;
};

/// What is known of one bitstream: a network in a datatype and mode.
struct bitstream {
    std::string network;
    std::string mode;
    precision datatype{};
    double interval = 0;  ///< s between inputs
    double fill = 0;      ///< intervals until the first input is through, less the one that every input takes
    double points = 0;    ///< measured points behind it; 0 when it comes from a folding

    [[nodiscard]] double seconds(double length) const { return (length + fill) * interval; }
};

/// Fill of a pipeline of which only one point is known: what the FINN bitstreams of the thesis have in common.
inline constexpr double usual_fill = 2.5;

/// Standard deviation of the logarithm of a fill among bitstreams.
inline constexpr double fill_spread = 0.6;

/// Interval for a given fill: the geometric mean over the points, long streams counting most.
[[nodiscard]] inline double interval_for(std::span<const stream_point> points, double fill) {
    double weighted = 0, weights = 0;
    for (const stream_point& one : points) {
        const double weight = one.length / (one.length + fill);
        weighted += weight * std::log(one.seconds / (one.length + fill));
        weights += weight;
    }
    return std::exp(weighted / weights);
}

/// Penalised squared log error of a fill around `expected`, whose logarithm has a standard deviation of 0.6.
[[nodiscard]] inline double fill_cost(std::span<const stream_point> points, double fill, double expected) {
    constexpr double noise = 0.05;
    const double interval = interval_for(points, fill);
    double cost = std::pow(std::log(fill / expected) / fill_spread, 2);
    for (const stream_point& one : points)
        cost += std::pow(std::log(one.seconds / ((one.length + fill) * interval)) / noise, 2);
    return cost;
}

/// The fill that minimises `cost`, by golden-section search over its logarithm around `expected`.
template <class Cost>
[[nodiscard]] double best_fill(double expected, Cost cost) {
    double low = std::log(expected) - 3, high = std::log(expected) + 3;
    const double golden = (std::sqrt(5.0) - 1) / 2;
    double left = high - golden * (high - low), right = low + golden * (high - low);
    double cost_left = cost(std::exp(left)), cost_right = cost(std::exp(right));
    while (high - low > 1e-6) {
        if (cost_left < cost_right) {
            high = std::exchange(right, left);
            cost_right = cost_left;
            left = high - golden * (high - low);
            cost_left = cost(std::exp(left));
        } else {
            low = std::exchange(left, right);
            cost_left = cost_right;
            right = low + golden * (high - low);
            cost_right = cost(std::exp(right));
        }
    }
    return std::exp((low + high) / 2);
}

/// Fits fill and interval to the points of one bitstream. One point leaves the fill at `expected`. O(points).
[[nodiscard]] inline bitstream fit_stream(std::span<const stream_point> points, double expected = usual_fill) {
    bitstream result;
    result.fill = best_fill(expected, [&](double fill) { return fill_cost(points, fill, expected); });
    result.interval = interval_for(points, result.fill);
    result.points = static_cast<double>(points.size());
    return result;
}

/// The longest of some streams, from which the interval follows best.
[[nodiscard]] inline const stream_point& longest_of(std::span<const stream_point> points) {
    return *std::max_element(points.begin(), points.end(),
                             [](const stream_point& a, const stream_point& b) { return a.length < b.length; });
}

/// Penalised squared log error over bitstreams when each follows from its longest stream and one common fill.
template <class Groups>
[[nodiscard]] double common_fill_cost(const Groups& groups, double fill) {
    constexpr double noise = 0.2;
    double cost = std::pow(std::log(fill / usual_fill) / fill_spread, 2);
    for (const std::vector<stream_point>& points : groups) {
        const stream_point& longest = longest_of(points);
        for (const stream_point& one : points) {
            const double expected = longest.seconds * (one.length + fill) / (longest.length + fill);
            cost += std::pow(std::log(one.seconds / expected) / noise, 2);
        }
    }
    return cost;
}

}  // namespace qutibench::fitting
