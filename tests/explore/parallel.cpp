// SPDX-License-Identifier: BSD-3-Clause
// With oneTBB here; on one thread in tests/support/matrix.py, for targets that have none.
#include "catch.hpp"

#include <qutibench/explore/detail/parallel.hpp>

#include <cstdint>
#include <numeric>
#include <vector>

using namespace qutibench::detail;

TEST_CASE("ranges cover every index once, whatever the grain") {
    for (const std::uint64_t grain : {1U, 7U, 5000U}) {
        std::vector<int> seen(1000);
        in_arena(0, [&] {
            for_ranges(std::uint64_t{0}, std::uint64_t{1000}, grain, [&](std::uint64_t begin, std::uint64_t end) {
                for (std::uint64_t i = begin; i < end; ++i) ++seen[i];
            });
        });
        CHECK(seen == std::vector<int>(1000, 1));
    }
    bool called = false;
    for_ranges(5, 5, 1, [&](int, int) { called = true; });
    CHECK_FALSE(called);
}

TEST_CASE("a negative number of threads is refused") {
    CHECK_THROWS_WITH(in_arena(-1, [] {}), "threads must be at least 1, or 0 for all, not -1");
}

TEST_CASE("each index is called, and what threads gather on their own adds up") {
    for_each_thread<std::uint64_t> own(0);
    in_arena(2, [&] {
        CHECK(threads_in_arena() >= 1);
        for_each_index(101, [&](std::size_t index) { own.local() += index; });
    });
    const std::vector<std::uint64_t> parts = own.taken();
    CHECK(std::accumulate(parts.begin(), parts.end(), std::uint64_t{0}) == 5050);  // 100 * 101 / 2
}
