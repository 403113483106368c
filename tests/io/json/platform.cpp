// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/catalogue.hpp>

#include <cmath>

#include "catch.hpp"

using namespace qutibench;

namespace {

std::string refusal(const std::string& text) {
    try {
        static_cast<void>(parse_platform(text, "n.json"));
    } catch (const parse_error& wrong) {
        return wrong.what();
    }
    return "";
}

std::string with_peak(const std::string& peak) {
    return R"({"id": "x", "peaks": [{"datatype": "int8", )" + peak + "}]}";
}

template <class Quantity>
bool same_figure(const Quantity& a, const Quantity& b) {
    return a.value() == b.value() || (!is_known(a) && !is_known(b));
}

}  // namespace

TEST_CASE("the smallest platform file") {
    const platform board =
        parse_platform(R"({"id": "my_board", "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
        "memories": [{"name": "ddr", "bandwidth_bytes_per_s": 19.2e9}]})");
    CHECK(board.id() == "my_board");
    CHECK(board.name() == "my_board");
    CHECK(board.peak_for(int4).as.dense.value() == 1e12);
    CHECK(board.bandwidth().value() == 19.2e9);
    CHECK_FALSE(is_known(board.off_chip().capacity));
    REQUIRE(board.sources.size() == 2);
    CHECK(board.sources[0].pointer == "/peaks/0/operations_per_second");
    CHECK(board.sources[0].basis == "user");
}

TEST_CASE("without memories there is one off chip, of which nothing is known") {
    const platform board = parse_platform(with_peak(R"("operations_per_second": 1e12)"));
    REQUIRE(board.mode().memories.size() == 1);
    CHECK_FALSE(is_known(board.bandwidth()));
    const platform chip = parse_platform(R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}],
        "memories": [{"name": "sram", "on_chip": true, "capacity_bytes": 8e6}]})");
    REQUIRE(chip.mode().memories.size() == 2);
    CHECK_FALSE(chip.off_chip().on_chip);
}

TEST_CASE("figures keep their source, and those that disagree") {
    const platform board =
        parse_platform(R"({"id": "x", "sources": {"book": "The Book, page 3"}, "peaks": [{"datatype": "w2a8",
        "operations_per_second": {"value": 2e12, "unit": "operation/s", "source": "book", "basis": "derived",
        "derivation": "2 x 1e12",
        "alternatives": [{"value": 3e12, "source": "a talk"}]}}]})");
    REQUIRE(board.sources.size() == 2);
    CHECK(board.sources[0].source == "The Book, page 3");
    CHECK(board.sources[0].basis == "derived");
    CHECK(board.sources[0].derivation == "2 x 1e12");
    CHECK(board.sources[1].pointer == "/peaks/0/operations_per_second/alternatives/0");
    CHECK(board.sources[1].source == "a talk");
    CHECK(board.peak_for({int2, int8}).native);
}

TEST_CASE("a bit-serial peak is one of single bits, and is written so again") {
    const std::string serial = R"("operations_per_second": 36e12, "bit_serial": true}]})";
    const platform board = parse_platform(R"({"id": "x", "peaks": [{"datatype": "binary", )" + serial);
    CHECK(board.peak_for(int4).as.dense.value() == 2.25e12);
    CHECK(parse_platform(to_json(board)).peak_for(int4).as.dense.value() == 2.25e12);
    CHECK(refusal(with_peak(R"("operations_per_second": 1e12, "bit_serial": true)")) ==
          "n.json, /peaks/0/datatype: only the peak of single bits can be bit-serial, not that of int8");
}

TEST_CASE("BISMO runs three bits between two and four, and eight bits at a 64th of its single bits") {
    const platform bismo = load_platform("zcu104_bismo");
    const auto tops = [&](const char* numbers) {
        return bismo.peak_for(parse_precision(numbers)).as.dense.value() * 1e-12;
    };
    CHECK(tops("int2") == 30.7);
    CHECK(tops("int3") == Approx(122.8 / 9));
    CHECK(tops("int4") == 8.8);
    CHECK(tops("int8") == Approx(122.8 / 64));
    CHECK(tops("w2a3") < tops("int2"));
    CHECK(tops("w2a3") > tops("int3"));
}

