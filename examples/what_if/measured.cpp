// SPDX-License-Identifier: BSD-3-Clause
// ingest: measured results beside predictions. calibrate: a fit to them, and its error on networks it has not seen.
#include "commands.hpp"

#include <qutibench/ask/measured.hpp>
#include <qutibench/io/adapters.hpp>
#include <qutibench/io/calibration_json.hpp>
#include <qutibench/io/calibration_networks.hpp>
#include <qutibench/io/model_file.hpp>
#include <qutibench/io/populations.hpp>
#include <qutibench/measure/calibrate.hpp>

#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

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
    std::vector<std::string> maps{}, renames{}, own{};
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
        command.add_option("--map", maps, "Columns of a table under names of its own: latency_ms=T_inf batch=B");
        command.add_option("--rename", renames,
                           "What a table calls a network, device, mode or datatype: RN50=resnet50");
        command.add_option("--own", own, "Networks and boards of your own, as files, that the rows name by their ids");
        add_format(command, as);
    }

    /// Adds the files of networks and boards to a session, so that rows may name them by their ids; what is supplied as
    /// a path becomes an id too.
    void resolve_files(qutibench::session& known) {
        for (const std::string& file : own) {
            const bool is_board = file.ends_with(".json") && !qutibench::is_network_file(file);
            if (is_board)
                known.add(qutibench::load_platform(file));
            else
                known.add(qutibench::load_model(file));
        }
        if (qutibench::detail::is_path(supplied.network)) {
            qutibench::network_entry net = qutibench::load_model(supplied.network);
            supplied.network = net.id;
            known.add(std::move(net));
        }
        if (!qutibench::detail::is_path(supplied.platform)) return;
        const qutibench::platform board = qutibench::load_platform(supplied.platform);
        if (!supplied.platform.ends_with(".json") && supplied.mode.empty()) supplied.mode = board.mode().name;
        supplied.platform = board.id();
        known.add(board);
    }

    [[nodiscard]] std::vector<qutibench::measurement> load() const {
        qutibench::ingest_options options = supplied;
        if (!datatype.empty()) options.datatype = qutibench::parse_precision(datatype);
        options.scope = qutibench::parse_name<qutibench::measured_scope>(scope);
        options.columns = pairs_of("--map", maps);
        options.names = pairs_of("--rename", renames);
        std::vector<qutibench::measurement> all;
        for (const std::string& file : files)
            for (qutibench::measurement& one : measurements_in(file, options)) {
                qutibench::detail::require_id("network", one.network);
                qutibench::detail::require_id("platform", one.platform);
                all.push_back(std::move(one));
            }
        return all;
    }

