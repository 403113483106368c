// SPDX-License-Identifier: BSD-3-Clause
// What earlier versions of the tools wrote of the same network reads as today's does: tests/data/adapters/README.md.
#include "support.hpp"

#include <qutibench/io/adapters/google_benchmark.hpp>
#include <qutibench/io/adapters/mlperf.hpp>
#include <qutibench/io/adapters/onnxruntime.hpp>
#include <qutibench/io/adapters/openvino.hpp>
#include <qutibench/io/adapters/openvino_console.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;

namespace {

/// The records of a file that an earlier version wrote.
std::vector<qb::measurement> of(const qb::adapter& one, const std::string& name, const qb::ingest_options& options) {
    return from_file(one, "versions/" + name, options);
}

std::vector<std::string> parts(const std::vector<qb::measurement>& rows) {
    std::vector<std::string> names;
    for (const qb::measurement& row : rows) names.push_back(row.part);
    return names;
}

}  // namespace

TEST_CASE("ONNX Runtime 1.15 and 1.20 write the same nodes as 1.31") {
    const auto today = from_file(onnxruntime_profile, "onnxruntime_profile.json", {.network = "tiny", .platform = "b"});
    for (const auto& [version, microseconds] : {std::pair("1.15.1", 268.0), std::pair("1.20.1", 481.0)}) {
        CAPTURE(version);
        const auto rows = of(onnxruntime_profile, "onnxruntime_" + std::string(version) + ".json",
                             {.network = "tiny", .platform = "b"});
        CHECK(parts(rows) == std::vector<std::string>{"", "conv1", "relu1", "conv2", "relu2", "pool", "flat", "fc"});
        CHECK(rows[0].latency.value() == Approx(microseconds * 1e-6));
        CHECK(rows[0].datatype == today[0].datatype);
        CHECK(rows[0].deployment_value == 1);
    }
}

TEST_CASE("loadgen 5.0 and 5.1 say what 6.0 says, in summary and detail") {
    for (const auto& [version, nanoseconds, rate] :
         {std::tuple("5.0.25", 3987507.0, 209.68), std::tuple("5.1.2", 2090508.0, 477.23)}) {
        CAPTURE(version);
        const std::string end = std::string(version) + ".txt";
        const auto summary = only(of(mlperf_summary, "mlperf_summary_" + end, told()));
        const auto detail = only(of(mlperf_detail, "mlperf_detail_" + end, told()));
        CHECK(summary.latency.value() == Approx(nanoseconds * 1e-9));
        CHECK(summary.throughput.value() == Approx(rate));
        CHECK(detail.latency.value() == summary.latency.value());
        CHECK(detail.throughput.value() == Approx(rate).epsilon(1e-5));
        CHECK(summary.has(qb::caution::invalid_run));
        CHECK(detail.has(qb::caution::invalid_run));
        CHECK(detail.source->tool.find(version) != std::string::npos);
    }
}

TEST_CASE("Google Benchmark 1.8 and 1.9: three repetitions with their items, whatever stands in the context") {
    for (const char* const version : {"1.8.3", "1.9.5"}) {
        CAPTURE(version);
        const auto rows = of(google_benchmark, "google_benchmark_" + std::string(version) + ".json",
                             {.network = "n", .platform = "b", .datatype = qb::int8});
        REQUIRE(rows.size() == 3);
        for (const qb::measurement& row : rows) {
            CHECK(row.deployment_value == 8);
            CHECK(row.latency.value() == Approx(1.1e-3).epsilon(0.1));
            CHECK(row.throughput.value() * row.latency.value() == Approx(8).epsilon(1e-3));
        }
    }
}

TEST_CASE("OpenVINO 2023 and 2024: console, reports and both kinds of counters") {
    for (const auto& [version, rate] : {std::pair("2023.3.0", 1147.51), std::pair("2024.6.0", 7535.8)}) {
        CAPTURE(version);
        const auto named = [&](const std::string& kind, const char* end) {
            return "openvino_" + kind + "_" + version + end;
        };
        const auto console = only(of(openvino_console, named("console", ".txt"), told({.datatype = qb::fp32})));
        const auto report = only(of(openvino_csv, named("report", ".csv"), told()));
        CHECK(console.throughput.value() == rate);
        CHECK(report.throughput.value() == rate);
        CHECK(report.latency.value() == console.latency.value());
        CHECK(console.deployment_value == 2);
        CHECK(console.source->tool.find(std::string(version)) != std::string::npos);
        CHECK(console.datatype == qb::precision(qb::bf16));  // as it ran, on a processor that multiplies so
        CHECK(only(of(openvino_json, named("report", ".json"), told())).deployment_value == 2);
        for (const auto& rows : {of(openvino_counters, named("counters", ".csv"), told()),
                                 of(openvino_counters_json, named("counters", ".json"), told())}) {
            const auto conv =
                std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.part == "conv2"; });
            REQUIRE(conv != rows.end());
            CHECK(conv->latency.value() == Approx(79e-6).epsilon(0.05));
            CHECK(conv->datatype == qb::precision(qb::bf16));
        }
    }
}