TEST_CASE("a mode states what differs and inherits the rest") {
    const platform board =
        parse_platform(R"({"id": "x", "power_w": 10, "peaks": [{"datatype": "int8", "operations_per_second": 4}],
        "memories": [{"name": "ddr", "bandwidth_bytes_per_s": 5}],
        "modes": [{"name": "fast"}, {"name": "slow", "power_w": 3,
        "peaks": [{"datatype": "int8", "operations_per_second": 2}]}]})");
    CHECK(board.mode().name == "fast");
    CHECK(board.power().value() == 10);
    const platform slow = board.in_mode("slow");
    CHECK(slow.power().value() == 3);
    CHECK(slow.bandwidth().value() == 5);
    CHECK(slow.peak_for(int8).as.dense.value() == 2);
}

TEST_CASE("impossible figures are refused with file, pointer and reason") {
    CHECK(refusal(with_peak(R"("operations_per_second": -1)")) ==
          "n.json, /peaks/0/operations_per_second: must be positive and finite, not -1");
    CHECK(refusal(with_peak(R"("operations_per_second": 0)")) ==
          "n.json, /peaks/0/operations_per_second: must be positive and finite, not 0");
    CHECK(refusal(with_peak(R"("operations_per_second": {"value": -2, "source": "s"})")) ==
          "n.json, /peaks/0/operations_per_second/value: must be positive and finite, not -2");
    CHECK(refusal(with_peak(R"("operations_per_second": "fast")")) ==
          "n.json, /peaks/0/operations_per_second: must be a number, not a text");
    CHECK(refusal(with_peak(R"("operations_per_second": null)")) ==
          "n.json, /peaks/0/operations_per_second: must be a number, not null; leave out what is not known");
    CHECK(refusal(with_peak(R"("operations_per_second": 1e999)")).find("n.json, /peaks/0/operations_per_second: ") ==
          0);
    CHECK(refusal(with_peak(R"("operations_per_second": NaN)")).find("JSON has no NaN") != std::string::npos);
    CHECK(refusal(with_peak(R"("operations_per_second": 2, "sparse_operations_per_second": 1)")) ==
          "n.json, /peaks/0/sparse_operations_per_second: the sparse peak is below the dense one");
    CHECK(refusal(with_peak(R"("operations_per_second": {"value": 2, "unit": "TOP/s"})")) ==
          "n.json, /peaks/0/operations_per_second/unit: figures in this place are in 'operation/s'");
    CHECK(refusal(with_peak(R"("operations_per_second": {"value": 2, "basis": "guessed"})"))
              .find("/basis: must be 'sourced'") != std::string::npos);
    CHECK(refusal(with_peak(R"("operations_per_second": 1}], "resources": {"utilization": 1.1}, "notes": [{"a": 1)")) ==
          "n.json, /resources/utilization: must be above 0 and at most 1, not 1.1");
}

TEST_CASE("years are whole and of this age") {
    CHECK(refusal(with_peak(R"("operations_per_second": 1}], "year": 2018.5, "notes": [{"a": 1)")) ==
          "n.json, /year: must be a whole number");
    CHECK(refusal(with_peak(R"("operations_per_second": 1}], "year": 18, "notes": [{"a": 1)")) ==
          "n.json, /year: must be a year from 1941 to 2100, not 18");
}

