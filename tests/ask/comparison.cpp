// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/ask/comparison.hpp>
#include <qutibench/ask/session.hpp>

#include <filesystem>
#include <random>

#include "catch.hpp"

using namespace qutibench;
using Catch::Matchers::Contains;

namespace {

std::vector<answer_facts> answered(const std::string& network, std::vector<std::int64_t> batches = {1},
                                   std::vector<std::string> platforms = {"zcu104_dpu"}) {
    question asked{.networks = {network}, .platforms = std::move(platforms)};
    asked.axes.batches = std::move(batches);
    return facts_of(session().ask(asked).rows);
}

const compared_figure& figure(const compared_pair& of, std::string_view key) {
    return *std::find_if(of.figures.begin(), of.figures.end(),
                         [&](const compared_figure& one) { return one.field->key == key; });
}

constexpr std::string_view by_network[] = {"network"};
constexpr std::string_view by_batch[] = {"batch"};

}  // namespace

TEST_CASE("two networks: the figures of both, what changed, and what got worse") {
    const comparison all = compare(answered("resnet50"), answered("mobilenet_v1"), by_network);
    REQUIRE(all.pairs.size() == 1);
    // The same peak bounds both, so times go as operations do.
    const compared_figure& work = figure(all.pairs[0], "operations");
    const compared_figure& time = figure(all.pairs[0], "latency_s");
    CHECK(time.change() == Approx(work.change()));
    CHECK(time.worse() < 0);
    CHECK(work.worse() == 0);  // neither more nor fewer operations are better in themselves
    const auto worst = all.pairs[0].worst();
    REQUIRE(worst);
    CHECK(worst->field->key == "accuracy_top1");
    CHECK_FALSE(all.pairs[0].worst(0.5));
    // 7.716 GOP instead of 1.137 GOP take 6.78 times as long.
    const comparison back = compare(answered("mobilenet_v1"), answered("resnet50"), by_network);
    CHECK(back.pairs[0].worst()->worse() == Approx(5.783).epsilon(1e-3));
}

TEST_CASE("an answer equals itself") {
    const auto rows = answered("resnet50", {1, 8}, {"zcu104_dpu", "edgetpu"});
    const comparison all = compare(rows, rows, {});
    CHECK(all.pairs.size() == rows.size());
    for (const compared_pair& pair : all.pairs) {
        CHECK(pair.before == pair.after);
        CHECK_FALSE(pair.worst());
        for (const compared_figure& one : pair.figures) CHECK_FALSE(one.change() != 0);
    }
}

TEST_CASE("answers to other questions have no counterpart") {
    CHECK(compare(answered("resnet50"), answered("resnet50", {8}), by_network).pairs.empty());
    CHECK(compare(answered("resnet50"), answered("resnet50", {8}), by_batch).pairs.size() == 1);
    const comparison all = compare(answered("resnet50", {1, 2}), answered("resnet50", {2, 4}), {});
    CHECK(all.pairs.size() == 1);
    CHECK(all.only_before == std::vector<std::size_t>{0});
    CHECK(all.only_after == std::vector<std::size_t>{1});
}

TEST_CASE("answers that were written some time ago") {
    const auto write = [](const std::string& text) {
        const std::string name = "qutibench_answers_" + std::to_string(std::random_device()()) + ".json";
        const std::string path = (std::filesystem::temp_directory_path() / name).string();
        detail::write_file(path, text);
        return path;
    };
    const answers now = session().ask({.networks = {"resnet50"}, .platforms = {"zcu104_dpu", "edgetpu"}});
    record rows = records_of(std::span<const answer>(now.rows));
    rows[0]["a_key_of_a_later_version"] = 1;
    rows[1]["latency_s"] = rows[1]["latency_s"].get<double>() / 2;
    const std::string path = write(rows.dump());
    const comparison all = compare(load_answers(path), facts_of(now.rows), {});
    std::filesystem::remove(path);
    REQUIRE(all.pairs.size() == 2);
    CHECK_FALSE(all.pairs[0].worst());
    REQUIRE(all.pairs[1].worst());
    CHECK(all.pairs[1].worst()->worse() == Approx(1));
    const std::string wrong = write("{}");
    CHECK_THROWS_WITH(load_answers(wrong), Contains("must be an array of answers"));
    detail::write_file(wrong, "[{\"latency_s\": 1}]");
    CHECK_THROWS_WITH(load_answers(wrong), Contains("must have the key 'network'"));
    std::filesystem::remove(wrong);
}
