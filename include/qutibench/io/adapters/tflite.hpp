// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// TensorFlow Lite's benchmark_model, its successor litert-benchmark, and the log of the Edge TPU compiler.
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>

#include <vector>

namespace qutibench {

namespace detail {

inline bool is_litert(std::string_view head) {
    return head.find("\"latency\"") != head.npos && head.find("\"num_warmup_runs\"") != head.npos;
}

inline void read_litert(ingest& run) {
    for_each_json_record(run.input(), {""}, [&](const json_record& file) {
        // The tool rounds milliseconds to two decimals; what becomes 0 is not known.
        const auto time = [&](std::string_view name) {
            const double milliseconds = file.number("latency/" + std::string(name));
            return milliseconds == 0 ? not_stated : milliseconds * 1e-3;
        };
        if (!file.has("latency/avg_ms")) run.fail_without("latency/avg_ms");
        stated_facts said;
        said.network = file.text("model");
        measurement one = run.record(said, 0, "/latency");
        if (run.wants_compute()) one.warn(caution::other_scope);
        run.set_latency(one, {{"median", time("median_ms")},
                              {"mean", time("avg_ms")},
                              {"min", time("min_ms")},
                              {"max", time("max_ms")},
                              {"p5", time("p5_ms")},
                              {"p95", time("p95_ms")}});
        if (!is_known(one.latency)) one.warn(caution::rounded_away);
        run.emit(std::move(one));
    });
}

inline bool is_litert_log(std::string_view head) {
    return head.find("BENCHMARK RESULTS") != head.npos && head.find("Inference (avg):") != head.npos;
}

inline void read_litert_log(ingest& run) {
    double mean = not_stated, median = not_stated, min = not_stated, max = not_stated, p5 = not_stated,
           p95 = not_stated;
    std::int64_t line = 0;
    bool results = false;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = lines.text();
        run.heed(text);
        if (text.find("BENCHMARK RESULTS") != text.npos) results = true;
        if (!results) continue;
        const auto take = [&](double& into, std::string_view label) {
            const double time = quantity_after(text, label, time_units, refuse);
            if (time != time) return;
            into = time == 0 ? not_stated : time;
            line = line == 0 ? lines.number() : line;
        };
        take(mean, "Inference (avg):");
        take(median, "Inference (median):");
        take(min, "Inference (min):");
        take(max, "Inference (max):");
        take(p5, "Inference (p5):");
        take(p95, "Inference (p95):");
    }
    if (line == 0) run.fail_without("line 'Inference (avg): ... ms' below BENCHMARK RESULTS");
    measurement one = run.record({}, line);
    if (run.wants_compute()) one.warn(caution::other_scope);
    if (mean != mean && median != median) one.warn(caution::rounded_away);
    run.set_latency(one, {{"median", median}, {"mean", mean}, {"min", min}, {"max", max}, {"p5", p5}, {"p95", p95}});
    run.emit(std::move(one));
}

inline bool is_tflite_log(std::string_view head) {
    return head.find("Inference timings in us:") != head.npos || head.find("[count=") != head.npos ||
           (head.find("count=") != head.npos && head.find(" curr=") != head.npos);
}

inline void read_tflite_log(ingest& run) {
    struct {
        double mean = not_stated, median = not_stated, min = not_stated, max = not_stated, p5 = not_stated,
               p95 = not_stated;
        std::int64_t line = 0;
    } last;
    std::string graph;
    double confirmed = not_stated;
    int counted = 0;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = lines.text();
        run.heed(text);
        if (const auto name = after(text, "Graph: [")) graph = name->substr(0, name->find(']'));
        if (text.find("Inference timings in us:") != text.npos)
            confirmed = number_after(text, "Inference (avg):", refuse);
        if (text.find("count=") == text.npos || text.find("avg=") == text.npos) continue;
        ++counted;
        last = {number_after(text, "avg=", refuse),
                number_after(text, "median=", refuse),
                number_after(text, "min=", refuse),
                number_after(text, "max=", refuse),
                number_after(text, "p5=", refuse),
                number_after(text, "p95=", refuse),
                lines.number()};
        if (text.find("std=") == text.npos) lines.fail("the statistics should end in std=; the line may be cut off");
    }
    if (counted == 0) run.fail_without("line of statistics such as 'count=50 first=... avg=... std=...'");
    if (counted == 1 && confirmed != confirmed)
        run.fail(last.line, {},
                 "these are the warm-up runs; the line of the measured runs is missing, the file may be cut off");
    if (confirmed == confirmed && std::abs(confirmed - last.mean) > 0.01 * last.mean)
        run.fail(last.line, {}, "avg= differs from 'Inference (avg)', so this is not the line of the measured runs");
    stated_facts said;
    said.network = graph;
    measurement one = run.record(said, last.line);
    if (run.wants_compute()) one.warn(caution::other_scope);
    run.set_latency(one, {{"median", last.median * 1e-6},
                          {"mean", last.mean * 1e-6},
                          {"min", last.min * 1e-6},
                          {"max", last.max * 1e-6},
                          {"p5", last.p5 * 1e-6},
                          {"p95", last.p95 * 1e-6}});
    run.emit(std::move(one));
}

