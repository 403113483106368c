// SPDX-License-Identifier: BSD-3-Clause
// How many designs a second: level 0 and layer by layer, as columns and as streams that hold nothing; and what one
// analysis and one prediction take. The first argument is the number of threads; CPU is that of all of them.
#include <qutibench/explore/query_reducer.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo/cnv_mlp.hpp>
#include <qutibench/network/zoo/resnet.hpp>

#include <benchmark/benchmark.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace qutibench;
using namespace qutibench::literals;

std::shared_ptr<const platform> board(const char* id, ops_per_second int8_peak, bytes_per_second bandwidth) {
    operating_mode mode;
    mode.peaks = {{.numbers = int8, .dense = int8_peak}, {.numbers = fp16, .dense = int8_peak / 2.0}};
    mode.memories = {{.name = "ddr", .bandwidth = bandwidth},
                     {.name = "sram", .capacity = quantity_of<bytes>(4.75e6), .on_chip = true}};
    mode.power = quantity_of<watts>(10);
    return std::make_shared<const platform>(id, std::vector{mode});
}

design_axes axes_of(std::int64_t batches, std::size_t scales = 1) {
    design_axes axes;
    const auto add = [&axes](const char* name, const graph& net) {
        axes.networks.push_back({name, 1, std::make_shared<const workload>(analyze(net)), {}});
    };
    add("cnv", zoo::cnv());
    add("resnet50", zoo::resnet50());
    axes.platforms = {board("large", 4.6_top_per_s, 19.2_gb_per_s), board("small", 0.96_top_per_s, 4.26_gb_per_s)};
    axes.datatypes = {int8, fp16};
    for (std::size_t i = 1; i < scales; ++i) {
        axes.compute_scales.push_back(1 + 0.01 * static_cast<double>(i));
        axes.bandwidth_scales.push_back(1 - 0.01 * static_cast<double>(i));
    }
    axes.batches.clear();
    for (std::int64_t i = 1; i <= batches; ++i) axes.batches.push_back(i);
    return axes;
}

/// Points as a stream: 8 combinations of network, device and datatype, 25 x 25 scales, as many batches as are needed.
design_space space_of(std::int64_t points) {
    return design_space(axes_of(points / 5000, 25));
}

/// The most memory that was resident at once, in MB; 0 where the system does not say.
double resident() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("VmHWM:", 0) == 0) return std::stod(line.substr(6)) * 1024 / 1e6;
    return 0;
}

void count(benchmark::State& state, const char* what, double each) {
    const double all = each * static_cast<double>(state.iterations());
    state.counters[what] = benchmark::Counter(all, benchmark::Counter::kIsRate);
    state.counters["resident_mb"] = resident();
}

template <class Reducer>
void stream(benchmark::State& state, const std::vector<metric>& metrics, const Reducer& empty) {
    const design_space space = space_of(state.range(1));
    const evaluator of(space);
    const design_query query{metrics, {}, static_cast<int>(state.range(0))};
    for (auto step : state) benchmark::DoNotOptimize(reduce(of, query, empty, 0, space.size()));
    count(state, "points", static_cast<double>(space.size()));
}

// Arguments here and below: threads, points
void level_0_best(benchmark::State& state) {
    stream(state, {metric::throughput}, best_reducer(0, sense::maximize, 10));
}
void level_0_front(benchmark::State& state) {
    const std::vector<sense> senses{sense::maximize, sense::minimize};
    stream(state, {metric::throughput, metric::latency}, frontier_reducer(senses));
}
void level_0_histogram(benchmark::State& state) {
    stream(state, {metric::latency}, histogram_reducer(0, {0, 1e-4, 1e-3, 1e-2, 1e-1, 1, 1e9}));
}
struct sum_reducer {
    double sum = 0;
    void take(const design_chunk& chunk) {
        for (const auto& column : chunk.columns) sum += column[0] + column[column.size() - 1];
    }
    void merge(const sum_reducer& other) { sum += other.sum; }
};
void level_0_columns(benchmark::State& state) {
    stream(state, {metric::throughput, metric::latency, metric::intensity}, sum_reducer());
}
BENCHMARK(level_0_columns)
    ->Args({1, 100'000'000})
    ->Args({2, 100'000'000})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(level_0_best)->Args({1, 100'000'000})->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(level_0_front)
    ->Args({1, 100'000'000})
    ->Args({2, 100'000'000})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(level_0_front)
    ->Args({2, 1'000'000'000})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(level_0_histogram)
    ->Args({1, 100'000'000})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// Layers with operations in all points of a space.
double layers_of(const design_axes& axes, std::size_t points) {
    double layers = 0;
    for (const design_network& one : axes.networks)
        for (const layer_workload& layer : one.work->layers()) layers += layer.operation_count > 0 ? 1.0 : 0.0;
    return layers * static_cast<double>(points) / static_cast<double>(axes.networks.size());
}

// 0 published (what no memory changes), 1 by capacity, 2 by capacity as a pipeline
void refine(design_axes& axes, std::int64_t kind) {
    axes.executions = {kind == 2 ? execution_kind::dataflow : execution_kind::layers};
    if (kind != 0) axes.placements = {placement_kind::capacity};
}

void layer_by_layer(benchmark::State& state) {
    design_axes axes = axes_of(state.range(1) / 8);
    refine(axes, state.range(2));
    const design_space space(axes);
    const evaluator of(space);
    const design_query query{{metric::latency}, {}, static_cast<int>(state.range(0))};
    for (auto step : state) benchmark::DoNotOptimize(reduce(of, query, sum_reducer(), 0, space.size()));
    count(state, "layers", layers_of(axes, space.size()));
}
// Arguments: threads, points, kind
BENCHMARK(layer_by_layer)
    ->Args({1, 100'000, 0})
    ->Args({1, 100'000, 1})
    ->Args({1, 100'000, 2})
    ->Args({1, 2'000'000, 0})
    ->Args({2, 2'000'000, 0})
    ->MeasureProcessCPUTime()
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

// The same points, a prediction each.
void one_by_one(benchmark::State& state) {
    design_axes axes = axes_of(125);
    refine(axes, state.range(0));
    std::size_t points = 0;
    for (auto step : state) {
        points = 0;
        for (const design_network& net : axes.networks)
            for (const auto& device : axes.platforms)
                for (const precision& numbers : axes.datatypes)
                    for (const std::int64_t batch : axes.batches) {
                        const deployment how{.datatype = numbers,
                                             .batch = batch,
                                             .placement = axes.placements[0],
                                             .execution = axes.executions[0]};
                        benchmark::DoNotOptimize(predict(*net.work, *device, how));
                        ++points;
                    }
    }
    count(state, "layers", layers_of(axes, points));
}
BENCHMARK(one_by_one)->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

void analyze_resnet50(benchmark::State& state) {
    const graph net = zoo::resnet50();
    for (auto step : state) benchmark::DoNotOptimize(analyze(net));
}
BENCHMARK(analyze_resnet50)->Unit(benchmark::kMicrosecond);

void predict_resnet50(benchmark::State& state) {
    const workload net = analyze(graph(zoo::resnet50()));
    const auto device = board("large", 4.6_top_per_s, 19.2_gb_per_s);
    const deployment how{.execution = state.range(0) == 0 ? execution_kind::network : execution_kind::layers};
    for (auto step : state) benchmark::DoNotOptimize(predict(net, *device, how));
}
BENCHMARK(predict_resnet50)->Arg(0)->Arg(1)->Unit(benchmark::kNanosecond);

}  // namespace
