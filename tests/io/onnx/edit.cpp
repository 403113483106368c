// SPDX-License-Identifier: BSD-3-Clause
// Transforms of graphs that were read from a file: what they change there, and what they say. Figures are worked out by
// hand.
#include "../../catch.hpp"
#include "build.hpp"

#include <qutibench/io/save_onnx.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/quantize.hpp>
#include <qutibench/transform/resize.hpp>

using namespace qutibench;

namespace {

graph load(const build::graph& g, const onnx_options& options = {}) {
    const std::string file = g.model();
    return load_onnx(std::as_bytes(std::span(file.data(), file.size())), options);
}

std::int64_t work_of(const graph& net) {
    return analyze(net).macs().value();
}

/// The graph of the file that a graph is written as.
graph again(const graph& net) {
    const std::string file = to_onnx(net);
    return load_onnx(std::as_bytes(std::span(file.data(), file.size())));
}

/// Two 1x1 convolutions, 3 to 8 to 4 channels on 8x8, with an operator between them.
build::graph between(const std::string& op, const build::names& further = {}) {
    build::graph g;
    g.input("x", {"1", "3", "8", "8"}).weight("w1", {8, 3, 1, 1}).weight("w2", {4, 8, 1, 1}).weight("slope", {8, 1, 1});
    build::names reads{"a"};
    reads.insert(reads.end(), further.begin(), further.end());
    g.node("Conv", {"x", "w1"}, {"a"}, {}, "", "first").node(op, reads, {"b"});
    g.node("Conv", {"b", "w2"}, {"y"}, {}, "", "second").output("y");
    return g;
}

/// Attention of 4 heads of 8 over 5 tokens of 32 features, its shapes stated in numbers as exporters do.
build::graph attention_block() {
    build::graph g;
    g.input("x", {"1", "5", "32"}).weight("qkv", {32, 96}).weight("out", {32, 32}).weight("head", {32, 10});
    g.constant("apart", {1, 5, 3, 4, 8}).constant("together", {1, 5, 32});
    g.scalar("zero", 0).scalar("one", 1).scalar("two", 2);
    g.node("MatMul", {"x", "qkv"}, {"all"}, {}, "", "projection");
    g.node("Reshape", {"all", "apart"}, {"five"});
    g.node("Transpose", {"five"}, {"turned"}, {build::attribute("perm", build::integers{2, 0, 3, 1, 4})});
    g.node("Gather", {"turned", "zero"}, {"q"}, {build::attribute("axis", 0)}, "", "q");
    g.node("Gather", {"turned", "one"}, {"k"}, {build::attribute("axis", 0)}, "", "k");
    g.node("Gather", {"turned", "two"}, {"v"}, {build::attribute("axis", 0)}, "", "v");
    g.node("Transpose", {"k"}, {"kt"}, {build::attribute("perm", build::integers{0, 1, 3, 2})}, "", "kt");
    g.node("MatMul", {"q", "kt"}, {"s"}, {}, "", "scores").node("Softmax", {"s"}, {"p"});
    g.node("MatMul", {"p", "v"}, {"read"}, {}, "", "values");
    g.node("Transpose", {"read"}, {"back"}, {build::attribute("perm", build::integers{0, 2, 1, 3})}, "", "back");
    g.node("Reshape", {"back", "together"}, {"joined"}, {}, "", "join");
    g.node("MatMul", {"joined", "out"}, {"o"}, {}, "", "after").node("MatMul", {"o", "head"}, {"y"}, {}, "", "classes");
    g.output("y");
    return g;
}

}  // namespace

