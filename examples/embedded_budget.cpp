// SPDX-License-Identifier: BSD-3-Clause
// Firmware whose build fails when its network outgrows the board: every figure below is computed by the compiler.
#include <qutibench/qutibench.hpp>

#include <cstdio>

namespace qb = qutibench;
using namespace qutibench::literals;

constexpr qb::static_graph network{
    qb::image<32, 32, 3>,
    qb::convolution_2d{.out_channels = 32, .kernel = {3, 3}},
    qb::activation{},
    qb::pooling_2d{.kernel = {2, 2}, .stride = {2, 2}},
    qb::convolution_2d{.kernel = {3, 3}, .groups = qb::depthwise},
    qb::convolution_2d{.out_channels = 64},
    qb::activation{},
    qb::global_pooling{},
    qb::flatten{},
    qb::dense{.out_features = 10},
};
constexpr qb::static_platform board{qb::static_peak<qb::integer<8>>(9.6_gop_per_s), qb::static_bandwidth(0.4_gb_per_s)};

static_assert(qb::analyze(network).operations() <= 3_mop, "the network exceeds its share of the computing time");
static_assert(qb::analyze(network).weights().value() <= 4096, "the INT8 weights exceed their 4 KiB of flash");
static_assert(qb::predict<qb::integer<8>>(network, board).throughput() >= 3000_ips, "slower than the sensor");

int main() {
    constexpr qb::estimate e = qb::predict<qb::integer<8>>(network, board);
    std::printf("%.0f inputs/s at most, %s-bound\n", e.throughput().value(), to_string(e.bound()).data());
}
