// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/detail/nearest.hpp>

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace qutibench::detail {

[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

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

/// "; did you mean 'resnet50'?" behind a sentence on an unknown name, or nothing when no candidate is near.
template <class Candidates>
[[nodiscard]] std::string suggestion(std::string_view name, const Candidates& candidates) {
    const std::string_view nearest = nearest_name(name, candidates);
    return nearest.empty() ? std::string() : message({"; did you mean '", nearest, "'?"});
}

}  // namespace qutibench::detail
