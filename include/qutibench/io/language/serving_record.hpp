// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Answers of `serve` as JSON objects, with SI units in their keys: what the command line prints.
#pragma once

#include <qutibench/io/json/reader.hpp>
#include <qutibench/language/local.hpp>
#include <qutibench/language/serving.hpp>

#include <cmath>

namespace qutibench {

namespace detail {

[[nodiscard]] inline ordered_json number_or_null(double value) {
    return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

}  // namespace detail

/// The sentences of an answer's cautions.
[[nodiscard]] inline std::vector<std::string> caution_sentences(const serving_estimate& of) {
    std::vector<std::string> all;
    for (std::uint32_t bit = 1; bit != 0 && bit <= of.cautions; bit <<= 1U)
        if ((of.cautions & bit) != 0) all.emplace_back(to_string(static_cast<serving_caution>(bit)));
    return all;
}

/// An answer with what was asked; what is not known is null.
[[nodiscard]] inline detail::ordered_json to_record(const serving_estimate& e, const std::string& model,
                                                    const std::string& platform, const language_precision& stored,
                                                    const serving_question& ask, const language_layout& layout) {
    const auto figure = [](double value) { return detail::number_or_null(value); };
    return {{"model", model},
            {"platform", platform},
            {"precision", to_string(stored)},
            {"framework", to_string(ask.framework)},
            {"devices", e.devices},
            {"prefill_devices", e.prefill_devices},
            {"tensor_parallel", layout.tensor},
            {"data_parallel", layout.data},
            {"expert_parallel", layout.expert},
            {"expert_tensor_parallel", layout.expert_tensor},
            {"pipeline_parallel", layout.pipeline},
            {"prompt_tokens", ask.prompt_tokens},
            {"output_tokens", ask.output_tokens},
            {"concurrency", ask.concurrency},
            {"time_to_first_token_s", figure(e.time_to_first_token_s)},
            {"time_per_output_token_s", figure(e.time_per_output_token_s)},
            {"low_s", figure(e.low)},
            {"high_s", figure(e.high)},
            {"bound_time_to_first_token_s", figure(e.bound.time_to_first_token_s)},
            {"bound_time_per_output_token_s", figure(e.bound.time_per_output_token_s)},
            {"request_s", figure(e.request_s)},
            {"tokens_per_s", figure(e.tokens_per_s)},
            {"tokens_per_s_per_user", figure(e.tokens_per_s_per_user)},
            {"tokens_per_s_per_device", figure(e.tokens_per_s_per_device)},
            {"tokens_per_s_per_usd", figure(e.tokens_per_s_per_usd)},
            {"energy_per_token_j", figure(e.energy_per_token_j)},
            {"memory_bytes", figure(e.memory.needed)},
            {"weight_bytes", figure(e.memory.weights)},
            {"cache_bytes", figure(e.memory.cache)},
            {"fits", e.fits},
            {"largest_concurrency", figure(e.largest_concurrency)},
            {"longest_context", figure(e.longest_context)},
            {"decode_bound", to_string(e.decode_limit)},
            {"prefill_bound", to_string(e.prefill_limit)},
            {"warnings", caution_sentences(e)}};
}

/// The same keys for an answer of llama.cpp's law on a device; what it does not say is null.
[[nodiscard]] inline serving_estimate as_serving(const local_estimate& local, const platform& device,
                                                 const local_question& ask) {
    serving_estimate e;
    const auto fill = [&](serving_figures& to, double token, double first) {
        to.time_per_output_token_s = token;
        to.time_to_first_token_s = first;
        to.request_s = first + (ask.output_tokens - 1) * token;
        to.tokens_per_s = ask.output_tokens / to.request_s;
        to.tokens_per_s_per_user = 1 / token;
        to.tokens_per_s_per_device = to.tokens_per_s / static_cast<double>(ask.devices);
    };
    fill(e, local.time_per_output_token_s, local.time_to_first_token_s);
    fill(e.bound, local.bound_s, local.bound_s);
    e.low = local.low;
    e.high = local.high;
    e.devices = ask.devices;
    e.memory = {local.weight_bytes, local.cache_bytes, local.buffer_bytes, local.memory_bytes};
    e.fits = local.fits;
    e.largest_concurrency = e.longest_context = std::nan("");
    const double devices = static_cast<double>(ask.devices);
    e.energy_per_token_j = device.power().value() * devices / e.tokens_per_s;
    e.tokens_per_s_per_usd = e.tokens_per_s / (device.price_usd * devices);
    return e;
}

}  // namespace qutibench
