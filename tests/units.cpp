// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/units.hpp>

#include <type_traits>

using namespace qutibench;
using namespace qutibench::literals;

TEST_CASE("dividing work by a rate gives a time") {
    const seconds time = 470_mop / 4.7_gop_per_s;
    CHECK(time.value() == Approx(0.1));
    static_assert(470_mop / 4.7_gop_per_s < 0.11_s);
}

TEST_CASE("counts are exact integers, rates are doubles") {
    static_assert(std::is_same_v<operations::value_type, std::int64_t>);
    static_assert(std::is_same_v<ops_per_second::value_type, double>);
    const auto large = quantity_of<operations>((std::int64_t{1} << 62) + 1);
    CHECK(large.value() % 2 == 1);
}

TEST_CASE("derived quantities have the units their names say") {
    static_assert(std::is_same_v<decltype(1.0_top_per_s / 1.0_gb_per_s), ops_per_byte>);
    static_assert(std::is_same_v<decltype(2.0_w * 1.0_s), joules>);
    static_assert(std::is_same_v<decltype(1.0_byte / 1.0_s), bytes_per_second>);
}

TEST_CASE("literals carry their prefix") {
    CHECK((1.5_gop).value() == 1'500'000'000);
    static_assert((0.063_gop).value() == 63'000'000);  // in long double 0.063 * 10^9 is a little less
    static_assert((0.001_mop).value() == 1000 && (4611686018427387904_op).value() == std::int64_t{1} << 62);
    CHECK((2_gib).value() == 2147483648.0);
    CHECK((19.2_gb_per_s).value() == Approx(19.2e9));
    CHECK((5_ms).value() == Approx(0.005));
    CHECK((666_mhz).value() == Approx(666e6));
    CHECK((1.5_gmac).value() == 1'500'000'000);
    CHECK((64_kb).value() == 64'000.0);
    CHECK((1.5_mb).value() == Approx(1.5e6));
    CHECK((3.35_tb_per_s).value() == Approx(3.35e12));
    CHECK((250_ns).value() == Approx(2.5e-7));
    CHECK((80_mw).value() == Approx(0.08));
}
