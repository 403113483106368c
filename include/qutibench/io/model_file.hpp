// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Model files of any format that this library reads, told apart by their content and never by their name:
/// `imported_model m = import_model_file("model.tflite");`
#pragma once

#include <qutibench/io/onnx/imported.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace qutibench {

/// What a file is by its first bytes, or by its outermost fields.
enum class model_format : unsigned char {
    onnx,
    tflite,
    openvino_ir,
    network_json,  ///< a network file of this library
    other,
};

/// Tells a model file by its content.
[[nodiscard]] model_format recognise_model(std::string_view content);

/// Throws parse_error that says what a file is that no reader here takes, and what to do with it. Returns when it may
/// be one that is read.
void refuse_foreign_model(std::string_view content, const std::string& source);

/// The ONNX form of a TFLite or OpenVINO model; nothing where the file is ONNX itself, or a network file.
[[nodiscard]] std::optional<std::string> model_as_onnx(std::string_view content, const std::string& source,
                                                       std::string_view name);

/// Whether a file holds JSON, as network files do; false where it cannot be read.
[[nodiscard]] bool is_network_file(const std::string& path);

/// The name of a model after its file: without folders and without the last extension.
[[nodiscard]] std::string model_name(const std::string& path);

/// What a model file of any format holds. Throws parse_error with the place of what is broken, or with one sentence on
/// what the file is instead; otherwise as `import_onnx` does.
[[nodiscard]] imported_model import_model_file(const std::string& path, const onnx_options& options = {});

/// The same of bytes in memory, which stay the caller's; an OpenVINO model is read without its weights.
[[nodiscard]] imported_model import_model_bytes(std::span<const std::byte> content, const onnx_options& options = {},
                                                std::string_view name = "model");

/// The graph of `import_model_file`, with which it throws.
[[nodiscard]] graph load_model_file(const std::string& path, const onnx_options& options = {});

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/detail/model_file.hpp>
#endif
