// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/evaluate.hpp>

#include "spaces.hpp"

#include "catch.hpp"

#include <cstring>

using namespace qutibench;
using namespace testing;

namespace {

constexpr std::array all_metrics{metric::throughput, metric::latency,    metric::intensity,     metric::energy,
                                 metric::work,       metric::model_size, metric::peak,          metric::bandwidth,
                                 metric::power,      metric::price,      metric::accuracy_top1, metric::memory_bound};

[[nodiscard]] bool same_bits(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || std::memcmp(&a, &b, sizeof a) == 0;
}

/// All metrics of a range of points, one column after the other.
[[nodiscard]] std::vector<double> evaluated(const evaluator& of, std::uint64_t first, std::size_t count) {
    std::vector<double> values(all_metrics.size() * count);
    std::vector<metric_column> columns;
    for (std::size_t i = 0; i < all_metrics.size(); ++i) columns.push_back({all_metrics[i], values.data() + i * count});
    of.fill(first, count, columns);
    return values;
}

}  // namespace

TEST_CASE("every metric of every point has the bits that predict gives it") {
    const design_space space(small_axes());
    const auto size = static_cast<std::size_t>(space.size());
    const std::vector<double> got = evaluated(evaluator(space), 0, size);
    for (std::size_t i = 0; i < size; ++i) {
        const design_point point = space.at(i);
        const design_network& net = space.axes().networks[point.network];
        const platform& device = space.device_of(point);
        const estimate want = predict(*net.work, device, space.deployment_of(point));
        const double known_accuracy =
            point.network == 0 && space.targets()[point.target].datatype == precision(int8) ? 0.8 : NAN;
        const std::array values{want.throughput().value(),
                                want.latency().value(),
                                want.operational_intensity().value(),
                                want.energy().value(),
                                static_cast<double>(net.work->operation_count),
                                want.model_size().value(),
                                want.peak().value(),
                                device.bandwidth().value(),
                                device.power().value(),
                                device.price_usd,
                                known_accuracy,
                                want.bound() == bound_kind::memory ? 1.0 : 0.0};
        for (std::size_t m = 0; m < values.size(); ++m) {
            CAPTURE(i, m, got[m * size + i], values[m]);
            REQUIRE(same_bits(got[m * size + i], values[m]));
        }
    }
}

TEST_CASE("one column alone, and any piece of the points, give the same bits") {
    const design_space space(small_axes());
    const evaluator of(space);
    const auto size = static_cast<std::size_t>(space.size());
    const std::vector<double> whole = evaluated(of, 0, size);
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{100}})
        for (std::size_t first = 0; first < size; first += step) {
            const std::size_t count = std::min(step, size - first);
            const std::vector<double> piece = evaluated(of, first, count);
            for (std::size_t m = 0; m < all_metrics.size(); ++m)
                for (std::size_t i = 0; i < count; ++i)
                    REQUIRE(same_bits(piece[m * count + i], whole[m * size + first + i]));
        }
    for (std::size_t m = 0; m < all_metrics.size(); ++m) {
        std::vector<double> alone(size);
        const metric_column column{all_metrics[m], alone.data()};
        of.fill(0, size, std::span(&column, 1));
        for (std::size_t i = 0; i < size; ++i) REQUIRE(same_bits(alone[i], whole[m * size + i]));
    }
}

TEST_CASE("points past the end are refused, and metrics go by their names") {
    const design_space space(small_axes());
    const evaluator of(space);
    std::vector<double> values(10);
    const metric_column column{metric::latency, values.data()};
    REQUIRE_NOTHROW(of.fill(space.size() - 10, 10, std::span(&column, 1)));
    REQUIRE_THROWS_AS(of.fill(space.size() - 9, 10, std::span(&column, 1)), invalid_argument);
    REQUIRE_NOTHROW(of.fill(space.size(), 0, std::span(&column, 1)));
    REQUIRE(parse_metric("energy_j") == metric::energy);
    REQUIRE(parse_metric("memory_bound") == metric::memory_bound);
    REQUIRE_THROWS_WITH(parse_metric("latency"), Catch::Contains("did you mean 'latency_s'?"));
}
