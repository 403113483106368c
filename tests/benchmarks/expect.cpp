// SPDX-License-Identifier: BSD-3-Clause
// What an expectation costs, of a workload and of kernels that are known already (as sweeps ask), and a fit.
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/expect.hpp>
#include <qutibench/model/calibration.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace qutibench;

const measured_run& run() {
    static const measured_run made{.datatype = fp16, .value = 256};
    return made;
}

// Argument: 0 on a device that was measured, 1 on one of whose class others were
void expect_workload(benchmark::State& state) {
    const workload net = load_network("resnet50").work();
    const platform device = load_platform(state.range(0) == 0 ? "rtx_3090" : "a100_sxm_80gb");
    for (auto step : state) benchmark::DoNotOptimize(expect(net, device, run()));
}
BENCHMARK(expect_workload)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void expect_kernels(benchmark::State& state) {
    const workload net = load_network("resnet50").work();
    const platform device = load_platform("rtx_3090");
    const fitting::kernel_table table = fitting::kernels_of(net);
    const estimate bound = predict(net, device, {.datatype = fp16, .batch = 256});
    for (auto step : state) benchmark::DoNotOptimize(expect(table, bound, device, run(), known_populations()));
}
BENCHMARK(expect_kernels)->Unit(benchmark::kMicrosecond);

/// Rows of fifteen networks at a hundred batches, of a board that runs them at a tenth of another's bound.
void fit_rows(benchmark::State& state) {
    network_set networks;
    std::vector<calibration_point> points;
    const platform like = load_platform("rtx_3090");
    for (const char* name : {"resnet18", "resnet34", "resnet50", "resnet101", "vgg16", "alexnet", "mobilenet_v1",
                             "mobilenet_v2", "squeezenet1_1", "efficientnet_b0", "googlenet", "densenet121",
                             "inception_v3", "shufflenet_v2_x1_0", "mobilenet_v3_large"}) {
        const workload net = load_network(name).work();
        networks.add(name, net);
        for (std::int64_t batch = 1; batch <= 100; ++batch) {
            const estimate bound = predict(net, like, {.datatype = fp16, .batch = batch});
            points.push_back({name, {.datatype = fp16, .value = batch}, bound.throughput().value() / 10});
        }
    }
    calibration_options options;
    options.populations = known_populations();
    options.validate = false;
    if (state.range(0) == 1) options.structures = {"learned"};
    for (auto step : state) benchmark::DoNotOptimize(calibrate(points, networks, "board", options));
    state.counters["rows"] = static_cast<double>(points.size());
}
BENCHMARK(fit_rows)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
