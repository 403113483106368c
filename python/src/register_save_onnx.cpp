// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

#include <qutibench/io/save_onnx.hpp>

namespace qutibench::python {

void register_save_onnx(py::module_& module) {
    module.def(
        "save_onnx",
        [](const graph& net, const path_argument& path, std::uint64_t seed, bool external_weights,
           bool signed_activations) {
            const unlocked others_may_run;
            save_onnx(net, path.value, {seed, external_weights, signed_activations});
        },
        "graph"_a, "path"_a, py::kw_only(), "seed"_a = 0, "external_weights"_a = false, "signed_activations"_a = false,
        "Writes a graph as an ONNX file (opset 17, or that of its own file) that runs, with pseudo-random weights of "
        "`seed`.\n\n"
        "Indices of embeddings are int64 inputs; cached keys and values of attention are further inputs. Layers whose\n"
        "datatype is int8 store 8-bit weights between QuantizeLinear and DequantizeLinear. external_weights writes\n"
        "'<path>.data' beside the file, which may be of any size; signed_activations quantises activations to int8\n"
        "around zero, as TensorRT asks for. A graph from an ONNX file is written as that file, with its operators and\n"
        "names; quantised since, layer by layer, which raises UnsupportedOperator where a layer is an operator of "
        "that\n"
        "file. Raises InvalidArgument past\n"
        "2 GiB in one file, ParseError when the file cannot be written.");
    module.def(
        "to_onnx",
        [](const graph& net, std::uint64_t seed, bool signed_activations) {
            return py::bytes(to_onnx(net, {.seed = seed, .signed_activations = signed_activations}));
        },
        "graph"_a, py::kw_only(), "seed"_a = 0, "signed_activations"_a = false,
        "The bytes of the file that save_onnx writes.");
}

}  // namespace qutibench::python
