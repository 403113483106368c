// SPDX-License-Identifier: BSD-3-Clause
#include "io/onnx/build.hpp"

#include <qutibench/io/onnx/before_export.hpp>

#include "catch.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace onnx = qutibench::onnx;
using build::attribute;
using build::graph;
using build::integers;
using build::names;
using qutibench::layer_kind;

namespace {

const std::string folder = QUTIBENCH_TEST_DATA_DIR "/onnx/";

/// A model with everything its counts point into.
struct counted_model {
    explicit counted_model(onnx::model read, const onnx::dimension_bindings& dims = {})
        : model(std::move(read)), inferred(onnx::infer(model, {dims})), counts(onnx::count(inferred)) {}
    onnx::model model;
    onnx::inferred inferred;
    onnx::counts counts;
};

counted_model count(const graph& g, int opset = 17, const names& functions = {}) {
    return counted_model(build::read(g.model(opset, functions)));
}

/// Counts of one node with a data input "x", weights "w" and perhaps more inputs.
onnx::counts one(const std::string& type, const names& x, const std::vector<integers>& weights,
                 const names& attributes = {}, const std::string& domain = "", int outputs = 1) {
    graph g;
    g.input("x", x);
    names reads{"x"}, writes;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        reads.push_back("w" + std::to_string(i));
        g.weight(reads.back(), weights[i]);
    }
    for (int i = 0; i < outputs; ++i) writes.push_back("y" + std::to_string(i));
    g.node(type, reads, writes, attributes, domain).output("y0");
    return count(g).counts;
}

}  // namespace

TEST_CASE("The exported graphs: multiply-accumulates and parameters as PyTorch counts them on the modules") {
    std::ifstream file(folder + "expected.json");
    const auto expected = nlohmann::json::parse(file);
    REQUIRE(expected.size() == 12);
    for (const auto& [name, known] : expected.items()) {
        INFO(name);
        onnx::dimension_bindings dims;
        for (const auto& [dimension, value] : known["dims"].items())
            dims.emplace_back(dimension, value.get<std::int64_t>());
        const counted_model of(onnx::read(folder + name + ".onnx"), dims);
        CHECK(of.counts.macs == known["macs"].get<std::int64_t>());
        CHECK(onnx::parameters_before_export(of.inferred, of.counts) == known["params"].get<std::int64_t>());
        CHECK(of.counts.uncounted.empty());
    }
}

