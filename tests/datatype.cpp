// SPDX-License-Identifier: BSD-3-Clause
#include "catch.hpp"

#include <qutibench/datatype.hpp>

using namespace qutibench;

TEST_CASE("formats as types become formats as values") {
    constexpr datatype eight = integer<8>{};
    static_assert(eight == int8);
    static_assert(floating<5, 10>::value == fp16);
    static_assert(bfloat::value.bits == 16 && bfloat::value.exponent == 8);
    static_assert(binary::value.bits == 1 && ternary::value.bits == 2);
    CHECK(to_string(eight) == "int8");
}

TEST_CASE("a block scale counts towards the size of an element") {
    // OCP MX v1.0, table 1: MXFP4 is 32 elements of 4 bits and one scale of 8.
    CHECK(parse_datatype("mxfp4").bits_per_element() == Approx(4.25));
    CHECK(block_scaled<floating<4, 3>, 32>::value.bits_per_element() == Approx(8.25));
    CHECK(int4.bytes_per_element() == 0.5);
}

TEST_CASE("every name reads back as the format it prints") {
    for (const auto& known : detail::named_datatypes) {
        CHECK(parse_datatype(known.name) == known.value);
        CHECK(parse_datatype(to_string(known.value)) == known.value);
    }
}

TEST_CASE("formats without a common name are spelled by their fields") {
    for (const char* name : {"int10", "int64", "fp_e3m4", "fp_e8m0", "int4_block16", "binary_block32", "ternary_block8",
                             "fp_e3m4_block32_scale0", "int4_block16384", "int4_block16_scale16"})
        CHECK(to_string(parse_datatype(name)) == name);
    CHECK(parse_datatype("int10") == integer<10>::value);
    CHECK(parse_datatype("fp_e5m10") == fp16);
    CHECK(parse_datatype("int4_block16_scale16") == block_scaled<integer<4>, 16, 16>::value);
    CHECK(to_string(parse_datatype("int8_block32")) == "mxint8");
    CHECK(to_string(parse_precision("fp_e3m4xint10")) == "fp_e3m4xint10");
    CHECK(parse_precision("w10a4") == precision(integer<10>::value, int4));
    for (const char* name : {"int0", "int010", "int65", "int", "int8x", "fp_e0m3", "fp_e3", "fp_e3m", "fp_e90m90",
                             "int8_block", "int8_block0", "int8_block32_scale", "int9999999999", "block32"})
        CHECK_THROWS_AS(parse_datatype(name), unknown_name);
}

TEST_CASE("every format as a type is a precision of its own") {
    static_assert(precision(binary{}) == precision(binary::value));
    static_assert(precision(ternary{}) == precision(ternary::value));
    static_assert(precision(integer<8>{}) == precision(int8) && precision(floating<5, 10>{}) == precision(fp16));
    struct deployed {
        precision numbers{};
    };
    const deployed how{.numbers = block_scaled<floating<2, 1>, 32>{}};
    CHECK(to_string(how.numbers) == "mxfp4");
}

TEST_CASE("pairs of formats are weights by activations") {
    CHECK(parse_precision("int8") == precision(int8));
    CHECK(parse_precision("w2a8") == precision(int2, int8));
    CHECK(parse_precision("w1a1") == precision(binary::value));
    // what the field means by it: 4-bit weights, half-precision activations; integers of 16 bits are spelled out
    CHECK(parse_precision("w4a16") == precision(int4, fp16));
    CHECK(parse_precision("w8a32") == precision(int8, fp32));
    CHECK(parse_precision("int4xint16") == precision(int4, int16));
    CHECK(to_string(precision(int4, int16)) == "int4xint16");
    CHECK(parse_precision("int4xfp16") == precision(int4, fp16));
    CHECK(parse_precision("mxfp4xbf16") == precision(parse_datatype("mxfp4"), bf16));
    for (const char* name : {"int8", "w2a8", "w1a2", "int4xfp16", "bf16", "ternaryxint8"})
        CHECK(to_string(parse_precision(name)) == name);
}

TEST_CASE("capitals do not matter in the name of a datatype") {
    CHECK(parse_precision("INT8") == int8);
    CHECK(parse_precision("FP16") == fp16);
    CHECK(parse_precision("W2A8") == parse_precision("w2a8"));
    CHECK(parse_precision("MXFP4xBF16") == parse_precision("mxfp4xbf16"));
}

TEST_CASE("a wrong name gets the nearest right one") {
    try {
        static_cast<void>(parse_precision("itn8"));
        FAIL("should throw");
    } catch (const unknown_name& wrong) {
        CHECK(wrong.nearest() == "int8");
        CHECK(std::string(wrong.what()) == "unknown datatype 'itn8'; did you mean 'int8'?");
    }
    CHECK_THROWS_AS(parse_precision(""), unknown_name);
    CHECK_THROWS_AS(parse_precision("w0a8"), unknown_name);
    CHECK_THROWS_AS(parse_precision("w999a8"), unknown_name);
    CHECK_THROWS_AS(parse_precision("x"), unknown_name);
    CHECK_THROWS_AS(parse_precision(std::string(100000, 'a')), unknown_name);
}

TEST_CASE("a format holds every number of a narrower one of its kind") {
    CHECK(detail::represents(int8, int2));
    CHECK_FALSE(detail::represents(int2, int8));
    CHECK(detail::represents(fp32, fp16));
    CHECK_FALSE(detail::represents(bf16, fp16));  // fewer mantissa bits
    CHECK(detail::represents(fp16, int8));        // 11 bits of significand
    CHECK_FALSE(detail::represents(bf16, int16));
    CHECK(detail::represents(fp8, int4));
    CHECK_FALSE(detail::represents(floating<2, 3>::value, int4));  // ends at 7.5
    CHECK_FALSE(detail::represents(int32, fp16));
    CHECK(detail::represents(int2, ternary::value));
}
