// SPDX-License-Identifier: BSD-3-Clause
#include <qutibench/expression/expression.hpp>

#include <cmath>
#include <functional>
#include <random>

#include "catch.hpp"

using namespace qutibench;
using Catch::Matchers::Contains;

namespace {

const std::vector<std::string> names{"latency_s", "throughput_ips", "power_w", "a", "b", "unknown"};
const std::vector<double> row{0.01, 100, 5, 2, 3, std::nan("")};

std::vector<std::span<const double>> columns_of(const std::vector<double>& values) {
    std::vector<std::span<const double>> columns;
    for (const double& one : values) columns.emplace_back(&one, 1);
    return columns;
}

double value(const std::string& text) {
    double out = -1;
    expression(text, names).evaluate(columns_of(row), {&out, 1});
    return out;
}

std::string message(const std::string& text) {
    try {
        const std::vector<std::string> texts{"bound"};
        static_cast<void>(expression(text, names, texts));
    } catch (const parse_error& wrong) {
        return wrong.what();
    }
    return "parsed";
}

// A random expression as text, and the same as a function of a row that a tree walk computes.
struct sample {
    std::string text;
    std::function<double(const std::vector<double>&)> number;
    std::function<int(const std::vector<double>&)> truth;  // 1, 0, or -1 for unknown
};

class generator {
public:
    explicit generator(unsigned seed) : random_(seed) {}

    sample number(int depth) {
        const unsigned which = pick(depth > 0 ? 9 : 2);
        if (which == 0) {
            const double constant = static_cast<double>(pick(9)) / 4;
            return {std::to_string(constant), [=](const auto&) { return constant; }, {}};
        }
        if (which == 1) {
            const std::size_t column = pick(static_cast<unsigned>(names.size()));
            return {names[column], [=](const auto& values) { return values[column]; }, {}};
        }
        const sample x = number(depth - 1);
        const auto f = x.number;
        if (which == 2) return {"-(" + x.text + ")", [=](const auto& v) { return -f(v); }, {}};
        if (which == 3) return {" abs (" + x.text + " )", [=](const auto& v) { return std::abs(f(v)); }, {}};
        const sample y = number(depth - 1);
        const auto g = y.number;
        const std::string pair = "(" + x.text + ")", other = "(" + y.text + ")";
        switch (which) {
            case 4:
                return {pair + "+" + other, [=](const auto& v) { return f(v) + g(v); }, {}};
            case 5:
                return {pair + " - " + other, [=](const auto& v) { return f(v) - g(v); }, {}};
            case 6:
                return {pair + "*" + other, [=](const auto& v) { return f(v) * g(v); }, {}};
            case 7:
                return {pair + "/ " + other, [=](const auto& v) { return f(v) / g(v); }, {}};
            default:
                return {"max(" + x.text + ", " + y.text + ")",
                        [=](const auto& v) {
                            return std::isnan(f(v)) || std::isnan(g(v)) ? std::nan("") : std::max(f(v), g(v));
                        },
                        {}};
        }
    }

    sample condition(int depth) {
        const unsigned which = pick(depth > 0 ? 5 : 2);
        if (which < 2) {
            const sample x = number(2), y = number(2), z = number(1);
            const auto f = x.number, g = y.number, h = z.number;
            const auto less = [](double p, double q) { return std::isnan(p) || std::isnan(q) ? -1 : p < q ? 1 : 0; };
            const std::string pair = "(" + x.text + ") < (" + y.text + ")";
            if (which == 0) return {pair, {}, [=](const auto& v) { return less(f(v), g(v)); }};
            return {pair + "<(" + z.text + ")", {}, [=](const auto& v) {
                        const int first = less(f(v), g(v)), second = less(g(v), h(v));
                        return first == 0 || second == 0 ? 0 : first == 1 && second == 1 ? 1 : -1;
                    }};
        }
        const sample x = condition(depth - 1);
        const auto f = x.truth;
        if (which == 2) return {"not (" + x.text + ")", {}, [=](const auto& v) { return f(v) < 0 ? -1 : 1 - f(v); }};
        const sample y = condition(depth - 1);
        const auto g = y.truth;
        const int decided = which == 3 ? 0 : 1;
        return {"(" + x.text + ")" + (which == 3 ? " and " : "||") + "(" + y.text + ")", {}, [=](const auto& v) {
                    if (f(v) == decided || g(v) == decided) return decided;
                    return f(v) < 0 || g(v) < 0 ? -1 : 1 - decided;
                }};
    }

