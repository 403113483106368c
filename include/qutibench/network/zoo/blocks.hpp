// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the zoo's networks are made of. A block takes a builder, a tensor and a name, and returns the tensor it made.
#pragma once

#include <qutibench/network/convolution.hpp>
#include <qutibench/network/dense.hpp>
#include <qutibench/network/elementwise.hpp>
#include <qutibench/network/normalization.hpp>
#include <qutibench/network/pooling.hpp>
#include <qutibench/network/rearrange.hpp>
#include <qutibench/network/static_graph.hpp>

/// Known networks from their topology: `graph net = zoo::resnet50();`. Each function returns a recipe, which builds a
/// `graph`, or is counted at compile time by `analyze`.
namespace qutibench::zoo {

/// `keep`, the fraction of channels that is left; throws invalid_argument unless it is in (0, 1].
[[nodiscard]] constexpr double checked_keep(double keep) {
    if (!(keep > 0.0 && keep <= 1.0))
        detail::raise(invalid_argument(qutibench::detail::message({"keep must be above 0 and at most 1, not ", keep})));
    return keep;
}

/// `width` channels times `keep`, to the nearest multiple of `multiple`, and at least one of them.
[[nodiscard]] constexpr std::int64_t scaled(std::int64_t width, double keep, std::int64_t multiple = 1) {
    return qutibench::detail::scaled_width(width, keep, multiple);
}

/// `width` to the nearest multiple of eight, upwards where that would lose more than a tenth: how the MobileNet and
/// EfficientNet papers' code rounds.
[[nodiscard]] constexpr std::int64_t rounded_to_eight(std::int64_t width) {
    const std::int64_t nearest = std::max<std::int64_t>(8, (width + 4) / 8 * 8);
    return 10 * nearest < 9 * width ? nearest + 8 : nearest;
}

namespace blocks {

/// A square convolution without bias that keeps the extent at stride 1.
[[nodiscard]] constexpr convolution_2d square(std::int64_t out, std::int64_t kernel, std::int64_t stride = 1,
                                              std::int64_t groups = 1) {
    return {.out_channels = out,
            .kernel = {kernel, kernel},
            .stride = {stride, stride},
            .padding = {kernel / 2, kernel / 2},
            .groups = groups};
}

/// The same with TensorFlow's "same" padding, whose odd element comes after the input.
[[nodiscard]] constexpr convolution_2d square_same(std::int64_t out, std::int64_t kernel, std::int64_t stride = 1,
                                                   std::int64_t groups = 1) {
    return {
        .out_channels = out, .kernel = {kernel, kernel}, .stride = {stride, stride}, .padding = same, .groups = groups};
}

[[nodiscard]] constexpr pooling_2d max_pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding = 0,
                                            bool ceil = false) {
    return {.kernel = {kernel, kernel}, .stride = {stride, stride}, .padding = {padding, padding}, .ceil = ceil};
}

[[nodiscard]] constexpr pooling_2d average_pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding = 0) {
    return {.kernel = {kernel, kernel},
            .stride = {stride, stride},
            .padding = {padding, padding},
            .function = pooling_function::average};
}

/// Convolution `name` and batch normalisation `name`_bn.
template <class Net, class Tensor>
constexpr Tensor conv_bn(Net& net, Tensor x, const convolution_2d& conv, const label& name) {
    x = net.add(conv, {x}, name);
    return net.add(batch_normalization{}, {x}, name + "_bn");
}

/// Activation `name`_act.
template <class Net, class Tensor>
constexpr Tensor act(Net& net, Tensor x, const label& name, activation_function function = activation_function::relu) {
    return net.add(activation{function}, {x}, name + "_act");
}

/// Convolution `name`, batch normalisation `name`_bn and activation `name`_act.
template <class Net, class Tensor>
constexpr Tensor conv_bn_act(Net& net, Tensor x, const convolution_2d& conv, const label& name,
                             activation_function function = activation_function::relu) {
    return act(net, conv_bn(net, x, conv, name), name, function);
}

/// Convolution `name` with a bias, and activation `name`_act.
template <class Net, class Tensor>
constexpr Tensor conv_act(Net& net, Tensor x, convolution_2d conv, const label& name) {
    conv.bias = true;
    x = net.add(conv, {x}, name);
    return act(net, x, name);
}

