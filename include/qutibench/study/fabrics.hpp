// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What real resources and clock explain of FPGAs (T 7.2.4 and 8.3.1 ask for it): the designs of T table 5.3, the peaks
/// of the look-up tables that they use, and what was measured on them.
#pragma once

#include <qutibench/hardware/fpga.hpp>
#include <qutibench/io/catalogue.hpp>
#include <qutibench/measure/efficiency.hpp>
#include <qutibench/study/published_measurements.hpp>

#include <cmath>

namespace qutibench {

/// One design of T table 5.3 that ran a network; rates in operations per second.
struct fabric_row {
    std::string platform{};
    std::string network{};
    double keep = 1;
    precision datatype{};
    double luts = 0;       ///< in use
    double published = 0;  ///< peak of T table 6.2, which fills the fabric at 500 MHz
    double refined = 0;    ///< peak of the LUTs in use at the same clock, by what a multiply-accumulate costs there
    double attained = 0;   ///< best over streams or batches, computing alone

    /// The clock at which the LUTs in use, all of them busy, would have attained it, in Hz.
    [[nodiscard]] double clock() const { return attained / refined * 500e6; }
};

/// The designs in the order of the measurements: FINN by FINN-R's cost, BISMO as units of 256 bits. Throws parse_error.
[[nodiscard]] inline std::vector<fabric_row> fabric_designs(const adapter_input& resources,
                                                            const adapter_input& level3) {
    std::vector<measurement> measured = published_measurements(level3, measured_scope::compute);
    std::erase_if(measured, [](const measurement& one) { return one.scope != measured_scope::compute; });
    std::vector<fabric_row> rows;
    for (const measurement* best : best_of(measured)) {
        const bool is_finn = best->platform == "zcu104_finn";
        if (!is_finn && best->platform != "zcu104_bismo") continue;
        csv_reader table = resources.csv();
        const std::size_t platform = table.column("platform"), network = table.column("network"),
                          pruning = table.column("pruning_percent"), datatype = table.column("datatype"),
                          luts = table.column("kilo_luts");
        while (table.next()) {
            const double kept = table.optional_number(pruning) / 100;  // one overlay runs all where nothing is stated
            if (table[platform] != best->platform || table[network] != best->network ||
                (kept == kept && kept != best->keep) ||
                (!table[datatype].empty() && !(parse_precision(table[datatype]) == best->datatype)))
                continue;
            const hertz clock = quantity_of<hertz>(500e6);
            const mac_cost cost = is_finn ? fpga_cost::finn(best->datatype) : fpga_cost::bismo(best->datatype, 256);
            const double in_use = 1000 * table.number(luts);
            const fpga_resources used{.luts = static_cast<std::int64_t>(in_use)};
            rows.push_back({best->platform, best->network, best->keep, best->datatype, in_use,
                            load_platform(best->platform).peak_for(best->datatype).as.dense.value(),
                            fpga_peak(used, {best->datatype, cost, clock}).value(),
                            attained_throughput(*best).value() * load_network(best->network).work(best->keep).work()});
        }
    }
    return rows;
}

/// The same from the catalogue's own tables.
[[nodiscard]] inline std::vector<fabric_row> fabric_designs() {
    return fabric_designs(published_data("table_5_3_resources.csv"), published_data("level3.csv"));
}

}  // namespace qutibench
