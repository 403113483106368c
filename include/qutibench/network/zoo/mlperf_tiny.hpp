// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The four networks of MLPerf Tiny (Banbury et al., MLPerf Tiny Benchmark, NeurIPS 2021, as mlcommons/tiny defines
/// them in Keras): convolutions have a bias besides their batch normalisation. `keep` scales every hidden width.
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

namespace blocks {

/// Convolution `name` with a bias, batch normalisation `name`_bn and, if asked for, activation `name`_act.
template <class Net, class Tensor>
constexpr Tensor biased_conv_bn(Net& net, Tensor x, convolution_2d conv, const label& name, bool activates = true) {
    conv.bias = true;
    x = conv_bn(net, x, conv, name);
    return activates ? act(net, x, name) : x;
}

/// A depthwise 3x3 convolution and a 1x1 convolution to `out` channels, both with biases.
template <class Net, class Tensor>
constexpr Tensor separable(Net& net, Tensor x, std::int64_t out, std::int64_t stride, const label& name) {
    x = biased_conv_bn(net, x, square_same(0, 3, stride, depthwise), name + "_depthwise");
    return biased_conv_bn(net, x, square(out, 1), name + "_pointwise");
}

}  // namespace blocks

/// See `ds_cnn`.
struct ds_cnn_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "ds_cnn"; }

    template <class Net>
    constexpr void build(Net& net) const {
        const std::int64_t width = scaled(64, keep);
        auto x = net.input({1, 1, 49, 10});
        const convolution_2d stem{.out_channels = width, .kernel = {10, 4}, .stride = {2, 2}, .padding = same};
        x = blocks::biased_conv_bn(net, x, stem, "conv1");
        for (int i = 2; i <= 5; ++i) x = blocks::separable(net, x, width, 1, label("conv") + i);
        blocks::classifier(net, x, 12, "classifier");
    }

    friend constexpr bool operator==(const ds_cnn_network&, const ds_cnn_network&) = default;
};

/// See `mobilenet_v1_vww`.
struct mobilenet_v1_vww_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "mobilenet_v1_vww"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr std::array<std::int64_t, 13> widths{16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256};
        auto x = net.input({1, 3, 96, 96});
        x = blocks::biased_conv_bn(net, x, blocks::square_same(scaled(8, keep), 3, 2), "conv1");
        for (int i = 0; i < 13; ++i) {
            const std::int64_t stride = i == 1 || i == 3 || i == 5 || i == 11 ? 2 : 1;
            const std::int64_t width = scaled(widths[static_cast<std::size_t>(i)], keep);
            x = blocks::separable(net, x, width, stride, label("conv") + (i + 2));
        }
        blocks::classifier(net, x, 2, "classifier");
    }

    friend constexpr bool operator==(const mobilenet_v1_vww_network&, const mobilenet_v1_vww_network&) = default;
};

/// See `resnet8`.
struct resnet8_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "resnet8"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 32, 32});
        x = blocks::biased_conv_bn(net, x, blocks::square_same(scaled(16, keep), 3), "conv1");
        for (int i = 0; i < 3; ++i) {
            const label at = label("stack") + (i + 1);
            const std::int64_t width = scaled(std::int64_t{16} << i, keep), stride = i == 0 ? 1 : 2;
            auto y = blocks::biased_conv_bn(net, x, blocks::square_same(width, 3, stride), at + "_conv1");
            y = blocks::biased_conv_bn(net, y, blocks::square_same(width, 3), at + "_conv2", false);
            convolution_2d shortcut = blocks::square_same(width, 1, stride);
            shortcut.bias = true;
            if (i > 0) x = net.add(shortcut, {x}, at + "_shortcut");
            x = blocks::act(net, blocks::residual(net, y, x, at + "_add"), at);
        }
        blocks::classifier(net, x, 10, "classifier");
    }

    friend constexpr bool operator==(const resnet8_network&, const resnet8_network&) = default;
};

/// See `anomaly_autoencoder`.
struct anomaly_autoencoder_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "anomaly_autoencoder"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 640});
        for (int i = 0; i < 9; ++i) {
            const label at = label("fc") + (i + 1);
            x = net.add(dense{.out_features = scaled(i == 4 ? 8 : 128, keep), .bias = true}, {x}, at);
            x = net.add(batch_normalization{}, {x}, at + "_bn");
            x = blocks::act(net, x, at);
        }
        net.add(dense{.out_features = 640, .bias = true}, {x}, "fc10");
    }

    friend constexpr bool operator==(const anomaly_autoencoder_network&, const anomaly_autoencoder_network&) = default;
};

/// Keyword spotting of 12 words in 49 x 10 cepstral coefficients: DS-CNN (Zhang et al., Hello Edge, arXiv:1711.07128).
/// Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr ds_cnn_network ds_cnn(double keep = 1.0) {
    return {checked_keep(keep)};
}

/// Visual wake words, a person or none: MobileNet v1 with a quarter of its width on 3x96x96. Throws invalid_argument
/// unless `keep`, of that quarter, is in (0, 1].
[[nodiscard]] constexpr mobilenet_v1_vww_network mobilenet_v1_vww(double keep = 1.0) {
    return {checked_keep(keep)};
}

/// Image classification on CIFAR-10: a ResNet of three stacks of one block. Throws invalid_argument unless `keep` is in
/// (0, 1].
[[nodiscard]] constexpr resnet8_network resnet8(double keep = 1.0) {
    return {checked_keep(keep)};
}

/// Anomaly detection in sounds of machines: an autoencoder of ten dense layers on five frames of 128 mel bands. Throws
/// invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr anomaly_autoencoder_network anomaly_autoencoder(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
