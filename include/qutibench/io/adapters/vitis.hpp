// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// AMD Vitis AI on DPUs: xdputil and test_performance, vaitrace, and the profile of the earlier DNNDK.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>

#include <vector>

namespace qutibench {

namespace detail {

inline bool is_vitis_log(std::string_view head) {
    return head.find("number_of_frames=") != head.npos || head.find("E2E_MEAN=") != head.npos;
}

inline void read_vitis_log(ingest& run) {
    double rate = not_stated, whole = not_stated, computing = not_stated;
    std::int64_t line = 0;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = lines.text();
        if (const double said = number_after(text, "FPS=", refuse); said == said) {
            rate = said;
            line = lines.number();
            if (text.find("number_of_frames=") == text.npos) {
                lines.require_end();
            } else {
                const double frames = number_after(text, "number_of_frames=", refuse);
                const double time = quantity_after(text, " time=", time_units, refuse);
                if (!(std::abs(rate * time - frames) <= 0.02 * frames))
                    lines.fail("FPS is not number_of_frames over time");
            }
        }
        const double e2e = number_after(text, "E2E_MEAN=", refuse), dpu = number_after(text, "DPU_MEAN=", refuse);
        if (e2e == e2e) whole = e2e * 1e-6;
        if (dpu == dpu) computing = dpu * 1e-6;
        if (e2e != e2e && dpu != dpu) continue;
        lines.require_end();
        if (line == 0) line = lines.number();
    }
    if (line == 0) run.fail_without("line with 'FPS= ... number_of_frames=' or 'E2E_MEAN='");
    stated_facts said;
    if (whole == whole || computing == computing) said.threads = 1;  // the tool reports them for one thread only
    if (!said.threads && !run.options().threads) run.refuse_missing({{"threads", true}});
    measurement one = run.record(said, line);
    const bool compute = run.wants_compute() ? computing == computing : whole != whole && rate != rate;
    one.scope = compute ? measured_scope::compute : measured_scope::system;
    if (one.scope != run.options().scope) one.warn(caution::other_scope);
    run.set_latency(one, {{"mean", compute ? computing : whole}});
    if (!compute) one.throughput = quantity_of<inputs_per_second>(rate);
    run.emit(std::move(one));
}

inline bool is_vaitrace(std::string_view head) {
    return head.find("DPU Id") != head.npos && head.find("SubGraph") != head.npos && head.find('|') != head.npos;
}

/// Fields of a line between bars, blanks removed; bars at the ends do not count.
[[nodiscard]] inline std::vector<std::string_view> bar_fields(std::string_view line) {
    line = trimmed(line);
    if (line.starts_with('|')) line.remove_prefix(1);
    if (line.ends_with('|')) line.remove_suffix(1);
    std::vector<std::string_view> fields;
    for (;;) {
        const std::size_t at = line.find('|');
        fields.push_back(trimmed(line.substr(0, at)));
        if (at == line.npos) return fields;
        line.remove_prefix(at + 1);
    }
}

/// The table of vaitrace: one row for each subgraph that ran on a DPU.
class vaitrace_reader {
public:
    explicit vaitrace_reader(ingest& run) : run_(&run), lines_(run.input().lines()) {}

    void read() {
        while (lines_.next()) {
            const std::string_view text = trimmed(lines_.text());
            if (text.find('|') == text.npos || text.find_first_not_of("-=+|: ") == text.npos) continue;
            const std::vector<std::string_view> fields = bar_fields(text);
            if (fields.front().starts_with("DPU Id")) {
                header_.assign(fields.begin(), fields.end());
                continue;
            }
            if (header_.empty()) continue;
            if (fields.size() != header_.size()) lines_.fail("this row has another number of fields than the header");
            read_row(fields);
        }
        if (header_.empty()) run_->fail_without("row of column names that starts with 'DPU Id'");
    }

private:
    /// The field under the column that starts with `name`, in SI units; NaN without such a column. The unit is that in
    /// the column's parentheses, or else `usual`.
    [[nodiscard]] double figure(const std::vector<std::string_view>& fields, std::string_view name,
                                std::string_view usual) const {
        for (std::size_t i = 0; i < header_.size(); ++i) {
            const std::string_view column = header_[i];
            if (!column.starts_with(name) ||
                (column.size() > name.size() && column[name.size()] != '(' && column[name.size()] != ' '))
                continue;
            const std::size_t open = column.find('(');
            std::string_view unit =
                open == column.npos ? usual : column.substr(open + 1, column.find(')', open) - open - 1);
            double factor = unit_factor(unit, time_units);
            if (factor == 0) factor = unit_factor(unit, size_units);
            if (unit == "GOP") factor = 1e9;
            if (unit == "MOP") factor = 1e6;
            if (factor == 0) lines_.fail(message({"column '", column, "' has an unknown unit"}));
            return factor * read_figure(fields[i], [&](const std::string& reason) { lines_.fail(reason); });
        }
        return not_stated;
    }

