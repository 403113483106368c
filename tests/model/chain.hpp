// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A network whose tensors can be counted by hand.
#pragma once

#include <qutibench/network/graph.hpp>
#include <qutibench/network/layers.hpp>

namespace testing {

using qutibench::activation;
using qutibench::convolution_2d;
using qutibench::graph;
using qutibench::tensor;

// [chain]
// Two 1x1 convolutions of 64 weights on an 8 x 4 x 4 image: every activation has 128 elements.
inline graph chain() {
    graph net("chain");
    tensor at = net.input({1, 8, 4, 4}, "image");
    at = net.add(convolution_2d{.out_channels = 8}, {at}, "first");
    at = net.add(activation{}, {at}, "relu");
    net.add(convolution_2d{.out_channels = 8}, {at}, "second");
    return net;
}
// [chain]

}  // namespace testing
