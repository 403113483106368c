// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Messages of onnx.proto into the structs of model.hpp.
#pragma once

#include <qutibench/detail/builtins.hpp>
#include <qutibench/detail/pause.hpp>
#include <qutibench/io/onnx/model.hpp>
#include <qutibench/io/onnx/wire.hpp>

#include <algorithm>
#include <memory>

namespace qutibench::onnx {

namespace detail {

/// The name of a long list of a tree ensemble: millions of nodes and leaves, on which no shape or cost depends.
[[nodiscard]] inline std::string_view name_of_skipped(std::string_view message) {
    constexpr std::size_t longest = 32, least = 4096;
    if (message.size() < least || message[0] != '\x0A' || static_cast<unsigned char>(message[1]) > longest) return {};
    const std::string_view name = message.substr(2, static_cast<std::size_t>(message[1]));
    for (const std::string_view prefix : {"nodes_", "leaf_", "target_", "class_"})
        if (name.starts_with(prefix)) return name;
    return {};
}

class model_parser {
public:
    model_parser(const byte_source& source, const reader_limits& limits)
        : wire_(source.bytes(), source.name()), limits_(limits) {}

    void parse(std::string_view message, model& out) {
        bool has_graph = false;
        wire_.walk(message, [&](field f) {
            return f.integer(1, [&](std::int64_t version) { out.ir_version = version; }) || f.name(2, out.producer) ||
                   f.bytes(7,
                           [&](std::string_view graph) {
                               has_graph = true;
                               parse_graph(graph, out.graph, 0);
                           }) ||
                   f.bytes(8, [&](std::string_view opset) { parse_opset(opset, out.opsets); }) ||
                   f.bytes(25, [&](std::string_view one) { parse_function(one, out.functions.emplace_back()); });
        });
        index(out.opsets);
        if (!has_graph) wire_.fail(message.data(), "this is not an ONNX model: it has no graph");
        if (out.opsets.empty() && (out.ir_version >= 3 || out.ir_version <= 0))
            wire_.fail(message.data() + message.size(), "this is no complete ONNX model: it imports no operator set");
    }

    void parse_value_info(std::string_view message, value_info& out) {
        count_one(message);
        wire_.walk(message, [&](field f) {
            return f.name(1, out.name) || f.bytes(2, [&](std::string_view type) { parse_type(type, out.type, 0); });
        });
    }

private:
    void count_one(std::string_view message) {
        if (entities_ % 64 == 0) qutibench::detail::pause();
        if (++entities_ > limits_.entities)
            wire_.fail(message.data(), qutibench::detail::message({"the model has more than ", limits_.entities,
                                                                   " nodes, attributes and tensors"}));
    }

    void check_depth(std::string_view message, int depth) const {
        if (depth > limits_.depth)
            wire_.fail(message.data(),
                       qutibench::detail::message({"messages are nested more than ", limits_.depth, " deep"}));
    }

    void parse_opset(std::string_view message, std::vector<opset_import>& out) {
        count_one(message);
        auto& opset = out.emplace_back();
        wire_.walk(message, [&](field f) {
            return f.name(1, opset.domain) || f.integer(2, [&](std::int64_t version) { opset.version = version; });
        });
        opset.domain = normal_domain(opset.domain);
    }

    void parse_graph(std::string_view message, graph& out, int depth) {
        check_depth(message, depth);
        wire_.walk(message, [&](field f) {
            return f.bytes(1, [&](std::string_view one) { parse_node(one, out.nodes.emplace_back(), depth); }) ||
                   f.name(2, out.name) ||
                   f.bytes(5, [&](std::string_view one) { parse_tensor(one, out.initialisers.emplace_back()); }) ||
                   f.bytes(11, [&](std::string_view one) { parse_value_info(one, out.inputs.emplace_back()); }) ||
                   f.bytes(12, [&](std::string_view one) { parse_value_info(one, out.outputs.emplace_back()); }) ||
                   f.texts(13, out.value_info_messages) ||
                   f.bytes(15, [&](std::string_view one) { parse_sparse(one, out.initialisers.emplace_back()); }) ||
                   f.bytes(16, [&](std::string_view one) {
                       count_one(one);
                       auto& entry = out.metadata.emplace_back();
                       wire_.walk(one, [&](field g) { return g.name(1, entry.first) || g.name(2, entry.second); });
                   });
        });
    }

