// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/io/adapters.hpp>
#include <qutibench/measure/efficiency.hpp>
#include <qutibench/network/analyze.hpp>
#include <qutibench/network/zoo/cnv_mlp.hpp>

namespace qb = qutibench;

namespace {

const std::string data = QUTIBENCH_SOURCE_DIR "/data/measurements/";

qb::operating_mode mode(std::string name, std::vector<qb::peak> peaks, double bandwidth, double power = std::nan("")) {
    qb::operating_mode one;
    one.name = std::move(name);
    one.peaks = std::move(peaks);
    one.memories.push_back({"DRAM", qb::unknown<qb::bytes>, qb::quantity_of<qb::bytes_per_second>(bandwidth)});
    one.power = qb::quantity_of<qb::watts>(power);
    return one;
}

qb::peak tops(const qb::datatype& type, double value) {
    return {type, qb::quantity_of<qb::ops_per_second>(value * 1e12)};
}

// T table 6.2.
qb::platform device(const std::string& id) {
    if (id == "ultra96_dpu") return {id, {mode("", {tops(qb::int8, 0.96)}, 4.26e9)}};
    if (id == "zcu102_dpu") return {id, {mode("", {tops(qb::int8, 6.71)}, 19.2e9)}};
    if (id == "zcu104_dpu") return {id, {mode("", {tops(qb::int8, 4.6)}, 19.2e9)}};
    if (id == "zcu104_finn") return {id, {mode("", {tops(qb::int2, 30.7), tops(qb::int4, 8.8)}, 19.2e9)}};
    return {id,
            {mode("maxn", {tops(qb::fp16, 1.33), tops(qb::fp32, 0.67)}, 59.7e9, 15),
             mode("maxp", {tops(qb::fp16, 1.15), tops(qb::fp32, 0.57)}, 59.7e9, 15),
             mode("maxq", {tops(qb::fp16, 0.87), tops(qb::fp32, 0.44)}, 59.7e9, 15)}};
}

qb::workload_totals network(const qb::measurement& of) {
    const std::string name = of.network + "@" + std::to_string(std::lround(of.keep * 1000));
    const auto totals = [](double operations, double weights) -> qb::workload_totals {
        return qb::workload("", qb::operations::from_value(std::llround(operations)),
                            qb::elements::from_value(std::llround(weights)));
    };
    // Exact counts of CNV and MLP, T table 6.1 for the others.
    if (name == "cnv@1000") return totals(469449728, 6157696);
    if (name == "cnv@500") return totals(118922752, 1542848);
    if (name == "cnv@250") return totals(30510848, 387424);
    if (name == "cnv@125") return totals(8017792, 97712);
    if (name == "mlp@1000") return totals(20029440, 10014720);
    if (name == "mlp@500") return totals(5820416, 2910208);
    if (name == "mlp@250") return totals(1861632, 930816);
    if (name == "mlp@125") return totals(668672, 334336);
    if (name == "googlenet_v1@1000") return totals(3.13e9, 5.98e6);
    if (name == "resnet50@1000") return totals(7.72e9, 25.5e6);
    if (name == "resnet50_pruned_80@1000") return totals(6.54e9, 23.7e6);
    if (name == "resnet50_pruned_50@1000") return totals(3.75e9, 15.8e6);
    if (name == "resnet50_pruned_30@1000") return totals(2.45e9, 10.1e6);
    FAIL("no workload " << name);
    return {};
}

const std::vector<qb::measurement>& compute_rows() {
    // The runs that T's appendix prints: of the TX2's modes, MAXP.
    static const auto rows = [] {
        auto all = qb::load_measurements(data + "level3.csv", "qutibench", {.scope = qb::measured_scope::compute});
        std::erase_if(all, [](const qb::measurement& one) {
            return one.mode == "maxn" || one.mode == "maxq" || one.network.starts_with("efficientnet") ||
                   (one.network == "mobilenet_v1" && one.platform == "zcu104_dpu");
        });
        return all;
    }();
    return rows;
}

std::vector<qb::efficiency_row> best_rows(const std::string& platform, const std::string& networks) {
    std::vector<qb::efficiency_row> rows;
    for (const qb::measurement* one : qb::best_of(compute_rows()))
        if (one->platform == platform && one->scope == qb::measured_scope::compute &&
            one->network.starts_with(networks))
            rows.push_back(qb::efficiency(*one, network(*one), device(platform)));
    return rows;
}

double mean_of_peak(const std::vector<qb::efficiency_row>& rows) {
    double sum = 0;
    for (const auto& row : rows) sum += row.of_peak / static_cast<double>(rows.size());
    return sum;
}

}  // namespace

