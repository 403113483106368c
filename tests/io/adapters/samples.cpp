// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters/samples.hpp>

#include <numeric>
#include <random>

namespace qb = qutibench;

namespace {

// numpy's default: linear interpolation between the two neighbours.
double percentile(std::vector<double> all, double percent) {
    std::sort(all.begin(), all.end());
    const double rank = percent / 100 * static_cast<double>(all.size() - 1);
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, all.size() - 1);
    if (all.size() > 4096) return all[static_cast<std::size_t>(std::llround(rank))];  // the nearest rank
    return all[below] + (rank - static_cast<double>(below)) * (all[above] - all[below]);
}

}  // namespace

TEST_CASE("sample statistics: exact while few, within 0.05 % and constant memory when many") {
    std::mt19937 random(1);
    std::lognormal_distribution<double> times(-6, 1.5);
    for (const std::size_t count : {1U, 2U, 5U, 4096U, 4097U, 200000U}) {
        std::vector<double> all;
        qb::sample_statistics few;
        for (std::size_t i = 0; i < count; ++i) {
            all.push_back(times(random));
            few.add(all.back());
        }
        const double tolerance = count > 4096 ? 5e-4 : 1e-12;
        for (const double percent : {0.0, 10.0, 50.0, 90.0, 99.0, 99.9, 100.0})
            CHECK(few.percentile(percent) == Approx(percentile(all, percent)).epsilon(tolerance));
        CHECK(few.named("min") == *std::min_element(all.begin(), all.end()));
        CHECK(few.named("max") == *std::max_element(all.begin(), all.end()));
        CHECK(few.named("mean") == Approx(std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(count)));
        CHECK(few.named("p90") == few.percentile(90));
        CHECK(few.named("median") == few.percentile(50));
    }
}

TEST_CASE("sample statistics: nonsense is refused") {
    qb::sample_statistics times;
    for (const double wrong : {0.0, -1.0, 1e-15, 1e12, std::nan(""), std::numeric_limits<double>::infinity()})
        CHECK_THROWS_AS(times.add(wrong), qb::invalid_argument);
    times.add(1);
    CHECK_THROWS_WITH(times.named("medain"), Catch::Matchers::Contains("median"));
    CHECK_THROWS_AS(times.named("p101"), qb::unknown_name);
}
