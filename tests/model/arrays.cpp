// SPDX-License-Identifier: BSD-3-Clause
// Cycles of arrays against SCALE-Sim 3.0.0, Eyeriss' published AlexNet and Vela's cost of single layers; and answers
// worked out by hand.
#include <qutibench/model/arrays.hpp>

#include <qutibench/io/file.hpp>
#include <qutibench/io/json/platform.hpp>
#include <qutibench/model/decomposition.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/dense.hpp>

#include "catch.hpp"

#include <chrono>
#include <map>
#include <sstream>

using namespace qutibench;
using namespace qutibench::literals;

namespace {

std::vector<std::vector<std::string>> rows_of(const std::string& file) {
    std::istringstream lines(detail::read_file(QUTIBENCH_SOURCE_DIR "/tests/data/arrays/" + file));
    std::vector<std::vector<std::string>> all;
    for (std::string line; std::getline(lines, line);) {
        std::vector<std::string> cells;
        std::istringstream from(line);
        for (std::string cell; std::getline(from, cell, ',');) cells.push_back(cell);
        all.push_back(std::move(cells));
    }
    all.erase(all.begin());
    return all;
}

/// A layer of a topology as SCALE-Sim reads it: padding is in the input's extents.
array_work work_of(const std::vector<std::string>& row) {
    std::int64_t n[7];
    for (int i = 0; i < 7; ++i) n[i] = std::stoll(row[static_cast<std::size_t>(i + 2)]);
    array_work work{.kernel_height = n[2], .kernel_width = n[3], .stride = n[6]};
    work.output_height = (n[0] - n[2] + n[6] + n[6] - 1) / n[6];
    work.output_width = (n[1] - n[3] + n[6] + n[6] - 1) / n[6];
    work.product = {work.output_height * work.output_width, n[5], n[2] * n[3] * n[4]};
    return work;
}

array_work product(std::int64_t rows, std::int64_t columns, std::int64_t depth, std::int64_t groups = 1) {
    return {.product = {rows, columns, depth, groups}, .output_height = rows};
}

platform device(const std::string& id) {
    return load_platform_file(QUTIBENCH_SOURCE_DIR "/data/platforms/" + id + ".json");
}

}  // namespace

TEST_CASE("an array takes the cycles that SCALE-Sim counts, on three topologies, three flows and two arrays") {
    std::map<std::string, array_work> works;
    for (const auto& row : rows_of("topologies.csv")) works[row[0] + "/" + row[1]] = work_of(row);
    std::map<std::string, std::pair<double, double>> sums;
    const auto all = rows_of("scalesim_cycles.csv");
    REQUIRE(all.size() == 84 * 6);
    for (const auto& row : all) {
        INFO(row[0] << " " << row[1] << " " << row[2] << " x " << row[3] << " " << row[4]);
        const processing_array array{
            .rows = std::stoll(row[2]), .columns = std::stoll(row[3]), .flow = parse_name<array_flow>(row[1])};
        const double cycles = cycles_on(array, works.at(row[0] + "/" + row[4])).cycles;
        CHECK(cycles == std::stod(row[5]) + 1);  // the simulator reports the index of the last cycle
        auto& [here, there] = sums[row[0] + " " + row[1] + " " + row[2]];
        here += cycles;
        there += std::stod(row[5]);
    }
    CHECK(sums.size() == 18);
    for (const auto& [name, both] : sums) {
        INFO(name);
        CHECK(both.first == Approx(both.second).epsilon(0.001));
    }
    CHECK(sums.at("alexnet weight_stationary 128").second == 462271);
}

TEST_CASE("a fold takes its operands' way through the array") {
    // 100 x 40 outputs of 64 products on 32 x 16 elements: 4 x 3 folds
    processing_array array{.rows = 32, .columns = 16};
    CHECK(cycles_on(array, product(100, 40, 64)).cycles == 12 * (64 + 32 + 16 - 2));
    CHECK(cycles_on(array, product(100, 40, 64)).mapped == Approx(100.0 * 40 / (12 * 32 * 16)));
    array.flow = array_flow::weight_stationary;  // 2 x 3 folds of weights, past which 100 rows stream
    CHECK(cycles_on(array, product(100, 40, 64)).cycles == 6 * (100 + 2 * 32 + 16 - 2));
    array.flow = array_flow::input_stationary;  // 2 x 7 folds of inputs, past which 40 columns stream
    CHECK(cycles_on(array, product(100, 40, 64)).cycles == 14 * (40 + 2 * 32 + 16 - 2));
    // the next weights arrive while these are used: only the first load, and the way through, show
    array.flow = array_flow::weight_stationary;
    array.prefetches = true;
    CHECK(cycles_on(array, product(100, 40, 64)).cycles == 6 * 100 + 32 + 32 + 16 - 2);
    CHECK(cycles_on(array, product(10, 40, 64)).cycles == 6 * 32 + 32 + 32 + 16 - 2);  // loads take longer than use
    array.count = 2;
    CHECK(cycles_on(array, product(100, 40, 64)).cycles == 3 * 100 + 32 + 32 + 16 - 2);
}

