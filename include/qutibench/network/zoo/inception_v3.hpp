// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `inception_v3`.
struct inception_v3_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "inception_v3"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 299, 299});
        x = conv(net, x, {32, 3, 3, 2, false}, "conv1a");
        x = conv(net, x, {32, 3, 3, 1, false}, "conv2a");
        x = conv(net, x, {64, 3, 3}, "conv2b");
        x = net.add(blocks::max_pool(3, 2), {x}, "pool1");
        x = conv(net, x, {80, 1, 1}, "conv3b");
        x = conv(net, x, {192, 3, 3, 1, false}, "conv4a");
        x = net.add(blocks::max_pool(3, 2), {x}, "pool2");
        x = module_a(net, x, 32, "mixed5b");
        x = module_a(net, x, 64, "mixed5c");
        x = module_a(net, x, 64, "mixed5d");
        x = reduction_b(net, x, "mixed6a");
        x = module_c(net, x, 128, "mixed6b");
        x = module_c(net, x, 160, "mixed6c");
        x = module_c(net, x, 160, "mixed6d");
        x = module_c(net, x, 192, "mixed6e");
        x = reduction_d(net, x, "mixed7a");
        x = module_e(net, x, "mixed7b");
        x = module_e(net, x, "mixed7c");
        blocks::classifier(net, x, 1000, "classifier");
    }

    friend constexpr bool operator==(const inception_v3_network&, const inception_v3_network&) = default;

private:
    struct settings {
        std::int64_t out = 0, height = 1, width = 1, stride = 1;
        bool padded = true;
    };

    template <class Net, class Tensor>
    constexpr Tensor conv(Net& net, Tensor x, const settings& s, const label& at) const {
        convolution_2d one{
            .out_channels = scaled(s.out, keep), .kernel = {s.height, s.width}, .stride = {s.stride, s.stride}};
        if (s.padded) one.padding = {s.height / 2, s.width / 2};
        return blocks::conv_bn_act(net, x, one, at);
    }

    template <class Net, class Tensor>
    constexpr Tensor pooled(Net& net, Tensor x, std::int64_t out, const label& at) const {
        x = net.add(blocks::average_pool(3, 1, 1), {x}, at + "_pool");
        return conv(net, x, {out}, at + "_pool_proj");
    }

    template <class Net, class Tensor>
    constexpr Tensor module_a(Net& net, Tensor x, std::int64_t out, const label& at) const {
        const Tensor direct = conv(net, x, {64}, at + "_1x1");
        Tensor wide = conv(net, x, {48}, at + "_5x5_1");
        wide = conv(net, wide, {64, 5, 5}, at + "_5x5_2");
        Tensor twice = conv(net, x, {64}, at + "_3x3dbl_1");
        twice = conv(net, twice, {96, 3, 3}, at + "_3x3dbl_2");
        twice = conv(net, twice, {96, 3, 3}, at + "_3x3dbl_3");
        return net.add(concatenation{}, {direct, wide, twice, pooled(net, x, out, at)}, at);
    }

    template <class Net, class Tensor>
    constexpr Tensor reduction_b(Net& net, Tensor x, const label& at) const {
        const Tensor once = conv(net, x, {384, 3, 3, 2, false}, at + "_3x3");
        Tensor twice = conv(net, x, {64}, at + "_3x3dbl_1");
        twice = conv(net, twice, {96, 3, 3}, at + "_3x3dbl_2");
        twice = conv(net, twice, {96, 3, 3, 2, false}, at + "_3x3dbl_3");
        const Tensor pool = net.add(blocks::max_pool(3, 2), {x}, at + "_pool");
        return net.add(concatenation{}, {once, twice, pool}, at);
    }

    template <class Net, class Tensor>
    constexpr Tensor module_c(Net& net, Tensor x, std::int64_t inner, const label& at) const {
        const Tensor direct = conv(net, x, {192}, at + "_1x1");
        Tensor once = conv(net, x, {inner}, at + "_7x7_1");
        once = conv(net, once, {inner, 1, 7}, at + "_7x7_2");
        once = conv(net, once, {192, 7, 1}, at + "_7x7_3");
        Tensor twice = conv(net, x, {inner}, at + "_7x7dbl_1");
        twice = conv(net, twice, {inner, 7, 1}, at + "_7x7dbl_2");
        twice = conv(net, twice, {inner, 1, 7}, at + "_7x7dbl_3");
        twice = conv(net, twice, {inner, 7, 1}, at + "_7x7dbl_4");
        twice = conv(net, twice, {192, 1, 7}, at + "_7x7dbl_5");
        return net.add(concatenation{}, {direct, once, twice, pooled(net, x, 192, at)}, at);
    }

    template <class Net, class Tensor>
    constexpr Tensor reduction_d(Net& net, Tensor x, const label& at) const {
        Tensor once = conv(net, x, {192}, at + "_3x3_1");
        once = conv(net, once, {320, 3, 3, 2, false}, at + "_3x3_2");
        Tensor wide = conv(net, x, {192}, at + "_7x7x3_1");
        wide = conv(net, wide, {192, 1, 7}, at + "_7x7x3_2");
        wide = conv(net, wide, {192, 7, 1}, at + "_7x7x3_3");
        wide = conv(net, wide, {192, 3, 3, 2, false}, at + "_7x7x3_4");
        const Tensor pool = net.add(blocks::max_pool(3, 2), {x}, at + "_pool");
        return net.add(concatenation{}, {once, wide, pool}, at);
    }

    template <class Net, class Tensor>
    constexpr Tensor module_e(Net& net, Tensor x, const label& at) const {
        const Tensor direct = conv(net, x, {320}, at + "_1x1");
        Tensor once = conv(net, x, {384}, at + "_3x3_1");
        once = fan_out(net, once, at + "_3x3_2");
        Tensor twice = conv(net, x, {448}, at + "_3x3dbl_1");
        twice = conv(net, twice, {384, 3, 3}, at + "_3x3dbl_2");
        twice = fan_out(net, twice, at + "_3x3dbl_3");
        return net.add(concatenation{}, {direct, once, twice, pooled(net, x, 192, at)}, at);
    }

    template <class Net, class Tensor>
    constexpr Tensor fan_out(Net& net, Tensor x, const label& at) const {
        const Tensor across = conv(net, x, {384, 1, 3}, at + 'a');
        const Tensor down = conv(net, x, {384, 3, 1}, at + 'b');
        return net.add(concatenation{}, {across, down}, at);
    }
};

/// Inception v3 on 3x299x299 without the auxiliary classifier (Szegedy et al., Rethinking the Inception Architecture
/// for Computer Vision, CVPR 2016; modules as in torchvision). Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr inception_v3_network inception_v3(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
