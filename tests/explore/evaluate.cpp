// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/evaluate.hpp>

#include "spaces.hpp"

#include "catch.hpp"

#include <qutibench/network/zoo/mobilenet_v1.hpp>
#include <qutibench/network/zoo/resnet.hpp>
#include <qutibench/transform/quantize.hpp>

#include <cstring>

using namespace qutibench;
using namespace testing;

namespace {

constexpr std::array all_metrics{
    metric::throughput,    metric::latency,      metric::intensity,       metric::energy,   metric::work,
    metric::model_size,    metric::peak,         metric::bandwidth,       metric::power,    metric::price,
    metric::accuracy_top1, metric::memory_bound, metric::may_win,         metric::attained, metric::inputs_per_joule,
    metric::traffic,       metric::feasible,     metric::multiplications, metric::interval, metric::bound};

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

namespace {

void require_predictions(const design_space& space) {
    const auto size = static_cast<std::size_t>(space.size());
    const std::vector<double> got = evaluated(evaluator(space), 0, size);
    for (std::size_t i = 0; i < size; ++i) {
        const design_point point = space.at(i);
        const design_network& net = space.axes().networks[point.network];
        const platform device = *space.device_of(point);
        const estimate want = predict(*net.work, device, space.deployment_of(point));
        const double known_accuracy =
            point.network == 0 && space.targets()[point.target].datatype == precision(int8) ? 0.8 : NAN;
        const answer found = space.answered(point);
        const auto answered = [&](metric what) {
            return metric_fields[static_cast<std::size_t>(what)]->number_of(found);
        };
        const std::array values{want.throughput().value(),
                                want.latency().value(),
                                want.operational_intensity().value(),
                                want.energy().value(),
                                net.work->work(),
                                want.model_size().value(),
                                want.peak().value(),
                                std::isinf(want.bandwidth().value()) ? NAN : want.bandwidth().value(),
                                device.power().value(),
                                device.price_usd,
                                known_accuracy,
                                want.bound() == bound_kind::memory ? 1.0 : 0.0,
                                want.may_win() ? 1.0 : 0.0,
                                want.throughput().value() * net.work->work(),
                                1 / want.energy().value(),
                                want.traffic,
                                answered(metric::feasible),
                                answered(metric::multiplications),
                                answered(metric::interval),
                                answered(metric::bound)};
        for (std::size_t m = 0; m < values.size(); ++m) {
            CAPTURE(i, m, got[m * size + i], values[m]);
            REQUIRE(same_bits(got[m * size + i], values[m]));
        }
    }
}

}  // namespace

TEST_CASE("what may win is known for all batches of a run, and follows from its network and target") {
    design_axes axes = small_axes();  // nobody states the second device's bandwidth, and a third one holds no network
    operating_mode tiny = axes.platforms[0]->mode();
    tiny.memories[0].capacity = quantity_of<bytes>(1e6);
    axes.platforms.push_back(std::make_shared<platform>("tiny", std::vector{tiny}));
    axes.placements = {placement_kind::published};
    const design_space space(axes);
    const auto size = static_cast<std::size_t>(space.size());
    std::vector<double> got(size);
    const metric_column column{metric::may_win, got.data()};
    evaluator(space).fill(0, size, {&column, 1});
    std::size_t winners = 0;
    for (std::size_t i = 0; i < size; ++i) {
        CHECK(got[i] == (space.device_of(space.at(i))->id() == "gpu" ? 1.0 : 0.0));
        winners += got[i] == 1;
    }
    CHECK(winners > 0);
    CHECK(winners < size);
}

TEST_CASE("every metric of every point has the bits that predict gives it") {
    require_predictions(design_space(small_axes()));
}

TEST_CASE("so has every metric where tensors cross the host's link") {
    design_axes axes = small_axes();
    operating_mode behind = axes.platforms[0]->mode();
    behind.memories.push_back({.name = "host_link", .bandwidth = quantity_of<bytes_per_second>(0.5e9)});
    axes.platforms = {std::make_shared<platform>("behind a link", std::vector{behind})};
    require_predictions(design_space(axes));
}

TEST_CASE("a point that takes no time is refused as predict refuses it") {
    design_axes axes = small_axes();
    axes.networks = {
        {"table", 1, std::make_shared<workload>("table", quantity_of<operations>(0), quantity_of<elements>(9)), {}}};
    axes.placements = {placement_kind::published};
    axes.executions = {execution_kind::network};
    axes.platforms.erase(axes.platforms.begin());  // leaves the one without a bandwidth
    const design_space space(axes);
    REQUIRE_THROWS_AS(space.predict(0), invalid_argument);
    REQUIRE_THROWS_AS(evaluated(evaluator(space), 0, 1), invalid_argument);
}

TEST_CASE("so has every network layer by layer: with branches, depthwise, in several precisions, counted otherwise") {
    design_axes axes = small_axes();
    axes.networks.resize(1);
    axes.platforms.resize(1);  // the one with both datatypes
    const auto add = [&axes](const char* name, const graph& net, counting convention = counting::qutibench) {
        axes.networks.push_back({name, 1, std::make_shared<workload>(analyze(net, convention)), {}});
    };
    add("resnet50", zoo::resnet50());
    add("resnet50 as fvcore counts", zoo::resnet50(), counting::fvcore);
    add("mobilenet", zoo::mobilenet_v1());
    add("mixed", quantize(zoo::cnv(), [n = 0](const node&) mutable { return precision(++n < 9 ? fp32 : int8); }));
    add("all in its own", quantize(zoo::cnv(), int8));
    axes.executions = {execution_kind::layers, execution_kind::dataflow};
    axes.batches.clear();
    for (int i = 0; i < 3; ++i)
        for (const std::int64_t batch : {1, 2, 3, 600, 700}) axes.batches.push_back(batch + i);
    require_predictions(design_space(axes));
}

TEST_CASE("a run longer than what is worked out at once, and more networks than are kept") {
    design_axes axes = small_axes();
    axes.executions = {execution_kind::layers};
    axes.placements = {placement_kind::published};
    axes.platforms.resize(1);
    axes.networks.resize(1);
    axes.batches.clear();
    for (std::int64_t i = 1; i <= 2 * static_cast<std::int64_t>(detail::layer_run::block) + 3; ++i)
        axes.batches.push_back(i);
    require_predictions(design_space(axes));
    axes.batches = {1, 5};
    axes.compute_scales = axes.bandwidth_scales = {1.0};
    axes.networks.resize(2100, axes.networks[0]);
    axes.networks[2050].work = std::make_shared<workload>(analyze(graph(zoo::cnv(0.5))));
    const design_space space(axes);
    const evaluator of(space);
    for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{2049 * 4}, std::uint64_t{2050 * 4 + 2}}) {
        std::vector<double> latency(4);
        const metric_column column{metric::latency, latency.data()};
        of.fill(number, latency.size(), std::span(&column, 1));
        for (std::uint64_t i = 0; i < 4; ++i) REQUIRE(latency[i] == space.predict(number + i).latency().value());
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
    REQUIRE(parse_name<metric>("energy_j") == metric::energy);
    REQUIRE(parse_name<metric>("memory_bound") == metric::memory_bound);
    REQUIRE_THROWS_WITH(parse_name<metric>("latency"), Catch::Contains("did you mean 'latency_s'?"));
}

