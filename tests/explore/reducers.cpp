// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/reducers.hpp>

#include "spaces.hpp"

#include "catch.hpp"

#include <qutibench/pareto/front.hpp>

using namespace qutibench;
using namespace testing;

namespace {

/// Enough points for several chunks and threads; values repeat, so that ties are decided too.
[[nodiscard]] design_axes large_axes() {
    design_axes axes = small_axes();
    axes.placements = {placement_kind::published};
    axes.executions = {execution_kind::network};
    axes.batches.clear();
    for (int i = 0; i < 9001; ++i) axes.batches.push_back(1 + i % 3000);
    return axes;
}

[[nodiscard]] std::vector<double> column_of(const evaluator& of, const design_space& space, metric what) {
    std::vector<double> values(static_cast<std::size_t>(space.size()));
    const metric_column column{what, values.data()};
    fill_columns(of, 0, values.size(), std::span(&column, 1), 2);
    return values;
}

template <class Reducer>
[[nodiscard]] Reducer on_threads(const evaluator& of, design_query query, const Reducer& empty, std::uint64_t size,
                                 int threads) {
    query.threads = threads;
    return reduce(of, query, empty, 0, size);
}

}  // namespace

TEST_CASE("columns do not depend on the threads that write them") {
    const design_space space(large_axes());
    const evaluator of(space);
    const std::vector<double> parallel = column_of(of, space, metric::latency);
    std::vector<double> serial(parallel.size());
    const metric_column column{metric::latency, serial.data()};
    of.fill(0, serial.size(), std::span(&column, 1));
    REQUIRE(parallel == serial);
}

TEST_CASE("the streamed frontier is that of the table, whatever the threads") {
    const design_space space(large_axes());
    const evaluator of(space);
    const std::array senses{sense::maximize, sense::minimize, sense::minimize};
    const design_query query{{metric::throughput, metric::latency, metric::model_size}, {}, 1};
    std::vector<double> rows;
    std::vector<std::vector<double>> columns;
    for (const metric one : query.metrics) columns.push_back(column_of(of, space, one));
    for (std::size_t i = 0; i < columns[0].size(); ++i)
        for (const auto& column : columns) rows.push_back(column[i]);
    const std::vector<std::size_t> want = pareto_front(rows, senses);
    for (const int threads : {1, 2, 3, 0}) {
        const auto found = on_threads(of, query, frontier_reducer(senses), space.size(), threads);
        const std::vector<std::uint64_t> numbers = found.archive().numbers();
        REQUIRE(std::vector<std::size_t>(numbers.begin(), numbers.end()) == want);
    }
}

TEST_CASE("a tree of merged parts, as of 64 threads, has the frontier of one") {
    const design_space space(large_axes());
    const evaluator of(space);
    const std::array senses{sense::maximize, sense::minimize, sense::minimize};
    const design_query query{{metric::throughput, metric::latency, metric::model_size}, {}, 1};
    const auto one = reduce(of, query, frontier_reducer(senses), 0, space.size()).archive();
    for (const std::uint64_t threads : {1, 2, 3, 7, 64}) {
        std::vector<frontier_reducer> parts;
        for (std::uint64_t i = 0; i < threads; ++i)
            parts.push_back(reduce(of, query, frontier_reducer(senses), space.size() * i / threads,
                                   space.size() * (i + 1) / threads));
        const auto all = qutibench::detail::merge_parts(std::move(parts)).archive();
        REQUIRE(all.numbers() == one.numbers());
        REQUIRE(all.points() == one.points());
    }
}

TEST_CASE("the best points come in order, of equal ones the earlier") {
    const design_space space(large_axes());
    const evaluator of(space);
    const std::vector<double> values = column_of(of, space, metric::throughput);
    std::vector<chosen_point> want;
    for (std::size_t i = 0; i < values.size(); ++i) want.push_back({values[i], i});
    std::stable_sort(want.begin(), want.end(), [](const auto& a, const auto& b) { return a.value > b.value; });
    want.resize(500);
    for (const int threads : {1, 2, 0}) {
        const auto found =
            on_threads(of, {{metric::throughput}, {}, 1}, best_reducer(0, sense::maximize, 500), space.size(), threads);
        REQUIRE(found.points() == want);
    }
    REQUIRE_THROWS_AS(best_reducer(0, sense::minimize, 0), invalid_argument);
}

