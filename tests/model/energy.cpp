// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/energy.hpp>
#include <qutibench/model/sparsity.hpp>

#include "support/random_networks.hpp"

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;

namespace {

platform board(double on_chip_bytes = 1048576) {
    return {"board",
            {{.peaks = {{.numbers = int8, .dense = 1_gop_per_s, .sparse = 2_gop_per_s},
                        {.numbers = int4, .dense = 2_gop_per_s}},
              .memories = {{.name = "off-chip", .bandwidth = 1_gb_per_s},
                           {.name = "on-chip", .capacity = quantity_of<bytes>(on_chip_bytes), .on_chip = true}},
              .power = 3_w}}};
}

graph dense_layers(std::int64_t in, std::initializer_list<std::int64_t> widths) {
    graph net("dense layers");
    tensor at = net.input({1, in});
    for (const std::int64_t width : widths) at = net.add(dense{.out_features = width}, {at});
    return net;
}

}  // namespace

TEST_CASE("Horowitz' figures, and what follows for other widths") {
    const auto pj = [](const precision& numbers) { return mac_joules(horowitz_45nm, numbers) * 1e12; };
    CHECK(pj(int8) == Approx(0.23));
    CHECK(pj(int32) == Approx(3.2));
    CHECK(pj(fp16) == Approx(1.5));
    CHECK(pj(fp32) == Approx(4.6));
    CHECK(pj(int4) == Approx(0.03 / 2 + 0.2 / 4));
    CHECK(pj({int2, int8}) == Approx(0.03 + 0.2 / 4));
    CHECK(pj(precision(binary::value)) == Approx(0.03 / 8 + 0.2 / 64));
    CHECK(pj(bf16) == Approx(4.6));          // its exponent needs fp32
    CHECK(pj(fp8) == Approx(1.5));           // in fp16
    CHECK(pj({int4, fp16}) == Approx(1.5));  // int4 is dequantised
    CHECK_THROWS_AS(mac_joules(horowitz_45nm, fp64), unsupported_datatype);
    CHECK(on_chip_joules_per_bit(horowitz_45nm, 8192) * 64e12 == Approx(10));
    CHECK(on_chip_joules_per_bit(horowitz_45nm, 32768) * 64e12 == Approx(20));
    CHECK(on_chip_joules_per_bit(horowitz_45nm, 1048576) * 64e12 == Approx(100));
    CHECK(on_chip_joules_per_bit(horowitz_45nm, 16384) * 64e12 == Approx(10 * std::sqrt(2.0)));
    CHECK(on_chip_joules_per_bit(horowitz_45nm, 4 * 1048576) * 64e12 == Approx(200));
    CHECK(on_chip_joules_per_bit(horowitz_45nm, 2048) * 64e12 == Approx(5));
    CHECK_THROWS_AS(on_chip_joules_per_bit(horowitz_45nm, 0), invalid_argument);
}

TEST_CASE("summaries of S: their DRAM read is Horowitz', their multiplication is Horowitz' addition") {
    CHECK(off_chip_joules_per_bit(horowitz_45nm) * 32e12 == Approx(summarised_dram_read_32_bits_pj));
    CHECK(horowitz_45nm.arithmetic[3].add_pj == summarised_fp32_multiply_pj);
    CHECK(horowitz_45nm.arithmetic[3].multiply_pj == 3.7);
}

TEST_CASE("another process scales arithmetic and on-chip memory, not DRAM") {
    const energy_table small = scaled(horowitz_45nm, {22.5, 0.45});
    CHECK(mac_joules(small, int8) == Approx(mac_joules(horowitz_45nm, int8) / 8));
    CHECK(on_chip_joules_per_bit(small, 1e4) == Approx(on_chip_joules_per_bit(horowitz_45nm, 1e4) / 8));
    CHECK(off_chip_joules_per_bit(small) == off_chip_joules_per_bit(horowitz_45nm));
    CHECK(mac_joules(scaled(small, {45, 0.9}), int8) == Approx(mac_joules(horowitz_45nm, int8)));
    CHECK_THROWS_AS(scaled(horowitz_45nm, {0, 0.9}), invalid_argument);
    CHECK_THROWS_AS(scaled(horowitz_45nm, {7, std::numeric_limits<double>::quiet_NaN()}), invalid_argument);
}

