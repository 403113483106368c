// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/json/graph.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo/registry.hpp>

#include "catch.hpp"

using namespace qutibench;

namespace {

std::string refusal(const std::string& layers) {
    try {
        static_cast<void>(parse_graph(R"({"id": "g", "layers": [)" + layers + "]}", "g.json"));
    } catch (const parse_error& wrong) {
        return wrong.what();
    }
    return "";
}

const std::string picture = R"({"type": "input", "name": "image", "extents": [1, 3, 32, 32]}, )";

/// A layer of a user's own.
struct doubling {
    static constexpr std::string_view type = "doubling";
    static constexpr layer_kind kind = layer_kind::elementwise;
    std::int64_t times = 1;
    [[nodiscard]] shape output_shape(shapes in) const { return in[0]; }
    [[nodiscard]] layer_cost cost(shapes) const { return {}; }
    template <class F>
    void describe(F&& field) const {
        field("times", times);
    }
};

}  // namespace

TEST_CASE("every network of the zoo reads back as it was written") {
    for (const zoo::entry& one : zoo::entries()) {
        CAPTURE(one.name);
        const graph net = one.build(1.0);
        const graph again = parse_graph(to_json(net));
        CHECK(again.name() == net.name());
        REQUIRE(again.nodes().size() == net.nodes().size());
        for (std::size_t i = 0; i < net.nodes().size(); ++i) {
            CHECK(again.nodes()[i].name == net.nodes()[i].name);
            CHECK(again.nodes()[i].layer.type() == net.nodes()[i].layer.type());
            CHECK(again.nodes()[i].inputs == net.nodes()[i].inputs);
            CHECK(again.nodes()[i].outputs == net.nodes()[i].outputs);
            CHECK(again.nodes()[i].cost == net.nodes()[i].cost);
        }
        CHECK(again.outputs() == net.outputs());
    }
}

TEST_CASE("every layer type and every annotation survives the way through a file") {
    graph net("all");
    const tensor in = net.input({1, 8, 16, 16}, "image");
    tensor at = net.add(
        convolution_2d{.out_channels = 8, .kernel = {3, 3}, .stride = {2, 1}, .padding = same_lower, .bias = true},
        {in});
    at = net.add(
        transposed_convolution_2d{
            .out_channels = 4, .kernel = {2, 2}, .padding = padding<2>::explicit_sides({0, 1}, {1, 0})},
        {at});
    at = net.add(pooling_2d{.kernel = {2, 2}, .stride = {2, 2}, .function = pooling_function::average, .ceil = true},
                 {at});
    at = net.add(batch_normalization{}, {at});
    at = net.add(layer_normalization{.axes = 2}, {at});
    at = net.add(group_normalization{.groups = 2}, {at});
    at = net.add(activation{.function = activation_function::hard_swish}, {at});
    at = net.add(elementwise{.function = elementwise_function::multiply}, {at, at});
    at = net.add(split{.axis = 1, .parts = 2}, {at}, "halves");
    at = net.add(concatenation{.axis = 1}, {{at.node, 1}, at});
    at = net.add(resize{.size = {8, 8}, .function = resize_function::cubic}, {at});
    at = net.add(pad{.axis = 2, .before = 1}, {at});
    at = net.add(slice{.axis = 2, .begin = 1, .end = -1}, {at});
    at = net.add(transpose{0, 2, 3, 1}, {at});
    at = net.add(reshape{0, 0, -1}, {at});
    at = net.add(softmax{.axis = 2}, {at});
    const tensor sequence = net.add(recurrent{.cell = recurrent_cell::gru, .hidden = 8, .directions = 2}, {at});
    at = net.add(attention{.heads = 2, .cached = 3}, {sequence, sequence, sequence});
    at = net.add(matrix_multiplication{.transpose_right = true}, {at, at});
    at = net.add(flatten{}, {at});
    const tensor first = net.add(dense{.out_features = 10, .bias = true}, {at}, "one:two");
    const tensor table = net.add(embedding{.rows = 5, .width = 4}, {first});
    net.add(global_pooling{.function = pooling_function::maximum}, {table});
    net.add(parameter{{3, 4}}, {});
    net.add(operator_layer{.name = "Mystery",
                           .does = layer_kind::movement,
                           .output_shapes = {{1, 2}, {3}},
                           .costs = {.macs = 7},
                           .is_counted = false},
            {in});
    net.add(dense{.out_features = 10, .bias = true}, {at}, "later");
    net.share_weights(first, net.find("later"));
    net.nodes()[1].has_precision = true;
    net.nodes()[1].numbers = {int4, fp16};
    net.nodes()[2].sparsity = {.density = 0.5, .kept = 2, .of = 4};
    net.nodes()[4].fused_into = 1;
    net.output(first);
    net.note("made by hand");

    const std::string text = to_json(net);
    const graph again = parse_graph(text);
    CHECK(to_json(again) == text);
    CHECK(again.log() == net.log());
    CHECK(again.outputs() == net.outputs());
    REQUIRE(again.nodes().size() == net.nodes().size());
    for (std::size_t i = 0; i < net.nodes().size(); ++i) {
        const node& a = net.nodes()[i];
        const node& b = again.nodes()[i];
        CAPTURE(a.name);
        CHECK(a.layer.type() == b.layer.type());
        CHECK(a.inputs == b.inputs);
        CHECK(a.outputs == b.outputs);
        CHECK(a.cost == b.cost);
        CHECK(a.has_precision == b.has_precision);
        CHECK(a.numbers == b.numbers);
        CHECK(a.sparsity == b.sparsity);
        CHECK(a.shares_weights_with == b.shares_weights_with);
        CHECK(a.fused_into == b.fused_into);
    }
}