TEST_CASE("Parameters of a file whose exporter changed nothing are those of the module") {
    const counted_model alexnet(onnx::read(folder + "alexnet.onnx"));
    CHECK(alexnet.counts.parameters == 61'100'840);
    CHECK(alexnet.counts.weights == 61'090'496);
    const counted_model unet(onnx::read(folder + "ts_unet.onnx"), {{"batch", 1}});
    CHECK(unet.counts.parameters == 57'514);
}

TEST_CASE("Dimensions without a value are an error that lists them") {
    const auto model = onnx::read(folder + "ts_resnet18.onnx");
    const auto inferred = onnx::infer(model);
    CHECK_THROWS_WITH(onnx::count(inferred), Catch::Contains("batch") && Catch::Contains("--dim batch=1"));
    const auto text = build::read(graph()
                                      .input("x", {"rows", "length", "8"})
                                      .input("mask", {"rows", "length"})
                                      .node("Relu", {"x"}, {"y"})
                                      .output("y")
                                      .model());
    CHECK_THROWS_WITH(onnx::count(onnx::infer(text)),
                      "dimensions without a value: rows, length; bind each, as in --dim rows=1 length=128");
    const auto bare = build::read(graph().input("x").node("Relu", {"x"}, {"y"}).output("y").model());
    CHECK_THROWS_WITH(onnx::count(onnx::infer(bare)), "input 'x' has no shape");
}

TEST_CASE("Convolutions: grouped, depthwise, dilated, transposed, three-dimensional, integer") {
    const names x{"2", "8", "10", "10"};
    const auto grouped =
        one("Conv", x, {{16, 2, 3, 3}, {16}}, {attribute("group", 4), attribute("pads", integers{1, 1, 1, 1})});
    CHECK(grouped.macs == 2 * 10 * 10 * 16 * 9 * 2);
    CHECK(grouped.other_operations == 2 * 16 * 10 * 10);
    CHECK(grouped.weights == 16 * 2 * 9);
    CHECK(grouped.parameters == 16 * 2 * 9 + 16);
    CHECK(grouped.operations[0].kind == layer_kind::convolution);
    CHECK(grouped.operations[0].cost.product == qutibench::contraction{200, 4, 18, 4});
    CHECK(one("Conv", x, {{8, 1, 3, 3}}, {attribute("group", 8), attribute("dilations", integers{2, 2})}).macs ==
          2 * 6 * 6 * 8 * 9);
    CHECK(one("ConvTranspose", x, {{8, 3, 2, 2}}, {attribute("group", 2), attribute("strides", integers{2, 2})}).macs ==
          2 * 10 * 10 * 8 * 4 * 3);
    CHECK(one("Conv", {"1", "3", "4", "5", "6"}, {{7, 3, 2, 2, 2}}).macs == 3 * 4 * 5 * 7 * 3 * 8);
    CHECK(one("ConvInteger", x, {{4, 8, 1, 1}}).macs == 2 * 100 * 4 * 8);
    CHECK(one("FusedConv", x, {{4, 8, 1, 1}}, {}, "com.microsoft").macs == 2 * 100 * 4 * 8);
    CHECK(one("NhwcConv", {"2", "10", "10", "8"}, {{4, 8, 1, 1}}, {}, "com.microsoft").macs == 2 * 100 * 4 * 8);
    const auto deformed = one("DeformConv", x, {{4, 8, 3, 3}, {2, 18, 8, 8}});
    CHECK(deformed.macs == 2 * 64 * 4 * 8 * 9);
    CHECK(deformed.other_operations == 2LL * 64 * 8 * 9 * 8);
}

TEST_CASE("Matrix products: batched, broadcast, transposed, packed") {
    CHECK(one("MatMul", {"5", "7", "3"}, {{3, 4}}).macs == 5 * 7 * 3 * 4);
    CHECK(one("MatMul", {"5", "7", "3"}, {{3, 4}}).operations[0].kind == layer_kind::dense);
    CHECK(one("MatMul", {"6", "1", "7", "3"}, {{5, 3, 4}}).macs == 6 * 5 * 7 * 3 * 4);
    CHECK(one("MatMul", {"3"}, {{3, 4}}).macs == 12);
    CHECK(one("MatMul", {"3"}, {{3}}).macs == 3);
    CHECK(one("Gemm", {"3", "7"}, {{4, 3}, {4}}, {attribute("transA", 1), attribute("transB", 1)}).macs == 7 * 3 * 4);
    CHECK(one("FusedMatMul", {"2", "3", "7"}, {{2, 4, 3}}, {attribute("transA", 1), attribute("transB", 1)},
              "com.microsoft")
              .macs == 2 * 7 * 3 * 4);
    const auto packed = one("MatMulNBits", {"2", "5", "64"}, {{48, 2, 16}, {96}},
                            {attribute("K", 64), attribute("N", 48)}, "com.microsoft");
    CHECK(packed.macs == 2 * 5 * 64 * 48);
    CHECK(packed.weights == 64 * 48);

    graph g;
    g.input("a", {"2", "5", "3"}).input("b", {"2", "3", "4"}).node("MatMul", {"a", "b"}, {"y"}).output("y");
    const auto activations = count(g).counts;
    CHECK(activations.macs == 2 * 5 * 3 * 4);
    CHECK(activations.operations[0].kind == layer_kind::matmul);
    CHECK(activations.weights == 0);
}

TEST_CASE("Einsum costs its contraction") {
    const auto einsum = [](const std::string& equation, const std::vector<names>& inputs) {
        graph g;
        names reads;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            reads.push_back("i" + std::to_string(i));
            g.input(reads.back(), inputs[i]);
        }
        g.node("Einsum", reads, {"y"}, {build::word("equation", equation)}).output("y");
        const auto found = count(g).counts;
        return std::pair(found.macs, found.other_operations);
    };
    CHECK(einsum("bij,bjk->bik", {{"2", "3", "4"}, {"2", "4", "5"}}) ==
          std::pair<std::int64_t, std::int64_t>(2 * 3 * 4 * 5, 0));
    CHECK(einsum("bhqd,bhkd->bhqk", {{"2", "3", "4", "5"}, {"2", "3", "6", "5"}}).first == 2 * 3 * 4 * 6 * 5);
    CHECK(einsum("...ij,jk", {{"2", "3", "4"}, {"4", "5"}}).first == 2 * 3 * 4 * 5);
    CHECK(einsum("i,j->ij", {{"3"}, {"4"}}) == std::pair<std::int64_t, std::int64_t>(0, 12));
    CHECK(einsum("ij->ji", {{"3", "4"}}) == std::pair<std::int64_t, std::int64_t>(0, 0));
    CHECK(einsum("ij->i", {{"3", "4"}}) == std::pair<std::int64_t, std::int64_t>(0, 12));
    CHECK(einsum("ij,jk,kl->il", {{"2", "3"}, {"3", "4"}, {"4", "5"}}).first == 2 * 3 * 4 + 2 * 4 * 5);
}

