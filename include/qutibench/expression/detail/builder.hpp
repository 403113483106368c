// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/detail/nearest.hpp>
#include <qutibench/detail/parse_number.hpp>
#include <qutibench/expression/detail/program.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qutibench::detail {

/// Names that an expression may use: index i is column i. Texts are known too, but are no numbers.
struct expression_names {
    std::span<const std::string> numbers{};
    std::span<const std::string> texts{};
};

/// Some of `text` around `byte`; control characters become '?'.
[[nodiscard]] inline std::string around(std::string_view text, std::size_t byte) {
    constexpr std::size_t before = 60;
    constexpr std::size_t after = 40;
    const auto continues = [](char one) { return (static_cast<unsigned char>(one) & 0xC0U) == 0x80U; };
    std::size_t first = byte > before ? byte - before : 0;
    std::size_t last = std::min(text.size(), byte + after);
    while (first > 0 && first < text.size() && continues(text[first])) --first;
    while (last < text.size() && continues(text[last])) ++last;
    std::string shown = first > 0 ? "..." : "";
    for (std::size_t i = first; i < last; ++i) {
        const auto one = static_cast<unsigned char>(text[i]);
        shown += one == '\t' ? ' ' : one < 0x20 || one == 0x7F ? '?' : text[i];
    }
    if (last < text.size()) shown += "...";
    return shown;
}

/// Throws parse_error with the column and what stands there.
[[noreturn]] inline void fail_expression(std::string_view text, std::size_t byte, const std::string& reason) {
    throw parse_error("expression", message({"column ", static_cast<std::uint64_t>(byte + 1)}),
                      message({reason, " (in '", around(text, std::min(byte, text.size())), "')"}));
}

/// Turns an expression, as the grammar walks over it, into steps. Knows numbers from conditions.
class expression_builder {
public:
    static constexpr std::size_t max_depth = 64;

    expression_builder(std::string_view text, const expression_names& names) : text_(text), names_(names) {}

    expression_program program{};
    std::size_t depth = 0;

    [[noreturn]] void fail(std::size_t byte, const std::string& reason) const { fail_expression(text_, byte, reason); }
    [[noreturn]] void fail_at(const char* where, const std::string& reason) const { fail(offset(where), reason); }

    void push_number(std::string_view digits) {
        double value = 0;
        if (!parse_number(digits, value))
            fail_at(digits.data(), message({"'", digits.substr(0, 40), "' is too large or too small for a number"}));
        push({operand::kind::constant, index_of_constant(value)}, false, offset(digits.data()));
    }

    void push_name(std::string_view name) {
        for (std::size_t i = 0; i < names_.numbers.size(); ++i)
            if (names_.numbers[i] == name)
                return push({operand::kind::column, static_cast<std::uint32_t>(i)}, false, offset(name.data()));
        for (const std::string& one : names_.texts)
            if (one == name) fail_at(name.data(), message({"'", name, "' is text; expressions work on numbers"}));
        const std::string_view nearest = nearest_name(name, names_.numbers);
        fail_at(name.data(),
                message({"unknown name '", name.substr(0, 60), "'", nearest.empty() ? "" : "; did you mean '", nearest,
                         nearest.empty() ? "" : "'?"}));
    }

    void remember(opcode what) { pending_.push_back(what); }

    /// The operator remembered last, between the two values pushed last.
    void binary() {
        const opcode what = take_pending();
        const entry b = pop();
        const entry a = pop();
        const bool logic = what >= opcode::both;
        require(a, logic);
        require(b, logic);
        release(a.where);
        release(b.where);
        push(emit(what, a.where, b.where), logic, a.byte);
    }

    void unary() {
        const opcode what = take_pending();
        const entry a = pop();
        require(a, what == opcode::complement);
        release(a.where);
        push(emit(what, a.where, a.where), what == opcode::complement, a.byte);
    }

    /// One more comparison of a chain: a < b <= c is a < b and b <= c.
    void comparison() {
        const opcode what = take_pending();
        const entry right = pop();
        entry left = pop();
        const operand between = left.chain ? *left.chain : left.where;
        if (!left.chain) require(left, false);
        require(right, false);
        release(between);
        operand truth = emit(what, between, right.where);
        if (left.chain) {
            release(truth);
            release(left.where);
            truth = emit(opcode::both, left.where, truth);
        }
        push(truth, true, left.byte);
        values_.back().chain = right.where;
    }

