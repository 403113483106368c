// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/openvino_console.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;

namespace {

/// As the Python tool of 2026 prints it, shortened.
const std::string today = R"([Step 1/11] Parsing and validating input arguments
[ INFO ] Build ................................. 2026.4.1-22982
[Step 5/11] Resizing model to match image sizes and given batch
[ INFO ] Model batch size: 4
[ INFO ]   INFERENCE_PRECISION_HINT: <Type: 'float32'>
[Step 10/11] Measuring performance (Start inference asynchronously, 2 inference requests, limits: 40 iterations)
[ INFO ] Count:            40 iterations
[ INFO ] Latency:
[ INFO ]    Median:        212.64 us
[ INFO ]    Average:       312.23 us
[ INFO ]    Min:           87.21 us
[ INFO ]    Max:           3795.24 us
[ INFO ] Throughput:   11356.60 FPS
)";

}  // namespace

TEST_CASE("benchmark_app's console: units are read, requests are threads, the batch may be open") {
    CHECK(openvino_console.recognises(today));
    const auto one = only(from_text(openvino_console, today, {.network = "n", .platform = "p"}));
    CHECK(one.latency.value() == Approx(212.64e-6));
    CHECK(one.throughput.value() == Approx(11356.60));
    CHECK(one.inputs_per_call() == 4);
    CHECK(one.calls_at_a_time() == 2);
    CHECK(one.datatype == qb::precision(qb::fp32));
    CHECK(one.source->tool == "OpenVINO 2026.4.1-22982");
    const std::string open = replaced(today, "batch size: 4", "batch size: ?");
    CHECK(only(from_text(openvino_console, open, told({.batch = 8}))).inputs_per_call() == 8);
    CHECK_THROWS_AS(from_text(openvino_console, today, told({.batch = 8})), qb::parse_error);
}

TEST_CASE("benchmark_app's console: groups of input shapes and errors are said aloud, percentiles named") {
    const std::string groups =
        replaced(today, "[ INFO ] Throughput",
                 "[ INFO ] Latency for each data shape group:\n[ INFO ] 1. x: [1,3,32,32]\n"
                 "[ INFO ]    Median:     1.00 us\n[ INFO ] 2. x: [4,3,32,32]\n"
                 "[ INFO ]    Median:     2.00 us\n[ ERROR ] one request failed\n[ INFO ] Throughput");
    const auto mixed = only(from_text(openvino_console, groups, told({.batch = 4})));
    CHECK(mixed.latency.value() == Approx(212.64e-6));
    CHECK(mixed.has(qb::caution::mixed_sizes));
    CHECK(mixed.has(qb::caution::tool_errors));
    CHECK_FALSE(mixed.flags().empty());
    // 2021.3 and before: one line
    const auto old =
        only(from_text(openvino_console,
                       "[Step 10/11] Measuring performance (Start inference syncronously, limits: 60000 ms)\n"
                       "Count:      240 iterations\nDuration:   60010.12 ms\nLatency:    250.32 ms\n"
                       "Throughput: 4.00 FPS\n",
                       told()));
    CHECK(old.latency.value() == Approx(0.25032));
    CHECK(old.statistic == "median");
}

TEST_CASE("benchmark_app's report: an open batch, groups of shapes, and what is rounded to nothing") {
    const std::string text = content("openvino_report.csv");
    const auto batch = text.find("batch size;");
    const std::string open = text.substr(0, batch) + "batch size;?" + text.substr(text.find('\n', batch));
    CHECK(only(from_text(openvino_csv, open, told({.batch = 3}))).inputs_per_call() == 3);
    const auto zero = only(from_text(openvino_csv,
                                     "Configuration setup\nbatch size;1\nnumber of parallel infer requests;1\n\n"
                                     "Execution results\nlatency (ms);0.00\navg latency;0.00\nmin latency;0.00\n"
                                     "max latency;0.08\nthroughput;290000.00\n",
                                     told()));
    CHECK_FALSE(qb::is_known(zero.latency));  // the maximum is no latency
    CHECK(zero.throughput.value() == 290000);
    CHECK(zero.has(qb::caution::rounded_away));
}
