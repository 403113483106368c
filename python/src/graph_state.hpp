// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// What a pickled graph holds.
#pragma once

#include "common.hpp"

#include <qutibench/io/json/graph.hpp>
#include <qutibench/io/onnx/edit/source.hpp>

#include <memory>

namespace qutibench::python {

/// The layers, and the file behind them with its bound dimensions, where there is one: transforms change it.
[[nodiscard]] inline py::tuple state_of_graph(const graph& net) {
    const auto* const file = dynamic_cast<const detail::onnx_source*>(net.source());
    if (file == nullptr) return py::make_tuple(to_json(net));
    return py::make_tuple(to_json(net), py::bytes(file->file()), file->bindings());
}

[[nodiscard]] inline graph graph_in_state(const py::tuple& state) {
    graph net = parse_graph(state[0].cast<std::string>());
    if (state.size() > 1)
        net.set_source(std::make_shared<const detail::onnx_source>(state[1].cast<std::string>(),
                                                                   state[2].cast<onnx::dimension_bindings>()));
    return net;
}

}  // namespace qutibench::python
