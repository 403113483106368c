// SPDX-License-Identifier: BSD-3-Clause
#include "awkward_sets.hpp"

#include <qutibench/pareto/hypervolume.hpp>

#include <algorithm>
#include <random>
#include <vector>

using namespace awkward;

TEST_CASE("hypervolume: counts unit cubes exactly") {
    std::mt19937_64 random(15);
    for (std::size_t d = 1; d <= 8; ++d) {
        const std::size_t side = d <= 4 ? 7 : d <= 6 ? 4 : 3;
        for (int round = 0; round < 12; ++round) {
            const std::size_t n = random() % 30;
            table points(n * d);
            for (double& value : points) value = static_cast<double>(random() % (side + 2));
            const auto senses = draw_senses(d, random);
            table signed_points = points;
            table reference(d);
            for (std::size_t j = 0; j < d; ++j) {
                const double sign = senses[j] == sense::minimize ? 1.0 : -1.0;
                reference[j] = sign * static_cast<double>(side);
                for (std::size_t i = 0; i < n; ++i) signed_points[i * d + j] *= sign;
            }
            std::size_t cubes = 0;
            std::size_t total = 1;
            for (std::size_t j = 0; j < d; ++j) total *= side;
            for (std::size_t cube = 0; cube < total; ++cube) {
                bool covered = false;
                for (std::size_t i = 0; i < n && !covered; ++i) {
                    covered = true;
                    std::size_t rest = cube;
                    for (std::size_t j = 0; j < d; ++j, rest /= side)
                        covered = covered && points[i * d + j] <= static_cast<double>(rest % side);
                }
                cubes += covered ? 1 : 0;
            }
            CAPTURE(d, n, round);
            CHECK(qutibench::hypervolume(signed_points, senses, reference) == static_cast<double>(cubes));
        }
    }
}

TEST_CASE("hypervolume: equals inclusion and exclusion of boxes") {
    std::mt19937_64 random(16);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (std::size_t d = 1; d <= 8; ++d) {
        for (int round = 0; round < 10; ++round) {
            table points(9 * d);
            for (double& value : points) value = uniform(random);
            double expected = 0.0;
            for (unsigned chosen = 1; chosen < 512; ++chosen) {
                double box = -1.0;
                for (unsigned i = 0; i < 9; ++i) box *= (chosen >> i & 1U) != 0 ? -1.0 : 1.0;
                for (std::size_t j = 0; j < d; ++j) {
                    double edge = 0.0;
                    for (unsigned i = 0; i < 9; ++i)
                        if ((chosen >> i & 1U) != 0) edge = std::max(edge, points[i * d + j]);
                    box *= 1.0 - edge;
                }
                expected += box;
            }
            CHECK(qutibench::hypervolume(points, all(sense::minimize, d), table(d, 1.0)) ==
                  Approx(expected).margin(1e-12).epsilon(1e-12));
        }
    }
}

TEST_CASE("hypervolume: agrees with moocore 0.3.2") {
    struct figure {
        std::size_t d, n;
        double volume;
    };
    for (const figure& f : {figure{2, 500, 0.99139151473728759},
                            {3, 500, 0.95711863931905694},
                            {4, 200, 0.82942403993767888},
                            {5, 100, 0.56168830713778695},
                            {6, 50, 0.36051745022028453}}) {
        CHECK(qutibench::hypervolume(congruential(f.n, f.d, 0), all(sense::minimize, f.d), table(f.d, 1.0)) ==
              Approx(f.volume).epsilon(1e-12));
    }
}

TEST_CASE("hypervolume: what counts and what is infinite") {
    const std::vector<sense> senses{sense::maximize, sense::minimize};
    CHECK(qutibench::hypervolume({}, senses, table{0.0, 1.0}) == 0.0);
    CHECK(qutibench::hypervolume(table{2.0, 1.0}, senses, table{0.0, 1.0}) == 0.0);
    CHECK(qutibench::hypervolume(table{2.0, unknown, 2.0, 0.5}, senses, table{0.0, 1.0}) == 1.0);
    CHECK(qutibench::hypervolume(table{2.0, -inf}, senses, table{0.0, 1.0}) == inf);
    CHECK(qutibench::hypervolume(table{-1.0, -inf}, senses, table{0.0, 1.0}) == 0.0);
    CHECK(qutibench::hypervolume(table{2.0, 0.0}, senses, table{-inf, 1.0}) == inf);
    CHECK(qutibench::hypervolume(table{2.0, 0.0}, senses, table{inf, 1.0}) == 0.0);
}
