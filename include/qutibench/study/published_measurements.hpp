// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/adapters/qutibench.hpp>
#include <qutibench/study/published_data.hpp>

#include <functional>
#include <vector>

namespace qutibench {

/// The measurements of a table of the portal or of data/measurements. A row with both scopes gives the figures of
/// `scope`, one with the other scope only gives those and says so. `network` names what levels 1 and 2 are parts of.
/// Throws parse_error.
[[nodiscard]] inline std::vector<measurement> published_measurements(const adapter_input& table,
                                                                     measured_scope scope = measured_scope::system,
                                                                     std::string_view network = {}) {
    ingest_options options;
    options.scope = scope;
    options.network = network;
    std::vector<measurement> rows;
    const std::function<void(measurement&&)> receive = [&](measurement&& one) { rows.push_back(std::move(one)); };
    ingest run(table, options, adapters::qutibench_table.name, receive);
    adapters::qutibench_table.read(run);
    return rows;
}

}  // namespace qutibench
