// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/multi_device.hpp>

#include "support/random_networks.hpp"

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;

namespace {

platform board() {
    return {"board", {{.peaks = {{.numbers = int8, .dense = 1_gop_per_s}}, .memories = {{.name = "off-chip"}}}}};
}

// [chain]
// Six layers of 10,000 MACs, 20 us each, with 100 elements between them.
workload chain() {
    graph net("chain");
    tensor at = net.input({1, 100});
    for (int i = 0; i < 6; ++i) at = net.add(dense{.out_features = 100}, {at});
    return analyze(net);
}
// [chain]

constexpr interconnect fast{quantity_of<bytes_per_second>(1e12), quantity_of<seconds>(0)};

}  // namespace

TEST_CASE("one device is the single estimate") {
    const deployment how{.batch = 8, .execution = execution_kind::layers};
    for (const split_kind split : {split_kind::data, split_kind::pipeline}) {
        const multi_device_estimate one = predict_on_several(chain(), board(), how, split, 1, fast);
        CHECK(one.throughput_ips == Approx(predict(chain(), board(), how).throughput().value()));
        CHECK(one.latency_s == Approx(predict(chain(), board(), how).call_time));
        CHECK(one.speed_up == Approx(1));
        CHECK(one.transfer_s == 0);
    }
}

TEST_CASE("a free link scales a pipeline with its stages and data with the batch") {
    const deployment how{.batch = 6, .execution = execution_kind::layers};
    for (const std::int64_t n : {1, 2, 3, 6}) {
        const auto pipeline = predict_on_several(chain(), board(), how, split_kind::pipeline, n, fast);
        CHECK(pipeline.devices == n);
        CHECK(pipeline.speed_up == Approx(static_cast<double>(n)).epsilon(1e-4));
        CHECK(pipeline.first_layers.size() == static_cast<std::size_t>(n));
        CHECK(predict_on_several(chain(), board(), how, split_kind::data, n, fast).speed_up ==
              Approx(static_cast<double>(n)).epsilon(1e-4));
    }
    // four devices cannot share six equal layers better than three can, and eight have no more layers than six
    CHECK(predict_on_several(chain(), board(), how, split_kind::pipeline, 4, fast).devices == 3);
    CHECK(predict_on_several(chain(), board(), how, split_kind::pipeline, 8, fast).devices == 6);
    CHECK(predict_on_several(chain(), board(), how, split_kind::data, 8, fast).devices == 6);
}

TEST_CASE("transfers add to the latency and may bound") {
    const deployment how{.execution = execution_kind::layers};
    // [slow_link]
    const interconnect slow{1_mb_per_s, 10_us};  // 100 bytes take 110 us, more than all layers
    const auto two = predict_on_several(chain(), board(), how, split_kind::pipeline, 2, slow);
    CHECK(two.devices == 2);
    CHECK(two.bound_by_link);
    CHECK(two.throughput_ips == Approx(1 / 110e-6));
    CHECK(two.latency_s == Approx(120e-6 + 110e-6));
    // [slow_link]
    CHECK(predict_on_several(chain(), board(), how, split_kind::pipeline, 6, slow).devices == 2);
    const interconnect slower{1_mb_per_s, 1_ms};
    CHECK(predict_on_several(chain(), board(), how, split_kind::pipeline, 6, slower).devices == 1);
    const auto data = predict_on_several(chain(), board(), {.batch = 4, .execution = execution_kind::layers},
                                         split_kind::data, 4, slow);
    CHECK(data.transfer_s == Approx(2 * 10e-6 + 4 * 200e-6));
    CHECK(data.bound_by_link);
    CHECK(data.throughput_ips == Approx(4 / data.transfer_s));  // the next batch is computed meanwhile
}

TEST_CASE("the cut is the best of all cuts") {
    for (int seed = 0; seed < 60; ++seed) {
        INFO("seed " << seed);
        random_case::engine draw(static_cast<std::uint64_t>(seed));
        detail::cuttable_network net;
        const std::int64_t kernels = random_case::between(draw, 1, 8);
        for (std::int64_t i = 0; i < kernels; ++i) {
            net.time.push_back(random_case::scale(draw, 1e-6, 1e-3));
            net.crossing.push_back(random_case::scale(draw, 1, 1e5));
            net.layer.push_back(static_cast<int>(i));
        }
        const interconnect link{100_mb_per_s, 1_us};
        const std::int64_t devices = random_case::between(draw, 1, 5);
        const auto slowest_of = [&](unsigned cuts) {
            double slowest = 0;
            double run = 0;
            for (std::size_t i = 0; i < net.time.size(); ++i) {
                if (i > 0 && (cuts >> i & 1U) != 0) {
                    slowest = std::max({slowest, run, 1e-6 + net.crossing[i] / 1e8});
                    run = 0;
                }
                run += net.time[i];
            }
            return std::max(slowest, run);
        };
        double best = 1e9;
        for (unsigned cuts = 0; cuts < 1U << kernels; cuts += 2)
            if (__builtin_popcount(cuts) < devices) best = std::min(best, slowest_of(cuts));
        unsigned chosen = 0;
        for (const std::size_t at : detail::best_cuts(net, devices, link)) chosen |= at == 0 ? 0U : 1U << at;
        CHECK(slowest_of(chosen) == Approx(best));
    }
}

