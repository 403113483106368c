// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "graph_state.hpp"
#include "register.hpp"
#include "state.hpp"

#include <qutibench/io/json/graph.hpp>

#include <memory>

namespace qutibench::python {

namespace {

/// One node of a graph, which it keeps alive.
struct node_view {
    std::shared_ptr<const graph> net{};
    std::size_t index = 0;

    [[nodiscard]] const node& operator*() const { return net->nodes()[index]; }
    [[nodiscard]] const node* operator->() const { return &**this; }
};

using shapes_by_name = py::typing::Dict<py::str, py::typing::Optional<shape_tuple>>;

[[nodiscard]] shapes_by_name by_name(const graph& net, const std::vector<tensor>& tensors,
                                     const std::vector<std::string>& names = {}) {
    shapes_by_name all;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const tensor& one = tensors[i];
        if (i < names.size() && !names[i].empty()) {
            all[py::str(names[i])] = to_tuple(net.shape_of(one));
            continue;
        }
        std::string name = net.nodes()[static_cast<std::size_t>(one.node)].name;
        if (one.port > 0 || all.contains(name)) name += ":" + std::to_string(one.port);
        if (all.contains(name)) name += "#" + std::to_string(one.node);
        all[py::str(name)] = to_tuple(net.shape_of(one));
    }
    return all;
}

[[nodiscard]] std::string described(const graph& net) {
    const auto list = [&](const std::vector<tensor>& tensors) {
        std::string text;
        for (const tensor& one : tensors) text += (text.empty() ? "" : ", ") + to_string(net.shape_of(one));
        return text;
    };
    return "Graph('" + net.name() + "', " + std::to_string(net.nodes().size()) + " layers, " + list(net.inputs()) +
           " -> " + list(net.outputs()) + ")";
}

void register_tensor(py::module_& module) {
    py::class_<tensor> cls(module, "Tensor", "One output of one layer of a graph.");
    cls.def(py::init([](int index, int port) { return tensor{index, port}; }), "node"_a, "port"_a = 0);
    cls.def_readonly("node", &tensor::node, "Index of the layer that writes it.");
    cls.def_readonly("port", &tensor::port, "Which of the layer's outputs it is.");
    cls.def("__repr__", [](const tensor& self) {
        return "Tensor(" + std::to_string(self.node) + ", " + std::to_string(self.port) + ")";
    });
    const auto state = [](const tensor& self) { return py::make_tuple(self.node, self.port); };
    cls.def("__hash__", [state](const tensor& self) { return py::hash(state(self)); });
    add_state(cls, state, [](const py::tuple& from) { return tensor{from[0].cast<int>(), from[1].cast<int>()}; });
}

void register_node(py::module_& module) {
    py::class_<node_view> cls(module, "Node", "A layer in its graph: what it reads, writes and costs.");
    cls.def_property_readonly("name", [](const node_view& self) { return self->name; });
    cls.def_property_readonly("type", [](const node_view& self) { return self->layer.type(); });
    cls.def_property_readonly("kind", [](const node_view& self) { return to_string(self->layer.kind()); });
    cls.def_property_readonly("layer", [](const node_view& self) { return self->layer; });
    cls.def_property_readonly("inputs", [](const node_view& self) { return self->inputs; });
    cls.def_property_readonly("output_shapes", [](const node_view& self) { return to_tuples(self->outputs); });
    cls.def_property_readonly("input_shapes",
                              [](const node_view& self) { return to_tuples(self.net->input_shapes(*self)); });
    cls.def_property_readonly("cost", [](const node_view& self) { return self->cost; });
    cls.def_property_readonly(
        "datatype",
        [](const node_view& self) {
            return self->has_precision ? std::optional(to_string(self->numbers)) : std::nullopt;
        },
        "What quantisation or the imported file fixed; None where the deployment decides.");
    cls.def_property_readonly(
        "density", [](const node_view& self) { return self->sparsity.density; },
        "Share of the weights that unstructured pruning leaves.");
    cls.def_property_readonly(
        "shares_weights_with", [](const node_view& self) { return self->shares_weights_with; },
        "Index of the earlier layer whose weights it uses again, or -1.");
    cls.def("__repr__", [](const node_view& self) {
        std::string outputs;
        for (const shape& one : self->outputs) outputs += " " + to_string(one);
        return "<" + std::string(self->layer.type()) + " '" + self->name + "' ->" + outputs + ">";
    });
    add_view_state(cls, &node_view::net);
}

void add_building(py::class_<graph, std::shared_ptr<graph>>& cls) {
    cls.def(py::init([](const std::string& name) { return graph(name); }), "name"_a = "network",
            "An empty network. Layers are added after what they read:\n\n"
            "    g = qb.Graph('mine')\n    x = g.input((1, 3, 32, 32))\n"
            "    x = g.add(qb.layers.convolution_2d(out_channels=64, kernel=3, padding='same'), x)\n    g.output(x)");
    cls.def(
        "input",
        [](graph& self, const shape& of, std::string name) {
            return self.insert({.name = std::move(name), .layer = network_input{of}});
        },
        "shape"_a, "name"_a = "input", "A tensor that enters the network, batch first and channels second.");
    cls.def(
        "add",
        [](graph& self, const any_layer& layer, const std::variant<tensor, std::vector<tensor>>& inputs,
           const std::string& name) {
            if (const tensor* const one = std::get_if<tensor>(&inputs))
                return self.add(layer, std::vector<tensor>{*one}, name);
            return self.add(layer, std::get<std::vector<tensor>>(inputs), name);
        },
        "layer"_a, "inputs"_a, "name"_a = "",
        "Adds a layer and infers its output shape; the tensor it writes. Raises ShapeError naming the layer when its "
        "inputs do not fit, InvalidArgument for a tensor of another graph.");
    cls.def(
        "output", [](graph& self, const tensor& one) { self.output(one); }, "tensor"_a,
        "Marks a result; without any mark, the tensors that nobody reads are the results.");
    cls.def("share_weights", &graph::share_weights, "earlier"_a, "later"_a,
            "`later` uses the weights of `earlier` again: counted once, executed each time.");
    cls.def("note", &graph::note, "text"_a, "Writes down what a transform did.");
    cls.def("find", &graph::find<>, "name"_a, "The first output of the layer of this name; raises UnknownName.");
    cls.def("shape_of", [](const graph& self, const tensor& one) { return to_tuple(self.shape_of(one)); }, "tensor"_a);
}

}  // namespace

