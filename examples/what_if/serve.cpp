// SPDX-License-Identifier: BSD-3-Clause
// serve: how fast a server of a language model answers, by layout, precision and load.
#include "commands.hpp"

#include <qutibench/ask/serving_frontier.hpp>
#include <qutibench/io/catalogue.hpp>
#include <qutibench/io/language/load.hpp>

#include <memory>

namespace what_if {

namespace {

struct serve_options {
    std::string model{};
    std::vector<std::string> platforms{};
    std::vector<std::string> precision{};
    qutibench::servers of{};
    qutibench::local_question local{};
    std::string framework = "vllm";
    bool is_frontier = false;
    std::vector<std::string> maximize{};
    std::vector<std::string> minimize{};
    int threads = 0;
    format as = format::table;
};

/// The figures of a frontier, each with the side on which it is good.
std::vector<qutibench::serving_metric> metrics_of(const serve_options& chosen) {
    std::vector<qutibench::serving_metric> all;
    const auto add = [&](const std::vector<std::string>& names, qutibench::sense wanted) {
        for (const std::string& name : names) {
            all.push_back(qutibench::parse_name<qutibench::serving_metric>(name));
            if (qutibench::sense_of(all.back()) != wanted)
                throw qutibench::invalid_argument("'" + name + "' is better when it is " +
                                                  (wanted == qutibench::sense::maximize ? "small" : "large"));
        }
    };
    add(chosen.maximize, qutibench::sense::maximize);
    add(chosen.minimize, qutibench::sense::minimize);
    if (all.empty())
        all = {qutibench::serving_metric::tokens_per_s_per_user, qutibench::serving_metric::tokens_per_s_per_device};
    return all;
}

std::vector<record> local_records(const serve_options& chosen, const qutibench::language_model& model) {
    if (chosen.is_frontier || chosen.of.is_limited())
        throw qutibench::invalid_argument("a frontier and limits are of servers: leave them out for llama.cpp");
    std::vector<record> records;
    for (const auto& device : chosen.of.platforms)
        for (const qutibench::language_layout& layout : qutibench::detail::layouts_asked(model, chosen.of))
            for (const qutibench::language_precision& stored : chosen.of.precisions)
                for (const double users : chosen.of.concurrencies) {
                    qutibench::serving_question asked = chosen.of.ask;
                    asked.concurrency = users;
                    records.push_back(qutibench::local_record(model, *device, stored,
                                                              qutibench::local_of(asked, layout, chosen.local)));
                }
    return records;
}

void run(serve_options chosen) {
    const qutibench::language_model model = qutibench::load_language_model(chosen.model);
    for (const std::string& one : model.warnings) remark(chosen.model + ": " + one);
    for (const std::string& name : chosen.platforms)
        chosen.of.platforms.push_back(std::make_shared<const qutibench::platform>(qutibench::load_platform(name)));
    chosen.of.precisions = qutibench::parse_language_precisions(model.stored, chosen.precision);
    std::vector<record> records;
    if (chosen.framework == "llama.cpp") {
        records = local_records(chosen, model);
    } else {
        if (!(chosen.local == qutibench::local_question{}))
            throw qutibench::invalid_argument(
                "--offloaded-layers and --host-bandwidth are llama.cpp's: give --framework llama.cpp");
        chosen.of.ask.framework = qutibench::parse_name<qutibench::serving_framework>(chosen.framework);
        records = chosen.is_frontier ? qutibench::frontier_records(model, chosen.of, metrics_of(chosen), chosen.threads)
                                     : qutibench::serving_records(model, chosen.of);
    }
    if (records.empty()) remark("no server keeps to these limits and fits its memory");
    std::vector<column> columns{{"model", "model"},
                                {"platform", "platform"},
                                {"precision", "precision"},
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
    const std::vector<column> layout{{"tensor", "tensor_parallel"},
                                     {"data", "data_parallel"},
                                     {"expert", "expert_parallel"},
                                     {"pipeline", "pipeline_parallel"}};
    if (chosen.is_frontier) columns.insert(columns.begin() + 4, layout.begin(), layout.end());
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
                        "Formats; 'kv=fp8' changes a part (attention, dense, experts, head, kv) of the one before it; "
                        "without them, the checkpoint's");
    command->add_option("--prompt-tokens", chosen->of.ask.prompt_tokens, "Mean tokens of a prompt");
    command->add_option("--output-tokens", chosen->of.ask.output_tokens, "Mean tokens of an answer");
    CLI::Option* load = command->add_option("--concurrency", chosen->of.concurrencies, "Requests in flight");
    command->add_option("--tensor-parallel", chosen->of.layouts.tensor, "Devices that share each layer");
    command->add_option("--data-parallel", chosen->of.layouts.data, "Copies of attention, for different requests");
    command->add_option("--expert-parallel", chosen->of.layouts.expert, "Groups that hold different experts");
    command->add_option("--expert-tensor-parallel", chosen->of.expert_tensor, "Devices that share each expert");
    command->add_option("--pipeline-parallel", chosen->of.layouts.pipeline, "Stages of layers");
    command->add_option("--framework", chosen->framework, "vllm, trtllm, sglang or llama.cpp");
    command->add_option("--latency-limit", chosen->of.limits.time_per_output_token_s,
                        "Seconds per output token: answers with the largest load that keeps to it");
    command->add_option("--first-token-limit", chosen->of.limits.time_to_first_token_s,
                        "Seconds to the first token, likewise");
    CLI::Option* frontier = command->add_flag("--frontier", chosen->is_frontier,
                                              "Only the combinations that no other beats, within the limits");
    command
        ->add_option("--maximize", chosen->maximize,
                     "Figures of the frontier; without any, tokens_per_s_per_user and tokens_per_s_per_device")
        ->needs(frontier);
    command->add_option("--minimize", chosen->minimize, "The same, for what should be small")->needs(frontier);
    command->add_option("--threads", chosen->threads, "Of the frontier; 0: all")->needs(frontier);
    command->add_option("--prefix-hit", chosen->of.ask.prefix_hit, "Share of a prompt that is in the cache already");
    command->add_option("--chunk", chosen->of.ask.chunk, "Tokens of one piece of a prompt");
    command->add_option("--draft-tokens", chosen->of.ask.draft_tokens, "Tokens that a draft proposes for each step");
    command->add_option("--draft-acceptance", chosen->of.ask.draft_acceptance, "Probability that one is accepted");
    command->add_option("--draft-cost", chosen->of.ask.draft_cost, "Time to draft one over that of a step");
    command->add_flag("--separate-prefill", chosen->of.ask.separate_prefill,
                      "Prompts are read on devices of their own");
    command->add_option("--offloaded-layers", chosen->local.offloaded, "llama.cpp: layers on the device");
    command->add_option("--host-bandwidth", chosen->local.host_bandwidth, "llama.cpp: byte/s of the host's memory");
    add_format(*command, chosen->as);
    command->callback([chosen, load] {
        if (load->count() > 0 && chosen->of.is_limited() && !chosen->is_frontier)
            throw qutibench::invalid_argument(
                "limits are answered with the largest load that keeps to them: leave --concurrency out, or ask for the "
                "--frontier");
        run(*chosen);
    });
}

}  // namespace what_if
