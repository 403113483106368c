// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/language/config.hpp>
#include <qutibench/language/counts.hpp>

using namespace qutibench;

namespace {

[[nodiscard]] language_model parsed(const std::string& text) {
    return parse_language_config(text, "config.json", "model");
}

/// The fields of a config.json that say how a released model is built, and the elements of its tensors.
struct released {
    const char* name;
    std::int64_t parameters;
    const char* config;
};

}  // namespace

TEST_CASE("every family counts the parameters of a released model") {
    const released one = GENERATE(values<released>({
        {"gpt2", 124'439'808, R"({"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024,
          "vocab_size": 50257})"},
        {"EleutherAI/gpt-j-6b", 6'050'882'784, R"({"model_type": "gptj", "n_embd": 4096, "n_layer": 28, "n_head": 16,
          "n_positions": 2048, "rotary_dim": 64, "vocab_size": 50400, "tie_word_embeddings": false})"},
        {"EleutherAI/pythia-70m", 70'426'624, R"({"model_type": "gpt_neox", "hidden_size": 512,
          "intermediate_size": 2048, "num_attention_heads": 8, "num_hidden_layers": 6, "rotary_pct": 0.25,
          "vocab_size": 50304, "use_parallel_residual": true, "tie_word_embeddings": false})"},
        {"bert-base-uncased", 109'482'240, R"({"model_type": "bert", "hidden_size": 768, "intermediate_size": 3072,
          "num_attention_heads": 12, "num_hidden_layers": 12, "max_position_embeddings": 512, "type_vocab_size": 2,
          "vocab_size": 30522})"},
        {"t5-small, encoder", 35'330'816, R"({"model_type": "t5", "d_model": 512, "d_ff": 2048, "d_kv": 64,
          "num_heads": 8, "num_layers": 6, "vocab_size": 32128, "relative_attention_num_buckets": 32})"},
        {"microsoft/phi-2", 2'779'683'840, R"({"model_type": "phi", "hidden_size": 2560, "intermediate_size": 10240,
          "num_attention_heads": 32, "num_hidden_layers": 32, "partial_rotary_factor": 0.4, "vocab_size": 51200})"},
        {"microsoft/Phi-3-mini-4k-instruct", 3'821'079'552, R"({"model_type": "phi3", "hidden_size": 3072,
          "intermediate_size": 8192, "num_attention_heads": 32, "num_key_value_heads": 32, "num_hidden_layers": 32,
          "sliding_window": 2047, "vocab_size": 32064, "tie_word_embeddings": false})"},
        {"google/gemma-2b", 2'506'172'416, R"({"model_type": "gemma", "hidden_size": 2048, "intermediate_size": 16384,
          "num_attention_heads": 8, "num_key_value_heads": 1, "head_dim": 256, "num_hidden_layers": 18,
          "vocab_size": 256000})"},
        {"google/gemma-2-2b", 2'614'341'888, R"({"model_type": "gemma2", "hidden_size": 2304, "intermediate_size": 9216,
          "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "num_hidden_layers": 26,
          "sliding_window": 4096, "vocab_size": 256000})"},
        {"google/gemma-3-1b-pt", 999'885'952, R"({"model_type": "gemma3_text", "hidden_size": 1152,
          "intermediate_size": 6912, "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256,
          "num_hidden_layers": 26, "sliding_window": 512, "sliding_window_pattern": 6, "vocab_size": 262144})"},
        {"Qwen/Qwen1.5-MoE-A2.7B", 14'315'784'192, R"({"model_type": "qwen2_moe", "hidden_size": 2048,
          "intermediate_size": 5632, "moe_intermediate_size": 1408, "shared_expert_intermediate_size": 5632,
          "num_attention_heads": 16, "num_key_value_heads": 16, "num_hidden_layers": 24, "num_experts": 60,
          "num_experts_per_tok": 4, "decoder_sparse_step": 1, "vocab_size": 151936, "tie_word_embeddings": false})"},
        {"deepseek-ai/DeepSeek-V2-Lite", 15'706'484'224, R"({"model_type": "deepseek_v2", "hidden_size": 2048,
          "intermediate_size": 10944, "moe_intermediate_size": 1408, "n_routed_experts": 64, "n_shared_experts": 2,
          "num_experts_per_tok": 6, "first_k_dense_replace": 1, "num_attention_heads": 16, "num_key_value_heads": 16,
          "num_hidden_layers": 27, "q_lora_rank": null, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
          "qk_rope_head_dim": 64, "v_head_dim": 128, "vocab_size": 102400, "tie_word_embeddings": false})"},
    }));
    CAPTURE(one.name);
    const language_model model = parsed(one.config);
    CHECK(count(model).total() == one.parameters);
    for (const std::string& warning : model.warnings) CHECK(warning.find("is not known") == std::string::npos);
}

TEST_CASE("a field that nobody knows is named") {
    const language_model model = parsed(R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 128,
        "num_attention_heads": 4, "num_hidden_layers": 2, "vocab_size": 100, "mystery_rank": 7})");
    REQUIRE(model.warnings.size() == 1);
    CHECK(model.warnings[0].find("mystery_rank") != std::string::npos);
}

TEST_CASE("what is missing, wrong or unknown is an error that says so") {
    const auto message = [](const std::string& text) {
        try {
            static_cast<void>(parsed(text));
        } catch (const parse_error& wrong) {
            return std::string(wrong.what());
        }
        return std::string();
    };
    CHECK(message("{}").find("model_type") != std::string::npos);
    CHECK(message(R"({"model_type": "llamma"})").find("did you mean 'llama'") != std::string::npos);
    CHECK(message(R"({"model_type": "rwkv7"})").find("is not known") != std::string::npos);
    CHECK(message(R"({"model_type": "llama", "vocab_size": 10, "hidden_size": 8})").find("num_hidden_layers") !=
          std::string::npos);
    CHECK(message(R"({"model_type": "llama", "vocab_size": -1})").find("between 1 and") != std::string::npos);
    CHECK(message(R"({"model_type": "llama", "vocab_size": 1, "hidden_size": 1e300})").find("/hidden_size") !=
          std::string::npos);
    CHECK(message("[1]").find("object") != std::string::npos);
}

