// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The thesis' two small networks (T 5.1; topologies of BNN-PYNQ, Umuroglu et al., FINN, FPGA 2017): no biases, and
/// batch normalisation before each activation. `keep` scales the width of every hidden layer.
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `cnv`.
struct cnv_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "cnv"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 32, 32});
        for (int i = 0; i < 6; ++i) {
            const convolution_2d conv{.out_channels = scaled(std::int64_t{128} << (i / 2), keep), .kernel = {3, 3}};
            x = blocks::conv_bn_act(net, x, conv, label("conv") + (i + 1));
            if (i == 1 || i == 3) x = net.add(blocks::max_pool(2, 2), {x}, label("pool") + (i / 2 + 1));
        }
        x = net.add(flatten{}, {x}, "flatten");
        for (int i = 0; i < 2; ++i) {
            x = net.add(dense{scaled(1024, keep)}, {x}, label("fc") + (i + 1));
            x = net.add(batch_normalization{}, {x}, label("fc") + (i + 1) + "_bn");
            x = blocks::act(net, x, label("fc") + (i + 1));
        }
        net.add(dense{10}, {x}, "fc3");
    }

    friend constexpr bool operator==(const cnv_network&, const cnv_network&) = default;
};

/// See `mlp`.
struct mlp_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "mlp"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 784});
        for (int i = 0; i < 3; ++i) {
            x = net.add(dense{scaled(2048, keep)}, {x}, label("fc") + (i + 1));
            x = net.add(batch_normalization{}, {x}, label("fc") + (i + 1) + "_bn");
            x = blocks::act(net, x, label("fc") + (i + 1));
        }
        net.add(dense{10}, {x}, "fc4");
    }

    friend constexpr bool operator==(const mlp_network&, const mlp_network&) = default;
};

/// CIFAR-10 network of six 3x3 convolutions without padding (128 to 512 channels) and three dense layers, on 3x32x32.
/// Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr cnv_network cnv(double keep = 1.0) {
    return {checked_keep(keep)};
}

/// MNIST network of four dense layers, 784-2048-2048-2048-10. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr mlp_network mlp(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