private:
    /// "A=B" of which there are several.
    static qutibench::ingest_options::pairs pairs_of(const std::string& option, const std::vector<std::string>& texts) {
        qutibench::ingest_options::pairs all;
        for (const std::string& text : texts) {
            const std::size_t equals = text.find('=');
            if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
                throw qutibench::invalid_argument(option + " takes NAME=NAME, not '" + text + "'");
            all.emplace_back(text.substr(0, equals), text.substr(equals + 1));
        }
        return all;
    }

    /// What a file does not say is an option here.
    [[nodiscard]] std::vector<qutibench::measurement> measurements_in(const std::string& file,
                                                                      const qutibench::ingest_options& options) const {
        try {
            return qutibench::load_measurements(file, from, options);
        } catch (const qutibench::missing_facts& wrong) {
            std::string all;
            for (const std::string& fact : wrong.facts()) {
                const std::string option = fact == "platform" ? "on" : fact.substr(0, fact.find(' '));
                all +=
                    (all.empty() ? "--" : ", --") + (option == "deployment" ? "batch, --stream or --threads" : option);
            }
            const std::string what = wrong.what();
            throw qutibench::invalid_argument(what.substr(0, what.rfind("; supply it")) + ": give " + all);
        }
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

void ingest(measured_options chosen) {
    qutibench::session known;
    chosen.resolve_files(known);
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

struct calibrate_options : measured_options {
    std::vector<std::string> populations{};
    std::vector<std::string> rank{};
};

/// What a calibration is made from.
struct calibration_material {
    std::vector<qutibench::measurement> rows{};
    std::vector<qutibench::calibration_point> points{};
    qutibench::network_set networks{};
    std::string id{};
    std::optional<qutibench::platform> device{};  ///< nothing for a board that nobody described
    qutibench::calibration_options options{};
};

/// Pages of published results name networks that nobody describes: their rows are left out and some of them named,
/// unless none would be left.
void leave_out_undescribed(std::vector<qutibench::measurement>& rows, const std::vector<std::string>& known) {
    const auto is_undescribed = [&](const qutibench::measurement& one) {
        return std::find(known.begin(), known.end(), one.network) == known.end();
    };
    std::vector<std::string> names;
    for (const qutibench::measurement& one : rows)
        if (is_undescribed(one) && std::find(names.begin(), names.end(), one.network) == names.end())
            names.push_back(one.network);
    if (names.empty() || std::all_of(rows.begin(), rows.end(), is_undescribed)) return;
    std::erase_if(rows, is_undescribed);
    std::string some;
    for (std::size_t i = 0; i < names.size() && i < 3; ++i) some += (i > 0 ? ", " : "") + names[i];
    remark("left out, since nobody describes them: " + some +
           (names.size() > 3 ? " and " + std::to_string(names.size() - 3) + " more networks" : ""));
}

/// The networks of a session that no catalogue has, at the widths that rows have.
void add_own_networks(qutibench::network_set& networks, const std::vector<qutibench::measurement>& rows,
                      qutibench::session& known) {
    const std::vector<std::string> published = qutibench::network_ids();
    for (const qutibench::measurement& one : rows) {
        const std::string key = qutibench::network_key(one.network, one.keep);
        if (networks.find(key) == nullptr &&
            std::find(published.begin(), published.end(), one.network) == published.end())
            networks.add(key, *known.work(one.network, one.keep));
    }
}

calibration_material material_of(const calibrate_options& chosen) {
    calibration_material all;
    const std::string& on = chosen.supplied.platform;
    const std::size_t colon = qutibench::detail::mode_colon(on);
    const auto known = qutibench::platform_ids();
    const bool is_known = std::find(known.begin(), known.end(), on.substr(0, colon)) != known.end();
    if (is_known || qutibench::detail::is_path(on)) all.device = qutibench::load_platform(on);
    all.id = all.device ? all.device->id() : on;
    measured_options asked = chosen;
    qutibench::session own;
    asked.supplied.platform = all.id;
    asked.resolve_files(own);
    if (!chosen.files.empty()) all.rows = measured_on(all.id, asked);
    leave_out_undescribed(all.rows, own.network_ids());
    all.points = qutibench::points_of(all.rows);
    add_own_networks(all.networks, all.rows, own);
    qutibench::add_networks(all.networks, all.rows);
    for (const std::string& name : chosen.populations)
        all.options.populations.push_back(qutibench::known_population(name));
    if (chosen.populations.empty()) all.options.populations = qutibench::known_populations();
    return all;
}

/// Which of some networks to measure next, the most telling first.
void rank(const calibrate_options& chosen) {
    calibration_material from = material_of(chosen);
    std::vector<std::string> keys;
    for (const std::string& name : chosen.rank) {
        const qutibench::network_entry net = qutibench::load_model(name);
        if (from.networks.find(net.id) == nullptr) from.networks.add(net.id, net.work());
        keys.push_back(net.id);
    }
    qutibench::measured_run run;
    if (!from.points.empty()) run = from.points.front().run;
    if (!chosen.datatype.empty()) run.datatype = qutibench::parse_precision(chosen.datatype);
    if (chosen.supplied.batch) run.value = *chosen.supplied.batch;
    const auto order =
        from.device
            ? qutibench::rank_next(from.points, from.networks, *from.device, keys, run, keys.size(), from.options)
            : qutibench::rank_next(from.points, from.networks, from.id, keys, run, keys.size(), from.options);
    std::vector<record> records;
    for (const qutibench::next_measurement& one : order)
        records.push_back({{"measure", records.size() + 1}, {"network", one.network}, {"interval", one.within()}});
    print(records,
          {{"measure", "measure"}, {"network", "network"}, {"then 90 % of all within + [%]", "interval", 0.01}},
          chosen.as);
}

void calibrate(const calibrate_options& chosen) {
    const calibration_material from = material_of(chosen);
    const qutibench::calibration fitted =
        from.device ? qutibench::calibrate(from.points, from.networks, *from.device, from.options)
                    : qutibench::calibrate(from.points, from.networks, from.id, from.options);
    std::vector<record> records{validation_record("each network in turn", fitted.validation())};
    std::vector<std::string> names;
    for (const qutibench::calibration_point& one : from.points)
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
    if (!from.device) remark("'" + from.id + "' is not in the catalogue: fitted from its measurements alone");
    if (fitted.state().learned) remark("leans on '" + fitted.state().learned->from->name + "'");
    if (!chosen.output.empty()) qutibench::save_calibration(fitted, chosen.output);
}

}  // namespace

void add_ingest(CLI::App& app) {
    auto chosen = std::make_shared<measured_options>();
    CLI::App* command = app.add_subcommand("ingest", "Measured results beside predictions, with compute efficiency");
    chosen->add_to(*command);
    command->add_option("--on", chosen->supplied.platform,
                        "Where it was measured, where the file does not say: an id or board.json");
    command->add_option("--summary", chosen->summary, "platform or network: a line for each, not for each measurement");
    command->callback([chosen] { ingest(*chosen); });
}

void add_calibrate(CLI::App& app) {
    auto chosen = std::make_shared<calibrate_options>();
    CLI::App* command =
        app.add_subcommand("calibrate", "Fits a device to measurements; prints the leave-one-network-out error");
    chosen->add_to(*command);
    command
        ->add_option("--on", chosen->supplied.platform, "The device: a catalogue id, board.json, or a name of your own")
        ->required();
    auto* output =
        command->add_option("-o,--output", chosen->output, "Saves the calibration, for estimate --calibration");
    command->add_option("--population", chosen->populations,
                        "Classes of devices to lean on, of those that ship; without it, the likeliest of all");
    command
        ->add_option("--rank", chosen->rank,
                     "Networks: in which order to measure these, so that each narrows the intervals of all most; FILE "
                     "has what was measured so far, and may be left out")
        ->excludes(output);
    command->get_option("file")->required(false);
    command->callback([chosen] {
        if (!chosen->rank.empty()) return rank(*chosen);
        if (chosen->files.empty()) throw CLI::RequiredError("file");
        calibrate(*chosen);
    });
}

}  // namespace what_if