TEST_CASE("efficiency: DPUs attain 12 to 25 % on ImageNet (T figure 7.2)") {
    std::vector<qb::efficiency_row> rows = best_rows("ultra96_dpu", "");
    for (const auto& row : best_rows("zcu102_dpu", "")) rows.push_back(row);
    const auto summaries = qb::summarize_by_platform(rows);
    REQUIRE(summaries.size() == 2);
    CHECK(summaries[0].name == "ultra96_dpu");
    CHECK(summaries[0].count == 5);
    CHECK(std::min(summaries[0].min, summaries[1].min) == Approx(0.12).margin(0.01));
    CHECK(std::max(summaries[0].max, summaries[1].max) == Approx(0.25).margin(0.01));
    CHECK(summaries[0].above_bound == 0);
}

TEST_CASE("efficiency: FINN averages at 19 % on CIFAR-10, at most 35 % (T figure 7.3)") {
    const auto summary = qb::summarize_by_network(best_rows("zcu104_finn", "cnv"));
    REQUIRE(summary.size() == 1);
    CHECK(summary[0].count == 8);
    CHECK(summary[0].mean == Approx(0.19).margin(0.01));
    CHECK(summary[0].max == Approx(0.35).margin(0.01));
    CHECK(summary[0].memory_bound == 8);
    double error = 0;
    for (const auto& row : best_rows("zcu104_finn", "cnv"))
        error += std::abs(row.predicted.throughput().value() / row.measured_throughput - 1) / 8;
    CHECK(summary[0].bound_error == Approx(error));
}

TEST_CASE(
    "efficiency: FINN's MLPs exceed the bound since their weights stay on chip; 11 % of the peak (T figure 7.4)") {
    const auto rows = best_rows("zcu104_finn", "mlp");
    REQUIRE(rows.size() == 7);
    for (const auto& row : rows) {
        CHECK(row.efficiency > 10);
        CHECK(row.excess == qb::excess_reason::weights_on_chip);
    }
    CHECK(mean_of_peak(rows) == Approx(0.11).margin(0.01));
    CHECK(qb::summarize_by_platform(rows)[0].above_bound == 7);
}

TEST_CASE("efficiency: TX2's MLPs reuse weights over the batch, three are above the very peak; all are kept") {
    int above = 0, reused = 0;
    const auto rows = best_rows("jetson_tx2", "mlp");
    REQUIRE(rows.size() == 8);
    for (const auto& row : rows) {
        above += row.excess == qb::excess_reason::above_peak ? 1 : 0;
        reused += row.excess == qb::excess_reason::weights_reused ? 1 : 0;
        if (row.excess == qb::excess_reason::above_peak) CHECK(row.of_peak > 1);
    }
    CHECK(above == 3);
    CHECK(reused == 5);
    for (const auto& row : best_rows("jetson_tx2", "cnv")) CHECK(row.excess == qb::excess_reason::none);
}

TEST_CASE("efficiency: the bound is that of the measurement's own mode and datatype") {
    const auto rows = best_rows("jetson_tx2", "cnv");
    REQUIRE(rows.size() == 8);
    for (const auto& row : rows) {
        CHECK(row.predicted.peak().value() == (row.measured->datatype == qb::precision(qb::fp16) ? 1.15e12 : 0.57e12));
        CHECK(row.predicted.batch == 1);
    }
}

