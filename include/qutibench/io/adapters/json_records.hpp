// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Streams the records of a JSON file: of a long array one element is in memory at a time.
#pragma once

#include <qutibench/io/adapters/figures.hpp>
#include <qutibench/io/adapters/input.hpp>
#include <qutibench/io/json/reader.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench {

/// The scalars of one JSON object, by their path inside it: "name", "args/op_name", "shape/0".
class json_record {
public:
    /// What a scalar is; `number` holds a boolean as 0 or 1.
    enum class scalar_kind : unsigned char { null, boolean, number, text };
    /// One value of the object, with the path that leads to it.
    struct scalar {
        std::string path{};
        scalar_kind kind = scalar_kind::null;
        double number = 0;
        std::string text{};
    };

    [[nodiscard]] const scalar* find(std::string_view path) const {
        for (std::size_t i = 0; i < size_; ++i)
            if (scalars_[i].path == path) return &scalars_[i];
        return nullptr;
    }
    [[nodiscard]] bool has(std::string_view path) const { return find(path) != nullptr; }

    /// NaN when it is absent or null; a number in quotes is a number. Throws parse_error when it is neither.
    [[nodiscard]] double number(std::string_view path) const {
        const scalar* const one = find(path);
        if (one == nullptr || one->kind == scalar_kind::null) return detail::not_stated;
        if (one->kind == scalar_kind::number) return one->number;
        if (one->kind == scalar_kind::boolean) fail(std::string(path) + " should be a number");
        return detail::read_figure(one->text,
                                   [&](const std::string& reason) { fail(std::string(path) + ": " + reason); });
    }

    /// As `number`, for what must be whole; nothing when it is absent.
    [[nodiscard]] std::optional<std::int64_t> count(std::string_view path) const {
        const double value = number(path);
        if (value != value) return std::nullopt;
        if (!(value >= -9e15 && value <= 9e15) || std::nearbyint(value) != value)
            fail(std::string(path) + " should be a whole number");
        return static_cast<std::int64_t>(value);
    }

    /// Empty when it is absent or not a text.
    [[nodiscard]] std::string_view text(std::string_view path) const {
        const scalar* const one = find(path);
        return one == nullptr ? std::string_view() : std::string_view(one->text);
    }

    /// Whether it is true.
    [[nodiscard]] bool flag(std::string_view path) const {
        const scalar* const one = find(path);
        return one != nullptr && one->kind == scalar_kind::boolean && one->number == 1;
    }

    [[nodiscard]] std::span<const scalar> scalars() const { return {scalars_.data(), size_}; }
    /// JSON pointer of the record in its file; empty for the whole file.
    [[nodiscard]] const std::string& pointer() const { return pointer_; }

    /// Throws parse_error about this record.
    [[noreturn]] void fail(const std::string& reason) const { throw parse_error(*source_, pointer_, reason); }

    void begin(const std::string& source, std::string pointer) {
        source_ = &source;
        pointer_ = std::move(pointer);
        size_ = 0;
    }
    /// A fresh scalar; its storage is that of an earlier record.
    scalar& append(std::string_view path) {
        if (size_ == scalars_.size()) scalars_.emplace_back();
        scalar& one = scalars_[size_++];
        one.path = path;
        one.text.clear();
        return one;
    }

private:
    std::vector<scalar> scalars_;
    std::size_t size_ = 0;
    const std::string* source_ = nullptr;
    std::string pointer_;
};

namespace detail {

/// The bytes of an input for nlohmann's parser.
class json_bytes {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    struct stream {
        chunk_reader chunks;
        const std::string* name;
        std::string_view left{};
        std::size_t chunk = 0;    ///< bytes of the present chunk
        std::size_t pending = 0;  ///< bytes of chunks that went by since the last text, number or bracket
    };

    json_bytes() = default;
    explicit json_bytes(stream& from) : from_(&from) { refill(); }
    reference operator*() const { return from_->left.front(); }
    json_bytes& operator++() {
        from_->left.remove_prefix(1);
        if (from_->left.empty()) refill();
        return *this;
    }
    json_bytes operator++(int) {
        ++*this;
        return *this;
    }
    friend bool operator==(const json_bytes& a, const json_bytes& b) { return a.from_ == b.from_; }

private:
    void refill() {
        from_->pending += from_->chunk;
        from_->left = from_->chunks.next();
        from_->chunk = from_->left.size();
        if (!from_->left.empty() && from_->pending > piece_limit)
            throw parse_error(*from_->name, "", "one text of it has more than 64 MiB");
        if (from_->left.empty()) from_ = nullptr;
    }
    stream* from_ = nullptr;
};

/// Follows the parser, collects the scalars of the objects at the wanted places and hands each object over.
template <class Receive>
class record_collector {
public:
    record_collector(json_bytes::stream& from, std::initializer_list<std::string_view> places, Receive& receive)
        : from_(&from), source_(from.name), places_(places), receive_(&receive) {}

