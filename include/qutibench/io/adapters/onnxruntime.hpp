// SPDX-License-Identifier: BSD-3-Clause
/// \file
/// ONNX Runtime: the profile of a session (a Chrome trace) and what onnxruntime_perf_test prints.
#pragma once

#include <qutibench/io/adapters/onnxruntime_profile.hpp>

namespace qutibench {

namespace detail {

inline bool is_onnxruntime_perf(std::string_view head) {
    return head.find("Average inference time cost") != head.npos || head.find("Average time cost") != head.npos ||
           head.find("Number of inferences per second") != head.npos;
}

inline void read_onnxruntime_perf(ingest& run) {
    double mean = not_stated, min = not_stated, max = not_stated, p50 = not_stated, p90 = not_stated, p95 = not_stated,
           p99 = not_stated, p999 = not_stated, rate = not_stated;
    std::int64_t line = 0;
    line_reader lines = run.input().lines();
    while (lines.next()) {
        const auto refuse = [&](const std::string& reason) { lines.fail(reason); };
        const std::string_view text = trimmed(lines.text());
        const auto take = [&](double& into, std::string_view label) {
            if (!text.starts_with(label)) return;
            std::optional<std::string_view> rest = after(text, label);
            // Of today's two averages "submission" is the time of handing a run over, "total" that of the run.
            for (const std::string_view word : {"is ", "total: "})
                if (rest->starts_with(word)) rest->remove_prefix(word.size());
            if (rest->starts_with("submission")) return;
            into = read_quantity(trimmed(*rest), time_units, refuse);
            if (line == 0) line = lines.number();
        };
        take(mean, "Average inference time cost");
        take(mean, "Average time cost");
        take(min, "Min Latency");
        take(max, "Max Latency");
        take(p50, "P50 Latency");
        take(p90, "P90 Latency");
        take(p95, "P95 Latency");
        take(p99, "P99 Latency");
        take(p999, "P999 Latency");
        run.heed(text);
        const double per_second = number_after(text, "Number of inferences per second", refuse);
        if (per_second != per_second) continue;
        lines.require_end();
        rate = per_second;
    }
    if (line == 0) run.fail_without("line of latency such as 'Average inference time cost'");
    measurement one = run.record({}, line);
    if (run.wants_compute()) one.warn(caution::other_scope);
    run.set_latency(one, {{"median", p50},
                          {"mean", mean},
                          {"p90", p90},
                          {"p95", p95},
                          {"p99", p99},
                          {"p99.9", p999},
                          {"min", min},
                          {"max", max}});
    one.throughput = quantity_of<inputs_per_second>(rate * static_cast<double>(one.inputs_per_call()));
    run.emit(std::move(one));
}

}  // namespace detail

namespace adapters {

/// What onnxruntime_perf_test prints. Traps: milliseconds and seconds side by side; runs counted, not inputs.
inline constexpr adapter onnxruntime_perf_test{"onnxruntime_perf_test", "onnxruntime",
                                               "what onnxruntime_perf_test prints", &detail::is_onnxruntime_perf,
                                               &detail::read_onnxruntime_perf};

}  // namespace adapters

}  // namespace qutibench