    [[nodiscard]] std::string_view text(const std::vector<std::string_view>& fields, std::string_view name) const {
        for (std::size_t i = 0; i < header_.size(); ++i)
            if (header_[i].find(name) != std::string::npos) return fields[i];
        return {};
    }

    void read_row(const std::vector<std::string_view>& fields) {
        stated_facts said;
        std::int64_t batch = 0;
        const std::string_view bat = text(fields, "Bat");
        if (!parse_number(bat, batch)) lines_.fail(message({"the batch '", bat, "' is not a whole number"}));
        said.batch = batch;
        measurement one = run_->record(said, lines_.number());
        one.level = measured_level::block;
        one.part = text(fields, "SubGraph");
        const double computing = figure(fields, "HW_RT", "ms"), whole = figure(fields, "SW_RT", "ms");
        const double either = figure(fields, "RT", "ms");
        const bool compute = run_->wants_compute() || whole != whole;
        one.scope = compute ? measured_scope::compute : measured_scope::system;
        if (one.scope != run_->options().scope) one.warn(caution::other_scope);
        run_->set_latency(one, {{"mean", compute ? (computing == computing ? computing : either) : whole}});
        if (!is_known(one.latency)) lines_.fail("there is no run time in this row");
        one.operations = figure(fields, "WL", "GOP");
        one.traffic = quantity_of<bytes>(figure(fields, "LdWB", "MB") + figure(fields, "LdFM", "MB") +
                                         figure(fields, "StFM", "MB"));
        run_->emit(std::move(one));
    }

    ingest* run_;
    line_reader lines_;
    std::vector<std::string> header_;
};

inline bool is_dnndk(std::string_view head) {
    return head.find("NodeName") != head.npos && head.find("Workload(MOP)") != head.npos;
}

inline void read_dnndk(ingest& run) {
    bool header = false, all = false;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        std::vector<std::string_view> fields;
        for (std::string_view rest = trimmed(lines.text()); !rest.empty();) {
            const std::size_t end = std::min(rest.find_first_of(" \t"), rest.size());
            fields.push_back(rest.substr(0, end));
            rest = trimmed(rest.substr(end));
        }
        if (fields.size() > 5 && fields[0] == "ID" && fields[1] == "NodeName") {
            if (fields[2] != "Workload(MOP)" || fields[4] != "RunTime(ms)")
                lines.fail("the columns have other units than MOP and ms");
            header = true;
            continue;
        }
        if (!header || fields.empty() || fields[0].find_first_not_of("=-") == std::string_view::npos ||
            fields[0] == "Total")
            continue;
        const bool is_all = fields[0] == "All";
        if (all && !is_all) break;
        if (fields.size() < (is_all ? 5U : 7U)) lines.fail("this row is too short; the line may be cut off");
        const auto figure = [&](std::size_t i) {
            return read_figure(fields[i], [&](const std::string& reason) { lines.fail(reason); });
        };
        const std::size_t first = is_all ? 1 : 2;
        stated_facts said;
        said.batch = 1;  // a DPU task takes one input
        measurement one = run.record(said, lines.number());
        if (!is_all) {
            one.level = measured_level::layer;
            one.part = fields[1];
        }
        one.scope = measured_scope::compute;
        if (is_all && !run.wants_compute()) one.warn(caution::other_scope);
        one.operations = figure(first) * 1e6;
        one.traffic = quantity_of<bytes>(figure(first + 1) * 1e6);
        run.set_latency(one, {{"mean", figure(first + 2) * 1e-3}});
        one.performance = quantity_of<ops_per_second>(figure(first + 3) * 1e9);
        run.emit(std::move(one));
        if (is_all) lines.require_end();
        all = all || is_all;
    }
    if (!header) run.fail_without("row of column names that starts with 'ID NodeName'");
    if (!all) run.fail_without("last row 'All'");
}

}  // namespace detail

namespace adapters {

/// What xdputil benchmark and test_performance print. Traps: frames are counted already batch-scaled; the means of
/// latency, in microseconds, are there with one thread only, otherwise the caller says how many there were.
inline constexpr adapter vitis_log{"vitis_log", "vitis", "what Vitis AI's xdputil or test_performance prints",
                                   &detail::is_vitis_log, &detail::read_vitis_log};

/// `vaitrace --txt`: subgraphs as blocks. Traps: workload is of one input, run time of the DPU's batch (UG1414).
inline constexpr adapter vaitrace{"vaitrace", "vitis", "vaitrace --txt, table of subgraphs", &detail::is_vaitrace,
                                  [](ingest& run) { detail::vaitrace_reader(run).read(); }};

/// DNNDK's profile of nodes, and of the whole network in its last row (UG1414 1.2, "Fine-Grained Profiling").
inline constexpr adapter dnndk{"dnndk", "vitis", "DNNDK profile of nodes", &detail::is_dnndk, &detail::read_dnndk};

}  // namespace adapters

}  // namespace qutibench
