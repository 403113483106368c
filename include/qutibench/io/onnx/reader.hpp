// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Reads the structure of an ONNX file. Time and memory follow the number of nodes and tensors, not the weights.
#pragma once

#include <qutibench/io/onnx/byte_source.hpp>
#include <qutibench/io/onnx/model.hpp>

#include <cstddef>
#include <memory>
#include <span>

namespace qutibench::onnx {

namespace detail {

[[nodiscard]] model parse(std::shared_ptr<const byte_source> source, const reader_limits& limits);

[[nodiscard]] inline std::string_view characters(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace detail

/// Reads the model at `path` without touching its weights; external data files are not opened.
/// Throws parse_error with a byte offset when the file is not a whole, valid ONNX model.
[[nodiscard]] inline model read(const std::string& path, const reader_limits& limits = {}) {
    return detail::parse(byte_source::open(path), limits);
}

/// Reads a model from memory; `bytes` are copied. Throws as `read(path)` does.
[[nodiscard]] inline model read(std::span<const std::byte> bytes, const reader_limits& limits = {}) {
    return detail::parse(byte_source::copy(detail::characters(bytes), "(bytes)"), limits);
}

/// Reads a model from memory that the caller keeps alive and unchanged for as long as the model. Throws as
/// `read(path)` does.
[[nodiscard]] inline model read_view(std::span<const std::byte> bytes, const reader_limits& limits = {}) {
    return detail::parse(byte_source::view(detail::characters(bytes), "(bytes)"), limits);
}

}  // namespace qutibench::onnx

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/onnx/parser.hpp>
namespace qutibench::onnx::detail {

QUTIBENCH_INLINE model parse(std::shared_ptr<const byte_source> source, const reader_limits& limits) {
    model out;
    out.source = std::move(source);
    if (out.source->bytes().empty()) throw parse_error(out.source->name(), "byte 0", "the file is empty");
    model_parser(*out.source, limits).parse(out.source->bytes(), out);
    return out;
}

}  // namespace qutibench::onnx::detail
#endif
