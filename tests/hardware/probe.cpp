// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/hardware/probe.hpp>
#include <qutibench/io/json/platform.hpp>

#include <atomic>
#include <cmath>
#include <limits>
#include <set>

using namespace qutibench;

namespace {

template <class Quantity>
probed_cores<Quantity> rates(double one, double all) {
    const auto rate = [](double value) { return detail::probed_of<Quantity>({value / 2, value, value * 0.75}); };
    return {rate(one), rate(all)};
}

probed_stream streamed(double size, double one, double all) {
    return {quantity_of<bytes>(size), rates<bytes_per_second>(one, all), rates<bytes_per_second>(one / 2, all / 2)};
}

/// Four cores at 2 GHz, two to a cache of the second level.
host_probe made_up() {
    host_probe found;
    found.processor = "made-up processor";
    found.date = "2026-01-31";
    found.threads = 4;
    found.memory = {16'000'000'000, 8'000'000'000};
    found.caches = {{1, 32768, 1}, {2, 1 << 20, 2}};
    found.clock = rates<hertz>(2e9, 1.9e9);
    found.loops = {{fp32, "wide", 32, rates<ops_per_second>(118e9, 400e9)},
                   {fp32, "narrow", 16, rates<ops_per_second>(63e9, 410e9)},
                   {int8, "tiles", 32768, rates<ops_per_second>(3.9e12, 8e12)}};
    found.streams = {streamed(16384, 100e9, 100e9),  streamed(65536, 50e9, 400e9),  streamed(524288, 60e9, 150e9),
                     streamed(1 << 20, 20e9, 200e9), streamed(4 << 20, 11e9, 60e9), streamed(1 << 28, 10e9, 20e9)};
    return found;
}

}  // namespace

TEST_CASE("rates are summed up by the best, the median and how they change") {
    const auto rate = detail::probed_of<ops_per_second>({100, 90, 80, 70, 60, 50, 40, 30, 20});
    CHECK(rate.best.value() == 100);
    CHECK(rate.median.value() == 60);
    CHECK(rate.spread() == Approx(0.4));
    CHECK(rate.trend == Approx(30.0 / 90.0));
    CHECK(rate.bursts == 9);
    CHECK(detail::probed_of<ops_per_second>({5}).trend == 1);
}

TEST_CASE("sizes and lists of processors are read as Linux writes them") {
    CHECK(detail::read_size("48K") == 49152);
    CHECK(detail::read_size("2M") == 2097152);
    CHECK(detail::read_size("24684864 kB") == 24684864);
    CHECK(detail::read_size("max") == 0);
    CHECK(detail::read_size("") == 0);
    CHECK(detail::count_of_list("0-3,8") == 5);
    CHECK(detail::count_of_list("7") == 1);
    CHECK(detail::count_of_list("3-1") == 0);
    CHECK(detail::count_of_list("none") == 0);
}

TEST_CASE("every thread of a team takes part in every round, and the caller may move again afterwards") {
    const std::vector<int> before = detail::usable_processors();
    {
        detail::thread_team team(3);
        std::vector<std::atomic<int>> rounds(3);
        for (int round = 0; round < 50; ++round)
            CHECK(team.run([&](int thread) { ++rounds[static_cast<std::size_t>(thread)]; }) >= 0);
        for (const auto& one : rounds) CHECK(one == 50);
    }
    CHECK(detail::usable_processors() == before);
}

TEST_CASE("all loops of a kind compute the same triad") {
    constexpr std::int64_t count = 3 * detail::streamed_elements;
    std::vector<double> b, c;
    for (int i = 0; i < count; ++i) b.push_back(i + 0.5), c.push_back(-2.0 * i);
    for (const detail::triad_loop triad : {&detail::triad_plain, detail::widest_triad()}) {
        std::vector<double> a(count + 1, -1.0);
        triad(a.data(), b.data(), c.data(), count);
        for (std::size_t i = 0; i < count; ++i) REQUIRE(a[i] == b[i] + 3 * c[i]);
        CHECK(a.back() == -1.0);
    }
    detail::widest_read()(b.data(), count);
    detail::read_plain(b.data(), count);
}

TEST_CASE("threads stream disjoint shares, round and round") {
    detail::thread_team team(2);
    detail::streamed_arrays arrays(24 * 6400, team);
    CHECK(arrays.size() == 24 * 6400);
    std::set<const double*> seen[2];
    for (int thread = 0; thread < 2; ++thread) {
        detail::streamed_arrays::cursor at;
        for (int i = 0; i < 5; ++i)
            arrays.stream(24 * 1280, thread, 2, at, 160, [&](double* a, double* b, double* c, std::int64_t count) {
                for (std::int64_t k = 0; k < count; ++k) {
                    for (double* const one : {a + k, b + k, c + k}) seen[thread].insert(one);
                    a[k] = b[k] + c[k];
                }
            });
        CHECK(seen[thread].size() == 3 * 640);
    }
    for (const double* const one : seen[0]) CHECK(seen[1].count(one) == 0);
}

