// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What an adapter reads from: a file or a text in memory, in chunks, line by line, or as CSV.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/io/csv.hpp>
#include <qutibench/io/file.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace qutibench {

namespace detail {

inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// A file or a text as a row of chunks; a byte order mark in front is dropped.
class chunk_reader {
public:
    chunk_reader(const std::string& name, std::string_view text)
        : name_(&name), text_(text), file_(nullptr, &std::fclose) {
        if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
    }
    chunk_reader(const std::string& name, file_handle file) : name_(&name), file_(std::move(file)) {
        text_ = read();
        if (text_.starts_with(byte_order_mark)) text_.remove_prefix(byte_order_mark.size());
    }

    /// The next chunk, valid until the next call; empty at the end. Throws parse_error when reading fails.
    [[nodiscard]] std::string_view next() {
        if (text_.empty() && file_ != nullptr) text_ = read();
        const std::string_view chunk = text_;
        text_ = {};
        return chunk;
    }

private:
    std::string_view read() {
        buffer_.resize(chunk_size);
        const std::size_t count = std::fread(buffer_.data(), 1, buffer_.size(), file_.get());
        if (std::ferror(file_.get()) != 0) throw parse_error(*name_, "", "the file cannot be read to its end");
        return {buffer_.data(), count};
    }

    static constexpr std::size_t chunk_size = 1 << 18;

    const std::string* name_;
    std::string_view text_;
    file_handle file_;
    std::string buffer_;
};

}  // namespace detail

/// Reads a file line by line, LF or CRLF; memory for the longest line.
class line_reader {
public:
    line_reader(const std::string& name, detail::chunk_reader chunks) : name_(&name), chunks_(std::move(chunks)) {}

    /// Advances to the next line; false after the last. Throws parse_error on a byte that no text has.
    [[nodiscard]] bool next() {
        joined_.clear();
        for (;;) {
            const std::size_t end = chunk_.find('\n');
            if (end != std::string_view::npos) return take(chunk_.substr(0, end), end + 1);
            joined_ += chunk_;
            if (joined_.size() > detail::piece_limit)
                throw parse_error(*name_, detail::message({"line ", number_ + 1}), "this line has more than 64 MiB");
            chunk_ = chunks_.next();
            if (!chunk_.empty()) continue;
            if (joined_.empty()) return false;
            has_end_ = false;
            return take({}, 0);
        }
    }

    /// The line without its end; valid until the next call of `next()`.
    [[nodiscard]] std::string_view text() const { return line_; }
    /// Number of the line, counting from 1.
    [[nodiscard]] std::int64_t number() const { return number_; }

    /// Throws parse_error when the file stops without a line break after this line, whose last number may be cut off.
    void require_end() const {
        if (!has_end_) fail("the file may be cut off in this line; if it is complete, end it with a line break");
    }

    /// Throws parse_error about the present line.
    [[noreturn]] void fail(const std::string& reason) const {
        throw parse_error(*name_, detail::message({"line ", number_}), reason);
    }

private:
    bool take(std::string_view rest, std::size_t used) {
        if (joined_.empty()) {
            line_ = rest;
        } else {
            joined_ += rest;
            line_ = joined_;
        }
        chunk_.remove_prefix(used);
        ++number_;
        if (line_.ends_with('\r')) line_.remove_suffix(1);
        if (std::memchr(line_.data(), 0, line_.size()) != nullptr) fail("there is a zero byte, so this is no text");
        return true;
    }

    const std::string* name_;
    detail::chunk_reader chunks_;
    std::string_view chunk_;
    std::string_view line_;
    std::string joined_;
    std::int64_t number_ = 0;
    bool has_end_ = true;
};

/// A file or a text that measurements are read from. Every reader it hands out starts at the beginning.
class adapter_input {
public:
    /// A file. Nothing is opened yet, but a pipe, which gives its bytes only once, is read to its end.
    /// Throws parse_error when that fails.
    [[nodiscard]] static adapter_input file(std::string path) {
        std::error_code ignored;
        if (!std::filesystem::is_fifo(path, ignored)) return {std::move(path), {}, true};
        adapter_input piped(std::move(path), {}, false);
        piped.held_ = std::make_shared<const std::string>(detail::read_file(piped.name_));
        piped.text_ = *piped.held_;
        return piped;
    }
    /// A text that outlives this object; `name` stands for the file in messages.
    [[nodiscard]] static adapter_input text(std::string_view text, std::string name = "text") {
        return {std::move(name), text, false};
    }

    [[nodiscard]] const std::string& name() const { return name_; }

    /// Throws parse_error when the file cannot be opened.
    [[nodiscard]] detail::chunk_reader chunks() const {
        return is_file_ ? detail::chunk_reader(name_, detail::open_file(name_)) : detail::chunk_reader(name_, text_);
    }
    [[nodiscard]] line_reader lines() const { return {name_, chunks()}; }
    [[nodiscard]] csv_reader csv(csv_format format = {}) const {
        return is_file_ ? csv_reader::open(name_, format) : csv_reader::over(std::string(text_), name_, format);
    }

    /// The beginning, for recognising a format. Throws parse_error on a file that is empty or UTF-16.
    [[nodiscard]] std::string head(std::size_t size = 1 << 16) const {
        std::string start(chunks().next().substr(0, size));
        if (start.starts_with("\xff\xfe") || start.starts_with("\xfe\xff"))
            throw parse_error(name_, "line 1", "the file is in UTF-16; save it as UTF-8");
        if (start.find_first_not_of(" \t\r\n") == std::string::npos) throw parse_error(name_, "", "the file is empty");
        return start;
    }

    /// How many lines there are if they are as long as the first ones.
    [[nodiscard]] std::size_t estimated_lines() const {
        std::error_code ignored;
        const std::uintmax_t size = is_file_ ? std::filesystem::file_size(name_, ignored) : text_.size();
        const std::string start = head();
        const auto lines = static_cast<std::size_t>(std::count(start.begin(), start.end(), '\n'));
        return lines == 0 || size > (std::uintmax_t{1} << 40U)
                   ? 1
                   : static_cast<std::size_t>(size) / (start.size() / lines) + 1;
    }

private:
    adapter_input(std::string name, std::string_view text, bool is_file)
        : name_(std::move(name)), text_(text), is_file_(is_file) {}

    std::string name_;
    std::shared_ptr<const std::string> held_{};
    std::string_view text_;
    bool is_file_;
};

}  // namespace qutibench
