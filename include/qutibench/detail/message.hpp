// SPDX-License-Identifier: BSD-3-Clause
#pragma once

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
};

/// The parts of an error message in a row. Chains of std::string's operator+ are what most of a header's compile time
/// would go to.
[[nodiscard]] inline std::string message(std::initializer_list<message_part> parts) {
    std::string all;
    for (const message_part& part : parts) all += part.text;
    return all;
}

}  // namespace qutibench::detail
