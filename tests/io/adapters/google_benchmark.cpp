// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/google_benchmark.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;
using Catch::Matchers::Contains;

namespace {

std::string file_of(const std::string& entry) {
    return R"({"context": {}, "benchmarks": [)" + entry + "]}";
}

}  // namespace

TEST_CASE("Google Benchmark: iterations without aggregates and failures, batch from the items") {
    const auto rows = from_file(google_benchmark, "google_benchmark.json", {.platform = "b", .datatype = qb::fp32});
    REQUIRE(rows.size() == 4);
    for (const auto& row : rows) {
        CHECK(row.network == "resnet50");
        CHECK(row.statistic == "mean");
        // Throughput is by the wall clock although the tool's own items per second are by CPU time.
        CHECK(row.throughput.value() * row.latency.value() == Approx(static_cast<double>(row.deployment_value)));
    }
    CHECK(rows[0].deployment_value == 1);
    CHECK(rows[3].deployment_value == 8);
}

TEST_CASE("Google Benchmark: every entry has its own unit of time") {
    const std::string rest = R"(", "run_type": "iteration", "threads": 1, "real_time": 2, "cpu_time": 1, "name": "a"})";
    const std::string entries = R"({"time_unit": "ms)" + rest + R"(, {"time_unit": "us)" + rest;
    const auto rows = from_text(google_benchmark, file_of(entries), told({.network = "n"}));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].latency.value() == Approx(2e-3));
    CHECK(rows[1].latency.value() == Approx(2e-6));
    CHECK(rows[0].throughput.value() == Approx(500));
    CHECK_THROWS_WITH(
        from_text(google_benchmark, file_of(R"({"name": "a", "real_time": 2, "time_unit": "h"})"), told()),
        Contains("time_unit"));
}

TEST_CASE("Google Benchmark: a batch that is neither a counter nor an item count has to be told") {
    const std::string entry = R"({"name": "a/8", "real_time": 2, "cpu_time": 2, "threads": 1, "time_unit": "ms"})";
    CHECK_THROWS_WITH(from_text(google_benchmark, file_of(entry), {.platform = "b", .datatype = qb::fp32}),
                      Contains("batch"));
    CHECK(only(from_text(google_benchmark, file_of(entry), told({.batch = 8}))).throughput.value() == Approx(4000));
}

TEST_CASE("Google Benchmark: with threads only a rate by the wall clock counts") {
    const std::string by_clock =
        R"({"name": "a/real_time/threads:4", "real_time": 2, "cpu_time": 2, "threads": 4, "time_unit": "ms",
            "items_per_second": 1900})";
    const auto one = only(from_text(google_benchmark, file_of(by_clock), told()));
    CHECK(one.deployment == qb::deployment_parameter::threads);
    CHECK(one.deployment_value == 4);
    CHECK(one.throughput.value() == 1900);
    CHECK_FALSE(qb::is_known(one.latency));
    CHECK_THROWS_WITH(from_text(google_benchmark, file_of(replaced(by_clock, "/real_time", "")), told()),
                      Contains("UseRealTime"));
}

TEST_CASE("Google Benchmark: where repetitions are not listed, their summary counts") {
    const auto summary = [](const std::string& kind, const std::string& time) {
        return R"({"name": "net/1_)" + kind +
               R"(", "run_name": "net/1", "run_type": "aggregate", "aggregate_name": ")" + kind +
               R"(", "threads": 1, "time_unit": "ms", "cpu_time": 1, "real_time": )" + time + "}";
    };
    const std::string all = summary("mean", "5.1") + "," + summary("median", "5.0") + "," + summary("cv", "0.04");
    const auto one = only(from_text(google_benchmark, file_of(all), told()));
    CHECK(one.latency.value() == Approx(5e-3));
    CHECK(one.statistic == "median");
    CHECK(only(from_text(google_benchmark, file_of(all), told({.statistic = "mean"}))).latency.value() ==
          Approx(5.1e-3));
    const std::string repetition = R"({"name": "net/1", "run_name": "net/1", "run_type": "iteration", "threads": 1,
        "time_unit": "ms", "cpu_time": 1, "real_time": 4.9},)";
    CHECK(only(from_text(google_benchmark, file_of(repetition + all), told())).latency.value() == Approx(4.9e-3));
    // Before 1.5 the name alone tells.
    const std::string old = R"({"name": "net/1_mean", "time_unit": "ms", "cpu_time": 1, "real_time": 5.1})";
    CHECK(only(from_text(google_benchmark, file_of(old), told({.network = "net"}))).statistic == "mean");
}
