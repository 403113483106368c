// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Answers as JSON objects, by the tables of their fields. JSON is how answers leave the library, nothing else.
#pragma once

#include <qutibench/explore/answer.hpp>
#include <qutibench/io/json/value.hpp>

#include <algorithm>
#include <span>

namespace qutibench {

using record = detail::ordered_json;

namespace detail {

template <class Row>
[[nodiscard]] json value_in(const field<Row>& of, const Row& row) {
    if (of.kind == field_kind::text) return null_or(of.text_of(row));
    if (of.kind == field_kind::sentences) return of.sentences_of(row);
    const double value = of.value_of(row);
    if (of.kind == field_kind::truth) return std::isnan(value) ? json(nullptr) : json(value == 1);
    return of.kind == field_kind::count && std::isfinite(value) ? json(whole_count(value)) : null_or(value);
}

}  // namespace detail

/// The fields that rows have: those that apply to every row, or to some of these.
template <class Row, class Fields>
[[nodiscard]] std::vector<const field<Row>*> fields_of(std::span<const Row> rows, const Fields& fields) {
    std::vector<const field<Row>*> all;
    for (const field<Row>& one : fields)
        if (one.applies == nullptr || std::any_of(rows.begin(), rows.end(), one.applies)) all.push_back(&one);
    return all;
}

/// Rows with the keys of their printed fields; null for what is not known.
template <class Row, class Fields>
[[nodiscard]] std::vector<record> records_of(std::span<const Row> rows, const Fields& fields) {
    std::vector<record> all(rows.size());
    for (const field<Row>* one : fields_of(rows, fields))
        for (std::size_t i = 0; i < rows.size() && one->is_printed; ++i)
            all[i][std::string(one->key)] = detail::value_in(*one, rows[i]);
    return all;
}
[[nodiscard]] inline std::vector<record> records_of(std::span<const answer> rows) {
    return records_of(rows, answer_fields);
}
[[nodiscard]] inline record to_record(const answer& row) {
    return records_of(std::span(&row, 1)).front();
}

/// A workload with the keys of the command line's JSON; `weights` are those that multiply, `parameters` all of them.
/// Without `itemized`, its list of layers is empty.
[[nodiscard]] inline record to_record(const workload& work, bool itemized = true) {
    record layers = record::array();
    for (const layer_workload& one : itemized ? work.layers() : std::span<const layer_workload>())
        layers.push_back({{"name", one.name},
                          {"type", one.type},
                          {"operations", one.operation_count},
                          {"macs", one.cost.macs},
                          {"weights", one.weights().value()},
                          {"input_shapes", detail::extents_of(work.input_shapes(one))},
                          {"output_shapes", detail::extents_of(work.output_shapes(one))}});
    record all = {
        {"network", work.name()},
        {"operations", work.operation_count},
        {"macs", work.mac_count},
        {"other_operations", work.other_operation_count},
        {"weights", work.weight_count},
        {"parameters", work.parameter_count},
        {"activations", work.activation_count},
        {"peak_live_activations", work.peak_live_activations().value()},
        {"uncounted", work.uncounted()},
        {"layers", std::move(layers)},
    };
    if (!work.warnings().empty()) all["warnings"] = work.warnings();
    return all;
}

}  // namespace qutibench
