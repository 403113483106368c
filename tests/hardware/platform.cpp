// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/hardware/platform.hpp>

#include <cmath>
#include <limits>

using namespace qutibench;
using namespace qutibench::literals;

namespace {

platform board(std::vector<peak> peaks) {
    return platform("board", {{.name = "fast", .peaks = std::move(peaks), .memories = {{"ddr", 2_gib, 4.0_gb_per_s}}}});
}

}  // namespace

TEST_CASE("a datatype runs natively, or in the narrowest format that holds it") {
    const platform device = board({{fp32, 1.0_top_per_s}, {fp16, 2.0_top_per_s}, {int8, 4.0_top_per_s}});
    CHECK(device.peak_for(int8).native);
    CHECK(device.peak_for(int2).as.numbers == precision(int8));
    CHECK_FALSE(device.peak_for(int2).native);
    CHECK(device.peak_for(precision(int2, int8)).as.numbers == precision(int8));
    CHECK(device.peak_for(bf16).as.numbers == precision(fp32));
    CHECK(device.peak_for(precision(int8, fp16)).as.numbers == precision(fp16));
    CHECK_THROWS_WITH(device.peak_for(fp64), "platform 'board' computes in fp32, fp16, int8, none of which holds fp64");
}

TEST_CASE("what computes bit by bit takes weight bits times activation bits of its single bits") {
    // figure 2.17 of the thesis: a layer of three bits costs more than one of two and less than one of four
    const platform device = board({{binary::value, 36.0_top_per_s, unknown<ops_per_second>, true}});
    const auto tops = [&](const precision& numbers) {
        const carried_peak found = device.peak_for(numbers);
        CHECK(found.native);
        CHECK(found.as.numbers == numbers);
        return found.as.dense.value() * 1e-12;
    };
    CHECK(tops(binary::value) == 36);
    CHECK(tops(int2) == 9);
    CHECK(tops(parse_precision("int3")) == 4);
    CHECK(tops(int4) == 2.25);
    CHECK(tops(parse_precision("w2a8")) == 2.25);
    CHECK_THROWS_AS(device.peak_for(fp16), unsupported_datatype);
    CHECK_THROWS_AS(device.peak_for(ternary::value), unsupported_datatype);
    // what somebody stated goes before the rule
    const platform stated =
        board({{int4, 3.0_top_per_s}, {binary::value, 36.0_top_per_s, unknown<ops_per_second>, true}});
    CHECK(stated.peak_for(int4).as.dense.value() == 3e12);
    CHECK(stated.peak_for(parse_precision("int3")).as.dense.value() == 4e12);
}

TEST_CASE("modes are complete and chosen by name") {
    const platform device(
        "tx2", {{.name = "maxn", .peaks = {{fp16, 1.33_top_per_s}}, .memories = {{"ddr", 8_gb, 59.7_gb_per_s}}},
                {.name = "maxq", .peaks = {{fp16, 0.87_top_per_s}}, .memories = {{"ddr", 8_gb, 59.7_gb_per_s}}}});
    CHECK(device.mode().name == "maxn");
    CHECK(device.in_mode("maxq").peak_for(fp16).as.dense.value() == Approx(0.87e12));
    CHECK_THROWS_WITH(device.in_mode("maxx"), "unknown mode of tx2 'maxx'; did you mean 'maxn'?");
    CHECK_THROWS_WITH(device.in_mode("turbo"), Catch::Contains("'maxn' or 'maxq'"));
}

TEST_CASE("what no source states is unknown, never zero") {
    const platform device = board({{int8, 1.0_top_per_s}});
    CHECK_FALSE(is_known(device.power()));
    CHECK(is_known(device.bandwidth()));
    CHECK(std::isnan(device.price_usd));
}

TEST_CASE("impossible figures are refused") {
    const auto nan = quantity_of<ops_per_second>(std::numeric_limits<double>::quiet_NaN());
    const auto infinite = quantity_of<ops_per_second>(std::numeric_limits<double>::infinity());
    CHECK_THROWS_WITH(board({{int8, -1.0 * 1_top_per_s}}),
                      "platform 'board': the int8 peak of mode 'fast' must be positive and finite");
    CHECK_THROWS_AS(board({{int8, 0_top_per_s}}), invalid_argument);
    CHECK_THROWS_WITH(board({{int8, 1e-300 * 1_top_per_s}}),
                      "platform 'board': the int8 peak of mode 'fast' is not a figure that a device can have");
    CHECK_THROWS_AS(board({{int8, nan}}), invalid_argument);
    CHECK_THROWS_AS(board({{int8, infinite}}), invalid_argument);
    CHECK_THROWS_WITH(board({{int8, 2_top_per_s, 1_top_per_s}}),
                      Catch::Contains("sparse int8 peak of mode 'fast' is below the dense one"));
    CHECK_THROWS_WITH(board({}), Catch::Contains("no peak"));
    CHECK_THROWS_AS(platform("", {{.peaks = {{int8, 1_top_per_s}}}}), invalid_argument);
    CHECK_THROWS_AS(platform("none", {}), invalid_argument);
    CHECK_THROWS_WITH(platform("x", {{.peaks = {{int8, 1_top_per_s}}}}), Catch::Contains("no off-chip memory"));
    CHECK_THROWS_AS(platform("x", {{.peaks = {{int8, 1_top_per_s}}, .memories = {{"ddr", 1_gb, -1.0 * 1_gb_per_s}}}}),
                    invalid_argument);
}

TEST_CASE("the fastest link that leads somewhere is found") {
    operating_mode mode;
    mode.peaks = {{int8, quantity_of<ops_per_second>(1e12)}};
    mode.memories = {{.name = "dram"}};
    mode.links = {{"serial", link_reach::devices, unknown<bytes_per_second>, 4},
                  {"nvlink", link_reach::devices, quantity_of<bytes_per_second>(450e9), 8},
                  {"bridge", link_reach::devices, quantity_of<bytes_per_second>(50e9), 2},
                  {"pcie", link_reach::host, unknown<bytes_per_second>, 0}};
    const platform device("node", {mode});
    REQUIRE(device.link_to(link_reach::devices) != nullptr);
    CHECK(device.link_to(link_reach::devices)->name == "nvlink");
    CHECK(device.link_to(link_reach::host)->name == "pcie");
    CHECK(device.link_to(link_reach::nodes) == nullptr);
}

TEST_CASE("links of no bandwidth or to nobody, and negative compute units, are refused") {
    operating_mode mode;
    mode.peaks = {{int8, quantity_of<ops_per_second>(1e12)}};
    mode.memories = {{.name = "dram"}};
    const auto with = [&](const device_link& one) {
        operating_mode changed = mode;
        changed.links = {one};
        return platform("node", {changed});
    };
    CHECK_THROWS_WITH(with({"pcie", link_reach::host, quantity_of<bytes_per_second>(0), 0}),
                      "platform 'node': the bandwidth of link 'pcie' must be positive and finite");
    CHECK_THROWS_WITH(with({"nvlink", link_reach::devices, unknown<bytes_per_second>, 1}),
                      "platform 'node': link 'nvlink' must join at least two devices");
    mode.compute_units = -1;
    CHECK_THROWS_WITH(platform("node", {mode}), "platform 'node': the compute units must not be negative");
}