    void parse_node(std::string_view message, node& out, int depth) {
        count_one(message);
        out.offset = wire_.offset(message);
        wire_.walk(message, [&](field f) {
            return f.names(1, out.inputs) || f.names(2, out.outputs) || f.name(3, out.name) || f.name(4, out.op_type) ||
                   f.bytes(5,
                           [&](std::string_view one) { parse_attribute(one, out.attributes.emplace_back(), depth); }) ||
                   f.name(7, out.domain) || f.name(8, out.overload);
        });
        out.domain = normal_domain(out.domain);
        index(out.attributes);
        if (out.op_type.empty()) wire_.fail(message.data(), "a node has no operator type");
    }

    /// Puts many attributes in the order in which `attribute_among` looks for them; the first of a name stays first.
    static void index(std::vector<attribute>& all) {
        if (all.size() > few_attributes)
            std::stable_sort(all.begin(), all.end(),
                             [](const attribute& a, const attribute& b) { return a.name < b.name; });
    }

    /// Puts operator sets in the order of their domains, as `engine::opset_of` looks for them; likewise.
    static void index(std::vector<opset_import>& all) {
        std::stable_sort(all.begin(), all.end(),
                         [](const opset_import& a, const opset_import& b) { return a.domain < b.domain; });
    }

    void parse_attribute(std::string_view message, attribute& out, int depth) {
        count_one(message);
        if (const std::string_view skipped = name_of_skipped(message); !skipped.empty())
            message = message.substr(0, skipped.size() + 2);
        wire_.walk(message, [&](field f) {
            return f.name(1, out.name) ||
                   f.floats(2,
                            [&](float value) {
                                out.real = value;
                                return true;
                            }) ||
                   f.integer(3, [&](std::int64_t value) { out.integer = value; }) || f.text(4, out.text) ||
                   f.bytes(5, [&](std::string_view one) { parse_tensor(one, fresh(out.tensor)); }) ||
                   f.bytes(6, [&](std::string_view one) { parse_graph(one, fresh(out.graph), depth + 1); }) ||
                   f.floats(7, appending(out.reals)) || f.integers(8, appending(out.integers)) ||
                   f.texts(9, out.texts) ||
                   f.bytes(14, [&](std::string_view one) { parse_type(one, fresh(out.declared), 0); }) ||
                   f.integer(20, [&](std::int64_t code) { out.type = to_attribute_type(code); }) ||
                   f.name(21, out.reference) ||
                   f.bytes(22, [&](std::string_view one) { parse_sparse(one, fresh(out.tensor)); });
        });
        if (out.name.empty()) wire_.fail(message.data(), "an attribute has no name");
        if (out.type == attribute_type::none) out.type = guessed_type(out);
    }

    /// Files from before IR version 2 leave the type out; readers then go by the field that is set.
    [[nodiscard]] static attribute_type guessed_type(const attribute& of) {
        if (of.tensor) return attribute_type::tensor;
        if (of.graph) return attribute_type::graph;
        if (!of.integers.empty()) return attribute_type::integers;
        if (!of.reals.empty()) return attribute_type::reals;
        if (!of.texts.empty()) return attribute_type::texts;
        if (!of.text.empty()) return attribute_type::text;
        if (of.integer != 0) return attribute_type::integer;
        return of.real < 0 || of.real > 0 ? attribute_type::real : attribute_type::none;
    }

    [[nodiscard]] static attribute_type to_attribute_type(std::int64_t code) {
        if (code == 11) return attribute_type::tensor;  // a sparse one
        return (code >= 1 && code <= 8) || code == 13 ? static_cast<attribute_type>(code) : attribute_type::none;
    }

    [[nodiscard]] auto dims_of(std::string_view message, tensor& out) const {
        return [this, message, &out](std::int64_t dim) {
            if (out.dims.size() == limits_.rank)
                wire_.fail(message.data(), qutibench::detail::message({"tensor '", out.name, "' has more than ",
                                                                       limits_.rank, " dimensions"}));
            append(out.dims, dim);
            return true;
        };
    }

