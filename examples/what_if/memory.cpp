// SPDX-License-Identifier: BSD-3-Clause
// memory: what RAM and flash a network needs, whether it fits a device, and where its activations lie.
#include "commands.hpp"

#include <qutibench/ask/session.hpp>
#include <qutibench/model/memory_plan.hpp>

#include <memory>

namespace what_if {

namespace {

struct memory_settings {
    std::vector<std::string> networks{}, platforms{};
    std::string datatype = "int8";
    std::int64_t batch = 1;
    bool is_unfused = false;
    bool is_copied = false;
    bool has_offsets = false;
    format as = format::table;
};

record offsets_record(const qutibench::workload& net, const qutibench::planned_tensor& one) {
    return {{"layer", net.layers()[static_cast<std::size_t>(one.layer)].name},
            {"bytes", one.at.size},
            {"offset", one.at.offset},
            {"first", one.at.first},
            {"last", one.at.last},
            {"in_place", one.over >= 0}};
}

record needs_record(const qutibench::workload& net, const qutibench::memory_plan& plan) {
    using qutibench::detail::null_or;
    return {{"network", net.name()},
            {"arena_bytes", plan.arena.size},
            {"arena_bound_bytes", plan.arena.bound},
            {"arena_is_least", plan.arena.is_least},
            {"busiest_layer",
             plan.busiest < 0 ? record(nullptr) : record(net.layers()[static_cast<std::size_t>(plan.busiest)].name)},
            {"state_bytes", null_or(plan.state_bytes)},
            {"ram_bytes", null_or(plan.ram())},
            {"weight_bytes", null_or(plan.weight_bytes)},
            {"bias_bytes", null_or(plan.bias_bytes)},
            {"quantization_bytes", null_or(plan.quantization_bytes)},
            {"flash_bytes", null_or(plan.flash())}};
}

void add_fit(record& to, const qutibench::platform& device, const qutibench::memory_plan& plan) {
    using qutibench::detail::null_or;
    const qutibench::memory_fit found = qutibench::fit(plan, device);
    to["platform"] = device.id();
    to["platform_ram_bytes"] = null_or(found.ram_bytes);
    to["ram_headroom_bytes"] = null_or(found.ram_headroom);
    to["platform_flash_bytes"] = null_or(found.flash_bytes);
    to["flash_headroom_bytes"] = null_or(found.flash_headroom);
    to["fits"] = found.fits();
}

void run(const memory_settings& chosen) {
    using namespace qutibench;
    const memory_options how{.datatype = parse_precision(chosen.datatype),
                             .fused = !chosen.is_unfused,
                             .in_place = !chosen.is_copied,
                             .batch = chosen.batch};
    std::vector<record> rows;
    for (const std::string& id : chosen.networks) {
        const workload net = load_model(id).work();
        const memory_plan plan = plan_memory(net, how);
        if (chosen.has_offsets) {
            for (const planned_tensor& one : plan.tensors) rows.push_back(offsets_record(net, one));
        } else if (chosen.platforms.empty()) {
            rows.push_back(needs_record(net, plan));
        } else {
            for (const std::string& device : chosen.platforms) {
                rows.push_back(needs_record(net, plan));
                add_fit(rows.back(), load_platform(device), plan);
            }
        }
    }
    if (chosen.has_offsets)
        return print(rows,
                     {{"layer", "layer"},
                      {"bytes", "bytes"},
                      {"offset", "offset"},
                      {"from step", "first"},
                      {"to step", "last"},
                      {"in place", "in_place"}},
                     chosen.as);
    std::vector<column> shown{{"network", "network"},
                              {"arena [kB]", "arena_bytes", 1e3},
                              {"at least [kB]", "arena_bound_bytes", 1e3},
                              {"most alive in", "busiest_layer"},
                              {"weights [kB]", "weight_bytes", 1e3},
                              {"biases [kB]", "bias_bytes", 1e3},
                              {"scales [kB]", "quantization_bytes", 1e3}};
    if (!chosen.platforms.empty())
        shown.insert(shown.end(), {{"platform", "platform"},
                                   {"RAM left [kB]", "ram_headroom_bytes", 1e3},
                                   {"flash left [kB]", "flash_headroom_bytes", 1e3},
                                   {"fits", "fits"}});
    print(rows, shown, chosen.as);
}

}  // namespace

void add_memory(CLI::App& app) {
    auto* command = app.add_subcommand("memory", "What RAM and flash a network needs, and where its activations lie");
    auto chosen = std::make_shared<memory_settings>();
    command->add_option("networks", chosen->networks, "Catalogue ids or files")->required();
    command->add_option("--on", chosen->platforms, "Platforms that it should fit");
    command->add_option("--datatype", chosen->datatype, "'int8', 'fp16', 'w4a8' ...")->capture_default_str();
    command->add_option("--batch", chosen->batch, "Inputs of a call")->capture_default_str();
    command->add_flag("--unfused", chosen->is_unfused, "Every layer stores what it writes");
    command->add_flag("--copied", chosen->is_copied, "No layer writes over its input");
    command->add_flag("--offsets", chosen->has_offsets, "Where each tensor lies in the arena");
    add_format(*command, chosen->as);
    command->callback([chosen] { run(*chosen); });
}

}  // namespace what_if
