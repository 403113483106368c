// SPDX-License-Identifier: BSD-3-Clause
#include "io/onnx/build.hpp"

#include "catch.hpp"

namespace onnx = qutibench::onnx;
using build::attribute;
using build::graph;
using build::integers;
using build::names;
using build::subgraph;

namespace {

std::string two_branches(const std::string& yes, const std::string& no, bool constant) {
    graph g;
    g.input("x", {"1", "6"});
    if (constant)
        g.stored(build::tensor("c", {}, 9) + std::string("\x2a\x01\x01", 3));  // int32_data: true
    else
        g.input("c", {}, 9);
    g.node("If", {"c"}, {"y"}, {subgraph("then_branch", yes), subgraph("else_branch", no)}).output("y");
    return build::shapes(g.model());
}

}  // namespace

TEST_CASE("If: branches agree where they can, a constant condition chooses, an impossible branch is not taken") {
    const std::string wide = graph().constant("t", {2, 3}).node("Reshape", {"x", "t"}, {"z"}).output("z").written();
    const std::string tall = graph().constant("t", {3, 2}).node("Reshape", {"x", "t"}, {"z"}).output("z").written();
    const std::string flat = graph().constant("t", {6}).node("Reshape", {"x", "t"}, {"z"}).output("z").written();
    const std::string impossible = graph().constant("t", {1}).node("Squeeze", {"x", "t"}, {"z"}).output("z").written();
    CHECK(two_branches(wide, wide, false) == "2x3");
    CHECK(two_branches(wide, tall, false) == "?x?");
    CHECK(two_branches(wide, flat, false) == "unranked");
    CHECK(two_branches(tall, wide, true) == "3x2");
    CHECK(two_branches(impossible, wide, false) == "2x3");
    CHECK_THROWS_AS(two_branches(impossible, impossible, false), qutibench::shape_error);
    CHECK_THROWS_AS(two_branches(impossible, wide, true), qutibench::shape_error);
}

TEST_CASE("Loop: what grows becomes unknown, what stays is kept") {
    const std::string body = graph()
                                 .input("i", {}, 7)
                                 .input("c", {}, 9)
                                 .input("grown")
                                 .input("kept")
                                 .node("Identity", {"c"}, {"co"})
                                 .node("Concat", {"grown", "kept"}, {"more"}, {attribute("axis", 0)})
                                 .node("Relu", {"kept"}, {"same"})
                                 .output("co")
                                 .output("more")
                                 .output("same")
                                 .output("same")
                                 .written();
    graph g;
    g.input("x", {"2", "3"})
        .scalar("n", 4)
        .node("Loop", {"n", "", "x", "x"}, {"a", "b", "s"}, {subgraph("body", body)});
    g.output("a").output("b").output("s");
    CHECK(build::shapes(g.model()) == "?x3 2x3 4x2x3");
}

TEST_CASE("Loop: a condition that may turn false leaves the number of rounds unknown") {
    const std::string body = graph()
                                 .input("i", {}, 7)
                                 .input("c", {}, 9)
                                 .input("a", {"2"})
                                 .node("ReduceMin", {"a"}, {"m"}, {attribute("keepdims", 0)})
                                 .node("Cast", {"m"}, {"co"}, {attribute("to", 9)})
                                 .node("Relu", {"a"}, {"b"})
                                 .output("co")
                                 .output("b")
                                 .output("b")
                                 .written();
    graph g;
    g.input("x", {"2"})
        .scalar("n", 4)
        .node("Loop", {"n", "", "x"}, {"a", "s"}, {subgraph("body", body)})
        .output("a")
        .output("s");
    CHECK(build::shapes(g.model()) == "2 ?x2");
}

