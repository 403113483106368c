// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// JSON of what may not be known, and of shapes.
#pragma once

#include <qutibench/io/json/reader.hpp>
#include <qutibench/network/shape.hpp>

#include <cmath>

namespace qutibench::detail {

[[nodiscard]] inline json null_or(double value) {
    return std::isfinite(value) ? json(value) : json(nullptr);
}
[[nodiscard]] inline json null_or(const std::string& text) {
    return text.empty() ? json(nullptr) : json(text);
}

[[nodiscard]] inline json extents_of(const shape& of) {
    return std::vector<std::int64_t>(of.begin(), of.end());
}
[[nodiscard]] inline json extents_of(shapes all) {
    json list = json::array();
    for (const shape& one : all) list.push_back(extents_of(one));
    return list;
}

}  // namespace qutibench::detail
