// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#if !defined(_MSVC_LANG) && __cplusplus < 202002L || defined(_MSVC_LANG) && _MSVC_LANG < 202002L
#error "qutibench needs C++20: compile with -std=c++20 or newer"
#include <older_standards_are_not_supported>  // ends the compilation: what would follow says nothing
#endif

#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

namespace qutibench::detail {

/// A word or a number of an error message.
struct message_part {
    std::string text;
    message_part(const char* words) : text(words) {}
    message_part(std::string_view words) : text(words) {}
    message_part(const std::string& words) : text(words) {}
    message_part(int number) : text(std::to_string(number)) {}
    message_part(unsigned number) : text(std::to_string(number)) {}
    message_part(long number) : text(std::to_string(number)) {}
    message_part(unsigned long number) : text(std::to_string(number)) {}
    message_part(long long number) : text(std::to_string(number)) {}
    message_part(unsigned long long number) : text(std::to_string(number)) {}
    message_part(double number) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.6g", number);
        text = digits;
    }
};

/// As much of a name as a message needs; longer ones lose their middle, at the borders of UTF-8 characters.
inline constexpr std::size_t longest_name = 100;
[[nodiscard]] inline std::string cut(std::string_view name, std::size_t longest = longest_name) {
    if (name.size() <= longest) return std::string(name);
    const auto within = [name](std::size_t at) { return (static_cast<unsigned char>(name[at]) & 0xc0U) == 0x80U; };
    std::size_t head = longest * 2 / 3, tail = name.size() - (longest - head);
    while (head > 0 && within(head)) --head;
    while (tail < name.size() && within(tail)) ++tail;
    return std::string(name.substr(0, head)) + "..." + std::string(name.substr(tail));
}

/// Text of a file as one line of a terminal: control characters, and those that turn the direction of what follows
/// (U+202A to U+202E, U+2066 to U+2069), are written out.
[[nodiscard]] inline std::string on_one_line(std::string_view text) {
    constexpr char digits[] = "0123456789abcdef";
    std::string line;
    line.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool turns = byte == 0xe2 && i + 2 < text.size() &&
                           ((text[i + 1] == '\x80' && text[i + 2] >= '\xaa' && text[i + 2] <= '\xae') ||
                            (text[i + 1] == '\x81' && text[i + 2] >= '\xa6' && text[i + 2] <= '\xa9'));
        if (turns) {
            line += text[i + 1] == '\x80' ? "\\u202" : "\\u206";
            line += digits[static_cast<unsigned char>(text[i + 2]) & 0xfU];
            i += 2;
        } else if (byte == '\n' || byte == '\t' || byte == '\r') {
            line += byte == '\n' ? "\\n" : byte == '\t' ? "\\t" : "\\r";
        } else if (byte < 0x20 || byte == 0x7f) {
            line += {'\\', 'x', digits[byte >> 4U], digits[byte & 0xfU]};
        } else {
            line += text[i];
        }
    }
    return line;
}

/// The parts of an error message in a row. Chains of std::string's operator+ are what most of a header's compile time
/// would go to.
[[nodiscard]] inline std::string message(std::initializer_list<message_part> parts) {
    std::string all;
    for (const message_part& part : parts) all += part.text;
    return all;
}

}  // namespace qutibench::detail
