// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters.hpp>
#include <qutibench/io/calibration_json.hpp>
#include <qutibench/io/calibration_networks.hpp>
#include <qutibench/measure/calibrate.hpp>

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
    CHECK_THROWS_AS(load_calibration("nowhere/calibration.json"), parse_error);
}
