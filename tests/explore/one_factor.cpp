// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/one_factor.hpp>
#include <qutibench/qutibench.hpp>

#include <cmath>

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;
using Catch::Matchers::Contains;

namespace {

platform board() {
    return {"board",
            {{.peaks = {{.numbers = int8, .dense = quantity_of<ops_per_second>(1e12)}},
              .memories = {{.name = "off-chip", .bandwidth = 10_gb_per_s}}}}};
}

const one_factor_row& find(const std::vector<one_factor_row>& rows, std::string_view factor, std::string_view level) {
    for (const one_factor_row& row : rows)
        if (row.factor == factor && row.level == level) return row;
    FAIL("no row " << factor << " " << level);
    return rows.front();
}

}  // namespace

TEST_CASE("a backbone has the operations of equation 2.4 whatever factor changes") {
    const backbone base;
    const auto counted = [](const backbone& one) { return analyze(one.build()); };
    // 2 K^2 H W C_in C_out a layer; weights K^2 C_in C_out
    const std::int64_t layer = 2 * 9 * 56 * 56 * 64 * 64;
    CHECK(counted(base).operation_count == 8 * layer);
    CHECK(counted(base).weight_count == 8 * 9 * 64 * 64);
    backbone one = base;
    one.type = convolution_type::per_channel;
    CHECK(counted(one).operation_count == 8 * layer / 64);
    one.type = convolution_type::grouped;
    CHECK(counted(one).operation_count == 8 * layer / 4);
    one.type = convolution_type::pointwise;
    CHECK(counted(one).operation_count == 8 * layer / 9);
    one = base;
    one.height = 28;
    CHECK(counted(one).operation_count == 4 * layer);
    one = base;
    one.channels = 128;
    CHECK(counted(one).weight_count == 4 * 8 * 9 * 64 * 64);

    one.layers = 0;
    CHECK_THROWS_WITH(one.build(), Contains("1 to 10000 layers, not 0"));
    one.layers = 2;
    one.channels = 0;
    CHECK_THROWS_AS(one.build(), shape_error);
    one.channels = 6;
    one.type = convolution_type::grouped;
    CHECK_THROWS_WITH(one.build(), Contains("4 groups divide neither"));
    CHECK_THROWS_WITH(parse_name<convolution_type>("depthwize"), Contains("did you mean 'depthwise'"));
}

TEST_CASE("one factor at a time around a backbone") {
    // [backbone]
    const backbone base{.height = 56, .width = 56, .channels = 64, .kernel = 3, .layers = 8};
    const auto variants = vary(base, {.input_sizes = {28, 56, 112},
                                      .batches = {1, 8},
                                      .kernels = {1, 3, 5},
                                      .channels = {32, 64},
                                      .types = {convolution_type::standard, convolution_type::per_channel},
                                      .layers = {4, 16}});
    // [backbone]
    REQUIRE(variants.size() == 1 + 3 + 2 + 3 + 2 + 2 + 2);
    CHECK(variants[0].factor == "base");
    std::vector<double> measured(variants.size(), std::nan(""));
    measured[0] = 500;
    const platform device = board();
    // [rows]
    const auto rows = one_factor(variants, device, {.datatype = int8}, measured);
    const auto bars = tornado(rows, [](const one_factor_row& row) { return row.prediction.latency().value(); });
    // [rows]
    CHECK(bars.size() == 6);
    for (const one_factor_row& row : rows) {
        if (!row.is_base) continue;
        CHECK(row.operations == rows[0].operations);
        CHECK(row.prediction.throughput() == rows[0].prediction.throughput());
    }
    CHECK(rows[0].measured_performance() == 500 * rows[0].operations);
    CHECK(std::isnan(rows[1].measured_performance()));

    const one_factor_row& first = rows[0];
    CHECK(first.operations_per_weight() == 2.0 * 56 * 56);  // each weight works once at every position
    CHECK(first.operations_per_byte() == 2.0 * 56 * 56);    // int8
    CHECK(first.predicted_performance() == Approx(1e12));   // 6272 op/byte is right of the ridge at 100
    CHECK(find(rows, "input size", "28").operations_per_weight() == 2.0 * 28 * 28);
    CHECK(find(rows, "batch", "8").operations_per_weight() == 8 * 2.0 * 56 * 56);
    CHECK(find(rows, "kernel", "5").operations == Approx(first.operations * 25 / 9));
    CHECK(find(rows, "convolution type", "depthwise").operations == first.operations / 64);
    CHECK(find(rows, "layers", "16").weights == 2 * first.weights);
    CHECK(find(rows, "layers", "16").value == 16);
    CHECK(std::isnan(find(rows, "convolution type", "depthwise").value));

    CHECK_THROWS_WITH(one_factor(variants, board(), {}, std::vector<double>(2)), Contains("2 measurements"));
    CHECK_THROWS_WITH(vary(base, {.batches = {0}}), Contains("batch must be at least 1"));
}

