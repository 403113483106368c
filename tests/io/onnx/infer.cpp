// SPDX-License-Identifier: BSD-3-Clause
#include "io/onnx/build.hpp"

#include "catch.hpp"

namespace onnx = qutibench::onnx;
using build::graph;
using build::integers;
using build::names;

namespace {

const std::string folder = QUTIBENCH_TEST_DATA_DIR "/onnx/";

template <class Error>
std::string message_of(const std::string& written, const onnx::dimension_bindings& dims = {}) {
    try {
        static_cast<void>(build::shapes(written, dims));
    } catch (const Error& e) {
        return e.what();
    }
    return "nothing was thrown";
}

}  // namespace

TEST_CASE("Every shape of the exported graphs follows, and equals what the exporter wrote down") {
    for (const std::string name :
         {"alexnet", "deeplabv3_mobilenet_v3_large", "densenet121", "googlenet", "mobilenet_v2", "mobilevit_s",
          "resnet50", "swin_t", "vit_b_16", "ts_resnet18", "ts_unet", "ts_vit_b_16"}) {
        INFO(name);
        auto model = onnx::read(folder + name + ".onnx");
        std::vector<onnx::value_info> stated;
        onnx::detail::model_parser parser(*model.source, {});
        for (const auto message : model.graph.value_info_messages)
            parser.parse_value_info(message, stated.emplace_back());
        model.graph.value_info_messages.clear();  // the shapes must follow without them
        for (auto& output : model.graph.outputs) output.type = {};
        const onnx::dimension_bindings dims =
            name.rfind("ts_", 0) == 0 ? onnx::dimension_bindings{{"batch", 1}} : onnx::dimension_bindings{};
        const auto result = onnx::infer(model, {dims});
        std::unordered_map<std::string_view, const onnx::facts*> found;
        for (const auto& value : result.values) {
            CHECK(value.facts.fully_known());
            found[value.name] = &value.facts;
        }
        for (const auto& one : stated) {
            REQUIRE(found.count(one.name) == 1);
            CHECK(found[one.name]->type == one.type.element);
            REQUIRE(found[one.name]->dims.size() == one.type.dims.size());
            for (std::size_t i = 0; i < one.type.dims.size(); ++i)
                CHECK(found[one.name]->dims[i].is(one.type.dims[i].value));
        }
    }
}

TEST_CASE("A symbolic dimension passes through and can be bound by name") {
    const auto model = onnx::read(folder + "ts_resnet18.onnx");
    const auto open = onnx::infer(model);
    CHECK(build::text(open, open.of(open.outputs[0])) == "batchx1000");
    CHECK(open.unbound_dimensions() == std::vector<std::string>{"batch"});
    const auto bound = onnx::infer(model, {{{"batch", 7}}});
    CHECK(build::text(bound, bound.of(bound.outputs[0])) == "7x1000");
    CHECK(bound.unbound_dimensions().empty());
    CHECK_THROWS_AS(onnx::infer(model, {{{"bath", 7}}}), qutibench::unknown_name);
    CHECK_THROWS_AS(onnx::infer(model, {{{"batch", -1}}}), qutibench::invalid_argument);
}

TEST_CASE("An unnamed dimension of an input is bound by the input's name and its place") {
    const std::string written = graph().input("x", {"?", "3"}).node("Relu", {"x"}, {"y"}).output("y").model();
    CHECK(build::shapes(written) == "x[0]x3");
    CHECK(build::shapes(written, {{"x[0]", 4}}) == "4x3");
}

TEST_CASE("Nodes may stand in any order; cycles and names that nothing produces are refused") {
    const auto backwards = [](const std::string& first, const std::string& second) {
        return graph()
            .input("x", {"2", "3"})
            .node("Transpose", {first}, {"z"})
            .node("Relu", {second}, {"y"})
            .output("z")
            .model();
    };
    CHECK(build::shapes(backwards("y", "x")) == "3x2");
    CHECK(message_of<qutibench::parse_error>(backwards("y", "z")).find("cycle") != std::string::npos);
    CHECK(message_of<qutibench::parse_error>(backwards("y", "w")).find("node 'the_Relu' (Relu): it reads 'w'") !=
          std::string::npos);
    CHECK(message_of<qutibench::parse_error>(graph().input("x", {"1"}).output("y").model()).find("output 'y'") !=
          std::string::npos);
    const std::string twice =
        graph().input("x", {"1"}).node("Relu", {"x"}, {"y"}).node("Abs", {"x"}, {"y"}).output("y").model();
    CHECK(message_of<qutibench::parse_error>(twice).find("second time") != std::string::npos);
}

