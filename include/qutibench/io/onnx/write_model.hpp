// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// A GraphProto in the making: nodes, inputs and outputs as bytes, stored tensors as descriptions.
#pragma once

#include <qutibench/io/onnx/write_tensor.hpp>

#include <initializer_list>
#include <unordered_map>
#include <unordered_set>

namespace qutibench::onnx_writer {

/// Attributes of one node (AttributeProto: name 1, f 2, i 3, s 4, t 5, ints 8, type 20).
class attributes {
public:
    attributes& integer(std::string_view name, std::int64_t value) {
        return add(name, 2, [&](protozero::pbf_writer& one) { one.add_int64(3, value); });
    }
    attributes& integers(std::string_view name, const std::vector<std::int64_t>& values) {
        return add(name, 7, [&](protozero::pbf_writer& one) {
            for (const std::int64_t value : values) one.add_int64(8, value);
        });
    }
    attributes& real(std::string_view name, float value) {
        return add(name, 1, [&](protozero::pbf_writer& one) { one.add_float(2, value); });
    }
    attributes& text(std::string_view name, std::string_view value) {
        return add(name, 3, [&](protozero::pbf_writer& one) { one.add_string(4, value.data(), value.size()); });
    }
    attributes& tensor(std::string_view name, const stored_tensor& value) {
        return add(name, 4, [&](protozero::pbf_writer& one) {
            std::string message = tensor_header(value);
            std::string values;
            string_sink sink{values};
            write_values(value, sink);
            protozero::pbf_writer(message).add_bytes(9, values);
            one.add_message(5, message);
        });
    }

private:
    friend class model_builder;

    template <class Add>
    attributes& add(std::string_view name, std::int32_t type, Add add_value) {
        std::string& text = messages_.emplace_back();
        protozero::pbf_writer one(text);
        one.add_string(1, name.data(), name.size());
        add_value(one);
        one.add_enum(20, type);
        return *this;
    }

    std::vector<std::string> messages_;
};

/// Names of the tensors that a node reads or writes; an empty one is an input left out.
using names = std::vector<std::string>;

class model_builder {
public:
    /// `wanted`, or `wanted` with a number after it when that is taken.
    [[nodiscard]] std::string unique(const std::string& wanted) {
        std::string name = wanted;
        while (name.empty() || !taken_.insert(name).second) name = wanted + "_" + std::to_string(++again_[wanted]);
        return name;
    }

    /// NodeProto: input 1, output 2, name 3, op_type 4, attribute 5.
    void node(std::string_view op, const std::string& name, const names& inputs, const names& outputs,
              const attributes& settings = {}) {
        std::string text;
        protozero::pbf_writer one(text);
        for (const std::string& input : inputs) one.add_string(1, input);
        for (const std::string& output : outputs) one.add_string(2, output);
        one.add_string(3, name);
        one.add_string(4, op.data(), op.size());
        for (const std::string& setting : settings.messages_) one.add_message(5, setting);
        graph_.add_message(1, text);
    }

    void input(const std::string& name, element_type type, const shape& of) { value(11, name, type, of); }
    void output(const std::string& name, element_type type, const shape& of) { value(12, name, type, of); }
    /// The type and shape of a tensor inside the graph.
    void inner(const std::string& name, element_type type, const shape& of) { value(13, name, type, of); }

    /// Adds a stored tensor whose name is unique; the name.
    std::string store(stored_tensor one) {
        stored_.push_back(std::move(one));
        return stored_.back().name;
    }

    /// A stored list of integers; equal ones are stored once.
    std::string integers(const std::vector<std::int64_t>& values) {
        std::string text;
        std::string bytes;
        for (const std::int64_t one : values) {
            text += (text.empty() ? "" : "x") + std::to_string(one);
            append(bytes, one);
        }
        return constant("integers/" + text, {static_cast<std::int64_t>(values.size())}, element_type::int64, bytes);
    }

    /// A stored number without dimensions; equal ones are stored once.
    std::string number(float value) {
        std::string bytes;
        append(bytes, value);
        return constant("number/" + std::to_string(value), {}, element_type::float32, bytes);
    }
    std::string integer(std::int64_t value) {
        std::string bytes;
        append(bytes, value);
        return constant("integer/" + std::to_string(value), {}, element_type::int64, bytes);
    }
    std::string zero_point(element_type type, char value) {
        return constant("zero_point", {}, type, std::string(1, value));
    }

    /// Everything of the GraphProto but its stored tensors.
    [[nodiscard]] const std::string& message() const { return text_; }
    [[nodiscard]] const std::vector<stored_tensor>& stored() const { return stored_; }

    /// Sets the graph's name and description (GraphProto: name 2, doc_string 10).
    void title(const std::string& name, const std::string& description) {
        graph_.add_string(2, name);
        if (!description.empty()) graph_.add_string(10, description);
    }

private:
    template <class Number>
    static void append(std::string& bytes, Number value) {
        value = stored_order(value);
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    }

    std::string constant(const std::string& wanted, std::vector<std::int64_t> dims, element_type type,
                         const std::string& bytes) {
        const auto [known, is_new] =
            constants_.try_emplace(std::string(onnx::name(type)) + (dims.empty() ? "" : "s") + bytes);
        if (is_new)
            known->second = store({.name = unique(wanted), .dims = std::move(dims), .type = type, .literal = bytes});
        return known->second;
    }

    // ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 } } } }
    void value(std::uint32_t field, const std::string& name, element_type type, const shape& of) {
        protozero::pbf_writer info(graph_, field);
        info.add_string(1, name);
        protozero::pbf_writer any(info, 2);
        protozero::pbf_writer tensor(any, 1);
        tensor.add_int32(1, static_cast<std::int32_t>(type));
        std::string dims;  // of a scalar too, which has a shape without dimensions
        for (const std::int64_t extent : of) {
            std::string dim;
            protozero::pbf_writer(dim).add_int64(1, extent);
            protozero::pbf_writer(dims).add_message(1, dim);
        }
        tensor.add_message(2, dims);
    }

    std::string text_;
    protozero::pbf_writer graph_{text_};
    std::vector<stored_tensor> stored_;
    std::unordered_map<std::string, std::string> constants_;
    std::unordered_set<std::string> taken_;
    std::unordered_map<std::string, int> again_;  // the last number put after a name
};

}  // namespace qutibench::onnx_writer
