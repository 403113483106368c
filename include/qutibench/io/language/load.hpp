// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Language models by name or file: config.json, .safetensors and its index, .gguf. Only headers are read.
#pragma once

#include <qutibench/io/language/config.hpp>
#include <qutibench/io/language/gguf_model.hpp>
#include <qutibench/io/language/safetensors.hpp>
#include <qutibench/language/zoo.hpp>

#include <filesystem>

namespace qutibench {

namespace detail {

/// The first bytes of a file, at most so many.
[[nodiscard]] inline std::string read_front(const std::string& path, std::size_t most) {
    const file_handle file = open_file(path);
    std::string text;
    char chunk[1 << 16];
    while (text.size() < most) {
        const std::size_t n = std::fread(chunk, 1, std::min(sizeof chunk, most - text.size()), file.get());
        if (n == 0) break;
        text.append(chunk, n);
    }
    if (std::ferror(file.get()) != 0) throw parse_error(path, "", "the file cannot be read");
    return text;
}

/// The header of one .safetensors file.
[[nodiscard]] inline tensor_list read_safetensors(const std::string& path) {
    const std::uint64_t size = safetensors_header_size(read_front(path, 8), path);
    return parse_safetensors(read_front(path, size), path);
}

/// The headers that a model.safetensors.index.json names, in its folder.
[[nodiscard]] inline tensor_list read_safetensors_index(const std::string& path) {
    const json document = parse_json(read_file(path), path);
    const json_reader reader(document, path);
    const json_reader map = reader["weight_map"];
    if (!map.is_object()) map.fail("must be an object of tensors and their files");
    std::set<std::string> files;
    for (const auto& member : map.value().items()) files.insert(map[member.key()].text());
    tensor_list all;
    for (const std::string& file : files) {
        if (file.find('/') != std::string::npos || file.find('\\') != std::string::npos)
            map.fail("names the file '" + file + "', which is not in the same folder");
        for (stored_tensor& one : read_safetensors((std::filesystem::path(path).parent_path() / file).string()).tensors)
            all.add(std::move(one));
    }
    return all;
}

/// "qwen3-32b" of "configs/qwen3-32b.json", "Qwen3-32B" of "Qwen3-32B/config.json".
[[nodiscard]] inline std::string model_name(const std::filesystem::path& path) {
    const std::string stem = path.stem().string();
    const bool plain = stem == "config" || stem.starts_with("model");
    const std::string folder = path.parent_path().filename().string();
    return plain && !folder.empty() ? folder : stem;
}

}  // namespace detail

/// The tensors of a checkpoint: a .safetensors file, its index (model.safetensors.index.json), or a .gguf file. Throws
/// parse_error.
[[nodiscard]] inline tensor_list load_tensor_list(const std::string& path) {
    constexpr std::size_t longest_header = std::size_t{1} << 27U;
    if (path.ends_with(".index.json")) return detail::read_safetensors_index(path);
    if (detail::read_front(path, 4) == "GGUF")
        return parse_gguf(detail::read_front(path, longest_header), path).tensors;
    return detail::read_safetensors(path);
}

/// A language model by the name of one in the zoo, or from a file: a config.json; a .gguf; a .safetensors or its index,
/// with the config.json that stands beside it. Formats and bytes follow the tensors where the file lists them. Throws
/// unknown_name with the nearest name, parse_error with file and place.
[[nodiscard]] language_model load_language_model(const std::string& path);

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE language_model load_language_model(const std::string& path) {
    constexpr std::size_t longest_header = std::size_t{1} << 27U;
    if (const zoo::language_entry* const known = zoo::find_language(path)) return zoo::build_language(*known);
    const bool is_file = path.find('/') != std::string::npos || path.find('.') != std::string::npos;
    if (!is_file) return zoo::build_language(std::string_view(path));
    const std::string front = detail::read_front(path, 8);
    const std::filesystem::path place(path);
    if (front.starts_with("GGUF")) {
        language_model model = to_language_model(parse_gguf(detail::read_front(path, longest_header), path), path);
        model.name = detail::model_name(place);
        return model;
    }
    if (path.ends_with(".gguf")) throw parse_error(path, "byte 0", "this is no GGUF file: 'GGUF' should stand here");
    const bool is_index = path.ends_with(".index.json");
    if (!is_index && !path.ends_with(".safetensors"))
        return parse_language_config(detail::read_file(path), path, detail::model_name(place));
    const std::string config = (place.parent_path() / "config.json").string();
    const tensor_list tensors = load_tensor_list(path);
    if (!std::filesystem::exists(config))
        throw parse_error(
            path, "", "tensors alone do not say how heads and experts are used: put the model's config.json beside it");
    language_model model = parse_language_config(detail::read_file(config), config, detail::model_name(place));
    detail::store_as(model, tensors);
    return model;
}

}  // namespace qutibench
#endif
