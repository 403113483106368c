// SPDX-License-Identifier: BSD-3-Clause
#include "json_objects.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/io/json/graph.hpp>

namespace qutibench::python {

template <>
struct member_list<contraction> {
    static constexpr auto all =
        std::make_tuple(&contraction::rows, &contraction::columns, &contraction::depth, &contraction::groups);
};

namespace {

/// Reads settings into a layer. One number for a setting of each spatial axis stands for all of them.
template <class Layer>
[[nodiscard]] any_layer layer_from(const py::kwargs& given) {
    Layer one{};
    detail::json settings = detail::json::object();
    for (const auto& [key, value] : given) settings[py::str(key).cast<std::string>()] = to_json_value(value);
    one.describe([&](std::string_view name, const auto& value) {
        const auto found = settings.find(std::string(detail::setting_key(name)));
        if (found == settings.end() || !found->is_number()) return;
        using type = std::remove_cvref_t<decltype(value)>;
        if constexpr (requires { std::tuple_size<type>::value; })
            *found = std::vector<detail::json>(std::tuple_size_v<type>, *found);
        else if constexpr (requires { value.is_same; })
            *found = std::vector<detail::json>(value.before.size(), *found);
    });
    try {
        detail::read_settings(one, detail::json_reader(settings, std::string(Layer::type)),
                              std::array<std::string_view, 0>{});
    } catch (const parse_error& wrong) {
        throw invalid_argument(wrong.what());
    }
    return any_layer(std::move(one));
}

template <class Layer>
[[nodiscard]] std::optional<detail::ordered_json> settings_of(const any_layer& layer) {
    const Layer* const known = layer.as<Layer>();
    if (known == nullptr) return std::nullopt;
    detail::ordered_json out = detail::ordered_json::object();
    detail::write_settings(*known, out);
    return out;
}

template <class... Layers>
[[nodiscard]] detail::ordered_json all_settings(const any_layer& layer, layer_list<Layers...>) {
    std::optional<detail::ordered_json> found;
    static_cast<void>(((found = settings_of<Layers>(layer)) || ...));
    return found.value_or(detail::ordered_json::object());
}

[[nodiscard]] py::dict settings(const any_layer& layer) {
    return to_python(all_settings(layer, all_layers{}));
}

[[nodiscard]] std::string written(const any_layer& layer) {
    std::string text = std::string(layer.type()) + "(";
    const char* before = "";
    for (const auto& [key, value] : settings(layer)) {
        text += before + py::str(key).cast<std::string>() + "=" + py::repr(value).cast<std::string>();
        before = ", ";
    }
    return text + ")";
}

/// The maker of one layer type; its docstring lists the settings with their defaults.
template <class Layer>
void add_maker(py::module_& layers) {
    detail::ordered_json defaults = detail::ordered_json::object();
    detail::write_settings(Layer{}, defaults);
    std::string text = "A layer of kind '" + std::string(to_string(Layer::kind)) + "'. Settings and defaults:\n\n";
    for (const auto& [key, value] : defaults.items()) text += "    " + key + " = " + value.dump() + "\n";
    text += "\nRaises InvalidArgument on settings it does not have or that have another type.";
    layers.def(std::string(Layer::type).c_str(), &layer_from<Layer>, text.c_str());
}

template <class... Layers>
void add_makers(py::module_& layers, layer_list<Layers...>) {
    (add_maker<Layers>(layers), ...);
}

template <class... Layers>
[[nodiscard]] any_layer by_type(std::string_view type, const py::kwargs& given, layer_list<Layers...>) {
    std::optional<any_layer> made;
    const auto attempt = [&]<class Layer>(std::type_identity<Layer>) {
        if (!made && type == Layer::type) made = layer_from<Layer>(given);
    };
    (attempt(std::type_identity<Layers>{}), ...);
    if (made) return *std::move(made);
    constexpr std::array<std::string_view, sizeof...(Layers)> names = {Layers::type...};
    throw unknown_name("layer type", type, detail::nearest_name(type, names));
}

void register_cost(py::module_& module) {
    py::class_<layer_cost> cls(module, "LayerCost", "What a layer costs at its input shapes, free of any device.");
    cls.def_readonly("macs", &layer_cost::macs, "Multiply-accumulates.");
    cls.def_readonly("other_operations", &layer_cost::other_operations, "Arithmetic that is no multiply-accumulate.");
    cls.def_readonly("weights", &layer_cost::weights, "Elements that multiply.");
    cls.def_readonly("parameters", &layer_cost::parameters, "Weights, biases, scales and shifts.");
    cls.def_readonly("state", &layer_cost::state, "Elements carried from call to call.");
    cls.def_property_readonly(
        "product",
        [](const layer_cost& self) {
            const contraction& of = self.product;
            return std::array<std::int64_t, 4>{of.rows, of.columns, of.depth, of.groups};
        },
        "The largest matrix product as (rows, columns, depth, groups).");
    cls.def("__repr__", [](const layer_cost& self) {
        return "LayerCost(macs=" + std::to_string(self.macs) + ", weights=" + std::to_string(self.weights) + ")";
    });
    add_members_state(cls, &layer_cost::product, &layer_cost::macs, &layer_cost::other_operations, &layer_cost::weights,
                      &layer_cost::parameters, &layer_cost::state, &layer_cost::kernel_elements, &layer_cost::stride);
}

}  // namespace

void register_layers(py::module_& module) {
    register_cost(module);
    py::class_<any_layer> cls(module, "Layer", "Any layer; qutibench.layers makes them.");
    cls.def_property_readonly("type", &any_layer::type);
    cls.def_property_readonly("kind", [](const any_layer& self) { return to_string(self.kind()); });
    cls.def_property_readonly("outputs", &any_layer::outputs, "How many tensors it writes.");
    cls.def_property_readonly("counted", &any_layer::counted, "False for an operator without a cost model.");
    cls.def_property_readonly("settings", &settings, "Its settings by name.");
    cls.def(
        "output_shape",
        [](const any_layer& self, const std::vector<shape>& inputs, int port) {
            return self.output_shape(inputs, port);
        },
        "inputs"_a, "port"_a = 0, "Shape of an output for these input shapes; raises ShapeError when they do not fit.");
    cls.def(
        "cost", [](const any_layer& self, const std::vector<shape>& inputs) { return self.cost(inputs); }, "inputs"_a,
        "What it costs for these input shapes; raises ShapeError when they do not fit.");
    cls.def("__repr__", [](const any_layer& self) { return "layers." + written(self); });
    add_state(
        cls, [](const any_layer& self) { return py::make_tuple(self.type(), settings(self)); },
        [](const py::tuple& state) {
            std::string type = state[0].cast<std::string>();
            const auto given = py::reinterpret_borrow<py::kwargs>(state[1]);
            if (given.contains("is_counted") && given.contains("output_shapes")) type = operator_layer::type;
            return by_type(type, given, all_layers{});
        });
    auto layers = module.def_submodule("layers", "Layers to build a graph from; every argument by name.");
    add_makers(layers, all_layers{});
}

}  // namespace qutibench::python
