// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The thesis' networks against its tables: T 6.1 (totals), A.1 (layers of ResNet-50) and A.3 to A.5 (its blocks).
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo.hpp>

#include "catch.hpp"

#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

namespace qb = qutibench;
namespace zoo = qutibench::zoo;

namespace {

// To the last operation, at compile time: the thesis' figures for CNV and MLP, and ResNet-50 v1.
constexpr bool costs(const qb::workload_totals& network, std::int64_t weights, std::int64_t operations) {
    return network.weight_count == weights && network.operation_count == operations;
}
static_assert(costs(qb::analyze(zoo::cnv()), 6'157'696, 469'449'728));
static_assert(costs(qb::analyze(zoo::cnv(0.5)), 1'542'848, 118'922'752));
static_assert(costs(qb::analyze(zoo::cnv(0.25)), 387'424, 30'510'848));
static_assert(costs(qb::analyze(zoo::cnv(0.125)), 97'712, 8'017'792));
static_assert(costs(qb::analyze(zoo::mlp()), 10'014'720, 20'029'440));
static_assert(costs(qb::analyze(zoo::mlp(0.5)), 2'910'208, 5'820'416));
static_assert(costs(qb::analyze(zoo::mlp(0.25)), 930'816, 1'861'632));
static_assert(costs(qb::analyze(zoo::mlp(0.125)), 334'336, 668'672));
static_assert(costs(qb::analyze(zoo::resnet50()), 25'502'912, 7'715'946'496));

/// The rows of a CSV file without quotes, each as column name to text.
std::vector<std::map<std::string, std::string>> rows_of(const std::string& name) {
    std::ifstream file(std::string(QUTIBENCH_SOURCE_DIR "/data/measurements/") + name);
    REQUIRE(file);
    const auto cells = [](const std::string& line) {
        std::vector<std::string> all;
        std::istringstream stream(line);
        for (std::string cell; std::getline(stream, cell, ',');) all.push_back(cell);
        return all;
    };
    std::string line;
    std::getline(file, line);
    const std::vector<std::string> header = cells(line);
    std::vector<std::map<std::string, std::string>> rows;
    while (std::getline(file, line)) {
        const std::vector<std::string> row = cells(line);
        auto& one = rows.emplace_back();
        for (std::size_t i = 0; i < row.size(); ++i) one[header[i]] = row[i];
    }
    return rows;
}

}  // namespace

TEST_CASE("table 6.1: operations and elements follow from topology") {
    struct row {
        qb::workload counted;
        double giga_operations, mega_elements;
    };
    // The table prints two or three digits; GoogLeNet, MobileNet and ResNet-50 to the precision its intensities imply.
    const row table[] = {{qb::analyze(qb::graph(zoo::resnet50())), 7.72, 25.5},
                         {qb::analyze(qb::graph(zoo::googlenet_v1())), 3.13, 5.98},
                         {qb::analyze(qb::graph(zoo::mobilenet_v1())), 1.14, 4.23},
                         {qb::analyze(qb::graph(zoo::efficientnet_edgetpu_s())), 4.7, 5.4},
                         {qb::analyze(qb::graph(zoo::efficientnet_edgetpu_m())), 7.4, 6.9},
                         {qb::analyze(qb::graph(zoo::efficientnet_edgetpu_l())), 19.4, 10.6}};
    for (const row& one : table) {
        INFO(one.counted.name());
        CHECK(static_cast<double>(one.counted.operation_count) * 1e-9 == Approx(one.giga_operations).epsilon(0.012));
        CHECK(static_cast<double>(one.counted.weight_count) * 1e-6 == Approx(one.mega_elements).epsilon(0.012));
    }
    CHECK(table[2].counted.parameter_count == 4'231'976);  // Keras' trainable parameters of MobileNet 1.0
}

TEST_CASE("table A.1: every layer of ResNet-50 costs what the thesis says, and has its shape") {
    const qb::graph net = zoo::resnet50();
    const auto rows = rows_of("level1_resnet50.csv");
    CHECK(rows.size() > 100);
    for (const auto& row : rows) {
        INFO(row.at("layer"));
        const qb::tensor at = net.find(row.at("layer"));
        const qb::node& one = net.nodes()[static_cast<std::size_t>(at.node)];
        const auto* conv = one.layer.as<qb::convolution_2d>();
        REQUIRE(conv != nullptr);
        CHECK(static_cast<double>(2 * one.cost.macs) * 1e-6 == Approx(std::stod(row.at("mega_ops"))).margin(0.02));
        CHECK(net.shape_of(at)[2] == std::stoll(row.at("output_dim")));
        CHECK(net.input_shapes(one)[0][1] == std::stoll(row.at("in_channels")));
        CHECK(conv->out_channels == std::stoll(row.at("out_channels")));
        CHECK(conv->kernel[0] == std::stoll(row.at("kernel")));
        CHECK(conv->stride[0] == std::stoll(row.at("stride")));
    }
}

TEST_CASE("tables A.3 to A.5: every block of ResNet-50 costs what the thesis says") {
    const qb::workload counted = qb::analyze(qb::graph(zoo::resnet50()));
    std::map<std::string, double> mega_operations;
    for (const qb::layer_workload& one : counted.layers())
        mega_operations[one.name.substr(0, one.name.find('_'))] += static_cast<double>(one.operation_count) * 1e-6;
    std::map<std::string, int> seen;
    for (const auto& row : rows_of("level2_resnet50_tx2.csv")) {
        INFO(row.at("block"));
        CHECK(mega_operations.at(row.at("block")) == Approx(std::stod(row.at("mega_ops"))).margin(0.02));
        ++seen[row.at("block")];
    }
    CHECK(seen.size() == 16);
}

TEST_CASE("keep must be a fraction") {
    for (const double wrong : {0.0, -0.5, 1.0001, std::numeric_limits<double>::infinity(), std::nan("")}) {
        CHECK_THROWS_AS(zoo::cnv(wrong), qb::invalid_argument);
        CHECK_THROWS_AS(zoo::resnet50(wrong), qb::invalid_argument);
    }
    CHECK_THROWS_WITH(zoo::mlp(1.5), Catch::Contains("keep") && Catch::Contains("1.5"));
    CHECK(zoo::scaled(64, 1e-9) == 1);
    CHECK(zoo::scaled(58, 0.5, 2) == 30);
    CHECK_THROWS_AS(zoo::scaled(std::int64_t{1} << 62, 1e6), qb::overflow_error);
}

TEST_CASE("recipes are values") {
    CHECK(zoo::cnv(0.5) == zoo::cnv(0.5));
    CHECK_FALSE(zoo::cnv(0.5) == zoo::cnv());
}
