// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A network as the sums that execution time is made of, each in seconds on a nominal device of 100 GOP/s and 10 GB/s
/// with four-byte elements; what networks are alike in; and a name of a structure that does not depend on spelling.
#pragma once

#include <qutibench/network/kernels.hpp>
#include <qutibench/network/workload.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace qutibench::fitting {

/// What time is spent on. Arithmetic is apart by kind of kernel, since devices attain different rates in each.
enum class work : unsigned char {
    call,         ///< one call
    launch,       ///< kernels, those without multiply-accumulates included
    convolution,  ///< arithmetic of spatial convolutions
    winograd,     ///< of 3x3 convolutions with stride 1 and 16 input channels or more
    pointwise,    ///< of 1x1 convolutions
    depthwise,    ///< output elements of depthwise convolutions, by the kernel's extent
    grouped,      ///< of grouped convolutions
    dense,        ///< of dense layers over several positions (tokens)
    product,      ///< of products of activations: attention
    weights,      ///< weights read, once a call
    activations,  ///< inputs and outputs of kernels with multiply-accumulates
    pooling,      ///< inputs and outputs of pooling
    elementwise,  ///< of normalisation and elementwise kernels
    movement,     ///< of copies
    channels,     ///< arithmetic over input channels: partly filled units
    columns,      ///< arithmetic over output channels
    input,        ///< elements that the host hands over
    classifier,   ///< weights of dense layers over one position
    arithmetic,   ///< operations outside multiply-accumulates
    weights_4m,   ///< weights beyond four million
    weights_16m,  ///< weights beyond sixteen million
    large,        ///< traffic of kernels beyond a million elements each: what caches do not hold
    count
};

inline constexpr std::size_t works = static_cast<std::size_t>(work::count);
inline constexpr std::array<std::string_view, works> work_names = {
    "call",    "launch",     "convolution", "winograd",   "pointwise",   "depthwise", "grouped",  "dense",
    "product", "weights",    "activations", "pooling",    "elementwise", "movement",  "channels", "columns",
    "input",   "classifier", "arithmetic",  "weights_4m", "weights_16m", "large"};

/// Whether a work is arithmetic, traffic, or a fixed cost: what scales with a peak, a bandwidth, or neither.
enum class work_group : unsigned char { arithmetic, traffic, fixed };

[[nodiscard]] constexpr work_group group_of(std::size_t which) {
    switch (static_cast<work>(which)) {
        case work::call:
        case work::launch:
        case work::input:
            return work_group::fixed;
        case work::weights:
        case work::activations:
        case work::pooling:
        case work::elementwise:
        case work::movement:
        case work::classifier:
        case work::weights_4m:
        case work::weights_16m:
        case work::large:
            return work_group::traffic;
        default:
            return work_group::arithmetic;
    }
}

inline constexpr std::size_t likenesses = 17;

/// The sums of a network (or of one layer), what it is like, and its structure's name.
struct work_profile {
    std::array<double, works> per_call{};
    std::array<double, works> per_input{};
    std::array<double, likenesses> likeness{};  ///< shares and logarithms, scaled so that distances compare
    std::uint64_t structure = 0;                ///< hash of the matrix products, whatever their order and names
};

