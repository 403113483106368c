// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Single kernels: a roofline with a launch time, and a Gaussian process over what it leaves, in the logarithms of a
/// matrix product's extents and the fill of its tiles. Length scales were learned on convolutions, dense layers and
/// products of activations on GPUs (NeuSight's kernels, ASPLOS 2025) and hold for others as a prior does.
#pragma once

#include <qutibench/model/calibration/device.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace qutibench::fitting {

inline constexpr std::size_t kernel_extents = 7, kernel_fills = 23;

/// A kernel in one call: its roofline times and what the process compares.
struct kernel_point {
    double compute = 0;  ///< seconds at the datasheet's peak
    double memory = 0;   ///< seconds at its bandwidth
    kernel_kind kind = kernel_kind::other;
    std::array<double, kernel_extents> extents{};  ///< logarithms over their usual spread
    std::array<double, kernel_fills> fills{};
};

namespace detail {

/// By how much a product grows once its extents fill tiles of the usual sizes, and tiles the processors; whether
/// extents are off the multiples that libraries have kernels for. The last two are left to the caller.
[[nodiscard]] inline std::array<double, kernel_fills> fills_of(double rows, double columns, double depth,
                                                               double groups) {
    constexpr double processors = 80;
    const auto full = [](double value, double multiple) {
        return std::log(qutibench::detail::rounded_up(value, multiple));
    };
    const auto waves = [&](double tile_rows, double tile_columns, double at_once) {
        return full(std::ceil(rows / tile_rows) * std::ceil(columns / tile_columns) * groups, at_once);
    };
    const auto off = [](double value, double multiple) { return std::fmod(value, multiple) == 0 ? 0.0 : 1.0; };
    return {full(rows, 32),
            full(rows, 64),
            full(rows, 128),
            full(rows, 256),
            full(columns, 64),
            full(columns, 128),
            full(columns, 256),
            full(depth, 8),
            full(depth, 16),
            full(depth, 32),
            waves(128, 64, processors),
            waves(128, 128, processors),
            waves(64, 64, 2 * processors),
            off(rows, 4),
            off(rows, 32),
            off(columns, 4),
            off(columns, 32),
            off(depth, 4),
            off(depth, 16),
            off(depth, 32),
            off(std::min(rows, columns), 8)};
}

}  // namespace detail

[[nodiscard]] inline kernel_point point_of(const kernel& one, const call& of) {
    kernel_point out;
    const bool product = one.kind == kernel_kind::matmul || one.kind == kernel_kind::attention;
    const double rows = one.rows * (product ? 1 : of.batch), groups = one.groups * (product ? of.batch : 1);
    const double macs = std::max(1.0, one.macs * of.batch), extent = std::max(1.0, one.depth / one.channels_in);
    out.kind = one.kind;
    out.compute = 2 * macs / of.at.peak;
    out.memory =
        (one.weights * of.at.weight_bytes + (one.elements_in + one.elements_out) * of.batch * of.at.activation_bytes) /
        of.at.bandwidth;
    out.extents = {std::log(macs) / 1.5,      std::log(rows) / 1.2,   std::log(one.columns) / 1.2,
                   std::log(one.depth) / 1.5, std::log(groups) / 1.2, std::log(out.memory / out.compute) / 0.8,
                   std::log(extent) / 1.2};
    out.fills = detail::fills_of(rows, one.columns, one.depth, groups);
    out.fills[kernel_fills - 2] = one.winograd ? 1.0 : 0.0;
    out.fills[kernel_fills - 1] = extent == 1 ? 1.0 : 0.0;
    return out;
}

/// A device's kernels.
struct kernel_process {
    double compute = 1, memory = 1;  ///< time over the one at peak and at bandwidth
    double launch = 5e-6;            ///< seconds
    double middle = 0;               ///< median of the logarithm of what the roofline leaves
    double noise = 0.1;              ///< standard deviation of the logarithm
    std::vector<kernel_point> seen{};
    std::vector<double> weights{};

    struct figure {
        double log_seconds = 0;
        double spread = 0;
    };

    [[nodiscard]] double roofline(const kernel_point& of) const {
        return std::log(std::hypot(compute * of.compute, memory * of.memory) + launch);
    }

    /// Covariance of two kernels' logarithms of time, noise aside.
    [[nodiscard]] static double covariance(const kernel_point& one, const kernel_point& other) {
        constexpr std::array<double, kernel_extents> length = {1.97, 3.62, 1.94, 2.13, 2.65, 2.49, 2};
        constexpr double smooth = 0.26, fills = 0.11, linear = 0.07, other_kind = 0.3;
        double distance = 0, extents = 0, fill = 0;
        for (std::size_t i = 0; i < kernel_extents; ++i) {
            const double away = (one.extents[i] - other.extents[i]) / length[i];
            distance += away * away;
            extents += (one.extents[i] - usual(i)) * (other.extents[i] - usual(i));
        }
        for (std::size_t i = 0; i < kernel_fills; ++i) fill += one.fills[i] * other.fills[i];
        return 1 + (one.kind == other.kind ? 1 : other_kind) *
                       (smooth * smooth * std::exp(-distance / 2) + fills * fills * fill + linear * linear * extents);
    }

    /// O(kernels seen).
    [[nodiscard]] figure predict(const kernel_point& of) const {
        figure out;
        out.log_seconds = roofline(of) + middle;
        double nearest = 0;
        for (std::size_t i = 0; i < seen.size(); ++i) {
            out.log_seconds += weights[i] * covariance(of, seen[i]);
            double distance = seen[i].kind == of.kind ? 0 : 4;
            for (std::size_t j = 0; j < kernel_extents; ++j)
                distance += std::pow((of.extents[j] - seen[i].extents[j]) / 2.5, 2);
            nearest = std::max(nearest, std::exp(-distance));
        }
        out.spread = std::sqrt(noise * noise + 0.16 * (1 - nearest));
        return out;
    }

private:
    [[nodiscard]] static double usual(std::size_t which) {
        constexpr std::array<double, kernel_extents> at = {14, 6.5, 5, 4.5, 1, -1.5, 0.5};
        return at[which];
    }
};

}  // namespace qutibench::fitting
