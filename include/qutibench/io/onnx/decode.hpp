// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The values of a small tensor that lies in the file.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/io/onnx/facts.hpp>
#include <qutibench/io/onnx/wire.hpp>

#include <bit>
#include <cmath>
#include <cstring>
#include <memory>

namespace qutibench::onnx::detail {

/// A real number rounded to the precision of `type`, ties to even, as a tensor of that type would hold it.
/// Unknown where the 16-bit formats leave their normal range.
[[nodiscard]] inline scalar rounded_real(element_type type, double value) {
    if (type == element_type::float64 || !std::isfinite(value) || value == 0) return scalar::real(value);
    if (type == element_type::float32) return scalar::real(static_cast<double>(static_cast<float>(value)));
    if (type != element_type::float16 && type != element_type::bfloat16) return {};
    int exponent = 0;
    const double fraction = std::frexp(value, &exponent);
    const int mantissa = type == element_type::float16 ? 11 : 8;
    const double result = std::ldexp(std::nearbyint(std::ldexp(fraction, mantissa)), exponent - mantissa);
    const double largest = type == element_type::float16 ? 65504.0 : 3.3e38;
    const double smallest = type == element_type::float16 ? 6.104e-5 : 1.18e-38;
    return std::abs(result) > largest || std::abs(result) < smallest ? scalar() : scalar::real(result);
}

/// An integer if `type` can hold it, else unknown.
[[nodiscard]] inline scalar bounded_integer(element_type type, std::int64_t value) {
    if (type == element_type::boolean) return value == 0 || value == 1 ? scalar::integer(value) : scalar();
    const int width = bits(type);
    if (!is_integral(type) || width == 0) return {};
    if (is_unsigned(type)) return value < 0 || (width < 63 && value >> width != 0) ? scalar() : scalar::integer(value);
    if (width < 64 && (value < -(std::int64_t{1} << (width - 1)) || value >= std::int64_t{1} << (width - 1))) return {};
    return scalar::integer(value);
}

[[nodiscard]] inline double half_to_real(std::uint16_t bits_of_half) {
    const int exponent = (bits_of_half >> 10) & 31;
    const double mantissa = bits_of_half & 1023;
    const double magnitude = exponent == 0    ? std::ldexp(mantissa, -24)
                             : exponent == 31 ? (mantissa == 0 ? HUGE_VAL : std::nan(""))
                                              : std::ldexp(1024 + mantissa, exponent - 25);
    return (bits_of_half & 0x8000) != 0 ? -magnitude : magnitude;
}

[[nodiscard]] inline double bfloat_to_real(std::uint16_t bits_of_bfloat) {
    return static_cast<double>(qutibench::detail::bits_as<float>(static_cast<std::uint32_t>(bits_of_bfloat) << 16U));
}

/// Bits of a 16-bit float, or a small integer, as TensorProto.int32_data holds them.
[[nodiscard]] inline scalar from_int32_data(element_type type, std::int64_t value) {
    if (type == element_type::float16) return scalar::real(half_to_real(static_cast<std::uint16_t>(value)));
    if (type == element_type::bfloat16) return scalar::real(bfloat_to_real(static_cast<std::uint16_t>(value)));
    return bits(type) >= 8 ? bounded_integer(type, value) : scalar();
}

template <class T>
[[nodiscard]] T load(const char* at) {  // little-endian, as raw_data always is
    T value;
    if constexpr (std::endian::native == std::endian::little) {
        std::memcpy(&value, at, sizeof value);
    } else {
        char turned[sizeof value];
        for (std::size_t i = 0; i < sizeof value; ++i) turned[i] = at[sizeof value - 1 - i];
        std::memcpy(&value, turned, sizeof value);
    }
    return value;
}

/// Element of `raw_data` at byte `at`; sub-byte and 8-bit float formats stay unknown, since no shape needs them.
[[nodiscard]] inline scalar from_raw(element_type type, const char* at) {
    switch (type) {
        case element_type::float32:
            return scalar::real(static_cast<double>(load<float>(at)));
        case element_type::float64:
            return scalar::real(load<double>(at));
        case element_type::float16:
            return scalar::real(half_to_real(load<std::uint16_t>(at)));
        case element_type::bfloat16:
            return scalar::real(bfloat_to_real(load<std::uint16_t>(at)));
        case element_type::int64:
            return scalar::integer(load<std::int64_t>(at));
        case element_type::uint64:
            return bounded_integer(type, load<std::int64_t>(at));
        case element_type::int32:
            return scalar::integer(load<std::int32_t>(at));
        case element_type::uint32:
            return scalar::integer(load<std::uint32_t>(at));
        case element_type::int16:
            return scalar::integer(load<std::int16_t>(at));
        case element_type::uint16:
            return scalar::integer(load<std::uint16_t>(at));
        case element_type::int8:
            return scalar::integer(load<std::int8_t>(at));
        case element_type::uint8:
            return scalar::integer(load<std::uint8_t>(at));
        case element_type::boolean:
            return scalar::integer(load<std::uint8_t>(at) != 0 ? 1 : 0);
        default:
            return {};
    }
}

/// Gathers the elements of one TensorProto, whichever of its fields they lie in.
class tensor_decoder {
public:
    tensor_decoder(const tensor& source, std::size_t elements) : source_(source), elements_(elements) {
        out_.reserve(elements);
    }

    /// The elements, or an empty constant when the file holds fewer or more than the dimensions say.
    [[nodiscard]] constant decode(const wire& wire) {
        wire.walk(source_.message, [&](field f) {
            return f.floats(4, [this](float x) { return push(scalar::real(static_cast<double>(x))); }) ||
                   f.integers(5, [this](std::int64_t x) { return push(from_int32_data(source_.type, x)); }) ||
                   f.integers(7, [this](std::int64_t x) { return push(bounded_integer(source_.type, x)); }) ||
                   f.doubles(10, [this](double x) { return push(scalar::real(x)); }) ||
                   f.integers(11, [this](std::int64_t x) { return push(bounded_integer(source_.type, x)); }) ||
                   f.bytes(9, [this](std::string_view raw) { push_raw(raw); });
        });
        if (out_.size() != elements_) out_.clear();
        return std::move(out_);
    }

private:
    /// False once there is one more than there should be.
    bool push(scalar value) {
        if (out_.size() <= elements_) out_.push_back(value);
        return out_.size() <= elements_;
    }

    void push_raw(std::string_view raw) {
        const auto width = static_cast<std::size_t>(bits(source_.type)) / 8;
        if (width == 0 || raw.size() != width * elements_) return;
        for (std::size_t i = 0; i < elements_; ++i) push(from_raw(source_.type, raw.data() + i * width));
    }

    const tensor& source_;
    std::size_t elements_;
    constant out_;
};

/// The values of `source`, or nullptr when they are not in the file, are not numbers, or are more than `limit`.
[[nodiscard]] inline std::shared_ptr<const constant> decode(const tensor& source, const byte_source& file,
                                                            std::int64_t limit) {
    if (source.external || source.sparse || source.type == element_type::string) return nullptr;
    std::int64_t elements = 1;
    for (const std::int64_t dim : source.dims)
        if (qutibench::detail::multiply_overflows(elements, dim, &elements) || elements > limit) return nullptr;
    auto values = tensor_decoder(source, static_cast<std::size_t>(elements)).decode(wire(file.bytes(), file.name()));
    if (values.empty() && elements > 0) return nullptr;
    return std::make_shared<const constant>(std::move(values));
}

}  // namespace qutibench::onnx::detail
