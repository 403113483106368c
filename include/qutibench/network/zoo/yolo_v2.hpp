// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `yolov2`.
struct yolov2_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "yolov2"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 608, 608});
        int index = 0;
        // widths of the stages of Darknet-19; between two 3x3 convolutions a 1x1 one halves the width
        for (const std::int64_t width : {32, 64, 128, 256, 512}) {
            x = stage(net, x, width, width < 128 ? 1 : width < 512 ? 3 : 5, index);
            if (width < 512) x = net.add(blocks::max_pool(2, 2), {x}, label("pool") + index);
        }
        const auto fine = x;
        x = net.add(blocks::max_pool(2, 2), {x}, label("pool") + index);
        x = stage(net, x, 1024, 5, index);
        for (int i = 0; i < 2; ++i) x = conv(net, x, 1024, 3, index);
        auto passed = conv(net, fine, 64, 1, index);
        passed = space_to_depth(net, passed, "reorganised");
        x = net.add(concatenation{}, {passed, x}, "passed_through");
        x = conv(net, x, 1024, 3, index);
        convolution_2d detect = blocks::square(anchors * (5 + classes), 1);
        detect.bias = true;
        net.add(detect, {x}, "detections");
    }

    friend constexpr bool operator==(const yolov2_network&, const yolov2_network&) = default;

private:
    static constexpr std::int64_t classes = 80, anchors = 5;

    template <class Net, class Tensor>
    constexpr Tensor conv(Net& net, Tensor x, std::int64_t width, std::int64_t kernel, int& index) const {
        const label at = label("conv") + ++index;
        return blocks::conv_bn_act(net, x, blocks::square(scaled(width, keep), kernel), at,
                                   activation_function::leaky_relu);
    }

    template <class Net, class Tensor>
    constexpr Tensor stage(Net& net, Tensor x, std::int64_t width, int convolutions, int& index) const {
        for (int i = 0; i < convolutions; ++i)
            x = i % 2 == 0 ? conv(net, x, width, 3, index) : conv(net, x, width / 2, 1, index);
        return x;
    }

    // 2 x 2 positions become four times the channels.
    template <class Net, class Tensor>
    static constexpr Tensor space_to_depth(Net& net, Tensor x, const label& at) {
        const shape from = net.shape_of(x);
        const std::int64_t rows = from[2] / 2, columns = from[3] / 2;
        x = net.add(reshape{0, from[1], rows, 2, columns, 2}, {x}, at + "_apart");
        x = net.add(transpose{0, 3, 5, 1, 2, 4}, {x}, at + "_turned");
        return net.add(reshape{0, 4 * from[1], rows, columns}, {x}, at);
    }
};

/// YOLOv2 on 3x608x608 with the 80 classes of COCO behind Darknet-19 (Redmon and Farhadi, CVPR 2017; Darknet's
/// yolov2.cfg). Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr yolov2_network yolov2(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
