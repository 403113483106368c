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
}
