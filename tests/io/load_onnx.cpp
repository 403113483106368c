// SPDX-License-Identifier: BSD-3-Clause
// The twelve exported graphs of tests/data/onnx: MACs as PyTorch counted them on the original modules.
#include "catch.hpp"
#include "onnx/build.hpp"

#include <qutibench/io/onnx.hpp>
#include <qutibench/transform/prune.hpp>

#include <fstream>
#include <nlohmann/json.hpp>

using namespace qutibench;

namespace {

const std::string folder = QUTIBENCH_TEST_DATA_DIR "/onnx/";

}  // namespace

TEST_CASE("exported networks count as PyTorch counts their modules, before and after pruning") {
    const auto expected = nlohmann::json::parse(std::ifstream(folder + "expected.json"));
    REQUIRE(expected.size() == 12);
    for (const auto& [name, figures] : expected.items()) {
        INFO(name);
        onnx_options options{.strict = true};
        for (const auto& [dim, value] : figures["dims"].items()) options.dims.emplace_back(dim, value);
        const imported_model model = import_onnx(folder + name + ".onnx", options);
        const graph& net = model.layers;
        const workload work = analyze(net);
        CHECK(work.macs().value() == figures["macs"].get<std::int64_t>());
        CHECK(model.parameters == figures["params"].get<std::int64_t>());
        CHECK(work.uncounted().empty());
        CHECK(net.name() == name);
        CHECK(analyze(prune(net, 0.5)).macs() <= work.macs());
    }
}

TEST_CASE("imported convolutions are layers that pruning changes") {
    const graph net = load_onnx(folder + "resnet50.onnx");
    CHECK(net.nodes()[1].layer.as<convolution_2d>() != nullptr);
    const double share =
        static_cast<double>(analyze(prune(net, 0.5)).macs().value()) / static_cast<double>(analyze(net).macs().value());
    CHECK(share < 0.3);
}

TEST_CASE("dimensions without a value are listed, and files that are none refused") {
    CHECK_THROWS_WITH(load_onnx(folder + "ts_unet.onnx"), Catch::Contains("batch"));
    CHECK_THROWS_AS(load_onnx(folder + "absent.onnx"), parse_error);
    CHECK_THROWS_AS(load_onnx(folder + "expected.json"), parse_error);
    CHECK_THROWS_AS(load_onnx(std::span<const std::byte>()), parse_error);
}

TEST_CASE("quantised operators compute in the datatypes that surround them") {
    constexpr int uint8_type = 2, int8_type = 3;
    build::graph g;
    g.input("x", {"1", "3", "8", "8"})
        .weight("scale", {})
        .weight("zero", {}, uint8_type)
        .weight("w", {4, 3, 3, 3}, int8_type);
    g.weight("w_scale", {}).weight("w_zero", {}, int8_type).weight("packed", {16, 1, 8}, uint8_type);
    g.weight("scales", {16});
    g.node("QuantizeLinear", {"x", "scale", "zero"}, {"q"}).node("DequantizeLinear", {"q", "scale", "zero"}, {"d"});
    g.node("DequantizeLinear", {"w", "w_scale", "w_zero"}, {"dw"});
    g.node("Conv", {"d", "dw"}, {"a"}).node("Relu", {"a"}, {"r"});
    g.node("QuantizeLinear", {"r", "scale", "zero"}, {"rq"});
    g.node("QLinearConv", {"q", "scale", "zero", "w", "w_scale", "w_zero", "scale", "zero"}, {"b"});
    g.node("MatMulNBits", {"x", "packed", "scales"}, {"m"},
           {build::attribute("K", 8), build::attribute("N", 16), build::attribute("bits", 4),
            build::attribute("block_size", 16)},
           "com.microsoft");
    for (const char* out : {"rq", "b", "m"}) g.output(out);
    const std::string file = g.model();
    const graph net = load_onnx(std::as_bytes(std::span(file.data(), file.size())));
    std::string found;
    for (const auto& one : net.nodes())
        if (one.has_precision) found += one.name + " " + to_string(one.numbers) + "; ";
    CHECK(found == "the_Conv int8; the_QLinearConv int8; the_MatMulNBits int4xfp32; ");
    const workload work = analyze(net);
    CHECK(work.macs().value() == 2 * 4 * 27 * 36 + 3 * 8 * 8 * 16);
}

TEST_CASE("results whose shape depends on the data, or that are empty, are no obstacle") {
    const auto read = [](const build::graph& g) {
        const std::string file = g.model();
        return analyze(load_onnx(std::as_bytes(std::span(file.data(), file.size()))));
    };
    build::graph found, empty;
    found.input("x", {"1", "3"}).node("NonZero", {"x"}, {"y"}).output("y");
    empty.input("x", {"0", "3"}).node("Relu", {"x"}, {"y"}).output("y");
    CHECK(read(found).operations().value() == 0);
    CHECK(read(empty).operations().value() == 0);
    build::graph part;  // of a rotation that leaves no component alone
    part.input("x", {"1", "2", "8"})
        .constant("lengths", {8, 0})
        .node("Split", {"x", "lengths"}, {"turned", "left"}, {build::attribute("axis", 2)});
    part.node("Relu", {"turned"}, {"y"}).output("y");
    CHECK(read(part).layers().size() == 3);
}

