// SPDX-License-Identifier: BSD-3-Clause
#include "support.hpp"

#include <qutibench/io/adapters/finn.hpp>

using namespace adapter_testing;
using namespace qutibench::adapters;
using Catch::Matchers::Contains;

namespace {

const qb::ingest_options known{.network = "cnv", .platform = "zcu104_finn", .datatype = qb::precision(qb::int2)};

}  // namespace

TEST_CASE("FINN estimate: the latency of one input and the rate of an endless stream") {
    const auto rows = from_file(finn_estimate, "finn_estimate.json", known);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].deployment == qb::deployment_parameter::stream);
    CHECK(rows[0].deployment_value == 1);
    CHECK(rows[0].latency.value() == Approx(2723520e-9));
    CHECK_FALSE(qb::is_known(rows[0].throughput));
    CHECK(rows[1].deployment_value == endless_stream);
    CHECK(rows[1].throughput.value() == Approx(1e8 / 64800));  // one result every max_cycles at 100 MHz
    CHECK(rows[1].has(qb::caution::not_measured));
}

TEST_CASE("FINN simulation: the throughput of the run, not the stable one") {
    const auto one = only(from_file(finn_rtlsim, "finn_rtlsim.json", known));
    CHECK(one.deployment_value == 10);
    CHECK(one.latency.value() == Approx(843088 / 100e6));
    CHECK(one.throughput.value() == Approx(10 / 8.43088e-3));
    const std::string text = content("finn_rtlsim.json");
    CHECK_THROWS_WITH(from_text(finn_rtlsim, replaced(text, "8.43088,", "8430.88,"), known), Contains("units"));
    CHECK_THROWS_AS(from_text(finn_rtlsim, replaced(text, "\"N\": 10,", ""), known), qb::parse_error);
}

TEST_CASE("FINN on a board: a Python dictionary, packing and transfers included on request") {
    const auto system = only(from_file(finn_board, "finn_board.txt", known));
    CHECK(system.deployment_value == 1000);
    CHECK(system.scope == qb::measured_scope::system);
    CHECK(system.latency.value() == Approx(394.3e-3));
    CHECK(system.throughput.value() == Approx(1000 / 394.3e-3));
    qb::ingest_options compute_only = known;
    compute_only.scope = qb::measured_scope::compute;
    const auto compute = only(from_file(finn_board, "finn_board.txt", compute_only));
    CHECK(compute.throughput.value() == 2979.7);
    CHECK(compute.has(qb::caution::excludes_host));
    const auto without = only(
        from_text(finn_board, "{'runtime[ms]': 10.0, 'throughput[images/s]': 100000.0, 'batch_size': 1000}\n", known));
    CHECK(without.scope == qb::measured_scope::compute);
    CHECK(without.has(qb::caution::other_scope));
}

TEST_CASE("FINN on a board: what is no dictionary of numbers is refused") {
    const std::string text = content("finn_board.txt");
    for (std::size_t length = 1; length + 1 < text.size(); length += 7)
        CHECK_THROWS_AS(from_text(finn_board, text.substr(0, length), known), qb::parse_error);
    CHECK_THROWS_WITH(from_text(finn_board, replaced(text, "335.6", "335,6"), known), Contains("comma"));
    CHECK_THROWS_WITH(from_text(finn_board, replaced(text, "2979.7", "nan"), known), Contains("throughput"));
    CHECK_THROWS_WITH(from_text(finn_board, text + text, known), Contains("line 2"));
}
