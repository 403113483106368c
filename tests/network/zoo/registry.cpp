// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/network/zoo/registry.hpp>

#include "catch.hpp"

#include <cmath>
#include <set>

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
        CHECK(net.outputs().size() == (one.name == std::string_view("yolo") ? 3U : 1U));
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
