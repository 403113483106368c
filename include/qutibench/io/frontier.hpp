// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which rows of a selection are worth considering: objectives and constraints as expressions on the keys of the
/// command line's JSON, for the command line, the portal and notebooks alike.
#pragma once

#include <qutibench/explore/constraints.hpp>
#include <qutibench/io/selection.hpp>

namespace qutibench {

/// Objectives and constraints as texts; see `expression`.
struct frontier_question {
    std::vector<std::string> maximize{};
    std::vector<std::string> minimize{};
    std::vector<std::string> constrain{};
};

/// Records as columns: keys with numbers, and keys with anything else. True is 1, false 0, null NaN.
class record_columns {
public:
    /// All records have the keys of the first. Keys that are null throughout count as numbers.
    explicit record_columns(std::span<const detail::ordered_json> records) : rows_(records.size()) {
        if (records.empty()) return;
        for (const auto& item : records.front().items()) {
            std::vector<double> values;
            for (const detail::ordered_json& one : records) {
                const detail::ordered_json& value = one.at(item.key());
                if (!value.is_number() && !value.is_boolean() && !value.is_null()) break;
                values.push_back(number(value));
            }
            if (values.size() == rows_)
                add(item.key(), std::move(values));
            else
                texts_.push_back(item.key());
        }
    }

    /// A further column. Throws invalid_argument when it has not as many values as there are records.
    void add(std::string name, std::vector<double> values) {
        if (values.size() != rows_)
            throw invalid_argument(
                detail::message({"column '", name, "' has ", values.size(), " values for ", rows_, " rows"}));
        names_.push_back(std::move(name));
        values_.push_back(std::move(values));
    }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::span<const std::string> names() const noexcept { return names_; }
    [[nodiscard]] std::span<const std::string> texts() const noexcept { return texts_; }
    [[nodiscard]] std::vector<std::span<const double>> spans() const { return {values_.begin(), values_.end()}; }

private:
    [[nodiscard]] static double number(const detail::ordered_json& value) {
        if (value.is_null()) return std::numeric_limits<double>::quiet_NaN();
        if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
        return value.get<double>();
    }

    std::size_t rows_;
    std::vector<std::string> names_;
    std::vector<std::string> texts_;
    std::vector<std::vector<double>> values_;
};

/// The columns of a selection's rows: the keys of `to_record`, and what constrains a platform, power_w and price_usd.
/// `records` are those of `table.rows`, recalculated or not.
[[nodiscard]] inline record_columns columns_of(const estimate_table& table,
                                               std::span<const detail::ordered_json> records) {
    record_columns columns(records);
    std::vector<double> power, price;
    for (const estimate_row& row : table.rows) {
        power.push_back(row.power_w);
        price.push_back(row.price_usd);
    }
    columns.add("power_w", std::move(power));
    columns.add("price_usd", std::move(price));
    return columns;
}

/// The rows on the front. Throws as `frontier_query` does.
[[nodiscard]] inline frontier_selection frontier_of(const record_columns& columns, const frontier_question& asked) {
    const frontier_query query(asked.maximize, asked.minimize, asked.constrain, columns.names(), columns.texts());
    return query.select(columns.spans(), columns.rows());
}

}  // namespace qutibench
