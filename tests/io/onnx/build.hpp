// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Small ONNX models for tests, written field by field as onnx.proto lays them out.
#pragma once

#include <qutibench/io/onnx/infer.hpp>

#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <vector>

namespace build {

using names = std::vector<std::string>;
using integers = std::vector<std::int64_t>;

/// An AttributeProto.
inline std::string attribute(const std::string& name, std::int64_t value) {
    std::string out;
    protozero::pbf_writer message(out);
    message.add_string(1, name);
    message.add_int64(3, value);
    message.add_int32(20, 2);
    return out;
}
inline std::string attribute(const std::string& name, const integers& values) {
    std::string out;
    protozero::pbf_writer message(out);
    message.add_string(1, name);
    for (const std::int64_t value : values) message.add_int64(8, value);
    message.add_int32(20, 7);
    return out;
}
inline std::string word(const std::string& name, const std::string& text) {
    std::string out;
    protozero::pbf_writer message(out);
    message.add_string(1, name);
    message.add_bytes(4, text);
    message.add_int32(20, 3);
    return out;
}
inline std::string reals(const std::string& name, const std::vector<float>& values) {
    std::string out;
    protozero::pbf_writer message(out);
    message.add_string(1, name);
    for (const float value : values) message.add_float(7, value);
    message.add_int32(20, 6);
    return out;
}
/// A sub-graph or a tensor, already written.
inline std::string part(const std::string& name, int type, const std::string& written) {
    std::string out;
    protozero::pbf_writer message(out);
    message.add_string(1, name);
    message.add_message(type == 5 ? 6 : 5, written);
    message.add_int32(20, type);
    return out;
}
inline std::string subgraph(const std::string& name, const std::string& written) {
    return part(name, 5, written);
}
inline std::string stored(const std::string& name, const std::string& written) {
    return part(name, 4, written);
}
/// An attribute of a function's node that stands for one of the caller's.
inline std::string reference(const std::string& name, const std::string& of, int type) {
    std::string out;
    protozero::pbf_writer message(out);
    message.add_string(1, name);
    message.add_string(21, of);
    message.add_int32(20, type);
    return out;
}

/// A NodeProto; attributes are already written.
inline std::string node(const std::string& type, const names& inputs, const names& outputs,
                        const names& attributes = {}, const std::string& domain = "", const std::string& name = "") {
    std::string out;
    protozero::pbf_writer message(out);
    for (const auto& one : inputs) message.add_string(1, one);
    for (const auto& one : outputs) message.add_string(2, one);
    message.add_string(3, name.empty() ? "the_" + type : name);
    message.add_string(4, type);
    for (const auto& one : attributes) message.add_message(5, one);
    if (!domain.empty()) message.add_string(7, domain);
    return out;
}

/// A TensorProto with dimensions only.
inline std::string tensor(const std::string& name, const integers& dims, int type = 1) {
    std::string out;
    protozero::pbf_writer message(out);
    for (const std::int64_t dim : dims) message.add_int64(1, dim);
    message.add_int32(2, type);
    message.add_string(8, name);
    return out;
}
/// An int64 TensorProto with packed values.
inline std::string tensor(const std::string& name, const integers& dims, const integers& values) {
    std::string out = tensor(name, dims, 7);
    protozero::pbf_writer message(out);
    message.add_packed_int64(7, values.begin(), values.end());
    return out;
}
/// A float TensorProto with packed values.
inline std::string tensor(const std::string& name, const integers& dims, const std::vector<float>& values) {
    std::string out = tensor(name, dims, 1);
    protozero::pbf_writer message(out);
    message.add_packed_float(4, values.begin(), values.end());
    return out;
}

/// A ValueInfoProto of a tensor; a dimension that is no number is a name, "?" is neither.
inline std::string value(const std::string& name, const names& dims, int type = 1) {
    std::string shape;
    protozero::pbf_writer shape_message(shape);
    for (const auto& one : dims) {
        std::string dim;
        protozero::pbf_writer message(dim);
        if (one.find_first_not_of("-0123456789") == std::string::npos)
            message.add_int64(1, std::stoll(one));
        else if (one != "?")
            message.add_string(2, one);
        shape_message.add_message(1, dim);
    }
    std::string tensor_type;
    protozero::pbf_writer tensor_message(tensor_type);
    tensor_message.add_int32(1, type);
    tensor_message.add_message(2, shape);
    std::string wrapped;
    protozero::pbf_writer(wrapped).add_message(1, tensor_type);
    std::string out;
    protozero::pbf_writer message(out);
    message.add_string(1, name);
    message.add_message(2, wrapped);
    return out;
}
/// A ValueInfoProto without a type.
inline std::string value(const std::string& name) {
    std::string out;
    protozero::pbf_writer(out).add_string(1, name);
    return out;
}

/// A graph under construction.
class graph {
public:
    graph& input(const std::string& name, const names& dims, int type = 1) { return add(11, value(name, dims, type)); }
    graph& input(const std::string& name) { return add(11, value(name)); }
    graph& weight(const std::string& name, const integers& dims, int type = 1) {
        return add(5, tensor(name, dims, type));
    }
    graph& constant(const std::string& name, const integers& values) {
        return add(5, tensor(name, {static_cast<std::int64_t>(values.size())}, values));
    }
    graph& scalar(const std::string& name, std::int64_t one) { return add(5, tensor(name, {}, integers{one})); }
    graph& stored(const std::string& written) { return add(5, written); }
    graph& node(const std::string& type, const names& inputs, const names& outputs, const names& attributes = {},
                const std::string& domain = "", const std::string& name = "") {
        return add(1, build::node(type, inputs, outputs, attributes, domain, name));
    }
    graph& declare(const std::string& name, const names& dims) { return add(13, value(name, dims)); }
    graph& output(const std::string& name) { return add(12, value(name)); }

