// SPDX-License-Identifier: BSD-3-Clause
// What the thesis prints of its measurements, beside what its measurements give.
#include "catch.hpp"

#include <qutibench/study/efficiencies.hpp>
#include <qutibench/study/experiments.hpp>
#include <qutibench/study/fabrics.hpp>
#include <qutibench/study/levels.hpp>
#include <qutibench/study/measured_power.hpp>
#include <qutibench/study/requirements.hpp>

#include <set>

using namespace qutibench;

TEST_CASE("the efficiencies that T section 7.2 prints of the GPU and the NCS2 are those of the system") {
    for (const printed_efficiency& row : printed_efficiencies()) {
        CAPTURE(row.network, row.platform, to_string(row.datatype), row.widths);
        const bool of_system = row.platform == "jetson_tx2" || row.platform == "ncs2";
        const efficiency_range& is = of_system ? row.system : row.compute;
        // Within three and a half points, and the other scope is further off.
        if (row.printed.high == row.printed.high && row.widths == "1")
            CHECK(std::abs(is.high - row.printed.high) < 0.035);
        if (row.printed.high == row.printed.high && row.widths == "all")
            CHECK(std::abs(is.high - row.printed.high) < 0.035);
        if (row.printed.low == row.printed.low) CHECK(is.low < row.printed.low + 0.03);
        if (of_system && row.printed.high == row.printed.high)
            CHECK(std::abs(row.compute.high - row.printed.high) > std::abs(row.system.high - row.printed.high));
    }
}

TEST_CASE("fabrics: the LUTs in use explain a part of FINN's designs and nothing of BISMO's") {
    double least[2] = {1, 1}, most[2] = {0, 0}, bismo = 0;
    int finn_rows = 0, bismo_rows = 0;
    for (const fabric_row& row : fabric_designs()) {
        CAPTURE(row.platform, row.network, row.keep, to_string(row.datatype));
        CHECK(row.attained > 0);
        if (row.platform == "zcu104_bismo") {
            ++bismo_rows;
            CHECK(row.luts == 35700);
            bismo = std::max(bismo, row.attained / row.refined);
            continue;
        }
        ++finn_rows;
        const double shares[2] = {row.attained / row.published, row.attained / row.refined};
        for (int i = 0; i < 2; ++i) least[i] = std::min(least[i], shares[i]);
        for (int i = 0; i < 2; ++i) most[i] = std::max(most[i], shares[i]);
        CHECK(row.clock() < 500e6);
    }
    CHECK(finn_rows == 13);
    CHECK(bismo_rows == 13);  // MLP in four widths and CNV in three, in two datatypes, but for CNV at 50 % in int4
    // tests/hardware/fpga.cpp works the same out from figures typed from the tables
    CHECK(most[0] / least[0] == Approx(10.1).margin(0.05));
    CHECK(most[1] / least[1] == Approx(4.0).margin(0.05));
    CHECK(bismo < 0.022);
}

TEST_CASE("requirements: VGG-16 has the largest weights and the updates of T table 2.2") {
    const auto rows = requirements();
    const auto of = [&](std::string_view name) {
        return *std::find_if(rows.begin(), rows.end(), [&](const requirement_row& one) { return one.network == name; });
    };
    const requirement_row vgg = of("vgg16");
    CHECK(vgg.weights * 1e-6 == Approx(138.34).margin(0.005));      // printed under "T", whose column is W's
    CHECK(2 * vgg.weights * 1e-6 == Approx(276.69).margin(0.005));  // printed as WU: gradients and updates, in elements
    CHECK(vgg.training_weights == 3 * 4 * 138357544.0);
    CHECK(vgg.training_operations == 3 * 30940528640.0 + 138357544);
    // the spread by hand
    const std::vector<requirement_row> two{{"a", 1, 2, 3, 4, 5, 6}, {"b", 3, 2, 5, 4, 5, 6}};
    const auto summary = summary_of(two);
    REQUIRE(summary.size() == 4);
    CHECK(summary[0].operations == 1);
    CHECK(summary[1].operations == 3);
    CHECK(summary[2].operations == 2);
    CHECK(summary[3].operations == Approx(std::sqrt(2.0)));
    CHECK(summary[3].weights == 0);
    CHECK(summary_of({}).empty());
}

