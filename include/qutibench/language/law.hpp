// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The time of a pass in a serving framework: a closed form with constants that all models, devices and frameworks
/// share. Equations, where the constants come from and what they reach on models and systems that were not in the fit:
/// docs/language_models.md.
#pragma once

#include <qutibench/language/work.hpp>

namespace qutibench {

/// What a serving framework attains and costs. The defaults were fitted on 1,506 public measurements of six models on
/// four systems in three frameworks, and predict models and systems that were left out within 13.1 % in the mean.
struct serving_constants {
    // attained shares of bandwidth
    double weights = .930;
    double experts = .796;
    double cache = .650;
    // attained shares of the peak
    double products = .725;
    double eight_bit = .707;  ///< times `products`
    double four_bit = .613;   ///< times `products`
    double expert_products = .195;
    double attention = .474;
    // s
    double kernel = 4.36e-6;     ///< of each kernel that is launched
    double step = .33e-3;        ///< of the scheduler, a step
    double request = 7.5e-6;     ///< of each request in a step: sampling, bookkeeping
    double collective = 4.3e-6;  ///< of each exchange between devices
    double exchange = .495;      ///< attained share of the link's bandwidth
    double interference = .906;  ///< of what prefills add to the decode steps that they ride in
    double exposed = .231;       ///< of a prefill's own fixed costs that decode steps see
    // time to the first token
    double first = 2.9e-3;        ///< s
    double first_kernel = 45e-6;  ///< s
    double queue = .138;          ///< prompts ahead in the queue, of half of those in flight
    double first_step = .20;      ///< of a decode step that is waited for
    double log_deviation = .173;  ///< standard deviation of the logarithm of measured over predicted

    /// Nothing is lost: the bound.
    [[nodiscard]] static constexpr serving_constants lossless() {
        return {1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0};
    }

    friend constexpr bool operator==(const serving_constants&, const serving_constants&) = default;
};

/// Seconds of a pass by group, of memory and of arithmetic, and of what devices exchange.
struct pass_time {
    std::array<double, language_groups> memory{};
    std::array<double, language_groups> compute{};
    double exchange = 0;  ///< of bytes on the link
    double fixed = 0;     ///< of kernels, steps and exchanges whatever their size

    /// The slower of memory and arithmetic, group by group.
    [[nodiscard]] double busy() const {
        double sum = 0;
        for (std::size_t i = 0; i < language_groups; ++i) sum += std::max(memory[i], compute[i]);
        return sum;
    }
    [[nodiscard]] double total() const { return busy() + exchange + fixed; }
};

/// Kernels that a pass launches: docs/language_models.md lists them by layer.
[[nodiscard]] inline double kernels_of(const language_rank& rank, const language_precision& stored) {
    const auto widened = [](const datatype& one) { return one.bits_per_element() < 16 ? 2.0 : 0.0; };
    double sum = 6;
    for (const rank_block& one : rank.blocks) {
        const double attention = one.kind == attention_kind::linear ? 10 : one.kind == attention_kind::latent ? 11 : 6;
        const double network =
            one.experts > 0 ? 7 + (one.shared > 0 ? 4 : 0) + widened(stored.experts) : 4 + widened(stored.dense);
        sum += one.layers * (attention + (one.top_keys > 0 ? 8 : 0) + widened(stored.attention) + network);
    }
    return sum;
}

/// The time of a pass under constants. `kernels` as `kernels_of` counts them.
[[nodiscard]] inline pass_time time_of(const pass_work& work, const language_engine& engine, const serving_constants& k,
                                       double kernels) {
    const std::array<const product_rate*, language_groups> rates = {&engine.attention, &engine.core, &engine.dense,
                                                                    &engine.experts,   &engine.head, &engine.core};
    const std::array<double, language_groups> of_memory = {k.weights, k.cache,   k.weights,
                                                           k.experts, k.weights, k.weights};
    const std::array<double, language_groups> of_peak = {k.products,        k.attention, k.products,
                                                         k.expert_products, k.products,  k.products};
    pass_time time;
    for (std::size_t i = 0; i < language_groups; ++i) {
        const double narrow = rates[i]->width == product_class::four_bit    ? k.four_bit
                              : rates[i]->width == product_class::eight_bit ? k.eight_bit
                                                                            : 1.0;
        time.memory[i] = work.bytes[i] / (engine.bandwidth * of_memory[i]);
        time.compute[i] = work.operations[i] / (rates[i]->per_second * of_peak[i] * narrow);
    }
    if (work.exchanged > 0) time.exchange = work.exchanged / (engine.link * k.exchange);
    if (work.between > 0) time.exchange += work.between / (engine.between * k.exchange);
    time.fixed = k.kernel * kernels + k.step + k.collective * work.collectives;
    return time;
}

/// What a prefill adds to the decode step that it rides in: weights are read once for both and products queue behind
/// each other; its attention, its element-wise kernels and its exchanges come on top, and a share of its fixed costs.
[[nodiscard]] inline double added_by_prefill(const pass_time& decode, const pass_time& prefill,
                                             const serving_constants& k) {
    double sum = 0;
    for (const language_group group :
         {language_group::projections, language_group::dense, language_group::experts, language_group::head}) {
        const auto i = static_cast<std::size_t>(group);
        sum += std::max(decode.compute[i] + prefill.compute[i], std::max(decode.memory[i], prefill.memory[i])) -
               std::max(decode.compute[i], decode.memory[i]);
    }
    constexpr auto core = static_cast<std::size_t>(language_group::core);
    sum += std::max(prefill.compute[core], prefill.memory[core]);
    sum += prefill.memory[static_cast<std::size_t>(language_group::elementwise)] + prefill.exchange;
    return sum + k.exposed * std::max(prefill.total() - sum, 0.0);
}

}  // namespace qutibench
