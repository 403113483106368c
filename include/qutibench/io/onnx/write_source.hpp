// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// An imported graph as an ONNX file again: the file's own nodes with what transforms changed, and values made up for
/// the tensors whose values were left behind.
#pragma once

#include <qutibench/io/onnx.hpp>
#include <qutibench/io/onnx/write_frame.hpp>
#include <qutibench/io/onnx/write_settings.hpp>

namespace qutibench::onnx_writer {

/// What the file's nodes do with its tensors, for values that keep numbers in bounds.
enum class tensor_use : unsigned char { weights, shift, scale, step };

class source_file : public framed_model {
public:
    /// Throws what reading the file throws, and what framed_model::frame throws.
    source_file(const detail::onnx_source& source, const graph& net, const onnx_settings& settings,
                const std::string& location)
        : framed_model(net.name(), settings, location), seed_(settings.seed) {
        const onnx::model before = parsed(source.file());
        const onnx::inferred then = onnx::infer(before, {.dims = source.bindings(), .work_limit = onnx::reread_limit});
        onnx::file_edits bound;
        for (const onnx::value_id id : then.inputs)
            if (const auto dims = onnx::detail::numbers_of(then.of(id)))
                bound.inputs[std::string(then.values[id].name)] = *dims;
        const std::string file = onnx::skeleton_of(source.file(), bound);
        const onnx::model model = parsed(file);
        const onnx::inferred shapes =
            onnx::infer(model, {.dims = onnx::stated_zeros(model), .work_limit = onnx::reread_limit});
        find_uses(shapes, net);
        std::string head;
        std::string graph_text;
        onnx::detail::each_field(file, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number == 7)
                graph_text = main_graph(inside, shapes);
            else
                head.append(whole);
        });
        frame(std::move(head), std::move(graph_text), std::move(stored_));
    }

