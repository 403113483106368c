// SPDX-License-Identifier: BSD-3-Clause
#include "awkward_sets.hpp"

#include <qutibench/pareto/archive.hpp>
#include <qutibench/pareto/front.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

using namespace awkward;

TEST_CASE("archive: any parts in any order give the front of the whole") {
    std::mt19937_64 random(11);
    for_many_sets(8, 300, [&](const table& points, const std::vector<sense>& senses) {
        const std::size_t d = senses.size();
        const std::size_t n = points.size() / d;
        const auto expected = reference_front(points, senses);
        std::vector<qutibench::pareto_archive> parts;
        for (std::size_t at = 0; at < n;) {
            const std::size_t size = std::min<std::size_t>(n - at, 1 + random() % (n / 3 + 1));
            parts.emplace_back(senses).insert(std::span(points).subspan(at * d, size * d), at);
            at += size;
        }
        std::shuffle(parts.begin(), parts.end(), random);
        qutibench::pareto_archive whole(senses);
        for (const auto& part : parts) whole.merge(part);
        qutibench::pareto_archive singly(senses);
        for (std::size_t i = n; i > 0; --i) singly.insert(std::span(points).subspan((i - 1) * d, d), i - 1);
        for (const auto* archive : {&whole, &singly}) {
            const auto numbers = archive->numbers();
            REQUIRE(std::vector<std::size_t>(numbers.begin(), numbers.end()) == expected);
            REQUIRE(archive->size() == expected.size());
            REQUIRE(archive->nan_count() == qutibench::nan_rows(points, senses).size());
            const table rows = archive->points();
            for (std::size_t i = 0; i < expected.size(); ++i)
                REQUIRE(std::equal(&rows[i * d], &rows[i * d] + d, &points[expected[i] * d]));
        }
    });
}

TEST_CASE("archive: a long stream in blocks, as rows and as columns") {
    std::mt19937_64 random(12);
    for (const std::size_t d : {1U, 2U, 3U, 4U, 5U}) {
        const std::size_t n = 120000;
        const table points = draw(kind::uniform, n, d, random);
        const auto senses = draw_senses(d, random);
        const auto expected = qutibench::pareto_front(points, senses);
        std::vector<table> columns(d, table(n));
        for (std::size_t i = 0; i < n * d; ++i) columns[i % d][i / d] = points[i];
        for (const std::size_t block : {std::size_t{1000}, std::size_t{16384}, n}) {
            qutibench::pareto_archive by_rows(senses);
            qutibench::pareto_archive by_columns(senses);
            for (std::size_t at = 0; at < n; at += block) {
                const std::size_t size = std::min(block, n - at);
                by_rows.insert(std::span(points).subspan(at * d, size * d), at);
                std::vector<std::span<const double>> views;
                for (const table& column : columns) views.push_back(std::span(column).subspan(at, size));
                by_columns.insert_columns(views, at);
            }
            const auto numbers = by_rows.numbers();
            CHECK(std::vector<std::size_t>(numbers.begin(), numbers.end()) == expected);
            CHECK(by_columns.numbers() == numbers);
            CHECK(by_columns.points() == by_rows.points());
        }
    }
}

TEST_CASE("archive: a stream whose rows are all on the front") {
    std::mt19937_64 random(13);
    for (const std::size_t d : {2U, 4U}) {
        table points;
        const auto expected = simplex_and_shadows(20000, d, 1000000, random, points);
        qutibench::pareto_archive archive(all(sense::minimize, d));
        for (std::size_t at = 0; at < 30000; at += 1500)
            archive.insert(std::span(points).subspan(at * d, 1500 * d), at);
        std::vector<bool> mask(expected.size());
        for (const std::uint64_t i : archive.numbers()) mask[i] = true;
        CHECK(mask == expected);
    }
}

