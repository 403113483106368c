// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/embedding.hpp>
#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `yolov8n`.
struct yolov8n_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "yolov8n"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 640, 640});
        x = conv(net, x, width(16), 3, 2, "conv0");
        x = conv(net, x, width(32), 3, 2, "conv1");
        x = cross_stage(net, x, {width(32), 1, true}, "stage2");
        x = conv(net, x, width(64), 3, 2, "conv3");
        const auto fine = cross_stage(net, x, {width(64), 2, true}, "stage4");
        x = conv(net, fine, width(128), 3, 2, "conv5");
        const auto middle = cross_stage(net, x, {width(128), 2, true}, "stage6");
        x = conv(net, middle, width(256), 3, 2, "conv7");
        x = cross_stage(net, x, {width(256), 1, true}, "stage8");
        const auto coarse = pyramid(net, x, "pyramid9");

        x = net.add(resize{}, {coarse}, "upsample10");
        x = net.add(concatenation{}, {x, middle}, "concat11");
        const auto inner = cross_stage(net, x, {width(128), 1, false}, "stage12");
        x = net.add(resize{}, {inner}, "upsample13");
        x = net.add(concatenation{}, {x, fine}, "concat14");
        const auto small = cross_stage(net, x, {width(64), 1, false}, "stage15");
        x = conv(net, small, width(64), 3, 2, "conv16");
        x = net.add(concatenation{}, {x, inner}, "concat17");
        const auto medium = cross_stage(net, x, {width(128), 1, false}, "stage18");
        x = conv(net, medium, width(128), 3, 2, "conv19");
        x = net.add(concatenation{}, {x, coarse}, "concat20");
        const auto large = cross_stage(net, x, {width(256), 1, false}, "stage21");

        const auto at_8 = detect(net, small, "detect8");
        const auto at_16 = detect(net, medium, "detect16");
        const auto at_32 = detect(net, large, "detect32");
        decode(net, net.add(concatenation{.axis = 2}, {at_8, at_16, at_32}, "detections"));
    }

    friend constexpr bool operator==(const yolov8n_network&, const yolov8n_network&) = default;

private:
    static constexpr std::int64_t classes = 80, bins = 16;

    struct stage {
        std::int64_t width = 0;
        int repeats = 1;
        bool adds = true;
    };

    [[nodiscard]] constexpr std::int64_t width(std::int64_t base) const { return scaled(base, keep, 2); }

    template <class Net, class Tensor>
    static constexpr Tensor conv(Net& net, Tensor x, std::int64_t out, std::int64_t kernel, std::int64_t stride,
                                 const label& at) {
        return blocks::conv_bn_act(net, x, blocks::square(out, kernel, stride), at, activation_function::silu);
    }

    // "C2f": half of the channels passes `repeats` pairs of 3x3 convolutions, and all that they give is joined.
    template <class Net, class Tensor>
    static constexpr Tensor cross_stage(Net& net, Tensor x, const stage& of, const label& at) {
        const std::int64_t half = of.width / 2;
        x = conv(net, x, of.width, 1, 1, at + "_in");
        Tensor y = net.add(slice{.axis = 1, .begin = half}, {x}, at + "_half");
        for (int i = 0; i < of.repeats; ++i) {
            const Tensor before = y;
            y = conv(net, y, half, 3, 1, at + "_pair" + i + 'a');
            y = conv(net, y, half, 3, 1, at + "_pair" + i + 'b');
            if (of.adds) y = blocks::residual(net, y, before, at + "_add" + i);
            x = net.add(concatenation{}, {x, y}, at + "_concat" + i);
        }
        return conv(net, x, of.width, 1, 1, at + "_out");
    }

    // "SPPF": three 5x5 maximum poolings in a row, joined.
    template <class Net, class Tensor>
    constexpr Tensor pyramid(Net& net, Tensor x, const label& at) const {
        x = conv(net, x, width(128), 1, 1, at + "_in");
        const Tensor once = net.add(blocks::max_pool(5, 1, 2), {x}, at + "_pool1");
        const Tensor twice = net.add(blocks::max_pool(5, 1, 2), {once}, at + "_pool2");
        const Tensor thrice = net.add(blocks::max_pool(5, 1, 2), {twice}, at + "_pool3");
        x = net.add(concatenation{}, {x, once, twice, thrice}, at + "_concat");
        return conv(net, x, width(256), 1, 1, at + "_out");
    }

    // One scale of the detector, as (N, 4 * bins + classes, positions).
    template <class Net, class Tensor>
    constexpr Tensor detect(Net& net, Tensor x, const label& at) const {
        Tensor boxes = conv(net, x, width(64), 3, 1, at + "_box0");
        boxes = conv(net, boxes, width(64), 3, 1, at + "_box1");
        boxes = net.add(convolution_2d{.out_channels = 4 * bins, .bias = true}, {boxes}, at + "_box2");
        Tensor scores = conv(net, x, width(80), 3, 1, at + "_class0");
        scores = conv(net, scores, width(80), 3, 1, at + "_class1");
        scores = net.add(convolution_2d{.out_channels = classes, .bias = true}, {scores}, at + "_class2");
        x = net.add(concatenation{}, {boxes, scores}, at);
        return net.add(reshape{0, 4 * bins + classes, -1}, {x}, at + "_flat");
    }

    // Distances to the box's sides are expectations over `bins`; boxes and scores become (N, 4 + classes, positions).
    template <class Net, class Tensor>
    static constexpr void decode(Net& net, Tensor x) {
        const std::int64_t positions = net.shape_of(x)[2];
        Tensor sides = net.add(slice{.axis = 1, .begin = 0, .end = 4 * bins}, {x}, "box_bins");
        sides = net.add(reshape{0, 4, bins, positions}, {sides}, "box_sides");
        sides = net.add(transpose{0, 2, 1, 3}, {sides}, "box_bins_first");
        sides = net.add(softmax{.axis = 1}, {sides}, "box_softmax");
        sides = net.add(convolution_2d{.out_channels = 1}, {sides}, "box_expectation");
        sides = net.add(reshape{0, 4, positions}, {sides}, "box_distances");
        const Tensor anchors = net.add(parameter{{1, 2, positions}, false}, {}, "anchors");
        const Tensor before = net.add(slice{.axis = 1, .begin = 0, .end = 2}, {sides}, "box_before");
        const Tensor after = net.add(slice{.axis = 1, .begin = 2}, {sides}, "box_after");
        const Tensor first = net.add(elementwise{elementwise_function::subtract}, {anchors, before}, "box_first");
        const Tensor last = blocks::residual(net, anchors, after, "box_last");
        const Tensor centre = blocks::residual(net, first, last, "box_centre");
        const Tensor size = net.add(elementwise{elementwise_function::subtract}, {last, first}, "box_size");
        Tensor boxes = net.add(concatenation{}, {centre, size}, "boxes");
        const Tensor scale = net.add(parameter{{1, 4, positions}, false}, {}, "strides");
        boxes = net.add(elementwise{elementwise_function::multiply}, {boxes, scale}, "scaled_boxes");
        Tensor scores = net.add(slice{.axis = 1, .begin = 4 * bins}, {x}, "class_logits");
        scores = net.add(activation{activation_function::sigmoid}, {scores}, "class_scores");
        net.add(concatenation{}, {boxes, scores}, "result");
    }
};

/// A detector in the style of YOLO on 3x640x640: the nano size of Ultralytics' YOLOv8 with 80 classes (yolov8.yaml).
/// Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr yolov8n_network yolov8n(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
