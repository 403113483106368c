// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// OpenVINO's intermediate representation as graphs: `graph net = load_openvino("model.xml", {.dims = {{"x[0]", 1}}});`
/// Of the weights beside it (model.bin) only small integers are read, on which shapes depend; without that file, shapes
/// are those that the XML states. Open dimensions are named after their input and axis. Layers: docs/model_files.md.
#pragma once

#include <qutibench/io/onnx.hpp>

#include <filesystem>
#include <span>

namespace qutibench {

/// The model as ONNX states one, without weights. `weights`: the bytes of the .bin file, or nothing. Throws parse_error
/// with the place of what is broken, shape_error for a layer whose ports do not fit it.
[[nodiscard]] std::string openvino_ir_as_onnx(std::string_view text, const std::string& source,
                                              std::string_view name = "model", std::string_view weights = {});

namespace detail {

/// The model at `path` with its weights beside it, where they are.
[[nodiscard]] inline std::string openvino_file_as_onnx(const std::string& path, std::string_view name) {
    const auto text = onnx::byte_source::open(path);
    const std::filesystem::path beside = std::filesystem::path(path).replace_extension(".bin");
    std::error_code none;
    const bool has_weights =
        std::filesystem::is_regular_file(beside, none) && std::filesystem::file_size(beside, none) > 0;
    const auto weights = has_weights ? onnx::byte_source::open(beside.string()) : nullptr;
    return openvino_ir_as_onnx(text->bytes(), path, name, weights ? weights->bytes() : std::string_view());
}

}  // namespace detail

/// What an OpenVINO model holds; throws as `openvino_ir_as_onnx` and `import_onnx` do.
[[nodiscard]] inline imported_model import_openvino(const std::string& path, const onnx_options& options = {}) {
    std::string name = std::filesystem::path(path).stem().string();
    const std::string text = detail::openvino_file_as_onnx(path, name);
    return import_onnx(onnx::read_view(std::as_bytes(std::span(text.data(), text.size()))), options, name);
}

/// The graph of `import_openvino`, with which it throws; unsupported_operator in strict mode.
[[nodiscard]] inline graph load_openvino(const std::string& path, const onnx_options& options = {}) {
    return import_openvino(path, options).layers;
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
#include <qutibench/io/openvino/rewrite.hpp>
namespace qutibench {

QUTIBENCH_INLINE std::string openvino_ir_as_onnx(std::string_view text, const std::string& source,
                                                 std::string_view name, std::string_view weights) {
    const openvino_ir::network read = openvino_ir::detail::network_reader(source).read(text);
    return openvino_ir::rewriter(read, weights).run(name);
}

}  // namespace qutibench
#endif