TEST_CASE("the input that is the layer before, and settings at their default, may be left out") {
    const graph net = parse_graph(R"({"id": "short", "layers": [{"type": "input", "extents": [1, 3, 8, 8]},
        {"type": "convolution_2d", "out_channels": 4, "kernel": [3, 3], "padding": [1, 1]}, {"type": "flatten"},
        {"type": "dense", "out_features": 10}]})");
    CHECK(analyze(net).operation_count == 2 * 9 * 3 * 4 * 64 + 2 * 4 * 64 * 10);
}

TEST_CASE("layers of one's own are read and written when they are listed") {
    graph net("own");
    net.add(doubling{.times = 3}, {net.input({1, 2})}, "mine");
    CHECK_THROWS_AS(to_json(net), unsupported_operator);
    const graph again = parse_graph<doubling>(to_json<doubling>(net));
    CHECK(again.nodes()[1].layer.as<doubling>()->times == 3);
}

TEST_CASE("one group for each channel, however many there are") {
    const auto macs = [](const std::string& groups) {
        const graph net = parse_graph(R"({"id": "g", "layers": [)" + picture +
                                          R"({"type": "convolution_2d", "kernel": [3, 3], "groups": )" + groups + "}]}",
                                      "g.json");
        return analyze(net).mac_count;
    };
    CHECK(macs("\"depthwise\"") == 3 * 30 * 30 * 9);
    CHECK(macs("0") == macs("\"depthwise\""));
    CHECK(refusal(picture + R"({"type": "convolution_2d", "kernel": [3, 3], "groups": "deep"})") ==
          "g.json, /layers/1/groups: must be a whole number or \"depthwise\"");
}

TEST_CASE("mistakes in a graph are refused with the pointer of the layer") {
    CHECK(refusal("") == "g.json, /layers: must hold at least one layer");
    CHECK(refusal(R"({"type": "dense", "out_features": 1})").find("g.json, /layers/0: the first layer must be") == 0);
    CHECK(refusal(picture + R"({"type": "convolution2d"})") ==
          "g.json, /layers/1/type: there is no layer type 'convolution2d'; did you mean 'convolution_2d'?");
    CHECK(refusal(picture + R"({"type": "convolution_2d", "out_chanels": 4})") ==
          "g.json, /layers/1/out_chanels: there is no such key; did you mean 'out_channels'?");
    CHECK(refusal(picture + R"({"type": "convolution_2d", "out_channels": 4, "kernel": [3]})") ==
          "g.json, /layers/1/kernel: must hold 2 numbers, not 1");
    CHECK(refusal(picture + R"({"type": "convolution_2d", "name": "wide", "out_channels": 4, "kernel": [99, 99]})")
              .find("g.json, /layers/1: layer 'wide'") == 0);
    CHECK(refusal(picture + R"({"type": "dense", "out_features": 2.5})") ==
          "g.json, /layers/1/out_features: must be a whole number of at most 64 bits, not 2.5");
    CHECK(refusal(picture + R"({"type": "dense", "out_features": 1e30})")
              .find("must be a whole number of at most 64 bits") != std::string::npos);
    CHECK(
        refusal(picture + R"({"type": "dense", "out_features": 18446744073709551615})").find("does not fit 64 bits") !=
        std::string::npos);
    CHECK(refusal(picture + R"({"type": "flatten", "inputs": ["imag"]})") ==
          "g.json, /layers/1/inputs/0: there is no earlier layer 'imag'; did you mean 'image'?");
    CHECK(refusal(picture + R"({"type": "flatten", "inputs": ["image:1"]})").find("no port 1") != std::string::npos);
    CHECK(refusal(picture + R"({"type": "flatten", "inputs": [7]})").find("no earlier layer of this index") !=
          std::string::npos);
    CHECK(refusal(picture + R"({"type": "activation", "function": "rellu"})") ==
          "g.json, /layers/1/function: there is no 'rellu' here; did you mean 'relu'?");
    CHECK(refusal(R"({"type": "input", "extents": [1, 0]})") ==
          "g.json, /layers/0/extents/1: a tensor dimension must be at least 1, not 0");
    CHECK(refusal(picture +
                  R"({"type": "dense", "out_features": 9223372036854775807},
 {"type": "dense", "out_features": 9223372036854775807})")
              .find("64 bits") != std::string::npos);
    CHECK(refusal(picture + R"({"type": "flatten", "datatype": "int9x"})")
              .find("g.json, /layers/1/datatype: unknown datatype") == 0);
}