TEST_CASE("theory is the clock times whole instructions a cycle, or whole cycles an instruction") {
    const host_probe found = made_up();
    CHECK(found.theoretical(found.loops[0]).value() == 2e9 * 32 * 2);
    CHECK(found.theoretical(found.loops[1]).value() == 2e9 * 16 * 2);
    CHECK(found.theoretical(found.loops[2]).value() == Approx(2e9 * 32768 / 17));
    host_probe without_clock = found;
    without_clock.clock.one.best = unknown<hertz>;
    CHECK_FALSE(is_known(without_clock.theoretical(found.loops[0])));
}

TEST_CASE("a cache has the bandwidth of what fits it and not a nearer one") {
    const host_probe found = made_up();
    CHECK(found.fastest_within(found.caches[0], true) == &found.streams[0]);
    CHECK(found.fastest_within(found.caches[0]) == &found.streams[1]);
    CHECK(found.fastest_within(found.caches[1], true) == &found.streams[2]);
    CHECK(found.fastest_within(found.caches[1]) == &found.streams[3]);
    CHECK(found.fastest_within({3, 1 << 21, 4}, true) == nullptr);
}

TEST_CASE("a probe becomes a platform with a mode for all cores and one for one core") {
    const platform host = to_platform(made_up());
    CHECK(host.id() == "host");
    CHECK(host.name() == "made-up processor");
    CHECK(host.mode().name == "all_cores");
    CHECK(host.peak_for(fp32).as.dense.value() == 410e9);
    CHECK(host.peak_for(bf16).as.numbers == precision(fp32));
    CHECK(host.bandwidth().value() == 20e9);
    REQUIRE(host.mode().memories.size() == 3);
    CHECK(host.mode().memories[1].name == "l2");
    CHECK(host.mode().memories[1].on_chip);
    CHECK(host.mode().memories[1].capacity.value() == 2 << 20);
    CHECK(host.mode().memories[2].capacity.value() == 4 * 32768);
    const platform one = host.in_mode("one_core");
    CHECK(one.peak_for(fp32).as.dense.value() == 118e9);
    CHECK(one.mode().memories[1].capacity.value() == 1 << 20);
    CHECK(one.bandwidth().value() == 10e9);
    CHECK(one.mode().clock.value() == 2e9);
}

TEST_CASE("every figure of a probed platform says so, in its file as well") {
    const platform host = to_platform(made_up());
    const platform again = parse_platform(to_json(host));
    REQUIRE(again.sources.size() == host.sources.size());
    for (std::size_t i = 0; i < again.sources.size(); ++i) {
        CHECK(again.sources[i].basis == "probed");
        CHECK(again.sources[i].source == "probe of made-up processor, 2026-01-31");
    }
    // Three figures of each of two modes: two peaks, six of memories, the clock.
    CHECK(again.sources.size() == 2 * (2 + 6 + 1));
    CHECK(to_json(again) == to_json(host));
}

TEST_CASE("this machine is probed") {
    const std::vector<int> before = detail::usable_processors();
    const host_probe found =
        probe_host({.threads = 2, .time = quantity_of<seconds>(0.3), .largest = quantity_of<bytes>(4e6)});
    CHECK(detail::usable_processors() == before);
    CHECK_FALSE(found.processor.empty());
    CHECK(found.date.size() == 10);
    CHECK(found.threads == 2);
    CHECK(found.fastest(fp32) != nullptr);
    CHECK(found.fastest(fp64) != nullptr);
    CHECK(found.fastest(int2) == nullptr);
    const auto is_rate = [](const auto& of) {
        return of.best.value() > 0 && std::isfinite(of.best.value()) && of.median <= of.best && of.bursts > 0;
    };
    for (const probed_loop& one : found.loops) {
        CHECK_FALSE(one.instruction.empty());
        CHECK(is_rate(one.rate.one));
        CHECK(is_rate(one.rate.all));
    }
    REQUIRE_FALSE(found.streams.empty());
    for (std::size_t i = 0; i < found.streams.size(); ++i) {
        const probed_stream& one = found.streams[i];
        CHECK((i == 0 || one.working_set > found.streams[i - 1].working_set));
        for (const auto& rate : {one.triad.one, one.triad.all, one.reading.one, one.reading.all}) CHECK(is_rate(rate));
    }
    CHECK(found.streams.back().working_set.value() == Approx(4e6).epsilon(0.01));
    CHECK(parse_platform(to_json(to_platform(found))).peak_for(fp32).native);
}

TEST_CASE("a probe says what it cannot do") {
    CHECK_THROWS_WITH(probe_host({.threads = -1}), "a probe runs on 1 to 65536 threads, not -1");
    for (const double time : {0.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()})
        CHECK_THROWS_WITH(probe_host({.time = quantity_of<seconds>(time)}),
                          "the time of a probe must be positive and finite");
    CHECK_THROWS_WITH(probe_host({.largest = quantity_of<bytes>(-1.0)}),
                      "the largest working set of a probe must be positive and finite");
    CHECK_THROWS_AS(to_platform({}), invalid_argument);
}