TEST_CASE("Attention counts both of its products") {
    graph g;
    g.input("q", {"2", "4", "10", "8"}).input("k", {"2", "2", "12", "8"}).input("v", {"2", "2", "12", "6"});
    g.node("Attention", {"q", "k", "v"}, {"y"}).output("y");
    CHECK(count(g, 23).counts.macs == 2 * 4 * 10 * 12 * (8 + 6));

    const auto fused =
        one("Attention", {"2", "10", "32"}, {{32, 96}, {96}}, {attribute("num_heads", 4)}, "com.microsoft", 2);
    CHECK(fused.macs == 2 * 10 * 32 * 96 + 2 * 4 * 10 * 10 * 16);
    CHECK(fused.parameters == 32 * 96 + 96);

    graph grouped;
    grouped.input("q", {"1", "5", "64"})
        .input("k", {"1", "5", "16"})
        .input("v", {"1", "5", "16"})
        .input("pk", {"1", "2", "11", "8"});
    grouped.input("pv", {"1", "2", "11", "8"}).input("s", {"1"}, 6).stored(build::tensor("t", {}, integers{16}));
    grouped.node("GroupQueryAttention", {"q", "k", "v", "pk", "pv", "s", "t"}, {"y", "a", "b"},
                 {attribute("num_heads", 8), attribute("kv_num_heads", 2)}, "com.microsoft");
    grouped.output("y");
    CHECK(count(grouped).counts.macs == 8 * 5 * 16 * (8 + 8));
}

TEST_CASE("Recurrent layers run along the whole sequence, in both directions") {
    const auto cell = [](const std::string& type, int gates) {
        return one(type, {"7", "2", "5"}, {{2, gates * 3, 5}, {2, gates * 3, 3}, {2, 2 * gates * 3}},
                   {attribute("hidden_size", 3), build::word("direction", "bidirectional")}, "", 2);
    };
    CHECK(cell("LSTM", 4).macs == 7 * 2 * 2 * 12 * (5 + 3));
    CHECK(cell("GRU", 3).macs == 7 * 2 * 2 * 9 * (5 + 3));
    CHECK(cell("RNN", 1).macs == 7 * 2 * 2 * 3 * (5 + 3));
    CHECK(cell("LSTM", 4).parameters == 2 * 12 * (5 + 3 + 2));
}