TEST_CASE("Scan: slices along the axes given, stacks along the axes given") {
    const std::string body = graph()
                                 .input("state", {"4"})
                                 .input("slice", {"4"})
                                 .node("Add", {"state", "slice"}, {"next"})
                                 .node("Identity", {"next"}, {"seen"})
                                 .output("next")
                                 .output("seen")
                                 .written();
    graph g;
    g.input("start", {"4"}).input("x", {"4", "9"});
    g.node("Scan", {"start", "x"}, {"last", "all"},
           {subgraph("body", body), attribute("num_scan_inputs", 1), attribute("scan_input_axes", integers{1}),
            attribute("scan_output_axes", integers{-1})});
    g.output("last").output("all");
    CHECK(build::shapes(g.model()) == "4 4x9");
}

TEST_CASE("Local functions are expanded, with the caller's attributes and their defaults") {
    const std::string inner = build::function(
        "flip", {"x"}, {"y"}, {build::node("Transpose", {"x"}, {"y"}, {build::reference("perm", "order", 7)})},
        {attribute("order", integers{1, 0, 2})});
    const std::string outer =
        build::function("twice", {"x", "unused"}, {"y"},
                        {build::node("flip", {"x"}, {"z"}, {build::reference("order", "how", 7)}, "local"),
                         build::node("flip", {"z"}, {"y"}, {}, "local")});
    graph g;
    g.input("x", {"2", "3", "4"})
        .node("twice", {"x"}, {"y"}, {attribute("how", integers{2, 1, 0})}, "local", "call")
        .output("y");
    const std::string written = g.model(17, {inner, outer});
    CHECK(build::shapes(written) == "3x4x2");
    const auto model = build::read(written);
    const auto result = onnx::infer(model);
    REQUIRE(result.operations.size() == 2);
    CHECK(onnx::path_of(result.operations[0].frame) == "call/the_flip/");
    CHECK(result.operations[0].find("perm")->integers == integers{2, 1, 0});
    CHECK(result.operations[1].find("perm")->integers == integers{1, 0, 2});
}

TEST_CASE("Functions that call themselves or explode are refused") {
    graph g;
    g.input("x", {"1"}).node("f0", {"x"}, {"y"}, {}, "local").output("y");
    const std::string self = build::function("f0", {"x"}, {"y"}, {build::node("f0", {"x"}, {"y"}, {}, "local")});
    CHECK_THROWS_WITH(build::shapes(g.model(17, {self})), Catch::Contains("calls itself"));

    names bomb;
    for (int i = 0; i < 30; ++i) {
        names calls;
        for (int j = 0; j < 4; ++j) {
            const std::string next = i == 29 ? "Relu" : "f" + std::to_string(i + 1);
            calls.push_back(build::node(next, {j == 0 ? "x" : "t" + std::to_string(j - 1)}, {"t" + std::to_string(j)},
                                        {}, i == 29 ? "" : "local"));
        }
        bomb.push_back(build::function("f" + std::to_string(i), {"x"}, {"t3"}, calls));
    }
    const auto model = build::read(g.model(17, bomb));
    CHECK_THROWS_WITH(onnx::infer(model, {{}, 50'000}), Catch::Contains("more work than is allowed"));
}

TEST_CASE("Sequences: elements are tracked while their number is known") {
    graph g;
    g.input("a", {"2", "3"}).input("b", {"2", "5"}).scalar("one", 1).constant("parts", {1, 4});
    g.node("SequenceConstruct", {"a", "b"}, {"s"}).node("SequenceAt", {"s", "one"}, {"at"});
    g.node("ConcatFromSequence", {"s"}, {"joined"}, {attribute("axis", 1)});
    g.node("SplitToSequence", {"b", "parts"}, {"p"}, {attribute("axis", 1)}).node("SequenceAt", {"p", "one"}, {"part"});
    g.node("SequenceLength", {"s"}, {"n"}).node("Range", {"zero", "n", "one"}, {"r"}).scalar("zero", 0);
    g.output("at").output("joined").output("part").output("r");
    CHECK(build::shapes(g.model()) == "2x5 2x8 2x4 2");
}
