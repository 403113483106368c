// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/language/layout.hpp>
#include <qutibench/language/memory.hpp>
#include <qutibench/language/rank.hpp>
#include <qutibench/language/work.hpp>
#include <qutibench/language/zoo.hpp>
#include <qutibench/network/analyze.hpp>

#include <random>

using namespace qutibench;

TEST_CASE("parameters of the zoo's language models are those that their releases hold") {
    // Elements of all tensors of the published checkpoints, multi-token prediction aside.
    struct published {
        const char* name;
        std::int64_t parameters;
    };
    const auto [name, parameters] = GENERATE(values<published>({{"llama_3_1_8b", 8'030'261'248},
                                                                {"llama_3_1_70b", 70'553'706'496},
                                                                {"llama_3_1_405b", 405'853'388'800},
                                                                {"llama_3_2_1b", 1'235'814'400},
                                                                {"mistral_7b", 7'248'023'552},
                                                                {"mixtral_8x7b", 46'702'792'704},
                                                                {"qwen2_5_7b", 7'615'616'512},
                                                                {"qwen3_8b", 8'190'735'360},
                                                                {"qwen3_32b", 32'762'123'264},
                                                                {"qwen3_30b_a3b", 30'532'122'624},
                                                                {"qwen3_235b_a22b", 235'093'634'560},
                                                                {"deepseek_v3", 671'026'419'200},
                                                                {"gpt_oss_20b", 20'914'757'184},
                                                                {"gpt_oss_120b", 116'829'156'672},
                                                                {"phi_4", 14'659'507'200}}));
    CAPTURE(name);
    CHECK(count(zoo::build_language(name)).total() == parameters);
}

TEST_CASE("active parameters are those of the experts that a token chooses") {
    // Technical reports: Mixtral 12.9e9 (arXiv:2401.04088), Qwen3 22e9 (arXiv:2505.09388), DeepSeek-V3 37e9
    // (arXiv:2412.19437), gpt-oss 5.1e9 without the table of the vocabulary (arXiv:2508.10925).
    CHECK(static_cast<double>(count(zoo::build_language("mixtral_8x7b")).active) == Approx(12.9e9).epsilon(.005));
    CHECK(static_cast<double>(count(zoo::build_language("qwen3_235b_a22b")).active) == Approx(22.2e9).epsilon(.005));
    CHECK(static_cast<double>(count(zoo::build_language("deepseek_v3")).active) == Approx(37.5e9).epsilon(.01));
    const language_counts oss = count(zoo::build_language("gpt_oss_120b"));
    CHECK(static_cast<double>(oss.active - oss.of(language_part::embedding)) == Approx(5.13e9).epsilon(.005));
}

TEST_CASE("a pass as a graph counts what the model counts") {
    for (const std::string_view name : zoo::language_names()) {
        if (name == "llama_3_1_405b" || name == "kimi_k2") continue;  // like others, only longer
        const language_model model = zoo::build_language(name);
        CAPTURE(name);
        for (const auto& [tokens, past] : {std::pair<std::int64_t, std::int64_t>{1, 1000}, {300, 0}, {7, 200}}) {
            const workload work = analyze(graph(language_pass{&model, tokens, past}), counting::qutibench, true);
            const language_counts counts = count(model, tokens, past);
            CHECK(work.parameter_count == counts.total());
            std::int64_t macs = 0;
            for (const std::int64_t one : counts.macs) macs += one;
            CHECK(work.mac_count == macs);
        }
    }
}

TEST_CASE("the work of one device is that of its graph") {
    const language_model model = zoo::build_language("llama_3_1_8b");
    const language_layout layout{.tensor = 4};
    const language_rank rank = rank_of(model, layout);
    const language_model share = shard(model, layout);
    const double context = 1000;
    const pass_work work = decode_work(rank, bf16, 1, context + 1);
    const workload graph_work = analyze(graph(language_pass{&share, 1, 1000}), counting::qutibench, true);
    double operations = 0;
    for (const double one : work.operations) operations += one;
    CHECK(operations == Approx(graph_work.work()).epsilon(1e-12));
}

TEST_CASE("bytes of the cache follow from heads, windows and latents") {
    const auto per_token = [](std::string_view name) {
        return cache_bytes_per_token(rank_of(zoo::build_language(name), {}), bf16);
    };
    CHECK(per_token("llama_3_1_8b") == 2 * 32 * 8 * 128 * 2);
    CHECK(per_token("deepseek_v3") == 61 * (512 + 64) * 2);  // arXiv:2412.19437, one latent and one key a layer
    const language_rank oss = rank_of(zoo::build_language("gpt_oss_20b"), {});
    // 12 layers see all, 12 keep 128 positions; 8 key heads of 64 and as many values
    CHECK(cache_bytes(oss, bf16, 1000) == 12 * 1000 * 2048 + 12 * 128 * 2048);
}

TEST_CASE("what several devices hold adds up to the model, but for what each keeps whole") {
    const language_model model = zoo::build_language("llama_3_1_70b");
    const language_counts whole = count(model);
    const language_counts eighth = count(shard(model, {.tensor = 8}));
    for (const language_part part : {language_part::attention, language_part::dense, language_part::head})
        CHECK(8 * eighth.of(part) == whole.of(part));
    CHECK(eighth.of(language_part::norms) == whole.of(language_part::norms));
    // four heads of keys on eight devices: each is held twice
    const language_model few = zoo::build_language("qwen3_235b_a22b");
    CHECK(shard(few, {.tensor = 8}).blocks[0].attention.key_heads == 1);
    const language_counts experts = count(shard(few, {.tensor = 8, .expert = 8}));
    CHECK(8 * experts.of(language_part::experts) == count(few).of(language_part::experts));
    CHECK(count(shard(model, {.pipeline = 4})).of(language_part::dense) * 4 == whole.of(language_part::dense));
    CHECK_THROWS_AS(shard(model, {.tensor = 0}), invalid_argument);
}

TEST_CASE("experts that tokens touch are those that a random router touches") {
    rank_block block;
    block.experts = 16;
    block.chosen = 2;
    std::mt19937 draw(7);
    for (const int tokens : {1, 3, 10, 40}) {
        double sum = 0;
        constexpr int trials = 4000;
        for (int trial = 0; trial < trials; ++trial) {
            std::uint32_t touched = 0;
            for (int token = 0; token < tokens; ++token) {
                const auto first = static_cast<unsigned>(draw() % 16);
                auto second = static_cast<unsigned>(draw() % 15);
                if (second >= first) ++second;
                touched |= 1U << first | 1U << second;
            }
            sum += __builtin_popcount(touched);
        }
        CHECK(block.touched(tokens) == Approx(sum / trials).epsilon(.02));
    }
}

TEST_CASE("causal pairs are those that loops count") {
    for (std::int64_t queries = 1; queries < 12; ++queries)
        for (std::int64_t cached = 0; cached < 12; ++cached)
            for (std::int64_t window = 0; window < 15; ++window) {
                std::int64_t pairs = 0;
                for (std::int64_t q = 0; q < queries; ++q)
                    for (std::int64_t k = 0; k <= cached + q; ++k) pairs += window == 0 || cached + q - k < window;
                CHECK(detail::causal_pairs(queries, cached, window) == pairs);
            }
}
