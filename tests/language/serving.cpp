// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/language/calibration.hpp>
#include <qutibench/language/local.hpp>
#include <qutibench/language/serving.hpp>
#include <qutibench/language/zoo.hpp>

using namespace qutibench;
using namespace qutibench::literals;

namespace {

[[nodiscard]] platform gpu(double bandwidth, double half, double eight, double capacity, double link) {
    operating_mode mode;
    mode.peaks = {{bf16, quantity_of<ops_per_second>(half)}, {fp8, quantity_of<ops_per_second>(eight)}};
    mode.memories = {{.name = "dram",
                      .capacity = quantity_of<bytes>(capacity),
                      .bandwidth = quantity_of<bytes_per_second>(bandwidth)}};
    mode.links = {
        {.name = "link", .reach = link_reach::devices, .bandwidth = quantity_of<bytes_per_second>(link), .devices = 8}};
    return platform("gpu", {mode});
}
[[nodiscard]] platform h100() {
    return gpu(3.35e12, 989e12, 1979e12, 80e9, 450e9);
}

}  // namespace

TEST_CASE("the bound of decoding is every byte once at full bandwidth") {
    const language_model model = zoo::build_language("llama_3_1_8b");
    const serving_estimate e = serve(model, h100(), bf16, {}, {.prompt_tokens = 1000, .output_tokens = 2});
    // 8,030,261,248 parameters without the table of the vocabulary and 65 scales of 4096, and 1001 cached positions
    const double weights = (8'030'261'248.0 - 128256.0 * 4096 - 65 * 4096) * 2;
    const double cache = 1001 * 131072.0;
    CHECK(e.bound.time_per_output_token_s == Approx((weights + cache) / 3.35e12).epsilon(1e-9));
    CHECK(e.time_per_output_token_s > e.bound.time_per_output_token_s);
    CHECK(e.low >= e.bound.time_per_output_token_s);
    CHECK(e.decode_limit == serving_limit::memory);
    CHECK(e.prefill_limit == serving_limit::compute);
}

TEST_CASE("published results stay below the bound") {
    // MLPerf Inference v5.1, closed division, Llama 2 70B offline, fp8: tokens/s of a device. Two operations for each
    // of the 69e9 weights that multiply; https://mlcommons.org/benchmarks/inference-datacenter/
    CHECK(3900 < 1979e12 / (2 * 68.7e9));
    CHECK(3475 < 2614.9e12 / (2 * 68.7e9));
}

TEST_CASE("a load holds memory, and what is too large does not fit") {
    const language_model model = zoo::build_language("llama_3_1_70b");
    const serving_question ask{.prompt_tokens = 1000, .output_tokens = 1000, .concurrency = 16};
    const serving_estimate one = serve(model, h100(), bf16, {}, ask);
    CHECK_FALSE(one.fits);
    CHECK(one.has(serving_caution::out_of_memory));
    CHECK(one.largest_concurrency == 0);
    const serving_estimate four = serve(model, h100(), fp8, {.tensor = 4}, ask);
    CHECK(four.fits);
    CHECK(four.memory.cache == 16 * 2000 * 327680.0 / 4);
    CHECK(four.largest_concurrency >= 16);
    serving_question most = ask;
    most.concurrency = four.largest_concurrency;
    CHECK(serve(model, h100(), fp8, {.tensor = 4}, most).memory.cache < .9 * 80e9);
    CHECK(four.longest_context > 2000);
}

TEST_CASE("more users take longer each and give more together") {
    const serving server(zoo::build_language("qwen3_30b_a3b"), h100(), bf16, {.tensor = 2, .expert = 2});
    serving_estimate before = server({.concurrency = 1});
    for (const double load : {2., 8., 32., 128.}) {
        const serving_estimate now = server({.concurrency = load});
        CHECK(now.time_per_output_token_s > before.time_per_output_token_s);
        CHECK(now.time_to_first_token_s > before.time_to_first_token_s);
        CHECK(now.tokens_per_s > before.tokens_per_s);
        CHECK(now.time_per_output_token_s >= now.bound.time_per_output_token_s);
        before = now;
    }
}

TEST_CASE("options do what their formulas say") {
    const serving server(zoo::build_language("llama_3_1_8b"), h100(), bf16, {});
    const serving_question plain{.prompt_tokens = 4000, .output_tokens = 200, .concurrency = 32};
    const serving_estimate base = server(plain);
    serving_question ask = plain;
    ask.prefix_hit = .9;
    CHECK(server(ask).time_to_first_token_s < base.time_to_first_token_s);
    ask = plain;
    ask.separate_prefill = true;
    CHECK(server(ask).time_per_output_token_s < base.time_per_output_token_s);
    ask = plain;
    ask.chunk = 256;
    CHECK(server(ask).time_to_first_token_s > base.time_to_first_token_s);
    CHECK(server(ask).has(serving_caution::beyond_study));
    ask = plain;
    ask.concurrency = 1;
    const double alone = server(ask).time_per_output_token_s;
    ask.draft_tokens = 4;
    ask.draft_acceptance = .8;
    // (1 - .8^5) / .2 = 3.3616 tokens a step that is hardly longer while memory bounds it
    CHECK(server(ask).time_per_output_token_s == Approx(alone / 3.3616).epsilon(.02));
    ask.draft_acceptance = 0;
    CHECK(server(ask).time_per_output_token_s >= alone);
}

TEST_CASE("what cannot be is refused, what cannot be known is flagged") {
    const language_model model = zoo::build_language("llama_3_1_8b");
    const serving server(model, h100(), bf16, {});
    CHECK_THROWS_AS(server({.concurrency = 0}), invalid_argument);
    CHECK_THROWS_AS(server({.prefix_hit = 1}), invalid_argument);
    CHECK(server({.framework = serving_framework::trtllm}).has(serving_caution::first_token));
    CHECK_FALSE(server({}).has(serving_caution::first_token));
    CHECK(server({.prompt_tokens = 200'000}).has(serving_caution::longer_than_context));
    CHECK(serve(model, h100(), bf16, {.tensor = 16}, {}).has(serving_caution::past_domain));
    CHECK_THROWS_AS(parse_name<serving_framework>("vlm"), unknown_name);
    const platform integers("npu", {{.peaks = {{.numbers = int8, .dense = 4_top_per_s}},
                                     .memories = {{.name = "dram", .bandwidth = 34_gb_per_s}}}});
    CHECK_THROWS_WITH(serving(model, integers, bf16, {}), Catch::Matchers::Contains("no floating-point format"));
    language_precision parts;
    CHECK_THROWS_AS(parts.set("expert", fp8), unknown_name);
}

TEST_CASE("stages of a pipeline share requests and have one head") {
    const language_model model = zoo::build_language("llama_3_1_8b");
    const serving whole(model, h100(), bf16, {});
    const serving eight(model, h100(), bf16, {.pipeline = 8});
    // every weight is read once a token, wherever it lies
    CHECK(eight({}).bound.time_per_output_token_s == Approx(whole({}).bound.time_per_output_token_s));
    CHECK(eight({}).time_per_output_token_s > whole({}).time_per_output_token_s);
    // 24 stages of 32 layers: one request passes 16 times two layers, while 24 of them wait for the fullest stage each
    const serving uneven(model, h100(), bf16, {.pipeline = 24});
    CHECK(uneven({}).bound.time_per_output_token_s == Approx(whole({}).bound.time_per_output_token_s));
    CHECK(uneven({.concurrency = 24}).bound.time_per_output_token_s >
          1.3 * eight({.concurrency = 8}).bound.time_per_output_token_s);
    // what a request costs the host, a stage pays for the eighth of them that it has
    serving_constants free_requests{.interference = 0};
    const serving paid(model, h100(), bf16, {.pipeline = 8}, free_requests);
    free_requests.request = 0;
    const serving unpaid(model, h100(), bf16, {.pipeline = 8}, free_requests);
    const serving_question many{.concurrency = 1024};
    CHECK(paid(many).time_per_output_token_s - unpaid(many).time_per_output_token_s == Approx(7.5e-6 * 1024));
}

TEST_CASE("a request has one copy of attention, however many there are") {
    const language_model model = zoo::build_language("deepseek_v3");
    const auto core = [&](std::int64_t copies, double requests) {
        const language_rank rank = rank_of(model, {.data = copies, .expert = copies});
        return decode_work(rank, bf16, requests, 1000).moved(language_group::core);
    };
    CHECK(core(8, 1) == core(1, 1));
    CHECK(core(8, 8) == core(1, 1));
    CHECK(core(8, 16) == core(1, 2));
}

TEST_CASE("an option without an effect is refused") {
    const serving server(zoo::build_language("llama_3_1_8b"), h100(), bf16, {});
    CHECK_THROWS_AS(server({.draft_acceptance = .8}), invalid_argument);
    CHECK_THROWS_AS(server({.draft_cost = .1}), invalid_argument);
    CHECK_THROWS_WITH(server({.concurrency = .5}), "concurrency must be between 1 and 1e+07, not 0.5");
    // what only a server has means nothing to llama.cpp, which has one request
    for (const serving_question& asked : {serving_question{.concurrency = 2},
                                          {.prefix_hit = .5},
                                          {.chunk = 256},
                                          {.draft_tokens = 3},
                                          {.separate_prefill = true},
                                          {.memory_share = .8}})
        CHECK_THROWS_AS(local_of(asked, {}), invalid_argument);
    for (const language_layout& layout :
         {language_layout{.data = 2}, {.tensor = 2, .expert = 2}, {.tensor = 4, .expert_tensor = 2}})
        CHECK_THROWS_AS(local_of({}, layout), invalid_argument);
    CHECK(local_of({.prompt_tokens = 7}, {.tensor = 2, .pipeline = 3}).devices == 6);
    CHECK(local_of({.prompt_tokens = 7}, {}).prompt_tokens == 7);
}

TEST_CASE("GGML's block formats are precisions by name") {
    // bits of an element: ggml-common.h's blocks, bytes over elements
    CHECK(parse_stored_format("q4_k").bits_per_element() == 4.5);
    CHECK(parse_stored_format("Q6_K").bits_per_element() == 6.5625);
    CHECK(parse_stored_format("q8_0").bits_per_element() == 8.5);
    for (const ggml_type& one : ggml_types) {
        CAPTURE(one.name);
        if (one.block > 1) CHECK(parse_stored_format(one.name).bits_per_element() == Approx(one.bits_per_element()));
    }
    CHECK(parse_stored_format("fp8") == fp8);
    const std::string words[] = {"q4_k", "head=q6_k", "kv=q8_0"};
    const auto all = parse_language_precisions(bf16, words);
    REQUIRE(all.size() == 1);
    CHECK(all[0].dense.bits_per_element() == 4.5);
    CHECK(all[0].head.bits_per_element() == 6.5625);
    CHECK(all[0].cache.bits_per_element() == 8.5);
    CHECK_THROWS_AS(parse_stored_format("q4_z"), unknown_name);
}

TEST_CASE("exchanges past the fast link's reach go from node to node") {
    const language_model model = zoo::build_language("llama_3_1_70b");
    language_rank rank = rank_of(model, {.tensor = 16});
    const double bytes = 32 * 8192 * 2;  // of 32 positions, exchanged twice in each of 80 layers
    const pass_work flat = decode_work(rank, bf16, 32, 1000);
    CHECK(flat.exchanged == Approx(160 * 2 * 15. / 16 * bytes));
    CHECK(flat.between == 0);
    rank.domain = 8;
    const pass_work two = decode_work(rank, bf16, 32, 1000);
    CHECK(two.exchanged == Approx(160 * 2 * 7. / 8 * bytes));
    CHECK(two.between == Approx(160 * 2 * 1. / 2 * bytes / 8));
    CHECK(two.collectives == 2 * flat.collectives);

    const auto noded = [](double between) {
        operating_mode mode = h100().mode();
        mode.links.push_back(
            {.name = "network", .reach = link_reach::nodes, .bandwidth = quantity_of<bytes_per_second>(between)});
        return platform("gpu", {mode});
    };
    const serving_question ask{.concurrency = 64};
    const serving_estimate fast = serve(model, noded(50e9), bf16, {.tensor = 16}, ask);
    const serving_estimate slow = serve(model, noded(5e9), bf16, {.tensor = 16}, ask);
    CHECK(fast.has(serving_caution::between_nodes));
    CHECK_FALSE(fast.has(serving_caution::past_domain));
    CHECK(slow.time_per_output_token_s > fast.time_per_output_token_s);
    CHECK(fast.bound.time_per_output_token_s == slow.bound.time_per_output_token_s);
    // stages of a pipeline within a node each exchange nothing between nodes
    CHECK_FALSE(serve(model, noded(5e9), bf16, {.tensor = 8, .pipeline = 2}, ask).has(serving_caution::between_nodes));
}

TEST_CASE("a few measured rows correct a stack") {
    serving_calibration fit;
    CHECK(fit.factor() == 1);
    fit.add(1, 1.2);
    fit.add(2, 2.4);
    fit.add(3, 3.6);
    CHECK(fit.factor() == Approx(std::pow(1.2, .75)));  // three of four parts
    const serving server(zoo::build_language("llama_3_1_8b"), h100(), bf16, {});
    const serving_estimate before = server({.concurrency = 8});
    const serving_estimate after = fit.applied(before);
    CHECK(after.time_per_output_token_s == Approx(before.time_per_output_token_s * fit.factor()));
    CHECK(after.tokens_per_s < before.tokens_per_s);
    CHECK_THROWS_AS(fit.add(0, 1), invalid_argument);
}

TEST_CASE("llama.cpp holds every expert, the cache and a buffer") {
    // Qwen3 30B A3B: a token reads 8 of 128 experts, the card holds all
    const language_rank rank = rank_of(zoo::build_language("qwen3_30b_a3b"), {});
    const language_precision q4 = parse_stored_format("q4_k");
    const platform card = gpu(1008e9, 165e12, 330e12, 24e9, 32e9);
    const local_question ask{.prompt_tokens = 4000, .output_tokens = 96};
    const local_estimate e = run_locally(rank, q4, card, bytes_per_token(rank, q4), ask);
    const double table = 151936. * 2048 * 2;  // the head in 16 bit; the vocabulary's table stays on the host
    const double cache = 4096. * 48 * 2 * 4 * 128 * 2;
    const double norms = (97 * 2048 + 96 * 128) * 2.;
    const double buffer = 512. * 4 * (151936 + 2048);
    const double rest = (30'532'122'624. - 2 * 151936. * 2048 - norms / 2) * .5625;
    CHECK(e.memory_bytes == Approx(table + cache + norms + buffer + rest).epsilon(1e-9));
    CHECK(e.memory_bytes == e.weight_bytes + e.cache_bytes + e.buffer_bytes);
    CHECK(e.cache_bytes == cache);
    CHECK(e.buffer_bytes == buffer);
    CHECK(e.fits);
    CHECK_FALSE(run_locally(rank, bf16, card, bytes_per_token(rank, bf16), ask).fits);
    // gguf-parser 0.28.1 of Llama 3 8B: 512 rows of 128256 scores and 4096 elements, in 32 bit
    CHECK(local_buffer(rank_of(zoo::build_language("llama_3_1_8b"), {}), 4000) == 271'056'896);
}

TEST_CASE("public rates of llama.cpp stay below the bound and near the law") {
    // tokens/s of Llama 3 8B on one card (XiongjieDai/GPU-Benchmarks-on-LLM-Inference), and the card's bandwidth
    struct rate {
        const char* card;
        double bandwidth, wide, narrow;
    };
    const rate one = GENERATE(values<rate>({{"RTX 3090", 936e9, 46.51, 111.74},
                                            {"RTX 4090", 1008e9, 54.34, 127.74},
                                            {"A100 PCIe 80GB", 1935e9, 54.56, 138.31}}));
    CAPTURE(one.card);
    const language_rank rank = rank_of(zoo::build_language("llama_3_1_8b"), {});
    const platform card = gpu(one.bandwidth, 165e12, 330e12, 80e9, 32e9);
    for (const bool narrow : {false, true}) {
        language_precision stored = narrow ? language_precision(parse_stored_format("q4_k")) : bf16;
        if (narrow) stored.head = parse_stored_format("q6_k");
        const local_estimate e =
            run_locally(rank, stored, card, bytes_per_token(rank, stored), {.prompt_tokens = 1, .output_tokens = 512});
        const double measured = narrow ? one.narrow : one.wide;
        CHECK(1 / measured > e.bound_s);
        CHECK(std::abs(std::log(measured * e.time_per_output_token_s)) < .36);  // the A100 is furthest
    }
}

TEST_CASE("llama.cpp's law: time per layer and bytes over the attained bandwidth") {
    const language_model model = zoo::build_language("llama_3_1_8b");
    const language_rank rank = rank_of(model, {});
    const double weights = bytes_per_token(rank, bf16);
    CHECK(weights == (8'030'261'248.0 - 128256.0 * 4096 - 65 * 4096) * 2);
    const platform card = gpu(1008e9, 165e12, 330e12, 24e9, 32e9);
    const local_estimate e = run_locally(rank, bf16, card, weights, {.prompt_tokens = 1, .output_tokens = 2});
    CHECK(e.time_per_output_token_s == Approx(32 * 137e-6 + (weights + 2 * 131072) / (.908 * 1008e9)));
    // A public table has 54.34 tokens/s of Llama 3 8B F16 on an RTX 4090 (XiongjieDai/GPU-Benchmarks-on-LLM-Inference)
    CHECK(1 / e.time_per_output_token_s == Approx(54.34).epsilon(.12));
    CHECK(e.fits);
    const local_estimate half = run_locally(rank, bf16, card, weights, {.offloaded = 16, .host_bandwidth = 80e9});
    CHECK(half.time_per_output_token_s > 4 * e.time_per_output_token_s);
    CHECK_FALSE(half.measured);
    CHECK_THROWS_AS(run_locally(rank, bf16, card, weights, {.offloaded = 16}), invalid_argument);
    CHECK_THROWS_AS(run_locally(rank, bf16, card, weights, {.offloaded = 33, .host_bandwidth = 1}), invalid_argument);
}