TEST_CASE("a checkpoint's quantisation says which parts are narrow") {
    const std::string head = R"({"model_type": "llama", "hidden_size": 64, "intermediate_size": 128, "vocab_size": 100,
        "num_attention_heads": 4, "num_hidden_layers": 2, "torch_dtype": "bfloat16", "quantization_config": )";
    const language_model fp8_model = parsed(head + R"({"quant_method": "fp8"}})");
    CHECK(fp8_model.stored.attention == fp8);
    CHECK(fp8_model.stored.dense == fp8);
    CHECK(fp8_model.stored.head == bf16);
    CHECK(fp8_model.stored.cache == bf16);
    const language_model awq = parsed(head + R"({"quant_method": "awq", "bits": 4, "group_size": 128}})");
    CHECK(awq.stored.dense.bits_per_element() == 4.125);
    const language_model kept = parsed(
        head + R"({"quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn", "lm_head"]}})");
    CHECK(kept.stored.attention == bf16);
    CHECK(kept.stored.dense == bf16);
    CHECK(kept.stored.experts == parse_datatype("mxfp4"));
    const language_model packed = parsed(head + R"({"quant_method": "compressed-tensors", "config_groups":
        {"group_0": {"weights": {"num_bits": 4, "type": "int", "group_size": 32}}}}})");
    CHECK(packed.stored.dense == parse_datatype("int4_block32_scale16"));
    CHECK(parsed(head + R"({"quant_method": "odd"}})").warnings.size() == 1);
}

TEST_CASE("formats of checkpoints, as their makers write them") {
    struct written {
        const char* quantization;
        double attention, dense, experts, head, cache;  // bits of an element
    };
    const written one = GENERATE(values<written>({
        // Qwen3-235B-A22B-FP8: blocks of 128 by 128
        {R"({"quant_method": "fp8", "activation_scheme": "dynamic", "weight_block_size": [128, 128]})", 8, 8, 8, 16,
         16},
        // Kimi-K2-Thinking: routed experts alone
        {R"({"quant_method": "compressed-tensors", "format": "pack-quantized", "ignore": ["lm_head",
             "re:.*self_attn.*", "re:.*shared_experts.*", "re:.*mlp\\.(gate|up|gate_up|down)_proj.*"],
             "config_groups": {"group_0": {"targets": ["Linear"],
             "weights": {"num_bits": 4, "group_size": 32, "type": "int", "strategy": "group"}}}})",
         16, 16, 4.5, 16, 16},
        // RedHatAI's FP8-dynamic: one scale a channel
        {R"({"quant_method": "compressed-tensors", "format": "float-quantized", "ignore": ["lm_head"],
             "config_groups": {"group_0": {"targets": ["Linear"],
             "weights": {"num_bits": 8, "group_size": null, "type": "float", "strategy": "channel"}}}})",
         8, 8, 8, 16, 16},
        // nvidia's FP4 exports, caches in fp8
        {R"({"quant_method": "modelopt", "quant_algo": "NVFP4", "kv_cache_scheme": {"num_bits": 8, "type": "float"},
             "ignore": ["lm_head", "model.layers.*.self_attn*"]})",
         16, 4.5, 4.5, 16, 8},
        {R"({"quant_method": "compressed-tensors", "format": "mxfp4-pack-quantized", "config_groups": {"group_0":
             {"targets": ["re:.*experts.*"], "weights": {"num_bits": 4, "group_size": 32, "type": "float"}}}})",
         16, 16, 4.25, 16, 16},
        {R"({"quant_method": "gptq", "bits": 8, "group_size": -1, "desc_act": true})", 8, 8, 8, 16, 16},
        {R"({"quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": true})", 4.125, 4.125, 4.125, 16, 16},
        {R"({"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "nf4",
             "bnb_4bit_use_double_quant": true})",
         4.125, 4.125, 4.125, 16, 16},
        {R"({"quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_quant_type": "nf4"})", 4.5, 4.5, 4.5, 16,
         16},
        {R"({"quant_method": "bitsandbytes", "load_in_8bit": true})", 8, 8, 8, 16, 16},
        {R"({"group_size": 64, "bits": 4, "mode": "affine"})", 4.5, 4.5, 4.5, 4.5, 16},  // MLX
        {R"({"quant_method": "hqq", "bits": 3, "group_size": 64})", 3.25, 3.25, 3.25, 16, 16},
    }));
    CAPTURE(one.quantization);
    const language_model model = parsed(R"({"model_type": "qwen3_moe", "hidden_size": 64, "vocab_size": 100,
        "num_attention_heads": 4, "num_hidden_layers": 2, "intermediate_size": 64, "num_experts": 4,
        "num_experts_per_tok": 2, "torch_dtype": "bfloat16", "quantization_config": )" +
                                        std::string(one.quantization) + "}");
    CHECK(model.warnings.empty());
    CHECK(model.stored.attention.bits_per_element() == one.attention);
    CHECK(model.stored.dense.bits_per_element() == one.dense);
    CHECK(model.stored.experts.bits_per_element() == one.experts);
    CHECK(model.stored.head.bits_per_element() == one.head);
    CHECK(model.stored.cache.bits_per_element() == one.cache);
}
