// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Writes the structure of a model as ONNX does (onnx.proto), without weights: the form in which readers of other files
/// hand their models to the importer, so that shapes, costs and layers have one home.
#pragma once

#include <qutibench/io/onnx/element_type.hpp>

#include <bit>
#include <cstdint>
#include <protozero/pbf_writer.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qutibench::onnx {

/// An attribute of a node that is written.
struct written_attribute {
    std::string name{};
    std::vector<std::int64_t> integers{};
    bool is_list = false;
    float real = 0;
    bool is_real = false;
    std::string text{};

    static written_attribute integer(std::string name, std::int64_t value) { return {std::move(name), {value}}; }
    static written_attribute list(std::string name, std::vector<std::int64_t> values) {
        return {std::move(name), std::move(values), true};
    }
    static written_attribute number(std::string name, double value) {
        return {std::move(name), {}, false, static_cast<float>(value), true};
    }
    static written_attribute word(std::string name, std::string value) {
        return {std::move(name), {}, false, 0, false, std::move(value)};
    }
};

/// Collects a graph part by part; `finish` gives the file.
class model_writer {
public:
    using dims = std::vector<std::int64_t>;

    /// A tensor that enters or leaves the network. A dimension below zero is open and named "name[axis]".
    void input(std::string_view name, element_type type, const dims& extents) {
        graph().add_message(11, typed(name, type, extents));
    }
    void output(std::string_view name, element_type type, const dims& extents) {
        graph().add_message(12, typed(name, type, extents));
    }
    /// The shape that the source states for a value, for operators that nothing infers.
    void value(std::string_view name, element_type type, const dims& extents) {
        graph().add_message(13, typed(name, type, extents, false));
    }

    /// A constant of which only the shape counts; its values lie elsewhere.
    void weight(std::string_view name, element_type type, const dims& extents) {
        std::string text = tensor_of(name, type, extents);
        protozero::pbf_writer(text).add_int32(14, 1);  // data_location: external, never opened
        graph().add_message(5, text);
    }
    /// A constant that a module holds and does not learn, such as running statistics: no parameter. Said as PyTorch's
    /// exporter says it.
    void buffer(std::string_view name, element_type type, const dims& extents) {
        weight(name, type, extents);
        buffers_.append(": BUFFER target='").append(name).append("'\n");
    }
    /// A constant whose values shapes depend on.
    void constant(std::string_view name, const dims& values, bool scalar = false) {
        std::string text =
            tensor_of(name, element_type::int64, scalar ? dims{} : dims{static_cast<std::int64_t>(values.size())});
        protozero::pbf_writer(text).add_packed_int64(7, values.begin(), values.end());
        graph().add_message(5, text);
    }

    /// A real constant whose value tells what an operator is, such as the bounds of a Clip.
    void number(std::string_view name, double value) {
        std::string text = tensor_of(name, element_type::float32, {});
        const float values[] = {static_cast<float>(value)};
        protozero::pbf_writer(text).add_packed_float(4, std::begin(values), std::end(values));
        graph().add_message(5, text);
    }

    void node(std::string_view type, std::string_view domain, std::string_view name,
              std::span<const std::string> inputs, std::span<const std::string> outputs,
              std::span<const written_attribute> attributes) {
        std::string text;
        protozero::pbf_writer out(text);
        for (const std::string& one : inputs) out.add_string(1, one);
        for (const std::string& one : outputs) out.add_string(2, one);
        out.add_string(3, name.data(), name.size());
        out.add_string(4, type.data(), type.size());
        for (const written_attribute& one : attributes) out.add_message(5, attribute_of(one));
        if (!domain.empty()) out.add_string(7, domain.data(), domain.size());
        graph().add_message(1, text);
    }

    /// The file; opset 20 of ai.onnx.
    [[nodiscard]] std::string finish(std::string_view name) {
        graph().add_string(2, name.data(), name.size());
        if (!buffers_.empty()) {
            std::string text;
            protozero::pbf_writer entry(text);
            entry.add_string(1, "graph_signature");
            entry.add_string(2, buffers_);
            graph().add_message(16, text);
        }
        std::string file, opset;
        {
            protozero::pbf_writer version(opset);
            version.add_string(1, "");
            version.add_int64(2, 20);
        }
        protozero::pbf_writer out(file);
        out.add_int64(1, 9);
        out.add_message(7, graph_);
        out.add_message(8, opset);
        return file;
    }

private:
    [[nodiscard]] protozero::pbf_writer graph() { return protozero::pbf_writer(graph_); }

    [[nodiscard]] static std::string tensor_of(std::string_view name, element_type type, const dims& extents) {
        std::string text;
        protozero::pbf_writer out(text);
        for (const std::int64_t one : extents) out.add_int64(1, one);
        out.add_int32(2, static_cast<std::int32_t>(type));
        out.add_string(8, name.data(), name.size());
        return text;
    }

    [[nodiscard]] static std::string typed(std::string_view name, element_type type, const dims& extents,
                                           bool is_named = true) {
        std::string shape;
        for (std::size_t axis = 0; axis < extents.size(); ++axis) {
            std::string dimension;
            if (extents[axis] >= 0)
                protozero::pbf_writer(dimension).add_int64(1, extents[axis]);
            else if (is_named)
                protozero::pbf_writer(dimension).add_string(2, std::string(name) + "[" + std::to_string(axis) + "]");
            protozero::pbf_writer(shape).add_message(1, dimension);
        }
        std::string tensor;
        {
            protozero::pbf_writer out(tensor);
            out.add_int32(1, static_cast<std::int32_t>(type));
            out.add_message(2, shape);
        }
        std::string kind;
        protozero::pbf_writer(kind).add_message(1, tensor);
        std::string text;
        protozero::pbf_writer out(text);
        out.add_string(1, name.data(), name.size());
        out.add_message(2, kind);
        return text;
    }

    [[nodiscard]] static std::string attribute_of(const written_attribute& one) {
        std::string text;
        protozero::pbf_writer out(text);
        out.add_string(1, one.name);
        if (one.is_real) {
            out.add_float(2, one.real);
            out.add_int32(20, 1);
        } else if (one.is_list) {
            for (const std::int64_t value : one.integers) out.add_int64(8, value);
            out.add_int32(20, 7);
        } else if (!one.integers.empty()) {
            out.add_int64(3, one.integers.front());
            out.add_int32(20, 2);
        } else {
            out.add_string(4, one.text);
            out.add_int32(20, 3);
        }
        return text;
    }

    std::string buffers_;
    std::string graph_;
};

}  // namespace qutibench::onnx
