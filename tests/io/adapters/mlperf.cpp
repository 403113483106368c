// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/mlperf.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;
using Catch::Matchers::Contains;

TEST_CASE("loadgen: summary and detail of one run say the same") {
    const qb::ingest_options known{.network = "n", .platform = "b", .datatype = qb::fp32};
    const auto summary = only(from_file(mlperf_summary, "mlperf_summary_single.txt", known));
    const auto detail = only(from_file(mlperf_detail, "mlperf_detail_single.txt", known));
    CHECK(summary.latency.value() == Approx(2108909e-9));  // the median, not the headline's 90th percentile
    CHECK(summary.statistic == "median");
    CHECK(summary.deployment_value == 1);
    CHECK(summary.throughput.value() == 402.55);
    CHECK(summary.has(qb::caution::invalid_run));
    CHECK(detail.latency.value() == summary.latency.value());
    CHECK(detail.throughput.value() == Approx(summary.throughput.value()).epsilon(1e-5));
    CHECK(detail.has(qb::caution::invalid_run));
    CHECK(detail.source->tool.find("6.0.17") != std::string::npos);
    const auto headline = only(from_file(mlperf_summary, "mlperf_summary_single.txt", told({.statistic = "p90"})));
    CHECK(headline.latency.value() == Approx(3970080e-9));
}

TEST_CASE("loadgen: scenarios differ in what a query and a latency are") {
    const auto multi = only(
        from_file(mlperf_summary, "mlperf_summary_multi.txt", {.network = "n", .platform = "b", .datatype = qb::fp32}));
    CHECK(multi.deployment_value == 8);
    CHECK(qb::attained_throughput(multi).value() == Approx(8 / 2109119e-9));
    const auto offline = only(from_file(mlperf_summary, "mlperf_summary_offline.txt", told({.batch = 16})));
    CHECK_FALSE(qb::is_known(offline.latency));  // queueing
    CHECK(offline.throughput.value() == 20574.4);
    CHECK(offline.deployment_value == 16);
    const auto server = only(from_file(mlperf_summary, "mlperf_summary_server.txt", told()));
    CHECK(server.has(qb::caution::queueing));
    CHECK(server.throughput.value() == 183.73);
    CHECK_THROWS_WITH(from_file(mlperf_summary, "mlperf_summary_offline.txt",
                                {.network = "n", .platform = "b", .datatype = qb::fp32}),
                      Contains("batch"));
}

TEST_CASE("loadgen: a mean that wrapped is not a mean") {
    const std::string text = replaced(content("mlperf_summary_single.txt"), "Mean latency (ns)               : 2469311",
                                      "Mean latency (ns)               : 18446744073709551");
    CHECK_THROWS_AS(from_text(mlperf_summary, text, told({.statistic = "mean"})), qb::unknown_name);
    CHECK(only(from_text(mlperf_summary, text, told())).statistic == "median");
}

TEST_CASE("loadgen: valid runs, accuracy runs, cut files, commas") {
    const std::string text = content("mlperf_summary_single.txt");
    CHECK_FALSE(
        only(from_text(mlperf_summary, replaced(text, "INVALID", "VALID"), told())).has(qb::caution::invalid_run));
    CHECK_THROWS_WITH(from_text(mlperf_summary, replaced(text, "PerformanceOnly", "AccuracyOnly"), told()),
                      Contains("AccuracyOnly"));
    CHECK_THROWS_WITH(from_text(mlperf_summary, text.substr(0, text.find("2469311") + 3), told()),
                      Contains("ends too early"));
    CHECK_THROWS_WITH(from_text(mlperf_summary, replaced(text, "402.55", "402,55"), told()), Contains("line 20"));
    const std::string detail = content("mlperf_detail_single.txt");
    CHECK_THROWS_WITH(from_text(mlperf_detail, detail.substr(0, detail.size() - 20), told()), Contains("cut off"));
    CHECK_THROWS_WITH(from_text(mlperf_detail, detail + "hello\n", told()), Contains("MLLOG"));
    CHECK_THROWS_WITH(from_text(mlperf_detail, replaced(detail, "402.548", "4O2.548"), told()), Contains("line"));
    CHECK_THROWS_AS(from_text(mlperf_detail, detail.substr(0, detail.find('\n') + 1), told()), qb::parse_error);
}

