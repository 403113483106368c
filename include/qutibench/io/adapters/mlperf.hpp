// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// MLPerf: loadgen's summary and detail logs, the table of published results, and MLPerf Tiny.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>

namespace qutibench {

namespace detail {

/// What a run of loadgen came to, whichever log says it. Times in nanoseconds.
struct loadgen_result {
    std::string scenario{}, mode{}, validity{};
    std::optional<std::int64_t> samples_per_query{};
    double samples_per_second = not_stated, queries_per_second = not_stated;
    double min = not_stated, max = not_stated, mean = not_stated, p50 = not_stated, p90 = not_stated, p95 = not_stated,
           p97 = not_stated, p99 = not_stated, p999 = not_stated;
    std::int64_t line = 0;

    std::int64_t errors = 0;  ///< that the log counts or lists

    /// v0.5 and v0.7 write names in words, "Single Stream", and "Performance" for what is "PerformanceOnly" since.
    static std::string in_one_word(std::string_view name) {
        std::string word;
        for (const char one : name)
            if (one != ' ') word += one;
        return word;
    }

    void emit(ingest& run) const {
        if (scenario.empty()) run.fail_without("scenario");
        if (!mode.empty() && mode != "PerformanceOnly" && mode != "Performance" && mode != "SubmissionRun" &&
            mode != "Submission")
            run.fail(line, {}, "this is a run in mode " + mode + ", which measures no performance");
        if (validity.empty()) run.fail_without("line that says whether the result is valid");
        const bool single = scenario == "SingleStream",
                   multi = scenario == "MultiStream" || scenario == "MultiStreamFree", offline = scenario == "Offline";
        if (!single && !multi && !offline && scenario != "Server")
            run.fail(line, {}, "the scenario '" + scenario + "' is unknown");
        stated_facts said;
        if (single) said.batch = 1;
        if (multi) said.batch = samples_per_query;
        measurement one = run.record(said, line);
        if (run.wants_compute()) one.warn(caution::other_scope);
        if (validity != "VALID") one.warn(caution::invalid_run);
        if (errors > 0) one.warn(caution::tool_errors);
        if (scenario == "Server") one.warn(caution::queueing);
        // Sums of latencies can wrap 64 bits, and the mean with them.
        const bool mean_holds = mean >= min && mean <= max;
        if (!offline)  // all queries of that scenario arrive at once, so its latency is the length of the run
            run.set_latency(one, {{"median", p50 * 1e-9},
                                  {"mean", mean_holds ? mean * 1e-9 : not_stated},
                                  {"p90", p90 * 1e-9},
                                  {"p95", p95 * 1e-9},
                                  {"p97", p97 * 1e-9},
                                  {"p99", p99 * 1e-9},
                                  {"p99.9", p999 * 1e-9},
                                  {"min", min * 1e-9},
                                  {"max", max * 1e-9}});
        const double queries = queries_per_second * static_cast<double>(one.inputs_per_call());
        one.throughput =
            quantity_of<inputs_per_second>(samples_per_second == samples_per_second ? samples_per_second : queries);
        if (!is_known(one.latency) && !is_known(one.throughput)) run.fail_without("latency or throughput");
        run.emit(std::move(one));
    }
};

inline bool is_mlperf_summary(std::string_view head) {
    return head.find("MLPerf Results Summary") != head.npos;
}

inline void read_mlperf_summary(ingest& run) {
    loadgen_result result;
    bool parameters = false;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = trimmed(lines.text());
        if (text.starts_with("Test Parameters Used")) parameters = true;
        if (speaks_of_error(text)) ++result.errors;
        const std::size_t colon = text.find(':');
        if (colon == text.npos) continue;
        const std::string_view key = trimmed(text.substr(0, colon)), value = trimmed(text.substr(colon + 1));
        const auto figure = [&] { return number_after(text, ":", refuse); };
        if (key.ends_with("percentile latency (ns)") && key.find(',') != key.npos)
            lines.fail("the percentile has a decimal comma; write it with a point");
        if (key == "Scenario") result.scenario = loadgen_result::in_one_word(value);
        if (key == "Mode") result.mode = loadgen_result::in_one_word(value);
        if (key == "Result is") {
            result.validity = value;
            result.line = lines.number();
        }
        if (key == "Samples per second" || key == "Completed samples per second") result.samples_per_second = figure();
        if (key == "QPS w/ loadgen overhead") result.queries_per_second = figure();
        if (key == "samples_per_query" && parameters) result.samples_per_query = count_after(text, ":", refuse);
        if (key == "Min latency (ns)") result.min = figure();
        if (key == "Max latency (ns)") result.max = figure();
        if (key == "Mean latency (ns)") result.mean = figure();
        if (key == "50.00 percentile latency (ns)") result.p50 = figure();
        if (key == "90.00 percentile latency (ns)") result.p90 = figure();
        if (key == "95.00 percentile latency (ns)") result.p95 = figure();
        if (key == "97.00 percentile latency (ns)") result.p97 = figure();
        if (key == "99.00 percentile latency (ns)") result.p99 = figure();
        if (key == "99.90 percentile latency (ns)") result.p999 = figure();
    }
    if (!parameters) run.fail_without("section 'Test Parameters Used'");
    result.emit(run);
}

inline bool is_mlperf_detail(std::string_view head) {
    return head.starts_with(":::MLLOG {");
}

/// Takes a key of the detail log that a result needs.
inline void take_mlperf_key(loadgen_result& result, ingest& run, const json_record& event) {
    const std::string_view key = event.text("key");
    const auto number = [&] { return event.number("value"); };
    if (key == "loadgen_version") run.set_tool("loadgen " + std::string(event.text("value")));
    if (key == "effective_scenario") result.scenario = loadgen_result::in_one_word(event.text("value"));
    if (key == "effective_test_mode") result.mode = loadgen_result::in_one_word(event.text("value"));
    if (key == "effective_samples_per_query") result.samples_per_query = event.count("value");
    if (key == "result_validity") result.validity = event.text("value");
    if (key.starts_with("error_") || event.flag("metadata/is_error")) ++result.errors;
    if (key == "result_samples_per_second" || key == "result_completed_samples_per_sec")
        result.samples_per_second = number();
    if (key == "result_qps_with_loadgen_overhead") result.queries_per_second = number();
    if (key == "result_min_latency_ns") result.min = number();
    if (key == "result_max_latency_ns") result.max = number();
    if (key == "result_mean_latency_ns") result.mean = number();
    if (key == "result_50.00_percentile_latency_ns") result.p50 = number();
    if (key == "result_90.00_percentile_latency_ns") result.p90 = number();
    if (key == "result_95.00_percentile_latency_ns") result.p95 = number();
    if (key == "result_97.00_percentile_latency_ns") result.p97 = number();
    if (key == "result_99.00_percentile_latency_ns") result.p99 = number();
    if (key == "result_99.90_percentile_latency_ns") result.p999 = number();
}

inline void read_mlperf_detail(ingest& run) {
    constexpr std::string_view prefix = ":::MLLOG ", key_mark = "{\"key\": \"";
    loadgen_result result;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        std::string_view text = lines.text();
        if (trimmed(text).empty()) continue;
        if (!text.starts_with(prefix)) lines.fail("a line should start with ':::MLLOG '");
        if (!text.ends_with('}')) lines.fail("this line is cut off");
        text.remove_prefix(prefix.size());
        // Of a long log only some twenty lines matter; the others are passed over without parsing them.
        if (text.starts_with(key_mark)) {
            const std::string_view key = text.substr(key_mark.size());
            if (text.find("\"is_error\": true") == text.npos && !key.starts_with("error_") &&
                !key.starts_with("result_") && !key.starts_with("effective_s") &&
                !key.starts_with("effective_test_mode") && !key.starts_with("loadgen_version"))
                continue;
        }
        const adapter_input line = adapter_input::text(text, run.input().name());
        try {
            for_each_json_record(line, {""}, [&](const json_record& event) { take_mlperf_key(result, run, event); });
        } catch (const parse_error& wrong) {
            const std::string_view what = wrong.what();
            lines.fail(std::string(what.substr(std::min(what.size(), what.rfind(": ") + 2))));
        }
        if (result.line == 0 && !result.validity.empty()) result.line = lines.number();
    }
    result.emit(run);
}

