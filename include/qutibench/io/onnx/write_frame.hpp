// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A ModelProto whose stored tensors are made up as it is written, and the file that it goes to.
#pragma once

#include <qutibench/io/file.hpp>
#include <qutibench/io/onnx/write_settings.hpp>
#include <qutibench/io/onnx/write_tensor.hpp>
#include <qutibench/version.hpp>

#include <iterator>
#include <protozero/varint.hpp>

namespace qutibench::onnx_writer {

/// Tensors below this size stay in the model, since runtimes read shapes from them.
inline constexpr std::int64_t smallest_external = 1024;

/// The start of a length-delimited field: its tag and its length.
[[nodiscard]] inline std::string field_start(std::uint32_t tag, std::int64_t size) {
    std::string text;
    protozero::write_varint(std::back_inserter(text), tag << 3U | 2U);
    protozero::write_varint(std::back_inserter(text), static_cast<std::uint64_t>(size));
    return text;
}

/// The parts of a ModelProto.
class framed_model {
public:
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(size_); }

    template <class Sink>
    void write_model(Sink& sink) const {
        sink.write(start_);
        sink.write(graph_);
        for (std::size_t i = 0; i < starts_.size(); ++i) {
            sink.write(starts_[i]);
            if (!is_external(stored_[i])) write_values(stored_[i], sink);
        }
    }

    template <class Sink>
    void write_weights(Sink& sink) const {
        for (const stored_tensor& one : stored_)
            if (is_external(one)) write_values(one, sink);
    }

protected:
    /// `location` is the name of the file of external weights, empty where they are in the model.
    framed_model(std::string title, const onnx_settings& settings, const std::string& location)
        : title_(std::move(title)), location_(settings.external_weights ? location : ""),
          most_bytes_(settings.most_bytes) {}

    /// Before as many bytes are made: throws invalid_argument where one file does not hold them.
    void expect(std::int64_t bytes) {
        expected_ = detail::add(expected_, bytes);
        if (expected_ > most_bytes_) throw_too_large(expected_);
    }

    /// What goes before the values of each stored tensor, and before it all. TensorProto: raw_data 9, external_data 13,
    /// data_location 14; ModelProto: graph 7. `head` holds the model's other fields. Throws invalid_argument when the
    /// model is too large for one file, overflow_error past 64 bits.
    void frame(std::string head, std::string graph, std::vector<stored_tensor> stored) {
        start_ = std::move(head);
        graph_ = std::move(graph);
        stored_ = std::move(stored);
        auto graph_size = static_cast<std::int64_t>(graph_.size());
        std::int64_t offset = 0;
        for (const stored_tensor& one : stored_) {
            const bool external = is_external(one);
            const std::int64_t inside = external ? 0 : one.bytes();
            std::string header = tensor_header(one);
            if (external) {
                protozero::pbf_writer out(header);
                add_entry(out, "location", location_);
                add_entry(out, "offset", std::to_string(offset));
                add_entry(out, "length", std::to_string(one.bytes()));
                out.add_enum(14, 1);
                offset = detail::add(offset, one.bytes());
            } else {
                header += field_start(9, inside);
            }
            const auto start = static_cast<std::int64_t>(header.size());
            starts_.push_back(field_start(5, detail::add(start, inside)) + header);
            graph_size = detail::add(graph_size, detail::add(static_cast<std::int64_t>(starts_.back().size()), inside));
        }
        start_ += field_start(7, graph_size);
        size_ = detail::add(graph_size, static_cast<std::int64_t>(start_.size()));
        if (size_ > most_bytes_) throw_too_large(size_);
    }

private:
    [[noreturn]] void throw_too_large(std::int64_t bytes) const {
        throw invalid_argument(detail::message({"'", title_, "' takes ", bytes,
                                                " bytes with its weights, and one ONNX file holds at most ",
                                                most_bytes_, "; save it with external weights"}));
    }

    [[nodiscard]] bool is_external(const stored_tensor& one) const {
        return !location_.empty() && one.literal.empty() && one.bytes() >= smallest_external;
    }

    static void add_entry(protozero::pbf_writer& tensor, const char* key, const std::string& value) {
        protozero::pbf_writer entry(tensor, 13);
        entry.add_string(1, key);
        entry.add_string(2, value);
    }

    std::string title_;
    std::string location_;
    std::int64_t most_bytes_;
    std::int64_t expected_ = 0;
    std::string graph_;
    std::vector<stored_tensor> stored_;
    std::string start_;
    std::vector<std::string> starts_;
    std::int64_t size_ = 0;
};

/// A file that is written part by part; one that could not be completed is removed.
class file_sink {
public:
    /// Throws parse_error when the file cannot be opened.
    explicit file_sink(const std::string& path) : path_(path), file_(std::fopen(path.c_str(), "wb"), &std::fclose) {
        if (file_ == nullptr) throw parse_error(path_, "", "the file cannot be written; does its folder exist?");
    }
    file_sink(const file_sink&) = delete;
    file_sink& operator=(const file_sink&) = delete;
    ~file_sink() {
        if (file_ == nullptr) return;
        file_.reset();
        discard();
    }

    void write(std::string_view bytes) {
        if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail();
    }

    /// Throws parse_error when not everything has reached the file.
    void close() {
        if (std::fclose(file_.release()) == 0) return;
        discard();
        fail();
    }

private:
    void discard() const noexcept {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(path_, ignored)) std::filesystem::remove(path_, ignored);
    }
    [[noreturn]] void fail() const { throw parse_error(path_, "", "the file could not be written to its end"); }

    std::string path_;
    detail::file_handle file_;
};

}  // namespace qutibench::onnx_writer
