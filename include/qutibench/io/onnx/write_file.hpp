// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A whole graph as a ModelProto, and the file that it goes to.
#pragma once

#include <qutibench/io/file.hpp>
#include <qutibench/io/onnx/write_movement.hpp>
#include <qutibench/io/onnx/write_pointwise.hpp>
#include <qutibench/version.hpp>

#include <iterator>
#include <protozero/varint.hpp>

namespace qutibench::onnx_writer {

inline constexpr std::int64_t opset = 17;
inline constexpr std::int64_t ir_version = 8;
/// Tensors below this size stay in the model, since runtimes read shapes from them.
inline constexpr std::int64_t smallest_external = 1024;

template <class... Layers>
[[nodiscard]] bool write_as(layer_output& at) {
    const auto attempt = [&]<class Layer>(const Layer* layer) {
        if (layer != nullptr) write(at, *layer);
        return layer != nullptr;
    };
    return (attempt(at.layer().layer.template as<Layers>()) || ...);
}

/// Throws unsupported_operator on an imported operator and on layers of a user's own.
inline void write_layer(layer_output& at) {
    const bool written =
        write_as<network_input, parameter, convolution_1d, convolution_2d, convolution_3d, transposed_convolution_1d,
                 transposed_convolution_2d, transposed_convolution_3d, dense, matrix_multiplication, pooling_1d,
                 pooling_2d, pooling_3d, global_pooling, batch_normalization, layer_normalization, group_normalization,
                 elementwise, activation, softmax, concatenation, split, slice, reshape, flatten, transpose, pad,
                 resize, attention, embedding, recurrent>(at);
    if (!written)
        throw unsupported_operator(
            detail::message({"layer '", at.layer().name, "' is of type '", at.layer().layer.type(),
                             "', of which only shapes and cost are known: it cannot be written as ONNX"}));
}

/// The start of a length-delimited field: its tag and its length.
[[nodiscard]] inline std::string field_start(std::uint32_t tag, std::int64_t size) {
    std::string text;
    protozero::write_varint(std::back_inserter(text), tag << 3U | 2U);
    protozero::write_varint(std::back_inserter(text), static_cast<std::uint64_t>(size));
    return text;
}

/// A graph as the parts of a ModelProto.
class model_file {
public:
    /// `location` is the name of the file of external weights. Throws invalid_argument when the model is too large for
    /// one file, overflow_error past 64 bits, unsupported_operator on a layer that ONNX has no operator for.
    model_file(const graph& net, const onnx_settings& settings, const std::string& location)
        : net_(net), settings_(settings), location_(settings.external_weights ? location : ""),
          layers_(net.nodes().size()) {
        if (net.nodes().empty()) throw invalid_argument("'" + net.name() + "' has no layers to write");
        std::string notes;
        for (const std::string& one : net.log()) notes += (notes.empty() ? "" : "; ") + one;
        model_.title(net.name().empty() ? "network" : net.name(), notes);
        name_outputs();
        find_indices();
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            layer_output at(net_, layers_, i, model_, settings_);
            write_layer(at);
        }
        describe_tensors();
        frame_stored();
    }

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(size_); }

    template <class Sink>
    void write_model(Sink& sink) const {
        sink.write(start_);
        sink.write(model_.message());
        for (std::size_t i = 0; i < starts_.size(); ++i) {
            sink.write(starts_[i]);
            if (!is_external(model_.stored()[i])) write_values(model_.stored()[i], sink);
        }
    }

    template <class Sink>
    void write_weights(Sink& sink) const {
        for (const stored_tensor& one : model_.stored())
            if (is_external(one)) write_values(one, sink);
    }