// Runs of 1 to 700 neighbours, better from run to run: in some columns each row is a little worse than the one before
// it, or as good; here and there equal to it, unknown, or better.
static table sweep(std::size_t n, std::size_t d, std::mt19937_64& random) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    table points;
    std::size_t left = 0;
    std::uint64_t moves = 0;
    for (std::size_t i = 0; i < n; ++i, --left) {
        const bool starts = left == 0;
        if (starts) left = 1 + random() % 700, moves = random();
        for (std::size_t j = 0; j < d; ++j) {
            const double before =
                starts ? 2.0 + uniform(random) - 1e-4 * static_cast<double>(i) : points[(i - 1) * d + j];
            const double step = (moves >> j & 1U) != 0 ? static_cast<double>(random() % 4) / 1024 : 0.0;
            points.push_back(std::isnan(before) ? 3.0 : before + (random() % 200 == 0 ? -step : step));
        }
        if (random() % 500 == 0) points.back() = unknown;
    }
    return points;
}

TEST_CASE("archive: a sweep, whose rows beat their neighbours, in any parts") {
    std::mt19937_64 random(15);
    for (std::size_t d = 1; d <= 5; ++d) {
        for (const std::size_t part : {std::size_t{1500}, std::size_t{4096}, std::size_t{5000}}) {
            CAPTURE(d, part);
            const std::size_t n = 5000;
            table points = sweep(n, d, random);
            const auto senses = draw_senses(d, random);
            for (std::size_t i = 0; i < n * d; ++i) points[i] *= senses[i % d] == sense::maximize ? -1.0 : 1.0;
            qutibench::pareto_archive there(senses);
            qutibench::pareto_archive here(senses);
            for (std::size_t at = 0; at < n; at += part) {
                const std::size_t size = std::min(part, n - at);
                (at / part % 2 == 0 ? here : there).insert(std::span(points).subspan(at * d, size * d), at);
            }
            here.merge(there);
            const auto numbers = here.numbers();
            REQUIRE(std::vector<std::size_t>(numbers.begin(), numbers.end()) == reference_front(points, senses));
            REQUIRE(here.nan_count() == qutibench::nan_rows(points, senses).size());
        }
    }
}

TEST_CASE("archive: what equals a row that beat thousands stays") {
    for (const std::size_t column : {0U, 1U, 2U}) {
        table points;
        for (std::size_t i = 0; i < 5001; ++i)
            for (std::size_t j = 0; j < 3; ++j) points.push_back(j == column && i % 2500 != 0 ? 8.0 : 7.0);
        qutibench::pareto_archive archive(all(sense::minimize, 3));
        archive.insert(points, 0);
        CHECK(archive.numbers() == std::vector<std::uint64_t>{0, 2500, 5000});
    }
}

TEST_CASE("archive: repeats under one number count once, copies stand alone") {
    const std::vector<sense> senses{sense::minimize, sense::minimize};
    const table points{1.0, 2.0, 2.0, 1.0, 1.0, 2.0};
    qutibench::pareto_archive archive(senses);
    archive.insert(points, 10);
    archive.insert(points, 10);
    CHECK(archive.numbers() == std::vector<std::uint64_t>{10, 11, 12});
    qutibench::pareto_archive copy = archive;
    copy.insert(table{0.0, 0.0}, 99);
    CHECK(copy.numbers() == std::vector<std::uint64_t>{99});
    archive.merge(archive);
    CHECK(archive.size() == 3);
    qutibench::pareto_archive again(senses);
    again.insert(archive.points(), archive.numbers());
    CHECK(again.numbers() == archive.numbers());
    CHECK(again.points() == archive.points());
    again.insert(table{}, 0);
    CHECK(again.size() == 3);
}

TEST_CASE("archive: rows collected in small parts are the front once they are settled") {
    for_many_sets(8, 60, [&](const table& points, const std::vector<sense>& senses) {
        const std::size_t d = senses.size();
        const std::size_t n = points.size() / d;
        qutibench::pareto_archive collected(senses);
        qutibench::pareto_archive merged(senses);
        for (std::size_t at = 0; at < n; at += 7) {
            std::vector<std::vector<double>> values(d);
            for (std::size_t i = at; i < std::min(n, at + 7); ++i)
                for (std::size_t j = 0; j < d; ++j) values[j].push_back(points[i * d + j]);
            const std::vector<std::span<const double>> columns(values.begin(), values.end());
            collected.collect_columns(columns, at);
        }
        merged.merge(collected);  // what is not settled yet merges as well
        collected.settle();
        for (const auto* archive : {&collected, &merged}) {
            const auto numbers = archive->numbers();
            REQUIRE(std::vector<std::size_t>(numbers.begin(), numbers.end()) == reference_front(points, senses));
        }
    });
}
