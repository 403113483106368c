// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which experiments were made (T tables 5.5, 5.6 and 5.8), as the measurements themselves tell.
#pragma once

#include <qutibench/study/published_measurements.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace qutibench {

/// All runs of a network on a device.
struct experiment_row {
    std::string network{};
    std::string platform{};
    std::vector<std::string> modes{};
    std::vector<std::string> datatypes{};
    std::vector<double> keeps{};  ///< fractions of the channels that pruning left, largest first
    deployment_parameter deployment = deployment_parameter::batch;
    std::set<std::int64_t> values{};  ///< batches, threads or stream lengths
    std::size_t runs = 0;
};

/// A row for each network and device, black-box pruned ones with the network that they came from; in the order of the
/// table. Throws parse_error.
[[nodiscard]] inline std::vector<experiment_row> experiments(const adapter_input& level3) {
    constexpr std::string_view pruned = "resnet50_pruned_";
    std::vector<experiment_row> all;
    const auto add = [](auto& list, const auto& one) {
        if (std::find(list.begin(), list.end(), one) == list.end()) list.push_back(one);
    };
    for (const measurement& one : published_measurements(level3)) {
        const bool is_pruned = one.network.starts_with(pruned);
        const std::string network = is_pruned ? "resnet50" : one.network;
        auto at = std::find_if(all.begin(), all.end(), [&](const experiment_row& row) {
            return row.network == network && row.platform == one.platform;
        });
        if (at == all.end())
            at = all.insert(at, {.network = network, .platform = one.platform, .deployment = one.deployment});
        if (!one.mode.empty()) add(at->modes, one.mode);
        add(at->datatypes, to_string(one.datatype));
        add(at->keeps, is_pruned ? std::stod(one.network.substr(pruned.size())) / 100 : one.keep);
        at->values.insert(one.deployment_value);
        ++at->runs;
    }
    for (experiment_row& row : all) std::sort(row.keeps.rbegin(), row.keeps.rend());
    return all;
}

/// The same from the catalogue's own table.
[[nodiscard]] inline std::vector<experiment_row> experiments() {
    return experiments(published_data("level3.csv"));
}

}  // namespace qutibench
