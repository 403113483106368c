// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/fold_search.hpp>
#include <qutibench/network/zoo/cnv_mlp.hpp>
#include <qutibench/qutibench.hpp>

#include <random>

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;

namespace {

// [stages]
// The network intrusion detector of FINN's notebooks: 600-64-64-64-1, 2-bit weights, binary inputs.
std::vector<pipeline_stage> cybersecurity_mlp() {
    return {{"first", 64, 600, 1, {int2, binary::value}, false, 2},
            {"second", 64, 64, 1, int2, true, 2},
            {"third", 64, 64, 1, int2, true, 2},
            {"last", 1, 64, 1, int2, true, 1}};
}
// [stages]

std::vector<folding> by(std::initializer_list<folding> all) {
    return all;
}

}  // namespace

TEST_CASE("FINN's published estimates of its cybersecurity example are reproduced to the last LUT") {
    // [notebook]
    // Xilinx/finn@01431f3 notebooks/end2end_example/cybersecurity/3-build-accelerator-with-finn.ipynb
    const auto stages = cybersecurity_mlp();
    const folded_pipeline notebook = fold(stages, by({{32, 15}, {4, 16}, {4, 16}, {1, 1}}));
    CHECK(notebook.cycles == std::vector<std::int64_t>{80, 64, 64, 64});
    CHECK(notebook.interval == 80);
    CHECK(notebook.latency == 272);
    CHECK(notebook.throughput(100_mhz).value() == Approx(1250000));
    CHECK(notebook.uses == fpga_resources{.luts = 11360, .dsps = 0, .bram18 = 36, .urams = 0});
    CHECK(cost_of(stages[0], {32, 15}).uses == fpga_resources{.luts = 8149, .bram18 = 27});
    CHECK(cost_of(stages[1], {4, 16}).uses == fpga_resources{.luts = 1435, .bram18 = 4});
    CHECK(cost_of(stages[3], {1, 1}).uses == fpga_resources{.luts = 341, .bram18 = 1});
    // the same network with a wider weight memory, from a published run of FINN's estimate-only flow
    const folded_pipeline wider = fold(stages, by({{16, 40}, {1, 64}, {1, 64}, {1, 1}}));
    CHECK(wider.interval == 64);
    CHECK(wider.latency == 252);
    CHECK(wider.throughput(100_mhz).value() == Approx(1562500));
    CHECK(wider.uses == fpga_resources{.luts = 10959, .bram18 = 45});
    // [notebook]
}

TEST_CASE("the published folding of CNV gives the cycles of its layers") {
    // Xilinx/finn-examples@5a74263 build/bnn-pynq/folding_config/cnv-w2a2_folding_config.json; FINN's CNV has the
    // widths of this CNV at half
    const auto stages = stages_of(analyze(graph(zoo::cnv(0.5))), int2);
    REQUIRE(stages.size() == 9);
    const folded_pipeline pipeline =
        fold(stages, by({{8, 3}, {16, 16}, {8, 16}, {8, 16}, {4, 8}, {1, 8}, {1, 2}, {2, 2}, {5, 1}}));
    // (MH / PE) * (MW / SIMD) * output positions, worked out by hand from the widths 64, 128, 256 and 512
    CHECK(pipeline.cycles == std::vector<std::int64_t>{64800, 112896, 82944, 115200, 82944, 73728, 65536, 65536, 1024});
    CHECK(pipeline.interval == 115200);
    std::int64_t folded = 0;
    for (std::size_t i = 0; i < stages.size(); ++i)
        folded += pipeline.cycles[i] * pipeline.foldings[i].pe * pipeline.foldings[i].simd;
    CHECK(folded == analyze(graph(zoo::cnv(0.5))).macs().value());
}

TEST_CASE("per MAC, a long dot product takes what the cost table says") {
    const pipeline_stage wide{"wide", 1024, 1 << 20, 1, int2};
    const stage_cost cost = cost_of(wide, {1024, 1 << 14, weight_memory::block});
    CHECK(static_cast<double>(cost.uses.luts) / (1024.0 * (1 << 14)) == Approx(13.2).epsilon(1e-3));
    const stage_cost in_dsp = cost_of({"eight", 64, 64, 1, int8}, {8, 8, weight_memory::block, multiplier::dsp});
    CHECK(in_dsp.uses.dsps == 64);
}

