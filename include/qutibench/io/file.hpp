// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/detail/nearest.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace qutibench::detail {

using file_handle = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

/// The file or folder beside a path that there is not whose name is the closest, as "; did you mean 'tests/net.onnx'?",
/// or nothing.
[[nodiscard]] inline std::string suggested_file(const std::string& path) {
    const std::filesystem::path wanted(path);
    const std::filesystem::path folder = wanted.parent_path();
    std::error_code wrong;
    std::vector<std::string> names;
    std::filesystem::directory_iterator at(folder.empty() ? "." : folder, wrong), end;
    for (; !wrong && at != end && names.size() < 10'000; at.increment(wrong))
        names.push_back(at->path().filename().string());
    std::sort(names.begin(), names.end());
    const std::string_view nearest = nearest_name(wanted.filename().string(), names);
    return nearest.empty() ? "" : "; did you mean '" + (folder / nearest).string() + "'?";
}

/// What an unknown name may have meant, for `unknown_name`: the file or folder that is called so, written as a path,
/// and the known names that are like it.
[[nodiscard]] inline std::string file_or(std::string_view name, const std::string& like) {
    std::error_code ignored;
    if (name.empty() || name.size() > 255 || name.find('\0') != name.npos) return like;
    const std::filesystem::file_type kind = std::filesystem::status(std::string(name), ignored).type();
    if (kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::directory) return like;
    return "./" + std::string(name) + (like.empty() ? "" : "' or '" + like);
}

/// Why a file could not be opened.
[[nodiscard]] inline std::string why_unopened(const std::string& path) {
    std::error_code ignored;
    const bool is_missing = std::filesystem::status(path, ignored).type() == std::filesystem::file_type::not_found;
    return is_missing ? "there is no such file" + suggested_file(path) : "the file cannot be opened; may you read it?";
}

/// Opens a file or a pipe for reading; throws parse_error that says what is in the way.
[[nodiscard]] inline file_handle open_file(const std::string& path) {
    if (path.find('\0') != std::string::npos)
        throw parse_error(path.substr(0, path.find('\0')), "", "a path cannot hold a zero byte");
    std::error_code ignored;
    const auto status = std::filesystem::status(path, ignored);
    if (std::filesystem::is_directory(status)) throw parse_error(path, "", "this is a folder, not a file");
    if (std::filesystem::is_character_file(status) || std::filesystem::is_block_file(status))
        throw parse_error(path, "", "this is a device, not a file");
    file_handle file(std::fopen(path.c_str(), "rb"), &std::fclose);
    if (file == nullptr) throw parse_error(path, "", why_unopened(path));
    return file;
}

/// The most that is held of one input: bytes of a file that is read as a whole, and of one line, row, text or record of
/// those that are read piece by piece.
inline constexpr std::size_t whole_file_limit = std::size_t{1} << 28;
inline constexpr std::size_t piece_limit = std::size_t{1} << 26;

/// The whole of a file; throws parse_error when it cannot be read or has more than `whole_file_limit` bytes.
[[nodiscard]] inline std::string read_file(const std::string& path) {
    const file_handle file = open_file(path);
    std::string text;
    char chunk[1 << 16];
    for (std::size_t n = 0; (n = std::fread(chunk, 1, sizeof chunk, file.get())) > 0;) {
        text.append(chunk, n);
        if (text.size() > whole_file_limit) throw parse_error(path, "", "the file has more than 256 MiB");
    }
    if (std::ferror(file.get()) != 0) throw parse_error(path, "", "the file cannot be read to its end");
    return text;
}

/// Writes a whole file, replacing what was there. Throws parse_error when that fails, and what was there stays: the
/// text goes to a file beside it, which takes its place when it is complete. Pipes and devices are written to as they
/// are.
inline void write_file(const std::string& path, const std::string& text) {
    std::error_code ignored;
    const auto old = std::filesystem::symlink_status(path, ignored);
    const bool is_plain = old.type() == std::filesystem::file_type::not_found || std::filesystem::is_regular_file(old);
    const std::string target = is_plain ? path + "." + std::to_string(std::random_device()()) + ".part" : path;
    file_handle file(std::fopen(target.c_str(), "wb"), &std::fclose);
    if (file == nullptr) throw parse_error(path, "", "the file cannot be written; does its folder exist?");
    bool complete = std::fwrite(text.data(), 1, text.size(), file.get()) == text.size();
    complete = std::fclose(file.release()) == 0 && complete;
    if (is_plain) {
        std::error_code failed;
        if (complete && std::filesystem::is_regular_file(old))
            std::filesystem::permissions(target, old.permissions(), ignored);
        if (complete) std::filesystem::rename(target, path, failed);
        if (!complete || failed) std::filesystem::remove(target, ignored);
        complete = complete && !failed;
    }
    if (!complete) throw parse_error(path, "", "the file could not be written to its end");
}

}  // namespace qutibench::detail
