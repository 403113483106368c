// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/check_platform.hpp>

#include "catch.hpp"

using namespace qutibench;

namespace {

/// The remarks of a kind, as "line pointer".
std::vector<std::string> places(const std::vector<platform_remark>& remarks, const std::string& kind) {
    std::vector<std::string> all;
    for (const platform_remark& one : remarks)
        if (one.kind == kind) all.push_back(std::to_string(one.line) + " " + one.pointer);
    return all;
}

const std::string wrong_units = R"({
  "id": "mine",
  "class": "GPU",
  "peaks": [
    {"datatype": "int8", "operations_per_second": 4}
  ],
  "memories": [
    {"name": "ddr", "bandwidth_bytes_per_s": 19.2, "capacity_bytes": 8},
    {"name": "sram", "on_chip": true}
  ],
  "power_w": 15000,
  "clock_hz": 600
})";

}  // namespace

TEST_CASE("figures in another unit are implausible, each with its line") {
    const auto remarks = check_platform(wrong_units);
    CHECK(places(remarks, "implausible") ==
          std::vector<std::string>{"5 /peaks/0/operations_per_second", "8 /memories/0/bandwidth_bytes_per_s",
                                   "8 /memories/0/capacity_bytes", "11 /power_w", "12 /clock_hz"});
    CHECK(remarks.back().message == "a clock of 600 Hz; the unit is Hz, so 1.2 GHz is 1.2e9");
}

TEST_CASE("what is left out is told, and is no fault") {
    const auto remarks = check_platform_file(QUTIBENCH_TEST_DATA_DIR "/my_board.json");
    CHECK(places(remarks, "implausible").empty());
    CHECK(places(remarks, "wrong").empty());
    CHECK(places(remarks, "missing").size() == remarks.size());
    CHECK(places(remarks, "missing").back() == "4 /memories");  // what is on the chip
    const auto whole = check_platform_file(QUTIBENCH_TEST_DATA_DIR "/my_sourced_board.json");
    CHECK(whole.empty());
}

TEST_CASE("a figure that says why it is unknown is not missing") {
    const std::string text = R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
        "power_w": {"value": null, "note": "nobody measured it"}})";
    for (const platform_remark& one : check_platform(text)) CHECK(one.pointer != "/power_w");
}

TEST_CASE("a peak is compared with compute units and clock, a bandwidth with the bus") {
    const auto with = [](const std::string& peak, const std::string& bandwidth) {
        return check_platform(R"({"id": "x", "class": "CPU", "clock_hz": 2e9, "compute_units": 4, "power_w": 9,
            "peaks": [{"datatype": "fp32", "operations_per_second": )" +
                              peak + R"(}],
            "memories": [{"name": "ddr", "capacity_bytes": 8e9, "bus_width_bits": 64, "transfer_rate_hz": 3.2e9,
                          "bandwidth_bytes_per_s": )" +
                              bandwidth + "}]}");
    };
    CHECK(places(with("128e9", "25.6e9"), "implausible").empty());  // 16 operations a cycle; 64 x 3.2e9 / 8
    CHECK(places(with("1e9", "25.6e9"), "implausible") == std::vector<std::string>{"2 /peaks/0/operations_per_second"});
    CHECK(places(with("128e9", "51.2e9"), "implausible") ==
          std::vector<std::string>{"4 /memories/0/bandwidth_bytes_per_s"});
}

TEST_CASE("what a mode states is pointed at in the mode, what it inherits in the file") {
    const auto remarks = check_platform(R"({"id": "x", "class": "GPU",
        "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
        "power_w": 1e5,
        "modes": [{"name": "a"},
                  {"name": "b",
                   "power_w": 2e5}]})");
    CHECK(places(remarks, "implausible") == std::vector<std::string>{"3 /power_w", "6 /modes/1/power_w"});
}

TEST_CASE("a file that does not load is one remark with its line") {
    const auto typo = check_platform("{\"id\": \"x\",\n\"peeks\": []}", "n.json");
    REQUIRE(typo.size() == 1);
    CHECK(typo[0].kind == "wrong");
    CHECK(typo[0].line == 2);
    CHECK(typo[0].message == "n.json, /peeks: there is no such key; did you mean 'peaks'?");
    const auto comma = check_platform("{\n\"id\": \"x\",\n}", "n.json");
    REQUIRE(comma.size() == 1);
    CHECK(comma[0].line == 3);
    CHECK(check_platform("", "n.json").size() == 1);
    CHECK_THROWS_AS(check_platform_file("absent.json"), parse_error);
}

TEST_CASE("nothing in the catalogue is implausible, and nothing is left out without a reason") {
    for (const std::string& id : platform_ids()) {
        for (const platform_remark& one : check_platform(detail::embedded_text("platforms", id), id)) {
            CAPTURE(id, one.line, one.message);
            CHECK(one.kind.empty());
        }
    }
}
