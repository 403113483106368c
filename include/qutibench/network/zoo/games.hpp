// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `minigo`.
struct minigo_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "minigo"; }

    template <class Net>
    constexpr void build(Net& net) const {
        const std::int64_t width = scaled(256, keep);
        auto x = conv(net, net.input({1, 17, 19, 19}, "board"), width, 3, "conv1");
        for (int i = 1; i <= 19; ++i) {
            const label at = label("block") + i;
            auto y = conv(net, x, width, 3, at + "_conv1");
            convolution_2d second = blocks::square(width, 3);
            second.bias = true;
            y = blocks::conv_bn(net, y, second, at + "_conv2");
            x = blocks::act(net, blocks::residual(net, y, x, at), at);
        }
        auto moves = net.add(flatten{}, {conv(net, x, 2, 1, "policy_conv")}, "policy_flat");
        moves = net.add(dense{.out_features = 19 * 19 + 1, .bias = true}, {moves}, "policy");
        net.add(softmax{}, {moves}, "moves");
        auto value = net.add(flatten{}, {conv(net, x, 1, 1, "value_conv")}, "value_flat");
        value = net.add(dense{.out_features = width, .bias = true}, {value}, "value_hidden");
        value = blocks::act(net, value, "value_hidden");
        value = net.add(dense{.out_features = 1, .bias = true}, {value}, "value");
        blocks::act(net, value, "value", activation_function::tanh);
    }

    friend constexpr bool operator==(const minigo_network&, const minigo_network&) = default;

private:
    template <class Net, class Tensor>
    static constexpr Tensor conv(Net& net, Tensor x, std::int64_t out, std::int64_t kernel, const label& at) {
        convolution_2d of = blocks::square(out, kernel);
        of.bias = true;
        x = net.add(batch_normalization{}, {net.add(of, {x}, at)}, at + "_bn");
        return blocks::act(net, x, at);
    }
};

/// See `dqn`.
struct dqn_network {
    using is_recipe = void;
    double keep = 1.0;
    std::int64_t actions = 18;

    [[nodiscard]] constexpr std::string_view name() const { return "dqn"; }

    template <class Net>
    constexpr void build(Net& net) const {
        auto x = net.input({1, 4, 84, 84}, "frames");
        x = blocks::conv_act(net, x, unpadded(32, 8, 4), "conv1");
        x = blocks::conv_act(net, x, unpadded(64, 4, 2), "conv2");
        x = blocks::conv_act(net, x, unpadded(64, 3, 1), "conv3");
        x = net.add(flatten{}, {x}, "flatten");
        x = net.add(dense{.out_features = scaled(512, keep), .bias = true}, {x}, "fc4");
        x = blocks::act(net, x, "fc4");
        net.add(dense{.out_features = actions, .bias = true}, {x}, "values");
    }

    friend constexpr bool operator==(const dqn_network&, const dqn_network&) = default;

private:
    [[nodiscard]] constexpr convolution_2d unpadded(std::int64_t out, std::int64_t kernel, std::int64_t stride) const {
        return {.out_channels = scaled(out, keep), .kernel = {kernel, kernel}, .stride = {stride, stride}};
    }
};

/// MiniGo on a board of 19 x 19: 256 channels and 19 residual blocks (Silver et al., Nature 550, 2017), with the biases
/// and heads of MLPerf's reference. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr minigo_network minigo(double keep = 1.0) {
    return {checked_keep(keep)};
}

/// The deep Q-network that plays Atari games on four frames of 84 x 84 (Mnih et al., Nature 518, 2015), with a value
/// for each of `actions`, of which games have 4 to 18. Throws invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr dqn_network dqn(double keep = 1.0, std::int64_t actions = 18) {
    return {checked_keep(keep), actions};
}

}  // namespace qutibench::zoo
