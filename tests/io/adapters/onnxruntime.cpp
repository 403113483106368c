// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/onnxruntime.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;
using Catch::Matchers::Contains;

namespace {

std::string event(const char* category, const std::string& name, int microseconds) {
    return R"({"cat":")" + std::string(category) + R"(","dur":)" + std::to_string(microseconds) +
           R"(,"ph":"X","name":")" + name + R"("})";
}

}  // namespace

TEST_CASE("ONNX Runtime profile: the model and every node, datatypes as they ran") {
    const auto rows = from_file(onnxruntime_profile, "onnxruntime_profile.json", {.network = "tiny", .platform = "b"});
    REQUIRE(rows.size() == 7);
    CHECK(rows[0].level == qb::measured_level::network);
    CHECK(rows[0].scope == qb::measured_scope::system);
    CHECK(rows[0].latency.value() == Approx(101e-6));
    CHECK(rows[0].datatype == qb::precision(qb::fp32));
    CHECK(rows[0].deployment_value == 1);  // as the convolutions' inputs say
    CHECK_THROWS_WITH(from_file(onnxruntime_profile, "onnxruntime_profile.json", told({.batch = 4})),
                      Contains("batch 1"));
    double nodes = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        CHECK(rows[i].level == qb::measured_level::layer);
        nodes += rows[i].latency.value();
    }
    CHECK(nodes < rows[0].latency.value());  // a session's own events are not nodes
    CHECK(rows[1].part == "conv1");
    const auto asked = from_file(onnxruntime_profile, "onnxruntime_profile.json", told({.datatype = qb::int8}));
    CHECK(asked[0].datatype == qb::precision(qb::fp32));
    CHECK(asked[0].has(qb::caution::other_datatype));
}

TEST_CASE("ONNX Runtime profile: microseconds, the warm-up can be left out") {
    const std::string text = "[" + event("Session", "session_initialization", 5) + "," +
                             event("Node", "a_kernel_time", 900) + "," + event("Session", "model_run", 1000) + "," +
                             event("Node", "a_kernel_time", 80) + "," + event("Session", "model_run", 100) + "]";
    CHECK(from_text(onnxruntime_profile, text, told({.statistic = "mean"}))[0].latency.value() == Approx(550e-6));
    const auto warm = from_text(onnxruntime_profile, text, told({.warm_up = 1}));
    REQUIRE(warm.size() == 2);
    CHECK(warm[0].latency.value() == Approx(100e-6));
    CHECK(warm[1].latency.value() == Approx(80e-6));
    CHECK_FALSE(warm[0].has(qb::caution::warm_up));
    CHECK_THROWS_AS(from_text(onnxruntime_profile, text, told({.warm_up = 2})), qb::parse_error);
    CHECK(from_text(onnxruntime_profile, R"({"traceEvents": )" + text + "}", told()).size() == 2);
}

namespace {

/// A node's event with its start, so that sub-graphs are seen, and the shape of its first input.
std::string node(const std::string& name, int start, int microseconds, const std::string& operation, int index = 0,
                 const std::string& shape = "[1,3,8,8]") {
    return R"({"cat":"Node","ph":"X","tid":1,"ts":)" + std::to_string(start) + R"(,"dur":)" +
           std::to_string(microseconds) + R"(,"name":")" + name + R"(_kernel_time","args":{"op_name":")" + operation +
           R"(","node_index":")" + std::to_string(index) + R"(","input_type_shape":[{"float":)" + shape + "}]}}";
}

std::string session(const std::string& name, int start, int microseconds) {
    return R"({"cat":"Session","ph":"X","tid":1,"ts":)" + std::to_string(start) + R"(,"dur":)" +
           std::to_string(microseconds) + R"(,"name":")" + name + R"("})";
}

const std::string executor = "SequentialExecutor::Execute";

}  // namespace

TEST_CASE("ONNX Runtime profile: the iterations of a loop are one node's time in one run") {
    std::string text = "[" + session("session_initialization", 0, 1);
    for (const int run : {1000, 2000})
        text += "," + node("mm", run + 10, 7, "MatMul") + "," + session(executor, run + 9, 9) + "," +
                node("mm", run + 20, 3, "MatMul") + "," + session(executor, run + 19, 5) + "," +
                node("loop", run + 5, 30, "Loop", 1) + "," + session(executor, run + 4, 40) + "," +
                session("model_run", run, 50);
    const auto rows = from_text(onnxruntime_profile, text + "]", told());
    REQUIRE(rows.size() == 3);
    CHECK(rows[1].part == "loop");
    CHECK(rows[2].part == "loop/mm");
    CHECK(rows[2].latency.value() == Approx(10e-6));
}

