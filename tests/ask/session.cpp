// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/ask/session.hpp>

#include "catch.hpp"

#include <qutibench/ask/calibrated.hpp>
#include <qutibench/ask/explained.hpp>
#include <qutibench/ask/measured.hpp>
#include <qutibench/ask/question_json.hpp>
#include <qutibench/ask/records.hpp>

#include <set>

using namespace qutibench;
using namespace qutibench::literals;
using Catch::Matchers::Contains;

namespace {

[[nodiscard]] question asked_in(std::string_view text) {
    const detail::json document = detail::parse_json(text, "the test");
    return question_of(detail::json_reader(document, "the test"));
}

[[nodiscard]] answer only_answer(const question& asked) {
    const answers all = session().ask(asked);
    REQUIRE(all.rows.size() == 1);
    return all.rows.front();
}

}  // namespace

TEST_CASE("every axis and setting of a question in JSON reaches predict") {
    const answer one = only_answer(asked_in(
        R"({"networks": ["cnv"], "platforms": ["ultra96_dpu"], "datatypes": ["int8"], "batches": 4, "threads": 3,
            "placement": "capacity", "execution": "layers", "changed": {"clock": 2, "bandwidth": 0.5, "on_chip": 3},
            "parameters": {"call_overhead_s": 1e-4, "cores": 2, "overlap": "none"}, "sparse": true,
            "overrides": ["conv1:weights=off"]})"));
    const platform device = scaled(load_platform("ultra96_dpu"), {2, 0.5, 3});
    deployment how{.datatype = int8,
                   .batch = 4,
                   .placement = placement_kind::capacity,
                   .execution = execution_kind::layers,
                   .sparse = true,
                   .threads = 3};
    how.parameters.call_overhead = 1e-4;
    how.parameters.cores = 2;
    how.parameters.overlap = overlap_kind::none;
    how.overrides = {{"conv1", tensor_role::weights, false}};
    const estimate want = predict(load_network("cnv").work(), device, how);
    CHECK(one.prediction.call_time == want.call_time);
    CHECK(one.prediction.calls == 3);
    CHECK(one.prediction.traffic == want.traffic);
    CHECK(one.scales == device_scales{2, 0.5, 3});
}

TEST_CASE("a stream is a call of a pipeline, and of nothing else") {
    const answer one = only_answer(
        asked_in(R"({"networks": ["cnv"], "platforms": ["zcu104_finn"], "datatypes": ["int2"], "streams": 100,
                     "execution": "dataflow"})"));
    deployment how{.datatype = int2, .batch = 100, .execution = execution_kind::dataflow};
    CHECK(one.prediction.call_time == predict(load_network("cnv").work(), load_platform("zcu104_finn"), how).call_time);
    CHECK_THROWS_WITH(session().ask(asked_in(R"({"networks": ["cnv"], "platforms": ["zcu104_finn"], "streams": 9})")),
                      Contains("execution model 'dataflow'"));
}

TEST_CASE("what a question has no key for is refused with the nearest") {
    CHECK_THROWS_WITH(asked_in(R"({"networks": [], "platforms": [], "batch_size": 1})"), Contains("batches"));
    CHECK_THROWS_WITH(asked_in(R"({"networks": [], "platforms": [], "parameters": {"core": 2}})"),
                      Contains("did you mean 'cores'?"));
    CHECK_THROWS_AS(asked_in(R"({"networks": [], "platforms": [], "calibration": "none"})"), parse_error);
}

TEST_CASE("a lenient question passes over what cannot be had") {
    question asked{.networks = {"resnet50_pruned_80", "cnv"}, .platforms = {"zcu104_dpu"}, .keep = {0.5}};
    CHECK_THROWS_AS(session().ask(asked), invalid_argument);
    asked.is_lenient = true;
    const answers all = session().ask(asked);
    CHECK(all.rows.size() == 1);
    CHECK(all.skipped.size() == 1);
}

