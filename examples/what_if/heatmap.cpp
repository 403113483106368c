// SPDX-License-Identifier: BSD-3-Clause
#include "commands.hpp"

#include <qutibench/study/heatmap.hpp>

#include <cstdio>
#include <memory>

namespace what_if {

namespace {

void run(const std::string& task, format as) {
    const auto cells = qutibench::published_heatmap(task);
    if (as == format::csv) {
        std::fputs(qutibench::to_csv(cells).c_str(), stdout);
        return;
    }
    std::vector<record> records;
    for (const qutibench::heatmap_cell& cell : cells) records.push_back(to_record(cell));
    print(records,
          {{"figure", "figure"},
           {"platform", "platform"},
           {"network", "network_datatype"},
           {"inputs/s", "inputs_per_second"},
           {"bound", "bound"},
           {"printed", "printed_inputs_per_second"},
           {"erratum of the print", "erratum"}},
          as);
}

}  // namespace

void add_heatmap(CLI::App& app) {
    auto task = std::make_shared<std::string>();
    auto as = std::make_shared<format>(format::table);
    CLI::App* command = app.add_subcommand("heatmap", "The thesis' predicted inputs/s (figures 6.3 to 6.5), computed");
    command->add_option("--task", *task, "imagenet, cifar10 or mnist; without it, all three");
    add_format(*command, *as);
    command->callback([task, as] { run(*task, *as); });
}

}  // namespace what_if
