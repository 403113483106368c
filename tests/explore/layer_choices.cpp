// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/layer_choices.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <set>

#include "catch.hpp"

using namespace qutibench;
using Catch::Matchers::Contains;

namespace {

using figures = std::vector<double>;

figures total(const std::vector<choosing_layer>& layers, const std::vector<choice_objective>& objectives,
              const std::vector<std::size_t>& choice) {
    const std::vector<std::uint16_t> chosen(choice.begin(), choice.end());
    figures sum(objectives.size());
    evaluate_choices(layers, objectives, chosen, sum);
    return sum;
}

std::vector<figures> combinations(const std::vector<choosing_layer>& layers,
                                  const std::vector<choice_objective>& objectives) {
    std::vector<figures> all;
    std::vector<std::size_t> choice(layers.size(), 0);
    for (;;) {
        all.push_back(total(layers, objectives, choice));
        std::size_t i = 0;
        while (i < layers.size() && ++choice[i] == layers[i].options.size()) choice[i++] = 0;
        if (i == layers.size()) return all;
    }
}

bool no_worse(const figures& a, const figures& b, const std::vector<choice_objective>& objectives, double slack = 0) {
    for (std::size_t j = 0; j < a.size(); ++j) {
        const double sign = objectives[j].wanted == sense::minimize ? 1 : -1;
        if (sign * a[j] > sign * b[j] + slack * (objectives[j].resolution + 1e-9)) return false;
    }
    return true;
}

// Of every combination, those that no other dominates.
std::set<figures> reference(const std::vector<choosing_layer>& layers,
                            const std::vector<choice_objective>& objectives) {
    const std::vector<figures> all = combinations(layers, objectives);
    std::set<figures> front;
    for (const figures& one : all) {
        bool dominated = false;
        for (const figures& other : all) dominated |= other != one && no_worse(other, one, objectives);
        if (!dominated) front.insert(one);
    }
    return front;
}

std::vector<choosing_layer> draw_layers(std::size_t layers, std::size_t objectives, bool coarse, std::mt19937& random) {
    std::vector<choosing_layer> all;
    for (std::size_t i = 0; i < layers; ++i) {
        choosing_layer& layer = all.emplace_back();
        layer.name = "layer" + std::to_string(i);
        for (std::size_t k = 0; k < 1 + random() % 3; ++k) {
            figures one;
            for (std::size_t j = 0; j < objectives; ++j)
                one.push_back(coarse ? static_cast<double>(random() % 5) / 10  // whose sums differ by their rounding
                                     : static_cast<double>(random() % 100000) / 7e4);
            layer.options.push_back({std::to_string(k), one});
        }
    }
    return all;
}

std::vector<choice_objective> draw_objectives(std::size_t count, std::mt19937& random) {
    std::vector<choice_objective> all;
    for (std::size_t j = 0; j < count; ++j)
        all.push_back({"objective", random() % 2 == 0 ? sense::minimize : sense::maximize,
                       random() % 4 == 0 ? accumulation::largest : accumulation::sum});
    return all;
}

std::vector<figures> rows_of(const choice_front& front, std::size_t objectives) {
    std::vector<figures> rows;
    for (std::size_t i = 0; i < front.size(); ++i) {
        const auto row = front.points().subspan(i * objectives, objectives);
        rows.emplace_back(row.begin(), row.end());
    }
    return rows;
}

}  // namespace

TEST_CASE("the frontier equals that of all combinations, bit for bit") {
    std::mt19937 random(3);
    for (int run = 0; run < 300; ++run) {
        const std::size_t d = 1 + random() % 4;
        const auto layers = draw_layers(1 + random() % 6, d, run % 2 == 0, random);
        const auto objectives = run % 3 == 0 ? std::vector<choice_objective>(d) : draw_objectives(d, random);
        const choice_front front = choose_for_layers(layers, objectives);
        const auto rows = rows_of(front, d);
        const auto expected = reference(layers, objectives);
        REQUIRE(rows.size() == expected.size());
        REQUIRE(std::set<figures>(rows.begin(), rows.end()) == expected);
        REQUIRE(std::is_sorted(rows.begin(), rows.end()));
        for (std::size_t i = 0; i < rows.size(); ++i) REQUIRE(total(layers, objectives, front.choices(i)) == rows[i]);
    }
}

