// SPDX-License-Identifier: BSD-3-Clause
#include "chain.hpp"

#include <qutibench/io/json/platform.hpp>
#include <qutibench/network/zoo/resnet.hpp>
#include <qutibench/qutibench.hpp>

#include <array>

#include "catch.hpp"

using namespace qutibench;
using testing::chain;
using namespace qutibench::literals;

namespace {

platform with_memory(double on_chip_bytes) {
    return {"board",
            {{.peaks = {{.numbers = int8, .dense = 1_gop_per_s}},
              .memories = {{.name = "off-chip", .capacity = 1_gib, .bandwidth = 1_gb_per_s},
                           {.name = "on-chip", .capacity = quantity_of<bytes>(on_chip_bytes), .on_chip = true}}}}};
}

const placed_tensor& find(const placement& where, int layer, tensor_role role) {
    for (const placed_tensor& one : where.tensors)
        if (one.layer == layer && one.role == role) return one;
    throw invalid_argument("no such tensor");
}

}  // namespace

TEST_CASE("tensors are on chip when they and those before them fit") {
    const workload net = analyze(chain());
    const deployment how{.placement = placement_kind::capacity};
    // [need]
    // live at once: image and first's output, then that and second's output
    REQUIRE(find(place(net, with_memory(1000), how), 0, tensor_role::activations).size == 128);
    for (const auto& [capacity, activations, weights] : {std::array{1000, 3, 2},
                                                         {384, 3, 2},
                                                         {383, 3, 1},
                                                         {320, 3, 1},
                                                         {319, 3, 0},
                                                         {256, 3, 0},
                                                         {255, 2, 0},
                                                         {128, 2, 0},
                                                         {127, 0, 0}}) {
        INFO(capacity);
        int held[3] = {};
        for (const placed_tensor& one : place(net, with_memory(capacity), how).tensors)
            if (one.on_chip) ++held[static_cast<int>(one.role)];
        CHECK(held[static_cast<int>(tensor_role::activations)] == activations);
        CHECK(held[static_cast<int>(tensor_role::weights)] == weights);
    }
    // [need]
}

TEST_CASE("what is off chip is written by its producer and read by each kernel that needs it") {
    const workload net = analyze(chain());
    const auto traffic = [&](double capacity) {
        return predict(net, with_memory(capacity), {.placement = placement_kind::capacity}).traffic;
    };
    CHECK(traffic(1e6) == 0);
    CHECK(traffic(383) == 64);                   // second's weights
    CHECK(traffic(256) == 128);                  // both
    CHECK(traffic(1) == 128 + 128 + 256 + 128);  // weights, image read, relu's output written and read, result written
    const workload batch_free = analyze(chain());
    CHECK(predict(batch_free, with_memory(1), {.batch = 4, .placement = placement_kind::capacity}).traffic ==
          128 + 4 * 512);
}

TEST_CASE("a normalisation or activation runs in its producer's kernel, unless others read that tensor") {
    graph net = chain();
    const breakdown fused = explain(analyze(net), with_memory(1e6));
    CHECK(fused.kernels.empty() == false);
    CHECK(explain(analyze(net), with_memory(1e6), {.execution = execution_kind::layers}).kernels.size() == 2);
    net.add(elementwise{}, {net.find("first"), net.find("second")}, "sum");
    // first is read by relu and sum, so relu has a kernel of its own; sum runs in second's
    CHECK(explain(analyze(net), with_memory(1e6), {.execution = execution_kind::layers}).kernels.size() == 3);
}

TEST_CASE("a layer of two operands runs in the kernel of the one that is ready last") {
    graph net("branches");
    const tensor image = net.input({1, 8, 4, 4});
    const tensor early = net.add(convolution_2d{.out_channels = 8}, {image}, "early");
    const tensor late = net.add(convolution_2d{.out_channels = 8}, {image}, "late");
    const tensor active = net.add(activation{}, {early}, "active");  // in early's kernel, which runs before late's
    net.add(elementwise{}, {active, late}, "sum");
    const breakdown all = explain(analyze(net), with_memory(1),
                                  {.placement = placement_kind::capacity, .execution = execution_kind::layers});
    REQUIRE(all.kernels.size() == 2);
    CHECK(all.kernels[0].traffic == 64 + 128 + 128);        // weights and image read, active written
    CHECK(all.kernels[1].traffic == 64 + 128 + 128 + 128);  // weights, image and active read, sum written
}

