// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/file.hpp>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if (defined(__unix__) || defined(__APPLE__)) && !defined(__EMSCRIPTEN__)
#define QUTIBENCH_ONNX_HAS_MMAP 1
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace qutibench::onnx {

/// The bytes of a model for as long as anything points into them: a memory-mapped file, a file read whole where the
/// system cannot map one, or a copy of a caller's buffer. The file must not shrink while it is mapped.
class byte_source {
public:
    /// Maps `path` read-only; pages are loaded as they are touched. Throws parse_error when it is not a readable file.
    [[nodiscard]] static std::shared_ptr<const byte_source> open(const std::string& path) {
        std::shared_ptr<byte_source> source(new byte_source(path));
#ifdef QUTIBENCH_ONNX_HAS_MMAP
        source->map(path);
#else
        source->read(path);
#endif
        return source;
    }

    /// Copies `bytes`; `name` stands for the file in error messages.
    [[nodiscard]] static std::shared_ptr<const byte_source> copy(std::string_view bytes, std::string name) {
        std::shared_ptr<byte_source> source(new byte_source(std::move(name)));
        source->owned_.assign(bytes.begin(), bytes.end());
        source->bytes_ = {source->owned_.data(), source->owned_.size()};
        return source;
    }

    /// Refers to `bytes`, which the caller keeps alive and unchanged.
    [[nodiscard]] static std::shared_ptr<const byte_source> view(std::string_view bytes, std::string name) {
        std::shared_ptr<byte_source> source(new byte_source(std::move(name)));
        source->bytes_ = bytes;
        return source;
    }

    byte_source(const byte_source&) = delete;
    byte_source& operator=(const byte_source&) = delete;

    ~byte_source() {
#ifdef QUTIBENCH_ONNX_HAS_MMAP
        if (mapping_ != nullptr) ::munmap(mapping_, bytes_.size());
#endif
    }

    [[nodiscard]] std::string_view bytes() const { return bytes_; }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    explicit byte_source(std::string name) : name_(std::move(name)) {}

#ifdef QUTIBENCH_ONNX_HAS_MMAP
    void map(const std::string& path) {
        const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (file < 0) throw parse_error(path, "", qutibench::detail::why_unopened(path));
        struct ::stat status{};
        const bool regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
        void* address = MAP_FAILED;
        const auto size = regular ? static_cast<std::size_t>(status.st_size) : 0;
        if (size > 0) address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
        ::close(file);
        if (!regular) throw parse_error(path, "", "this is not a regular file");
        if (size == 0) throw parse_error(path, "byte 0", "the file is empty");
        if (address == MAP_FAILED) throw parse_error(path, "", "the file cannot be mapped into memory");
        mapping_ = address;
        bytes_ = {static_cast<const char*>(address), size};
    }

    void* mapping_ = nullptr;
#else
    void read(const std::string& path) {
        std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
        if (file == nullptr) throw parse_error(path, "", qutibench::detail::why_unopened(path));
        char chunk[1 << 16];
        for (std::size_t n = 0; (n = std::fread(chunk, 1, sizeof chunk, file.get())) > 0;)
            owned_.insert(owned_.end(), chunk, chunk + n);
        if (std::ferror(file.get()) != 0) throw parse_error(path, "", "the file cannot be read");
        if (owned_.empty()) throw parse_error(path, "byte 0", "the file is empty");
        bytes_ = {owned_.data(), owned_.size()};
    }
#endif

    std::string name_;
    std::vector<char> owned_;
    std::string_view bytes_;
};

}  // namespace qutibench::onnx
