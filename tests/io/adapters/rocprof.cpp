// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/rocprof.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;

TEST_CASE("rocprofv3: nanoseconds of every launch, a record for each kernel") {
    const std::string text =
        "\"Kind\",\"Agent_Id\",\"Queue_Id\",\"Kernel_Name\",\"Start_Timestamp\",\"End_Timestamp\"\n"
        "\"KERNEL_DISPATCH\",4,1,\"void gemm<float, 2>(float*)\",1000,9000\n"
        "\"KERNEL_DISPATCH\",4,1,\"relu\",9000,9500\n"
        "\"KERNEL_DISPATCH\",4,1,\"void gemm<float, 2>(float*)\",10000,12000\n";
    CHECK(rocprof_trace.recognises(text));
    const auto rows = from_text(rocprof_trace, text, told({.statistic = "mean"}));
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].part == "void gemm<float, 2>(float*)");
    CHECK(rows[0].latency.value() == Approx(5e-6));
    CHECK(rows[0].line == 2);
    CHECK(from_text(rocprof_trace, text, told({.warm_up = 1})).size() == 1);
    CHECK_THROWS_AS(from_text(rocprof_trace, replaced(text, "9000,9500", "9500,9000"), told()), qb::parse_error);
}

TEST_CASE("rocprofv3: statistics, and the trace as JSON") {
    const std::string stats =
        "\"Name\",\"Calls\",\"TotalDurationNs\",\"AverageNs\",\"Percentage\",\"MinNs\",\"MaxNs\"\n"
        "\"gemm\",2,10000,5000.0,95.2,2000,8000\n";
    CHECK(rocprof_stats.recognises(stats));
    CHECK(only(from_text(rocprof_stats, stats, told())).latency.value() == Approx(5e-6));
    const std::string json =
        R"({"rocprofiler-sdk-tool":[{"kernel_symbols":[{"kernel_id":3,"formatted_kernel_name":"gemm"}],
        "buffer_records":{"kernel_dispatch":[{"start_timestamp":100,"end_timestamp":2100,)"
        R"("dispatch_info":{"kernel_id":3}}]}}]})";
    CHECK(rocprof_json.recognises(json));
    const auto one = only(from_text(rocprof_json, json, told()));
    CHECK(one.part == "gemm");
    CHECK(one.latency.value() == Approx(2e-6));
}