TEST_CASE("MLPerf results: per accelerator, power in watts, energy in millijoules") {
    const auto offline =
        only(from_file(mlperf_results, "mlperf_results.json", {.platform = "Accelerator X", .batch = 1}));
    CHECK(offline.network == "resnet");
    CHECK(offline.datatype == qb::precision(qb::int8));
    CHECK(offline.throughput.value() == Approx(88000));
    CHECK(offline.power.value() == Approx(700));
    CHECK(offline.has(qb::caution::whole_system));
    CHECK(offline.key == "/0");
    const auto single = only(from_file(mlperf_results, "mlperf_results.json", {.platform = "board_TRT"}));
    CHECK(single.platform == "board_TRT");
    CHECK(single.latency.value() == Approx(0.64e-3));
    CHECK(single.statistic == "p90");
    CHECK(single.energy.value() == Approx(12.5e-3));
    CHECK_FALSE(single.has(qb::caution::whole_system));
    CHECK_THROWS_AS(from_file(mlperf_results, "mlperf_results.json", {.network = "bert"}), qb::parse_error);
    CHECK_THROWS_WITH(from_text(mlperf_results, replaced(content("mlperf_results.json"), "Samples/s", "Furlongs/s"),
                                told({.network = "resnet", .platform = "Accelerator X"})),
                      Contains("Furlongs"));
    CHECK_THROWS_WITH(from_text(mlperf_results, replaced(content("mlperf_results.json"), "Watts", "Horses"),
                                told({.network = "resnet", .platform = "Accelerator X"})),
                      Contains("Horses"));
}

TEST_CASE("MLPerf Tiny: performance and energy from different runs") {
    const auto one =
        only(from_file(mlperf_tiny, "mlperf_tiny.txt", {.network = "n", .platform = "b", .datatype = qb::int8}));
    CHECK(one.throughput.value() == 18.574);
    CHECK(one.energy.value() == Approx(8471.102e-6));
    CHECK(one.accuracy_top1 == Approx(0.85));
    CHECK(one.has(qb::caution::separate_runs));
    const std::string text = content("mlperf_tiny.txt");
    CHECK_THROWS_WITH(from_text(mlperf_tiny, replaced(text, "8471.102 uJ/inf.\nTop", "8471,102 uJ/inf.\nTop"), told()),
                      Contains("line 10"));
    CHECK_THROWS_WITH(from_text(mlperf_tiny, text.substr(0, text.find("Median throughput") + 30), told()),
                      Contains("cut off"));
}

TEST_CASE("loadgen: v0.5 and v0.7 write names in words") {
    const std::string text = replaced(replaced(content("mlperf_summary_single.txt"), "SingleStream", "Single Stream"),
                                      "PerformanceOnly", "Performance");
    CHECK(only(from_text(mlperf_summary, text, told())).latency.value() == Approx(2108909e-9));
}

TEST_CASE("loadgen: errors that the log speaks of stay with the figures") {
    const std::string text = content("mlperf_summary_offline.txt");
    CHECK_FALSE(only(from_text(mlperf_summary, text, told())).has(qb::caution::tool_errors));
    const std::string none = "No errors encountered during test.", some = "1 ERROR encountered. See detailed log.";
    const auto counted = only(from_text(mlperf_summary, replaced(text, none, some), told()));
    CHECK(counted.has(qb::caution::tool_errors));
    const std::string detail =
        content("mlperf_detail_single.txt") +
        ":::MLLOG {\"key\": \"error_runtime\", \"value\": \"late\", \"metadata\": {\"is_error\": true}}\n";
    CHECK(only(from_text(mlperf_detail, detail, told())).has(qb::caution::tool_errors));
}
