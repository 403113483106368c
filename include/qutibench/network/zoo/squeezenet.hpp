// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `squeezenet1_0` and `squeezenet1_1`.
template <int Minor>
struct squeezenet_network {
    static_assert(Minor == 0 || Minor == 1, "SqueezeNet comes in versions 1.0 and 1.1");
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return Minor == 0 ? "squeezenet1_0" : "squeezenet1_1"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr std::array<std::int64_t, 8> squeezed{16, 16, 32, 32, 48, 48, 64, 64};
        auto x = net.input({1, 3, 224, 224});
        convolution_2d first = blocks::square(scaled(Minor == 0 ? 96 : 64, keep), Minor == 0 ? 7 : 3, 2);
        first.padding = {};
        x = blocks::conv_act(net, x, first, "conv1");
        for (int i = 0; i < 8; ++i) {
            if (Minor == 0 ? i == 0 || i == 3 || i == 7 : i == 0 || i == 2 || i == 4)
                x = net.add(blocks::max_pool(3, 2, 0, true), {x}, label("pool") + (i + 1));
            x = fire(net, x, squeezed[static_cast<std::size_t>(i)], label("fire") + (i + 2));
        }
        x = blocks::conv_act(net, x, blocks::square(1000, 1), "conv10");
        x = net.add(global_pooling{}, {x}, "average_pool");
        net.add(flatten{}, {x}, "flatten");
    }

    friend constexpr bool operator==(const squeezenet_network&, const squeezenet_network&) = default;

private:
    template <class Net, class Tensor>
    constexpr Tensor fire(Net& net, Tensor x, std::int64_t squeezed, const label& at) const {
        x = blocks::conv_act(net, x, blocks::square(scaled(squeezed, keep), 1), at + "_squeeze1x1");
        const Tensor one = blocks::conv_act(net, x, blocks::square(scaled(4 * squeezed, keep), 1), at + "_expand1x1");
        const Tensor three = blocks::conv_act(net, x, blocks::square(scaled(4 * squeezed, keep), 3), at + "_expand3x3");
        return net.add(concatenation{}, {one, three}, at + "_concat");
    }
};

/// SqueezeNet 1.0 on 3x224x224 (Iandola et al., arXiv:1602.07360, table 1). Throws invalid_argument unless `keep` is in
/// (0, 1].
[[nodiscard]] constexpr squeezenet_network<0> squeezenet1_0(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// SqueezeNet 1.1, the authors' later version with 2.4 times fewer operations. Throws like `squeezenet1_0`.
[[nodiscard]] constexpr squeezenet_network<1> squeezenet1_1(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