TEST_CASE("efficiency: joules by full power, above idle and above base, beside the predicted energy") {
    const qb::measurement* one = &compute_rows().front();  // cnv, fp16, batch 1: 1.8 / 4.7 / 10.3 W at 785.639 inputs/s
    const auto row = qb::efficiency(*one, network(*one), device("jetson_tx2"));
    CHECK(row.measured_energy == Approx(10.3 / 785.639));
    CHECK(row.inputs_per_joule() == Approx(785.639 / 10.3));
    CHECK(row.above_idle_energy == Approx((10.3 - 4.7) / 785.639));
    CHECK(row.above_base_energy == Approx((10.3 - 1.8) / 785.639));
    CHECK(row.predicted_energy == Approx(15.0 * 469449728 / 1.15e12));
    const auto unknown =
        qb::efficiency(*one, network(*one), qb::platform("jetson_tx2", {mode("maxp", {tops(qb::fp16, 1.15)}, 59.7e9)}));
    CHECK(std::isnan(unknown.predicted_energy));
}

TEST_CASE("efficiency: layers and blocks by their own operations") {
    const auto layers = qb::load_measurements(data + "level1_resnet50.csv", "auto", {.network = "resnet50"});
    std::vector<qb::efficiency_row> rows;
    for (const qb::measurement* one : qb::best_of(layers))
        rows.push_back(qb::efficiency(*one, qb::totals_of_part(*one), device(one->platform)));
    const auto summaries = qb::summarize_by_platform(rows);
    REQUIRE(summaries.size() >= 2);
    // Without weights the bound is the peak, so the efficiency is the reported GOPS over it.
    for (const auto& row : rows) {
        if (!qb::is_known(row.measured->performance)) continue;  // tables 7.2 and A.1 have times alone
        CHECK(row.efficiency == Approx(row.measured->performance.value() / row.predicted.peak().value()));
        CHECK(row.efficiency == Approx(row.of_peak));
    }
    CHECK(rows.front().measured->part == "res2a_branch2a");
    CHECK(rows.front().efficiency == Approx(630.21 / 4600));  // the better of 1 and 8 threads
    const auto blocks = qb::load_measurements(data + "level2_resnet50_tx2.csv", "auto", {.network = "resnet50"});
    for (const qb::measurement* one : qb::best_of(blocks)) {
        const auto row = qb::efficiency(*one, qb::totals_of_part(*one), device("jetson_tx2"));
        CHECK(row.efficiency > 0.2);
        CHECK(row.efficiency < 1);
    }
}

TEST_CASE("efficiency: what is not measured stays unknown, nonsense is refused") {
    qb::measurement one = compute_rows().front();
    one.throughput = qb::unknown<qb::inputs_per_second>;
    one.latency = qb::unknown<qb::seconds>;
    const auto row = qb::efficiency(one, network(one), device("jetson_tx2"));
    CHECK(std::isnan(row.efficiency));
    CHECK(row.excess == qb::excess_reason::none);
    CHECK(qb::summarize_by_platform(std::vector{row}).empty());
    CHECK(qb::best_of(std::span(&one, 1)).empty());
    qb::measurement pooling = one;  // a rate of no operations says nothing of inputs
    pooling.performance = qb::quantity_of<qb::ops_per_second>(1e9);
    pooling.operations = 0;
    CHECK(qb::best_of(std::span(&pooling, 1)).empty());
    CHECK_THROWS_AS(qb::efficiency(one, {}, device("jetson_tx2")), qb::invalid_argument);
    CHECK_THROWS_AS(qb::totals_of_part(one), qb::invalid_argument);
    one.mode = "turbo";
    CHECK_THROWS_AS(qb::efficiency(one, network(one), device("jetson_tx2")), qb::unknown_name);
    one.mode = "maxp";
    one.datatype = qb::fp64;
    CHECK_THROWS_AS(qb::efficiency(one, network(one), device("jetson_tx2")), qb::unsupported_datatype);
}

TEST_CASE("an efficiency is relative to the execution model that is asked for") {
    const qb::workload cnv = qb::analyze(qb::graph(qb::zoo::cnv()));
    qb::measurement one;
    one.network = "cnv";
    one.platform = "zcu104_dpu";
    one.datatype = qb::int8;
    one.deployment_value = 1;
    one.throughput = qb::quantity_of<qb::inputs_per_second>(1000);
    const qb::deployment layers{.execution = qb::execution_kind::layers};
    const auto row = qb::efficiency(one, cnv, device("zcu104_dpu"), layers);
    CHECK(row.predicted.throughput() == qb::predict(cnv, device("zcu104_dpu"), layers).throughput());
    CHECK(row.efficiency > qb::efficiency(one, cnv, device("zcu104_dpu")).efficiency);
}
