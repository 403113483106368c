// SPDX-License-Identifier: BSD-3-Clause
// Which layer each operator of a file becomes, and that shapes and counts stay those of the file.
#include "../../catch.hpp"
#include "build.hpp"

#include <qutibench/io/onnx.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/resize.hpp>

using namespace qutibench;

namespace {

graph load(const build::graph& g) {
    const std::string file = g.model();
    return load_onnx(std::as_bytes(std::span(file.data(), file.size())));
}

std::string types_of(const graph& net) {
    std::string all;
    for (const node& one : net.nodes())
        if (one.layer.kind() != layer_kind::input) all += (all.empty() ? "" : " ") + std::string(one.layer.type());
    return all;
}

/// One operator on x, and the only layer that it becomes.
struct single {
    build::graph g;
    explicit single(const build::names& dims) { g.input("x", dims); }
    graph net(const std::string& op, build::names reads = {"x"}, const build::names& settings = {},
              const build::names& outputs = {"y"}) {
        g.node(op, reads, outputs, settings);
        for (const std::string& one : outputs) g.output(one);
        return load(g);
    }
};

template <class Layer>
const Layer& only(const graph& net, std::size_t at = 1) {
    const Layer* found = net.nodes()[at].layer.as<Layer>();
    REQUIRE(found != nullptr);
    return *found;
}

std::string number(const std::string& name, float value) {
    return build::tensor(name, {}, std::vector<float>{value});
}

/// Queries, keys turned around and values of four heads of 8 over 5 positions, as 1x4x5x8.
build::graph products(const std::string& scores) {
    build::graph g;
    for (const char* one : {"q", "k", "v"}) g.input(one, {"1", "4", "5", "8"});
    g.node("Transpose", {"k"}, {"kt"}, {build::attribute("perm", build::integers{0, 1, 3, 2})});
    g.node("MatMul", {"q", "kt"}, {"s"}).stored(number("root", 2.83F));
    g.node("Div", {"s", "root"}, {"t"});
    if (scores == "m") g.input("mask", {"1", "1", "5", "5"}).node("Add", {"t", "mask"}, {"m"});
    g.node("Softmax", {scores}, {"p"}, {build::attribute("axis", -1)});
    return g.node("MatMul", {"p", "v"}, {"y"}, {}, "", "read").output("y");
}

/// (x - mean) / sqrt(mean((x - mean)^2) + epsilon) * scale + shift over the last of 2x5x8, as exporters write it.
build::graph normalised(const build::integers& axes, const build::integers& vector) {
    build::graph g;
    const build::names along{build::attribute("axes", axes)};
    g.input("x", {"2", "8", "8"}).weight("scale", vector).weight("shift", vector);
    g.stored(number("two", 2)).stored(number("epsilon", 1e-5F));
    g.node("ReduceMean", {"x"}, {"mean"}, along)
        .node("Sub", {"x", "mean"}, {"d"})
        .node("Pow", {"d", "two"}, {"square"});
    g.node("ReduceMean", {"square"}, {"variance"}, along).node("Add", {"variance", "epsilon"}, {"sum"});
    g.node("Sqrt", {"sum"}, {"root"}).node("Div", {"d", "root"}, {"n"}).node("Mul", {"n", "scale"}, {"scaled"});
    return g.node("Add", {"scaled", "shift"}, {"y"}).output("y");
}

}  // namespace

TEST_CASE("attention that is written as products is attention, its mask an input") {
    const graph masked = load(products("m"));
    CHECK(types_of(masked) == "attention");
    const node& read = masked.nodes().back();
    CHECK(read.name == "read");
    CHECK(read.inputs.size() == 4);
    CHECK(read.layer.as<attention>()->heads == 4);
    CHECK(read.outputs[0] == shape{1, 4, 5, 8});
    CHECK(analyze(masked).macs().value() == 2 * 4 * 5 * 5 * 8);
    CHECK(analyze(masked).other_operations().value() == 5 * 4 * 5 * 5);
    CHECK(load(products("t")).nodes().back().inputs.size() == 3);
    CHECK(analyze(with_batch(masked, 3)).macs().value() == 3 * 2 * 4 * 5 * 5 * 8);
    // whoever else reads the scores gets them
    build::graph shown = products("m");
    CHECK(types_of(load(shown.output("p"))).find("attention") == std::string::npos);
}

