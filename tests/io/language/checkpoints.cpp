// SPDX-License-Identifier: BSD-3-Clause
// Headers with the names, shapes and formats of released checkpoints: exact bytes, and the model that they make.
#include "catch.hpp"
#include "io/language/checkpoint.hpp"

#include <qutibench/io/language/load.hpp>
#include <qutibench/language/memory.hpp>

#include <filesystem>
#include <fstream>

using namespace qutibench;
using namespace qutibench_test;

namespace {

/// A decoder of grouped heads, dense or with experts.
struct decoder {
    const char* type;
    std::int64_t layers, width, heads, keys, head, inner, vocabulary;
    bool tied = false;
    bool bias = false;
    bool normed_heads = false;
    bool after_norms = false;
    std::int64_t experts = 0;
    std::int64_t chosen = 0;
};

constexpr decoder llama_8b{"llama", 32, 4096, 32, 8, 128, 14336, 128256};
constexpr decoder llama_70b{"llama", 80, 8192, 64, 8, 128, 28672, 128256};
constexpr decoder mixtral{"mixtral", 32, 4096, 32, 8, 128, 14336, 32000, false, false, false, false, 8, 2};
constexpr decoder qwen2_5_7b{"qwen2", 28, 3584, 28, 4, 128, 18944, 152064, false, true};
constexpr decoder qwen3_8b{"qwen3", 36, 4096, 32, 8, 128, 12288, 151936, false, false, true};
constexpr decoder qwen3_30b{"qwen3_moe", 48, 2048, 32, 4, 128, 768, 151936, false, false, true, false, 128, 8};
constexpr decoder gemma_2_2b{"gemma2", 26, 2304, 8, 4, 256, 9216, 256000, true, false, false, true};
constexpr decoder gpt_oss_20b{"gpt_oss", 24, 2880, 64, 8, 64, 2880, 201088, false, true, false, false, 32, 4};
constexpr decoder gpt_oss_120b{"gpt_oss", 36, 2880, 64, 8, 64, 2880, 201088, false, true, false, false, 128, 4};

[[nodiscard]] std::string config_of(const decoder& m, const std::string& quantization) {
    const auto field = [](const char* key, std::int64_t value) {
        return std::string(",\"") + key + "\":" + std::to_string(value);
    };
    std::string json = std::string(R"({"model_type":")") + m.type + "\"" + field("num_hidden_layers", m.layers) +
                       field("hidden_size", m.width) + field("num_attention_heads", m.heads) +
                       field("num_key_value_heads", m.keys) + field("head_dim", m.head) +
                       field("intermediate_size", m.inner) + field("vocab_size", m.vocabulary);
    if (m.experts > 0)
        json += field("num_local_experts", m.experts) + field("num_experts_per_tok", m.chosen) +
                (std::string(m.type) == "qwen3_moe" ? field("moe_intermediate_size", m.inner) : "");
    if (std::string(m.type) == "gpt_oss" || std::string(m.type) == "gemma2") json += field("sliding_window", 128);
    json += std::string(R"(,"tie_word_embeddings":)") + (m.tied ? "true" : "false");
    return json + (quantization.empty() ? "" : ",\"quantization_config\":" + quantization) + "}";
}

/// A matrix in a format as released checkpoints spell it.
void linear(safetensors_writer& file, const std::string& name, std::int64_t out, std::int64_t in,
            const std::string& format) {
    if (format == "fp8") {
        file.add(name + ".weight", "F8_E4M3", {out, in});
        file.add(name + ".weight_scale_inv", "BF16", {(out + 127) / 128, (in + 127) / 128});
    } else if (format == "awq") {
        file.add(name + ".qweight", "I32", {in, out / 8});
        file.add(name + ".qzeros", "I32", {in / 128, out / 8});
        file.add(name + ".scales", "F16", {in / 128, out});
    } else if (format == "nvfp4") {
        file.add(name + ".weight", "U8", {out, in / 2});
        file.add(name + ".weight_scale", "F8_E4M3", {out, in / 16});
        file.add(name + ".weight_scale_2", "F32", {});
        file.add(name + ".input_scale", "F32", {});
    } else {
        file.add(name + ".weight", "BF16", {out, in});
    }
}

[[nodiscard]] safetensors_writer checkpoint_of(const decoder& m, const std::string& format) {
    safetensors_writer file;
    const bool blocks = format == "mxfp4";
    file.add("model.embed_tokens.weight", "BF16", {m.vocabulary, m.width});
    for (std::int64_t i = 0; i < m.layers; ++i) {
        const std::string at = "model.layers." + std::to_string(i) + ".";
        for (const auto& [name, out, in] :
             {std::tuple("q_proj", m.heads * m.head, m.width), std::tuple("k_proj", m.keys * m.head, m.width),
              std::tuple("v_proj", m.keys * m.head, m.width), std::tuple("o_proj", m.width, m.heads * m.head)}) {
            linear(file, at + "self_attn." + name, out, in, format);
            if (m.bias && (blocks || name[0] != 'o')) file.add(at + "self_attn." + name + ".bias", "BF16", {out});
        }
        if (blocks) file.add(at + "self_attn.sinks", "BF16", {m.heads});
        if (m.normed_heads)
            for (const char* which : {"q_norm", "k_norm"})
                file.add(at + "self_attn." + which + ".weight", "BF16", {m.head});
        file.add(at + "input_layernorm.weight", "BF16", {m.width});
        file.add(at + "post_attention_layernorm.weight", "BF16", {m.width});
        if (m.after_norms) {
            file.add(at + "pre_feedforward_layernorm.weight", "BF16", {m.width});
            file.add(at + "post_feedforward_layernorm.weight", "BF16", {m.width});
        }
        const auto network = [&](const std::string& of) {
            linear(file, of + "gate_proj", m.inner, m.width, format);
            linear(file, of + "up_proj", m.inner, m.width, format);
            linear(file, of + "down_proj", m.width, m.inner, format);
        };
        if (blocks) {
            file.add(at + "mlp.router.weight", "BF16", {m.experts, m.width});
            file.add(at + "mlp.router.bias", "BF16", {m.experts});
            for (const auto& [name, out, in] :
                 {std::tuple("gate_up_proj", 2 * m.inner, m.width), std::tuple("down_proj", m.width, m.inner)}) {
                const std::string tensor = at + "mlp.experts." + name;
                file.add(tensor + "_blocks", "U8", {m.experts, out, in / 32, 16});
                file.add(tensor + "_scales", "U8", {m.experts, out, in / 32});
                file.add(tensor + "_bias", "BF16", {m.experts, out});
            }
        } else if (m.experts > 0) {
            file.add(at + "mlp.gate.weight", "BF16", {m.experts, m.width});
            for (std::int64_t e = 0; e < m.experts; ++e) network(at + "mlp.experts." + std::to_string(e) + ".");
        } else {
            network(at + "mlp.");
        }
    }
    file.add("model.norm.weight", "BF16", {m.width});
    if (!m.tied) file.add("lm_head.weight", "BF16", {m.vocabulary, m.width});
    return file;
}

/// A folder that is gone with the test.
class folder {
public:
    folder() { std::filesystem::create_directories(path_); }
    ~folder() { std::filesystem::remove_all(path_); }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
        return (path_ / name).string();
    }

private:
    std::filesystem::path path_ = std::filesystem::temp_directory_path() / "qutibench_checkpoint";
};