namespace {

/// Axes on which models look at every layer, and points are predicted side by side.
[[nodiscard]] design_axes refined_axes() {
    design_axes axes = small_axes();
    axes.networks.resize(1);
    const auto add = [&axes](const char* name, const graph& net) {
        axes.networks.push_back({name, 1, std::make_shared<workload>(analyze(net)), {}});
    };
    add("resnet50", zoo::resnet50());
    add("mobilenet", zoo::mobilenet_v1());
    axes.platforms.resize(1);
    axes.compute_scales = {1.0, 1.7};
    axes.on_chip_scales = {0.01, 1, 3.5, 40};
    axes.placements = {placement_kind::capacity};
    axes.executions = {execution_kind::network, execution_kind::layers, execution_kind::dataflow,
                       execution_kind::prefetch};
    axes.batches.clear();
    for (std::int64_t i = 1; i <= 19; ++i) axes.batches.push_back(i * i);
    return axes;
}

}  // namespace

TEST_CASE("models that look at every layer give the same bits for many points as for one") {
    design_axes axes = refined_axes();
    axes.threads = {1, 3};
    require_predictions(design_space(axes));
}

TEST_CASE("so they do with losses, tiles, forced tensors, sparse peaks and half of the buffers") {
    design_axes axes = refined_axes();
    axes.networks.resize(1);
    operating_mode sparse = axes.platforms[0]->mode();
    sparse.peaks[0].sparse = 2.0 * sparse.peaks[0].dense;
    axes.platforms = {std::make_shared<platform>("sparse", std::vector{sparse})};
    graph net = zoo::resnet50();
    for (node& one : net.nodes()) one.sparsity = {2, 4};
    axes.networks[0].work = std::make_shared<workload>(analyze(net));
    axes.how.sparse = axes.how.double_buffered = true;
    axes.how.parameters = {.call_overhead = 1e-4,
                           .input_overhead = 1e-6,
                           .layer_overhead = 1e-5,
                           .compute_efficiency = 0.7,
                           .memory_efficiency = 0.6,
                           .tile_rows = 24,
                           .tile_columns = 16,
                           .tile_softening = 0.5,
                           .pipeline_fill = 0.4,
                           .cores = 3,
                           .overlap = overlap_kind::none};
    const auto& layers = axes.networks[0].work->layers();
    axes.how.overrides = {{layers[1].name, tensor_role::weights, true},
                          {layers.back().name, tensor_role::activations, false}};
    axes.placements.push_back(placement_kind::published);
    require_predictions(design_space(axes));
    axes.how.parameters.overlap = overlap_kind::full;
    require_predictions(design_space(axes));
}

TEST_CASE("so do streams through a pipeline, and caches that grow with the batch") {
    design_axes axes = refined_axes();
    axes.executions = {execution_kind::dataflow};
    axes.batches = {1};
    axes.streams = {0, 1, 2, 5, 1000};
    require_predictions(design_space(axes));
}

TEST_CASE("what cannot be predicted among many points is refused as alone") {
    design_axes axes = refined_axes();
    axes.how.overrides = {{"no such layer", tensor_role::weights, true}};
    const design_space space(axes);
    std::vector<double> values(40);
    const metric_column column{metric::latency, values.data()};
    REQUIRE_THROWS_AS(evaluator(space).fill(0, 40, std::span(&column, 1)), unknown_name);
}
