// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/network/workload.hpp>

namespace qutibench {

/// What training a network costs, from its inference workload.
struct training_workload {
    std::int64_t operation_count = 0;    ///< of the whole training
    std::int64_t weight_buffer = 0;      ///< elements
    std::int64_t activation_buffer = 0;  ///< elements for one input

    [[nodiscard]] constexpr qutibench::operations operations() const {
        return quantity_of<qutibench::operations>(operation_count);
    }
    /// Weights, their gradients and their updates.
    [[nodiscard]] constexpr elements weights() const { return quantity_of<elements>(weight_buffer); }
    /// Activations and their gradients, for one input.
    [[nodiscard]] constexpr elements activations() const { return quantity_of<elements>(activation_buffer); }
};

/// Training over `examples` and `epochs`: forward and backward pass cost three times the inference, and each weight is
/// updated once per example; weights are buffered three times (values, gradients, updates), activations twice (T
/// eq. 2.6 and the text before it). Throws invalid_argument below one example or epoch, overflow_error past 64 bits.
[[nodiscard]] constexpr training_workload training(const workload_totals& inference, std::int64_t examples,
                                                   std::int64_t epochs) {
    if (examples < 1 || epochs < 1)
        detail::raise(invalid_argument("training needs at least one example and one epoch"));
    const std::int64_t once = detail::add(detail::multiply(3, inference.operation_count), inference.parameter_count);
    return {detail::product({once, examples, epochs}), detail::multiply(3, inference.parameter_count),
            detail::multiply(2, inference.activation_count)};
}

}  // namespace qutibench