TEST_CASE("long merged lists keep the rows and choices that a front of all sums keeps") {
    std::mt19937 random(7);
    std::size_t kept = 0;
    for (int run = 0; run < 30; ++run) {
        const std::size_t d = run % 5 == 4 ? 2 : 3;
        auto layers = draw_layers(24, d, run % 2 == 0, random);
        const auto change = [&](std::size_t objective, const auto& to) {
            for (choosing_layer& layer : layers)
                for (layer_option& option : layer.options) option.figures[objective] = to(option.figures[objective]);
        };
        for (choosing_layer& layer : layers)  // less of one is more of the other
            for (layer_option& option : layer.options) option.figures[d - 1] -= 2 * option.figures[0];
        if (run % 6 == 1) layers[3].options[0].figures[1] = 1e9;      // all others are close together
        if (run % 6 == 3) layers[3].options[0].figures[1] = 1.7e308;  // overflows
        if (run % 6 == 3) layers[4].options[0].figures[1] = 1.7e308;
        if (run % 6 == 5) change(0, [](double figure) { return -std::floor(3 * figure); });
        if (run % 6 == 5) change(1, [](double figure) { return std::floor(4 * figure); });
        if (run % 6 == 0)  // rounding makes figures agree that did not
            for (layer_option& option : layers[16].options) option.figures[0] += 1e15;
        const std::vector<choice_objective> asked(d), more(4);
        const choice_front merged = choose_for_layers(layers, asked);
        for (choosing_layer& layer : layers)
            for (layer_option& option : layer.options) option.figures.resize(4, 0);
        const choice_front general = choose_for_layers(layers, more);
        REQUIRE(merged.size() == general.size());
        kept += merged.size();
        const auto rows = rows_of(merged, d);
        auto expected = rows_of(general, 4);
        for (figures& row : expected) row.resize(d);
        REQUIRE(rows == expected);
        for (std::size_t i = 0; i < rows.size(); ++i) REQUIRE(merged.choices(i) == general.choices(i));
    }
    CHECK(kept > 5000);
}

TEST_CASE("rows, order and choices do not depend on the threads") {
    std::mt19937 random(13);
    std::size_t shared = 0;
    for (int run = 0; run < 12; ++run) {
        auto layers = draw_layers(run % 2 == 0 ? 22 : 16, 3, run % 2 == 0, random);
        for (choosing_layer& layer : layers)
            for (layer_option& option : layer.options) {
                option.figures[2] = -option.figures[0] - option.figures[1];               // nearly all are on the front
                if (run % 4 == 3) option.figures[0] = std::floor(3 * option.figures[0]);  // many agree
                if (run % 6 == 5) option.figures[1] *= 1e308;                             // many overflow
            }
        const std::vector<choice_objective> objectives(3);
        const choice_front one = choose_for_layers(layers, objectives, 1U << 20U, 1);
        shared += one.size() > 3000 ? 1U : 0U;
        for (const int threads : {0, 2, 3, 7}) {
            const choice_front other = choose_for_layers(layers, objectives, 1U << 20U, threads);
            REQUIRE(rows_of(other, 3) == rows_of(one, 3));
            for (std::size_t i = 0; i < one.size(); i += 7) REQUIRE(other.choices(i) == one.choices(i));
        }
    }
    CHECK(shared > 1);
}

TEST_CASE("parts of a layer, however many, make the front of the whole") {
    std::mt19937 random(17);
    for (int run = 0; run < 20; ++run) {
        std::vector<double> options;
        for (std::size_t i = 0; i < 3 + random() % 9; ++i) options.push_back(static_cast<double>(random() % 40) / 10);
        options.resize(options.size() / 3 * 3);
        detail::choice_merge whole(std::vector<double>(3, 0.0), 3), cut = whole;
        for (int layer = 0; layer < 6; ++layer) {
            for (double& figure : options) figure += static_cast<double>(random() % 3);
            CHECK(whole.extend(options, 1) == cut.extend(options, 1 + random() % 8));
            REQUIRE(whole.values() == cut.values());
        }
    }
}