    /// TensorProto; its data fields are only skipped over.
    void parse_tensor(std::string_view message, tensor& out) {
        count_one(message);
        out.message = message;
        wire_.walk(message, [&](field f) {
            return f.integers(1, dims_of(message, out)) ||
                   f.integer(2, [&](std::int64_t code) { out.type = to_element_type(code); }) || f.name(8, out.name) ||
                   f.integer(14, [&](std::int64_t location) { out.external = location == 1; });
        });
        check_dims(message, out);
    }

    void parse_sparse(std::string_view message, tensor& out) {
        count_one(message);
        tensor dense;
        wire_.walk(message, [&](field f) {
            return f.bytes(1, [&](std::string_view values) { parse_tensor(values, out); }) ||
                   f.integers(3, dims_of(message, dense));
        });
        out.sparse = true;
        out.message = message;
        out.dims = std::move(dense.dims);
        check_dims(message, out);
    }

    /// No dimension below 0 and no tensor past 2^60 elements.
    void check_dims(std::string_view message, const tensor& out) const {
        std::int64_t elements = 1;
        for (const std::int64_t dim : out.dims) {
            if (dim < 0)
                wire_.fail(message.data(),
                           qutibench::detail::message({"tensor '", out.name, "' has the negative dimension ", dim}));
            if (dim > 0 &&
                (qutibench::detail::multiply_overflows(elements, dim, &elements) || elements > std::int64_t{1} << 60))
                wire_.fail(message.data(),
                           qutibench::detail::message({"tensor '", out.name, "' has more than 2^60 elements"}));
        }
    }

    void parse_type(std::string_view message, declared_type& out, int depth) {
        check_depth(message, depth);
        const auto inner = [&](type_kind kind) {
            return [this, &out, depth, kind](std::string_view one) {
                out.kind = kind;
                auto& element = fresh(out.inner);
                wire_.walk(one, [&](field f) {
                    return f.bytes(1, [&](std::string_view type) { parse_type(type, element, depth + 1); });
                });
            };
        };
        const auto tensor_type = [&](std::string_view one) { parse_tensor_type(one, out); };
        wire_.walk(message, [&](field f) {
            return f.bytes(1, tensor_type) || f.bytes(8, tensor_type) || f.bytes(4, inner(type_kind::sequence)) ||
                   f.bytes(9, inner(type_kind::optional)) ||
                   f.bytes(5, [&](std::string_view) { out.kind = type_kind::map; });
        });
    }

    void parse_tensor_type(std::string_view message, declared_type& out) {
        out.kind = type_kind::tensor;
        wire_.walk(message, [&](field f) {
            return f.integer(1, [&](std::int64_t code) { out.element = to_element_type(code); }) ||
                   f.bytes(2, [&](std::string_view shape) { parse_shape(shape, out); });
        });
    }

    void parse_shape(std::string_view message, declared_type& out) {
        out.has_shape = true;
        const auto parse_dimension = [&](std::string_view one) {
            auto& dim = out.dims.emplace_back();
            wire_.walk(one, [&](field f) {
                return f.integer(1, [&](std::int64_t value) {
                    dim.value = value;
                    dim.stated = true;
                }) || f.name(2, dim.name);
            });
            if (out.dims.size() > limits_.rank)
                wire_.fail(message.data(),
                           qutibench::detail::message({"a shape has more than ", limits_.rank, " dimensions"}));
        };
        wire_.walk(message, [&](field f) { return f.bytes(1, parse_dimension); });
    }

    void parse_function(std::string_view message, function& out) {
        count_one(message);
        wire_.walk(message, [&](field f) {
            return f.name(1, out.name) || f.names(4, out.inputs) || f.names(5, out.outputs) ||
                   f.bytes(7, [&](std::string_view one) { parse_node(one, out.nodes.emplace_back(), 0); }) ||
                   f.bytes(9, [&](std::string_view one) { parse_opset(one, out.opsets); }) || f.name(10, out.domain) ||
                   f.bytes(11, [&](std::string_view one) { parse_attribute(one, out.defaults.emplace_back(), 0); }) ||
                   f.name(13, out.overload);
        });
        out.domain = normal_domain(out.domain);
        index(out.defaults);
        index(out.opsets);
    }

    template <class T>
    [[nodiscard]] static T& fresh(std::unique_ptr<T>& slot) {
        slot = std::make_unique<T>();
        return *slot;
    }

    wire wire_;
    reader_limits limits_;
    std::size_t entities_ = 0;
};

}  // namespace detail

}  // namespace qutibench::onnx
