// SPDX-License-Identifier: BSD-3-Clause
// pareto: of all combinations of a selection, those that no other beats; and, published, how far theory names them.
#include "commands.hpp"

#include <qutibench/ask/frontier.hpp>
#include <qutibench/study/published_frontier.hpp>

#include <memory>

namespace what_if {

namespace {

struct pareto_options : selection_options {
    qutibench::frontier_question front{};
    std::string published{};
    format as = format::table;
    bool expects = false;
};

std::string count_of(std::size_t count, std::string_view what) {
    return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

/// Adds the value of every objective that is more than a key, under its own text.
void add_objectives(std::vector<record>& records, std::vector<column>& shown, const qutibench::answer_columns& columns,
                    const qutibench::frontier_question& asked) {
    for (const auto* texts : {&asked.maximize, &asked.minimize})
        for (const std::string& text : *texts) {
            const auto is_shown = [&](const column& one) { return one.key == text; };
            if (std::none_of(shown.begin(), shown.end(), is_shown)) shown.push_back({text, text});
            if (records.empty() || records.front().contains(text)) continue;
            std::vector<double> values(records.size());
            qutibench::expression(text, columns.names()).evaluate(columns.spans(), values);
            for (std::size_t i = 0; i < records.size(); ++i) records[i][text] = qutibench::detail::null_or(values[i]);
        }
}

void explain(const qutibench::frontier_selection& chosen, const pareto_options& options, std::size_t rows) {
    remark(count_of(chosen.rows.size(), "row") + " of " + std::to_string(rows) + " on the front");
    if (chosen.excluded > 0) remark(count_of(chosen.excluded, "row") + " without all constraints satisfied");
    std::vector<std::string> objectives = options.front.maximize;
    objectives.insert(objectives.end(), options.front.minimize.begin(), options.front.minimize.end());
    for (std::size_t j = 0; j < objectives.size(); ++j)
        if (const std::size_t count = chosen.unknown_by_objective[j]; count > 0)
            remark(count_of(count, "row") + " left out: " + objectives[j] + " is not known");
}

void run(const pareto_options& chosen) {
    const qutibench::answers all = qutibench::session().ask(chosen.asked());
    const std::span<const qutibench::answer> rows(all.rows);
    std::vector<record> records = qutibench::records_of(rows);
    const qutibench::answer_columns columns(rows);
    const qutibench::frontier_selection front = qutibench::frontier_of(columns, chosen.front);
    std::vector<qutibench::answer> best;
    for (const std::size_t row : front.rows) best.push_back(rows[row]);
    std::vector<column> shown =
        columns_of(std::span<const qutibench::answer>(best), qutibench::answer_fields, chosen.expects);
    add_objectives(records, shown, columns, chosen.front);
    std::vector<record> printed;
    for (const std::size_t row : front.rows) printed.push_back(std::move(records[row]));
    print(printed, shown, chosen.as);
    print_legend(best, chosen.as);
    explain(front, chosen, records.size());
    if (const std::size_t doubtful = rows.size() - columns.winners().size();
        doubtful > 0 && !chosen.front.is_with_doubtful)
        remark(count_of(doubtful, "row") +
               " left out: infeasible, or nobody states the bandwidth; --doubtful compares them too");
    remark_on(all, chosen.expects);
}

void run_published(const pareto_options& chosen) {
    const qutibench::published_frontier both = qutibench::compare_frontiers(chosen.published);
    std::vector<record> records;
    for (const qutibench::published_design& one : both.designs)
        if (one.is_predicted_optimal || one.is_measured_optimal) records.push_back(qutibench::to_record(one));
    print(records,
          {{"network", "network"},
           {"keep", "keep"},
           {"datatype", "datatype"},
           {"platform", "platform"},
           {"mode", "mode"},
           {"top-1", "accuracy_top1"},
           {"predicted [inputs/s]", "throughput_ips"},
           {"on the front", "predicted_optimal"},
           {"measured top-1", "measured_accuracy_top1"},
           {"measured [inputs/s]", "measured_throughput_ips"},
           {"on the measured front", "measured_optimal"}},
          chosen.as);
    remark(std::to_string(both.predicted_optimal) + " of " + count_of(both.predicted, "predicted design") +
           " on the front of accuracy and throughput");
    remark(std::to_string(both.measured_optimal) + " of " + count_of(both.measured, "measured design") +
           " on the measured front");
    remark("theory names " + std::to_string(both.named) + " of these " + std::to_string(both.measured_optimal) + ", " +
           std::to_string(both.named_among_measured) + " when it chooses among the designs that were measured");
}

}  // namespace

void add_pareto(CLI::App& app) {
    auto chosen = std::make_shared<pareto_options>();
    CLI::App* command = app.add_subcommand("pareto", "The rows of `estimate` that no other beats in every objective");
    chosen->add_to(*command);
    command->add_option("--maximize", chosen->front.maximize, "Keys of estimate's JSON, or expressions of them");
    command->add_option("--minimize", chosen->front.minimize, "The same, for what should be small");
    command->add_option("--constrain", chosen->front.constrain, "Conditions such as 'latency_s <= 0.01'");
    command->add_flag("--doubtful", chosen->front.is_with_doubtful,
                      "Also rows that are infeasible, or of devices whose bandwidth nobody states");
    auto* published = command->add_option("--published", chosen->published,
                                          "imagenet, cifar10 or mnist: the thesis' designs, predicted and measured");
    for (const char* name : {"network", "--on"}) command->get_option(name)->required(false);
    add_expect(*command, chosen->expects);
    add_format(*command, chosen->as);
    command->callback([chosen, published, command] {
        if (published->count() > 0) {
            for (const CLI::Option* other : command->get_options())
                if (other != published && other->count() > 0 && !other->check_lname("format"))
                    throw CLI::ExcludesError("--published", other->get_name());
            return run_published(*chosen);
        }
        if (chosen->networks.empty()) throw CLI::RequiredError("network");
        if (chosen->platforms.empty()) throw CLI::RequiredError("--on");
        if (chosen->front.maximize.empty() && chosen->front.minimize.empty())
            throw CLI::RequiredError("--maximize or --minimize");
        run(*chosen);
    });
}

}  // namespace what_if
