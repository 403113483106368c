// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// ONNX models as graphs: `graph net = load_onnx("model.onnx", {.dims = {{"batch", 1}}});`
/// Only the structure is read, never the weights. Which operators have shapes and costs: docs/onnx.md.
#pragma once

#include <qutibench/io/onnx/imported.hpp>
#include <qutibench/io/onnx/infer.hpp>
#include <qutibench/io/onnx/reader.hpp>

namespace qutibench {

/// A graph from a model that was read and inferred; throws as `load_onnx` does.
[[nodiscard]] imported_model import_onnx(const onnx::inferred& source, std::string_view name = "model");

/// What the ONNX file at `path` holds, or its bytes. Throws parse_error with a byte offset or node name for a file that
/// is broken, onnx::open_dimensions that lists the symbolic dimensions without a value, unsupported_operator in strict
/// mode for an operator without a cost model, overflow_error past 64 bits.
[[nodiscard]] imported_model import_onnx(const onnx::model& model, const onnx_options& options, std::string_view name);
[[nodiscard]] inline imported_model import_onnx(const std::string& path, const onnx_options& options = {}) {
    const std::size_t slash = path.find_last_of('/');
    std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (name.ends_with(".onnx")) name.resize(name.size() - 5);
    return import_onnx(onnx::read(path), options, name);
}

/// The graph of `import_onnx`, with which it throws.
[[nodiscard]] inline graph load_onnx(const std::string& path, const onnx_options& options = {}) {
    return import_onnx(path, options).layers;
}
[[nodiscard]] inline graph load_onnx(std::span<const std::byte> content, const onnx_options& options = {}) {
    return import_onnx(onnx::read(content), options, "model").layers;
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/onnx/importer.hpp>
#endif