    /// The GraphProto as written so far.
    [[nodiscard]] const std::string& written() const { return written_; }

    /// A whole ModelProto; functions are already written.
    [[nodiscard]] std::string model(int opset = 17, const names& functions = {}) const {
        std::string out;
        protozero::pbf_writer message(out);
        message.add_int64(1, 8);
        message.add_message(7, written_);
        for (const auto& [domain, version] :
             std::vector<std::pair<std::string, int>>{{"", opset}, {"com.microsoft", 1}, {"local", 1}}) {
            std::string import;
            protozero::pbf_writer import_message(import);
            import_message.add_string(1, domain);
            import_message.add_int64(2, version);
            message.add_message(8, import);
        }
        for (const auto& one : functions) message.add_message(25, one);
        return out;
    }

private:
    graph& add(std::uint32_t field, const std::string& written) {
        protozero::pbf_writer(written_).add_message(field, written);
        return *this;
    }
    std::string written_;
};

/// A FunctionProto of domain "local".
inline std::string function(const std::string& name, const names& inputs, const names& outputs, const names& nodes,
                            const names& defaults = {}) {
    std::string out;
    protozero::pbf_writer message(out);
    message.add_string(1, name);
    for (const auto& one : inputs) message.add_string(4, one);
    for (const auto& one : outputs) message.add_string(5, one);
    for (const auto& one : nodes) message.add_message(7, one);
    for (const auto& one : defaults) message.add_message(11, one);
    message.add_string(10, "local");
    return out;
}

inline qutibench::onnx::model read(const std::string& written) {
    return qutibench::onnx::read(
        std::span<const std::byte>(reinterpret_cast<const std::byte*>(written.data()), written.size()));
}

/// "1x3xbatchx?" for a shape with a symbol and an unknown; "scalar", and "unranked" when not even the rank is known.
inline std::string text(const qutibench::onnx::inferred& result, const qutibench::onnx::facts& of) {
    if (!of.ranked) return "unranked";
    std::string out;
    for (const auto dim : of.dims) {
        out += out.empty() ? "" : "x";
        out += dim.known() ? std::to_string(dim.value()) : dim.symbol() != 0 ? result.symbol_name(dim.symbol()) : "?";
    }
    return out.empty() ? "scalar" : out;
}

/// Shapes of a model's outputs, separated by spaces.
inline std::string shapes(const std::string& written, const qutibench::onnx::dimension_bindings& dims = {}) {
    const auto model = read(written);
    const auto result = qutibench::onnx::infer(model, {dims});
    std::string out;
    for (const auto id : result.outputs) out += (out.empty() ? "" : " ") + text(result, result.of(id));
    return out;
}

/// Shapes of the outputs of one node whose inputs are graph inputs "i0", "i1", ... of the given dimensions; an empty
/// list of dimensions is a scalar. Further inputs are int64 constants.
inline std::string one(const std::string& type, const std::vector<names>& inputs,
                       const std::vector<integers>& constants = {}, const names& attributes = {}, int opset = 17,
                       int outputs = 1, const std::string& domain = "") {
    graph g;
    names reads, writes;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        reads.push_back("i" + std::to_string(i));
        g.input(reads.back(), inputs[i]);
    }
    for (std::size_t i = 0; i < constants.size(); ++i) {
        reads.push_back("c" + std::to_string(i));
        g.constant(reads.back(), constants[i]);
    }
    for (int i = 0; i < outputs; ++i) writes.push_back("o" + std::to_string(i));
    g.node(type, reads, writes, attributes, domain);
    for (const auto& name : writes) g.output(name);
    return shapes(g.model(opset));
}

}  // namespace build
