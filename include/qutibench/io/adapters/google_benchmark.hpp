// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>

namespace qutibench {

namespace detail {

inline bool is_google_benchmark(std::string_view head) {
    return head.find("\"benchmarks\"") != head.npos && head.find("\"context\"") != head.npos;
}

/// Inputs of one iteration: items_per_second is counted over CPU time unless the benchmark says otherwise.
[[nodiscard]] inline double items_per_iteration(const json_record& one, double real_time, double cpu_time) {
    const std::string_view name = one.text("name");
    const bool by_real_time = name.find("/real_time") != name.npos || name.find("/manual_time") != name.npos;
    return one.number("items_per_second") * (by_real_time ? real_time : cpu_time);
}

inline void read_google_benchmark_entry(ingest& run, const json_record& one) {
    if (one.text("run_type") == "aggregate") return;
    if (one.flag("error_occurred") || one.flag("skipped") || one.has("error_message")) return;
    const std::string_view name = one.has("run_name") ? one.text("run_name") : one.text("name");
    if (name.empty() || !one.has("real_time")) one.fail("a benchmark should have a name and a real_time");
    const double factor = unit_factor(one.text("time_unit"), time_units);
    if (factor == 0) one.fail(message({"time_unit '", one.text("time_unit"), "' is unknown"}));
    const double real_time = one.number("real_time") * factor, cpu_time = one.number("cpu_time") * factor;
    const std::int64_t threads = one.count("threads").value_or(1);
    const double items = items_per_iteration(one, real_time, cpu_time);

    stated_facts said;
    said.is_row = true;
    const std::string network(name.substr(0, name.find('/')));
    said.network = network;
    said.batch = one.count("batch");
    if (!said.batch && threads == 1 && items > 0.5 && std::abs(items - std::nearbyint(items)) < 1e-3 * items)
        said.batch = static_cast<std::int64_t>(std::nearbyint(items));
    if (threads > 1) said.threads = threads;
    measurement record = run.record(said, 0, one.pointer());
    if (run.wants_compute()) record.warn(caution::other_scope);
    record.statistic = "mean";  // over the iterations
    if (threads == 1) {
        record.latency = quantity_of<seconds>(real_time);
        record.throughput = quantity_of<inputs_per_second>(
            (items == items ? items : static_cast<double>(record.inputs_per_call())) / real_time);
    } else {
        // Versions differ in whether real_time is divided by the threads; a rate over wall-clock time is not ambiguous.
        if (one.text("name").find("/real_time") == std::string_view::npos || !one.has("items_per_second"))
            one.fail(
                "with several threads the benchmark should use UseRealTime and SetItemsProcessed, or its rate is not "
                "known");
        record.throughput = quantity_of<inputs_per_second>(one.number("items_per_second"));
    }
    run.emit(std::move(record));
}

inline void read_google_benchmark(ingest& run) {
    for_each_json_record(run.input(), {"/benchmarks/*"},
                         [&](const json_record& one) { read_google_benchmark_entry(run, one); });
}

}  // namespace detail

namespace adapters {

/// Google Benchmark's JSON. The network is the benchmark's name up to its first slash, the batch its counter "batch",
/// or its items per iteration. Traps: aggregates and failed benchmarks are left out; every entry has its own unit of
/// time; items per second are counted over CPU time unless the benchmark uses real time, and are converted here.
inline constexpr adapter google_benchmark{"google_benchmark", "google_benchmark",
                                          "Google Benchmark, --benchmark_format=json", &detail::is_google_benchmark,
                                          &detail::read_google_benchmark};

}  // namespace adapters

}  // namespace qutibench
