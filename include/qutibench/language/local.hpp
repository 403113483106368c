// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// One user on one machine: llama.cpp's decode law. Equations and held-out errors in docs/language_models.md.
#pragma once

#include <qutibench/detail/quantile.hpp>
#include <qutibench/language/memory.hpp>
#include <qutibench/language/serving_question.hpp>
#include <qutibench/language/work.hpp>
#include <qutibench/names.hpp>

namespace qutibench {

/// Machines that llama.cpp treats alike.
enum class local_class : unsigned char {
    gpu,    ///< a graphics card with memory of its own
    apple,  ///< Apple's GPU on unified memory
    cpu,
    jetson,  ///< NVIDIA's GPU on memory that it shares with a CPU
};

template <>
inline constexpr enumeration<4> names_of<local_class>{"class of machine", {"gpu", "apple", "cpu", "jetson"}};

/// The class of a device, by what its platform file says of it.
[[nodiscard]] inline local_class local_class_of(const platform& device) {
    if (device.vendor == "Apple") return local_class::apple;
    if (device.id().starts_with("jetson")) return local_class::jetson;
    return device.device_class == "CPU" ? local_class::cpu : local_class::gpu;
}

/// What llama.cpp attains on a class of machines. `measured` says whether public measurements stand behind it; the
/// others take the shares of the nearest class that has some.
struct local_constants {
    double layer = 137e-6;  ///< s of each layer, whatever its size
    double narrow = .937;   ///< share of the bandwidth with weights below 16 bit
    double wide = .908;     ///< with 16 bit or more
    double prompt = .30;    ///< share of the peak of 16 bit that a prompt attains
    double log_deviation = .17;
    bool measured = true;
};

/// Fitted on 100 rates of 32 graphics cards and 4 of Apple's chips, 8 and 70 billion parameters, F16 and Q4_K_M; a card
/// that was left out is met within 12.5 % in the mean and 9.0 % in the median.
[[nodiscard]] constexpr local_constants local_constants_of(local_class one) {
    switch (one) {
        case local_class::apple:
            return {.layer = 266e-6, .prompt = .45, .log_deviation = .25};
        case local_class::cpu:
            return {.layer = 30e-6, .narrow = .70, .wide = .80, .prompt = .50, .log_deviation = .35, .measured = false};
        case local_class::jetson:
            return {.layer = 266e-6, .narrow = .75, .wide = .80, .log_deviation = .30, .measured = false};
        default:
            return {};
    }
}

/// What is asked of one machine.
struct local_question {
    double prompt_tokens = 512;
    double output_tokens = 128;
    std::int64_t devices = 1;     ///< layers one after another on as many equal devices
    std::int64_t offloaded = -1;  ///< layers on the device, the others on the host; -1: all
    double host_bandwidth = 0;    ///< byte/s of the host's memory, where layers stay there

