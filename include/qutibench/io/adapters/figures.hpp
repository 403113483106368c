// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numbers and units as tools write them. Whatever could be read in two ways is refused: a decimal comma, a time
/// without a unit, a thousands separator where the format has none.
/// `refuse` is any callable that takes a reason and throws with the place.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/io/csv.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace qutibench::detail {

inline constexpr double not_stated = std::numeric_limits<double>::quiet_NaN();

/// A field without blanks around it; fast where there are none.
[[nodiscard]] inline std::string_view bare(std::string_view field) {
    return field.empty() || (field.front() > ' ' && field.back() > ' ') ? field : trimmed(field);
}

/// Whether a field says that there is no figure.
[[nodiscard]] inline bool says_missing(std::string_view field) {
    if (field.empty()) return true;
    if (field.size() > 4 || (field[0] != '-' && field[0] != 'n' && field[0] != 'N')) return false;
    for (const std::string_view word : {"-", "nan", "NaN", "NAN", "NA", "N/A", "n/a", "na", "none", "None", "null"})
        if (field == word) return true;
    return false;
}

/// Takes the commas out of "1,234,567.8"; nothing when the commas are elsewhere than between groups of three digits.
[[nodiscard]] inline std::optional<std::string> without_thousands(std::string_view text) {
    const std::string_view whole = text.substr(0, text.find('.'));
    const std::size_t first = whole.find(',');
    const std::size_t sign = whole.starts_with('-') || whole.starts_with('+') ? 1 : 0;
    if (first == std::string_view::npos || first <= sign || first > sign + 3) return std::nullopt;
    for (std::size_t i = first; i < whole.size(); ++i) {
        const bool at_comma = (i - first) % 4 == 0;
        if (at_comma != (whole[i] == ',') || (!at_comma && (whole[i] < '0' || whole[i] > '9'))) return std::nullopt;
    }
    if ((whole.size() - first) % 4 != 0 || text.find(',', whole.size()) != std::string_view::npos) return std::nullopt;
    std::string plain;
    for (const char one : text)
        if (one != ',') plain += one;
    return plain;
}

/// Whether commas may group digits in a field.
enum class thousands : unsigned char { refused, commas };

/// All of a field as a finite number; NaN when it says that there is none.
template <class Refuse>
[[nodiscard]] double read_figure(std::string_view field, Refuse&& refuse, thousands grouping = thousands::refused) {
    field = bare(field);
    double value = 0;
    if (field.empty()) return not_stated;
    if (parse_number(field, value)) return value;
    if (says_missing(field)) return not_stated;
    const std::string shown(field.substr(0, 40));
    const std::optional<std::string> plain = without_thousands(field);
    if (plain && grouping == thousands::commas && parse_number(*plain, value)) return value;
    if (plain)
        refuse(message({"'", shown, "' can be read as thousands or as a decimal comma; write it without the comma"}));
    if (field.find(',') != std::string_view::npos &&
        field.find_first_not_of("+-0123456789.,eE") == std::string_view::npos)
        refuse(message({"'", shown, "' has a decimal comma; write it with a point"}));
    refuse(message({"'", shown, "' is not a finite number"}));
    return not_stated;
}

/// The leading part of `text` that is meant as one number: a comma belongs to it only between digits.
[[nodiscard]] inline std::string_view number_token(std::string_view text) {
    const auto is_digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    std::size_t end = 0;
    while (end < text.size()) {
        const char one = text[end];
        const bool exponent = (one == 'e' || one == 'E') && end > 0 && (is_digit(end + 1) || is_digit(end + 2));
        const bool sign = (one == '-' || one == '+') && (end == 0 || text[end - 1] == 'e' || text[end - 1] == 'E');
        const bool comma = one == ',' && is_digit(end - 1) && is_digit(end + 1);
        if (!is_digit(end) && one != '.' && !exponent && !sign && !comma) break;
        ++end;
    }
    while (end > 0 && text[end - 1] == '.') --end;
    return text.substr(0, end);
}

/// What follows `label` in `line`, blanks, '=' and ':' skipped; nothing when the label is not there.
[[nodiscard]] inline std::optional<std::string_view> after(std::string_view line, std::string_view label) {
    const std::size_t at = line.find(label);
    if (at == std::string_view::npos) return std::nullopt;
    line.remove_prefix(at + label.size());
    const std::size_t start = line.find_first_not_of(" \t=:");
    return start == std::string_view::npos ? std::string_view() : line.substr(start);
}

