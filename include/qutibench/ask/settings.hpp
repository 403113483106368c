// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Settings by name, from texts such as a command line has: whatever `describe` shows of a struct.
#pragma once

#include <qutibench/detail/parse_number.hpp>
#include <qutibench/model/deployment.hpp>

namespace qutibench {

/// Names of a struct's settings, as `describe` shows them.
template <class Settings>
[[nodiscard]] std::vector<std::string_view> setting_names() {
    std::vector<std::string_view> all;
    Settings::describe([&](std::string_view name, auto, std::string_view) { all.push_back(name); });
    return all;
}

/// Hands the setting of a name to `visit`. Throws unknown_name with the nearest one.
template <class Settings, class Visit>
void visit_setting(Settings& of, std::string_view name, Visit&& visit) {
    bool is_there = false;
    Settings::describe([&](std::string_view key, auto member, std::string_view) {
        if (key != name) return;
        is_there = true;
        visit(of.*member);
    });
    if (!is_there) throw unknown_name("parameter", name, detail::choices(name, setting_names<Settings>()));
}

// A value from its text; throws invalid_argument or unknown_name.

inline void read_text(std::string_view text, std::string_view name, double& value) {
    if (!detail::parse_number(text, value))
        throw invalid_argument(detail::message({name, " is a number, not '", text, "'"}));
}
inline void read_text(std::string_view text, std::string_view name, std::int64_t& value) {
    if (!detail::parse_number(text, value))
        throw invalid_argument(detail::message({name, " must be a whole number of 64 bits, not '", text, "'"}));
}
inline void read_text(std::string_view text, std::string_view name, bool& value) {
    if (text != "on" && text != "off")
        throw invalid_argument(detail::message({name, " is 'on' or 'off', not '", text, "'"}));
    value = text == "on";
}
inline void read_text(std::string_view text, std::string_view, precision& value) {
    value = parse_precision(text);
}
template <named Enum>
void read_text(std::string_view text, std::string_view, Enum& value) {
    value = parse_name<Enum>(text);
}

/// Sets what "NAME=VALUE" says. Throws invalid_argument, and unknown_name with the nearest name.
template <class Settings>
void set_by_text(Settings& of, std::string_view text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        throw invalid_argument(detail::message({"a parameter is set by NAME=VALUE, not '", text, "'"}));
    const std::string_view name = text.substr(0, equals);
    visit_setting(of, name, [&](auto& value) { read_text(text.substr(equals + 1), name, value); });
}

/// "LAYER:ROLE=on" or "LAYER:ROLE=off": where a tensor lives. The name of a layer may hold colons.
[[nodiscard]] inline placement_override parse_override(std::string_view text) {
    const std::size_t equals = text.rfind('=');
    const std::size_t colon = text.substr(0, equals).rfind(':');
    if (equals == std::string_view::npos || colon == std::string_view::npos || colon == 0)
        throw invalid_argument(detail::message(
            {"an override is LAYER:ROLE=on or LAYER:ROLE=off, such as conv1:weights=on, not '", text, "'"}));
    placement_override wish{.layer = std::string(text.substr(0, colon))};
    wish.role = parse_name<tensor_role>(text.substr(colon + 1, equals - colon - 1));
    read_text(text.substr(equals + 1), "an override", wish.on_chip);
    return wish;
}

/// "8"; "1..256", every number from the one to the other; or "1..256*2", each twice the one before. Throws
/// invalid_argument.
[[nodiscard]] inline std::vector<std::int64_t> parse_counts(std::string_view text, std::string_view name) {
    const std::size_t dots = text.find("..");
    const std::size_t star = text.find('*');
    std::int64_t first = 0, last = 0, factor = 1;
    read_text(text.substr(0, dots), name, first);
    if (dots == std::string_view::npos) return {first};
    read_text(text.substr(dots + 2, star == std::string_view::npos ? star : star - dots - 2), name, last);
    if (star != std::string_view::npos) read_text(text.substr(star + 1), name, factor);
    constexpr std::int64_t most = 1 << 20;
    if (first < 1 || last < first || (star != std::string_view::npos && factor < 2) ||
        (factor == 1 && last - first >= most))
        throw invalid_argument(detail::message({name,
                                                " ranges upwards from at least 1, as 1..256 or 1..256*2, over at "
                                                "most a million values, not '",
                                                text, "'"}));
    std::vector<std::int64_t> all{first};
    while (factor > 1 ? all.back() <= last / factor : all.back() < last)
        all.push_back(factor > 1 ? all.back() * factor : all.back() + 1);
    return all;
}

}  // namespace qutibench
