// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/file.hpp>
#include <qutibench/io/tflite.hpp>
#include <qutibench/network/analyze.hpp>

namespace qb = qutibench;
using Catch::Matchers::Contains;

namespace {

const std::string data = QUTIBENCH_TEST_DATA_DIR "/tflite/";

const qb::node& named(const qb::graph& net, const std::string& name) {
    for (const qb::node& one : net.nodes())
        if (one.name == name) return one;
    FAIL("there is no layer " << name);
    return net.nodes().front();
}

std::span<const std::byte> bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

}  // namespace

TEST_CASE("TFLite: layers, multiply-accumulates as Vela reports them, images channels second") {
    const qb::graph net = qb::load_tflite(data + "small_int8.tflite");
    CHECK(net.name() == "small_int8");
    CHECK(to_string(net.shape_of(net.inputs()[0])) == "1x3x32x24");
    CHECK(named(net, "conv").cost.macs == 230400);
    CHECK(named(net, "depthwise").cost.macs == 27648);
    CHECK(named(net, "dense").cost.macs == 160);
    CHECK(to_string(named(net, "conv").outputs[0]) == "1x16x16x12");
    CHECK(to_string(net.shape_of(net.outputs()[0])) == "1x10");
    CHECK(named(net, "conv").layer.type() == "convolution_2d");
    const qb::workload work = qb::analyze(net);
    CHECK(work.mac_count == 230400 + 27648 + 160);
    CHECK(work.uncounted().empty());
}

TEST_CASE("TFLite: datatypes are those of the tensors") {
    const qb::graph net = qb::load_tflite(data + "small_int8.tflite");
    REQUIRE(named(net, "conv").has_precision);
    CHECK(named(net, "conv").numbers == qb::precision(qb::int8));
}

TEST_CASE("TFLite: an operator of nobody's keeps its shapes and is listed as uncounted") {
    const qb::graph net = qb::load_tflite(data + "custom.tflite");
    const qb::workload work = qb::analyze(net);
    REQUIRE(work.uncounted().size() == 1);
    CHECK(work.uncounted()[0].find("MyOwnOperator") != std::string::npos);
    CHECK(to_string(net.shape_of(net.outputs()[0])) == "1x8x8x4");
    CHECK_THROWS_AS(qb::load_tflite(data + "custom.tflite", {.strict = true}), qb::unsupported_operator);
}

TEST_CASE("TFLite: a variable enters and is returned; a composite operator is what it consists of") {
    const qb::graph net = qb::load_tflite(data + "streaming.tflite");
    REQUIRE(net.inputs().size() == 2);
    CHECK(to_string(net.shape_of(net.inputs()[1])) == "1x2x8");
    REQUIRE(net.outputs().size() == 2);
    CHECK(to_string(net.shape_of(net.outputs()[0])) == "1x3x4");
    CHECK(to_string(net.shape_of(net.outputs()[1])) == "1x2x8");
    const qb::workload work = qb::analyze(net);
    CHECK(work.mac_count == 3 * 8 * 4);
    CHECK(work.uncounted().empty());
}

TEST_CASE("TFLite: what is no TFLite model is refused") {
    CHECK_THROWS_WITH(qb::load_tflite(bytes_of("no model at all")), Contains("TFL3"));
    CHECK_THROWS_AS(qb::load_tflite(bytes_of("")), qb::parse_error);
    CHECK_THROWS_AS(qb::load_tflite(data + "missing.tflite"), qb::parse_error);
}

TEST_CASE("TFLite: a constant of more dimensions than an image is not turned to follow one") {
    // found by fuzzing: it was copied into four numbers
    const std::string text =
        qb::detail::read_file(QUTIBENCH_SOURCE_DIR "/tests/fuzz/corpus/tflite/constant_of_five_dimensions.tflite");
    CHECK_THROWS_WITH(qb::load_tflite(bytes_of(text)), Contains("'k1' has more than 2^60 elements"));
}

TEST_CASE("TFLite: a file that is cut off or changed anywhere is read or refused, never worse") {
    const std::string whole = qb::detail::read_file(data + "small_int8.tflite");
    int refused = 0, read = 0;
    const auto attempt = [&](const std::string& text) {
        try {
            static_cast<void>(qb::load_tflite(bytes_of(text)));
            ++read;
        } catch (const qb::error&) {
            ++refused;
        }
    };
    for (std::size_t size = 0; size < whole.size(); size += 31) attempt(whole.substr(0, size));
    for (std::size_t at = 0; at < whole.size(); at += 3)
        for (const int change : {1, 0x80, 0xff}) {
            std::string text = whole;
            text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ static_cast<unsigned>(change));
            attempt(text);
        }
    CHECK(refused > 100);
    CHECK(read > 100);  // most bytes are weights or names
}
