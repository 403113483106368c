// SPDX-License-Identifier: BSD-3-Clause
// serve: how fast a server of a language model answers, by layout, precision and load.
#include "commands.hpp"

#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/language/load.hpp>
#include <qutibench/io/language/serving_record.hpp>

#include <memory>

namespace what_if {

namespace {

struct serve_options {
    std::string model{};
    std::vector<std::string> platforms{};
    std::vector<std::string> precision{};
    std::vector<double> concurrency{1};
    std::vector<std::int64_t> tensor{1};
    qutibench::language_layout layout{};
    qutibench::serving_question ask{};
    qutibench::local_question local{};
    std::string framework = "vllm";
    double latency_limit = 0;
    format as = format::table;
};

/// "fp8", or parts by name: "attention=bf16" "experts=nvfp4" "kv=fp8".
qutibench::language_precision precision_of(const qutibench::language_model& model,
                                           const std::vector<std::string>& given) {
    qutibench::language_precision stored = model.stored;
    for (const std::string& one : given) {
        const std::size_t equals = one.find('=');
        if (equals == std::string::npos)
            stored = qutibench::language_precision(qutibench::parse_datatype(one));
        else
            stored.set(std::string_view(one).substr(0, equals), qutibench::parse_datatype(one.substr(equals + 1)));
    }
    return stored;
}

/// The largest load of the closed loop whose time per output token stays within a limit: bisection, as it only grows.
double concurrency_within(const qutibench::serving& server, qutibench::serving_question ask, double limit) {
    double below = 0;
    double above = 1;
    const auto holds = [&](double load) {
        ask.concurrency = load;
        const qutibench::serving_estimate e = server(ask);
        return e.time_per_output_token_s <= limit && e.fits;
    };
    while (above < 1e6 && holds(above)) below = std::exchange(above, above * 2);
    while (above - below > 1) {
        const double middle = std::floor((below + above) / 2);
        (holds(middle) ? below : above) = middle;
    }
    return below;
}

record local_record(const serve_options& chosen, const qutibench::language_model& model,
                    const qutibench::platform& device, std::int64_t devices) {
    using namespace qutibench;
    const language_precision stored = precision_of(model, chosen.precision);
    const language_rank rank = rank_of(model, {});
    local_question ask = chosen.local;
    ask.devices = devices;
    ask.prompt_tokens = chosen.ask.prompt_tokens;
    ask.output_tokens = chosen.ask.output_tokens;
    const local_estimate local = run_locally(rank, stored, device, bytes_per_token(rank, stored), ask);
    record one = to_record(as_serving(local, ask), model.name, device.id(), chosen.ask, {.pipeline = devices});
    one["framework"] = "llama.cpp";
    if (!local.fits)
        remark(device.id() + ": " + std::to_string(local.layers_that_fit) + " of " + std::to_string(model.layers()) +
               " layers fit; state --offloaded-layers and --host-bandwidth for the others");
    if (!local.measured) remark(device.id() + ": no public measurement of such a machine stands behind these shares");
    return one;
}

void answer(const serve_options& chosen, const qutibench::language_model& model, const qutibench::platform& device,
            std::int64_t tensor, std::vector<record>& records) {
    if (chosen.framework == "llama.cpp") return records.push_back(local_record(chosen, model, device, tensor));
    qutibench::serving_question ask = chosen.ask;
    ask.framework = qutibench::parse_name<qutibench::serving_framework>(chosen.framework);
    qutibench::language_layout layout = chosen.layout;
    layout.tensor = tensor;
    const qutibench::serving server(model, device, precision_of(model, chosen.precision), layout);
    std::vector<double> loads = chosen.concurrency;
    if (chosen.latency_limit > 0) loads = {concurrency_within(server, ask, chosen.latency_limit)};
    for (const double load : loads) {
        if (load < 1) {
            remark(device.id() + ": no load keeps to that latency on " + std::to_string(layout.devices()) + " devices");
            continue;
        }
        ask.concurrency = load;
        records.push_back(to_record(server(ask), model.name, device.id(), ask, layout));
    }
}

void run(const serve_options& chosen) {
    const qutibench::language_model model = qutibench::load_language_model(chosen.model);
    for (const std::string& one : model.warnings) remark(chosen.model + ": " + one);
    std::vector<record> records;
    for (const std::string& name : chosen.platforms) {
        const qutibench::platform device = qutibench::load_platform(name);
        for (const std::int64_t tensor : chosen.tensor) answer(chosen, model, device, tensor, records);
    }
    const std::vector<column> columns{{"model", "model"},
                                      {"platform", "platform"},
                                      {"devices", "devices"},
                                      {"users", "concurrency"},
                                      {"first token [ms]", "time_to_first_token_s", 1e-3},
                                      {"per token [ms]", "time_per_output_token_s", 1e-3},
                                      {"low", "low_s", 1e-3},
                                      {"high", "high_s", 1e-3},
                                      {"tokens/s", "tokens_per_s"},
                                      {"per user", "tokens_per_s_per_user"},
                                      {"per device", "tokens_per_s_per_device"},
                                      {"memory [GB]", "memory_bytes", 1e9},
                                      {"fits", "fits"},
                                      {"decode by", "decode_bound"},
                                      {"prefill by", "prefill_bound"}};
    print(records, columns, chosen.as);
    std::vector<std::string> told;
    for (const record& one : records)
        for (const record& text : one["warnings"])
            if (std::find(told.begin(), told.end(), text.get<std::string>()) == told.end())
                remark(told.emplace_back(text.get<std::string>()));
}

}  // namespace

void add_serve(CLI::App& app) {
    auto chosen = std::make_shared<serve_options>();
    CLI::App* command = app.add_subcommand(
        "serve", "Time to the first token and per output token of a language model's server, its rates and memory");
    command->add_option("model", chosen->model, "Name, config.json, .gguf or .safetensors")->required();
    command->add_option("--on", chosen->platforms, "Catalogue ids or platform.json")->required();
    command->add_option("--precision", chosen->precision,
                        "One format, or by part: attention=bf16 experts=nvfp4 kv=fp8; without it, the checkpoint's");
    command->add_option("--prompt-tokens", chosen->ask.prompt_tokens, "Mean tokens of a prompt");
    command->add_option("--output-tokens", chosen->ask.output_tokens, "Mean tokens of an answer");
    command->add_option("--concurrency", chosen->concurrency, "Requests in flight");
    command->add_option("--tensor-parallel", chosen->tensor, "Devices that share each layer");
    command->add_option("--data-parallel", chosen->layout.data, "Copies of attention, for different requests");
    command->add_option("--expert-parallel", chosen->layout.expert, "Groups that hold different experts");
    command->add_option("--expert-tensor-parallel", chosen->layout.expert_tensor, "Devices that share each expert");
    command->add_option("--pipeline-parallel", chosen->layout.pipeline, "Stages of layers");
    command->add_option("--framework", chosen->framework, "vllm, trtllm, sglang or llama.cpp");
    command->add_option("--latency-limit", chosen->latency_limit,
                        "Seconds per output token: answers with the largest load that keeps to it");
    command->add_option("--prefix-hit", chosen->ask.prefix_hit, "Share of a prompt that is in the cache already");
    command->add_option("--chunk", chosen->ask.chunk, "Tokens of one piece of a prompt");
    command->add_option("--draft-tokens", chosen->ask.draft_tokens, "Tokens that a draft proposes for each step");
    command->add_option("--draft-acceptance", chosen->ask.draft_acceptance, "Probability that one is accepted");
    command->add_option("--draft-cost", chosen->ask.draft_cost, "Time to draft one over that of a step");
    command->add_flag("--separate-prefill", chosen->ask.separate_prefill, "Prompts are read on devices of their own");
    command->add_option("--offloaded-layers", chosen->local.offloaded, "llama.cpp: layers on the device");
    command->add_option("--host-bandwidth", chosen->local.host_bandwidth, "llama.cpp: byte/s of the host's memory");
    add_format(*command, chosen->as);
    command->callback([chosen] { run(*chosen); });
}

}  // namespace what_if
