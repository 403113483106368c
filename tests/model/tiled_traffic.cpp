// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/tiled_traffic.hpp>

#include "catch.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <random>
#include <vector>

using namespace qutibench;

namespace {

using engine = std::mt19937_64;

std::int64_t between(engine& draw, std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(draw);
}

/// Uniform in the logarithm.
std::int64_t up_to(engine& draw, double most) {
    return static_cast<std::int64_t>(std::exp(std::uniform_real_distribution<double>(0, std::log(most))(draw)));
}

tiled_kernel product(std::int64_t rows, std::int64_t columns, std::int64_t depth) {
    return {.images = rows, .columns = columns, .depth = depth};
}

/// Every output tile, with the inputs that each of its tiles touches.
struct cut {
    std::int64_t held = 0;
    std::int64_t touched = 0;
    std::vector<std::int64_t> each{};
};

std::int64_t touched(std::int64_t run, std::int64_t window, std::int64_t stride) {
    return window >= stride ? (run - 1) * stride + window : run * window;
}

std::vector<cut> cuts(const tiled_kernel& k) {
    std::vector<cut> all;
    const auto span = [&k](std::int64_t high, std::int64_t wide) {
        return touched(high, k.window_height, k.stride) * touched(wide, k.window_width, k.stride);
    };
    for (std::int64_t some = 1; some <= k.images; ++some)
        for (std::int64_t high = 1; high <= k.height; ++high)
            for (std::int64_t wide = 1; wide <= k.width; ++wide) {
                if (some > 1 && (high < k.height || wide < k.width)) continue;  // several images are whole ones
                cut one{some * high * wide, some * span(high, wide)};
                for (std::int64_t i = 0; i < k.images; i += some)
                    for (std::int64_t y = 0; y < k.height; y += high)
                        for (std::int64_t x = 0; x < k.width; x += wide)
                            one.each.push_back(std::min(some, k.images - i) *
                                               span(std::min(high, k.height - y), std::min(wide, k.width - x)));
                all.push_back(std::move(one));
            }
    return all;
}

/// Walks the loops over tiles in an order and counts what comes and goes when a buffer holds one tile of each operand.
double walk(const tiled_kernel& k, const cut& positions, std::int64_t columns, std::int64_t depth,
            const std::array<int, 3>& order) {
    const auto tiles = [](std::int64_t extent, std::int64_t tile) { return (extent + tile - 1) / tile; };
    const std::array<std::int64_t, 3> count = {static_cast<std::int64_t>(positions.each.size()),
                                               tiles(k.columns, columns), tiles(k.depth, depth)};
    const double window = static_cast<double>(k.window_height * k.window_width);
    double moved = 0;
    std::array<std::int64_t, 3> held = {-1, -1, -1};  // tiles of inputs, weights and outputs
    std::vector<std::int64_t> visits(static_cast<std::size_t>(count[0] * count[1]), 0);
    std::array<std::int64_t, 3> at{};
    const auto loop = [&](int level) { return static_cast<std::size_t>(order[static_cast<std::size_t>(level)]); };
    for (at[loop(0)] = 0; at[loop(0)] < count[loop(0)]; ++at[loop(0)])
        for (at[loop(1)] = 0; at[loop(1)] < count[loop(1)]; ++at[loop(1)])
            for (at[loop(2)] = 0; at[loop(2)] < count[loop(2)]; ++at[loop(2)]) {
                const double wide = static_cast<double>(std::min(columns, k.columns - at[1] * columns));
                const double deep = static_cast<double>(std::min(depth, k.depth - at[2] * depth));
                const std::array<std::int64_t, 3> now = {at[0] * count[2] + at[2], at[1] * count[2] + at[2],
                                                         at[0] * count[1] + at[1]};
                if (now[0] != held[0])
                    moved +=
                        k.input_bytes * static_cast<double>(positions.each[static_cast<std::size_t>(at[0])]) * deep;
                if (now[1] != held[1]) moved += k.weight_bytes * window * deep * wide;
                if (now[2] != held[2]) ++visits[static_cast<std::size_t>(now[2])];
                held = now;
            }
    // a tile of outputs that comes again is read, and what it leaves behind each time but the last is partial
    const double outputs = static_cast<double>(k.images * k.height * k.width * k.columns);
    return moved + outputs * (k.output_bytes + 2 * k.partial_bytes * static_cast<double>(visits[0] - 1));
}

/// Over every tile size and every order; infinite where no tile fits.
double brute_force(const tiled_kernel& k, double buffer) {
    double least = std::numeric_limits<double>::infinity();
    const double window = static_cast<double>(k.window_height * k.window_width);
    for (const cut& positions : cuts(k))
        for (std::int64_t columns = 1; columns <= k.columns; ++columns)
            for (std::int64_t depth = 1; depth <= k.depth; ++depth) {
                const double taken = k.input_bytes * static_cast<double>(positions.touched * depth) +
                                     k.weight_bytes * window * static_cast<double>(depth * columns) +
                                     k.partial_bytes * static_cast<double>(positions.held * columns);
                if (taken > buffer) continue;
                std::array<int, 3> order = {0, 1, 2};
                do least = std::min(least, walk(k, positions, columns, depth, order));
                while (std::next_permutation(order.begin(), order.end()));
            }
    return least * static_cast<double>(k.groups);
}

tiled_kernel small_kernel(engine& draw, bool is_product) {
    constexpr std::array widths = {0.5, 1.0, 2.0, 4.0};
    const auto width = [&](std::int64_t from) { return widths[static_cast<std::size_t>(between(draw, from, 3))]; };
    tiled_kernel k =
        product(is_product ? between(draw, 1, 12) : between(draw, 1, 3), between(draw, 1, 7), between(draw, 1, 7));
    k.groups = between(draw, 1, 3);
    if (!is_product) {
        k.height = between(draw, 1, 5);
        k.width = between(draw, 1, 5);
        k.window_height = between(draw, 1, 3);
        k.window_width = between(draw, 1, 3);
        k.stride = between(draw, 1, 3);
    }
    k.input_bytes = width(0);
    k.weight_bytes = width(0);
    k.output_bytes = width(0);
    k.partial_bytes = width(1);
    return k;
}

tiled_kernel large_kernel(engine& draw, bool is_product) {
    tiled_kernel k = product(up_to(draw, is_product ? 3000 : 8), up_to(draw, 2000), up_to(draw, 2000));
    k.groups = up_to(draw, 5);
    if (is_product) return k;
    k.height = up_to(draw, 100);
    k.width = up_to(draw, 100);
    k.window_height = between(draw, 1, 7);
    k.window_width = between(draw, 1, 7);
    k.stride = between(draw, 1, 3);
    return k;
}

}  // namespace

