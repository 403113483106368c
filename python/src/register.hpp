// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The areas of the module, each in a file of its own.
#pragma once

#include <pybind11/pybind11.h>

namespace qutibench::python {

void register_errors();
void register_datatypes(pybind11::module_& module);
void register_layers(pybind11::module_& module);
void register_graph(pybind11::module_& module);
void register_workload(pybind11::module_& module);
void register_platform(pybind11::module_& module);
void register_predict(pybind11::module_& module);
void register_catalogue(pybind11::module_& module);
void register_pareto(pybind11::module_& module);
void register_sweep(pybind11::module_& module);
void register_transform(pybind11::module_& module);
void register_measure(pybind11::module_& module);
void register_adapters(pybind11::module_& module);
void register_statistics(pybind11::module_& module);
void register_calibration(pybind11::module_& module);
void register_expectation(pybind11::module_& module);
void register_onnx(pybind11::module_& module);
void register_save_onnx(pybind11::module_& module);
void register_probe(pybind11::module_& module);
void register_variants(pybind11::module_& module);
void register_models(pybind11::module_& module);
void register_published(pybind11::module_& module);
void register_choices(pybind11::module_& module);
void register_language(pybind11::module_& module);
void register_serving(pybind11::module_& module);
void register_command_line(pybind11::module_& module);

}  // namespace qutibench::python
