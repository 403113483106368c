// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/transformer.hpp>

namespace qutibench::zoo {

/// See `vit_b_16`.
struct vit_b_16_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "vit_b_16"; }

    template <class Net>
    constexpr void build(Net& net) const {
        const std::int64_t heads = scaled(12, keep);
        const std::int64_t width = 64 * heads;
        auto x = net.input({1, 3, 224, 224});
        x = net.add(convolution_2d{.out_channels = width, .kernel = {16, 16}, .stride = {16, 16}, .bias = true}, {x},
                    "patches");
        x = net.add(reshape{0, width, 196}, {x}, "patches_flat");
        x = net.add(transpose{0, 2, 1}, {x}, "tokens");
        const auto class_token = net.add(parameter{{1, 1, width}}, {}, "class_token");
        x = net.add(concatenation{}, {class_token, x}, "with_class_token");
        const auto positions = net.add(parameter{{1, 197, width}}, {}, "position_table");
        x = blocks::residual(net, x, positions, "positions");
        for (int i = 0; i < 12; ++i) {
            const label at = label("encoder") + i;
            auto y = net.add(layer_normalization{}, {x}, at + "_norm1");
            y = blocks::self_attention(net, y, heads, at + "_attention");
            x = blocks::residual(net, x, y, at + "_add1");
            y = net.add(layer_normalization{}, {x}, at + "_norm2");
            y = blocks::feed_forward(net, y, scaled(3072, keep), at + "_mlp");
            x = blocks::residual(net, x, y, at + "_add2");
        }
        x = net.add(layer_normalization{}, {x}, "norm");
        x = net.add(slice{.axis = 1, .begin = 0, .end = 1}, {x}, "first_token");
        x = net.add(flatten{}, {x}, "flatten");
        blocks::biased_dense(net, x, 1000, "head");
    }

    friend constexpr bool operator==(const vit_b_16_network&, const vit_b_16_network&) = default;
};

/// Vision transformer ViT-B/16 on 3x224x224 (Dosovitskiy et al., An Image is Worth 16x16 Words, ICLR 2021, table 1).
/// `keep` scales heads and hidden features. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr vit_b_16_network vit_b_16(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
