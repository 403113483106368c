// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/network/zoo/registry.hpp>

#include "catch.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace qb = qutibench;
namespace zoo = qutibench::zoo;

TEST_CASE("every entry of the zoo builds the network of its name") {
    std::set<std::string_view> names;
    for (const zoo::entry& one : zoo::entries()) {
        INFO(one.name);
        CHECK(names.insert(one.name).second);
        const qb::graph net = one.build(1.0);
        CHECK(net.name() == one.name);
        const qb::workload counted = qb::analyze(net);
        CHECK(counted.operation_count == 2 * counted.mac_count);
        CHECK(counted.mac_count > 0);
        CHECK(counted.weight_count > 0);
        CHECK(counted.parameter_count >= counted.weight_count);
        CHECK(counted.uncounted().empty());
        const std::map<std::string_view, std::size_t> results{
            {"bert_base", 2}, {"mask_rcnn_resnet50_fpn", 3}, {"mlstm", 3}, {"minigo", 2}};
        CHECK(net.outputs().size() == (results.contains(one.name) ? results.at(one.name) : 1U));
        std::set<std::string> layers;
        for (const qb::node& layer : net.nodes()) CHECK(layers.insert(layer.name).second);
    }
}

TEST_CASE("every network that has widths is valid and smaller at a fraction of them") {
    for (const zoo::entry& one : zoo::entries()) {
        INFO(one.name);
        const qb::workload full = qb::analyze(one.build(1.0));
        if (!one.has_widths) {
            CHECK_THROWS_AS(zoo::build(one.name, 0.5), qb::invalid_argument);
            CHECK_THROWS_WITH(zoo::build(one.name, 0.5), Catch::Contains(std::string(one.name)));
            continue;
        }
        qb::workload previous = full;
        for (const double keep : {0.75, 0.5, 0.3, 0.125}) {
            INFO(keep);
            const qb::workload pruned = qb::analyze(one.build(keep));
            CHECK(pruned.layers().size() == full.layers().size());
            CHECK(pruned.operation_count < previous.operation_count);
            CHECK(pruned.weight_count < previous.weight_count);
            CHECK(pruned.output_count <= full.output_count);
            previous = pruned;
        }
    }
}

TEST_CASE("docs/zoo.md lists every network with its figures") {
    std::ifstream page(QUTIBENCH_SOURCE_DIR "/docs/zoo.md");
    REQUIRE(page);
    std::map<std::string, std::vector<std::int64_t>> figures;  // operations, MACs, weights, parameters
    for (std::string line; std::getline(page, line);) {
        if (line.rfind("| `", 0) != 0) continue;
        std::istringstream cells(line);
        std::string cell;
        std::getline(cells, cell, '|');
        std::getline(cells, cell, '|');
        auto& row = figures[cell.substr(2, cell.size() - 4)];
        for (int column = 0; column < 4 && std::getline(cells, cell, '|'); ++column) {
            cell.erase(std::remove_if(cell.begin(), cell.end(), [](char one) { return one == ',' || one == ' '; }),
                       cell.end());
            row.push_back(std::stoll(cell));
        }
    }
    CHECK(figures.size() == zoo::entries().size());
    for (const zoo::entry& one : zoo::entries()) {
        INFO(one.name);
        const qb::workload counted = qb::analyze(one.build(1.0));
        CHECK(figures[std::string(one.name)] ==
              std::vector{counted.operation_count, counted.mac_count, counted.weight_count, counted.parameter_count});
    }
}

TEST_CASE("a network that the zoo does not have is an error with the nearest name") {
    CHECK(zoo::find("resnet50") != nullptr);
    CHECK(zoo::find("resnet51") == nullptr);
    CHECK_THROWS_AS(zoo::build("resnet51"), qb::unknown_name);
    CHECK_THROWS_WITH(zoo::build("mobilenet_v_1"), Catch::Contains("mobilenet_v1"));
    CHECK_THROWS_AS(zoo::build(""), qb::unknown_name);
    CHECK_THROWS_AS(zoo::build("cnv", 0.0), qb::invalid_argument);
    CHECK_THROWS_AS(zoo::build("cnv", std::nan("")), qb::invalid_argument);
    CHECK(zoo::names().size() == zoo::entries().size());
}
