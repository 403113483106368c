// SPDX-License-Identifier: BSD-3-Clause
// explain: an estimate taken apart into kernels, tensors and energy. sensitivity: what doubling parts of a device buys.
#include "commands.hpp"

#include <qutibench/ask/doubled.hpp>
#include <qutibench/ask/explained.hpp>
#include <qutibench/ask/session.hpp>

#include <cmath>
#include <memory>

namespace what_if {

namespace {

/// "resnet50 on zcu104_dpu in int8, batch 1"
std::string title_of(const qutibench::answer& one) {
    std::string text = one.network + " on " + one.device->id();
    if (!one.device->mode().name.empty()) text += ":" + one.device->mode().name;
    return text + " in " + to_string(one.how.datatype) + ", batch " + std::to_string(one.how.batch);
}

void print_table(const qutibench::explained_answer& one) {
    const std::span<const qutibench::explained_kernel> kernels(one.kernels);
    if (!kernels.empty())
        print(qutibench::records_of(kernels, qutibench::kernel_fields), columns_of(kernels, qutibench::kernel_fields),
              format::table);
    else
        remark(title_of(one.of) + ": only totals are known, so there are no kernels to show");
    print_line("");
    std::vector<record> levels;
    for (const qutibench::level_load& level : one.levels) levels.push_back(qutibench::level_record(level));
    print(levels,
          {{"level", "level"},
           {"role", "role"},
           {"capacity [MB]", "capacity_bytes", 1e6},
           {"bandwidth [GB/s]", "bandwidth_bytes_per_s", 1e9},
           {"traffic [MB]", "traffic_bytes", 1e6},
           {"moving [us]", "time_s", 1e-6},
           {"may bound", "counts"}},
          format::table);
    record line = qutibench::energy_record(one.energy);
    line["latency_s"] = one.of.latency_s();
    line["on_chip_bytes"] = qutibench::detail::null_or(one.on_chip_bytes);
    if (!std::isnan(one.gap))
        remark("placement: no choice of tensors saves more than " + std::to_string(one.gap * 100) + " % of the time");
    if (!std::isnan(one.tile_bytes))
        remark("tiles: " + std::to_string(static_cast<long long>(one.tile_bytes)) + " bytes of on-chip memory");
    print_line("");
    print({line},
          {{"latency [ms]", "latency_s", 1e-3},
           {"on-chip memory [MB]", "on_chip_bytes", 1e6},
           {"arithmetic [mJ]", "arithmetic_j", 1e-3},
           {"on-chip traffic [mJ]", "on_chip_j", 1e-3},
           {"off-chip traffic [mJ]", "off_chip_j", 1e-3},
           {"in all [mJ]", "total_j", 1e-3}},
          format::table);
    print_legend(std::span(&one.of, 1), format::table);
}

/// What energy is reckoned with.
struct energy_choice {
    std::string table = "horowitz_45nm", law = "dennard", memory = "ddr";
    double process_nm = 0;
    double supply_volts = 0.9;

    void add_to(CLI::App& command) {
        command.add_option("--energy-table", table, "horowitz_45nm or jouppi_7nm: energies of operations and memories")
            ->capture_default_str();
        CLI::Option* process = command.add_option("--process", process_nm, "Scale that table to a process, in nm");
        command.add_option("--supply", supply_volts, "Its supply, in V")->capture_default_str()->needs(process);
        command.add_option("--law", law, "How energy follows a process: dennard or stillmaker")
            ->capture_default_str()
            ->needs(process);
        command.add_option("--off-chip", memory, "What lies beside the chip: ddr, hbm2 or gddr6")
            ->capture_default_str();
    }

    [[nodiscard]] qutibench::energy_options options() const {
        using namespace qutibench;
        energy_options by{.table = find_energy_table(table), .memory = parse_name<off_chip_memory>(memory)};
        if (process_nm != 0) by.table = scaled(by.table, {process_nm, supply_volts, parse_name<scaling_law>(law)});
        return by;
    }
};

void run_explain(const selection_options& chosen, const energy_choice& energy, format as) {
    const qutibench::question asked = chosen.asked(qutibench::execution_kind::layers);
    if (asked.axes.fit) throw qutibench::invalid_argument("explain takes the model's answer apart, on one device");
    const qutibench::answers all = qutibench::session().ask(asked);
    std::vector<record> records;
    for (const qutibench::answer& one : all.rows) {
        const qutibench::explained_answer apart = qutibench::explained(one, energy.options());
        if (as == format::table) {
            if (all.rows.size() > 1) print_line((records.empty() ? "" : "\n") + title_of(one));
            print_table(apart);
        }
        records.push_back(to_record(apart));
        if (as != format::csv) continue;
        const std::vector<record> kernels = records.back()["kernels"];
        records.pop_back();
        for (const record& kernel : kernels) {
            record line = {{"network", one.network}, {"platform", one.device->id()}};
            line.update(kernel);
            records.push_back(std::move(line));
        }
    }
    if (as != format::table) print(records, {}, as);
    remark_on(all);
}

/// Rows of what each doubling buys, for each answer.
void run_sensitivity(const selection_options& chosen, format as) {
    const qutibench::answers all = qutibench::session().ask(chosen.asked());
    std::vector<record> records;
    for (const qutibench::answer& one : all.rows)
        for (record& row : qutibench::doubling_records(one)) records.push_back(std::move(row));
    print(records,
          {{"network", "network"},
           {"platform", "platform"},
           {"datatype", "datatype"},
           {"doubled", "meaning"},
           {"inputs/s", "throughput_ips"},
           {"latency [ms]", "latency_s", 1e-3},
           {"gain", "gain"},
           {"bound", "bound"}},
          as);
    remark_on(all);
}

}  // namespace

void add_explain(CLI::App& app) {
    auto chosen = std::make_shared<selection_options>();
    auto energy = std::make_shared<energy_choice>();
    auto as = std::make_shared<format>(format::table);
    CLI::App* command = app.add_subcommand(
        "explain", "An estimate taken apart: time, bound, traffic and tensors of each kernel, energy by component");
    chosen->add_to(*command);
    command->get_option("--execution")
        ->description("network, layers (what explain takes), dataflow, prefetch, tiled or array");
    energy->add_to(*command);
    add_format(*command, *as);
    command->callback([chosen, energy, as] { run_explain(*chosen, *energy, *as); });
}

void add_sensitivity(CLI::App& app) {
    auto chosen = std::make_shared<selection_options>();
    auto as = std::make_shared<format>(format::table);
    CLI::App* command = app.add_subcommand(
        "sensitivity", "What doubling on-chip memory, its bandwidth, the off-chip bandwidth or the peak buys");
    chosen->add_to(*command);
    add_format(*command, *as);
    command->callback([chosen, as] { run_sensitivity(*chosen, *as); });
}

}  // namespace what_if
