// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Tensors that a written ONNX file holds: their values come from a generator, chunk by chunk, and are never all in
/// memory.
#pragma once

#include <qutibench/io/onnx/element_type.hpp>
#include <qutibench/network/graph.hpp>

#include <bit>
#include <cmath>
#include <protozero/byteswap.hpp>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace qutibench::onnx_writer {

using onnx::element_type;

/// Protocol buffers hold at most this many bytes.
inline constexpr std::int64_t largest_message = 0x7fffffff;

/// A tensor of given bytes, or of pseudo-random values that depend on its name and the seed only.
struct stored_tensor {
    std::string name{};
    std::vector<std::int64_t> dims{};
    element_type type = element_type::float32;
    std::string literal{};  ///< its bytes; empty: values uniform in [low, high]
    double low = 0;
    double high = 0;
    qutibench::sparsity pattern{};  ///< which values are zero
    std::int64_t inner = 1;         ///< elements between neighbours along the axis that a product sums over
    std::uint64_t seed = 0;

    [[nodiscard]] std::int64_t elements() const {
        std::int64_t count = 1;
        for (const std::int64_t one : dims) count = detail::multiply(count, one);
        return count;
    }
    /// Throws overflow_error past 64 bits.
    [[nodiscard]] std::int64_t bytes() const { return detail::multiply(elements(), onnx::bits(type) / 8); }
};

/// The mixing function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, doi:10.1145/2660193.2660195).
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t state) {
    state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9U;
    state = (state ^ (state >> 27)) * 0x94d049bb133111ebU;
    return state ^ (state >> 31);
}

/// Number `index` of the sequence that starts at `seed`.
[[nodiscard]] constexpr std::uint64_t random_bits(std::uint64_t seed, std::uint64_t index) {
    return mixed(seed + (index + 1) * 0x9e3779b97f4a7c15U);
}

/// FNV-1a (Fowler, Noll and Vo), so that a tensor's values do not change when others come or go.
[[nodiscard]] constexpr std::uint64_t seed_of(std::string_view name, std::uint64_t seed) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char one : name) hash = (hash ^ static_cast<unsigned char>(one)) * 0x100000001b3U;
    return mixed(hash ^ mixed(seed));
}

/// Little-endian bytes of one value, as ONNX stores them.
template <class Element>
[[nodiscard]] Element stored_order(Element value) {
    if constexpr (std::endian::native == std::endian::big && sizeof(Element) > 1) protozero::byteswap_inplace(&value);
    return value;
}

/// Whether a sparse tensor keeps element `index`.
[[nodiscard]] inline bool is_kept(const stored_tensor& of, std::int64_t index) {
    if (of.pattern.of > 0) return index / of.inner % of.pattern.of < of.pattern.kept;
    if (of.pattern.density >= 1) return true;
    return static_cast<double>(random_bits(~of.seed, static_cast<std::uint64_t>(index)) >> 11) * 0x1p-53 <
           of.pattern.density;
}

template <class Element>
[[nodiscard]] Element random_element(const stored_tensor& of, std::int64_t index) {
    const double share = static_cast<double>(random_bits(of.seed, static_cast<std::uint64_t>(index)) >> 11) * 0x1p-53;
    if constexpr (std::is_floating_point_v<Element>)
        return static_cast<Element>(of.low + (of.high - of.low) * share);
    else
        return static_cast<Element>(std::floor(of.low + (of.high - of.low + 1) * share));
}

template <class Element, class Sink>
void write_random(const stored_tensor& of, Sink& sink) {
    constexpr std::int64_t chunk = 1 << 14;
    const std::int64_t count = of.elements();
    const bool dense = of.pattern.of == 0 && of.pattern.density >= 1;
    std::vector<Element> values(static_cast<std::size_t>(std::min(chunk, count)));
    for (std::int64_t first = 0; first < count; first += chunk) {
        const std::int64_t here = std::min(chunk, count - first);
        for (std::int64_t i = 0; i < here; ++i)
            values[static_cast<std::size_t>(i)] =
                dense || is_kept(of, first + i) ? stored_order(random_element<Element>(of, first + i)) : Element{0};
        sink.write({reinterpret_cast<const char*>(values.data()), static_cast<std::size_t>(here) * sizeof(Element)});
    }
}

/// The bytes of a tensor, to anything with `write(std::string_view)`.
template <class Sink>
void write_values(const stored_tensor& of, Sink& sink) {
    if (!of.literal.empty()) return sink.write(of.literal);
    switch (of.type) {
        case element_type::int8:
            return write_random<std::int8_t>(of, sink);
        case element_type::uint8:
        case element_type::boolean:
            return write_random<std::uint8_t>(of, sink);
        case element_type::int16:
            return write_random<std::int16_t>(of, sink);
        case element_type::uint16:
        case element_type::float16:
        case element_type::bfloat16:
            return write_random<std::uint16_t>(of, sink);
        case element_type::float64:
            return write_random<double>(of, sink);
        case element_type::uint32:
        case element_type::int32:
            return write_random<std::int32_t>(of, sink);
        case element_type::uint64:
        case element_type::int64:
            return write_random<std::int64_t>(of, sink);
        default:
            return write_random<float>(of, sink);
    }
}

/// Collects what is written in a string.
struct string_sink {
    std::string& text;
    void write(std::string_view bytes) { text.append(bytes); }
};

/// A TensorProto but for its values (onnx.proto: dims 1, data_type 2, name 8).
[[nodiscard]] inline std::string tensor_header(const stored_tensor& of) {
    std::string text;
    protozero::pbf_writer out(text);
    for (const std::int64_t one : of.dims) out.add_int64(1, one);
    out.add_int32(2, static_cast<std::int32_t>(of.type));
    out.add_string(8, of.name);
    return text;
}

}  // namespace qutibench::onnx_writer
