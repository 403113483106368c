// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What an energy is off when it is a power figure times time: by the power that a datasheet states, and by the power
/// that was measured on the same device and mode with other networks.
#pragma once

#include <qutibench/io/catalogue.hpp>
#include <qutibench/study/published_measurements.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace qutibench {

/// Power of a device in a mode over all its measured runs.
struct power_row {
    std::string platform{};
    std::string mode{};
    std::size_t runs = 0;
    double low = std::numeric_limits<double>::infinity();      ///< W
    double mean = 0;                                           ///< W
    double high = 0;                                           ///< W
    double stated = std::numeric_limits<double>::quiet_NaN();  ///< W, as the catalogue has it from a datasheet or T
    /// Mean of |power / measured - 1| over the runs, which is the error of the energy of an input whose time is known.
    double error_of_stated = std::numeric_limits<double>::quiet_NaN();
    /// The same with the mean power of the runs of all other networks there; NaN where there is one network only.
    double error_of_other_networks = std::numeric_limits<double>::quiet_NaN();
    std::size_t networks = 0;
};

/// One row for each device and mode whose power was measured, in the order of the table. Throws parse_error.
[[nodiscard]] inline std::vector<power_row> measured_powers(const adapter_input& level3) {
    struct sum {
        double power = 0;
        double count = 0;
    };
    std::vector<power_row> all;
    std::vector<std::map<std::string, sum>> networks;
    std::vector<measurement> rows = published_measurements(level3);
    std::erase_if(rows, [](const measurement& one) { return !is_known(one.power); });
    const auto place_of = [&](const measurement& one) {
        const auto is_of = [&](const power_row& row) { return row.platform == one.platform && row.mode == one.mode; };
        return static_cast<std::size_t>(std::find_if(all.begin(), all.end(), is_of) - all.begin());
    };
    for (const measurement& one : rows) {
        const std::size_t at = place_of(one);
        if (at == all.size()) {
            const platform device = load_platform(one.mode.empty() ? one.platform : one.platform + ":" + one.mode);
            all.push_back({.platform = one.platform, .mode = one.mode, .stated = device.power().value()});
            networks.emplace_back();
        }
        power_row& row = all[at];
        const double power = one.power.value();
        row.mean += (power - row.mean) / static_cast<double>(++row.runs);
        row.low = std::min(row.low, power);
        row.high = std::max(row.high, power);
        sum& of = networks[at][one.network];
        of.power += power;
        of.count += 1;
    }
    std::vector<sum> of_stated(all.size()), of_others(all.size());
    for (const measurement& one : rows) {
        const std::size_t at = place_of(one);
        const double power = one.power.value();
        of_stated[at].power += std::abs(all[at].stated / power - 1);
        of_stated[at].count += 1;
        const sum& own = networks[at][one.network];
        const double runs = static_cast<double>(all[at].runs);
        const double others = (all[at].mean * runs - own.power) / (runs - own.count);
        of_others[at].power += std::abs(others / power - 1);
    }
    for (std::size_t at = 0; at < all.size(); ++at) {
        all[at].networks = networks[at].size();
        all[at].error_of_stated = of_stated[at].power / of_stated[at].count;
        if (all[at].networks > 1) all[at].error_of_other_networks = of_others[at].power / of_stated[at].count;
    }
    return all;
}

/// The same from the catalogue's own table.
[[nodiscard]] inline std::vector<power_row> measured_powers() {
    return measured_powers(published_data("level3.csv"));
}

}  // namespace qutibench
