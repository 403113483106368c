// SPDX-License-Identifier: BSD-3-Clause
#include "refusals.hpp"
#include "register.hpp"

#include <qutibench/version.hpp>

#include <string>

PYBIND11_MODULE(_core, module, pybind11::mod_gil_not_used()) {
    using namespace qutibench::python;
    module.doc() = "The C++ library behind qutibench; import qutibench instead.";
    module.attr("__version__") = std::string(qutibench::version);
    register_errors();
    register_datatypes(module);
    register_layers(module);
    register_graph(module);
    register_workload(module);
    register_platform(module);
    register_predict(module);
    register_catalogue(module);
    register_pareto(module);
    register_sweep(module);
    register_transform(module);
    register_measure(module);
    register_adapters(module);
    register_statistics(module);
    register_calibration(module);
    register_expectation(module);
    register_onnx(module);
    register_save_onnx(module);
    register_probe(module);
    register_variants(module);
    register_models(module);
    register_published(module);
    register_choices(module);
    register_language(module);
    register_serving(module);
    register_command_line(module);
    explain_all_refusals(module);
}
