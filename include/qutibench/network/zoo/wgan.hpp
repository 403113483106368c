// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `wgan_generator`.
struct wgan_generator_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "wgan_generator"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 100, 1, 1}, "noise");
        for (int i = 0; i < 5; ++i) {
            const label at = label("grow") + (i + 1);
            transposed_convolution_2d grow{.out_channels = i < 4 ? scaled(std::int64_t{512} >> i, keep) : 3,
                                           .kernel = {4, 4}};
            if (i > 0) grow.stride = {2, 2};
            if (i > 0) grow.padding = {1, 1};
            x = net.add(grow, {x}, at);
            if (i < 4) x = net.add(batch_normalization{}, {x}, at + "_bn");
            x = blocks::act(net, x, at, i < 4 ? activation_function::relu : activation_function::tanh);
        }
    }

    friend constexpr bool operator==(const wgan_generator_network&, const wgan_generator_network&) = default;
};

/// See `wgan_critic`.
struct wgan_critic_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "wgan_critic"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 64, 64});
        for (int i = 0; i < 4; ++i) {
            const label at = label("conv") + (i + 1);
            convolution_2d shrink{.out_channels = scaled(std::int64_t{64} << i, keep),
                                  .kernel = {4, 4},
                                  .stride = {2, 2},
                                  .padding = {1, 1}};
            x = net.add(shrink, {x}, at);
            if (i > 0) x = net.add(batch_normalization{}, {x}, at + "_bn");
            x = blocks::act(net, x, at, activation_function::leaky_relu);
        }
        net.add(convolution_2d{.out_channels = 1, .kernel = {4, 4}}, {x}, "score");
    }

    friend constexpr bool operator==(const wgan_critic_network&, const wgan_critic_network&) = default;
};

/// What draws a 3x64x64 image from 100 random numbers in a Wasserstein GAN (Arjovsky et al., ICML 2017, with the
/// networks of DCGAN, Radford et al., ICLR 2016). Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr wgan_generator_network wgan_generator(double keep = 1.0) {
    return {checked_keep(keep)};
}

/// What scores the images of `wgan_generator`. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr wgan_critic_network wgan_critic(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
