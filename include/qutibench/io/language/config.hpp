// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Language models from the config.json of a checkpoint.
#pragma once

#include <qutibench/detail/checked.hpp>
#include <qutibench/io/file.hpp>
#include <qutibench/io/language/config_remarks.hpp>
#include <qutibench/io/language/families.hpp>
#include <qutibench/io/language/quantization.hpp>

namespace qutibench {

namespace detail {

/// Reads one config.json.
class config_reader {
public:
    config_reader(const json_reader& document, language_model& model)
        : fields_(text_part(document, model)), model_(model) {
        config_fields outer(document);
        if (const auto found = outer.find({"quantization_config"})) quantized_ = *found;
        tied_ = outer.flag_or({"tie_word_embeddings"}, fields_.flag_or({"tie_word_embeddings"}, false));
        has_tied_ = outer.find({"tie_word_embeddings"}) || fields_.find({"tie_word_embeddings"});
    }

    void read() {
        const language_family& family = family_of();
        model_.family = family.type;
        model_.gelu = family.gelu;
        model_.tied = has_tied_ ? tied_ : family.tied;
        switch (family.style) {
            case family_style::decoder:
            case family_style::latent:
            case family_style::phi:
                decoder(family);
                break;
            case family_style::bert:
                bert();
                break;
            case family_style::t5:
                t5();
                break;
            default:
                gpt(family);
        }
        formats();
        fields_.ignore(config_remarks);
        for (const std::string& one : fields_.unread())
            model_.warnings.push_back("the field '" + one + "' is not known and was left out");
    }

private:
    // Models that see and speak keep their language model in a part of its own.
    [[nodiscard]] static json_reader text_part(const json_reader& document, language_model& model) {
        config_fields outer(document);
        const auto part = outer.find({"text_config", "language_config", "llm_config"});
        if (!part) return document;
        for (const std::string_view other : {"vision_config", "audio_config", "vision_tower_config"})
            if (outer.find({other}))
                model.warnings.push_back("'" + std::string(other) +
                                         "' is left out: the language model alone is counted");
        return *part;
    }

    [[nodiscard]] const language_family& family_of() {
        std::array<std::string_view, language_families.size()> known{};
        const auto type = fields_.find({"model_type"});
        if (!type) fields_.place().fail("the field 'model_type' is missing, which says how the others are meant");
        const std::string name = type->text();
        for (std::size_t i = 0; i < known.size(); ++i) {
            known[i] = language_families[i].type;
            if (known[i] == name) return language_families[i];
        }
        const auto architectures = fields_.find({"architectures"});
        type->fail(message({"the architecture '", name, "' is not known: how its layers follow from its fields",
                            architectures ? " (" + architectures->value().dump().substr(0, 80) + ")" : std::string(),
                            " has to be stated in io/language/families.hpp", suggestion(name, known)}));
    }

