// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Language models from the header of a GGUF file: structure by its metadata, formats and bytes by its tensors.
#pragma once

#include <qutibench/detail/nearest.hpp>
#include <qutibench/io/language/gguf.hpp>
#include <qutibench/io/language/stored_formats.hpp>

namespace qutibench {

namespace detail {

/// Reads the structure from the metadata; keys as ggml's docs/gguf.md names them.
class gguf_structure {
public:
    gguf_structure(const gguf_header& header, const std::string& source)
        : header_(header), source_(source), architecture_(header.text("general.architecture")) {
        if (architecture_.empty())
            throw parse_error(source, "",
                              "the metadata lack 'general.architecture', which says how the others are meant");
    }

    [[nodiscard]] language_model read(std::string name) {
        language_model model;
        model.name = std::move(name);
        model.family = architecture_;
        model.width = required("embedding_length");
        model.longest = of("context_length", 0);
        model.tied = !has("output.weight");
        model.vocabulary = vocabulary(model.width);
        model.gelu = architecture_.starts_with("gemma");
        if (!header_.tensors.tensors.empty()) around(model);
        const std::int64_t blocks = required("block_count");
        if (blocks > 10'000) throw parse_error(source_, "", "block_count is past 10000");
        // the last ones predict several tokens at once
        const std::int64_t layers = std::max<std::int64_t>(blocks - of("nextn_predict_layers", 0), 1);
        for (std::int64_t i = 0; i < layers; ++i) append(model, {attention(i), network(i)});
        model.stored = fp16;
        model.stored.head = model.stored.cache = fp16;
        store_as(model, header_.tensors);
        compare(model);
        return model;
    }

private:
    /// What stands around attention and feed-forward, by the tensors that are there.
    void around(language_model& model) const {
        norm_style& norms = model.norms;
        norms.mean = has("blk.0.attn_norm.bias") || has("blk.0.attn_output_norm.bias");
        norms.before = has("blk.0.attn_norm.weight");
        norms.after = has("blk.0.post_ffw_norm.weight");
        norms.shared = norms.before && !has("blk.0.ffn_norm.weight") && !has("blk.0.post_attention_norm.weight") &&
                       !has("blk.0.attn_norm_2.weight");
        norms.parallel = norms.shared || has("blk.0.attn_norm_2.weight");
        model.encoder = has("token_types.weight");
        model.embedding_norm = has("token_embd_norm.weight");
        model.final_norm = has("output_norm.weight");
        model.head_bias = has("output.bias");
        if (const stored_tensor* const table = find("position_embd.weight"); table != nullptr)
            model.positions = table->elements / model.width;
        if (const stored_tensor* const table = find("token_types.weight"); table != nullptr)
            model.types = table->elements / model.width;
    }

    /// Throws unless the structure has as many elements as the file lists, to half a percent.
    void compare(language_model& model) const {
        if (header_.tensors.tensors.empty()) {
            model.warnings.emplace_back("the file lists no tensors");
            return;
        }
        std::int64_t listed = 0;
        std::string_view odd;
        for (const stored_tensor& one : header_.tensors.tensors) {
            if (!is_of_language(one.name, model.layers())) continue;
            listed = detail::add(listed, one.elements);
            for (const std::string_view word : {"ssm_", "shortconv", "time_mix", "cross_attn", "per_layer"})
                if (odd.empty() && one.name.find(word) != std::string::npos) odd = one.name;
        }
        const std::int64_t counted = count(model).total();
        if (std::abs(static_cast<double>(listed - counted)) <= .005 * static_cast<double>(counted)) return;
        throw parse_error(
            source_, "general.architecture",
            message({"the architecture '", architecture_, "' is not modelled: its tensors hold ", listed,
                     " elements, and blocks of attention and feed-forward would hold ", counted,
                     odd.empty() ? "" : "; a tensor that nothing here describes is '", odd, odd.empty() ? "" : "'"}));
    }

    [[nodiscard]] std::int64_t of(std::string_view key, std::int64_t otherwise) const {
        const std::int64_t value = header_.number(architecture_ + "." + std::string(key), otherwise);
        if (value < 0 || value > 1'000'000'000)
            throw parse_error(source_, architecture_ + "." + std::string(key), "must be between 0 and 1e9");
        return value;
    }
    [[nodiscard]] std::int64_t required(std::string_view key) const {
        const std::int64_t value = of(key, 0);
        if (value < 1)
            throw parse_error(source_, architecture_ + "." + std::string(key),
                              "is missing: this is no language model that the library knows");
        return value;
    }
    [[nodiscard]] const stored_tensor* find(std::string_view name) const {
        for (const stored_tensor& one : header_.tensors.tensors)
            if (one.name == name) return &one;
        return nullptr;
    }
    /// Rows of a matrix that is there; GGUF lists its columns first.
    [[nodiscard]] std::int64_t rows(std::string_view name) const {
        const stored_tensor* const one = find(name);
        return one != nullptr && one->extents.size() == 2 ? one->extents[1] : 0;
    }
    [[nodiscard]] bool has(std::string_view name) const { return find(name) != nullptr; }
    [[nodiscard]] std::int64_t vocabulary(std::int64_t width) const {
        if (const stored_tensor* const table = find("token_embd.weight"); table != nullptr && width > 0)
            return std::max<std::int64_t>(table->elements / width, 1);
        const auto tokens = header_.metadata.find("tokenizer.ggml.tokens");
        if (tokens != header_.metadata.end() && tokens->second.count > 0) return tokens->second.count;
        return required("vocab_size");
    }

    [[nodiscard]] attention_block attention(std::int64_t layer) const {
        const std::string at = "blk." + std::to_string(layer) + ".";
        attention_block a;
        a.heads = required("attention.head_count");
        a.key_heads = std::max<std::int64_t>(of("attention.head_count_kv", a.heads), 1);
        a.key_width = of("attention.key_length", required("embedding_length") / a.heads);
        a.value_width = of("attention.value_length", a.key_width);
        a.rotated = std::min(of("rope.dimension_count", a.key_width), a.key_width);
        a.bias = has(at + "attn_q.bias") || has(at + "attn_qkv.bias");
        a.output_bias = has(at + "attn_output.bias");
        a.sinks = has(at + "attn_sinks.weight");
        if (const stored_tensor* const scale = find(at + "attn_q_norm.weight"); scale != nullptr)
            a.norm =
                scale->elements == a.heads * a.key_width && a.heads > 1 ? head_norm::per_layer : head_norm::per_head;
        if (of("attention.sliding_window", 0) > 0 && is_windowed(layer)) a.window = of("attention.sliding_window", 0);
        if (of("attention.kv_lora_rank", 0) == 0) return a;
        a.kind = attention_kind::latent;
        a.key_heads = a.heads;
        a.query_rank = of("attention.q_lora_rank", 0);
        a.latent = of("attention.kv_lora_rank", 0);
        a.rope = a.rotated = of("rope.dimension_count", 64);
        a.key_width = of("attention.key_length_mla", of("attention.key_length", 192));
        a.value_width = of("attention.value_length_mla", of("attention.value_length", 128));
        if (a.key_width <= a.rope)
            throw parse_error(source_, "attention.key_length", "must be above rope.dimension_count");
        return a;
    }

    [[nodiscard]] bool is_windowed(std::int64_t layer) const {
        const std::int64_t period = architecture_ == "gemma3"                                 ? 6
                                    : architecture_ == "gemma2" || architecture_ == "gpt-oss" ? 2
                                                                                              : 0;
        return period == 0 || (layer + 1) % period != 0;
    }

    [[nodiscard]] feed_forward_block network(std::int64_t layer) const {
        const std::string at = "blk." + std::to_string(layer) + ".";
        feed_forward_block f;
        const std::int64_t experts = of("expert_count", 0);
        f.gated = header_.tensors.tensors.empty() || has(at + "ffn_gate.weight") || has(at + "ffn_gate_exps.weight") ||
                  (has(at + "ffn_up.weight") && rows(at + "ffn_up.weight") == 2 * of("feed_forward_length", 0));
        if (experts == 0 || layer < of("leading_dense_block_count", 0)) {
            f.inner = required("feed_forward_length");
            f.bias = has(at + "ffn_down.bias");
            return f;
        }
        f.experts = experts;
        f.chosen = std::min(std::max<std::int64_t>(of("expert_used_count", 1), 1), experts);
        f.expert_inner = of("expert_feed_forward_length", of("feed_forward_length", 1));
        f.shared_inner = of("expert_shared_feed_forward_length", of("expert_shared_count", 0) * f.expert_inner);
        f.router_bias = has(at + "exp_probs_b.bias") || has(at + "ffn_gate_inp.bias");
        f.expert_bias = has(at + "ffn_down_exps.bias");
        return f;
    }

    static void append(language_model& model, const language_block& block) {
        std::size_t at = 0;
        while (at < model.blocks.size() && !(model.blocks[at] == block)) ++at;
        if (at == model.blocks.size()) model.blocks.push_back(block);
        model.order.push_back(static_cast<std::uint16_t>(at));
    }

    const gguf_header& header_;
    const std::string& source_;
    std::string architecture_;
};

}  // namespace detail

/// The language model that a GGUF header describes. Throws parse_error that names the key which is missing or wrong.
[[nodiscard]] inline language_model to_language_model(const gguf_header& header, const std::string& source) {
    return detail::gguf_structure(header, source)
        .read(header.text("general.name").empty() ? source : header.text("general.name"));
}

}  // namespace qutibench
