// SPDX-License-Identifier: BSD-3-Clause
#include "how.hpp"
#include "language.hpp"
#include "register.hpp"

#include <qutibench/explore/serving_space.hpp>
#include <qutibench/io/language/serving_record.hpp>
#include <qutibench/language/local.hpp>

namespace qutibench::python {

namespace {

/// An answer of `serve`, by whichever law gave it.
struct served {
    serving_estimate figures{};
    std::vector<std::string> warnings{};
    std::string framework{};
    std::string decode_limit{};
    std::string prefill_limit{};
    std::string model{};
    std::string platform{};
    language_precision stored{};
    language_layout layout{};
    serving_question asked{};
};

template <class Self, class Visit>
    requires std::same_as<std::remove_const_t<Self>, served>
void members_of(Self& s, Visit visit) {
    visit(s.figures, s.warnings, s.framework, s.decode_limit, s.prefill_limit, s.model, s.platform, s.stored, s.layout,
          s.asked);
}

/// The keys of what_if's JSON.
[[nodiscard]] py::object to_dict(const served& of) {
    auto record = to_record(of.figures, of.model, of.platform, of.stored, of.asked, of.layout);
    record["framework"] = of.framework;
    record["warnings"] = of.warnings;
    return py::module_::import("json").attr("loads")(record.dump());
}

[[nodiscard]] served answer_of(const serving_estimate& figures, const language_model& model, const platform& device,
                               const language_precision& stored, const language_layout& layout,
                               const serving_question& ask) {
    return {figures,
            caution_sentences(figures),
            std::string(to_string(ask.framework)),
            std::string(to_string(figures.decode_limit)),
            std::string(to_string(figures.prefill_limit)),
            model.name,
            device.id(),
            stored,
            layout,
            ask};
}

[[nodiscard]] served from_local(const language_model& model, const platform& device, const language_precision& stored,
                                const local_question& ask) {
    const language_rank rank = rank_of(model, {});
    const double weights = bytes_per_token(rank, stored);
    const local_estimate local = run_locally(rank, stored, device, weights, ask);
    const serving_question asked{.prompt_tokens = ask.prompt_tokens, .output_tokens = ask.output_tokens};
    served answer = answer_of(as_serving(local, device, ask), model, device, stored, {.pipeline = ask.devices}, asked);
    answer.framework = "llama.cpp";
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
    add_state(cls, &struct_state<serving_figures>, &struct_from<serving_figures>);
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
    add_figure(
        cls, "prefill_devices", [](const e& x) { return x.prefill_devices; },
        "That read prompts only, by the share of their time that they are busy.");
    add_figure(cls, "low", [](const e& x) { return x.low; }, "Seconds per output token, 5 % of measurements below.");
    add_figure(cls, "high", [](const e& x) { return x.high; }, "95 % below.");
    add_figure(cls, "bound", [](const e& x) { return x.bound; }, "The same figures with nothing lost.");
    cls.def_readonly("warnings", &served::warnings);
    cls.def_readonly("framework", &served::framework);
    cls.def_readonly("decode_limit", &served::decode_limit, "'memory', 'compute', 'link' or 'overhead'.");
    cls.def_readonly("prefill_limit", &served::prefill_limit);
    cls.def_readonly("model", &served::model, "Its name.");
    cls.def_readonly("platform", &served::platform, "Its id.");
    cls.def_property_readonly("precision", [](const served& self) { return to_string(self.stored); });
    cls.def_property_readonly("concurrency", [](const served& self) { return self.asked.concurrency; });
    cls.def_property_readonly("tensor_parallel", [](const served& self) { return self.layout.tensor; });
    cls.def_property_readonly("data_parallel", [](const served& self) { return self.layout.data; });
    cls.def_property_readonly("expert_parallel", [](const served& self) { return self.layout.expert; });
    cls.def_property_readonly("expert_tensor_parallel", [](const served& self) { return self.layout.expert_tensor; });
    cls.def_property_readonly("pipeline_parallel", [](const served& self) { return self.layout.pipeline; });
    cls.def("to_dict", [](const served& self) { return to_dict(self); }, "The keys of what_if's JSON.");
    add_state(cls, &struct_state<served>, &struct_from<served>);
    cls.def("__repr__", [](const served& self) {
        const serving_estimate& x = self.figures;
        return "<ServingEstimate: " + readable(x.time_per_output_token_s * 1e3) + " ms per token (" +
               readable(x.low * 1e3) + " to " + readable(x.high * 1e3) + "), first after " +
               readable(x.time_to_first_token_s * 1e3) + " ms, " + readable(x.tokens_per_s) + " tokens/s, " +
               readable(x.memory.needed / 1e9) + " GB a device" + (x.fits ? "" : ", does not fit") + ">";
    });
}

/// Keywords that further options have; those of llama.cpp only where `local` is given. `named` are the arguments that
/// the function has by name, which a mistyped one may have meant.
void read_keywords(const py::kwargs& more, serving_question& ask, local_question* local,
                   std::vector<std::string_view> named) {
    named.insert(named.end(),
                 {"model", "precision", "prompt_tokens", "output_tokens", "concurrency", "tensor_parallel",
                  "data_parallel", "expert_parallel", "pipeline_parallel", "framework", "prefix_hit", "chunk",
                  "draft_tokens", "draft_acceptance", "draft_cost", "separate_prefill", "memory_share"});
    if (local != nullptr) named.insert(named.end(), {"offloaded_layers", "host_bandwidth"});
    for (const auto& [key, value] : more) {
        const auto name = key.cast<std::string_view>();
        const auto number = [&] { return argument<double>(name, value); };
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
            ask.separate_prefill = argument<bool>(name, value);
        else if (name == "memory_share")
            ask.memory_share = number();
        else if (local != nullptr && name == "offloaded_layers")
            local->offloaded = argument<std::int64_t>(name, value);
        else if (local != nullptr && name == "host_bandwidth")
            local->host_bandwidth = number();
        else
            throw_no_keyword(std::string(name), named);
    }
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
    local_question local;
    read_keywords(more, ask, &local, {"platform", "expert_tensor_parallel", "calibration"});
    const language_layout layout{tensor, data, expert, expert_tensor, pipeline};
    if (framework == "llama.cpp" || framework == "llama_cpp") {
        if (calibration != nullptr) throw invalid_argument("a calibration is of a server: leave it out for llama.cpp");
        return from_local(*model, *device, stored, local_of(ask, layout, local));
    }
    if (!(local == local_question{}))
        throw invalid_argument("offloaded_layers and host_bandwidth are llama.cpp's: give framework='llama.cpp'");
    ask.framework = parse_name<serving_framework>(framework);
    serving_estimate figures = serving(*model, *device, stored, layout)(ask);
    if (calibration != nullptr) figures = calibration->applied(figures);
    return answer_of(figures, *model, *device, stored, layout, ask);
}

/// A sequence, or one value for a sequence of it.
template <class Argument>
[[nodiscard]] std::vector<py::object> each_of(const Argument& given) {
    if (py::isinstance<py::list>(given) || py::isinstance<py::tuple>(given))
        return given.template cast<std::vector<py::object>>();
    return {given};
}

/// Numbers of a list, a range, an array, or one.
template <class Number>
[[nodiscard]] std::vector<Number> numbers_of(std::string_view name, const py::object& given) {
    std::vector<Number> all;
    if (!py::isinstance<py::iterable>(given)) return {argument<Number>(name, given)};
    for (const py::handle one : given) all.push_back(argument<Number>(name, one));
    return all;
}

[[nodiscard]] std::vector<serving_metric> metrics_of(const py::object& maximize, const py::object& minimize) {
    std::vector<serving_metric> all;
    const auto add = [&](const py::object& names, sense wanted) {
        if (names.is_none()) return;
        for (const py::object& one : each_of(names)) {
            const auto name = argument<std::string>(wanted == sense::maximize ? "maximize" : "minimize", one);
            all.push_back(parse_name<serving_metric>(name));
            if (sense_of(all.back()) != wanted)
                throw invalid_argument("'" + name + "' is better when it is " +
                                       (wanted == sense::maximize ? "small" : "large"));
        }
    };
    add(maximize, sense::maximize);
    add(minimize, sense::minimize);
    if (all.empty()) all = {serving_metric::tokens_per_s_per_user, serving_metric::tokens_per_s_per_device};
    return all;
}

[[nodiscard]] std::vector<served> frontier(const py::object& given, const py::object& platforms,
                                           const py::object& precisions, double prompt_tokens, double output_tokens,
                                           const py::object& concurrency, const py::object& tensor,
                                           const py::object& data, const py::object& expert, const py::object& pipeline,
                                           std::string_view framework, const py::object& maximize,
                                           const py::object& minimize, const std::optional<double>& first_token,
                                           const std::optional<double>& per_token, const std::optional<int>& workers,
                                           const py::kwargs& more) {
    const int threads = threads_of(workers);
    const model_pointer model = model_of(given);
    serving_axes axes;
    axes.ask = {.prompt_tokens = prompt_tokens, .output_tokens = output_tokens};
    axes.ask.framework = parse_name<serving_framework>(framework);
    read_keywords(more, axes.ask, nullptr,
                  {"platforms", "maximize", "minimize", "time_to_first_token_s", "time_per_output_token_s", "workers"});
    for (const py::object& one : each_of(platforms)) axes.platforms.push_back(platform_of(one));
    if (!precisions.is_none())
        for (const py::object& one : each_of(precisions)) axes.precisions.push_back(precision_of(*model, one));
    const auto counts = [](std::string_view name, const py::object& of) { return numbers_of<std::int64_t>(name, of); };
    axes.layouts = layouts_of(*model, {counts("tensor_parallel", tensor), counts("data_parallel", data),
                                       counts("expert_parallel", expert), counts("pipeline_parallel", pipeline)});
    axes.concurrencies = numbers_of<double>("concurrency", concurrency);
    if (first_token) axes.limits.time_to_first_token_s = *first_token;
    if (per_token) axes.limits.time_per_output_token_s = *per_token;
    const std::vector<serving_metric> metrics = metrics_of(maximize, minimize);
    const unlocked others_run;
    const serving_space space(*model, std::move(axes));
    std::vector<served> all;
    for (const std::uint64_t number : serving_frontier(space, metrics, threads)) {
        const serving_point at = space.point(number);
        const serving_axes& of = space.axes();
        all.push_back(answer_of(space.estimate(number), *model, *of.platforms[at.platform], of.precisions[at.precision],
                                of.layouts[at.layout], space.asked(of.concurrencies[at.concurrency])));
    }
    return all;
}

void register_calibration_of_serving(py::module_& module) {
    py::class_<serving_calibration> cls(module, "ServingCalibration", "What a stack takes over what the law says.");
    cls.def(py::init<>());
    cls.def("add", &serving_calibration::add, "predicted"_a, "measured"_a,
            "A measured time per output token beside the predicted one, in seconds.");
    cls.def("add_first", &serving_calibration::add_first, "predicted"_a, "measured"_a);
    cls.def_property_readonly("factor", &serving_calibration::factor);
    cls.def_property_readonly("rows", [](const serving_calibration& self) { return self.tokens.rows; });
    add_state(cls, &struct_state<serving_calibration>, &struct_from<serving_calibration>);
    cls.def("__repr__", [](const serving_calibration& self) {
        return "<ServingCalibration: " + std::to_string(self.tokens.rows) + " rows, " + readable(self.factor()) +
               " times the law>";
    });
}

}  // namespace

void register_serving(py::module_& module) {
    register_answer(module);
    register_calibration_of_serving(module);
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
    const py::list doubling(py::make_tuple(1, 2, 4, 8, 16, 32, 64, 128, 256));
    module.def("serve_frontier", &frontier, "model"_a, "platforms"_a, "precision"_a = py::none(),
               "prompt_tokens"_a = 1024.0, "output_tokens"_a = 256.0, "concurrency"_a = doubling,
               "tensor_parallel"_a = 1, "data_parallel"_a = 1, "expert_parallel"_a = 1, "pipeline_parallel"_a = 1,
               "framework"_a = "vllm", "maximize"_a = py::none(), "minimize"_a = py::none(),
               "time_to_first_token_s"_a = py::none(), "time_per_output_token_s"_a = py::none(),
               "workers"_a = py::none(),
               "Servers that no other beats, of every platform, layout, precision and load that fits its memory and\n"
               "keeps to limits on the two times: a list of ServingEstimate. Platforms, precisions, concurrency and\n"
               "the counts of devices may each be a list. maximize and minimize name figures; without any,\n"
               "tokens_per_s_per_user and tokens_per_s_per_device. workers: threads of the processor, all\n"
               "unless given. Further keywords as for serve.\n"
               "Raises UnknownName, InvalidArgument.");
}

}  // namespace qutibench::python
