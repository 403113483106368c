// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <string_view>

namespace qutibench::onnx {

/// Element types of a tensor, numbered as TensorProto.DataType in onnx.proto.
enum class element_type : std::uint8_t {
    undefined = 0,
    float32 = 1,
    uint8 = 2,
    int8 = 3,
    uint16 = 4,
    int16 = 5,
    int32 = 6,
    int64 = 7,
    string = 8,
    boolean = 9,
    float16 = 10,
    float64 = 11,
    uint32 = 12,
    uint64 = 13,
    complex64 = 14,
    complex128 = 15,
    bfloat16 = 16,
    float8e4m3fn = 17,
    float8e4m3fnuz = 18,
    float8e5m2 = 19,
    float8e5m2fnuz = 20,
    uint4 = 21,
    int4 = 22,
    float4e2m1 = 23,
    float8e8m0 = 24,
    uint2 = 25,
    int2 = 26,
};

namespace detail {

struct element_type_entry {
    std::string_view name;
    int bits;
    char family;  // 'f' floating, 'i' signed, 'u' unsigned, 'b' boolean, 's' string, 'c' complex, '?' none
};

inline constexpr element_type_entry element_types[] = {
    {"undefined", 0, '?'},      {"float32", 32, 'f'},     {"uint8", 8, 'u'},          {"int8", 8, 'i'},
    {"uint16", 16, 'u'},        {"int16", 16, 'i'},       {"int32", 32, 'i'},         {"int64", 64, 'i'},
    {"string", 0, 's'},         {"bool", 8, 'b'},         {"float16", 16, 'f'},       {"float64", 64, 'f'},
    {"uint32", 32, 'u'},        {"uint64", 64, 'u'},      {"complex64", 64, 'c'},     {"complex128", 128, 'c'},
    {"bfloat16", 16, 'f'},      {"float8e4m3fn", 8, 'f'}, {"float8e4m3fnuz", 8, 'f'}, {"float8e5m2", 8, 'f'},
    {"float8e5m2fnuz", 8, 'f'}, {"uint4", 4, 'u'},        {"int4", 4, 'i'},           {"float4e2m1", 4, 'f'},
    {"float8e8m0", 8, 'f'},     {"uint2", 2, 'u'},        {"int2", 2, 'i'},
};

inline constexpr std::int64_t element_type_count =
    static_cast<std::int64_t>(sizeof(element_types) / sizeof(element_types[0]));

[[nodiscard]] constexpr const element_type_entry& entry(element_type type) {
    return element_types[static_cast<std::size_t>(type)];
}

}  // namespace detail

/// The type numbered `code`; a number that this library does not know is `undefined`.
[[nodiscard]] constexpr element_type to_element_type(std::int64_t code) {
    return code >= 0 && code < detail::element_type_count ? static_cast<element_type>(code) : element_type::undefined;
}

/// Lower-case name as NumPy and ONNX write it, e.g. "float32", "int8", "bool".
[[nodiscard]] constexpr std::string_view name(element_type type) {
    return detail::entry(type).name;
}

/// Bits of one element in memory; 0 for strings and undefined types.
[[nodiscard]] constexpr int bits(element_type type) {
    return detail::entry(type).bits;
}

[[nodiscard]] constexpr bool is_floating(element_type type) {
    return detail::entry(type).family == 'f';
}

/// Signed, unsigned or boolean.
[[nodiscard]] constexpr bool is_integral(element_type type) {
    const char family = detail::entry(type).family;
    return family == 'i' || family == 'u' || family == 'b';
}

[[nodiscard]] constexpr bool is_unsigned(element_type type) {
    return detail::entry(type).family == 'u';
}

}  // namespace qutibench::onnx
