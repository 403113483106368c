// SPDX-License-Identifier: BSD-3-Clause
// tests/data/language_models.json: a hundred released models by the fields of their config.json.
#include "catch.hpp"

#include <qutibench/io/file.hpp>
#include <qutibench/io/language/config.hpp>
#include <qutibench/language/counts.hpp>
#include <qutibench/network/analyze.hpp>

#include <set>

using namespace qutibench;

namespace {

[[nodiscard]] detail::json released_models() {
    const std::string path = QUTIBENCH_TEST_DATA_DIR "/language_models.json";
    return detail::parse_json(detail::read_file(path), path).at("models");
}
[[nodiscard]] language_model read(const detail::json& one) {
    return parse_language_config(one.at("config").dump(), "config.json", one.at("name").get<std::string>());
}

}  // namespace

TEST_CASE("a hundred released models count the elements of their tensors, or are refused with what is missing") {
    int exact = 0;
    int refused = 0;
    std::set<std::string> families;
    for (const detail::json& one : released_models()) {
        const std::string name = one.at("name");
        CAPTURE(name);
        if (one.at("source") == "refused") {
            ++refused;
            CHECK_THROWS_AS(read(one), parse_error);
            continue;
        }
        const language_model model = read(one);
        const std::int64_t counted = count(model).total();
        const auto stated = one.at("parameters").get<std::int64_t>();
        families.insert(model.family);
        if (one.contains("within")) {
            CHECK(static_cast<double>(counted) ==
                  Approx(static_cast<double>(stated)).epsilon(one.at("within").get<double>()));
        } else {
            ++exact;
            CHECK(counted == stated);
        }
        for (const std::string& warning : model.warnings) CHECK(warning.find("is not known") == std::string::npos);
    }
    CHECK(exact >= 95);
    CHECK(refused >= 10);
    CHECK(families.size() >= 50);
}

TEST_CASE("a decode step of any family is a graph that counts what its model counts") {
    std::set<std::string> seen;
    for (const detail::json& one : released_models()) {
        if (one.at("source") == "refused") continue;
        const language_model model = read(one);
        if (!seen.insert(model.family).second || model.layers() > 48) continue;
        CAPTURE(model.name);
        const workload work = analyze(graph(language_pass{&model, 1, 100}), counting::qutibench, true);
        CHECK(work.parameter_count == count(model).total());
    }
}

TEST_CASE("an architecture that is not modelled says what it has") {
    const auto message = [](const std::string& type) {
        try {
            static_cast<void>(parse_language_config(
                R"({"model_type": ")" + type + R"(", "hidden_size": 64, "num_hidden_layers": 2})", "config.json", ""));
        } catch (const parse_error& wrong) {
            return std::string(wrong.what());
        }
        return std::string();
    };
    CHECK(message("mamba2").find("known, but not modelled: it has state-space layers") != std::string::npos);
    CHECK(message("whisper").find("attends to an encoder") != std::string::npos);
    CHECK(message("vit").find("is not known") != std::string::npos);
    const std::string kind = R"({"model_type": "llama", "hidden_size": 64, "num_hidden_layers": 1, "vocab_size": 10,
        "num_attention_heads": 4, "intermediate_size": 64, "layer_types": ["full_atention"]})";
    CHECK_THROWS_WITH(parse_language_config(kind, "config.json", ""),
                      Catch::Matchers::Contains("did you mean 'full_attention'"));
}

TEST_CASE("a model that sees takes what its inner part leaves out from its family") {
    // google/gemma-3-4b-pt states neither vocabulary nor heads; transformers' Gemma3TextConfig does
    const language_model model = parse_language_config(
        R"({"model_type": "gemma3", "vision_config": {}, "text_config": {"model_type": "gemma3_text",
            "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 34, "sliding_window": 1024}})",
        "config.json", "gemma-3-4b");
    CHECK(count(model).total() == 3'880'263'168);
    CHECK(model.blocks.size() == 2);
    CHECK(model.count(0) == 29);  // five of six see 1024 positions
    REQUIRE(model.warnings.size() == 2);
    CHECK(model.warnings[1].find("the family's own") != std::string::npos);
    // the same fields in a config.json of their own are missing
    CHECK_THROWS_AS(parse_language_config(R"({"model_type": "gemma3_text", "hidden_size": 2560})", "config.json", ""),
                    parse_error);
}

TEST_CASE("hostile fields of a config.json are refused at their place, or bounded") {
    const auto message = [](const std::string& fields) {
        try {
            static_cast<void>(parse_language_config("{" + fields + "}", "config.json", ""));
        } catch (const parse_error& wrong) {
            return std::string(wrong.what());
        }
        return std::string();
    };
    const std::string dense = R"("hidden_size": 64, "num_hidden_layers": 3, "num_attention_heads": 4, "vocab_size": 10,
        "intermediate_size": 64)";
    const std::string routed = R"("model_type": "hunyuan_v1_moe", "num_experts": 4, )" + dense;
    CHECK(message(routed + R"(, "moe_topk": [2, 2])").find("names 2 layers, and layer 2") != std::string::npos);
    CHECK(message(routed + R"(, "moe_topk": [2, 2, -1])").find("/moe_topk/2") != std::string::npos);
    CHECK(message(routed + R"(, "moe_topk": 5)").find("between 1 and 4, not 5") != std::string::npos);
    CHECK(message(R"("model_type": "hunyuan_v1_dense", "use_cla": true, )" + dense).find("share their caches") !=
          std::string::npos);
    CHECK(message(R"("model_type": "dbrx", "d_model": 64, "n_layers": 1, "n_heads": 4, "vocab_size": 10)")
              .find("'attn_config' and 'ffn_config'") != std::string::npos);
    std::string layers = "[0";
    for (int i = 0; i < 10'001; ++i) layers += ",0";
    CHECK(message(R"("model_type": "llama4_text", "num_local_experts": 4, "num_experts_per_tok": 1, )" + dense +
                  R"(, "moe_layers": )" + layers + "]")
              .find("more layers than") != std::string::npos);
    const std::string mpt = R"("model_type": "mpt", "d_model": 10000000, "n_layers": 1, "n_heads": 4, "vocab_size": 10,
        "max_seq_len": 8, "expansion_ratio": )";
    CHECK(message(mpt + "1e12").empty());  // taken as 1000
    CHECK(message(mpt + "-1").find("/expansion_ratio") != std::string::npos);
}