TEST_CASE("powers: what was measured of each mode of the TX2, and what the stated one is off") {
    const auto all = measured_powers();
    const auto on = [&](const char* platform, const char* mode) {
        for (const power_row& row : all)
            if (row.platform == platform && row.mode == mode) return row;
        FAIL("no such row");
        return power_row{};
    };
    // 160 runs a mode: 8 CNV, 8 MLP, 2 GoogLeNet and 2 ResNet-50 variants at 8 batches
    for (const char* mode : {"maxn", "maxp", "maxq"}) CHECK(on("jetson_tx2", mode).runs == 160);
    CHECK(on("jetson_tx2", "maxn").mean == Approx(12.11).margin(0.01));
    CHECK(on("jetson_tx2", "maxp").mean == Approx(8.868).margin(0.001));
    CHECK(on("jetson_tx2", "maxq").mean == Approx(6.736).margin(0.001));
    for (const power_row& row : all) {
        CAPTURE(row.platform, row.mode);
        CHECK(row.low <= row.mean);
        CHECK(row.mean <= row.high);
        // Where there is a stated power, one measured with other networks is the better guess.
        if (row.networks > 1 && row.stated == row.stated) CHECK(row.error_of_other_networks < row.error_of_stated);
        // The catalogue's figure is the mean of these runs.
        const platform device = load_platform(row.mode.empty() ? row.platform : row.platform + ":" + row.mode);
        CHECK(device.running_power().value() == Approx(row.mean).epsilon(5e-4));
    }
}

TEST_CASE("levels: system figures are within 41.1 and 60.7 % of the roof, and level 1 is nearer than level 0") {
    const auto rows = compare_levels();
    REQUIRE(rows.size() == 8);
    for (const level_row& row : rows) {
        CAPTURE(row.batch);
        CHECK(row.system < row.compute);
        CHECK(row.compute < row.predicted);
        CHECK(row.blocks < row.predicted);
        CHECK(row.block_count >= 12);
        // T: within 16 % of the system's performance; so it is from batch 4 on, and 26 % off at batch 1
        CHECK(std::abs(row.blocks / row.system - 1) < (row.batch >= 4 ? 0.16 : 0.27));
    }
    CHECK(rows.front().system / rows.front().predicted == Approx(0.411).margin(0.02));
    CHECK(rows.back().system / rows.back().predicted == Approx(0.607).margin(0.02));
    CHECK(std::abs(rows.back().layers / rows.back().compute - 1) < 0.25);
}

TEST_CASE("experiments: the overview of tables 5.5 and 5.6 holds, and MobileNet on the DPU came later") {
    const auto all = experiments();
    const auto find = [&](std::string_view network, std::string_view platform) -> const experiment_row* {
        for (const experiment_row& row : all)
            if (row.network == network && row.platform == platform) return &row;
        return nullptr;
    };
    std::set<std::string> announced;
    csv_reader printed = published_data("tables_5_5_and_5_6_experiments.csv").csv();
    while (printed.next()) {
        const std::string network(printed[printed.column("network")]), platform(printed[printed.column("platform")]);
        CAPTURE(network, platform);
        const experiment_row* const row = find(network, platform);
        if (row == nullptr) announced.insert(network + " on " + platform);
        if (row == nullptr) continue;
        // Pruned variants on the ZCU102 are announced, not measured; T section 7.3 says so.
        const std::string mode(printed[printed.column("mode")]);
        if (!mode.empty()) CHECK(std::find(row->modes.begin(), row->modes.end(), mode) != row->modes.end());
        const std::string datatypes(printed[printed.column("datatypes")]);
        for (const std::string& one : row->datatypes) CHECK(datatypes.find(one) != std::string::npos);
    }
    CHECK(announced == std::set<std::string>{"googlenet_v1 on zcu104_dpu"});
    REQUIRE(find("mobilenet_v1", "zcu104_dpu") != nullptr);
    std::size_t runs = 0;
    for (const experiment_row& row : all) runs += row.runs;
    CHECK(runs == 974);
    // Table 5.8: the settings of each device
    csv_reader settings = published_data("table_5_8_deployments.csv").csv();
    while (settings.next()) {
        const std::string platform(settings[settings.column("platform")]);
        std::string values;
        std::set<std::int64_t> measured;
        for (const experiment_row& row : all)
            if (row.platform == platform) measured.insert(row.values.begin(), row.values.end());
        measured.erase(10000);  // a stream of CNV in INT4 on FINN, which the table leaves out

        for (const std::int64_t one : measured) values += (values.empty() ? "" : " ") + std::to_string(one);
        CAPTURE(platform);
        CHECK(values == settings[settings.column("deployment_values")]);
    }
}
