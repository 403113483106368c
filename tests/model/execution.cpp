// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/qutibench.hpp>

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;

namespace {

// 1 GOP/s and 10 MB/s: the two layers below are bound by compute and by memory.
platform board() {
    return {"board",
            {{.peaks = {{.numbers = int8, .dense = 1_gop_per_s, .sparse = 2_gop_per_s},
                        {.numbers = int4, .dense = 4_gop_per_s}},
              .memories = {{.name = "off-chip", .bandwidth = 10_mb_per_s}},
              .power = 2_w}}};
}

// [two_layers]
// 8 x 8 positions of 10 channels from 3 x 3 x 3: 34560 operations, 270 weights. 640 x 100: 128000 and 64000.
graph two_layers() {
    graph net("two");
    tensor at = net.input({1, 3, 8, 8});
    at = net.add(convolution_2d{.out_channels = 10, .kernel = {3, 3}, .padding = same}, {at}, "convolution");
    at = net.add(flatten{}, {at});
    net.add(dense{.out_features = 100}, {at}, "dense");
    return net;
}

constexpr double convolution_time = 34560e-9;
constexpr double convolution_moving = 270e-7;
constexpr double dense_time = 128000e-9;
constexpr double dense_moving = 64000e-7;
// [two_layers]

}  // namespace

TEST_CASE("layer by layer each kernel has its own roofline") {
    const workload net = analyze(two_layers());
    // [explain]
    const deployment how{.batch = 1, .placement = placement_kind::capacity, .execution = execution_kind::layers};
    const breakdown all = explain(net, board(), how);
    CHECK(all.total.throughput() == predict(net, board(), how).throughput());
    CHECK(all.kernels[0].bound == bound_kind::compute);  // what holds a kernel back; also its times and bytes
    CHECK(all.where.tensors[0].on_chip);                 // where a tensor lives; also the capacity it needs
    CHECK(all.total.assumes(assumption::capacity_unknown));
    // [explain]
    // [by_hand]
    REQUIRE(all.kernels.size() == 2);
    CHECK(all.kernels[0].bound == bound_kind::compute);
    CHECK(all.kernels[0].time == Approx(convolution_time));
    CHECK(all.kernels[1].bound == bound_kind::memory);
    CHECK(all.kernels[1].time == Approx(dense_moving));
    CHECK(all.total.call_time == Approx(convolution_time + dense_moving));
    CHECK(all.total.bound() == bound_kind::memory);
    CHECK(predict(net, board(), {}).call_time == Approx(convolution_moving + dense_moving));
    // [by_hand]
    CHECK(all.total.energy().value() == Approx(2 * all.total.call_time));
}

TEST_CASE("with two buffers a layer computes while the data of the next one arrive, and waits for its own") {
    const workload net = analyze(two_layers());
    deployment how{.execution = execution_kind::prefetch};
    const breakdown all = explain(net, board(), how);
    // the convolution's weights, then computing it beside the longer arrival of the dense layer's, then that layer
    CHECK(all.total.call_time == Approx(convolution_moving + dense_moving + dense_time));
    CHECK(all.kernels[0].time == Approx(convolution_moving + dense_moving));
    CHECK(all.kernels[0].bound == bound_kind::memory);
    CHECK(all.kernels[1].time == Approx(dense_time));
    CHECK(all.kernels[1].bound == bound_kind::compute);
    CHECK(all.total.bound() == bound_kind::memory);
    how.parameters.layer_overhead = 1e-3;
    CHECK(predict(net, board(), how).call_time == Approx(convolution_moving + dense_moving + dense_time + 2e-3));
    how.parameters.overlap = overlap_kind::none;  // then nothing arrives meanwhile
    const double without = predict(net, board(), how).call_time;
    how.execution = execution_kind::layers;
    CHECK(without == predict(net, board(), how).call_time);
}

TEST_CASE("an execution model is found by its name, explains, and says what others may ask of it") {
    STATIC_REQUIRE(execution_model<analytic_model>);
    const workload net = analyze(two_layers());
    operating_mode mode = board().mode();
    mode.clock = 1000_mhz;
    mode.array = {.rows = 4, .columns = 4};
    const platform device("board", {mode});
    std::size_t index = 0;
    for (const std::string_view name : detail::execution_rules::names) {
        const auto kind = static_cast<execution_kind>(index++);
        CHECK(parse_name<execution_kind>(name) == kind);
        const breakdown all = analytic_model{kind}.explain(net, device, {});
        CHECK(all.total.call_time == predict(net, device, {.execution = kind}).call_time);
        CHECK(all.traits.by_kernel == traits_of(kind).by_kernel);
        CHECK_FALSE(all.low_ips > 0);  // no interval is known
    }
    CHECK(traits_of(execution_kind::dataflow).streams);
    CHECK(traits_of(execution_kind::layers).sums);
    CHECK_FALSE(traits_of(execution_kind::network).by_kernel);
}