TEST_CASE("channels pass what stands between two convolutions of a file") {
    for (const build::graph& g : {between("PRelu", {"slope"}), between("Relu"), between("Mul", {"slope"})}) {
        const graph net = load(g);
        CHECK(work_of(net) == 64 * (3 * 8 + 8 * 4));
        const graph half = prune(net, 0.5);
        CHECK(work_of(half) == 64 * (3 * 4 + 4 * 4));
        CHECK(half.warnings().empty());
        CHECK(work_of(scale_width(net, 2)) == 64 * (3 * 16 + 16 * 4));
        CHECK(work_of(with_batch(net, 4)) == 4 * work_of(net));
        CHECK(work_of(with_input_shape(net, {1, 3, 16, 16})) == 4 * work_of(net));
        CHECK(work_of(with_batch(half, 3)) == 3 * work_of(half));
    }
}

TEST_CASE("what stays whole is said, by the graph and by what it costs") {
    const graph net = load(between("FancyOp"));
    const graph half = prune(net, 0.5);
    CHECK(work_of(half) == work_of(net));
    REQUIRE(half.warnings().size() == 1);
    CHECK(half.warnings()[0] == "1 of 2 layers could not be pruned: node 'the_FancyOp' (FancyOp) (1)");
    CHECK(analyze(half).warnings() == half.warnings());
    CHECK(analyze(quantize(half, int8)).warnings() == half.warnings());
}

TEST_CASE("attention keeps whole heads, and shapes that the file states follow") {
    const graph net = load(attention_block());
    const std::int64_t projections = 5 * (32 * 96 + 32 * 32 + 32 * 10);
    const std::int64_t attended = 2 * 4 * 5 * 5 * 8;
    CHECK(work_of(net) == projections + attended);
    CHECK(work_of(with_batch(net, 4)) == 4 * work_of(net));
    CHECK(with_batch(net, 4).shape_of(with_batch(net, 4).outputs()[0]) == shape{4, 5, 10});
    const graph half = prune(net, 0.5);
    CHECK(work_of(half) == 5 * (32 * 48 + 16 * 16 + 16 * 10) + attended / 2);
    CHECK(half.warnings().empty());
    CHECK(work_of(with_batch(half, 2)) == 2 * work_of(half));
}

TEST_CASE("a file that fixes its batch says where") {
    build::graph g;
    g.input("x", {"2", "6"}).weight("w", {12, 5}).constant("flat", {1, 12});
    g.node("Reshape", {"x", "flat"}, {"r"}, {}, "", "flattened").node("MatMul", {"r", "w"}, {"y"}, {}, "", "product");
    const graph net = load(g.output("y"));
    CHECK_THROWS_WITH(with_batch(net, 2), Catch::Contains("batch") && Catch::Contains("product"));
}

TEST_CASE("the batch of a recurrent state is its second axis; a scalar has none") {
    for (const bool is_direct : {true, false}) {
        build::graph g;
        g.input("x", {"1", "6"}).input("rate", {}).weight("w", {1, 16, 6}).weight("r", {1, 16, 4});
        g.constant("front", {0})
            .node("Mul", {"x", "rate"}, {"scaled"})
            .node("Unsqueeze", {"scaled", "front"}, {"steps"});
        if (is_direct)
            g.input("h", {"1", "1", "4"}).input("c", {"1", "1", "4"});
        else
            g.input("state", {"2", "1", "4"}).node("Split", {"state"}, {"h", "c"}, {build::attribute("axis", 0)});
        g.node("LSTM", {"steps", "w", "r", "", "", "h", "c"}, {"y"}, {build::attribute("hidden_size", 4)});
        const graph net = load(g.output("y"));
        const graph more = with_batch(net, 3);
        CHECK(work_of(net) == 4 * 4 * (6 + 4));
        CHECK(work_of(more) == 3 * work_of(net));
        CHECK(more.shape_of(more.inputs()[0]) == shape{3, 6});
        CHECK(more.shape_of(more.inputs()[1]) == shape{});
        CHECK(more.shape_of(more.inputs()[2]) == (is_direct ? shape{1, 3, 4} : shape{2, 3, 4}));
        CHECK(net.warnings().empty());
        CHECK(work_of(again(more)) == work_of(more));
        CHECK(again(net).shape_of(again(net).inputs()[1]) == shape{});
    }
}

