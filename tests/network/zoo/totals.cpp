// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A recipe counted without a graph gives the totals of its graph, for every network.
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo.hpp>

#include "catch.hpp"

namespace qb = qutibench;
namespace zoo = qutibench::zoo;

namespace {

template <class Recipe>
void check_totals(const Recipe& recipe) {
    INFO(recipe.name());
    const qb::graph net = recipe;
    const qb::workload at_run_time = qb::analyze(net);
    const auto direct = qb::analyze(recipe);
    CHECK(direct.operation_count == at_run_time.operation_count);
    CHECK(direct.weight_count == at_run_time.weight_count);
    CHECK(static_cast<const qb::workload_totals&>(direct) == static_cast<const qb::workload_totals&>(at_run_time));
    REQUIRE(direct.layers().size() == net.nodes().size());
    for (std::size_t i = 0; i < net.nodes().size(); ++i) {
        INFO(net.nodes()[i].name);
        CHECK(direct.layers()[i].cost == net.nodes()[i].cost);
        CHECK(direct.layers()[i].output == net.nodes()[i].outputs[0]);
    }
}

template <class... Recipes>
void check_all(const Recipes&... recipes) {
    (check_totals(recipes), ...);
}

}  // namespace

TEST_CASE("counting a recipe and counting its graph agree: the thesis' networks") {
    check_all(zoo::cnv(), zoo::cnv(0.125), zoo::mlp(), zoo::resnet50(), zoo::resnet50(0.5), zoo::resnet50_v1_5(),
              zoo::googlenet_v1(), zoo::mobilenet_v1(), zoo::efficientnet_edgetpu_s(), zoo::efficientnet_edgetpu_m(),
              zoo::efficientnet_edgetpu_l());
}

TEST_CASE("counting a recipe and counting its graph agree: others") {
    check_all(zoo::resnet18(), zoo::resnet34(), zoo::resnet101(), zoo::resnet152(), zoo::googlenet());
}
