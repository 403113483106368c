// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Names of dimensions that are sums, differences, products or quotients of others, as exporters write them:
/// "past_sequence_length + sequence_length".
#pragma once

#include <qutibench/detail/checked.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench::onnx::detail {

/// Reads a formula of names, numbers, + - * / ( ) and, as PyTorch writes a rounded quotient, //.
class dimension_formula {
public:
    using lookup = std::function<std::optional<std::int64_t>(std::string_view)>;

    explicit dimension_formula(std::string_view text) : rest_(text) {}

    /// The value, or nothing when a name has none or the text is no formula.
    [[nodiscard]] std::optional<std::int64_t> value(const lookup& of) {
        of_ = &of;
        const auto result = sum();
        skip();
        return rest_.empty() ? result : std::nullopt;
    }

private:
    using number = std::optional<std::int64_t>;

    void skip() {
        while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
    }
    [[nodiscard]] bool takes(char wanted) {
        skip();
        if (rest_.empty() || rest_.front() != wanted) return false;
        rest_.remove_prefix(1);
        return true;
    }

    [[nodiscard]] number sum() {
        number left = product();
        for (;;) {
            const bool adds = takes('+');
            if (!adds && !takes('-')) return left;
            const number right = product();
            if (!left || !right) return {};
            left = qutibench::detail::add(*left, adds ? *right : -*right);
        }
    }

    [[nodiscard]] number product() {
        number left = one();
        for (;;) {
            const bool multiplies = takes('*');
            if (!multiplies && !takes('/')) return left;
            if (!multiplies) static_cast<void>(takes('/'));
            const number right = one();
            if (!left || !right || (!multiplies && *right == 0)) return {};
            left = multiplies ? qutibench::detail::multiply(*left, *right) : *left / *right;
        }
    }

    [[nodiscard]] number one() {
        if (++depth_ > 64) return {};
        if (takes('(')) {
            const number inside = sum();
            return takes(')') ? inside : std::nullopt;
        }
        std::size_t length = 0;
        while (length < rest_.size() && std::string_view("+-*/() ").find(rest_[length]) == std::string_view::npos)
            ++length;
        const std::string_view word = rest_.substr(0, length);
        rest_.remove_prefix(length);
        if (word.empty()) return {};
        if (word.find_first_not_of("0123456789") != word.npos) return (*of_)(word);
        return word.size() > 15 ? number() : number(std::stoll(std::string(word)));
    }

    std::string_view rest_;
    const lookup* of_ = nullptr;
    int depth_ = 0;
};

/// The names in a formula; of any other text, the text.
[[nodiscard]] inline std::vector<std::string> names_in(const std::string& text) {
    std::vector<std::string> names;
    const dimension_formula::lookup collect = [&names](std::string_view name) {
        names.emplace_back(name);
        return std::optional<std::int64_t>(1);
    };
    if (!dimension_formula(text).value(collect)) return {text};
    return names;
}

}  // namespace qutibench::onnx::detail
