// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "how.hpp"
#include "register.hpp"

#include <qutibench/explore/precision_choices.hpp>

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace qutibench::python {

namespace {

/// {layer: {label: figures}}, in order.
using options_by_layer = py::typing::Dict<py::str, py::typing::Dict<py::str, py::typing::List<py::float_>>>;

[[nodiscard]] options_by_layer choices_of(const std::vector<choosing_layer>& layers) {
    options_by_layer all;
    for (const choosing_layer& layer : layers) {
        py::dict options;
        for (const layer_option& one : layer.options) options[py::str(one.label)] = one.figures;
        all[py::str(layer.name)] = options;
    }
    return all;
}

[[nodiscard]] std::vector<choosing_layer> from_python(const options_by_layer& given) {
    std::vector<choosing_layer> layers;
    for (const auto& [name, options] : given) {
        choosing_layer layer{name.cast<std::string>(), {}};
        for (const auto& [label, figures] : options.cast<py::dict>())
            layer.options.push_back({label.cast<std::string>(), figures.cast<std::vector<double>>()});
        layers.push_back(std::move(layer));
    }
    return layers;
}

[[nodiscard]] py::tuple chosen(const options_by_layer& given, const std::vector<std::string>& maximize,
                               const std::vector<std::string>& largest, const std::vector<std::string>& names,
                               const std::map<std::string, double>& resolution, std::size_t max_rows,
                               const std::optional<int>& workers) {
    const int threads = threads_of(workers);
    const std::vector<choosing_layer> layers = from_python(given);
    std::vector<choice_objective> objectives;
    const auto is_in = [](const std::vector<std::string>& all, const std::string& one) {
        return std::find(all.begin(), all.end(), one) != all.end();
    };
    for (const auto* const list : {&maximize, &largest})
        for (const std::string& one : *list)
            if (!is_in(names, one)) throw unknown_name("objective", one, names.empty() ? "" : names.front());
    for (const std::string& one : names) {
        const auto missed = resolution.find(one);
        objectives.push_back({one, is_in(maximize, one) ? sense::maximize : sense::minimize,
                              is_in(largest, one) ? accumulation::largest : accumulation::sum,
                              missed == resolution.end() ? 0.0 : missed->second});
    }
    choice_front front;
    {
        const unlocked others_run;
        front = choose_for_layers(layers, objectives, max_rows, threads);
    }
    py::list rows;
    for (std::size_t row = 0; row < front.size(); ++row) {
        py::dict figures, options;
        for (std::size_t i = 0; i < names.size(); ++i)
            figures[py::str(names[i])] = front.points()[row * names.size() + i];
        const std::vector<std::size_t> taken = front.choices(row);
        for (std::size_t i = 0; i < layers.size(); ++i)
            options[py::str(layers[i].name)] = layers[i].options[taken[i]].label;
        rows.append(py::make_tuple(figures, options));
    }
    return py::tuple(rows);
}

}  // namespace

void register_choices(py::module_& module) {
    module.def(
        "precision_choices",
        [](const graph& net, const platform& device,
           const std::vector<std::tuple<std::string, precision_argument, double>>& table, const py::kwargs& settings) {
            deployment how = how_of(settings);
            if (!settings.contains("execution")) how.execution = execution_kind::layers;
            std::vector<layer_sensitivity> rows;
            for (const auto& [layer, numbers, loss] : table) rows.push_back({layer, numbers.value, loss});
            return choices_of(precision_choices(net, device, how, rows));
        },
        "graph"_a, "platform"_a, "table"_a,
        "Options for choose_for_layers: {layer: {datatype: [bytes of weights, seconds of one call, loss]}}. table: "
        "(layer, datatype, loss) for each that may be chosen, the loss in any unit that adds up; all other layers stay "
        "in the deployment's datatype. Further arguments are those of predict, layer by layer. Raises InvalidArgument, "
        "UnknownName, and what predict raises.");
    module.def("choose_for_layers", &chosen, "layers"_a, py::kw_only(), "maximize"_a = std::vector<std::string>(),
               "largest"_a = std::vector<std::string>(),
               "names"_a = std::vector<std::string>{"model_bytes", "latency_s", "loss"},
               "resolution"_a = std::map<std::string, double>(), "max_rows"_a = 1'000'000, "workers"_a = py::none(),
               "The exact frontier over all combinations of one option per layer: (figures by name, option by layer) "
               "pairs. layers: {layer: {option: figures}}, such as precision_choices gives. names: of the figures, in "
               "order; all are minimised but those in maximize, and summed over the layers but those in largest, of "
               "which the largest counts. resolution: by how much the frontier may miss a combination, by name, where "
               "it would be too long. workers: threads of the processor, all unless given; no answer depends on it. "
               "Raises InvalidArgument.");
}

}  // namespace qutibench::python
