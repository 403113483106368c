// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Constraints and objectives as text: 'latency_s <= 10e-3', 'throughput_ips / power_w', 'keep < 1 and batch > 2'.
/// Parsed once, evaluated on whole columns. docs/explore.md has the language.
#pragma once

#include <qutibench/expression/detail/grammar.hpp>

namespace qutibench {

/// A number or a condition, computed from named columns of doubles.
///
/// Numbers, names, + - * / ^ (or **), abs sqrt log log2 log10 exp min max, comparisons that chain as in mathematics
/// (0 < a <= 1), and, or, not. Arithmetic is IEEE's: 1 / 0 is infinite, 0 / 0 and whatever is computed from NaN is NaN.
/// A comparison with NaN is unknown; and, or, not follow Kleene's three-valued logic, so that what is not known never
/// satisfies a condition, negated or not.
class expression {
public:
    /// The longest text, in bytes; nesting ends at 64 levels. Both bound time and memory.
    static constexpr std::size_t max_length = 4096;

    /// Parses a text in which column i is called `names[i]`. `texts` are further names that the caller knows but has no
    /// numbers for; using one is an error that says so. Throws parse_error with the column, what stands there, and the
    /// nearest name where one is unknown.
    expression(std::string text, std::span<const std::string> names, std::span<const std::string> texts = {})
        : text_(std::move(text)) {
        if (text_.size() > max_length)
            throw parse_error("expression", "",
                              detail::message({"it has ", text_.size(), " bytes; at most ", max_length, " are read"}));
        detail::expression_builder builder(text_, {names, texts});
        detail::parse_expression(text_, builder);
        is_condition_ = builder.finish();
        program_ = std::move(builder.program);
        const auto use = [this](const detail::operand& from) {
            if (from.where == detail::operand::kind::column) columns_.push_back(from.index);
        };
        use(program_.result);
        for (const detail::instruction& step : program_.steps) {
            use(step.a);
            use(step.b);
        }
        std::sort(columns_.begin(), columns_.end());
        columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());
    }

    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    /// Whether its values are conditions: 1 where it holds, 0 where it does not, NaN where that is not known.
    [[nodiscard]] bool is_condition() const noexcept { return is_condition_; }
    /// Which of the names it uses, ascending.
    [[nodiscard]] std::span<const std::size_t> columns() const noexcept { return columns_; }

    /// Writes the value of each row to `out`. Columns that it does not use may be empty. O(steps) a row, one allocation
    /// in all; may run in several threads at once. Throws invalid_argument when a used column is missing or has another
    /// number of rows than `out`.
    void evaluate(std::span<const std::span<const double>> columns, std::span<double> out) const {
        for (const std::size_t used : columns_)
            if (used >= columns.size() || columns[used].size() != out.size())
                throw invalid_argument(
                    detail::message({"column ", used, " of '", text_, "' has ",
                                     used < columns.size() ? columns[used].size() : 0, " rows, not ", out.size()}));
        detail::run_program(program_, columns, out);
    }

    /// Whether two compute the same in the same steps: spaces and needless parentheses aside, the same text.
    friend bool operator==(const expression& a, const expression& b) { return a.program_ == b.program_; }

private:
    std::string text_;
    detail::expression_program program_;
    std::vector<std::size_t> columns_;
    bool is_condition_ = false;
};

}  // namespace qutibench
