// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Platform files. The smallest one:
///     {"id": "my_board", "peaks": [{"datatype": "int8", "operations_per_second": 1e12}],
///      "memories": [{"name": "ddr", "bandwidth_bytes_per_s": 19.2e9}]}
/// data/schemas/platform.schema.json has every key; docs/catalogue.md explains them.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/io/file.hpp>

namespace qutibench {

/// A platform from the text of its file; `source` names the file in messages. Throws parse_error with a JSON pointer,
/// or with line and column where the text is not JSON.
[[nodiscard]] platform parse_platform(std::string_view text, const std::string& source = "platform");

/// A platform from a file; throws parse_error.
[[nodiscard]] inline platform load_platform_file(const std::string& path) {
    return parse_platform(detail::read_file(path), path);
}

/// The text of a platform file. Figures with a known source keep it; alternatives are not written.
[[nodiscard]] std::string to_json(const platform& device);

/// Writes a platform file; throws parse_error when that fails.
inline void save_platform(const platform& device, const std::string& path) {
    detail::write_file(path, to_json(device));
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/json/platform_document.hpp>
namespace qutibench {

QUTIBENCH_INLINE platform parse_platform(std::string_view text, const std::string& source) {
    const detail::json document = detail::parse_json(text, source);
    return detail::platform_document(detail::json_reader(document, source)).read();
}

QUTIBENCH_INLINE std::string to_json(const platform& device) {
    return detail::platform_writer(device).write().dump(2) + "\n";
}

}  // namespace qutibench
#endif
