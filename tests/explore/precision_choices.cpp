// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/precision_choices.hpp>
#include <qutibench/qutibench.hpp>

#include <random>

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;
using Catch::Matchers::Contains;

namespace {

platform board() {
    const auto at = [](const precision& numbers, double tops) {
        return peak{.numbers = numbers, .dense = quantity_of<ops_per_second>(tops * 1e12)};
    };
    return {"board",
            {{.peaks = {at(int2, 8), at(int4, 4), at(int8, 2)},
              .memories = {{.name = "off-chip", .bandwidth = 10_gb_per_s}}}}};
}

const std::vector<precision> widths{int2, int4, int8};

std::vector<layer_sensitivity> draw_table(const graph& net, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<layer_sensitivity> table;
    for (const node& one : net.nodes()) {
        if (one.cost.weights == 0) continue;
        double loss = 0;
        for (auto width = widths.rbegin(); width != widths.rend(); ++width) {
            table.push_back({one.name, *width, loss});
            loss += static_cast<double>(random() % 1000) / 1e5;
        }
    }
    return table;
}

}  // namespace

TEST_CASE("the figures of a combination are those of the network quantised so") {
    const deployment how{.datatype = int8,
                         .batch = 2,
                         .execution = execution_kind::layers,
                         .parameters = {.call_overhead = 1e-4, .layer_overhead = 1e-6}};
    for (const graph& net : {graph(zoo::cnv()), graph(zoo::resnet50()), graph(zoo::mobilenet_v1())}) {
        const auto table = draw_table(net, 1);
        const auto layers = precision_choices(net, board(), how, table);
        std::mt19937 random(2);
        for (int run = 0; run < 20; ++run) {
            double size = 0, time = 0;
            std::vector<std::pair<std::string, precision>> chosen;
            for (const choosing_layer& layer : layers) {
                const layer_option& option = layer.options[random() % layer.options.size()];
                size += option.figures[0];
                time += option.figures[1];
                chosen.emplace_back(layer.name, parse_precision(option.label));
            }
            const graph mixed = quantize(net, [&](const node& one) {
                for (const auto& [name, numbers] : chosen)
                    if (name == one.name) return numbers;
                return precision(int8);
            });
            const estimate predicted = predict(analyze(mixed), board(), how);
            CHECK(predicted.weight_bytes == Approx(size).epsilon(1e-12));
            CHECK(predicted.call_time == Approx(time).epsilon(1e-12));
        }
    }
}

TEST_CASE("the size of a choice is that of the weights as they are stored") {
    const graph net = zoo::cnv();
    const deployment how{.datatype = int8, .execution = execution_kind::layers, .weights_in_carrier = true};
    const auto layers =
        precision_choices(net, board(), how, std::vector<layer_sensitivity>{{"conv2", integer<3>::value, 0}});
    REQUIRE(layers[0].options[0].label == "int3");  // carried, and stored, in int4
    const graph mixed = quantize(
        net, [](const node& one) { return one.name == "conv2" ? precision(integer<3>::value) : precision(int8); });
    CHECK(layers[0].options[0].figures[0] + layers[1].options[0].figures[0] ==
          Approx(predict(analyze(mixed), board(), how).weight_bytes));
}

TEST_CASE("frontier of CNV's layers in three widths equals all 19683 combinations") {
    const graph net = zoo::cnv();
    const platform device = board();
    const auto table = draw_table(net, 3);
    // [widths]
    // table: {"conv1", int4, 0.013}, {"conv1", int2, 0.21}, {"conv2", int4, 0.004} ...
    const deployment how{.datatype = int8, .execution = execution_kind::layers};
    const auto layers = precision_choices(net, device, how, table);
    const auto objectives = precision_objectives();  // model_bytes, latency_s, loss
    const choice_front front = choose_for_layers(layers, objectives);
    const std::vector<std::size_t> smallest = front.choices(0);  // the option of each layer
    // [widths]
    REQUIRE(layers.size() == 10);
    CHECK(layers[1].options[smallest[1]].label == "int2");

    std::vector<std::uint16_t> chosen;
    for (int i = 0; i < 19683; ++i)
        for (int k = 0, rest = i; k < 10; ++k, rest /= 3)  // nothing is left for the tenth
            chosen.push_back(static_cast<std::uint16_t>(rest % 3));
    std::vector<double> all(3 * 19683);
    evaluate_choices(layers, objectives, chosen, all);
    const std::vector<sense> senses(3, sense::minimize);
    std::vector<std::vector<double>> expected;
    for (const std::size_t row : pareto_front(all, senses))
        expected.push_back({all[row * 3], all[row * 3 + 1], all[row * 3 + 2]});
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    REQUIRE(front.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        CHECK(std::equal(expected[i].begin(), expected[i].end(), &front.points()[i * 3]));
    for (std::size_t j = 0; j < 3; ++j) {  // added up in the order of the layers
        double sum = 0;
        for (std::size_t k = 0; k < layers.size(); ++k) sum += layers[k].options[smallest[k]].figures[j];
        CHECK(front.points()[j] == Approx(sum).epsilon(1e-14));
    }
}

TEST_CASE("tables and deployments that do not fit are refused") {
    const graph net = zoo::cnv();
    deployment how{.datatype = int8, .execution = execution_kind::layers};
    const auto with = [&](const std::vector<layer_sensitivity>& table) {
        static_cast<void>(precision_choices(net, board(), how, table));
    };
    CHECK_THROWS_WITH(with({{"conv_1", int4, 0}}), Contains("did you mean 'conv1'?"));
    CHECK_THROWS_WITH(with({{"conv1", int4, 0}, {"conv1", int4, 1}}), Contains("in int4 twice"));
    CHECK_THROWS_AS(with({{"conv1", fp32, 0}}), unsupported_datatype);
    how.execution = execution_kind::network;
    CHECK_THROWS_WITH(with({{"conv1", int4, 0}}), Contains("one by one"));
    how = {.datatype = int8, .placement = placement_kind::capacity, .execution = execution_kind::layers};
    CHECK_THROWS_WITH(with({{"conv1", int4, 0}}), Contains("published placement"));
}
