// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Residual networks (He et al., Deep Residual Learning for Image Recognition, CVPR 2016, table 1) on 3x224x224. Layers
/// are named as in the authors' published models, and as in T tables A.1 to A.5: res2a_branch2a, ..., res5c.
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// Where a bottleneck block halves the extent: in its first 1x1 convolution (v1) or in its 3x3 (v1.5).
enum class bottleneck_stride : unsigned char { first_1x1, middle_3x3 };

/// See `resnet50`.
template <int Depth, bottleneck_stride Stride = bottleneck_stride::middle_3x3>
struct resnet_network {
    static_assert(Depth == 18 || Depth == 34 || Depth == 50 || Depth == 101 || Depth == 152,
                  "ResNet has 18, 34, 50, 101 or 152 layers");
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const {
        if constexpr (Depth == 50)
            return Stride == bottleneck_stride::first_1x1 ? "resnet50" : "resnet50_v1_5";
        else
            return Depth == 18 ? "resnet18" : Depth == 34 ? "resnet34" : Depth == 101 ? "resnet101" : "resnet152";
    }

    template <class Net>
    constexpr void build(Net& net) const {
        blocks::classifier(net, trunk(net, net.input({1, 3, 224, 224}))[3], 1000, "fc1000");
    }

    /// What the four stages give on `x`: the network without its classifier.
    template <class Net, class Tensor>
    constexpr std::array<Tensor, 4> trunk(Net& net, Tensor x) const {
        constexpr std::array<int, 4> repeats = Depth == 18    ? std::array{2, 2, 2, 2}
                                               : Depth == 34  ? std::array{3, 4, 6, 3}
                                               : Depth == 50  ? std::array{3, 4, 6, 3}
                                               : Depth == 101 ? std::array{3, 4, 23, 3}
                                                              : std::array{3, 8, 36, 3};
        x = blocks::conv_bn_act(net, x, blocks::square(scaled(64, keep), 7, 2), "conv1");
        x = net.add(blocks::max_pool(3, 2, 1), {x}, "pool1");
        std::array<Tensor, 4> stages{};
        for (int stage = 0; stage < 4; ++stage) {
            for (int block = 0; block < repeats[static_cast<std::size_t>(stage)]; ++block) {
                label at = label("res") + (stage + 2);
                if (Depth > 50 && block > 0)
                    at = at + 'b' + block;
                else
                    at = at + static_cast<char>('a' + block);
                const place where{std::int64_t{64} << stage, stage > 0 && block == 0 ? 2 : 1,
                                  block == 0 && (stage > 0 || is_deep)};
                x = is_deep ? bottleneck(net, x, where, at) : basic(net, x, where, at);
            }
            stages[static_cast<std::size_t>(stage)] = x;
        }
        return stages;
    }

    friend constexpr bool operator==(const resnet_network&, const resnet_network&) = default;

private:
    static constexpr bool is_deep = Depth >= 50;

    struct place {
        std::int64_t width = 64, stride = 1;
        bool projects = false;  ///< the shortcut is a 1x1 convolution
    };

    template <class Net, class Tensor>
    constexpr Tensor bottleneck(Net& net, Tensor x, const place& where, const label& at) const {
        const std::int64_t inner = scaled(where.width, keep);
        const std::int64_t outer = scaled(4 * where.width, keep);
        constexpr bool first = Stride == bottleneck_stride::first_1x1;
        Tensor y = blocks::conv_bn_act(net, x, blocks::square(inner, 1, first ? where.stride : 1), at + "_branch2a");
        y = blocks::conv_bn_act(net, y, blocks::square(inner, 3, first ? 1 : where.stride), at + "_branch2b");
        y = blocks::conv_bn(net, y, blocks::square(outer, 1), at + "_branch2c");
        return join(net, x, y, outer, where, at);
    }

    template <class Net, class Tensor>
    constexpr Tensor basic(Net& net, Tensor x, const place& where, const label& at) const {
        const std::int64_t width = scaled(where.width, keep);
        Tensor y = blocks::conv_bn_act(net, x, blocks::square(width, 3, where.stride), at + "_branch2a");
        y = blocks::conv_bn(net, y, blocks::square(width, 3), at + "_branch2b");
        return join(net, x, y, width, where, at);
    }

    template <class Net, class Tensor>
    constexpr Tensor join(Net& net, Tensor x, Tensor y, std::int64_t width, const place& where, const label& at) const {
        if (where.projects) x = blocks::conv_bn(net, x, blocks::square(width, 1, where.stride), at + "_branch1");
        return blocks::act(net, blocks::residual(net, y, x, at), at);
    }
};

/// ResNet-50 v1, which halves the extent in the first 1x1 convolution of a block: 25,502,912 weights, 7,715,946,496
/// operations (T table 6.1). `keep` scales every width. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr resnet_network<50, bottleneck_stride::first_1x1> resnet50(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// ResNet-50 v1.5, which halves the extent in the 3x3 convolution of a block: torchvision's resnet50.
[[nodiscard]] constexpr resnet_network<50> resnet50_v1_5(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// ResNet-18, of two 3x3 convolutions per block.
[[nodiscard]] constexpr resnet_network<18> resnet18(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// ResNet-34, of two 3x3 convolutions per block.
[[nodiscard]] constexpr resnet_network<34> resnet34(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// ResNet-101, strides as in v1.5.
[[nodiscard]] constexpr resnet_network<101> resnet101(double keep = 1.0) {
    return {checked_keep(keep)};
}
/// ResNet-152, strides as in v1.5.
[[nodiscard]] constexpr resnet_network<152> resnet152(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
