// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// FlatBuffers as their format description has them (https://flatbuffers.dev/internals): tables with a list of field
/// offsets, vectors and strings with their length in front, little-endian. Every access is checked against the file.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/error.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace qutibench::flatbuffer {

class table;

/// A file that tables are read from. Tables may share parts, so that a small file could stand for endless ones; what is
/// read of vectors is therefore limited to a multiple of the file.
class buffer {
public:
    buffer(std::string_view bytes, const std::string& name) : bytes_(bytes), name_(&name) {
        left_ = std::uint64_t{16} * bytes.size() + (1U << 16);
    }

    /// The table that the file starts with. Throws parse_error, as everything here does, with a byte offset.
    [[nodiscard]] table root() const;

    [[noreturn]] void fail(std::uint64_t at, const std::string& reason) const {
        throw parse_error(*name_, detail::message({"byte ", static_cast<std::int64_t>(at)}), reason);
    }

    /// A number at a byte offset.
    template <class Number>
    [[nodiscard]] Number read(std::uint64_t at) const {
        using bits = std::make_unsigned_t<Number>;
        require(at, sizeof(Number));
        bits value = 0;
        for (std::size_t i = 0; i < sizeof(Number); ++i)
            value = static_cast<bits>(
                value | static_cast<bits>(static_cast<bits>(static_cast<unsigned char>(bytes_[at + i])) << (8 * i)));
        return static_cast<Number>(value);
    }

    void require(std::uint64_t at, std::uint64_t size) const {
        if (at > bytes_.size() || size > bytes_.size() - at) fail(at, "this points outside the file");
    }

    /// Takes note that `count` elements are read.
    void spend(std::uint64_t count, std::uint64_t at) const {
        if (count > left_) fail(at, "tables of this file share so much that reading them all would not end");
        left_ -= count;
    }

    [[nodiscard]] std::string_view bytes() const { return bytes_; }

private:
    std::string_view bytes_;
    const std::string* name_;
    mutable std::uint64_t left_ = 0;
};

/// A vector of a table: how many elements there are, and where the first one is.
struct extent {
    std::uint64_t first = 0;
    std::uint32_t size = 0;
};

/// A table of a file; an absent one has no fields.
class table {
public:
    table() = default;
    table(const buffer& from, std::uint64_t at) : from_(&from), at_(at) {
        const auto back = from.read<std::int32_t>(at);
        const std::int64_t fields = static_cast<std::int64_t>(at) - back;
        if (fields < 0) from.fail(at, "the list of fields of this table lies before the file");
        fields_ = static_cast<std::uint64_t>(fields);
        size_ = from.read<std::uint16_t>(fields_);
        if (size_ < 4) from.fail(fields_, "this list of fields is too short");
        from.require(fields_, size_);
    }

    [[nodiscard]] bool is_present() const { return from_ != nullptr; }
    [[nodiscard]] std::uint64_t place() const { return at_; }

    /// A field by its number in the schema; `absent` where the file leaves it out.
    template <class Number>
    [[nodiscard]] Number number(unsigned field, Number absent = 0) const {
        const std::uint64_t at = place_of(field);
        return at == 0 ? absent : from_->read<Number>(at);
    }

    [[nodiscard]] table child(unsigned field) const {
        const std::uint64_t at = place_of(field);
        return at == 0 ? table() : table(*from_, target(at));
    }

    [[nodiscard]] std::string_view text(unsigned field) const {
        const extent found = vector(field, 1);
        return found.size == 0 ? std::string_view() : from_->bytes().substr(found.first, found.size);
    }

    /// A vector of elements of `width` bytes.
    [[nodiscard]] extent vector(unsigned field, std::uint64_t width) const {
        const std::uint64_t at = place_of(field);
        if (at == 0) return {};
        const std::uint64_t start = target(at);
        const auto size = from_->read<std::uint32_t>(start);
        from_->require(start + 4, size * width);
        return {start + 4, size};
    }

    /// Element `i` of a vector of tables.
    [[nodiscard]] table element(const extent& of, std::uint32_t i) const {
        from_->spend(1, of.first);
        const std::uint64_t at = of.first + std::uint64_t{4} * i;
        return {*from_, target(at)};
    }

    template <class Number>
    [[nodiscard]] std::vector<Number> numbers(unsigned field) const {
        const extent found = vector(field, sizeof(Number));
        if (found.size == 0) return {};
        from_->spend(found.size, found.first);
        std::vector<Number> all;
        all.reserve(found.size);
        for (std::uint32_t i = 0; i < found.size; ++i)
            all.push_back(from_->read<Number>(found.first + std::uint64_t{i} * sizeof(Number)));
        return all;
    }

private:
    [[nodiscard]] std::uint64_t target(std::uint64_t at) const { return at + from_->read<std::uint32_t>(at); }

    /// Byte offset of a field; 0 where the table does not hold it.
    [[nodiscard]] std::uint64_t place_of(unsigned field) const {
        const std::uint64_t entry = 4 + std::uint64_t{2} * field;
        if (from_ == nullptr || entry + 2 > size_) return 0;
        const auto offset = from_->read<std::uint16_t>(fields_ + entry);
        return offset == 0 ? 0 : at_ + offset;
    }

    const buffer* from_ = nullptr;
    std::uint64_t at_ = 0;
    std::uint64_t fields_ = 0;
    std::uint64_t size_ = 0;
};

inline table buffer::root() const {
    return {*this, read<std::uint32_t>(0)};
}

}  // namespace qutibench::flatbuffer
