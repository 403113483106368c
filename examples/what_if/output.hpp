// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How what_if prints: a table for people, CSV or JSON for programs.
#pragma once

#include <qutibench/ask/records.hpp>

#include <string>
#include <vector>

namespace what_if {

using qutibench::record;

enum class format { table, csv, json };

/// What the program was called as: `what_if`, or `qutibench` as the wheel installs it too. Messages begin with it.
[[nodiscard]] std::string& program();

/// A column of a table: its heading with the unit, the key of its value in a record, and what one unit of it is worth.
struct column {
    std::string heading;
    std::string key;
    double scale = 1;
};

/// What a table shows of rows: their fields that have a place in one, and those that only some rows have; what to
/// expect where it was asked for.
template <class Row, class Fields>
[[nodiscard]] std::vector<column> columns_of(std::span<const Row> rows, const Fields& fields, bool expects = false) {
    std::vector<const qutibench::field<Row>*> shown = qutibench::fields_of(rows, fields);
    std::erase_if(shown, [&](const auto* one) {
        const bool says_nothing =
            one->tabled != nullptr && !(expects && std::any_of(rows.begin(), rows.end(), one->tabled));
        return says_nothing || (one->narrow.place == 0 && one->applies == nullptr);
    });
    const auto place = [](const auto* one) { return one->narrow.place == 0 ? 1000 : one->narrow.place; };
    std::stable_sort(shown.begin(), shown.end(), [&](auto* a, auto* b) { return place(a) < place(b); });
    std::vector<column> all;
    for (const auto* one : shown) {
        const auto& [at, heading, scale] = one->narrow;
        all.push_back({heading.empty() ? one->heading_with_unit() : std::string(heading), std::string(one->key),
                       scale > 0 ? scale : one->scale});
    }
    return all;
}

/// What the marks of answers stand for, a line each, below a table of them.
void print_legend(std::span<const qutibench::answer> rows, format as);

/// Prints answers: in full for programs, the columns of a table for people.
void print(const std::vector<qutibench::answer>& rows, format as, bool expects = false);

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