TEST_CASE("of several networks, one without operations is named and left out") {
    session known;
    known.add(parse_network(R"({"id": "idle", "layers": [{"type": "input", "extents": [1, 3, 8, 8]},
                                                       {"type": "activation", "function": "relu"}]})"));
    const answers all = known.ask({.networks = {"idle", "cnv"}, .platforms = {"zcu104_dpu"}});
    CHECK(all.rows.size() == 1);
    REQUIRE(all.skipped.size() == 1);
    CHECK(all.skipped[0] == "network 'idle' has neither operations nor weights");
    CHECK_THROWS_WITH(known.ask({.networks = {"idle"}, .platforms = {"zcu104_dpu"}}),
                      "network 'idle' has neither operations nor weights");
}

TEST_CASE("what is added goes before the catalogue, in each of its modes") {
    session known;
    operating_mode eco = load_platform("zcu104_dpu").mode(), full = eco;
    eco.name = "eco";
    full.name = "full";
    for (peak& one : full.peaks) one.dense *= 2;
    known.add(platform("mine", {eco, full}));
    CHECK(known.platform_ids().back() == "mine");
    CHECK(known.device("mine:full")->mode().peaks[0].dense == 2.0 * known.device("mine")->mode().peaks[0].dense);
    CHECK_THROWS_AS(known.device("mine:fast"), unknown_name);
}

TEST_CASE("training is three times the inference and an update of every weight") {
    question asked{.networks = {"resnet50"}, .platforms = {"jetson_tx2:maxn"}};
    asked.axes.datatypes = {fp32};
    const workload net = load_network("resnet50").work();
    asked.is_training = true;
    // T eq. 2.6; a peak counts two operations a multiply-accumulate, so an odd sum is rounded up
    const double want = 3.0 * static_cast<double>(net.operation_count) + static_cast<double>(net.parameter_count);
    CHECK(only_answer(asked).operations() == Approx(want).margin(1));
}

TEST_CASE("a step of training fits a device by all that it holds, not by its weights alone") {
    question asked{.networks = {"resnet50"}, .platforms = {"rtx_4090"}};
    asked.axes.datatypes = {fp16};
    asked.axes.batches = {64, 4096};
    asked.is_training = true;
    const answers all = session().ask(asked);
    REQUIRE(all.rows.size() == 2);
    CHECK(all.rows[0].prediction.feasible == feasibility::feasible);
    CHECK(all.rows[1].prediction.feasible == feasibility::infeasible);
    CHECK(marks_of(all.rows[1]) == "!");
    const record one = to_record(all.rows[0]);
    const workload net = load_network("resnet50").work();
    CHECK(one["memory_bytes"] == memory_of_training(net, fp16, 64).total());
    asked.axes.batches = {64};
    asked.training = {optimizer_kind::adam, true};
    CHECK(to_record(only_answer(asked))["memory_bytes"] == memory_of_training(net, fp16, 64, asked.training).total());
    asked.is_training = false;
    CHECK_FALSE(to_record(only_answer(asked)).contains("memory_bytes"));
    CHECK(std::isnan(only_answer(asked).training_bytes()));
}

TEST_CASE("how to train is refused where training is not asked for") {
    CHECK_THROWS_WITH(asked_in(R"({"networks": ["cnv"], "platforms": ["ncs2"], "optimizer": "adam"})"),
                      Contains("optimizer") && Contains("training, which is not asked for"));
    const question asked = asked_in(
        R"({"networks": ["cnv"], "platforms": ["ncs2"], "training": true, "optimizer": "adam", "recompute": true})");
    CHECK(asked.training == training_setup{optimizer_kind::adam, true});
}

TEST_CASE("two devices that share a batch over a fast link are nearly twice as fast, and draw twice the power") {
    question asked{.networks = {"resnet50"}, .platforms = {"jetson_tx2:maxn"}};
    asked.axes.datatypes = {fp16};
    asked.axes.batches = {64};
    const answer alone = only_answer(asked);
    asked.axes.fit = several_devices{2, {quantity_of<bytes_per_second>(1e15), seconds{}}, split_kind::data};
    const answer both = only_answer(asked);
    CHECK(both.throughput_ips() / alone.throughput_ips() == Approx(2).epsilon(0.05));
    CHECK(both.energy_j() == Approx(alone.energy_j() * 2 * alone.throughput_ips() / both.throughput_ips()));
    const record one = to_record(both);
    CHECK(one["devices"] == 2);
    CHECK_FALSE(to_record(alone).contains("devices"));
}

