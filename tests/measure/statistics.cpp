// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/measure/statistics.hpp>

namespace qb = qutibench;
using list = std::vector<double>;

namespace {

// Kendall's tau-b by its definition, O(n^2).
double kendall_by_pairs(const list& x, const list& y) {
    double concordant = 0, discordant = 0, tied_x = 0, tied_y = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        for (std::size_t j = i + 1; j < x.size(); ++j) {
            const double product = (x[i] - x[j]) * (y[i] - y[j]);
            concordant += product > 0 ? 1 : 0;
            discordant += product < 0 ? 1 : 0;
            tied_x += x[i] == x[j] && y[i] != y[j] ? 1 : 0;
            tied_y += y[i] == y[j] && x[i] != x[j] ? 1 : 0;
        }
    const double pairs = concordant + discordant;
    return (concordant - discordant) / std::sqrt((pairs + tied_x) * (pairs + tied_y));
}

}  // namespace

TEST_CASE("correlations: as scipy 1.x computes them, ties included") {
    const list x{3.1, 1.2, 5.5, 2.2, 8.8, 2.2, 7.0, 0.5}, y{2.0, 1.5, 4.1, 2.0, 9.9, 3.0, 5.0, 0.7};
    CHECK(qb::pearson(x, y) == Approx(0.929877700480549));
    CHECK(qb::spearman(x, y) == Approx(0.9457831325301204));
    CHECK(qb::kendall(x, y) == Approx(0.8888888888888888));
    const list a{1, 1, 2, 2, 3, 3, 3, 4}, b{4, 1, 1, 1, 2, 2, 5, 5};
    CHECK(qb::pearson(a, b) == Approx(0.4666666666666665));
    CHECK(qb::spearman(a, b) == Approx(0.5897435897435899));
    CHECK(qb::kendall(a, b) == Approx(0.5217391304347827));
}

TEST_CASE("correlations: one and minus one, undefined for constants") {
    const list up{1, 2, 4, 8}, down{8, 4, 2, 1}, flat{3, 3, 3, 3};
    for (const auto& of : {qb::pearson, qb::spearman, qb::kendall}) {
        CHECK(of(up, up) == Approx(1));
        CHECK(std::isnan(of(up, flat)));
        CHECK(std::isnan(of(flat, flat)));
    }
    const list tenths(7, 0.1), other{1, 2, 3, 4, 5, 6, 9};  // the mean of seven tenths is not a tenth in binary
    CHECK(std::isnan(qb::pearson(tenths, other)));
    CHECK(std::isnan(qb::pearson(other, tenths)));
    CHECK(qb::spearman(up, down) == Approx(-1));
    CHECK(qb::kendall(up, down) == Approx(-1));
}

TEST_CASE("Kendall's tau: the fast count is that of all pairs") {
    qb::detail::split_mix random(7);
    for (int round = 0; round < 200; ++round) {
        const std::size_t size = 2 + random.below(40), values = 1 + random.below(12);
        list x(size), y(size);
        for (std::size_t i = 0; i < size; ++i) {
            x[i] = static_cast<double>(random.below(values));
            y[i] = static_cast<double>(random.below(values));
        }
        const double by_pairs = kendall_by_pairs(x, y), fast = qb::kendall(x, y);
        if (std::isnan(by_pairs))
            CHECK(std::isnan(fast));
        else
            CHECK(fast == Approx(by_pairs).margin(1e-12));
    }
}

TEST_CASE("errors of predictions") {
    // [errors]
    const list measured{100, 100, 100, 100}, predicted{110, 95, 150, 50};
    const auto errors = qb::errors_of(predicted, measured);
    CHECK(errors.count == 4);
    CHECK(errors.mape == Approx((0.1 + 0.05 + 0.5 + 0.5) / 4));
    CHECK(errors.median_ape == Approx(0.3));
    CHECK(errors.worst_ape == Approx(0.5));
    CHECK(errors.within_10_percent == 0.5);  // exactly 10 % counts
    CHECK(errors.bias == Approx(std::pow(1.1 * 0.95 * 1.5 * 0.5, 0.25)));
    // [errors]
    CHECK(qb::errors_of(measured, measured).mape == 0);
}

TEST_CASE("statistics refuse what they are not defined for") {
    const list one{1}, two{1, 2}, three{1, 2, 3}, hole{1, std::nan(""), 3}, negative{1, -2, 3};
    CHECK_THROWS_AS(qb::pearson(two, three), qb::invalid_argument);
    CHECK_THROWS_AS(qb::pearson(one, one), qb::invalid_argument);
    CHECK_THROWS_AS(qb::kendall(hole, three), qb::invalid_argument);
    CHECK_THROWS_AS(qb::spearman(three, hole), qb::invalid_argument);
    CHECK_THROWS_AS(qb::errors_of({}, {}), qb::invalid_argument);
    CHECK_THROWS_AS(qb::errors_of(negative, three), qb::invalid_argument);
    const auto first = [](std::span<const std::size_t>) { return 1.0; };
    CHECK_THROWS_AS(qb::bootstrap(0, first), qb::invalid_argument);
    CHECK_THROWS_AS(qb::bootstrap(3, first, 1.5), qb::invalid_argument);
    CHECK_THROWS_AS(qb::bootstrap(3, first, 0.9, 1), qb::invalid_argument);
    CHECK_THROWS_AS(qb::bootstrap(3, [](auto) { return std::nan(""); }), qb::invalid_argument);
}

TEST_CASE("bootstrap: seeded, and near the normal interval of a mean") {
    qb::detail::split_mix random(3);
    list values(400);
    double sum = 0, squares = 0;
    for (double& one : values) {
        one = static_cast<double>(random.below(1000)) / 1000;
        sum += one;
        squares += one * one;
    }
    const double count = 400, mean = sum / count, deviation = std::sqrt((squares / count - mean * mean) / count);
    const auto mean_of = [&](std::span<const std::size_t> drawn) {
        double total = 0;
        for (const std::size_t i : drawn) total += values[i];
        return total / static_cast<double>(drawn.size());
    };
    const auto interval = qb::bootstrap(values.size(), mean_of);
    CHECK(interval.low == Approx(mean - 1.96 * deviation).margin(0.15 * deviation));
    CHECK(interval.high == Approx(mean + 1.96 * deviation).margin(0.15 * deviation));
    const auto again = qb::bootstrap(values.size(), mean_of),
               other = qb::bootstrap(values.size(), mean_of, 0.95, 2000, 2);
    CHECK(interval.low == again.low);
    CHECK(interval.high == again.high);
    CHECK(interval.low != other.low);
}

TEST_CASE("bootstrap of pairs brackets the correlation") {
    const list x{1, 2, 3, 4, 5, 6, 7, 8}, y{1.2, 1.9, 3.4, 3.6, 5.5, 5.8, 7.1, 7.7};
    const auto interval = qb::bootstrap_pairs(x, y, [](auto a, auto b) { return qb::pearson(a, b); });
    CHECK(interval.low < qb::pearson(x, y));
    CHECK(interval.high >= qb::pearson(x, y));
    CHECK(interval.low > 0.9);
}
