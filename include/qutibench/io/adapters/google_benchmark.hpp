// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <qutibench/io/adapters/ingest.hpp>
#include <qutibench/io/adapters/json_records.hpp>

#include <map>
#include <set>

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

/// Of an entry that sums up repetitions: "mean", "median", "stddev", ...; empty of a repetition itself. Versions before
/// 1.5 say it in the name alone.
[[nodiscard]] inline std::string_view google_aggregate(const json_record& one) {
    if (one.text("run_type") == "iteration") return {};
    if (one.has("aggregate_name")) return one.text("aggregate_name");
    for (const std::string_view kind : {"mean", "median", "stddev", "BigO", "RMS"})
        if (one.text("name").ends_with("_" + std::string(kind))) return kind;
    return one.text("run_type") == "aggregate" ? "another" : std::string_view();
}

[[nodiscard]] inline std::string google_run_name(const json_record& one, std::string_view aggregate) {
    if (one.has("run_name")) return std::string(one.text("run_name"));
    const std::string_view name = one.text("name");
    return std::string(name.substr(0, name.size() - (aggregate.empty() ? 0 : aggregate.size() + 1)));
}

/// Reads benchmarks one by one. Repetitions count for themselves; where there are summaries only, the median of the
/// repetitions is taken, or the statistic that was asked for.
class google_benchmark_reader {
public:
    explicit google_benchmark_reader(ingest& run) : run_(&run) {}

    void take(const json_record& one) {
        if (one.flag("error_occurred") || one.flag("skipped") || one.has("error_message")) return;
        const std::string_view aggregate = google_aggregate(one);
        const std::string name = google_run_name(one, aggregate);
        if (aggregate.empty()) {
            repeated_.insert(name);
            run_->emit(record_of(one, name, "mean"));  // over the iterations
            return;
        }
        const std::string& asked = run_->options().statistic;
        const bool is_asked = aggregate == asked;
        const bool is_usual = asked.empty() && (aggregate == "median" || aggregate == "mean");
        if (repeated_.count(name) != 0 || (!is_asked && !is_usual)) return;
        if (const auto found = summaries_.find(name); found != summaries_.end() && found->second.statistic == "median")
            return;
        summaries_.insert_or_assign(name, record_of(one, name, aggregate));
    }

    void finish() {
        for (auto& [name, one] : summaries_) run_->emit(std::move(one));
    }

private:
    measurement record_of(const json_record& one, std::string_view name, std::string_view statistic) const {
        if (name.empty() || !one.has("real_time")) one.fail("a benchmark should have a name and a real_time");
        const double factor = unit_factor(one.text("time_unit"), time_units);
        if (factor == 0) one.fail(message({"time_unit '", one.text("time_unit"), "' is unknown"}));
        const double real_time = one.number("real_time") * factor, cpu_time = one.number("cpu_time") * factor;
        const std::int64_t threads = one.count("threads").value_or(1);
        const double items = items_per_iteration(one, real_time, cpu_time);

        stated_facts said;
        said.is_row = true;
        said.network = name.substr(0, name.find('/'));
        said.batch = one.count("batch");
        if (!said.batch && threads == 1 && items > 0.5 && std::abs(items - std::nearbyint(items)) < 1e-3 * items)
            said.batch = static_cast<std::int64_t>(std::nearbyint(items));
        if (threads > 1) said.threads = threads;
        measurement record = run_->record(said, 0, one.pointer());
        if (run_->wants_compute()) record.warn(caution::other_scope);
        record.statistic = statistic;
        if (threads == 1) {
            record.latency = quantity_of<seconds>(real_time);
            record.throughput = quantity_of<inputs_per_second>(
                (items == items ? items : static_cast<double>(record.inputs_per_call())) / real_time);
            return record;
        }
        // Versions differ in whether real_time is divided by the threads; a rate over wall-clock time is not ambiguous.
        if (one.text("name").find("/real_time") == std::string_view::npos || !one.has("items_per_second"))
            one.fail(
                "with several threads the benchmark should use UseRealTime and SetItemsProcessed, or its rate is not "
                "known");
        record.throughput = quantity_of<inputs_per_second>(one.number("items_per_second"));
        return record;
    }

    ingest* run_;
    std::set<std::string> repeated_;
    std::map<std::string, measurement> summaries_;
};

inline void read_google_benchmark(ingest& run) {
    google_benchmark_reader reader(run);
    for_each_json_record(run.input(), {"/benchmarks/*"}, [&](const json_record& one) { reader.take(one); });
    reader.finish();
}

}  // namespace detail

namespace adapters {

/// Google Benchmark's JSON. The network is the benchmark's name up to its first slash, the batch its counter "batch",
/// or its items per iteration. Traps: failed benchmarks are left out, and summaries of repetitions that are listed;
/// every entry has its own unit of time; items per second are counted over CPU time unless the benchmark uses real
/// time, and are converted here.
inline constexpr adapter google_benchmark{"google_benchmark", "google_benchmark",
                                          "Google Benchmark, --benchmark_format=json", &detail::is_google_benchmark,
                                          &detail::read_google_benchmark};

}  // namespace adapters

}  // namespace qutibench