TEST_CASE("memories follow FINN's rules") {
    const auto bits = [](int width) { return datatype{int2.family, width, 0, width - 1}; };
    // 64 x 64 of 2 bits: 64 words of 128 bits, 4096 words of 2 bits
    const pipeline_stage stage{"stage", 64, 64, 1, int2};
    CHECK(cost_of(stage, {4, 16}).uses.bram18 == 4);
    CHECK(cost_of(stage, {1, 1}).uses.bram18 == 1);
    CHECK(cost_of(stage, {4, 16, weight_memory::ultra}).uses.urams == 2);
    CHECK(cost_of(stage, {4, 16, weight_memory::ultra}).uses.bram18 == 0);
    CHECK(cost_of(stage, {4, 16, weight_memory::distributed}).uses.luts - cost_of(stage, {4, 16}).uses.luts == 128);
    // UG573 table 1-10: a block of 18 Kbit is 16384 x 1, 8192 x 2, 4096 x 4, 2048 x 9, 1024 x 18 or 512 x 36
    for (const auto& [width, depth] : {std::pair{1, 16384}, {2, 8192}, {4, 4096}, {9, 2048}, {18, 1024}, {36, 512}}) {
        const pipeline_stage one{"one", depth, 1, 1, {bits(width), int2}};
        const pipeline_stage more{"more", depth + 1, 1, 1, one.numbers};
        CHECK(cost_of(one, {1, 1}).uses.bram18 == 1);
        CHECK(cost_of(more, {1, 1}).uses.bram18 == 2);
    }
    const pipeline_stage big{"big", 512, 4608, 1, int2};  // depth 18432 of 256 bits
    CHECK(cost_of(big, {8, 16}).uses.bram18 == 18 * 15);
}

TEST_CASE("a stage holds the weights of all its groups, and none of a product of activations") {
    graph net("groups");
    const tensor image = net.input({1, 32, 8, 8});
    const tensor grouped = net.add(convolution_2d{.out_channels = 64, .kernel = {3, 3}, .groups = 4}, {image});
    net.add(convolution_2d{.out_channels = 64, .kernel = {3, 3}, .groups = 64}, {grouped});
    const tensor tokens = net.input({1, 10, 64}, "tokens");
    net.add(attention{.heads = 4}, {tokens, tokens, tokens}, "attention");
    net.add(recurrent{.hidden = 16, .directions = 2}, {tokens}, "both ways");
    const workload counted = analyze(net);
    const auto stages = stages_of(counted, int8);
    REQUIRE(stages.size() == 4);
    CHECK(stages[0].matrices == 4);
    CHECK(stages[1].matrices == 1);  // a depthwise layer is one matrix of 64 x 9
    CHECK(stages[2].matrices == 0);
    CHECK(stages[3].matrices == 2);
    const std::vector<folding> unfolded(stages.size());
    CHECK(cost_of(stages[0], {}).uses.bram18 == 3);  // 4 * 16 * 72 words of 8 bits, 2048 to a block
    CHECK(cost_of(stages[2], {}).uses.bram18 == 0);
    const folded_pipeline pipeline = fold(stages, unfolded);
    const auto bytes_in_int8 = static_cast<double>(counted.weights().value());
    CHECK(pipeline.weight_bytes == bytes_in_int8);
    CHECK(predict(counted, pipeline, 100_mhz).model_size().value() == bytes_in_int8);
}

TEST_CASE("a stream takes its latency and one interval for each further input") {
    const workload net = analyze(graph(zoo::cnv(0.5)));
    const auto stages = stages_of(net, int2);
    const folded_pipeline pipeline = fold(stages, std::vector<folding>(9));
    CHECK(pipeline.time(10, 1_mhz).value() ==
          Approx((static_cast<double>(pipeline.latency + 9 * pipeline.interval)) * 1e-6));
    const estimate one = predict(net, pipeline, 100_mhz, 1);
    const estimate many = predict(net, pipeline, 100_mhz, 1000);
    CHECK(one.latency().value() == Approx(many.latency().value()));
    CHECK(many.throughput().value() == Approx(1000 / pipeline.time(1000, 100_mhz).value()));
    CHECK(many.work / many.call_time <= many.peak().value());
    CHECK(many.traffic == 0);
}

