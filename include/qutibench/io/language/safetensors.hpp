// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The header of a safetensors file: eight bytes of length, then JSON with each tensor's format, shape and place.
#pragma once

#include <qutibench/io/json/reader.hpp>
#include <qutibench/io/language/tensor_list.hpp>

#include <cstring>

namespace qutibench {

namespace detail {

/// Bits of an element of a safetensors format; 0 where the name is not known.
[[nodiscard]] constexpr std::int64_t safetensors_bits(std::string_view name) {
    struct format {
        std::string_view name;
        std::int64_t bits;
    };
    constexpr format known[] = {{"F64", 64},    {"F32", 32}, {"F16", 16},    {"BF16", 16},   {"I64", 64},
                                {"I32", 32},    {"I16", 16}, {"I8", 8},      {"U64", 64},    {"U32", 32},
                                {"U16", 16},    {"U8", 8},   {"BOOL", 8},    {"F8_E4M3", 8}, {"F8_E5M2", 8},
                                {"F8_E8M0", 8}, {"F4", 4},   {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"C64", 64}};
    for (const format& one : known)
        if (one.name == name) return one.bits;
    return 0;
}

[[nodiscard]] inline stored_tensor safetensor(const json_reader& at, const std::string& name) {
    at.expect_keys({"dtype", "shape", "data_offsets"});
    stored_tensor one;
    one.name = name;
    one.format = at["dtype"].text();
    const std::int64_t bits = safetensors_bits(one.format);
    if (bits == 0) at["dtype"].fail("the format '" + one.format + "' is not known");
    one.elements = 1;
    for (const json_reader& extent : at["shape"].elements()) {
        const std::int64_t value = extent.integer();
        if (value < 0) extent.fail("must not be negative");
        one.extents.push_back(value);
        one.elements = extent.checked([&] { return multiply(one.elements, value); });
    }
    const json_reader place = at["data_offsets"];
    const auto offsets = place.elements();
    if (offsets.size() != 2) place.fail("must hold a start and an end");
    const std::int64_t start = offsets[0].integer();
    const std::int64_t end = offsets[1].integer();
    if (start < 0 || end < start) place.fail("must be a start and an end after it");
    one.bytes = end - start;
    const std::int64_t wanted = at.checked([&] { return ceil_divide(multiply(one.elements, bits), 8); });
    if (one.bytes != wanted) place.fail(message({"holds ", one.bytes, " bytes, but the shape takes ", wanted}));
    return one;
}

}  // namespace detail

/// The most that a header may have: what the format's own reader allows.
inline constexpr std::uint64_t safetensors_header_limit = 100'000'000;

/// Bytes of a safetensors header with its length, from the first eight bytes of a file. Throws parse_error when the
/// length cannot be.
[[nodiscard]] inline std::uint64_t safetensors_header_size(std::string_view front, const std::string& source) {
    if (front.size() < 8) throw parse_error(source, "byte 0", "this is no safetensors file: it has no header");
    std::uint64_t length = 0;
    std::memcpy(&length, front.data(), sizeof length);
    if (length < 2 || length > safetensors_header_limit)
        throw parse_error(source, "byte 0",
                          detail::message({"this is no safetensors file: a header cannot have ", length, " bytes"}));
    return length + 8;
}

/// The tensors of a safetensors file, from its header; `front` may end anywhere behind it. Throws parse_error with the
/// place of what is wrong.
[[nodiscard]] inline tensor_list parse_safetensors(std::string_view front, const std::string& source) {
    const std::uint64_t size = safetensors_header_size(front, source);
    if (front.size() < size) throw parse_error(source, "byte 8", "the file ends within its header");
    const detail::json document = detail::parse_json(front.substr(8, size - 8), source);
    if (!document.is_object()) throw parse_error(source, "byte 8", "the header must be an object");
    const detail::json_reader reader(document, source);
    tensor_list list;
    for (const auto& member : document.items())
        if (member.key() != "__metadata__") list.add(detail::safetensor(reader[member.key()], member.key()));
    return list;
}

}  // namespace qutibench