TEST_CASE("missing, unknown and repeated keys are refused with file and pointer") {
    CHECK(refusal(R"({"peaks": []})") == "n.json, the whole document: the key 'id' is missing");
    CHECK(refusal(R"({"id": "x"})").find("the key 'peaks' is missing") != std::string::npos);
    CHECK(refusal(R"({"id": "x", "peaks": []})") == "n.json, /peaks: must hold at least one peak");
    CHECK(refusal(R"({"id": "x", "peaks": [{"operations_per_second": 1}]})") ==
          "n.json, /peaks/0: the key 'datatype' is missing");
    CHECK(refusal(R"({"id": "x", "peaks": [{"datatype": "int90x", "operations_per_second": 1}]})")
              .find("n.json, /peaks/0/datatype: unknown datatype 'int90'") == 0);
    CHECK(refusal(R"({"id": "x", "peeks": []})") == "n.json, /peeks: there is no such key; did you mean 'peaks'?");
    CHECK(refusal(R"({"id": "x", "peaks": [], "id": "y"})") == "n.json, /id: this key comes twice");
    CHECK(refusal(R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1, "datatype": "int4"}]})") ==
          "n.json, /peaks/0/datatype: this key comes twice");
    CHECK(refusal(with_peak(R"("operations_per_second": 1}, {"datatype": "w8a8", "operations_per_second": 1)")) ==
          "n.json, /peaks/1/datatype: there are two peaks for int8");
    CHECK(refusal(with_peak(R"("operations_per_second": 1}], "modes": [{"name": "a"}, {"name": "a")")) ==
          "n.json, /modes/1/name: there are two modes 'a'");
    CHECK(refusal(R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}], "modes": []})")
              .find("n.json, /modes: ") == 0);
    CHECK(refusal(R"({"id": "", "peaks": []})") == "n.json, /id: this text must not be empty");
    CHECK(refusal(R"([1])").find("n.json, the whole document: must be an object, not array") == 0);
}

TEST_CASE("links, roles of memories and compute units are read, a mode's before those of all modes") {
    const platform device = parse_platform(R"({"id": "x", "compute_units": 8,
        "peaks": [{"datatype": "int8", "operations_per_second": 1}],
        "memories": [{"name": "hbm", "bus_width_bits": 1024, "transfer_rate_hz": 2e9},
                     {"name": "l2", "on_chip": true, "role": "cache"}],
        "links": [{"name": "fast", "reach": "devices", "bandwidth_bytes_per_s": 1e9, "devices": 4}],
        "modes": [{"name": "all"}, {"name": "half", "compute_units": 4, "links": []}]})");
    CHECK(device.mode().compute_units == 8);
    CHECK(device.off_chip().bus_width_bits == 1024);
    CHECK(device.off_chip().transfer_rate.value() == 2e9);
    CHECK(device.off_chip().role == memory_role::any);
    CHECK(device.mode().memories[1].role == memory_role::cache);
    CHECK(device.link_to(link_reach::devices)->bandwidth.value() == 1e9);
    CHECK(device.link_to(link_reach::devices)->devices == 4);
    CHECK(device.in_mode("half").mode().compute_units == 4);
    CHECK(device.in_mode("half").link_to(link_reach::devices) == nullptr);
}

TEST_CASE("links and roles that are none are refused") {
    const auto with = [](const std::string& rest) {
        return R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}], )" + rest + "}";
    };
    CHECK(refusal(with(R"("links": [{"name": "a", "reach": "device"}])")) ==
          "n.json, /links/0/reach: unknown reach of a link 'device'; did you mean 'devices'?");
    CHECK(refusal(with(R"("links": [{"name": "a", "reach": "host", "devices": 1}])")) ==
          "n.json, /links/0/devices: a link joins at least two devices");
    CHECK(refusal(with(R"("links": [{"name": "a", "reach": "host"}, {"name": "a", "reach": "host"}])")) ==
          "n.json, /links/1/name: there are two links 'a'");
    CHECK(refusal(with(R"("memories": [{"name": "a", "role": "cash"}])")) ==
          "n.json, /memories/0/role: unknown role of a memory 'cash'; did you mean 'cache'?");
    CHECK(refusal(with(R"("compute_units": 2.5)")) == "n.json, /compute_units: must be a whole number");
}

TEST_CASE("a figure of null says why it is unknown, and is written so again") {
    const std::string text = R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}],
        "power_w": {"value": null, "unit": "W", "note": "depends on the clock"}})";
    const platform device = parse_platform(text);
    CHECK_FALSE(is_known(device.power()));
    REQUIRE(device.sources.size() == 2);
    CHECK(device.sources[1].basis == "unknown");
    CHECK(device.sources[1].derivation == "depends on the clock");
    CHECK(parse_platform(to_json(device)).sources.back().derivation == "depends on the clock");
    CHECK(refusal(R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}],
        "power_w": {"value": null}})") ==
          "n.json, /power_w: a figure of null needs a 'note' that says why it is unknown");
}

