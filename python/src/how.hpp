// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The keyword arguments that say how a network is deployed: whatever `describe` shows of a deployment, and of
/// execution parameters.
#pragma once

#include "common.hpp"

#include <qutibench/explore/design_space.hpp>

#include <memory>
#include <string>
#include <vector>

namespace qutibench::python {

/// Has a space answered by a FittedModel, or by several devices: (number, bytes per second, seconds, split).
void fit_by_calibration(design_axes& axes, py::handle given);
void fit_by_devices(design_axes& axes, py::handle given);
/// Has a space say what to expect, from the calibrations that ship.
void expect_as_shipped(design_axes& axes);

/// What a setting is called in Python's annotations.
template <class Value>
[[nodiscard]] constexpr std::string_view annotation_of() {
    if constexpr (std::is_same_v<Value, bool>) return "bool";
    if constexpr (std::is_same_v<Value, double>) return "float";
    if constexpr (std::is_same_v<Value, std::int64_t>) return "int";
    return "str";
}

// A setting from a Python object; throws py::cast_error on one of another type.

inline void read_object(py::handle given, bool& value) {
    value = given.cast<bool>();
}
inline void read_object(py::handle given, double& value) {
    value = given.cast<double>();
}
inline void read_object(py::handle given, std::int64_t& value) {
    if (PyLong_CheckExact(given.ptr())) {  // an axis may have millions of them
        int overflow = 0;
        value = PyLong_AsLongLongAndOverflow(given.ptr(), &overflow);
        if (overflow == 0) return;
    }
    value = given.cast<count_argument>().value;
}
inline void read_object(py::handle given, precision& value) {
    value = given.cast<precision_argument>().value;
}
template <named Enum>
void read_object(py::handle given, Enum& value) {
    value = given.cast<name_argument<Enum>>().value;
}
inline void read_object(py::handle given, std::vector<placement_override>& value) {
    value.clear();
    if (given.is_none()) return;
    for (const auto& [layer, role, on_chip] :
         given.cast<std::vector<std::tuple<std::string, name_argument<tensor_role>, bool>>>())
        value.push_back({layer, role.value, on_chip});
}

// A setting as a Python object.

template <class Value>
[[nodiscard]] py::object to_object(const Value& value) {
    if constexpr (named<Value>) return py::cast(to_string(value));
    if constexpr (std::is_same_v<Value, precision>) return py::cast(to_string(value));
    return py::cast(value);
}

/// Sets one of the settings that a struct describes; false where it has none of that name.
template <class Settings>
[[nodiscard]] bool set_described(Settings& of, std::string_view name, py::handle value) {
    bool is_there = false;
    Settings::describe([&](std::string_view key, auto member, std::string_view) {
        if (key != name) return;
        is_there = true;
        read_object(value, of.*member);
    });
    return is_there;
}

/// "name: sentence" for each setting of a struct.
template <class Settings>
[[nodiscard]] std::string described_settings() {
    std::string all;
    Settings::describe([&](std::string_view name, auto, std::string_view says) {
        all.append(name).append(": ").append(says).append("\n");
    });
    return all;
}

/// `def name(...)` of settings: "a: int = 1, b: bool = False".
template <class Settings>
[[nodiscard]] std::string signature_of_settings() {
    std::string all;
    const Settings usual;
    Settings::describe([&](std::string_view name, auto member, std::string_view) {
        using value = std::remove_cvref_t<decltype(usual.*member)>;
        if (!all.empty()) all += ", ";
        all.append(name).append(": ").append(annotation_of<value>()).append(" = ");
        all += py::repr(to_object(usual.*member)).template cast<std::string>();
    });
    return all;
}

/// What a keyword argument that there is none of is told.
[[noreturn]] inline void throw_no_keyword(const std::string& name, const std::vector<std::string_view>& known) {
    const auto abbreviates = [&](std::string_view one) {  // "dtype", which has two edits too many to be near "datatype"
        std::size_t at = 0;
        for (const char letter : one) at += at < name.size() && name[at] == letter ? 1 : 0;
        return at == name.size() && name.size() > 2;
    };
    std::string_view nearest = qutibench::detail::nearest_name(name, known);
    const auto longer = std::find_if(known.begin(), known.end(), abbreviates);
    if (nearest.empty() && longer != known.end()) nearest = *longer;
    std::string all;
    for (const std::string_view one : known) all.append(all.empty() ? "" : ", ").append(one);
    throw py::type_error("there is no argument '" + name + "'" +
                         (nearest.empty() ? "; there are " + all : "; did you mean '" + std::string(nearest) + "'?"));
}

/// Sets what keyword arguments say; int8 where nothing else is said. Throws TypeError on any other name.
inline void read_how(deployment& how, const py::kwargs& settings) {
    for (const auto& [key, value] : settings) {
        const auto name = key.cast<std::string>();
        try {
            if (name == "parameters") {
                how.parameters = value.is_none() ? execution_parameters() : value.cast<const execution_parameters&>();
            } else if (name == "overrides") {
                read_object(value, how.overrides);
            } else if (!set_described(how, name, value)) {
                std::vector<std::string_view> known{"parameters", "overrides"};
                deployment::describe([&](std::string_view one, auto, std::string_view) { known.push_back(one); });
                throw_no_keyword(name, known);
            }
        } catch (const py::cast_error&) {
            throw_unfit(name, value);
        }
    }
}

[[nodiscard]] inline deployment how_of(const py::kwargs& settings) {
    deployment how;
    read_how(how, settings);
    return how;
}

}  // namespace qutibench::python
