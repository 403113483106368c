// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

namespace qutibench::python {

namespace {

using family_argument = name_argument<number_family>;

[[nodiscard]] py::tuple state_of(const datatype& of) {
    return py::make_tuple(static_cast<int>(of.family), of.bits, of.exponent, of.mantissa, of.block, of.scale_bits);
}

[[nodiscard]] datatype datatype_from(const py::tuple& state) {
    return {static_cast<number_family>(state[0].cast<int>()),
            state[1].cast<int>(),
            state[2].cast<int>(),
            state[3].cast<int>(),
            state[4].cast<int>(),
            state[5].cast<int>()};
}

[[nodiscard]] datatype custom(family_argument family, int bits, int exponent, int mantissa, int block, int scale_bits) {
    if (bits < 1 || bits > 128 || exponent < 0 || mantissa < 0 || block < 0 || scale_bits < 0)
        throw invalid_argument("a datatype needs 1 to 128 bits and no negative field");
    if (family.value == number_family::floating && 1 + exponent + mantissa != bits)
        throw invalid_argument("a floating datatype has one sign bit beside its exponent and mantissa bits");
    return {family.value, bits, exponent, mantissa, block, scale_bits};
}

void register_datatype(py::module_& module) {
    py::class_<datatype> cls(module, "Datatype", "A numeric format, such as int8 or bf16.");
    cls.def(py::init([](const precision_argument& name) {
                if (name.value.weights != name.value.activations)
                    throw invalid_argument("a Datatype is one format; '" + to_string(name.value) + "' is a Precision");
                return name.value.weights;
            }),
            "name"_a,
            "By name: 'int8', 'fp16', 'mxfp4', or as NumPy and PyTorch have it; raises UnknownName with the nearest "
            "one.");
    cls.def_static(
        "custom", &custom, "family"_a, "bits"_a, "exponent"_a = 0, "mantissa"_a = 0, "block"_a = 0, "scale_bits"_a = 0,
        "A format of your own: family 'integer', 'floating', 'binary' or 'ternary'; `block` elements share a "
        "scale of `scale_bits`.");
    cls.def_property_readonly("family", [](const datatype& self) { return to_string(self.family); });
    cls.def_readonly("bits", &datatype::bits, "Width of one element, the shared scale aside.");
    cls.def_readonly("exponent", &datatype::exponent);
    cls.def_readonly("mantissa", &datatype::mantissa);
    cls.def_readonly("block", &datatype::block, "Elements that share one scale; 0 without.");
    cls.def_readonly("scale_bits", &datatype::scale_bits);
    cls.def_property_readonly("bits_per_element", &datatype::bits_per_element, "Storage, the scale's share included.");
    cls.def("__str__", [](const datatype& self) { return to_string(self); });
    cls.def("__repr__", [](const datatype& self) { return "Datatype('" + to_string(self) + "')"; });
    cls.def("__hash__", [](const datatype& self) { return py::hash(state_of(self)); });
    add_state(cls, &state_of, &datatype_from);
}

void register_precision(py::module_& module) {
    py::class_<precision> cls(module, "Precision",
                              "The formats of weights and activations that a layer computes with.");
    cls.def(py::init([](const precision_argument& both) { return both.value; }), "name"_a,
            "By name: 'int8', 'w2a8' (2-bit weights, 8-bit activations), 'int4xfp16'; raises UnknownName.");
    cls.def(py::init([](const precision_argument& weights, const precision_argument& activations) {
                return precision(weights.value.weights, activations.value.activations);
            }),
            "weights"_a, "activations"_a);
    cls.def_readonly("weights", &precision::weights);
    cls.def_readonly("activations", &precision::activations);
    cls.def("__str__", [](const precision& self) { return to_string(self); });
    cls.def("__repr__", [](const precision& self) { return "Precision('" + to_string(self) + "')"; });
    const auto state = [](const precision& self) {
        return py::make_tuple(state_of(self.weights), state_of(self.activations));
    };
    cls.def("__hash__", [state](const precision& self) { return py::hash(state(self)); });
    add_state(cls, state, [](const py::tuple& parts) {
        return precision(datatype_from(parts[0].cast<py::tuple>()), datatype_from(parts[1].cast<py::tuple>()));
    });
}

}  // namespace

void register_datatypes(py::module_& module) {
    register_datatype(module);
    register_precision(module);
    module.def(
        "datatypes",
        [] {
            std::vector<std::string> names;
            for (const auto& one : detail::named_datatypes) names.emplace_back(one.name);
            return names;
        },
        "The names that datatypes go by.");
}

}  // namespace qutibench::python
