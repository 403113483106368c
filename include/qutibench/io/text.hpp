// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/detail/nearest.hpp>
#include <qutibench/detail/parse_number.hpp>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace qutibench::detail {

[[nodiscard]] constexpr std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Whether bytes are UTF-8 as Unicode defines it: complete sequences, none too long, no surrogates (table 3-7).
[[nodiscard]] inline bool is_utf8(std::string_view text) {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    for (std::size_t i = 0; i < text.size();) {
        for (std::uint64_t eight = 0; i + 8 <= text.size(); i += 8) {  // nearly all names are ASCII
            std::memcpy(&eight, text.data() + i, 8);
            if ((eight & 0x8080808080808080U) != 0) break;
        }
        if (i == text.size()) break;
        const unsigned lead = byte(i);
        if (lead < 0x80) {
            ++i;
            continue;
        }
        const std::size_t length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
        if (length == 0 || i + length > text.size()) return false;
        const unsigned second = byte(i + 1);
        const unsigned lowest = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        const unsigned highest = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < lowest || second > highest) return false;
        for (std::size_t k = 2; k < length; ++k)
            if ((byte(i + k) & 0xc0U) != 0x80U) return false;
        i += length;
    }
    return true;
}

/// "; did you mean 'resnet50'?" behind a sentence on an unknown name, or nothing when no candidate is near.
template <class Candidates>
[[nodiscard]] std::string suggestion(std::string_view name, const Candidates& candidates) {
    const std::string_view nearest = nearest_name(name, candidates);
    return nearest.empty() ? std::string() : message({"; did you mean '", nearest, "'?"});
}

}  // namespace qutibench::detail
