// SPDX-License-Identifier: BSD-3-Clause
// scorecard: what a fair comparison of devices shows beside TOPS/W.
#include "commands.hpp"

#include <qutibench/ask/measured.hpp>

#include <memory>

namespace what_if {

namespace {

struct scorecard_options : selection_options {
    format as = format::table;
};

/// Cards beside each other: a line for each metric, a column for each card.
void print_cards(const std::vector<record>& cards, const std::vector<qutibench::answer>& rows) {
    std::vector<column> columns{{"criterion", "criterion"}, {"metric", "metric"}, {"unit", "unit"}};
    std::vector<record> lines;
    for (const record& metric : cards.front()["metrics"])
        lines.push_back({{"criterion", metric["criterion"]}, {"metric", metric["metric"]}, {"unit", metric["unit"]}});
    for (std::size_t i = 0; i < cards.size(); ++i) {
        const record& card = cards[i];
        const std::string key = std::to_string(i);
        std::string heading = card["platform"];
        if (!card["mode"].is_null()) heading += ":" + card["mode"].get<std::string>();
        heading += " " + card["network"].get<std::string>() + " " + card["datatype"].get<std::string>();
        if (card["batch"] != 1) heading += " batch " + card["batch"].dump();
        if (card["keep"] != 1.0) heading += " keep " + card["keep"].dump();
        if (const std::string marks = qutibench::marks_of(rows[i]); !marks.empty()) heading += " (" + marks + ")";
        columns.push_back({heading, key});
        std::size_t line = 0;
        for (const record& metric : card["metrics"]) lines[line++][key] = metric["value"];
    }
    print(lines, columns, format::table);
    print_legend(rows, format::table);
}

/// A line for each metric of each card.
std::vector<record> flattened(const std::vector<record>& cards) {
    std::vector<record> lines;
    for (const record& card : cards)
        for (const record& metric : card["metrics"]) {
            record line = card;
            line.erase("metrics");
            line.update(metric);
            lines.push_back(std::move(line));
        }
    return lines;
}

void run(const scorecard_options& chosen) {
    const qutibench::answers all = qutibench::session().ask(chosen.asked());
    std::vector<record> cards;
    for (const qutibench::answer& row : all.rows) cards.push_back(qutibench::card_record(row));
    if (chosen.as == format::table)
        print_cards(cards, all.rows);
    else
        print(chosen.as == format::csv ? flattened(cards) : cards, {}, chosen.as);
    remark_on(all);
}

}  // namespace

void add_scorecard(CLI::App& app) {
    auto chosen = std::make_shared<scorecard_options>();
    CLI::App* command = app.add_subcommand(
        "scorecard", "Accuracy, throughput, latency, energy, cost, flexibility and scalability, side by side");
    chosen->add_to(*command);
    add_format(*command, chosen->as);
    command->callback([chosen] { run(*chosen); });
}

}  // namespace what_if
