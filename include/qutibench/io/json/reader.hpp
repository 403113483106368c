// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reading JSON so that every mistake is reported with its place: duplicates, unknown keys and wrong types included.
#pragma once

#include <qutibench/detail/pause.hpp>
#include <qutibench/error.hpp>
#include <qutibench/io/text.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench::detail {

using json = nlohmann::json;
using ordered_json = nlohmann::ordered_json;  // what is written keeps the order it was put in

/// A key as a step of a JSON pointer (RFC 6901).
[[nodiscard]] inline std::string pointer_step(std::string_view key) {
    std::string step = "/";
    for (const char one : key) step += one == '~' ? "~0" : one == '/' ? "~1" : std::string(1, one);
    return step;
}

/// Line and column of a byte, both from 1.
[[nodiscard]] inline std::string place_of_byte(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, byte == 0 ? 0 : byte - 1);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    return message({"line ", static_cast<std::int64_t>(line), ", column ", static_cast<std::uint64_t>(column)});
}

/// What nlohmann_json says is wrong, without its own place and within reason.
[[nodiscard]] inline std::string parser_reason(std::string_view what) {
    for (const std::string_view mark : {"syntax error ", "] "})
        if (const std::size_t at = what.find(mark); at != std::string_view::npos) {
            what.remove_prefix(mark == "] " ? at + mark.size() : at);
            break;
        }
    constexpr std::size_t longest = 200;
    const bool literal = what.find("invalid literal") != std::string_view::npos;
    return message({what.substr(0, longest), what.size() > longest ? "..." : "",
                    literal ? " (JSON has no NaN or infinity: leave out what is not known)" : ""});
}

/// What a document may hold at most; no file of this project comes near.
inline constexpr std::size_t json_depth_limit = 64;
inline constexpr std::size_t json_value_limit = 2'000'000;

/// Builds a document while it is read, and refuses what must not be kept: levels and values past the limits, keys that
/// come twice.
class json_builder final : public nlohmann::json_sax<json> {
public:
    json_builder(std::string_view text, const std::string& source) : text_(text), source_(source) {}

    [[nodiscard]] json take() { return std::move(root_); }

    bool null() override { return one(nullptr); }
    bool boolean(bool value) override { return one(value); }
    bool number_integer(number_integer_t value) override { return one(value); }
    bool number_unsigned(number_unsigned_t value) override { return one(value); }
    bool number_float(number_float_t value, const string_t&) override { return one(value); }
    bool string(string_t& value) override { return one(value); }
    bool binary(binary_t&) override { return one(nullptr); }  // which text has none of
    bool start_object(std::size_t) override { return enter(json::object()); }
    bool start_array(std::size_t) override { return enter(json::array()); }
    bool end_object() override { return leave(); }
    bool end_array() override { return leave(); }
    bool key(string_t& name) override {
        level& present = levels_.back();
        const auto [at, is_new] = present.of->emplace(name, nullptr);
        present.key = &at.key();
        present.member = &*at;
        if (!is_new) throw qutibench::parse_error(source_, pointer(), "this key comes twice");
        return true;
    }
    bool parse_error(std::size_t byte, const std::string&, const json::exception& wrong) override {
        const bool syntax = dynamic_cast<const json::parse_error*>(&wrong) != nullptr;
        throw qutibench::parse_error(source_, syntax ? place_of_byte(text_, byte) : pointer(),
                                     parser_reason(wrong.what()));
    }

private:
    // An array or an object that is not closed yet.
    struct level {
        json* of = nullptr;
        const std::string* key = nullptr;  // of the present member
        json* member = nullptr;
    };

    bool one(json value) {
        if (values_ % 64 == 0) pause();
        count();
        put(std::move(value));
        return true;
    }
    bool enter(json empty) {
        if (levels_.size() == json_depth_limit) refuse("more than ", json_depth_limit, " levels");
        levels_.push_back({put(std::move(empty))});
        return true;
    }
    bool leave() {
        levels_.pop_back();
        count();
        return true;
    }
    void count() {
        if (++values_ > json_value_limit) refuse("more than ", json_value_limit, " values");
    }
    json* put(json value) {
        if (levels_.empty()) return &(root_ = std::move(value));
        level& present = levels_.back();
        if (!present.of->is_array()) return &(*present.member = std::move(value));
        present.of->push_back(std::move(value));
        return &present.of->back();
    }

    /// Where the parser is; of an array, behind what is closed.
    [[nodiscard]] std::string pointer() const {
        std::string text;
        for (const level& one : levels_)
            text += !one.of->is_array() ? pointer_step(*one.key)
                                        : "/" + std::to_string(one.of->size() - (&one == &levels_.back() ? 0 : 1));
        return text;
    }
    [[noreturn]] void refuse(const char* count, std::size_t limit, const char* what) const {
        throw qutibench::parse_error(source_, "", message({"this document has ", count, limit, what}));
    }

    std::string_view text_;
    const std::string& source_;
    json root_;
    std::vector<level> levels_;
    std::size_t values_ = 0;
};

