// SPDX-License-Identifier: BSD-3-Clause
#include "common.hpp"
#include "register.hpp"

#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/language/load.hpp>
#include <qutibench/io/language/serving_record.hpp>
#include <qutibench/language/calibration.hpp>
#include <qutibench/language/local.hpp>
#include <qutibench/language/serving.hpp>

#include <memory>

namespace qutibench::python {

namespace {

/// A format for all parts, formats by part, or nothing: the checkpoint's own.
[[nodiscard]] language_precision precision_of(const language_model& model, const py::object& given) {
    const auto format = [](py::handle value) { return value.cast<precision_argument>().value.weights; };
    if (given.is_none()) return model.stored;
    if (!py::isinstance<py::dict>(given)) return language_precision(format(given));
    language_precision stored = model.stored;
    for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(given))
        stored.set(key.cast<std::string_view>(), format(value));
    return stored;
}

[[nodiscard]] py::dict to_dict(const language_precision& stored) {
    py::dict all;
    for (const auto& [name, format] :
         {std::pair("attention", &stored.attention), std::pair("dense", &stored.dense),
          std::pair("experts", &stored.experts), std::pair("head", &stored.head), std::pair("kv", &stored.cache)})
        all[name] = to_string(*format);
    return all;
}

using model_pointer = std::shared_ptr<language_model>;

/// A language model, or what `language_model` would load.
[[nodiscard]] model_pointer model_of(const py::object& given) {
    if (py::isinstance<language_model>(given)) return given.cast<model_pointer>();
    return std::make_shared<language_model>(load_language_model(given.cast<path_argument>().value));
}

/// A platform, or the id or path of one.
[[nodiscard]] std::shared_ptr<platform> platform_of(const py::object& given) {
    if (py::isinstance<platform>(given)) return given.cast<std::shared_ptr<platform>>();
    return std::make_shared<platform>(load_platform(given.cast<path_argument>().value));
}

/// An answer of `serve`, by whichever law gave it.
struct served {
    serving_estimate figures{};
    std::vector<std::string> warnings{};
    std::string framework{};
    std::string decode_limit{};
    std::string prefill_limit{};
};

[[nodiscard]] served from_local(const language_model& model, const platform& device, const language_precision& stored,
                                const local_question& ask) {
    const language_rank rank = rank_of(model, {});
    const double weights = bytes_per_token(rank, stored);
    const local_estimate local = run_locally(rank, stored, device, weights, ask);
    served answer;
    answer.framework = "llama.cpp";
    answer.decode_limit = "memory";
    answer.prefill_limit = "compute";
    serving_estimate& e = answer.figures = as_serving(local, ask);
    e.memory.weights = weight_bytes(rank, stored);
    e.memory.cache = cache_bytes(rank, stored.cache, ask.prompt_tokens + ask.output_tokens);
    e.energy_per_token_j = device.power().value() * static_cast<double>(ask.devices) / e.tokens_per_s;
    e.tokens_per_s_per_usd = e.tokens_per_s / (device.price_usd * static_cast<double>(ask.devices));
    if (!local.fits)
        answer.warnings.push_back("does not fit: " + std::to_string(local.layers_that_fit) + " of " +
                                  std::to_string(model.layers()) +
                                  " layers do; give offloaded_layers and host_bandwidth for the rest");
    if (!local.measured)
        answer.warnings.emplace_back("no public measurement of such a machine stands behind these shares");
    return answer;
}

void add_figures(py::class_<serving_figures>& cls) {
    cls.def_readonly("time_per_output_token_s", &serving_figures::time_per_output_token_s);
    cls.def_readonly("time_to_first_token_s", &serving_figures::time_to_first_token_s);
    cls.def_readonly("request_s", &serving_figures::request_s, "From asking to the last token.");
    cls.def_readonly("tokens_per_s", &serving_figures::tokens_per_s, "Output tokens of all requests.");
    cls.def_readonly("tokens_per_s_per_user", &serving_figures::tokens_per_s_per_user);
    cls.def_readonly("tokens_per_s_per_device", &serving_figures::tokens_per_s_per_device);
    cls.def("__repr__", [](const serving_figures& self) {
        return "<" + readable(self.time_per_output_token_s * 1e3) + " ms per token, first after " +
               readable(self.time_to_first_token_s * 1e3) + " ms>";
    });
}

template <class Get>
void add_figure(py::class_<served>& cls, const char* name, Get get, const char* text = "") {
    cls.def_property_readonly(name, [get](const served& self) { return get(self.figures); }, text);
}

void register_answer(py::module_& module) {
    py::class_<serving_figures> figures(module, "ServingFigures", "Times and rates of a server.");
    add_figures(figures);
    py::class_<served> cls(module, "ServingEstimate",
                           "How fast a server answers, with its bound, an interval, memory and warnings.");
    using e = serving_estimate;
    add_figure(cls, "time_per_output_token_s", [](const e& x) { return x.time_per_output_token_s; });
    add_figure(cls, "time_to_first_token_s", [](const e& x) { return x.time_to_first_token_s; });
    add_figure(cls, "request_s", [](const e& x) { return x.request_s; }, "From asking to the last token.");
    add_figure(cls, "tokens_per_s", [](const e& x) { return x.tokens_per_s; }, "Output tokens of all requests.");
    add_figure(cls, "tokens_per_s_per_user", [](const e& x) { return x.tokens_per_s_per_user; });
    add_figure(cls, "tokens_per_s_per_device", [](const e& x) { return x.tokens_per_s_per_device; });
    add_figure(
        cls, "tokens_per_s_per_usd", [](const e& x) { return known(x.tokens_per_s_per_usd); },
        "Of the devices' price.");
    add_figure(cls, "energy_per_token_j", [](const e& x) { return known(x.energy_per_token_j); });
    add_figure(cls, "memory_bytes", [](const e& x) { return x.memory.needed; }, "On one device.");
    add_figure(cls, "weight_bytes", [](const e& x) { return x.memory.weights; });
    add_figure(cls, "cache_bytes", [](const e& x) { return x.memory.cache; });
    add_figure(cls, "activation_bytes", [](const e& x) { return x.memory.activations; });
    add_figure(cls, "fits", [](const e& x) { return x.fits; });
    add_figure(cls, "largest_concurrency", [](const e& x) { return known(x.largest_concurrency); });
    add_figure(cls, "longest_context", [](const e& x) { return known(x.longest_context); });
    add_figure(cls, "devices", [](const e& x) { return x.devices; });
    add_figure(cls, "low", [](const e& x) { return x.low; }, "Seconds per output token, 5 % of measurements below.");
    add_figure(cls, "high", [](const e& x) { return x.high; }, "95 % below.");
    add_figure(cls, "bound", [](const e& x) { return x.bound; }, "The same figures with nothing lost.");
    cls.def_readonly("warnings", &served::warnings);
    cls.def_readonly("framework", &served::framework);
    cls.def_readonly("decode_limit", &served::decode_limit, "'memory', 'compute', 'link' or 'overhead'.");
    cls.def_readonly("prefill_limit", &served::prefill_limit);
    cls.def("__repr__", [](const served& self) {
        const serving_estimate& x = self.figures;
        return "<ServingEstimate: " + readable(x.time_per_output_token_s * 1e3) + " ms per token (" +
               readable(x.low * 1e3) + " to " + readable(x.high * 1e3) + "), first after " +
               readable(x.time_to_first_token_s * 1e3) + " ms, " + readable(x.tokens_per_s) + " tokens/s, " +
               readable(x.memory.needed / 1e9) + " GB a device" + (x.fits ? "" : ", does not fit") + ">";
    });
}

[[nodiscard]] served serve_answer(const py::object& given, const py::object& on, const py::object& precision,
                                  double prompt_tokens, double output_tokens, double concurrency, std::int64_t tensor,
                                  std::int64_t data, std::int64_t expert, std::int64_t expert_tensor,
                                  std::int64_t pipeline, std::string_view framework,
                                  const serving_calibration* calibration, const py::kwargs& more) {
    const model_pointer model = model_of(given);
    const std::shared_ptr<platform> device = platform_of(on);
    const language_precision stored = precision_of(*model, precision);
    serving_question ask{.prompt_tokens = prompt_tokens, .output_tokens = output_tokens, .concurrency = concurrency};
    local_question local{
        .prompt_tokens = prompt_tokens, .output_tokens = output_tokens, .devices = tensor * data * pipeline};
    for (const auto& [key, value] : more) {
        const auto name = key.cast<std::string_view>();
        const auto number = [&] { return value.cast<double>(); };
        if (name == "prefix_hit")
            ask.prefix_hit = number();
        else if (name == "chunk")
            ask.chunk = number();
        else if (name == "draft_tokens")
            ask.draft_tokens = number();
        else if (name == "draft_acceptance")
            ask.draft_acceptance = number();
        else if (name == "draft_cost")
            ask.draft_cost = number();
        else if (name == "separate_prefill")
            ask.separate_prefill = value.cast<bool>();
        else if (name == "memory_share")
            ask.memory_share = number();
        else if (name == "offloaded_layers")
            local.offloaded = value.cast<std::int64_t>();
        else if (name == "host_bandwidth")
            local.host_bandwidth = number();
        else
            throw py::type_error("unexpected argument '" + std::string(name) + "' of serve");
    }
    if (framework == "llama.cpp" || framework == "llama_cpp") return from_local(*model, *device, stored, local);
    ask.framework = parse_name<serving_framework>(framework);
    const language_layout layout{tensor, data, expert, expert_tensor, pipeline};
    served answer;
    answer.figures = serving(*model, *device, stored, layout)(ask);
    if (calibration != nullptr) answer.figures = calibration->applied(answer.figures);
    answer.warnings = caution_sentences(answer.figures);
    answer.framework = std::string(framework);
    answer.decode_limit = to_string(answer.figures.decode_limit);
    answer.prefill_limit = to_string(answer.figures.prefill_limit);
    return answer;
}

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
    cls.def("__eq__", [](const language_model& a, const language_model& b) { return a == b; }, py::is_operator());
    cls.def("__copy__", [](const language_model& self) { return language_model(self); });
    cls.def("__deepcopy__", [](const language_model& self, const py::dict&) { return language_model(self); }, "memo"_a);
    cls.def("__repr__", [](const language_model& self) {
        return "<LanguageModel '" + self.name + "': " + readable(static_cast<double>(count(self).total()) / 1e9) +
               "e9 parameters, " + std::to_string(self.layers()) + " layers>";
    });
}

