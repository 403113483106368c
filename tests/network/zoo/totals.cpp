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

TEST_CASE("counting a recipe and counting its graph agree: convolutional networks") {
    check_all(zoo::resnet18(), zoo::resnet34(), zoo::resnet101(), zoo::resnet152(), zoo::googlenet(), zoo::alexnet(),
              zoo::vgg16(), zoo::squeezenet1_0(), zoo::squeezenet1_1(), zoo::densenet121(), zoo::inception_v3());
    check_all(zoo::mobilenet_v2(), zoo::mobilenet_v3_large(), zoo::mobilenet_v3_small(), zoo::shufflenet_v2_x1_0(),
              zoo::efficientnet_b0(), zoo::efficientnet_b1(), zoo::efficientnet_b2(), zoo::efficientnet_b3(),
              zoo::efficientnet_b4(), zoo::convnext_tiny(), zoo::unet(), zoo::yolov8n(), zoo::yolov8n(0.3));
}

TEST_CASE("counting a recipe and counting its graph agree: transformers") {
    check_all(zoo::vit_b_16(), zoo::swin_t(), zoo::swin_t(0.5), zoo::bert_base(), zoo::bert_base(512), zoo::llama2_7b(),
              zoo::llama2_7b_decode());
}
