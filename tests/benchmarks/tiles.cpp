// SPDX-License-Identifier: BSD-3-Clause
// Microseconds in which an estimate of ResNet-50 is taken apart: with whole tensors and in tiles, under each placement.
// The argument is the on-chip memory in KiB.
#include <qutibench/model/predict.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo/resnet.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace qutibench;

platform board(double on_chip_bytes) {
    operating_mode mode;
    mode.peaks = {{.numbers = int8, .dense = quantity_of<ops_per_second>(4.6e12)}};
    mode.memories = {{.name = "ddr", .bandwidth = quantity_of<bytes_per_second>(19.2e9)},
                     {.name = "sram", .capacity = quantity_of<bytes>(on_chip_bytes), .on_chip = true}};
    return platform("board", {mode});
}

template <placement_kind Placement, execution_kind Execution>
void explain_resnet50(benchmark::State& state) {
    const workload net = analyze(graph(zoo::resnet50()));
    const platform device = board(1024.0 * static_cast<double>(state.range(0)));
    const deployment how{.datatype = int8, .placement = Placement, .execution = Execution};
    double gap = 0;
    for (auto _ : state) {
        const breakdown all = explain(net, device, how);
        benchmark::DoNotOptimize(all.total.call_time);
        gap = all.where.gap;
    }
    if (gap == gap) state.counters["gap"] = gap;
}

}  // namespace

BENCHMARK(explain_resnet50<placement_kind::capacity, execution_kind::layers>)->Arg(4096);
BENCHMARK(explain_resnet50<placement_kind::published, execution_kind::tiled>)->Arg(16)->Arg(256)->Arg(4096);
BENCHMARK(explain_resnet50<placement_kind::capacity, execution_kind::tiled>)->Arg(4096);
BENCHMARK(explain_resnet50<placement_kind::optimal, execution_kind::layers>)->Arg(256)->Arg(4096)->Arg(8192);
BENCHMARK(explain_resnet50<placement_kind::optimal, execution_kind::tiled>)->Arg(4096);

BENCHMARK_MAIN();
