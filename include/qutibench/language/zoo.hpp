// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Language models by name. Structures from the config.json of each model's own release.
#pragma once

#include <qutibench/language/model.hpp>

#include <span>

namespace qutibench::zoo {

/// A language model that needs no file: its blocks in a row, `first_dense` of them without experts; of `window_period`
/// blocks all but the last see a window.
struct language_entry {
    std::string_view name;
    std::string_view family;
    std::int64_t layers, width, vocabulary, longest;
    bool tied = false;
    attention_block attention{};
    feed_forward_block network{};
    std::int64_t first_dense = 0;
    std::int64_t dense_inner = 0;
    std::int64_t window_period = 0;
    std::string_view format = "bf16";  ///< of the weights as they were released; of the experts alone where mxfp4
};

/// The language models of the zoo.
[[nodiscard]] inline std::span<const language_entry> language_entries() {
    using attention = attention_block;
    using network = feed_forward_block;
    constexpr auto grouped = [](std::int64_t heads, std::int64_t keys, std::int64_t width) {
        attention a;
        a.heads = heads;
        a.key_heads = keys;
        a.key_width = a.value_width = a.rotated = width;
        return a;
    };
    constexpr auto normed = [grouped](std::int64_t heads, std::int64_t keys, std::int64_t width) {
        attention a = grouped(heads, keys, width);
        a.norm = head_norm::per_head;
        return a;
    };
    constexpr auto biased = [grouped](std::int64_t heads, std::int64_t keys, std::int64_t width) {
        attention a = grouped(heads, keys, width);
        a.bias = true;
        return a;
    };
    constexpr auto latent = [](std::int64_t heads) {
        attention a;
        a.kind = attention_kind::latent;
        a.heads = a.key_heads = heads;
        a.key_width = 192;
        a.value_width = 128;
        a.rope = a.rotated = 64;
        a.query_rank = 1536;
        a.latent = 512;
        return a;
    };
    constexpr auto sinks = [biased](std::int64_t window) {
        attention a = biased(64, 8, 64);
        a.output_bias = a.sinks = true;
        a.window = window;
        return a;
    };
    constexpr auto experts = [](std::int64_t count, std::int64_t chosen, std::int64_t inner, std::int64_t shared = 0,
                                bool bias = false) {
        network f;
        f.experts = count;
        f.chosen = chosen;
        f.expert_inner = inner;
        f.shared_inner = shared;
        f.router_bias = bias;
        return f;
    };
    constexpr auto oss = [experts](std::int64_t count) {
        network f = experts(count, 4, 2880, 0, true);
        f.expert_bias = true;
        return f;
    };
    static constexpr language_entry all[] = {
        {"llama_3_1_8b", "llama", 32, 4096, 128256, 131072, false, grouped(32, 8, 128), {.inner = 14336}},
        {"llama_3_1_70b", "llama", 80, 8192, 128256, 131072, false, grouped(64, 8, 128), {.inner = 28672}},
        {"llama_3_1_405b", "llama", 126, 16384, 128256, 131072, false, grouped(128, 8, 128), {.inner = 53248}},
        {"llama_3_2_1b", "llama", 16, 2048, 128256, 131072, true, grouped(32, 8, 64), {.inner = 8192}},
        {"mistral_7b", "mistral", 32, 4096, 32768, 32768, false, grouped(32, 8, 128), {.inner = 14336}},
        {"mixtral_8x7b", "mixtral", 32, 4096, 32000, 32768, false, grouped(32, 8, 128), experts(8, 2, 14336)},
        {"qwen2_5_7b", "qwen2", 28, 3584, 152064, 32768, false, biased(28, 4, 128), {.inner = 18944}},
        {"qwen3_8b", "qwen3", 36, 4096, 151936, 40960, false, normed(32, 8, 128), {.inner = 12288}},
        {"qwen3_32b", "qwen3", 64, 5120, 151936, 40960, false, normed(64, 8, 128), {.inner = 25600}},
        {"qwen3_30b_a3b", "qwen3_moe", 48, 2048, 151936, 40960, false, normed(32, 4, 128), experts(128, 8, 768)},
        {"qwen3_235b_a22b", "qwen3_moe", 94, 4096, 151936, 40960, false, normed(64, 4, 128), experts(128, 8, 1536)},
        {"deepseek_v3", "deepseek_v3", 61, 7168, 129280, 163840, false, latent(128), experts(256, 8, 2048, 2048, true),
         3, 18432, 0, "fp8"},
        {"kimi_k2", "kimi_k2", 61, 7168, 163840, 131072, false, latent(64), experts(384, 8, 2048, 2048, true), 1, 18432,
         0, "fp8"},
        {"gpt_oss_20b", "gpt_oss", 24, 2880, 201088, 131072, false, sinks(128), oss(32), 0, 0, 2, "mxfp4"},
        {"gpt_oss_120b", "gpt_oss", 36, 2880, 201088, 131072, false, sinks(128), oss(128), 0, 0, 2, "mxfp4"},
        {"phi_4", "phi3", 40, 5120, 100352, 16384, false, grouped(40, 10, 128), {.inner = 17920}},
    };
    return all;
}

/// The names of the zoo's language models.
[[nodiscard]] inline std::vector<std::string_view> language_names() {
    std::vector<std::string_view> names;
    for (const language_entry& one : language_entries()) names.push_back(one.name);
    return names;
}

/// The language model called `name`, or nullptr.
[[nodiscard]] inline const language_entry* find_language(std::string_view name) {
    for (const language_entry& one : language_entries())
        if (one.name == name) return &one;
    return nullptr;
}

/// Builds a language model of the zoo.
[[nodiscard]] inline language_model build_language(const language_entry& from) {
    language_model model;
    model.name = from.name;
    model.family = from.family;
    model.vocabulary = from.vocabulary;
    model.width = from.width;
    model.longest = from.longest;
    model.tied = from.tied;
    language_block full{from.attention, from.network};
    full.attention.window = 0;
    language_block windowed{from.attention, from.network};
    language_block dense = full;
    dense.feed_forward = {.inner = from.dense_inner};
    model.blocks = {full};
    const auto second = static_cast<std::uint16_t>(1);
    if (from.first_dense > 0) model.blocks.push_back(dense);
    if (from.window_period > 0) model.blocks.push_back(windowed);
    for (std::int64_t i = 0; i < from.layers; ++i) {
        const bool other = i < from.first_dense || (from.window_period > 0 && (i + 1) % from.window_period != 0);
        model.order.push_back(other ? second : std::uint16_t{0});
    }
    const datatype format = parse_datatype(from.format);
    model.stored.experts = format;
    if (from.format != "mxfp4") model.stored.attention = model.stored.dense = format;
    return model;
}

/// The language model called `name`; throws unknown_name with the nearest one.
[[nodiscard]] inline language_model build_language(std::string_view name) {
    if (const language_entry* const one = find_language(name)) return build_language(*one);
    throw unknown_name("language model", name, qutibench::detail::nearest_name(name, language_names()));
}

}  // namespace qutibench::zoo