/// The number that follows `label`; NaN when the label is not in the line.
template <class Refuse>
[[nodiscard]] double number_after(std::string_view line, std::string_view label, Refuse&& refuse) {
    const std::optional<std::string_view> rest = after(line, label);
    if (!rest) return not_stated;
    const std::string_view token = number_token(*rest);
    if (token.empty()) refuse(message({"a number should follow '", label, "'"}));
    return read_figure(token, refuse);
}

/// A whole number that follows `label`; nothing when the label is not in the line.
template <class Refuse>
[[nodiscard]] std::optional<std::int64_t> count_after(std::string_view line, std::string_view label, Refuse&& refuse) {
    const std::optional<std::string_view> rest = after(line, label);
    if (!rest) return std::nullopt;
    std::int64_t value = 0;
    if (!parse_number(number_token(*rest), value)) refuse(message({"a whole number should follow '", label, "'"}));
    return value;
}

struct named_unit {
    std::string_view name;
    double factor;
};

inline constexpr named_unit time_units[] = {
    {"ms", 1e-3},     {"us", 1e-6},           {"ns", 1e-9},           {"s", 1.0},           {"sec", 1.0},
    {"seconds", 1.0}, {"second", 1.0},        {"\xc2\xb5s", 1e-6},    {"\xce\xbcs", 1e-6},  {"msec", 1e-3},
    {"usec", 1e-6},   {"milliseconds", 1e-3}, {"microseconds", 1e-6}, {"nanoseconds", 1e-9}};
inline constexpr named_unit size_units[] = {{"B", 1.0},  {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0},
                                            {"KB", 1e3}, {"kB", 1e3},     {"MB", 1e6},        {"GB", 1e9}};
inline constexpr named_unit power_units[] = {{"W", 1.0}, {"mW", 1e-3}, {"Watts", 1.0}, {"Watt", 1.0}, {"uW", 1e-6}};
inline constexpr named_unit energy_units[] = {{"J", 1.0},          {"mJ", 1e-3},          {"uJ", 1e-6},
                                              {"Joules", 1.0},     {"millijoules", 1e-3}, {"milliJoules", 1e-3},
                                              {"\xc2\xb5J", 1e-6}, {"microjoules", 1e-6}};

/// The factor of a unit; 0 when the table does not hold it.
template <std::size_t Count>
[[nodiscard]] constexpr double unit_factor(std::string_view name, const named_unit (&units)[Count]) {
    for (const named_unit& one : units)
        if (one.name == name) return one.factor;
    return 0;
}

/// A number with its unit at the start of `text`, in SI units.
template <std::size_t Count, class Refuse>
[[nodiscard]] double read_quantity(std::string_view text, const named_unit (&units)[Count], Refuse&& refuse) {
    const std::string_view token = number_token(text);
    if (token.empty()) refuse(message({"a number with a unit should stand at '", text.substr(0, 40), "'"}));
    const double value = read_figure(token, refuse);
    text = trimmed(text.substr(token.size()));
    const std::string_view unit = text.substr(0, text.find_first_of(" \t,;)]/|."));
    const double factor = unit_factor(unit, units);
    if (factor == 0)
        refuse(message({"'", token, unit.empty() ? "' has no unit" : "' has the unknown unit '", unit.substr(0, 20),
                        unit.empty() ? "" : "'"}));
    return value * factor;
}

/// A number with its unit that follows `label`, in SI units; NaN when the label is not in the line.
template <std::size_t Count, class Refuse>
[[nodiscard]] double quantity_after(std::string_view line, std::string_view label, const named_unit (&units)[Count],
                                    Refuse&& refuse) {
    const std::optional<std::string_view> rest = after(line, label);
    return rest ? read_quantity(*rest, units, refuse) : not_stated;
}

[[nodiscard]] inline std::string lower_case(std::string_view text) {
    std::string lower(text);
    for (char& one : lower)
        if (one >= 'A' && one <= 'Z') one = static_cast<char>(one - 'A' + 'a');
    return lower;
}

}  // namespace qutibench::detail
