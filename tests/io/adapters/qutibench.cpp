// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters.hpp>

namespace qb = qutibench;
using Catch::Matchers::Contains;

namespace {

const std::string data = QUTIBENCH_SOURCE_DIR "/data/measurements/";
const std::string portal_header =
    "NN_Topology,HWType,Datatype,Op mode,batch/thread/stream,lat-sys,lat-comp,fps-system,fps-comp,tp-system,tp-comp,"
    "top1 [%],top5 [%],Base_Pwr_W,Idle_Pwr_W,Full_Pwr_W,GOPS,PruningFactor, level\n";

qb::measurement only(const std::string& text, const qb::ingest_options& options = {}) {
    const auto rows = qb::parse_measurements(text, "qutibench", options);
    REQUIRE(rows.size() == 1);
    return rows.front();
}

}  // namespace

TEST_CASE("level 3: every row is read, once for each scope") {
    const auto system = qb::load_measurements(data + "level3.csv");
    const auto compute =
        qb::load_measurements(data + "level3.csv", "qutibench", {.scope = qb::measured_scope::compute});
    REQUIRE(system.size() == 974);
    REQUIRE(compute.size() == 974);
    // cnv,jetson_tx2,maxn,fp16,100,batch,1,1.49,1.12055,681.758,906.399,87.06,,1.8,5.7,11.8
    const qb::measurement& first = system.front();
    CHECK(first.network == "cnv");
    CHECK(first.platform == "jetson_tx2");
    CHECK(first.mode == "maxn");
    CHECK(first.datatype == qb::precision(qb::fp16));
    CHECK(first.latency.value() == Approx(0.00149));
    CHECK(first.throughput.value() == 681.758);
    CHECK(first.accuracy_top1 == Approx(0.8706));
    CHECK(std::isnan(first.accuracy_top5));
    CHECK(first.power.value() == 11.8);
    CHECK(first.power_idle.value() == 5.7);
    CHECK(first.power_base.value() == 1.8);
    CHECK(first.line == 2);
    CHECK(first.source->format == "qutibench");
    CHECK(compute.front().throughput.value() == 906.399);
    CHECK(compute.front().scope == qb::measured_scope::compute);
}

TEST_CASE("level 3: rows with compute figures only give those and say so") {
    std::size_t only_compute = 0;
    for (const qb::measurement& one : qb::load_measurements(data + "level3.csv")) {
        const bool compute = one.scope == qb::measured_scope::compute;
        CHECK(one.has(qb::caution::other_scope) == compute);
        only_compute += compute ? 1 : 0;
        CHECK((qb::is_known(one.latency) || qb::is_known(one.throughput)));
    }
    CHECK(only_compute == 334);
}

TEST_CASE("level 3: black-box pruned networks are networks, others keep a fraction") {
    std::size_t black_box = 0;
    for (const qb::measurement& one : qb::load_measurements(data + "level3.csv")) {
        if (one.network.starts_with("resnet50")) {
            CHECK(one.keep == 1);
            black_box += one.network.starts_with("resnet50_pruned_") ? 1 : 0;
        } else {
            CHECK((one.keep == 1 || one.keep == 0.5 || one.keep == 0.25 || one.keep == 0.125));
        }
    }
    CHECK(black_box == 24);
}

TEST_CASE("levels 1 and 2 need the network's name and give layers and blocks") {
    CHECK_THROWS_WITH(qb::load_measurements(data + "level1_resnet50.csv"), Contains("network"));
    const auto layers = qb::load_measurements(data + "level1_resnet50.csv", "auto", {.network = "resnet50"});
    CHECK(layers.size() == 205 - 2);  // two rows read "None"
    CHECK(layers.front().level == qb::measured_level::layer);
    CHECK(layers.front().part == "res2a_branch2a");
    CHECK(layers.front().operations == Approx(25.69e6));
    CHECK(layers.front().performance.value() == Approx(428.05e9));
    CHECK(layers.front().scope == qb::measured_scope::compute);
    CHECK(layers.front().deployment == qb::deployment_parameter::threads);
    const auto blocks = qb::load_measurements(data + "level2_resnet50_tx2.csv", "auto", {.network = "resnet50"});
    CHECK(blocks.size() == 357);
    CHECK(blocks.front().level == qb::measured_level::block);
    CHECK(blocks.front().part == "res2a");
}

TEST_CASE("the portal's CSV: a share of nothing is refused, of black-box pruned networks too") {
    for (const char* network : {"ResNet50", "MLP"})
        for (const char* share : {"0%", "-50%", "150%"})
            CHECK_THROWS_WITH(only(portal_header + network +
                                   ",TX2,INT8,,8,20.88,17.82,379.1,535.5,,,69.49,89.26,20,29,39,," + share + ",l3\n"),
                              Contains("keep"));
}

