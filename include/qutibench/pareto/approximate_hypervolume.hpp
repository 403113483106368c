// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Hypervolume by sampling, within a stated error: for more objectives or rows than the exact one is fast for.
#pragma once

#include <qutibench/error.hpp>
#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace qutibench {

/// How near an approximation must come: off by at most `error` of the value in all but `risk` of the cases.
struct sampling_goal {
    double error = 0.01;
    double risk = 0.01;
    std::uint64_t seed = 1;  ///< equal seeds give equal values
};

namespace detail {

/// Boxes below one corner, by their lower ends.
class box_union {
public:
    box_union(std::vector<double> ends, std::vector<double> corner)
        : ends_(std::move(ends)), corner_(std::move(corner)) {
        for (std::size_t at = 0; at < ends_.size(); at += corner_.size()) {
            double volume = 1.0;
            for (std::size_t j = 0; j < corner_.size(); ++j) volume *= corner_[j] - ends_[at + j];
            sums_.push_back((sums_.empty() ? 0.0 : sums_.back()) + volume);
        }
    }

    /// The self-adjusting coverage algorithm of Karp, Luby, Madras 1989, doi:10.1016/0196-6774(89)90002-2, which
    /// Bringmann, Friedrich 2010, doi:10.1016/j.comgeo.2010.03.004, apply to boxes.
    [[nodiscard]] double sample(const sampling_goal& goal) const {
        const auto boxes = static_cast<double>(sums_.size());
        const double steps =
            std::ceil(8 * (1 + goal.error) * boxes * std::log(2 / goal.risk) / (goal.error * goal.error));
        std::mt19937_64 random(goal.seed);
        std::vector<double> point(corner_.size());
        double trials = 0;
        for (double step = 0;;) {
            draw(random, point);
            do {
                if (++step > steps) return steps * sums_.back() / (boxes * std::max(trials, 1.0));
            } while (!contains(static_cast<std::size_t>(random() % sums_.size()), point));
            ++trials;
        }
    }

private:
    [[nodiscard]] static double uniform(std::mt19937_64& random) {
        return static_cast<double>(random() >> 11U) * 0x1p-53;
    }

    /// A point of a box, which is drawn by its volume.
    void draw(std::mt19937_64& random, std::vector<double>& point) const {
        const auto at = std::upper_bound(sums_.begin(), sums_.end() - 1, uniform(random) * sums_.back());
        const double* const end = ends_.data() + static_cast<std::size_t>(at - sums_.begin()) * point.size();
        for (std::size_t j = 0; j < point.size(); ++j) point[j] = end[j] + uniform(random) * (corner_[j] - end[j]);
    }

    [[nodiscard]] bool contains(std::size_t box, const std::vector<double>& point) const {
        const double* const end = ends_.data() + box * point.size();
        for (std::size_t j = 0; j < point.size(); ++j)
            if (end[j] > point[j]) return false;
        return true;
    }

    std::vector<double> ends_;
    std::vector<double> corner_;
    std::vector<double> sums_;  // volumes of the boxes up to each
};

}  // namespace detail

/// As `hypervolume`, for any number of objectives and within `goal.error` of it, relative, with probability
/// 1 - `goal.risk` at least. O(n d log(1 / risk) / error^2), however the rows lie; dominated rows cost as the others
/// do. Throws invalid_argument without objectives, for a table that they do not fill, for a reference or rows that
/// count that are not finite, a reference that is not one value for each objective, and unless error and risk lie
/// between 0 and 1.
[[nodiscard]] inline double approximate_hypervolume(std::span<const double> points, std::span<const sense> senses,
                                                    std::span<const double> reference, const sampling_goal& goal = {}) {
    const std::size_t d = senses.size();
    if (d == 0 || points.size() % d != 0)
        throw invalid_argument(std::to_string(points.size()) + " values do not fill rows of " + std::to_string(d) +
                               " objectives");
    if (reference.size() != d)
        throw invalid_argument("a reference point of " + std::to_string(reference.size()) + " values does not fit " +
                               std::to_string(d) + " objectives");
    if (!(goal.error > 0 && goal.error < 1 && goal.risk > 0 && goal.risk < 1))
        throw invalid_argument("the error and the risk of an approximation must lie between 0 and 1");
    std::vector<double> corner(d);
    for (std::size_t j = 0; j < d; ++j) {
        corner[j] = senses[j] == sense::maximize ? -reference[j] : reference[j];
        if (!std::isfinite(corner[j])) throw invalid_argument("an approximation needs a finite reference point");
    }
    std::vector<double> ends;
    for (std::size_t at = 0; at < points.size(); at += d) {
        bool counts = true;
        for (std::size_t j = 0; j < d; ++j) {
            ends.push_back(senses[j] == sense::maximize ? -points[at + j] : points[at + j]);
            counts = counts && ends.back() < corner[j];
        }
        if (!counts)
            ends.resize(ends.size() - d);
        else if (std::any_of(ends.end() - static_cast<std::ptrdiff_t>(d), ends.end(),
                             [](double one) { return std::isinf(one); }))
            throw invalid_argument("an approximation needs finite rows");
    }
    return ends.empty() ? 0.0 : detail::box_union(std::move(ends), std::move(corner)).sample(goal);
}

}  // namespace qutibench
