// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// The sub-commands: each adds itself to the command line and runs when it is chosen.
#pragma once

#include "output.hpp"

#include <qutibench/ask/catalogue_records.hpp>
#include <qutibench/ask/settings.hpp>

#include <CLI/CLI.hpp>

namespace what_if {

void add_networks(CLI::App& app);
void add_platforms(CLI::App& app);
void add_analyze(CLI::App& app);
void add_estimate(CLI::App& app);
void add_explain(CLI::App& app);
void add_fold(CLI::App& app);
void add_sensitivity(CLI::App& app);
void add_memory(CLI::App& app);
void add_check(CLI::App& app);
void add_diff(CLI::App& app);
void add_pareto(CLI::App& app);
void add_plot(CLI::App& app);
void add_heatmap(CLI::App& app);
void add_ingest(CLI::App& app);
void add_calibrate(CLI::App& app);
void add_scorecard(CLI::App& app);
void add_serve(CLI::App& app);
void add_correlation(CLI::App& app);
void add_orthogonality(CLI::App& app);
void add_study(CLI::App& app);
void add_report(CLI::App& app, const std::function<std::string()>& carried_page);

/// `--format table|csv|json`
void add_format(CLI::App& command, format& as);

/// Has an option's values read as decimal and refused past 64 bits; CLI11 takes "010" for 8 and cuts what is too large.
CLI::Option* whole_number(CLI::Option* option);

/// `--expect`
void add_expect(CLI::App& command, bool& expects);

/// What the rows of a table are silent about: layers without a cost model, combinations that cannot be run, and, where
/// it was asked for, what expectations rest on.
void remark_on(const qutibench::answers& all, bool expects = false);

/// "batch=1" and the like as bindings of symbolic dimensions; throws invalid_argument, also when no network is an ONNX
/// model, which alone has such dimensions.
[[nodiscard]] qutibench::onnx::dimension_bindings parse_dims(const std::vector<std::string>& texts,
                                                             const std::vector<std::string>& networks);

/// NETWORK... and the options that say on which devices and how: `estimate` and everything that builds on it. What
/// `describe` shows of a deployment and of its parameters are options.
struct selection_options {
    std::vector<std::string> networks{}, platforms{}, datatypes{}, dims{}, placements{}, executions{};
    std::vector<std::string> batches{}, threads{}, streams{};
    std::vector<std::string> parameters{}, overrides{};
    std::vector<double> keep{1.0}, clocks{}, bandwidths{}, on_chips{};
    std::string calibration{}, link{}, split{};
    std::int64_t devices = 1;
    bool is_training = false;
    std::string optimizer = "momentum";
    bool recomputes = false;
    qutibench::deployment how{};

    void add_to(CLI::App& command);
    /// Sets what "NAME=VALUE" says, as the option or the parameter of that name would; throws unknown_name and
    /// invalid_argument.
    void set(std::string_view text);
    /// What is asked, with its names resolved, by the execution model `unless_said` where none is given; throws
    /// unknown_name and invalid_argument.
    [[nodiscard]] qutibench::question asked(
        qutibench::execution_kind unless_said = qutibench::execution_kind::network) const;
};

}  // namespace what_if
