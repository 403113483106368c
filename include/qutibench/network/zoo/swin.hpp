// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/transformer.hpp>

namespace qutibench::zoo {

/// See `swin_t`.
struct swin_t_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "swin_t"; }

    template <class Net>
    constexpr void build(Net& net) const {
        constexpr std::array<int, 4> depths{2, 2, 6, 2};
        auto x = net.input({1, 3, 224, 224});
        const convolution_2d patches{
            .out_channels = 32 * scaled(3, keep), .kernel = {4, 4}, .stride = {4, 4}, .bias = true};
        x = net.add(patches, {x}, "patches");
        x = net.add(transpose{0, 2, 3, 1}, {x}, "tokens");
        x = net.add(layer_normalization{}, {x}, "patches_norm");
        for (int stage = 0; stage < 4; ++stage) {
            const std::int64_t heads = scaled(std::int64_t{3} << stage, keep);
            if (stage > 0) x = merge(net, x, 32 * heads, label("merge") + stage);
            for (int i = 0; i < depths[static_cast<std::size_t>(stage)]; ++i) {
                const label at = label("stage") + (stage + 1) + "_block" + i;
                auto y = net.add(layer_normalization{}, {x}, at + "_norm1");
                y = shifted_windows(net, y, heads, stage < 3 && i % 2 == 1, at + "_attention");
                x = blocks::residual(net, x, y, at + "_add1");
                y = net.add(layer_normalization{}, {x}, at + "_norm2");
                y = blocks::feed_forward(net, y, 4 * 32 * heads, at + "_mlp");
                x = blocks::residual(net, x, y, at + "_add2");
            }
        }
        x = net.add(layer_normalization{}, {x}, "norm");
        x = net.add(transpose{0, 3, 1, 2}, {x}, "channels_first");
        blocks::classifier(net, x, 1000, "head");
    }

    friend constexpr bool operator==(const swin_t_network&, const swin_t_network&) = default;

private:
    static constexpr std::int64_t window = 7;
    static constexpr std::int64_t positions = window * window;

    // 2x2 neighbours become one token, and a dense layer halves their features.
    template <class Net, class Tensor>
    static constexpr Tensor merge(Net& net, Tensor x, std::int64_t width, const label& at) {
        const std::int64_t extent = net.shape_of(x)[1] / 2;
        const std::int64_t channels = net.shape_of(x)[3];
        x = net.add(reshape{0, extent, 2, extent, 2, channels}, {x}, at + "_split");
        x = net.add(transpose{0, 1, 3, 4, 2, 5}, {x}, at + "_swap");
        x = net.add(reshape{0, extent, extent, 4 * channels}, {x}, at + "_join");
        x = net.add(layer_normalization{}, {x}, at + "_norm");
        return net.add(dense{width}, {x}, at);
    }

    // Rotates one axis by `shift` elements.
    template <class Net, class Tensor>
    static constexpr Tensor roll(Net& net, Tensor x, int axis, std::int64_t shift, const label& at) {
        const Tensor tail = net.add(slice{.axis = axis, .begin = shift}, {x}, at + "_tail");
        const Tensor head = net.add(slice{.axis = axis, .begin = 0, .end = shift}, {x}, at + "_head");
        return net.add(concatenation{.axis = axis}, {tail, head}, at);
    }

    // Attention inside windows of 7x7 tokens, each score with a learned bias for the relative position; every other
    // block shifts the windows by three tokens and masks the scores between tokens that are no neighbours.
    template <class Net, class Tensor>
    static constexpr Tensor shifted_windows(Net& net, Tensor x, std::int64_t heads, bool shifts, const label& at) {
        const std::int64_t extent = net.shape_of(x)[1];
        const std::int64_t along = extent / window;
        const std::int64_t width = net.shape_of(x)[3];
        if (shifts) x = roll(net, roll(net, x, 1, window / 2, at + "_roll1"), 2, window / 2, at + "_roll2");
        x = net.add(reshape{0, along, window, along, window, width}, {x}, at + "_split");
        x = net.add(transpose{0, 1, 3, 2, 4, 5}, {x}, at + "_swap");
        x = net.add(reshape{along * along, positions, width}, {x}, at + "_windows");
        x = window_attention(net, x, heads, shifts, at);
        x = net.add(reshape{1, along, along, window, window, width}, {x}, at + "_unwindow");
        x = net.add(transpose{0, 1, 3, 2, 4, 5}, {x}, at + "_unswap");
        x = net.add(reshape{1, extent, extent, width}, {x}, at + "_unsplit");
        if (!shifts) return x;
        const std::int64_t back = extent - window / 2;
        return roll(net, roll(net, x, 1, back, at + "_unroll1"), 2, back, at + "_unroll2");
    }

    template <class Net, class Tensor>
    static constexpr Tensor window_attention(Net& net, Tensor x, std::int64_t heads, bool masks, const label& at) {
        const std::int64_t count = net.shape_of(x)[0];
        const std::int64_t width = net.shape_of(x)[2];
        const Tensor queries = by_head(net, x, heads, at + "_query");
        const Tensor keys = by_head(net, x, heads, at + "_key");
        const Tensor values = by_head(net, x, heads, at + "_value");
        Tensor scores = net.add(matrix_multiplication{.transpose_right = true}, {queries, keys}, at + "_scores");
        const Tensor table_rows = net.add(parameter{{positions, positions}, false}, {}, at + "_offsets");
        Tensor bias = net.add(embedding{.rows = 169, .width = heads}, {table_rows}, at + "_bias_table");
        bias = net.add(transpose{2, 0, 1}, {bias}, at + "_bias");
        scores = blocks::residual(net, scores, bias, at + "_biased");
        if (masks) {
            const Tensor mask = net.add(parameter{{count, 1, positions, positions}, false}, {}, at + "_mask");
            scores = blocks::residual(net, scores, mask, at + "_masked");
        }
        scores = net.add(softmax{}, {scores}, at + "_softmax");
        x = net.add(matrix_multiplication{}, {scores, values}, at);
        x = net.add(transpose{0, 2, 1, 3}, {x}, at + "_join_heads");
        x = net.add(reshape{0, positions, width}, {x}, at + "_flat");
        return blocks::biased_dense(net, x, width, at + "_out");
    }

    // A dense layer, as (windows, heads, positions, features).
    template <class Net, class Tensor>
    static constexpr Tensor by_head(Net& net, Tensor x, std::int64_t heads, const label& at) {
        const std::int64_t width = net.shape_of(x)[2];
        x = blocks::biased_dense(net, x, width, at);
        x = net.add(reshape{0, positions, heads, width / heads}, {x}, at + "_heads");
        return net.add(transpose{0, 2, 1, 3}, {x}, at + "_by_head");
    }
};

/// Swin transformer, tiny, on 3x224x224 (Liu et al., ICCV 2021; 96 channels, 2-2-6-2 blocks, windows of 7x7). `keep`
/// scales the heads of each stage and with them its width. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr swin_t_network swin_t(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
