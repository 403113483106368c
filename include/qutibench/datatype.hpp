// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Numeric formats, as types (`integer<8>`, `floating<5, 10>`) and as values (`datatype`), and the pair of formats
/// that a layer computes with: weights x activations.
#pragma once

#include <qutibench/names.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace qutibench {

/// How the bits of an element are read.
enum class number_family : unsigned char {
    integer,   ///< two's complement or unsigned; `bits` wide
    floating,  ///< sign, `exponent` and `mantissa` bits
    binary,    ///< {-1, +1}, one bit
    ternary,   ///< {-1, 0, +1}, stored in two bits
};
template <>
inline constexpr enumeration<4> names_of<number_family>{"number family", {"integer", "floating", "binary", "ternary"}};

/// A numeric format as a value. Block-scaled formats share one scale of `scale_bits` among `block` elements
/// (OCP Microscaling Formats MX v1.0, section 5), which counts towards the model size.
struct datatype {
    number_family family = number_family::floating;
    int bits = 32;
    int exponent = 8;
    int mantissa = 23;
    int block = 0;
    int scale_bits = 0;

    /// Storage per element in bits, the share of the block scale included.
    [[nodiscard]] constexpr double bits_per_element() const {
        return bits + (block > 0 ? static_cast<double>(scale_bits) / block : 0.0);
    }
    /// Storage per element in bytes; may be a fraction.
    [[nodiscard]] constexpr double bytes_per_element() const { return bits_per_element() / 8.0; }

    friend constexpr bool operator==(const datatype&, const datatype&) = default;
};

/// Two's-complement integer of `Bits` bits.
template <int Bits>
struct integer {
    static_assert(Bits >= 2 && Bits <= 64, "integer<Bits> takes 2 to 64 bits; one bit is qutibench::binary");
    static constexpr datatype value{number_family::integer, Bits, 0, Bits - 1};
    constexpr operator datatype() const { return value; }
};

/// IEEE-like floating point: one sign bit, `Exponent` and `Mantissa` bits.
template <int Exponent, int Mantissa>
struct floating {
    static_assert(Exponent >= 1 && Mantissa >= 0 && Exponent + Mantissa <= 127,
                  "floating<Exponent, Mantissa> has no such format");
    static constexpr datatype value{number_family::floating, 1 + Exponent + Mantissa, Exponent, Mantissa};
    constexpr operator datatype() const { return value; }
};

/// -1 or +1, one bit.
struct binary {
    static constexpr datatype value{number_family::binary, 1, 0, 0};
    constexpr operator datatype() const { return value; }
};

/// -1, 0 or +1, stored in two bits.
struct ternary {
    static constexpr datatype value{number_family::ternary, 2, 0, 1};
    constexpr operator datatype() const { return value; }
};

/// `Element` with one shared scale of `ScaleBits` for every `Block` elements.
template <class Element, int Block, int ScaleBits = 8>
struct block_scaled {
    static_assert(Block >= 1 && ScaleBits >= 0, "block_scaled needs a block of at least one element");
    static constexpr datatype value{
        Element::value.family, Element::value.bits, Element::value.exponent, Element::value.mantissa, Block, ScaleBits};
    constexpr operator datatype() const { return value; }
};

using bfloat = floating<8, 7>;  ///< the upper half of an fp32

inline constexpr datatype int2 = integer<2>::value, int4 = integer<4>::value, int8 = integer<8>::value,
                          int16 = integer<16>::value, int32 = integer<32>::value, fp64 = floating<11, 52>::value,
                          fp32 = floating<8, 23>::value, fp16 = floating<5, 10>::value, bf16 = bfloat::value,
                          fp8 = floating<4, 3>::value;

