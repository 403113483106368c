// SPDX-License-Identifier: BSD-3-Clause
// explain: an estimate taken apart into kernels, tensors and energy. check: requirements, for a script. diff: two
// networks, devices or datatypes beside each other.
#include "commands.hpp"

#include <qutibench/ask/explained.hpp>
#include <qutibench/ask/frontier.hpp>

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
    record line = qutibench::energy_record(one.energy);
    line["latency_s"] = one.of.latency_s();
    line["on_chip_bytes"] = qutibench::detail::null_or(one.on_chip_bytes);
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

void run_explain(const selection_options& chosen, format as) {
    qutibench::question asked = chosen.asked();
    if (asked.axes.fit) throw qutibench::invalid_argument("explain takes the model's answer apart, on one device");
    if (chosen.executions.empty()) asked.axes.executions = {qutibench::execution_kind::layers};
    const qutibench::answers all = qutibench::session().ask(asked);
    std::vector<record> records;
    for (const qutibench::answer& one : all.rows) {
        const qutibench::explained_answer apart = qutibench::explained(one);
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

/// The texts of conditions that a row does not satisfy; what is not known satisfies none.
std::vector<std::vector<std::string>> unmet_of(const std::vector<qutibench::answer>& rows,
                                               const std::vector<std::string>& conditions) {
    const qutibench::answer_columns columns(rows);
    std::vector<std::vector<std::string>> all(rows.size());
    for (const std::string& text : conditions) {
        const qutibench::expression condition(text, columns.names(), columns.texts());
        if (!condition.is_condition())
            throw qutibench::invalid_argument("requirement '" + text + "' is a number; compare it, as in '" + text +
                                              " <= 1'");
        std::vector<double> holds(rows.size());
        condition.evaluate(columns.spans(), holds);
        for (std::size_t i = 0; i < rows.size(); ++i)
            if (!(holds[i] == 1)) all[i].push_back(text);
    }
    return all;
}

void run_check(const selection_options& chosen, const std::vector<std::string>& conditions, format as) {
    const qutibench::answers all = qutibench::session().ask(chosen.asked());
    const auto unmet = unmet_of(all.rows, conditions);
    const std::span<const qutibench::answer> rows(all.rows);
    std::vector<record> records = qutibench::records_of(rows);
    std::size_t failed = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i]["met"] = unmet[i].empty();
        records[i]["unmet"] = unmet[i];
        failed += unmet[i].empty() ? 0 : 1;
    }
    std::vector<column> shown = columns_of(rows, qutibench::answer_fields);
    shown.push_back({"met", "met"});
    shown.push_back({"not met", "unmet"});
    print(records, shown, as);
    print_legend(rows, as);
    remark_on(all);
    remark(std::to_string(records.size() - failed) + " of " + std::to_string(records.size()) +
           (records.size() == 1 ? " row meets" : " rows meet") + " what is required");
    if (failed > 0 || records.empty()) throw CLI::RuntimeError(3);
}

struct diff_options : selection_options {
    std::vector<std::string> both{};
    format as = format::table;

    /// The question about one of the two: what has no option of its own is what differs.
    [[nodiscard]] qutibench::question about(const std::string& one) const {
        diff_options mine = *this;
        if (networks.empty())
            mine.networks = {one};
        else if (platforms.empty())
            mine.platforms = {one};
        else
            mine.datatypes = {one};
        return mine.asked();
    }
};

bool is_counterpart(const qutibench::answer& a, const qutibench::answer& b, bool of_datatypes) {
    return (of_datatypes || a.how.datatype == b.how.datatype) && a.how.batch == b.how.batch &&
           a.how.threads == b.how.threads && a.how.stream == b.how.stream && a.how.placement == b.how.placement &&
           a.how.execution == b.how.execution && a.scales == b.scales && a.keep == b.keep;
}

void run_diff(const diff_options& chosen) {
    if (chosen.networks.size() > 1 || chosen.platforms.size() > 1)
        throw qutibench::invalid_argument("diff compares two of one kind: give one --network and one --on at most");
    if (chosen.networks.empty() && chosen.platforms.empty())
        throw qutibench::invalid_argument(
            "diff takes two networks and --on PLATFORM, two platforms and --network NETWORK, or two datatypes and "
            "both");
    const bool of_datatypes = !chosen.networks.empty() && !chosen.platforms.empty();
    qutibench::session known;
    const qutibench::answers first = known.ask(chosen.about(chosen.both[0]));
    const qutibench::answers second = known.ask(chosen.about(chosen.both[1]));
    std::vector<record> records;
    for (const qutibench::answer& a : first.rows)
        for (const qutibench::answer& b : second.rows) {
            if (!is_counterpart(a, b, of_datatypes)) continue;
            for (const qutibench::answer_field& one : qutibench::answer_fields) {
                if (!one.is_metric() || one.kind == qutibench::field_kind::truth) continue;
                const double x = one.value_of(a), y = one.value_of(b);
                if (std::isnan(x) && std::isnan(y)) continue;
                records.push_back({{"datatype", to_string(a.how.datatype)},
                                   {"batch", a.how.batch},
                                   {"figure", one.key},
                                   {"a", qutibench::detail::null_or(x)},
                                   {"b", qutibench::detail::null_or(y)},
                                   {"change_percent", qutibench::detail::null_or((y / x - 1) * 100)}});
            }
        }
    if (records.empty())
        throw qutibench::invalid_argument("the two have no datatype in common; choose one with --datatype");
    std::vector<column> shown{
        {"figure", "figure"}, {chosen.both[0], "a"}, {chosen.both[1], "b"}, {"change [%]", "change_percent"}};
    if (!of_datatypes) shown.insert(shown.begin(), {"datatype", "datatype"});
    print(records, shown, chosen.as);
    remark_on(first);
    remark_on(second);
}

}  // namespace

void add_explain(CLI::App& app) {
    auto chosen = std::make_shared<selection_options>();
    auto as = std::make_shared<format>(format::table);
    CLI::App* command = app.add_subcommand(
        "explain", "An estimate taken apart: time, bound, traffic and tensors of each kernel, energy by component");
    chosen->add_to(*command);
    command->get_option("--execution")->description("network, layers (what explain takes) or dataflow");
    add_format(*command, *as);
    command->callback([chosen, as] { run_explain(*chosen, *as); });
}

void add_check(CLI::App& app) {
    auto chosen = std::make_shared<selection_options>();
    auto conditions = std::make_shared<std::vector<std::string>>();
    auto as = std::make_shared<format>(format::table);
    CLI::App* command =
        app.add_subcommand("check", "Whether every row of an estimate meets requirements; exit status 3 if not");
    chosen->add_to(*command);
    command->add_option("--require", *conditions, "Conditions such as 'latency_s <= 10e-3'")->required();
    add_format(*command, *as);
    command->callback([chosen, conditions, as] { run_check(*chosen, *conditions, *as); });
}

void add_diff(CLI::App& app) {
    auto chosen = std::make_shared<diff_options>();
    CLI::App* command = app.add_subcommand("diff", "Two networks, platforms or datatypes beside each other");
    chosen->add_to(*command);
    CLI::Option* const networks = command->get_option("network");
    command->remove_option(networks);
    command->add_option("both", chosen->both, "Two networks, two platforms, or two datatypes")->required()->expected(2);
    command->add_option("--network", chosen->networks, "The network, where platforms or datatypes are compared");
    command->get_option("--on")->required(false);
    add_format(*command, chosen->as);
    command->callback([chosen] { run_diff(*chosen); });
}

}  // namespace what_if