/// Parses a document; throws parse_error with line and column, or with a JSON pointer for a key that comes twice, and
/// on more levels or values than the limits above. Nothing is kept of a document that is refused.
[[nodiscard]] inline json parse_json(std::string_view text, const std::string& source) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) throw parse_error(source, "", "the file is empty");
    if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
        throw parse_error(source, place_of_byte(text, zero + 1), "a JSON document cannot hold a zero byte");
    json_builder built(text, source);
    json::sax_parse(text.begin(), text.end(), &built);
    return built.take();
}

/// One value of a document, with its file and pointer. Everything it refuses, it refuses with both.
class json_reader {
public:
    json_reader(const json& value, const std::string& source, std::string pointer = {})
        : value_(&value), source_(&source), pointer_(std::move(pointer)) {}

    [[nodiscard]] const std::string& pointer() const { return pointer_; }
    [[nodiscard]] const std::string& source() const { return *source_; }
    [[nodiscard]] const json& value() const { return *value_; }
    [[nodiscard]] bool is_number() const { return value_->is_number(); }
    [[nodiscard]] bool is_string() const { return value_->is_string(); }
    [[nodiscard]] bool is_object() const { return value_->is_object(); }
    [[nodiscard]] bool is_array() const { return value_->is_array(); }

    [[noreturn]] void fail(const std::string& reason) const {
        throw parse_error(*source_, pointer_.empty() ? "the whole document" : pointer_, reason);
    }

    /// Refuses a value that is no object, and keys that are not among `known`, with the nearest one that is.
    void expect_keys(std::initializer_list<std::string_view> known) const {
        expect_keys(std::span(known.begin(), known.size()));
    }
    void expect_keys(std::span<const std::string_view> known) const {
        expect(value_->is_object(), "an object");
        for (const auto& member : value_->items()) {
            if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
            at(member.key(), member.value()).fail("there is no such key" + suggestion(member.key(), known));
        }
    }

    /// A member that may be absent.
    [[nodiscard]] std::optional<json_reader> find(std::string_view key) const {
        pause();
        expect(value_->is_object(), "an object");
        const auto found = value_->find(std::string(key));
        if (found == value_->end()) return std::nullopt;
        return at(key, *found);
    }

    /// A member that must be there.
    [[nodiscard]] json_reader operator[](std::string_view key) const {
        if (auto found = find(key)) return *found;
        fail(message({"the key '", key, "' is missing"}));
    }

    [[nodiscard]] std::vector<json_reader> elements() const {
        expect(value_->is_array(), "an array");
        std::vector<json_reader> all;
        all.reserve(value_->size());
        for (const json& one : *value_) all.emplace_back(one, *source_, pointer_ + "/" + std::to_string(all.size()));
        return all;
    }

    /// Text that is not empty.
    [[nodiscard]] std::string text() const {
        expect(value_->is_string(), "a text");
        if (value_->get_ref<const std::string&>().empty()) fail("this text must not be empty");
        return value_->get<std::string>();
    }

    [[nodiscard]] bool boolean() const {
        expect(value_->is_boolean(), "true or false");
        return value_->get<bool>();
    }

    [[nodiscard]] double number() const {
        expect(value_->is_number(), "a number");
        return value_->get<double>();
    }

    /// A number from a half-open range; `what` completes "must be ...".
    [[nodiscard]] double number_within(double above, double to, std::string_view what) const {
        const double one = number();
        if (!(one > above && one <= to)) fail(message({"must be ", what, ", not ", value_->dump()}));
        return one;
    }

    [[nodiscard]] double positive() const { return number_within(0, 1e300, "positive and finite"); }

    /// A whole number, which may be written 1e9.
    [[nodiscard]] std::int64_t integer() const {
        if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > INT64_MAX) fail("does not fit 64 bits");
        if (value_->is_number_integer()) return value_->get<std::int64_t>();
        const double one = number();
        if (!(one > -9.2e18 && one < 9.2e18) || static_cast<double>(static_cast<std::int64_t>(one)) != one)
            fail("must be a whole number of at most 64 bits, not " + value_->dump());
        return static_cast<std::int64_t>(one);
    }

    /// Calls `read`, and reports what it throws as a mistake in this place.
    template <class Read>
    auto checked(Read&& read) const -> decltype(read()) {
        try {
            return read();
        } catch (const parse_error&) {
            throw;
        } catch (const error& wrong) {
            fail(wrong.what());
        }
    }

private:
    [[nodiscard]] json_reader at(std::string_view key, const json& value) const {
        return {value, *source_, pointer_ + pointer_step(key)};
    }

    void expect(bool met, std::string_view wanted) const {
        if (met) return;
        const bool null = value_->is_null();
        fail(message({"must be ", wanted, ", not ",
                      null                  ? "null"
                      : value_->is_string() ? "a text"
                                            : value_->type_name(),
                      null ? "; leave out what is not known" : ""}));
    }

    const json* value_;
    const std::string* source_;
    std::string pointer_;
};

}  // namespace qutibench::detail
