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

TEST_CASE("torch.profiler: traces as three generations of PyTorch write them") {
    // Categories with capitals, numbers of threads as text, a step that is an operator: pytorch/kineto, tb_plugin/test
    const std::string first = R"json({"schemaVersion": 1, "traceEvents": [
        {"ph": "X", "cat": "Operator", "name": "aten::conv2d", "pid": 13721, "tid": "123", "ts": 100, "dur": 200},
        {"ph": "X", "cat": "Operator", "name": "aten::convolution", "pid": 13721, "tid": "123", "ts": 110, "dur": 150},
        {"ph": "X", "cat": "Operator", "name": "ProfilerStep#1", "pid": 13721, "tid": "123", "ts": 50, "dur": 400},
        {"ph": "X", "cat": "Memcpy", "name": "Memcpy HtoD (Pageable -> Device)", "pid": 0, "tid": "stream 7",
         "ts": 210, "dur": 10},
        {"ph": "X", "cat": "Kernel", "name": "ClassNLLCriterion", "pid": 0, "tid": "stream 7", "ts": 330, "dur": 30}
        ]})json";
    // Small letters, whole microseconds since 1970
    const std::string second = R"json({"schemaVersion": 1, "deviceProperties": [], "traceEvents": [
        {"ph": "X", "cat": "user_annotation", "name": "ProfilerStep#10", "pid": 70610, "tid": 13366669,
         "ts": 1712667379482786, "dur": 2674, "args": {"External id": 1, "Ev Idx": 0}},
        {"ph": "X", "cat": "cpu_op", "name": "aten::lift_fresh", "pid": 70610, "tid": 13366669,
         "ts": 1712667379482800, "dur": 14}]})json";
    // Parts of microseconds since a base that stands apart, behind the properties of every device
    std::string third = R"json({"schemaVersion": 1, "deviceProperties": [{"id": 0})json";
    for (int i = 1; i < 16; ++i) third += R"json(, {"id": 0, "name": "a device", "totalGlobalMem": 84942979072})json";
    third += R"json(], "displayTimeUnit": "ms", "baseTimeNanoseconds": 1743521598000000000, "traceEvents": [
        {"ph": "X", "cat": "cpu_op", "name": "aten::convolution", "pid": 1147039, "tid": 1147039,
         "ts": 198093488368.463, "dur": 425.453, "args": {"External id": 1340, "Concrete Inputs": ["", "[2, 2]"]}},
        {"ph": "X", "cat": "user_annotation", "name": "ProfilerStep#2", "pid": 1147039, "tid": 1147039,
         "ts": 198093488300.001, "dur": 900.5}]})json";
    const std::tuple<std::string, double, std::string, double> versions[] = {
        {first, 400e-6, "ClassNLLCriterion", 30e-6},
        {second, 2674e-6, "aten::lift_fresh", 14e-6},
        {third, 900.5e-6, "aten::convolution", 425.453e-6}};
    for (const auto& [text, step, part, time] : versions) {
        CHECK(torch_profiler.recognises(qb::adapter_input::text(text).head()));
        const auto rows = from_text(torch_profiler, text, told());
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].latency.value() == Approx(step));
        CHECK(rows[1].part == part);
        CHECK(rows[1].latency.value() == Approx(time));
    }
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
