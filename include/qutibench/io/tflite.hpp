// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// TFLite (LiteRT) models as graphs: `graph net = load_tflite("model.tflite");`
/// Only the structure is read, never the weights. Images stand channels second, as everywhere in this library;
/// datatypes are those of each tensor. Which operators are known: docs/model_files.md.
#pragma once

#include <qutibench/io/onnx.hpp>

#include <span>
#include <string>

namespace qutibench {

/// The model's file as ONNX states one, without weights. Throws parse_error with a byte offset for a file that is
/// broken or no TFLite model, shape_error that names an operator whose tensors do not fit it.
[[nodiscard]] std::string tflite_as_onnx(std::string_view content, const std::string& source,
                                         std::string_view name = "model");

/// What a TFLite file holds: the model that the importer of ONNX makes of it.
[[nodiscard]] inline imported_model import_tflite(std::span<const std::byte> content, const onnx_options& options = {},
                                                  const std::string& source = "(bytes)",
                                                  std::string_view name = "model") {
    const std::string text = tflite_as_onnx(onnx::detail::characters(content), source, name);
    return import_onnx(onnx::read_view(std::as_bytes(std::span(text.data(), text.size()))), options, name);
}
[[nodiscard]] inline imported_model import_tflite(const std::string& path, const onnx_options& options = {}) {
    const auto file = onnx::byte_source::open(path);
    std::string name = path.substr(path.find_last_of('/') + 1);
    if (name.ends_with(".tflite")) name.resize(name.size() - 7);
    return import_tflite(std::as_bytes(std::span(file->bytes().data(), file->bytes().size())), options, path, name);
}

/// The graph of `import_tflite`, with which it throws; unsupported_operator in strict mode.
[[nodiscard]] inline graph load_tflite(const std::string& path, const onnx_options& options = {}) {
    return import_tflite(path, options).layers;
}
[[nodiscard]] inline graph load_tflite(std::span<const std::byte> content, const onnx_options& options = {}) {
    return import_tflite(content, options).layers;
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/tflite/rewrite.hpp>
namespace qutibench {

QUTIBENCH_INLINE std::string tflite_as_onnx(std::string_view content, const std::string& source,
                                            std::string_view name) {
    tflite::require_model(content, source);
    const flatbuffer::buffer file(content, source);
    const tflite::model model = tflite::detail::model_reader(file).read();
    return tflite::rewriter(model, file).run(name);
}

}  // namespace qutibench
#endif
