// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// In which format each part of a language model is stored.
#pragma once

#include <qutibench/datatype.hpp>
#include <qutibench/language/ggml_types.hpp>
#include <qutibench/names.hpp>

#include <span>
#include <string>
#include <vector>

namespace qutibench {

/// The parts of a language model whose formats differ in practice.
enum class language_part : unsigned char {
    attention,  ///< projections, and what is absorbed into attention
    dense,      ///< dense and shared feed-forward networks, routers
    experts,    ///< routed experts
    head,       ///< scores of the vocabulary
    embedding,  ///< the table of the vocabulary's vectors
    norms,      ///< scales of normalisations, sinks
};
inline constexpr int language_parts = 6;

template <>
inline constexpr enumeration<language_parts> names_of<language_part>{
    "part of a language model", {"attention", "dense", "experts", "head", "embedding", "norms"}};

/// The format that weights or a cache are stored in: a datatype, or a block format of GGML by its name, "q4_k" or
/// "Q8_0", as whole numbers whose scales take what the block takes besides. Throws unknown_name.
[[nodiscard]] inline datatype parse_stored_format(std::string_view name) {
    const ggml_type* const type = find_ggml_type(name);
    if (type == nullptr || type->block == 1) return parse_datatype(name);
    if (type->name == "MXFP4") return parse_datatype("mxfp4");
    if (type->name == "NVFP4") return parse_datatype("nvfp4");
    const auto whole = static_cast<int>(type->bits_per_element());
    datatype stored{number_family::integer, whole, 0, whole - 1};
    stored.block = static_cast<int>(type->block);
    stored.scale_bits = static_cast<int>(8 * type->bytes) - whole * stored.block;
    if (stored.scale_bits == 0) stored.block = 0;
    return stored;
}

/// Formats by part. One format stands for attention, dense and experts; head, embedding and cache stay in 16 bit, as
/// serving frameworks keep them unless told otherwise.
struct language_precision {
    datatype attention = bf16;
    datatype dense = bf16;
    datatype experts = bf16;
    datatype head = bf16;
    datatype cache = bf16;

    constexpr language_precision() = default;
    constexpr language_precision(const datatype& all) : attention(all), dense(all), experts(all) {}

    /// The format that the weights of a part are stored in.
    [[nodiscard]] constexpr const datatype& of(language_part part) const {
        switch (part) {
            case language_part::attention:
                return attention;
            case language_part::dense:
                return dense;
            case language_part::experts:
                return experts;
            default:
                return head;
        }
    }

    /// Sets the part called `name`: attention, dense, experts, head, or kv (also: cache). Throws unknown_name.
    void set(std::string_view name, const datatype& to) {
        if (name == "attention")
            attention = to;
        else if (name == "dense")
            dense = to;
        else if (name == "experts")
            experts = to;
        else if (name == "head")
            head = to;
        else if (name == "kv" || name == "cache")
            cache = to;
        else
            throw unknown_name("part of a language model", name,
                               detail::nearest_name(name, std::array<std::string_view, 5>{"attention", "dense",
                                                                                          "experts", "head", "kv"}));
    }

    friend constexpr bool operator==(const language_precision&, const language_precision&) = default;
};

/// "fp8"; parts that differ by name: "bf16 experts=mxfp4 kv=fp8". `parse_language_precisions` reads it.
[[nodiscard]] inline std::string to_string(const language_precision& of) {
    std::string text = to_string(of.attention);
    const auto add = [&](std::string_view part, const datatype& format, const datatype& usual) {
        if (!(format == usual)) text += " " + std::string(part) + "=" + to_string(format);
    };
    add("dense", of.dense, of.attention);
    add("experts", of.experts, of.attention);
    add("head", of.head, bf16);
    add("kv", of.cache, bf16);
    return text;
}

/// Precisions by words: a format begins one, "kv=fp8" changes a part of the one before it, or of `stored` where none
/// has begun. No word: `stored` alone. Throws what `parse_stored_format` and `language_precision::set` throw.
[[nodiscard]] inline std::vector<language_precision> parse_language_precisions(const language_precision& stored,
                                                                               std::span<const std::string> words) {
    std::vector<language_precision> all;
    for (const std::string_view word : words) {
        const std::size_t equals = word.find('=');
        if (equals == std::string_view::npos) {
            all.emplace_back(parse_stored_format(word));
        } else {
            if (all.empty()) all.push_back(stored);
            all.back().set(word.substr(0, equals), parse_stored_format(word.substr(equals + 1)));
        }
    }
    if (all.empty()) all.push_back(stored);
    return all;
}

}  // namespace qutibench
