// SPDX-License-Identifier: BSD-3-Clause
#include "chain.hpp"

#include <qutibench/explore/evaluate.hpp>
#include <qutibench/hardware/scaled_platform.hpp>
#include <qutibench/model/levels.hpp>
#include <qutibench/model/side_by_side.hpp>
#include <qutibench/network/analyze.hpp>

#include "catch.hpp"

using namespace qutibench;
using testing::chain;
using namespace qutibench::literals;

namespace {

platform board(const operator_support& runs, double link = 0) {
    operating_mode mode;
    mode.peaks = {{.numbers = int8, .dense = 1_gop_per_s}};
    mode.memories = {{.name = "ddr", .bandwidth = 1_gb_per_s},
                     {.name = "sram", .capacity = quantity_of<bytes>(1000), .on_chip = true}};
    mode.power = 2_w;
    if (link > 0) mode.links = {{.name = "usb", .bandwidth = quantity_of<bytes_per_second>(link)}};
    platform device("board", {mode});
    device.operators = runs;
    return device;
}

const host_processor cortex{"cortex", 1_gop_per_s, 100_mb_per_s};

double microseconds(const estimate& one) {
    return one.call_time * 1e6;
}

}  // namespace

TEST_CASE("layers that a device does not run take the host's time, and cross the link to it") {
    const workload net = analyze(chain());
    // [by_hand]
    // Two convolutions of 2048 operations at 1 GOP/s take 4.096 us. The host does the activation between them: it reads
    // and writes 128 bytes at 100 MB/s, 2.56 us. Behind a link of 100 MB/s these 256 bytes cross as well.
    const operator_support no_activation{.unsupported = {"activation"}, .host = cortex};
    CHECK(microseconds(predict(net, board(no_activation), {})) == Approx(4.096 + 2.56));
    CHECK(microseconds(predict(net, board(no_activation, 100e6), {})) == Approx(4.096 + 2.56 + 2.56));
    // The other way round the host computes: 64 weights and 256 bytes of activations each, longer than 2.048 us.
    const operator_support no_convolution{.supported = {"dense"}, .host = cortex};
    CHECK(microseconds(predict(net, board(no_convolution), {})) == Approx(2 * 3.2));
    CHECK(predict(net, board(no_convolution), {}).bound() == bound_kind::host);
    // [by_hand]

    const estimate one = predict(net, board(no_activation), {});
    CHECK(one.assumes(assumption::host_fallback));
    CHECK_FALSE(one.assumes(assumption::unsupported));
    CHECK(one.feasible != feasibility::infeasible);
    CHECK(one.bound() == bound_kind::compute);
    CHECK(one.work == net.work());
    CHECK(one.weight_bytes == 128);
    CHECK(one.energy().value() == Approx(2 * one.call_time));
    CHECK(predict(net, board(no_convolution), {}).weight_bytes == 128);
    CHECK(microseconds(predict(net, board(no_activation), {.batch = 10})) == Approx(40.96 + 25.6));
    CHECK(
        predict(net, board({.unsupported_networks = {"chain"}, .host = cortex}), {}).assumes(assumption::unsupported));
    // nothing changes where no host is described, or where the device runs everything
    CHECK(predict(net, board({.unsupported = {"activation"}}), {}).call_time == predict(net, board({}), {}).call_time);
    CHECK(predict(net, board({.unsupported = {"softmax"}, .host = cortex}), {}).call_time ==
          predict(net, board({}), {}).call_time);
    CHECK(predict(net, board({.supported = {"dense"}}), {}).assumes(assumption::unsupported));
}

TEST_CASE("the host's layers stand among the kernels, whatever the model") {
    const workload net = analyze(chain());
    const platform device = board({.unsupported = {"activation"}, .host = cortex}, 100e6);
    for (const execution_kind kind :
         {execution_kind::layers, execution_kind::prefetch, execution_kind::tiled, execution_kind::network})
        for (const placement_kind placement :
             {placement_kind::published, placement_kind::capacity, placement_kind::optimal}) {
            INFO(to_string(kind) << ", " << to_string(placement));
            const deployment how{.batch = 2, .placement = placement, .execution = kind};
            const breakdown all = explain(net, device, how);
            REQUIRE(all.kernels.size() == 3);
            const kernel_estimate& host = all.kernels[1];
            CHECK(host.layer == 2);
            CHECK(host.bound == bound_kind::host);
            CHECK(host.memory_time == Approx(2 * 2.56e-6));
            CHECK(host.fixed_time == Approx(2 * 2.56e-6));
            CHECK(all.total.call_time == Approx(2 * (4.096e-6 + 5.12e-6)).epsilon(0.04));
            if (kind == execution_kind::layers)
                CHECK(all.total.call_time == Approx(all.kernels[0].time + all.kernels[1].time + all.kernels[2].time));
            CHECK(predict(net, device, how).call_time == all.total.call_time);
            CHECK(level_loads(net, device, how, all).size() == 2);
            CHECK(place(net, device, how).tensors.size() == all.where.tensors.size());
            const std::vector<side_call> calls{{&device, 2}, {&device, 5}};
            std::vector<estimate> together(2);
            predict(net, calls, how, together);
            CHECK(together[0].call_time == all.total.call_time);
        }
}

TEST_CASE("calls in flight share the host, and a pipeline has it as a stage") {
    const workload net = analyze(chain());
    const operator_support runs{.unsupported = {"activation"}, .host = cortex};
    // two calls keep the device for 2 x 4.096 us, while the host serves the other
    CHECK(microseconds(predict(net, board(runs), {.threads = 2})) == Approx(2 * 4.096));
    CHECK(microseconds(predict(net, board(runs), {.threads = 8})) == Approx(8 * 4.096));
    // and with a slow host it is the other way round
    const operator_support slow{.unsupported = {"activation"}, .host = {"slow", 1_gop_per_s, 10_mb_per_s}};
    CHECK(microseconds(predict(net, board(slow), {.threads = 8})) == Approx(8 * 25.6));
    CHECK(predict(net, board(slow), {}).bound() == bound_kind::host);
    const deployment pipeline{.batch = 1000, .execution = execution_kind::dataflow};
    CHECK(predict(net, board(runs), pipeline).throughput().value() == Approx(1 / 4.096e-6).epsilon(0.01));
    CHECK(predict(net, board(slow), pipeline).throughput().value() == Approx(1 / 25.6e-6).epsilon(0.01));
    CHECK(predict(net, board(slow), pipeline).initiation_interval == Approx(25.6e-6));
}

TEST_CASE("scaled devices and sweeps keep the host") {
    const platform device = board({.unsupported = {"activation"}, .host = cortex});
    const workload net = analyze(chain());
    CHECK(microseconds(predict(net, scaled(device, {.compute = 2}), {})) == Approx(2.048 + 2.56));
    design_axes axes;
    axes.networks = {{.name = "chain", .work = std::make_shared<workload>(net)}};
    axes.platforms = {std::make_shared<platform>(device)};
    axes.datatypes = {int8};
    axes.batches = {1, 10};
    axes.executions = {execution_kind::network, execution_kind::layers};
    const design_space space(axes);
    std::vector<double> latency(static_cast<std::size_t>(space.size()));
    const std::vector<metric_column> columns{{metric::latency, latency.data()}};
    evaluator(space).fill(0, latency.size(), columns);
    for (std::size_t i = 0; i < latency.size(); ++i) {
        const estimate one = space.answered(space.at(i)).prediction;
        CHECK(latency[i] == one.latency().value());
        CHECK(one.assumes(assumption::host_fallback));
    }
}
