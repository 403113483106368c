// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/hailo.hpp>

using namespace adapter_testing;
using Catch::Matchers::Contains;
using qutibench::adapters::hailo;

TEST_CASE("hailortcli: streaming is the system, hw_only and the latency are the device") {
    const auto system = only(from_file(hailo, "hailo.txt", {.platform = "hailo8", .datatype = qb::int8, .batch = 1}));
    CHECK(system.network == "resnet_v1_50");
    CHECK(system.throughput.value() == 1328.81);
    CHECK_FALSE(qb::is_known(system.latency));
    CHECK(system.power.value() == 3.19395);
    CHECK(qb::attained_energy(system).value() == Approx(3.19395 / 1328.81));
    const auto compute = only(from_file(hailo, "hailo.txt", told({.scope = qb::measured_scope::compute})));
    CHECK(compute.throughput.value() == 1328.83);
    CHECK(compute.latency.value() == Approx(2.93646e-3));
    CHECK(compute.has(qb::caution::separate_runs));
}

TEST_CASE("hailortcli: units, commas, cut files") {
    const std::string text = content("hailo.txt");
    CHECK(only(from_text(hailo, replaced(text, "3.19395 W", "3193.95 mW"), told())).power.value() == Approx(3.19395));
    CHECK_THROWS_WITH(from_text(hailo, replaced(text, "3.19395 W", "3.19395"), told()), Contains("unit"));
    CHECK_THROWS_WITH(from_text(hailo, replaced(text, "= 1328.81", "= 1328,81"), told()), Contains("comma"));
    CHECK_THROWS_WITH(from_text(hailo, text.substr(0, text.find("= 1328.81") + 5), told()), Contains("cut off"));
    CHECK_THROWS_AS(from_text(hailo, text.substr(0, text.find("Summary")), told()), qb::parse_error);
}
