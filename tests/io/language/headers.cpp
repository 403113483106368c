// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"
#include "io/language/checkpoint.hpp"

#include <qutibench/io/language/load.hpp>
#include <qutibench/language/counts.hpp>

#include <fstream>

using namespace qutibench;
using qutibench_test::gguf_writer;

namespace {

struct gguf_numbers {
    std::uint32_t matrix, value_and_down, embedding, head;
};

/// Llama 3.1 8B as llama.cpp stores it, with the types of its tensors.
[[nodiscard]] std::string llama_8b(const gguf_numbers& types, bool more_bits_in_every_layer) {
    gguf_writer file;
    file.add("general.architecture", std::string("llama"));
    file.add("llama.block_count", 32U);
    file.add("llama.context_length", 131072U);
    file.add("llama.embedding_length", 4096U);
    file.add("llama.feed_forward_length", 14336U);
    file.add("llama.attention.head_count", 32U);
    file.add("llama.attention.head_count_kv", 8U);
    file.add("llama.rope.dimension_count", 128U);
    file.tensor("token_embd.weight", {4096, 128256}, types.embedding);
    file.tensor("rope_freqs.weight", {64}, 0);
    for (int i = 0; i < 32; ++i) {
        const std::string at = "blk." + std::to_string(i) + ".";
        // llama.cpp gives values and down projections more bits in an eighth at both ends and every third between
        const bool more = more_bits_in_every_layer || i < 4 || i >= 28 || (i - 4) % 3 == 2;
        file.tensor(at + "attn_norm.weight", {4096}, 0);
        file.tensor(at + "ffn_norm.weight", {4096}, 0);
        file.tensor(at + "attn_q.weight", {4096, 4096}, types.matrix);
        file.tensor(at + "attn_k.weight", {4096, 1024}, types.matrix);
        file.tensor(at + "attn_v.weight", {4096, 1024}, more ? types.value_and_down : types.matrix);
        file.tensor(at + "attn_output.weight", {4096, 4096}, types.matrix);
        file.tensor(at + "ffn_gate.weight", {4096, 14336}, types.matrix);
        file.tensor(at + "ffn_up.weight", {4096, 14336}, types.matrix);
        file.tensor(at + "ffn_down.weight", {14336, 4096}, more ? types.value_and_down : types.matrix);
    }
    file.tensor("output_norm.weight", {4096}, 0);
    file.tensor("output.weight", {4096, 128256}, types.head);
    return file.text();
}

[[nodiscard]] std::string safetensors_of(const std::string& json) {
    const std::uint64_t size = json.size();
    return std::string(reinterpret_cast<const char*>(&size), 8) + json;
}

}  // namespace

TEST_CASE("a GGUF file of Llama 3.1 8B has the bytes that its releases have") {
    // Q4_K_M: 4,920,734,272 bytes and Q8_0: 8,540,770,560 on the model's public pages, of which the metadata take a few
    // million: the tensors alone are computed below from the block sizes of ggml.
    const gguf_header mixed = parse_gguf(llama_8b({12, 14, 12, 14}, false), "Q4_K_M.gguf");
    const std::int64_t norms = (65 * 4096 + 64) * 4;
    const std::int64_t table = std::int64_t{128256} * 4096;
    const std::int64_t narrow = std::int64_t{32} * (4096 * 4096 * 2 + 4096 * 1024 + 2 * std::int64_t{4096} * 14336);
    const std::int64_t wider = 4096 * 1024 + std::int64_t{14336} * 4096;
    CHECK(mixed.tensors.bytes ==
          norms + table / 256 * (144 + 210) + narrow / 256 * 144 + 16 * wider / 256 * (144 + 210));
    CHECK(static_cast<double>(mixed.tensors.bytes) == Approx(4.9207e9).epsilon(.002));
    const gguf_header eight = parse_gguf(llama_8b({8, 8, 8, 8}, true), "Q8_0.gguf");
    CHECK(static_cast<double>(eight.tensors.bytes) == Approx(8.5408e9).epsilon(.002));
    const language_model model = to_language_model(mixed, "Q4_K_M.gguf");
    CHECK(count(model).total() == 8'030'261'248);
    CHECK(model.stored_bytes == mixed.tensors.bytes);
    CHECK(model.longest == 131072);
}

TEST_CASE("every block format of GGML holds the bytes that its block takes") {
    const auto [name, bits] = GENERATE(values<std::pair<const char*, double>>({{"Q4_0", 4.5},
                                                                               {"Q4_1", 5},
                                                                               {"Q5_0", 5.5},
                                                                               {"Q8_0", 8.5},
                                                                               {"Q2_K", 2.625},
                                                                               {"Q3_K", 3.4375},
                                                                               {"Q4_K", 4.5},
                                                                               {"Q5_K", 5.5},
                                                                               {"Q6_K", 6.5625},
                                                                               {"IQ2_XXS", 2.0625},
                                                                               {"IQ4_XS", 4.25},
                                                                               {"MXFP4", 4.25},
                                                                               {"BF16", 16}}));
    // bits per weight as llama.cpp's `quantize` prints them
    CAPTURE(name);
    bool found = false;
    for (const ggml_type& one : ggml_types)
        if (one.name == name) {
            CHECK(one.bits_per_element() == bits);
            found = true;
        }
    CHECK(found);
}

TEST_CASE("a GGUF header that is not what it says is refused at its byte") {
    const std::string good = llama_8b({12, 14, 12, 14}, false);
    for (std::size_t size = 0; size < 400; ++size)
        CHECK_THROWS_AS(parse_gguf(std::string_view(good).substr(0, size), "cut.gguf"), parse_error);
    std::string many = good;
    for (std::size_t i = 8; i < 16; ++i) many[i] = '\x7f';
    CHECK_THROWS_AS(parse_gguf(many, "many.gguf"), parse_error);
    gguf_writer file;
    file.tensor("odd", {100, 3}, 12);
    CHECK_THROWS_WITH(parse_gguf(file.text(), "odd.gguf"), Catch::Matchers::Contains("no whole blocks"));
    gguf_writer unknown;
    unknown.tensor("odd", {256}, 999);
    CHECK_THROWS_AS(parse_gguf(unknown.text(), "odd.gguf"), parse_error);
    gguf_writer huge;
    huge.tensor("huge", {std::uint64_t{1} << 40U, std::uint64_t{1} << 40U}, 0);
    CHECK_THROWS_AS(parse_gguf(huge.text(), "huge.gguf"), error);
    const std::filesystem::path none = std::filesystem::temp_directory_path() / "none.gguf";
    std::ofstream(none) << "nothing of the kind";
    CHECK_THROWS_WITH(load_language_model(none.string()), Catch::Matchers::Contains("no GGUF file"));
    std::filesystem::remove(none);
}

TEST_CASE("a safetensors header lists tensors with exact bytes") {
    const std::string text = safetensors_of(
        R"({"__metadata__": {"format": "pt"},
            "model.embed_tokens.weight": {"dtype": "BF16", "shape": [128256, 4096], "data_offsets": [0, 1050673152]},
            "model.layers.0.mlp.down_proj.weight": {"dtype": "F8_E4M3", "shape": [4096, 14336],
                                                    "data_offsets": [1050673152, 1109393408]}})");
    const tensor_list list = parse_safetensors(text + "weights follow", "model.safetensors");
    REQUIRE(list.tensors.size() == 2);
    CHECK(list.bytes == 1109393408);
    CHECK(list.elements == 128256LL * 4096 + 4096LL * 14336);
    CHECK(part_of(list.tensors[1].name) == language_part::dense);
}

