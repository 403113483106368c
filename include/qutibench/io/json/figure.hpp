// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Figures of data files: a bare number, or an object that says where the number comes from:
///     {"value": 19.2e9, "unit": "byte/s", "source": "t6.2", "basis": "derived", "derivation": "...", "note": "...",
///      "alternatives": [{"value": 17.1e9, "source": "..."}]}
/// A value of null says that nobody states the figure, and its note why.
/// `source` is a key of the file's "sources", or the source itself. What a source disagrees on is an alternative: kept
/// and listed with the provenance, never used.
#pragma once

#include <qutibench/hardware/platform.hpp>
#include <qutibench/io/json/reader.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace qutibench::detail {

/// The domain of a figure and the unit it is written in.
struct figure_kind {
    std::string_view unit;
    double above = 0;
    double to = 1e300;
    std::string_view domain = "positive and finite";
};

inline constexpr figure_kind rate_figure{"operation/s"}, bandwidth_figure{"byte/s"}, capacity_figure{"byte"},
    power_figure{"W"}, clock_figure{"Hz"}, price_figure{"USD"}, process_figure{"nm"},
    year_figure{"year", 1940, 2100, "a year from 1941 to 2100"}, count_figure{"1"}, operations_figure{"operation"},
    elements_figure{"element"}, intensity_figure{"operation/byte"}, share_figure{"1", 0, 1, "above 0 and at most 1"},
    width_figure{"bit"}, unit_count_figure{"1", 0, 1e9, "a count from 1 to 1e9"},
    per_cycle_figure{"1", 0, 1e9, "above 0 and at most 1e9"};

template <class Value>
concept holds_figure =
    (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>) || requires(const Value& one) { one.value(); };

/// What a figure of a platform is: by the quantity that holds it, and of a bare number by the unit that its key names.
template <holds_figure Value>
[[nodiscard]] constexpr const figure_kind& kind_of(std::string_view key) {
    if constexpr (std::is_same_v<Value, watts>) return power_figure;
    if constexpr (std::is_same_v<Value, hertz>) return clock_figure;
    if constexpr (std::is_same_v<Value, bytes>) return capacity_figure;
    if constexpr (std::is_same_v<Value, bytes_per_second>) return bandwidth_figure;
    if constexpr (std::is_same_v<Value, ops_per_second>) return rate_figure;
    if (key.ends_with("_bytes")) return capacity_figure;
    if (key.ends_with("_bits")) return width_figure;
    if (key.ends_with("_per_cycle")) return per_cycle_figure;
    if (key.ends_with("_usd")) return price_figure;
    if (key.ends_with("_nm")) return process_figure;
    return key == "year" ? year_figure : unit_count_figure;
}

/// Calls visit(key, member) for each figure that a part of a platform describes.
template <class Part, class Visit>
void for_each_figure(Visit&& visit) {
    Part::describe([&](std::string_view key, auto member, std::string_view) {
        if constexpr (holds_figure<std::remove_cvref_t<decltype(std::declval<Part>().*member)>>) visit(key, member);
    });
}

/// Keys that a part of a platform cannot do without.
template <class Part>
inline constexpr std::array<std::string_view, 0> required_of{};
template <>
inline constexpr std::array<std::string_view, 2> required_of<peak>{"datatype", "operations_per_second"};
template <>
inline constexpr std::array<std::string_view, 1> required_of<memory_level>{"name"};
template <>
inline constexpr std::array<std::string_view, 2> required_of<device_link>{"name", "reach"};
template <>
inline constexpr std::array<std::string_view, 3> required_of<processing_array>{"rows", "columns", "flow"};
template <>
inline constexpr std::array<std::string_view, 3> required_of<host_processor>{"name", "operations_per_second",
                                                                             "bandwidth_bytes_per_s"};

template <class Part>
[[nodiscard]] constexpr bool is_required(std::string_view key) {
    return std::find(required_of<Part>.begin(), required_of<Part>.end(), key) != required_of<Part>.end();
}

/// The keys of parts in one object of a file: those that they describe, and others.
template <class... Parts>
[[nodiscard]] std::vector<std::string_view> keys_of(std::initializer_list<std::string_view> others) {
    std::vector<std::string_view> keys(others);
    (Parts::describe([&](std::string_view key, auto, std::string_view) { keys.push_back(key); }), ...);
    return keys;
}

/// Reads figures, and keeps a record of where each came from.
class figure_reader {
public:
    /// `document` may have an object "sources" of short names and full texts.
    explicit figure_reader(const json_reader& document) {
        const auto listed = document.find("sources");
        if (!listed) return;
        if (!listed->is_object()) listed->fail("must be an object of short names and full texts");
        for (const auto& one : listed->value().items()) sources_.emplace_back(one.key(), (*listed)[one.key()].text());
    }

