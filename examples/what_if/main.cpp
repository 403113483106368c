// SPDX-License-Identifier: BSD-3-Clause
// what_if: level-0 questions from the command line. Data goes to standard output, messages to standard error; exit
// status 0 is done, 1 bad input, 2 wrong usage.
#include "commands.hpp"

#include <qutibench/version.hpp>

#include <cstdio>
#include <exception>
#include <string>

int main(int argc, char** argv) {
    CLI::App app("What if this network ran on that device? Operations, rooflines and predictions.");
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string(qutibench::version));
    what_if::add_networks(app);
    what_if::add_platforms(app);
    what_if::add_analyze(app);
    what_if::add_estimate(app);
    what_if::add_pareto(app);
    what_if::add_heatmap(app);
    what_if::add_ingest(app);
    what_if::add_calibrate(app);
    what_if::add_scorecard(app);
    what_if::add_correlation(app);
    what_if::add_orthogonality(app);
    what_if::add_report(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& wrong) {
        return app.exit(wrong) == 0 ? 0 : 2;
    } catch (const std::exception& wrong) {
        std::fprintf(stderr, "what_if: %s\n", wrong.what());
        return 1;
    }
    return 0;
}
