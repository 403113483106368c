// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The values of an OpenVINO network while it is rewritten: names, constants, and the nodes that stand for a layer.
#pragma once

#include <qutibench/io/onnx/model_writer.hpp>
#include <qutibench/io/openvino/network.hpp>

#include <unordered_set>

namespace qutibench::openvino_ir {

/// Writes nodes for the layers of one network.
class node_writer {
public:
    /// `weights`: the bytes of the .bin file, of which small integers are read; may be empty.
    node_writer(const network& source, std::string_view weights) : source_(source), weights_(weights) {
        std::unordered_set<std::string> taken;
        for (const layer& one : source.layers) {
            std::string name = one.name;
            if (!taken.insert(name).second) taken.insert(name += "#" + std::to_string(one.id));
            names_.push_back(std::move(name));
        }
        constant_.resize(source.layers.size(), -1);
    }

protected:
    using attribute = onnx::written_attribute;
    using names = std::vector<std::string>;
    using attributes = std::vector<attribute>;

    [[nodiscard]] std::string value_name(std::size_t layer, std::size_t output) const {
        return output == 0 ? names_[layer] : names_[layer] + "." + std::to_string(output);
    }
    [[nodiscard]] static const port& port_of(const layer& one, const std::vector<port>& ports, std::size_t i) {
        if (i < ports.size()) return ports[i];
        throw shape_error(qutibench::detail::message(
            {"OpenVINO layer '", one.name, "' (", one.type, ") should have a port ", static_cast<std::int64_t>(i)}));
    }
    [[nodiscard]] static const dims& input_shape(const layer& one, std::size_t i) {
        return port_of(one, one.inputs, i).shape;
    }
    [[nodiscard]] static const dims& output_shape(const layer& one, std::size_t i = 0) {
        return port_of(one, one.outputs, i).shape;
    }

    /// The constant behind an input, conversions and scales passed over; -1 where it is computed.
    [[nodiscard]] int constant_behind(const layer& one, std::size_t i) const {
        if (i >= one.sources.size() || one.sources[i].first < 0) return -1;
        return constant_[static_cast<std::size_t>(one.sources[i].first)];
    }

    [[nodiscard]] std::string read(const layer& one, std::size_t i) {
        if (i >= one.sources.size() || one.sources[i].first < 0) return {};
        const auto [from, output] = one.sources[i];
        const int constant = constant_[static_cast<std::size_t>(from)];
        if (constant >= 0) return weight(static_cast<std::size_t>(constant), input_shape(one, i), "");
        return value_name(static_cast<std::size_t>(from), output);
    }

    /// A constant under a shape of one's own.
    [[nodiscard]] std::string weight(std::size_t layer, const dims& extents, const std::string& suffix) {
        std::string name = names_[layer] + suffix;
        for (const std::int64_t one : extents) name += suffix.empty() ? "" : "x" + std::to_string(one);
        if (!written_.insert(name).second) return name;
        const auto& outputs = source_.layers[layer].outputs;
        auto type = detail::element_of(source_.layers[layer].text("element_type"));
        if (type == onnx::element_type::undefined && !outputs.empty()) type = outputs.front().type;
        out_.weight(name, type, extents);
        return name;
    }

    [[nodiscard]] std::string constant(const std::string& name, const dims& of) {
        if (written_.insert(name).second) out_.constant(name, of);
        return name;
    }

    /// The values of a small constant of integers, where the file of weights is there.
    [[nodiscard]] std::optional<dims> integers(const layer& one, std::size_t i) const {
        const int at = constant_behind(one, i);
        if (at < 0) return std::nullopt;
        const layer& from = source_.layers[static_cast<std::size_t>(at)];
        const std::int64_t offset = from.number("offset", -1), size = from.number("size", -1);
        const auto type = detail::element_of(from.text("element_type"));
        const std::int64_t width = type == onnx::element_type::int64 ? 8 : type == onnx::element_type::int32 ? 4 : 0;
        constexpr std::int64_t largest = 4096;
        if (width == 0 || offset < 0 || size < width || size > largest ||
            static_cast<std::uint64_t>(offset) + static_cast<std::uint64_t>(size) > weights_.size())
            return std::nullopt;
        dims all;
        for (std::int64_t place = offset; place + width <= offset + size; place += width) {
            std::uint64_t bits = 0;
            for (std::int64_t byte = 0; byte < width; ++byte)
                bits |= std::uint64_t{static_cast<unsigned char>(weights_[static_cast<std::size_t>(place + byte)])}
                        << (8 * byte);
            all.push_back(width == 8 ? static_cast<std::int64_t>(bits)
                                     : static_cast<std::int32_t>(static_cast<std::uint32_t>(bits)));
        }
        return all;
    }

    void node(const layer& one, std::string_view type, const names& inputs, const names& outputs,
              const attributes& how = {}, std::string_view domain = "") {
        out_.node(type, domain, one.name, inputs, outputs, how);
    }

    void produce(std::size_t i, std::string_view type, const names& inputs, const attributes& how = {}) {
        const layer& one = source_.layers[i];
        names outputs;
        for (std::size_t port = 0; port < one.outputs.size(); ++port) outputs.push_back(value_name(i, port));
        node(one, type, inputs, outputs, how);
        declare(i);
    }

    void declare(std::size_t i) {
        const layer& one = source_.layers[i];
        for (std::size_t port = 0; port < one.outputs.size(); ++port)
            if (one.outputs[port].type != onnx::element_type::undefined)
                out_.value(value_name(i, port), one.outputs[port].type, one.outputs[port].shape);
    }

    const network& source_;
    std::string_view weights_;
    onnx::model_writer out_;
    std::vector<std::string> names_;
    std::vector<int> constant_;
    std::unordered_set<std::string> written_;
};

}  // namespace qutibench::openvino_ir