void register_graph(py::module_& module) {
    register_tensor(module);
    register_node(module);
    py::class_<graph, std::shared_ptr<graph>> cls(module, "Graph", "A network: a directed acyclic graph of layers.");
    add_building(cls);
    cls.def_property("name", &graph::name, &graph::rename);
    cls.def_property_readonly(
        "nodes",
        [](const std::shared_ptr<graph>& self) {
            std::vector<node_view> all;
            for (std::size_t i = 0; i < std::as_const(*self).nodes().size(); ++i) all.push_back({self, i});
            return all;
        },
        "Its layers in topological order.");
    cls.def_property_readonly(
        "inputs", [](const graph& self) { return by_name(self, self.inputs()); },
        "Shapes of the tensors that enter, by name; None where a shape is unknown.");
    cls.def_property_readonly(
        "outputs", [](const graph& self) { return by_name(self, self.outputs(), self.output_names()); },
        "Shapes of the results, by name; None where a shape is unknown.");
    cls.def_property_readonly("results", [](const graph& self) { return self.outputs(); }, "The results as tensors.");
    cls.def_property_readonly("log", [](const graph& self) { return self.log(); }, "What transforms did.");
    cls.def_property_readonly(
        "warnings", [](const graph& self) { return self.warnings(); },
        "Sentences that whoever reads its figures should know: what pruning has left whole, and why.");
    cls.def("__len__", [](const graph& self) { return self.nodes().size(); });
    cls.def("__repr__", &described);
    cls.def("to_json", [](const graph& self) { return to_json(self); }, "The text of a network file with every layer.");
    cls.def_static(
        "from_json", [](std::string_view text, const std::string& source) { return parse_graph(text, source); },
        "text"_a, "source"_a = "network",
        "A graph from the text of a network file; raises ParseError with the place of what is wrong.");
    add_state(cls, &state_of_graph, &graph_in_state, [](const graph& self) { return py::make_tuple(to_json(self)); });
    add_table(cls);
}

}  // namespace qutibench::python
