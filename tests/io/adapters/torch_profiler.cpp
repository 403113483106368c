// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/torch_profiler.hpp>

using namespace adapter_testing;
using qutibench::adapters::torch_profiler;

namespace {

std::string event(const char* category, const std::string& name, int start, int microseconds) {
    return R"({"ph":"X","cat":")" + std::string(category) + R"(","name":")" + name + R"(","pid":1,"tid":1,"ts":)" +
           std::to_string(start) + R"(,"dur":)" + std::to_string(microseconds) + "}";
}

std::string trace(std::initializer_list<std::string> events) {
    std::string text = R"({"schemaVersion":1,"deviceProperties":[],"traceEvents":[{"ph":"M","name":"process_name"})";
    for (const std::string& one : events) text += "," + one;
    return text + "]}";
}

}  // namespace

TEST_CASE("torch.profiler: steps are calls, kernels are blocks with their time in one step") {
    const std::string text = trace(
        {event("user_annotation", "ProfilerStep#1", 0, 1000), event("user_annotation", "ProfilerStep#2", 1000, 600),
         event("gpu_user_annotation", "ProfilerStep#2", 1000, 900), event("cpu_op", "aten::conv2d", 10, 50),
         event("kernel", "gemm", 100, 30), event("kernel", "gemm", 200, 10), event("kernel", "relu", 300, 4),
         event("kernel", "gemm", 1100, 20), event("kernel", "relu", 1200, 2)});
    CHECK(torch_profiler.recognises(text));
    const auto rows = from_text(torch_profiler, text, told());
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].latency.value() == Approx(800e-6));  // the median of 1000 and 600 us
    CHECK(rows[1].part == "gemm");
    CHECK(rows[1].level == qb::measured_level::block);
    CHECK(rows[1].latency.value() == Approx(30e-6));  // 60 us over two steps
    const auto warm = from_text(torch_profiler, text, told({.warm_up = 1}));
    CHECK(warm[0].latency.value() == Approx(600e-6));
    CHECK(warm[1].latency.value() == Approx(20e-6));
    CHECK_FALSE(warm[1].has(qb::caution::warm_up));
}

TEST_CASE("torch.profiler: operators nest, and only the outermost count") {
    const auto rows = from_text(torch_profiler,
                                trace({event("cpu_op", "aten::convolution", 12, 40),
                                       event("cpu_op", "aten::conv2d", 10, 50), event("cpu_op", "aten::relu", 70, 5)}),
                                told());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].part + rows[1].part == "aten::conv2daten::relu");
    CHECK(rows[0].has(qb::caution::calls_unknown));  // no step is marked
}