TEST_CASE("text that is not JSON is refused with line and column") {
    CHECK(refusal("") == "n.json: the file is empty");
    CHECK(refusal("{\"id\": \"x\", ").find("n.json, line 1, column 13: ") == 0);
    CHECK(refusal("{\n  \"id\": \"x\",\n  oops\n}").find("n.json, line 3, column 3: ") == 0);
    CHECK(refusal("{} {}").find("n.json, line 1, column 4: ") == 0);
    CHECK(refusal("\xff\xfe\x01").find("n.json, line 1") == 0);
    CHECK(refusal(std::string(100000, '[')) == "n.json: this document has more than 64 levels");
    CHECK(refusal(R"([1, {"a": [{}, {"b/c": 1, "b/c": 2}]}])") == "n.json, /1/a/1/b~1c: this key comes twice");
    CHECK(refusal("[[1], [2, {}], 1e999]") == "n.json, /2: number overflow parsing '1e999'");
    CHECK(refusal(R"({"a": [0, 1e999]})") == "n.json, /a/1: number overflow parsing '1e999'");
    CHECK(refusal(std::string("{}\0{}", 5)) == "n.json, line 1, column 3: a JSON document cannot hold a zero byte");
    CHECK(refusal("{\"id\": \"" + std::string(5000, 'x')).size() < 400);
}

TEST_CASE("every prefix of a file is refused, and none crashes") {
    const std::string whole = to_json(load_platform("edgetpu"));
    for (std::size_t size = 0; size + 2 < whole.size(); ++size) CHECK_FALSE(refusal(whole.substr(0, size)).empty());
}

TEST_CASE("what is written reads back the same") {
    for (const std::string& id : platform_ids()) {
        CAPTURE(id);
        const platform first = load_platform(id);
        const platform second = parse_platform(to_json(first));
        CHECK(second.name() == first.name());
        CHECK(second.vendor == first.vendor);
        CHECK(second.device_class == first.device_class);
        CHECK(second.year == first.year);
        CHECK((second.price_usd == first.price_usd || std::isnan(first.price_usd)));
        REQUIRE(second.modes().size() == first.modes().size());
        for (std::size_t i = 0; i < first.modes().size(); ++i) {
            const operating_mode& a = first.modes()[i];
            const operating_mode& b = second.modes()[i];
            CHECK(a.name == b.name);
            REQUIRE(a.peaks.size() == b.peaks.size());
            for (std::size_t k = 0; k < a.peaks.size(); ++k) {
                CHECK(a.peaks[k].numbers == b.peaks[k].numbers);
                CHECK(a.peaks[k].dense == b.peaks[k].dense);
                CHECK(same_figure(a.peaks[k].sparse, b.peaks[k].sparse));
            }
            REQUIRE(a.memories.size() == b.memories.size());
            for (std::size_t k = 0; k < a.memories.size(); ++k) {
                CHECK(a.memories[k].name == b.memories[k].name);
                CHECK(a.memories[k].on_chip == b.memories[k].on_chip);
                CHECK(same_figure(a.memories[k].capacity, b.memories[k].capacity));
                CHECK(same_figure(a.memories[k].bandwidth, b.memories[k].bandwidth));
                CHECK(same_figure(a.memories[k].transfer_rate, b.memories[k].transfer_rate));
                CHECK(a.memories[k].role == b.memories[k].role);
            }
            CHECK(a.compute_units == b.compute_units);
            REQUIRE(a.links.size() == b.links.size());
            for (std::size_t k = 0; k < a.links.size(); ++k) {
                CHECK(a.links[k].name == b.links[k].name);
                CHECK(a.links[k].reach == b.links[k].reach);
                CHECK(a.links[k].devices == b.links[k].devices);
                CHECK(same_figure(a.links[k].bandwidth, b.links[k].bandwidth));
            }
            CHECK(same_figure(a.power, b.power));
            CHECK(same_figure(a.clock, b.clock));
        }
        for (const provenance& one : second.sources) CHECK(one.basis != "user");
    }
}