TEST_CASE("the search finds the best interval of small pipelines, or says how far off it may be") {
    std::mt19937 draw(7);
    const auto pick = [&](std::initializer_list<std::int64_t> of) {
        return *(of.begin() +
                 std::uniform_int_distribution<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(of.size()) - 1)(draw));
    };
    int proven = 0;
    constexpr int cases = 60;
    for (int round = 0; round < cases; ++round) {
        INFO("round " << round);
        std::vector<pipeline_stage> stages;
        for (int i = 0; i < 3; ++i)
            stages.push_back({"stage", pick({2, 4, 6, 8}), pick({4, 6, 9, 16}), pick({1, 3, 10, 40}),
                              pick({0, 1}) == 0 ? int2 : int4});
        const fpga_resources budget{
            .luts = pick({1500, 2500, 4000, 8000}), .bram18 = pick({0, 2, 4, 12}), .urams = pick({0, 1, 4})};
        // brute force
        std::int64_t best = std::numeric_limits<std::int64_t>::max();
        std::vector<std::vector<stage_cost>> options;
        for (const pipeline_stage& one : stages) {
            auto& mine = options.emplace_back();
            for (std::int64_t pe = 1; pe <= one.height; ++pe)
                for (std::int64_t simd = 1; simd <= one.width; ++simd)
                    for (const weight_memory memory :
                         {weight_memory::block, weight_memory::ultra, weight_memory::distributed})
                        if (one.height % pe == 0 && one.width % simd == 0)
                            mine.push_back(cost_of(one, {pe, simd, memory}));
        }
        for (const stage_cost& a : options[0])
            for (const stage_cost& b : options[1])
                for (const stage_cost& c : options[2]) {
                    fpga_resources uses = a.uses;
                    uses += b.uses;
                    uses += c.uses;
                    if (uses.fits(budget)) best = std::min(best, std::max({a.cycles, b.cycles, c.cycles}));
                }
        if (best == std::numeric_limits<std::int64_t>::max()) {
            CHECK_THROWS_AS(best_folding(stages, budget), invalid_argument);
            continue;
        }
        const folding_search found = best_folding(stages, budget);
        CHECK(found.pipeline.uses.fits(budget));
        CHECK(found.pipeline.interval >= best);
        CHECK(found.interval_bound <= best);
        CHECK(static_cast<double>(found.pipeline.interval) <=
              static_cast<double>(best) * (1 + found.gap()) * (1 + 1e-12));
        proven += found.pipeline.interval == best ? 1 : 0;
    }
    CHECK(proven == cases);
}

TEST_CASE("CNV folds onto the ZCU104 within a proven gap") {
    const auto stages = stages_of(analyze(graph(zoo::cnv(1.0))), int2);
    const folding_search found = best_folding(stages, find_fpga("ZCU104").has);
    CHECK(found.pipeline.uses.fits(find_fpga("ZCU104").has));
    CHECK(found.gap() == 0);
    for (std::size_t i = 0; i < stages.size(); ++i) CHECK(found.pipeline.cycles[i] <= found.pipeline.interval);
}

TEST_CASE("foldings that do not divide the matrix are refused") {
    const pipeline_stage stage{"stage", 64, 27, 1, int2};
    CHECK_THROWS_AS(cost_of(stage, {3, 1}), invalid_argument);
    CHECK_THROWS_AS(cost_of(stage, {1, 2}), invalid_argument);
    CHECK_THROWS_AS(cost_of(stage, {0, 1}), invalid_argument);
    CHECK_THROWS_AS(cost_of({"float", 2, 2, 1, fp16}, {1, 1}), invalid_argument);
    CHECK_THROWS_AS(cost_of({"empty", 0, 2, 1, int2}, {1, 1}), invalid_argument);
    CHECK_THROWS_AS(cost_of({"huge", 1 << 25, 2, 1, int2}, {1, 1}), invalid_argument);
    const pipeline_stage largest{"largest", 1 << 24, 1 << 24, 1, precision(integer<64>::value)};
    CHECK(cost_of(largest, {1 << 24, 1 << 24, weight_memory::distributed}).uses.luts > 0);
    CHECK_THROWS_AS(fold(std::vector{stage}, {}), invalid_argument);
    CHECK_THROWS_AS(best_folding(std::vector{stage}, {}), invalid_argument);
    CHECK_THROWS_AS(best_folding({}, {}), invalid_argument);
    CHECK_THROWS_WITH(stages_of(workload("totals", 8_mop, quantity_of<elements>(1000)), int8),
                      "'totals' has totals only: a pipeline needs its layers");
    const fpga_resources enough{.luts = 100000, .bram18 = 100};
    CHECK_THROWS_AS(best_folding(std::vector(2, stage), enough, {.rounds = 0}), invalid_argument);
    CHECK_THROWS_AS(best_folding(std::vector(2, stage), enough, {.steps = -1}), invalid_argument);
    CHECK(best_folding(std::vector(2, stage), enough, {.rounds = 1, .steps = 0}).pipeline.uses.fits(enough));
}
