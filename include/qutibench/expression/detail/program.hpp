// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace qutibench::detail {

/// What one step of an expression does. Truth values are 1, 0 and, for unknown, NaN.
enum class opcode : unsigned char {
    add,
    subtract,
    multiply,
    divide,
    power,
    minimum,
    maximum,
    negate,
    absolute,
    square_root,
    logarithm,
    logarithm_2,
    logarithm_10,
    exponential,
    less,
    less_equal,
    greater,
    greater_equal,
    equal,
    not_equal,
    both,
    either,
    complement,
};

/// Where a step finds a value: in a column of the caller's, in a constant, or in what an earlier step wrote.
struct operand {
    enum class kind : unsigned char { column, constant, slot };
    kind where = kind::slot;
    std::uint32_t index = 0;

    friend constexpr bool operator==(const operand&, const operand&) = default;
};

struct instruction {
    opcode what = opcode::add;
    std::uint32_t out = 0;  ///< slot
    operand a{};
    operand b{};  ///< the same as `a` where there is only one

    friend constexpr bool operator==(const instruction&, const instruction&) = default;
};

/// A parsed expression: steps that work on blocks of rows.
struct expression_program {
    std::vector<instruction> steps{};
    std::vector<double> constants{};
    std::uint32_t slots = 0;
    operand result{};

    friend bool operator==(const expression_program&, const expression_program&) = default;
};

inline constexpr double unknown_value = std::numeric_limits<double>::quiet_NaN();

/// Truth of "a op b"; unknown when either is NaN.
template <class Compare>
void compare_rows(double* out, const double* a, const double* b, std::size_t rows, Compare compare) {
    for (std::size_t i = 0; i < rows; ++i) {
        const double truth = compare(a[i], b[i]) ? 1.0 : 0.0;
        out[i] = a[i] == a[i] && b[i] == b[i] ? truth : unknown_value;
    }
}

template <class Function>
void map_rows(double* out, const double* a, const double* b, std::size_t rows, Function function) {
    for (std::size_t i = 0; i < rows; ++i) out[i] = function(a[i], b[i]);
}

/// Kleene's logic: a decided value wins over an unknown one, an undecided one over the other truth value.
[[nodiscard]] constexpr double kleene(double a, double b, double decided) {
    if (a == decided || b == decided) return decided;
    return a == a ? b : a;
}

inline void compare_step(opcode what, double* out, const double* a, const double* b, std::size_t rows) {
    switch (what) {
        case opcode::less:
            return compare_rows(out, a, b, rows, [](double x, double y) { return x < y; });
        case opcode::less_equal:
            return compare_rows(out, a, b, rows, [](double x, double y) { return x <= y; });
        case opcode::greater:
            return compare_rows(out, a, b, rows, [](double x, double y) { return x > y; });
        case opcode::greater_equal:
            return compare_rows(out, a, b, rows, [](double x, double y) { return x >= y; });
        case opcode::equal:
            return compare_rows(out, a, b, rows, [](double x, double y) { return x == y; });
        default:
            return compare_rows(out, a, b, rows, [](double x, double y) { return x != y; });
    }
}

inline void logic_step(opcode what, double* out, const double* a, const double* b, std::size_t rows) {
    switch (what) {
        case opcode::both:
            return map_rows(out, a, b, rows, [](double x, double y) { return kleene(x, y, 0.0); });
        case opcode::either:
            return map_rows(out, a, b, rows, [](double x, double y) { return kleene(x, y, 1.0); });
        default:
            return map_rows(out, a, b, rows, [](double x, double) { return 1.0 - x; });
    }
}

inline void function_step(opcode what, double* out, const double* a, const double* b, std::size_t rows) {
    switch (what) {
        case opcode::power:
            return map_rows(out, a, b, rows, [](double x, double y) { return std::pow(x, y); });
        case opcode::square_root:
            return map_rows(out, a, b, rows, [](double x, double) { return std::sqrt(x); });
        case opcode::logarithm:
            return map_rows(out, a, b, rows, [](double x, double) { return std::log(x); });
        case opcode::logarithm_2:
            return map_rows(out, a, b, rows, [](double x, double) { return std::log2(x); });
        case opcode::logarithm_10:
            return map_rows(out, a, b, rows, [](double x, double) { return std::log10(x); });
        default:
            return map_rows(out, a, b, rows, [](double x, double) { return std::exp(x); });
    }
}

inline void arithmetic_step(opcode what, double* out, const double* a, const double* b, std::size_t rows) {
    // of a NaN and a number, the NaN
    const auto choose = [](double x, double y, bool first) { return x != x || (y == y && first) ? x : y; };
    switch (what) {
        case opcode::add:
            return map_rows(out, a, b, rows, [](double x, double y) { return x + y; });
        case opcode::subtract:
            return map_rows(out, a, b, rows, [](double x, double y) { return x - y; });
        case opcode::multiply:
            return map_rows(out, a, b, rows, [](double x, double y) { return x * y; });
        case opcode::divide:
            return map_rows(out, a, b, rows, [](double x, double y) { return x / y; });
        case opcode::minimum:
            return map_rows(out, a, b, rows, [&](double x, double y) { return choose(x, y, x < y); });
        case opcode::maximum:
            return map_rows(out, a, b, rows, [&](double x, double y) { return choose(x, y, x > y); });
        case opcode::negate:
            return map_rows(out, a, b, rows, [](double x, double) { return -x; });
        default:
            return map_rows(out, a, b, rows, [](double x, double) { return std::fabs(x); });
    }
}

inline void run_step(opcode what, double* out, const double* a, const double* b, std::size_t rows) {
    if (what >= opcode::both) return logic_step(what, out, a, b, rows);
    if (what >= opcode::less) return compare_step(what, out, a, b, rows);
    if (what == opcode::power || what >= opcode::square_root) return function_step(what, out, a, b, rows);
    arithmetic_step(what, out, a, b, rows);
}

/// Evaluates a program on columns, block by block: one allocation, whatever the number of rows.
inline void run_program(const expression_program& program, std::span<const std::span<const double>> columns,
                        std::span<double> out) {
    constexpr std::size_t block = 512;
    const std::size_t width = std::min(block, out.size());
    std::vector<double> memory((program.slots + program.constants.size()) * width);
    double* const constants = memory.data() + program.slots * width;
    for (std::size_t i = 0; i < program.constants.size(); ++i)
        std::fill_n(constants + i * width, width, program.constants[i]);
    for (std::size_t at = 0; at < out.size(); at += width) {
        const auto find = [&](const operand& from) -> const double* {
            if (from.where == operand::kind::column) return columns[from.index].data() + at;
            return (from.where == operand::kind::slot ? memory.data() : constants) + from.index * width;
        };
        const std::size_t rows = std::min(width, out.size() - at);
        for (const instruction& step : program.steps)
            run_step(step.what, memory.data() + step.out * width, find(step.a), find(step.b), rows);
        std::copy_n(find(program.result), rows, out.data() + at);
    }
}

}  // namespace qutibench::detail
