// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <memory>

namespace what_if {

namespace {

struct analyze_options {
    std::string network{};
    double keep = 1;
    bool layers = false;
    std::string count = "qutibench";
    std::vector<std::string> dims{};
    bool strict = false;
    format as = format::table;
};

void print_summary(const qutibench::workload& work, const record& all) {
    print({all},
          {{"network", "network"},
           {"operations [GOP]", "operations", 1e9},
           {"MACs [G]", "macs", 1e9},
           {"other operations [M]", "other_operations", 1e6},
           {"weights [M]", "weights", 1e6},
           {"parameters [M]", "parameters", 1e6},
           {"activations [M]", "activations", 1e6},
           {"peak live [M]", "peak_live_activations", 1e6}},
          format::table);
    for (const std::string& one : work.uncounted()) remark("not counted: " + one);
    for (const std::string& one : work.warnings()) remark(one);
}

void run(const analyze_options& chosen) {
    const auto convention = qutibench::parse_name<qutibench::counting>(chosen.count);
    const qutibench::network_entry net =
        qutibench::load_model(chosen.network, {parse_dims(chosen.dims, {chosen.network}), false});
    const qutibench::workload work = net.work(chosen.keep, convention, chosen.strict);
    const bool itemized = chosen.layers || chosen.as != format::table;
    const record all = qutibench::analysis_record(net, work, chosen.keep, itemized);
    if (chosen.as == format::json) {
        print_line(json_text(all, 2));
        return;
    }
    if (!chosen.layers) {
        if (chosen.as == format::csv) return print({all}, {}, chosen.as);
        return print_summary(work, all);
    }
    std::vector<record> layers(all["layers"].begin(), all["layers"].end());
    print(layers,
          {{"layer", "name"},
           {"type", "type"},
           {"operations [MOP]", "operations", 1e6},
           {"MACs [M]", "macs", 1e6},
           {"weights [k]", "weights", 1e3},
           {"output", "output_shapes"}},
          chosen.as);
    if (chosen.as == format::table) print_summary(work, all);
}

}  // namespace

void add_analyze(CLI::App& app) {
    auto chosen = std::make_shared<analyze_options>();
    CLI::App* command =
        app.add_subcommand("analyze", "Operations, weights and activations of a network, free of any device");
    command->add_option("network", chosen->network, "Catalogue id, network.json or a model file")->required();
    command->add_option("--keep", chosen->keep, "Fraction of the channels that pruning leaves");
    command->add_flag("--layers", chosen->layers, "Every layer, not only the totals");
    command->add_option("--count", chosen->count, "Counting convention: qutibench, macs_only or fvcore");
    command->add_option("--dim", chosen->dims, "Binds a symbolic dimension of an ONNX model: batch=1");
    command->add_flag("--strict", chosen->strict, "An operator without a cost model is an error");
    add_format(*command, chosen->as);
    command->callback([chosen] { run(*chosen); });
}

}  // namespace what_if
