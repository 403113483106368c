// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/hardware/fpga.hpp>
#include <qutibench/qutibench.hpp>

#include <array>

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;

namespace {

double tops(std::string_view board, const mac_cost& cost, hertz clock) {
    return fpga_peak(find_fpga(board).has, {.numbers = int8, .cost = cost, .clock = clock}).value() / 1e12;
}

}  // namespace

TEST_CASE("DSP peaks of table 6.2 are exact: two MACs a slice at 666 MHz") {
    // [dsp_peaks]
    CHECK(tops("ZCU104", fpga_cost::published_int8, 666_mhz) == Approx(1728 * 4 * 666e-6).epsilon(1e-12));
    CHECK(std::round(tops("ZCU104", fpga_cost::published_int8, 666_mhz) * 100) == 460);
    CHECK(std::round(tops("ZCU102", fpga_cost::published_int8, 666_mhz) * 100) == 671);
    CHECK(std::round(tops("Ultra96", fpga_cost::published_int8, 666_mhz) * 100) == 96);
    // [dsp_peaks]
    CHECK(tops("ZCU104", fpga_cost::published_int8, 775_mhz) ==
          Approx(5.36).margin(0.005));  // T table 2.5, "theoretical"
}

TEST_CASE("LUT peaks of table 6.2 follow from the cost per MAC within its rounding") {
    CHECK(tops("ZCU104", fpga_cost::published_int2, 500_mhz) == Approx(30.7).margin(0.05));
    CHECK(tops("ZCU104", fpga_cost::published_int4, 500_mhz) == Approx(8.8).margin(0.005));
}

TEST_CASE("costs per MAC follow the formulas of FINN and BISMO") {
    // columns lut_per_mac and implied_tops_ZU7EV_500MHz_100pct of the MAC cost table
    struct row {
        int bits;
        double luts, tops;
    };
    for (const row& one : {row{1, 6.6, 34.91}, row{2, 13.2, 17.45}, row{4, 44.0, 5.24}, row{8, 123.2, 1.87}}) {
        const precision numbers = parse_precision("w" + std::to_string(one.bits) + "a" + std::to_string(one.bits));
        CHECK(fpga_cost::finn(numbers).luts == Approx(one.luts));
        CHECK(tops("ZCU104", fpga_cost::finn(numbers), 500_mhz) == Approx(one.tops).margin(0.005));
    }
    struct serial {
        int depth, bits;
        double luts, tops;
    };
    for (const serial& one : {serial{64, 1, 3.74, 61.68},
                              {64, 2, 14.94, 15.42},
                              {64, 8, 239.08, 0.96},
                              {256, 1, 1.81, 127.19},
                              {256, 4, 28.98, 7.95},
                              {1024, 1, 1.33, 173.19},
                              {1024, 8, 85.14, 2.71}}) {
        const precision numbers = parse_precision("w" + std::to_string(one.bits) + "a" + std::to_string(one.bits));
        CHECK(fpga_cost::bismo(numbers, one.depth).luts == Approx(one.luts).margin(0.006));
        CHECK(tops("ZCU104", fpga_cost::bismo(numbers, one.depth), 500_mhz) == Approx(one.tops).margin(0.02));
    }
    CHECK_THROWS_AS(fpga_cost::finn(fp16), invalid_argument);
    CHECK_THROWS_AS(fpga_cost::bismo(int2, 0), invalid_argument);
}

TEST_CASE("one fabric has a roofline for each datatype") {
    const std::array designs{fpga_design{int2, fpga_cost::published_int2, 500_mhz},
                             fpga_design{int4, fpga_cost::published_int4, 500_mhz},
                             fpga_design{int8, fpga_cost::published_int8, 666_mhz, 0.5}};
    const platform device = fpga_platform("zcu104", find_fpga("ZCU104"), designs);
    CHECK(device.peak_for(int2).as.dense.value() == Approx(30.72e12));
    CHECK(device.peak_for(int8).as.dense.value() == Approx(2.301696e12));
    CHECK(device.bandwidth().value() == 19.2e9);
    CHECK(device.sources.size() == 3);
    // 624 * 18 Kibit and 96 * 288 Kibit: the 38 Mbit of the device
    CHECK(device.mode().memories[1].capacity.value() * 8 == Approx(38e6 * 1.048576).epsilon(0.01));
    const workload net("net", 1_gop, quantity_of<elements>(1000));
    CHECK(predict(net, device, {.datatype = int2}).call_time == Approx(1e9 / 30.72e12));
}

TEST_CASE("resources, utilisation and clock bound the peak") {
    const fpga_resources fabric{.luts = 1000, .dsps = 10};
    const fpga_design both{int8, {.luts = 20, .dsps = 1}, 100_mhz};
    CHECK(fpga_peak(fabric, both).value() == Approx(10 * 2 * 100e6));
    CHECK(fpga_peak(fabric, {int8, {.luts = 200, .dsps = 1}, 100_mhz}).value() == Approx(5 * 2 * 100e6));
    CHECK(fpga_peak(fabric, {int8, {.luts = 20, .dsps = 1}, 100_mhz, 0.5}).value() == Approx(5 * 2 * 100e6));
    CHECK_THROWS_AS(fpga_peak(fabric, {int8, {}, 100_mhz}), invalid_argument);
    CHECK_THROWS_AS(fpga_peak(fabric, {int8, {.luts = 1}, 0_mhz}), invalid_argument);
    CHECK_THROWS_AS(fpga_peak(fabric, {int8, {.luts = 1}, 1_mhz, 1.1}), invalid_argument);
    CHECK_THROWS_AS(fpga_peak(fabric, {int8, {.luts = 1001}, 1_mhz}), invalid_argument);
    CHECK_THROWS_AS(fpga_peak(fabric, {int8, {.luts = std::numeric_limits<double>::quiet_NaN()}, 1_mhz}),
                    invalid_argument);
}

TEST_CASE("boards are found by board or part") {
    CHECK(find_fpga("XCZU7EV").board == "ZCU104");
    CHECK_THROWS_AS(find_fpga("ZCU105"), unknown_name);
    for (const fpga_part& one : fpga_parts) CHECK_FALSE(one.source.empty());
}
