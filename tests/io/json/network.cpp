// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/json/network.hpp>

#include "catch.hpp"

using namespace qutibench;

namespace {

std::string refusal(const std::string& text) {
    try {
        static_cast<void>(parse_network(text, "n.json"));
    } catch (const parse_error& wrong) {
        return wrong.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a network by its totals") {
    const network_entry net = parse_network(R"({"id": "mine", "operations": 1e9, "weights": 4200000})");
    CHECK_FALSE(net.has_graph());
    CHECK(net.work().operation_count == 1000000000);
    CHECK(net.work().mac_count == 500000000);
    CHECK(net.work(1, counting::macs_only).operation_count == 500000000);
    CHECK(net.work().weight_count == 4200000);
    CHECK_THROWS_WITH(net.build(), "network 'mine' is known by its totals only, so it has no layers");
    CHECK_THROWS_AS(net.work(0.5), invalid_argument);
    CHECK_THROWS_AS(net.work(std::numeric_limits<double>::quiet_NaN()), invalid_argument);
    CHECK_THROWS_AS(net.published_work(), invalid_argument);
    const network_entry again = parse_network(to_json(net.work()));
    CHECK(again.work() == net.work());
}

TEST_CASE("a network of the zoo") {
    const network_entry net =
        parse_network(R"({"id": "small_cnv", "zoo": "cnv", "task": "cifar10", "sources": {"t": "a table"},
        "accuracies": [{"keep": 0.5, "datatype": "w2a8", "top1": 0.9, "source": "t"}]})");
    CHECK(net.has_graph());
    CHECK(net.work(0.5).operation_count == 118922752);
    CHECK(net.work(0.5).name() == "small_cnv");
    REQUIRE(net.accuracy(0.5, {int2, int8}) != nullptr);
    CHECK(net.accuracy(0.5, {int2, int8})->top1 == 0.9);
    CHECK(net.accuracy(0.5, {int2, int8})->source == "a table");
    CHECK(net.accuracy(1, {int2, int8}) == nullptr);
}

TEST_CASE("a network layer by layer") {
    const network_entry net = parse_network(R"({"id": "tiny", "layers": [{"type": "input", "extents": [1, 784]},
        {"type": "dense", "out_features": 10}]})");
    CHECK(net.work().weight_count == 7840);
    CHECK(net.build().name() == "tiny");
    CHECK(net.work(0.5).weight_count == 7840);  // inputs and results keep their width
}

TEST_CASE("a network has an accuracy by each of several metrics, the first one first") {
    const network_entry net = parse_network(R"({"id": "x", "zoo": "cnv", "accuracies": [
        {"datatype": "fp32", "metric": "mAP 50-95", "value": 37.9},
        {"datatype": "fp32", "metric": "mask mAP 50-95", "value": 34.6}]})");
    REQUIRE(net.accuracies.size() == 2);
    CHECK(net.accuracy(1, fp32, "zcu102_dpu")->value == 37.9);
}

TEST_CASE("mistakes in a network file are refused with file and pointer") {
    CHECK(refusal(R"({"id": "x"})").find("n.json, the whole document: needs one of 'zoo'") == 0);
    CHECK(refusal(R"({"id": "x", "zoo": "cnv", "operations": 1})").find("needs one of") != std::string::npos);
    CHECK(refusal(R"({"id": "x", "zoo": "cmv"})") == "n.json, /zoo: the zoo has no 'cmv'; did you mean 'cnv'?");
    CHECK(refusal(R"({"id": "x", "operations": 1e9})") == "n.json, the whole document: the key 'weights' is missing");
    CHECK(refusal(R"({"id": "x", "operations": -1, "weights": 1})") ==
          "n.json, /operations: must be positive and finite, not -1");
    CHECK(refusal(R"({"id": "x", "operations": 1e30, "weights": 1})") == "n.json, /operations: does not fit 64 bits");
    CHECK(refusal(R"({"id": "x", "zoo": "cnv", "accuracies": [{"datatype": "int8", "top1": 73.3}]})") ==
          "n.json, /accuracies/0/top1: must be above 0 and at most 1, not 73.3");
    CHECK(
        refusal(
            R"({"id": "x", "zoo": "cnv",
 "accuracies": [{"datatype": "int8", "top1": 0.7}, {"datatype": "int8", "top1": 0.8}]})") ==
        "n.json, /accuracies/1/datatype: there are two accuracies of one metric for this keep, datatype and platform");
    CHECK(refusal(R"({"id": "x", "zoo": "cnv", "accurracies": []})") ==
          "n.json, /accurracies: there is no such key; did you mean 'accuracies'?");
    CHECK_THROWS_WITH(load_network_file("model.onnx"), "model.onnx: this is an ONNX model; load_onnx reads it");
}
