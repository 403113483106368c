// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/embedding.hpp>
#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `ssd300_vgg16`.
struct ssd300_vgg16_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "ssd300_vgg16"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 300, 300});
        for (int stage = 1; stage <= 4; ++stage) {
            x = stack(net, x, std::int64_t{32} << stage, stage < 3 ? 2 : 3, label("conv") + stage);
            if (stage < 4) x = net.add(blocks::max_pool(2, 2, 0, stage == 3), {x}, label("pool") + stage);
        }
        auto scaled_map = net.add(parameter{{1, scaled(512, keep), 1, 1}}, {}, "conv4_norm");
        scaled_map = net.add(elementwise{elementwise_function::multiply}, {x, scaled_map}, "conv4_scaled");
        const auto head1 = heads(net, scaled_map, 4, "head1");
        x = stack(net, net.add(blocks::max_pool(2, 2), {x}, "pool4"), 512, 3, "conv5");
        x = net.add(blocks::max_pool(3, 1, 1), {x}, "pool5");
        convolution_2d dilated = blocks::square(scaled(1024, keep), 3);
        dilated.padding = {6, 6};
        dilated.dilation = {6, 6};
        x = blocks::conv_act(net, x, dilated, "conv6");
        x = blocks::conv_act(net, x, blocks::square(scaled(1024, keep), 1), "conv7");
        auto found = net.add(concatenation{}, {head1, heads(net, x, 6, "head2")}, "detections2");
        struct extra {
            std::int64_t inner, out, stride, padding, anchors;
        };
        int index = 8;
        for (const extra& of :
             {extra{256, 512, 2, 1, 6}, {128, 256, 2, 1, 6}, {128, 256, 1, 0, 4}, {128, 256, 1, 0, 4}}) {
            const label at = label("conv") + index;
            x = blocks::conv_act(net, x, blocks::square(scaled(of.inner, keep), 1), at + "_reduce");
            convolution_2d next = blocks::square(scaled(of.out, keep), 3, of.stride);
            next.padding = {of.padding, of.padding};
            x = blocks::conv_act(net, x, next, at);
            const auto head = heads(net, x, of.anchors, label("head") + (index - 5));
            found = net.add(concatenation{}, {found, head}, label("detections") + (index++ - 5));
        }
    }

    friend constexpr bool operator==(const ssd300_vgg16_network&, const ssd300_vgg16_network&) = default;

private:
    template <class Net, class Tensor>
    constexpr Tensor stack(Net& net, Tensor x, std::int64_t width, int repeats, const label& name) const {
        for (int i = 1; i <= repeats; ++i)
            x = blocks::conv_act(net, x, blocks::square(scaled(width, keep), 3), name + "_" + i);
        return x;
    }

    /// Scores of 91 classes and four offsets for each anchor, as one vector.
    template <class Net, class Tensor>
    static constexpr Tensor heads(Net& net, Tensor x, std::int64_t anchors, const label& name) {
        convolution_2d classes = blocks::square(anchors * 91, 3), boxes = blocks::square(anchors * 4, 3);
        classes.bias = boxes.bias = true;
        const Tensor scores = net.add(flatten{}, {net.add(classes, {x}, name + "_classes")}, name + "_scores");
        const Tensor offsets = net.add(flatten{}, {net.add(boxes, {x}, name + "_boxes")}, name + "_offsets");
        return net.add(concatenation{}, {scores, offsets}, name);
    }
};

/// Single-shot detector of 91 classes on 3x300x300 (Liu et al., ECCV 2016) behind VGG-16, as torchvision has it; `keep`
/// scales every width but the heads'. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr ssd300_vgg16_network ssd300_vgg16(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
