// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Runs one adapter over a text or over a file of tests/data/adapters.
#pragma once

#include "catch.hpp"

#include <qutibench/io/adapters/ingest.hpp>

#include <string>
#include <vector>

namespace adapter_testing {

namespace qb = qutibench;

inline const std::string data = QUTIBENCH_SOURCE_DIR "/tests/data/adapters/";

inline std::vector<qb::measurement> rows_of(const qb::adapter& one, const qb::adapter_input& input,
                                            const qb::ingest_options& options) {
    std::vector<qb::measurement> rows;
    const std::function<void(qb::measurement&&)> receive = [&](qb::measurement&& row) {
        rows.push_back(std::move(row));
    };
    qb::ingest run(input, options, one.name, receive);
    one.read(run);
    return rows;
}

inline std::vector<qb::measurement> from_text(const qb::adapter& one, std::string_view text,
                                              const qb::ingest_options& options) {
    return rows_of(one, qb::adapter_input::text(text), options);
}

inline std::vector<qb::measurement> from_file(const qb::adapter& one, const std::string& name,
                                              const qb::ingest_options& options) {
    const qb::adapter_input input = qb::adapter_input::file(data + name);
    CHECK(one.recognises(input.head()));
    return rows_of(one, input, options);
}

inline qb::measurement only(std::vector<qb::measurement> rows) {
    REQUIRE(rows.size() == 1);
    return std::move(rows.front());
}

/// Everything that most files lack.
inline qb::ingest_options told(qb::ingest_options options = {}) {
    if (options.network.empty()) options.network = "net";
    if (options.platform.empty()) options.platform = "board";
    if (!options.datatype) options.datatype = qb::int8;
    if (!options.batch) options.batch = 1;
    return options;
}

/// `text` with its first `from` replaced, which must be there.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

inline std::string content(const std::string& name) {
    return qb::detail::read_file(data + name);
}

}  // namespace adapter_testing
