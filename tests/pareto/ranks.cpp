// SPDX-License-Identifier: BSD-3-Clause
#include "awkward_sets.hpp"

#include <qutibench/pareto/ranks.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
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