    [[nodiscard]] double read(const json_reader& at, const figure_kind& kind) {
        if (!at.is_object()) {
            const double bare = at.number_within(kind.above, kind.to, kind.domain);
            records_.push_back({at.pointer(), at.source(), "user", {}, bare, std::string(kind.unit)});
            return bare;
        }
        at.expect_keys({"value", "unit", "source", "basis", "derivation", "note", "alternatives"});
        const bool missing = at["value"].value().is_null();
        const double value = missing ? read_missing(at, kind) : read_stated(at, kind, {});
        if (const auto others = at.find("alternatives"))
            for (const json_reader& other : others->elements()) {
                other.expect_keys({"value", "unit", "source", "basis", "derivation", "note"});
                static_cast<void>(read_stated(other, kind, "another source states " + other["value"].value().dump()));
            }
        return value;
    }

    /// Reads a figure that may be absent; NaN then.
    [[nodiscard]] double read_if_any(const json_reader& in, std::string_view key, const figure_kind& kind) {
        const auto at = in.find(key);
        return at ? read(*at, kind) : std::numeric_limits<double>::quiet_NaN();
    }

    /// Reads a figure into what holds it; a count is 0 where nobody states it.
    template <holds_figure Value>
    void read_into(Value& value, const json_reader& at, std::string_view key) {
        const double found = read(at, kind_of<Value>(key));
        if constexpr (std::is_integral_v<Value>) {
            if (found == found && !(found <= 9e15 && found == std::floor(found))) at.fail("must be a whole number");
            value = found == found ? static_cast<Value>(found) : 0;
        } else if constexpr (std::is_floating_point_v<Value>) {
            value = found;
        } else {
            value = quantity_of<Value>(found);
        }
    }

    /// Reads a part of a platform by what it describes.
    template <class Part>
    [[nodiscard]] Part read_part(const json_reader& at) {
        at.expect_keys(keys_of<Part>({"notes"}));
        Part part{};
        Part::describe([&](std::string_view key, auto member, std::string_view) {
            auto& value = part.*member;
            using type = std::remove_cvref_t<decltype(value)>;
            const auto found = is_required<Part>(key) ? std::optional(at[key]) : at.find(key);
            if (!found) return;
            if constexpr (holds_figure<type>)
                read_into(value, *found, key);
            else if constexpr (std::is_same_v<type, bool>)
                value = found->boolean();
            else if constexpr (std::is_same_v<type, std::string>)
                value = found->text();
            else if constexpr (named<type>)
                value = found->checked([&] { return parse_name<type>(found->text()); });
            else
                value = found->checked([&] { return parse_precision(found->text()); });
        });
        return part;
    }

    /// The full text of a source that a file names by its short name.
    [[nodiscard]] std::string source_text(const std::string& name) const {
        const auto found =
            std::find_if(sources_.begin(), sources_.end(), [&](const auto& one) { return one.first == name; });
        return found == sources_.end() ? name : found->second;
    }

    [[nodiscard]] const std::vector<provenance>& records() const { return records_; }

private:
    /// A figure that no source states; its note says why.
    [[nodiscard]] double read_missing(const json_reader& at, const figure_kind& kind) {
        const auto note = at.find("note");
        if (!note) at.fail("a figure of null needs a 'note' that says why it is unknown");
        const auto source = at.find("source");
        constexpr double value = std::numeric_limits<double>::quiet_NaN();
        records_.push_back({at.pointer(), source ? source_text(source->text()) : at.source(), "unknown", note->text(),
                            value, std::string(kind.unit)});
        return value;
    }

    [[nodiscard]] double read_stated(const json_reader& at, const figure_kind& kind, std::string said) {
        const double value = at["value"].number_within(kind.above, kind.to, kind.domain);
        if (const auto unit = at.find("unit"); unit && unit->text() != kind.unit)
            unit->fail(message({"figures in this place are in '", kind.unit, "'"}));
        const auto source = at.find("source");
        provenance record{at.pointer(),
                          source ? source_text(source->text()) : at.source(),
                          source ? "sourced" : "user",
                          {},
                          value,
                          std::string(kind.unit)};
        if (const auto basis = at.find("basis")) {
            record.basis = basis->text();
            constexpr std::string_view known[] = {"sourced", "derived", "probed", "user"};
            if (std::find(std::begin(known), std::end(known), record.basis) == std::end(known))
                basis->fail("must be 'sourced', 'derived', 'probed' or 'user', not '" + record.basis + "'");
        }
        record.derivation = std::move(said);
        for (const std::string_view key : {"derivation", "note"})
            if (const auto words = at.find(key))
                record.derivation += (record.derivation.empty() ? "" : "; ") + words->text();
        records_.push_back(std::move(record));
        return value;
    }

    std::vector<std::pair<std::string, std::string>> sources_;
    std::vector<provenance> records_;
};

/// A figure as it is written: with its provenance where there is one, else as a bare number.
[[nodiscard]] inline ordered_json figure_json(double value, std::string_view unit, const std::string& pointer,
                                              const std::vector<provenance>& records) {
    const auto found =
        std::find_if(records.begin(), records.end(), [&](const provenance& one) { return one.pointer == pointer; });
    if (found == records.end() || found->basis == "user") return value;
    if (found->basis == "unknown") return {{"value", nullptr}, {"unit", unit}, {"note", found->derivation}};
    ordered_json figure = {{"value", value}, {"unit", unit}, {"source", found->source}, {"basis", found->basis}};
    if (!found->derivation.empty()) figure["derivation"] = found->derivation;
    return figure;
}

}  // namespace qutibench::detail