void register_calibration_of_serving(py::module_& module) {
    py::class_<serving_calibration> cls(module, "ServingCalibration", "What a stack takes over what the law says.");
    cls.def(py::init<>());
    cls.def("add", &serving_calibration::add, "predicted"_a, "measured"_a,
            "A measured time per output token beside the predicted one, in seconds.");
    cls.def("add_first", &serving_calibration::add_first, "predicted"_a, "measured"_a);
    cls.def_property_readonly("factor", &serving_calibration::factor);
    cls.def_property_readonly("rows", [](const serving_calibration& self) { return self.tokens.rows; });
}

}  // namespace

void register_language(py::module_& module) {
    register_model(module);
    register_answer(module);
    register_calibration_of_serving(module);
    module.def(
        "language_model",
        [](const path_argument& path) { return std::make_shared<language_model>(load_language_model(path.value)); },
        "path_or_name"_a,
        "A language model by the zoo's name ('llama_3_1_8b') or from a file: config.json, .gguf, .safetensors or its\n"
        "index. Only headers are read. Raises UnknownName with the nearest name, ParseError with file and place.");
    module.def("language_models", &zoo::language_names, "Names of the zoo's language models.");
    module.def("serve", &serve_answer, "model"_a, "platform"_a, "precision"_a = py::none(), "prompt_tokens"_a = 1024.0,
               "output_tokens"_a = 256.0, "concurrency"_a = 1.0, "tensor_parallel"_a = 1, "data_parallel"_a = 1,
               "expert_parallel"_a = 1, "expert_tensor_parallel"_a = 1, "pipeline_parallel"_a = 1,
               "framework"_a = "vllm", "calibration"_a = py::none(),
               "How fast a server of a language model answers: time to the first token, per output token, rates,\n"
               "memory, what bounds it, and the bound. `model` and `platform` may be names or paths; `precision` one\n"
               "format or formats by part: attention, dense, experts, head, kv. framework: vllm, trtllm, sglang or\n"
               "llama.cpp. Further keywords: prefix_hit, chunk, draft_tokens, draft_acceptance, draft_cost,\n"
               "separate_prefill, memory_share; for llama.cpp offloaded_layers and host_bandwidth.\n"
               "Raises UnknownName, InvalidArgument.");
}

}  // namespace qutibench::python
