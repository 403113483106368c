// SPDX-License-Identifier: BSD-3-Clause
#include "awkward_sets.hpp"

#include <qutibench/pareto/choice.hpp>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace awkward;

TEST_CASE("knee: the bend of a front, whatever the units and the senses") {
    const std::vector<sense> senses{sense::minimize, sense::maximize};
    const table points{0.0, 100.0, 20.0, 180.0, 100.0, 200.0, 50.0, 120.0, 60.0, 190.0};
    const auto knee = qutibench::pareto_knee(points, senses);
    REQUIRE(knee);
    CHECK(knee->row == 1);
    CHECK(knee->distance == Approx((1.0 - 0.2 - 0.2) / std::sqrt(2.0)));
    CHECK(qutibench::pareto_knee(table{3.0, 4.0}, senses)->distance == 0.0);
    CHECK(qutibench::pareto_knee(table{5.0, 2.0, 9.0}, all(sense::maximize, 1))->row == 2);
    CHECK_FALSE(qutibench::pareto_knee(table{unknown, 1.0, 0.0, inf}, senses));
    CHECK_FALSE(qutibench::pareto_knee({}, senses));
    const table unbounded{-inf, 0.0, 1.0, 5.0, 2.0, 9.0, 4.0, 10.0};
    CHECK(qutibench::pareto_knee(unbounded, senses)->row == 2);
    const table wide{-1e308, 1e308, 0.0, -1e308, 1e308, -1.1e308};
    CHECK(qutibench::pareto_knee(wide, all(sense::minimize, 2))->row == 1);
}

TEST_CASE("epsilon front: misses no row by more than it says") {
    std::mt19937_64 random(17);
    for_many_sets(6, 120, [&](const table& points, const std::vector<sense>& senses) {
        const std::size_t d = senses.size();
        const std::size_t n = points.size() / d;
        table epsilon(d);
        for (double& value : epsilon) value = static_cast<double>(random() % 4) * 0.25;
        const auto chosen = qutibench::epsilon_front(points, senses, epsilon);
        const auto front = reference_front(points, senses);
        REQUIRE(std::includes(front.begin(), front.end(), chosen.begin(), chosen.end()));
        for (std::size_t i = 0; i < n; ++i) {
            if (has_nan(&points[i * d], d)) continue;
            REQUIRE(std::any_of(chosen.begin(), chosen.end(), [&](std::size_t s) {
                bool covers = true;
                for (std::size_t j = 0; j < d; ++j) {
                    const double have = points[s * d + j];
                    const double want = points[i * d + j];
                    covers = covers &&
                             (senses[j] == sense::minimize ? have <= want + epsilon[j] : have >= want - epsilon[j]);
                }
                return covers;
            }));
        }
    });
}

TEST_CASE("epsilon front: relative, and smallest for two objectives") {
    std::mt19937_64 random(18);
    std::uniform_real_distribution<double> uniform(0.1, 1.0);
    const std::vector<sense> senses{sense::maximize, sense::minimize};
    for (int round = 0; round < 200; ++round) {
        table points;
        double x = 0.1;
        double y = 0.1;
        const std::size_t n = 1 + random() % 10;
        for (std::size_t i = 0; i < n; ++i) {
            points.insert(points.end(), {x, y});
            x *= 1.0 + 0.2 * uniform(random);
            y *= 1.0 + 0.2 * uniform(random);
        }
        const auto covers = [&](std::size_t s, std::size_t p) {
            return points[2 * s] * 1.1 >= points[2 * p] && points[2 * s + 1] <= points[2 * p + 1] * 1.1;
        };
        std::size_t fewest = n;
        for (unsigned set = 1; set < 1U << n; ++set) {
            bool enough = true;
            std::size_t size = 0;
            for (std::size_t p = 0; p < n; ++p) {
                bool hit = false;
                for (std::size_t s = 0; s < n; ++s) hit = hit || ((set >> s & 1U) != 0 && covers(s, p));
                enough = enough && hit;
                size += set >> p & 1U;
            }
            if (enough) fewest = std::min(fewest, size);
        }
        const auto chosen = qutibench::epsilon_front(points, senses, table{0.1, 0.1}, qutibench::tolerance::relative);
        CHECK(chosen.size() == fewest);
        for (std::size_t p = 0; p < n; ++p)
            CHECK(std::any_of(chosen.begin(), chosen.end(), [&](std::size_t s) { return covers(s, p); }));
    }
    CHECK_THROWS_AS(qutibench::epsilon_front(table{0.0, 1.0}, all(sense::minimize, 2), table{0.1, 0.1},
                                             qutibench::tolerance::relative),
                    qutibench::invalid_argument);
}
