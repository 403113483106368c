// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

#include <pybind11/functional.h>
#include <command_line.hpp>

namespace qutibench::python {

void register_command_line(py::module_& module) {
    module.def(
        "command_line",
        [](const std::vector<py::bytes>& arguments, const std::function<std::string()>& carried_page) {
            std::vector<std::string> own(arguments.begin(), arguments.end());
            std::vector<char*> passed;
            for (std::string& one : own) passed.push_back(one.data());
            passed.push_back(nullptr);
            const py::gil_scoped_release others_run;
            return what_if::command_line(static_cast<int>(own.size()), passed.data(), carried_page);
        },
        "arguments"_a, "carried_page"_a,
        "The command qutibench with these arguments, the first of which is its name; returns its exit status. "
        "carried_page: gives the portal page where none is built, or an empty text.");
}

}  // namespace qutibench::python