TEST_CASE("A node that contradicts its inputs is named") {
    const std::string sum =
        graph().input("x", {"2"}).input("y", {"3"}).node("Add", {"x", "y"}, {"z"}, {}, "", "sum").output("z").model();
    CHECK(message_of<qutibench::shape_error>(sum) == "node 'sum' (Add): dimensions 2 and 3 do not broadcast");
    CHECK_THROWS_AS(build::one("Conv", {{"1", "4", "8", "8"}, {"8", "3", "3", "3"}}), qutibench::shape_error);
    CHECK_THROWS_AS(build::one("Conv", {{"1", "3", "2", "2"}, {"8", "3", "3", "3"}}), qutibench::shape_error);
    CHECK_THROWS_AS(build::one("MatMul", {{"2", "3"}, {"4", "5"}}), qutibench::shape_error);
    CHECK_THROWS_AS(build::one("Reshape", {{"2", "3"}}, {{4, 2}}), qutibench::shape_error);
    CHECK_THROWS_AS(build::one("Squeeze", {{"2", "3"}}, {{0}}), qutibench::shape_error);
    CHECK_THROWS_AS(build::one("Concat", {{"2", "3"}, {"2", "4"}}, {}, {build::attribute("axis", 0)}),
                    qutibench::shape_error);
    CHECK_THROWS_AS(build::one("Tile", {{"1048576", "1048576"}}, {{1LL << 45, 1}}), qutibench::overflow_error);
}

TEST_CASE("What the file declares fills what inference leaves open, and never replaces it") {
    graph g;
    g.input("x", {"2", "3"})
        .node("Mystery", {"x"}, {"y"}, {}, "elsewhere")
        .node("Relu", {"y"}, {"z"})
        .node("Abs", {"x"}, {"w"});
    g.declare("y", {"5", "6"}).declare("w", {"9", "9"}).output("z").output("w");
    CHECK(build::shapes(g.model()) == "5x6 2x3");
}

TEST_CASE("An operator without a shape function leaves its outputs unknown") {
    const auto model = build::read(
        graph().input("x", {"2"}).node("Mystery", {"x"}, {"y"}).node("Relu", {"y"}, {"z"}).output("z").model());
    const auto result = onnx::infer(model);
    CHECK_FALSE(result.operations[0].known);
    CHECK(result.operations[1].known);
    CHECK_FALSE(result.of(result.outputs[0]).ranked);
}

TEST_CASE("Shapes are computed through Shape, Gather, Concat, Slice and arithmetic") {
    graph g;
    g.input("x", {"batch", "8", "6", "4"}).node("Shape", {"x"}, {"s"});
    g.scalar("zero", 0).scalar("one", 1).constant("two", {2}).constant("minus", {-1}).constant("axis", {0});
    g.node("Gather", {"s", "zero"}, {"n"}).node("Gather", {"s", "one"}, {"c"});
    g.node("Mul", {"c", "two"}, {"c2"}).node("Unsqueeze", {"n", "axis"}, {"n1"});
    g.node("Concat", {"n1", "c2", "minus"}, {"target"}, {build::attribute("axis", 0)});
    g.node("Reshape", {"x", "target"}, {"y"}).output("y");
    CHECK(build::shapes(g.model()) == "batchx16x12");
    CHECK(build::shapes(g.model(), {{"batch", 5}}) == "5x16x12");
}

