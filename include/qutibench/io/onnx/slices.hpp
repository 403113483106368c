// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A model that is too large to hold, or that arrives in pieces: asks for slices of its file, passes over the data of
/// large tensors without ever seeing them, and leaves a small model with the same structure, for `read` to read.
///     slice_reader reader(size, "model.onnx");
///     while (const auto wanted = reader.wanted(); wanted.length > 0) reader.give(bytes_of(wanted));
///     load_onnx(reader.finish())
#pragma once

#include <qutibench/detail/message.hpp>
#include <qutibench/error.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qutibench::onnx {

/// A piece of a file.
struct file_slice {
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

/// Walks the messages of onnx.proto that tensors lie in and copies all but the data of large tensors. Memory: what
/// remains, and one slice. Throws parse_error with a byte offset as `read` does.
class slice_reader {
public:
    /// Tensors with more bytes of data lose them: more than any shape is worked out from.
    static constexpr std::uint64_t kept_data = std::uint64_t{1} << 18U;
    static constexpr std::uint64_t largest_slice = std::uint64_t{1} << 19U;

    /// A file of `size` bytes; `name` stands for it in messages.
    slice_reader(std::uint64_t size, std::string name) : name_(std::move(name)), size_(size) {
        if (size == 0) throw parse_error(name_, "byte 0", "the file is empty");
        open_.push_back({kind::model, size, {}});
    }

    /// The piece of the file to give next; empty when nothing more is needed.
    [[nodiscard]] file_slice wanted() const {
        const std::uint64_t from = position_ + waiting_.size();
        return {from, std::min(size_ - from, largest_slice)};
    }

    /// Takes the bytes at `wanted().offset`: as many as wanted, or fewer.
    void give(std::string_view bytes) {
        if (bytes.empty() || bytes.size() > wanted().length)
            throw invalid_argument("give takes the bytes of the slice that is wanted");
        waiting_.append(bytes);
        std::size_t used = 0;
        while (take(used)) {
        }
        waiting_.erase(0, used);
    }

    /// The model without the data of large tensors. Throws invalid_argument while a slice is wanted.
    [[nodiscard]] std::string finish() {
        if (wanted().length > 0) throw invalid_argument("there are slices left to give");
        close_ended();
        if (open_.size() > 1 || !waiting_.empty()) fail("the file ends inside a message");
        return std::move(open_.front().kept);
    }

private:
    enum class kind : std::uint8_t { none, model, graph, node, attribute, function, tensor, sparse };

    /// A message that is being read: where it ends in the file, and what is kept of it.
    struct message {
        kind of = kind::none;
        std::uint64_t end = 0;
        std::string kept{};
        std::uint64_t tag = 0;
    };

    /// What a field of a message holds, as far as tensors can lie in it.
    [[nodiscard]] static kind inside(kind of, std::uint64_t field) {
        switch (of) {
            case kind::model:
                return field == 7 ? kind::graph : field == 25 ? kind::function : kind::none;
            case kind::graph:
                return field == 1 ? kind::node : field == 5 ? kind::tensor : field == 15 ? kind::sparse : kind::none;
            case kind::function:
                return field == 7 ? kind::node : field == 11 ? kind::attribute : kind::none;
            case kind::node:
                return field == 5 ? kind::attribute : kind::none;
            case kind::attribute:
                if (field == 5 || field == 10) return kind::tensor;
                if (field == 6 || field == 11) return kind::graph;
                return field == 22 || field == 23 ? kind::sparse : kind::none;
            case kind::sparse:
                return field == 1 || field == 2 ? kind::tensor : kind::none;
            default:
                return kind::none;
        }
    }

    /// float_data, int32_data, int64_data, raw_data, double_data, uint64_data.
    [[nodiscard]] static bool is_data(kind of, std::uint64_t field) {
        return of == kind::tensor && (field == 4 || field == 5 || field == 7 || (field >= 9 && field <= 11));
    }

