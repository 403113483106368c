// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `shufflenet_v2_x1_0`.
struct shufflenet_v2_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "shufflenet_v2_x1_0"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr std::array<int, 3> repeats{4, 8, 4};
        auto x = net.input({1, 3, 224, 224});
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(24, keep), 3, 2), "conv1");
        x = net.add(blocks::max_pool(3, 2, 1), {x}, "pool1");
        for (int stage = 0; stage < 3; ++stage) {
            const std::int64_t half = scaled(std::int64_t{58} << stage, keep);
            for (int i = 0; i < repeats[static_cast<std::size_t>(stage)]; ++i)
                x = unit(net, x, half, i == 0, label("stage") + (stage + 2) + '_' + (i + 1));
        }
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(1024, keep), 1), "conv5");
        blocks::classifier(net, x, 1000, "classifier");
    }

    friend constexpr bool operator==(const shufflenet_v2_network&, const shufflenet_v2_network&) = default;

private:
    template <class Net, class Tensor>
    static constexpr Tensor unit(Net& net, Tensor x, std::int64_t half, bool reduces, const label& at) {
        const std::int64_t stride = reduces ? 2 : 1;
        Tensor left = x;
        Tensor right = x;
        if (reduces) {
            left = blocks::conv_bn(net, left, blocks::square(0, 3, stride, depthwise), at + "_left_depthwise");
            left = blocks::conv_bn_act(net, left, blocks::square(half, 1), at + "_left_pointwise");
        } else {
            left = net.add(slice{.axis = 1, .begin = 0, .end = half}, {x}, at + "_left");
            right = net.add(slice{.axis = 1, .begin = half, .end = 0}, {x}, at + "_right");
        }
        right = blocks::conv_bn_act(net, right, blocks::square(half, 1), at + "_right_pointwise1");
        right = blocks::conv_bn(net, right, blocks::square(0, 3, stride, depthwise), at + "_right_depthwise");
        right = blocks::conv_bn_act(net, right, blocks::square(half, 1), at + "_right_pointwise2");
        x = net.add(concatenation{}, {left, right}, at + "_concat");
        // Channel shuffle: the two halves interleave.
        const shape grid = net.shape_of(x);
        x = net.add(reshape{0, 2, half, grid[2], grid[3]}, {x}, at + "_shuffle_split");
        x = net.add(transpose{0, 2, 1, 3, 4}, {x}, at + "_shuffle_swap");
        return net.add(reshape{0, 2 * half, grid[2], grid[3]}, {x}, at + "_shuffle_join");
    }
};

/// ShuffleNet v2 of width 1.0 on 3x224x224 (Ma et al., ECCV 2018, table 5). Throws invalid_argument unless `keep` is in
/// (0, 1].
[[nodiscard]] constexpr shufflenet_v2_network shufflenet_v2_x1_0(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