TEST_CASE("energy of a small network, by hand") {
    // [by_hand]
    const workload net = analyze(dense_layers(100, {200, 10}));
    const energy_report report = predict_energy(net, board(), {.batch = 4}, {.idle = 1_w});
    CHECK(report.arithmetic.value() == Approx(4 * 22000 * 0.23e-12));
    CHECK(report.off_chip.value() == Approx(22000 * 8 * 20e-12));
    // weights once, input 100 and hidden 200 written and read, output 10 written, at 100 pJ per 64 bits
    CHECK(report.on_chip.value() == Approx((22000 + 4 * (100 + 100 + 200 + 200 + 10)) * 8 * 100e-12 / 64));
    const double time = 4 * 44000e-9;
    CHECK(report.idle.value() == Approx(time));
    // [by_hand]
    CHECK(report.total().value() ==
          Approx(report.arithmetic.value() + report.off_chip.value() + report.on_chip.value() + time));
    CHECK(report.inputs_per_joule() == Approx(4 / report.total().value()));
    CHECK(report.delay_product() == Approx(report.total().value() / 4 * time));
    CHECK_FALSE((report.assumed & static_cast<std::uint32_t>(assumption::average_power)) != 0);
    CHECK(predict_energy(net, board(), {.placement = placement_kind::capacity}).off_chip.value() == 0);
}

TEST_CASE("of a table only the rows that are looked up are moved") {
    graph net("table");
    net.add(embedding{.rows = 1000, .width = 10}, {net.input({1, 5})});
    // five ids written and read, five rows of ten read and written
    CHECK(predict_energy(analyze(net), board()).on_chip.value() == Approx((5 + 5 + 50 + 50) * 8 * 100e-12 / 64));
}

TEST_CASE("without layers weights are all that is known to move; without figures average power is all there is") {
    const workload totals("totals", 2_mop, quantity_of<elements>(1000));
    const energy_report report = predict_energy(totals, board());
    CHECK(report.arithmetic.value() == Approx(1e6 * 0.23e-12));
    CHECK(report.off_chip.value() == Approx(8000 * 20e-12));
    CHECK(report.on_chip.value() == Approx(8000 * 100e-12 / 64));
    const estimate time = predict(totals, board());
    const energy_report average = average_power_energy(time, 3_w);
    CHECK(average.total().value() == Approx(3 * time.call_time));
    CHECK(average.per_input().value() == Approx(time.energy().value()));
    CHECK_THROWS_AS(average_power_energy(time, 0_w), invalid_argument);
}

TEST_CASE("energy is additive over networks that follow each other") {
    const graph whole = dense_layers(64, {128, 32, 8});
    const graph first = dense_layers(64, {128, 32});
    const graph second = dense_layers(32, {8});
    const auto energy = [](const graph& net) {
        return predict_energy(analyze(net), board(), {.batch = 3, .execution = execution_kind::layers}, {.idle = 1_w});
    };
    const energy_report all = energy(whole);
    const energy_report a = energy(first);
    const energy_report b = energy(second);
    CHECK(all.arithmetic.value() == Approx((a.arithmetic + b.arithmetic).value()));
    CHECK(all.off_chip.value() == Approx((a.off_chip + b.off_chip).value()));
    CHECK(all.idle.value() == Approx((a.idle + b.idle).value()));
    // between the two, 3 x 32 elements are written twice: as a result and as an input
    CHECK(all.on_chip.value() + 3 * 32 * 8 * on_chip_joules_per_bit(horowitz_45nm, 1048576) ==
          Approx((a.on_chip + b.on_chip).value()));
}

TEST_CASE("energy grows with the batch and falls with narrower datatypes") {
    for (int seed = 0; seed < 200; ++seed) {
        INFO("seed " << seed);
        random_case::engine draw(static_cast<std::uint64_t>(seed));
        const workload net = analyze(random_case::network(draw));
        const operating_mode mode = random_case::device(draw);
        const platform device("random", {mode});
        deployment how = random_case::deployment(draw);
        const energy_options options{.idle = 1_w};
        const energy_report wide = predict_energy(net, device, how, options);
        CHECK(wide.total().value() > 0);
        deployment narrow = how;
        narrow.datatype = int4;
        CHECK(predict_energy(net, device, narrow, options).total().value() <= wide.total().value() * (1 + 1e-12));
        how.batch *= 2;
        CHECK(predict_energy(net, device, how, options).total().value() >= wide.total().value() * (1 - 1e-12));
    }
}

TEST_CASE("sparse operations: dense, effectual, and what a device can skip") {
    // [sparse]
    graph net = dense_layers(100, {100, 100});
    net.nodes()[1].sparsity = {.density = 0.5, .kept = 2, .of = 4};
    net.nodes()[2].sparsity = {.density = 0.1};
    const workload counted = analyze(net);
    const sparse_operations on_paper = operations_by_sparsity(counted);
    CHECK(on_paper.dense == 40000);
    CHECK(on_paper.effectual == Approx(10000 + 2000));
    CHECK(on_paper.executed == 40000);
    const sparse_operations skipped = operations_by_sparsity(counted, board(), {.sparse = true});
    CHECK(skipped.executed == Approx(10000 + 20000));
    CHECK(skipped.gain() == Approx(4.0 / 3));
    // [sparse]
    CHECK(operations_by_sparsity(counted, board(), {}).executed == 40000);
    CHECK(operations_by_sparsity(counted, board(), {.datatype = int4, .sparse = true}).executed == 40000);
    net.nodes()[2].sparsity = {.density = 1.5};
    net.nodes()[2].sparsity.density = -0.5;
    CHECK_THROWS_AS(operations_by_sparsity(analyze(net)), invalid_argument);
    const workload totals("totals", 2_mop, quantity_of<elements>(10));
    CHECK(operations_by_sparsity(totals).effectual == 2e6);
    // skipped work needs no energy
    CHECK(predict_energy(counted, board(), {.sparse = true}).arithmetic.value() == Approx(15000 * 0.23e-12));
}