inline bool is_mlperf_results(std::string_view head) {
    return head.find("\"Performance_Result\"") != head.npos && head.find("\"Performance_Units\"") != head.npos;
}

/// Accelerators that shared the work of a published result; nothing when it does not say.
[[nodiscard]] inline std::optional<std::int64_t> mlperf_accelerators(const json_record& row) {
    if (const auto total = row.count("Total Accelerators")) return total;
    const auto each = row.count("a#");
    return each ? std::optional(*each * row.count("Nodes").value_or(1)) : std::nullopt;
}

inline void read_mlperf_power(const json_record& row, measurement& one, double accelerators) {
    const double power = row.number("Power_Result");
    if (power != power) return;
    const std::string_view unit = row.text("Power_Units");
    if (const double factor = unit_factor(unit, power_units); factor > 0)
        one.power = quantity_of<watts>(power * factor / accelerators);
    else if (const double joule = unit_factor(unit, energy_units); joule > 0)
        one.energy = quantity_of<joules>(power * joule / static_cast<double>(one.inputs_per_call()));
    else
        row.fail(message({"Power_Units '", unit, "' is unknown"}));
}

inline void read_mlperf_row(ingest& run, const json_record& row) {
    const ingest_options& wanted = run.options();
    const std::string_view model = row.has("UsedModel") ? row.text("UsedModel") : row.text("Model");
    const std::string_view accelerator = row.text("Accelerator"), system = row.text("Platform");
    if (!wanted.network.empty() && wanted.network != model) return;
    if (!wanted.platform.empty() && wanted.platform != accelerator && wanted.platform != system) return;
    if (!row.has("Performance_Result")) row.fail("there is no Performance_Result");
    const std::string_view scenario = row.text("Scenario"), unit = row.text("Performance_Units");
    stated_facts said;
    said.is_row = true;
    said.network = model;
    said.platform = accelerator.empty() ? system : accelerator;
    if (scenario == "SingleStream") said.batch = 1;
    if (scenario == "MultiStream") said.batch = 8;  // MLPerf inference rules, since v2.0
    try {
        if (row.has("weight_data_types")) said.datatype = parse_precision(lower_case(row.text("weight_data_types")));
    } catch (const error& wrong) {
        if (!wanted.datatype) row.fail(std::string("weight_data_types: ") + wrong.what());
    }
    measurement one = run.record(said, 0, row.pointer());
    if (run.wants_compute()) one.warn(caution::other_scope);
    const auto count = mlperf_accelerators(row);
    if (!count || *count != 1) one.warn(caution::whole_system);
    const double accelerators = static_cast<double>(std::max<std::int64_t>(count.value_or(1), 1));
    const double result = row.number("Performance_Result");
    if (unit == "Samples/s" || unit == "Queries/s" || unit == "Tokens/s") {
        one.throughput = quantity_of<inputs_per_second>(result / accelerators);
        if (scenario == "Server") one.warn(caution::queueing);
    } else if (unit == "Latency (ms)" || unit == "milliseconds" || unit == "ms" || unit == "Latency (s)") {
        one.latency = quantity_of<seconds>(result * (unit == "Latency (s)" ? 1 : 1e-3));
        one.statistic = scenario == "MultiStream" ? "p99" : "p90";
    } else {
        row.fail(message({"Performance_Units '", unit, "' is unknown"}));
    }
    read_mlperf_power(row, one, accelerators);
    run.emit(std::move(one));
}

