// SPDX-License-Identifier: BSD-3-Clause
#include "awkward_sets.hpp"

#include <qutibench/pareto/approximate_hypervolume.hpp>
#include <qutibench/pareto/hypervolume.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
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

namespace {

/// Volume of the boxes between rows and 1 by inclusion and exclusion, all rows but `without`.
double included(const table& points, std::size_t d, std::size_t without) {
    const std::size_t n = points.size() / d;
    double total = 0.0;
    for (unsigned chosen = 1; chosen < 1U << n; ++chosen) {
        if (without < n && (chosen >> without & 1U) != 0) continue;
        double box = -1.0;
        for (unsigned i = 0; i < n; ++i) box *= (chosen >> i & 1U) != 0 ? -1.0 : 1.0;
        for (std::size_t j = 0; j < d; ++j) {
            double edge = 0.0;
            for (unsigned i = 0; i < n; ++i)
                if ((chosen >> i & 1U) != 0) edge = std::max(edge, points[i * d + j]);
            box *= 1.0 - edge;
        }
        total += box;
    }
    return total;
}

}  // namespace

TEST_CASE("hypervolume: equals inclusion and exclusion of boxes") {
    std::mt19937_64 random(16);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (std::size_t d = 1; d <= 8; ++d) {
        for (int round = 0; round < 10; ++round) {
            table points(9 * d);
            for (double& value : points) value = uniform(random);
            const double expected = included(points, d, 9);
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
                            {4, 2000, 0.9373892235449371},
                            {5, 100, 0.56168830713778695},
                            {6, 50, 0.36051745022028453}}) {
        CHECK(qutibench::hypervolume(congruential(f.n, f.d, 0), all(sense::minimize, f.d), table(f.d, 1.0)) ==
              Approx(f.volume).epsilon(1e-12));
    }
}

TEST_CASE("hypervolume: many rows with repeated values give what one more slice below them takes away") {
    // A further objective that is 0 for all rows and 1 for the reference changes no volume, but the way it is found.
    for (std::size_t d = 2; d <= 6; ++d) {
        const std::size_t n = d <= 3 ? 3000 : d == 4 ? 1500 : 150;
        for (const double levels : {7.0, 1e9}) {
            table points = congruential(n, d, 0);
            for (double& one : points) one = std::floor(one * levels) / levels;
            table raised;
            for (std::size_t i = 0; i < n; ++i) {
                raised.insert(raised.end(), &points[i * d], &points[i * d] + d);
                raised.push_back(0.0);
            }
            CAPTURE(d, levels);
            CHECK(qutibench::hypervolume(raised, all(sense::minimize, d + 1), table(d + 1, 1.0)) ==
                  Approx(qutibench::hypervolume(points, all(sense::minimize, d), table(d, 1.0))).epsilon(1e-12));
        }
    }
}

namespace {

/// What the other rows share with a row's box, but those that another one hides; none when one shares it all.
template <std::size_t K>
std::vector<std::array<double, K>> plain_limits(const std::vector<std::array<double, K>>& others,
                                                const std::array<double, K>& row) {
    std::vector<std::array<double, K>> shared = others;
    for (auto& one : shared)
        for (std::size_t j = 0; j < K; ++j) one[j] = std::max(one[j], row[j]);
    std::sort(shared.begin(), shared.end());
    shared.erase(std::unique(shared.begin(), shared.end()), shared.end());
    std::vector<std::array<double, K>> limits;
    for (const auto& one : shared) {
        const auto hides = [&](const auto& other) {
            for (std::size_t j = 0; j < K; ++j)
                if (other[j] > one[j]) return false;
            return other != one;
        };
        if (std::none_of(shared.begin(), shared.end(), hides)) limits.push_back(one);
    }
    if (!limits.empty() && limits.front() == row) limits.clear();
    return limits;
}

}  // namespace

TEST_CASE("hypervolume: limits are those that the definition gives, with ties and with more rows than are stored") {
    using row = std::array<double, 4>;
    std::mt19937_64 random(18);
    for (const std::size_t n : {1U, 60U, 64U, 200U, 2500U}) {
        std::vector<row> rows(n);
        for (row& one : rows)
            for (double& value : one) value = static_cast<double>(random() % (n < 100 ? 12 : 1000));
        qutibench::detail::limit_search<4> search;
        search.rank(std::span<const row>(rows));
        const auto check = [&](bool found, const std::vector<row>& others, const row& one) {
            const auto expected = plain_limits(others, one);
            std::vector<row> limits;
            if (found) search.values(limits);
            std::sort(limits.begin(), limits.end());
            CHECK(limits == expected);
            CHECK(found == (!expected.empty() || others.empty()));
        };
        std::vector<row> before;
        for (std::size_t i = 0; i < n; ++i) {
            const bool found = search.enter(i);
            if (i < 130 || i % 400 == 0) check(found, before, rows[i]);
            before.push_back(rows[i]);
        }
        for (std::size_t i = 0; i < n; i += n / 20 + 1) {
            std::vector<row> others = rows;
            others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
            check(search.among_all(i), others, rows[i]);
        }
    }
}

