// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/names.hpp>
#include <qutibench/network/workload.hpp>

#include <cmath>

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

/// What turns gradients into updates; each keeps numbers of 32 bits for every parameter.
enum class optimizer_kind : unsigned char {
    sgd,       ///< keeps none
    momentum,  ///< one: the momentum
    adam,      ///< two: the momentum and the variance
};
template <>
inline constexpr enumeration<3> names_of<optimizer_kind>{"optimizer", {"sgd", "momentum", "adam"}};

/// How a network is trained.
struct training_setup {
    optimizer_kind optimizer = optimizer_kind::momentum;
    bool recomputes = false;  ///< keeps the activations of every n-th layer and computes those between again

    friend constexpr bool operator==(const training_setup&, const training_setup&) = default;
};

/// Bytes that a step of training holds at once.
struct training_memory {
    double weights = 0;
    double gradients = 0;    ///< of the weights
    double optimizer = 0;    ///< its state, and a copy of the weights in 32 bits where they have fewer
    double activations = 0;  ///< kept for the backward pass, with the gradients of those that are alive

    [[nodiscard]] constexpr double total() const { return weights + gradients + optimizer + activations; }
};

/// What a step of training on `batch` inputs holds, all parameters and their gradients in the format of the weights,
/// activations in theirs. The optimiser's state is that of Rajbhandari et al., ZeRO (SC 2020, section 3.1): with Adam
/// and weights of 16 bits 16 bytes a parameter in all. Activations are kept until the backward pass has used them; the
/// gradients alive at once are as many as activations are in inference. With recomputation, 2 / sqrt(n) of the
/// activations of n layers (Chen et al., arXiv:1604.06174). A network of totals only has no activations, so the sum is
/// a lower bound. Throws invalid_argument on a batch below one.
[[nodiscard]] inline training_memory memory_of_training(const workload& inference, const precision& numbers,
                                                        std::int64_t batch, const training_setup& how = {}) {
    if (batch < 1) detail::raise(invalid_argument(detail::message({"batch must be at least 1, not ", batch})));
    const double each = numbers.weights.bytes_per_element();
    const double parameters = static_cast<double>(inference.parameter_count);
    const double states = static_cast<double>(how.optimizer) + (each < 4 ? 1 : 0);
    const double layers = static_cast<double>(inference.layers().size());
    const double kept = how.recomputes && layers > 4 ? 2 / std::sqrt(layers) : 1;
    const double activations = kept * static_cast<double>(inference.activation_count) +
                               static_cast<double>(inference.peak_live_activations().value());
    return {parameters * each, parameters * each, 4 * states * parameters,
            activations * static_cast<double>(batch) * numbers.activations.bytes_per_element()};
}

}  // namespace qutibench
