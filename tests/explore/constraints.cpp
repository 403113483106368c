// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/constraints.hpp>
#include <qutibench/units.hpp>

#include <cmath>
#include <random>

#include "catch.hpp"

using namespace qutibench;
using Catch::Matchers::Contains;

namespace {

struct design {
    double accuracy;
    seconds latency;
    double power;
};

using texts = std::vector<std::string>;
const texts names{"accuracy", "latency_s", "power_w"};

std::vector<design> draw(unsigned seed) {
    std::mt19937 random(seed);
    std::vector<design> all;
    for (int i = 0; i < 200; ++i) {
        const auto coarse = [&] { return static_cast<double>(random() % 20); };
        all.push_back({random() % 10 == 0 ? std::nan("") : coarse(), quantity_of<seconds>(coarse()), coarse()});
    }
    return all;
}

// The definition, pair by pair.
std::vector<std::size_t> reference(const std::vector<design>& all, double budget) {
    const auto counts = [&](const design& one) { return !std::isnan(one.accuracy) && one.power <= budget; };
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!counts(all[i])) continue;
        bool dominated = false;
        for (const design& other : all)
            dominated |= counts(other) && other.accuracy >= all[i].accuracy && other.latency <= all[i].latency &&
                         (other.accuracy > all[i].accuracy || other.latency < all[i].latency);
        if (!dominated) rows.push_back(i);
    }
    return rows;
}

}  // namespace

TEST_CASE("callables and expressions choose the same designs as the definition") {
    for (unsigned seed = 0; seed < 20; ++seed) {
        const std::vector<design> all = draw(seed);
        const std::vector<std::size_t> expected = reference(all, 12);
        // [callables]
        const std::vector<std::size_t> best = frontier(all, maximize([](const design& one) { return one.accuracy; }),
                                                       minimize([](const design& one) { return one.latency; }),
                                                       subject_to([](const design& one) { return one.power <= 12; }));
        // [callables]
        CHECK(best == expected);

        std::vector<double> accuracy, latency, power;
        for (const design& one : all) {
            accuracy.push_back(one.accuracy);
            latency.push_back(one.latency.value());
            power.push_back(one.power);
        }
        // [texts]
        const std::vector<std::string> maximize{"accuracy"}, minimize{"latency_s"}, constrain{"power_w <= 12"};
        const frontier_query query(maximize, minimize, constrain, names);  // parsed once
        const std::vector<std::span<const double>> columns{accuracy, latency, power};
        const frontier_selection chosen = query.select(columns, all.size());
        // [texts]
        CHECK(chosen.rows == expected);
        std::size_t excluded = 0, unknown = 0;
        for (const design& one : all) {
            if (one.power > 12)
                ++excluded;
            else if (std::isnan(one.accuracy))
                ++unknown;
        }
        CHECK(chosen.excluded == excluded);
        CHECK(chosen.unknown == unknown);
    }
}

TEST_CASE("a query says which columns it needs") {
    const frontier_query query(texts{"accuracy / power_w"}, texts{}, texts{"accuracy > 3", "power_w > 0"}, names);
    CHECK(std::vector(query.columns().begin(), query.columns().end()) == std::vector<std::size_t>{0, 2});
    CHECK(query.senses().size() == 1);
    const frontier_selection nothing = query.select(std::vector<std::span<const double>>(3), 0);
    CHECK(nothing.rows.empty());
    std::vector<double> short_one(3);
    const std::vector<std::span<const double>> columns(3, short_one);
    CHECK_THROWS_AS(query.select(columns, 4), invalid_argument);
    CHECK_THROWS_AS(query.evaluate(columns, {}), invalid_argument);
}

TEST_CASE("questions that cannot be meant are refused") {
    const auto ask = [](const texts& most, const texts& least, const texts& limits) {
        static_cast<void>(frontier_query(most, least, limits, names));
    };
    CHECK_THROWS_WITH(ask({"latency_s"}, {" latency_s "}, {}), Contains("both maximised and minimised"));
    CHECK_THROWS_WITH(ask({"power_w", "(power_w)"}, {}, {}), Contains("given twice"));
    CHECK_THROWS_WITH(ask({"power_w < 3"}, {}, {}), Contains("give it as a constraint"));
    CHECK_THROWS_WITH(ask({"power_w"}, {}, {"latency_s"}), Contains("'latency_s <= 1'"));
    CHECK_THROWS_WITH(ask({"power"}, {}, {}), Contains("did you mean 'power_w'?"));
    CHECK_THROWS_WITH(ask({}, {}, {"power_w < 3"}), Contains("1 to 8 objectives, not 0"));
    texts many;
    for (int i = 0; i < 9; ++i) many.push_back("power_w + " + std::to_string(i));
    CHECK_THROWS_WITH(ask(many, {}, {}), Contains("not 9"));
    CHECK_THROWS_AS(frontier(std::vector<design>{}), invalid_argument);
}