TEST_CASE("what stands inside branches is not pruned, which is said") {
    const auto branch = [](const char* out) {
        return build::graph().node("Conv", {"x", "w"}, {out}, {}, "", out).output(out).written();
    };
    build::graph g;
    g.input("x", {"1", "4", "6", "6"}).input("which", {}, 9).weight("w", {4, 4, 3, 3});
    g.node("If", {"which"}, {"y"},
           {build::subgraph("then_branch", branch("a")), build::subgraph("else_branch", branch("b"))}, "", "choice");
    const graph half = prune(load(g.output("y")), 0.5);
    REQUIRE(half.warnings().size() == 1);
    CHECK(half.warnings()[0].find("1 of 1 layers could not be pruned: what stands inside node 'choice' (If)") == 0);
}

TEST_CASE("a graph from a file is written as that file, names and operators kept") {
    for (const graph& net : {load(between("PRelu", {"slope"})), load(attention_block())})
        for (const graph& one : {net, prune(net, 0.5), with_batch(net, 2)}) {
            const graph copy = again(one);
            CHECK(work_of(copy) == work_of(one));
            CHECK(copy.output_names() == std::vector<std::string>{"y"});
            CHECK(copy.nodes()[0].name == "x");
            CHECK(copy.shape_of(copy.outputs()[0]) == one.shape_of(one.outputs()[0]));
        }
    CHECK_THROWS_AS(to_onnx(quantize(load(between("FancyOp")), int8)), unsupported_operator);
}

TEST_CASE("dimensions that mean any size are bound by place, and sums of names are computed") {
    build::graph g;
    g.input("x", {"-1", "2", "0"}).input("m", {"1", "past + now"}).node("Relu", {"x"}, {"y"});
    g.node("Relu", {"m"}, {"z"}, {}, "", "mask").output("y").output("z");
    CHECK_THROWS_WITH(load(g), Catch::Contains("x[0], past, now;"));
    const graph net = load(g, {.dims = {{"x[0]", 3}, {"x[2]", 4}, {"past", 5}, {"now", 1}}});
    CHECK(net.shape_of(net.outputs()[0]) == shape{3, 2, 4});
    CHECK(net.shape_of(net.outputs()[1]) == shape{1, 6});
    CHECK(net.warnings().empty());
    const graph empty = load(g, {.dims = {{"x[0]", 3}, {"past", 5}, {"now", 1}}});
    REQUIRE(empty.warnings().size() == 1);
    CHECK(empty.warnings()[0].find("x[2]") != std::string::npos);
}

TEST_CASE("a batch that the file states is said") {
    build::graph g;
    g.input("x", {"8", "3", "4", "4"}).node("Relu", {"x"}, {"y"}).output("y");
    REQUIRE(load(g).warnings().size() == 1);
    CHECK(load(g).warnings()[0].find("begin with 8") != std::string::npos);
    CHECK(load(between("Relu")).warnings().empty());
    CHECK(with_batch(load(between("Relu")), 8).warnings().empty());
}

TEST_CASE("experts count as the rows that each serves, and all of them as weights") {
    build::graph g;
    g.input("x", {"6", "16"}).input("r", {"6", "4"}).weight("up", {4, 32, 16}).weight("b1", {4, 32});
    g.weight("down", {4, 16, 32}).weight("b2", {4, 16});
    g.node("MoE", {"x", "r", "up", "b1", "down", "b2"}, {"y"}, {build::attribute("k", 2)}, "com.microsoft");
    const workload work = analyze(load(g.output("y")));
    CHECK(work.macs().value() == 6 * 2 * 2 * 16 * 32);
    CHECK(work.weights().value() == 2 * 4 * 16 * 32);
    CHECK(work.parameters().value() == 2 * 4 * 16 * 32 + 4 * 48);
}

