// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/model/calibration/datasheet.hpp>

#include "catch.hpp"

using namespace qutibench::fitting;

namespace {

/// Two devices; rates of 0 in int8 and of 1 in fp16.
datasheet two_devices() {
    datasheet sheet;
    sheet.levels = {{"int8", rate_vector::Zero()}, {"fp16", rate_vector::Ones()}};
    sheet.devices = {{1e12, 1e10, 0.4}, {2e12, 3e10, -0.2}};
    return sheet;
}

double rate_of(const rate_vector& rates, work which) {
    return rates[static_cast<int>(which)];
}

}  // namespace

TEST_CASE("datasheet: a device like a measured one is as fast, one like none as the mean of all", "[datasheet]") {
    datasheet sheet;
    sheet.devices = {{1e3, 1e2, 0.5}};
    // one device: weight (4 + 0.64) / (4 + 0.64 + 0.01) where it stands, 4 / 4.65 far away
    const likely_scale same = sheet.scale_at(1e3, 1e2);
    CHECK(same.mean == Approx(0.5 * 4.64 / 4.65));
    CHECK(same.spread == Approx(std::sqrt(4.65 - 4.64 * 4.64 / 4.65)));
    const likely_scale far = sheet.scale_at(1e25, 1e2);
    CHECK(far.mean == Approx(0.5 * 4 / 4.65));
    CHECK(far.spread == Approx(std::sqrt(4.65 - 4 * 4 / 4.65)));
}

TEST_CASE("datasheet: between two devices, as numpy solves it", "[datasheet]") {
    const likely_scale between = two_devices().scale_at(1.5e12, 2e10);
    CHECK(between.mean == Approx(-0.0035061792056877705).epsilon(1e-12));
    CHECK(between.spread == Approx(0.6182133455217788).epsilon(1e-12));
}

TEST_CASE("datasheet: twice the peak halves arithmetic, twice the bandwidth traffic, neither what is fixed",
          "[datasheet]") {
    datasheet sheet = two_devices();
    sheet.devices.resize(1);  // one device: the scale is nearly the same at 1e12 and 1e10
    const auto usual = rates_of_unseen(sheet, {1e12, 1e10, 1}, "int8").rates;
    const auto faster = rates_of_unseen(sheet, {2e12, 1e10, 1}, "int8").rates;
    const double scale = sheet.scale_at(2e12, 1e10).mean - sheet.scale_at(1e12, 1e10).mean;
    CHECK(rate_of(faster, work::convolution) - rate_of(usual, work::convolution) == Approx(scale - std::log(2)));
    CHECK(rate_of(faster, work::weights) - rate_of(usual, work::weights) == Approx(scale));
    CHECK(rate_of(faster, work::launch) - rate_of(usual, work::launch) == Approx(scale));
    const auto wider = rates_of_unseen(sheet, {1e12, 2e10, 1}, "int8").rates;
    CHECK(rate_of(wider, work::weights) - rate_of(wider, work::convolution) ==
          Approx(rate_of(usual, work::weights) - rate_of(usual, work::convolution) - std::log(2)));
}

TEST_CASE("datasheet: a call takes one unit of several, and as many of them run side by side", "[datasheet]") {
    const datasheet sheet = two_devices();
    const auto one = rates_of_unseen(sheet, {1e12, 1e10, 1}, "int8").rates;
    const auto three = rates_of_unseen(sheet, {3e12, 1e10, 3}, "int8").rates;
    constexpr auto count = static_cast<int>(works);
    CHECK((one.head<count>() - three.head<count>()).norm() == Approx(0).margin(1e-12));
    CHECK(one[count] - three[count] == Approx(std::log(3)));
}

TEST_CASE("datasheet: a datatype has its level, another one the first", "[datasheet]") {
    const datasheet sheet = two_devices();
    CHECK(sheet.level_of("fp16")->rates[0] == 1);
    CHECK(sheet.level_of("int4")->datatype == "int8");
    CHECK(datasheet().level_of("int8") == nullptr);
}