TEST_CASE("a thousand rows may agree in their first figure") {
    std::vector<choosing_layer> layers;
    for (int i = 0; i < 10; ++i)
        layers.push_back({"layer" + std::to_string(i), {{"a", {1, 1.0 * (1 << i), 0}}, {"b", {1, 0, 1.0 * (1 << i)}}}});
    const choice_front front = choose_for_layers(layers, std::vector<choice_objective>(3));
    REQUIRE(front.size() == 1024);
    const auto rows = rows_of(front, 3);
    for (std::size_t i = 0; i < 1024; ++i) {
        const auto at = static_cast<double>(i);
        CHECK(rows[i] == figures{10, at, 1023 - at});
        CHECK(front.choices(i)[3] == 1 - (i >> 3U) % 2);
    }
}

TEST_CASE("rows and options that are too many to number are refused") {
    std::vector<choosing_layer> layers;
    for (int i = 0; i < 16; ++i) layers.push_back({"layer", {{"a", {1.0 * (1 << i), 0}}, {"b", {0, 1.0 * (1 << i)}}}});
    const std::vector<choice_objective> objectives(2);
    CHECK(choose_for_layers(layers, objectives).size() == 65536);
    layers.push_back({"last", std::vector<layer_option>(65537, {"a", {0, 0}})});
    layers.back().options.back().figures = {1e9, -1};  // which makes it a kind of its own
    CHECK_THROWS_WITH(choose_for_layers(layers, objectives),
                      Contains("65536 rows with the 65537 options of layer 'last' are more than 2^32"));
}

TEST_CASE("a staircase over ranks hides what is above a corner and not left of it") {
    std::mt19937 random(2);
    detail::rank_staircase stairs;
    for (const std::uint32_t ranks : {1U, 63U, 64U, 65U, 200U, 3000U, 40000U}) {
        stairs.reset(ranks);
        std::vector<double> heights(ranks, NAN);
        for (int run = 0; run < 2000; ++run) {
            const auto rank = static_cast<std::uint32_t>(random() % ranks);
            double height = random() % 50 == 0 ? std::numeric_limits<double>::infinity() : 1e3 - run / 2;
            height += static_cast<double>(random() % 2000);
            const bool hidden = std::any_of(heights.begin(), heights.begin() + rank + 1,
                                            [&](double corner) { return corner <= height; });
            REQUIRE(stairs.hides(rank, height) == hidden);
            REQUIRE((hidden || !stairs.near_hides(rank, height)));
            if (hidden) continue;
            stairs.add(rank, height);
            heights[rank] = height;
        }
    }
}

TEST_CASE("with a resolution no combination is missed by more") {
    std::mt19937 random(4);
    std::size_t exact = 0, coarse = 0;
    for (int run = 0; run < 100; ++run) {
        const std::size_t d = 2 + random() % 2;
        const auto layers = draw_layers(7, d, false, random);
        auto objectives = draw_objectives(d, random);
        exact += choose_for_layers(layers, objectives).size();
        for (choice_objective& one : objectives) one.resolution = random() % 3 == 0 ? 0 : 0.4;
        const choice_front front = choose_for_layers(layers, objectives);
        coarse += front.size();
        const auto rows = rows_of(front, d);
        for (std::size_t i = 0; i < rows.size(); ++i) REQUIRE(total(layers, objectives, front.choices(i)) == rows[i]);
        for (const figures& one : combinations(layers, objectives))
            REQUIRE(std::any_of(rows.begin(), rows.end(),
                                [&](const figures& row) { return no_worse(row, one, objectives, 1); }));
    }
    CHECK(coarse < exact);
}

TEST_CASE("three widths in 54 layers: 3^54 combinations") {
    // sizes in whole bytes and losses that grow as widths shrink
    std::mt19937 random(5);
    std::vector<choosing_layer> layers;
    for (int i = 0; i < 54; ++i) {
        const auto weights = static_cast<double>(1000 + random() % 9000);
        const auto loss = static_cast<double>(1 + random() % 50);
        layers.push_back(
            {"layer" + std::to_string(i),
             {{"int2", {weights / 4, 9 * loss}}, {"int4", {weights / 2, 3 * loss}}, {"int8", {weights, loss}}}});
    }
    std::vector<choice_objective> objectives{{.name = "bytes"}, {.name = "loss"}};
    std::size_t calls = 0;
    const choice_front exact =
        choose_for_layers(layers, objectives, 1U << 20U, [&](std::size_t done, std::size_t rows) {
            CHECK(done == ++calls);
            CHECK(rows > 0);
        });
    CHECK(calls == 54);
    CHECK(exact.choices(0) == std::vector<std::size_t>(54, 0));
    CHECK(exact.choices(exact.size() - 1) == std::vector<std::size_t>(54, 2));
    CHECK_THROWS_WITH(choose_for_layers(layers, objectives, 50), Contains("give an objective a resolution"));

    objectives[0].resolution = 2000;
    objectives[1].resolution = 100;
    const choice_front coarse = choose_for_layers(layers, objectives, 20000);
    CHECK(coarse.size() < exact.size());
    const auto rows = rows_of(coarse, 2);
    for (const figures& one : rows_of(exact, 2))
        REQUIRE(std::any_of(rows.begin(), rows.end(),
                            [&](const figures& row) { return no_worse(row, one, objectives, 1); }));
}

