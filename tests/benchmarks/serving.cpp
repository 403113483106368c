// SPDX-License-Identifier: BSD-3-Clause
// One answer of a language model's server, and how many servers a second a frontier takes.
#include <qutibench/explore/serving_space.hpp>
#include <qutibench/io/catalogue.hpp>
#include <qutibench/language/zoo.hpp>

#include <benchmark/benchmark.h>

namespace {

using namespace qutibench;

void serve_once(benchmark::State& state) {
    const serving server(zoo::build_language("deepseek_v3"), load_platform("b200_sxm"), fp8, {.tensor = 8});
    serving_question ask;
    for (auto step : state) {
        ask.concurrency = ask.concurrency < 1024 ? ask.concurrency + 1 : 1;
        benchmark::DoNotOptimize(server(ask));
    }
}
BENCHMARK(serve_once)->Unit(benchmark::kNanosecond);

/// Ten devices, twenty layouts, five precisions, a thousand loads.
serving_axes axes_of() {
    serving_axes axes;
    for (const char* id : {"a100_sxm_80gb", "h100_sxm", "h200_sxm", "b200_sxm", "b300_sxm", "gb200", "gb300", "mi300x",
                           "mi325x", "mi355x"})
        axes.platforms.push_back(std::make_shared<const platform>(load_platform(id)));
    axes.layouts.clear();
    for (const std::int64_t tensor : {1, 2, 4, 8})
        for (const std::int64_t pipeline : {1, 2, 4, 8, 16})
            axes.layouts.push_back({.tensor = tensor, .pipeline = pipeline});
    for (const char* format : {"bf16", "fp8", "int4", "mxfp4", "nvfp4"})
        axes.precisions.emplace_back(parse_datatype(format));
    axes.concurrencies.clear();
    for (int i = 1; i <= 1000; ++i) axes.concurrencies.push_back(i);
    return axes;
}

// Arguments: threads
void frontier(benchmark::State& state, const char* name) {
    const language_model model = zoo::build_language(name);
    const std::vector<serving_metric> metrics{serving_metric::tokens_per_s_per_user,
                                              serving_metric::tokens_per_s_per_device};
    std::size_t found = 0;
    std::uint64_t size = 0;
    for (auto step : state) {
        const serving_space space(model, axes_of());
        size = space.size();
        found = serving_frontier(space, metrics, static_cast<int>(state.range(0))).size();
    }
    state.counters["points"] = benchmark::Counter(static_cast<double>(size) * static_cast<double>(state.iterations()),
                                                  benchmark::Counter::kIsRate);
    state.counters["frontier"] = static_cast<double>(found);
}
BENCHMARK_CAPTURE(frontier, dense, "llama_3_1_70b")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(frontier, experts, "deepseek_v3")->Arg(1)->Arg(2)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
