// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What pages of published results have in common: many devices and networks in one file, under names in words.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace qutibench::detail {

/// A name in words as an id: "Samsung Galaxy S25" as "samsung_galaxy_s25".
[[nodiscard]] inline std::string id_of(std::string_view words) {
    std::string id;
    for (const char one : lower_case(words)) {
        const bool is_kept = (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9');
        if (is_kept)
            id += one;
        else if (!id.empty() && id.back() != '_')
            id += '_';
    }
    while (id.ends_with('_')) id.pop_back();
    return id;
}

/// Whether what the caller names, if anything, is this.
[[nodiscard]] inline bool is_wanted(std::string_view said, const std::string& wanted) {
    return wanted.empty() || said == wanted;
}

/// Throws parse_error where no row was handed over.
inline void require_rows(const ingest& run, std::string_view what) {
    if (run.count() > 0) return;
    std::string missing(what);
    if (!run.options().network.empty()) missing += " of the network '" + run.options().network + "'";
    if (!run.options().platform.empty()) missing += " on '" + run.options().platform + "'";
    run.fail_without(missing);
}

/// The cells of a row of a Markdown table, trimmed; nothing of a line that is none.
[[nodiscard]] inline std::vector<std::string_view> markdown_cells(std::string_view line) {
    std::vector<std::string_view> cells;
    line = trimmed(line);
    if (line.size() < 2 || line.front() != '|' || line.back() != '|') return cells;
    line.remove_prefix(1);
    while (!line.empty()) {
        const std::size_t end = line.find('|');
        cells.push_back(trimmed(line.substr(0, end)));
        line.remove_prefix(end + 1);
    }
    return cells;
}

}  // namespace qutibench::detail
