// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

namespace blocks {

/// Two hidden dense layers of `width` features with activations, and one over 1000 classes, all with biases.
template <class Net, class Tensor>
constexpr void dense_head(Net& net, Tensor x, std::int64_t width) {
    x = net.add(flatten{}, {x}, "flatten");
    for (int i = 6; i < 8; ++i) {
        x = net.add(dense{.out_features = width, .bias = true}, {x}, label("fc") + i);
        x = act(net, x, label("fc") + i);
    }
    net.add(dense{.out_features = 1000, .bias = true}, {x}, "fc8");
}

}  // namespace blocks

/// See `alexnet`.
struct alexnet_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "alexnet"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 224, 224});
        const convolution_2d first{
            .out_channels = scaled(64, keep), .kernel = {11, 11}, .stride = {4, 4}, .padding = {2, 2}};
        x = blocks::conv_act(net, x, first, "conv1");
        x = net.add(blocks::max_pool(3, 2), {x}, "pool1");
        x = blocks::conv_act(net, x, blocks::square(scaled(192, keep), 5), "conv2");
        x = net.add(blocks::max_pool(3, 2), {x}, "pool2");
        x = blocks::conv_act(net, x, blocks::square(scaled(384, keep), 3), "conv3");
        x = blocks::conv_act(net, x, blocks::square(scaled(256, keep), 3), "conv4");
        x = blocks::conv_act(net, x, blocks::square(scaled(256, keep), 3), "conv5");
        x = net.add(blocks::max_pool(3, 2), {x}, "pool5");
        blocks::dense_head(net, x, scaled(4096, keep));
    }

    friend constexpr bool operator==(const alexnet_network&, const alexnet_network&) = default;
};

/// See `vgg16`.
struct vgg16_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "vgg16"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 224, 224});
        for (int stage = 0; stage < 5; ++stage) {
            for (int i = 0; i < (stage < 2 ? 2 : 3); ++i) {
                const std::int64_t width = std::int64_t{64} << std::min(stage, 3);
                x = blocks::conv_act(net, x, blocks::square(scaled(width, keep), 3),
                                     label("conv") + (stage + 1) + '_' + (i + 1));
            }
            x = net.add(blocks::max_pool(2, 2), {x}, label("pool") + (stage + 1));
        }
        blocks::dense_head(net, x, scaled(4096, keep));
    }

    friend constexpr bool operator==(const vgg16_network&, const vgg16_network&) = default;
};

/// AlexNet on 3x224x224, on one device as torchvision has it (Krizhevsky, One weird trick for parallelizing
/// convolutional neural networks, arXiv:1404.5997). Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr alexnet_network alexnet(double keep = 1.0) {
    return {checked_keep(keep)};
}

/// VGG-16 on 3x224x224 (Simonyan and Zisserman, arXiv:1409.1556, configuration D). Throws invalid_argument unless
/// `keep` is in (0, 1].
[[nodiscard]] constexpr vgg16_network vgg16(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