TEST_CASE("channels of a depthwise convolution fill one column each") {
    const processing_array array{.rows = 32, .columns = 32, .flow = array_flow::weight_stationary};
    const array_cycles found = cycles_on(array, product(196, 1, 9, 512));
    CHECK(found.cycles == 512 * (196 + 64 + 32 - 2));
    CHECK(found.mapped == Approx(9.0 / 1024));
    CHECK(found.utilisation(array) == Approx(196 * 9 * 512.0 / (found.cycles * 1024)));
}

TEST_CASE("Eyeriss maps AlexNet as its authors publish") {
    // Chen et al. 2017, table V: processing latency of four images at 200 MHz, and active elements of 168.
    // As yonseicasl/NPUsim, validation/phase3, has them too.
    struct published {
        std::int64_t out, kernel, channels, filters, groups, stride;
        double milliseconds, active;
    };
    const published layers[] = {{55, 11, 3, 96, 1, 4, 16.5, 154},
                                {27, 5, 48, 128, 2, 1, 39.2, 135},
                                {13, 3, 256, 384, 1, 1, 21.8, 156},
                                {13, 3, 192, 192, 2, 1, 16.0, 156},
                                {13, 3, 192, 128, 2, 1, 10.0, 156}};
    const processing_array array = device("eyeriss").mode().array;
    double ours = 0;
    double theirs = 0;
    for (const published& one : layers) {
        INFO("kernel " << one.kernel << ", " << one.filters << " filters");
        const array_work work{
            .product = {one.out * one.out, one.filters, one.kernel * one.kernel * one.channels, one.groups},
            .kernel_height = one.kernel,
            .kernel_width = one.kernel,
            .output_height = one.out,
            .output_width = one.out,
            .stride = one.stride};
        const array_cycles found = cycles_on(array, work, 4);
        CHECK(found.mapped * 168 == Approx(one.active).epsilon(0.02));
        CHECK(found.cycles / 200e3 <= one.milliseconds);  // loading the elements is not in it
        CHECK(found.cycles / 200e3 >= 0.84 * one.milliseconds);
        ours += found.cycles / 200e3;
        theirs += one.milliseconds;
    }
    CHECK(theirs == Approx(103.5));
    CHECK(ours == Approx(theirs).epsilon(0.13));
}

TEST_CASE("blocks take what Vela reports for the first layers of MobileNet on Ethos-U55") {
    // ethos-u-vela 5.2.0, MobileNet of 128 x 128 in int8 on ethos-u55-128, column NPU of its performance by layer
    const processing_array array = device("ethos_u55_128").mode().array;
    CHECK(array.elements() == 128);
    const array_work first{.product = {4096, 32, 27}, .kernel_height = 3, .kernel_width = 3, .stride = 2};
    const array_work depthwise{.product = {4096, 1, 9, 32}, .kernel_height = 3, .kernel_width = 3};
    const array_work pointwise{.product = {4096, 64, 32}};
    CHECK(cycles_on(array, first).cycles == Approx(100511).epsilon(0.03));
    CHECK(cycles_on(array, depthwise).cycles == Approx(99408).epsilon(0.03));
    CHECK(cycles_on(array, pointwise).cycles == Approx(132160).epsilon(0.03));
}

TEST_CASE("an array of blocks is never faster than its multipliers, its weights or its outputs") {
    processing_array array{.rows = 2, .columns = 8, .flow = array_flow::blocks, .depth = 8, .hold = 4};
    for (const std::int64_t rows : {1, 3, 64, 3000})
        for (const std::int64_t columns : {1, 10, 256})
            for (const std::int64_t depth : {3, 40, 512}) {
                const array_cycles free = cycles_on(array, product(rows, columns, depth));
                CHECK(free.utilisation(array) <= 1);
                processing_array slow = array;
                slow.weights_per_cycle = 8;
                slow.buffer = 20480;
                const array_cycles found = cycles_on(slow, product(rows, columns, depth));
                CHECK(found.cycles >= free.cycles);
                CHECK(found.cycles >= static_cast<double>(columns * depth) / 8);
                slow.outputs_per_cycle = 0.5;
                CHECK(cycles_on(slow, product(rows, columns, depth)).cycles >=
                      2.0 * static_cast<double>(rows * columns));
            }
}

