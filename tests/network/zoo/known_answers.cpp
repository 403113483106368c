// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Networks against figures that others published: parameters to the last one, multiply-accumulates to the last one
/// where an exported graph was counted, else to the three decimals that torchvision publishes with its weights.
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo.hpp>

#include "catch.hpp"

namespace qb = qutibench;
namespace zoo = qutibench::zoo;

namespace {

template <class Recipe>
qb::workload counted(const Recipe& recipe) {
    return qb::analyze(qb::graph(recipe));
}

template <class Recipe>
void check_exact(const Recipe& recipe, std::int64_t macs, std::int64_t parameters) {
    const qb::workload one = counted(recipe);
    INFO(one.name());
    CHECK(one.mac_count == macs);
    CHECK(one.parameter_count == parameters);
}

template <class Recipe>
void check_published(const Recipe& recipe, double giga_macs, std::int64_t parameters) {
    const qb::workload one = counted(recipe);
    INFO(one.name());
    CHECK(static_cast<double>(one.mac_count) * 1e-9 == Approx(giga_macs).margin(0.0005));
    CHECK(one.parameter_count == parameters);
}

}  // namespace

TEST_CASE("networks whose exported graphs were counted agree to the last multiply-accumulate and parameter") {
    check_exact(zoo::alexnet(), 714'188'480, 61'100'840);
    check_exact(zoo::densenet121(), 2'834'161'664, 7'978'856);
    check_exact(zoo::googlenet(), 1'498'376'192, 6'624'904);
    check_exact(zoo::mobilenet_v2(), 300'774'272, 3'504'872);
    check_exact(zoo::resnet18(), 1'814'073'344, 11'689'512);
    check_exact(zoo::resnet50_v1_5(), 4'089'184'256, 25'557'032);
    check_exact(zoo::swin_t(), 4'490'566'656, 28'288'354);
    check_exact(zoo::vit_b_16(), 17'563'828'224, 86'567'656);
}

// docs.pytorch.org/vision/stable/models.html: "num_params" and "GFLOPS", which are multiply-accumulates.
TEST_CASE("networks of torchvision agree with the figures published beside its weights") {
    check_published(zoo::resnet34(), 3.664, 21'797'672);
    check_published(zoo::resnet101(), 7.801, 44'549'160);
    check_published(zoo::resnet152(), 11.514, 60'192'808);
    check_published(zoo::vgg16(), 15.470, 138'357'544);
    check_published(zoo::squeezenet1_0(), 0.819, 1'248'424);
    check_published(zoo::squeezenet1_1(), 0.349, 1'235'496);
    check_published(zoo::inception_v3(), 5.713, 27'161'264 - 3'326'696);  // without the auxiliary classifier
    check_published(zoo::mobilenet_v3_large(), 0.217, 5'483'032);
    check_published(zoo::mobilenet_v3_small(), 0.057, 2'542'856);
    check_published(zoo::shufflenet_v2_x1_0(), 0.145, 2'278'604);
    check_published(zoo::efficientnet_b0(), 0.386, 5'288'548);
    check_published(zoo::efficientnet_b1(), 0.687, 7'794'184);
    check_published(zoo::efficientnet_b2(), 1.088, 9'109'994);
    check_published(zoo::efficientnet_b3(), 1.827, 12'233'232);
    check_published(zoo::efficientnet_b4(), 4.394, 19'341'616);
    check_published(zoo::convnext_tiny(), 4.456, 28'589'128);
}

TEST_CASE("ViT-B/16: linear layers and attention apart") {
    const qb::workload one = counted(zoo::vit_b_16());
    std::int64_t linear = 0;
    std::int64_t scores = 0;
    for (const qb::layer_workload& layer : one.layers())
        (layer.kind == qb::layer_kind::attention ? scores : linear) += layer.cost.macs;
    CHECK(linear == 16'848'500'736);
    CHECK(scores == 715'327'488);
}

TEST_CASE("U-Net has the parameters of its figure and gives 388x388 from 572x572") {
    // Every arrow of the figure: 3x3 convolutions, 2x2 up-convolutions and the last 1x1, all with biases.
    const std::int64_t widths[] = {1, 64, 128, 256, 512, 1024};
    std::int64_t parameters = 64 * 2 + 2;
    for (int i = 1; i < 6; ++i) parameters += (widths[i - 1] * 9 + 1) * widths[i] + (widths[i] * 9 + 1) * widths[i];
    for (int i = 5; i > 1; --i)
        parameters += (widths[i] * 4 + 1) * widths[i - 1] + (widths[i] * 9 + 1) * widths[i - 1] +
                      (widths[i - 1] * 9 + 1) * widths[i - 1];
    const qb::graph net = zoo::unet();
    CHECK(qb::analyze(net).parameter_count == parameters);
    CHECK(net.shape_of(net.outputs()[0]) == qb::shape{1, 2, 388, 388});
}

// docs.ultralytics.com/models/yolov8: 3.2 million parameters, 8.7 giga-operations; "yolo detect" prints 3,157,200.
TEST_CASE("YOLOv8n has the published size and finds 8400 boxes of 80 classes") {
    const qb::graph net = zoo::yolov8n();
    const qb::workload one = qb::analyze(net);
    CHECK(one.parameter_count == 3'157'200);
    CHECK(static_cast<double>(one.operation_count) * 1e-9 == Approx(8.7).margin(0.05));
    CHECK(net.shape_of(net.outputs()[0]) == qb::shape{1, 84, 8400});
}

// huggingface.co/google-bert/bert-base-uncased: 109,482,240 parameters with the pooler.
TEST_CASE("BERT grows with the sequence, its attention with the square of it") {
    for (const std::int64_t tokens : {1, 128, 384, 512}) {
        const qb::workload one = counted(zoo::bert_base(tokens));
        CHECK(one.parameter_count == 109'482'240);
        const std::int64_t linear = tokens * 12 * (4 * 768 * 768 + 2 * 768 * 3072) + 768 * 768;
        CHECK(one.mac_count == linear + 12 * 2 * tokens * tokens * 768);
    }
    CHECK_THROWS_AS(zoo::bert_base(0), qb::invalid_argument);
    CHECK_THROWS_WITH(zoo::bert_base(513), Catch::Contains("513"));
}

TEST_CASE("Llama 2 7B: a prompt and one more token are different workloads of the same weights") {
    const qb::workload prompt = counted(zoo::llama2_7b(128));
    CHECK(prompt.parameter_count == 6'738'415'616);
    CHECK(static_cast<double>(prompt.mac_count) * 1e-9 == Approx(850.0).margin(0.05));

    const qb::workload step = counted(zoo::llama2_7b_decode(128));
    CHECK(step.weight_count == prompt.weight_count);
    CHECK(step.parameter_count == prompt.parameter_count);
    const std::int64_t linear = 32 * (4 * 4096LL * 4096 + 3 * 4096LL * 11008) + 4096LL * 32000;
    CHECK(step.mac_count == linear + 32 * 2 * 129 * 4096LL);
    std::int64_t cache = 0;
    for (const qb::layer_workload& layer : step.layers()) cache += layer.cost.state;
    CHECK(cache == 32 * 2 * 128 * 4096LL);  // keys and values of every earlier token, in every layer
    for (const qb::layer_workload& layer : prompt.layers()) CHECK(layer.cost.state == 0);

    CHECK_THROWS_AS(zoo::llama2_7b(0), qb::invalid_argument);
    CHECK_THROWS_AS(zoo::llama2_7b(4097), qb::invalid_argument);
    CHECK_THROWS_AS(zoo::llama2_7b_decode(-1), qb::invalid_argument);
    CHECK_THROWS_AS(zoo::llama2_7b_decode(4096), qb::invalid_argument);
}
