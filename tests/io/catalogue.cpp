// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/csv.hpp>

#include <cmath>
#include <cstdio>

#include "catch.hpp"

using namespace qutibench;

namespace {

std::string id_of_row(const std::string& printed) {
    if (printed == "Ultra96-DPU") return "ultra96_dpu";
    if (printed == "ZCU104-DPU") return "zcu104_dpu";
    if (printed == "ZCU102-DPU") return "zcu102_dpu";
    if (printed == "ZCU104-FINN") return "zcu104_finn";
    if (printed == "ZCU104-BISMO") return "zcu104_bismo";
    if (printed == "TPU-fast") return "edgetpu:fast";
    if (printed == "TPU-slow") return "edgetpu:slow";
    if (printed == "NCS (MyriadX)") return "ncs2";
    if (printed == "U96-Quadcore A53") return "ultra96_a53";
    return "jetson_tx2:" + printed.substr(printed.size() - 4);
}

}  // namespace

TEST_CASE("table 6.2 loads as printed") {
    csv_reader rows = csv_reader::open(QUTIBENCH_DATA_DIR "/measurements/table_6_2_platforms.csv");
    int count = 0;
    for (; rows.next(); ++count) {
        const platform device = load_platform(id_of_row(std::string(rows[0])));
        CAPTURE(device.id());
        for (const std::string datatype : {"int2", "int4", "int8", "fp16", "fp32"}) {
            const double printed = rows.optional_number(rows.column(datatype + "_tops"));
            if (std::isnan(printed)) continue;
            const carried_peak peak = device.peak_for(parse_precision(datatype));
            CHECK(peak.as.dense.value() == Approx(printed * 1e12).epsilon(1e-12));
            CHECK(peak.native == (device.id() != "ultra96_a53" || datatype == "int8"));
        }
        CHECK(device.bandwidth().value() ==
              Approx(rows.number(rows.column("memory_bandwidth_gbps")) * 1e9).epsilon(1e-12));
        CHECK(device.off_chip().capacity.value() == rows.number(rows.column("memory_capacity_gb")) * 1e9);
        const double power = rows.optional_number(rows.column("power_w"));
        CHECK((std::isnan(power) ? !is_known(device.power()) : device.power().value() == power));
    }
    CHECK(count == 12);
}

TEST_CASE("INT8 peaks of the DPUs follow from DSP count and clock") {
    const std::pair<const char*, double> boards[] = {{"ultra96_dpu", 360}, {"zcu104_dpu", 1728}, {"zcu102_dpu", 2520}};
    for (const auto& [id, slices] : boards) {
        const double exact = slices * 2 * 2 * 666e6;
        const platform device = load_platform(id);
        CHECK(std::round(exact / 1e10) * 1e10 == Approx(device.peak_for(int8).as.dense.value()).epsilon(1e-12));
        const auto derived = std::find_if(device.sources.begin(), device.sources.end(), [](const provenance& one) {
            return one.pointer == "/peaks/0/operations_per_second/alternatives/0";
        });
        REQUIRE(derived != device.sources.end());
        CHECK(derived->basis == "derived");
        CHECK(derived->derivation.find("another source states " + std::to_string(static_cast<std::int64_t>(exact))) ==
              0);
    }
}

TEST_CASE("modes are chosen by what follows the colon; the first is the default") {
    CHECK(load_platform("jetson_tx2").mode().name == "maxn");
    CHECK(load_platform("jetson_tx2:maxq").mode().name == "maxq");
    CHECK(load_platform("edgetpu").mode().name == "fast");
    CHECK(load_platform("zcu104_dpu").mode().name.empty());
    CHECK(load_platform("jetson_tx2:maxp").mode().host_clock.value() == 1.4e9);
    CHECK_THROWS_WITH(load_platform("jetson_tx2:maxm"), Catch::Contains("did you mean 'max"));
    CHECK_THROWS_AS(load_platform("jetson_tx2:turbo"), unknown_name);
}

