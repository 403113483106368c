// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// On which line of a JSON text each value stands, for messages that a person mends a file by.
#pragma once

#include <qutibench/io/json/reader.hpp>

#include <unordered_map>

namespace qutibench::detail {

/// Lines of a text that is JSON, by the pointers of its values; O(text) once.
class json_lines {
public:
    explicit json_lines(std::string_view text) : text_(text) { value({}); }

    /// The line, from 1, of a value, or of the innermost value around a place where there is none.
    [[nodiscard]] int at(std::string pointer) const {
        for (;;) {
            if (const auto found = lines_.find(pointer); found != lines_.end()) return found->second;
            if (pointer.empty()) return 1;
            pointer.erase(pointer.rfind('/'));
        }
    }

private:
    void skip() {
        for (; at_ < text_.size() && std::string_view(" \t\r\n,:").find(text_[at_]) != std::string_view::npos; ++at_)
            if (text_[at_] == '\n') ++line_;
    }

    /// A string in quotes, as it is written.
    [[nodiscard]] std::string_view quoted() {
        const std::size_t start = ++at_;
        while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
        const std::string_view inside = text_.substr(start, at_ - start);
        ++at_;
        return inside;
    }

    /// What is nested deeper than any file of this library is not looked into.
    void value(const std::string& pointer) {
        constexpr int deepest = 64;
        if (depth_ > deepest) at_ = text_.size();
        ++depth_;
        place(pointer);
        --depth_;
    }

    void place(const std::string& pointer) {
        skip();
        lines_.emplace(pointer, line_);
        if (at_ >= text_.size()) return;
        if (text_[at_] == '{') return members(pointer);
        if (text_[at_] == '[') return elements(pointer);
        if (text_[at_] == '"') return static_cast<void>(quoted());
        while (at_ < text_.size() && std::string_view(",]} \t\r\n").find(text_[at_]) == std::string_view::npos) ++at_;
    }

    void members(const std::string& pointer) {
        for (++at_, skip(); at_ < text_.size() && text_[at_] == '"'; skip()) {
            const std::string inner = pointer + pointer_step(quoted());
            value(inner);
        }
        ++at_;
    }

    void elements(const std::string& pointer) {
        ++at_;
        skip();
        for (std::size_t index = 0; at_ < text_.size() && text_[at_] != ']'; ++index, skip())
            value(pointer + "/" + std::to_string(index));
        ++at_;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
    int depth_ = 0;
    std::unordered_map<std::string, int> lines_;
};

}  // namespace qutibench::detail
