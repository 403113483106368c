// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace qutibench::detail {

/// Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`: the restricted Damerau-Levenshtein
/// distance, O(|a| |b|) time.
[[nodiscard]] inline std::size_t edit_distance(std::string_view a, std::string_view b) {
    constexpr std::size_t longest = 128;
    a = a.substr(0, longest);
    b = b.substr(0, longest);
    std::array<std::size_t, longest + 1> two_back{}, previous{}, current{};
    for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            current[j] =
                std::min(std::min(previous[j], current[j - 1]) + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                current[j] = std::min(current[j], two_back[j - 2] + 1);
        }
        two_back = previous;
        previous = current;
    }
    return previous[b.size()];
}

/// ASCII letters in lower case.
[[nodiscard]] inline std::string lowered(std::string_view text) {
    std::string low(text);
    for (char& one : low)
        if (one >= 'A' && one <= 'Z') one = static_cast<char>(one - 'A' + 'a');
    return low;
}

/// The candidate closest to `name` whatever the case, or empty when none is close: within half of its length where both
/// begin alike, else within a third; where none is, one whose last words are the name. One that `name` is the beginning
/// of, from three letters on, is as close as two edits, and the shortest first. `candidates` is any range of strings.
template <class Candidates>
[[nodiscard]] std::string_view nearest_name(std::string_view name, const Candidates& candidates) {
    std::string_view best;
    std::size_t best_distance = name.size() + 1;
    const std::string wanted = lowered(name);
    for (const auto& candidate : candidates) {
        const std::string offered = lowered(candidate);
        std::size_t distance = edit_distance(wanted, offered);
        const bool completes = wanted.size() > 2 && offered.starts_with(wanted);
        if (completes) distance = std::min<std::size_t>(distance, 2);
        const bool begins_alike = wanted.substr(0, 1) == offered.substr(0, 1);
        if (!completes && distance > wanted.size() / (begins_alike ? 2 : 3)) continue;
        if (distance < best_distance || (completes && distance == best_distance && offered.size() < best.size())) {
            best_distance = distance;
            best = candidate;
        }
    }
    if (best.empty() && wanted.size() > 2)  // "features" of "out_features"
        for (const auto& candidate : candidates)
            if (best.empty() && lowered(candidate).ends_with("_" + wanted)) best = candidate;
    return best;
}

/// All candidates that `name` is the beginning of, from three letters on, at most eight; else the closest one. Parted
/// so that an error message can quote them.
template <class Candidates>
[[nodiscard]] std::string nearest_names(std::string_view name, const Candidates& candidates) {
    const std::string wanted = lowered(name);
    std::string all;
    std::size_t count = 0;
    for (const auto& candidate : candidates) {
        if (wanted.size() < 3 || !lowered(candidate).starts_with(wanted) || ++count > 8) continue;
        if (!all.empty()) all += "' or '";
        all += candidate;
    }
    return all.empty() ? std::string(nearest_name(name, candidates)) : all;
}

/// The closest candidate, or all of them when none is close: what an error message should offer. `candidates` is few.
template <class Candidates>
[[nodiscard]] std::string choices(std::string_view name, const Candidates& candidates) {
    if (const std::string_view nearest = nearest_name(name, candidates); !nearest.empty()) return std::string(nearest);
    std::string all;
    for (const auto& candidate : candidates) {
        if (!all.empty()) all += "' or '";
        all += candidate;
    }
    return all;
}

}  // namespace qutibench::detail