TEST_CASE("a placement can be overridden layer by layer") {
    const workload net = analyze(chain());
    const platform device = with_memory(320);
    const std::vector wishes{placement_override{.layer = "second", .role = tensor_role::weights, .on_chip = true},
                             placement_override{.layer = "image", .role = tensor_role::activations, .on_chip = false}};
    const deployment how{.placement = placement_kind::capacity, .overrides = wishes};
    const placement where = place(net, device, how);
    CHECK(where.feasible);
    CHECK(find(where, 3, tensor_role::weights).forced);
    CHECK(find(where, 3, tensor_role::weights).on_chip);
    CHECK_FALSE(find(where, 0, tensor_role::activations).on_chip);
    CHECK_FALSE(find(where, 1, tensor_role::weights).on_chip);
    CHECK(predict(net, device, how).traffic == 128 + 64);
    // what is forced on chip takes room from activations
    CHECK(find(where, 3, tensor_role::activations).needed == 64 + 128);
    CHECK(find(where, 2, tensor_role::activations).needed == 64 + 128 + 128);

    const std::vector published{placement_override{.layer = "first"}};
    CHECK(predict(net, device, {.overrides = published}).traffic == 64);

    const std::vector too_much{placement_override{.layer = "image", .role = tensor_role::activations}};
    CHECK_FALSE(
        predict(net, with_memory(100), {.placement = placement_kind::capacity, .overrides = too_much}).may_win());

    const std::vector misspelt{placement_override{.layer = "secnd"}};
    try {
        static_cast<void>(predict(net, device, {.overrides = misspelt}));
        FAIL("accepted an unknown layer");
    } catch (const unknown_name& wrong) {
        CHECK(wrong.nearest() == "second");
    }
}

TEST_CASE("double buffering halves the capacity") {
    const workload net = analyze(chain());
    const auto placed = [&](double capacity, bool doubled) {
        return predict(net, with_memory(capacity), {.placement = placement_kind::capacity, .double_buffered = doubled})
            .traffic;
    };
    for (const double capacity : {1.0, 256.0, 320.0, 384.0})
        CHECK(placed(2 * capacity, true) == placed(capacity, false));
}

TEST_CASE("shared weights are held once and read each time they are off chip") {
    graph net("shared");
    tensor at = net.input({1, 16});
    const tensor first = at = net.add(dense{.out_features = 16}, {at});
    net.share_weights(first, net.add(dense{.out_features = 16}, {at}));
    const workload counted = analyze(net);
    CHECK(predict(counted, with_memory(1), {}).traffic == 256);
    CHECK(predict(counted, with_memory(256 + 48), {.placement = placement_kind::capacity}).traffic == 0);
    CHECK(predict(counted, with_memory(256), {.placement = placement_kind::capacity}).traffic == 2 * 256);
}

TEST_CASE("of an embedding that is off chip only the rows that are looked up are read") {
    graph net("table");
    net.add(embedding{.rows = 1000, .width = 8}, {net.input({1, 4})});
    const workload counted = analyze(net);
    const platform device = with_memory(100);
    const auto traffic = [&](std::int64_t batch) {
        return explain(counted, device,
                       {.batch = batch, .placement = placement_kind::capacity, .execution = execution_kind::layers})
            .total.traffic;
    };
    CHECK(traffic(1) == 32);
    CHECK(traffic(2) == 64);
    CHECK(predict(counted, device, {}).traffic == 8000);
}

TEST_CASE("a workload without layers has one tensor") {
    const workload totals("totals", quantity_of<operations>(1000), quantity_of<elements>(500));
    const deployment how{.placement = placement_kind::capacity};
    CHECK(predict(totals, with_memory(500), how).traffic == 0);
    CHECK(predict(totals, with_memory(500), how).assumes(assumption::weights_on_chip));
    CHECK(predict(totals, with_memory(499), how).traffic == 500);
    CHECK(place(totals, with_memory(500), how).tensors.at(0).on_chip);
    CHECK_FALSE(place(totals, with_memory(499), how).tensors.at(0).on_chip);
    const std::vector wishes{placement_override{.layer = "dense"}};
    CHECK_THROWS_AS(predict(totals, with_memory(1), {.overrides = wishes}), unknown_name);
    CHECK_THROWS_AS(place(totals, with_memory(1), {.overrides = wishes}), unknown_name);
}