TEST_CASE("unknown ids name the nearest one") {
    CHECK_THROWS_WITH(load_platform("zcu105_dpu"), "unknown platform 'zcu105_dpu'; did you mean 'zcu102_dpu'?");
    CHECK_THROWS_WITH(load_platform("dir"), "unknown platform 'dir'");
    CHECK_THROWS_WITH(load_network("resnet5"),
                      "unknown network 'resnet5'; did you mean 'resnet50' or 'resnet50_pruned_30' or "
                      "'resnet50_pruned_50' or 'resnet50_pruned_80' or 'resnet50_v1_5'?");
    CHECK_THROWS_WITH(load_network("resnet5O"), "unknown network 'resnet5O'; did you mean 'resnet50'?");
    CHECK_THROWS_AS(load_platform(""), unknown_name);
    CHECK_THROWS_AS(load_network(""), unknown_name);
}

TEST_CASE("paths that are no readable file") {
    for (const char* const path : {"absent.json", "no/such/board", QUTIBENCH_SOURCE_DIR, "."}) {
        CAPTURE(path);
        CHECK_THROWS_AS(load_platform(path), parse_error);
        CHECK_THROWS_AS(load_network(path), parse_error);
    }
    CHECK_THROWS_WITH(load_platform("absent.json"), "absent.json: there is no such file");
    CHECK_THROWS_WITH(load_network(QUTIBENCH_SOURCE_DIR), Catch::Contains("this is a folder, not a file"));
    CHECK_THROWS_WITH(load_platform("/dev/null"), "/dev/null: this is a device, not a file");
}

TEST_CASE("every file of the catalogue loads, under the id that its name says, and every figure has a source") {
    CHECK(platform_ids().size() >= 100);
    for (const std::string& id : platform_ids()) {
        CAPTURE(id);
        const platform device = load_platform(id);
        CHECK(device.id() == id);
        CHECK_FALSE(device.sources.empty());
        for (const provenance& figure : device.sources) {
            CAPTURE(figure.pointer);
            CHECK((figure.basis == "sourced" || figure.basis == "derived" || figure.basis == "unknown"));
            CHECK((figure.basis == "unknown" || figure.source.size() > 8));
            CHECK((figure.basis == "sourced" || !figure.derivation.empty()));
        }
    }
    for (const std::string& id : network_ids()) {
        CAPTURE(id);
        const network_entry net = load_network(id);
        CHECK(net.id == id);
        CHECK(net.work().operation_count > 0);
        for (const network_accuracy& one : net.accuracies) CHECK(one.source.size() > 8);
        for (const provenance& figure : net.sources) CHECK(figure.source.size() > 8);
    }
}

TEST_CASE("the published workloads and accuracies are those of tables 6.1 and 5.2") {
    csv_reader rows = csv_reader::open(QUTIBENCH_DATA_DIR "/measurements/table_6_1_networks.csv");
    const auto find = [](std::string_view name, double percent) {
        const bool pruned = name == "resnet50" && percent != 100;
        const std::string id =
            pruned ? "resnet50_pruned_" + std::to_string(static_cast<int>(percent)) : std::string(name);
        return std::pair(load_network(id), pruned ? 1.0 : percent / 100);
    };
    while (rows.next()) {
        const auto [net, keep] = find(rows[0], rows.number(1));
        CAPTURE(net.id, keep);
        const workload& published = net.published_work(keep);
        CHECK(std::abs(static_cast<double>(published.operation_count) / 1e9 - rows.number(2)) <= 0.051);
        CHECK(static_cast<double>(published.operation_count) / static_cast<double>(published.weight_count) ==
              Approx(rows.number(rows.column("oi_int8"))).epsilon(1e-4));
    }
    csv_reader accuracies = csv_reader::open(QUTIBENCH_DATA_DIR "/measurements/table_5_2_accuracy.csv");
    int count = 0;
    for (; accuracies.next(); ++count) {
        const auto [net, keep] = find(accuracies[0], accuracies.number(1));
        const network_accuracy* const one = net.accuracy(keep, parse_precision(accuracies[2]));
        CAPTURE(net.id, keep);
        REQUIRE(one != nullptr);
        CHECK(one->top1 * 100 == Approx(accuracies.number(3)));
        CHECK((std::isnan(one->top5) ? accuracies[4].empty() : one->top5 * 100 == Approx(accuracies.number(4))));
    }
    CHECK(count == 45);
}