TEST_CASE("ONNX Runtime profile: one name and index in a graph and in its branch are two nodes") {
    const std::string text = "[" + session("session_initialization", 0, 1) + "," + node("Conv_0", 10, 5, "Conv") + "," +
                             node("Conv_0", 30, 50, "Conv") + "," + session(executor, 29, 55) + "," +
                             node("If_1", 20, 70, "If", 1) + "," + session(executor, 9, 90) + "," +
                             session("model_run", 5, 100) + "]";
    const auto rows = from_text(onnxruntime_profile, text, told());
    REQUIRE(rows.size() == 4);
    CHECK(rows[1].part == "Conv_0");
    CHECK(rows[1].latency.value() == Approx(5e-6));
    CHECK(rows[3].part == "If_1/Conv_0");
    CHECK(rows[3].latency.value() == Approx(50e-6));
}

TEST_CASE("ONNX Runtime profile: runs of several batches are records of their own") {
    const auto run = [](int start, int time, const std::string& operation, const std::string& shape) {
        return "," + node("a", start + 1, time, operation, 0, shape) + "," + session("model_run", start, time + 2);
    };
    for (const char* operation : {"Conv", "MatMul"}) {
        const std::string text = "[" + session("session_initialization", 0, 1) + run(100, 10, operation, "[1,8]") +
                                 run(200, 30, operation, "[4,8]") + run(300, 12, operation, "[1,8]") + "]";
        const auto rows = from_text(onnxruntime_profile, text, told());
        REQUIRE(rows.size() == 4);
        CHECK(rows[0].deployment_value == 1);
        CHECK(rows[0].latency.value() == Approx(13e-6));
        CHECK(rows[2].deployment_value == 4);
        CHECK(rows[2].latency.value() == Approx(32e-6));
    }
}

TEST_CASE("onnxruntime_perf_test of today: handing a run over is not running it") {
    const auto one =
        only(from_text(onnxruntime_perf_test,
                       "Average inference time cost total: 40.5 ms\n"
                       "Average inference time cost submission: 2.1 ms\nNumber of inferences per second: 24.63 \n"
                       "Min Latency: 0.0390 s\nP999 Latency: 0.0520 s\n",
                       told()));
    CHECK(one.latency.value() == Approx(40.5e-3));
    CHECK(one.statistic == "mean");
    CHECK(one.throughput.value() == Approx(24.63));
}

TEST_CASE("ONNX Runtime profile: no run, or a nonsensical time, is refused") {
    CHECK_THROWS_AS(from_text(onnxruntime_profile, "[" + event("Session", "session_initialization", 5) + "]", told()),
                    qb::parse_error);
    CHECK_THROWS_WITH(from_text(onnxruntime_profile, "[" + event("Session", "model_run", -5) + "]", told()),
                      Contains("/0"));
    CHECK_THROWS_AS(from_text(onnxruntime_profile, "[" + event("Session", "model_run", 5), told()), qb::parse_error);
}

TEST_CASE("onnxruntime_perf_test: milliseconds and seconds side by side, both generations of the tool") {
    const auto one = only(from_file(onnxruntime_perf_test, "onnxruntime_perf_test.txt", told({.batch = 2})));
    CHECK(one.latency.value() == Approx(1.85e-3));
    CHECK(one.throughput.value() == Approx(2 * 538.115));
    CHECK(only(from_file(onnxruntime_perf_test, "onnxruntime_perf_test.txt", told({.statistic = "mean"})))
              .latency.value() == Approx(1.85739e-3));
    CHECK(only(from_file(onnxruntime_perf_test, "onnxruntime_perf_test.txt", told({.statistic = "p99"})))
              .latency.value() == Approx(1.90312e-3));
    const auto old = only(from_file(onnxruntime_perf_test, "onnxruntime_perf_test_old.txt", told()));
    CHECK(old.latency.value() == Approx(58.7108e-3));
    const std::string text = content("onnxruntime_perf_test.txt");
    CHECK_THROWS_WITH(from_text(onnxruntime_perf_test, replaced(text, "1.85739 ms", "1,85739 ms"), told()),
                      Contains("line 5"));
    CHECK_THROWS_WITH(from_text(onnxruntime_perf_test, replaced(text, "0.00185 s", "0.00185"), told()),
                      Contains("unit"));
    CHECK_THROWS_WITH(from_text(onnxruntime_perf_test, text.substr(0, text.find("538.115") + 4), told()),
                      Contains("cut off"));
}
