// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Objectives and constraints: as callables on designs of any type, and as expressions on columns.
#pragma once

#include <qutibench/expression/expression.hpp>
#include <qutibench/pareto/front.hpp>

#include <ranges>

namespace qutibench {

/// What a design is judged by: `value(design)` is a number or a quantity, NaN where it is not known.
template <class Value>
struct objective {
    Value value;
    sense wanted = sense::minimize;
};

/// What a design must fulfil: `holds(design)`.
template <class Holds>
struct constraint {
    Holds holds;
};

template <class Value>
[[nodiscard]] objective<Value> maximize(Value value) {
    return {std::move(value), sense::maximize};
}

template <class Value>
[[nodiscard]] objective<Value> minimize(Value value) {
    return {std::move(value), sense::minimize};
}

template <class Holds>
[[nodiscard]] constraint<Holds> subject_to(Holds holds) {
    return {std::move(holds)};
}

namespace detail {

/// The number in an objective's value: a quantity's in the unit of its alias.
template <class Number>
[[nodiscard]] double plain(const Number& one) {
    if constexpr (requires { one.value(); })
        return static_cast<double>(one.value());
    else
        return static_cast<double>(one);
}

template <class Value, class Design>
void judge(const objective<Value>& by, const Design& one, std::vector<double>& row, bool&) {
    row.push_back(plain(by.value(one)));
}

template <class Holds, class Design>
void judge(const constraint<Holds>& by, const Design& one, std::vector<double>&, bool& holds) {
    if (!by.holds(one)) holds = false;
}

template <class Value>
void add_sense(const objective<Value>& of, std::vector<sense>& senses) {
    senses.push_back(of.wanted);
}

template <class Holds>
void add_sense(const constraint<Holds>&, std::vector<sense>&) {}

}  // namespace detail

/// Numbers, ascending, of the designs on the front among those that fulfil every constraint.
///
///     frontier(rows, maximize([](const auto& row) { return row.accuracy; }),
///                    subject_to([](const auto& row) { return row.latency_s <= 0.01; }));
/// A design with an objective that is not known is on no front. Calls each callable once a design, and costs what
/// `pareto_front` does. Throws invalid_argument for none or more than 8 objectives, and what the callables throw.
template <std::ranges::input_range Designs, class... Criteria>
[[nodiscard]] std::vector<std::size_t> frontier(Designs&& designs, const Criteria&... criteria) {
    std::vector<sense> senses;
    (detail::add_sense(criteria, senses), ...);
    std::vector<double> table;
    for (const auto& one : designs) {
        const std::size_t begin = table.size();
        bool holds = true;
        (detail::judge(criteria, one, table, holds), ...);
        if (!holds) std::fill(table.begin() + static_cast<std::ptrdiff_t>(begin), table.end(), detail::unknown_value);
    }
    return pareto_front(table, senses);
}

/// Rows of a table on the front, and how many were left out for want of what.
struct frontier_selection {
    std::vector<std::size_t> rows{};  ///< ascending
    std::size_t excluded = 0;         ///< rows that do not satisfy a constraint, or where that is not known
    std::size_t unknown = 0;          ///< rows that satisfy all, with an objective that is not known
    std::vector<std::size_t> unknown_by_objective{};  ///< of these, those that lack it
};

/// Objectives and constraints as expressions on the columns of a table.
class frontier_query {
public:
    /// The texts, and the names of the columns (see `expression`). Throws parse_error where an expression is none, and
    /// invalid_argument without an objective, for an objective that is a condition or a constraint that is none, for
    /// one that is asked for twice or both maximised and minimised, and for more than 8.
    frontier_query(std::span<const std::string> maximize, std::span<const std::string> minimize,
                   std::span<const std::string> constrain, std::span<const std::string> names,
                   std::span<const std::string> texts = {}) {
        for (const std::string& one : maximize) add_objective(one, sense::maximize, names, texts);
        for (const std::string& one : minimize) add_objective(one, sense::minimize, names, texts);
        static_cast<void>(detail::checked_rows({}, senses_));
        for (const std::string& one : constrain) {
            constraints_.emplace_back(one, names, texts);
            if (!constraints_.back().is_condition())
                throw invalid_argument(
                    detail::message({"constraint '", one, "' is a number; compare it, as in '", one, " <= 1'"}));
        }
        for (const auto* all : {&objectives_, &constraints_})
            for (const expression& one : *all)
                columns_.insert(columns_.end(), one.columns().begin(), one.columns().end());
        std::sort(columns_.begin(), columns_.end());
        columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
    }

