// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace qutibench {

/// A layer's name as a literal type, so that one recipe names its layers at compile time and at run time alike:
/// `label("res") + 2 + "a_branch2b"`. Text past the capacity is cut.
class label {
public:
    static constexpr std::size_t capacity = 55;

    constexpr label() = default;
    constexpr label(const char* text) : label(std::string_view(text)) {}
    constexpr label(std::string_view text) { append(text); }

    [[nodiscard]] constexpr std::string_view view() const { return {text_.data(), size_}; }
    [[nodiscard]] constexpr bool empty() const { return size_ == 0; }

    [[nodiscard]] friend constexpr label operator+(label left, std::string_view right) {
        left.append(right);
        return left;
    }
    [[nodiscard]] friend constexpr label operator+(label left, char right) {
        left.append({&right, 1});
        return left;
    }
    [[nodiscard]] friend constexpr label operator+(label left, int number) {
        char digits[12]{};
        std::size_t first = sizeof digits;
        do {
            digits[--first] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number > 0);
        left.append({digits + first, sizeof digits - first});
        return left;
    }

private:
    constexpr void append(std::string_view text) {
        for (const char one : text.substr(0, std::min(text.size(), capacity - size_))) text_[size_++] = one;
    }

    std::array<char, capacity> text_{};
    std::uint8_t size_ = 0;
};

}  // namespace qutibench