TEST_CASE("given combinations have the figures that adding up one layer after the other gives, but for rounding") {
    std::mt19937 random(5);
    std::size_t rounded = 0;
    for (int run = 0; run < 100; ++run) {
        const std::size_t d = 1 + random() % 4;
        auto layers = draw_layers(1 + random() % 6, d, run % 2 == 0, random);
        for (choosing_layer& layer : layers)
            for (layer_option& option : layer.options)
                for (double& figure : option.figures)
                    figure = run % 4 < 2 ? std::floor(1e12 * figure) : figure * std::pow(10.0, run - 50.0);
        const auto objectives = draw_objectives(d, random);
        std::vector<std::uint16_t> chosen;
        figures expected;
        std::vector<double> largest(d, 0);
        for (const choosing_layer& layer : layers)
            for (std::size_t j = 0; j < d; ++j) {
                double most = 0;
                for (const layer_option& option : layer.options) most = std::max(most, option.figures[j]);
                largest[j] += most;
            }
        for (int row = 0; row < 20; ++row)
            for (std::size_t i = 0; i < layers.size(); ++i) {
                chosen.push_back(static_cast<std::uint16_t>(random() % layers[i].options.size()));
                const figures& added = layers[i].options[chosen.back()].figures;
                if (i == 0) expected.insert(expected.end(), added.begin(), added.end());
                for (std::size_t j = 0; i > 0 && j < d; ++j) {
                    double& sum = expected[expected.size() - d + j];
                    const bool is_least = objectives[j].wanted == sense::minimize;
                    if (objectives[j].over_layers == accumulation::sum)
                        sum += added[j];
                    else
                        sum = is_least ? std::max(sum, added[j]) : std::min(sum, added[j]);
                }
            }
        figures found(expected.size());
        evaluate_choices(layers, objectives, chosen, found);
        for (std::size_t i = 0; i < found.size(); ++i) {
            const bool is_exact = run % 4 < 2 || objectives[i % d].over_layers == accumulation::largest;
            const double rounding = static_cast<double>(layers.size()) * std::ldexp(largest[i % d], -52);
            REQUIRE(std::abs(found[i] - expected[i]) <= (is_exact ? 0 : rounding));
            rounded += found[i] == expected[i] ? 0U : 1U;
        }
    }
    CHECK(rounded > 100);
}

TEST_CASE("a front of whole numbers does not depend on the order of layers") {
    std::mt19937 random(19);
    for (int run = 0; run < 40; ++run) {
        const std::size_t d = 1 + random() % 4;
        auto layers = draw_layers(10, d, run % 2 == 0, random);
        for (choosing_layer& layer : layers)
            for (layer_option& option : layer.options)
                for (double& figure : option.figures) figure = std::floor(100 * figure);
        auto objectives = draw_objectives(d, random);
        if (run % 4 > 1) objectives.assign(d, {});
        const auto rows = rows_of(choose_for_layers(layers, objectives), d);
        std::shuffle(layers.begin(), layers.end(), random);
        const choice_front shuffled = choose_for_layers(layers, objectives);
        REQUIRE(rows_of(shuffled, d) == rows);
        for (std::size_t i = 0; i < rows.size(); ++i)
            REQUIRE(total(layers, objectives, shuffled.choices(i)) == rows[i]);
    }
}

