// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `densenet121`.
struct densenet121_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "densenet121"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr std::array<int, 4> repeats{6, 12, 24, 16};
        const std::int64_t growth = scaled(32, keep);
        std::int64_t channels = scaled(64, keep);
        auto x = net.input({1, 3, 224, 224});
        x = blocks::conv_bn_act(net, x, blocks::square(channels, 7, 2), "conv0");
        x = net.add(blocks::max_pool(3, 2, 1), {x}, "pool0");
        for (int stage = 0; stage < 4; ++stage) {
            for (int i = 0; i < repeats[static_cast<std::size_t>(stage)]; ++i) {
                const label at = label("denseblock") + (stage + 1) + "_layer" + (i + 1);
                auto y = bn_act_conv(net, x, blocks::square(4 * growth, 1), at + "_conv1");
                y = bn_act_conv(net, y, blocks::square(growth, 3), at + "_conv2");
                x = net.add(concatenation{}, {x, y}, at + "_concat");
                channels += growth;
            }
            if (stage == 3) break;
            channels /= 2;
            x = bn_act_conv(net, x, blocks::square(channels, 1), label("transition") + (stage + 1));
            x = net.add(blocks::average_pool(2, 2), {x}, label("transition") + (stage + 1) + "_pool");
        }
        x = net.add(batch_normalization{}, {x}, "norm5");
        x = blocks::act(net, x, "norm5");
        blocks::classifier(net, x, 1000, "classifier");
    }

    friend constexpr bool operator==(const densenet121_network&, const densenet121_network&) = default;

private:
    template <class Net, class Tensor>
    static constexpr Tensor bn_act_conv(Net& net, Tensor x, const convolution_2d& conv, const label& at) {
        x = net.add(batch_normalization{}, {x}, at + "_bn");
        x = blocks::act(net, x, at);
        return net.add(conv, {x}, at);
    }
};

/// DenseNet-121 on 3x224x224 (Huang et al., Densely Connected Convolutional Networks, CVPR 2017, table 1). Each layer's
/// output is joined to all before it; `keep` scales the growth rate. Throws invalid_argument unless `keep` is in (0,
/// 1].
[[nodiscard]] constexpr densenet121_network densenet121(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