TEST_CASE("Quantised graphs: products counted, conversions itemised, weights found behind them") {
    graph g;
    g.input("x", {"1", "3", "8", "8"})
        .weight("w", {4, 3, 1, 1}, 3)
        .weight("b", {4}, 6)
        .weight("s", {})
        .weight("z", {}, 3);
    g.node("QuantizeLinear", {"x", "s", "z"}, {"xq"}).node("DequantizeLinear", {"xq", "s", "z"}, {"xd"});
    g.node("DequantizeLinear", {"w", "s", "z"}, {"wd"}).node("DequantizeLinear", {"b", "s"}, {"bd"});
    g.node("Conv", {"xd", "wd", "bd"}, {"y"}).output("y");
    const auto of = count(g);
    CHECK(of.counts.macs == 64 * 4 * 3);
    CHECK(of.counts.other_operations == 2 * 192 + 2 * 192 + 256);
    CHECK(of.counts.weights == 12);
    CHECK(of.counts.parameters == 16);
    CHECK(of.counts.operations.size() == 3);  // the weights' own conversions are done once, ahead of time
    CHECK(of.inferred.of(of.inferred.operations[0].outputs[0]).type == onnx::element_type::int8);

    graph q;
    q.input("x", {"1", "3", "8", "8"}, 3)
        .weight("w", {4, 3, 1, 1}, 3)
        .weight("s", {})
        .weight("z", {}, 3)
        .weight("b", {4}, 6);
    q.node("QLinearConv", {"x", "s", "z", "w", "s", "z", "s", "z", "b"}, {"y"}).output("y");
    CHECK(count(q).counts.macs == 64 * 4 * 3);
    CHECK(count(q).counts.parameters == 12 + 4);
}

TEST_CASE("Tied weights count once and run each time") {
    graph g;
    g.input("x", {"1", "4"}).weight("w", {4, 4}).node("MatMul", {"x", "w"}, {"a"}, {}, "", "first");
    g.node("Relu", {"a"}, {"b"}).node("MatMul", {"b", "w"}, {"c"}, {}, "", "second").output("c");
    const auto counts = count(g).counts;
    CHECK(counts.macs == 2 * 16);
    CHECK(counts.weights == 16);
    REQUIRE(counts.operations.size() == 3);
    CHECK(counts.operations[0].shares_weights_with == -1);
    CHECK(counts.operations[2].shares_weights_with == 0);
}

TEST_CASE("If takes its costlier branch") {
    const auto branch = [](const integers& w) {
        return graph().weight("w", w).node("MatMul", {"x", "w"}, {"y"}).output("y").written();
    };
    graph g;
    g.input("x", {"1", "4"}).input("c", {}, 9);
    g.node("If", {"c"}, {"z"},
           {build::subgraph("then_branch", branch({4, 2})), build::subgraph("else_branch", branch({4, 100}))})
        .output("z");
    const auto of = count(g);
    CHECK(of.counts.macs == 400);
    CHECK(of.counts.operations.size() == 1);
    CHECK(build::text(of.inferred, of.inferred.of(of.inferred.outputs[0])) == "1x?");
}

TEST_CASE("Loops multiply by a constant trip count and are listed without one") {
    const std::string body = graph()
                                 .input("i", {}, 7)
                                 .input("c", {}, 9)
                                 .input("a", {"1", "4"})
                                 .weight("w", {4, 4})
                                 .node("Identity", {"c"}, {"co"})
                                 .node("MatMul", {"a", "w"}, {"b"})
                                 .output("co")
                                 .output("b")
                                 .output("b")
                                 .written();
    graph fixed;
    fixed.input("x", {"1", "4"})
        .scalar("n", 5)
        .node("Loop", {"n", "", "x"}, {"y", "all"}, {build::subgraph("body", body)})
        .output("y")
        .output("all");
    const auto five = count(fixed);
    CHECK(five.counts.macs == 5 * 16);
    CHECK(five.counts.weights == 16);
    CHECK(five.counts.uncounted.empty());
    CHECK(build::text(five.inferred, five.inferred.of(five.inferred.outputs[1])) == "5x1x4");

    graph open;
    open.input("x", {"1", "4"})
        .input("n", {}, 7)
        .node("Loop", {"n", "", "x"}, {"y", "all"}, {build::subgraph("body", body)})
        .output("y")
        .output("all");
    const auto unknown = count(open);
    CHECK(unknown.counts.macs == 0);
    CHECK(unknown.counts.weights == 16);
    REQUIRE(unknown.counts.uncounted.size() == 1);
    CHECK(unknown.counts.uncounted[0] == "node 'the_Loop' (Loop): its trip count is not constant");
    CHECK(build::text(unknown.inferred, unknown.inferred.of(unknown.inferred.outputs[1])) == "?x1x4");
}

