// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/io/csv.hpp>
#include <qutibench/study/heatmap.hpp>

#include <cmath>

#include "catch.hpp"

using namespace qutibench;

TEST_CASE("the heatmaps of figures 6.3 to 6.5: 147 cells, all but the errata within 0.5 %") {
    const std::vector<heatmap_cell> cells = published_heatmap();
    REQUIRE(cells.size() == 147);
    csv_reader printed = csv_reader::open(QUTIBENCH_DATA_DIR "/measurements/figures_6_3_to_6_5_heatmaps.csv");
    std::vector<std::string> outside;
    for (const heatmap_cell& cell : cells) {
        REQUIRE(printed.next());
        CHECK(printed[0] == cell.figure);
        CHECK(printed[1] == cell.task);
        CHECK(printed[2] == cell.platform);
        CHECK(printed[3] == cell.network);
        const double ratio = cell.prediction.throughput().value() / printed.number(4);
        if (std::abs(ratio - 1) <= 5e-3) {
            CHECK(cell.erratum.empty());
            continue;
        }
        outside.push_back(cell.platform + " " + cell.network);
        CHECK_FALSE(cell.erratum.empty());
        CHECK(cell.printed == printed.number(4));
    }
    CHECK_FALSE(printed.next());
    CHECK(outside == std::vector<std::string>{"Ultra96-INT8 EfficientNet L-INT8", "ZCU104-FINN-INT2 MLP 25%-INT2"});
}

TEST_CASE("the errata of the heatmaps are what the formula gives") {
    for (const heatmap_cell& cell : published_heatmap()) {
        if (cell.erratum.empty()) continue;
        const bool is_mlp = cell.network == "MLP 25%-INT2";
        CHECK(cell.printed == (is_mlp ? 38400 : 50));
        CHECK(cell.prediction.throughput().value() == Approx(is_mlp ? 76800 : 49.5).epsilon(1e-3));
    }
}

TEST_CASE("one task's heatmap, and its text") {
    const auto cells = published_heatmap("mnist");
    REQUIRE(cells.size() == 52);
    CHECK(cells.front().figure == "6.5");
    CHECK(
        to_csv(std::span(cells).first(1)) ==
        "figure,task,platform,network_datatype,inputs_per_second\n6.5,mnist,ZCU104-FINN-INT2,MLP 100%-INT2,7680.00\n");
    CHECK(cells.back().prediction.assumes(assumption::carrier_datatype));
    CHECK_THROWS_WITH(published_heatmap("imagnet"), "unknown task 'imagnet'; did you mean 'imagenet'?");
}
