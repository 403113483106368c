// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Tables of points that frontier routines get wrong, and the plainest code that gets them right.
#pragma once

#include "catch.hpp"

#include <qutibench/pareto/dominance.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace awkward {

using qutibench::sense;
using table = std::vector<double>;

inline constexpr double inf = std::numeric_limits<double>::infinity();
inline constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

inline std::vector<sense> all(sense s, std::size_t d) {
    return std::vector<sense>(d, s);
}

// Dominance as the definition has it, on values as they are.
inline bool beats(const double* a, const double* b, const std::vector<sense>& senses) {
    bool better = false;
    for (std::size_t j = 0; j < senses.size(); ++j) {
        if (std::isnan(a[j]) || std::isnan(b[j])) return false;
        const bool at_least = senses[j] == sense::minimize ? a[j] <= b[j] : a[j] >= b[j];
        if (!at_least) return false;
        better = better || a[j] != b[j];
    }
    return better;
}

inline bool has_nan(const double* row, std::size_t d) {
    return std::any_of(row, row + d, [](double v) { return std::isnan(v); });
}

inline std::vector<std::size_t> reference_front(const table& points, const std::vector<sense>& senses) {
    const std::size_t d = senses.size();
    const std::size_t n = points.size() / d;
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < n; ++i) {
        bool keep = !has_nan(&points[i * d], d);
        for (std::size_t k = 0; k < n && keep; ++k) keep = !beats(&points[k * d], &points[i * d], senses);
        if (keep) front.push_back(i);
    }
    return front;
}

// Sets that are awkward in one way each.
enum class kind {
    uniform,
    levels,
    binary,
    collinear,
    simplex,
    infinite,
    holes,
    twins,
    steps,
    huge,
    constant,
    sorted,
    last
};

inline table draw(kind k, std::size_t n, std::size_t d, std::mt19937_64& random) {
    std::uniform_real_distribution<double> uniform(-1.0, 1.0);
    const auto below = [&random](std::uint64_t limit) { return random() % limit; };
    table points(n * d);
    for (std::size_t i = 0; i < n; ++i) {
        double* row = &points[i * d];
        const double along = uniform(random);
        double rest = 20.0;
        for (std::size_t j = 0; j < d; ++j) {
            switch (k) {
                case kind::uniform:
                    row[j] = uniform(random);
                    break;
                case kind::levels:
                    row[j] = static_cast<double>(below(5)) - 2.0;
                    break;
                case kind::binary:
                    row[j] = below(2) != 0 ? 1.0 : below(2) != 0 ? 0.0 : -0.0;
                    break;
                case kind::collinear:
                    row[j] = j % 2 == 0 ? along : -along;
                    break;
                case kind::simplex:
                    row[j] = j + 1 == d ? rest : static_cast<double>(below(static_cast<std::uint64_t>(rest) + 1));
                    rest -= row[j];
                    break;
                case kind::infinite:
                    row[j] = below(4) != 0 ? static_cast<double>(below(3)) : below(2) != 0 ? inf : -inf;
                    break;
                case kind::holes:
                    row[j] = below(3 * d) != 0 ? static_cast<double>(below(4)) : unknown;
                    break;
                case kind::twins:
                    row[j] = i > 0 && below(2) != 0 ? points[below(i) * d + j] : uniform(random);
                    break;
                case kind::steps:
                    row[j] = 1.0;
                    for (std::uint64_t s = below(3); s > 0; --s) row[j] = std::nextafter(row[j], 2.0);
                    break;
                case kind::huge:
                    row[j] = (below(2) != 0 ? 1e308 : 5e-324) * static_cast<double>(below(3)) -
                             (below(2) != 0 ? 1e308 : 0.0);
                    break;
                case kind::constant:
                    row[j] = j == 0 ? 7.0 : uniform(random);
                    break;
                default:
                    row[j] = static_cast<double>(i) * (j % 3 == 0 ? 1.0 : -1.0) + static_cast<double>(below(2));
                    break;
            }
        }
        if (k == kind::twins && i > 0 && below(2) != 0) {
            const std::size_t twin = below(i);
            std::copy_n(points.begin() + static_cast<std::ptrdiff_t>(twin * d), d, row);
        }
    }
    return points;
}

inline std::vector<sense> draw_senses(std::size_t d, std::mt19937_64& random) {
    std::vector<sense> senses(d);
    for (sense& s : senses) s = random() % 2 != 0 ? sense::maximize : sense::minimize;
    return senses;
}

// Calls body(points, senses) for sets of every kind, 1 to 8 objectives and sizes from 0 on.
template <class Body>
void for_many_sets(std::size_t rounds, std::size_t largest, const Body& body) {
    std::mt19937_64 random(20240229);
    for (std::size_t round = 0; round < rounds; ++round) {
        for (int k = 0; k < static_cast<int>(kind::last); ++k) {
            for (std::size_t d = 1; d <= 8; ++d) {
                const std::size_t n = round < 3 ? round : 1 + random() % largest;
                const table points = draw(static_cast<kind>(k), n, d, random);
                CAPTURE(k, n, d, round);
                body(points, draw_senses(d, random));
            }
        }
    }
}

// Rows of non-negative integers with one sum: none dominates another. Half as many again, each one step worse than one
// of them, are dominated. The order is random. Returns the expected mask.
inline std::vector<bool> simplex_and_shadows(std::size_t n, std::size_t d, std::uint64_t total, std::mt19937_64& random,
                                             table& points) {
    const std::size_t shadows = n / 2;
    points.assign((n + shadows) * d, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        std::vector<double> cuts{0.0, static_cast<double>(total)};
        for (std::size_t j = 1; j < d; ++j) cuts.push_back(static_cast<double>(random() % (total + 1)));
        std::sort(cuts.begin(), cuts.end());
        for (std::size_t j = 0; j < d; ++j) points[i * d + j] = cuts[j + 1] - cuts[j];
    }
    for (std::size_t i = n; i < n + shadows; ++i) {
        const std::size_t from = random() % n;
        for (std::size_t j = 0; j < d; ++j) points[i * d + j] = points[from * d + j];
        points[i * d + random() % d] += static_cast<double>(1 + random() % 3);
    }
    std::vector<bool> expected(n + shadows);
    std::fill_n(expected.begin(), n, true);
    for (std::size_t i = expected.size() - 1; i > 0; --i) {
        const std::size_t other = random() % (i + 1);
        std::swap_ranges(&points[i * d], &points[i * d] + d, &points[other * d]);
        const bool swapped = expected[i];
        expected[i] = expected[other];
        expected[other] = swapped;
    }
    return expected;
}

// Numbers in [0, 1), or levels, that another program draws alike.
inline table congruential(std::size_t n, std::size_t d, std::uint32_t levels) {
    std::uint64_t state = 12345;
    table points(n * d);
    for (double& value : points) {
        state = (1103515245 * state + 12345) % (std::uint64_t{1} << 31);
        const auto drawn = static_cast<double>(levels != 0 ? (state >> 8) % levels : state >> 8);
        value = levels != 0 ? drawn : drawn / 8388608.0;
    }
    return points;
}

}  // namespace awkward
