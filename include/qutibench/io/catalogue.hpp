// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Known platforms and networks by id, and your own by path. The known ones are compiled in, so that nothing has to be
/// installed or configured; only the file that is asked for is parsed.
#pragma once

#include <qutibench/io/json/network.hpp>
#include <qutibench/io/json/platform_details.hpp>
#include <qutibench/io/platform_names.hpp>

#include <algorithm>

namespace qutibench {

namespace detail {

/// Whether a name is meant as a path: it has a slash or ends in a file's extension, those of models that are refused
/// with advice among them.
[[nodiscard]] inline bool is_path(std::string_view name) {
    if (name.find('/') != std::string_view::npos || name.find('\\') != std::string_view::npos) return true;
    for (const std::string_view extension :
         {".json", ".onnx", ".tflite", ".xml", ".pt", ".pth", ".pb", ".mlmodel", ".keras", ".h5", ".gz", ".zip"})
        if (name.ends_with(extension)) return true;
    return name == "." || name == "..";
}

/// Throws invalid_argument for a path. Names that stand in data files are looked up as ids only, so that reading one
/// file never opens another.
inline void require_id(std::string_view kind, std::string_view name) {
    if (is_path(name))
        throw invalid_argument(message({"a file names the ", kind, " '", name,
                                        "', which is a path; only ids are looked up for a file, so name it yourself"}));
}

/// Where the mode of "id:mode" or "path.json:mode" starts, or npos.
[[nodiscard]] inline std::size_t mode_colon(std::string_view name) {
    if (name.ends_with(".json")) return std::string_view::npos;
    if (const std::size_t at = name.rfind(".json:"); at != std::string_view::npos) return at + 5;
    return is_path(name) ? std::string_view::npos : name.rfind(':');
}

[[nodiscard]] inline platform load_base_platform(std::string_view name) {
    if (is_path(name)) return load_platform_file(std::string(name));
    const std::string id = platform_id(name);
    return parse_platform(embedded_text("platforms", id), id + ".json");
}

}  // namespace detail

/// Ids of the platforms that `load_platform` knows, sorted.
[[nodiscard]] inline std::vector<std::string> platform_ids() {
    const auto ids = detail::embedded_ids("platforms");
    std::vector<std::string> all(ids.begin(), ids.end());
    std::sort(all.begin(), all.end());
    return all;
}

/// Ids of the networks that `load_network` knows, sorted: those with a file, and the rest of the zoo.
[[nodiscard]] inline std::vector<std::string> network_ids() {
    const auto ids = detail::embedded_ids("networks");
    std::vector<std::string> all(ids.begin(), ids.end());
    for (const zoo::entry& one : zoo::entries()) all.emplace_back(one.name);
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    return all;
}

/// A platform by id ("jetson_tx2", "jetson_tx2:maxp") or path ("boards/mine.json", "boards/mine.json:eco"); what has a
/// slash or ends in ".json" is a path, and what follows a colon is the mode. Without one the first mode is selected. An
/// alias ("rpi5") or a part of an id that no other has ("4090") will do. Throws unknown_name with the ids that the name
/// could stand for, the nearest id or mode, parse_error with file and place.
[[nodiscard]] inline platform load_platform(std::string_view name) {
    const std::size_t colon = detail::mode_colon(name);
    if (colon == std::string_view::npos) return detail::load_base_platform(name);
    return detail::load_base_platform(name.substr(0, colon)).in_mode(name.substr(colon + 1));
}

/// The resources, operators and notes of a platform, by id or path; throws as `load_platform` does.
[[nodiscard]] inline platform_details load_platform_details(std::string_view name) {
    name = name.substr(0, detail::mode_colon(name));
    if (detail::is_path(name)) return parse_platform_details(detail::read_file(std::string(name)), std::string(name));
    const std::string id = detail::platform_id(name);
    return parse_platform_details(detail::embedded_text("platforms", id), id + ".json");
}

/// A network by id or path. Throws unknown_name with the nearest id, parse_error with file and place.
[[nodiscard]] network_entry load_network(std::string_view name);

/// Every platform file of a folder, sorted by file name. Throws parse_error when one is broken or an id comes twice.
[[nodiscard]] inline std::vector<platform> load_platform_folder(const std::string& path) {
    std::error_code wrong;
    std::vector<std::string> files;
    for (std::filesystem::directory_iterator at(path, wrong), end; !wrong && at != end; at.increment(wrong))
        if (at->path().extension() == ".json") files.push_back(at->path().string());
    if (wrong) throw parse_error(path, "", "this is not a folder that can be read");
    std::sort(files.begin(), files.end());
    std::vector<platform> all;
    for (const std::string& file : files) {
        platform one = load_platform_file(file);
        const auto twin =
            std::find_if(all.begin(), all.end(), [&](const platform& other) { return other.id() == one.id(); });
        if (twin != all.end())
            throw parse_error(file, "/id",
                              detail::message({"'", one.id(), "' is also the id of ",
                                               files[static_cast<std::size_t>(twin - all.begin())]}));
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace qutibench

#include <qutibench/detail/compile_once.hpp>
#if QUTIBENCH_HAS_BODIES
namespace qutibench {

QUTIBENCH_INLINE network_entry load_network(std::string_view name) {
    if (detail::is_path(name)) return load_network_file(std::string(name));
    if (const std::string_view text = detail::embedded_text("networks", name); !text.empty())
        return parse_network(text, std::string(name) + ".json");
    if (zoo::find(name) == nullptr)
        throw unknown_name("network", name, detail::file_or(name, detail::nearest_names(name, network_ids())));
    network_entry entry;
    entry.id = entry.name = entry.recipe = std::string(name);
    return entry;
}

}  // namespace qutibench
#endif