TEST_CASE("compute and memory add up where they do not overlap, and overheads come on top") {
    const workload net = analyze(two_layers());
    deployment how{.execution = execution_kind::layers};
    how.parameters.overlap = overlap_kind::none;
    const double sum = convolution_time + convolution_moving + dense_time + dense_moving;
    CHECK(predict(net, board(), how).call_time == Approx(sum));
    how.parameters.layer_overhead = 1e-3;
    how.parameters.call_overhead = 1e-2;
    how.parameters.input_overhead = 1e-4;
    CHECK(predict(net, board(), how).call_time == Approx(sum + 2e-3 + 1e-2 + 1e-4));
    how.batch = 4;  // four times everything but the weights, and what a call or a kernel costs once
    CHECK(predict(net, board(), how).call_time ==
          Approx(sum + 3 * (convolution_time + dense_time) + 2e-3 + 1e-2 + 4e-4));
    how.execution = execution_kind::network;
    CHECK(predict(net, board(), how).call_time == Approx(sum + 3 * (convolution_time + dense_time) + 1e-2 + 4e-4));
    how.execution = execution_kind::layers;
    how.batch = 1;
    how.parameters.compute_efficiency = 0.5;
    how.parameters.memory_efficiency = 0.25;
    const estimate slow = predict(net, board(), how);
    CHECK(slow.call_time ==
          Approx(2 * (convolution_time + dense_time) + 4 * (convolution_moving + dense_moving) + 1.21e-2));
    CHECK(slow.assumes(assumption::overheads));
    CHECK_FALSE(slow.assumes(assumption::peak_attained));
    how.execution = execution_kind::network;
    CHECK(predict(net, board(), how).call_time ==
          Approx(2 * (convolution_time + dense_time) + 4 * (convolution_moving + dense_moving) + 1.01e-2));
}

TEST_CASE("tiles are filled up, as far as softening says") {
    // convolution: 64 rows, 10 columns, depth 27; dense: 1 row, 100 columns, depth 640
    const workload net = analyze(two_layers());
    const auto computing = [&](execution_parameters p, std::size_t kernel, std::int64_t batch = 1) {
        return explain(net, board(), {.batch = batch, .execution = execution_kind::layers, .parameters = p})
            .kernels[kernel]
            .compute_time;
    };
    // [tiles]
    CHECK(computing({.tile_columns = 16}, 0) == Approx(convolution_time * 1.6));
    CHECK(computing({.tile_columns = 16}, 1) == Approx(dense_time * 112 / 100));
    CHECK(computing({.tile_depth = 64}, 0) == Approx(convolution_time * 64 / 27));
    CHECK(computing({.tile_depth = 64}, 1) == Approx(dense_time));
    CHECK(computing({.tile_rows = 8}, 1) == Approx(dense_time * 8));
    CHECK(computing({.tile_rows = 8}, 1, 8) == Approx(dense_time * 8));
    CHECK(computing({.tile_rows = 8}, 1, 9) == Approx(dense_time * 16));
    // [tiles]
    CHECK(computing({.tile_columns = 16, .tile_softening = 0.5}, 0) == Approx(convolution_time * 1.3));
    CHECK(computing({.tile_columns = 16, .tile_softening = 0}, 0) == Approx(convolution_time));

    graph depthwise_net("depthwise");
    depthwise_net.add(convolution_2d{.kernel = {3, 3}, .padding = same, .groups = depthwise},
                      {depthwise_net.input({1, 24, 8, 8})});
    const execution_parameters p{.tile_columns = 16};
    CHECK(explain(analyze(depthwise_net), board(), {.execution = execution_kind::layers, .parameters = p})
              .kernels[0]
              .compute_time == Approx(2e-9 * 24 * 64 * 9 * 32 / 24));
}