TEST_CASE("an option that costs too much takes nothing from the others") {
    std::mt19937 random(23);
    auto layers = draw_layers(12, 2, false, random);
    for (choosing_layer& layer : layers) layer.options.push_back({"never", {1e30, 1e30}});
    const std::vector<choice_objective> objectives(2);
    const choice_front with = choose_for_layers(layers, objectives);
    for (choosing_layer& layer : layers) layer.options.pop_back();
    const choice_front without = choose_for_layers(layers, objectives);
    REQUIRE(with.size() == without.size());
    for (std::size_t i = 0; i < with.points().size(); ++i)
        CHECK(with.points()[i] == Approx(without.points()[i]).epsilon(1e-14));
}

TEST_CASE("layers of the commonest kind are joined first, small ones before large ones") {
    const std::vector<double> spans{
        8, 1,   3,  // four times as much of the first
        6, 3,   5,  // the commonest kind
        2, 1,   9,  // as well
        0, 4,   7,  // infinitely less
        4, 2,   1,  // the commonest
        7, 0,   0,  // the least is best
        5, 4,   2,  // little less
        4, 2,   2,  // the commonest, thrice
        8, 4,   2,  //
        9, 4.5, 3,
    };
    CHECK(detail::joining_order(spans, 3) == std::vector<std::size_t>{5, 2, 4, 7, 1, 8, 9, 6, 0, 3});
    // too few agree
    CHECK(detail::joining_order(std::span(spans).first(15), 3) == std::vector<std::size_t>{3, 2, 4, 1, 0});
    CHECK(detail::joining_order(std::vector<double>{3, 0, 1}, 1) == std::vector<std::size_t>{1, 2, 0});
    // a figure that never varies tells nothing
    CHECK(detail::joining_order(std::vector<double>{8, 1, 0, 2, 1, 0, 4, 2, 0}, 3) ==
          std::vector<std::size_t>{1, 2, 0});
}

TEST_CASE("sums that overflow are infinite, not lost") {
    const std::vector<choosing_layer> layers(2, choosing_layer{"conv", {{"a", {1e308, 1}}, {"b", {1.5e308, 0}}}});
    const choice_front front = choose_for_layers(layers, std::vector<choice_objective>(2));
    CHECK(rows_of(front, 2) == std::vector<figures>{{std::numeric_limits<double>::infinity(), 0}});
}

TEST_CASE("input that makes no sense is refused") {
    const std::vector<choice_objective> one{{.name = "bytes"}};
    const std::vector<choosing_layer> good{{"conv1", {{"int8", {1}}}}};
    CHECK_THROWS_WITH(choose_for_layers({}, one), Contains("no layer"));
    CHECK_THROWS_WITH(choose_for_layers(good, {}), Contains("1 to 8 objectives"));
    CHECK_THROWS_WITH(choose_for_layers(std::vector<choosing_layer>{{"conv1", {}}}, one),
                      Contains("layer 'conv1' has no option"));
    CHECK_THROWS_WITH(choose_for_layers(std::vector<choosing_layer>{{"conv1", {{"int8", {1, 2}}}}}, one),
                      Contains("option 'int8' of layer 'conv1' has 2 figures for 1 objectives"));
    CHECK_THROWS_WITH(choose_for_layers(std::vector<choosing_layer>{{"conv1", {{"int8", {NAN}}}}}, one),
                      Contains("not finite"));
    CHECK_THROWS_WITH(choose_for_layers(good, std::vector<choice_objective>{{.name = "bytes", .resolution = -1}}),
                      Contains("resolution of 'bytes'"));
    CHECK_THROWS_AS(choose_for_layers(good, one, 0), invalid_argument);
    CHECK_THROWS_WITH(choose_for_layers(good, one, 1, -1),
                      Contains("threads must be at least 1, or 0 for all, not -1"));
    figures room(1);
    CHECK_THROWS_WITH(evaluate_choices(good, one, std::vector<std::uint16_t>{1}, room),
                      Contains("layer 'conv1' has no option 1"));
    CHECK_THROWS_WITH(evaluate_choices(good, one, std::vector<std::uint16_t>{0, 0}, room),
                      Contains("2 choices and 1 figures do not fit 1 layers and 1 objectives"));
    const choice_front front = choose_for_layers(good, one);
    CHECK(front.size() == 1);
    CHECK_THROWS_WITH(front.choices(1), Contains("has no row 1"));
}