private:
    /// Layers get their own names as far as those are unique; parts of layers make way.
    void name_outputs() {
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const node& one = net_.nodes()[i];
            for (std::size_t port = 0; port < one.outputs.size(); ++port)
                layers_[i].outputs.push_back(
                    model_.unique(port == 0 ? one.name : one.name + ":" + std::to_string(port)));
        }
    }

    /// Tensors that an embedding reads are integers, back to the inputs and constants that they come from.
    void find_indices() {
        std::vector<bool> is_moved(layers_.size(), false);
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const node& one = net_.nodes()[i];
            const auto* const held = one.layer.as<parameter>();
            is_moved[i] = one.layer.kind() == layer_kind::input || (held != nullptr && !held->learned) ||
                          (moves_only(one) && std::all_of(one.inputs.begin(), one.inputs.end(), [&](tensor from) {
                               return is_moved[static_cast<std::size_t>(from.node)];
                           }));
        }
        const auto mark = [&](tensor from, std::int64_t rows) {
            const auto source = static_cast<std::size_t>(from.node);
            std::int64_t& least = layers_[source].rows;
            if (is_moved[source]) least = least == 0 ? rows : std::min(least, rows);
        };
        for (std::size_t i = layers_.size(); i-- > 0;) {
            const node& one = net_.nodes()[i];
            if (const auto* const table = one.layer.as<embedding>()) mark(one.inputs[0], table->rows);
            if (layers_[i].rows == 0) continue;
            for (const tensor& from : one.inputs) mark(from, layers_[i].rows);
        }
    }

    /// Results, and the type and shape of every layer's output. A result that is an input or stored gets a tensor of
    /// its own.
    void describe_tensors() {
        std::unordered_set<std::string> results;
        for (const tensor& one : net_.outputs()) {
            const auto from = static_cast<std::size_t>(one.node);
            const written_layer& layer = layers_[from];
            std::string name = layer.outputs[static_cast<std::size_t>(one.port)];
            const std::string_view type = net_.nodes()[from].layer.type();
            if (type == network_input::type || type == parameter::type) {
                const std::string copy = model_.unique(name + "/output");
                model_.node("Identity", copy, {name}, {copy});
                name = copy;
            }
            results.insert(name);
            model_.output(name, layer.type(), net_.shape_of(one));
        }
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const node& one = net_.nodes()[i];
            if (one.layer.kind() == layer_kind::input || one.layer.type() == parameter::type) continue;
            for (std::size_t port = 0; port < one.outputs.size(); ++port)
                if (results.count(layers_[i].outputs[port]) == 0)
                    model_.inner(layers_[i].outputs[port], layers_[i].type(), one.outputs[port]);
        }
    }

    [[nodiscard]] bool is_external(const stored_tensor& one) const {
        return !location_.empty() && one.literal.empty() && one.bytes() >= smallest_external;
    }

    /// What goes before the values of each stored tensor, and before it all. TensorProto: raw_data 9, external_data 13,
    /// data_location 14; ModelProto: ir_version 1, producer_name 2, producer_version 3, graph 7, opset_import 8.
    void frame_stored() {
        auto graph_size = static_cast<std::int64_t>(model_.message().size());
        std::int64_t offset = 0;
        for (const stored_tensor& one : model_.stored()) {
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
        protozero::pbf_writer out(start_);
        out.add_int64(1, ir_version);
        out.add_string(2, "qutibench");
        out.add_string(3, version.data(), version.size());
        protozero::pbf_writer(out, 8).add_int64(2, opset);
        start_ += field_start(7, graph_size);
        size_ = detail::add(graph_size, static_cast<std::int64_t>(start_.size()));
        if (size_ > largest_message)
            throw invalid_argument(detail::message({"'", net_.name(), "' takes ", size_,
                                                    " bytes with its weights, and one ONNX file holds at most ",
                                                    largest_message, "; save it with external weights"}));
    }

    static void add_entry(protozero::pbf_writer& tensor, const char* key, const std::string& value) {
        protozero::pbf_writer entry(tensor, 13);
        entry.add_string(1, key);
        entry.add_string(2, value);
    }

    const graph& net_;
    onnx_settings settings_;
    std::string location_;
    std::vector<written_layer> layers_;
    model_builder model_;
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
