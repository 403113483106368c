// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/recurrent.hpp>
#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo {

/// See `deep_speech_2`.
struct deep_speech_2_network {
    using is_recipe = void;
    double keep = 1.0;

    [[nodiscard]] constexpr std::string_view name() const { return "deep_speech_2"; }

    template <class Net>
    constexpr void build(Net& net) const {
        const std::int64_t channels = scaled(32, keep), hidden = scaled(800, keep);
        auto x = net.input({1, 1, 161, frames}, "spectrogram");
        x = convolve(net, x, {.out_channels = channels, .kernel = {41, 11}, .stride = {2, 2}}, "conv1");
        x = convolve(net, x, {.out_channels = channels, .kernel = {21, 11}, .stride = {2, 1}}, "conv2");
        const shape out = net.shape_of(x);
        x = net.add(reshape{0, out[1] * out[2], out[3]}, {x}, "features");
        x = net.add(transpose{0, 2, 1}, {x}, "sequence");
        for (int i = 1; i <= 5; ++i) {
            const label at = label("gru") + i;
            if (i > 1) x = normalize(net, x, at);
            x = net.add(recurrent{.cell = recurrent_cell::gru, .hidden = hidden, .directions = 2}, {x}, at);
            const auto forth = net.add(slice{.axis = 2, .begin = 0, .end = hidden}, {x}, at + "_forth");
            const auto back = net.add(slice{.axis = 2, .begin = hidden}, {x}, at + "_back");
            x = blocks::residual(net, forth, back, at + "_sum");
        }
        x = net.add(dense{.out_features = 29}, {normalize(net, x, "letters")}, "letters");
        net.add(softmax{}, {x}, "probabilities");
    }

    friend constexpr bool operator==(const deep_speech_2_network&, const deep_speech_2_network&) = default;

    static constexpr std::int64_t frames = 1000;

private:
    template <class Net, class Tensor>
    static constexpr Tensor convolve(Net& net, Tensor x, convolution_2d conv, const label& at) {
        conv.bias = true;
        return blocks::conv_bn_act(net, x, conv, at);
    }

    // Batch normalisation of the features of all positions.
    template <class Net, class Tensor>
    static constexpr Tensor normalize(Net& net, Tensor x, const label& at) {
        const shape from = net.shape_of(x);
        x = net.add(reshape{-1, from[2]}, {x}, at + "_positions");
        x = net.add(batch_normalization{}, {x}, at + "_bn");
        return net.add(reshape{-1, from[1], from[2]}, {x}, at + "_sequence");
    }
};

/// Deep Speech 2 (Amodei et al., ICML 2016) as MLPerf Training v0.5 sets it up for LibriSpeech: two convolutions over
/// ten seconds of 161 frequencies and five bidirectional layers of 800 gated units, whose directions are added. Throws
/// invalid_argument unless `keep` is in (0, 1].
[[nodiscard]] constexpr deep_speech_2_network deep_speech_2(double keep = 1.0) {
    return {checked_keep(keep)};
}

}  // namespace qutibench::zoo