namespace {

/// The types of a file's layers, in order.
std::string types_of(const build::graph& g) {
    const std::string file = g.model();
    const graph net = load_onnx(std::as_bytes(std::span(file.data(), file.size())));
    std::string all;
    for (const node& one : net.nodes()) all += (all.empty() ? "" : " ") + std::string(one.layer.type());
    return all;
}

std::string number(const std::string& name, float value) {
    return build::tensor(name, {}, std::vector<float>{value});
}

}  // namespace

TEST_CASE("a sum after a product with stored weights is that layer's bias, unless something else reads the product") {
    build::graph g;
    g.input("x", {"1", "5", "8"}).weight("w", {8, 4}).weight("b", {4}).node("MatMul", {"x", "w"}, {"p"});
    g.node("Add", {"b", "p"}, {"y"}).output("y");
    CHECK(types_of(g) == "input dense");
    const std::string file = g.model();
    const graph net = load_onnx(std::as_bytes(std::span(file.data(), file.size())));
    CHECK(net.nodes()[1].layer.as<dense>()->bias);
    CHECK(analyze(net).parameters().value() == 8 * 4 + 4);
    CHECK(types_of(g.output("p")) == "input dense parameter elementwise");
}

TEST_CASE("arithmetic with a stored tensor reads a parameter, and a stored bias counts once") {
    build::graph g;
    g.input("x", {"1", "4", "6", "6"}).weight("w", {4, 4, 1, 1}).weight("b", {4}).weight("s", {4, 1, 1});
    g.node("Conv", {"x", "w", "b"}, {"a"})
        .node("Conv", {"a", "w", "b"}, {"c"})
        .node("Mul", {"c", "s"}, {"y"})
        .output("y");
    CHECK(types_of(g) == "input convolution_2d convolution_2d parameter elementwise");
    const std::string file = g.model();
    CHECK(analyze(load_onnx(std::as_bytes(std::span(file.data(), file.size())))).parameters().value() == 16 + 4 + 4);
}

TEST_CASE("activations that are written as their arithmetic are activations") {
    const auto function_of = [](build::graph& g) {
        const std::string file = g.output("y").model();
        const graph net = load_onnx(std::as_bytes(std::span(file.data(), file.size())));
        REQUIRE(net.nodes().size() == 2);
        return net.nodes()[1].layer.as<activation>()->function;
    };
    build::graph gelu;
    gelu.input("x", {"2", "3"})
        .stored(number("root", 1.41421354F))
        .stored(number("one", 1))
        .stored(number("half", 0.5F));
    gelu.node("Div", {"x", "root"}, {"a"}).node("Erf", {"a"}, {"b"}).node("Add", {"b", "one"}, {"c"});
    gelu.node("Mul", {"x", "c"}, {"d"}).node("Mul", {"d", "half"}, {"y"});
    CHECK(function_of(gelu) == activation_function::gelu);
    build::graph other;
    other.input("x", {"2", "3"})
        .stored(number("root", 1.41421354F))
        .stored(number("one", 1))
        .stored(number("half", 0.5F));
    other.node("Div", {"x", "root"}, {"a"}).node("Erf", {"a"}, {"b"}).node("Add", {"b", "one"}, {"c"});
    other.node("Mul", {"x", "half"}, {"d"}).node("Mul", {"d", "c"}, {"y"});
    CHECK(function_of(other) == activation_function::gelu);
    build::graph silu;
    silu.input("x", {"2", "3"}).node("Sigmoid", {"x"}, {"a"}).node("Mul", {"x", "a"}, {"y"});
    CHECK(function_of(silu) == activation_function::silu);
    build::graph leaky;
    leaky.input("x", {"2", "3"})
        .stored(number("slope", 0.1F))
        .node("Mul", {"x", "slope"}, {"a"})
        .node("Max", {"a", "x"}, {"y"});
    CHECK(function_of(leaky) == activation_function::leaky_relu);
    build::graph shown;
    shown.input("x", {"2", "3"}).node("Sigmoid", {"x"}, {"a"}).node("Mul", {"x", "a"}, {"y"}).output("a");
    CHECK(types_of(shown.output("y")) == "input activation elementwise");
}

TEST_CASE("a shape is no layer, a mean over all positions pools, and views are reshapes") {
    build::graph g;
    g.input("x", {"2", "3", "4", "4"}).node("Shape", {"x"}, {"s"}).node("Reshape", {"x", "s"}, {"same"});
    g.node("ReduceMean", {"same"}, {"m"}, {build::attribute("axes", build::integers{2, 3})});
    g.constant("spatial", {2, 3}).constant("second", {1}).node("Squeeze", {"m", "spatial"}, {"q"});
    g.node("Unsqueeze", {"q", "second"}, {"y"}).output("y");
    CHECK(types_of(g) == "input reshape global_pooling reshape reshape");
}

TEST_CASE("reading and inferring pass pauses, at which whoever started them may end them") {
    struct enough {};
    static int left;
    const std::string path = QUTIBENCH_TEST_DATA_DIR "/onnx/mobilenet_v2.onnx";
    left = 1'000'000;
    {
        const qutibench::detail::pausing counted([] { --left; });
        CHECK(qutibench::load_onnx(path).nodes().size() > 50);
    }
    const int passed = 1'000'000 - left;
    CHECK(passed > 100);  // one for each node at least
    for (const int after : {0, passed / 2, passed - 1}) {
        left = after;
        const qutibench::detail::pausing ended([] {
            if (left-- == 0) throw enough();
        });
        CHECK_THROWS_AS(qutibench::load_onnx(path), enough);
    }
    CHECK(qutibench::detail::at_pause == nullptr);
}
