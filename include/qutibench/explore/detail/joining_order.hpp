// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The order of layers in which the fronts of their choices stay short.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <tuple>
#include <vector>

namespace qutibench::detail {

/// How the spans of two figures relate in each layer, so coarsely that rounding alone does not tell layers apart;
/// infinite where one of them has none.
[[nodiscard]] inline std::vector<double> span_ratios(std::span<const double> spans, std::size_t figures, std::size_t a,
                                                     std::size_t b) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < spans.size(); i += figures) {
        const bool none = spans[i + a] == 0;  // perhaps the other neither
        ratios.push_back(std::round(std::log2(none ? 0 : spans[i + a] / spans[i + b]) * 0x1p20));
    }
    return ratios;
}

/// An infinite ratio is of no kind but its own.
[[nodiscard]] inline std::size_t count_kinds(std::vector<double> ratios) {
    std::sort(ratios.begin(), ratios.end());
    const auto end =
        std::unique(ratios.begin(), ratios.end(), [](double x, double y) { return x == y && std::isfinite(x); });
    return static_cast<std::size_t>(end - ratios.begin());
}

/// Layers with at most one figure to choose by first, then those of the commonest kind, then those ever less like them;
/// of a kind the small ones first. Where two figures are proportional in all layers joined so far, as bytes and seconds
/// in all convolutions of one resolution are, they count as one, and the front is short. Kinds are told by the two
/// figures with the fewest ratios. `spans`: by how much the options of a layer differ in each figure, row-major, none
/// infinite.
[[nodiscard]] inline std::vector<std::size_t> joining_order(std::span<const double> spans, std::size_t figures) {
    std::vector<std::size_t> order(spans.size() / figures);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<double> ratios(order.size(), 0);
    std::size_t fewest = order.size() / 2 + 1;  // with more kinds, most layers are alone in theirs: size decides
    for (std::size_t a = 0; a < figures; ++a)
        for (std::size_t b = a + 1; b < figures; ++b) {
            std::vector<double> some = span_ratios(spans, figures, a, b);
            if (const std::size_t count = count_kinds(some); count < fewest) {
                fewest = count;
                ratios = std::move(some);
            }
        }
    std::vector<double> sorted = ratios;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::nth_element(sorted.begin(), middle, sorted.end());
    const auto key = [&](std::size_t layer) {
        const auto own = spans.subspan(layer * figures, figures);
        const bool varies = std::count_if(own.begin(), own.end(), [](double span) { return span > 0; }) > 1;
        const double distance = ratios[layer] == *middle ? 0 : std::abs(ratios[layer] - *middle);
        return std::tuple(varies, distance, own[0]);
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    return order;
}

}  // namespace qutibench::detail
