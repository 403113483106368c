// SPDX-License-Identifier: BSD-3-Clause
#include "awkward_sets.hpp"

#include <qutibench/pareto/front.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
#include <random>
#include <span>
#include <type_traits>
#include <vector>

using namespace awkward;

namespace {

std::vector<bool> mask_of(const table& points, const std::vector<sense>& senses) {
    const std::size_t n = points.size() / senses.size();
    const auto mask = std::make_unique<bool[]>(n);
    qutibench::pareto_mask(points, senses, {mask.get(), n});
    return std::vector<bool>(mask.get(), mask.get() + n);
}

// A front is right when no row of it beats another and each other row without a NaN is beaten by one of it.
void check_front(const table& points, const std::vector<sense>& senses, const std::vector<std::size_t>& front) {
    const std::size_t d = senses.size();
    std::vector<bool> in(points.size() / d);
    for (const std::size_t i : front) in[i] = true;
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const double* row = &points[i * d];
        const bool beaten =
            std::any_of(front.begin(), front.end(), [&](std::size_t f) { return beats(&points[f * d], row, senses); });
        wrong += in[i] ? (beaten || has_nan(row, d) ? 1 : 0) : (beaten || has_nan(row, d) ? 0 : 1);
    }
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("front: equals brute force on thousands of awkward sets") {
    for_many_sets(100, 60, [](const table& points, const std::vector<sense>& senses) {
        const auto expected = reference_front(points, senses);
        REQUIRE(qutibench::pareto_front(points, senses) == expected);
        const auto mask = mask_of(points, senses);
        REQUIRE(static_cast<std::size_t>(std::count(mask.begin(), mask.end(), true)) == expected.size());
        for (const std::size_t i : expected) REQUIRE(mask[i]);
    });
}

TEST_CASE("front: a point worked by hand, ties and what is not a number") {
    // accuracy up, latency down: b beats c; d equals b; e is unknown; f never finishes but is the most accurate
    const table points{0.90, 3.0, 0.80, 1.0, 0.70, 2.0, 0.80, 1.0, unknown, 0.5, 0.95, inf};
    const std::vector<sense> senses{sense::maximize, sense::minimize};
    CHECK(qutibench::pareto_front(points, senses) == std::vector<std::size_t>{0, 1, 3, 5});
    CHECK(qutibench::nan_rows(points, senses) == std::vector<std::size_t>{4});
    CHECK(qutibench::dominates(std::span(points).subspan(2, 2), std::span(points).subspan(4, 2), senses));
    CHECK_FALSE(qutibench::dominates(std::span(points).subspan(2, 2), std::span(points).subspan(6, 2), senses));
    CHECK_FALSE(qutibench::dominates(std::span(points).subspan(8, 2), std::span(points).subspan(4, 2), senses));
    CHECK_FALSE(qutibench::dominates(std::span(points).subspan(4, 2), std::span(points).subspan(8, 2), senses));
    CHECK(qutibench::pareto_front(table{0.0, -0.0, 1.0}, all(sense::minimize, 1)) == std::vector<std::size_t>{0, 1});
    CHECK(qutibench::pareto_front(table{unknown, unknown}, all(sense::minimize, 1)).empty());
    CHECK(qutibench::pareto_front({}, all(sense::minimize, 3)).empty());
}

TEST_CASE("front: large sets whose answer is known by construction") {
    std::mt19937_64 random(7);
    for (const std::size_t d : {2U, 3U, 4U, 5U, 6U, 8U}) {
        CAPTURE(d);
        table points;
        const std::size_t n = d == 4 || d == 5 ? 50000 : 9000;
        const auto expected = simplex_and_shadows(n, d, 1000000, random, points);
        CHECK(mask_of(points, all(sense::minimize, d)) == expected);
        for (double& value : points) value = -value;
        CHECK(mask_of(points, all(sense::maximize, d)) == expected);
    }
}

TEST_CASE("front: large sets of which little survives") {
    std::mt19937_64 random(8);
    for (const kind k : {kind::uniform, kind::levels, kind::constant, kind::holes, kind::infinite}) {
        for (std::size_t d = 2; d <= 6; ++d) {
            CAPTURE(static_cast<int>(k), d);
            const table points = draw(k, 30000, d, random);
            const auto senses = draw_senses(d, random);
            check_front(points, senses, qutibench::pareto_front(points, senses));
        }
    }
}

TEST_CASE("front: rows that equal a strong one stay, in ties of every column") {
    std::mt19937_64 random(9);
    for (const std::size_t d : {2U, 3U, 5U}) {
        table points = draw(kind::levels, 20000, d, random);
        for (std::size_t i = 0; i < 20000; i += 7) std::fill_n(&points[i * d], d, -3.0);
        const auto front = qutibench::pareto_front(points, all(sense::minimize, d));
        REQUIRE(front.size() == 2858);
        for (std::size_t i = 0; i < front.size(); ++i) REQUIRE(front[i] == 7 * i);
    }
}

TEST_CASE("front: agrees with moocore 0.3.2 on sets that both can draw") {
    struct figure {
        std::size_t d, n;
        std::uint32_t levels;
        std::size_t size, sum;
    };
    for (const figure& f : {figure{2, 20000, 0, 10, 98116},
                            {3, 20000, 0, 63, 657371},
                            {4, 20000, 0, 273, 2734524},
                            {5, 5000, 0, 299, 770040},
                            {6, 5000, 0, 522, 1335029},
                            {8, 2000, 0, 909, 909606},
                            {3, 20000, 50, 3, 48734},
                            {4, 20000, 12, 1, 8204},
                            {6, 20000, 5, 1, 737}}) {
        const auto front = qutibench::pareto_front(congruential(f.n, f.d, f.levels), all(sense::minimize, f.d));
        CHECK(front.size() == f.size);
        CHECK(std::accumulate(front.begin(), front.end(), std::size_t{0}) == f.sum);
    }
}

TEST_CASE("front: divide and conquer with leaves of a few rows equals brute force") {
    std::mt19937_64 random(10);
    for (int round = 0; round < 60; ++round) {
        for (int k = 0; k < static_cast<int>(kind::last); ++k) {
            if (k == static_cast<int>(kind::holes)) continue;
            const auto solve = [&]<std::size_t D>(std::integral_constant<std::size_t, D>) {
                const auto senses = all(sense::minimize, D);
                table points = draw(static_cast<kind>(k), 1 + random() % 200, D, random);
                for (double& value : points) value += 0.0;
                const std::size_t n = points.size() / D;
                const qutibench::detail::row_order order(points.data(), D, D, n);
                const qutibench::detail::ordered_groups<D> groups(points.data(), n, order);
                std::vector<std::uint32_t> ids(groups.size());
                std::iota(ids.begin(), ids.end(), 0U);
                const auto kept = qutibench::detail::ordered_front<D, 4, 1>(groups.rows()).solve(ids);
                const table distinct(groups.rows(), groups.rows() + groups.size() * D);
                const auto expected = reference_front(distinct, senses);
                CAPTURE(k, n, D);
                REQUIRE(std::vector<std::size_t>(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(kept)) ==
                        expected);
            };
            solve(std::integral_constant<std::size_t, 4>{});
            solve(std::integral_constant<std::size_t, 5>{});
            solve(std::integral_constant<std::size_t, 7>{});
        }
    }
}