TEST_CASE("limits leave points out, also those where the metric is not known") {
    const design_space space(large_axes());
    const evaluator of(space);
    const std::vector<double> latency = column_of(of, space, metric::latency);
    const std::vector<double> energy = column_of(of, space, metric::energy);
    const std::vector<double> throughput = column_of(of, space, metric::throughput);
    std::vector<chosen_point> want{{0, 0}};
    for (std::size_t i = 0; i < latency.size(); ++i)
        if (latency[i] <= 0.01 && energy[i] >= 0.001 && throughput[i] > want[0].value) want = {{throughput[i], i}};
    REQUIRE(want[0].value > 0);
    const design_query query{
        {metric::throughput}, {{.what = metric::latency, .high = 0.01}, {.what = metric::energy, .low = 0.001}}, 2};
    const auto found = reduce(of, query, best_reducer(0, sense::maximize, 1), 0, space.size());
    REQUIRE(found.points() == want);
}

TEST_CASE("histograms count every point once") {
    const design_space space(large_axes());
    const evaluator of(space);
    const std::vector<double> edges{1e-3, 1e-2, 0.1, 1.0};
    std::vector<std::uint64_t> want(3);
    std::uint64_t below = 0, above = 0;
    for (const double one : column_of(of, space, metric::latency)) {
        if (one < edges[0]) ++below;
        if (one >= edges[3]) ++above;
        for (std::size_t i = 0; i < 3; ++i)
            if (one >= edges[i] && one < edges[i + 1]) ++want[i];
    }
    for (const int threads : {1, 2}) {
        const auto found =
            on_threads(of, {{metric::latency}, {}, 1}, histogram_reducer(0, edges), space.size(), threads);
        REQUIRE(found.counts() == want);
        REQUIRE(found.below() == below);
        REQUIRE(found.above() == above);
        REQUIRE(found.unknown() == 0);
    }
    const auto unknown = reduce(of, {{metric::price}, {}, 1}, histogram_reducer(0, edges), 0, space.size());
    REQUIRE(unknown.unknown() == space.size());
    const std::vector<double> one_edge{1.0}, equal_edges{1.0, 1.0};
    REQUIRE_THROWS_AS(histogram_reducer(0, one_edge), invalid_argument);
    REQUIRE_THROWS_AS(histogram_reducer(0, equal_edges), invalid_argument);
}

TEST_CASE("groups have their own best point") {
    const design_space space(large_axes());
    const evaluator of(space);
    const std::vector<double> values = column_of(of, space, metric::energy);
    const auto group_of = [&space](std::uint64_t number) {
        const design_point point = space.at(number);
        return std::make_pair(space.targets()[point.target].platform,
                              number - point.batch + space.axes().batches.size());
    };
    std::vector<chosen_point> want;  // of the first group; the power of the other is not known
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!(values[i] == values[i])) continue;
        REQUIRE(group_of(i).first == 0);
        if (want.empty() || values[i] < want[0].value) want = {{values[i], i}};
    }
    for (const int threads : {1, 2}) {
        const auto found = on_threads(of, {{metric::energy}, {}, 1}, group_reducer(0, sense::minimize, 2, group_of),
                                      space.size(), threads);
        REQUIRE(found.groups()[0].points() == want);
        REQUIRE(found.groups()[1].points().empty());
    }
}

TEST_CASE("parts of a space merge to the whole, and no metric is refused") {
    const design_space space(large_axes());
    const evaluator of(space);
    const design_query query{{metric::throughput}, {}, 1};
    const best_reducer empty(0, sense::maximize, 20);
    const auto whole = reduce(of, query, empty, 0, space.size());
    auto merged = reduce(of, query, empty, space.size() / 3, space.size());
    merged.merge(reduce(of, query, empty, 0, space.size() / 3));
    REQUIRE(merged.points() == whole.points());
    REQUIRE_THROWS_AS(reduce(of, {}, empty, 0, 1), invalid_argument);
    REQUIRE_THROWS_AS(reduce(of, query, empty, 2, 1), invalid_argument);
}
