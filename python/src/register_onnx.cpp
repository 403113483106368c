// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

#include <qutibench/io/onnx.hpp>

#include <map>
#include <memory>
#include <variant>

namespace qutibench::python {

namespace {

using partial_shape = std::optional<std::vector<std::optional<std::int64_t>>>;
using named_shapes = std::vector<std::pair<std::string, partial_shape>>;

/// A graph from an ONNX file, with what the file says of its inputs and outputs: shapes may be open there.
struct onnx_graph : graph {
    named_shapes entering{};
    named_shapes leaving{};
    std::int64_t parameters = 0;
    std::string problem{};  ///< why there are no layers; empty when there are
};

[[nodiscard]] partial_shape shape_in(const onnx::facts& of) {
    if (of.kind != onnx::type_kind::tensor || !of.ranked) return std::nullopt;
    std::vector<std::optional<std::int64_t>> dims;
    for (const onnx::dimension dim : of.dims)
        dims.push_back(dim.known() ? std::optional<std::int64_t>(dim.value()) : std::nullopt);
    return dims;
}

[[nodiscard]] named_shapes shapes_of(const onnx::inferred& source, const std::vector<onnx::value_id>& ids) {
    named_shapes all;
    for (const onnx::value_id id : ids) all.emplace_back(std::string(source.values[id].name), shape_in(source.of(id)));
    return all;
}

[[nodiscard]] py::dict to_dict(const named_shapes& all) {
    py::dict result;
    for (const auto& [name, extents] : all) {
        if (!extents) {
            result[py::str(name)] = py::none();
            continue;
        }
        py::tuple dims(extents->size());
        for (std::size_t i = 0; i < extents->size(); ++i) dims[i] = py::cast((*extents)[i]);
        result[py::str(name)] = dims;
    }
    return result;
}

[[nodiscard]] std::shared_ptr<onnx_graph> imported(const onnx::model& file, const onnx_options& options,
                                                   std::string_view name) {
    auto result = std::make_shared<onnx_graph>();
    const onnx::inferred source = onnx::infer(file, {.dims = options.dims});
    result->entering = shapes_of(source, source.inputs);
    result->leaving = shapes_of(source, source.outputs);
    try {
        imported_model model = import_onnx(source, name);
        static_cast<graph&>(*result) = std::move(model.layers);
        result->parameters = model.parameters;
    } catch (const shape_error& open) {
        result->problem = open.what();
        result->rename(std::string(name));
    }
    if (options.strict && result->problem.empty())
        static_cast<void>(analyze(static_cast<const graph&>(*result), counting::qutibench, true));
    return result;
}

}  // namespace

void register_onnx(py::module_& module) {
    py::class_<onnx_graph, graph, std::shared_ptr<onnx_graph>> cls(
        module, "OnnxGraph",
        "A graph from an ONNX file. Where dimensions are open, inputs and outputs show None, and counting it says "
        "which "
        "ones to bind.");
    cls.def_property_readonly(
        "inputs", [](const onnx_graph& self) { return to_dict(self.entering); },
        "Shapes by name; None for a shape or a dimension that is not known.");
    cls.def_property_readonly(
        "outputs", [](const onnx_graph& self) { return to_dict(self.leaving); },
        "Shapes by name; None for a shape or a dimension that is not known.");
    cls.def_property_readonly(
        "parameters",
        [](const onnx_graph& self) { return self.problem.empty() ? std::optional(self.parameters) : std::nullopt; },
        "Parameters of the module that the file was exported from, as far as the file shows; None when it cannot be "
        "counted. Exporters fold and drop some, so that those of analyze(graph) can differ.");
    cls.def_property_readonly(
        "problem", [](const onnx_graph& self) { return unless_empty(self.problem); },
        "Why the model cannot be counted, or None.");
    module.def(
        "load_onnx",
        [](const std::variant<py::bytes, path_argument>& from, const std::map<std::string, std::int64_t>& dims,
           bool strict) {
            const onnx_options options{{dims.begin(), dims.end()}, strict};
            if (const py::bytes* const content = std::get_if<py::bytes>(&from)) {
                const std::string_view text = *content;
                return imported(onnx::read_view(std::as_bytes(std::span(text.data(), text.size()))), options, "model");
            }
            const std::string& path = std::get<path_argument>(from).value;
            std::string name = path.substr(path.find_last_of('/') + 1);
            if (name.ends_with(".onnx")) name.resize(name.size() - 5);
            return imported(onnx::read(path), options, name);
        },
        "model"_a, "dims"_a = std::map<std::string, std::int64_t>(), "strict"_a = false,
        "A graph from an ONNX file (a path, or its bytes). Only the structure is read, never the weights.\n\n"
        "dims: values of symbolic dimensions by name. strict: raise UnsupportedOperator for an operator without a cost "
        "model. Raises ParseError with a byte offset or node name for a broken file.");
    // Before the overload for any graph: a model with open dimensions has no layers to count.
    module.def(
        "analyze",
        [](const onnx_graph& net, name_argument<counting> count, bool strict) {
            if (!net.problem.empty()) throw shape_error(net.problem);
            return analyze(static_cast<const graph&>(net), count.value, strict);
        },
        "graph"_a, "count"_a = "qutibench", "strict"_a = false, py::prepend());
}

}  // namespace qutibench::python