    friend constexpr bool operator==(const local_question&, const local_question&) = default;
};

/// What a server is asked, of one machine: layers lie one after another on as many devices as the layout has, and on
/// the host as `shared` says. Throws invalid_argument on what only a server has: further requests, drafts, pieces of
/// prompts, groups of experts.
[[nodiscard]] inline local_question local_of(const serving_question& asked, const language_layout& layout,
                                             local_question shared = {}) {
    const serving_question usual;
    const auto leave = [](bool is_given, std::string_view what) {
        if (is_given)
            throw invalid_argument(detail::message(
                {"llama.cpp is modelled for one request, its layers one device after another: leave ", what, " out"}));
    };
    leave(asked.concurrency != usual.concurrency, "concurrency");
    leave(asked.prefix_hit != usual.prefix_hit, "prefix_hit");
    leave(asked.chunk != usual.chunk, "chunk");
    leave(asked.draft_tokens != usual.draft_tokens, "draft_tokens");
    leave(asked.separate_prefill != usual.separate_prefill, "separate_prefill");
    leave(asked.memory_share != usual.memory_share, "memory_share");
    leave(layout.data != 1, "data_parallel");
    leave(layout.expert != 1, "expert_parallel");
    leave(layout.expert_tensor != 1 && layout.expert_tensor != layout.stage(), "expert_tensor_parallel");
    check(layout);
    shared.prompt_tokens = asked.prompt_tokens;
    shared.output_tokens = asked.output_tokens;
    shared.devices = layout.devices();
    return shared;
}

/// The answer: times, memory and an interval of nine in ten.
struct local_estimate {
    double time_per_output_token_s = 0;
    double time_to_first_token_s = 0;
    double bound_s = 0;  ///< per output token: every byte read once, at full bandwidth
    double low = 0;
    double high = 0;
    double memory_bytes = 0;  ///< on one device: the three below
    double weight_bytes = 0;
    double cache_bytes = 0;
    double buffer_bytes = 0;  ///< of a pass
    double host_bytes = 0;    ///< of layers that stay on the host
    bool fits = true;
    std::int64_t layers_that_fit = 0;
    bool measured = true;  ///< public measurements of this class stand behind the shares
};

/// Bytes of the weights that a device holds: all experts, and not the vocabulary's table, which llama.cpp leaves to the
/// host, unless it is the head too.
[[nodiscard]] inline double held_bytes(const language_rank& rank, const language_precision& stored) {
    const double table = rank.tied ? 0.0 : rank.embedding * stored.head.bytes_per_element();
    return weight_bytes(rank, stored) - table;
}

/// Bytes of llama.cpp's buffer for a pass, with flash attention: scores of the vocabulary and one row between blocks in
/// 32 bit, for up to 512 positions. 271,056,896 for Llama 3 8B, as gguf-parser 0.28.1 computes.
[[nodiscard]] inline double local_buffer(const language_rank& rank, double prompt) {
    return std::min(prompt, 512.0) * 4 * (rank.head / rank.width + rank.width);
}

/// How fast one user gets tokens from llama.cpp, one device after another where there are several. `weights` are the
/// bytes of the layers and the head, each read once a token. Throws invalid_argument on a question outside its range.
[[nodiscard]] inline local_estimate run_locally(const language_rank& rank, const language_precision& stored,
                                                const platform& device, double weights, const local_question& ask) {
    const auto layers = static_cast<double>(rank.layers);
    if (!(ask.prompt_tokens >= 1 && ask.output_tokens >= 1 && ask.prompt_tokens + ask.output_tokens <= 1e9))
        throw invalid_argument("prompt_tokens and output_tokens must be between 1 and 1e9");
    if (ask.devices < 1 || ask.devices > 4096)
        throw invalid_argument(detail::message({"devices must be between 1 and 4096, not ", ask.devices}));
    if (static_cast<double>(ask.offloaded) > layers || ask.offloaded < -1)
        throw invalid_argument(detail::message({"the model has ", static_cast<std::int64_t>(layers), " layers, so ",
                                                ask.offloaded, " cannot be on the device"}));
    const double share = ask.offloaded < 0 ? 1.0 : static_cast<double>(ask.offloaded) / layers;
    if (share < 1 && !(ask.host_bandwidth > 0))
        throw invalid_argument("layers that stay on the host need host_bandwidth, in byte/s");
    if (share == 1 && ask.host_bandwidth != 0)
        throw invalid_argument("no layer stays on the host: leave host_bandwidth out, or state offloaded_layers");
    const language_engine engine = engine_of(device, stored);
    const local_constants k = local_constants_of(local_class_of(device));
    const local_constants host = local_constants_of(local_class::cpu);
    const bool narrow = stored.dense.bits < 16;
    const double context = ask.prompt_tokens + ask.output_tokens / 2;
    const double read = weights + cache_bytes(rank, stored.cache, context);
    const auto seconds_of = [&](double of, double layers_there, double bandwidth, const local_constants& c) {
        return c.layer * layers_there + of / (bandwidth * (narrow ? c.narrow : c.wide));
    };
    local_estimate result;
    result.time_per_output_token_s = seconds_of(read * share, layers * share, engine.bandwidth, k);
    result.bound_s = read * share / engine.bandwidth;
    if (share < 1) {
        result.time_per_output_token_s +=
            seconds_of(read * (1 - share), layers * (1 - share), ask.host_bandwidth, host);
        result.bound_s += read * (1 - share) / ask.host_bandwidth;
    }
    const pass_work prompt = prefill_work(rank, stored, ask.prompt_tokens);
    double work = 0;
    for (const double one : prompt.operations) work += one;
    result.time_to_first_token_s = std::max(work / (engine.core.per_second * k.prompt), result.time_per_output_token_s);
    const double spread = std::exp(two_sided_90 * std::max(k.log_deviation, share < 1 ? host.log_deviation : 0.0));
    result.low = std::max(result.time_per_output_token_s / spread, result.bound_s);
    result.high = result.time_per_output_token_s * spread;
    const double positions = ask.prompt_tokens + ask.output_tokens;
    const double held = held_bytes(rank, stored);
    const double cached = cache_bytes(rank, stored.cache, positions);
    const double each = (held + cached) / layers;
    const double devices = static_cast<double>(ask.devices);
    const double buffer = local_buffer(rank, ask.prompt_tokens);
    result.weight_bytes = held * share / devices;
    result.cache_bytes = cached * share / devices;
    result.buffer_bytes = buffer;
    result.memory_bytes = result.weight_bytes + result.cache_bytes + buffer;
    result.host_bytes = each * layers * (1 - share);
    result.measured = k.measured && share == 1;
    if (engine.capacity > 0) {
        result.layers_that_fit = static_cast<std::int64_t>(
            std::clamp(std::floor((.95 * engine.capacity - buffer) * devices / each), 0.0, layers));
        result.fits = result.memory_bytes <= .95 * engine.capacity;
    }
    return result;
}

/// Bytes that decoding one token reads of the weights: all but the vocabulary's table, of which one row is read. Of
/// experts, those that are chosen.
[[nodiscard]] inline double bytes_per_token(const language_rank& rank, const language_precision& stored) {
    const pass_work work = decode_work(rank, stored, 1, 0);
    double sum = 0;
    for (const language_group group :
         {language_group::projections, language_group::dense, language_group::experts, language_group::head})
        sum += work.bytes[static_cast<std::size_t>(group)];
    return sum;
}

}  // namespace qutibench