TEST_CASE("a vector that is stored once for several layers does not tie their widths") {
    build::graph g;
    g.input("x", {"1", "3", "8", "8"}).weight("w1", {8, 3, 1, 1}).weight("w2", {8, 8, 1, 1}).weight("w3", {5, 8, 1, 1});
    g.weight("zeros", {8}).node("Identity", {"zeros"}, {"same_zeros"});
    g.node("Conv", {"x", "w1", "zeros"}, {"a"}, {}, "", "narrow")
        .node("Conv", {"a", "w2", "zeros"}, {"b"}, {}, "", "wide");
    g.node("Add", {"b", "b"}, {"c"}, {}, "", "sum").node("Conv", {"c", "w3"}, {"y"}, {}, "", "last").output("y");
    const graph net = prune(load(g), [](const node& one) { return one.name == "narrow" ? 0.5 : 1.0; });
    CHECK(net.warnings().empty());
    CHECK(work_of(net) == 64 * (3 * 4 + 4 * 8 + 8 * 5));
    CHECK(analyze(again(net)).parameters().value() == 3 * 4 + 4 + 4 * 8 + 8 + 8 * 5);
}

TEST_CASE("a node that gives nothing is read, and nothing follows from it") {
    build::graph g = between("Relu");
    g.constant("to", {1, 512}).node("Reshape", {"b", "to"}, {}).node("Slice", {"b"}, {});
    const graph net = load(g);
    CHECK(work_of(net) == 64 * (3 * 8 + 8 * 4));
    CHECK_FALSE(prune(net, 0.5).warnings().empty());  // what they read stays whole
}

TEST_CASE("channels spread over more places than lists may hold stay whole, and so much is not made") {
    build::graph g;
    g.input("x", {"1", "3", "20000", "20000"}).weight("w1", {8, 3, 1, 1}).weight("w2", {3'200'000'000, 2});
    g.node("Conv", {"x", "w1"}, {"a"}, {}, "", "first").node("Flatten", {"a"}, {"flat"});
    g.node("MatMul", {"flat", "w2"}, {"y"}, {}, "", "second").output("y");
    const graph net = load(g);
    const graph pruned = prune(net, 0.5);
    CHECK(work_of(pruned) == work_of(net));
    CHECK_FALSE(pruned.warnings().empty());
    CHECK_THROWS_WITH(to_onnx(net, {.most_bytes = 1 << 20}), Catch::Contains("one ONNX file holds at most 1048576"));
}

TEST_CASE("A file without its weights keeps the long lists of a tree ensemble") {
    const std::string list = build::attribute("nodes_treeids", build::integers(5000, 7));
    const std::string number = build::attribute("n_targets", 2);
    build::graph net;
    net.input("x", {"1", "4"}).node("TreeEnsembleRegressor", {"x"}, {"y"}, {list, number}, "ai.onnx.ml").output("y");
    const std::string file = net.model();
    const std::string kept = qutibench::onnx::skeleton_of(file);
    CHECK(kept == file);
}

TEST_CASE("A file without its weights loses the values of large tensors alone, and is no longer than what stays") {
    const auto file_with = [](const std::string& large) {
        build::graph body;
        body.stored(build::tensor("small", {2}, std::vector<float>{1, 2})).stored(large);
        body.node("Add", {"x", "small"}, {"sum"}).output("sum");
        build::graph net;
        net.input("x", {"1", "2"}).input("c", {}, 9);
        net.stored(large).stored(build::tensor("axes", {3}, build::integers{0, 1, 2}));
        net.node("If", {"c"}, {"y"},
                 {build::subgraph("then_branch", body.written()), build::subgraph("else_branch", std::string())});
        return net.output("y").model();
    };
    const std::string whole = file_with(build::tensor("large", {40, 64}, std::vector<float>(2560, 0.5F)));
    const std::string kept = qutibench::onnx::skeleton_of(whole);
    CHECK(kept == file_with(build::tensor("large", {40, 64})));
    CHECK(qutibench::onnx::skeleton_of(kept) == kept);
    CHECK(kept.capacity() < kept.size() + 1024);
}
