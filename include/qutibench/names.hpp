// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Names of enumerators: one table beside each enumeration, from which texts, parsing, files and bindings follow.
#pragma once

#include <qutibench/detail/nearest.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace qutibench {

/// What an enumeration is called in messages, and the names of its enumerators, whose values count up from `first`.
template <std::size_t Count>
struct enumeration {
    std::string_view kind{};
    std::array<std::string_view, Count> names{};
    int first = 0;
};

/// The names of an enumeration; specialised beside it:
///
///     template <>
///     inline constexpr enumeration<2> names_of<bound_kind>{"bound", {"compute", "memory"}};
template <class Enum>
inline constexpr enumeration<0> names_of{};

/// What satisfies it: an enumeration with a specialisation of `names_of`.
template <class Enum>
concept named = std::is_enum_v<Enum> && (names_of<Enum>.names.size() > 0);

/// The name of an enumerator.
template <named Enum>
[[nodiscard]] constexpr std::string_view to_string(Enum one) {
    return names_of<Enum>.names[static_cast<std::size_t>(static_cast<int>(one) - names_of<Enum>.first)];
}

/// The enumerator of a name. Throws unknown_name with the nearest one, or with all where none is near.
template <named Enum>
[[nodiscard]] Enum parse_name(std::string_view name) {
    constexpr auto& known = names_of<Enum>;
    for (std::size_t i = 0; i < known.names.size(); ++i)
        if (known.names[i] == name) return static_cast<Enum>(static_cast<int>(i) + known.first);
    detail::raise(unknown_name(known.kind, name, detail::choices(name, known.names)));
}

/// One sentence for each flag of a set whose flags have a `to_string`, the lowest bit first.
template <class Flag>
[[nodiscard]] std::vector<std::string> sentences_of(std::uint32_t set) {
    std::vector<std::string> all;
    for (std::uint32_t bit = 1; bit != 0 && bit <= set; bit <<= 1)
        if ((set & bit) != 0) all.emplace_back(to_string(static_cast<Flag>(bit)));
    return all;
}

}  // namespace qutibench
