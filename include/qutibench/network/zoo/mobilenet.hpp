// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// MobileNets of inverted residuals on 3x224x224. Version 1: zoo/mobilenet_v1.hpp.
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `mobilenet_v2`.
struct mobilenet_v2_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "mobilenet_v2"; }

    template <class Net>
    constexpr void build(Net& net) const {
        struct stage {
            std::int64_t expansion, width;
            int repeats;
            std::int64_t stride;
        };
        constexpr stage stages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                                    {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
        constexpr auto relu6 = activation_function::relu6;
        auto x = net.input({1, 3, 224, 224});
        std::int64_t channels = scaled(32, keep);
        x = blocks::conv_bn_act(net, x, blocks::square(channels, 3, 2), "stem", relu6);
        int index = 0;
        for (const stage& of : stages) {
            for (int i = 0; i < of.repeats; ++i) {
                const std::int64_t out = scaled(of.width, keep);
                const blocks::mobile_block block{.inner = of.expansion * channels,
                                                 .out = out,
                                                 .stride = i == 0 ? of.stride : 1,
                                                 .expands = of.expansion != 1,
                                                 .adds = i > 0};
                x = blocks::inverted_residual(net, x, block, label("block") + ++index);
                channels = out;
            }
        }
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(1280, keep), 1), "head", relu6);
        blocks::classifier(net, x, 1000, "classifier");
    }

    friend constexpr bool operator==(const mobilenet_v2_network&, const mobilenet_v2_network&) = default;
};

/// See `mobilenet_v3_large` and `mobilenet_v3_small`.
template <bool Large>
struct mobilenet_v3_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const {
        return Large ? "mobilenet_v3_large" : "mobilenet_v3_small";
    }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr auto hard_swish = activation_function::hard_swish;
        auto x = net.input({1, 3, 224, 224});
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(16, keep), 3, 2), "stem", hard_swish);
        std::int64_t channels = 16;
        int index = 0;
        for (const bneck& of : table()) {
            const std::int64_t squeezed = rounded_to_eight(of.inner / 4);
            const blocks::mobile_block block{.inner = scaled(of.inner, keep),
                                             .out = scaled(of.out, keep),
                                             .kernel = of.kernel,
                                             .stride = of.stride,
                                             .squeezed = of.squeezes ? scaled(squeezed, keep) : 0,
                                             .expands = of.inner != channels,
                                             .adds = of.stride == 1 && of.out == channels,
                                             .function = of.swish ? hard_swish : activation_function::relu,
                                             .gate = activation_function::hard_sigmoid};
            x = blocks::inverted_residual(net, x, block, label("block") + ++index);
            channels = of.out;
        }
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(6 * channels, keep), 1), "head", hard_swish);
        x = net.add(global_pooling{}, {x}, "average_pool");
        x = net.add(flatten{}, {x}, "flatten");
        x = net.add(dense{.out_features = scaled(Large ? 1280 : 1024, keep), .bias = true}, {x}, "classifier_0");
        x = blocks::act(net, x, "classifier_0", hard_swish);
        net.add(dense{.out_features = 1000, .bias = true}, {x}, "classifier_1");
    }

    friend constexpr bool operator==(const mobilenet_v3_network&, const mobilenet_v3_network&) = default;

private:
    struct bneck {
        std::int64_t kernel = 3, inner = 16, out = 16;
        bool squeezes = false, swish = false;
        std::int64_t stride = 1;
    };

    [[nodiscard]] static constexpr auto table() {
        if constexpr (Large)
            return std::array<bneck, 15>{{{3, 16, 16, false, false, 1},
                                          {3, 64, 24, false, false, 2},
                                          {3, 72, 24, false, false, 1},
                                          {5, 72, 40, true, false, 2},
                                          {5, 120, 40, true, false, 1},
                                          {5, 120, 40, true, false, 1},
                                          {3, 240, 80, false, true, 2},
                                          {3, 200, 80, false, true, 1},
                                          {3, 184, 80, false, true, 1},
                                          {3, 184, 80, false, true, 1},
                                          {3, 480, 112, true, true, 1},
                                          {3, 672, 112, true, true, 1},
                                          {5, 672, 160, true, true, 2},
                                          {5, 960, 160, true, true, 1},
                                          {5, 960, 160, true, true, 1}}};
        else
            return std::array<bneck, 11>{{{3, 16, 16, true, false, 2},
                                          {3, 72, 24, false, false, 2},
                                          {3, 88, 24, false, false, 1},
                                          {5, 96, 40, true, true, 2},
                                          {5, 240, 40, true, true, 1},
                                          {5, 240, 40, true, true, 1},
                                          {5, 120, 48, true, true, 1},
                                          {5, 144, 48, true, true, 1},
                                          {5, 288, 96, true, true, 2},
                                          {5, 576, 96, true, true, 1},
                                          {5, 576, 96, true, true, 1}}};
    }
};

/// MobileNet v2 (Sandler et al., CVPR 2018, table 2). Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr mobilenet_v2_network mobilenet_v2(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// MobileNet v3 large (Howard et al., Searching for MobileNetV3, ICCV 2019, table 1). Throws like `mobilenet_v2`.
[[nodiscard]] constexpr mobilenet_v3_network<true> mobilenet_v3_large(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// MobileNet v3 small (the same, table 2). Throws like `mobilenet_v2`.
[[nodiscard]] constexpr mobilenet_v3_network<false> mobilenet_v3_small(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
