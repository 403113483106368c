// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/placement_bound.hpp>
#include <qutibench/model/placement_search.hpp>

#include "catch.hpp"

#include <random>

using namespace qutibench::detail;

namespace {

using engine = std::mt19937_64;

int between(engine& draw, int low, int high) {
    return std::uniform_int_distribution<int>(low, high)(draw);
}

/// Kernels one after the other, with weights that two may share, activations that several may read, and state.
placement_problem<> random_problem(engine& draw, int kernels, std::size_t tensors) {
    placement_problem<> all;
    all.steps = kernels + 1;
    for (int k = 0; k < kernels; ++k) {
        all.floor.push_back(between(draw, 0, 40));
        all.moved.push_back(between(draw, 0, 5));
    }
    const auto add = [&](placeable one, const std::vector<int>& in) {
        if (all.items.size() >= tensors) return;
        one.first_move = static_cast<int>(all.moves.size());
        one.moves = static_cast<int>(in.size());
        for (const int kernel : in) {
            const double seconds = one.size * 0.7;
            all.moves.push_back({kernel, seconds});
            all.moved[static_cast<std::size_t>(kernel)] += seconds;
        }
        all.items.push_back(one);
    };
    for (int k = 0; k < kernels; ++k) {
        if (between(draw, 0, 9) < 8) {
            std::vector<int> in{k};
            if (const int other = between(draw, 0, kernels - 1); between(draw, 0, 9) == 0 && other != k)
                in.push_back(other);
            add({.size = static_cast<double>(between(draw, 1, 60)), .is_weights = true, .always = true}, in);
        }
        const int last = std::min(kernels, k + between(draw, 1, 3));
        std::vector<int> in{k};
        for (int reader = k + 1; reader <= last && reader < kernels; ++reader)
            if (reader == last || between(draw, 0, 1) == 1) in.push_back(reader);
        add({.size = static_cast<double>(between(draw, 1, 60)), .first = k, .last = last}, in);
        if (between(draw, 0, 9) == 0) add({.size = static_cast<double>(between(draw, 1, 40)), .always = true}, {k});
    }
    return all;
}

memory_pools random_pools(engine& draw, int most) {
    memory_pools all{static_cast<double>(between(draw, 0, most)), 0, 0};
    if (between(draw, 0, 3) == 0) all.weights = between(draw, 0, most / 2);
    if (between(draw, 0, 3) == 0) all.activations = between(draw, 0, most / 2);
    if (between(draw, 0, 4) == 0) all.any = 0;
    return all;
}

/// Bytes at the busiest step.
bool fits(const placement_problem<>& all, const memory_pools& pools, const std::vector<char>& on_chip) {
    double weights = 0, state = 0, most = 0;
    for (int t = 0; t < all.steps; ++t) {
        double alive = 0;
        for (std::size_t i = 0; i < on_chip.size(); ++i) {
            const placeable& one = all.items[i];
            if (on_chip[i] && !one.always && one.first <= t && t <= one.last) alive += one.size;
        }
        most = std::max(most, alive);
    }
    for (std::size_t i = 0; i < on_chip.size(); ++i)
        if (on_chip[i] && all.items[i].always) (all.items[i].is_weights ? weights : state) += all.items[i].size;
    const double over_weights = std::max(0.0, weights - pools.weights);
    return over_weights + std::max(0.0, state + most - pools.activations) <= pools.any;
}

double time_of(const placement_problem<>& all, const std::vector<char>& on_chip) {
    std::vector<double> left = all.moved;
    for (std::size_t i = 0; i < on_chip.size(); ++i)
        for (int m = 0; on_chip[i] && m < all.items[i].moves; ++m) {
            const placement_move& move = all.moves[static_cast<std::size_t>(all.items[i].first_move + m)];
            left[static_cast<std::size_t>(move.stage)] -= move.seconds;
        }
    double sum = 0;
    for (std::size_t k = 0; k < left.size(); ++k) sum += std::max(all.floor[k], left[k]);
    return sum;
}

double exhaustive(const placement_problem<>& all, const memory_pools& pools) {
    double least = std::numeric_limits<double>::infinity();
    for (unsigned chosen = 0; chosen < 1U << all.items.size(); ++chosen) {
        std::vector<char> on_chip;
        for (std::size_t i = 0; i < all.items.size(); ++i) on_chip.push_back((chosen >> i & 1U) != 0);
        if (fits(all, pools, on_chip)) least = std::min(least, time_of(all, on_chip));
    }
    return least;
}

}  // namespace

TEST_CASE("a placement of up to 12 tensors takes the time of the best of all choices") {
    engine draw(1);
    for (int i = 0; i < 300; ++i) {
        INFO("problem " << i);
        const placement_problem<> all = random_problem(draw, between(draw, 2, 7), 12);
        const memory_pools pools = random_pools(draw, 250);
        const placement_problem<>::choice choice = placement_search(all).solve(pools);
        const double least = exhaustive(all, pools);
        REQUIRE(choice.is_exact);
        REQUIRE(fits(all, pools, choice.on_chip));
        REQUIRE(time_of(all, choice.on_chip) == Approx(choice.time).epsilon(1e-12));
        REQUIRE(choice.time == Approx(least).epsilon(1e-12));
        REQUIRE(placement_bound(all, pools, choice.time) <= least * (1 + 1e-12));
    }
}

TEST_CASE("the walk over stages finds the best of all choices of chains and small graphs") {
    engine draw(3);
    int walked = 0;
    for (int i = 0; i < 300; ++i) {
        INFO("problem " << i);
        const placement_problem<> all = random_problem(draw, between(draw, 2, 7), 12);
        const memory_pools pools{static_cast<double>(between(draw, 0, 250)), 0, 0};
        placement_sweep walk(all);
        if (!walk.applies()) continue;  // weights serve two kernels, or too much is alive at once
        ++walked;
        placement_problem<>::choice choice;
        walk.improve(choice, pools.any);
        REQUIRE(choice.is_exact);
        REQUIRE(fits(all, pools, choice.on_chip));
        REQUIRE(time_of(all, choice.on_chip) == Approx(choice.time).epsilon(1e-12));
        REQUIRE(choice.time == Approx(exhaustive(all, pools)).epsilon(1e-12));
    }
    CHECK(walked > 100);
}

TEST_CASE("a placement of many tensors fits, is within its gap, and never loses by more memory") {
    engine draw(2);
    double gaps = 0;
    int count = 0;
    for (int i = 0; i < 12; ++i) {
        const placement_problem<> all = random_problem(draw, between(draw, 20, 80), 1000);
        placement_search search(all);
        double before = std::numeric_limits<double>::infinity();
        for (double bytes = 20; bytes < 4000; bytes *= 1.25) {
            INFO("problem " << i << " in " << bytes);
            const memory_pools pools{bytes, 0, 0};
            const placement_problem<>::choice choice = search.solve(pools);
            REQUIRE(fits(all, pools, choice.on_chip));
            REQUIRE(time_of(all, choice.on_chip) == Approx(choice.time).epsilon(1e-12));
            REQUIRE(choice.time <= before * (1 + 1e-12));
            before = choice.time;
            const double bound = placement_bound(all, pools, choice.time);
            REQUIRE(bound <= choice.time);
            gaps += 1 - bound / choice.time;
            ++count;
        }
        REQUIRE(time_of(all, search.solve({1e9, 0, 0}).on_chip) ==
                Approx(time_of(all, std::vector<char>(all.items.size(), 1))));
    }
    CHECK(gaps / count < 0.08);
}