TEST_CASE("the portal's CSV: thousands separators, per cent, GOP of a whole batch, a blank before level") {
    const auto one =
        only(portal_header +
             "MLP,ZCU104-FINN,INT4,,512,,1.024,,\"598,130.841\",,1113.48,98.29,,9.2,14.2,14.595,0.95,25%,l3\n");
    CHECK(one.network == "mlp");
    CHECK(one.platform == "zcu104_finn");
    CHECK(one.keep == 0.25);
    CHECK(one.deployment == qb::deployment_parameter::stream);
    CHECK(one.deployment_value == 512);
    CHECK(one.throughput.value() == Approx(598130.841));
    CHECK(one.performance.value() == Approx(1113.48e9));
    CHECK(one.operations == Approx(0.95e9 / 512));
    CHECK(one.level == qb::measured_level::network);
    CHECK(one.has(qb::caution::other_scope));
}

TEST_CASE("the portal's CSV: DPUs count threads, others batches, unknown hardware has to be told") {
    const std::string row = ",INT8,,8,20.88,17.82,379.1,535.5,,,69.49,89.26,20,29,39,,100.0,l3\n";
    CHECK(only(portal_header + "GoogleNetv1,ZCU102-DPU" + row).deployment == qb::deployment_parameter::threads);
    CHECK(only(portal_header + "GoogleNetv1,TX2" + row).deployment == qb::deployment_parameter::batch);
    CHECK_THROWS_WITH(only(portal_header + "GoogleNetv1,Board9" + row), Contains("deployment"));
    const auto told = only(portal_header + "GoogleNetv1,Board9" + row, {.deployment = qb::deployment_parameter::batch});
    CHECK(told.platform == "Board9");
    CHECK(told.deployment_value == 8);
}

TEST_CASE("the portal's CSV: a mode in the hardware's name is the mode") {
    const std::string row = ",8,20.88,17.82,379.1,535.5,,,69.49,89.26,1.8,5.7,13,,100.0,l3\n";
    const auto gpu = only(portal_header + "GoogLeNetv1,TX2-maxn,FP16,maxn" + row);
    CHECK(gpu.platform == "jetson_tx2");
    CHECK(gpu.mode == "maxn");
    CHECK(gpu.deployment == qb::deployment_parameter::batch);
    CHECK(only(portal_header + "GNv1,TX2-maxq,FP16,na" + row).mode == "maxq");
    const auto tpu = only(portal_header + "MobileNetv1,EdgeTPU-fast,INT8," + row);
    CHECK(tpu.platform == "edgetpu");
    CHECK(tpu.mode == "fast");
    CHECK_THROWS_WITH(only(portal_header + "MobileNetv1,EdgeTPU-fast,INT8,slow" + row), Contains("mode"));
    // a device's own name may end like a mode
    CHECK(
        only(portal_header + "CNV,Board-fast,INT8," + row, {.deployment = qb::deployment_parameter::batch}).platform ==
        "Board-fast");
    CHECK(only(portal_header + "CNV,ZCU104-FINN,INT2," + row).mode.empty());
}

TEST_CASE("rows without a figure are skipped, a table without any is refused") {
    const std::string empty = "CNV,EdgeTPU,INT8,slow,1,,,,,,,,,,,,0.47,100%,l3\n";
    const std::string full = "CNV,NCS,FP16,,1,6.6,4.97914,151.555,200.838,,,87.02,,0.53,1.2,1.7,0.47,100%,l3\n";
    CHECK(only(portal_header + empty + full).line == 3);
    CHECK_THROWS_AS(qb::parse_measurements(portal_header + empty, "qutibench"), qb::parse_error);
    CHECK_THROWS_AS(qb::parse_measurements(portal_header, "qutibench"), qb::parse_error);
}

TEST_CASE("a table of one's own stopwatch figures") {
    const auto rows = qb::parse_measurements(
        "network,platform,datatype,batch,latency_us\n"
        "a,board,fp32,1,250\n"
        "b,board,w2a8,4,1e3\n");
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].latency.value() == Approx(250e-6));
    CHECK(qb::attained_throughput(rows[1]).value() == Approx(4000));
    CHECK(rows[1].datatype == qb::precision(qb::int2, qb::int8));
    CHECK(rows[1].scope == qb::measured_scope::system);
}

