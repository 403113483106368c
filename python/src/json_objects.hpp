// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Python objects from JSON and back, for settings and records.
#pragma once

#include "common.hpp"

#include <qutibench/io/json/reader.hpp>

namespace qutibench::python {

[[nodiscard]] inline py::object to_python(const detail::ordered_json& value) {
    if (value.is_null()) return py::none();
    if (value.is_boolean()) return py::bool_(value.get<bool>());
    if (value.is_number_integer()) return py::int_(value.get<std::int64_t>());
    if (value.is_number()) return py::float_(value.get<double>());
    if (value.is_string()) return py::str(value.get<std::string>());
    if (value.is_array()) {
        py::list all;
        for (const auto& one : value) all.append(to_python(one));
        return all;
    }
    py::dict all;
    for (const auto& [key, one] : value.items()) all[py::str(key)] = to_python(one);
    return all;
}

/// Throws invalid_argument on an object that JSON does not know.
[[nodiscard]] inline detail::json to_json_value(py::handle value, int depth = 0) {
    if (depth > 32) throw invalid_argument("settings are nested too deeply");
    if (value.is_none()) return nullptr;
    if (PyBool_Check(value.ptr())) return value.cast<bool>();
    if (PyUnicode_Check(value.ptr())) return value.cast<std::string>();
    if (PyIndex_Check(value.ptr()) != 0) return value.cast<count_argument>().value;
    if (PyFloat_Check(value.ptr())) return value.cast<double>();
    if (py::isinstance<py::dict>(value)) {
        detail::json all = detail::json::object();
        for (const auto& [key, one] : value.cast<py::dict>())
            all[py::str(key).cast<std::string>()] = to_json_value(one, depth + 1);
        return all;
    }
    if (PySequence_Check(value.ptr()) != 0) {
        detail::json all = detail::json::array();
        for (const py::handle one : value.cast<py::sequence>()) all.push_back(to_json_value(one, depth + 1));
        return all;
    }
    throw invalid_argument("a setting is a number, a text, a list or a dict, not " +
                           py::repr(py::type::of(value)).cast<std::string>());
}

}  // namespace qutibench::python
