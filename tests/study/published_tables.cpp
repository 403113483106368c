// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/study/published_tables.hpp>

namespace qb = qutibench;

namespace {

const std::string data = QUTIBENCH_SOURCE_DIR "/data/measurements/";
const auto level3 = qb::adapter_input::file(data + "level3.csv");

qb::correlation_row correlation(const std::string& platforms, const std::string& task,
                                const std::string& datatype = {}) {
    static const auto rows = qb::table_7_1(level3, qb::adapter_input::file(data + "figures_6_3_to_6_5_heatmaps.csv"),
                                           qb::adapter_input::file(data + "table_7_1_correlation.csv"));
    for (const auto& row : rows)
        if (row.platforms == platforms && row.task == task && row.datatype == datatype) return row;
    FAIL("no row " << platforms << ", " << task);
    return {};
}

}  // namespace

TEST_CASE("table 7.1: the rows that reproduce") {
    const auto reproduces = [](const char* platforms, const char* task, double published, std::size_t points,
                               double tolerance) {
        const auto row = correlation(platforms, task);
        INFO(platforms << " " << task);
        CHECK(row.published == published);
        CHECK(row.predicted.size() == points);
        CHECK(std::abs(row.pearson - published) <= tolerance);
        CHECK(row.interval.low <= row.pearson);
        CHECK(row.pearson <= row.interval.high);
    };
    reproduces("zcu104_finn", "cifar10", 0.96, 8, 0.005);
    reproduces("zcu104_finn", "mnist", 0.90, 7, 0.005);
    reproduces("jetson_tx2", "cifar10", 0.96, 24, 0.005);  // all three modes
    reproduces("ultra96_dpu", "imagenet", 0.78, 5, 0.01);
}

TEST_CASE("table 7.1: what the text names of one datatype reproduces as well") {
    CHECK(correlation("jetson_tx2", "cifar10", "fp16").pearson == Approx(0.968).margin(0.0005));  // printed 0.97
    CHECK(correlation("jetson_tx2", "cifar10", "fp32").pearson == Approx(0.976).margin(0.0005));  // 0.98
    CHECK(correlation("zcu104_finn", "mnist", "int2").pearson == Approx(0.930).margin(0.0005));   // 0.93, over widths
    CHECK(correlation("zcu104_finn", "mnist", "int4").pearson == Approx(0.991).margin(0.0005));   // 0.99
    CHECK(correlation("jetson_tx2", "cifar10", "fp16").published == 0.97);
}

TEST_CASE("table 7.1: the rows that do not, with what comes out instead") {
    CHECK(correlation("zcu102_and_ultra96_dpu", "imagenet").pearson == Approx(0.996).margin(0.001));  // published 0.78
    CHECK(correlation("ncs2", "cifar10").pearson == Approx(0.850).margin(0.001));                     // 0.64
    CHECK(correlation("edgetpu", "imagenet").pearson == Approx(0.927).margin(0.001));                 // 0.88
    CHECK(correlation("edgetpu", "imagenet").predicted.size() == 10);
}

TEST_CASE("table 8.1: every row, at the precision of print") {
    const auto rows = qb::table_8_1(level3, qb::adapter_input::file(data + "table_8_1_orthogonality.csv"));
    REQUIRE(rows.size() == 12);
    int exact = 0, corrected = 0, swapped = 0;
    for (const auto& row : rows) {
        INFO(row.metric << " " << row.network << " " << row.platform << " " << row.label);
        REQUIRE(row.recomputed.has_value());
        // Two decimals of milliseconds, or whole inputs per second (one of which is rounded up at .485).
        const double half_digit = row.metric == "latency_ms" ? 0.00501 : 0.52;
        const auto& as = *row.recomputed;
        corrected += row.correction.empty() ? 0 : 1;
        swapped += row.second_and_first_swapped ? 1 : 0;
        if (row.platform == "jetson_tx2") CHECK(row.mode == "maxn");
        ++exact;
        CHECK(std::abs(as.original - row.published.original) <= half_digit);
        CHECK(std::abs(as.both - row.published.both) <= half_digit);
        const double second = row.second_and_first_swapped ? as.first : as.second;
        const double first = row.second_and_first_swapped ? as.second : as.first;
        CHECK(std::abs(second - row.published.second) <= half_digit);
        CHECK(std::abs(first - row.published.first) <= half_digit);
        // T rounds before it divides.
        const double rounding = half_digit * (1 / row.published.original + 1 / row.published.both +
                                              1 / row.published.second + 1 / row.published.first);
        CHECK(std::abs(as.ratio() - row.published_ratio) < as.ratio() * rounding + 0.006);
        CHECK(as.q2() / as.q1() == Approx(as.ratio()));
    }
    CHECK(exact == 12);
    CHECK(corrected == 2);
    CHECK(swapped == 2);
}

TEST_CASE("table 8.1: the TX2's rows are those of maxn, to the digit") {
    const auto rows = qb::table_8_1(level3, qb::adapter_input::file(data + "table_8_1_orthogonality.csv"));
    const auto on_tx2 = [&](const char* network, const char* metric) {
        for (const auto& row : rows)
            if (row.platform == "jetson_tx2" && row.network == network && row.metric == metric) return *row.recomputed;
        FAIL("no such row");
        return qb::orthogonality{};
    };
    const auto cnv = on_tx2("cnv", "throughput_fps");
    CHECK(cnv.original == Approx(1236.0).margin(0.05));
    CHECK(cnv.second == Approx(2231.1).margin(0.05));
    CHECK(cnv.first == Approx(4384.5).margin(0.05));
    CHECK(cnv.both == Approx(7707.2).margin(0.05));
    CHECK(cnv.ratio() == Approx(0.974).margin(0.0005));
    CHECK(on_tx2("mlp", "throughput_fps").ratio() == Approx(0.874).margin(0.0005));
}