private:
    [[nodiscard]] static onnx::model parsed(const std::string& file) {
        return onnx::detail::parse(onnx::byte_source::view(file, "(imported model)"), {});
    }

    void find_uses(const onnx::inferred& shapes, const graph& net) {
        std::unordered_map<std::string_view, const node*> layers;
        for (const node& one : net.nodes()) layers.emplace(one.name, &one);
        for (const onnx::operation& one : shapes.operations) {
            const std::string_view type = one.op->op_type;
            const auto layer = layers.find(detail::layer_name(shapes, one));
            const bool normalises = type.ends_with("Normalization") || type == "GroupNorm";
            for (std::size_t k = 0; k < one.inputs.size(); ++k) {
                const onnx::tensor* stored =
                    one.inputs[k] == onnx::absent ? nullptr : shapes.values[one.inputs[k]].initialiser;
                if (stored == nullptr) continue;
                use& of = uses_[stored->name];
                if (normalises && (k == 1 || k == 4)) of.is = tensor_use::scale;
                if ((type == "QuantizeLinear" || type == "DequantizeLinear") && k == 1) of.is = tensor_use::step;
                if (layer != layers.end()) of.pattern = layer->second->sparsity;
            }
        }
    }

    /// GraphProto: node 1, initializer 5, output 12.
    [[nodiscard]] std::string main_graph(std::string_view message, const onnx::inferred& shapes) {
        std::string text;
        protozero::pbf_writer out(text);
        onnx::detail::each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number == 1)
                out.add_message(1, completed(inside, 5));
            else if (number == 5 && !has_values(inside))
                stored_.push_back(described(inside));
            else if (number == 12)
                out.add_message(12, with_shape(inside, shapes));
            else
                text.append(whole);
        });
        return text;
    }

    /// A message of nodes, attributes or sub-graphs in which every tensor has values: NodeProto's attribute 5,
    /// AttributeProto's t 5 and g 6, GraphProto's node 1 and initializer 5.
    [[nodiscard]] std::string completed(std::string_view node, std::uint32_t attribute_field) {
        std::string text;
        protozero::pbf_writer out(text);
        onnx::detail::each_field(node, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number == attribute_field)
                out.add_message(number, attribute(inside));
            else
                text.append(whole);
        });
        return text;
    }
    [[nodiscard]] std::string attribute(std::string_view message) {
        std::string text;
        protozero::pbf_writer out(text);
        onnx::detail::each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number == 5)
                out.add_message(5, filled(inside));
            else if (number == 6)
                out.add_message(6, inner_graph(inside));
            else
                text.append(whole);
        });
        return text;
    }
    [[nodiscard]] std::string inner_graph(std::string_view message) {
        std::string text;
        protozero::pbf_writer out(text);
        onnx::detail::each_field(message, [&](std::uint32_t number, std::string_view inside, std::string_view whole) {
            if (number == 1)
                out.add_message(1, completed(inside, 5));
            else if (number == 5)
                out.add_message(5, filled(inside));
            else
                text.append(whole);
        });
        return text;
    }
    [[nodiscard]] std::string filled(std::string_view tensor) {
        if (has_values(tensor)) return std::string(tensor);
        const stored_tensor made = described(tensor);
        if (made.literal.empty()) expect(made.bytes());
        std::string values;
        string_sink sink{values};
        write_values(made, sink);
        std::string text(tensor);
        protozero::pbf_writer(text).add_bytes(9, values);
        return text;
    }

    /// TensorProto: values are in 4, 5, 6, 7, 9, 10 or 11; without elements there are none.
    [[nodiscard]] static bool has_values(std::string_view tensor) {
        bool found = false;
        std::int64_t elements = 1;
        onnx::detail::each_field(tensor, [&](std::uint32_t number, std::string_view, std::string_view) {
            found = found || (number >= 4 && number <= 7) || (number >= 9 && number <= 11);
        });
        onnx::detail::wire(tensor, "").walk(tensor, [&](onnx::detail::field f) {
            return f.integers(1, [&](std::int64_t one) {
                elements = one == 0 ? 0 : elements;
                return true;
            });
        });
        return found || elements == 0;
    }

    [[nodiscard]] stored_tensor described(std::string_view message) {
        stored_tensor one;
        std::string_view name;
        onnx::detail::wire(message, "").walk(message, [&](onnx::detail::field f) {
            return f.integers(1, onnx::detail::appending(one.dims)) ||
                   f.integer(2, [&](std::int64_t code) { one.type = onnx::to_element_type(code); }) || f.text(8, name);
        });
        one.name = name;
        one.seed = seed_of(one.name, seed_);
        const auto known = uses_.find(name);
        const use of = known == uses_.end() ? use{} : known->second;
        const std::int64_t elements = std::max<std::int64_t>(one.elements(), 1);
        set_range(one, of.is, elements);
        if (one.dims.size() > 1) {
            one.pattern = of.pattern;
            one.inner = elements / one.dims.front() / (one.dims.size() > 2 ? one.dims[1] : 1);
        }
        const int bits = onnx::bits(one.type);
        if (bits == 0)
            throw invalid_argument("stored tensor '" + detail::cut(one.name) +
                                   "' is of strings, which cannot be made up");
        if (bits < 8 || !(onnx::is_floating(one.type) || onnx::is_integral(one.type))) {
            const std::int64_t bytes = (detail::multiply(elements, bits) + 7) / 8;
            expect(bytes);
            one.literal.assign(static_cast<std::size_t>(bytes), '\0');
        }
        return one;
    }

    /// Matrices by the number of elements that are summed (Glorot and Bengio, AISTATS 2010, equation 16), vectors by
    /// their use. The 16-bit formats are drawn as their bits: fractions between 1/32 and 1/16.
    static void set_range(stored_tensor& one, tensor_use use_of, std::int64_t elements) {
        const bool is_matrix = one.dims.size() > 1;
        if (one.type == element_type::float16 || one.type == element_type::bfloat16) {
            one.low = one.type == element_type::float16 ? 0x2800 : 0x3d00;
            one.high = one.type == element_type::float16 ? 0x2bff : 0x3d7f;
        } else if (!onnx::is_floating(one.type)) {
            const bool narrow = one.type == element_type::int8 || one.type == element_type::uint8;
            one.low = is_matrix && one.type == element_type::int8 ? -127 : 0;
            one.high = is_matrix && narrow ? 127 : 0;
        } else if (use_of == tensor_use::scale) {
            one.low = 0.9;
            one.high = 1.1;
        } else if (use_of == tensor_use::step) {
            one.low = 0.01;
            one.high = 0.02;
        } else {
            const std::int64_t summed =
                is_matrix ? std::max(elements / one.dims.front(), elements / one.dims.back()) : 0;
            one.high = is_matrix ? std::sqrt(3.0 / static_cast<double>(summed)) : 0.1;
            one.low = -one.high;
        }
    }

    /// ValueInfoProto with the shape that was inferred: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 } }.
    [[nodiscard]] static std::string with_shape(std::string_view message, const onnx::inferred& shapes) {
        std::string_view name;
        onnx::detail::wire(message, "").walk(message, [&](onnx::detail::field f) { return f.text(1, name); });
        const onnx::facts* found = nullptr;
        for (const onnx::value_id id : shapes.outputs)
            if (shapes.values[id].name == name) found = &shapes.of(id);
        if (found == nullptr || found->kind != onnx::type_kind::tensor || !found->ranked ||
            found->type == element_type::undefined)
            return std::string(message);
        std::string text;
        {  // writers complete the text when they go
            protozero::pbf_writer out(text);
            out.add_string(1, name.data(), name.size());
            protozero::pbf_writer type(out, 2);
            protozero::pbf_writer tensor_type(type, 1);
            tensor_type.add_int32(1, static_cast<std::int32_t>(found->type));
            std::string extents;  // of a scalar too, which has one without dimensions
            for (const onnx::dimension dim : found->dims) {
                std::string one;
                if (dim.known()) protozero::pbf_writer(one).add_int64(1, dim.value());
                protozero::pbf_writer(extents).add_message(1, one);
            }
            tensor_type.add_message(2, extents);
        }
        return text;
    }

    struct use {
        tensor_use is = tensor_use::weights;
        qutibench::sparsity pattern{};
    };

    std::uint64_t seed_;
    std::unordered_map<std::string_view, use> uses_;
    std::vector<stored_tensor> stored_;
};

/// The file behind a graph, when it is one that says all of the graph: layers that were quantised since are written
/// layer by layer.
[[nodiscard]] inline const detail::onnx_source* file_behind(const graph& net) {
    const auto* const source = dynamic_cast<const detail::onnx_source*>(net.source());
    if (source == nullptr) return nullptr;
    const auto quantised = [](const node& one) { return one.has_precision; };
    if (std::none_of(net.nodes().begin(), net.nodes().end(), quantised)) return source;
    const onnx::model model = onnx::detail::parse(onnx::byte_source::view(source->file(), "(imported model)"), {});
    const graph read =
        graph_of(onnx::infer(model, {.dims = source->bindings(), .work_limit = onnx::reread_limit}), net.name());
    const auto same = [](const node& a, const node& b) {
        return a.has_precision == b.has_precision && (!a.has_precision || a.numbers == b.numbers);
    };
    return std::equal(net.nodes().begin(), net.nodes().end(), read.nodes().begin(), read.nodes().end(), same) ? source
                                                                                                              : nullptr;
}

}  // namespace qutibench::onnx_writer
