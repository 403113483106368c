// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/explore/serving_space.hpp>
#include <qutibench/language/zoo.hpp>

using namespace qutibench;

namespace {

[[nodiscard]] std::shared_ptr<const platform> gpu(const char* id, double bandwidth, double half, double capacity) {
    operating_mode mode;
    mode.peaks = {{bf16, quantity_of<ops_per_second>(half)}, {fp8, quantity_of<ops_per_second>(2 * half)}};
    mode.memories = {{.name = "dram",
                      .capacity = quantity_of<bytes>(capacity),
                      .bandwidth = quantity_of<bytes_per_second>(bandwidth)}};
    mode.links = {{.name = "link",
                   .reach = link_reach::devices,
                   .bandwidth = quantity_of<bytes_per_second>(450e9),
                   .devices = 8}};
    return std::make_shared<const platform>(id, std::vector{mode});
}

[[nodiscard]] serving_axes axes_of(const language_model& model) {
    serving_axes axes;
    axes.platforms = {gpu("small", 2e12, 300e12, 80e9), gpu("large", 4.8e12, 989e12, 141e9)};
    axes.layouts = layouts_of(model, {.tensor = {1, 2, 4, 8}, .data = {1, 2}, .expert = {1, 4}, .pipeline = {1, 2}});
    axes.precisions = {bf16, fp8};
    axes.concurrencies = {1, 2, 4, 8, 16, 32, 64, 128, 256};
    return axes;
}

constexpr std::array metrics{serving_metric::tokens_per_s_per_user, serving_metric::tokens_per_s_per_device};

}  // namespace

TEST_CASE("layouts are those that a model takes") {
    const language_model dense = zoo::build_language("llama_3_1_8b");
    CHECK(layouts_of(dense, {.tensor = {1, 2, 64}, .expert = {1, 2}}) ==
          std::vector<language_layout>{{.tensor = 1}, {.tensor = 2, .expert_tensor = 2}});
    const language_model routed = zoo::build_language("qwen3_30b_a3b");
    CHECK(layouts_of(routed, {.tensor = {4}, .data = {2}, .expert = {1, 3, 8}}) ==
          std::vector<language_layout>{{4, 2, 1, 8, 1}, {4, 2, 8, 1, 1}});
    CHECK_THROWS_AS(layouts_of(dense, {.pipeline = {33}}), invalid_argument);
    CHECK_THROWS_AS(layouts_of(dense, {.tensor = {0}}), invalid_argument);
}

TEST_CASE("a frontier holds the points that no other beats, and those alone") {
    const language_model model = zoo::build_language("qwen3_30b_a3b");
    const serving_space space(model, axes_of(model));
    REQUIRE(space.size() == 2 * space.axes().layouts.size() * 2 * 9);
    const std::vector<std::uint64_t> front = serving_frontier(space, metrics, 1);
    std::vector<std::uint64_t> expected;
    std::vector<serving_estimate> all;
    for (std::uint64_t i = 0; i < space.size(); ++i) all.push_back(space.estimate(i));
    for (std::uint64_t i = 0; i < space.size(); ++i) {
        const auto beats = [&](const serving_estimate& a, const serving_estimate& b) {
            return a.fits && a.tokens_per_s_per_user >= b.tokens_per_s_per_user &&
                   a.tokens_per_s_per_device >= b.tokens_per_s_per_device &&
                   (a.tokens_per_s_per_user > b.tokens_per_s_per_user ||
                    a.tokens_per_s_per_device > b.tokens_per_s_per_device);
        };
        // of equal points the first
        const auto equals = [&](const serving_estimate& a) {
            return a.fits && a.tokens_per_s_per_user == all[i].tokens_per_s_per_user &&
                   a.tokens_per_s_per_device == all[i].tokens_per_s_per_device;
        };
        const auto here = all.begin() + static_cast<std::ptrdiff_t>(i);
        if (all[i].fits && std::none_of(all.begin(), all.end(), [&](const auto& one) { return beats(one, all[i]); }) &&
            std::none_of(all.begin(), here, equals))
            expected.push_back(i);
    }
    CHECK(front == expected);
    CHECK(front.size() > 3);
    CHECK(serving_frontier(space, metrics, 2) == front);
}

