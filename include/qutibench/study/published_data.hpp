// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/adapters/input.hpp>
#include <qutibench/io/catalogue_data.hpp>

#include <string>
#include <string_view>

namespace qutibench {

/// A table of data/measurements, compiled in: `published_data("level3.csv")`. Throws parse_error when this build does
/// not carry it.
[[nodiscard]] inline adapter_input published_data(std::string_view name) {
    for (const detail::embedded_file& one : detail::embedded_files)
        if (one.kind == "measurements" && one.name == name) return adapter_input::text(one.text, std::string(name));
    throw parse_error(std::string(name), "", "this build carries no such table");
}

}  // namespace qutibench
