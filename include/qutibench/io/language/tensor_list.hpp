// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The tensors of a checkpoint, as its header lists them: names, shapes, formats and exact bytes.
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/language/precision.hpp>

#include <string>
#include <vector>

namespace qutibench {

/// One tensor of a checkpoint.
struct stored_tensor {
    std::string name{};
    std::vector<std::int64_t> extents{};  ///< as the file orders them
    std::string format{};                 ///< as the file names it: "BF16", "Q4_K"
    std::int64_t elements = 0;
    std::int64_t bytes = 0;
};

/// All tensors of a checkpoint, by one header or several.
struct tensor_list {
    std::vector<stored_tensor> tensors{};
    std::int64_t elements = 0;
    std::int64_t bytes = 0;

    void add(stored_tensor one) {
        elements = detail::add(elements, one.elements);
        bytes = detail::add(bytes, one.bytes);
        tensors.push_back(std::move(one));
    }
};

/// The part of a language model that a tensor belongs to, by the names that checkpoints and GGUF files use. Scales of
/// blocks belong to what they scale.
[[nodiscard]] inline language_part part_of(std::string_view name) {
    const auto has = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
    if (has("norm") || has("sinks") || has("rope_freqs")) return language_part::norms;
    if (has("embed_tokens") || has("token_embd") || has("wte") || has("embed_in") || has("word_embeddings"))
        return language_part::embedding;
    if (has("lm_head") || name == "output.weight" || has("embed_out")) return language_part::head;
    if (has("_exps") || (has("experts") && !has("shared_expert"))) return language_part::experts;
    if (has("attn") || has("attention")) return language_part::attention;
    return language_part::dense;
}

/// Whether a tensor is of the language model itself: in none of the layers past its last, which predict several tokens
/// at once, and in no part that sees or hears.
[[nodiscard]] inline bool is_of_language(std::string_view name, std::int64_t layers) {
    for (const std::string_view other : {"visual.", "vision_", "audio_", "multi_modal_projector", "mtp."})
        if (name.find(other) != std::string_view::npos) return false;
    std::size_t at = name.find("layers.");
    if (at != std::string_view::npos)
        at += 7;
    else if (name.starts_with("blk."))
        at = 4;
    else
        return true;
    std::int64_t layer = 0;
    for (const char digit : name.substr(at)) {
        if (digit < '0' || digit > '9' || layer > 1'000'000) break;
        layer = layer * 10 + (digit - '0');
    }
    return layer < layers;
}

/// Bytes by part of what belongs to a language model of so many layers.
[[nodiscard]] inline std::array<std::int64_t, language_parts> bytes_by_part(const tensor_list& list,
                                                                            std::int64_t layers) {
    std::array<std::int64_t, language_parts> sum{};
    for (const stored_tensor& one : list.tensors)
        if (is_of_language(one.name, layers)) {
            std::int64_t& part = sum[static_cast<std::size_t>(part_of(one.name))];
            part = detail::add(part, one.bytes);
        }
    return sum;
}

}  // namespace qutibench