namespace detail {

struct named_datatype {
    std::string_view name;
    datatype value;
};

// First spelling of a value is the one that is printed.
inline constexpr std::array named_datatypes{
    named_datatype{"int2", int2},
    named_datatype{"int3", integer<3>::value},
    named_datatype{"int4", int4},
    named_datatype{"int5", integer<5>::value},
    named_datatype{"int6", integer<6>::value},
    named_datatype{"int7", integer<7>::value},
    named_datatype{"int8", int8},
    named_datatype{"int16", int16},
    named_datatype{"int32", int32},
    named_datatype{"int64", integer<64>::value},
    named_datatype{"fp64", fp64},
    named_datatype{"fp32", fp32},
    named_datatype{"tf32", floating<8, 10>::value},
    named_datatype{"fp16", fp16},
    named_datatype{"bf16", bf16},
    named_datatype{"fp8", fp8},
    named_datatype{"fp8_e4m3", fp8},
    named_datatype{"fp8_e5m2", floating<5, 2>::value},
    named_datatype{"fp6_e3m2", floating<3, 2>::value},
    named_datatype{"fp6_e2m3", floating<2, 3>::value},
    named_datatype{"fp4", floating<2, 1>::value},
    named_datatype{"fp4_e2m1", floating<2, 1>::value},
    named_datatype{"mxfp8", block_scaled<floating<4, 3>, 32>::value},
    named_datatype{"mxfp6", block_scaled<floating<3, 2>, 32>::value},
    named_datatype{"mxfp4", block_scaled<floating<2, 1>, 32>::value},
    named_datatype{"mxint8", block_scaled<integer<8>, 32>::value},
    named_datatype{"nvfp4", block_scaled<floating<2, 1>, 16>::value},
    named_datatype{"binary", binary::value},
    named_datatype{"int1", binary::value},
    named_datatype{"ternary", ternary::value},
};

/// Whether every number of `narrow` is a number of `wide`.
[[nodiscard]] constexpr bool represents(const datatype& wide, const datatype& narrow) {
    if (wide.block != 0 || wide.family == number_family::binary || wide.family == number_family::ternary)
        return wide == narrow;
    if (narrow.family == number_family::floating)
        return wide.family == number_family::floating && wide.exponent >= narrow.exponent &&
               wide.mantissa >= narrow.mantissa;
    if (wide.family == number_family::integer) return wide.bits >= narrow.bits;
    const bool reaches = wide.exponent > 8 || narrow.bits - 1 <= 1 << (wide.exponent - 1);  // -2^(bits - 1)
    return reaches && wide.mantissa + 1 >= narrow.bits;
}

/// Reads the words and numbers of a name from its front.
struct name_fields {
    std::string_view rest;

    [[nodiscard]] constexpr bool word(std::string_view one) {
        const bool found = rest.starts_with(one);
        if (found) rest.remove_prefix(one.size());
        return found;
    }
    /// Of at most nine digits, without leading zeros; -1 where there is none.
    [[nodiscard]] constexpr int number() {
        int value = -1;
        for (int digits = 0; digits < 9 && value != 0 && !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; ++digits) {
            value = std::max(value, 0) * 10 + (rest[0] - '0');
            rest.remove_prefix(1);
        }
        return value;
    }
};

/// The format whose fields `name` spells; of 0 bits where it spells none.
[[nodiscard]] constexpr datatype spelled_datatype(std::string_view name) {
    constexpr datatype none{number_family::integer, 0};
    name_fields fields{name};
    datatype type = none;
    if (fields.word("binary")) {
        type = binary::value;
    } else if (fields.word("ternary")) {
        type = ternary::value;
    } else if (fields.word("int")) {
        const int bits = fields.number();
        if (bits >= 2 && bits <= 64) type = {number_family::integer, bits, 0, bits - 1};
    } else if (fields.word("fp_e")) {
        const int exponent = fields.number();
        const int mantissa = fields.word("m") ? fields.number() : -1;
        if (exponent >= 1 && mantissa >= 0 && exponent + mantissa <= 127)
            type = {number_family::floating, 1 + exponent + mantissa, exponent, mantissa};
    }
    if (fields.word("_block")) {
        type.block = fields.number();
        type.scale_bits = fields.word("_scale") ? fields.number() : 8;
        if (type.block < 1 || type.scale_bits < 0) return none;
    }
    return fields.rest.empty() ? type : none;
}

}  // namespace detail