TEST_CASE("the key/value cache is read when it is off chip") {
    graph net("decoder");
    const tensor query = net.input({1, 1, 8}, "query");
    const tensor key = net.input({1, 1, 8}, "key");
    const tensor value = net.input({1, 1, 8}, "value");
    net.add(attention{.heads = 2, .cached = 100}, {query, key, value}, "attention");
    const workload counted = analyze(net);
    const deployment how{.placement = placement_kind::capacity};
    CHECK(predict(counted, with_memory(1e6), how).traffic == 0);
    CHECK(predict(counted, with_memory(1000), how).traffic == 1600);
    CHECK(predict(counted, with_memory(1000), {}).traffic == 0);
}

TEST_CASE("state goes on chip before weights") {
    graph net("decoder");
    const tensor query = net.input({1, 1, 8}, "query");
    const tensor key = net.input({1, 1, 8}, "key");
    const tensor value = net.input({1, 1, 8}, "value");
    const tensor mixed = net.add(attention{.heads = 2, .cached = 100}, {query, key, value}, "attention");
    net.add(dense{.out_features = 200}, {mixed}, "dense");
    const placement where = place(analyze(net), with_memory(2000), {.placement = placement_kind::capacity});
    CHECK(find(where, 3, tensor_role::state).on_chip);
    CHECK_FALSE(find(where, 4, tensor_role::weights).on_chip);
}

TEST_CASE("what is off chip crosses a host link") {
    operating_mode mode = with_memory(1).mode();
    mode.memories.push_back({.name = "host_link", .bandwidth = 100_mb_per_s});
    const platform device("behind a link", {mode});
    const deployment how{.placement = placement_kind::capacity};
    const workload totals("totals", quantity_of<operations>(1000), quantity_of<elements>(500));
    CHECK(predict(totals, device, how).call_time == Approx(500 / 100e6));
    CHECK(predict(totals, device, {}).call_time == Approx(1000 / 1e9));
    const workload net = analyze(chain());
    CHECK(predict(net, device, how).bandwidth() == 100_mb_per_s);
    CHECK(predict(net, device, {}).bandwidth() == 1_gb_per_s);
}

TEST_CASE("weights that exceed the Edge TPU's memory explain what ResNet-50 was measured at") {
    // level 3 of the thesis: 24.73 and 24.64 inputs/s of ResNet-50 v1.5 in the fast mode, at the compute level
    const platform device = load_platform_file(QUTIBENCH_DATA_DIR "/platforms/edgetpu.json").in_mode("fast");
    const workload net = analyze(graph(zoo::resnet50_v1_5()));
    CHECK(predict(net, device, {}).throughput().value() > 400);
    for (const execution_kind kind : {execution_kind::network, execution_kind::layers}) {
        const estimate placed = predict(net, device, {.placement = placement_kind::capacity, .execution = kind});
        CHECK(placed.throughput().value() == Approx(24.7).epsilon(0.06));
        CHECK(placed.bound() == bound_kind::memory);
    }
}

TEST_CASE("a kernel reads every output of a layer that it needs") {
    graph net("gate");
    const tensor at = net.add(split{}, {net.input({1, 16})}, "halves");  // two outputs of 8 elements
    net.add(elementwise{elementwise_function::multiply}, {at, tensor{at.node, 1}}, "product");
    const estimate spilled = predict(analyze(net), with_memory(1),
                                     {.placement = placement_kind::capacity,
                                      .execution = execution_kind::layers,
                                      .parameters = {.call_overhead = 1}});
    CHECK(spilled.traffic == 16 + 16 + 16 + 8);  // input read, halves written and read, product written
    graph square("square");
    const tensor made = square.add(dense{.out_features = 8}, {square.input({1, 8})});
    square.add(elementwise{elementwise_function::multiply}, {made, made}, "square");
    CHECK(predict(analyze(square), with_memory(1), {.placement = placement_kind::capacity}).traffic ==
          64 + 8 + 8 + 8 + 8);  // weights, input, dense written and read once, square written
}
