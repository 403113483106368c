// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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

    [[nodiscard]] constexpr std::string_view view() const { return text_.data(); }
    [[nodiscard]] constexpr bool empty() const { return text_[0] == 0; }

    [[nodiscard]] friend constexpr label operator+(label left, std::string_view right) {
        left.append(right);
        return left;
    }
    [[nodiscard]] friend constexpr label operator+(label left, char right) {
        left.append(right);
        return left;
    }
    [[nodiscard]] friend constexpr label operator+(label left, int number) {
        char digits[12]{};
        std::size_t first = sizeof digits - 1;
        do {
            digits[--first] = static_cast<char>('0' + number % 10);
            number /= 10;
        } while (number > 0);
        left.append(digits + first);
        return left;
    }

private:
    // Nowhere a std::string_view of a pointer and a length: asking whether they are iterators is a fortieth of what the
    // umbrella costs.
    constexpr void append(char one) {
        if (size_ < capacity) text_[size_++] = one;
    }
    constexpr void append(std::string_view text) {
        for (const char one : text) append(one);
    }

    std::array<char, capacity + 1> text_{};  // ends with 0
    std::uint8_t size_ = 0;
};

}  // namespace qutibench
