// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `unet_3d`.
struct unet_3d_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "unet_3d"; }

    template <class Net>
    constexpr void build(Net& net) const {
        using tensor = typename Net::tensor_type;
        tensor x = net.input({1, 1, 128, 128, 128});
        std::array<tensor, 5> skips{};
        for (int level = 0; level < 6; ++level) {
            const label at = label("down") + (level + 1);
            x = conv(net, x, width(level), level == 0 ? 1 : 2, at + "_conv1");
            x = conv(net, x, width(level), 1, at + "_conv2");
            if (level < 5) skips[static_cast<std::size_t>(level)] = x;
        }
        for (int level = 4; level >= 0; --level) {
            const label at = label("up") + (level + 1);
            const transposed_convolution_3d grow{
                .out_channels = width(level), .kernel = {2, 2, 2}, .stride = {2, 2, 2}, .bias = true};
            x = net.add(grow, {x}, at + "_grow");
            x = net.add(concatenation{}, {x, skips[static_cast<std::size_t>(level)]}, at + "_concat");
            x = conv(net, x, width(level), 1, at + "_conv1");
            x = conv(net, x, width(level), 1, at + "_conv2");
        }
        net.add(convolution_3d{.out_channels = 3, .bias = true}, {x}, "classes");
    }

    friend constexpr bool operator==(const unet_3d_network&, const unet_3d_network&) = default;

private:
    [[nodiscard]] constexpr std::int64_t width(int level) const {
        return scaled(std::min<std::int64_t>(std::int64_t{32} << level, 320), keep);
    }

    template <class Net, class Tensor>
    static constexpr Tensor conv(Net& net, Tensor x, std::int64_t out, std::int64_t stride, const label& at) {
        const convolution_3d of{
            .out_channels = out, .kernel = {3, 3, 3}, .stride = {stride, stride, stride}, .padding = {1, 1, 1}};
        x = net.add(of, {x}, at);
        x = net.add(group_normalization{.groups = 0}, {x}, at + "_norm");
        return blocks::act(net, x, at, activation_function::leaky_relu);
    }
};

/// 3D U-Net on 1x128x128x128 with three classes, as MLPerf sets it up for KiTS19 after nnU-Net (Isensee et al., Nature
/// Methods 18, 2021; Cicek et al., MICCAI 2016). Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr unet_3d_network unet_3d(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
