// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/transformer.hpp>

namespace qutibench::zoo {

/// See `convnext_tiny`.
struct convnext_tiny_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "convnext_tiny"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr std::array<int, 4> depths{3, 3, 9, 3};
        constexpr layer_normalization over_channels{.channels_first = true};
        auto x = net.input({1, 3, 224, 224});
        for (int stage = 0; stage < 4; ++stage) {
            const std::int64_t width = scaled(std::int64_t{96} << stage, keep);
            const std::int64_t step = stage == 0 ? 4 : 2;
            const convolution_2d reduce{
                .out_channels = width, .kernel = {step, step}, .stride = {step, step}, .bias = true};
            const label at = label("stage") + (stage + 1);
            if (stage > 0) x = net.add(over_channels, {x}, at + "_norm");
            x = net.add(reduce, {x}, at + "_reduce");
            if (stage == 0) x = net.add(over_channels, {x}, at + "_norm");
            for (int i = 0; i < depths[static_cast<std::size_t>(stage)]; ++i)
                x = block(net, x, width, at + "_block" + i);
        }
        x = net.add(global_pooling{}, {x}, "average_pool");
        x = net.add(over_channels, {x}, "norm");
        x = net.add(flatten{}, {x}, "flatten");
        blocks::biased_dense(net, x, 1000, "head");
    }

    friend constexpr bool operator==(const convnext_tiny_network&, const convnext_tiny_network&) = default;

private:
    template <class Net, class Tensor>
    static constexpr Tensor block(Net& net, Tensor x, std::int64_t width, const label& at) {
        convolution_2d wide = blocks::square(width, 7, 1, depthwise);
        wide.bias = true;
        Tensor y = net.add(wide, {x}, at + "_depthwise");
        y = net.add(transpose{0, 2, 3, 1}, {y}, at + "_channels_last");
        y = net.add(layer_normalization{}, {y}, at + "_norm");
        y = blocks::feed_forward(net, y, 4 * width, at + "_mlp");
        y = net.add(transpose{0, 3, 1, 2}, {y}, at + "_channels_first");
        const Tensor scale = net.add(parameter{{width, 1, 1}}, {}, at + "_layer_scale");
        y = net.add(elementwise{elementwise_function::multiply}, {y, scale}, at + "_scaled");
        return blocks::residual(net, y, x, at);
    }
};

/// ConvNeXt-T on 3x224x224 (Liu et al., A ConvNet for the 2020s, CVPR 2022; 96 channels, 3-3-9-3 blocks). Throws
/// invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr convnext_tiny_network convnext_tiny(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