    [[nodiscard]] std::span<const expression> objectives() const noexcept { return objectives_; }
    [[nodiscard]] std::span<const expression> constraints() const noexcept { return constraints_; }
    /// One for each objective: those to maximise, then those to minimise, as given.
    [[nodiscard]] std::span<const sense> senses() const noexcept { return senses_; }
    /// Which of the names are used, ascending: the columns to compute.
    [[nodiscard]] std::span<const std::size_t> columns() const noexcept { return columns_; }

    /// Writes each objective to its column of `out`, NaN in all of them for rows that do not satisfy every constraint;
    /// returns how many these are. Throws as `expression::evaluate` does.
    std::size_t evaluate(std::span<const std::span<const double>> columns,
                         std::span<const std::span<double>> out) const {
        if (out.size() != objectives_.size())
            throw invalid_argument(
                detail::message({out.size(), " columns do not fit ", objectives_.size(), " objectives"}));
        for (std::size_t j = 0; j < out.size(); ++j) objectives_[j].evaluate(columns, out[j]);
        const std::vector<bool> holds = satisfied(columns, out[0].size());
        for (std::size_t i = 0; i < holds.size(); ++i)
            if (!holds[i])
                for (const auto& column : out) column[i] = detail::unknown_value;
        return static_cast<std::size_t>(std::count(holds.begin(), holds.end(), false));
    }

    /// The rows on the front; `rows` is how many there are. Throws as `expression::evaluate` does.
    [[nodiscard]] frontier_selection select(std::span<const std::span<const double>> columns, std::size_t rows) const {
        const std::size_t d = objectives_.size();
        const std::vector<bool> holds = satisfied(columns, rows);
        std::vector<double> column(rows);
        std::vector<double> table(rows * d);
        std::vector<bool> known(rows, true);
        frontier_selection result;
        for (std::size_t j = 0; j < d; ++j) {
            objectives_[j].evaluate(columns, column);
            std::size_t lacking = 0;
            for (std::size_t i = 0; i < rows; ++i) {
                table[i * d + j] = holds[i] ? column[i] : detail::unknown_value;
                if (!holds[i] || column[i] == column[i]) continue;
                ++lacking;
                known[i] = false;
            }
            result.unknown_by_objective.push_back(lacking);
        }
        result.rows = pareto_front(table, senses_);
        result.excluded = static_cast<std::size_t>(std::count(holds.begin(), holds.end(), false));
        result.unknown = static_cast<std::size_t>(std::count(known.begin(), known.end(), false));
        return result;
    }

private:
    [[nodiscard]] std::vector<bool> satisfied(std::span<const std::span<const double>> columns,
                                              std::size_t rows) const {
        std::vector<bool> holds(rows, true);
        std::vector<double> truth(constraints_.empty() ? 0 : rows);
        for (const expression& one : constraints_) {
            one.evaluate(columns, truth);
            for (std::size_t i = 0; i < rows; ++i)
                if (truth[i] != 1.0) holds[i] = false;
        }
        return holds;
    }

    void add_objective(const std::string& text, sense wanted, std::span<const std::string> names,
                       std::span<const std::string> texts) {
        expression one(text, names, texts);
        if (one.is_condition())
            throw invalid_argument(detail::message({"objective '", text, "' is a condition; give it as a constraint"}));
        for (std::size_t i = 0; i < objectives_.size(); ++i)
            if (objectives_[i] == one)
                throw invalid_argument(detail::message(
                    {"'", text, "' is ", senses_[i] == wanted ? "given twice" : "both maximised and minimised"}));
        objectives_.push_back(std::move(one));
        senses_.push_back(wanted);
    }

    std::vector<expression> objectives_;
    std::vector<expression> constraints_;
    std::vector<sense> senses_;
    std::vector<std::size_t> columns_;
};

}  // namespace qutibench
