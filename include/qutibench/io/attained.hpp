// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How much of a peak was ever attained, as far as somebody measured a whole network there:
/// data/published/attained.csv.
#pragma once

#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/csv.hpp>

#include <map>

namespace qutibench {

/// The best known run of a whole network at a peak.
struct attained_peak {
    std::string platform{};
    std::string mode{};  ///< empty where a device has one mode only
    precision datatype{};
    std::string network{};
    double keep = 1;              ///< fraction of the channels
    double inputs_per_s = 0;      ///< as measured
    double operations_per_s = 0;  ///< inputs per second times the operations of the network
    std::string source{};

    /// Of a dense peak, 0 to 1.
    [[nodiscard]] double share_of(const peak& one) const { return operations_per_s / one.dense.value(); }
};

/// All that are known, by platform. Throws parse_error when this build carries no such table.
[[nodiscard]] inline std::vector<attained_peak> attained_peaks() {
    constexpr std::string_view file = "attained.csv";
    std::string_view text;
    for (const detail::embedded_file& one : detail::embedded_files)
        if (one.kind == "published" && one.name == file) text = one.text;
    if (text.empty()) throw parse_error(std::string(file), "", "this build carries no such table");
    csv_reader rows = csv_reader::over(std::string(text), std::string(file));
    std::map<std::pair<std::string, double>, double> counts;
    std::vector<attained_peak> all;
    while (rows.next()) {
        attained_peak one;
        one.platform = rows[rows.column("platform")];
        one.mode = rows[rows.column("mode")];
        one.datatype = parse_precision(rows[rows.column("datatype")]);
        one.network = rows[rows.column("network")];
        one.keep = rows.number(rows.column("keep"));
        one.inputs_per_s = rows.number(rows.column("inputs_per_s"));
        one.source = rows[rows.column("source")];
        double& of_network = counts[{one.network, one.keep}];
        if (of_network == 0) of_network = static_cast<double>(load_network(one.network).work(one.keep).operation_count);
        one.operations_per_s = one.inputs_per_s * of_network;
        all.push_back(std::move(one));
    }
    return all;
}

namespace detail {

/// The one at a device's peak in a mode, or null when nobody is known to have measured it.
[[nodiscard]] inline const attained_peak* find_attained(const std::vector<attained_peak>& all,
                                                        std::string_view platform, std::string_view mode,
                                                        const precision& datatype) {
    const auto at = std::find_if(all.begin(), all.end(), [&](const attained_peak& one) {
        return one.platform == platform && one.mode == mode && one.datatype == datatype;
    });
    return at == all.end() ? nullptr : &*at;
}

}  // namespace detail

}  // namespace qutibench