TEST_CASE("the operator Attention is attention, with its heads apart or not") {
    build::graph apart;
    apart.input("q", {"1", "8", "5", "16"}).input("k", {"1", "2", "7", "16"}).input("v", {"1", "2", "7", "16"});
    apart.node("Attention", {"q", "k", "v"}, {"y"}).output("y");
    const graph net = load(apart);
    CHECK(only<attention>(net, 3).key_heads == 2);
    CHECK(analyze(net).macs().value() == 2 * 8 * 5 * 7 * 16);
    build::graph flat;
    for (const char* one : {"q", "k", "v"}) flat.input(one, {"1", "5", "32"});
    flat.node("Attention", {"q", "k", "v"}, {"y"},
              {build::attribute("q_num_heads", 4), build::attribute("kv_num_heads", 4)});
    CHECK(only<attention>(load(flat.output("y")), 3).heads == 4);
}

TEST_CASE("normalisations that are written as arithmetic are layers") {
    const graph last = load(normalised({2}, {8}));
    CHECK(types_of(last) == "layer_normalization");
    CHECK(analyze(last).parameters().value() == 16);
    CHECK(analyze(last).other_operations().value() == 5 * 2 * 8 * 8);
    CHECK(only<layer_normalization>(load(normalised({-1}, {8}))).axes == 1);
    CHECK(only<layer_normalization>(load(normalised({1}, {8, 1}))).channels_first);
    build::graph root;
    root.input("x", {"2", "5", "8"}).weight("scale", {8}).stored(number("two", 2)).stored(number("epsilon", 1e-5F));
    root.node("Pow", {"x", "two"}, {"square"});
    root.node("ReduceMean", {"square"}, {"variance"}, {build::attribute("axes", build::integers{-1})});
    root.node("Add", {"variance", "epsilon"}, {"sum"}).node("Sqrt", {"sum"}, {"root"});
    root.node("Reciprocal", {"root"}, {"r"}).node("Mul", {"x", "r"}, {"n"}).node("Mul", {"scale", "n"}, {"y"});
    const graph net = load(root.output("y"));
    CHECK(types_of(net) == "layer_normalization");
    CHECK(only<layer_normalization>(net).root_mean_square);
    CHECK(analyze(net).parameters().value() == 8);
}

TEST_CASE("a group normalisation between two reshapes is one layer, its vectors those of the channels") {
    for (const bool by_instances : {true, false}) {
        build::graph g;
        g.input("x", {"1", "8", "6", "6"}).weight("scale", {8, 1, 1}).weight("shift", {8, 1, 1});
        g.constant("parts", by_instances ? build::integers{0, 4, -1} : build::integers{1, 4, 2, 6, 6});
        g.node("Reshape", {"x", "parts"}, {"p"});
        if (by_instances) {
            const auto made_up = [&](const char* name, float value) {
                g.node("Constant", {}, {name}, {build::stored("value", build::tensor("", {4}, std::vector(4, value)))});
            };
            made_up("ones", 1);
            made_up("none", 0);
            g.node("InstanceNormalization", {"p", "ones", "none"}, {"n"});
        } else {
            const build::names along{build::attribute("axes", build::integers{2, 3, 4})};
            g.stored(number("epsilon", 1e-5F)).node("ReduceMean", {"p"}, {"mean"}, along);
            g.node("Sub", {"p", "mean"}, {"d"}).node("Mul", {"d", "d"}, {"square"});
            g.node("ReduceMean", {"square"}, {"variance"}, along).node("Add", {"variance", "epsilon"}, {"sum"});
            g.node("Sqrt", {"sum"}, {"root"}).node("Div", {"d", "root"}, {"n"});
        }
        g.constant("whole", {1, 8, 6, 6}).node("Reshape", {"n", "whole"}, {"r"}).node("Mul", {"r", "scale"}, {"m"});
        build::graph seen = g;
        const graph net = load(g.node("Add", {"m", "shift"}, {"y"}).output("y"));
        CHECK(types_of(net) == "group_normalization");
        CHECK(only<group_normalization>(net).groups == 4);
        CHECK(analyze(net).parameters().value() == 16);
        CHECK(analyze(with_batch(net, 6)).other_operations().value() == 5 * 6 * 8 * 6 * 6);
        // whoever else reads the groups, or the result before its scale, gets them
        const graph shown = load(build::graph(seen).node("Add", {"m", "shift"}, {"y"}).output("y").output("p"));
        CHECK(types_of(shown).starts_with("reshape "));
        const graph bare = load(seen.node("Relu", {"r"}, {"z"}).output("z").output("m"));
        CHECK(types_of(bare).starts_with("group_normalization "));
    }
}