TEST_CASE("Attributes of old operator sets and inputs of new ones give the same shapes") {
    const names x{"1", "6", "1", "8"};
    const auto list = [](const std::string& name, const integers& values) {
        return names{build::attribute(name, values)};
    };
    CHECK(build::one("Squeeze", {x}, {}, list("axes", {0, 2}), 11) == "6x8");
    CHECK(build::one("Squeeze", {x}, {{0, 2}}, {}, 13) == "6x8");
    CHECK(build::one("Squeeze", {x}) == "6x8");
    CHECK(build::one("Unsqueeze", {x}, {}, list("axes", {0, 5}), 11) == "1x1x6x1x8x1");
    CHECK(build::one("Unsqueeze", {x}, {{0, -1}}, {}, 13) == "1x1x6x1x8x1");
    CHECK(build::one("ReduceMean", {x}, {}, list("axes", {1, 3}), 13) == "1x1x1x1");
    CHECK(build::one("ReduceMean", {x}, {{1, 3}}, {build::attribute("keepdims", 0)}, 18) == "1x1");
    CHECK(build::one("ReduceSum", {x}, {{}}, {build::attribute("noop_with_empty_axes", 1)}, 13) == "1x6x1x8");
    CHECK(build::one("Split", {x}, {}, {build::attribute("axis", 1), build::attribute("split", integers{2, 4})}, 11,
                     2) == "1x2x1x8 1x4x1x8");
    CHECK(build::one("Split", {x}, {{2, 4}}, {build::attribute("axis", 1)}, 13, 2) == "1x2x1x8 1x4x1x8");
    CHECK(build::one("Split", {x}, {}, {build::attribute("axis", 1), build::attribute("num_outputs", 4)}, 18, 4) ==
          "1x2x1x8 1x2x1x8 1x2x1x8 1x0x1x8");
    const names cut{build::attribute("starts", integers{1}), build::attribute("ends", integers{-1}),
                    build::attribute("axes", integers{3})};
    CHECK(build::one("Slice", {x}, {}, cut, 9) == "1x6x1x6");
    CHECK(build::one("Slice", {x}, {{1}, {-1}, {3}}) == "1x6x1x6");
    CHECK(build::one("Slice", {x}, {{-1}, {-100}, {3}, {-3}}) == "1x6x1x3");
    CHECK(build::one("Pad", {x}, {}, list("pads", {0, 0, 1, 2, 0, 0, 3, 4}), 2) == "1x6x5x14");
    CHECK(build::one("Pad", {x}, {{0, 0, 1, 2, 0, 0, 3, 4}}) == "1x6x5x14");
    CHECK(build::one("TopK", {x}, {}, {build::attribute("k", 3)}, 9, 2) == "1x6x1x3 1x6x1x3");
    CHECK(build::one("TopK", {x}, {{3}}, {}, 11, 2) == "1x6x1x3 1x6x1x3");
    CHECK(build::one("Upsample", {x}, {}, {build::reals("scales", {1, 1, 2, 2.5F})}, 7) == "1x6x2x20");
    CHECK(build::one("Reshape", {x}, {}, list("shape", {0, -1, 4}), 4) == "1x12x4");
    CHECK(build::one("Clip", {x}, {}, {}, 7) == "1x6x1x8");
}

TEST_CASE("Data-dependent shapes are known for constants and unknown otherwise") {
    graph g;
    g.stored(build::tensor("mask", {2, 3}, integers{0, 5, 0, 1, 0, 2})).node("NonZero", {"mask"}, {"at"}).output("at");
    CHECK(build::shapes(g.model()) == "2x3");
    CHECK(build::one("NonZero", {{"2", "3"}}) == "2x?");
    CHECK(build::one("Unique", {{"1"}}, {}, {}, 17, 4) == "1 1 1 1");
    CHECK(build::one("Unique", {{"6"}}, {}, {}, 17, 4) == "? ? 6 ?");
    CHECK(build::one("NonMaxSuppression", {{"1", "9", "4"}, {"1", "2", "9"}}) == "0x3");
    CHECK(build::one("NonMaxSuppression", {{"1", "9", "4"}, {"1", "2", "9"}}, {{3}}) == "?x3");
}

TEST_CASE("Unknown axes still leave what does not depend on them") {
    CHECK(build::one("Squeeze", {{"3", "1", "5"}, {"1"}}) == "3x5");
    CHECK(build::one("Squeeze", {{"1", "1", "5"}, {"1"}}) == "?x?");
    CHECK(build::one("ReduceSum", {{"3", "4", "4"}, {"1"}}, {}, {build::attribute("keepdims", 0)}) == "?x4");
    CHECK(build::one("ReduceSum", {{"3", "1", "4"}, {"1"}}) == "?x1x?");
    CHECK(build::one("ReduceSum", {{"3", "4"}, {"2"}}) == "1x1");
    CHECK(build::one("Reshape", {{"3", "4"}, {"1"}}) == "12");
    CHECK(build::one("Expand", {{"3", "1"}, {"3"}}) == "?x3x?");
}