TEST_CASE("What has no cost model is listed, never counted as zero") {
    graph g;
    g.input("x", {"2", "3", "3"})
        .node("Mystery", {"x"}, {"a"}, {}, "elsewhere", "m")
        .node("Det", {"x"}, {"b"}, {}, "", "d");
    g.node("NonZero", {"x"}, {"i"})
        .node("Cast", {"i"}, {"f"}, {attribute("to", 1)})
        .node("Relu", {"f"}, {"r"}, {}, "", "r");
    g.output("a").output("b").output("r");
    const auto counts = count(g).counts;
    REQUIRE(counts.uncounted.size() == 4);
    CHECK(counts.uncounted[0] == "node 'm' (Mystery): unknown operator");
    CHECK(counts.uncounted[1] == "node 'd' (Det): no cost model");
    CHECK(counts.uncounted[2] == "node 'the_NonZero' (NonZero): its shapes depend on data");
    CHECK(counts.uncounted[3] == "node 'r' (Relu): its shapes depend on data");
}

TEST_CASE("Arithmetic on shapes and constants is no work of the model") {
    graph g;
    g.input("x", {"2", "8"}).constant("two", {2, 2}).node("Shape", {"x"}, {"s"}).node("Div", {"s", "two"}, {"h"});
    g.node("Expand", {"one", "h"}, {"e"}).weight("one", {}).node("Relu", {"x"}, {"y"}).output("y").output("e");
    const auto counts = count(g).counts;
    CHECK(counts.other_operations == 16);
    CHECK(counts.parameters == 0);
}

TEST_CASE("Learned tensors are told from written-in constants") {
    graph g;
    g.input("x", {"2", "8"})
        .weight("scale", {8})
        .weight("low", {})
        .weight("slope", {1})
        .weight("table", {100, 8})
        .input("ids", {"5"}, 7);
    g.node("Constant", {}, {"mask"}, {build::stored("value", build::tensor("", {8}))});
    g.node("Mul", {"x", "scale"}, {"a"}).node("Clip", {"a", "low"}, {"b"}).node("PRelu", {"b", "slope"}, {"c"});
    g.node("Add", {"c", "mask"}, {"d"}).node("Gather", {"table", "ids"}, {"e"}).output("d").output("e");
    const auto of = count(g);
    CHECK(of.counts.parameters == 8 + 1 + 800);  // a slope scales, and multiplies no matrix
    CHECK(of.counts.weights == 800);
    CHECK(of.counts.operations.back().kind == layer_kind::embedding);
}

TEST_CASE("Weights that are cut and joined ahead of time count once, in the node that uses them") {
    graph g;
    g.input("x", {"2", "8"}).weight("a", {8, 3}).weight("b", {8, 5});
    g.node("Concat", {"a", "b"}, {"ab"}, {attribute("axis", 1)}).node("MatMul", {"x", "ab"}, {"y"}).output("y");
    const auto counts = count(g).counts;
    REQUIRE(counts.operations.size() == 1);
    CHECK(counts.operations[0].cost.weights == 64);
    CHECK(counts.operations[0].kind == layer_kind::dense);
    CHECK(counts.weights == 64);
    CHECK(counts.parameters == 64);

    graph made;  // weights without values anywhere, as in the light models of the onnx package
    made.input("x", {"2", "8"})
        .constant("s", {8, 5})
        .node("ConstantOfShape", {"s"}, {"w"})
        .node("MatMul", {"x", "w"}, {"y"})
        .output("y");
    CHECK(count(made).counts.parameters == 40);
}

TEST_CASE("A batch normalisation's running statistics are not parameters") {
    const auto counts = one("BatchNormalization", {"1", "6", "4", "4"}, {{6}, {6}, {6}, {6}});
    CHECK(counts.parameters == 12);
    CHECK(counts.other_operations == 2 * 96);
}

TEST_CASE("Counts past 64 bits are an overflow_error") {
    graph g;
    g.input("a", {"1073741824", "1073741824"})
        .input("b", {"1073741824", "1073741824"})
        .node("MatMul", {"a", "b"}, {"y"})
        .output("y");
    CHECK_THROWS_AS(count(g), qutibench::overflow_error);
}
