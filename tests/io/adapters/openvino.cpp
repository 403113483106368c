// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/openvino.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;
using Catch::Matchers::Contains;

TEST_CASE("OpenVINO report: requests under way are threads, and their latency includes waiting") {
    for (const bool json : {false, true}) {
        const auto one = json ? only(from_file(openvino_json, "openvino_report.json", told()))
                              : only(from_file(openvino_csv, "openvino_report.csv", told()));
        CHECK(one.deployment == qb::deployment_parameter::threads);
        CHECK(one.deployment_value == 2);
        CHECK(one.call_batch == 1);
        CHECK(one.has(qb::caution::queueing));
        CHECK(one.throughput.value() == (json ? 4465.98 : 2285.48));
        CHECK(one.latency.value() == Approx(json ? 0.07e-3 : 0.06e-3));
        CHECK(one.statistic == "median");
    }
}

TEST_CASE("OpenVINO report: another percentile than the median is not called one") {
    const auto rounded =
        only(from_file(openvino_csv, "openvino_report_p90.csv", told({.datatype = qb::fp32, .statistic = "p90"})));
    CHECK(rounded.latency.value() == Approx(0.03e-3));
    CHECK(rounded.deployment == qb::deployment_parameter::batch);
    CHECK_THROWS_AS(
        from_file(openvino_csv, "openvino_report_p90.csv", told({.datatype = qb::fp32, .statistic = "median"})),
        qb::unknown_name);
}

TEST_CASE("OpenVINO report: the datatype of -infer_precision is stated, UNSPECIFIED is not") {
    CHECK_THROWS_WITH(from_file(openvino_csv, "openvino_report.csv", {.network = "a", .platform = "b"}),
                      Contains("datatype"));
    CHECK(only(from_file(openvino_csv, "openvino_report_p90.csv", {.network = "a", .platform = "b"})).datatype ==
          qb::precision(qb::fp32));
    CHECK_THROWS_WITH(from_file(openvino_csv, "openvino_report_p90.csv", told({.datatype = qb::int8})),
                      Contains("int8"));
}

TEST_CASE("OpenVINO report: the C++ tool's keys") {
    const std::string report =
        R"({"configuration_setup": {"topology": "net", "batch_size": 4, "nireq": 1, "precision": "FP16"},
            "execution_results": {"execution_time": 60012.1, "iterations_num": 100, "latency_median": 20.5,
                                  "latency_avg": 21, "latency_min": 19, "latency_max": 40, "throughput": 195.5}})";
    const auto one = only(from_text(openvino_json, report, {.platform = "b"}));
    CHECK(one.network == "net");
    CHECK(one.datatype == qb::precision(qb::fp16));
    CHECK(one.deployment_value == 4);
    CHECK(one.latency.value() == Approx(20.5e-3));
    CHECK(one.throughput.value() == 195.5);
}

TEST_CASE("OpenVINO report: what becomes 0.00 is not known, commas and cut lines are refused") {
    const std::string text = content("openvino_report.csv");
    CHECK(only(from_text(openvino_csv, replaced(text, "latency (ms);0.06", "latency (ms);0.00"), told())).statistic ==
          "mean");
    CHECK_THROWS_WITH(from_text(openvino_csv, replaced(text, "2285.48", "2285,48"), told()),
                      Contains("decimal comma") && Contains("line 33"));
    CHECK_THROWS_WITH(from_text(openvino_csv, text.substr(0, text.find("2285.48") + 5), told()), Contains("cut off"));
    CHECK_THROWS_AS(from_text(openvino_csv, text.substr(0, text.find("Execution results")), told()), qb::parse_error);
}

TEST_CASE("OpenVINO counters: the kernel's name says the datatype, whatever was asked for") {
    const auto rows = from_file(openvino_counters, "openvino_counters.csv", told({.datatype = qb::fp32}));
    REQUIRE(rows.size() == 6);  // 5 of 11 did not run
    CHECK(rows[2].part == "conv1/WithoutBiases");
    CHECK(rows[2].datatype == qb::precision(qb::bf16));
    CHECK(rows[2].has(qb::caution::other_datatype));
    CHECK(rows[2].latency.value() == Approx(19e-6));
    CHECK(rows[2].line == 5);
    const auto sorted = from_file(openvino_counters, "openvino_counters_sorted.csv", told({.datatype = qb::fp32}));
    REQUIRE(sorted.size() == 5);
    CHECK(sorted[0].part == "y");
    CHECK(sorted[0].datatype == qb::precision(qb::fp32));
    CHECK_FALSE(sorted[0].has(qb::caution::other_datatype));
}

TEST_CASE("OpenVINO counters: the mean over the requests that are listed one by one") {
    const auto rows = from_file(openvino_counters_json, "openvino_counters.json", told());
    REQUIRE(rows.size() == 6);
    CHECK(rows[2].statistic == "mean");
    const std::string first_only =
        R"({"report_type": "average", "avg_performance": {"nodes": [{"name": "x", "node_type":
        "Parameter", "status": "Status.NOT_RUN", "real_time": "0.000", "exec_type": "unknown_f32"}]}})";
    CHECK_THROWS_WITH(from_text(openvino_counters_json, first_only, told()), Contains("detailed_counters"));
    const std::string table =
        "layerName;execStatus;layerType;execType;realTime (ms);cpuTime (ms)\n"
        "conv;EXECUTED;Convolution;jit_f32;";
    const auto mean = only(from_text(
        openvino_counters, table + "0.100;0.1\nTotal;;;;0.1;0.1\n\n" + table + "0.300;0.3\nTotal;;;;0.3;0.3\n\n",
        told({.datatype = qb::fp32})));
    CHECK(mean.latency.value() == Approx(0.2e-3));
}

TEST_CASE("OpenVINO counters: cut files are refused") {
    const std::string text = content("openvino_counters.csv");
    CHECK_THROWS_WITH(from_text(openvino_counters, text.substr(0, text.find("Total")), told()), Contains("total"));
    CHECK_THROWS_WITH(from_text(openvino_counters, text.substr(0, text.find("brgconv") + 3), told()),
                      Contains("line 5"));
    CHECK_THROWS_WITH(from_text(openvino_counters, replaced(text, "0.093;", "0,093;"), told()), Contains("line 11"));
    CHECK_THROWS_WITH(from_text(openvino_counters, replaced(text, "realTime (ms)", "realTime (us)"), told()),
                      Contains("realTime"));
}
