// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/query_reducer.hpp>

#include "spaces.hpp"

#include "catch.hpp"

using namespace qutibench;
using namespace testing;
using Catch::Matchers::Contains;
using texts = std::vector<std::string>;

TEST_CASE("the streamed front of expressions is that of the table") {
    design_axes axes = small_axes();
    axes.batches.clear();
    for (int i = 0; i < 3000; ++i) axes.batches.push_back(1 + i % 700);
    // [streamed]
    const design_space space(axes);
    const evaluator of(space);
    const std::vector<std::string> maximize{"throughput_ips / model_bytes"};
    const std::vector<std::string> minimize{"latency_s", "sqrt(peak_ops_per_s)"};
    const std::vector<std::string> constrain{"latency_s <= 10e-3 or memory_bound == 1", "throughput_ips > 1"};
    const frontier_query query = query_of_metrics(maximize, minimize, constrain);
    const pareto_archive front = frontier(space, of, query);  // front.numbers(): which points; space.at(number): where
    // [streamed]

    const auto rows = static_cast<std::size_t>(space.size());
    std::vector<double> table;
    for (std::uint64_t i = 0; i < space.size(); ++i) {
        const estimate one = space.predict(i);
        const double rate = one.throughput().value(), time = one.latency().value();
        const bool holds = (time <= 10e-3 || one.bound() == bound_kind::memory) && rate > 1;
        const double unknown = std::nan("");
        table.push_back(holds ? rate / one.model_size().value() : unknown);
        table.push_back(holds ? time : unknown);
        table.push_back(holds ? std::sqrt(one.peak().value()) : unknown);
    }
    const auto expected = pareto_front(table, query.senses());
    REQUIRE(rows > 10000);
    REQUIRE_FALSE(expected.empty());
    CHECK(front.size() == expected.size());
    for (const int threads : {1, 2}) {
        const pareto_archive archive = frontier(space, of, query, threads);
        const auto numbers = archive.numbers();
        REQUIRE(std::vector<std::size_t>(numbers.begin(), numbers.end()) == expected);
        const auto points = archive.points();
        for (std::size_t i = 0; i < expected.size(); ++i)
            for (std::size_t j = 0; j < 3; ++j) REQUIRE(points[i * 3 + j] == Approx(table[expected[i] * 3 + j]));
    }
}

TEST_CASE("expressions on a space know its metrics only") {
    CHECK_THROWS_WITH(query_of_metrics(texts{"throughput"}, texts{}), Contains("did you mean 'throughput_ips'?"));
    const design_space space(small_axes());
    const evaluator of(space);
    CHECK_THROWS_AS(frontier(space, of, query_of_metrics(texts{"1 + 1"}, texts{})), invalid_argument);
    for (const std::string& name : metric_names()) CHECK(to_string(parse_name<metric>(name)) == name);
}