/// Global average pooling, and a dense layer `name` with a bias over `classes`.
template <class Net, class Tensor>
constexpr Tensor classifier(Net& net, Tensor x, std::int64_t classes, const label& name) {
    x = net.add(global_pooling{}, {x}, "average_pool");
    x = net.add(flatten{}, {x}, "flatten");
    return net.add(dense{.out_features = classes, .bias = true}, {x}, name);
}

/// Squeeze and excitation: the channel means pass a bottleneck of `squeezed` channels and scale the input's channels.
template <class Net, class Tensor>
constexpr Tensor squeeze_excite(Net& net, Tensor x, std::int64_t channels, std::int64_t squeezed, const label& name,
                                activation_function inner, activation_function gate) {
    Tensor s = net.add(global_pooling{}, {x}, name + "_pool");
    s = net.add(convolution_2d{.out_channels = squeezed, .bias = true}, {s}, name + "_reduce");
    s = act(net, s, name + "_reduce", inner);
    s = net.add(convolution_2d{.out_channels = channels, .bias = true}, {s}, name + "_expand");
    s = act(net, s, name + "_expand", gate);
    return net.add(elementwise{elementwise_function::multiply}, {x, s}, name + "_scale");
}

/// Sum of two tensors of one shape.
template <class Net, class Tensor>
constexpr Tensor residual(Net& net, Tensor branch, Tensor shortcut, const label& name) {
    return net.add(elementwise{}, {branch, shortcut}, name);
}

/// A mobile block (Sandler et al., MobileNetV2, CVPR 2018): 1x1 expansion to `inner` channels, depthwise convolution,
/// squeeze and excitation where `squeezed` is not zero, 1x1 projection to `out` channels, and a shortcut around it all.
struct mobile_block {
    std::int64_t inner = 0, out = 0, kernel = 3, stride = 1, squeezed = 0;
    bool expands = true, adds = false;
    activation_function function = activation_function::relu6;
    activation_function squeeze_function = activation_function::relu;
    activation_function gate = activation_function::sigmoid;
};
template <class Net, class Tensor>
constexpr Tensor inverted_residual(Net& net, Tensor x, const mobile_block& block, const label& name) {
    const Tensor before = x;
    if (block.expands) x = conv_bn_act(net, x, square(block.inner, 1), name + "_expand", block.function);
    x = conv_bn_act(net, x, square(0, block.kernel, block.stride, depthwise), name + "_depthwise", block.function);
    if (block.squeezed > 0)
        x = squeeze_excite(net, x, block.inner, block.squeezed, name + "_se", block.squeeze_function, block.gate);
    x = conv_bn(net, x, square(block.out, 1), name + "_project");
    return block.adds ? residual(net, x, before, name) : x;
}

/// Four branches joined along the channels: 1x1, 1x1 then 3x3, 1x1 then `kernel`, 3x3 maximum pooling then 1x1.
struct inception_widths {
    std::int64_t direct = 0, reduce_3 = 0, out_3 = 0, reduce_5 = 0, out_5 = 0, pooled = 0;
    std::int64_t kernel = 5;
};
template <class Net, class Tensor>
constexpr Tensor inception(Net& net, Tensor x, const inception_widths& w, const label& name) {
    const Tensor direct = conv_bn_act(net, x, square(w.direct, 1), name + "_1x1");
    Tensor middle = conv_bn_act(net, x, square(w.reduce_3, 1), name + "_3x3_reduce");
    middle = conv_bn_act(net, middle, square(w.out_3, 3), name + "_3x3");
    Tensor wide = conv_bn_act(net, x, square(w.reduce_5, 1), name + "_5x5_reduce");
    wide = conv_bn_act(net, wide, square(w.out_5, w.kernel), name + "_5x5");
    Tensor pooled = net.add(max_pool(3, 1, 1), {x}, name + "_pool");
    pooled = conv_bn_act(net, pooled, square(w.pooled, 1), name + "_pool_proj");
    return net.add(concatenation{}, {direct, middle, wide, pooled}, name + "_output");
}

}  // namespace blocks

}  // namespace qutibench::zoo
