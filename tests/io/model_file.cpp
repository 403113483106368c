// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/file.hpp>
#include <qutibench/io/model_file.hpp>
#include <qutibench/network/analyze.hpp>

namespace qb = qutibench;
using Catch::Matchers::Contains;
using namespace std::string_view_literals;

namespace {

const std::string data = QUTIBENCH_TEST_DATA_DIR;

}  // namespace

TEST_CASE("a model file is told by its content, whatever it is called") {
    CHECK(qb::recognise_model(qb::detail::read_file(data + "/tflite/small_int8.tflite")) == qb::model_format::tflite);
    CHECK(qb::recognise_model(qb::detail::read_file(data + "/openvino/small.xml")) == qb::model_format::openvino_ir);
    CHECK(qb::recognise_model(qb::detail::read_file(data + "/onnx/resnet50.onnx")) == qb::model_format::onnx);
    CHECK(qb::recognise_model(qb::detail::read_file(data + "/my_network.json")) == qb::model_format::network_json);
    CHECK(qb::recognise_model("[]") == qb::model_format::network_json);
    CHECK(qb::analyze(qb::load_model_file(data + "/tflite/small_int8.tflite")).mac_count == 258208);
    CHECK(qb::import_model_file(data + "/onnx/resnet50.onnx").layers.name() == "resnet50");
}

TEST_CASE("a file that is named as a model and is none gets one sentence: what it is, and what to do") {
    const auto refused = [](std::string_view content, const std::string& is, const std::string& advice) {
        CHECK(qb::recognise_model(content) == qb::model_format::other);
        CHECK_THROWS_WITH(qb::refuse_foreign_model(content, "model.onnx"), Contains(is) && Contains(advice));
        CHECK_THROWS_AS(qb::refuse_foreign_model(content, "model.onnx"), qb::parse_error);
    };
    refused("\x1f\x8b\x08 anything"sv, "gzip", "gunzip");
    refused("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"sv, "Git LFS", "git lfs pull");
    refused("<!DOCTYPE html>\n<html>"sv, "HTML", "raw");
    refused("  <html lang=\"en\">"sv, "HTML", "download");
    refused("PK\x03\x04......archive/data.pkl"sv, "PyTorch", "load_torch");
    refused("PK\x03\x04......config.json...metadata.json"sv, "Keras", "load_keras");
    refused("\x80\x02}q\x00."sv, "pickle", "load_torch");
    refused("\x89HDF\r\n\x1a\n"sv, "HDF5", "load_keras");
    refused("GGUF\x03\x00\x00\x00"sv, "GGUF", "language_model");
    refused("\x08\x01\x12\x02hi"sv, "SavedModel", "TFLiteConverter");
    refused("\x0a\x02hi"sv, "frozen graph", "tf2onnx");
    refused("\x08\x04\x12\x02hi\xa2\x1f\x02hi"sv, "Core ML", "ONNX");  // field 500: a neural network
    CHECK_THROWS_WITH(qb::refuse_foreign_model("", "model.onnx"), Contains("empty"));
    CHECK_THROWS_WITH(qb::refuse_foreign_model("\xff\xff\xff"sv, "model.tflite"), Contains("no TFLite model"));
}