    std::vector<double> row() {
        constexpr double awkward[] = {0, -0.0, 1, -1, 0.5, INFINITY, -INFINITY, NAN, 2, 1e300};
        std::vector<double> values;
        for (std::size_t i = 0; i < names.size(); ++i) values.push_back(awkward[pick(std::size(awkward))]);
        return values;
    }

    unsigned pick(std::size_t below) { return static_cast<unsigned>(random_() % below); }

private:
    std::mt19937 random_;
};

}  // namespace

TEST_CASE("expressions bind as tightly as in mathematics") {
    // the values are Python's for the same text
    CHECK(value("2+3*4") == 14);
    CHECK(value("(2+3)*4") == 20);
    CHECK(value("2-3-4") == -5);
    CHECK(value("64/4/2") == 8);
    CHECK(value("2**3**2") == 512);
    CHECK(value("2^3^2") == 512);
    CHECK(value("-2**2") == -4);
    CHECK(value("2**-1") == 0.5);
    CHECK(value("- -2") == 2);
    CHECK(value(" 1e3 + .5 - 2.\t") == 998.5);
    CHECK(value("throughput_ips / power_w") == 20);
    CHECK(value("min(3, 1, 2) + max(1, 4)") == 5);
    CHECK(value("sqrt(16) + abs(-1) + exp(0) + log(1) + log2(8) + log10(100)") == 11);
    CHECK(value("1 < 2 == 2") == 1);  // a chain: 1 < 2 and 2 == 2
    CHECK(value("1 < 3 < 2") == 0);
    CHECK(value("0 < a < b <= 3") == 1);
    CHECK(value("not 1 > 2 and 1 > 2 or 1 < 2") == 1);
    CHECK(value("1 < 2 or 1 > 2 and 1 > 2") == 1);
    CHECK(value("a != b && !(a >= b)") == 1);
    CHECK(value("a < 1 | b > 2") == 1);
}

TEST_CASE("division by zero and unknown values") {
    CHECK(value("1 / 0") == INFINITY);
    CHECK(value("-1 / 0") == -INFINITY);
    CHECK(std::isnan(value("0 / 0")));
    CHECK(std::isnan(value("sqrt(0 - 1)")));
    CHECK(value("log(0)") == -INFINITY);
    CHECK(std::isnan(value("min(unknown, 1)")));
    CHECK(std::isnan(value("max(1, unknown)")));
    for (const char* text : {"unknown < 1", "unknown >= 1", "not unknown < 1", "unknown == unknown", "unknown != 1",
                             "0/0 <= 1", "unknown < 1 and a == 2", "unknown < 1 or a == 1", "1 < unknown < 2"}) {
        INFO(text);
        CHECK(std::isnan(value(text)));
    }
    CHECK(value("unknown < 1 or a == 2") == 1);
    CHECK(value("unknown < 1 and a == 1") == 0);
    CHECK(value("3 < 2 < unknown") == 0);
}

TEST_CASE("expressions equal a tree walk on random rows, infinities and NaN among them") {
    generator random(7);
    for (int i = 0; i < 3000; ++i) {
        const bool is_condition = i % 2 == 0;
        const sample one = is_condition ? random.condition(3) : random.number(4);
        INFO(one.text);
        const expression parsed(one.text, names);
        REQUIRE(parsed.is_condition() == is_condition);
        const std::size_t rows = 1 + random.pick(4);
        std::vector<std::vector<double>> table(names.size());
        std::vector<double> expected;
        for (std::size_t r = 0; r < rows; ++r) {
            const std::vector<double> values = random.row();
            for (std::size_t j = 0; j < names.size(); ++j) table[j].push_back(values[j]);
            if (is_condition) {
                const int truth = one.truth(values);
                expected.push_back(truth < 0 ? std::nan("") : truth);
            } else {
                expected.push_back(one.number(values));
            }
        }
        std::vector<double> out(rows);
        parsed.evaluate(std::vector<std::span<const double>>(table.begin(), table.end()), out);
        for (std::size_t r = 0; r < rows; ++r)
            REQUIRE((out[r] == expected[r] || (std::isnan(out[r]) && std::isnan(expected[r]))));
    }
}

