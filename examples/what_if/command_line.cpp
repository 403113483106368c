// SPDX-License-Identifier: BSD-3-Clause
#include "command_line.hpp"
#include "commands.hpp"

#include <qutibench/version.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace what_if {

namespace {

/// The name of a program without its folder and ".exe".
std::string base_name(std::string_view path) {
    path.remove_prefix(path.find_last_of("/\\") + 1);
    if (path.ends_with(".exe")) path.remove_suffix(4);
    return std::string(path);
}

/// Wrong usage, in one line: what of which command, and where to read on.
int misused(const CLI::App& app, const std::string& why) {
    std::string command = program();
    for (const CLI::App* at = &app; !at->get_subcommands().empty();) {
        at = at->get_subcommands().front();
        command += " " + at->get_name();
    }
    remark(command + ": " + why + "; see " + command + " --help");
    return 2;
}

/// What is wrong with the first argument that no command takes, with the option that is meant.
std::string unexpected(const CLI::App& app) {
    const CLI::App* command = &app;
    while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
    const std::vector<std::string> rest = app.remaining(true);
    const std::string wrong = rest.empty() ? "" : rest.front().substr(0, rest.front().find('='));
    if (!wrong.starts_with("-")) return "there is no place for '" + wrong + "'";
    std::vector<std::string> names;
    for (const CLI::Option* one : command->get_options())
        for (const std::string& name : one->get_lnames()) names.push_back("--" + name);
    const std::string_view nearest = qutibench::detail::nearest_name(wrong, names);
    return "there is no option " + wrong + (nearest.empty() ? "" : "; did you mean " + std::string(nearest) + "?");
}

}  // namespace

int command_line(int argc, char** argv, const std::function<std::string()>& carried_page) {
    if (argc > 0 && argv[0][0] != '\0') program() = base_name(argv[0]);
    CLI::App app("What if this network ran on that device? Operations, rooflines and predictions.", program());
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string(qutibench::version));
    add_networks(app);
    add_platforms(app);
    add_analyze(app);
    add_estimate(app);
    add_explain(app);
    add_fold(app);
    add_sensitivity(app);
    add_memory(app);
    add_check(app);
    add_diff(app);
    add_pareto(app);
    add_plot(app);
    add_heatmap(app);
    add_ingest(app);
    add_calibrate(app);
    add_scorecard(app);
    add_serve(app);
    add_correlation(app);
    add_orthogonality(app);
    add_study(app);
    add_report(app, carried_page);
    if (argc > 1 && argv[1][0] != '-') {
        const std::string_view wanted = argv[1];
        std::vector<std::string> names;
        for (const CLI::App* one : app.get_subcommands({})) names.push_back(one->get_name());
        if (std::find(names.begin(), names.end(), wanted) == names.end())
            return misused(
                app,
                qutibench::unknown_name("subcommand", wanted, qutibench::detail::nearest_name(wanted, names)).what());
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::RuntimeError& status) {
        return status.get_exit_code();
    } catch (const CLI::ExtrasError&) {
        return misused(app, unexpected(app));
    } catch (const CLI::ParseError& wrong) {
        return wrong.get_exit_code() == 0 ? app.exit(wrong) : misused(app, wrong.what());
    } catch (const std::exception& wrong) {
        remark(program() + ": " + wrong.what());
        return 1;
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        remark(program() + ": the answer could not be written to its end");
        return 1;
    }
    return 0;
}

}  // namespace what_if
