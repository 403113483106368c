// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace qutibench::detail {

/// Reads all of `text` as a finite number in C notation, whatever the locale; false when it is not one or does not fit.
[[nodiscard]] inline bool parse_number(std::string_view text, double& value) {
    if (text.starts_with('+')) text.remove_prefix(1);
    if (text.empty()) return false;
#if defined(__cpp_lib_to_chars) || defined(__GLIBCXX__)
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value - value == 0;
#else
    const std::string copy(text);
    char* end = nullptr;
    value = std::strtod(copy.c_str(), &end);
    return end == copy.c_str() + copy.size() && value - value == 0;
#endif
}

[[nodiscard]] inline bool parse_number(std::string_view text, std::int64_t& value) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

}  // namespace qutibench::detail