    [[noreturn]] void fail(const std::string& reason) const {
        throw parse_error(name_, qutibench::detail::message({"byte ", position_}), reason);
    }

    /// Reads one field from `waiting_` at `used`, and closes messages that end; false when more bytes are needed.
    bool take(std::size_t& used) {
        close_ended();
        message& in = open_.back();
        const std::string_view rest = std::string_view(waiting_).substr(used);
        const bool is_cut = in.end - position_ > rest.size();
        std::size_t at = 0;
        std::uint64_t tag = 0;
        if (rest.empty() || !varint(rest, at, tag, is_cut)) return false;
        const std::uint64_t field = tag >> 3U;
        std::uint64_t length = 0;
        switch (tag & 7U) {
            case 0: {
                std::uint64_t value = 0;
                if (!varint(rest, at, value, is_cut)) return false;
                break;
            }
            case 1:
                length = 8;
                break;
            case 2: {
                if (!varint(rest, at, length, is_cut)) return false;
                check_end(at, length);
                if (const kind next = inside(in.of, field); next != kind::none) {
                    descend(next, tag, at, length, used);
                    return true;
                }
                if (is_data(in.of, field) && length > kept_data) return pass_over(at + length, rest.size(), used);
                break;
            }
            case 5:
                length = 4;
                break;
            default:
                fail("this is not valid protocol-buffer data");
        }
        check_end(at, length);
        if (at + length > rest.size()) return false;
        in.kept.append(rest.substr(0, at + static_cast<std::size_t>(length)));
        advance(at + length, used);
        return true;
    }

    void check_end(std::size_t header, std::uint64_t length) const {
        const std::uint64_t room = open_.back().end - position_;
        if (header <= room && length <= room - header) return;
        fail(open_.size() == 1 ? "the file ends inside a message" : "a field goes beyond the message that it is in");
    }

    void descend(kind next, std::uint64_t tag, std::size_t header, std::uint64_t length, std::size_t& used) {
        if (open_.size() > 256) fail("messages are nested more than 256 deep");
        advance(header, used);
        open_.push_back({next, position_ + length, {}, tag});
    }

    /// Leaves out a field; what of it is not here yet is never asked for.
    bool pass_over(std::uint64_t length, std::size_t here, std::size_t& used) {
        position_ += length;
        used += static_cast<std::size_t>(std::min<std::uint64_t>(length, here));
        return length <= here;
    }

    void advance(std::uint64_t length, std::size_t& used) {
        position_ += length;
        used += static_cast<std::size_t>(length);
    }

    void close_ended() {
        while (open_.size() > 1 && open_.back().end == position_) close();
    }

    /// Writes the innermost message, whose length has become known, into the one around it.
    void close() {
        message done = std::move(open_.back());
        open_.pop_back();
        std::string& out = open_.back().kept;
        append_varint(out, done.tag);
        append_varint(out, done.kept.size());
        out += done.kept;
    }

    static void append_varint(std::string& out, std::uint64_t value) {
        for (; value >= 0x80; value >>= 7U) out += static_cast<char>((value & 0x7fU) | 0x80U);
        out += static_cast<char>(value);
    }

    /// False when the number goes on in bytes that are still to come.
    [[nodiscard]] bool varint(std::string_view rest, std::size_t& at, std::uint64_t& value, bool is_cut) const {
        value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (at == rest.size()) {
                if (is_cut && position_ + rest.size() < size_) return false;
                fail("the file ends inside a number");
            }
            const auto byte = static_cast<unsigned char>(rest[at++]);
            value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
            if (byte < 0x80) return true;
        }
        fail("this is not valid protocol-buffer data (a number of more than 64 bits)");
    }

    std::string name_;
    std::uint64_t size_;
    std::uint64_t position_ = 0;  ///< in the file, of the first byte that is not read yet
    std::string waiting_;         ///< bytes from there on
    std::vector<message> open_;
};

}  // namespace qutibench::onnx