TEST_CASE("the least traffic is that of every tile size in every loop order") {
    engine draw(1);
    int fitting = 0;
    for (int i = 0; i < 600; ++i) {
        const tiled_kernel k = small_kernel(draw, i % 2 == 0);
        const double buffer = static_cast<double>(between(draw, 2, 150));
        const double least = brute_force(k, buffer);
        if (std::isinf(least)) continue;
        ++fitting;
        INFO("kernel " << i << ", buffer " << buffer);
        REQUIRE(least_traffic(k, buffer).bytes() == Approx(least).epsilon(1e-12));
    }
    CHECK(fitting > 500);
}

TEST_CASE("no tiles move less than the published lower bounds, and more memory never moves more") {
    engine draw(2);
    for (int i = 0; i < 10000; ++i) {
        const tiled_kernel k = large_kernel(draw, i % 2 == 0);
        const double buffer = static_cast<double>(3 + up_to(draw, 1e6));
        INFO("kernel " << i << ", buffer " << buffer);
        const double moved = least_traffic(k, buffer).bytes();
        REQUIRE(moved >= traffic_lower_bound(k, buffer) * (1 - 1e-12));
        REQUIRE(least_traffic(k, buffer * std::uniform_real_distribution<double>(1, 3)(draw)).bytes() <= moved);
    }
}

TEST_CASE("square products move at most 1.5 times the bound with their outputs") {
    // 2 n^3 / sqrt(S) + n^2: Kwasniewski et al. 2019, theorem 1. Every operand once: 3 n^2.
    engine draw(3);
    double worst = 0;
    for (int i = 0; i < 5000; ++i) {
        const std::int64_t n = between(draw, 2, 2000);
        const double buffer = 64 + std::floor(std::exp(std::uniform_real_distribution<double>(0, 14)(draw)));
        const double square = static_cast<double>(n * n);
        const double bound = std::max(3 * square, 2 * square * static_cast<double>(n) / std::sqrt(buffer) + square);
        worst = std::max(worst, least_traffic(product(n, n, n), buffer).bytes() / bound);
    }
    CHECK(worst < 1.5);
    CHECK(worst > 1.3);  // just above sqrt(S) a product needs two strips: 4 n^2 for 3 n^2
}

TEST_CASE("by hand: a product whose factors do not fit") {
    // [by_hand]
    // 8 x 8 x 8 elements of a byte in 24 bytes: outputs of 4 x 4 with a column and a row of 4 take all of it, so both
    // factors come twice and the outputs go once.
    const tiled_traffic moved = least_traffic(product(8, 8, 8), 24);
    CHECK(moved.bytes() == 2 * 64 + 2 * 64 + 64);
    CHECK(moved.positions * moved.columns == 16);
    CHECK(moved.kept == kept_operand::output);
    // one row of the first factor (8), a column of the second (8) and a sum: the second factor comes for each row;
    // seven rows at once leave two tiles
    CHECK(least_traffic(product(8, 8, 8), 7 * 8 + 8 + 7).bytes() == 64 + 2 * 64 + 64);
    CHECK(least_traffic(product(8, 8, 8), 8 * 8 + 8 + 8).bytes() == 3 * 64);
    // [by_hand]
}

TEST_CASE("by hand: strips of an image read the rows between them twice") {
    // 3 x 3 on 10 x 10, one channel, so 8 x 8 sums; weights are 9 bytes
    const tiled_kernel k{.height = 8, .width = 8, .window_height = 3, .window_width = 3};
    CHECK(least_traffic(k, 100 + 9 + 64).bytes() == 100 + 9 + 64);
    // two strips of 4 rows, 6 x 10 inputs each
    CHECK(least_traffic(k, 100 + 9 + 64 - 1).bytes() == 2 * 60 + 9 + 64);
    CHECK(least_traffic(k, 60 + 9 + 32).bytes() == 2 * 60 + 9 + 64);
}
