// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Whether answers meet requirements, such as a product's or those of continuous integration.
#pragma once

#include <qutibench/ask/frontier.hpp>

namespace qutibench {

/// The conditions that each answer does not meet, as they were written: "latency_s <= 10e-3"; see `expression`. What is
/// not known meets none. Throws invalid_argument for an expression that is a number, and as `expression` does.
[[nodiscard]] inline std::vector<std::vector<std::string>> unmet_requirements(std::span<const answer> rows,
                                                                              std::span<const std::string> conditions) {
    const answer_columns columns(rows);
    std::vector<std::vector<std::string>> all(rows.size());
    for (const std::string& text : conditions) {
        const expression condition(text, columns.names(), columns.texts());
        if (!condition.is_condition())
            throw invalid_argument("requirement '" + text + "' is a number; compare it, as in '" + text + " <= 1'");
        std::vector<double> holds(rows.size());
        condition.evaluate(columns.spans(), holds);
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (!(holds[i] == 1)) all[i].push_back(text);
    }
    return all;
}

}  // namespace qutibench
