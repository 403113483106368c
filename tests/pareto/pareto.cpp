// SPDX-License-Identifier: BSD-3-Clause
#include "awkward_sets.hpp"

#include <qutibench/pareto/pareto.hpp>

#include <memory>

using namespace awkward;

TEST_CASE("pareto: from many designs to a few, as the page shows it") {
    // [designs]
    // accuracy of ImageNet's first guess in percent, latency in milliseconds: one row for each design
    const std::vector<double> designs{
        76.1, 8.0,  // 0
        75.5, 4.1,  // 1
        75.4, 4.3,  // 2: 1 is more accurate and faster
        69.7, 2.0,  // 3
        69.7, 2.0,  // 4: equals 3, and both stay
        66.0, 1.9,  // 5
        71.0, NAN,  // 6: not measured, in no front
    };
    using qutibench::sense;
    const std::vector<sense> senses{sense::maximize, sense::minimize};
    const std::vector<std::size_t> front = qutibench::pareto_front(designs, senses);  // 0, 1, 3, 4, 5
    // [designs]
    CHECK(front == std::vector<std::size_t>{0, 1, 3, 4, 5});

    // [parts]
    qutibench::pareto_archive here(senses);
    here.insert(std::span(designs).first(6), 0);  // rows 0 to 2
    qutibench::pareto_archive there(senses);
    there.insert(std::span(designs).subspan(6), 3);  // rows 3 to 6, by another thread or machine
    here.merge(there);
    // here.numbers() is 0, 1, 3, 4, 5 again; here.points() holds their objectives
    // [parts]
    const auto numbers = here.numbers();
    CHECK(std::vector<std::size_t>(numbers.begin(), numbers.end()) == front);
    CHECK(here.nan_count() == 1);

    // [fewer]
    const std::vector<double> within{1.0, 0.5};                          // one point of accuracy, half a millisecond
    const auto few = qutibench::epsilon_front(designs, senses, within);  // 1, 3
    const auto knee = qutibench::pareto_knee(designs, senses);           // row 1
    const std::vector<double> worst{60.0, 10.0};
    const double quality = qutibench::hypervolume(designs, senses, worst);  // 113.62 percent points x ms
    const auto ranks = qutibench::pareto_ranks(designs, senses);            // 0, 0, 1, 0, 0, 0, no_rank
    // [fewer]
    CHECK(few == std::vector<std::size_t>{1, 3});
    CHECK(knee->row == 1);
    CHECK(quality == Approx(113.62));
    CHECK(ranks == std::vector<std::uint32_t>{0, 0, 1, 0, 0, 0, qutibench::no_rank});
}

TEST_CASE("pareto: bad input is refused with a sentence") {
    const std::vector<sense> two{sense::minimize, sense::maximize};
    const table points{1.0, 2.0, 3.0, 4.0};
    const auto mask = std::make_unique<bool[]>(4);
    CHECK_THROWS_WITH(qutibench::pareto_mask(points, two, {mask.get(), 3}), "a mask of 3 entries does not fit 2 rows");
    CHECK_THROWS_WITH(qutibench::pareto_front(table{1.0, 2.0, 3.0}, two), "3 values do not fill rows of 2 objectives");
    CHECK_THROWS_WITH(qutibench::pareto_front(points, {}), "a frontier needs 1 to 8 objectives, not 0");
    CHECK_THROWS_WITH(qutibench::pareto_front({}, all(sense::minimize, 9)),
                      "a frontier needs 1 to 8 objectives, not 9");
    CHECK_THROWS_AS(qutibench::pareto_ranks(points, {}), qutibench::invalid_argument);
    CHECK_THROWS_AS(qutibench::pareto_front(points, all(static_cast<sense>(7), 2)), qutibench::invalid_argument);
    CHECK_THROWS_AS(qutibench::dominates(points, points, two), qutibench::invalid_argument);
    CHECK_THROWS_AS(qutibench::hypervolume(points, two, table{1.0}), qutibench::invalid_argument);
    CHECK_THROWS_AS(qutibench::hypervolume(points, two, table{1.0, unknown}), qutibench::invalid_argument);
    CHECK_THROWS_AS(qutibench::epsilon_front(points, two, table{0.1}), qutibench::invalid_argument);
    CHECK_THROWS_AS(qutibench::epsilon_front(points, two, table{0.1, -1.0}), qutibench::invalid_argument);
    CHECK_THROWS_AS(qutibench::epsilon_front(points, two, table{0.1, inf}), qutibench::invalid_argument);

    qutibench::pareto_archive archive(two);
    CHECK_THROWS_AS(archive.merge(qutibench::pareto_archive(all(sense::minimize, 2))), qutibench::invalid_argument);
    CHECK_THROWS_AS(archive.insert(points, std::vector<std::uint64_t>{1}), qutibench::invalid_argument);
    CHECK_THROWS_AS(archive.insert(points, ~std::uint64_t{0}), qutibench::overflow_error);
    const table column{1.0, 2.0};
    CHECK_THROWS_AS(archive.insert_columns(std::vector<std::span<const double>>{column}, 0),
                    qutibench::invalid_argument);
    CHECK_THROWS_AS(archive.insert_columns(std::vector<std::span<const double>>{column, points}, 0),
                    qutibench::invalid_argument);
    CHECK_THROWS_AS(qutibench::pareto_archive({}), qutibench::invalid_argument);
    CHECK(archive.empty());
}