TEST_CASE("long columns are the same as single rows") {
    const expression one("(a + 1) * b - 2 / (a + 3) < 4 * b or a > 1000", names);
    const std::size_t rows = 5000;
    std::vector<double> a(rows), b(rows), out(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        a[i] = static_cast<double>(i % 97) / 7;
        b[i] = static_cast<double>(i % 31) - 5;
    }
    std::vector<std::span<const double>> columns(names.size());
    columns[3] = a;
    columns[4] = b;
    one.evaluate(columns, out);
    for (std::size_t i = 0; i < rows; ++i)
        REQUIRE(out[i] == ((a[i] + 1) * b[i] - 2 / (a[i] + 3) < 4 * b[i] || a[i] > 1000 ? 1 : 0));
    one.evaluate(std::vector<std::span<const double>>(names.size()), {});
    columns[4] = columns[4].first(10);
    CHECK_THROWS_WITH(one.evaluate(columns, out), Contains("has 10 rows, not 5000"));
    CHECK_THROWS_AS(one.evaluate({}, out), invalid_argument);
}

TEST_CASE("an expression knows its columns and its twins") {
    const expression one("throughput_ips / (a + a)", names);
    CHECK(std::vector(one.columns().begin(), one.columns().end()) == std::vector<std::size_t>{1, 3});
    CHECK(one == expression("(throughput_ips)/ (a+a)", names));
    CHECK_FALSE(one == expression("throughput_ips / (a + b)", names));
    CHECK_FALSE(expression("a", names) == expression("b", names));
    CHECK_FALSE(expression("1", names) == expression("2", names));
    CHECK(one.text() == "throughput_ips / (a + a)");
    CHECK(expression("7", names).columns().empty());
}

TEST_CASE("errors point at the place and name what would be right") {
    CHECK(message("latencys <= 0.01") ==
          "expression, column 1: unknown name 'latencys'; did you mean 'latency_s'? (in 'latencys <= 0.01')");
    CHECK(message("a + $") == "expression, column 5: a number, a name or '(' is expected here (in 'a + $')");
    CHECK_THAT(message("bound == 1"), Contains("'bound' is text"));
    CHECK_THAT(message("mni(a, b)"), Contains("unknown function 'mni'; did you mean 'min'?"));
    CHECK_THAT(message("quantile(a)"), Contains("there are abs, sqrt"));
    CHECK_THAT(message("a = 2"), Contains("write '=='"));
    CHECK_THAT(message("10ms"), Contains("column 3: an operator"));
    CHECK_THAT(message("a b"), Contains("column 3: an operator"));
    CHECK_THAT(message("(a"), Contains("column 3: ')' is expected"));
    CHECK_THAT(message("min(a, b"), Contains("',' or ')' is expected"));
    CHECK_THAT(message("min(a)"), Contains("two arguments or more"));
    CHECK_THAT(message("sqrt(a, b)"), Contains("takes one argument"));
    CHECK_THAT(message("a < b + (a < b)"), Contains("column 10: a number is expected here, not a condition"));
    CHECK_THAT(message("(a < b) < 1"), Contains("a number is expected here, not a condition"));
    CHECK_THAT(message("not a"), Contains("column 5: a condition"));
    CHECK_THAT(message("a < 1 and b"), Contains("column 11: a condition"));
    CHECK_THAT(message("1e999"), Contains("too large"));
    for (const char* text :
         {"",    " ",       "a +", "<",      "()",     ")",      "a)",       "a,b",   "1..2",      "and", "a and",
          "a !", "a === b", "=",   "a <> b", "sqrt()", "min(,)", "\xC3\xA9", "a\x01", "a ? b : c", "a[0]"}) {
        INFO(text);
        CHECK_THAT(message(text), Contains("expression, column"));
    }
    CHECK_THAT(message(std::string("a\0b", 3)), Contains("column 2"));
}

TEST_CASE("length and nesting have limits") {
    const auto repeated = [](const std::string& one, std::size_t count) {
        std::string all;
        for (std::size_t i = 0; i < count; ++i) all += one;
        return all;
    };
    CHECK(message(repeated("(", 30) + "a" + repeated(")", 30)) == "parsed");
    CHECK_THAT(message(repeated("(", 2000)), Contains("nests at most 64 deep"));
    CHECK_THAT(message(repeated("-", 2000) + "a"), Contains("nests at most 64 deep"));
    CHECK_THAT(message(repeated("a^", 2000) + "a"), Contains("nests at most 64 deep"));
    CHECK_THAT(message(repeated("not ", 900) + "a<b"), Contains("nests at most 64 deep"));
    CHECK_THAT(message(repeated("abs(", 900)), Contains("nests at most 64 deep"));
    CHECK(message(repeated("a+", 2000) + "a") == "parsed");
    CHECK_THAT(message(repeated("a+", 3000) + "a"), Contains("at most 4096"));
    CHECK_THAT(message(repeated("a+", 200) + "nobody + a"), Contains("...a+a"));
}
