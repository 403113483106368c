// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/measure/orthogonality.hpp>

namespace qb = qutibench;

namespace {

qb::measurement row(double keep, const qb::datatype& type, std::int64_t batch, double milliseconds, double rate) {
    qb::measurement one;
    one.network = "net";
    one.platform = "board";
    one.keep = keep;
    one.datatype = type;
    one.deployment_value = batch;
    one.latency = qb::quantity_of<qb::seconds>(milliseconds * 1e-3);
    one.throughput = qb::quantity_of<qb::inputs_per_second>(rate);
    return one;
}

}  // namespace

TEST_CASE("orthogonality: the smallest common batch for latency, the largest for throughput") {
    std::vector<qb::measurement> rows{
        row(1, qb::fp32, 1, 8, 125),   row(1, qb::fp32, 4, 20, 200),  row(1, qb::fp32, 8, 38, 210),
        row(1, qb::fp16, 1, 4, 250),   row(1, qb::fp16, 4, 10, 400),  row(0.5, qb::fp32, 1, 2, 500),
        row(0.5, qb::fp32, 4, 5, 800), row(0.5, qb::fp16, 1, 1, 999), row(0.5, qb::fp16, 4, 2.5, 1200)};
    const qb::measured_variant original{"net", 1, qb::fp32}, pruned{"net", 0.5, qb::fp32},
        quantised{"net", 1, qb::fp16}, both{"net", 0.5, qb::fp16};
    const auto latency =
        qb::orthogonality_of(rows, rows[0], original, pruned, quantised, both, qb::orthogonality_figure::latency);
    REQUIRE(latency.has_value());
    CHECK(latency->deployment_value == 1);
    CHECK(latency->p1() == Approx(0.25));
    CHECK(latency->q1() == Approx(0.5));
    CHECK(latency->ratio() == Approx(1));  // 8 -> 4 -> 1: pruning brings 4 either way
    const auto throughput =
        qb::orthogonality_of(rows, rows[0], original, pruned, quantised, both, qb::orthogonality_figure::throughput);
    REQUIRE(throughput.has_value());
    CHECK(throughput->deployment_value == 4);  // 8 was not measured of all four
    CHECK(throughput->ratio() == Approx((1200.0 / 400) / (800.0 / 200)));
    CHECK(throughput->q2() / throughput->q1() == Approx(throughput->ratio()));
    rows.pop_back();
    rows.pop_back();
    CHECK_FALSE(
        qb::orthogonality_of(rows, rows[0], original, pruned, quantised, both, qb::orthogonality_figure::latency));
    rows[0].mode = "fast";  // another mode does not mix in
    CHECK_FALSE(
        qb::orthogonality_of(rows, rows[0], original, pruned, quantised, quantised, qb::orthogonality_figure::latency));
}
