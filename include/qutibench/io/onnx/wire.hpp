// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Protocol-buffer fields with errors that say where: protozero underneath, byte offsets in every parse_error.
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/error.hpp>
#include <qutibench/io/text.hpp>

#include <cstdint>
#include <protozero/pbf_reader.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench::onnx::detail {

/// A text whose bytes are none; `wire` says where.
struct no_utf8 {
    const char* where;
};

/// Adds to a list, which begins with room for as many as most lists of a node or a tensor have.
template <class Value>
void append(std::vector<Value>& out, const Value& value) {
    if (out.capacity() == 0) out.reserve(4);
    out.push_back(value);
}

/// One field of a message. Each member takes the field when its number and wire type fit, and says whether it did. A
/// field whose wire type differs from the expected one is left alone, as protocol buffers prescribe.
class field {
public:
    explicit field(protozero::pbf_reader& reader) : reader_(reader), tag_(reader.tag_and_type()) {}

    /// Calls take(view) with the bytes of field `number`: a string, bytes or an embedded message.
    template <class Take>
    bool bytes(std::uint32_t number, Take&& take) {
        if (!is(number, protozero::pbf_wire_type::length_delimited)) return false;
        const auto view = reader_.get_view();
        take(std::string_view(view.data(), view.size()));
        return true;
    }

    bool text(std::uint32_t number, std::string_view& out) {
        return bytes(number, [&out](std::string_view found) { out = found; });
    }
    bool texts(std::uint32_t number, std::vector<std::string_view>& out) {
        return bytes(number, [&out](std::string_view found) { append(out, found); });
    }

    /// A text that is shown and written to JSON: UTF-8, as ONNX prescribes.
    bool name(std::uint32_t number, std::string_view& out) {
        return bytes(number, [&out](std::string_view found) { out = checked(found); });
    }
    bool names(std::uint32_t number, std::vector<std::string_view>& out) {
        return bytes(number, [&out](std::string_view found) { append(out, checked(found)); });
    }

    /// Calls take(value) with an integer.
    template <class Take>
    bool integer(std::uint32_t number, Take&& take) {
        if (!is(number, protozero::pbf_wire_type::varint)) return false;
        take(reader_.get_int64());
        return true;
    }

    /// Calls take(value) for each integer of a repeated field, packed or not, until it returns false.
    template <class Take>
    bool integers(std::uint32_t number, Take&& take) {
        if (is(number, protozero::pbf_wire_type::varint)) {
            take(reader_.get_int64());
            return true;
        }
        return is(number, protozero::pbf_wire_type::length_delimited) && each(reader_.get_packed_int64(), take);
    }

    template <class Take>
    bool floats(std::uint32_t number, Take&& take) {
        if (is(number, protozero::pbf_wire_type::fixed32)) {
            take(reader_.get_float());
            return true;
        }
        return is(number, protozero::pbf_wire_type::length_delimited) && each(reader_.get_packed_float(), take);
    }

    template <class Take>
    bool doubles(std::uint32_t number, Take&& take) {
        if (is(number, protozero::pbf_wire_type::fixed64)) {
            take(reader_.get_double());
            return true;
        }
        return is(number, protozero::pbf_wire_type::length_delimited) && each(reader_.get_packed_double(), take);
    }

private:
    [[nodiscard]] static std::string_view checked(std::string_view text) {
        if (!qutibench::detail::is_utf8(text)) throw no_utf8{text.data()};
        return text;
    }

    [[nodiscard]] bool is(std::uint32_t number, protozero::pbf_wire_type type) const {
        return tag_ == protozero::tag_and_type(number, type);
    }

    template <class Range, class Take>
    static bool each(const Range& range, Take&& take) {
        for (const auto value : range)
            if (!take(value)) break;
        return true;
    }

    protozero::pbf_reader& reader_;
    std::uint32_t tag_;
};

/// Appends every value to `out`.
template <class Value>
[[nodiscard]] auto appending(std::vector<Value>& out) {
    return [&out](Value value) {
        append(out, value);
        return true;
    };
}

/// Walks messages that lie in one file.
class wire {
public:
    /// `file` and `name`, which stands in the errors, must outlive this object.
    wire(std::string_view file, std::string_view name) : file_(file), name_(name) {}

    [[noreturn]] void fail(const char* where, const std::string& reason) const {
        throw parse_error(std::string(name_),
                          qutibench::detail::message({"byte ", static_cast<std::int64_t>(where - file_.data())}),
                          reason);
    }

    /// Calls take(field) for each field of `message` and skips those for which it returns false.
    /// Throws parse_error at the byte where the encoding breaks.
    template <class Take>
    void walk(std::string_view message, Take&& take) const {
        protozero::pbf_reader reader(message.data(), message.size());
        try {
            while (reader.next())
                if (!take(field(reader))) reader.skip();
        } catch (const protozero::exception& broken) {
            fail(reader.data().data(), std::string("this is not valid protocol-buffer data (") + broken.what() + ")");
        } catch (const no_utf8& broken) {
            fail(broken.where, "this name is not UTF-8, as ONNX prescribes");
        }
    }

    [[nodiscard]] std::size_t offset(std::string_view part) const {
        return static_cast<std::size_t>(part.data() - file_.data());
    }

private:
    std::string_view file_;
    std::string_view name_;
};

}  // namespace qutibench::onnx::detail
