// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/network/analyze.hpp>
#include <qutibench/network/layers.hpp>
#include <qutibench/network/operator_layer.hpp>
#include <qutibench/network/static_graph.hpp>
#include <qutibench/network/training.hpp>
#include <qutibench/network/zoo.hpp>

using namespace qutibench;

namespace {

/// Two branches, a residual addition and a classifier.
graph branched() {
    graph net("branched");
    const tensor in = net.input({1, 8, 16, 16});
    const tensor left = net.add(convolution_2d{.out_channels = 8, .kernel = {3, 3}, .padding = {1, 1}}, {in}, "left");
    const tensor sum = net.add(elementwise{}, {left, in}, "sum");
    const tensor flat = net.add(flatten{}, {sum}, "flat");
    net.add(dense{.out_features = 10}, {flat}, "classifier");
    return net;
}

/// A recipe that marks its result twice.
struct twice {
    using is_recipe = void;
    [[nodiscard]] constexpr std::string_view name() const { return "twice"; }
    template <class Net>
    constexpr void build(Net& net) const {
        const auto made = net.add(dense{.out_features = 10}, {net.input({1, 4})});
        net.output(made);
        net.output(made);
    }
};

}  // namespace

TEST_CASE("a wrong edge names the layer, the network and the shapes") {
    graph net("mine");
    const tensor in = net.input({1, 3, 32, 32});
    CHECK_THROWS_WITH(
        net.add(pooling_2d{.kernel = {64, 64}}, {in}, "too_wide"),
        "layer 'too_wide' of 'mine': pooling_2d: a window of 64 does not fit an input of 32 padded to 32");
    CHECK_THROWS_WITH(net.add(dense{.out_features = 1}, {tensor{7, 0}}), "'mine' has no tensor 7:0");
    CHECK_THROWS_AS(net.add(dense{.out_features = 1}, {tensor{0, 3}}), invalid_argument);
    CHECK(net.nodes().size() == 1);  // nothing half-added
}

TEST_CASE("layers are found by name") {
    const graph net = branched();
    CHECK(net.find("sum") == tensor{2, 0});
    CHECK_THROWS_WITH(net.find("clasifier"), "unknown layer 'clasifier'; did you mean 'classifier'?");
    CHECK(net.outputs() == std::vector<tensor>{{4, 0}});
    CHECK(net.inputs() == std::vector<tensor>{{0, 0}});
}

TEST_CASE("graphs copy with everything in them") {
    const graph net = branched();
    graph copy = net;
    copy.add(activation{}, {copy.find("classifier")}, "extra");
    CHECK(net.nodes().size() == 5);
    CHECK(copy.nodes().size() == 6);
    CHECK(copy.nodes()[1].layer.as<convolution_2d>()->out_channels == 8);
    CHECK(copy.nodes()[1].layer.as<dense>() == nullptr);
}

TEST_CASE("biases and scales are parameters, not weights") {
    graph net("biased");
    tensor at = net.input({1, 3, 8, 8});
    at = net.add(convolution_2d{.out_channels = 4, .bias = true}, {at});
    net.add(batch_normalization{}, {at});
    const workload work = analyze(net);
    CHECK(work.weights().value() == 3 * 4);
    CHECK(work.parameters().value() == 3 * 4 + 4 + 2 * 4);
}

TEST_CASE("a workload sums its layers") {
    const workload work = analyze(branched());
    CHECK(work.macs().value() == 8 * 8 * 9 * 256 + 2048 * 10);
    CHECK(work.operations().value() == 2 * work.macs().value());
    CHECK(work.weights().value() == 8 * 8 * 9 + 2048 * 10);
    // input, convolution and sum of 2048 elements each, and the result; the flattened tensor is a view
    CHECK(work.activations().value() == 3 * 2048 + 10);
    // while the convolution runs, the input (read again by the sum) and its output are alive; then the sum as well
    CHECK(work.peak_live_activations().value() == 3 * 2048);
    CHECK(work.layers().size() == 5);
    CHECK(work.output_shapes(work.layers()[4])[0] == shape{1, 10});
    CHECK(work.input_shapes(work.layers()[2]).size() == 2);
}

TEST_CASE("a tensor dies after its last reader") {
    graph net("chain");
    tensor at = net.input({1, 100});
    at = net.add(dense{.out_features = 10}, {at});
    at = net.add(dense{.out_features = 100}, {at});
    net.add(dense{.out_features = 1}, {at});
    CHECK(analyze(net).peak_live_activations().value() == 110);
}

TEST_CASE("a result that is marked twice is one result, as at compile time") {
    const workload work = analyze(graph(twice{}));
    CHECK(work.output_count == 10);
    CHECK(static_cast<const workload_totals&>(work) == static_cast<const workload_totals&>(analyze(twice{})));
}

TEST_CASE("shared weights are counted once and executed each time") {
    graph net("tied");
    const tensor in = net.input({1, 64});
    const tensor first = net.add(dense{.out_features = 64}, {in}, "first");
    const tensor second = net.add(dense{.out_features = 64}, {first}, "second");
    net.share_weights(first, second);
    const workload work = analyze(net);
    CHECK(work.weights().value() == 64 * 64);
    CHECK(work.macs().value() == 2 * 64 * 64);
    // with itself, or with one that shares in turn, nobody's weights would be counted
    CHECK_THROWS_WITH(net.share_weights(first, first), Catch::Contains("a layer before it"));
    CHECK_THROWS_AS(net.share_weights(second, first), invalid_argument);
    CHECK(analyze(net).weights().value() == 64 * 64);
}