TEST_CASE("a point of a space is the answer to its question") {
    const language_model model = zoo::build_language("qwen3_30b_a3b");
    const serving_space space(model, axes_of(model));
    const std::uint64_t number = 2 * space.size() / 3 + 5;
    const serving_point at = space.point(number);
    const serving_axes& axes = space.axes();
    const serving_estimate one = serve(model, *axes.platforms[at.platform], axes.precisions[at.precision],
                                       axes.layouts[at.layout], space.asked(axes.concurrencies[at.concurrency]));
    CHECK(space.estimate(number).time_per_output_token_s == one.time_per_output_token_s);
    std::array<double, 10> values{};
    std::vector<serving_metric> every;
    std::vector<double*> columns;
    for (std::size_t i = 0; i < values.size(); ++i) {
        every.push_back(static_cast<serving_metric>(i));
        columns.push_back(&values[i]);
    }
    space.fill(number, 1, every, columns);
    CHECK(values[0] == one.tokens_per_s_per_user);
    CHECK(values[1] == one.tokens_per_s_per_device);
    CHECK(values[2] == one.tokens_per_s);
    CHECK(std::isnan(values[3]));  // no source states a price
    CHECK(values[4] == one.time_to_first_token_s);
    CHECK(values[5] == one.time_per_output_token_s);
    CHECK(values[6] == one.request_s);
    CHECK(std::isnan(values[7]));  // nor a power
    CHECK(values[8] == one.memory.needed);
    CHECK(values[9] == static_cast<double>(one.devices));
    CHECK_THROWS_AS(space.point(space.size()), invalid_argument);
    CHECK_THROWS_AS(serving_frontier(space, {}), invalid_argument);
    CHECK_THROWS_AS(serving_space(model, {}), invalid_argument);
    serving_axes idle = axes_of(model);
    idle.concurrencies = {0};
    CHECK_THROWS_AS(serving_space(model, idle), invalid_argument);
    serving_axes hasty = axes_of(model);
    hasty.limits.time_per_output_token_s = -1;
    CHECK_THROWS_AS(serving_space(model, hasty), invalid_argument);
}

TEST_CASE("limits leave out what breaks them, and goodput is the largest load within them") {
    const language_model model = zoo::build_language("llama_3_1_8b");
    serving_axes axes;
    axes.platforms = {gpu("gpu", 3.35e12, 989e12, 80e9)};
    axes.concurrencies = {1, 8, 64, 256};
    axes.limits = {.time_to_first_token_s = .5, .time_per_output_token_s = .012};
    const serving_space space(model, axes);
    for (const std::uint64_t number : serving_frontier(space, metrics, 1)) {
        CHECK(space.estimate(number).time_per_output_token_s <= .012);
        CHECK(space.estimate(number).time_to_first_token_s <= .5);
    }
    const serving server(model, *axes.platforms[0], bf16, {});
    const double load = largest_load(server, {}, axes.limits);
    REQUIRE(load >= 1);
    CHECK(axes.limits.hold(server({.concurrency = load})));
    CHECK_FALSE(axes.limits.hold(server({.concurrency = load + 1})));
    CHECK(largest_load(server, {}, {.time_per_output_token_s = 1e-6}) == 0);
    CHECK_THROWS_AS(largest_load(server, {}, {.time_per_output_token_s = -1}), invalid_argument);
}

TEST_CASE("devices that only read prompts are counted by the time that they are busy") {
    const language_model model = zoo::build_language("llama_3_1_8b");
    const serving server(model, *gpu("gpu", 3.35e12, 989e12, 80e9), bf16, {});
    const serving_question ask{
        .prompt_tokens = 4000, .output_tokens = 200, .concurrency = 32, .separate_prefill = true};
    const serving_estimate apart = server(ask);
    // requests a second times the seconds of a prompt
    const double busy = 32 / apart.request_s * server.prompt_time(ask).total();
    CHECK(apart.prefill_devices == Approx(busy));
    CHECK(apart.tokens_per_s_per_device == Approx(apart.tokens_per_s / (1 + busy)));
    serving_question together = ask;
    together.separate_prefill = false;
    CHECK(server(together).prefill_devices == 0);
    CHECK(server(together).tokens_per_s_per_device == server(together).tokens_per_s);
}

TEST_CASE("precisions are written as they are read") {
    const std::vector<std::string> words{"fp8", "kv=fp8", "bf16", "experts=mxfp4"};
    const auto both = parse_language_precisions({}, words);
    REQUIRE(both.size() == 2);
    CHECK(to_string(both[0]) == "fp8 kv=fp8");
    CHECK(to_string(both[1]) == "bf16 experts=mxfp4");
    CHECK(parse_language_precisions(fp8, {}) == std::vector<language_precision>{fp8});
    const std::vector<std::string> wrong{"expert=fp8"};
    CHECK_THROWS_AS(parse_language_precisions({}, wrong), unknown_name);
}