TEST_CASE("a stream of inputs through a pipeline moves the bytes of each of them") {
    const workload net = analyze(dense_layers(100, {200, 10}));
    const auto report = [&](std::int64_t count) {
        return predict_energy(net, board(), {.batch = count, .execution = execution_kind::dataflow});
    };
    CHECK(report(8).on_chip.value() == Approx(8 * report(1).on_chip.value()));
    CHECK(report(8).arithmetic.value() == Approx(8 * report(1).arithmetic.value()));
}

TEST_CASE("7 nm beside 45, as Jouppi et al. set them") {
    const auto pj = [](const precision& numbers) { return mac_joules(jouppi_7nm, numbers) * 1e12; };
    CHECK(pj(int8) == Approx(0.077));
    CHECK(pj(bf16) == Approx(0.32));
    CHECK(pj(fp32) == Approx(1.69));
    CHECK(mac_joules(horowitz_45nm, bf16) * 1e12 == Approx(4.6));  // not listed at 45 nm: as fp32
    CHECK(on_chip_joules_per_bit(jouppi_7nm, 1048576) * 64e12 == Approx(14));
    // their ratios: 3.3 for an int8 multiplication and addition, 7.1 for 1 MB of SRAM
    CHECK(mac_joules(horowitz_45nm, int8) / mac_joules(jouppi_7nm, int8) == Approx(0.23 / 0.077));
    CHECK(on_chip_joules_per_bit(horowitz_45nm, 1048576) / on_chip_joules_per_bit(jouppi_7nm, 1048576) ==
          Approx(7.1).epsilon(0.01));
    CHECK(off_chip_joules_per_bit(jouppi_7nm, off_chip_memory::hbm2) * 64e12 == Approx(250));
    CHECK(std::isnan(off_chip_joules_per_bit(horowitz_45nm, off_chip_memory::hbm2)));
    CHECK(&find_energy_table("jouppi_7nm") == &jouppi_7nm);
    CHECK_THROWS_AS(find_energy_table("jouppi"), unknown_name);
}

TEST_CASE("a process is reached by a law that is named") {
    // Stillmaker and Baas 2017: 1.018 V^2 - 0.3107 V + 0.1539 at 45 nm, 0.1776 V^2 - 0.09097 V + 0.02447 at 7 nm
    const double at_45 = 1.018 * 0.81 - 0.3107 * 0.9 + 0.1539;
    const double at_7 = 0.1776 * 0.75 * 0.75 - 0.09097 * 0.75 + 0.02447;
    const energy_table small = scaled(horowitz_45nm, {7, 0.75, scaling_law::stillmaker});
    CHECK(mac_joules(small, int8) == Approx(mac_joules(horowitz_45nm, int8) * at_7 / at_45));
    // Measured, an int8 multiply-accumulate gains 3.0 from 45 to 7 nm: both laws are too hopeful.
    CHECK(mac_joules(small, int8) < mac_joules(jouppi_7nm, int8));
    CHECK(mac_joules(scaled(horowitz_45nm, {7, 0.75}), int8) < mac_joules(jouppi_7nm, int8));
    double before = 0;
    for (const double nm : {7.0, 10.0, 14.0, 16.0, 20.0, 28.0, 32.0, 45.0, 65.0, 90.0, 130.0}) {
        const double now = mac_joules(scaled(horowitz_45nm, {nm, 0.9, scaling_law::stillmaker}), int8);
        CHECK(now > before);
        before = now;
    }
    CHECK(mac_joules(scaled(horowitz_45nm, {45, 0.9, scaling_law::stillmaker}), int8) ==
          Approx(mac_joules(horowitz_45nm, int8)));
    CHECK_THROWS_AS(scaled(horowitz_45nm, {5, 0.7, scaling_law::stillmaker}), invalid_argument);
    CHECK_THROWS_AS(scaled(horowitz_45nm, {180, 0.5, scaling_law::stillmaker}), invalid_argument);
}

TEST_CASE("off-chip memory is what the caller says it is") {
    const workload net = analyze(dense_layers(100, {200, 10}));
    const energy_report hbm =
        predict_energy(net, board(), {.batch = 4}, {.table = jouppi_7nm, .memory = off_chip_memory::hbm2});
    CHECK(hbm.off_chip.value() == Approx(22000 * 8 * 250e-12 / 64));
    CHECK(std::isnan(predict_energy(net, board(), {}, {.memory = off_chip_memory::gddr6}).total().value()));
}