TEST_CASE("an operator without a cost model is listed, and an error where asked") {
    graph net("odd");
    const tensor in = net.input({1, 4});
    net.add(operator_layer{.name = "FancyOp", .output_shapes = {{1, 4}}, .is_counted = false}, {in}, "odd_one");
    CHECK(analyze(net).uncounted() == std::vector<std::string>{"odd_one (FancyOp)"});
    CHECK_THROWS_AS(analyze(net, counting::qutibench, true), unsupported_operator);
}

TEST_CASE("an operator of which no output is known is no result") {
    graph net("odd");
    const tensor in = net.input({1, 4});
    net.add(operator_layer{.name = "NonZero", .is_counted = false}, {in}, "odd_one");
    CHECK(net.outputs().empty());
    CHECK(analyze(net).uncounted() == std::vector<std::string>{"odd_one (NonZero)"});
}

TEST_CASE("counting conventions differ as their authors say") {
    const graph net = zoo::resnet50_v1_5();
    const workload ours = analyze(net);
    CHECK(analyze(net, counting::macs_only).operations().value() == ours.macs().value());
    // fvcore: one per MAC, two per element of each batch normalisation, one per input of the global pooling
    std::int64_t expected = ours.macs().value();
    for (const layer_workload& one : ours.layers())
        if (one.type == "batch_normalization") expected += 2 * one.output_count;
    expected += 2048 * 49;
    CHECK(analyze(net, counting::fvcore).operations().value() == expected);
    CHECK_THROWS_AS(parse_name<counting>("fvcor"), unknown_name);
}

TEST_CASE("counts past 64 bits are refused with the layer's name") {
    graph net("huge");
    const tensor in = net.input({1, 1L << 40});
    CHECK_THROWS_WITH(net.add(dense{.out_features = 1L << 40}, {in}, "wide"),
                      Catch::Contains("layer 'wide' of 'huge'"));
}

TEST_CASE("training costs three times inference and an update per weight") {
    const graph net = branched();
    const workload work = analyze(net);
    // [training]
    const training_workload cost = training(work, 10, 2);
    CHECK(cost.operations().value() == 20 * (3 * work.operations().value() + work.parameters().value()));
    CHECK(cost.weights().value() == 3 * work.parameters().value());
    CHECK(cost.activations().value() == 2 * work.activations().value());
    // [training]
    // T section 2.2.6: ResNet-50, 1.2 million images, 100 epochs need about 10^18 operations.
    const double resnet =
        1e9 * static_cast<double>(training(analyze(graph(zoo::resnet50())), 1'200'000, 100).operations().value() /
                                  1'000'000'000);
    CHECK(resnet == Approx(2.8e18).epsilon(0.05));
    CHECK_THROWS_AS(training(work, 0, 1), invalid_argument);
}

TEST_CASE("a static graph counts as the run-time graph does") {
    constexpr static_graph net{image<32, 32, 3>, convolution_2d{.out_channels = 64, .kernel = {3, 3}},
                               activation{},     pooling_2d{.kernel = {2, 2}, .stride = {2, 2}},
                               flatten{},        dense{.out_features = 10}};
    static_assert(analyze(net).operations() == quantity_of<operations>(2 * (27 * 64 * 900 + 64 * 225 * 10)));
    const workload work = analyze(graph(net));
    CHECK(work.operations() == analyze(net).operations());
    CHECK(static_cast<const workload_totals&>(work) == static_cast<const workload_totals&>(analyze(net)));
    CHECK(analyze(net).layers().size() == work.layers().size());
}

TEST_CASE("a step of training holds weights, gradients, the optimiser's state and activations") {
    const workload work = analyze(graph(zoo::resnet50()));
    const double parameters = static_cast<double>(work.parameter_count);
    const auto held = [&](const precision& numbers, std::int64_t batch, const training_setup& how) {
        return memory_of_training(work, numbers, batch, how);
    };
    // [training_memory]
    const training_memory sgd = memory_of_training(work, fp32, 32, {.optimizer = optimizer_kind::sgd});
    CHECK(sgd.weights == 4 * parameters);
    CHECK(sgd.gradients == 4 * parameters);
    CHECK(sgd.optimizer == 0);
    const double kept = static_cast<double>(work.activation_count);
    const double alive = static_cast<double>(work.peak_live_activations().value());
    CHECK(sgd.activations == 4 * 32 * (kept + alive));
    // [training_memory]
    // ZeRO, section 3.1: 2 + 2 + 12 bytes a parameter for Adam with 16 bits
    const training_memory adam = held(fp16, 1, {.optimizer = optimizer_kind::adam});
    CHECK(adam.weights + adam.gradients + adam.optimizer == 16 * parameters);
    CHECK(held(fp32, 1, {}).optimizer == 4 * parameters);
    const double layers = static_cast<double>(work.layers().size());
    CHECK(held(fp32, 1, {.recomputes = true}).activations == Approx(4 * (kept * 2 / std::sqrt(layers) + alive)));
    CHECK_THROWS_AS(held(fp32, 0, {}), invalid_argument);
}
