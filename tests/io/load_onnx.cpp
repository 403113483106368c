// SPDX-License-Identifier: BSD-3-Clause
// The twelve exported graphs of tests/data/onnx: MACs as PyTorch counted them on the original modules.
#include "catch.hpp"

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
        const graph net = load_onnx(folder + name + ".onnx", options);
        const workload work = analyze(net);
        CHECK(work.macs().value() == figures["macs"].get<std::int64_t>());
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
