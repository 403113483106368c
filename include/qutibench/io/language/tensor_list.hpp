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

/// The part of a language model that a tensor belongs to, by the names that checkpoints and GGUF files use.
[[nodiscard]] inline language_part part_of(std::string_view name) {
    const auto has = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
    if (has("norm") || has("_scale_inv") || has("sinks")) return language_part::norms;
    if (has("embed_tokens") || has("token_embd") || has("wte") || has("embed_in") || has("word_embeddings"))
        return language_part::embedding;
    if (has("lm_head") || name == "output.weight" || has("embed_out")) return language_part::head;
    if (has("_exps") || (has("experts") && !has("shared_expert"))) return language_part::experts;
    if (has("attn") || has("attention")) return language_part::attention;
    return language_part::dense;
}

/// Mean bytes of an element by part: what a mixture of formats comes to.
[[nodiscard]] inline std::array<double, language_parts> bytes_per_element(const tensor_list& list) {
    std::array<double, language_parts> size{};
    std::array<double, language_parts> count{};
    for (const stored_tensor& one : list.tensors) {
        const auto at = static_cast<std::size_t>(part_of(one.name));
        size[at] += static_cast<double>(one.bytes);
        count[at] += static_cast<double>(one.elements);
    }
    for (std::size_t i = 0; i < size.size(); ++i) size[i] = count[i] > 0 ? size[i] / count[i] : 0;
    return size;
}

}  // namespace qutibench
