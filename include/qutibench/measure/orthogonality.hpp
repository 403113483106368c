// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whether two transforms of a network, such as pruning and quantisation, add up on a device (T section 8.3.2).
#pragma once

#include <qutibench/measure/measurement.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace qutibench {

/// One figure of a network as it was, with each of two transforms, and with both. T calls the transforms pruning and
/// quantisation; any two will do.
struct orthogonality {
    double original = 0;                ///< A
    double second = 0;                  ///< B: with the second transform (T: quantised)
    double first = 0;                   ///< C: with the first transform (T: pruned)
    double both = 0;                    ///< D
    std::int64_t deployment_value = 0;  ///< batch, stream or threads that all four were measured at

    [[nodiscard]] constexpr double p1() const { return first / original; }  ///< what the first does alone
    [[nodiscard]] constexpr double q1() const { return second / original; }
    [[nodiscard]] constexpr double p2() const { return both / second; }  ///< what the first does after the second
    [[nodiscard]] constexpr double q2() const { return both / first; }
    /// p2 / p1, which is q2 / q1: 1 when the transforms are orthogonal. For throughput less means that they get in each
    /// other's way, for latency more does.
    [[nodiscard]] constexpr double ratio() const { return p2() / p1(); }
};

/// A network after some transforms, as measurements name it.
struct measured_variant {
    std::string network{};
    double keep = 1;
    precision datatype{};
};

/// The two figures that T table 8.1 compares.
enum class orthogonality_figure : unsigned char {
    latency,     ///< in seconds, at the smallest deployment value that all four variants were measured at
    throughput,  ///< in inputs per second, at the largest
};
template <>
inline constexpr enumeration<2> names_of<orthogonality_figure>{"figure", {"latency", "throughput"}};

namespace detail {

struct deployed_figure {
    std::int64_t value;
    double figure;
};

[[nodiscard]] inline std::vector<deployed_figure> figures_of(std::span<const measurement> all,
                                                             const measured_variant& of, const measurement& like,
                                                             orthogonality_figure which) {
    std::vector<deployed_figure> found;
    for (const measurement& one : all) {
        if (one.level != measured_level::network || one.network != of.network || one.keep != of.keep ||
            !(one.datatype == of.datatype))
            continue;
        if (one.platform != like.platform || one.mode != like.mode || one.scope != like.scope ||
            one.deployment != like.deployment)
            continue;
        const double figure = which == orthogonality_figure::latency ? one.latency.value() : one.throughput.value();
        if (figure == figure) found.push_back({one.deployment_value, figure});
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
    return found;
}

[[nodiscard]] inline std::optional<double> figure_at(std::span<const deployed_figure> all, std::int64_t value) {
    for (const deployed_figure& one : all)
        if (one.value == value) return one.figure;
    return std::nullopt;
}

}  // namespace detail

/// Compares four variants of a network on the device, mode, scope and deployment parameter of `like`, whose other
/// fields do not matter. Nothing when the four share no deployment value at which the figure is known.
[[nodiscard]] inline std::optional<orthogonality> orthogonality_of(
    std::span<const measurement> all, const measurement& like, const measured_variant& original,
    const measured_variant& first, const measured_variant& second, const measured_variant& both,
    orthogonality_figure which) {
    const auto as_is = detail::figures_of(all, original, like, which);
    const std::array others{detail::figures_of(all, first, like, which), detail::figures_of(all, second, like, which),
                            detail::figures_of(all, both, like, which)};
    std::optional<orthogonality> found;
    for (const detail::deployed_figure& one : as_is) {
        const auto c = detail::figure_at(others[0], one.value), b = detail::figure_at(others[1], one.value),
                   d = detail::figure_at(others[2], one.value);
        if (!b || !c || !d) continue;
        if (found && which == orthogonality_figure::latency) break;
        found = orthogonality{one.figure, *b, *c, *d, one.value};
    }
    return found;
}

}  // namespace qutibench
