// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How what_if prints: a table for people, CSV or JSON for programs.
#pragma once

#include "records.hpp"

#include <string>
#include <vector>

namespace what_if {

enum class format { table, csv, json };

/// A column of a table: its heading with the unit, the key of its value in a record, and what one unit of it is worth.
struct column {
    std::string heading;
    std::string key;
    double scale = 1;
};

/// Prints records to standard output: as JSON whole, as CSV with one column per scalar key, as a table with `columns`.
void print(const std::vector<record>& records, const std::vector<column>& columns, format as);

/// A number as a person reads it: four significant digits, thousands apart; "-" when it is not known.
[[nodiscard]] std::string readable(const record& value, double scale);

/// Text for a terminal: a byte that would steer it is a question mark; a line break and a tab stay where asked.
[[nodiscard]] std::string printable(std::string text, bool is_message = true);

/// A record as JSON; what is no UTF-8, as a file's name may be, becomes a replacement character.
[[nodiscard]] std::string json_text(const record& value, int indent);

/// One line to standard output.
void print_line(const std::string& text);

/// One remark to standard error.
void remark(const std::string& text);

}  // namespace what_if