struct released {
    const char* name;
    decoder model;
    const char* format;
    const char* quantization;
    std::int64_t bytes;
    std::int64_t parameters;
};

}  // namespace

TEST_CASE("the safetensors of ten released checkpoints have their bytes") {
    // bf16 and mxfp4: `total_size` of each release's model.safetensors.index.json; fp8, awq and nvfp4: the blocks of
    // their formats worked out by hand from the same shapes
    const auto one = GENERATE(values<released>({
        {"meta-llama/Llama-3.1-8B", llama_8b, "bf16", "", 16'060'522'496, 8'030'261'248},
        {"meta-llama/Llama-3.1-70B", llama_70b, "bf16", "", 141'107'412'992, 70'553'706'496},
        {"mistralai/Mixtral-8x7B-v0.1", mixtral, "bf16", "", 93'405'585'408, 46'702'792'704},
        {"Qwen/Qwen2.5-7B", qwen2_5_7b, "bf16", "", 15'231'233'024, 7'615'616'512},
        {"Qwen/Qwen3-8B", qwen3_8b, "bf16", "", 16'381'470'720, 8'190'735'360},
        {"Qwen/Qwen3-30B-A3B", qwen3_30b, "bf16", "", 61'064'245'248, 30'532'122'624},
        {"google/gemma-2-2b", gemma_2_2b, "bf16", "", 5'228'683'776, 2'614'341'888},
        {"openai/gpt-oss-20b", gpt_oss_20b, "mxfp4",
         R"({"quant_method":"mxfp4","modules_to_not_convert":["model.layers.*.self_attn"]})", 13'761'264'768,
         20'914'757'184},
        {"openai/gpt-oss-120b", gpt_oss_120b, "mxfp4",
         R"({"quant_method":"mxfp4","modules_to_not_convert":["model.layers.*.self_attn"]})", 65'248'815'744,
         116'829'156'672},
        {"Qwen3-30B-A3B-FP8", qwen3_30b, "fp8", R"({"quant_method":"fp8"})", 31'170'895'872, 30'532'122'624},
        {"Llama-3.1-8B-AWQ-INT4", llama_8b, "awq", R"({"quant_method":"awq","bits":4,"group_size":128})", 5'727'854'592,
         8'030'261'248},
        {"Llama-3.1-8B-FP4", llama_8b, "nvfp4", R"({"quant_method":"modelopt","quant_algo":"NVFP4"})", 6'027'749'120,
         8'030'261'248},
    }));
    CAPTURE(one.name);
    const safetensors_writer file = checkpoint_of(one.model, one.format);
    const folder here;
    static_cast<void>(here.write("config.json", config_of(one.model, one.quantization)));
    constexpr std::size_t files = 3;
    for (std::size_t i = 0; i < files; ++i)
        static_cast<void>(here.write(safetensors_writer::file_name(i, files), file.text(i, files)));
    const language_model model = load_language_model(here.write("model.safetensors.index.json", file.index(files)));
    CHECK(model.stored_bytes == one.bytes);
    CHECK(count(model).total() == one.parameters);
    CHECK(load_tensor_list(here.write("model.safetensors", file.text())).bytes == one.bytes);
    // by part, to the 4096th of a bit that a mean format keeps
    const double parts = weight_bytes(rank_of(model, {}), model.stored);
    CHECK(parts == Approx(static_cast<double>(one.bytes)).epsilon(1e-4));
    // products run in the checkpoint's own format
    const datatype& narrow = one.model.experts > 0 ? model.stored.experts : model.stored.dense;
    const datatype expected = parse_datatype(std::string(one.format) == "awq" ? "int4" : one.format);
    CHECK(narrow.family == expected.family);
    CHECK(narrow.bits == expected.bits);
}

TEST_CASE("layers past the last, and what sees, are no part of the language model") {
    CHECK(is_of_language("model.layers.60.mlp.gate.weight", 61));
    CHECK_FALSE(is_of_language("model.layers.61.eh_proj.weight", 61));
    CHECK_FALSE(is_of_language("model.visual.blocks.0.attn.qkv.weight", 61));
    CHECK(is_of_language("lm_head.weight", 61));
    CHECK(is_of_language("blk.3.attn_q.weight", 61));
    safetensors_writer file = checkpoint_of(qwen3_8b, "bf16");
    file.add("model.layers.36.eh_proj.weight", "BF16", {4096, 8192});
    const folder here;
    static_cast<void>(here.write("config.json", config_of(qwen3_8b, "")));
    const language_model model = load_language_model(here.write("model.safetensors", file.text()));
    CHECK(model.stored_bytes == 16'381'470'720);
    REQUIRE(model.warnings.size() == 1);
    CHECK(model.warnings[0].starts_with("67108864 bytes"));
}

namespace {

// Numbers of the types in ggml.h
enum ggml : std::uint32_t {
    f32 = 0,
    f16 = 1,
    q4_0 = 2,
    q8_0 = 8,
    q2_k = 10,
    q3_k = 11,
    q4_k = 12,
    q5_k = 13,
    q6_k = 14,
    iq4_xs = 23,
    mxfp4 = 39,
    nvfp4 = 40
};

/// Types of the tensors: of all matrices, of the values and down projections that llama.cpp gives more bits, of the
/// vocabulary's table and of the head.
struct recipe {
    std::uint32_t matrix, more, table, head;
};

/// A decoder as llama.cpp's converter writes it: norms, biases, routers and sinks in F32.
[[nodiscard]] std::string gguf_of(const decoder& m, const char* architecture, const recipe& types) {
    gguf_writer file;
    const auto number = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
    const auto size = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
    const std::string key = std::string(architecture) + ".";
    file.add("general.architecture", std::string(architecture));
    file.add(key + "block_count", number(m.layers));
    file.add(key + "embedding_length", number(m.width));
    file.add(key + "feed_forward_length", number(m.inner));
    file.add(key + "attention.head_count", number(m.heads));
    file.add(key + "attention.head_count_kv", number(m.keys));
    file.add(key + "attention.key_length", number(m.head));
    file.add(key + "attention.value_length", number(m.head));
    if (m.experts > 0) {
        file.add(key + "expert_count", number(m.experts));
        file.add(key + "expert_used_count", number(m.chosen));
        file.add(key + "expert_feed_forward_length", number(m.inner));
    }
    const bool sinks = std::string(architecture) == "gpt-oss";
    file.tensor("token_embd.weight", {size(m.width), size(m.vocabulary)}, types.table);
    for (std::int64_t i = 0; i < m.layers; ++i) {
        const std::string at = "blk." + std::to_string(i) + ".";
        const auto matrix = [&](const char* name, std::int64_t in, std::int64_t out, std::uint32_t type) {
            const std::string tensor = at + name;
            const bool of_experts = m.experts > 0 && tensor.find("_exps") != std::string::npos;
            std::vector<std::uint64_t> extents{size(in), size(out)};
            if (of_experts) extents.push_back(size(m.experts));
            file.tensor(tensor + ".weight", extents, type);
            if (sinks) file.tensor(tensor + ".bias", {extents.begin() + 1, extents.end()}, f32);
        };
        const auto scales = [&](const char* name, std::int64_t width) {
            file.tensor(at + name + ".weight", {size(width)}, f32);
        };
        // an eighth at both ends and every third between: llama.cpp's use_more_bits
        const bool more = i < m.layers / 8 || i >= 7 * m.layers / 8 || (i - m.layers / 8) % 3 == 2;
        const std::uint32_t wide = more ? types.more : types.matrix;
        const std::uint32_t attention = sinks ? types.more : types.matrix;
        matrix("attn_q", m.width, m.heads * m.head, attention);
        matrix("attn_k", m.width, m.keys * m.head, attention);
        matrix("attn_v", m.width, m.keys * m.head, sinks ? types.more : wide);
        matrix("attn_output", m.heads * m.head, m.width, attention);
        if (m.bias && !sinks)
            for (const auto& [name, width] : {std::pair("attn_q.bias", m.heads), std::pair("attn_k.bias", m.keys),
                                              std::pair("attn_v.bias", m.keys)})
                file.tensor(at + name, {size(width * m.head)}, f32);
        if (sinks) file.tensor(at + "attn_sinks.weight", {size(m.heads)}, f32);
        if (m.normed_heads) scales("attn_q_norm", m.head);
        if (m.normed_heads) scales("attn_k_norm", m.head);
        scales("attn_norm", m.width);
        scales("ffn_norm", m.width);
        if (m.after_norms) scales("post_attention_norm", m.width);
        if (m.after_norms) scales("post_ffw_norm", m.width);
        const std::uint32_t down = sinks ? types.matrix : wide;
        if (m.experts > 0) {
            matrix("ffn_gate_inp", m.width, m.experts, f32);
            matrix("ffn_gate_exps", m.width, m.inner, types.matrix);
            matrix("ffn_up_exps", m.width, m.inner, types.matrix);
            matrix("ffn_down_exps", m.inner, m.width, down);
        } else {
            matrix("ffn_gate", m.width, m.inner, types.matrix);
            matrix("ffn_up", m.width, m.inner, types.matrix);
            matrix("ffn_down", m.inner, m.width, down);
        }
    }
    file.tensor("output_norm.weight", {size(m.width)}, f32);
    if (!m.tied) file.tensor("output.weight", {size(m.width), size(m.vocabulary)}, types.head);
    return file.text();
}

struct quantised {
    const char* name;
    decoder model;
    const char* architecture;
    recipe types;
    std::int64_t bytes;
    std::int64_t parameters;
};

}  // namespace

TEST_CASE("ten GGUF files of released models have their bytes") {
    // Bytes as GGML_QUANT_SIZES of ggml's gguf-py gives them for the same tensors
    const auto one = GENERATE(values<quantised>({
        {"Llama-3.1-8B Q4_K_M", llama_8b, "llama", {q4_k, q6_k, q4_k, q6_k}, 4'912'898'048, 8'030'261'248},
        {"Llama-3.1-8B Q5_K_M", llama_8b, "llama", {q5_k, q6_k, q5_k, q6_k}, 5'725'151'232, 8'030'261'248},
        {"Llama-3.1-8B Q3_K", llama_8b, "llama", {q3_k, q5_k, q3_k, q6_k}, 3'916'185'600, 8'030'261'248},
        {"Llama-3.1-8B Q2_K", llama_8b, "llama", {q2_k, q3_k, q2_k, q6_k}, 2'996'707'328, 8'030'261'248},
        {"Llama-3.1-8B IQ4_XS", llama_8b, "llama", {iq4_xs, q5_k, iq4_xs, q6_k}, 4'576'141'312, 8'030'261'248},
        {"Llama-3.1-8B F16", llama_8b, "llama", {f16, f16, f16, f16}, 16'061'054'976, 8'030'261'248},
        {"Llama-3.1-8B NVFP4", llama_8b, "llama", {nvfp4, nvfp4, q8_0, q8_0}, 5'043'273'728, 8'030'261'248},
        {"Llama-3.1-70B Q4_K_M", llama_70b, "llama", {q4_k, q6_k, q4_k, q6_k}, 42'470'588'416, 70'553'706'496},
        {"Qwen2.5-7B Q8_0", qwen2_5_7b, "qwen2", {q8_0, q8_0, q8_0, q8_0}, 8'092'571'648, 7'615'616'512},
        {"Qwen3-30B-A3B Q4_K_M", qwen3_30b, "qwen3moe", {q4_k, q6_k, q4_k, q6_k}, 18'550'716'416, 30'532'122'624},
        {"gemma-2-2b Q4_0", gemma_2_2b, "gemma2", {q4_0, q4_0, q6_k, q6_k}, 1'623'462'912, 2'614'341'888},
        {"gpt-oss-20b MXFP4", gpt_oss_20b, "gpt-oss", {mxfp4, q8_0, q8_0, q8_0}, 12'096'558'336, 20'914'757'184},
    }));
    CAPTURE(one.name);
    const std::string text = gguf_of(one.model, one.architecture, one.types);
    const gguf_header header = parse_gguf(text, "model.gguf");
    CHECK(header.tensors.bytes == one.bytes);
    CHECK(header.header_bytes == static_cast<std::int64_t>(text.size()));
    const language_model model = to_language_model(header, "model.gguf");
    CHECK(model.stored_bytes == one.bytes);
    CHECK(count(model).total() == one.parameters);
}