    void dimensions() {
        model_.vocabulary = fields_.count({"vocab_size"}, 100'000'000);
        model_.width = fields_.count({"hidden_size", "n_embd", "d_model"});
        model_.longest = fields_.count_or({"max_position_embeddings", "n_positions", "seq_length"}, 0);
        layers_ = fields_.count({"num_hidden_layers", "n_layer", "num_layers"}, 10'000);
    }

    void decoder(const language_family& family) {
        dimensions();
        model_.norms.after = family.after_norms;
        if (family.style == family_style::phi) {
            model_.norms = {.mean = true, .shared = true, .parallel = true};
            model_.head_bias = true;
        }
        const attention_block base = family.style == family_style::latent ? latent() : grouped(family);
        const std::vector<std::string> kinds = layer_types(family);
        for (std::int64_t i = 0; i < layers_; ++i) {
            language_block block{base, network(family, i)};
            const std::string& kind = kinds[static_cast<std::size_t>(i)];
            if (kind == "linear_attention")
                block.attention = linear();
            else if (kind != "sliding_attention" && kind != "chunked_attention")
                block.attention.window = 0;
            append(block);
        }
    }

    [[nodiscard]] attention_block grouped(const language_family& family) {
        attention_block a;
        a.heads = fields_.count({"num_attention_heads"});
        a.key_heads = std::max<std::int64_t>(fields_.count_or({"num_key_value_heads"}, a.heads), 1);
        a.key_width = fields_.count_or({"head_dim"}, 0);
        if (a.key_width == 0) a.key_width = std::max<std::int64_t>(model_.width / a.heads, 1);
        a.value_width = std::max<std::int64_t>(fields_.count_or({"v_head_dim"}, a.key_width), 1);
        double share = fields_.number_or({"partial_rotary_factor"}, 1);
        if (const auto rope = fields_.find({"rope_parameters"}); rope && rope->is_object())
            share = config_fields(*rope).number_or({"partial_rotary_factor"}, share);
        a.rotated =
            fields_.count_or({"rotary_dim"}, static_cast<std::int64_t>(static_cast<double>(a.key_width) * share));
        a.rotated = std::min(a.rotated, a.key_width);
        a.window = fields_.count_or({"sliding_window"}, 0);
        a.bias = fields_.flag_or({"attention_bias", "qkv_bias", "use_qkv_bias"}, family.query_bias);
        a.output_bias = family.type == "gpt_oss" || family.style == family_style::phi || (!family.query_bias && a.bias);
        if (family.style == family_style::phi) a.bias = true;
        a.sinks = family.type == "gpt_oss";
        a.gated = fields_.flag_or({"attn_output_gate"}, family.type == "qwen3_next");
        const bool norms = fields_.flag_or({"use_qk_norm", "qk_layernorm"}, family.head_norms);
        if (norms) a.norm = family.type == "minimax_m2" ? head_norm::per_layer : head_norm::per_head;
        return a;
    }

    [[nodiscard]] attention_block latent() {
        attention_block a;
        a.kind = attention_kind::latent;
        a.heads = a.key_heads = fields_.count({"num_attention_heads"});
        static_cast<void>(fields_.count_or({"num_key_value_heads", "head_dim"}, 0));
        a.query_rank = fields_.count_or({"q_lora_rank"}, 0);
        a.latent = fields_.count({"kv_lora_rank"});
        a.rope = a.rotated = fields_.count({"qk_rope_head_dim"});
        a.key_width = fields_.count({"qk_nope_head_dim"}) + a.rope;
        static_cast<void>(fields_.count_or({"qk_head_dim"}, 0));
        a.value_width = fields_.count({"v_head_dim"});
        a.bias = a.output_bias = fields_.flag_or({"attention_bias"}, false);
        a.top_keys = fields_.count_or({"index_topk"}, 0);
        if (a.top_keys > 0) {
            a.index_heads = fields_.count({"index_n_heads"});
            a.index_width = fields_.count({"index_head_dim"});
        }
        return a;
    }

    [[nodiscard]] attention_block linear() {
        attention_block a;
        a.kind = attention_kind::linear;
        a.heads = fields_.count({"linear_num_value_heads"});
        a.key_heads = fields_.count({"linear_num_key_heads"});
        a.key_width = fields_.count({"linear_key_head_dim"});
        a.value_width = fields_.count({"linear_value_head_dim"});
        a.kernel = fields_.count_or({"linear_conv_kernel_dim"}, 4);
        return a;
    }

    [[nodiscard]] std::vector<std::string> layer_types(const language_family& family) {
        const auto count = static_cast<std::size_t>(layers_);
        std::vector<std::string> kinds(count, "full_attention");
        const auto stated = fields_.find({"layer_types"});
        const std::int64_t interval = fields_.count_or({"full_attention_interval"}, 0);
        if (stated && stated->is_array()) {
            const auto all = stated->elements();
            if (all.size() < count) stated->fail(message({"names ", all.size(), " layers of ", layers_}));
            for (std::size_t i = 0; i < count; ++i) kinds[i] = all[i].text();
        } else if (interval > 0) {
            for (std::size_t i = 0; i < count; ++i)
                if ((i + 1) % static_cast<std::size_t>(interval) != 0) kinds[i] = "linear_attention";
        } else if (fields_.count_or({"sliding_window"}, 0) > 0 && fields_.flag_or({"use_sliding_window"}, true)) {
            const std::int64_t period =
                fields_.count_or({"sliding_window_pattern", "_sliding_window_pattern"}, family.window_period);
            const bool all = period <= 0;
            for (std::size_t i = 0; i < count; ++i)
                if (all || (i + 1) % static_cast<std::size_t>(period) != 0) kinds[i] = "sliding_attention";
        }
        return kinds;
    }

    [[nodiscard]] feed_forward_block network(const language_family& family, std::int64_t layer) {
        feed_forward_block f;
        f.gated = family.style != family_style::phi;
        f.bias = fields_.flag_or({"mlp_bias"}, family.style == family_style::phi);
        const std::int64_t experts =
            fields_.count_or({"num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"}, 0);
        const std::int64_t inner = fields_.count_or({"intermediate_size"}, 4 * model_.width);
        if (experts == 0 || !is_sparse(layer)) {
            f.inner = std::max<std::int64_t>(inner, 1);
            return f;
        }
        f.experts = experts;
        f.chosen = fields_.count({"num_experts_per_tok", "moe_topk", "num_experts_per_token"}, experts);
        f.expert_inner = fields_.count_or({"moe_intermediate_size"}, inner);
        const std::int64_t shared = fields_.count_or({"n_shared_experts", "num_shared_experts"}, 0);
        f.shared_inner =
            fields_.count_or({"shared_expert_intermediate_size", "shared_intermediate_size"}, shared * f.expert_inner);
        f.shared_gate = f.shared_inner > 0 && family.type.starts_with("qwen");
        f.router_bias = fields_.flag_or({"use_routing_bias"}, family.router_bias || family.type == "gpt_oss");
        f.expert_bias = family.type == "gpt_oss";
        return f;
    }

    // Experts stand in every layer, but for those that the file takes out.
    [[nodiscard]] bool is_sparse(std::int64_t layer) {
        const std::int64_t first = fields_.count_or({"first_k_dense_replace"}, 0);
        const std::int64_t period =
            std::max<std::int64_t>(fields_.count_or({"decoder_sparse_step", "interleave_moe_layer_step"}, 1), 1);
        if (const auto only = fields_.find({"mlp_only_layers"}); only && only->is_array())
            for (const json& one : only->value())
                if (one == layer) return false;
        if (const auto every = fields_.find({"moe_layer_freq"}); every && every->is_array()) {
            const auto at = static_cast<std::size_t>(layer);
            return at >= every->value().size() || every->value()[at] != 0;
        }
        return layer >= first && (layer + 1) % period == 0;
    }

    void gpt(const language_family& family) {
        dimensions();
        const bool neox = family.style == family_style::gpt_neox;
        const bool second = family.style == family_style::gpt2;
        language_block block;
        attention_block& a = block.attention;
        a.heads = a.key_heads = fields_.count({"num_attention_heads", "n_head"});
        a.key_width = a.value_width = std::max<std::int64_t>(model_.width / a.heads, 1);
        a.bias = a.output_bias = fields_.flag_or({"attention_bias"}, second || neox);
        if (!second)
            a.rotated = std::min(
                a.key_width,
                fields_.count_or({"rotary_dim"}, static_cast<std::int64_t>(static_cast<double>(a.key_width) *
                                                                           fields_.number_or({"rotary_pct"}, 1))));
        block.feed_forward.inner = fields_.count_or({"intermediate_size", "n_inner"}, 4 * model_.width);
        block.feed_forward.gated = false;
        block.feed_forward.bias = true;
        const bool parallel = fields_.flag_or({"use_parallel_residual"}, !second);
        model_.norms = {.mean = true, .shared = family.style == family_style::gptj, .parallel = parallel};
        model_.head_bias = family.style == family_style::gptj;
        if (second) model_.positions = fields_.count({"n_positions", "n_ctx"});
        for (std::int64_t i = 0; i < layers_; ++i) append(block);
    }

    void bert() {
        dimensions();
        language_block block;
        attention_block& a = block.attention;
        a.heads = a.key_heads = fields_.count({"num_attention_heads"});
        a.key_width = a.value_width = std::max<std::int64_t>(model_.width / a.heads, 1);
        a.bias = a.output_bias = true;
        block.feed_forward = {.inner = fields_.count({"intermediate_size"}), .gated = false, .bias = true};
        model_.norms = {.mean = true, .before = false};
        model_.encoder = model_.embedding_norm = true;
        model_.final_norm = false;
        model_.positions = fields_.count({"max_position_embeddings"});
        model_.types = fields_.count_or({"type_vocab_size"}, 2);
        model_.pooler = model_.width;
        for (std::int64_t i = 0; i < layers_; ++i) append(block);
    }

    void t5() {
        dimensions();
        language_block block;
        attention_block& a = block.attention;
        a.heads = a.key_heads = fields_.count({"num_heads"});
        a.key_width = a.value_width = fields_.count({"d_kv"});
        const std::string projection = fields_.text_or({"feed_forward_proj"}, "relu");
        block.feed_forward = {.inner = fields_.count({"d_ff"}), .gated = projection.starts_with("gated")};
        model_.encoder = true;
        model_.relative = detail::multiply(fields_.count_or({"relative_attention_num_buckets"}, 32), a.heads);
        model_.warnings.emplace_back("the encoder alone is counted, not the decoder");
        for (std::int64_t i = 0; i < layers_; ++i) append(block);
    }

    void append(const language_block& block) {
        std::size_t at = 0;
        while (at < model_.blocks.size() && !(model_.blocks[at] == block)) ++at;
        if (at == model_.blocks.size()) model_.blocks.push_back(block);
        model_.order.push_back(static_cast<std::uint16_t>(at));
    }

    void formats() {
        const datatype base = torch_datatype(fields_.text_or({"torch_dtype", "dtype"}, "bfloat16"));
        model_.stored = language_precision(base);
        model_.stored.head = base;
        model_.stored.cache = base.bits > 16 ? bf16 : base;
        if (quantized_ && quantized_->is_object()) quantization_reader(*quantized_, model_).read();
    }

    config_fields fields_;
    language_model& model_;
    std::optional<json_reader> quantized_{};
    bool tied_ = false;
    bool has_tied_ = false;
    std::int64_t layers_ = 0;
};

}  // namespace detail

/// The language model that a config.json describes; `source` names the text in errors. Fields that are not known are
/// named in its `warnings`. Throws parse_error with the place of what is missing, wrong or outside its range, an
/// unknown architecture among them.
[[nodiscard]] inline language_model parse_language_config(std::string_view text, const std::string& source,
                                                          std::string name) {
    constexpr std::size_t largest = std::size_t{8} << 20U;
    if (text.size() > largest) throw parse_error(source, "", "a config.json has at most 8 MiB");
    const detail::json document = detail::parse_json(text, source);
    language_model model;
    model.name = std::move(name);
    const detail::json_reader reader(document, source);
    detail::config_reader(reader, model).read();
    return model;
}

}  // namespace qutibench