TEST_CASE("normalisations that share stored vectors are layers with fewer of their own") {
    build::graph g;
    g.input("x", {"1", "4", "6", "6"}).weight("scale", {4}).weight("a", {4}).weight("b", {4});
    g.node("BatchNormalization", {"x", "scale", "a", "a", "b"}, {"n"});
    g.node("BatchNormalization", {"n", "scale", "b", "a", "b"}, {"y"}).output("y");
    const graph net = load(g);
    CHECK(types_of(net) == "batch_normalization batch_normalization");
    CHECK(only<batch_normalization>(net, 2).vectors == 1);
    CHECK(analyze(net).parameters().value() == 12);
    single s({"1", "8", "6", "6"});
    s.g.weight("scale", {8}).weight("shift", {8});
    const graph grouped = s.net("GroupNormalization", {"x", "scale", "shift"}, {build::attribute("num_groups", 4)});
    CHECK(only<group_normalization>(grouped).groups == 4);
}

TEST_CASE("hard swish and hard sigmoid are activations in every way that they are written") {
    for (const bool first : {true, false}) {
        build::graph g;
        g.input("x", {"2", "3"}).stored(number("three", 3)).stored(number("six", 6)).stored(number("none", 0));
        g.node("Add", {"x", "three"}, {"a"}).node("Clip", {"a", "none", "six"}, {"c"});
        if (first)
            g.node("Div", {"c", "six"}, {"s"}).node("Mul", {"x", "s"}, {"y"});
        else
            g.node("Mul", {"x", "c"}, {"s"}).node("Div", {"s", "six"}, {"y"});
        const graph net = load(g.output("y"));
        CHECK(types_of(net) == "activation");
        CHECK(only<activation>(net).function == activation_function::hard_swish);
    }
    build::graph g;
    g.input("x", {"2", "3"}).stored(number("three", 3)).stored(number("six", 6)).stored(number("none", 0));
    g.node("Add", {"x", "three"}, {"a"}).node("Clip", {"a", "none", "six"}, {"c"}).node("Div", {"c", "six"}, {"y"});
    CHECK(only<activation>(load(g.output("y"))).function == activation_function::hard_sigmoid);
}

TEST_CASE("stored numbers and slopes are parameters that arithmetic reads") {
    single scaled({"2", "3"});
    scaled.g.stored(number("half", 0.5F));
    const graph net = scaled.net("Mul", {"x", "half"});
    CHECK(types_of(net) == "parameter elementwise");
    CHECK(analyze(net).parameters().value() == 0);
    single sloped({"1", "8", "4", "4"});
    sloped.g.weight("slope", {8, 1, 1});
    const graph prelu = sloped.net("PRelu", {"x", "slope"});
    CHECK(only<elementwise>(prelu, 2).function == elementwise_function::prelu);
    CHECK(analyze(prelu).parameters().value() == 8);
    single joined({"1", "4", "8"});
    joined.g.weight("token", {1, 1, 8});
    const graph with_token = joined.net("Concat", {"token", "x"}, {build::attribute("axis", 1)});
    CHECK(types_of(with_token) == "parameter concatenation");
    CHECK(with_token.nodes().back().outputs[0] == shape{1, 5, 8});
    CHECK(analyze(with_token).parameters().value() == 8);
}

