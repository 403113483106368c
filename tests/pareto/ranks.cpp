// SPDX-License-Identifier: BSD-3-Clause
#include "awkward_sets.hpp"

#include <qutibench/pareto/ranks.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>
#include <span>
#include <vector>

using namespace awkward;

namespace {

std::vector<std::uint32_t> reference_ranks(const table& points, const std::vector<sense>& senses) {
    const std::size_t d = senses.size();
    std::vector<std::uint32_t> ranks(points.size() / d, qutibench::no_rank);
    table left = points;
    for (std::uint32_t rank = 0;; ++rank) {
        const auto front = reference_front(left, senses);
        if (front.empty()) return ranks;
        for (const std::size_t i : front) {
            ranks[i] = rank;
            std::fill_n(left.begin() + static_cast<std::ptrdiff_t>(i * d), d, unknown);
        }
    }
}

}  // namespace

TEST_CASE("ranks: equal peeling front by front") {
    for_many_sets(8, 40, [](const table& points, const std::vector<sense>& senses) {
        REQUIRE(qutibench::pareto_ranks(points, senses) == reference_ranks(points, senses));
    });
    std::mt19937_64 random(14);
    for (const kind k : {kind::uniform, kind::levels, kind::twins, kind::sorted, kind::steps, kind::simplex}) {
        for (std::size_t d = 1; d <= 6; ++d) {
            CAPTURE(static_cast<int>(k), d);
            const table points = draw(k, 400, d, random);
            const auto senses = draw_senses(d, random);
            REQUIRE(qutibench::pareto_ranks(points, senses) == reference_ranks(points, senses));
        }
    }
}

// Rows that may dominate a row come before it in lexicographic order, and have their ranks by then.
TEST_CASE("ranks: of thousands of rows equal those of comparing each with each") {
    std::mt19937_64 random(18);
    for (const kind k : {kind::uniform, kind::levels, kind::twins, kind::sorted, kind::simplex})
        for (std::size_t d = 4; d <= 7; ++d) {
            CAPTURE(static_cast<int>(k), d);
            const std::size_t n = 1500;
            const table points = draw(k, n, d, random);
            const auto row = [&](std::size_t i) { return std::span(points).subspan(i * d, d); };
            std::vector<std::size_t> order(n);
            std::iota(order.begin(), order.end(), std::size_t{0});
            std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
                return std::lexicographical_compare(row(a).begin(), row(a).end(), row(b).begin(), row(b).end());
            });
            std::vector<std::uint32_t> expected(n, 0);
            for (std::size_t i = 0; i < n; ++i)
                for (std::size_t j = 0; j < i; ++j) {
                    const auto a = row(order[j]), b = row(order[i]);
                    if (expected[order[j]] >= expected[order[i]] && !std::ranges::equal(a, b) &&
                        std::ranges::equal(a, b, std::less_equal<>()))
                        expected[order[i]] = expected[order[j]] + 1;
                }
            REQUIRE(qutibench::pareto_ranks(points, all(sense::minimize, d)) == expected);
        }
}

// Three objectives are walked, four are divided: a fourth that decides nothing must not matter.
TEST_CASE("ranks: long staircases, on which rows hide hundreds of others") {
    std::mt19937_64 random(16);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (const double thickness : {0.0, 1e-3, 0.3}) {
        for (const double levels : {100.0, 1e9}) {
            CAPTURE(thickness, levels);
            const std::size_t n = 6000;
            table three, four;
            for (std::size_t i = 0; i < n; ++i) {
                const bool hides = i % 400 == 0;  // late, when the staircase is long
                const double first = hides ? 0.6 + 0.4 * uniform(random) : uniform(random);
                const double along = std::floor(uniform(random) * levels) / levels;
                const double shift = hides ? -0.3 * uniform(random) : thickness * uniform(random);
                for (const double value : {first, along, 1.0 - along + shift}) {
                    three.push_back(value);
                    four.push_back(value);
                }
                four.push_back(1.0);
            }
            const auto senses = all(sense::minimize, 4);
            REQUIRE(qutibench::pareto_ranks(three, std::span(senses).first(3)) ==
                    qutibench::pareto_ranks(four, senses));
        }
    }
}

TEST_CASE("ranks: agree with moocore 0.3.2") {
    struct figure {
        std::size_t d, n;
        std::uint32_t levels, last;
        std::uint64_t sum;
    };
    for (const figure& f : {figure{2, 2000, 0, 77, 68854},
                            {3, 2000, 0, 24, 18468},
                            {4, 1000, 0, 11, 2771},
                            {5, 1000, 0, 6, 1628},
                            {3, 2000, 8, 21, 21005}}) {
        const auto ranks = qutibench::pareto_ranks(congruential(f.n, f.d, f.levels), all(sense::minimize, f.d));
        CHECK(*std::max_element(ranks.begin(), ranks.end()) == f.last);
        CHECK(std::accumulate(ranks.begin(), ranks.end(), std::uint64_t{0}) == f.sum);
    }
}