TEST_CASE("a network runs on the array of its platform") {
    // [by_hand]
    // 16 x 16 elements at 1 GHz, weights stationary; 20 outputs of 40 inputs for 5 rows: 3 x 2 folds
    const processing_array array{.rows = 16, .columns = 16, .flow = array_flow::weight_stationary};
    const platform board("board", {{.peaks = {{.numbers = int8, .dense = 512_gop_per_s}},
                                    .memories = {{.name = "off-chip", .bandwidth = 1_gb_per_s}},
                                    .clock = 1000_mhz,
                                    .array = array}});
    graph net("net");
    net.add(dense{.out_features = 20}, {net.input({5, 40})});
    const breakdown all = explain(analyze(net), board, {.execution = execution_kind::array});
    CHECK(all.kernels[0].compute_time == Approx(6 * (5 + 2 * 16 + 16 - 2) * 1e-9));
    CHECK(all.kernels[0].memory_time == Approx(800e-9));
    CHECK(all.kernels[0].mapping == Approx(4000.0 / (306 * 256)));
    // [by_hand]
    const throughput_decomposition parts = decompose(analyze(net), board, {.execution = execution_kind::array}, 256);
    CHECK(parts.operations_per_cycle_per_pe == Approx(2));
    CHECK(parts.mapping == Approx(4000.0 / (306 * 256)));
    CHECK(parts.stalls == Approx(306.0 / 800));
    CHECK(parts.throughput().value() == Approx(1 / 800e-9));
    // an edge of 2 GB/s takes longer than the folds: 200 + 800 weights, and rows and sums of each fold
    operating_mode mode = board.mode();
    mode.memories.push_back({.name = "buffer", .bandwidth = 0.1_gb_per_s, .on_chip = true});
    const array_cycles found = cycles_on(array, product(5, 20, 40));
    CHECK(found.read == 800 + 5 * 40 * 2 + 5 * 20 * 2);
    CHECK(found.written == 5 * 20 * 3);
    CHECK(explain(analyze(net), platform("board", {mode}), {.execution = execution_kind::array})
              .kernels[0]
              .compute_time == Approx((found.read + found.written) / 0.1e9));
}

TEST_CASE("calls side by side have the cycles of their own batch") {
    const platform tpu = device("tpu_v1");
    graph net("net");
    net.add(dense{.out_features = 1000}, {net.input({1, 2048})});
    const workload counted = analyze(net);
    deployment how{.execution = execution_kind::array};
    for (const std::int64_t batch : {1, 16, 200}) {
        how.batch = batch;
        const breakdown one = explain(counted, tpu, how);
        CHECK(one.kernels[0].compute_time ==
              Approx((32.0 * static_cast<double>(std::max<std::int64_t>(256, batch)) + 3 * 256 - 2) / 700e6));
    }
}

TEST_CASE("a platform without an array, or an array without extents, is refused") {
    graph net("net");
    net.add(dense{.out_features = 2}, {net.input({1, 4})});
    CHECK_THROWS_AS(predict(analyze(net), device("zcu104_dpu"), {.execution = execution_kind::array}),
                    invalid_argument);
    CHECK_THROWS_AS(cycles_on(processing_array{}, product(1, 1, 1)), invalid_argument);
    CHECK(cycles_on({.rows = 4, .columns = 4}, array_work{}).cycles == 0);
    CHECK_THROWS_AS(platform("board", {{.peaks = {{.numbers = int8, .dense = 1_gop_per_s}},
                                        .memories = {{.name = "off-chip", .bandwidth = 1_gb_per_s}},
                                        .array = {.rows = -1, .columns = 4}}}),
                    invalid_argument);
}

TEST_CASE("a platform's array survives its file") {
    for (const char* id : {"tpu_v1", "edgetpu", "eyeriss", "ethos_u55_32", "ethos_u65_512"}) {
        const platform before = device(id);
        CHECK(before.mode().array.is_stated());
        CHECK(parse_platform(to_json(before)).mode().array == before.mode().array);
    }
    // peak = 2 x elements x clock, as far as the source rounds it
    for (const char* id : {"tpu_v1", "edgetpu", "eyeriss", "ethos_u55_32", "ethos_u55_64", "ethos_u55_128",
                           "ethos_u55_256", "ethos_u65_256", "ethos_u65_512"}) {
        const platform one = device(id);
        INFO(id);
        CHECK(2 * static_cast<double>(one.mode().array.elements()) * one.mode().clock.value() ==
              Approx(one.mode().peaks[0].dense.value()).epsilon(0.025));
    }
}

TEST_CASE("cycles of a topology take microseconds") {
    std::vector<array_work> works;
    for (const auto& row : rows_of("topologies.csv"))
        if (row[0] == "resnet18") works.push_back(work_of(row));
    const processing_array array{.rows = 32, .columns = 32};
    const auto start = std::chrono::steady_clock::now();
    double sum = 0;
    for (int repeat = 0; repeat < 1000; ++repeat)
        for (const array_work& one : works) sum += cycles_on(array, one).cycles;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / 1000;
    CHECK(sum == 1000.0 * (1718353 + 21));
    CHECK(seconds < 1e-3);  // under a sanitizer too; about 1 us
}