namespace detail {

inline constexpr double nominal_peak = 1e11;
inline constexpr double nominal_bandwidth = 1e10;
inline constexpr double nominal_bytes = 4;

[[nodiscard]] constexpr double traffic_of(double elements) {
    return elements * nominal_bytes / nominal_bandwidth;
}

/// Adds a layer with multiply-accumulates.
inline void add_product(work_profile& to, const layer_workload& layer) {
    const auto call = [&](work which) -> double& { return to.per_call[static_cast<std::size_t>(which)]; };
    const auto input = [&](work which) -> double& { return to.per_input[static_cast<std::size_t>(which)]; };
    const contraction& product = layer.cost.product;
    const double time = 2 * static_cast<double>(layer.cost.macs) / nominal_peak;
    const auto extent = static_cast<double>(std::max<std::int64_t>(layer.cost.kernel_elements, 1));
    const double channels = std::max(1.0, static_cast<double>(product.depth) / extent);
    const auto columns = static_cast<double>(std::max<std::int64_t>(product.columns, 1));
    const bool convolution = layer.kind == layer_kind::convolution;
    const bool depthwise = convolution && product.groups > 1 && product.depth == layer.cost.kernel_elements;
    const bool classifier = layer.kind == layer_kind::dense && product.rows <= 1;
    if (depthwise) {
        input(work::depthwise) += static_cast<double>(layer.output_count) * std::sqrt(extent / 9) * 18 / nominal_peak;
    } else if (convolution) {
        const bool winograd = extent == 9 && layer.cost.stride == 1 && channels >= 16;
        input(product.groups > 1 ? work::grouped
              : extent == 1      ? work::pointwise
              : winograd         ? work::winograd
                                 : work::convolution) += time;
    } else if (layer.kind != layer_kind::dense) {
        input(work::product) += time;
    } else if (!classifier) {
        input(work::dense) += time;
    }
    if (!depthwise) {
        input(work::channels) += time * 16 / channels;
        input(work::columns) += time * 16 / columns;
    }
    call(classifier ? work::classifier : work::weights) += traffic_of(static_cast<double>(layer.cost.weights));
    input(work::activations) += traffic_of(static_cast<double>(layer.input_count + layer.output_count));
}

/// Adds a layer; `runs` tells whether it is a kernel of its own.
inline void add_layer(work_profile& to, const layer_workload& layer, bool runs) {
    constexpr double launch_time = 1e-5, held = 1 << 20;
    const auto input = [&](work which) -> double& { return to.per_input[static_cast<std::size_t>(which)]; };
    const auto moved = static_cast<double>(layer.input_count + layer.output_count);
    if (runs) to.per_call[static_cast<std::size_t>(work::launch)] += launch_time;
    if (layer.cost.macs > 0) {
        add_product(to, layer);
    } else if (runs) {
        input(layer.kind == layer_kind::pooling    ? work::pooling
              : layer.kind == layer_kind::movement ? work::movement
                                                   : work::elementwise) += traffic_of(moved);
    }
    if (layer.kind == layer_kind::elementwise)
        input(work::arithmetic) += nominal_bytes * static_cast<double>(layer.cost.other_operations) / nominal_peak;
    if (runs && moved > held) input(work::large) += traffic_of(moved - held);
}

/// The likeness of a profile: square roots of shares of arithmetic and traffic, and logarithms of totals.
[[nodiscard]] inline std::array<double, likenesses> likeness_of(const work_profile& of) {
    constexpr std::array products = {work::convolution, work::winograd, work::pointwise, work::depthwise,
                                     work::grouped,     work::dense,    work::product};
    constexpr std::array moves = {work::activations, work::pooling, work::elementwise, work::movement};
    constexpr double tiny = 1e-12;
    const auto input = [&](work which) { return of.per_input[static_cast<std::size_t>(which)]; };
    const auto call = [&](work which) { return of.per_call[static_cast<std::size_t>(which)]; };
    double arithmetic = tiny, traffic = tiny + call(work::weights) + call(work::classifier);
    for (const work one : products) arithmetic += input(one);
    for (const work one : moves) traffic += input(one);
    std::array<double, likenesses> out{};
    std::size_t at = 0;
    for (const work one : products) out[at++] = 2 * std::sqrt(input(one) / arithmetic);
    for (const work one : moves) out[at++] = std::sqrt(input(one) / traffic);
    out[at++] = std::sqrt((call(work::weights) + call(work::classifier)) / traffic);
    out[at++] = 0.4 * std::log(arithmetic);
    out[at++] = 0.4 * std::log(traffic);
    out[at++] = 0.5 * std::log(std::max(1.0, call(work::launch) * 1e5));
    out[at++] = 0.4 * std::log(input(work::channels) / arithmetic + 1e-3);
    out[at++] = 0.4 * std::log(input(work::columns) / arithmetic + 1e-3);
    return out;
}

/// 64-bit FNV-1a over sorted matrix products.
[[nodiscard]] inline std::uint64_t structure_of(std::span<const layer_workload> layers) {
    std::vector<std::array<std::int64_t, 4>> products;
    for (const layer_workload& one : layers)
        if (one.cost.macs > 0)
            products.push_back(
                {one.cost.product.rows, one.cost.product.columns, one.cost.product.depth, one.cost.product.groups});
    std::sort(products.begin(), products.end());
    std::uint64_t hash = 14695981039346656037U;
    for (const auto& product : products)
        for (const std::int64_t extent : product)
            for (int byte = 0; byte < 8; ++byte)
                hash = (hash ^ (static_cast<std::uint64_t>(extent) >> (8 * byte) & 0xffU)) * 1099511628211U;
    return hash;
}

inline void finish(work_profile& of, double weights, double inputs) {
    const auto call = [&](work which) -> double& { return of.per_call[static_cast<std::size_t>(which)]; };
    call(work::weights_4m) = traffic_of(std::max(0.0, weights - 4e6));
    call(work::weights_16m) = traffic_of(std::max(0.0, weights - 16e6));
    of.per_input[static_cast<std::size_t>(work::input)] = traffic_of(inputs);
    of.likeness = likeness_of(of);
}

}  // namespace detail

