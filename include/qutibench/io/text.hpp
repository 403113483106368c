// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/detail/nearest.hpp>
#include <qutibench/detail/parse_number.hpp>

#include <string>
#include <string_view>

namespace qutibench::detail {

[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// "; did you mean 'resnet50'?" behind a sentence on an unknown name, or nothing when no candidate is near.
template <class Candidates>
[[nodiscard]] std::string suggestion(std::string_view name, const Candidates& candidates) {
    const std::string_view nearest = nearest_name(name, candidates);
    return nearest.empty() ? std::string() : message({"; did you mean '", nearest, "'?"});
}

}  // namespace qutibench::detail