inline bool is_tflite_operators(std::string_view head) {
    return head.find("node type") != head.npos && head.find("avg_ms") != head.npos;
}

/// Fields of a line between commas, blanks removed.
[[nodiscard]] inline std::vector<std::string_view> comma_fields(std::string_view line) {
    std::vector<std::string_view> fields;
    for (;;) {
        const std::size_t at = line.find(',');
        fields.push_back(trimmed(line.substr(0, at)));
        if (at == line.npos) return fields;
        line.remove_prefix(at + 1);
    }
}

inline void read_tflite_operators(ingest& run) {
    line_reader lines = run.input().lines();
    std::size_t columns = 0, time = 0, name = 0;
    while (lines.next()) {
        const std::vector<std::string_view> fields = comma_fields(lines.text());
        if (fields.front() == "node type") {
            if (columns != 0) break;  // the same operators in another order
            columns = fields.size();
            time = name = columns;
            for (std::size_t i = 0; i < columns; ++i) {
                if (fields[i] == "avg_ms") time = i;
                if (fields[i] == "name") name = i;
            }
            if (time == columns || name == columns) lines.fail("there should be columns 'avg_ms' and 'name'");
            continue;
        }
        if (columns == 0) continue;
        if (fields.size() == 1) break;
        if (fields.size() != columns) lines.fail("this row has another number of fields than the header");
        const double milliseconds = read_figure(fields[time], [&](const std::string& reason) { lines.fail(reason); });
        lines.require_end();
        if (milliseconds == 0) continue;
        measurement one = run.record({}, lines.number());
        one.level = measured_level::layer;
        one.part = fields[name];
        one.scope = measured_scope::compute;
        run.set_latency(one, {{"mean", milliseconds * 1e-3}});
        run.emit(std::move(one));
    }
    if (columns == 0) run.fail_without("row of column names that starts with 'node type'");
}

inline bool is_edgetpu_compiler(std::string_view head) {
    return head.find("Edge TPU Compiler version") != head.npos ||
           head.find("On-chip memory used for caching model parameters:") != head.npos;
}

inline void read_edgetpu_compiler(ingest& run) {
    std::string input;
    double on_chip = not_stated, off_chip = not_stated;
    std::int64_t line = 0;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = lines.text();
        if (text.starts_with("Edge TPU Compiler version")) run.set_tool(std::string(text));
        if (text.starts_with("Input model:")) input = trimmed(*after(text, "Input model:"));
        const double on = quantity_after(text, "On-chip memory used for caching model parameters:", size_units, refuse);
        const double off =
            quantity_after(text, "Off-chip memory used for streaming uncached model parameters:", size_units, refuse);
        if (on == on) on_chip = on;
        if (off == off) off_chip = off;
        if (line == 0 && on == on) line = lines.number();
    }
    if (on_chip != on_chip || off_chip != off_chip)
        run.fail_without("line of on-chip and off-chip memory used for parameters");
    stated_facts said;
    said.network = input;
    said.platform = "edgetpu";
    said.datatype = int8;  // the compiler takes no other
    said.batch = run.options().batch.value_or(1);
    measurement one = run.record(said, line);
    one.scope = measured_scope::compute;
    one.warn(caution::not_measured);
    one.weights_on_chip = quantity_of<bytes>(on_chip);
    one.weights_off_chip = quantity_of<bytes>(off_chip);
    run.emit(std::move(one));
}

}  // namespace detail

namespace adapters {

/// `litert-benchmark --result_json`. Trap: times are rounded to 10 us, so small models read 0.
inline constexpr adapter litert{"litert", "tflite", "litert-benchmark --result_json", &detail::is_litert,
                                &detail::read_litert};

/// What litert-benchmark and LiteRT's benchmark_model print under BENCHMARK RESULTS. Trap: milliseconds with two
/// decimals, so small models read 0.
inline constexpr adapter litert_log{"litert_log", "tflite", "what litert-benchmark prints", &detail::is_litert_log,
                                    &detail::read_litert_log};

/// What benchmark_model prints. Traps: microseconds; the first line of statistics is the warm-up.
inline constexpr adapter tflite_log{"tflite_log", "tflite", "what TFLite's benchmark_model prints",
                                    &detail::is_tflite_log, &detail::read_tflite_log};

/// benchmark_model's operators as CSV. Traps: milliseconds here; the operators come again in other orders.
inline constexpr adapter tflite_operators{"tflite_operators", "tflite", "TFLite's benchmark_model, CSV of operators",
                                          &detail::is_tflite_operators, &detail::read_tflite_operators};

/// The Edge TPU compiler's log: where it placed the weights. It holds no times.
inline constexpr adapter edgetpu_compiler{"edgetpu_compiler", "edgetpu", "log of the Edge TPU compiler",
                                          &detail::is_edgetpu_compiler, &detail::read_edgetpu_compiler};

}  // namespace adapters

}  // namespace qutibench