TEST_CASE("tables: what could be misread is refused with its line") {
    const std::string header = "network,platform,datatype,batch,latency_ms,throughput_fps\n";
    const auto refused = [&](const std::string& row, const std::string& reason) {
        INFO(row);
        CHECK_THROWS_WITH(qb::parse_measurements(header + "a,b,fp32,1,10,100\n" + row, "qutibench"),
                          Contains("line 3") && Contains(reason));
    };
    refused("a,b,fp32,1,\"12,5\",80\n", "decimal comma");
    refused("a,b,fp32,1,12.5 ms,80\n", "not a finite number");
    refused("a,b,fp32,1,inf,80\n", "not a finite number");
    refused("a,b,fp32,1,-3,80\n", "");
    refused("a,b,fp32,1,0,80\n", "");
    refused("a,b,fp32,1,0.01,100\n", "units");   // seconds under a column of milliseconds
    refused("a,b,fp32,1,10000,100\n", "units");  // microseconds
    refused("a,b,fp32,0,10,100\n", "at least 1");
    refused("a,b,fp32,1.5,10,100\n", "whole number");
    refused("a,b,int90,1,10,100\n", "int90");
    refused("a,b,fp32,1,10\n", "fields");
    refused("a,b,fp32,1,\"10,100\n", "never closed");
}

TEST_CASE("tables: NaN is missing, CRLF and a byte order mark do not matter") {
    const auto rows = qb::parse_measurements(
        "\xef\xbb\xbfnetwork,platform,datatype,batch,latency_ms,throughput_fps\r\n"
        "a,b,fp32,1,NaN,100\r\n");
    REQUIRE(rows.size() == 1);
    CHECK_FALSE(qb::is_known(rows[0].latency));
    CHECK(rows[0].throughput.value() == 100);
}

TEST_CASE("tables: contradictions between file and caller are refused, what both lack is named") {
    const std::string table = "network,batch,latency_ms,datatype\na,1,10,\n";
    CHECK_THROWS_WITH(qb::parse_measurements(table, "qutibench"), Contains("platform, datatype"));
    CHECK(only(table, {.platform = "p", .datatype = qb::int8}).datatype == qb::precision(qb::int8));
    CHECK_THROWS_WITH(only(table, {.network = "b", .platform = "p", .datatype = qb::int8}),
                      Contains("'a'") && Contains("'b'"));
    CHECK_THROWS_WITH(only(table, {.platform = "p", .datatype = qb::int8, .batch = 2}), Contains("batch 1"));
}

TEST_CASE("tables: semicolons with decimal commas, and tabs, as spreadsheets write them") {
    const auto latency = [](const std::string& text) {
        CHECK(qb::adapters::qutibench_table.recognises(text));
        return qb::parse_measurements(text).at(0).latency.value();
    };
    const auto refused = [](const std::string& text, const std::string& reason) {
        CHECK_THROWS_WITH(qb::parse_measurements(text), Contains(reason));
    };
    const std::string head = "network;platform;datatype;batch;latency_ms\n", row = "resnet50;my_board;int8;1;";
    CHECK(latency(head + row + "12,5\n") == Approx(12.5e-3));
    CHECK(latency(head + row + "1.012,5\n") == Approx(1.0125));
    CHECK(latency(head + row + "12.5\n") == Approx(12.5e-3));
    refused(head + row + "12,5\n" + row + "12.5\n", "both decimal points and decimal commas");
    refused(head + row + "1,012,500\n", "several ways");
    std::string tabs = head + row + "12,5\n";
    for (char& one : tabs)
        if (one == ';') one = '\t';
    CHECK(latency(tabs) == Approx(12.5e-3));
}

TEST_CASE("tables: columns and names of somebody else's") {
    const std::string foreign = "Modell\tGeraet\tTyp\tB\tT_inf\nRN50\tBoard A\tInt8\t1\t12,5\n";
    const qb::ingest_options options{.columns = {{"network", "Modell"},
                                                 {"platform", "Geraet"},
                                                 {"datatype", "Typ"},
                                                 {"batch", "B"},
                                                 {"latency_ms", "T_inf"}},
                                     .names = {{"RN50", "resnet50"}, {"Board A", "zcu104_dpu"}}};
    const auto rows = qb::parse_measurements(foreign, "auto", options);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].network == "resnet50");
    CHECK(rows[0].platform == "zcu104_dpu");
    CHECK(rows[0].datatype == qb::precision(qb::int8));
    CHECK(rows[0].latency.value() == Approx(12.5e-3));
    const auto with = [&](qb::ingest_options::pairs columns) {
        return qb::parse_measurements(foreign, "auto", {.columns = std::move(columns)});
    };
    CHECK_THROWS_WITH(with({{"latncy_ms", "T_inf"}}), Contains("did you mean 'latency_ms'?"));
    CHECK_THROWS_WITH(with({{"latency_ms", "T_inff"}}), Contains("there is no column 'T_inff'; did you mean 'T_inf'?"));
    CHECK_THROWS_WITH(qb::parse_measurements(foreign), Contains("say which column is which (latency_ms=T_inf)"));
}

TEST_CASE("what a table and the caller both lack can be asked for by name") {
    try {
        static_cast<void>(only("network,latency_ms\nresnet50,1\n"));
        FAIL("should throw");
    } catch (const qb::missing_facts& wrong) {
        CHECK(wrong.facts() == std::vector<std::string>{"platform", "datatype", "batch"});
    }
}
