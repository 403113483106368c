// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The keyword arguments that say how a network is deployed, for functions that pass them on.
#pragma once

#include "common.hpp"

#include <qutibench/model/estimate.hpp>

#include <string>

namespace qutibench::python {

/// datatype, batch, placement, execution, threads, sparse, carriers, parameters; int8 where nothing else is said.
/// Throws TypeError on any other name.
[[nodiscard]] inline deployment how_of(const py::kwargs& settings) {
    using placement_name = name_argument<placement_kind, &parse_placement>;
    using execution_name = name_argument<execution_kind, &parse_execution>;
    deployment how;
    for (const auto& [key, value] : settings) {
        const auto name = key.cast<std::string>();
        try {
            if (name == "datatype")
                how.datatype = value.cast<precision_argument>().value;
            else if (name == "batch")
                how.batch = value.cast<count_argument>().value;
            else if (name == "placement")
                how.placement = value.cast<placement_name>().value;
            else if (name == "execution")
                how.execution = value.cast<execution_name>().value;
            else if (name == "threads")
                how.threads = value.cast<count_argument>().value;
            else if (name == "sparse")
                how.sparse = value.cast<bool>();
            else if (name == "carriers")
                how.carriers = value.cast<bool>();
            else if (name == "parameters")
                how.parameters = value.cast<const execution_parameters&>();
            else
                throw py::type_error("unexpected argument '" + name +
                                     "'; how a network is deployed is said by datatype, batch, placement, execution, "
                                     "threads, sparse, carriers and parameters");
        } catch (const py::cast_error&) {
            throw py::type_error("argument '" + name + "' cannot be a " +
                                 py::str(py::type::of(value).attr("__name__")).cast<std::string>());
        }
    }
    return how;
}

}  // namespace qutibench::python