TEST_CASE("several devices cost their number, and are no calibration") {
    question asked{.networks = {"cnv"}, .platforms = {"zcu104_dpu"}};
    asked.axes.batches = {8};
    const answer alone = only_answer(asked);
    asked.axes.fit = several_devices{2, {quantity_of<bytes_per_second>(1e9), seconds{}}, split_kind::data};
    const auto figure = [](const answer& of, std::string_view name) {
        const auto at = std::find_if(answer_fields.begin(), answer_fields.end(),
                                     [&](const answer_field& one) { return one.key == name; });
        return at->number_of(of);
    };
    const answer both = only_answer(asked);
    CHECK(figure(both, "price_usd") == 2 * figure(alone, "price_usd"));
    CHECK(figure(both, "attained_ops_per_s") <= figure(both, "peak_ops_per_s"));
    // one input is work for one device
    asked.axes.batches = {1};
    const answer idle = only_answer(asked);
    CHECK(to_record(idle)["devices"] == 1);
    CHECK(marks_of(idle).empty());
    CHECK_FALSE(to_record(idle).contains("throughput_low_ips"));
    CHECK_THROWS_WITH(card_record(both), Contains("one device"));
    CHECK_THROWS_WITH(explained(both), Contains("one device"));
}

TEST_CASE("every kernel says where its result lives, also when a layer that rides along writes it") {
    question asked{.networks = {"cnv"}, .platforms = {"zcu104_dpu"}};
    asked.axes.executions = {execution_kind::layers};
    for (const explained_kernel& one : explained(only_answer(asked)).kernels) {
        CAPTURE(one.layer);
        CHECK(one.lives[static_cast<std::size_t>(tensor_role::activations)] == "on chip");
    }
}

TEST_CASE("a calibration refuses what it has no use for, and another device") {
    question asked{.networks = {"cnv"}, .platforms = {"zcu104_finn"}};
    calibration_state state;
    state.device.id = "another";
    asked.axes.fit = calibrated_fit(calibration(state), "fit.json");
    asked.axes.is_measured_fit = true;
    CHECK_THROWS_WITH(session().ask(asked), Contains("fit.json is a calibration of 'another', not of 'zcu104_finn'"));
    asked.axes.executions = {execution_kind::layers};
    CHECK_THROWS_WITH(session().ask(asked), Contains("has no use for an execution model"));
}

TEST_CASE("marks say what the figures of a row do not show") {
    const auto marks_in = [](question asked) { return marks_of(only_answer(asked)); };
    question asked{.networks = {"cnv"}, .platforms = {"zcu104_finn"}};
    asked.axes.datatypes = {int2};
    CHECK(marks_in(asked).empty());
    CHECK_FALSE(to_record(only_answer(asked)).contains("marks"));
    asked.axes.executions = {execution_kind::dataflow};
    CHECK(marks_in(asked) == "p");
    CHECK(to_record(only_answer(asked))["marks"] == "p");
    asked.axes.batches = {16};
    CHECK(marks_in(asked).empty());

    question other{.networks = {"cnv"}, .platforms = {"edgetpu:fast"}};
    other.axes.datatypes = {int2};
    CHECK(marks_in(other) == "xc");

    const auto device = [](bytes_per_second bandwidth, bytes capacity) {
        return platform("board", {{.peaks = {{int8, 1_top_per_s}}, .memories = {{"ddr", capacity, bandwidth}}}});
    };
    const auto marks_on = [](const platform& board) {
        session known;
        known.add(board);
        question mine{.networks = {"cnv"}, .platforms = {"board"}};
        mine.axes.datatypes = {int8};
        return marks_of(known.ask(mine).rows.at(0));
    };
    CHECK(marks_on(device(1_gb_per_s, 1_gib)).empty());
    CHECK(marks_on(device(1_gb_per_s, 1_kib)) == "!");
    CHECK(marks_on(device(unknown<bytes_per_second>, unknown<bytes>)) == "bm");
}

TEST_CASE("every mark has a letter and a sentence of its own") {
    std::set<char> letters;
    std::set<std::string_view> sentences;
    for (const mark& one : marks) {
        letters.insert(one.letter);
        sentences.insert(one.says);
    }
    CHECK(letters.size() == marks.size());
    CHECK(sentences.size() == marks.size());
}
