// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// GoogLeNet (Szegedy et al., Going Deeper with Convolutions, CVPR 2015, table 1) on 3x224x224, without the auxiliary
/// classifiers and with batch normalisation in place of local response normalisation.
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `googlenet_v1` and `googlenet`.
template <bool AsTorchvision>
struct googlenet_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return AsTorchvision ? "googlenet" : "googlenet_v1"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 3, 224, 224});
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(64, keep), 7, 2), "conv1");
        x = net.add(blocks::max_pool(3, 2, 0, true), {x}, "pool1");
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(64, keep), 1), "conv2_reduce");
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(192, keep), 3), "conv2");
        x = net.add(blocks::max_pool(3, 2, 0, true), {x}, "pool2");
        x = module(net, x, {64, 96, 128, 16, 32, 32}, "inception_3a");
        x = module(net, x, {128, 128, 192, 32, 96, 64}, "inception_3b");
        x = net.add(blocks::max_pool(3, 2, 0, true), {x}, "pool3");
        x = module(net, x, {192, 96, 208, 16, 48, 64}, "inception_4a");
        x = module(net, x, {160, 112, 224, 24, 64, 64}, "inception_4b");
        x = module(net, x, {128, 128, 256, 24, 64, 64}, "inception_4c");
        x = module(net, x, {112, 144, 288, 32, 64, 64}, "inception_4d");
        x = module(net, x, {256, 160, 320, 32, 128, 128}, "inception_4e");
        x = net.add(AsTorchvision ? blocks::max_pool(2, 2, 0, true) : blocks::max_pool(3, 2, 0, true), {x}, "pool4");
        x = module(net, x, {256, 160, 320, 32, 128, 128}, "inception_5a");
        x = module(net, x, {384, 192, 384, 48, 128, 128}, "inception_5b");
        if constexpr (AsTorchvision)
            blocks::classifier(net, x, 1000, "classifier");
        else
            net.add(global_pooling{}, {x}, "average_pool");
    }

    friend constexpr bool operator==(const googlenet_network&, const googlenet_network&) = default;

private:
    template <class Net, class Tensor>
    constexpr Tensor module(Net& net, Tensor x, blocks::inception_widths w, const label& name) const {
        for (std::int64_t* one : {&w.direct, &w.reduce_3, &w.out_3, &w.reduce_5, &w.out_5, &w.pooled})
            *one = scaled(*one, keep);
        w.kernel = AsTorchvision ? 3 : 5;
        return blocks::inception(net, x, w, name);
    }
};

/// GoogLeNet v1 with the paper's 5x5 branches, as T table 6.1 counts it: without the 1024 x 1000 classifier, whose
/// 1,024,000 weights the table's 6.0 million elements leave out. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr googlenet_network<false> googlenet_v1(double keep = 1.0) {
    return {checked_keep(keep)};
}

/// torchvision's googlenet, whose "5x5" branches are 3x3 convolutions. Throws invalid_argument unless `keep` is in (0,
/// 1].
[[nodiscard]] constexpr googlenet_network<true> googlenet(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
