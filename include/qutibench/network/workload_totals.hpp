// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a network costs in total, free of any device.
#pragma once

#include <qutibench/network/layer.hpp>
#include <qutibench/units.hpp>

namespace qutibench {

/// Which work counts as an operation. Peers disagree; here the choice has a name.
enum class counting : unsigned char {
    qutibench,  ///< two for each multiply-accumulate, as the thesis does; other arithmetic is itemised beside it
    macs_only,  ///< one for each multiply-accumulate: torchvision's "GFLOPS"
    fvcore,     ///< one for each multiply-accumulate, plus fvcore's counts of normalisation, pooling and resizing
};
template <>
inline constexpr enumeration<3> names_of<counting>{"counting convention", {"qutibench", "macs_only", "fvcore"}};

namespace detail {

/// The operations of a layer under a convention. Beside multiply-accumulates fvcore counts normalisation (2 per element
/// for batch normalisation, 5 for others), interpolation by resizing, and global pooling by its input; nothing else.
[[nodiscard]] constexpr std::int64_t operations_of(const layer_cost& cost, layer_kind kind, std::string_view type,
                                                   counting convention) {
    if (convention == counting::qutibench) return multiply(2, cost.macs);
    if (convention == counting::macs_only) return cost.macs;
    const bool counts = kind == layer_kind::normalization || type == "resize" || type == "global_pooling";
    return add(cost.macs, counts ? cost.other_operations : 0);
}

}  // namespace detail

/// The sums that network-level models need; a literal type. Counts are per input (batch 1).
struct workload_totals {
    std::int64_t operation_count = 0;
    std::int64_t mac_count = 0;
    std::int64_t other_operation_count = 0;
    std::int64_t weight_count = 0;
    std::int64_t parameter_count = 0;
    std::int64_t activation_count = 0;
    std::int64_t input_count = 0;
    std::int64_t output_count = 0;

    /// Operations of one inference under the chosen convention.
    [[nodiscard]] constexpr qutibench::operations operations() const {
        return quantity_of<qutibench::operations>(operation_count);
    }
    /// Multiply-accumulates of one inference, whatever the convention.
    [[nodiscard]] constexpr qutibench::macs macs() const { return quantity_of<qutibench::macs>(mac_count); }
    /// Operations of one inference as peaks count them, two a multiply-accumulate, whatever the convention.
    [[nodiscard]] constexpr double work() const { return 2.0 * static_cast<double>(mac_count); }
    /// Arithmetic outside multiply-accumulates: normalisation, activation, pooling, addition.
    [[nodiscard]] constexpr qutibench::operations other_operations() const {
        return quantity_of<qutibench::operations>(other_operation_count);
    }
    /// Convolution, dense, recurrent and embedding weights, each tensor once: the thesis' model size in elements.
    [[nodiscard]] constexpr elements weights() const { return quantity_of<elements>(weight_count); }
    /// Weights plus biases, scales and shifts: what PyTorch counts as parameters.
    [[nodiscard]] constexpr elements parameters() const { return quantity_of<elements>(parameter_count); }
    /// Elements of all activation tensors, the network's inputs included, each once; views are not tensors of their
    /// own.
    [[nodiscard]] constexpr elements activations() const { return quantity_of<elements>(activation_count); }

    constexpr void add(const layer_cost& cost, layer_kind kind, std::int64_t operations, std::int64_t produced) {
        operation_count = detail::add(operation_count, operations);
        mac_count = detail::add(mac_count, cost.macs);
        other_operation_count = detail::add(other_operation_count, cost.other_operations);
        weight_count = detail::add(weight_count, cost.weights);
        parameter_count = detail::add(parameter_count, cost.parameters);
        if (kind != layer_kind::view) activation_count = detail::add(activation_count, produced);
        if (kind == layer_kind::input) input_count = detail::add(input_count, produced);
    }

    friend constexpr bool operator==(const workload_totals&, const workload_totals&) = default;
};

}  // namespace qutibench
