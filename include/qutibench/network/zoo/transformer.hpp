// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What the zoo's transformers are made of: blocks on (N, positions, width).
#pragma once

#include <qutibench/network/attention.hpp>
#include <qutibench/network/embedding.hpp>
#include <qutibench/network/zoo/blocks.hpp>

namespace qutibench::zoo::blocks {

/// Dense layer `name` with a bias.
template <class Net, class Tensor>
constexpr Tensor biased_dense(Net& net, Tensor x, std::int64_t width, const label& name) {
    return net.add(dense{.out_features = width, .bias = true}, {x}, name);
}

/// Self-attention `name`: queries, keys, values and output are dense layers with biases of the input's width.
template <class Net, class Tensor>
constexpr Tensor self_attention(Net& net, Tensor x, std::int64_t heads, const label& name) {
    const std::int64_t width = net.shape_of(x)[2];
    const Tensor queries = biased_dense(net, x, width, name + "_query");
    const Tensor keys = biased_dense(net, x, width, name + "_key");
    const Tensor values = biased_dense(net, x, width, name + "_value");
    x = net.add(attention{.heads = heads}, {queries, keys, values}, name);
    return biased_dense(net, x, width, name + "_out");
}

/// Dense layers to `inner` features and back, a GELU between them.
template <class Net, class Tensor>
constexpr Tensor feed_forward(Net& net, Tensor x, std::int64_t inner, const label& name) {
    const std::int64_t width = net.shape_of(x)[net.shape_of(x).rank() - 1];
    x = biased_dense(net, x, inner, name + "_0");
    x = act(net, x, name + "_0", activation_function::gelu);
    return biased_dense(net, x, width, name + "_1");
}

}  // namespace qutibench::zoo::blocks