inline void read_mlperf_results(ingest& run) {
    for_each_json_record(run.input(), {"/*"}, [&](const json_record& row) { read_mlperf_row(run, row); });
    if (run.count() == 0) run.fail_without("row of that network and platform");
}

inline bool is_mlperf_tiny(std::string_view head) {
    return head.find("Median throughput is") != head.npos || head.find("Median energy cost is") != head.npos;
}

inline void read_mlperf_tiny(ingest& run) {
    double rate = not_stated, energy = not_stated, top1 = not_stated;
    std::int64_t line = 0;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = lines.text();
        const double throughput = number_after(text, "Median throughput is", refuse);
        if (throughput == throughput) {
            if (text.find("inf./sec") == text.npos)
                lines.fail("throughput should be in inf./sec.; the line may be cut off");
            rate = throughput;
            line = lines.number();
        }
        if (const auto rest = after(text, "Median energy cost is")) {
            if (text.find("J/inf") == text.npos) lines.fail("energy should be in uJ/inf.; the line may be cut off");
            energy = read_quantity(*rest, energy_units, refuse);
            if (line == 0) line = lines.number();
        }
        if (const double percent = number_after(text, "Top-1:", refuse); percent == percent) top1 = percent / 100;
    }
    if (line == 0) run.fail_without("line 'Median throughput is' or 'Median energy cost is'");
    stated_facts said;
    said.batch = 1;  // the benchmark runs one input at a time
    measurement one = run.record(said, line);
    if (run.wants_compute()) one.warn(caution::other_scope);
    one.throughput = quantity_of<inputs_per_second>(rate);
    one.energy = quantity_of<joules>(energy);
    one.accuracy_top1 = top1;
    if (rate == rate && energy == energy) one.warn(caution::separate_runs);
    run.emit(std::move(one));
}

}  // namespace detail

namespace adapters {

/// `mlperf_log_summary.txt`. Traps: nanoseconds; the headline of SingleStream is the 90th percentile (the median is
/// taken unless asked otherwise); Offline's latency is queueing and left out; means can wrap 64 bits; invalid runs say
/// so.
inline constexpr adapter mlperf_summary{"mlperf_summary", "mlperf", "MLPerf loadgen, mlperf_log_summary.txt",
                                        &detail::is_mlperf_summary, &detail::read_mlperf_summary};

/// `mlperf_log_detail.txt`, with the same traps.
inline constexpr adapter mlperf_detail{"mlperf_detail", "mlperf", "MLPerf loadgen, mlperf_log_detail.txt",
                                       &detail::is_mlperf_detail, &detail::read_mlperf_detail};

/// `summary_results.json` of a round of MLPerf Inference. `network` and `platform` choose rows by UsedModel and by
/// Accelerator or Platform. Traps: figures of the whole system, divided here by its accelerators; power in watts for
/// Offline and Server, energy in millijoules of a query for streams.
inline constexpr adapter mlperf_results{"mlperf_results", "mlperf", "MLPerf Inference results, summary_results.json",
                                        &detail::is_mlperf_results, &detail::read_mlperf_results};

/// MLPerf Tiny's results.txt. Trap: performance and energy come from different runs.
inline constexpr adapter mlperf_tiny{"mlperf_tiny", "mlperf", "MLPerf Tiny, results.txt", &detail::is_mlperf_tiny,
                                     &detail::read_mlperf_tiny};

}  // namespace adapters

}  // namespace qutibench
