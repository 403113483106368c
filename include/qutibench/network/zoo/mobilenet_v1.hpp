// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `mobilenet_v1`.
struct mobilenet_v1_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "mobilenet_v1"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr std::array<std::int64_t, 13> widths{64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024};
        constexpr auto relu6 = activation_function::relu6;
        auto x = net.input({1, 3, 224, 224});
        x = blocks::conv_bn_act(net, x, blocks::square_same(scaled(32, keep), 3, 2), "conv1", relu6);
        for (int i = 0; i < 13; ++i) {
            const std::int64_t stride = i == 1 || i == 3 || i == 5 || i == 11 ? 2 : 1;
            const label at = label("conv") + (i + 2);
            x = blocks::conv_bn_act(net, x, blocks::square_same(0, 3, stride, depthwise), at + "_depthwise", relu6);
            x = blocks::conv_bn_act(net, x, blocks::square(scaled(widths[static_cast<std::size_t>(i)], keep), 1),
                                    at + "_pointwise", relu6);
        }
        blocks::classifier(net, x, 1000, "classifier");
    }

    friend constexpr bool operator==(const mobilenet_v1_network&, const mobilenet_v1_network&) = default;
};

/// MobileNet v1 on 3x224x224 (Howard et al., MobileNets, arXiv:1704.04861, table 1); `keep` is the paper's width
/// multiplier. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr mobilenet_v1_network mobilenet_v1(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
