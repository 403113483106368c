// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/vitis.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;
using Catch::Matchers::Contains;

TEST_CASE("Vitis AI: throughput of threads that have to be told, latency with one thread only") {
    CHECK_THROWS_WITH(from_file(vitis_log, "vitis_xdputil.txt", told()), Contains("threads"));
    const auto many = only(from_file(vitis_log, "vitis_xdputil.txt", told({.threads = 4})));
    CHECK(many.deployment == qb::deployment_parameter::threads);
    CHECK(many.deployment_value == 4);
    CHECK(many.throughput.value() == 628.476);
    CHECK_FALSE(qb::is_known(many.latency));
    const auto one = only(from_file(vitis_log, "vitis_one_thread.txt", told()));
    CHECK(one.deployment_value == 1);
    CHECK(one.latency.value() == Approx(13080.6e-6));
    CHECK(one.throughput.value() == 76.4187);
    const auto compute =
        only(from_file(vitis_log, "vitis_one_thread.txt", told({.scope = qb::measured_scope::compute})));
    CHECK(compute.latency.value() == Approx(12420.2e-6));
    CHECK_FALSE(qb::is_known(compute.throughput));
    CHECK_THROWS_WITH(from_file(vitis_log, "vitis_one_thread.txt", told({.threads = 2})), Contains("threads 1"));
}

TEST_CASE("Vitis AI: figures that do not fit each other or are cut off are refused") {
    const std::string text = content("vitis_xdputil.txt");
    CHECK_THROWS_WITH(from_text(vitis_log, replaced(text, "60.0023 seconds", "60.0023 ms"), told({.threads = 1})),
                      Contains("line 5"));
    CHECK_THROWS_WITH(from_text(vitis_log, replaced(text, "628.476", "628,476"), told({.threads = 1})),
                      Contains("line 5"));
    const std::string single = content("vitis_one_thread.txt");
    CHECK_THROWS_WITH(from_text(vitis_log, single.substr(0, single.find("13080.6") + 4), told()), Contains("cut off"));
}

TEST_CASE("vaitrace: subgraphs as blocks, the units of the columns") {
    const auto one = only(from_file(vaitrace, "vaitrace.txt", told()));
    CHECK(one.level == qb::measured_level::block);
    CHECK(one.part == "subgraph_conv1");
    CHECK(one.latency.value() == Approx(12.984e-3));
    CHECK(one.operations == Approx(7.716e9));
    CHECK(one.traffic.value() == Approx(30.77e6));
    const auto compute = only(from_file(vaitrace, "vaitrace.txt", told({.scope = qb::measured_scope::compute})));
    CHECK(compute.latency.value() == Approx(12.604e-3));
    const std::string text = content("vaitrace.txt");
    CHECK(only(from_text(vaitrace, replaced(text, "SW_RT(ms)", "SW_RT(us)"), told())).latency.value() ==
          Approx(12.984e-6));
    CHECK_THROWS_WITH(from_text(vaitrace, replaced(text, "SW_RT(ms)", "SW_RT(ticks)"), told()), Contains("ticks"));
    CHECK_THROWS_WITH(from_text(vaitrace, replaced(text, "12.984 |", "12,984 |"), told()), Contains("line 5"));
    CHECK_THROWS_WITH(from_text(vaitrace, text.substr(0, text.find("50.0")), told()), Contains("line 5"));
    CHECK_THROWS_WITH(from_file(vaitrace, "vaitrace.txt", told({.batch = 3})), Contains("batch"));
}

TEST_CASE("DNNDK: nodes as layers, the row 'All' as the network") {
    const auto rows = from_file(dnndk, "dnndk.txt", told());
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].part == "conv1");
    CHECK(rows[0].operations == Approx(236.03e6));
    CHECK(rows[0].performance.value() == Approx(233.7e9));
    CHECK(rows[0].traffic.value() == Approx(0.9e6));
    CHECK(rows[2].level == qb::measured_level::network);
    CHECK(rows[2].latency.value() == Approx(1.07e-3));
    // Figures of one row belong together: operations over time is the performance.
    for (const auto& row : rows)
        CHECK(row.operations / row.latency.value() == Approx(row.performance.value()).epsilon(0.01));
    CHECK_THROWS_AS(from_text(dnndk, "ID NodeName Workload(MOP) =====", told()), qb::parse_error);
    const std::string text = content("dnndk.txt");
    CHECK_THROWS_WITH(from_text(dnndk, text.substr(0, text.find("Total")), told()), Contains("All"));
    CHECK_THROWS_WITH(from_text(dnndk, replaced(text, "RunTime(ms)", "RunTime(us)"), told()), Contains("units"));
    CHECK_THROWS_WITH(from_text(dnndk, replaced(text, "1.01", "1,01"), told()), Contains("line 4"));
}