TEST_CASE("hypervolume: what few rows leave of a box is what they do not cover, cube by cube") {
    using row = std::array<double, 4>;
    constexpr int side = 9;
    std::mt19937_64 random(19);
    qutibench::detail::box_grid grid;
    for (int round = 0; round < 200; ++round) {
        const row low{1, 0, 2, 0}, high{side, side, side, side};
        std::vector<row> drawn(1 + random() % 60);
        for (row& one : drawn)
            for (double& value : one) value = random() % 2 == 0 ? 0.0 : static_cast<double>(random() % side);
        auto rows = plain_limits(drawn, low);
        if (rows.size() > qutibench::detail::box_grid::most_rows) rows.resize(qutibench::detail::box_grid::most_rows);
        std::size_t cubes = 0;
        for (int cube = 0; cube < side * side * side * side; ++cube) {
            const row at{static_cast<double>(cube % side), static_cast<double>(cube / side % side),
                         static_cast<double>(cube / side / side % side),
                         static_cast<double>(cube / side / side / side)};
            const auto covers = [&](const row& one) {
                return one[0] <= at[0] && one[1] <= at[1] && one[2] <= at[2] && one[3] <= at[3];
            };
            if (covers(low) && std::none_of(rows.begin(), rows.end(), covers)) ++cubes;
        }
        CAPTURE(round, rows.size());
        CHECK(grid.left(low, high, rows) == static_cast<double>(cubes));
    }
}

TEST_CASE("hypervolume_contributions: are what inclusion and exclusion lose without a row") {
    std::mt19937_64 random(17);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (std::size_t d = 1; d <= 8; ++d) {
        for (int round = 0; round < 6; ++round) {
            table points(8 * d);
            for (double& value : points) value = uniform(random);
            const auto own = qutibench::hypervolume_contributions(points, all(sense::minimize, d), table(d, 1.0));
            const auto front = reference_front(points, all(sense::minimize, d));
            table kept;
            for (const std::size_t row : front) kept.insert(kept.end(), &points[row * d], &points[row * d] + d);
            for (std::size_t row = 0; row < 8; ++row) {
                const auto at = std::find(front.begin(), front.end(), row);
                const auto place = static_cast<std::size_t>(at - front.begin());
                const double lost = at == front.end() ? 0.0 : included(kept, d, 99) - included(kept, d, place);
                CAPTURE(d, round, row);
                CHECK(own[row] == Approx(lost).margin(1e-12).epsilon(1e-12));
            }
        }
    }
}

TEST_CASE("hypervolume_contributions: in three objectives, are what the volume loses without a row, ties or not") {
    std::mt19937_64 random(18);
    const auto senses = all(sense::minimize, 3);
    for (int round = 0; round < 60; ++round) {
        const std::uint64_t levels = round % 3 == 0 ? 4 : round % 3 == 1 ? 12 : 1'000'000;
        table points(3 * 60);
        for (double& value : points) value = static_cast<double>(random() % levels) / static_cast<double>(levels);
        if (round % 2 == 0)  // all rows near one plane, so that many are on the front
            for (std::size_t i = 0; i < 60; ++i) points[3 * i + 2] = 2 - points[3 * i] - points[3 * i + 1];
        const table worst(3, 3.0);
        const auto own = qutibench::hypervolume_contributions(points, senses, worst);
        const auto front = reference_front(points, senses);
        table kept;
        for (const std::size_t row : front) kept.insert(kept.end(), &points[3 * row], &points[3 * row] + 3);
        const double whole = qutibench::hypervolume(kept, senses, worst);
        double sum = 0;
        for (std::size_t i = 0; i < front.size(); ++i) {
            table others = kept;
            const auto at = others.begin() + static_cast<std::ptrdiff_t>(3 * i);
            others.erase(at, at + 3);
            CAPTURE(round, i);
            CHECK(own[front[i]] == Approx(whole - qutibench::hypervolume(others, senses, worst)).margin(1e-12));
            sum += own[front[i]];
        }
        CHECK(std::accumulate(own.begin(), own.end(), 0.0) == Approx(sum));
    }
}

