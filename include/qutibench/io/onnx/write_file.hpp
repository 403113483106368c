// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A whole graph as a ModelProto, and the file that it goes to.
#pragma once

#include <qutibench/io/onnx/write_frame.hpp>
#include <qutibench/io/onnx/write_movement.hpp>
#include <qutibench/io/onnx/write_pointwise.hpp>
#include <qutibench/network/all_layers.hpp>

#include <map>

namespace qutibench::onnx_writer {

inline constexpr std::int64_t opset = 17;
inline constexpr std::int64_t ir_version = 8;

/// Throws unsupported_operator on an imported operator and on layers of a user's own.
inline void write_layer(layer_output& at) {
    bool written = false;
    visit_layer(at.layer().layer, all_layers{}, [&](const auto& layer) {
        if constexpr (requires { write(at, layer); }) {
            write(at, layer);
            written = true;
        }
    });
    if (!written)
        throw unsupported_operator(
            detail::message({"layer '", at.layer().name, "' is of type '", at.layer().layer.type(),
                             "', of which only shapes and cost are known: it cannot be written as ONNX"}));
}

/// A graph as the parts of a ModelProto.
class model_file : public framed_model {
public:
    /// `location` is the name of the file of external weights. Throws invalid_argument when the model is too large for
    /// one file, overflow_error past 64 bits, unsupported_operator on a layer that ONNX has no operator for.
    model_file(const graph& net, const onnx_settings& settings, const std::string& location)
        : framed_model(net.name(), settings, location), net_(net), settings_(settings), layers_(net.nodes().size()) {
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
        frame(head(), model_.message(), model_.stored());
    }

private:
    /// Results keep the names of the file they were read from; layers get their own names as far as those are unique,
    /// and parts of layers make way.
    void name_outputs() {
        const std::vector<tensor> results = net_.outputs();
        const std::vector<std::string> given = net_.output_names();
        std::map<std::pair<int, int>, std::string> named;
        for (std::size_t i = 0; i < results.size(); ++i)
            if (!given[i].empty()) named[{results[i].node, results[i].port}] = model_.unique(given[i]);
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const node& one = net_.nodes()[i];
            for (std::size_t port = 0; port < one.outputs.size(); ++port) {
                const auto found = named.find({static_cast<int>(i), static_cast<int>(port)});
                layers_[i].outputs.push_back(
                    found != named.end() ? found->second
                                         : model_.unique(port == 0 ? one.name : one.name + ":" + std::to_string(port)));
            }
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

    /// ModelProto: ir_version 1, producer_name 2, producer_version 3, opset_import 8.
    [[nodiscard]] static std::string head() {
        std::string text;
        protozero::pbf_writer out(text);
        out.add_int64(1, ir_version);
        out.add_string(2, "qutibench");
        out.add_string(3, version.data(), version.size());
        protozero::pbf_writer(out, 8).add_int64(2, opset);
        return text;
    }

    const graph& net_;
    onnx_settings settings_;
    std::vector<written_layer> layers_;
    model_builder model_;
};

}  // namespace qutibench::onnx_writer
