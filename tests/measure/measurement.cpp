// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/measure/measurement.hpp>

namespace qb = qutibench;

namespace {

qb::measurement stopwatch() {
    qb::measurement one;
    one.network = "mine";
    one.platform = "my_board";
    one.deployment_value = 4;
    one.latency = qb::quantity_of<qb::seconds>(0.02);
    return one;
}

}  // namespace

TEST_CASE("what was not measured is unknown, not zero") {
    const qb::measurement nothing;
    CHECK_FALSE(qb::is_known(nothing.latency));
    CHECK_FALSE(qb::is_known(nothing.throughput));
    CHECK_FALSE(qb::is_known(nothing.power));
    CHECK_FALSE(qb::is_known(qb::attained_throughput(nothing)));
    CHECK_FALSE(qb::is_known(qb::attained_energy(nothing)));
    CHECK(nothing.keep == 1);
}

TEST_CASE("throughput follows from the latency of a call, not from that of threads or queues") {
    qb::measurement one = stopwatch();
    CHECK(qb::attained_throughput(one).value() == Approx(200));
    one.deployment = qb::deployment_parameter::threads;
    CHECK_FALSE(qb::is_known(qb::attained_throughput(one)));
    one.throughput = qb::quantity_of<qb::inputs_per_second>(150);
    CHECK(qb::attained_throughput(one).value() == 150);
    qb::measurement queued = stopwatch();
    queued.warn(qb::caution::queueing);
    CHECK_FALSE(qb::is_known(qb::attained_throughput(queued)));
}

TEST_CASE("energy of an input is measured, or running power over throughput") {
    qb::measurement one = stopwatch();
    one.power = qb::quantity_of<qb::watts>(10);
    CHECK(qb::attained_energy(one).value() == Approx(0.05));
    one.energy = qb::quantity_of<qb::joules>(0.03);
    CHECK(qb::attained_energy(one).value() == 0.03);
}

TEST_CASE("figures outside their domain are refused") {
    CHECK_NOTHROW(qb::check(stopwatch()));
    const auto refused = [](auto change) {
        qb::measurement one = stopwatch();
        change(one);
        CHECK_THROWS_AS(qb::check(one), qb::invalid_argument);
    };
    refused([](auto& m) { m.latency = qb::quantity_of<qb::seconds>(0); });
    refused([](auto& m) { m.latency = qb::quantity_of<qb::seconds>(-1); });
    refused([](auto& m) {
        m.throughput = qb::quantity_of<qb::inputs_per_second>(std::numeric_limits<double>::infinity());
    });
    refused([](auto& m) { m.deployment_value = 0; });
    refused([](auto& m) { m.keep = 0; });
    refused([](auto& m) { m.keep = 1.5; });
    refused([](auto& m) { m.accuracy_top1 = 76.1; });
    refused([](auto& m) { m.network.clear(); });
    refused([](auto& m) { m.platform.clear(); });
    refused([](auto& m) { m.part = "conv1"; });
    refused([](auto& m) { m.level = qb::measured_level::layer; });
}

TEST_CASE("names round-trip and misspellings get a suggestion") {
    for (const auto one :
         {qb::deployment_parameter::batch, qb::deployment_parameter::stream, qb::deployment_parameter::threads})
        CHECK(qb::parse_name<qb::deployment_parameter>(qb::to_string(one)) == one);
    CHECK(qb::parse_name<qb::measured_scope>("compute") == qb::measured_scope::compute);
    CHECK_THROWS_WITH(qb::parse_name<qb::deployment_parameter>("thread"), Catch::Matchers::Contains("threads"));
    CHECK(std::string(qb::to_string(qb::caution::excludes_host)).find("host") != std::string::npos);
}

TEST_CASE("a measurement says where it is written") {
    qb::measurement one = stopwatch();
    CHECK(qb::place_of(one).empty());
    one.source = std::make_shared<const qb::measurement_source>(qb::measurement_source{"times.csv", "qutibench", ""});
    one.line = 7;
    CHECK(qb::place_of(one) == "times.csv, line 7");
}
