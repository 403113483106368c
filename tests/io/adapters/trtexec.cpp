// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/trtexec.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;
using Catch::Matchers::Contains;

TEST_CASE("trtexec times: the latency includes transfers, the batch has to be told") {
    const auto one = only(from_file(trtexec_times, "trtexec_times.json", told({.batch = 8})));
    CHECK(one.scope == qb::measured_scope::system);
    CHECK(one.statistic == "median");
    CHECK(one.latency.value() == Approx(1.3175e-3));  // of 1.25, 1.285, 1.35 and the warm-up's 3.75 ms
    CHECK(one.throughput.value() == Approx(4 * 8 / 8e-3));
    CHECK(one.deployment_value == 8);
    CHECK(one.has(qb::caution::warm_up));
    const auto compute =
        only(from_file(trtexec_times, "trtexec_times.json", told({.scope = qb::measured_scope::compute})));
    CHECK(compute.latency.value() == Approx(1.065e-3));
    CHECK_FALSE(qb::is_known(compute.throughput));
    CHECK_THROWS_WITH(
        from_file(trtexec_times, "trtexec_times.json", {.network = "a", .platform = "b", .datatype = qb::fp16}),
        Contains("batch"));
}

TEST_CASE("trtexec times: warm-up runs can be left out, statistics chosen, the older names are read") {
    const auto warm = only(from_file(trtexec_times, "trtexec_times.json", told({.warm_up = 1})));
    CHECK(warm.latency.value() == Approx(1.285e-3));
    CHECK(warm.throughput.value() == Approx(3 / 4e-3));
    CHECK_FALSE(warm.has(qb::caution::warm_up));
    CHECK(only(from_file(trtexec_times, "trtexec_times.json", told({.statistic = "max"}))).latency.value() ==
          Approx(3.75e-3));
    CHECK_THROWS_AS(from_file(trtexec_times, "trtexec_times.json", told({.statistic = "mode"})), qb::unknown_name);
    CHECK_THROWS_AS(from_file(trtexec_times, "trtexec_times.json", told({.warm_up = 4})), qb::parse_error);
    const auto old = only(from_file(trtexec_times, "trtexec_times_old.json", told()));
    CHECK(old.latency.value() == Approx(1.25e-3));
    CHECK(old.throughput.value() == Approx(800));
}

TEST_CASE("trtexec times: a run without its times, or out of order, is refused with its place") {
    CHECK_THROWS_WITH(
        from_text(trtexec_times, R"([{"computeMs": 1, "latencyMs": 2}, {"computeMs": 3, "latencyMs": 2}])", told()),
        Contains("/1"));
    CHECK_THROWS_AS(from_text(trtexec_times, R"([{"computeMs": 1}])", told()), qb::parse_error);
    CHECK_THROWS_AS(from_text(trtexec_times, R"([{"computeMs": "1,5", "latencyMs": 2}])", told()), qb::parse_error);
    CHECK_THROWS_AS(from_text(trtexec_times, "[]", told()), qb::parse_error);
}

TEST_CASE("trtexec profile: layers, without those that take no time and without the count") {
    const auto rows = from_file(trtexec_profile, "trtexec_profile.json", told());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].level == qb::measured_level::layer);
    CHECK(rows[0].part == "conv1 + relu1");
    CHECK(rows[0].latency.value() == Approx(0.09e-3));
    CHECK(rows[0].key == "/1");
    CHECK(from_file(trtexec_profile, "trtexec_profile.json", told({.statistic = "mean"}))[1].latency.value() ==
          Approx(0.1e-3));
    CHECK_THROWS_WITH(from_text(trtexec_profile, R"([{"name": "a", "averageMs": 1}])", told()), Contains("count"));
}

TEST_CASE("trtexec log: qps count queries, host and GPU times are told apart") {
    const auto one = only(from_file(trtexec_log, "trtexec_log.txt", told({.batch = 4})));
    CHECK(one.latency.value() == Approx(1.25e-3));
    CHECK(one.throughput.value() == Approx(920.5 * 4));
    CHECK(one.source->tool == "TensorRT v8401");
    CHECK(one.line == 10);
    const auto compute = only(
        from_file(trtexec_log, "trtexec_log.txt", told({.scope = qb::measured_scope::compute, .statistic = "min"})));
    CHECK(compute.latency.value() == Approx(0.965637e-3));
    CHECK(compute.scope == qb::measured_scope::compute);
    CHECK_THROWS_WITH(from_file(trtexec_log, "trtexec_log.txt", told({.statistic = "p50"})),
                      Contains("p50") && Contains("median"));
}

