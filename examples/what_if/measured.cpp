// SPDX-License-Identifier: BSD-3-Clause
// ingest: measured results beside predictions. calibrate: a fit to them, and its error on networks it has not seen.
#include "commands.hpp"

#include <qutibench/ask/measured.hpp>
#include <qutibench/io/adapters.hpp>
#include <qutibench/io/calibration_json.hpp>
#include <qutibench/io/calibration_networks.hpp>

#include <cstdio>
#include <memory>

namespace what_if {

namespace {

/// The tools whose files are read, for the help.
std::string formats() {
    std::vector<std::string_view> names;
    std::string all = "Format of the files: auto recognises it by how they begin";
    for (const qutibench::adapter& one : qutibench::builtin_adapters()) {
        if (std::find(names.begin(), names.end(), one.family) != names.end()) continue;
        names.push_back(one.family);
        all += names.size() == 1 ? "; " : ", ";
        all += one.family;
    }
    return all;
}

struct measured_options {
    std::vector<std::string> files{};
    std::string from = "auto";
    std::string datatype{};
    std::string scope = "system";
    qutibench::ingest_options supplied{};
    std::string output{};
    std::string summary{};
    format as = format::table;

    void add_to(CLI::App& command) {
        command.add_option("file", files, "Files that device runners wrote")->required();
        command.add_option("--from", from, formats());
        command.add_option("--network", supplied.network, "What was measured, where the file does not say");
        command.add_option("--mode", supplied.mode, "Power or clock mode, where the file does not say");
        command.add_option("--datatype", datatype, "Datatype, where the file does not say");
        const auto whole = [&command](const char* name, auto& to, const char* what) {
            whole_number(command.add_option(name, to, what));
        };
        whole("--batch", supplied.batch, "Inputs of one call, where the file does not say");
        whole("--threads", supplied.threads, "Callers at a time, where the file does not say");
        whole("--stream", supplied.stream, "Inputs that follow each other, where the file does not say");
        command.add_option("--keep", supplied.keep,
                           "Fraction of the channels that pruning left, where the file does not say");
        command.add_option("--statistic", supplied.statistic, "Of the latencies: median, mean, min, p90 ...");
        whole("--warm-up", supplied.warm_up, "Leading runs to leave out, where the file lists each");
        command.add_option("--scope", scope, "system (what a user sees) or compute (the accelerator alone)");
        add_format(command, as);
    }