    bool null() { return value(json_record::scalar_kind::null, 0, {}); }
    bool boolean(bool one) { return value(json_record::scalar_kind::boolean, one ? 1 : 0, {}); }
    bool number_integer(std::int64_t one) {
        return value(json_record::scalar_kind::number, static_cast<double>(one), {});
    }
    bool number_unsigned(std::uint64_t one) {
        return value(json_record::scalar_kind::number, static_cast<double>(one), {});
    }
    bool number_float(double one, const std::string&) { return value(json_record::scalar_kind::number, one, {}); }
    bool string(std::string& one) { return value(json_record::scalar_kind::text, 0, one); }
    bool binary(std::vector<std::uint8_t>&) { return true; }

    bool start_object(std::size_t) {
        step();
        if (!inside_ && wanted()) {
            inside_ = true;
            depth_ = levels_.size();
            prefix_ = path_.size();
            held_ = 0;
            record_.begin(*source_, path_);
        }
        return enter(false);
    }
    bool start_array(std::size_t) {
        step();
        return enter(true);
    }
    bool key(std::string& name) {
        from_->pending = 0;
        path_.resize(levels_.back().base);
        path_ += pointer_step(name);
        return true;
    }
    bool end_object() {
        leave();
        if (inside_ && levels_.size() == depth_) {
            inside_ = false;
            (*receive_)(static_cast<const json_record&>(record_));
        }
        return true;
    }
    bool end_array() {
        leave();
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& wrong) {
        const std::string_view what = wrong.what();
        const std::size_t at = what.find(" at line ");
        const std::size_t end = what.find(": ", at == std::string_view::npos ? 0 : at);
        const std::string_view place =
            at == std::string_view::npos ? std::string_view() : what.substr(at + 4, end - at - 4);
        throw qutibench::parse_error(*source_, std::string(place), parser_reason(what));
    }

private:
    struct level {
        bool is_array;
        std::size_t base;
        std::size_t index;
    };

    bool value(json_record::scalar_kind kind, double number, std::string_view text) {
        step();
        if (!inside_) return true;
        held_ += path_.size() + text.size();
        if (held_ > piece_limit) record_.fail("this record has more than 64 MiB");
        json_record::scalar& one = record_.append(std::string_view(path_).substr(prefix_ + 1));
        one.kind = kind;
        one.number = number;
        one.text = text;
        return true;
    }

    // In an array the path of what comes next is its index; in an object the key has set it.
    void step() {
        from_->pending = 0;
        if (levels_.empty() || !levels_.back().is_array) return;
        path_.resize(levels_.back().base);
        path_ += '/';
        path_ += std::to_string(levels_.back().index++);
    }

    bool enter(bool is_array) {
        constexpr std::size_t deepest = 64;
        if (levels_.size() == deepest)
            throw qutibench::parse_error(*source_, path_, "this is nested more than 64 deep");
        levels_.push_back({is_array, path_.size(), 0});
        return true;
    }
    void leave() {
        path_.resize(levels_.back().base);
        levels_.pop_back();
    }

    [[nodiscard]] bool wanted() const {
        for (const std::string_view place : places_)
            if (matches(path_, place)) return true;
        return false;
    }

    static bool matches(std::string_view path, std::string_view place) {
        while (!path.empty() && !place.empty()) {
            const std::string_view a = path.substr(0, path.find('/', 1)), b = place.substr(0, place.find('/', 1));
            if (b != "/*" && a != b) return false;
            path.remove_prefix(a.size());
            place.remove_prefix(b.size());
        }
        return path.empty() && place.empty();
    }

    json_bytes::stream* from_;
    const std::string* source_;
    std::vector<std::string_view> places_;
    Receive* receive_;
    json_record record_;
    std::vector<level> levels_;
    std::string path_;
    std::size_t depth_ = 0;
    std::size_t prefix_ = 0;
    std::size_t held_ = 0;  ///< bytes of the record
    bool inside_ = false;
};

}  // namespace detail

/// Calls `receive(record)` for every object at one of the `places` of a JSON file: JSON pointers with "*" for any
/// step, "" for the whole file. An object inside a record belongs to it. Throws parse_error with line and column.
template <class Receive>
void for_each_json_record(const adapter_input& input, std::initializer_list<std::string_view> places, Receive receive) {
    detail::json_bytes::stream from{input.chunks(), &input.name()};
    detail::record_collector<Receive> collector(from, places, receive);
    nlohmann::json::sax_parse(detail::json_bytes(from), detail::json_bytes(), &collector);
}

}  // namespace qutibench