/// The name of a format: "int8", "bf16", "mxfp4". Formats without a common name print their fields: "int10",
/// "fp_e3m4", "int4_block16", "int4_block16_scale16" where the scale has other than 8 bits.
[[nodiscard]] inline std::string to_string(const datatype& type) {
    const auto of_fields = [&]() -> std::string {
        switch (type.family) {
            case number_family::binary:
                return "binary";
            case number_family::ternary:
                return "ternary";
            case number_family::integer:
                return "int" + std::to_string(type.bits);
            default:
                return "fp_e" + std::to_string(type.exponent) + "m" + std::to_string(type.mantissa);
        }
    };
    for (const auto& known : detail::named_datatypes)
        if (known.value == type) return std::string(known.name);
    std::string text = of_fields();
    if (type.block > 0) text += "_block" + std::to_string(type.block);
    if (type.block > 0 && type.scale_bits != 8) text += "_scale" + std::to_string(type.scale_bits);
    return text;
}

/// The format called `name`, or whose fields it spells; throws unknown_name with the nearest common one.
[[nodiscard]] inline datatype parse_datatype(std::string_view name) {
    std::array<std::string_view, detail::named_datatypes.size()> names{};
    for (std::size_t i = 0; i < names.size(); ++i) {
        names[i] = detail::named_datatypes[i].name;
        if (names[i] == name) return detail::named_datatypes[i].value;
    }
    if (const datatype spelled = detail::spelled_datatype(name); spelled.bits > 0) return spelled;
    detail::raise(unknown_name("datatype", name, detail::nearest_name(name, names)));
}

/// What a layer computes with: the format of its weights and the format of its activations.
struct precision {
    datatype weights = fp32;
    datatype activations = fp32;

    constexpr precision() = default;
    constexpr precision(const datatype& both) : weights(both), activations(both) {}
    constexpr precision(const datatype& of_weights, const datatype& of_activations)
        : weights(of_weights), activations(of_activations) {}
    /// From a format as a type: `integer<8>`, `binary`, `block_scaled<floating<4, 3>, 32>`.
    template <class Type>
        requires requires { Type::value.bits_per_element(); }
    constexpr precision(Type) : precision(Type::value) {}

    friend constexpr bool operator==(const precision&, const precision&) = default;
};

/// "int8" when both formats agree, "w2a8" for integers of at most 8 bits that differ, "int4xfp16" otherwise (weights x
/// activations).
[[nodiscard]] inline std::string to_string(const precision& pair) {
    if (pair.weights == pair.activations) return to_string(pair.weights);
    const auto narrow = [](const datatype& type) {
        return type.block == 0 && type.bits <= 8 &&
               (type.family == number_family::integer || type.family == number_family::binary);
    };
    if (narrow(pair.weights) && narrow(pair.activations))
        return "w" + std::to_string(pair.weights.bits) + "a" + std::to_string(pair.activations.bits);
    return to_string(pair.weights) + "x" + to_string(pair.activations);
}

/// Reads "int8", "w2a8" or "int4xfp16"; throws unknown_name. After "w" and "a" the field counts bits, and means
/// integers (1 bit is binary), except that 16 and 32 bits are fp16 and fp32: "w4a16" computes with fp16 activations.
/// Integers of 16 bits are spelled "int4xint16". Capitals do not matter.
[[nodiscard]] inline precision parse_precision(std::string_view name) {
    if (std::any_of(name.begin(), name.end(), [](char one) { return one >= 'A' && one <= 'Z'; }))
        return parse_precision(detail::lowered(name));
    const auto digits = [](std::string_view text) {
        return !text.empty() && text.size() <= 2 && text.find_first_not_of("0123456789") == std::string_view::npos;
    };
    const auto width = [&](std::string_view text) {
        if (text == "16") return fp16;
        if (text == "32") return fp32;
        return parse_datatype(text == "1" ? std::string("binary") : "int" + std::string(text));
    };
    const std::size_t a = name.find('a');
    if (name.size() > 3 && name[0] == 'w' && a != std::string_view::npos && digits(name.substr(1, a - 1)) &&
        digits(name.substr(a + 1)))
        return {width(name.substr(1, a - 1)), width(name.substr(a + 1))};
    const std::size_t times = name.find('x', name.starts_with("mx") ? 2 : 0);
    if (times != std::string_view::npos && times > 0)
        return {parse_datatype(name.substr(0, times)), parse_datatype(name.substr(times + 1))};
    return parse_datatype(name);
}

}  // namespace qutibench