TEST_CASE("a folder of platforms, and an id that comes twice") {
    const auto all = load_platform_folder(QUTIBENCH_DATA_DIR "/platforms");
    CHECK(all.size() == platform_ids().size());
    CHECK_THROWS_AS(load_platform_folder("no/such/folder"), parse_error);
    const std::string folder = "qutibench_platform_folder";
    std::filesystem::create_directory(folder);
    for (const char* const name : {"/a.json", "/b.json"}) save_platform(load_platform("edgetpu"), folder + name);
    CHECK_THROWS_WITH(load_platform_folder(folder),
                      Catch::Contains("b.json, /id: 'edgetpu' is also the id of ") && Catch::Contains("a.json"));
    CHECK(load_platform(folder + "/a.json:slow").mode().name == "slow");
    std::filesystem::remove_all(folder);
}

TEST_CASE("details: resources agree with the table of FPGA parts, operators keep their source") {
    const std::pair<const char*, const char*> boards[] = {
        {"ZCU104", "zcu104_finn"},    {"ZCU102", "zcu102_dpu"},     {"Ultra96", "ultra96_dpu"},
        {"KV260", "kv260"},           {"PYNQ-Z1", "pynq_z1"},       {"ZC706", "zc706"},
        {"Alveo U50", "alveo_u50"},   {"Alveo U250", "alveo_u250"}, {"VCU1525", "vu9p"},
        {"Alveo U280", "alveo_u280"},
    };
    for (const auto& [board, id] : boards) {
        CAPTURE(id);
        const platform_details details = load_platform_details(id);
        REQUIRE(details.resources);
        CHECK(*details.resources == find_fpga(board).has);
        CHECK(details.utilization == 1);
        const platform device = load_platform(id);
        for (const memory_level& one : device.mode().memories)
            if (one.on_chip) CHECK(one.capacity == details.resources->memory());
    }
    CHECK_FALSE(load_platform_details("jetson_tx2:maxp").resources);
    const platform_details edge = load_platform_details("edgetpu");
    CHECK(edge.operators.unsupported_networks == std::vector<std::string>{"cnv", "mlp"});
    CHECK(edge.operators.source.find("section 5.2.3") != std::string::npos);
    const std::string hosted = R"({"id": "npu", "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
        "operators": {"unsupported": ["softmax"], "source": "its compiler",
                      "host": {"name": "Cortex-M55", "operations_per_second": 1e9, "bandwidth_bytes_per_s": 8e8}}})";
    const platform npu = parse_platform(hosted);
    CHECK(npu.operators.host.name == "Cortex-M55");
    const platform again = parse_platform(to_json(npu));
    CHECK(again.operators.host.peak == npu.operators.host.peak);
    CHECK(again.operators.host.bandwidth == npu.operators.host.bandwidth);
    CHECK_THROWS_AS(load_platform_details("edgetpv"), unknown_name);
    CHECK_THROWS_WITH(parse_platform_details(R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}],
        "operators": {"supports": ["dense"], "source": "a"}})",
                                             "p.json"),
                      "p.json, /operators/supports: there is no such key; did you mean 'supported'?");
    const auto refusing = [](const std::string& types) {
        return parse_platform(R"({"id": "x", "peaks": [{"datatype": "int8", "operations_per_second": 1}],
            "operators": {"unsupported": [)" +
                                  types + R"(], "source": "a"}})",
                              "p.json");
    };
    CHECK(refusing(R"("softmax", "TopK")").operators.unsupported.size() == 2);  // a layer, and a file's operator
    CHECK_THROWS_WITH(refusing(R"("dense", "convolution2d")"),
                      "p.json, /operators/unsupported/1: there is no layer type 'convolution2d'; did you mean "
                      "'convolution_2d'?");
}

TEST_CASE("the examples of docs/catalogue.md load") {
    CHECK(load_platform(QUTIBENCH_TEST_DATA_DIR "/my_board.json").bandwidth().value() == 19.2e9);
    const platform eco = load_platform(QUTIBENCH_TEST_DATA_DIR "/my_sourced_board.json:eco");
    CHECK(eco.power().value() == 7);
    CHECK(eco.bandwidth().value() == 51.2e9);
    CHECK(eco.in_mode("fast").peak_for(int8).as.sparse.value() == 40e12);
    const network_entry tiny = load_network(QUTIBENCH_TEST_DATA_DIR "/my_network.json");
    CHECK(tiny.work().weight_count == 3 * 9 * 16 + 16 * 9 * 16 + 16 * 10);
    CHECK(tiny.accuracy(1, int8)->top1 == 0.81);
}
