// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/detail/builtins.hpp>

#include "catch.hpp"

#include <cstdint>
#include <limits>

using namespace qutibench::detail;

TEST_CASE("builtins: sums, differences and products say when 64 bits do not hold them") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
    std::int64_t out = 0;
    CHECK_FALSE(add_overflows(most - 1, std::int64_t{1}, &out));
    CHECK(out == most);
    CHECK(add_overflows(most, std::int64_t{1}, &out));
    CHECK(subtract_overflows(least, std::int64_t{1}, &out));
    CHECK_FALSE(multiply_overflows(std::int64_t{3037000499}, std::int64_t{3037000499}, &out));
    CHECK(out == 9223372030926249001);
    CHECK(multiply_overflows(std::int64_t{3037000500}, std::int64_t{3037000500}, &out));
    CHECK(multiply_overflows(std::int64_t{-1}, least, &out));
    std::uint64_t whole = 0;
    CHECK(multiply_overflows(std::uint64_t{1} << 32U, std::uint64_t{1} << 32U, &whole));
}