TEST_CASE("what moves elements becomes the layer of that name") {
    single padded({"1", "3", "8", "8"});
    padded.g.constant("pads", {0, 0, 1, 1, 0, 0, 2, 2});
    const pad around = only<pad>(padded.net("Pad", {"x", "pads"}));
    CHECK(around == pad{.axis = 2, .before = 1, .after = 2, .axes = 2});
    single cut({"1", "3", "8", "8"});
    cut.g.constant("sizes", {1, 2});
    const graph pieces = cut.net("Split", {"x", "sizes"}, {build::attribute("axis", 1)}, {"a", "b"});
    CHECK(only<split>(pieces).is_uneven());
    CHECK(pieces.nodes()[1].outputs[1] == shape{1, 2, 8, 8});
    single grown({"1", "3", "8", "8"});
    grown.g.constant("to", {1, 3, 16, 16});
    CHECK(only<resize>(grown.net("Resize", {"x", "", "", "to"}, {build::word("mode", "linear")})).function ==
          resize_function::linear);
    single strided({"1", "3", "9", "8"});
    strided.g.constant("from", {1, 0}).constant("until", {9, 4}).constant("axes", {2, 3}).constant("steps", {2, 1});
    const graph sliced = strided.net("Slice", {"x", "from", "until", "axes", "steps"});
    CHECK(types_of(sliced) == "slice slice");
    CHECK(sliced.nodes().back().outputs[0] == shape{1, 3, 4, 4});
    single picked({"1", "5", "8"});
    picked.g.scalar("first", 0);
    const graph token = picked.net("Gather", {"x", "first"}, {build::attribute("axis", 1)});
    CHECK(types_of(token) == "slice reshape");
    CHECK(token.nodes().back().outputs[0] == shape{1, 8});
    single mean({"2", "3", "4", "4"});
    const graph pooled = mean.net("ReduceMean", {"x"},
                                  {build::attribute("axes", build::integers{2, 3}), build::attribute("keepdims", 0)});
    CHECK(types_of(pooled) == "global_pooling reshape");
    single classes({"2", "10"});
    CHECK(types_of(classes.net("Softmax")) == "softmax");
}

TEST_CASE("transposed convolutions, recurrent layers and contractions are layers with the counts of the file") {
    single up({"1", "8", "5", "5"});
    up.g.weight("w", {8, 4, 2, 2}).weight("b", {4});
    const graph grown = up.net("ConvTranspose", {"x", "w", "b"}, {build::attribute("strides", build::integers{2, 2})});
    CHECK(only<transposed_convolution_2d>(grown).out_channels == 4);
    CHECK(grown.nodes().back().outputs[0] == shape{1, 4, 10, 10});
    CHECK(analyze(grown).macs().value() == 25 * 8 * 4 * 4);
    single spoken({"7", "2", "16"});
    spoken.g.weight("w", {2, 40, 16}).weight("r", {2, 40, 10}).weight("b", {2, 80});
    const graph lstm =
        spoken.net("LSTM", {"x", "w", "r", "b"},
                   {build::attribute("hidden_size", 10), build::word("direction", "bidirectional")}, {"y", "h", "c"});
    CHECK(only<recurrent>(lstm) == recurrent{.cell = recurrent_cell::lstm,
                                             .hidden = 10,
                                             .directions = 2,
                                             .bias = true,
                                             .sequence_first = true,
                                             .results = 3});
    CHECK(lstm.nodes()[1].outputs[0] == shape{7, 2, 2, 10});
    CHECK(lstm.nodes()[1].outputs[2] == shape{2, 2, 10});
    CHECK(analyze(lstm).macs().value() == 7 * 2 * 2 * 4 * 10 * (16 + 10));
    CHECK(analyze(lstm).parameters().value() == 2 * (40 * 26 + 80));
    CHECK(analyze(with_batch(lstm, 1)).macs() == analyze(lstm).macs());
    build::graph einsum;
    einsum.input("a", {"2", "4", "5", "8"}).input("b", {"2", "4", "7", "8"});
    einsum.node("Einsum", {"a", "b"}, {"y"}, {build::word("equation", "bhid,bhjd->bhij")});
    const graph product = load(einsum.output("y"));
    CHECK(only<matrix_multiplication>(product, 2).transpose_right);
    CHECK(analyze(product).macs().value() == 2 * 4 * 5 * 7 * 8);
}
