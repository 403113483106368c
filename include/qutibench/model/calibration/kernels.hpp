// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A workload as the kernels that a device launches: the layers with multiply-accumulates, each one matrix product.
/// Pooling, additions and activations ride along in their producer's kernel, as fused runtimes have it.
#pragma once

#include <qutibench/model/calibration/work_profile.hpp>
#include <qutibench/names.hpp>
#include <qutibench/network/workload.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace qutibench::fitting {

/// Kinds of kernels as a calibration tells them apart, for "not seen in calibration" warnings.
enum class kernel_kind : unsigned char {
    convolution,
    pointwise,
    depthwise,
    grouped,
    dense,
    matmul,
    attention,
    recurrent,
    other
};

inline constexpr unsigned kernel_kinds = 9;

}  // namespace qutibench::fitting

namespace qutibench {

template <>
inline constexpr enumeration<fitting::kernel_kinds> names_of<fitting::kernel_kind>{
    "kind of kernel",
    {"convolution", "pointwise convolution", "depthwise convolution", "grouped convolution", "dense", "matmul",
     "attention", "recurrent", "other"}};

}  // namespace qutibench

namespace qutibench::fitting {

/// One kernel, or `count` equal ones. Plain doubles per input: multiply-accumulates and elements.
struct kernel {
    double rows = 1;         ///< output positions
    double columns = 1;      ///< output channels per group
    double depth = 1;        ///< kernel elements x input channels per group
    double channels_in = 1;  ///< input channels per group
    double groups = 1;
    double macs = 0;
    double weights = 0;
    double elements_in = 0;
    double elements_out = 0;
    double count = 1;
    kernel_kind kind = kernel_kind::other;
    bool winograd = false;  ///< 3x3, stride 1, at least 16 channels per group: runtimes use Winograd's algorithm

    friend bool operator==(const kernel&, const kernel&) = default;
};

/// The kernels of a network and what is read once per call or per input. Counts are per input.
struct kernel_table {
    std::string name;
    std::vector<kernel> kernels;
    double launches = 0;  ///< kernels with multiply-accumulates
    double macs = 0;
    double weights = 0;
    double inputs = 0;  ///< elements that the host hands over
    bool has_layers = true;
    bool is_part = false;  ///< one layer or block of a network, without the call around it
    work_profile profile{};

