// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/resnet.hpp>

namespace qutibench::zoo {

/// See `mask_rcnn_resnet50_fpn`.
struct mask_rcnn_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "mask_rcnn_resnet50_fpn"; }

    template <class Net>
    constexpr void build(Net& net) const {
        const auto image = net.input({1, 3, 800, 800}, "image");
        const auto regions = net.input({proposals, scaled(256, keep), 7, 7}, "box_regions");
        const auto found = net.input({detections, scaled(256, keep), 14, 14}, "mask_regions");
        propose(net, pyramid(net, resnet_network<50>{keep}.trunk(net, image)));
        classify(net, regions);
        outline(net, found);
    }

    friend constexpr bool operator==(const mask_rcnn_network&, const mask_rcnn_network&) = default;

    static constexpr std::int64_t proposals = 1000, detections = 100, classes = 91, anchors = 3;

private:
    template <class Net, class Tensor>
    static constexpr Tensor biased(Net& net, Tensor x, std::int64_t out, std::int64_t kernel, const label& at) {
        convolution_2d conv = blocks::square(out, kernel);
        conv.bias = true;
        return net.add(conv, {x}, at);
    }

    // Feature pyramid (Lin et al., CVPR 2017): 256 channels at strides 4, 8, 16, 32 and 64.
    template <class Net, class Tensor>
    constexpr std::array<Tensor, 5> pyramid(Net& net, const std::array<Tensor, 4>& stages) const {
        const std::int64_t width = scaled(256, keep);
        std::array<Tensor, 5> levels{};
        Tensor above{};
        for (std::size_t i = 4; i-- > 0;) {
            const int number = static_cast<int>(i) + 2;
            Tensor x = biased(net, stages[i], width, 1, label("lateral") + number);
            if (i < 3) {
                const shape fine = net.shape_of(x);
                const Tensor grown =
                    net.add(resize{.size = {fine[2], fine[3], 0}}, {above}, label("upsample") + number);
                x = blocks::residual(net, x, grown, label("merge") + number);
            }
            above = x;
            levels[i] = biased(net, x, width, 3, label("pyramid") + number);
        }
        levels[4] = net.add(blocks::max_pool(1, 2), {levels[3]}, "pyramid6");
        return levels;
    }

    // The region proposal network: one head, whose weights every level uses.
    template <class Net, class Tensor>
    constexpr void propose(Net& net, const std::array<Tensor, 5>& levels) const {
        std::array<Tensor, 3> first{};
        Tensor all{};
        for (std::size_t i = 0; i < levels.size(); ++i) {
            const label at = label("proposals") + (static_cast<int>(i) + 2);
            const Tensor hidden = biased(net, levels[i], scaled(256, keep), 3, at + "_conv");
            const Tensor x = blocks::act(net, hidden, at);
            const Tensor scores = biased(net, x, anchors, 1, at + "_scores");
            const Tensor boxes = biased(net, x, 4 * anchors, 1, at + "_boxes");
            if (i == 0) first = {hidden, scores, boxes};
            if (i > 0) net.share_weights(first[0], hidden);
            if (i > 0) net.share_weights(first[1], scores);
            if (i > 0) net.share_weights(first[2], boxes);
            const Tensor both = net.add(
                concatenation{},
                {net.add(flatten{}, {scores}, at + "_flat_scores"), net.add(flatten{}, {boxes}, at + "_flat_boxes")},
                at);
            all = i == 0 ? both : net.add(concatenation{}, {all, both}, at + "_joined");
        }
    }

    // Class and box of each region.
    template <class Net, class Tensor>
    constexpr void classify(Net& net, Tensor x) const {
        x = net.add(flatten{}, {x}, "box_flat");
        for (int i = 6; i < 8; ++i) {
            const label at = label("box_fc") + i;
            x = blocks::act(net, net.add(dense{.out_features = scaled(1024, keep), .bias = true}, {x}, at), at);
        }
        const Tensor scores = net.add(dense{.out_features = classes, .bias = true}, {x}, "box_classes");
        const Tensor boxes = net.add(dense{.out_features = 4 * classes, .bias = true}, {x}, "box_offsets");
        net.add(concatenation{}, {scores, boxes}, "boxes");
    }

    // A mask of 28 x 28 for each region and class.
    template <class Net, class Tensor>
    constexpr void outline(Net& net, Tensor x) const {
        const std::int64_t width = scaled(256, keep);
        for (int i = 1; i <= 4; ++i) {
            const label at = label("mask_conv") + i;
            x = blocks::act(net, biased(net, x, width, 3, at), at);
        }
        const transposed_convolution_2d grow{.out_channels = width, .kernel = {2, 2}, .stride = {2, 2}, .bias = true};
        x = blocks::act(net, net.add(grow, {x}, "mask_grow"), "mask_grow");
        biased(net, x, classes, 1, "masks");
    }
};

/// Mask R-CNN (He et al., ICCV 2017) behind ResNet-50 and a feature pyramid on 3x800x800, as torchvision has it: the
/// backbone, the proposals, the boxes of 1000 regions and the masks of 100. What cuts regions out of the pyramid
/// (RoIAlign) and drops overlapping ones is no layer: regions are inputs of the heads. Throws invalid_argument unless
/// `keep` is in (0, 1].
[[nodiscard]] constexpr mask_rcnn_network mask_rcnn_resnet50_fpn(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
