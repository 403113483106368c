// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Which answers are worth considering: objectives and constraints as expressions on their fields, for the command
/// line, the page and notebooks alike.
#pragma once

#include <qutibench/ask/session.hpp>
#include <qutibench/explore/constraints.hpp>

namespace qutibench {

/// Objectives and constraints as texts; see `expression`.
struct frontier_question {
    std::vector<std::string> maximize{};
    std::vector<std::string> minimize{};
    std::vector<std::string> constrain{};
    /// Also rows that `estimate::may_win` refuses: infeasible ones, and those of devices whose bandwidth nobody states.
    bool is_with_doubtful = false;
};

/// The fields of answers with numbers as columns, and the keys of the others.
class answer_columns {
public:
    explicit answer_columns(std::span<const answer> rows) : rows_(rows.size()) {
        for (const answer_field& one : answer_fields) {
            if (one.number_of == nullptr) {
                texts_.emplace_back(one.key);
                continue;
            }
            names_.emplace_back(one.key);
            auto& values = values_.emplace_back();
            for (const answer& row : rows) values.push_back(one.value_of(row));
        }
        for (std::size_t row = 0; row < rows.size(); ++row)
            if (rows[row].prediction.may_win()) winners_.push_back(row);
    }

    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    [[nodiscard]] std::span<const std::string> names() const noexcept { return names_; }
    [[nodiscard]] std::span<const std::string> texts() const noexcept { return texts_; }
    [[nodiscard]] std::vector<std::span<const double>> spans() const { return {values_.begin(), values_.end()}; }
    /// The rows that may win unasked.
    [[nodiscard]] std::span<const std::size_t> winners() const noexcept { return winners_; }
    /// The columns of some of the rows.
    [[nodiscard]] std::vector<std::vector<double>> values_of(std::span<const std::size_t> rows) const {
        std::vector<std::vector<double>> all;
        for (const std::vector<double>& column : values_) {
            auto& some = all.emplace_back();
            for (const std::size_t row : rows) some.push_back(column[row]);
        }
        return all;
    }

private:
    std::size_t rows_;
    std::vector<std::string> names_;
    std::vector<std::string> texts_;
    std::vector<std::vector<double>> values_;
    std::vector<std::size_t> winners_;
};

/// The rows on the front, of those that may win unless the question is about all. Throws as `frontier_query` does.
[[nodiscard]] inline frontier_selection frontier_of(const answer_columns& columns, const frontier_question& asked) {
    const frontier_query query(asked.maximize, asked.minimize, asked.constrain, columns.names(), columns.texts());
    const std::span<const std::size_t> winners = columns.winners();
    if (asked.is_with_doubtful || winners.size() == columns.rows())
        return query.select(columns.spans(), columns.rows());
    const std::vector<std::vector<double>> some = columns.values_of(winners);
    const std::vector<std::span<const double>> spans(some.begin(), some.end());
    frontier_selection front = query.select(spans, winners.size());
    for (std::size_t& row : front.rows) row = winners[row];
    return front;
}

}  // namespace qutibench
