// SPDX-License-Identifier: BSD-3-Clause
// correlation, orthogonality and study: the thesis' tables 7.1 and 8.1, its efficiencies, powers, levels and overviews,
// computed again from its measurements.
#include "commands.hpp"

#include <qutibench/study/efficiencies.hpp>
#include <qutibench/study/experiments.hpp>
#include <qutibench/study/fabrics.hpp>
#include <qutibench/study/levels.hpp>
#include <qutibench/study/measured_power.hpp>
#include <qutibench/study/published_tables.hpp>
#include <qutibench/study/requirements.hpp>

#include <memory>

namespace what_if {

namespace {

void correlation(format as) {
    std::vector<record> records;
    const auto known = [](double value) { return qutibench::detail::null_or(value); };
    for (const qutibench::correlation_row& row : qutibench::table_7_1())
        records.push_back({{"platforms", row.platforms},
                           {"task", row.task},
                           {"datatype", row.datatype.empty() ? record(nullptr) : record(row.datatype)},
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
           {"datatype", "datatype"},
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

void efficiencies(format as) {
    std::vector<record> records;
    const auto known = [](double value) { return qutibench::detail::null_or(value); };
    for (const qutibench::printed_efficiency& row : qutibench::printed_efficiencies())
        records.push_back({{"network", row.network},
                           {"platform", row.platform},
                           {"datatype", to_string(row.datatype)},
                           {"widths", row.widths},
                           {"printed_low", known(row.printed.low)},
                           {"printed_high", known(row.printed.high)},
                           {"system_low", known(row.system.low)},
                           {"system_high", known(row.system.high)},
                           {"compute_low", known(row.compute.low)},
                           {"compute_high", known(row.compute.high)},
                           {"where", row.where}});
    print(records,
          {{"network", "network"},
           {"platform", "platform"},
           {"datatype", "datatype"},
           {"widths", "widths"},
           {"printed from [%]", "printed_low", 0.01},
           {"to", "printed_high", 0.01},
           {"system from [%]", "system_low", 0.01},
           {"to", "system_high", 0.01},
           {"compute from [%]", "compute_low", 0.01},
           {"to", "compute_high", 0.01},
           {"printed in T", "where"}},
          as);
}

void powers(format as) {
    std::vector<record> records;
    const auto known = [](double value) { return qutibench::detail::null_or(value); };
    for (const qutibench::power_row& row : qutibench::measured_powers())
        records.push_back({{"platform", row.platform},
                           {"mode", row.mode.empty() ? record(nullptr) : record(row.mode)},
                           {"runs", row.runs},
                           {"networks", row.networks},
                           {"low_w", row.low},
                           {"mean_w", row.mean},
                           {"high_w", row.high},
                           {"stated_w", known(row.stated)},
                           {"error_of_stated", known(row.error_of_stated)},
                           {"error_of_other_networks", known(row.error_of_other_networks)}});
    print(records,
          {{"platform", "platform"},
           {"mode", "mode"},
           {"runs", "runs"},
           {"networks", "networks"},
           {"measured from [W]", "low_w"},
           {"mean", "mean_w"},
           {"to", "high_w"},
           {"stated [W]", "stated_w"},
           {"energy error, stated [%]", "error_of_stated", 0.01},
           {"measured on other networks [%]", "error_of_other_networks", 0.01}},
          as);
}

void levels(format as) {
    std::vector<record> records;
    const auto known = [](double value) { return qutibench::detail::null_or(value); };
    for (const qutibench::level_row& row : qutibench::compare_levels())
        records.push_back({{"batch", row.batch},
                           {"predicted_ops_per_s", known(row.predicted)},
                           {"layers_ops_per_s", known(row.layers)},
                           {"layers", row.layer_count},
                           {"blocks_ops_per_s", known(row.blocks)},
                           {"blocks", row.block_count},
                           {"system_ops_per_s", known(row.system)},
                           {"compute_ops_per_s", known(row.compute)}});
    print(records,
          {{"batch", "batch"},
           {"level 0 [GOP/s]", "predicted_ops_per_s", 1e9},
           {"level 1", "layers_ops_per_s", 1e9},
           {"layers", "layers"},
           {"level 2", "blocks_ops_per_s", 1e9},
           {"blocks", "blocks"},
           {"level 3, system", "system_ops_per_s", 1e9},
           {"level 3, compute", "compute_ops_per_s", 1e9}},
          as);
}

void fabrics(format as) {
    std::vector<record> records;
    for (const qutibench::fabric_row& row : qutibench::fabric_designs())
        records.push_back({{"platform", row.platform},
                           {"network", row.network},
                           {"keep", row.keep},
                           {"datatype", to_string(row.datatype)},
                           {"luts", row.luts},
                           {"published_peak_ops_per_s", row.published},
                           {"refined_peak_ops_per_s", row.refined},
                           {"attained_ops_per_s", row.attained},
                           {"attained_of_published", row.attained / row.published},
                           {"attained_of_refined", row.attained / row.refined},
                           {"clock_hz", row.clock()}});
    print(records,
          {{"platform", "platform"},
           {"network", "network"},
           {"keep", "keep"},
           {"datatype", "datatype"},
           {"LUTs [k]", "luts", 1e3},
           {"peak printed [GOP/s]", "published_peak_ops_per_s", 1e9},
           {"of LUTs in use", "refined_peak_ops_per_s", 1e9},
           {"attained", "attained_ops_per_s", 1e9},
           {"of printed [%]", "attained_of_published", 0.01},
           {"of LUTs in use [%]", "attained_of_refined", 0.01},
           {"clock if all busy [MHz]", "clock_hz", 1e6}},
          as);
}

void requirements(format as) {
    std::vector<record> records;
    std::vector<qutibench::requirement_row> rows = qutibench::requirements();
    const std::vector<qutibench::requirement_row> summary = qutibench::summary_of(rows);
    rows.insert(rows.end(), summary.begin(), summary.end());
    for (const qutibench::requirement_row& row : rows)
        records.push_back({{"network", row.network},
                           {"operations", row.operations},
                           {"weight_bytes", row.weights},
                           {"activation_bytes", row.activations},
                           {"training_operations", row.training_operations},
                           {"training_weight_bytes", row.training_weights},
                           {"training_activation_bytes", row.training_activations}});
    print(records,
          {{"network", "network"},
           {"inference [GOP]", "operations", 1e9},
           {"weights, int8 [MB]", "weight_bytes", 1e6},
           {"activations [MB]", "activation_bytes", 1e6},
           {"training [GOP]", "training_operations", 1e9},
           {"weights, gradients, updates, fp32 [MB]", "training_weight_bytes", 1e6},
           {"activations and gradients [MB]", "training_activation_bytes", 1e6}},
          as);
}

template <class List>
std::string joined(const List& all, auto text_of) {
    std::string text;
    for (const auto& one : all) text += (text.empty() ? "" : " ") + text_of(one);
    return text;
}

void overview(format as) {
    std::vector<record> records;
    for (const qutibench::experiment_row& row : qutibench::experiments()) {
        const auto same = [](const std::string& one) { return one; };
        const auto percent = [](double keep) { return readable(keep * 100, 1) + "%"; };
        const auto whole = [](std::int64_t value) { return std::to_string(value); };
        records.push_back({{"network", row.network},
                           {"platform", row.platform},
                           {"modes", row.modes.empty() ? record(nullptr) : record(joined(row.modes, same))},
                           {"datatypes", joined(row.datatypes, same)},
                           {"keep", joined(row.keeps, percent)},
                           {"deployment", to_string(row.deployment)},
                           {"values", joined(row.values, whole)},
                           {"runs", row.runs}});
    }
    print(records,
          {{"network", "network"},
           {"platform", "platform"},
           {"modes", "modes"},
           {"datatypes", "datatypes"},
           {"keep", "keep"},
           {"deployed as", "deployment"},
           {"values", "values"},
           {"runs", "runs"}},
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

void add_study(CLI::App& app) {
    CLI::App* study = app.add_subcommand("study", "What the thesis measured, computed again from its runs");
    study->require_subcommand(1);
    add(*study, "experiments", "Which networks ran where and how (tables 5.5, 5.6 and 5.8)", &overview);
    add(*study, "efficiencies", "Measured over predicted throughput beside what section 7.2 prints", &efficiencies);
    add(*study, "levels", "ResNet-50 on the TX2 at all four levels (figure 7.12)", &levels);
    add(*study, "fabrics", "FPGA designs by the LUTs that they use, and what was measured (table 5.3)", &fabrics);
    add(*study, "requirements", "What networks of the zoo ask for in inference and training (table 2.2)",
        &requirements);
    add(*study, "powers", "Measured power of each device and mode, and what energies are off by it", &powers);
}

}  // namespace what_if
