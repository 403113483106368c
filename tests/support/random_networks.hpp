// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Random networks, devices and deployments for tests of properties. Each comes from a seed, so that a failure repeats.
#pragma once

#include <qutibench/qutibench.hpp>

#include <random>

namespace random_case {

using engine = std::mt19937_64;

inline std::int64_t between(engine& draw, std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(draw);
}

inline bool chance(engine& draw, double probability) {
    return std::bernoulli_distribution(probability)(draw);
}

/// A factor whose logarithm is uniform between those of `low` and `high`.
inline double scale(engine& draw, double low, double high) {
    return std::exp(std::uniform_real_distribution<double>(std::log(low), std::log(high))(draw));
}

/// A block of a convolutional network: maybe grouped, normalised, activated, pooled, or with a residual around it.
inline qutibench::tensor block(engine& draw, qutibench::graph& net, qutibench::tensor from) {
    using namespace qutibench;
    const std::int64_t channels = net.shape_of(from)[1];
    const bool residual = chance(draw, 0.3);
    const std::int64_t kernel = 1 + 2 * between(draw, 0, 2);
    const std::int64_t out = residual ? channels : 4 * between(draw, 1, 24);
    const std::int64_t groups = chance(draw, 0.25) && out % channels == 0 ? channels : 1;
    tensor at = net.add(
        convolution_2d{.out_channels = out, .kernel = {kernel, kernel}, .padding = same, .groups = groups}, {from});
    if (chance(draw, 0.5)) at = net.add(batch_normalization{}, {at});
    if (chance(draw, 0.7)) at = net.add(activation{}, {at});
    if (residual) at = net.add(elementwise{}, {at, from});
    if (!residual && chance(draw, 0.3) && net.shape_of(at)[2] >= 4)
        at = net.add(pooling_2d{.kernel = {2, 2}, .stride = {2, 2}}, {at});
    return at;
}

/// A network of a few blocks and dense layers; now and then two layers share weights.
inline qutibench::graph network(engine& draw) {
    using namespace qutibench;
    graph net("random");
    const std::int64_t side = 4 * between(draw, 2, 10);
    tensor at = net.input({1, 4 * between(draw, 1, 8), side, side});
    const std::int64_t blocks = between(draw, 1, 8);
    for (std::int64_t i = 0; i < blocks; ++i) at = block(draw, net, at);
    at = net.add(flatten{}, {at});
    const std::int64_t width = 8 * between(draw, 1, 32);
    at = net.add(dense{.out_features = width}, {at});
    const tensor first = at = net.add(dense{.out_features = width}, {at});
    if (chance(draw, 0.3)) net.share_weights(first, at = net.add(dense{.out_features = width}, {at}));
    net.add(dense{.out_features = between(draw, 2, 100)}, {at});
    return net;
}

/// A device with int8 and int4 peaks, the narrower one at no lower peak, and an on-chip memory.
inline qutibench::operating_mode device(engine& draw) {
    using namespace qutibench;
    operating_mode mode;
    const double peak = scale(draw, 1e9, 1e13);
    mode.peaks = {{.numbers = int8, .dense = quantity_of<ops_per_second>(peak)},
                  {.numbers = int4, .dense = quantity_of<ops_per_second>(peak * scale(draw, 1, 4))}};
    if (chance(draw, 0.5)) mode.peaks[0].sparse = mode.peaks[0].dense * 2.0;
    mode.memories = {{.name = "off-chip", .bandwidth = quantity_of<bytes_per_second>(scale(draw, 1e8, 1e11))},
                     {.name = "on-chip", .capacity = quantity_of<bytes>(scale(draw, 1e2, 1e7)), .on_chip = true}};
    if (chance(draw, 0.5)) mode.power = quantity_of<watts>(scale(draw, 0.5, 300));
    return mode;
}

/// Overheads, efficiencies and tiles, in the ranges that real devices have.
inline qutibench::execution_parameters parameters(engine& draw) {
    using namespace qutibench;
    execution_parameters p;
    p.call_overhead = scale(draw, 1e-7, 1e-3);
    p.input_overhead = scale(draw, 1e-8, 1e-4);
    p.layer_overhead = scale(draw, 1e-8, 1e-4);
    p.compute_efficiency = scale(draw, 0.05, 1);
    p.memory_efficiency = scale(draw, 0.05, 1);
    p.tile_rows = between(draw, 1, 16);
    p.tile_columns = between(draw, 1, 64);
    p.tile_depth = between(draw, 1, 64);
    p.tile_softening = scale(draw, 0.01, 1);
    p.pipeline_fill = scale(draw, 0.01, 1);
    p.cores = between(draw, 1, 4);
    p.overlap = chance(draw, 0.5) ? overlap_kind::full : overlap_kind::none;
    return p;
}

/// Any placement and execution; overheads in half of the cases.
inline qutibench::deployment deployment(engine& draw) {
    using namespace qutibench;
    qutibench::deployment how;
    how.batch = between(draw, 1, 32);
    how.placement = chance(draw, 0.5) ? placement_kind::published : placement_kind::capacity;
    how.execution = static_cast<execution_kind>(between(draw, 0, 2));
    how.double_buffered = chance(draw, 0.3);
    how.threads = chance(draw, 0.3) ? between(draw, 2, 8) : 1;
    if (chance(draw, 0.5)) how.parameters = parameters(draw);
    return how;
}

/// Sets a pattern or a density on some of the layers with weights.
inline void prune(engine& draw, qutibench::graph& net) {
    for (auto& one : net.nodes()) {
        if (one.cost.weights == 0 || chance(draw, 0.5)) continue;
        if (chance(draw, 0.5)) {
            one.sparsity = {.density = 0.5, .kept = 2, .of = 4};
        } else {
            one.sparsity = {.density = scale(draw, 0.05, 1)};
        }
    }
}

}  // namespace random_case
