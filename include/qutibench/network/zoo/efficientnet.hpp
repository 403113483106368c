// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// EfficientNets (Tan and Le, ICML 2019, table 1 and its width, depth and resolution coefficients; resolutions of b2
/// and above as torchvision evaluates them). The versions for Edge TPU: zoo/efficientnet_edgetpu.hpp.
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `efficientnet_b0`.
template <int Index>
struct efficientnet_network {
    static_assert(Index >= 0 && Index <= 4, "the zoo has EfficientNet b0 to b4");
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const {
        constexpr std::string_view names[] = {"efficientnet_b0", "efficientnet_b1", "efficientnet_b2",
                                              "efficientnet_b3", "efficientnet_b4"};
        return names[Index];
    }

    template <class Net>
    constexpr void build(Net& net) const {
        struct stage {
            std::int64_t expansion, kernel, stride, width;
            int repeats;
        };
        constexpr stage stages[] = {{1, 3, 1, 16, 1},  {6, 3, 2, 24, 2},  {6, 5, 2, 40, 2}, {6, 3, 2, 80, 3},
                                    {6, 5, 1, 112, 3}, {6, 5, 2, 192, 4}, {6, 3, 1, 320, 1}};
        constexpr std::int64_t extent = std::array{224, 240, 288, 300, 380}[Index];
        constexpr auto silu = activation_function::silu;
        auto x = net.input({1, 3, extent, extent});
        std::int64_t channels = width(32);
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(channels, keep), 3, 2), "stem", silu);
        int index = 0;
        for (const stage& of : stages) {
            for (int i = 0; i < (of.repeats * depth_percent + 99) / 100; ++i) {
                const blocks::mobile_block block{.inner = of.expansion * scaled(channels, keep),
                                                 .out = scaled(width(of.width), keep),
                                                 .kernel = of.kernel,
                                                 .stride = i == 0 ? of.stride : 1,
                                                 .squeezed = scaled(channels / 4, keep),
                                                 .expands = of.expansion != 1,
                                                 .adds = i > 0,
                                                 .function = silu,
                                                 .squeeze_function = silu};
                x = blocks::inverted_residual(net, x, block, label("block") + ++index);
                channels = width(of.width);
            }
        }
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(4 * channels, keep), 1), "head", silu);
        blocks::classifier(net, x, 1000, "classifier");
    }

    friend constexpr bool operator==(const efficientnet_network&, const efficientnet_network&) = default;

private:
    static constexpr int width_percent = std::array{100, 100, 110, 120, 140}[Index];
    static constexpr int depth_percent = std::array{100, 110, 120, 140, 180}[Index];

    [[nodiscard]] static constexpr std::int64_t width(std::int64_t base) {
        return rounded_to_eight(base * width_percent / 100);
    }
};

/// EfficientNet-B0 on 3x224x224. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr efficientnet_network<0> efficientnet_b0(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// EfficientNet-B1 on 3x240x240. Throws like `efficientnet_b0`.
[[nodiscard]] constexpr efficientnet_network<1> efficientnet_b1(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// EfficientNet-B2 on 3x288x288. Throws like `efficientnet_b0`.
[[nodiscard]] constexpr efficientnet_network<2> efficientnet_b2(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// EfficientNet-B3 on 3x300x300. Throws like `efficientnet_b0`.
[[nodiscard]] constexpr efficientnet_network<3> efficientnet_b3(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// EfficientNet-B4 on 3x380x380. Throws like `efficientnet_b0`.
[[nodiscard]] constexpr efficientnet_network<4> efficientnet_b4(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