TEST_CASE("a pipeline has an initiation interval, and a latency that does not grow with the stream") {
    const workload net = analyze(two_layers());
    platform device = board();
    deployment how{.execution = execution_kind::dataflow};
    const double interval = convolution_time + dense_time;  // two balanced stages
    const double loading = convolution_moving + dense_moving;
    const estimate one = predict(net, device, how);
    CHECK(one.initiation_interval == Approx(interval));
    CHECK(one.call_time == Approx(loading));  // longer than 2 stages
    how.batch = 1000;
    const estimate many = predict(net, device, how);
    CHECK(many.call_time == Approx(2 * interval + 999 * interval));
    CHECK(many.latency().value() == Approx(one.latency().value()));
    CHECK(many.throughput().value() == Approx(1000 / (1001 * interval)));
    CHECK(many.assumes(assumption::ideal_folding));
    how.parameters.pipeline_fill = 0.25;
    CHECK(predict(net, device, how).call_time == Approx(1.25 * interval + 999 * interval));
    how.parameters.input_overhead = 1;
    CHECK(predict(net, device, how).initiation_interval == Approx(1));
}

TEST_CASE("by capacity, a pipeline reads weights that are off chip again for each input") {
    const workload net = analyze(two_layers());
    const platform device("small", {{.peaks = {{.numbers = int8, .dense = 1_gop_per_s}},
                                     .memories = {{.name = "off-chip", .bandwidth = 10_mb_per_s},
                                                  {.name = "on-chip", .capacity = 1_kib, .on_chip = true}}}});
    const estimate streamed = predict(
        net, device, {.batch = 10, .placement = placement_kind::capacity, .execution = execution_kind::dataflow});
    CHECK(streamed.traffic == 10 * 64000);
    CHECK(streamed.initiation_interval == Approx(dense_moving));
    CHECK(streamed.bound() == bound_kind::memory);
}

TEST_CASE("layer-by-layer latency grows with the batch, and so does throughput while weights bound it") {
    const workload net = analyze(two_layers());
    const auto at = [&](std::int64_t batch) {
        return predict(net, board(), {.batch = batch, .execution = execution_kind::layers});
    };
    CHECK(at(100).latency() > at(10).latency());
    CHECK(at(10).throughput() > at(1).throughput());
    CHECK(at(1000000).throughput().value() == Approx(1 / (convolution_time + dense_time)).epsilon(1e-3));
}

TEST_CASE("calls in flight hide the host and fill the cores") {
    const workload net = analyze(two_layers());
    const platform device(
        "cores",
        {{.peaks = {{.numbers = int8, .dense = 1_gop_per_s}}, .memories = {{.name = "off-chip"}}, .power = 1_w}});
    const double alone = convolution_time + dense_time;
    deployment how{.execution = execution_kind::layers};
    how.parameters.call_overhead = alone;
    const auto with = [&](std::int64_t threads, std::int64_t cores) {
        how.threads = threads;
        how.parameters.cores = cores;
        return predict(net, device, how);
    };
    CHECK(with(1, 1).throughput().value() == Approx(1 / (2 * alone)));
    CHECK(with(2, 1).throughput().value() == Approx(1 / alone));
    CHECK(with(8, 1).throughput().value() == Approx(1 / alone));
    CHECK(with(8, 1).latency().value() == Approx(8 * alone));
    CHECK(with(1, 4).latency().value() == Approx(5 * alone));  // one call computes on one core
    CHECK(with(5, 4).throughput().value() == Approx(1 / alone));
    CHECK(with(5, 4).energy().value() == Approx(alone));
    how.execution = execution_kind::network;
    CHECK(with(1, 4).latency().value() == Approx(5 * alone));
    CHECK(with(1, 1).assumes(assumption::bandwidth_unknown));
}

TEST_CASE("layers keep a precision of their own") {
    graph net = two_layers();
    for (auto& one : net.nodes())
        if (one.name == "dense") {
            one.has_precision = true;
            one.numbers = int4;
        }
    const workload mixed = analyze(net);
    const estimate whole = predict(mixed, board(), {});
    CHECK(whole.weight_bytes == 270 + 32000);
    CHECK(whole.call_time == Approx(270e-7 + 32000e-7));
    CHECK(whole.peak().value() == Approx((34560 + 128000) / (convolution_time + dense_time / 4)));
    const breakdown all = explain(mixed, board(), {.execution = execution_kind::layers});
    CHECK(all.kernels[1].compute_time == Approx(dense_time / 4));
    CHECK(all.kernels[1].memory_time == Approx(dense_moving / 2));
}