TEST_CASE("one factor at a time around a network") {
    const graph resnet = zoo::resnet50();
    const auto variants =
        vary(resnet, {.input_sizes = {192, 224},
                      .batches = {1, 4},
                      .kernels = {3, 5},
                      .widths = {0.5, 1.0},
                      .types = {convolution_type::standard, convolution_type::per_channel, convolution_type::grouped}});
    const auto rows = one_factor(variants, board());
    CHECK(find(rows, "input size", "224").is_base);
    CHECK(find(rows, "input size", "224").operations == rows[0].operations);
    CHECK(find(rows, "channels", "1").operations == rows[0].operations);
    CHECK(find(rows, "convolution type", "standard").operations == rows[0].operations);
    CHECK(find(rows, "batch", "4").prediction.batch == 4);
    CHECK(find(rows, "channels", "0.5").weights < 0.35 * rows[0].weights);

    // the 3x3 layers of ResNet-50, each 1/C of its operations when depthwise, 1/4 when in four groups
    double wide = 0, deep = 0, fourth = 0, kernels = 0;
    for (const node& one : resnet.nodes()) {
        const auto* layer = one.layer.as<convolution_2d>();
        if (layer == nullptr || layer->kernel[0] == 1) continue;
        const auto operations = 2 * static_cast<double>(one.cost.macs);
        kernels += operations * 9 / static_cast<double>(layer->kernel[0] * layer->kernel[0]);
        if (layer->kernel[0] != 3) continue;
        wide += operations;
        deep += operations / static_cast<double>(layer->out_channels);
        fourth += operations / 4;
    }
    CHECK(find(rows, "convolution type", "depthwise").operations == Approx(rows[0].operations - wide + deep));
    CHECK(find(rows, "convolution type", "grouped").operations == Approx(rows[0].operations - wide + fourth));
    const double first = 2 * 49.0 * 112 * 112 * 3 * 64;
    CHECK(find(rows, "kernel", "3").operations == Approx(rows[0].operations - wide - first + kernels));
    CHECK(find(rows, "kernel", "5").operations == Approx(rows[0].operations - wide - first + kernels * 25 / 9));

    // valid windows shrink to nothing less than one position
    CHECK(with_convolution_type(zoo::cnv(), convolution_type::pointwise).nodes().size() > 0);
    CHECK_THROWS_AS(with_kernel(resnet, 0), invalid_argument);
    CHECK_THROWS_AS(with_convolution_type(resnet, convolution_type::grouped, 0), invalid_argument);
    CHECK_THROWS_WITH(vary(zoo::mlp(), {.input_sizes = {8}}), Contains("one input of rank 4"));
}

TEST_CASE("a tornado chart ranks factors by how far they move the metric") {
    const auto rows =
        one_factor(vary(backbone{}, {.input_sizes = {28, 112}, .batches = {1, 8}, .kernels = {1, 5}}), board());
    const auto bars = tornado(rows, [](const one_factor_row& row) { return row.prediction.latency().value(); });
    REQUIRE(bars.size() == 3);
    CHECK(bars[0].factor == "batch");  // 8 times the time, where the input size takes 4 and the kernel 25 / 9
    CHECK(bars[1].factor == "input size");
    CHECK(bars[2].factor == "kernel");
    CHECK(bars[0].high == Approx(8 * bars[0].base));
    CHECK(bars[0].low == bars[0].base);
    CHECK(bars[0].low_level == "base");
    CHECK(bars[0].high_level == "8");
    CHECK(bars[1].low == Approx(bars[1].base / 4));
    CHECK(bars[1].low_level == "28");
    CHECK_THROWS_WITH(tornado(std::span(rows).subspan(1), [](const auto&) { return 1.0; }), Contains("'base'"));
    CHECK_THROWS_WITH(tornado(rows, [](const auto& row) { return row.measured_throughput; }), Contains("not known"));
}

TEST_CASE("sensitivity finds the exponents of a power law") {
    const std::vector<parameter_range> parameters{{"x", 2, 1, 4}, {"y", 1, 0.5, 3}, {"z", 5, 5, 5}};
    const auto bars = sensitivity(parameters, [](std::span<const double> v) { return v[0] * v[0] / std::sqrt(v[1]); });
    REQUIRE(bars.size() == 3);
    CHECK(bars[0].factor == "x");
    CHECK(bars[0].elasticity == Approx(2));
    CHECK(bars[0].base == Approx(4));
    CHECK(bars[0].low == Approx(1));
    CHECK(bars[0].high == Approx(16));
    CHECK(bars[1].elasticity == Approx(-0.5));
    CHECK(bars[1].high_level == "0.5");
    CHECK(std::isnan(bars[2].elasticity));
    CHECK(bars[2].swing() == 0);
    const std::vector<parameter_range> wrong{{"x", 2, 3, 4}};
    CHECK_THROWS_WITH(sensitivity(wrong, [](auto) { return 1.0; }), Contains("low <= base <= high"));
    CHECK_THROWS_AS(sensitivity(parameters, [](auto) { return std::nan(""); }), invalid_argument);
}
