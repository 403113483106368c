// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "graph_state.hpp"
#include "register.hpp"

#include <qutibench/io/json/graph.hpp>
#include <qutibench/io/model_file.hpp>
#include <qutibench/io/onnx/model_writer.hpp>
#include <qutibench/io/openvino_ir.hpp>
#include <qutibench/io/tflite.hpp>
#include <qutibench/network/analyze.hpp>

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
    std::string assumption{};  ///< what was taken for granted of an open batch, until it was said
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

using model_source = std::variant<py::bytes, path_argument>;

/// A model's bytes and what they are called, whether they come from a file or from memory.
struct model_content {
    std::shared_ptr<const onnx::byte_source> file{};
    std::string_view bytes{};
    std::string path{};  ///< empty for bytes
    std::string name = "model";

    explicit model_content(const model_source& from) {
        if (const py::bytes* const content = std::get_if<py::bytes>(&from)) {
            bytes = *content;
            return;
        }
        path = std::get<path_argument>(from).value;
        name = model_name(path);
        file = onnx::byte_source::open(path);
        bytes = file->bytes();
    }
    [[nodiscard]] std::string source() const { return path.empty() ? "(bytes)" : path; }
};

/// The dimensions without a value, as batches of one, where they are batches: each input is open in its first axis at
/// most.
[[nodiscard]] onnx::open_dimensions::values open_batches(const onnx::inferred& source) {
    for (const onnx::value_id id : source.inputs) {
        const auto& dims = source.of(id).dims;
        if (std::any_of(dims.begin() + (dims.empty() ? 0 : 1), dims.end(), [](auto dim) { return !dim.known(); }))
            return {};
    }
    return source.usual_values();
}

/// "dims={'N': 1, 'length': 128}"
[[nodiscard]] std::string as_dims(const onnx::open_dimensions::values& all) {
    return "dims={" + onnx::open_dimensions::listed(all, ", '", "': ").substr(2) + "}";
}

/// How Python binds what is open.
void say_how_to_bind(std::exception_ptr thrown) {
    try {
        if (thrown) std::rethrow_exception(thrown);
    } catch (const onnx::open_dimensions& open) {
        throw shape_error(
            onnx::open_dimensions::sentence(open.example(), "as in load(path, " + as_dims(open.example()) + ")"));
    }
}

/// Says what of a loaded model its file leaves open.
void warn_of_open_batch(const onnx_graph& loaded) {
    if (loaded.assumption.empty()) return;
    const std::string text = "'" + loaded.name() + "': " + loaded.assumption;
    if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), 1) != 0) throw py::error_already_set();
}

[[nodiscard]] std::shared_ptr<onnx_graph> imported(const onnx::model& file, const onnx_options& options,
                                                   std::string_view name) {
    auto result = std::make_shared<onnx_graph>();
    onnx::inferred source = onnx::infer(file, {.dims = options.dims});
    if (const onnx::open_dimensions::values open = open_batches(source); !open.empty()) {
        auto dims = options.dims;
        dims.insert(dims.end(), open.begin(), open.end());
        source = onnx::infer(file, {.dims = dims});
        result->assumption = "the batch is open and taken as one; " + as_dims(open) + " says so, or another";
    }
    result->entering = shapes_of(source, source.inputs);
    result->leaving = shapes_of(source, source.outputs);
    imported_model model = import_onnx(source, name);
    static_cast<graph&>(*result) = std::move(model.layers);
    result->parameters = model.parameters;
    if (options.strict) static_cast<void>(analyze(static_cast<const graph&>(*result), counting::qutibench, true));
    return result;
}

using bindings = std::map<std::string, std::int64_t>;

[[nodiscard]] std::shared_ptr<onnx_graph> imported(const std::string& text, const onnx_options& options,
                                                   std::string_view name) {
    return imported(onnx::read_view(std::as_bytes(std::span(text.data(), text.size()))), options, name);
}

/// Defines a loader: `as_onnx` gives a model's ONNX form, or nothing where it is ONNX.
template <class AsOnnx>
void add_loader(py::module_& module, const char* name, AsOnnx as_onnx, const char* text) {
    module.def(
        name,
        [as_onnx](const model_source& from, const bindings& dims, bool strict) {
            const onnx_options options{{dims.begin(), dims.end()}, strict};
            const model_content model(from);
            const auto loaded = without_lock([&] {
                if (const std::optional<std::string> form = as_onnx(model)) return imported(*form, options, model.name);
                if (!model.path.empty()) return imported(onnx::detail::parse(model.file, {}), options, model.name);
                return imported(onnx::read_view(std::as_bytes(std::span(model.bytes.data(), model.bytes.size()))),
                                options, model.name);
            });
            warn_of_open_batch(*loaded);
            return loaded;
        },
        "model"_a, "dims"_a = bindings(), "strict"_a = false, text);
}

[[nodiscard]] std::optional<std::string> any_as_onnx(const model_content& of) {
    if (recognise_model(of.bytes) == model_format::openvino_ir && !of.path.empty())
        return detail::openvino_file_as_onnx(of.path, of.name);
    return model_as_onnx(of.bytes, of.source(), of.name);
}

