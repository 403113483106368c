// SPDX-License-Identifier: BSD-3-Clause
// correlation and orthogonality: the thesis' tables 7.1 and 8.1, computed again from its measurements.
#include "commands.hpp"

#include <qutibench/study/published_tables.hpp>

#include <memory>

namespace what_if {

namespace {

void correlation(format as) {
    std::vector<record> records;
    const auto known = [](double value) { return qutibench::detail::null_or(value); };
    for (const qutibench::correlation_row& row : qutibench::table_7_1())
        records.push_back({{"platforms", row.platforms},
                           {"task", row.task},
                           {"points", row.predicted.size()},
                           {"published", known(row.published)},
                           {"pearson", known(row.pearson)},
                           {"low", known(row.interval.low)},
                           {"high", known(row.interval.high)},
                           {"spearman", known(row.spearman)},
                           {"kendall", known(row.kendall)}});
    print(records,
          {{"platforms", "platforms"},
           {"task", "task"},
           {"points", "points"},
           {"printed", "published"},
           {"Pearson", "pearson"},
           {"95 % from", "low"},
           {"to", "high"},
           {"Spearman", "spearman"},
           {"Kendall", "kendall"}},
          as);
}

void orthogonality(format as) {
    std::vector<record> records;
    for (const qutibench::orthogonality_row& row : qutibench::table_8_1()) {
        record all{{"metric", row.metric},
                   {"network", row.network},
                   {"platform", row.platform},
                   {"mode", row.mode.empty() ? record(nullptr) : record(row.mode)},
                   {"transforms", row.correction.empty() ? row.label : row.correction},
                   {"published_ratio", qutibench::detail::null_or(row.published_ratio)}};
        const bool found = row.recomputed.has_value();
        const qutibench::orthogonality of = row.recomputed.value_or(qutibench::orthogonality{});
        const auto value = [&](double figure) {
            return found ? record(qutibench::detail::null_or(figure)) : record(nullptr);
        };
        all["a"] = value(of.original);
        all["b"] = value(of.second);
        all["c"] = value(of.first);
        all["d"] = value(of.both);
        all["p1"] = value(of.p1());
        all["p2"] = value(of.p2());
        all["ratio"] = value(of.ratio());
        records.push_back(std::move(all));
    }
    print(records,
          {{"metric", "metric"},
           {"network", "network"},
           {"platform", "platform"},
           {"mode", "mode"},
           {"pruned and quantised", "transforms"},
           {"as it was", "a"},
           {"quantised", "b"},
           {"pruned", "c"},
           {"both", "d"},
           {"p1", "p1"},
           {"p2", "p2"},
           {"p2/p1", "ratio"},
           {"printed", "published_ratio"}},
          as);
}

void add(CLI::App& app, const char* name, const char* what, void (*run)(format)) {
    auto as = std::make_shared<format>(format::table);
    CLI::App* command = app.add_subcommand(name, what);
    add_format(*command, *as);
    command->callback([as, run] { run(*as); });
}

}  // namespace

void add_correlation(CLI::App& app) {
    add(app, "correlation", "How the thesis' predictions correlate with its measurements (table 7.1)", &correlation);
}

void add_orthogonality(CLI::App& app) {
    add(app, "orthogonality", "Whether pruning and quantisation add up on a device (table 8.1)", &orthogonality);
}

}  // namespace what_if
