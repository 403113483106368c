// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/hardware/fpga.hpp>
#include <qutibench/qutibench.hpp>

#include <algorithm>
#include <array>
#include <vector>

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

namespace {

/// A design of T table 5.3 with the highest throughput that level 3 measured on it.
struct measured_design {
    std::string_view network;
    double keep_percent;
    precision numbers;
    std::int64_t luts;
    double operations;  ///< of one input, of the pruned network
    double throughput;  ///< inputs per second
};

/// Highest attained share over lowest.
double spread(const std::vector<double>& shares) {
    const auto [low, high] = std::minmax_element(shares.begin(), shares.end());
    return *high / *low;
}

}  // namespace

TEST_CASE("real resources narrow FINN's attained share from a factor of 10 to one of 4, and the clock is the rest") {
    // [finn_designs]
    const std::vector<measured_design> designs{
        {"cnv", 100, int2, 148000, 469449728, 2979}, {"cnv", 50, int2, 99000, 118922752, 17030},
        {"cnv", 25, int2, 50000, 30510848, 30287},   {"cnv", 12.5, int2, 27000, 8017792, 60757},
        {"cnv", 50, int4, 153000, 118922752, 8209},  {"cnv", 25, int4, 114000, 30510848, 15343},
        {"cnv", 12.5, int4, 69000, 8017792, 25206},  {"mlp", 50, int2, 158000, 5820416, 484848},
        {"mlp", 25, int2, 156000, 1861632, 1932075}, {"mlp", 12.5, int2, 153000, 668672, 3849624},
        {"mlp", 50, int4, 125000, 5820416, 242884},  {"mlp", 25, int4, 166000, 1861632, 598131},
        {"mlp", 12.5, int4, 163000, 668672, 1193473}};
    std::vector<double> of_published, of_refined, clocks;
    for (const measured_design& one : designs) {
        const double attained = one.operations * one.throughput;
        const bool is_int2 = one.numbers == precision(int2);
        const fpga_design published{one.numbers, is_int2 ? fpga_cost::published_int2 : fpga_cost::published_int4,
                                    500_mhz};
        of_published.push_back(attained / fpga_peak(find_fpga("ZCU104").has, published).value());
        const fpga_design refined{one.numbers, fpga_cost::finn(one.numbers), 500_mhz};
        const double peak = fpga_peak({.luts = one.luts}, refined).value();
        of_refined.push_back(attained / peak);
        clocks.push_back(500 * attained / peak);
    }
    CHECK(spread(of_published) == Approx(10.1).margin(0.05));  // 1.6 to 16 % of the peaks of T table 6.2
    CHECK(spread(of_refined) == Approx(4.0).margin(0.05));     // 12 to 50 % of those of the LUTs in use
    std::sort(clocks.begin(), clocks.end());
    CHECK(clocks.front() == Approx(62).margin(1));  // MHz at which the LUTs in use would have done it
    CHECK(clocks[clocks.size() / 2] == Approx(119).margin(1));
    // [finn_designs]
}

TEST_CASE("real resources do not explain BISMO: its measured designs stay below 2.2 % of what its LUTs could do") {
    const std::vector<measured_design> designs{{"cnv", 50, int2, 35700, 118922752, 264},
                                               {"cnv", 12.5, int2, 35700, 8017792, 884},
                                               {"mlp", 100, int2, 35700, 20029440, 1607},
                                               {"mlp", 100, int4, 35700, 20029440, 838}};
    for (const measured_design& one : designs) {
        const fpga_design serial{one.numbers, fpga_cost::bismo(one.numbers, 256), 500_mhz};
        const double share = one.operations * one.throughput / fpga_peak({.luts = one.luts}, serial).value();
        CHECK(share < 0.022);
    }
}
