// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `unet`.
struct unet_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "unet"; }

    template <class Net>
    constexpr void build(Net& net) const {
        using tensor = typename Net::tensor_type;
        tensor x = net.input({1, 1, 572, 572});
        std::array<tensor, 4> skips{};
        for (int level = 0; level < 5; ++level) {
            x = twice(net, x, width(level), label("down") + (level + 1));
            if (level == 4) break;
            skips[static_cast<std::size_t>(level)] = x;
            x = net.add(blocks::max_pool(2, 2), {x}, label("pool") + (level + 1));
        }
        for (int level = 3; level >= 0; --level) {
            const label at = label("up") + (level + 1);
            const transposed_convolution_2d grow{
                .out_channels = width(level), .kernel = {2, 2}, .stride = {2, 2}, .bias = true};
            x = net.add(grow, {x}, at + "_grow");
            const tensor skip = cropped(net, skips[static_cast<std::size_t>(level)], net.shape_of(x)[2], at);
            x = net.add(concatenation{}, {skip, x}, at + "_concat");
            x = twice(net, x, width(level), at);
        }
        net.add(convolution_2d{.out_channels = 2, .bias = true}, {x}, "classes");
    }

    friend constexpr bool operator==(const unet_network&, const unet_network&) = default;

private:
    [[nodiscard]] constexpr std::int64_t width(int level) const { return scaled(std::int64_t{64} << level, keep); }

    template <class Net, class Tensor>
    static constexpr Tensor twice(Net& net, Tensor x, std::int64_t width, const label& at) {
        const convolution_2d unpadded{.out_channels = width, .kernel = {3, 3}};
        x = blocks::conv_act(net, x, unpadded, at + "_conv1");
        return blocks::conv_act(net, x, unpadded, at + "_conv2");
    }

    template <class Net, class Tensor>
    static constexpr Tensor cropped(Net& net, Tensor x, std::int64_t extent, const label& at) {
        const std::int64_t first = (net.shape_of(x)[2] - extent) / 2;
        x = net.add(slice{.axis = 2, .begin = first, .end = first + extent}, {x}, at + "_crop_rows");
        return net.add(slice{.axis = 3, .begin = first, .end = first + extent}, {x}, at + "_crop_columns");
    }
};

/// U-Net on 1x572x572 with 388x388 results in two classes (Ronneberger et al., MICCAI 2015, figure 1: convolutions
/// without padding, 2x2 up-convolutions, cropped skip connections). Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr unet_network unet(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