    [[nodiscard]] unsigned kinds() const {
        unsigned mask = 0;
        for (const kernel& one : kernels) mask |= 1U << static_cast<unsigned>(one.kind);
        return mask;
    }
};

[[nodiscard]] inline kernel_kind kind_of(const layer_workload& layer) {
    switch (layer.kind) {
        case layer_kind::convolution:
            if (layer.cost.product.groups > 1 && layer.cost.product.depth == layer.cost.kernel_elements)
                return kernel_kind::depthwise;
            if (layer.cost.product.groups > 1) return kernel_kind::grouped;
            return layer.cost.kernel_elements == 1 ? kernel_kind::pointwise : kernel_kind::convolution;
        case layer_kind::dense:
            return kernel_kind::dense;
        case layer_kind::matmul:
            return kernel_kind::matmul;
        case layer_kind::attention:
            return kernel_kind::attention;
        case layer_kind::recurrent:
            return kernel_kind::recurrent;
        default:
            return kernel_kind::other;
    }
}

[[nodiscard]] inline kernel kernel_of(const layer_workload& layer) {
    const contraction& product = layer.cost.product;
    kernel one;
    one.kind = kind_of(layer);
    one.rows = static_cast<double>(std::max<std::int64_t>(product.rows, 1));
    one.columns = static_cast<double>(std::max<std::int64_t>(product.columns, 1));
    one.depth = static_cast<double>(std::max<std::int64_t>(product.depth, 1));
    one.groups = static_cast<double>(std::max<std::int64_t>(product.groups, 1));
    one.channels_in =
        std::max(1.0, one.depth / static_cast<double>(std::max<std::int64_t>(layer.cost.kernel_elements, 1)));
    one.macs = static_cast<double>(layer.cost.macs);
    one.weights = static_cast<double>(layer.cost.weights);
    one.elements_in = static_cast<double>(layer.input_count);
    one.elements_out = static_cast<double>(layer.output_count);
    one.winograd = layer.kind == layer_kind::convolution && layer.cost.kernel_elements == 9 && layer.cost.stride == 1 &&
                   one.channels_in >= 16;
    return one;
}

/// The kernels of a workload, equal ones merged. A workload known by its totals alone becomes one dense kernel and
/// `has_layers` says so. Throws invalid_argument when it has no multiply-accumulates at all.
[[nodiscard]] inline kernel_table kernels_of(const workload& net) {
    kernel_table table;
    table.name = net.name();
    table.inputs = static_cast<double>(net.input_count);
    const auto merge = [&](const kernel& one) {
        const auto same = std::find_if(table.kernels.begin(), table.kernels.end(), [&](kernel other) {
            other.count = 1;
            return other == one;
        });
        if (same == table.kernels.end()) {
            table.kernels.push_back(one);
        } else {
            same->count += 1;
        }
    };
    for (const layer_workload& layer : net.layers()) {
        if (layer.cost.macs == 0) continue;
        const kernel one = kernel_of(layer);
        merge(one);
        table.launches += 1;
        table.macs += one.macs;
        table.weights += layer.weights_shared ? 0.0 : one.weights;
    }
    if (table.kernels.empty()) {
        if (net.mac_count == 0)
            throw invalid_argument("workload '" + net.name() + "' has no multiply-accumulates to calibrate with");
        kernel one;
        one.kind = kernel_kind::dense;
        one.macs = table.macs = static_cast<double>(net.mac_count);
        one.weights = table.weights = static_cast<double>(net.weight_count);
        one.depth = one.columns = one.channels_in = std::sqrt(std::max(1.0, one.weights));
        one.rows = one.macs / (one.depth * one.columns);
        table.kernels.push_back(one);
        table.launches = 1;
        table.has_layers = false;
        table.profile = profile_of(static_cast<const workload_totals&>(net));
    } else {
        table.profile = profile_of(net);
    }
    return table;
}

/// One layer of a workload as a table of its own; throws unknown_name with the nearest layer, invalid_argument when it
/// has no multiply-accumulates.
[[nodiscard]] inline kernel_table kernels_of(const workload& net, std::string_view part) {
    std::vector<std::string_view> names;
    for (const layer_workload& layer : net.layers()) {
        names.push_back(layer.name);
        if (layer.name != part) continue;
        if (layer.cost.macs == 0)
            throw invalid_argument("layer '" + layer.name + "' has no multiply-accumulates to calibrate with");
        const kernel one = kernel_of(layer);
        kernel_table table;
        table.name = net.name();
        table.kernels = {one};
        table.launches = 1;
        table.macs = one.macs;
        table.weights = one.weights;
        table.is_part = true;
        table.profile = profile_of(layer);
        return table;
    }
    throw unknown_name("layer of '" + net.name() + "'", part, qutibench::detail::nearest_name(part, names));
}

/// The kernels of a pruned network of which only the totals are published: those of the network it was pruned from,
/// with multiply-accumulates, weights and (by their square root) channels and activations scaled to the totals.
[[nodiscard]] inline kernel_table scaled_to(const kernel_table& parent, const workload_totals& totals,
                                            std::string name) {
    kernel_table table = parent;
    table.name = std::move(name);
    const double by_macs = static_cast<double>(totals.mac_count) / parent.macs;
    const double by_weights = static_cast<double>(totals.weight_count) / parent.weights;
    const double by_channels = std::sqrt(by_macs);
    for (kernel& one : table.kernels) {
        one.columns *= by_channels;
        one.depth *= by_channels;
        one.channels_in *= by_channels;
        one.macs *= by_macs;
        one.weights *= by_weights;
        one.elements_in *= by_channels;
        one.elements_out *= by_channels;
    }
    table.macs *= by_macs;
    table.weights *= by_weights;
    table.profile = scaled(parent.profile, by_macs, by_weights);
    return table;
}

}  // namespace qutibench::fitting
