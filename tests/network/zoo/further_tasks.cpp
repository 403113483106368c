// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The tasks of T tables 2.1 and 5.7 past image classification, against what others printed for these networks.
#include <qutibench/network/zoo/deep_speech_2.hpp>
#include <qutibench/network/zoo/games.hpp>
#include <qutibench/network/zoo/gnmt.hpp>
#include <qutibench/network/zoo/mask_rcnn.hpp>
#include <qutibench/network/zoo/mlstm.hpp>
#include <qutibench/network/zoo/unet_3d.hpp>
#include <qutibench/network/zoo/wgan.hpp>
#include <qutibench/network/zoo/yolo_v2.hpp>

#include "catch.hpp"

#include <qutibench/network/analyze.hpp>

namespace qb = qutibench;
namespace zoo = qutibench::zoo;

namespace {

/// The graph's counts, which those of the recipe are compared with.
template <class Recipe>
qb::workload counted(const Recipe& recipe) {
    qb::workload one = qb::analyze(qb::graph(recipe));
    INFO(one.name());
    CHECK(static_cast<const qb::workload_totals&>(qb::analyze(recipe)) == static_cast<const qb::workload_totals&>(one));
    return one;
}

}  // namespace

TEST_CASE(
    "YOLOv2 has the 62.94 billion operations that Darknet's page prints, and the parameters of its weights file") {
    const qb::workload one = counted(zoo::yolov2());
    CHECK(static_cast<double>(one.operation_count) * 1e-9 == Approx(62.94).margin(0.005));
    // Keras prints 50,983,561 in all, of which it does not train 20,672, two for each normalised channel
    CHECK(one.parameter_count == 50'983'561 - 20'672);
}

TEST_CASE(
    "Mask R-CNN has torchvision's 44,401,393 parameters and 134.38 billion multiply-accumulates before any mask") {
    const qb::workload one = counted(zoo::mask_rcnn_resnet50_fpn());
    const std::int64_t frozen = 2 * 26'560;  // scales and shifts of the backbone, which torchvision does not train
    CHECK(one.parameter_count == 44'401'393 + frozen);
    const std::int64_t convolutions = 4 * 14 * 14 * 256 * 256 * std::int64_t{9};
    const std::int64_t masks = 100 * (convolutions + 14 * 14 * 256 * 1024 + 28 * 28 * 256 * 91);
    CHECK(static_cast<double>(one.mac_count - masks) * 1e-9 == Approx(134.38).margin(0.005));
}

TEST_CASE("one head proposes on all levels of the pyramid: its weights count once and run five times") {
    const qb::workload all = counted(zoo::mask_rcnn_resnet50_fpn());
    std::int64_t weights = 0;
    int convolutions = 0;
    for (const qb::layer_workload& one : all.layers()) {
        if (one.name.rfind("proposals", 0) != 0 || one.kind != qb::layer_kind::convolution) continue;
        ++convolutions;
        weights += static_cast<std::int64_t>(one.weights().value());
    }
    CHECK(convolutions == 15);
    CHECK(weights == 256 * 256 * 9 + 256 * 15);
}

TEST_CASE("GNMT has the 159,593,523 parameters that its reference logs for a vocabulary of 31,794") {
    const qb::workload one = counted(zoo::gnmt());
    CHECK(one.parameter_count == 159'593'523 - 1);  // the length of one vector, which is folded into it here
    // eight layers and the two sides of attention for each word, the classifier, and the sums over 25 x 25 scores
    const std::int64_t lstm = 4 * 1024 * 1024;
    const std::int64_t each = (2 * 2 + 3 + 2 * 2 + 2 + 3 * 3) * lstm + 2 * 1024 * 1024 + std::int64_t{1024} * 31'794;
    CHECK(one.mac_count == 25 * each + 2 * 25 * 25 * 1024);
    CHECK(counted(zoo::gnmt(50)).parameter_count == one.parameter_count);
}

TEST_CASE("Deep Speech 2 in MLPerf's size: 38.1 million parameters, mostly of ten gated layers") {
    const qb::workload one = counted(zoo::deep_speech_2());
    const std::int64_t convolutions = 32 * 41 * 11 + 32 * 32 * 21 * 11 + 2 * 3 * 32;
    const std::int64_t gates = 2 * 3 * 800 * (672 + 800) + 4 * 2 * 3 * 800 * 1600 + 5 * 2 * 2 * 3 * 800;
    const std::int64_t normalised = 5 * 2 * 800;
    CHECK(one.parameter_count == convolutions + gates + normalised + 800 * 29);
    CHECK(qb::graph(zoo::deep_speech_2()).shape_of(qb::graph(zoo::deep_speech_2()).find("letters")) ==
          qb::shape{1, 485, 29});
}

TEST_CASE("a multiplicative LSTM of 4096 units has the elements of the matrices that its authors released") {
    const qb::workload one = counted(zoo::mlstm());
    const std::int64_t matrices = 256 * 64 + 64 * 4096 + 4096 * 4096 + 64 * 16384 + 4096 * 16384 + 4096 * 256;
    CHECK(one.weight_count == matrices);
    CHECK(one.parameter_count == matrices + 16384 + 256);
    CHECK(one.mac_count == matrices - 256 * 64);
}

TEST_CASE("the networks of a Wasserstein GAN have the 3,576,704 and 2,765,568 parameters of DCGAN's") {
    CHECK(counted(zoo::wgan_generator()).parameter_count == 3'576'704);
    CHECK(counted(zoo::wgan_critic()).parameter_count == 2'765'568);
    // transposed convolutions work for each position that they read: 1, 16, 64, 256 and 1024
    const std::int64_t macs = 16 * (100 * 512 + 16 * 512 * 256 + 64 * 256 * 128 + 256 * 128 * 64 + 1024 * 64 * 3);
    CHECK(counted(zoo::wgan_generator()).mac_count == macs);
}

TEST_CASE("MiniGo: 19 residual blocks of 256 channels on 19 x 19 points") {
    const qb::workload one = counted(zoo::minigo());
    const std::int64_t trunk = 9 * 256 * (17 + 38 * 256), heads = 256 * 3 + 722 * 362 + 361 * 256 + 256;
    CHECK(one.weight_count == trunk + heads);
    CHECK(one.mac_count == 361 * (trunk + 256 * 3) + 722 * 362 + 361 * 256 + 256);
    CHECK(one.parameter_count == trunk + heads + 3 * (39 * 256 + 3) + 362 + 256 + 1);
}

TEST_CASE("the deep Q-network has the parameters that are printed for Pong's six actions and Breakout's four") {
    CHECK(counted(zoo::dqn(1, 6)).parameter_count == 1'687'206);
    CHECK(counted(zoo::dqn(1, 4)).parameter_count == 1'686'180);
    CHECK(counted(zoo::dqn()).weight_count == 4 * 32 * 64 + 32 * 64 * 16 + 64 * 64 * 9 + 3136 * 512 + 512 * 18);
}

TEST_CASE("MLPerf's 3D U-Net: 23 convolutions, five transposed ones, 22 normalisations, as in its ONNX file") {
    const qb::graph net = zoo::unet_3d();
    int convolutions = 0, transposed = 0, normalizations = 0;
    for (const qb::node& one : net.nodes()) {
        convolutions += one.layer.type() == "convolution_3d";
        transposed += one.layer.type() == "transposed_convolution_3d";
        normalizations += one.layer.type() == "group_normalization";
    }
    CHECK(std::vector{convolutions, transposed, normalizations} == std::vector{23, 5, 22});
    const auto block = [](std::int64_t in, std::int64_t out) { return 27 * out * (in + out) + 4 * out; };
    const auto grow = [](std::int64_t in, std::int64_t out) { return 8 * in * out + out; };
    std::int64_t parameters = block(1, 32) + 32 * 3 + 3;
    const std::vector<std::int64_t> widths{32, 64, 128, 256, 320, 320};
    for (std::size_t i = 1; i < widths.size(); ++i)
        parameters +=
            block(widths[i - 1], widths[i]) + grow(widths[i], widths[i - 1]) + block(2 * widths[i - 1], widths[i - 1]);
    CHECK(counted(zoo::unet_3d()).parameter_count == parameters);
    CHECK(net.shape_of(net.outputs().front()) == qb::shape{1, 3, 128, 128, 128});
}
