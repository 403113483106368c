// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What networks ask for in inference and in training (T table 2.2, figures 2.8 and 2.9), from the zoo's own counts.
#pragma once

#include <qutibench/network/training.hpp>
#include <qutibench/network/zoo/registry.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

namespace qutibench {

/// Needs of a network for one input: inference in 8 bits, training in 32.
struct requirement_row {
    std::string network{};
    double operations = 0;            ///< of inference
    double weights = 0;               ///< bytes
    double activations = 0;           ///< bytes
    double training_operations = 0;   ///< forward and backward pass and update
    double training_weights = 0;      ///< bytes of weights, gradients and updates
    double training_activations = 0;  ///< bytes of activations and their gradients

    /// The figures one after another.
    [[nodiscard]] std::array<double*, 6> figures() {
        return {&operations, &weights, &activations, &training_operations, &training_weights, &training_activations};
    }
};

/// The needs of a workload by T equations 2.5 and 2.6.
[[nodiscard]] inline requirement_row requirements_of(std::string name, const workload_totals& net) {
    const training_workload once = training(net, 1, 1);
    constexpr double bytes_in_training = 4;
    return {std::move(name),
            net.work(),
            static_cast<double>(net.weight_count),
            static_cast<double>(net.activation_count),
            static_cast<double>(once.operation_count),
            bytes_in_training * static_cast<double>(once.weight_buffer),
            bytes_in_training * static_cast<double>(once.activation_buffer)};
}

/// Every network of the zoo in its order; nothing else is read.
[[nodiscard]] inline std::vector<requirement_row> requirements() {
    std::vector<requirement_row> rows;
    for (const zoo::entry& one : zoo::entries())
        rows.push_back(requirements_of(std::string(one.name), analyze(one.build(1.0))));
    return rows;
}

/// Minimum, maximum, mean and standard deviation (of a sample) of each figure, as T table 2.2 has them; empty of none.
[[nodiscard]] inline std::vector<requirement_row> summary_of(std::span<const requirement_row> rows) {
    if (rows.empty()) return {};
    std::vector<requirement_row> out{{"minimum"}, {"maximum"}, {"mean"}, {"standard deviation"}};
    const auto count = static_cast<double>(rows.size());
    for (std::size_t figure = 0; figure < out[0].figures().size(); ++figure) {
        double low = std::numeric_limits<double>::infinity(), high = 0, sum = 0, squares = 0;
        const auto value_of = [figure](requirement_row row) { return *row.figures()[figure]; };
        for (const requirement_row& one : rows) {
            low = std::min(low, value_of(one));
            high = std::max(high, value_of(one));
            sum += value_of(one);
        }
        for (const requirement_row& one : rows) squares += std::pow(value_of(one) - sum / count, 2);
        *out[0].figures()[figure] = low;
        *out[1].figures()[figure] = high;
        *out[2].figures()[figure] = sum / count;
        *out[3].figures()[figure] = count > 1 ? std::sqrt(squares / (count - 1)) : std::nan("");
    }
    return out;
}

}  // namespace qutibench