TEST_CASE("trtexec log: batch and streams that it states, two runs in one file") {
    const std::string text = content("trtexec_log.txt");
    const auto implicit =
        only(from_text(trtexec_log, replaced(text, "Batch: Explicit", "Batch: 16"), told({.batch = 16})));
    CHECK(implicit.throughput.value() == Approx(920.5 * 16));
    CHECK_THROWS_WITH(from_text(trtexec_log, replaced(text, "Batch: Explicit", "Batch: 16"), told({.batch = 8})),
                      Contains("16"));
    const auto streams = only(from_text(trtexec_log, replaced(text, "Streams: 1", "Streams: 2"), told()));
    CHECK(streams.deployment == qb::deployment_parameter::threads);
    CHECK(streams.deployment_value == 2);
    CHECK(from_text(trtexec_log, text + text, told()).size() == 2);
}

TEST_CASE("trtexec log: units count, commas and cut lines do not pass") {
    const std::string text = content("trtexec_log.txt");
    const auto seconds = only(from_text(trtexec_log, replaced(text, "median = 1.25 ms", "median = 1250 us"), told()));
    CHECK(seconds.latency.value() == Approx(1.25e-3));
    const auto refused = [&](const std::string& from, const std::string& to) {
        CHECK_THROWS_WITH(from_text(trtexec_log, replaced(text, from, to), told()), Contains("line 1"));
    };
    refused("median = 1.25 ms", "median = 1,25 ms");
    refused("median = 1.25 ms", "median = 1.25");
    refused("920.5 qps", "920,5 qps");
    refused("920.5 qps", "920.5");
    CHECK_THROWS_WITH(from_text(trtexec_log, text.substr(0, text.find("=== Perf")), told()),
                      Contains("performance summary"));
}

TEST_CASE("trtexec log: TensorRT 7 has a line for each figure, TensorRT 5 one line for all") {
    const std::string seven = R"([03/04/2021-09:00:33] [I] Host Latency
[03/04/2021-09:00:33] [I] min: 3.50 ms (end to end 3.60 ms)
[03/04/2021-09:00:33] [I] mean: 3.71 ms (end to end 6.31 ms)
[03/04/2021-09:00:33] [I] median: 3.68 ms (end to end 6.28 ms)
[03/04/2021-09:00:33] [I] percentile: 4.44 ms at 99% (end to end 7.77 ms at 99%)
[03/04/2021-09:00:33] [I] throughput: 300 qps
[03/04/2021-09:00:33] [I] Enqueue Time
[03/04/2021-09:00:33] [I] median: 0.50 ms
[03/04/2021-09:00:33] [I] GPU Compute
[03/04/2021-09:00:33] [I] mean: 3.21 ms
[03/04/2021-09:00:33] [I] median: 3.18 ms
[03/04/2021-09:00:33] [I] total compute time: 2.88 s
&&&& PASSED TensorRT.trtexec
)";
    CHECK(trtexec_log.recognises(seven));
    const auto one = only(from_text(trtexec_log, seven, told({.batch = 8})));
    CHECK(one.latency.value() == Approx(3.68e-3));  // one query's, not "end to end", which overlaps the next
    CHECK(one.throughput.value() == Approx(2400));
    const auto compute = from_text(trtexec_log, seven, told({.batch = 8, .scope = qb::measured_scope::compute}));
    CHECK(only(compute).latency.value() == Approx(3.18e-3));
    CHECK(only(from_text(trtexec_log, seven, told({.statistic = "p99"}))).latency.value() == Approx(4.44e-3));
    const std::string failed = "[03/04/2021-09:00:00] [E] a tactic failed\n" + seven;
    CHECK(only(from_text(trtexec_log, failed, told())).has(qb::caution::tool_errors));

    const std::string five =
        "Average over 10 runs is 3.0 ms (host walltime is 3.4 ms, 99% percentile time is 3.9).\n"
        "Average over 10 runs is 3.2 ms (host walltime is 3.6 ms, 99% percentile time is 3.9).\n";
    CHECK(trtexec_log.recognises(five));
    const auto old = only(from_text(trtexec_log, five, told()));
    CHECK(old.latency.value() == Approx(3.5e-3));
    CHECK(old.statistic == "mean");
}
