// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters.hpp>
#include <qutibench/io/calibration_json.hpp>
#include <qutibench/io/calibration_networks.hpp>
#include <qutibench/measure/calibrate.hpp>

#include <cstdio>

using namespace qutibench;

namespace {

std::vector<measurement> published(std::string_view platform) {
    std::vector<measurement> rows = load_measurements(QUTIBENCH_DATA_DIR "/measurements/level3.csv", "qutibench");
    std::erase_if(rows, [&](const measurement& one) { return one.platform != platform; });
    return rows;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

}  // namespace

TEST_CASE("calibration JSON: a saved calibration predicts as before", "[calibration_json]") {
    for (const char* id : {"jetson_tx2", "edgetpu", "ultra96_dpu", "zcu104_finn"}) {
        const std::vector<measurement> rows = published(id);
        const network_set networks = networks_of(rows);
        const calibration fitted = calibrate(points_of(rows), networks, load_platform(id));
        const calibration again = parse_calibration(to_json(fitted), "text");
        CHECK(to_json(again) == to_json(fitted));
        CHECK(again.state().data_hash == fitted.state().data_hash);
        CHECK(again.validation().mape() == Approx(fitted.validation().mape()).epsilon(1e-12));
        for (const measurement& row : rows) {
            const calibrated_estimate a = predict(fitted, networks, row), b = predict(again, networks, row);
            CHECK(b.throughput_ips == Approx(a.throughput_ips).epsilon(1e-12));
            CHECK(b.low_ips == Approx(a.low_ips).epsilon(1e-12));
            CHECK(b.warnings == a.warnings);
        }
    }
}

TEST_CASE("calibration JSON: other measurements have another hash", "[calibration_json]") {
    std::vector<measurement> rows = published("edgetpu");
    const network_set networks = networks_of(rows);
    const std::string before = calibrate(points_of(rows), networks, load_platform("edgetpu")).state().data_hash;
    rows.front().throughput *= 1.001;
    CHECK(calibrate(points_of(rows), networks, load_platform("edgetpu")).state().data_hash != before);
    calibration_point one{"net", {.datatype = int8, .how = feeding::threads, .value = 2}, 10};
    const std::string single = fitting::hash_of(std::span(&one, 1));
    one.run.call_batch = 8;
    CHECK(fitting::hash_of(std::span(&one, 1)) != single);
}

TEST_CASE("calibration JSON: what is wrong is named", "[calibration_json]") {
    const std::vector<measurement> rows = published("edgetpu");
    const std::string good = to_json(calibrate(points_of(rows), networks_of(rows), load_platform("edgetpu")));
    const auto refusal = [](const std::string& text) -> std::string {
        try {
            static_cast<void>(parse_calibration(text, "mine.json"));
        } catch (const parse_error& wrong) {
            return wrong.what();
        }
        return "nothing";
    };
    CHECK(refusal(good) == "nothing");
    CHECK(refusal("") == "mine.json: the file is empty");
    CHECK(refusal(good.substr(0, good.size() / 2)).starts_with("mine.json, line"));
    CHECK(refusal(replaced(good, "\"array\"", "\"arrray\"")).find("arrray") != std::string::npos);
    CHECK(refusal(replaced(good, "\"calibration\": 1", "\"calibration\": 2")) ==
          "mine.json, /calibration: this version is not known");
    CHECK(refusal(replaced(good, "\"compute\": ", "\"compute\": -"))
              .starts_with("mine.json, /parameters/compute: must be positive"));
    CHECK(refusal(replaced(good, "\"compute\": ", "\"computee\": ")).find("did you mean 'compute'?") !=
          std::string::npos);
    CHECK(refusal(replaced(good, "\"int8\"", "\"int88\"")).starts_with("mine.json, /device/modes/0/peaks/0/datatype"));
    CHECK(refusal(replaced(good, "\"log_spread\"", "\"lag_spread\"")).find("log_spread") != std::string::npos);
    CHECK(refusal(replaced(good, "\"operations_per_second\"", "\"kind\": 1, \"operations_per_second\""))
              .starts_with("mine.json, /device/modes/0/peaks/0/kind: there is no such key"));
    CHECK(refusal(replaced(good, "\"measured_ips\"", "\"measured\": 1, \"measured_ips\""))
              .starts_with("mine.json, /held_out_networks/rows/0/measured: there is no such key"));
    CHECK_THROWS_AS(load_calibration("nowhere/calibration.json"), parse_error);
}

// What docs/adapters.md, docs/calibration.md and docs/catalogue.md begin with

namespace qb = qutibench;

TEST_CASE("docs/adapters.md: a file of trtexec") {
    const std::string folder = QUTIBENCH_TEST_DATA_DIR "/adapters/";
    // [measured]
    auto rows =
        qb::load_measurements(folder + "trtexec_log.txt", "trtexec",
                              {.network = "resnet50", .platform = "jetson_tx2", .datatype = qb::fp16, .batch = 8});
    // [measured]
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].network == "resnet50");
    CHECK(rows[0].inputs_per_call() == 8);
}

TEST_CASE("docs/calibration.md: fit, predict, save") {
    const std::string measured = QUTIBENCH_DATA_DIR "/measurements/level3.csv";
    const std::string file = "pages_calibration.json";
    // [calibrated]
    auto rows = qb::load_measurements(measured, "auto");
    std::erase_if(rows, [](const qb::measurement& one) { return one.platform != "ultra96_dpu"; });
    auto fitted = qb::calibrate(qb::points_of(rows), qb::networks_of(rows), qb::load_platform("ultra96_dpu"));
    auto error = fitted.validation().mape();  // leave-one-network-out, never the training error
    auto said = fitted.predict(qb::load_network("mobilenet_v1").work(),
                               {.datatype = qb::int8, .how = qb::feeding::threads, .value = 2});
    // said.throughput(), said.low_ips, said.high_ips, said.warnings
    qb::save_calibration(fitted, file);
    // [calibrated]
    CHECK(error == Approx(0.0267).epsilon(0.02));
    CHECK(said.low_ips < said.throughput().value());
    CHECK(said.throughput().value() < said.high_ips);
    CHECK(qb::load_calibration(file).state().data_hash == fitted.state().data_hash);
    std::remove(file.c_str());
}

TEST_CASE("docs/catalogue.md: by id, by path") {
    const std::string folder = QUTIBENCH_TEST_DATA_DIR;
    // [catalogue]
    qb::platform board = qb::load_platform("jetson_tx2:maxp");         // id, and a mode behind a colon
    qb::platform mine = qb::load_platform(folder + "/my_board.json");  // what has a slash or ends in .json is a path
    qb::network_entry net = qb::load_network("cnv");
    qb::workload work = net.work(0.5);  // half of its channels
    // [catalogue]
    CHECK(board.mode().name == "maxp");
    CHECK(mine.id() == "my_board");
    CHECK(work.weight_count == 1'542'848);
}