    [[nodiscard]] std::vector<qutibench::measurement> load() const {
        qutibench::ingest_options options = supplied;
        if (!datatype.empty()) options.datatype = qutibench::parse_precision(datatype);
        options.scope = qutibench::parse_name<qutibench::measured_scope>(scope);
        std::vector<qutibench::measurement> all;
        for (const std::string& file : files)
            for (qutibench::measurement& one : qutibench::load_measurements(file, from, options)) {
                if (one.network != supplied.network) qutibench::detail::require_id("network", one.network);
                if (one.platform != supplied.platform) qutibench::detail::require_id("platform", one.platform);
                all.push_back(std::move(one));
            }
        return all;
    }
};

record summary_record(const qutibench::efficiency_summary& one) {
    return {{"group", one.name},
            {"rows", one.count},
            {"memory_bound", one.memory_bound},
            {"above_bound", one.above_bound},
            {"min", one.min},
            {"mean", one.mean},
            {"max", one.max},
            {"bound_error", one.bound_error}};
}

void summarize(const std::vector<qutibench::measurement>& measured, qutibench::session& known, const std::string& by,
               format as) {
    if (by != "platform" && by != "network")
        throw qutibench::unknown_name("summary", by, by.starts_with('n') ? "network" : "platform");
    std::vector<qutibench::efficiency_row> rows;
    for (const qutibench::measurement& one : measured) rows.push_back(beside_prediction(one, known));
    std::vector<record> records;
    for (const auto& one :
         by == "platform" ? qutibench::summarize_by_platform(rows) : qutibench::summarize_by_network(rows))
        records.push_back(summary_record(one));
    print(records,
          {{by, "group"},
           {"rows", "rows"},
           {"memory-bound", "memory_bound"},
           {"above the bound", "above_bound"},
           {"efficiency from", "min"},
           {"mean", "mean"},
           {"to", "max"},
           {"mean error of the bound [%]", "bound_error", 0.01}},
          as);
}

void ingest(const measured_options& chosen) {
    qutibench::session known;
    const std::vector<qutibench::measurement> measured = chosen.load();
    if (!chosen.summary.empty()) return summarize(measured, known, chosen.summary, chosen.as);
    std::vector<record> records;
    for (const qutibench::measurement& one : measured) records.push_back(measured_record(one, known));
    print(records,
          {{"network", "network"},
           {"layer or block", "part"},
           {"platform", "platform"},
           {"mode", "mode"},
           {"datatype", "datatype"},
           {"keep", "keep"},
           {"deployed as", "deployment"},
           {"value", "deployment_value"},
           {"measured [inputs/s]", "measured_throughput_ips"},
           {"predicted [inputs/s]", "throughput_ips"},
           {"bound", "bound"},
           {"efficiency", "efficiency"},
           {"power [W]", "measured_power_w"},
           {"flags", "flags"}},
          chosen.as);
}

record validation_record(const std::string& held_out, const qutibench::validation& of) {
    return {{"held_out", held_out},
            {"rows", of.rows()},
            {"mape", qutibench::detail::null_or(of.mape())},
            {"median_ape", qutibench::detail::null_or(of.median_ape())},
            {"within_10_percent", qutibench::detail::null_or(of.within(0.1))}};
}

/// The measurements of one device: those that a table of several says are of it, all of a file that does not say.
std::vector<qutibench::measurement> measured_on(const std::string& id, const measured_options& chosen) {
    measured_options unsupplied = chosen;
    unsupplied.supplied.platform.clear();
    std::vector<qutibench::measurement> rows;
    try {
        rows = unsupplied.load();
    } catch (const qutibench::invalid_argument&) {
        rows = chosen.load();
    }
    std::vector<std::string> platforms;
    for (const qutibench::measurement& one : rows) platforms.push_back(one.platform);
    std::erase_if(rows, [&](const qutibench::measurement& one) { return one.platform != id; });
    if (rows.empty()) {
        std::string why = "no measurement in " + chosen.files.front() + " is of platform '" + id + "'";
        why += qutibench::detail::suggestion(id, platforms);
        throw qutibench::invalid_argument(why);
    }
    return rows;
}

void calibrate(const measured_options& chosen) {
    const std::string& id = chosen.supplied.platform;
    const std::vector<qutibench::measurement> rows = measured_on(id, chosen);
    const auto points = qutibench::points_of(rows);
    qutibench::network_set networks;
    for (const qutibench::measurement& one : rows)
        if (one.network == chosen.supplied.network) qutibench::add_network(networks, one.network, one.keep);
    qutibench::add_networks(networks, rows);
    const auto known = qutibench::platform_ids();
    const bool described = qutibench::detail::is_path(id) || std::find(known.begin(), known.end(), id) != known.end();
    const qutibench::calibration fitted = described
                                              ? qutibench::calibrate(points, networks, qutibench::load_platform(id))
                                              : qutibench::calibrate(points, networks, id);
    std::vector<record> records{validation_record("each network in turn", fitted.validation())};
    std::vector<std::string> names;
    for (const qutibench::calibration_point& one : points)
        if (std::find(names.begin(), names.end(), one.network) == names.end()) names.push_back(one.network);
    for (const std::string& name : names) {
        const auto one = fitted.validation().where([&](const qutibench::residual& at) { return at.network == name; });
        if (one.rows() > 0) records.push_back(validation_record(name, one));
    }
    if (fitted.mode_validation().rows() > 0)
        records.push_back(validation_record("each mode in turn", fitted.mode_validation()));
    print(records,
          {{"held out", "held_out"},
           {"rows", "rows"},
           {"mean error [%]", "mape", 0.01},
           {"median error [%]", "median_ape", 0.01},
           {"within 10 % [%]", "within_10_percent", 0.01}},
          chosen.as);
    if (!described) remark("'" + id + "' is not in the catalogue: fitted from its measurements alone");
    if (!chosen.output.empty()) qutibench::save_calibration(fitted, chosen.output);
}

}  // namespace

void add_ingest(CLI::App& app) {
    auto chosen = std::make_shared<measured_options>();
    CLI::App* command = app.add_subcommand("ingest", "Measured results beside predictions, with compute efficiency");
    chosen->add_to(*command);
    command->add_option("--on", chosen->supplied.platform, "Where it was measured, where the file does not say");
    command->add_option("--summary", chosen->summary, "platform or network: a line for each, not for each measurement");
    command->callback([chosen] { ingest(*chosen); });
}

void add_calibrate(CLI::App& app) {
    auto chosen = std::make_shared<measured_options>();
    CLI::App* command =
        app.add_subcommand("calibrate", "Fits a device to measurements; prints the leave-one-network-out error");
    chosen->add_to(*command);
    command->add_option("--on", chosen->supplied.platform, "The device: a catalogue id, or a name of your own")
        ->required();
    command->add_option("-o,--output", chosen->output, "Saves the calibration, for estimate --calibration");
    command->callback([chosen] { calibrate(*chosen); });
}

}  // namespace what_if