TEST_CASE("hypervolume_contributions: agree with moocore 0.3.2") {
    // hv_contributions, but for 5 objectives the differences of its hypervolumes: it gives one row 0 instead of 1.08e-8
    struct figure {
        std::size_t d, n;
        double sum, largest;
        std::size_t at, count;
    };
    for (const figure& f : {figure{2, 500, 0.013091824999619917, 0.0072248943935591114, 216, 6},
                            {3, 500, 0.08206543638638353, 0.04904914633384262, 127, 22},
                            {4, 200, 0.10393400517968177, 0.04232215437231435, 95, 42},
                            {5, 100, 0.15548061094620635, 0.05149731203219521, 52, 50},
                            {6, 50, 0.17497449968803974, 0.09140296776184592, 30, 27}}) {
        const auto own =
            qutibench::hypervolume_contributions(congruential(f.n, f.d, 0), all(sense::minimize, f.d), table(f.d, 1.0));
        const auto largest = std::max_element(own.begin(), own.end());
        CHECK(std::accumulate(own.begin(), own.end(), 0.0) == Approx(f.sum).epsilon(1e-11));
        CHECK(*largest == Approx(f.largest).epsilon(1e-12));
        CHECK(static_cast<std::size_t>(largest - own.begin()) == f.at);
        CHECK(static_cast<std::size_t>(std::count_if(own.begin(), own.end(), [](double v) { return v > 0; })) ==
              f.count);
    }
}

TEST_CASE("hypervolume_contributions: what counts") {
    const std::vector<sense> senses{sense::maximize, sense::minimize};
    const table points{3.0, 2.0, 2.0, 1.0, 1.0, 2.5, unknown, 0.0, 9.0, 5.0};
    // worse than 0 and 4 nobody counts; 3,2 alone has (3 - 2) (4 - 2), 2,1 alone 2 (2 - 1)
    CHECK(qutibench::hypervolume_contributions(points, senses, table{0.0, 4.0}) == table{2.0, 2.0, 0.0, 0.0, 0.0});
    CHECK(qutibench::hypervolume_contributions(table{2.0, 1.0, 2.0, 1.0}, senses, table{0.0, 4.0}) == table{0.0, 0.0});
    CHECK(qutibench::hypervolume_contributions({}, senses, table{0.0, 4.0}).empty());
    CHECK_THROWS_AS(qutibench::hypervolume_contributions(table{inf, 1.0}, senses, table{0.0, 4.0}),
                    qutibench::invalid_argument);
}

TEST_CASE("approximate_hypervolume: keeps its error in all but the risk of cases") {
    for (const std::size_t d : {std::size_t{2}, std::size_t{4}, std::size_t{6}}) {
        const table points = congruential(60, d, 0);
        const auto senses = all(sense::minimize, d);
        const double exact = qutibench::hypervolume(points, senses, table(d, 1.0));
        int missed = 0;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const double found = qutibench::approximate_hypervolume(points, senses, table(d, 1.0), {0.05, 0.05, seed});
            missed += std::abs(found - exact) > 0.05 * exact ? 1 : 0;
        }
        CHECK(missed <= 1);
    }
}

TEST_CASE("approximate_hypervolume: takes more objectives than the exact one") {
    const std::size_t d = 12;
    table points(2 * d, 0.0);  // two boxes of volume 1/2 that share 1/4
    points[0] = 0.5;
    points[d + 1] = 0.5;
    CHECK(qutibench::approximate_hypervolume(points, all(sense::minimize, d), table(d, 1.0)) ==
          Approx(0.75).epsilon(0.01));
    CHECK(qutibench::approximate_hypervolume(table(d, 2.0), all(sense::maximize, d), table(d, 0.0)) ==
          Approx(4096).epsilon(0.01));
    CHECK(qutibench::approximate_hypervolume(table(d, 2.0), all(sense::minimize, d), table(d, 1.0)) == 0.0);
    const auto refused = [&](const table& rows, const qutibench::sampling_goal& goal) {
        CHECK_THROWS_AS(qutibench::approximate_hypervolume(rows, all(sense::minimize, d), table(d, 1.0), goal),
                        qutibench::invalid_argument);
    };
    refused(points, {0.0, 0.01, 1});
    refused(points, {0.01, 1.0, 1});
    refused(table(d + 1, 0.0), {});
    refused(table(d, -inf), {});
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