    void end_comparison() {
        if (values_.back().chain) release(*values_.back().chain);
        values_.back().chain.reset();
    }

    void begin_call(std::string_view name) {
        for (const function& one : functions)
            if (one.name == name) return calls_.push_back({&one, 0, offset(name.data())});
        std::array<std::string_view, std::size(functions)> known{};
        for (std::size_t i = 0; i < known.size(); ++i) known[i] = functions[i].name;
        const std::string_view nearest = nearest_name(name, known);
        fail_at(name.data(), message({"unknown function '", name.substr(0, 60), "'",
                                      nearest.empty() ? "; there are abs, sqrt, log, log2, log10, exp, min and max"
                                                      : "; did you mean '",
                                      nearest, nearest.empty() ? "" : "'?"}));
    }

    /// After each argument: those of min and max are joined from left to right.
    void argument() {
        call& current = calls_.back();
        if (++current.arguments == 1) return require(values_.back(), false);
        if (!current.what->joins) fail(values_.back().byte, message({current.what->name, " takes one argument"}));
        remember(current.what->what);
        binary();
    }

    void end_call() {
        const call current = calls_.back();
        calls_.pop_back();
        if (current.what->joins) {
            if (current.arguments < 2)
                fail(current.byte, message({current.what->name, " takes two arguments or more"}));
            return;
        }
        remember(current.what->what);
        unary();
        values_.back().byte = current.byte;
    }

    /// Ends the expression; true when it is a condition.
    [[nodiscard]] bool finish() {
        program.result = values_.back().where;
        return values_.back().is_condition;
    }

private:
    struct entry {
        operand where;
        bool is_condition;
        std::size_t byte;                ///< where it starts in the text
        std::optional<operand> chain{};  ///< of comparisons that may go on: what is compared next
    };
    struct function {
        std::string_view name;
        opcode what;
        bool joins;  ///< two arguments or more
    };
    struct call {
        const function* what;
        std::size_t arguments;
        std::size_t byte;
    };
    static constexpr function functions[] = {
        {"abs", opcode::absolute, false},       {"sqrt", opcode::square_root, false},
        {"log", opcode::logarithm, false},      {"log2", opcode::logarithm_2, false},
        {"log10", opcode::logarithm_10, false}, {"exp", opcode::exponential, false},
        {"min", opcode::minimum, true},         {"max", opcode::maximum, true},
    };

    [[nodiscard]] std::size_t offset(const char* where) const { return static_cast<std::size_t>(where - text_.data()); }

    void require(const entry& one, bool condition) const {
        if (one.is_condition == condition) return;
        fail(one.byte, condition ? "a condition such as 'latency_s <= 0.01' is expected here, not a number"
                                 : "a number is expected here, not a condition");
    }

    void push(operand where, bool is_condition, std::size_t byte) { values_.push_back({where, is_condition, byte}); }

    entry pop() {
        const entry last = values_.back();
        values_.pop_back();
        return last;
    }

    opcode take_pending() {
        const opcode last = pending_.back();
        pending_.pop_back();
        return last;
    }

    std::uint32_t index_of_constant(double value) {
        auto& all = program.constants;
        const auto at = std::find(all.begin(), all.end(), value);
        if (at != all.end()) return static_cast<std::uint32_t>(at - all.begin());
        all.push_back(value);
        return static_cast<std::uint32_t>(all.size() - 1);
    }

    operand emit(opcode what, operand a, operand b) {
        if (free_.empty()) free_.push_back(program.slots++);
        const std::uint32_t out = free_.back();
        free_.pop_back();
        program.steps.push_back({what, out, a, b});
        return {operand::kind::slot, out};
    }

    void release(operand where) {
        if (where.where == operand::kind::slot) free_.push_back(where.index);
    }

    std::string_view text_;
    expression_names names_;
    std::vector<entry> values_;
    std::vector<opcode> pending_;
    std::vector<call> calls_;
    std::vector<std::uint32_t> free_;
};

}  // namespace qutibench::detail
