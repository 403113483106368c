// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/explore/scorecard.hpp>
#include <qutibench/io/csv.hpp>
#include <qutibench/qutibench.hpp>

#include <cmath>
#include <set>

#include "catch.hpp"

using namespace qutibench;
using namespace qutibench::literals;

namespace {

platform device(double tops, double power) {
    return {"device",
            {{.peaks = {{.numbers = int8, .dense = quantity_of<ops_per_second>(tops * 1e12)}},
              .memories = {{.name = "off-chip", .bandwidth = 10_gb_per_s}},
              .power = quantity_of<qutibench::watts>(power)}}};
}

double leading(std::string_view cell) {
    const std::size_t size = std::min(cell.find_first_not_of("0123456789."), cell.size());
    return size == 0 ? std::nan("") : std::stod(std::string(cell.substr(0, size)));
}

const scorecard_row& row(const std::vector<scorecard_row>& all, std::string_view metric) {
    for (const scorecard_row& one : all)
        if (one.metric == metric) return one;
    throw invalid_argument("no such row");
}

}  // namespace

TEST_CASE("TOPS/W of tables 2.4 and 2.5 follow from their own peaks and power") {
    // In these rows the columns of bandwidth and power are exchanged: 22 TOP/s at 60 W are the printed 0.37, not at
    // 192. The V100's 0.06 and 0.45 are those of the card of 250 W, the VU9P's of 88 W.
    const std::set<std::string_view> exchanged{"NVIDIA V100 [93]", "NVIDIA V100",        "NVIDIA P40 [114]",
                                               "NVIDIA P4",        "Google TPUv1 [100]", "Xilinx VU9P"};
    const workload net("net", 1_gop, quantity_of<elements>(1000));
    csv_reader rows = csv_reader::open(QUTIBENCH_TEST_DATA_DIR "/tables_2_4_and_2_5_platforms.csv");
    int compared = 0;
    while (rows.next()) {
        const double watts = leading(exchanged.contains(rows[2]) ? rows[5] : rows[6]);
        const double printed = leading(rows[7]);
        if (std::isnan(watts) || std::isnan(printed)) continue;
        CAPTURE(std::string(rows[2]), std::string(rows[3]));
        const scorecard card = score(net, device(leading(rows[4]), watts));
        const std::string_view cell = rows[7].substr(0, rows[7].find(' '));
        const std::size_t point = cell.find('.');
        const double last_digit =
            point == std::string_view::npos ? 1 : std::pow(10.0, -static_cast<double>(cell.size() - point - 1));
        CHECK(std::abs(card.peak_tops_per_w() - printed) < last_digit);
        CHECK(card.attained_tops_per_w() == Approx(card.peak_tops_per_w() * card.utilisation()));
        ++compared;
    }
    CHECK(compared == 28);
}

TEST_CASE("a scorecard has every metric of S, with the utilisation behind TOPS/W") {
    graph net("net");
    tensor at = net.input({1, 3, 16, 16});
    at = net.add(convolution_2d{.out_channels = 16, .kernel = {3, 3}}, {at});
    at = net.add(activation{}, {at});
    at = net.add(flatten{}, {at});
    net.add(dense{.out_features = 10}, {at});
    platform small = device(0.001, 2);
    small.price_usd = 50;
    const std::vector<std::string> operators{"convolution_2d", "activation"};
    const scorecard card = score(analyze(net), small, {.execution = execution_kind::layers},
                                 {.accuracy_top1 = 0.715, .supported_operators = &operators});
    CHECK(card.supported_layers == Approx(2.0 / 3));
    CHECK(card.datatype_is_native);
    CHECK(card.utilisation() * card.peak_tops_per_w() == Approx(card.attained_tops_per_w()));
    const auto rows = card.rows();
    for (const std::string_view metric :
         {"accuracy", "throughput", "latency", "energy and power", "cost", "flexibility", "scalability"})
        CHECK(std::any_of(rows.begin(), rows.end(), [&](const scorecard_row& one) { return one.criterion == metric; }));
    CHECK(row(rows, "top-1 accuracy").value == 0.715);
    CHECK(row(rows, "throughput per price").value == Approx(card.performance.throughput().value() / 50));
    CHECK(row(rows, "attained over peak efficiency").value == Approx(card.utilisation()));
    CHECK(row(rows, "energy").value == Approx(2 * card.performance.call_time));
    CHECK(std::isnan(score(analyze(net), small).supported_layers));
}

TEST_CASE("scalability shows what bounds a network") {
    const workload by_compute("by compute", 1_gop, quantity_of<elements>(1000));
    const workload by_memory("by memory", 1_op, quantity_of<elements>(1000000000));
    for (const scalability_point& one : score(by_compute, device(1, 1)).scalability) {
        CHECK(one.with_pes == Approx(one.factor));
        CHECK(one.with_bandwidth == Approx(1));
    }
    for (const scalability_point& one : score(by_memory, device(1, 1)).scalability) {
        CHECK(one.with_pes == Approx(1));
        CHECK(one.with_bandwidth == Approx(one.factor));
        CHECK(one.with_both == Approx(one.factor));
    }
}

TEST_CASE("what is not known stays not a number") {
    const workload net("net", 1_gop, quantity_of<elements>(1000));
    const platform bare("bare",
                        {{.peaks = {{.numbers = fp32, .dense = 1_top_per_s}}, .memories = {{.name = "off-chip"}}}});
    const scorecard card = score(net, bare);
    CHECK_FALSE(card.datatype_is_native);
    for (const std::string_view metric :
         {"top-1 accuracy", "energy", "power", "price", "throughput per price", "peak efficiency"})
        CHECK(std::isnan(row(card.rows(), metric).value));
}
