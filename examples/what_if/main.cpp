// SPDX-License-Identifier: BSD-3-Clause
// what_if: level-0 questions from the command line. Data goes to standard output, messages to standard error; exit
// status 0 is done, 1 bad input, 2 wrong usage, 3 a requirement that is not met.
#include "commands.hpp"

#include <qutibench/version.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
    CLI::App app("What if this network ran on that device? Operations, rooflines and predictions.");
    app.require_subcommand(1);
    app.set_version_flag("--version", std::string(qutibench::version));
    what_if::add_networks(app);
    what_if::add_platforms(app);
    what_if::add_analyze(app);
    what_if::add_estimate(app);
    what_if::add_explain(app);
    what_if::add_fold(app);
    what_if::add_check(app);
    what_if::add_diff(app);
    what_if::add_pareto(app);
    what_if::add_heatmap(app);
    what_if::add_ingest(app);
    what_if::add_calibrate(app);
    what_if::add_scorecard(app);
    what_if::add_serve(app);
    what_if::add_correlation(app);
    what_if::add_orthogonality(app);
    what_if::add_study(app);
    what_if::add_report(app);
    if (argc > 1 && argv[1][0] != '-') {
        const std::string_view wanted = argv[1];
        std::vector<std::string> names;
        for (const CLI::App* one : app.get_subcommands({})) names.push_back(one->get_name());
        if (std::find(names.begin(), names.end(), wanted) == names.end()) {
            const qutibench::unknown_name wrong("subcommand", wanted, qutibench::detail::nearest_name(wanted, names));
            std::fprintf(stderr, "what_if: %s\nRun with --help for more information.\n",
                         what_if::printable(wrong.what()).c_str());
            return 2;
        }
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::RuntimeError& status) {
        return status.get_exit_code();
    } catch (const CLI::ParseError& wrong) {
        return app.exit(wrong) == 0 ? 0 : 2;
    } catch (const std::exception& wrong) {
        what_if::remark(std::string("what_if: ") + wrong.what());
        return 1;
    }
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
        what_if::remark("what_if: the answer could not be written to its end");
        return 1;
    }
    return 0;
}