void add_loading(py::module_& module) {
    add_loader(
        module, "load_onnx",
        [](const model_content& of) -> std::optional<std::string> {
            refuse_foreign_model(of.bytes, of.source());
            return std::nullopt;
        },
        "A graph from an ONNX file (a path, or its bytes). Only the structure is read, never the weights.\n\n"
        "dims: values of symbolic dimensions by name; an open batch is taken as one, with a warning, and "
        "any other open one is a ShapeError that says how to bind it. strict: raise "
        "UnsupportedOperator for an operator without a cost "
        "model. Raises ParseError with a byte offset or node name for a broken file.");
    add_loader(
        module, "load_tflite",
        [](const model_content& of) -> std::optional<std::string> {
            refuse_foreign_model(of.bytes, of.source());
            return tflite_as_onnx(of.bytes, of.source(), of.name);
        },
        "A graph from a TFLite file (a path, or its bytes); images stand channels second, datatypes are each tensor's "
        "own. Arguments as in load_onnx. Raises ParseError with a byte offset for a broken file.");
    add_loader(
        module, "load_openvino",
        [](const model_content& of) -> std::optional<std::string> {
            refuse_foreign_model(of.bytes, of.source());
            if (of.path.empty()) return openvino_ir_as_onnx(of.bytes, of.source(), of.name);
            return detail::openvino_file_as_onnx(of.path, of.name);
        },
        "A graph from OpenVINO's model.xml, with small integers from model.bin beside it where that is there. An open "
        "dimension is bound as dims={'input[0]': 1}. Arguments as in load_onnx.");
    add_loader(module, "load_model_file", &any_as_onnx,
               "A graph from a model file of any format that is read (ONNX, TFLite, OpenVINO IR), told by its content. "
               "Arguments as in load_onnx. Raises ParseError that says what another file is and what to do with it.");
}

/// The structure of a model part by part, which loaders written in Python hand to the importer.
void register_writer(py::module_& module) {
    using onnx::model_writer;
    using dims = std::vector<std::int64_t>;
    const auto type_of = [](int number) { return static_cast<onnx::element_type>(number); };
    py::class_<model_writer> cls(module, "ModelWriter", "Collects the structure of a model; element types as ONNX's.");
    cls.def(py::init<>());
    cls.def("input", [type_of](model_writer& self, std::string_view name, int type, const dims& shape) {
        self.input(name, type_of(type), shape);
    });
    cls.def("output", [type_of](model_writer& self, std::string_view name, int type, const dims& shape) {
        self.output(name, type_of(type), shape);
    });
    cls.def("value", [type_of](model_writer& self, std::string_view name, int type, const dims& shape) {
        self.value(name, type_of(type), shape);
    });
    cls.def("weight", [type_of](model_writer& self, std::string_view name, int type, const dims& shape) {
        self.weight(name, type_of(type), shape);
    });
    cls.def("buffer", [type_of](model_writer& self, std::string_view name, int type, const dims& shape) {
        self.buffer(name, type_of(type), shape);
    });
    cls.def("constant", &model_writer::constant, "name"_a, "values"_a, "scalar"_a = false);
    cls.def("number", &model_writer::number);
    cls.def("node", [](model_writer& self, std::string_view type, std::string_view domain, std::string_view name,
                       const std::vector<std::string>& inputs, const std::vector<std::string>& outputs,
                       const py::dict& attributes) {
        std::vector<onnx::written_attribute> how;
        for (const auto& [key, value] : attributes) {
            std::string called = py::str(key).cast<std::string>();
            if (py::isinstance<py::str>(value))
                how.push_back(onnx::written_attribute::word(std::move(called), value.cast<std::string>()));
            else if (py::isinstance<py::float_>(value))
                how.push_back(onnx::written_attribute::number(std::move(called), value.cast<double>()));
            else if (PyIndex_Check(value.ptr()) != 0)
                how.push_back(onnx::written_attribute::integer(std::move(called), value.cast<std::int64_t>()));
            else
                how.push_back(onnx::written_attribute::list(std::move(called), value.cast<dims>()));
        }
        self.node(type, domain, name, inputs, outputs, how);
    });
    cls.def("finish", [](model_writer& self, std::string_view name) { return py::bytes(self.finish(name)); });
}

}  // namespace

void register_onnx(py::module_& module) {
    py::register_local_exception_translator(&say_how_to_bind);
    register_writer(module);
    py::class_<onnx_graph, graph, std::shared_ptr<onnx_graph>> cls(
        module, "OnnxGraph", "A graph from an ONNX file, with what the file says of its inputs and outputs.");
    cls.def_property_readonly(
        "inputs", [](const onnx_graph& self) { return to_dict(self.entering); },
        "Shapes by name; None for a shape or a dimension that is not known.");
    cls.def_property_readonly(
        "outputs", [](const onnx_graph& self) { return to_dict(self.leaving); },
        "Shapes by name; None for a shape or a dimension that is not known.");
    cls.def_property_readonly(
        "parameters", [](const onnx_graph& self) { return self.parameters; },
        "Parameters of the module that the file was exported from, as far as the file shows. Exporters fold and drop "
        "some, so that those of analyze(graph) can differ.");
    const auto known = [](const onnx_graph& self, py::object layers) {
        return py::make_tuple(std::move(layers), self.name(), self.entering, self.leaving, self.parameters);
    };
    add_state(
        cls,
        [known](const onnx_graph& self) {
            return known(self, self.nodes().empty() ? py::object(py::none()) : py::object(state_of_graph(self)));
        },
        [](const py::tuple& from) {
            auto made = std::make_shared<onnx_graph>();
            if (!from[0].is_none()) static_cast<graph&>(*made) = graph_in_state(from[0].cast<py::tuple>());
            made->rename(from[1].cast<std::string>());
            made->entering = from[2].cast<named_shapes>();
            made->leaving = from[3].cast<named_shapes>();
            made->parameters = from[4].cast<std::int64_t>();
            return made;
        },
        [known](const onnx_graph& self) {
            return known(self, self.nodes().empty() ? py::object(py::none()) : py::object(py::str(to_json(self))));
        });
    add_loading(module);
}

}  // namespace qutibench::python
