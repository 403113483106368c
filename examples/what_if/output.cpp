// SPDX-License-Identifier: BSD-3-Clause
#include "output.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace what_if {

namespace {

/// Groups of three digits, from five digits on: years and small counts stay as they are.
std::string thousands_apart(std::string digits) {
    const std::size_t whole = std::min(digits.find('.'), digits.size());
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    if (whole < first + 5) return digits;
    for (std::size_t at = whole; at > first + 3;) {
        at -= 3;
        digits.insert(at, ",");
    }
    return digits;
}

/// A value as text, the parts of a list apart.
std::string text_of(const record& value) {
    if (value.is_null()) return "";
    if (value.is_string()) return value.get<std::string>();
    if (!value.is_array()) return value.dump();
    const bool is_shape = !value.empty() && value.front().is_number();
    std::string text;
    for (const record& one : value) {
        if (!text.empty()) text += is_shape ? "x" : "; ";
        text += text_of(one);
    }
    return text;
}

std::string csv_field(const record& value) {
    std::string text = text_of(value);
    // Spreadsheets run cells that begin like a formula.
    if ((value.is_string() || value.is_array()) && text.find_first_of("=+-@\t\r") == 0) text.insert(text.begin(), '\'');
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char one : text) {
        if (one == '"') quoted += '"';
        quoted += one;
    }
    quoted += '"';
    return quoted;
}

void print_csv(const std::vector<record>& records) {
    std::string line;
    for (const auto& [key, value] : records.front().items())
        if (!value.is_array() || key != "layers") line += (line.empty() ? "" : ",") + key;
    print_line(line);
    for (const record& one : records) {
        line.clear();
        bool first = true;
        for (const auto& [key, value] : one.items()) {
            if (key == "layers") continue;
            line += (first ? "" : ",") + csv_field(value);
            first = false;
        }
        print_line(line);
    }
}

/// Width on a terminal: UTF-8 continuation bytes take no column.
std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char one) { return (one & 0xC0) != 0x80; }));
}

void print_table(const std::vector<record>& records, const std::vector<column>& columns) {
    std::vector<std::vector<std::string>> cells(1);
    std::vector<bool> is_text(columns.size(), false);
    for (const column& one : columns) cells[0].push_back(one.heading);
    for (const record& row : records) {
        auto& line = cells.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            const auto found = row.find(columns[i].key);
            line.push_back(found == row.end() ? "-" : printable(readable(*found, columns[i].scale), false));
            if (found != row.end() && !found->is_number() && !found->is_null()) is_text[i] = true;
        }
    }
    std::vector<std::size_t> widths(columns.size(), 0);
    for (const auto& line : cells)
        for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], width_of(line[i]));
    for (std::size_t row = 0; row < cells.size(); ++row) {
        std::string line;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const std::string gap(widths[i] - width_of(cells[row][i]), ' ');
            line += (i == 0 ? "" : "  ") + (is_text[i] ? cells[row][i] + gap : gap + cells[row][i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        print_line(line);
        if (row == 0) {
            line.clear();
            for (std::size_t i = 0; i < widths.size(); ++i) line += (i == 0 ? "" : "  ") + std::string(widths[i], '-');
            print_line(line);
        }
    }
}

}  // namespace

std::string& program() {
    static std::string name = "what_if";
    return name;
}

std::string readable(const record& value, double scale) {
    if (value.is_null()) return "-";
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (!value.is_number()) return value.is_string() ? value.get<std::string>() : csv_field(value);
    const double number = value.get<double>() / scale;
    if (value.is_number_integer() && scale == 1) return thousands_apart(std::to_string(value.get<std::int64_t>()));
    if (number == 0) return "0";
    const double magnitude = std::fabs(number);
    char text[40];
    if (magnitude >= 1e15 || magnitude < 1e-4) {
        std::snprintf(text, sizeof text, "%.3g", number);
        return text;
    }
    const int decimals = std::clamp(3 - static_cast<int>(std::floor(std::log10(magnitude))), 0, 7);
    std::snprintf(text, sizeof text, "%.*f", decimals, number);
    std::string digits = text;
    if (digits.find('.') != std::string::npos) {
        digits.erase(digits.find_last_not_of('0') + 1);
        if (digits.ends_with('.')) digits.pop_back();
    }
    return thousands_apart(digits);
}

void print(const std::vector<record>& records, const std::vector<column>& columns, format as) {
    if (as == format::json)
        print_line(json_text(records, 2));
    else if (records.empty())
        remark("nothing to show");
    else if (as == format::csv)
        print_csv(records);
    else
        print_table(records, columns);
}

void print_legend(std::span<const qutibench::answer> rows, format as) {
    if (as != format::table) return;
    for (const qutibench::mark& one : qutibench::marks)
        if (std::any_of(rows.begin(), rows.end(), one.holds))
            print_line(std::string(1, one.letter).append("  ").append(one.says));
}

void print(const std::vector<qutibench::answer>& rows, format as, bool expects) {
    const std::span<const qutibench::answer> all(rows);
    print(qutibench::records_of(all), columns_of(all, qutibench::answer_fields, expects), as);
    print_legend(all, as);
}

std::string printable(std::string text, bool is_message) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_layout = is_message && (byte == '\n' || byte == '\t');
        // U+0080 to U+009F, which some terminals obey, are C2 80 to C2 9F.
        const bool is_c1 = i > 0 && static_cast<unsigned char>(text[i - 1]) == 0xC2 && byte >= 0x80 && byte < 0xA0;
        if (is_c1) text[i - 1] = '?';
        if (is_c1 || ((byte < 0x20 || byte == 0x7F) && !is_layout)) text[i] = '?';
    }
    return text;
}

std::string json_text(const record& value, int indent) {
    return value.dump(indent, ' ', false, record::error_handler_t::replace);
}

void print_line(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
}

void remark(const std::string& text) {
    std::fprintf(stderr, "%s\n", printable(text).c_str());
}

}  // namespace what_if