TEST_CASE("more devices are never slower, and the curve tells where they stop paying") {
    for (int seed = 0; seed < 60; ++seed) {
        INFO("seed " << seed);
        random_case::engine draw(static_cast<std::uint64_t>(seed));
        const workload net = analyze(random_case::network(draw));
        const platform device("random", {random_case::device(draw)});
        const deployment how{.batch = random_case::between(draw, 1, 16), .execution = execution_kind::layers};
        const interconnect link{quantity_of<bytes_per_second>(random_case::scale(draw, 1e6, 1e11)), 1_us};
        const auto curve = scaling_curve(net, device, how, split_kind::pipeline, 6, link);
        for (std::size_t i = 1; i < curve.size(); ++i)
            CHECK(curve[i].throughput_ips >= curve[i - 1].throughput_ips * (1 - 1e-12));
        for (const multi_device_estimate& one : curve)
            CHECK(one.speed_up <= static_cast<double>(one.devices) * (1 + 1e-9));
    }
    // [pays]
    std::vector<multi_device_estimate> curve(5);
    const double speed_ups[] = {1, 1.9, 2.5, 2.7, 4.5};
    for (std::size_t i = 0; i < 5; ++i) curve[i].speed_up = speed_ups[i];
    CHECK(pays_up_to(curve, 0.5) == 5);
    curve.pop_back();
    CHECK(pays_up_to(curve, 0.5) == 3);
    CHECK(pays_up_to(curve, 0.95) == 1);
    // [pays]
}

TEST_CASE("what cannot be split is refused") {
    const workload totals("totals", 1_gop, quantity_of<elements>(10));
    CHECK_THROWS_AS(predict_on_several(totals, board(), {}, split_kind::pipeline, 2, fast), invalid_argument);
    CHECK_THROWS_AS(predict_on_several(totals, board(), {.batch = 4}, split_kind::data, 2, fast), invalid_argument);
    CHECK_THROWS_AS(predict_on_several(chain(), board(), {}, split_kind::data, 0, fast), invalid_argument);
    CHECK_THROWS_AS(predict_on_several(chain(), board(), {}, split_kind::data, 2, {}), invalid_argument);
    CHECK_THROWS_AS(predict_on_several(chain(), board(), {}, split_kind::data, 2, {1_mb_per_s, -1_s}),
                    invalid_argument);
}

TEST_CASE("what bounds is that of a share, and a pipeline runs layer by layer") {
    // 60,000 weights take 60 us from 1 GB/s, an input 12 us of 10 GOP/s: six inputs compute for longer, three do not
    const platform fast_board("fast", {{.peaks = {{int8, 10_gop_per_s}}, .memories = {{"ddr", 2_gib, 1_gb_per_s}}}});
    const deployment how{.batch = 6};
    const auto bound_of = [&](std::int64_t devices) {
        return predict_on_several(chain(), fast_board, how, split_kind::data, devices, fast).limited_by;
    };
    CHECK(bound_of(1) == bound_kind::compute);
    CHECK(bound_of(2) == bound_kind::memory);
    CHECK_THROWS_AS(
        predict_on_several(chain(), board(), {.execution = execution_kind::dataflow}, split_kind::pipeline, 2, fast),
        invalid_argument);
    CHECK_THROWS_AS(predict_on_several(chain(), board(), {.threads = 2}, split_kind::pipeline, 2, fast),
                    invalid_argument);
}

TEST_CASE("only devices that get inputs count as used") {
    const deployment how{.batch = 5, .execution = execution_kind::layers};
    const auto four = predict_on_several(chain(), board(), how, split_kind::data, 4, fast);
    CHECK(four.devices == 3);  // two, two and one
    CHECK(four.throughput_ips == Approx(5.0 / 2 * 1e6 / 120));
    CHECK(four.efficiency() == Approx(5.0 / 6));
}

TEST_CASE("a pipeline balances the host's time with the kernels'") {
    // the host takes as long as two kernels, so the first device has two of them and the second four
    const deployment how{.execution = execution_kind::layers, .parameters = {.call_overhead = 40e-6}};
    const auto two = predict_on_several(chain(), board(), how, split_kind::pipeline, 2, fast);
    CHECK(two.first_layers == std::vector<int>{1, 3});
    CHECK(two.throughput_ips == Approx(1 / 80e-6).epsilon(1e-4));
    CHECK(two.latency_s == Approx(160e-6).epsilon(1e-4));
}

TEST_CASE("a result that later layers read crosses the cut like any other tensor") {
    graph net("features");
    tensor at = net.input({1, 100});
    for (int i = 0; i < 2; ++i) {
        at = net.add(dense{.out_features = 100}, {at});
        net.output(at);
    }
    const interconnect slow{1_mb_per_s, 0_us};  // 100 bytes take 100 us
    const auto two = predict_on_several(analyze(net), board(), {.execution = execution_kind::layers},
                                        split_kind::pipeline, 2, {1_gb_per_s, 0_us});
    CHECK(two.transfer_s == Approx(100e-9));
    CHECK(
        predict_on_several(analyze(net), board(), {.execution = execution_kind::layers}, split_kind::pipeline, 2, slow)
            .devices == 1);
}

TEST_CASE("a network without kernels cannot be spread") {
    graph net("nothing");
    net.input({1, 10});
    CHECK_THROWS_AS(
        predict_on_several(analyze(net), board(), {.parameters = {.call_overhead = 1}}, split_kind::pipeline, 2, fast),
        invalid_argument);
}