TEST_CASE("a safetensors header that contradicts itself is refused") {
    CHECK_THROWS_AS(parse_safetensors("short", "x"), parse_error);
    CHECK_THROWS_AS(parse_safetensors(std::string(8, '\xff') + "{}", "x"), parse_error);
    CHECK_THROWS_WITH(
        parse_safetensors(safetensors_of(R"({"w": {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 6]}})"), "x"),
        Catch::Matchers::Contains("12"));
    CHECK_THROWS_AS(
        parse_safetensors(safetensors_of(R"({"w": {"dtype": "X9", "shape": [2], "data_offsets": [0, 2]}})"), "x"),
        parse_error);
    CHECK_THROWS_AS(
        parse_safetensors(safetensors_of(R"({"w": {"dtype": "F32", "shape": [9223372036854775807, 9223372036854775807],
            "data_offsets": [0, 2]}})"),
                          "x"),
        parse_error);
}

TEST_CASE("a GGUF file of another architecture is read by its tensors, or refused") {
    gguf_writer file;
    const auto header = [&](const std::string& architecture, std::uint32_t layers) {
        file = {};
        file.add("general.architecture", architecture);
        for (const auto& [key, value] : std::vector<std::pair<std::string, std::uint32_t>>{{"embedding_length", 64},
                                                                                           {"block_count", layers},
                                                                                           {"feed_forward_length", 256},
                                                                                           {"attention.head_count", 4},
                                                                                           {"context_length", 128}})
            file.add(architecture + "." + key, value);
        file.tensor("token_embd.weight", {64, 1000}, 1);
    };
    // GPT-2's blocks: learned positions, one matrix for queries, keys and values, a bias everywhere
    header("gpt2", 2);
    file.tensor("position_embd.weight", {64, 128}, 1);
    for (const std::string at : {"blk.0.", "blk.1."}) {
        for (const char* name : {"attn_norm.weight", "attn_norm.bias", "ffn_norm.weight", "ffn_norm.bias",
                                 "attn_output.bias", "ffn_down.bias"})
            file.tensor(at + name, {64}, 0);
        file.tensor(at + "attn_qkv.weight", {64, 192}, 1);
        file.tensor(at + "attn_qkv.bias", {192}, 0);
        file.tensor(at + "attn_output.weight", {64, 64}, 1);
        file.tensor(at + "ffn_up.weight", {64, 256}, 1);
        file.tensor(at + "ffn_up.bias", {256}, 0);
        file.tensor(at + "ffn_down.weight", {256, 64}, 1);
    }
    file.tensor("output_norm.weight", {64}, 0);
    file.tensor("output_norm.bias", {64}, 0);
    const language_model model = to_language_model(parse_gguf(file.text(), "gpt2.gguf"), "gpt2.gguf");
    // (64 * 4 + 64 * 256 * 2 + 256 + 64 + 64 * 192 + 192 + 64 * 64 + 64) a block, twice, and the rest
    CHECK(count(model).total() == 2 * 49984 + 64000 + 128 * 64 + 128);
    CHECK(model.positions == 128);
    CHECK(model.tied);

    header("mamba", 1);
    file.tensor("blk.0.attn_norm.weight", {64}, 0);
    file.tensor("blk.0.ssm_in.weight", {64, 256}, 1);
    file.tensor("output_norm.weight", {64}, 0);
    CHECK_THROWS_WITH(to_language_model(parse_gguf(file.text(), "mamba.gguf"), "mamba.gguf"),
                      Catch::Matchers::Contains("the architecture 'mamba' is not modelled") &&
                          Catch::Matchers::Contains("blk.0.ssm_in.weight"));
}
