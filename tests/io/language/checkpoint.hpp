// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Writes headers of checkpoints with the names, shapes and formats of released ones, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace qutibench_test {

/// Appends a number as it lies in memory.
template <class Number>
void append(std::string& to, Number value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// A safetensors header, tensor by tensor, and an index over several files.
class safetensors_writer {
public:
    using extents = std::vector<std::int64_t>;

    void add(const std::string& name, const std::string& format, const extents& shape) {
        const std::int64_t bits = format == "F32" || format == "I32"    ? 32
                                  : format == "BF16" || format == "F16" ? 16
                                                                        : 8;
        std::int64_t bytes = bits / 8;
        std::string listed;
        for (const std::int64_t one : shape) {
            bytes *= one;
            listed += (listed.empty() ? "" : ",") + std::to_string(one);
        }
        entries_.push_back(
            {name, "\"" + name + R"(":{"dtype":")" + format + R"(","shape":[)" + listed + R"(],"data_offsets":[)",
             bytes});
        total_ += bytes;
    }
    [[nodiscard]] std::int64_t bytes() const { return total_; }

    /// The header of file `index` of `count`: every count-th tensor.
    [[nodiscard]] std::string text(std::size_t index = 0, std::size_t count = 1) const {
        std::string json = R"({"__metadata__":{"format":"pt"})";
        std::int64_t at = 0;
        for (std::size_t i = index; i < entries_.size(); i += count) {
            const entry& one = entries_[i];
            json += "," + one.head + std::to_string(at) + "," + std::to_string(at + one.bytes) + "]}";
            at += one.bytes;
        }
        json += "}";
        std::string file;
        append(file, static_cast<std::uint64_t>(json.size()));
        return file + json;
    }
    [[nodiscard]] static std::string file_name(std::size_t index, std::size_t count) {
        return "model-0000" + std::to_string(index + 1) + "-of-0000" + std::to_string(count) + ".safetensors";
    }
    [[nodiscard]] std::string index(std::size_t count) const {
        std::string json = R"({"metadata":{"total_size":)" + std::to_string(total_) + R"(},"weight_map":{)";
        for (std::size_t i = 0; i < entries_.size(); ++i)
            json += (i > 0 ? ",\"" : "\"") + entries_[i].name + "\":\"" + file_name(i % count, count) + "\"";
        return json + "}}";
    }

private:
    struct entry {
        std::string name;
        std::string head;
        std::int64_t bytes;
    };
    std::vector<entry> entries_{};
    std::int64_t total_ = 0;
};

/// A GGUF header.
class gguf_writer {
public:
    void add(const std::string& key, std::uint32_t value) {
        put_text(values_, key);
        append(values_, std::uint32_t{4});
        append(values_, value);
        ++keys_;
    }
    void add(const std::string& key, const std::string& value) {
        put_text(values_, key);
        append(values_, std::uint32_t{8});
        put_text(values_, value);
        ++keys_;
    }
    void tensor(const std::string& name, const std::vector<std::uint64_t>& extents, std::uint32_t type) {
        put_text(tensors_, name);
        append(tensors_, static_cast<std::uint32_t>(extents.size()));
        for (const std::uint64_t one : extents) append(tensors_, one);
        append(tensors_, type);
        append(tensors_, std::uint64_t{0});
        ++count_;
    }
    [[nodiscard]] std::string text() const {
        std::string head = "GGUF";
        append(head, std::uint32_t{3});
        append(head, count_);
        append(head, keys_);
        return head + values_ + tensors_;
    }

private:
    static void put_text(std::string& to, const std::string& text) {
        append(to, static_cast<std::uint64_t>(text.size()));
        to += text;
    }
    std::string values_{};
    std::string tensors_{};
    std::uint64_t count_ = 0;
    std::uint64_t keys_ = 0;
};

}  // namespace qutibench_test
