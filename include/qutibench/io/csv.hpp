// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Comma-separated values as RFC 4180 has them: quoted fields with doubled quotes and line breaks, LF or CRLF, a byte
/// order mark, blank lines skipped. Streaming: one row in memory at a time, its fields as views into the buffer.
#pragma once

#include <qutibench/detail/pause.hpp>
#include <qutibench/io/file.hpp>
#include <qutibench/io/text.hpp>

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench {

/// What a CSV file looks like.
struct csv_format {
    char separator = ',';
    bool header = true;  ///< the first row names the columns
};

/// Reads a CSV file row by row:
///     csv_reader rows = csv_reader::open("results.csv");
///     const std::size_t latency = rows.column("latency_ms");
///     while (rows.next()) total += rows.number(latency);
/// Views stay valid until the next call of `next()`. Every error is a parse_error that names the line.
class csv_reader {
public:
    /// Throws parse_error when the file cannot be read, is empty, or its header is broken.
    [[nodiscard]] static csv_reader open(const std::string& path, csv_format format = {}) {
        return csv_reader(path, format, {}, detail::open_file(path));
    }

    /// Reads text that is in memory already; `name` stands for the file in messages.
    [[nodiscard]] static csv_reader over(std::string text, std::string name = "text", csv_format format = {}) {
        return csv_reader(std::move(name), format, std::move(text), {nullptr, &std::fclose});
    }

    /// Advances to the next row; false after the last. Throws parse_error on an open quote, on text behind a closing
    /// quote, and on a row with another number of fields than the header.
    bool next() {
        if (!split_row()) return false;
        if (!names_.empty() && fields_.size() != names_.size())
            fail(detail::message({"this row has ", static_cast<std::uint64_t>(fields_.size()),
                                  " fields where the header has ", static_cast<std::uint64_t>(names_.size())}));
        return true;
    }

    [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }
    [[nodiscard]] std::string_view operator[](std::size_t column) const { return fields_[column]; }
    /// Column names, blanks around them removed; empty without a header.
    [[nodiscard]] std::span<const std::string> names() const { return names_; }
    /// Line on which the present row starts, counting from 1.
    [[nodiscard]] std::size_t line() const { return line_; }
    [[nodiscard]] const std::string& source() const { return source_; }

    [[nodiscard]] bool has(std::string_view name) const { return find(name) < names_.size(); }

    /// Index of a column; throws parse_error with the nearest name.
    [[nodiscard]] std::size_t column(std::string_view name) const {
        const std::size_t index = find(name);
        if (index < names_.size()) return index;
        throw parse_error(source_, "line 1",
                          detail::message({"there is no column '", name, "'", detail::suggestion(name, names_)}));
    }

    /// A field as a number; throws parse_error when it is not one.
    [[nodiscard]] double number(std::size_t column) const { return converted<double>(column, "a number"); }

    /// As `number`, but NaN for an empty field.
    [[nodiscard]] double optional_number(std::size_t column) const {
        return detail::trimmed(fields_[column]).empty() ? std::numeric_limits<double>::quiet_NaN() : number(column);
    }

    /// A field as a whole number; throws parse_error when it is not one or does not fit 64 bits.
    [[nodiscard]] std::int64_t integer(std::size_t column) const {
        return converted<std::int64_t>(column, "a whole number of at most 64 bits");
    }

    /// Throws parse_error about the present row.
    [[noreturn]] void fail(const std::string& reason) const {
        throw parse_error(source_, detail::message({"line ", static_cast<std::uint64_t>(line_)}), reason);
    }

private:
    struct extent {
        std::size_t first = 0;
        std::size_t size = 0;
        bool doubled_quotes = false;
    };

    csv_reader(std::string source, csv_format format, std::string text, detail::file_handle file)
        : source_(std::move(source)), format_(format), buffer_(std::move(text)), file_(std::move(file)) {
        end_ = buffer_.size();
        if (file_ != nullptr) refill();
        if (end_ >= 3 && buffer_.compare(0, 3, "\xef\xbb\xbf") == 0) at_ = 3;
        if (!format_.header) return;
        if (!split_row()) throw parse_error(source_, "", "the file is empty where a header row should be");
        for (const std::string_view field : fields_) names_.emplace_back(detail::trimmed(field));
    }

    [[nodiscard]] std::size_t find(std::string_view name) const {
        std::size_t index = 0;
        while (index < names_.size() && names_[index] != name) ++index;
        return index;
    }

    template <class Number>
    [[nodiscard]] Number converted(std::size_t column, const char* wanted) const {
        Number value{};
        if (!detail::parse_number(detail::trimmed(fields_[column]), value)) refuse(column, wanted);
        return value;
    }

    [[noreturn]] void refuse(std::size_t column, const char* wanted) const {
        const std::string name = names_.empty() ? std::to_string(column + 1) : "'" + names_[column] + "'";
        fail(detail::message({"column ", name, " should be ", wanted, ", not '", fields_[column].substr(0, 60), "'"}));
    }

    /// Reads more of the file behind the row that begins at `at_`; lets go of the file when there is no more.
    void refill() {
        buffer_.erase(0, at_);
        end_ -= at_;
        at_ = 0;
        if (end_ > detail::piece_limit) fail("this row has more than 64 MiB; is a quoted field never closed?");
        if (buffer_.size() < 2 * end_ + chunk) buffer_.resize(2 * end_ + chunk);
        const std::size_t read = std::fread(buffer_.data() + end_, 1, buffer_.size() - end_, file_.get());
        if (std::ferror(file_.get()) != 0) throw parse_error(source_, "", "the file cannot be read to its end");
        end_ += read;
        if (read == 0) file_.reset();
    }

    /// Finds the next row that is not blank and its fields; false at the end.
    bool split_row() {
        detail::pause();
        for (;;) {
            line_ = next_line_;
            while (!scan()) refill();
            if (extents_.empty()) return false;
            const bool blank = extents_.size() == 1 && extents_[0].size == 0 && !quoted_;
            if (!blank) break;
            at_ = row_end_;
        }
        fields_.clear();
        for (const extent& one : extents_)
            fields_.emplace_back(buffer_.data() + one.first, one.doubled_quotes ? undouble(one) : one.size);
        at_ = row_end_;
        return true;
    }

    /// Walks over one row from `at_`; false when the buffer ends inside it and the file may go on.
    bool scan() {
        const char* const text = buffer_.data();
        extents_.clear();
        quoted_ = false;
        next_line_ = line_;
        std::size_t p = at_;
        if (p == end_) return file_ == nullptr;
        for (;;) {
            extent& field = extents_.emplace_back();
            if (p < end_ && text[p] == '"') {
                p = scan_quoted(p, field);
            } else {
                field.first = p;
                while (p < end_ && text[p] != format_.separator && text[p] != '\n') ++p;
                field.size = p - field.first;
                if (field.size > 0 && text[p - 1] == '\r' && (p == end_ || text[p] == '\n')) --field.size;
            }
            if (p == end_) {
                row_end_ = end_;
                return file_ == nullptr;
            }
            if (text[p++] == '\n') break;
        }
        ++next_line_;
        row_end_ = p;
        return true;
    }

    /// Walks over a quoted field that starts at `p`; returns where its separator, line end or the buffer's end is.
    std::size_t scan_quoted(std::size_t p, extent& field) {
        const char* const text = buffer_.data();
        quoted_ = true;
        field.first = ++p;
        for (; p < end_; ++p) {
            if (text[p] == '\n') ++next_line_;
            if (text[p] != '"') continue;
            if (p + 1 == end_ || text[p + 1] != '"') break;
            field.doubled_quotes = true;
            ++p;
        }
        field.size = p - field.first;
        if (p == end_) {
            if (file_ == nullptr) fail("a quoted field is never closed");
            return p;
        }
        ++p;
        if (p < end_ && text[p] == '\r') ++p;
        if (p == end_ || text[p] == '\n' || text[p] == format_.separator) return p;
        fail("text follows the closing quote of a field");
    }

    std::size_t undouble(const extent& field) {
        char* const first = buffer_.data() + field.first;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < field.size; ++i) {
            first[kept++] = first[i];
            if (first[i] == '"') ++i;
        }
        return kept;
    }

    static constexpr std::size_t chunk = 1 << 18;

    std::string source_;
    csv_format format_;
    std::string buffer_;
    detail::file_handle file_;
    std::vector<extent> extents_;
    std::vector<std::string_view> fields_;
    std::vector<std::string> names_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;
    std::size_t row_end_ = 0;
    std::size_t line_ = 1;
    std::size_t next_line_ = 1;
    bool quoted_ = false;
};

}  // namespace qutibench
