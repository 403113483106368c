// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whether layers or blocks on their own foretell a whole network (T section 7.4, figure 7.12): ResNet-50 on the TX2 in
/// maxn and fp16 at all four levels, in operations per second.
#pragma once

#include <qutibench/io/catalogue.hpp>
#include <qutibench/measure/efficiency.hpp>
#include <qutibench/study/published_measurements.hpp>

#include <limits>

namespace qutibench {

/// Attained operations per second at one batch; NaN where a level was not measured.
struct level_row {
    std::int64_t batch = 1;
    double predicted = std::numeric_limits<double>::quiet_NaN();  ///< level 0: the roofline
    double layers = std::numeric_limits<double>::quiet_NaN();     ///< level 1: all operations over all latencies
    double blocks = std::numeric_limits<double>::quiet_NaN();     ///< level 2: the same
    double system = std::numeric_limits<double>::quiet_NaN();     ///< level 3
    double compute = std::numeric_limits<double>::quiet_NaN();    ///< level 3, computing alone
    std::size_t layer_count = 0;                                  ///< layers that the level 1 figure is of
    std::size_t block_count = 0;
};

namespace detail {

/// Operations and seconds of the measured parts at a batch.
struct parts_total {
    double operations = 0;
    double time = 0;
    std::size_t count = 0;

    void take(const measurement& one) {
        const double inputs = static_cast<double>(one.deployment_value);
        const double taken =
            is_known(one.latency) ? one.latency.value() : one.operations * inputs / one.performance.value();
        if (!(taken > 0)) return;
        operations += one.operations * inputs;
        time += taken;
        ++count;
    }
    [[nodiscard]] double rate() const {
        return count > 0 ? operations / time : std::numeric_limits<double>::quiet_NaN();
    }
};

}  // namespace detail

/// The levels at each batch of level 3, smallest first. Throws parse_error.
[[nodiscard]] inline std::vector<level_row> compare_levels() {
    const auto belongs = [](const measurement& one) {
        return one.network == "resnet50" && one.platform == "jetson_tx2" && one.mode == "maxn" &&
               one.datatype == precision(fp16);
    };
    const workload net = load_network("resnet50").work();
    const platform device = load_platform("jetson_tx2:maxn");
    std::vector<level_row> rows;
    for (const measured_scope scope : {measured_scope::system, measured_scope::compute})
        for (const measurement& one : published_measurements(published_data("level3.csv"), scope)) {
            if (!belongs(one)) continue;
            auto at = std::find_if(rows.begin(), rows.end(),
                                   [&](const level_row& row) { return row.batch == one.deployment_value; });
            if (at == rows.end()) at = rows.insert(at, {.batch = one.deployment_value});
            const double rate = attained_throughput(one).value() * net.work();
            (scope == measured_scope::system ? at->system : at->compute) = rate;
        }
    const auto layers =
        published_measurements(published_data("level1_resnet50.csv"), measured_scope::compute, "resnet50");
    const auto blocks =
        published_measurements(published_data("level2_resnet50_tx2.csv"), measured_scope::compute, "resnet50");
    for (level_row& row : rows) {
        const estimate bound = predict(net, device, {.datatype = fp16, .batch = row.batch});
        row.predicted = bound.throughput().value() * net.work();
        detail::parts_total of_layers, of_blocks;
        for (const measurement& one : layers)
            if (belongs(one) && one.deployment_value == row.batch) of_layers.take(one);
        for (const measurement& one : blocks)
            if (belongs(one) && one.deployment_value == row.batch) of_blocks.take(one);
        row.layers = of_layers.rate();
        row.blocks = of_blocks.rate();
        row.layer_count = of_layers.count;
        row.block_count = of_blocks.count;
    }
    return rows;
}

}  // namespace qutibench
