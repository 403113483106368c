// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Decoders of the usual kind by their config.json: Llama and what follows it, with experts, windows, latent or linear
/// attention.
#pragma once

#include <qutibench/io/language/config_experts.hpp>

namespace qutibench::detail {

/// Reads the decoder of one config.json.
class decoder_reader {
public:
    explicit decoder_reader(config_reading& in) : in_(in), fields_(in.fields), model_(in.model), family_(in.family) {}

    void read() {
        in_.dimensions();
        if (fields_.flag_or({"use_cla"}, false))
            fields_.place().fail("'use_cla' lets layers share their caches, which is not modelled");
        normalizations();
        model_.head_bias = fields_.flag_or({"lm_head_bias"}, is_phi());
        const attention_block base = family_.style == family_style::latent ? latent() : grouped();
        const std::vector<std::string> kinds = layer_types();
        for (std::int64_t i = 0; i < in_.layers; ++i) {
            language_block block{base, experts_or_dense(in_, i)};
            const std::string& kind = kinds[static_cast<std::size_t>(i)];
            if (kind == "linear_attention")
                block.attention = linear();
            else if (kind != "sliding_attention" && kind != "chunked_attention")
                block.attention.window = 0;
            in_.append(block);
        }
    }

private:
    [[nodiscard]] bool is_phi() const { return family_.style == family_style::phi; }

    void normalizations() {
        norm_style& norms = model_.norms;
        norms.mean = family_.norms == family_norm::shift || is_phi();
        norms.scaled = family_.norms != family_norm::none;
        norms.after = family_.after_norms;
        norms.before = family_.before_norms;
        const bool side_by_side =
            fields_.flag_or({"use_parallel_residual", "use_parallel_block"}, family_.side_by_side || is_phi());
        norms.shared = norms.parallel = side_by_side;
    }

    [[nodiscard]] attention_block grouped() {
        attention_block a;
        a.heads = fields_.count({"num_attention_heads"});
        const bool apart = fields_.flag_or({"multi_query_attention"}, true);
        a.key_heads = fields_.count_or({"num_key_value_heads", "multi_query_group_num"}, a.heads);
        if (!apart || a.key_heads == 0) a.key_heads = a.heads;
        a.key_width = fields_.count_or({"head_dim", "attention_head_dim", "kv_channels"}, 0);
        if (a.key_width == 0) a.key_width = std::max<std::int64_t>(model_.width / a.heads, 1);
        a.value_width = std::max<std::int64_t>(fields_.count_or({"v_head_dim"}, a.key_width), 1);
        a.rotated = std::min(a.key_width, fields_.count_or({"rotary_dim"}, rotated_of(a.key_width)));
        a.window = fields_.count_or({"sliding_window", "attention_chunk_size"}, 0);
        biases(a);
        a.sinks = family_.type == "gpt_oss";
        a.gated = fields_.flag_or({"attn_output_gate"}, family_.type == "qwen3_next");
        const bool norms = fields_.flag_or({"use_qk_norm", "qk_layernorm"}, family_.head_norms != head_norm::none);
        if (norms && family_.type != "llama4_text")  // whose normalisation of heads has no scale
            a.norm = family_.head_norms != head_norm::none                         ? family_.head_norms
                     : family_.norms == family_norm::shift || family_.side_by_side ? head_norm::per_layer
                                                                                   : head_norm::per_head;
        return a;
    }

    [[nodiscard]] std::int64_t rotated_of(std::int64_t width) {
        double share = fields_.number_or({"partial_rotary_factor", "rotary_pct"}, family_.rotary);
        if (const auto rope = fields_.find({"rope_parameters"}); rope && rope->is_object())
            share = config_fields(*rope).number_or({"partial_rotary_factor"}, share);
        return static_cast<std::int64_t>(static_cast<double>(width) * std::min(share, 1.0));
    }

    // Where one flag says that there are biases, the output has one too, unless the family's never has.
    void biases(attention_block& a) {
        const bool stated =
            fields_.flag_or({"attention_bias", "use_bias", "bias"}, family_.biased || family_.query_bias || is_phi());
        a.bias = fields_.flag_or({"qkv_bias", "use_qkv_bias", "add_qkv_bias"}, stated);
        a.output_bias = fields_.flag_or({"attention_out_bias"},
                                        family_.type == "gpt_oss" || is_phi() || (!family_.query_bias && stated));
        if (is_phi()) a.bias = true;
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

    [[nodiscard]] std::vector<std::string> layer_types() {
        const auto count = static_cast<std::size_t>(in_.layers);
        std::vector<std::string> kinds(count, "full_attention");
        const auto stated = fields_.find({"layer_types"});
        const std::int64_t interval = fields_.count_or({"full_attention_interval"}, 0);
        if (stated && stated->is_array()) {
            const auto all = stated->elements();
            if (all.size() < count) stated->fail(message({"names ", all.size(), " layers of ", in_.layers}));
            for (std::size_t i = 0; i < count; ++i) kinds[i] = kind_of(all[i]);
        } else if (interval > 0) {
            for (std::size_t i = 0; i < count; ++i)
                if ((i + 1) % static_cast<std::size_t>(interval) != 0) kinds[i] = "linear_attention";
        } else if (fields_.count_or({"sliding_window", "attention_chunk_size"}, 0) > 0 &&
                   fields_.flag_or({"use_sliding_window"}, true)) {
            std::int64_t period = family_.window_period;
            for (const std::string_view name : {"sliding_window_pattern", "_sliding_window_pattern"})
                if (const auto found = fields_.find({name}); found && found->value().is_number())
                    period = fields_.count_or({name}, period);
            const bool all = period <= 0;
            for (std::size_t i = 0; i < count; ++i)
                if (all || (i + 1) % static_cast<std::size_t>(period) != 0) kinds[i] = "sliding_attention";
        }
        return kinds;
    }

    // Kinds of layers that are not known would be counted as what they are not.
    [[nodiscard]] static std::string kind_of(const json_reader& at) {
        constexpr std::array<std::string_view, 4> known = {"full_attention", "sliding_attention", "chunked_attention",
                                                           "linear_attention"};
        std::string kind = at.text();
        if (std::find(known.begin(), known.end(), kind) == known.end())
            at.fail(message({"the kind of layer '", kind, "' is not known", suggestion(kind, known)}));
        return kind;
    }

    config_reading& in_;
    config_fields& fields_;
    language_model& model_;
    const language_family& family_;
};

/// DBRX: attention and experts have objects of their own.
inline void read_dbrx(config_reading& in) {
    in.dimensions();
    const auto attention = in.fields.find({"attn_config"});
    const auto experts = in.fields.find({"ffn_config"});
    if (!attention || !experts)
        in.fields.place().fail("the fields 'attn_config' and 'ffn_config' are missing, which state heads and experts");
    config_fields heads(*attention);
    config_fields network(*experts);
    language_block block;
    in.split_heads(block.attention, in.fields.count({"n_heads"}), heads.count({"kv_n_heads"}));
    block.attention.rotated = block.attention.key_width;
    block.feed_forward.experts = network.count({"moe_num_experts"});
    block.feed_forward.chosen = network.count({"moe_top_k"}, block.feed_forward.experts);
    block.feed_forward.expert_inner = network.count({"ffn_hidden_size"});
    in.repeat(block);
}

}  // namespace qutibench::detail
