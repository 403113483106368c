// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a column of an answer is: one row of a table says its key, its value, and how people read it. JSON, CSV, tables
/// for people, Python's columns, the page's, and names in expressions all come from such rows.
#pragma once

#include <qutibench/names.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

namespace qutibench {

/// What the values of a field are.
enum class field_kind : unsigned char {
    number,     ///< a double; NaN or infinite where it is not known
    count,      ///< a whole number
    truth,      ///< 1 for yes, 0 for no
    text,       ///< empty where there is none
    sentences,  ///< several texts
};
template <>
inline constexpr enumeration<5> names_of<field_kind>{"kind", {"number", "count", "boolean", "text", "list"}};

/// What a field says of its row.
enum class field_role : unsigned char {
    metric,      ///< a figure
    coordinate,  ///< which combination the row is for
    note,        ///< anything else
};

/// How a table on a narrow terminal shows a field: at which place, 0 for not at all, under which heading (empty: its
/// usual one) and in which multiple (0: its usual one).
struct narrow_column {
    int place = 0;
    std::string_view heading{};
    double scale = 0;
};

/// A column of records of type `Row`: exactly one of `number`, `text` and `sentences` is there. Made by the functions
/// below: `field<Row>::number(...).shown("latency", "ms", 1e-3).by_batch()`.
template <class Row>
struct field {
    std::string_view key{};  ///< SI unit in it
    std::string_view says{};
    field_kind kind = field_kind::number;
    field_role role = field_role::metric;
    double (*number_of)(const Row&) = nullptr;
    std::string (*text_of)(const Row&) = nullptr;
    std::vector<std::string> (*sentences_of)(const Row&) = nullptr;
    bool (*applies)(const Row&) = nullptr;  ///< rows that have it; nullptr: all
    bool (*tabled)(const Row&) = nullptr;   ///< rows for whose sake a table for people has it; nullptr: all
    std::string_view heading{};             ///< for people; empty: the key with spaces
    std::string_view unit{};                ///< for people
    double scale = 1;                       ///< what one of that unit is worth in SI units
    narrow_column narrow{};
    bool is_always_known = false;
    bool varies_with_batch = false;
    int better = 0;          ///< 1: more of it is better, -1: less, 0: neither
    bool is_printed = true;  ///< in JSON and CSV; the others serve charts, conditions and sweeps

    [[nodiscard]] static constexpr field number(std::string_view key, std::string_view says, double (*of)(const Row&),
                                                field_kind kind = field_kind::number) {
        field one;
        one.key = key, one.number_of = of, one.says = says, one.kind = kind;
        return one;
    }
    [[nodiscard]] static constexpr field count(std::string_view key, std::string_view says, double (*of)(const Row&)) {
        return number(key, says, of, field_kind::count).known();
    }
    [[nodiscard]] static constexpr field truth(std::string_view key, std::string_view says, double (*of)(const Row&)) {
        return number(key, says, of, field_kind::truth).known();
    }
    [[nodiscard]] static constexpr field text(std::string_view key, std::string_view says,
                                              std::string (*of)(const Row&)) {
        field one;
        one.key = key, one.text_of = of, one.says = says, one.kind = field_kind::text, one.role = field_role::note;
        one.is_always_known = true;
        return one;
    }
    [[nodiscard]] static constexpr field sentences(std::string_view key, std::string_view says,
                                                   std::vector<std::string> (*of)(const Row&)) {
        field one;
        one.key = key, one.sentences_of = of, one.says = says, one.kind = field_kind::sentences;
        one.role = field_role::note, one.is_always_known = true;
        return one;
    }

    /// Which combination the row is for.
    [[nodiscard]] constexpr field coordinate() const {
        field one = *this;
        one.role = field_role::coordinate;
        return one;
    }
    [[nodiscard]] constexpr field note() const {
        field one = *this;
        one.role = field_role::note;
        return one;
    }
    /// How people read it.
    [[nodiscard]] constexpr field shown(std::string_view as, std::string_view in = {}, double worth = 1) const {
        field one = *this;
        one.heading = as, one.unit = in, one.scale = worth;
        return one;
    }
    [[nodiscard]] constexpr field at(int place, std::string_view as = {}, double worth = 0) const {
        field one = *this;
        one.narrow = {place, as, worth};
        return one;
    }
    [[nodiscard]] constexpr field known() const {
        field one = *this;
        one.is_always_known = true;
        return one;
    }
    /// Not known, or none, in some rows.
    [[nodiscard]] constexpr field maybe() const {
        field one = *this;
        one.is_always_known = false;
        return one;
    }
    [[nodiscard]] constexpr field by_batch() const {
        field one = *this;
        one.varies_with_batch = true;
        return one;
    }
    /// A figure of which more, or less, is better: that getting worse makes a version a step back.
    [[nodiscard]] constexpr field more_is_better() const {
        field one = *this;
        one.better = 1;
        return one;
    }
    [[nodiscard]] constexpr field less_is_better() const {
        field one = *this;
        one.better = -1;
        return one;
    }
    [[nodiscard]] constexpr field unprinted() const {
        field one = *this;
        one.is_printed = false;
        return one;
    }
    /// A column of those answers alone in which some row has it.
    [[nodiscard]] constexpr field where(bool (*has)(const Row&)) const {
        field one = *this;
        one.applies = has;
        return one;
    }

    /// The same, where tables for people are content with those in which it says something.
    [[nodiscard]] constexpr field where(bool (*has)(const Row&), bool (*says_something)(const Row&)) const {
        field one = where(has);
        one.tabled = says_something, one.varies_with_batch = true;
        return one;
    }

    [[nodiscard]] constexpr bool is_metric() const { return number_of != nullptr && role == field_role::metric; }
    /// A finite number, or NaN.
    [[nodiscard]] double value_of(const Row& row) const {
        const double value = number_of(row);
        return std::isfinite(value) ? value : std::numeric_limits<double>::quiet_NaN();
    }
    /// "latency"
    [[nodiscard]] std::string name_for_people() const {
        std::string name(heading.empty() ? key : heading);
        for (char& one : name)
            if (heading.empty() && one == '_') one = ' ';
        return name;
    }
    /// "latency [ms]"
    [[nodiscard]] std::string heading_with_unit() const {
        return unit.empty() ? name_for_people() : name_for_people() + " [" + std::string(unit) + "]";
    }
};

namespace detail {

/// A count that a field gives as a double; one past 64 bits is the largest that there is.
[[nodiscard]] inline std::int64_t whole_count(double value) {
    return value < 0x1p63 ? std::llround(value) : std::numeric_limits<std::int64_t>::max();
}

}  // namespace detail

}  // namespace qutibench
