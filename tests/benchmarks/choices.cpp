// SPDX-License-Identifier: BSD-3-Clause
// A precision for each of the 54 layers of ResNet-50, of three widths: the front of all choices, and given ones.
#include <qutibench/explore/precision_choices.hpp>
#include <qutibench/network/zoo/resnet.hpp>

#include <benchmark/benchmark.h>

#include <random>

namespace {

using namespace qutibench;

/// With losses made up from a seed, which grow as widths shrink.
std::vector<choosing_layer> layers_of(std::int64_t seed) {
    const std::vector<precision> widths{int8, int4, int2};
    operating_mode mode{.memories = {{.name = "ddr", .bandwidth = quantity_of<bytes_per_second>(10e9)}}};
    for (std::size_t i = 0; i < widths.size(); ++i)
        mode.peaks.push_back({.numbers = widths[i], .dense = quantity_of<ops_per_second>(2e12 * (1 << i))});
    const graph net = zoo::resnet50();
    std::mt19937 random(static_cast<unsigned>(seed));
    std::vector<layer_sensitivity> table;
    for (const node& one : net.nodes()) {
        double loss = 0;
        for (const precision& width : widths) {
            if (one.cost.weights > 0) table.push_back({one.name, width, loss});
            loss += static_cast<double>(random() % 1000) / 1e5;
        }
    }
    const deployment how{.datatype = int8, .execution = execution_kind::layers};
    return precision_choices(net, platform("board", {mode}), how, table);
}

// By all threads. Arguments: objectives (bytes and loss, or seconds as well), seed
void front(benchmark::State& state) {
    auto layers = layers_of(state.range(1));
    auto objectives = precision_objectives();
    if (state.range(0) == 2) {
        objectives.erase(objectives.begin() + 1);
        for (choosing_layer& layer : layers)
            for (layer_option& option : layer.options) option.figures.erase(option.figures.begin() + 1);
    }
    std::size_t rows = 0;
    for (auto step : state) rows = choose_for_layers(layers, objectives).size();
    state.counters["rows"] = static_cast<double>(rows);
}
BENCHMARK(front)->ArgsProduct({{2, 3}, {1, 2, 3}})->UseRealTime()->Unit(benchmark::kMillisecond);

void million_of_given_choices(benchmark::State& state) {
    const auto layers = layers_of(1);
    const auto objectives = precision_objectives();
    std::mt19937 random(1);
    std::vector<std::uint16_t> chosen;
    for (std::size_t i = 0; i < 1'000'000; ++i)
        for (const choosing_layer& layer : layers)
            chosen.push_back(static_cast<std::uint16_t>(random() % layer.options.size()));
    std::vector<double> figures(3'000'000);
    for (auto step : state) evaluate_choices(layers, objectives, chosen, figures);
}
BENCHMARK(million_of_given_choices)->Unit(benchmark::kMillisecond);

}  // namespace