TEST_CASE("a sparsity pattern runs at the sparse peak, up to what it leaves out") {
    graph net = two_layers();
    const auto computing = [&](sparsity pattern, bool sparse) {
        for (auto& one : net.nodes()) one.sparsity = one.name == "dense" ? pattern : sparsity{};
        return explain(analyze(net), board(), {.execution = execution_kind::layers, .sparse = sparse})
            .kernels[1]
            .compute_time;
    };
    CHECK(computing({.density = 0.5, .kept = 2, .of = 4}, true) == Approx(dense_time / 2));
    CHECK(computing({.density = 0.5, .kept = 2, .of = 4}, false) == Approx(dense_time));
    CHECK(computing({.density = 0.25, .kept = 1, .of = 4}, true) == Approx(dense_time / 2));
    CHECK(computing({.density = 0.8, .kept = 4, .of = 5}, true) == Approx(dense_time * 0.8));
    CHECK(computing({.density = 0.1}, true) == Approx(dense_time));
    // half of the weights at 8 bits, each with its index among four
    net.nodes()[3].sparsity = {.density = 0.5, .kept = 2, .of = 4};
    CHECK(explain(analyze(net), board(), {.sparse = true}).kernels[1].traffic == Approx(64000 * 0.5 * 1.25));
}

TEST_CASE("parameters out of range are refused") {
    const workload net = analyze(two_layers());
    const auto refused = [&](deployment how) { CHECK_THROWS_AS(predict(net, board(), how), invalid_argument); };
    const double nan = std::numeric_limits<double>::quiet_NaN();
    refused({.batch = 0});
    refused({.threads = 0});
    refused({.parameters = {.call_overhead = -1}});
    refused({.parameters = {.layer_overhead = nan}});
    refused({.parameters = {.compute_efficiency = 0}});
    refused({.parameters = {.memory_efficiency = 1.5}});
    refused({.parameters = {.compute_efficiency = nan}});
    refused({.parameters = {.tile_columns = 0}});
    refused({.parameters = {.tile_softening = 2}});
    refused({.parameters = {.pipeline_fill = nan}});
    refused({.parameters = {.cores = 0}});
    graph empty("empty");
    empty.input({1, 4});
    CHECK_THROWS_AS(predict(analyze(empty), board(), {.execution = execution_kind::layers}), invalid_argument);
}

TEST_CASE("counts past 64 bits and annotations that lead nowhere are caught") {
    const workload net = analyze(two_layers());
    deployment how{.batch = std::numeric_limits<std::int64_t>::max(), .execution = execution_kind::layers};
    CHECK(predict(net, board(), {.batch = how.batch}).call_time > 0);
    CHECK_THROWS_AS(predict(net, board(), how), overflow_error);
    graph circular = two_layers();
    circular.nodes()[1].shares_weights_with = 3;
    circular.nodes()[3].shares_weights_with = 1;
    circular.nodes()[1].fused_into = 3;
    circular.nodes()[3].fused_into = 3;
    CHECK(predict(analyze(circular), board(), {.execution = execution_kind::layers}).call_time > 0);
}

TEST_CASE("what an override puts off chip, or what does not fit, a pipeline moves again for each input") {
    const workload net = analyze(two_layers());  // 640 elements between the layers
    const std::vector wishes{
        placement_override{.layer = "convolution", .role = tensor_role::activations, .on_chip = false}};
    const deployment how{.batch = 10, .execution = execution_kind::dataflow, .overrides = wishes};
    const estimate spilled = predict(net, board(), how);
    CHECK(spilled.traffic == 64270 + 10 * (640 + 640));
    CHECK(spilled.initiation_interval == Approx(convolution_time + dense_time));
    CHECK(spilled.assumes(assumption::activations_spill));

    graph decoder("decoder");
    const tensor query = decoder.input({1, 1, 8}, "query");
    const tensor key = decoder.input({1, 1, 8}, "key");
    const tensor value = decoder.input({1, 1, 8}, "value");
    decoder.add(attention{.heads = 2, .cached = 100}, {query, key, value}, "attention");
    const platform small("small", {{.peaks = {{.numbers = int8, .dense = 1_gop_per_s}},
                                    .memories = {{.name = "off-chip", .bandwidth = 10_mb_per_s},
                                                 {.name = "on-chip", .capacity = 1_kib, .on_chip = true}}}});
    const estimate cached =
        predict(analyze(decoder), small,
                {.batch = 10, .placement = placement_kind::capacity, .execution = execution_kind::dataflow});
    CHECK(cached.traffic == 10 * 1600);  // keys and values of 100 positions
}
