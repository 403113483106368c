// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The header of a GGUF file (ggml's docs/gguf.md, versions 2 and 3): metadata and tensors, without the weights.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/error.hpp>
#include <qutibench/io/language/tensor_list.hpp>
#include <qutibench/language/ggml_types.hpp>

#include <cstring>
#include <map>
#include <variant>

namespace qutibench {

/// A value of the metadata; of arrays the number of elements is kept, and the elements where they are few numbers.
struct gguf_value {
    std::variant<std::int64_t, double, bool, std::string> single{};
    std::int64_t count = -1;              ///< elements of an array; -1: no array
    std::vector<std::int64_t> numbers{};  ///< of an array of at most 4096 whole numbers or truth values
};

/// What a GGUF file says of itself.
struct gguf_header {
    std::uint32_t version = 0;
    std::map<std::string, gguf_value, std::less<>> metadata{};
    tensor_list tensors{};
    std::int64_t header_bytes = 0;  ///< read until the last tensor's description
    std::int64_t data_offset = 0;   ///< where the tensors start in the file

    /// A whole number of the metadata, the first of an array; `otherwise` where there is none.
    [[nodiscard]] std::int64_t number(std::string_view key, std::int64_t otherwise) const {
        const auto found = metadata.find(key);
        if (found == metadata.end()) return otherwise;
        if (!found->second.numbers.empty()) return found->second.numbers.front();
        const auto* const value = std::get_if<std::int64_t>(&found->second.single);
        return value != nullptr ? *value : otherwise;
    }
    [[nodiscard]] std::string text(std::string_view key) const {
        const auto found = metadata.find(key);
        if (found == metadata.end()) return {};
        const auto* const value = std::get_if<std::string>(&found->second.single);
        return value != nullptr ? *value : std::string();
    }
};

namespace detail {

/// Reads a GGUF header from the front of a file. Every length is checked against what is left before it is believed.
class gguf_reader {
public:
    gguf_reader(std::string_view bytes, const std::string& source) : bytes_(bytes), source_(source) {}

    [[nodiscard]] gguf_header read() {
        if (bytes_.substr(0, 4) != "GGUF") fail("this is no GGUF file: it does not start with 'GGUF'");
        at_ = 4;
        gguf_header header;
        header.version = number<std::uint32_t>();
        if (header.version < 2 || header.version > 3)
            fail(message({"GGUF version ", header.version, " is not known; 2 and 3 are"}));
        const std::int64_t tensors = count(24);
        const std::int64_t values = count(12);
        for (std::int64_t i = 0; i < values; ++i) {
            std::string key = text();
            gguf_value read = value();
            if (!header.metadata.emplace(key, std::move(read)).second) fail("the key '" + key + "' comes twice");
        }
        for (std::int64_t i = 0; i < tensors; ++i) header.tensors.add(tensor());
        header.header_bytes = static_cast<std::int64_t>(at_);
        const std::int64_t alignment = header.number("general.alignment", 32);
        if (alignment < 1 || alignment > 1 << 20) fail("general.alignment must be between 1 and 1048576");
        header.data_offset = ceil_divide(header.header_bytes, alignment) * alignment;
        return header;
    }

private:
    [[noreturn]] void fail(const std::string& reason) const {
        throw parse_error(source_, message({"byte ", static_cast<std::uint64_t>(at_)}), reason);
    }

    template <class Number>
    [[nodiscard]] Number number() {
        if (bytes_.size() - at_ < sizeof(Number)) fail("the header ends in the middle of a number");
        Number value{};
        std::memcpy(&value, bytes_.data() + at_, sizeof value);
        at_ += sizeof value;
        return value;
    }

    // A number of things of which each takes at least `least` bytes of what is left.
    [[nodiscard]] std::int64_t count(std::size_t least) {
        const auto value = number<std::uint64_t>();
        if (value > (bytes_.size() - at_) / least)
            fail(message({"a count of ", value, " cannot be: the header is not that long"}));
        return static_cast<std::int64_t>(value);
    }

    [[nodiscard]] std::string text() {
        const auto size = static_cast<std::size_t>(count(1));
        std::string value(bytes_.substr(at_, size));
        at_ += size;
        return value;
    }

    [[nodiscard]] gguf_value value() {
        const auto type = number<std::uint32_t>();
        return type == array_type ? array() : scalar(type);
    }

    [[nodiscard]] gguf_value scalar(std::uint32_t type) {
        const auto whole = [](auto one) { return gguf_value{static_cast<std::int64_t>(one)}; };
        switch (type) {
            case 0:
                return whole(number<std::uint8_t>());
            case 1:
                return whole(number<std::int8_t>());
            case 2:
                return whole(number<std::uint16_t>());
            case 3:
                return whole(number<std::int16_t>());
            case 4:
                return whole(number<std::uint32_t>());
            case 5:
                return whole(number<std::int32_t>());
            case 6:
                return {static_cast<double>(number<float>())};
            case 7:
                return {number<std::uint8_t>() != 0};
            case 8:
                return {text()};
            case 10:
                return whole(number<std::uint64_t>());
            case 11:
                return whole(number<std::int64_t>());
            case 12:
                return {number<double>()};
            default:
                fail(message({"a value of type ", type, " is not known"}));
        }
    }

    [[nodiscard]] gguf_value array() {
        const auto type = number<std::uint32_t>();
        if (type == array_type) fail("arrays of arrays are not known");
        gguf_value all;
        all.count = count(type == 8 ? 8 : 1);
        for (std::int64_t i = 0; i < all.count; ++i) {
            const gguf_value one = scalar(type);
            if (all.count > 4096) continue;
            if (const auto* const whole = std::get_if<std::int64_t>(&one.single)) all.numbers.push_back(*whole);
            if (const auto* const truth = std::get_if<bool>(&one.single)) all.numbers.push_back(*truth ? 1 : 0);
        }
        return all;
    }

    [[nodiscard]] stored_tensor tensor() {
        stored_tensor one;
        one.name = text();
        const auto rank = number<std::uint32_t>();
        if (rank < 1 || rank > 8) fail(message({"tensor '", one.name, "' has ", rank, " dimensions"}));
        one.elements = 1;
        for (std::uint32_t i = 0; i < rank; ++i) {
            const auto extent = number<std::uint64_t>();
            if (extent < 1 || extent > (std::uint64_t{1} << 48U))
                fail(message({"tensor '", one.name, "' has an extent of ", extent}));
            one.extents.push_back(static_cast<std::int64_t>(extent));
            one.elements = multiply(one.elements, one.extents.back());
        }
        const auto type = number<std::uint32_t>();
        const ggml_type* const known = find_ggml_type(type);
        if (known == nullptr) fail(message({"tensor '", one.name, "' has type ", type, ", which is not known"}));
        if (one.extents.front() % known->block != 0)
            fail(message({"tensor '", one.name, "': rows of ", one.extents.front(), " elements are no whole blocks of ",
                          known->name}));
        one.format = known->name;
        one.bytes = multiply(one.elements / known->block, known->bytes);
        static_cast<void>(number<std::uint64_t>());  // where its data start
        return one;
    }

    static constexpr std::uint32_t array_type = 9;

    std::string_view bytes_;
    const std::string& source_;
    std::size_t at_ = 0;
};

}  // namespace detail

/// The header in the front of a GGUF file; `front` may end anywhere behind it. Throws parse_error with the byte where
/// it is not what it claims to be, overflow_error past 64 bits.
[[nodiscard]] inline gguf_header parse_gguf(std::string_view front, const std::string& source) {
    return detail::gguf_reader(front, source).read();
}

}  // namespace qutibench
