// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// How formats are told apart and read; declared in io/model_file.hpp.
#pragma once

#include <qutibench/io/adapters/figures.hpp>
#include <qutibench/io/model_file.hpp>
#include <qutibench/io/openvino_ir.hpp>
#include <qutibench/io/tflite.hpp>

#include <protozero/pbf_reader.hpp>

namespace qutibench {

namespace detail {

/// A format that people name as a model and that this library does not read: what it is, and what to do.
struct foreign_format {
    std::string_view is;
    std::string_view advice;
};

/// The numbers of the outermost fields of a protocol buffer, as far as it is one: bit per number below 64, and whether
/// there are larger ones.
struct outermost_fields {
    std::uint64_t small = 0;
    bool large = false;
    bool whole = false;

    [[nodiscard]] bool has(int number) const { return ((small >> number) & 1) != 0; }
};

[[nodiscard]] inline outermost_fields fields_of(std::string_view content) {
    outermost_fields found;
    try {
        protozero::pbf_reader reader(content.data(), content.size());
        while (reader.next()) {
            if (reader.tag() < 64)
                found.small |= std::uint64_t{1} << reader.tag();
            else
                found.large = true;
            reader.skip();
        }
        found.whole = true;
    } catch (const protozero::exception&) {
        found.whole = false;
    }
    return found;
}

[[nodiscard]] inline std::string_view without_blanks(std::string_view content) {
    if (content.starts_with("\xef\xbb\xbf")) content.remove_prefix(3);
    const std::size_t first = content.find_first_not_of(" \t\r\n");
    return first == content.npos ? std::string_view() : content.substr(first);
}

[[nodiscard]] inline std::optional<foreign_format> zipped_format(std::string_view content) {
    const auto holds = [&](std::string_view name) { return content.find(name) != content.npos; };
    if (holds("model.weights.h5") || (holds("config.json") && holds("metadata.json")))
        return foreign_format{"a Keras model", "load it with keras.models.load_model and pass it to qb.load_keras"};
    if (holds("data.pkl") || holds("/version"))
        return foreign_format{"a PyTorch file",
                              "build the module in Python and pass it to qb.load_torch(module, inputs), or export it "
                              "with torch.onnx.export"};
    return foreign_format{"a zip archive", "unpack it and name the model inside"};
}

/// What else a file may be, with advice; nothing when it is nothing known.
[[nodiscard]] inline std::optional<foreign_format> foreign_format_of(std::string_view content) {
    const std::string_view text = without_blanks(content.substr(0, 4096));
    if (content.starts_with("\x1f\x8b")) return foreign_format{"compressed by gzip", "unpack it with gunzip first"};
    if (content.starts_with("\xfd"
                            "7zXZ") ||
        content.starts_with("BZh") || content.starts_with("\x28\xb5\x2f\xfd"))
        return foreign_format{"compressed", "unpack it first"};
    if (text.starts_with("version https://git-lfs"))
        return foreign_format{"a pointer of Git LFS, not the model itself", "fetch the model with git lfs pull"};
    const std::string start = lower_case(text.substr(0, 15));
    if (start.starts_with("<!doctype html") || start.starts_with("<html"))
        return foreign_format{"a page of HTML",
                              "the download gave a web page; fetch the file behind it, such as GitHub's "
                              "'raw' link"};
    if (content.starts_with("PK\x03\x04")) return zipped_format(content);
    if (content.starts_with("\x89HDF"))
        return foreign_format{"an HDF5 file, as Keras writes",
                              "load it with keras.models.load_model and pass it to qb.load_keras"};
    if (content.size() > 2 && content[0] == '\x80' && content[1] >= 2 && content[1] <= 5)
        return foreign_format{"a pickle, as PyTorch wrote until 1.5",
                              "build the module in Python and pass it to qb.load_torch(module, inputs)"};
    if (content.starts_with("GGUF"))
        return foreign_format{"a GGUF file of a language model", "qb.language_model reads it"};
    if (content.size() > 9 && content[8] == '{' && content.substr(0, 4096).find("\"dtype\"") != content.npos)
        return foreign_format{"a safetensors file, which holds weights alone", "qb.language_model reads it"};
    if (content.starts_with("\x93NUMPY")) return foreign_format{"an array of NumPy", "name the model instead"};
    if (content.size() >= 8 && content.substr(4, 4) == "ET12")
        return foreign_format{"an ExecuTorch program", "pass the PyTorch module to qb.load_torch instead"};
    // ONNX, Core ML and SavedModel begin with a version; a graph of TensorFlow begins with its first node.
    const outermost_fields fields = fields_of(content);
    if (!fields.whole || fields.has(7) || fields.has(8)) return std::nullopt;
    if (fields.has(1) && fields.large)
        return foreign_format{"a Core ML model", "convert its source to ONNX, or pass the module to qb.load_torch"};
    const bool begins_with_node = content.starts_with('\x0a'), is_saved = content.starts_with("\x08\x01\x12");
    if (begins_with_node || is_saved)
        return foreign_format{is_saved ? "a SavedModel of TensorFlow" : "a frozen graph of TensorFlow",
                              "convert it with tf.lite.TFLiteConverter or python -m tf2onnx.convert"};
    return std::nullopt;
}

}  // namespace detail

QUTIBENCH_INLINE model_format recognise_model(std::string_view content) {
    if (tflite::is_model(content)) return model_format::tflite;
    const std::string_view text = detail::without_blanks(content.substr(0, 4096));
    if (openvino_ir::is_model(text)) return model_format::openvino_ir;
    if (text.starts_with('{') || text.starts_with('['))
        return model_format::network_json;  // whose reader refuses a list
    if (detail::foreign_format_of(content)) return model_format::other;
    return model_format::onnx;
}

QUTIBENCH_INLINE void refuse_foreign_model(std::string_view content, const std::string& source) {
    if (content.empty()) throw parse_error(source, "byte 0", "the file is empty");
    if (tflite::is_model(content)) return;
    if (const auto other = detail::foreign_format_of(content))
        throw parse_error(source, "", detail::message({"this is ", other->is, "; ", other->advice}));
    if (source.ends_with(".tflite") && !detail::fields_of(content).whole) tflite::require_model(content, source);
}

QUTIBENCH_INLINE std::optional<std::string> model_as_onnx(std::string_view content, const std::string& source,
                                                          std::string_view name) {
    switch (recognise_model(content)) {
        case model_format::tflite:
            return tflite_as_onnx(content, source, name);
        case model_format::openvino_ir:
            return openvino_ir_as_onnx(content, source, name);
        default:
            refuse_foreign_model(content, source);
            return std::nullopt;
    }
}

QUTIBENCH_INLINE bool is_network_file(const std::string& path) {
    try {
        return recognise_model(onnx::byte_source::open(path)->bytes()) == model_format::network_json;
    } catch (const parse_error&) {
        return path.ends_with(".json");  // whose reader says what is wrong
    }
}

QUTIBENCH_INLINE std::string model_name(const std::string& path) {
    std::string name = path.substr(path.find_last_of('/') + 1);
    if (const std::size_t dot = name.rfind('.'); dot != std::string::npos && dot > 0) name.resize(dot);
    return name;
}

QUTIBENCH_INLINE imported_model import_model_file(const std::string& path, const onnx_options& options) {
    const auto file = onnx::byte_source::open(path);
    const std::string name = model_name(path);
    if (recognise_model(file->bytes()) == model_format::network_json)
        throw parse_error(path, "", "this is JSON, not a model file; load_network reads network files");
    if (recognise_model(file->bytes()) == model_format::openvino_ir) return import_openvino(path, options);
    const std::optional<std::string> text = model_as_onnx(file->bytes(), path, name);
    if (!text) return import_onnx(onnx::read(path), options, name);
    return import_onnx(onnx::read_view(std::as_bytes(std::span(text->data(), text->size()))), options, name);
}

QUTIBENCH_INLINE imported_model import_model_bytes(std::span<const std::byte> content, const onnx_options& options,
                                                   std::string_view name) {
    const std::string_view characters = onnx::detail::characters(content);
    const std::optional<std::string> text = model_as_onnx(characters, std::string(name), name);
    if (!text) return import_onnx(onnx::read_view(content), options, name);
    return import_onnx(onnx::read_view(std::as_bytes(std::span(text->data(), text->size()))), options, name);
}

QUTIBENCH_INLINE graph load_model_file(const std::string& path, const onnx_options& options) {
    return import_model_file(path, options).layers;
}

}  // namespace qutibench
