// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"
#include "state.hpp"
#include "workload_state.hpp"

#include <qutibench/network/analyze.hpp>
#include <qutibench/network/training.hpp>

#include <memory>

namespace qutibench::python {

namespace {

using counting_argument = name_argument<counting>;

/// One layer of a workload, which it keeps alive.
struct layer_view {
    std::shared_ptr<const workload> work{};
    std::size_t index = 0;

    [[nodiscard]] const layer_workload& operator*() const { return work->layers()[index]; }
    [[nodiscard]] const layer_workload* operator->() const { return &**this; }
};

void register_layer(py::module_& module) {
    py::class_<layer_view> cls(module, "LayerWorkload", "What one layer of a network costs for one input.");
    cls.def_property_readonly("name", [](const layer_view& self) { return self->name; });
    cls.def_property_readonly("type", [](const layer_view& self) { return self->type; });
    cls.def_property_readonly("kind", [](const layer_view& self) { return to_string(self->kind); });
    cls.def_property_readonly("operations", [](const layer_view& self) { return self->operation_count; });
    cls.def_property_readonly("macs", [](const layer_view& self) { return self->cost.macs; });
    cls.def_property_readonly("other_operations", [](const layer_view& self) { return self->cost.other_operations; });
    cls.def_property_readonly(
        "weights", [](const layer_view& self) { return self->weights().value(); },
        "Elements; 0 where they were counted with an earlier layer.");
    cls.def_property_readonly("parameters",
                              [](const layer_view& self) { return self->weights_shared ? 0 : self->cost.parameters; });
    cls.def_property_readonly("inputs", [](const layer_view& self) { return self->input_count; }, "Elements read.");
    cls.def_property_readonly(
        "outputs", [](const layer_view& self) { return self->output_count; }, "Elements written.");
    cls.def_property_readonly("input_shapes",
                              [](const layer_view& self) { return to_tuples(self.work->input_shapes(*self)); });
    cls.def_property_readonly("output_shapes",
                              [](const layer_view& self) { return to_tuples(self.work->output_shapes(*self)); });
    cls.def_property_readonly(
        "datatype",
        [](const layer_view& self) {
            return self->has_precision ? std::optional(to_string(self->numbers)) : std::nullopt;
        },
        "Its own datatype, or None where the deployment decides.");
    cls.def_property_readonly("cost", [](const layer_view& self) { return self->cost; });
    cls.def("__repr__", [](const layer_view& self) {
        return "<" + self->type + " '" + self->name + "': " + std::to_string(self->operation_count) + " operations, " +
               std::to_string(self->weights().value()) + " weights>";
    });
    add_view_state(cls, &layer_view::work);
}

using workload_class = py::class_<workload, std::shared_ptr<workload>>;

void add_counts(workload_class& cls) {
    const auto count = [&cls](const char* name, std::int64_t workload_totals::* member, const char* text) {
        cls.def_property_readonly(
            name, [member](const workload& self) { return static_cast<const workload_totals&>(self).*member; }, text);
    };
    count("operations", &workload_totals::operation_count, "Of one inference, under the counting convention.");
    count("macs", &workload_totals::mac_count, "Multiply-accumulates of one inference.");
    count("other_operations", &workload_totals::other_operation_count, "Arithmetic outside multiply-accumulates.");
    count("weights", &workload_totals::weight_count, "Elements that multiply: the model size.");
    count("parameters", &workload_totals::parameter_count, "Weights, biases, scales and shifts.");
    count("activations", &workload_totals::activation_count, "Elements of all activation tensors.");
    count("input_elements", &workload_totals::input_count, "Elements of the network's inputs.");
    count("output_elements", &workload_totals::output_count, "Elements of the network's results.");
    cls.def_property_readonly(
        "peak_live_activations", [](const workload& self) { return self.peak_live_activations().value(); },
        "Largest sum of activation elements alive at once; 0 without layers.");
}

[[nodiscard]] std::string workload_text(const workload& self) {
    std::string text = "Workload('" + self.name() + "': " + readable(static_cast<double>(self.operation_count) / 1e9) +
                       " GOP, " + readable(static_cast<double>(self.weight_count) / 1e6) + " M weights";
    if (!self.layers().empty()) text += ", " + std::to_string(self.layers().size()) + " layers";
    if (!self.uncounted().empty()) text += ", " + std::to_string(self.uncounted().size()) + " uncounted";
    return text + ")";
}

void register_training(py::module_& module) {
    py::class_<training_workload> cls(module, "TrainingWorkload", "What training a network costs.");
    cls.def_readonly("operations", &training_workload::operation_count, "Of the whole training.");
    cls.def_readonly("weights", &training_workload::weight_buffer, "Elements: values, gradients and updates.");
    cls.def_readonly("activations", &training_workload::activation_buffer, "Elements for one input, with gradients.");
    cls.def("__repr__", [](const training_workload& self) {
        return "TrainingWorkload(" + readable(static_cast<double>(self.operation_count)) + " operations)";
    });
    add_members_state(cls, &training_workload::operation_count, &training_workload::weight_buffer,
                      &training_workload::activation_buffer);
    module.def(
        "training",
        [](const workload& inference, const count_argument& examples, const count_argument& epochs) {
            return training(inference, examples.value, epochs.value);
        },
        "workload"_a, "examples"_a, "epochs"_a,
        "Operations and buffers of training (thesis eq. 2.6); raises InvalidArgument below one example or epoch.");
    module.def(
        "training_memory",
        [](const workload& inference, const precision_argument& datatype, const count_argument& batch,
           const name_argument<optimizer_kind>& optimizer, bool recompute) {
            const training_memory held =
                memory_of_training(inference, datatype.value, batch.value, {optimizer.value, recompute});
            py::dict all;
            all["weights"] = held.weights;
            all["gradients"] = held.gradients;
            all["optimizer"] = held.optimizer;
            all["activations"] = held.activations;
            all["total"] = held.total();
            return all;
        },
        "workload"_a, "datatype"_a = "fp32", "batch"_a = 1, "optimizer"_a = "momentum", "recompute"_a = false,
        "Bytes that a step of training holds: of weights, gradients, the optimiser's state ('sgd', 'momentum', 'adam') "
        "and activations, and in all. Raises InvalidArgument below one input.");
}

}  // namespace

void register_workload(py::module_& module) {
    register_layer(module);
    workload_class cls(module, "Workload", "What one inference of a network costs, free of any device.");
    cls.def(py::init([](const std::string& name, const count_argument& operations, const count_argument& weights) {
                return workload(name, quantity_of<qutibench::operations>(operations.value),
                                quantity_of<elements>(weights.value));
            }),
            "name"_a, "operations"_a, "weights"_a,
            "A network known by its totals only, such as a row of a published table: operations of one input (one MAC "
            "is two), weights in elements. Raises InvalidArgument on negative ones.");
    cls.def_property_readonly("name", &workload::name);
    add_counts(cls);
    cls.def_property_readonly(
        "count", [](const workload& self) { return to_string(self.convention()); },
        "The counting convention: 'qutibench', 'macs_only' or 'fvcore'.");
    cls.def_property_readonly(
        "uncounted", [](const workload& self) { return self.uncounted(); },
        "Layers without a cost model; when there are any, all counts are lower bounds.");
    cls.def_property_readonly(
        "warnings", [](const workload& self) { return self.warnings(); },
        "Sentences that whoever reads the figures should know: those of the graph.");
    cls.def_property_readonly(
        "layers",
        [](const std::shared_ptr<workload>& self) {
            std::vector<layer_view> all;
            for (std::size_t i = 0; i < self->layers().size(); ++i) all.push_back({self, i});
            return all;
        },
        "Every layer in topological order; empty for a workload known by its totals only.");
    cls.def(
        "renamed",
        [](const workload& self, std::string name) {
            workload changed = self;
            changed.rename(std::move(name));
            return changed;
        },
        "name"_a, "The same workload under another name.");
    cls.def("__repr__", &workload_text);
    add_state(
        cls, [](const workload& self) { return detail::workload_access::get(self); },
        [](const py::tuple& state) { return detail::workload_access::set(state); });
    add_table(cls);
    module.def(
        "analyze",
        [](const graph& net, counting_argument count, bool strict) { return analyze(net, count.value, strict); },
        "graph"_a, "count"_a = "qutibench", "strict"_a = false,
        "Counts a network, per layer and in total, for one inference at the shapes it was built with.\n\n"
        "count: 'qutibench' (two operations a MAC, other arithmetic beside it), 'macs_only' or 'fvcore'. strict: raise "
        "UnsupportedOperator for a layer without a cost model, which `uncounted` lists otherwise.");
    register_training(module);
}

}  // namespace qutibench::python
