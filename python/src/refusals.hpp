// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// Calls whose arguments fit no signature are told so in one sentence, where pybind11 would list its signatures.
#pragma once

#include <pybind11/pybind11.h>

namespace qutibench::python {

/// Of one function that pybind11 made; nothing happens to any other object.
void explain_refusals(pybind11::handle function);

/// Of every function, method and property of a module, its classes and the modules in it.
void explain_all_refusals(const pybind11::module_& module);

}  // namespace qutibench::python
