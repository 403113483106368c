// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/nsight_compute.hpp>

using namespace adapter_testing;
using Catch::Matchers::Contains;
using qutibench::adapters::nsight_compute;

namespace {

const std::string details =
    "==PROF== Connected to process 12 (/usr/bin/python3)\nhello from the program\n"
    "\"ID\",\"Process ID\",\"Kernel Name\",\"Section Name\",\"Metric Name\",\"Metric Unit\",\"Metric Value\"\n"
    "\"0\",\"12\",\"gemm\",\"GPU Speed Of Light Throughput\",\"Duration\",\"usecond\",\"1,234.5\"\n"
    "\"0\",\"12\",\"gemm\",\"Command line profiler metrics\",\"dram__bytes.sum\",\"Mbyte\",\"2.5\"\n"
    "\"1\",\"12\",\"relu\",\"GPU Speed Of Light Throughput\",\"Duration\",\"ns\",\"900\"\n";

}  // namespace

TEST_CASE("Nsight Compute: a metric to a row, units read, what the program prints passed over") {
    CHECK(nsight_compute.recognises(details));
    const auto rows = from_text(nsight_compute, details, told());
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].latency.value() == Approx(1234.5e-6));
    CHECK(rows[0].traffic.value() == Approx(2.5e6));
    CHECK(rows[0].line == 4);
    CHECK(rows[1].latency.value() == Approx(900e-9));
    CHECK_THROWS_WITH(from_text(nsight_compute, replaced(details, "usecond", "cycle"), told()), Contains("cycle"));
}

TEST_CASE("Nsight Compute: the raw page has its units in a row of their own") {
    const auto one = only(from_text(nsight_compute,
                                    "\"ID\",\"Kernel Name\",\"gpu__time_duration.sum\",\"dram__bytes.sum\"\n"
                                    "\"\",\"\",\"us\",\"Kbyte\"\n\"0\",\"gemm\",\"7.5\",\"3\"\n",
                                    told()));
    CHECK(one.latency.value() == Approx(7.5e-6));
    CHECK(one.traffic.value() == Approx(3000));
}
