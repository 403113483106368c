// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

#include <qutibench/transform/fuse.hpp>
#include <qutibench/transform/prune.hpp>
#include <qutibench/transform/quantize.hpp>
#include <qutibench/transform/resize.hpp>
#include <qutibench/transform/sparsify.hpp>

namespace qutibench::python {

void register_transform(py::module_& module) {
    module.def(
        "prune", [](const graph& net, double keep) { return prune(net, keep); }, "graph"_a, "keep"_a,
        "Keeps that fraction of the output channels of every layer, through everything that depends on them: a new "
        "Graph, whose warnings say what stayed whole. Raises InvalidArgument unless 0 < keep <= 1.");
    module.def(
        "prune",
        [](const graph& net, const std::map<std::string, double>& keep) {
            for (const auto& [name, share] : keep) static_cast<void>(net.find(name));
            return prune(net, [&](const node& one) {
                const auto found = keep.find(one.name);
                return found == keep.end() ? 1.0 : found->second;
            });
        },
        "graph"_a, "keep"_a,
        "The same with a share for each layer by name, 1 for the others; layers that must agree take the largest.");
    module.def(
        "scale_width", [](const graph& net, double factor) { return scale_width(net, factor); }, "graph"_a, "factor"_a,
        "Makes every layer that many times as wide.");
    module.def(
        "quantize",
        [](const graph& net, const precision_argument& datatype, bool keep_first, bool keep_last) {
            return quantize(net, datatype.value, {.keep_first = keep_first, .keep_last = keep_last});
        },
        "graph"_a, "datatype"_a, "keep_first"_a = false, "keep_last"_a = false,
        "Gives every layer a datatype (weights x activations), which goes before that of the deployment: a new Graph. "
        "keep_first, keep_last: the first or last layer with weights keeps its own.");
    module.def(
        "quantize",
        [](const graph& net, const std::map<std::string, precision_argument>& datatypes,
           const precision_argument& otherwise) {
            for (const auto& [name, one] : datatypes) static_cast<void>(net.find(name));
            return quantize(net, [&](const node& one) {
                const auto found = datatypes.find(one.name);
                if (found != datatypes.end()) return found->second.value;
                return one.has_precision ? one.numbers : otherwise.value;
            });
        },
        "graph"_a, "datatypes"_a, "otherwise"_a = "fp32",
        "The same with a datatype for each layer by name; layers that have none yet get `otherwise`.");
    module.def(
        "sparsify", [](const graph& net, double density) { return sparsify(net, density); }, "graph"_a, "density"_a,
        "Unstructured sparsity: that share of every layer's weights is left.");
    module.def(
        "sparsify", [](const graph& net, int kept, int of) { return sparsify(net, kept, of); }, "graph"_a, "kept"_a,
        "of"_a, "N:M sparsity: `kept` of every `of` neighbouring weights are left.");
    module.def(
        "fuse", [](const graph& net) { return fuse(net); }, "graph"_a,
        "Marks what a compiler runs in the kernel before it: normalisations, activations, additions.");
    module.def(
        "fold_batch_normalization", [](const graph& net) { return fold_batch_normalization(net); }, "graph"_a,
        "Folds batch normalisations into the weights of the layer before them.");
    module.def(
        "with_batch", [](const graph& net, const count_argument& batch) { return with_batch(net, batch.value); },
        "graph"_a, "batch"_a,
        "The network on that many inputs at once; raises ShapeError, naming the node, where a file fixes the batch.");
    module.def(
        "with_input_shape", [](const graph& net, const shape& of) { return with_input_shape(net, of); }, "graph"_a,
        "shape"_a, "The network on inputs of another shape; raises ShapeError where a layer cannot.");
}

}  // namespace qutibench::python
