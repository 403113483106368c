// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/tflite.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;
using Catch::Matchers::Contains;

TEST_CASE("TFLite log: microseconds of the measured runs, not of the warm-up") {
    const auto one = only(from_file(tflite_log, "tflite_log.txt", {.platform = "b", .datatype = qb::fp32, .batch = 1}));
    CHECK(one.network == "mobilenet_v1_1.0_224.tflite");
    CHECK(one.latency.value() == Approx(33071.8e-6));
    CHECK(one.statistic == "mean");
    CHECK(one.line == 12);
    CHECK(only(from_file(tflite_log, "tflite_log.txt", told({.statistic = "min"}))).latency.value() ==
          Approx(32687e-6));
}

TEST_CASE("TFLite log: a file that ends after the warm-up is refused") {
    const std::string text = content("tflite_log.txt");
    CHECK_THROWS_WITH(
        from_text(tflite_log, text.substr(0, text.find("INFO: Running benchmark for at least 50")), told()),
        Contains("warm-up"));
    const std::string cut = text.substr(0, text.find("std=129"));
    CHECK_THROWS_WITH(from_text(tflite_log, cut, told()), Contains("cut off"));
    CHECK_THROWS_WITH(from_text(tflite_log, replaced(text, "avg=33071.8", "avg=33071,8"), told()), Contains("line 12"));
    CHECK_THROWS_WITH(from_text(tflite_log, replaced(text, "Inference (avg): 33071.8", "Inference (avg): 12"), told()),
                      Contains("differs"));
}

TEST_CASE("TFLite operators: milliseconds, once each") {
    const auto rows = from_file(tflite_operators, "tflite_operators.csv", told());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].latency.value() == Approx(1.184e-3));
    CHECK(rows[0].level == qb::measured_level::layer);
    CHECK(rows[1].part == "[MobilenetV1/Predictions]:2");
    const std::string text = content("tflite_operators.csv");
    CHECK_THROWS_WITH(from_text(tflite_operators, text.substr(0, text.find("Predictions") + 3), told()),
                      Contains("line 5"));
}

TEST_CASE("LiteRT: as the tool wrote it; times that are rounded to nothing are unknown") {
    const auto one = only(from_file(litert, "litert.json", {.platform = "b", .datatype = qb::fp32, .batch = 1}));
    CHECK(one.network == "tiny.tflite");
    CHECK(one.latency.value() == Approx(1e-5));
    CHECK(only(from_file(litert, "litert.json", told({.statistic = "p95"}))).latency.value() == Approx(2e-5));
    const auto zero = only(from_text(
        litert, R"({"model": "m", "latency": {"avg_ms": 0.0, "median_ms": 0.0, "max_ms": 0.01, "num_warmup_runs": 1}})",
        told()));
    CHECK_FALSE(qb::is_known(zero.latency));
    CHECK(zero.has(qb::caution::rounded_away));
    CHECK_THROWS_AS(from_text(litert, R"({"model": "m"})", told()), qb::parse_error);
}

TEST_CASE("LiteRT: what litert-benchmark prints, and LiteRT's benchmark_model with a prefix to each line") {
    for (const std::string& prefix : {std::string(), std::string("INFO: [benchmark_litert_model.h:179] ")}) {
        const std::string text =
            prefix + "========== BENCHMARK RESULTS ==========\n" + prefix + "Model initialization:  12.30 ms\n" +
            prefix + "Warmup (avg):          2.00 ms (3 runs)\n" + prefix +
            "Inference (avg):       1.50 ms (20 runs)\n" + prefix + "Inference (max):       1.90 ms\n";
        CHECK(litert_log.recognises(text));
        const auto one = only(from_text(litert_log, text, told()));
        CHECK(one.latency.value() == Approx(1.5e-3));
        CHECK(one.statistic == "mean");
    }
}

TEST_CASE("Edge TPU compiler: where the weights are, no times") {
    const auto one = only(from_file(edgetpu_compiler, "edgetpu_compiler.txt", {}));
    CHECK(one.network == "resnet50.tflite");
    CHECK(one.platform == "edgetpu");
    CHECK(one.datatype == qb::precision(qb::int8));
    CHECK(one.weights_on_chip.value() == Approx(7.04 * 1048576));
    CHECK(one.weights_off_chip.value() == Approx(15.06 * 1048576));
    CHECK_FALSE(qb::is_known(one.latency));
    CHECK(one.has(qb::caution::not_measured));
    const std::string text = content("edgetpu_compiler.txt");
    CHECK(only(from_text(edgetpu_compiler, replaced(text, "15.06MiB", "0.00B"), {})).weights_off_chip.value() == 0);
    CHECK(only(from_text(edgetpu_compiler, replaced(text, "15.06MiB", "41.75KiB"), {})).weights_off_chip.value() ==
          Approx(42752));
    CHECK_THROWS_WITH(from_text(edgetpu_compiler, replaced(text, "15.06MiB", "15.06"), {}), Contains("unit"));
    CHECK_THROWS_AS(from_text(edgetpu_compiler, text.substr(0, text.find("Off-chip")), {}), qb::parse_error);
}