/// The profile of a network with layers; O(layers log layers).
[[nodiscard]] inline work_profile profile_of(const workload& net) {
    work_profile out;
    std::vector<qutibench::detail::kernel_part> parts(net.layers().size());
    qutibench::detail::assign_kernels(net, parts);
    out.per_call[static_cast<std::size_t>(work::call)] = 1e-4;
    double weights = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        detail::add_layer(out, net.layers()[i], parts[i].runs);
        weights += static_cast<double>(net.layers()[i].cost.weights);
    }
    detail::finish(out, weights, static_cast<double>(net.input_count));
    out.structure = detail::structure_of(net.layers());
    return out;
}

/// The profile of one layer, as a kernel of its own without the call around it.
[[nodiscard]] inline work_profile profile_of(const layer_workload& layer) {
    work_profile out;
    detail::add_layer(out, layer, true);
    detail::finish(out, static_cast<double>(layer.cost.weights), 0);
    out.structure = detail::structure_of(std::span(&layer, 1));
    return out;
}

/// The profile of a network known by its totals, as one dense layer.
[[nodiscard]] inline work_profile profile_of(const workload_totals& totals) {
    layer_workload one;
    one.kind = layer_kind::dense;
    one.cost.macs = totals.mac_count;
    one.cost.weights = totals.weight_count;
    const auto side = static_cast<std::int64_t>(std::sqrt(std::max(1.0, static_cast<double>(totals.weight_count))));
    one.cost.product = {2, side, side, 1};
    work_profile out = profile_of(one);
    out.per_call[static_cast<std::size_t>(work::call)] = 1e-4;
    return out;
}

/// A profile with arithmetic, weights and (by the square root of the former) activations scaled: a pruned network.
[[nodiscard]] inline work_profile scaled(work_profile of, double by_macs, double by_weights) {
    const double by_channels = std::sqrt(by_macs);
    for (std::size_t i = 0; i < works; ++i) {
        if (group_of(i) == work_group::fixed) continue;
        const bool is_product = group_of(i) == work_group::arithmetic && static_cast<work>(i) != work::depthwise &&
                                static_cast<work>(i) != work::arithmetic && static_cast<work>(i) != work::channels &&
                                static_cast<work>(i) != work::columns;
        of.per_input[i] *= is_product ? by_macs : by_channels;
        of.per_call[i] *= by_weights;
    }
    of.likeness = detail::likeness_of(of);
    of.structure = of.structure * 1099511628211U ^ static_cast<std::uint64_t>(by_macs * 1e6);
    return of;
}

}  // namespace qutibench::fitting
