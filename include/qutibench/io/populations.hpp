// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The classes of devices that ship (data/calibrations). Needs the header that CMake makes of these files.
#pragma once

#include <qutibench/io/calibration_data.hpp>
#include <qutibench/io/population_json.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench {

/// The classes of devices that ship, parsed once.
[[nodiscard]] inline const std::vector<std::shared_ptr<const fitting::population>>& known_populations() {
    static const auto all = [] {
        std::vector<std::shared_ptr<const fitting::population>> out;
        for (const detail::embedded_file& one : detail::embedded_calibrations) {
            const std::string source = "calibrations/" + std::string(one.name);
            const detail::json document = detail::parse_json(one.text, source);
            const detail::json_reader root(document, source);
            out.push_back(std::make_shared<fitting::population>(detail::population_at(root)));
        }
        return out;
    }();
    return all;
}

/// One of them by its name; throws unknown_name with the nearest.
[[nodiscard]] inline const std::shared_ptr<const fitting::population>& known_population(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& one : known_populations()) {
        if (one->name == name) return one;
        names.push_back(one->name);
    }
    throw unknown_name("population of devices", name, detail::nearest_name(name, names));
}

}  // namespace qutibench
