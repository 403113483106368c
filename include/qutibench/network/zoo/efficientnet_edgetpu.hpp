// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// EfficientNet-EdgeTPU (Gupta and Akin, Accelerator-aware Neural Network Design using AutoML, arXiv:2003.02838; block
/// table of the authors' code, tensorflow/tpu efficientnet_edgetpu_builder.py): no squeeze and excitation, and in the
/// early stages a full 3x3 convolution in place of expansion and depthwise convolution.
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// 's', 'm' or 'l': see `efficientnet_edgetpu_s`.
template <char Size>
struct efficientnet_edgetpu_network {
    static_assert(Size == 's' || Size == 'm' || Size == 'l', "EfficientNet-EdgeTPU comes in the sizes s, m and l");
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const {
        return Size == 's'   ? "efficientnet_edgetpu_s"
               : Size == 'm' ? "efficientnet_edgetpu_m"
                             : "efficientnet_edgetpu_l";
    }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr stage stages[] = {{1, 3, 1, 4, 24, true, false},  {2, 3, 2, 8, 32, true, true},
                                    {4, 3, 2, 8, 48, true, true},   {5, 5, 2, 8, 96, false, true},
                                    {4, 5, 1, 8, 144, false, true}, {2, 5, 2, 8, 192, false, true}};
        constexpr std::int64_t extent = Size == 's' ? 224 : Size == 'm' ? 240 : 300;
        auto x = net.input({1, 3, extent, extent});
        std::int64_t channels = width(32);
        x = blocks::conv_bn_act(net, x, blocks::square_same(channels, 3, 2), "stem");
        int index = 0;
        for (const stage& of : stages) {
            for (int i = 0; i < (of.repeats * depth_percent + 99) / 100; ++i) {
                const label at = label("block") + ++index;
                const std::int64_t stride = i == 0 ? of.stride : 1;
                const std::int64_t inner =
                    (index == 1 ? width(24) : channels) * of.expansion;  // as in the authors' block table
                const auto before = x;
                if (of.fused) {  // the projection has the stride
                    x = blocks::conv_bn_act(net, x, blocks::square_same(inner, of.kernel), at + "_expand");
                } else {
                    x = blocks::conv_bn_act(net, x, blocks::square(inner, 1), at + "_expand");
                    x = blocks::conv_bn_act(net, x, blocks::square_same(0, of.kernel, stride, depthwise),
                                            at + "_depthwise");
                }
                x = blocks::conv_bn(net, x, blocks::square_same(width(of.width), 1, of.fused ? stride : 1),
                                    at + "_project");
                if (of.skips && i > 0) x = blocks::residual(net, x, before, at);
                channels = width(of.width);
            }
        }
        x = blocks::conv_bn_act(net, x, blocks::square(width(1280), 1), "head");
        blocks::classifier(net, x, 1001, "classifier");
    }

    friend constexpr bool operator==(const efficientnet_edgetpu_network&,
                                     const efficientnet_edgetpu_network&) = default;

private:
    struct stage {
        int repeats = 1;
        std::int64_t kernel = 3, stride = 1, expansion = 1, width = 0;
        bool fused = false, skips = true;
    };

    static constexpr int depth_percent = Size == 's' ? 100 : Size == 'm' ? 110 : 140;

    // Widths of the large network are 1.2 times as many, in multiples of eight (round_filters of the authors' code).
    [[nodiscard]] constexpr std::int64_t width(std::int64_t base) const {
        return scaled(Size == 'l' ? (base * 12 / 10 + 4) / 8 * 8 : base, keep);
    }
};

/// EfficientNet-EdgeTPU-S on 3x224x224. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr efficientnet_edgetpu_network<'s'> efficientnet_edgetpu_s(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// EfficientNet-EdgeTPU-M on 3x240x240. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr efficientnet_edgetpu_network<'m'> efficientnet_edgetpu_m(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// EfficientNet-EdgeTPU-L on 3x300x300. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr efficientnet_edgetpu_network<'l'> efficientnet_edgetpu_l(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
