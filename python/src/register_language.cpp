// SPDX-License-Identifier: BSD-3-Clause
#include "language.hpp"
#include "register.hpp"

#include <qutibench/io/language/load.hpp>

namespace qutibench::python {

namespace {

void register_model(py::module_& module) {
    py::class_<language_model, model_pointer> cls(
        module, "LanguageModel", "A language model by its structure: exact counts, and the graph of any pass.");
    cls.def_readonly("name", &language_model::name);
    cls.def_readonly("family", &language_model::family);
    cls.def_readonly("warnings", &language_model::warnings, "What was left out, field by field.");
    cls.def_readonly("vocabulary", &language_model::vocabulary);
    cls.def_readonly("width", &language_model::width);
    cls.def_readonly("longest_context", &language_model::longest);
    cls.def_property_readonly("layers", &language_model::layers);
    cls.def_property_readonly(
        "precision", [](const language_model& self) { return to_dict(self.stored); },
        "Formats by part, as the checkpoint holds them.");
    cls.def_property_readonly("parameters", [](const language_model& self) { return count(self).total(); });
    cls.def_property_readonly(
        "active_parameters", [](const language_model& self) { return count(self).active; },
        "Of the routed experts, those that one token chooses.");
    cls.def_property_readonly("parameters_by_part", [](const language_model& self) {
        const language_counts counts = count(self);
        py::dict all;
        for (int i = 0; i < language_parts; ++i) {
            const auto part = static_cast<language_part>(i);
            all[py::str(std::string(to_string(part)))] = counts.of(part);
        }
        return all;
    });
    cls.def(
        "weight_bytes",
        [](const language_model& self, const py::object& precision) {
            if (precision.is_none() && self.stored_bytes > 0) return static_cast<double>(self.stored_bytes);
            return weight_bytes(rank_of(self, {}), precision_of(self, precision));
        },
        "precision"_a = py::none(), "Bytes of all weights; exact where the file listed its tensors.");
    cls.def(
        "kv_bytes_per_token",
        [](const language_model& self, const precision_argument& format) {
            return cache_bytes_per_token(rank_of(self, {}), format.value.weights);
        },
        "datatype"_a = "bf16", "Bytes that a further position adds to a sequence's cache, within every window.");
    cls.def(
        "kv_bytes",
        [](const language_model& self, double tokens, const precision_argument& format) {
            return cache_bytes(rank_of(self, {}), format.value.weights, tokens);
        },
        "tokens"_a, "datatype"_a = "bf16", "Bytes of the cache of a sequence of so many positions.");
    cls.def(
        "graph",
        [](const language_model& self, const count_argument& tokens, const count_argument& past) {
            if (tokens.value < 1 || past.value < 0)
                throw invalid_argument("a pass takes at least 1 token, and a past of at least 0");
            return graph(language_pass{&self, tokens.value, past.value});
        },
        "tokens"_a = 1, "past"_a = 0, "A pass of `tokens` new positions after `past` others, as an ordinary graph.");
    cls.def(
        "shard",
        [](const language_model& self, std::int64_t tensor, std::int64_t data, std::int64_t expert,
           std::int64_t expert_tensor,
           std::int64_t pipeline) { return shard(self, {tensor, data, expert, expert_tensor, pipeline}); },
        "tensor_parallel"_a = 1, "data_parallel"_a = 1, "expert_parallel"_a = 1, "expert_tensor_parallel"_a = 1,
        "pipeline_parallel"_a = 1, "What one of several devices holds, as a model of its own.");
    add_state(cls, &struct_state<language_model>, &struct_from<language_model>);
    cls.def(
        "to_dict",
        [](const language_model& self) {
            const language_counts counts = count(self);
            return py::dict("name"_a = self.name, "family"_a = self.family, "parameters"_a = counts.total(),
                            "active_parameters"_a = counts.active, "layers"_a = self.layers(), "width"_a = self.width,
                            "vocabulary"_a = self.vocabulary, "longest_context"_a = self.longest,
                            "precision"_a = to_dict(self.stored), "warnings"_a = self.warnings);
        },
        "Plain values, as JSON has them.");
    cls.def("__repr__", [](const language_model& self) {
        return "<LanguageModel '" + self.name + "': " + readable(static_cast<double>(count(self).total()) / 1e9) +
               "e9 parameters, " + std::to_string(self.layers()) + " layers>";
    });
}

}  // namespace

model_pointer model_of(const py::object& given) {
    if (py::isinstance<language_model>(given)) return given.cast<model_pointer>();
    return std::make_shared<language_model>(load_language_model(argument<path_argument>("model", given).value));
}

std::shared_ptr<platform> platform_of(const py::object& given) {
    if (py::isinstance<platform>(given)) return given.cast<std::shared_ptr<platform>>();
    return std::make_shared<platform>(load_platform(argument<path_argument>("platform", given).value));
}

void register_language(py::module_& module) {
    register_model(module);
    module.def(
        "language_model",
        [](const path_argument& path) { return std::make_shared<language_model>(load_language_model(path.value)); },
        "path_or_name"_a,
        "A language model by the zoo's name ('llama_3_1_8b') or from a file: config.json, .gguf, .safetensors or its\n"
        "index. Only headers are read. Raises UnknownName with the nearest name, ParseError with file and place.");
    module.def("language_models", &zoo::language_names, "Names of the zoo's language models.");
}

}  // namespace qutibench::python
